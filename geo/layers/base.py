"""The base map: constant for a page, so that the browser never rebuilds it; and what may lie under it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import folium
from branca.element import MacroElement
from folium.template import Template

from geo.datum import Datum
from geo.settings import Settings

ASSETS = Path(__file__).parent / "assets"
ASSET_URLS = {"leaflet": "/assets/leaflet", "map": "/assets/map"}
"""Where the app serves Leaflet's files and ours (geo/web/assets.py)."""


@dataclass(frozen=True)
class Basemap:
    """Tiles to lie under the layers: their address, their datum (what is drawn over them is shifted to it), credit."""

    id: str
    url: str
    datum: Datum
    credit: str
    subdomains: str = "abc"


def basemaps(settings: Settings) -> dict[str, Basemap]:
    """The base maps that can be chosen, by id. All but the local one are other people's servers: off until chosen."""
    found = [
        Basemap(
            "amap",
            "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
            "gcj02",
            "© 高德地图",
            "1234",
        ),
        Basemap("osm", "https://tile.openstreetmap.org/{z}/{x}/{y}.png", "wgs84", "© OpenStreetMap contributors"),
    ]
    if settings.tianditu_key:
        query = "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        address = f"https://t{{s}}.tianditu.gov.cn/vec_w/wmts?{query}&TILECOL={{x}}&TILEROW={{y}}&TILEMATRIX={{z}}"
        found.append(Basemap("tianditu", f"{address}&tk={settings.tianditu_key}", "wgs84", "© 天地图", "01234567"))
    if settings.tiles:
        datum: Datum = "gcj02" if settings.tiles_datum == "gcj02" else "wgs84"
        found.append(Basemap("local", settings.tiles, datum, ""))
    return {basemap.id: basemap for basemap in found}


class _Prepare(MacroElement):
    """Makes the panes the layers draw in, and shows the bounds given (assets/map.js)."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "gongtu.prepare({{ this._parent.get_name() }}, {{ this.bounds | tojson }}, {{ this.zoom_corner | tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, bounds: list[list[float]], zoom_corner: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Prepare"
        self.bounds = bounds
        self.zoom_corner = zoom_corner


class _OwnMap(folium.Map):
    """A Folium map whose script and style files come from this app, so that no other host is asked."""

    default_js = [  # noqa: RUF012 - the name and shape are folium's
        ("leaflet", f"{ASSET_URLS['leaflet']}/leaflet.js"),
        ("gongtu", f"{ASSET_URLS['map']}/map.js"),
    ]
    default_css = [  # noqa: RUF012 - named apart: folium drops a script that has the name of a style
        ("leaflet_css", f"{ASSET_URLS['leaflet']}/leaflet.css"),
        ("gongtu_css", f"{ASSET_URLS['map']}/map.css"),
    ]


class Tiles(MacroElement):
    """The base map chosen, or none: swapped under the layers only when it changes, so that the view stays."""

    _template = Template(
        "{% macro script(this, kwargs) %}gongtu.tiles(map_div, {{ this.source | tojson }});{% endmacro %}"
    )

    def __init__(self, basemap: Basemap | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Tiles"
        self.source = basemap and {
            "url": basemap.url,
            "attribution": basemap.credit,
            "subdomains": basemap.subdomains,
            "maxZoom": 19,
        }

    def render(self, **kwargs: object) -> str:
        """Nothing: only the script is used (see GeoJsonLayer)."""
        return ""


class Focus(MacroElement):
    """What the map shows: ``bounds`` (west, south, east, north, degrees of the map's datum); moved to only when they
    change, so that a view that somebody chose stays.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}gongtu.focus(map_div, {{ this.bounds | tojson }});{% endmacro %}"
    )

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Focus"
        west, south, east, north = bounds
        self.bounds = [[south, west], [north, east]]

    def render(self, **kwargs: object) -> str:
        """Nothing: only the script is used (see GeoJsonLayer)."""
        return ""


def base_map(bounds: tuple[float, float, float, float], *, zoom_corner: str = "bottomleft") -> folium.Map:
    """An empty map showing ``bounds`` (west, south, east, north, degrees), ready for the layers; the same at each run.

    ``zoom_corner``: where the zoom buttons go, a corner of Leaflet's such as ``bottomleft``.
    """
    west, south, east, north = bounds
    drawn = _OwnMap(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None,
        zoom_snap=0.25,
        zoom_delta=0.5,
        zoom_control=False,
        attribution_control=False,
    )
    drawn.add_child(_Prepare([[south, west], [north, east]], zoom_corner))
    return drawn
