"""The map of the nearest stations: where one is, and the list's stations under their numbers there."""

from __future__ import annotations

from collections.abc import Sequence

import folium
import geopandas as gpd
from branca.element import MacroElement

from geo.datum import Datum, convert
from geo.district import District
from geo.facilities import SERVING_STATES
from geo.finder import KINDS_OF, Help, Origin, View
from geo.finder.cards import Card
from geo.i18n import Language
from geo.layers import areas, legend, points
from geo.layers.base import Basemap, Focus
from geo.layers.geojson import GeoJsonLayer
from geo.words import Say, local_name
from pages.ui import cached
from pages.ui.map_view import over
from pages.ui.overview_map import facility_rows, map_notice

MARKS_AT_MOST = 400
"""Of more stations than these none is drawn until somebody says where they are."""
TONES = ("open", "soon", "unknown", "closed")
ABOUT_DEGREES = 0.004
"""What is shown around a lone point, some 400 m."""


def nearest_map(
    district: District,
    origin: Origin | None,
    view: View,
    help_: Help,
    basemap: Basemap | None,
    say: Say,
    language: Language,
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the layers of an answer over it; all stations of a kind while nothing was asked."""
    datum: Datum = basemap.datum if basemap else "wgs84"
    drawing = cached.drawing(district, datum)
    names = cached.region_names(district, language)
    layers: list[MacroElement] = [areas.outlines(drawing.regions)]
    layers.append(areas.names(drawing.centres, list(names.values())))
    listed = ([view.this] if view.this else []) + [*view.cards, *view.closed]
    if origin is None:
        seen = _all(district, help_)
        layers += [_marks(seen, datum, language), Focus(drawing.bounds)]
        layers.append(_legend(district, facility_rows(seen, KINDS_OF[help_], say), drawing.free_corner, say, language))
        return over(district, drawing, basemap, layers)
    places = [(origin.lon, origin.lat), *((card.lon, card.lat) for card in listed)]
    lon, lat = convert(*zip(*places, strict=True), "wgs84", datum)
    at = list(zip(lon.tolist(), lat.tolist(), strict=True))
    accuracy = origin.accuracy_m or 0
    layers += points.origin(*at[0], accuracy, view.where)
    layers.append(points.numbered([_numbered(card, *place) for card, place in zip(listed, at[1:], strict=True)]))
    layers.append(Focus(_around(at[: 1 + len(view.cards)])))
    tones = [tone for tone in TONES if any(card.tone == tone for card in listed)]
    looks = [*tones, *(["synthetic"] if any(card.synthetic for card in listed) else [])]
    rows = [legend.Row(say("legend.origin"), mark="origin")]
    rows += [legend.Row(say(f"legend.numbered_{look}"), mark=f"numbered-{look}") for look in looks]
    layers.append(_legend(district, rows, drawing.free_corner, say, language))
    return over(district, drawing, basemap, layers)


def _all(district: District, help_: Help) -> gpd.GeoDataFrame:
    """The stations to show while nobody has said where they are: all in service, or none where they are too many."""
    frame = district.facilities
    seen = frame[frame["kind"].isin(KINDS_OF[help_]) & frame["state"].isin(SERVING_STATES) & frame["lon"].notna()]
    return seen if len(seen) <= MARKS_AT_MOST else seen.iloc[:0]


def _marks(seen: gpd.GeoDataFrame, datum: Datum, language: Language) -> GeoJsonLayer:
    lon, lat = convert(seen["lon"], seen["lat"], "wgs84", datum)
    records = seen.drop(columns="geometry").to_dict("records")
    marks = [
        points.Mark(row["id"], *place, points.sprite(row), local_name(row, language))
        for row, place in zip(records, zip(lon.tolist(), lat.tolist(), strict=True), strict=True)
    ]
    return GeoJsonLayer(points.marks(marks), "points")


def _legend(district: District, rows: Sequence[legend.Row], corner: str, say: Say, language: Language) -> legend.Legend:
    return legend.Legend(
        say("legend.title"),
        tuple(rows),
        measure="",
        low="",
        high="",
        notice=map_notice(district, say, language),
        corner=corner,
    )


def _numbered(card: Card, lon: float, lat: float) -> points.Numbered:
    lines = (card.opening, f"{card.distance} {card.unit} · {card.duration}")
    return points.Numbered(card.number, lon, lat, card.name, lines, card.tone, card.synthetic)


def _around(places: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """West, south, east, north of the places, with some ground about them."""
    lons, lats = zip(*places, strict=True)
    return (
        min(lons) - ABOUT_DEGREES,
        min(lats) - ABOUT_DEGREES,
        max(lons) + ABOUT_DEGREES,
        max(lats) + ABOUT_DEGREES,
    )
