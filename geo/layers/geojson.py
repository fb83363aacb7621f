"""GeoJSON as text, and the one way it becomes a layer of a Folium map: drawn in the browser by assets/map.js."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import shapely
from branca.element import MacroElement
from folium.template import Template
from numpy.typing import NDArray

from geo.datum import Datum, convert
from geo.distance import Plane

DECIMALS = 5
"""Of a degree: about 1 m, less than a screen's pixel at every zoom offered."""


def to_geojson(shapes: NDArray[np.object_], plane: Plane, datum: Datum) -> list[str]:
    """Shapes in the plane's metres as GeoJSON geometries, longitude first, in ``datum``, rounded to ``DECIMALS``."""

    def to_degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = convert(*plane.unproject(metres[:, 0], metres[:, 1]), "wgs84", datum)
        return np.column_stack([lon, lat]).round(DECIMALS)

    return [str(text) for text in shapely.to_geojson(shapely.transform(shapes, to_degrees))]


def point(lon: float, lat: float) -> str:
    """A GeoJSON point of degrees, rounded to ``DECIMALS``."""
    return f'{{"type":"Point","coordinates":[{round(lon, DECIMALS)},{round(lat, DECIMALS)}]}}'


def feature(geometry: str, **properties: object) -> str:
    """A GeoJSON feature; whatever a value holds, it stays a value where the text is read as script or HTML."""
    text = json.dumps(properties, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'{{"type":"Feature","geometry":{geometry},"properties":{text}}}'


class GeoJsonLayer(MacroElement):
    """Features in one pane of the map. ``properties`` say how each is drawn: style, mark, label, radius, title, lines.

    Folium's own GeoJson also writes every feature into a page of its own, through a template compiled for each: a
    third of the time of a change of reach.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this._parent.get_name() }}.addLayer(gongtu.layer({{ this.pane | tojson }}, [{{ this.text }}]));"
        "{% endmacro %}"
    )

    def __init__(self, features: Sequence[str] | str, pane: str) -> None:
        """``features``: GeoJSON features, or their texts joined by commas; ``pane``: one of assets/map.js."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "GeoJsonLayer"
        self.text = features if isinstance(features, str) else ",".join(features)
        self.pane = pane

    def render(self, **kwargs: object) -> str:
        """Nothing: only the script is used, and the component that shows the map asks for it itself."""
        return ""
