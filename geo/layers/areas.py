"""Areas on the map: the regions shaded by a measure, their names, and the gaps hatched over them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import folium
import numpy as np
import shapely
from folium.utilities import JsCode
from numpy.typing import NDArray

from geo.datum import Datum, convert
from geo.distance import Plane
from geo.layers import palette

Geometry = dict[str, Any]
Feature = dict[str, Any]
DECIMALS = 5
"""Of a degree: about 1 m, less than a screen's pixel at every zoom offered."""


def geojson_geometries(shapes: NDArray[np.object_], plane: Plane, datum: Datum) -> list[Geometry]:
    """Shapes in the plane's metres as GeoJSON geometries, longitude first, in ``datum``, rounded to ``DECIMALS``."""

    def to_degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = convert(*plane.unproject(metres[:, 0], metres[:, 1]), "wgs84", datum)
        return np.column_stack([lon, lat]).round(DECIMALS)

    return [json.loads(text) for text in shapely.to_geojson(shapely.transform(shapes, to_degrees))]


def layer(features: Sequence[Feature], *, pane: str, interactive: bool = True) -> folium.GeoJson:
    """One GeoJSON layer drawn by assets/map.js: ``properties`` carry style, title, lines, mark, label or radius."""
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": list(features)},
        pane=pane,
        interactive=interactive,
        on_each_feature=JsCode("gongtu.each"),
        point_to_layer=JsCode("gongtu.point"),
    )


def feature(geometry: Geometry | None, **properties: object) -> Feature:
    """A GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def regions(
    codes: Sequence[str],
    geometries: Sequence[Geometry],
    shares: Sequence[float],
    titles: Sequence[str],
    lines: Sequence[Sequence[str]],
    *,
    selected: str = "",
) -> list[folium.GeoJson]:
    """The regions, each filled by its share (palette.shade); the selected one outlined above all others.

    A click on one reports its ``code``.
    """
    shaded = [
        feature(
            geometry,
            code=code,
            title=title,
            lines=list(words),
            style={"fillColor": palette.shade(share), "fillOpacity": 1, "color": "#fff", "weight": 1.5},
        )
        for code, geometry, share, title, words in zip(codes, geometries, shares, titles, lines, strict=True)
    ]
    outline = [
        feature(geometry, style={"fill": False, "color": palette.INK, "weight": 2.5})
        for code, geometry in zip(codes, geometries, strict=True)
        if code == selected
    ]
    return [layer(shaded, pane="regions"), layer(outline, pane="lines", interactive=False)]


def gaps(geometries: Sequence[Geometry]) -> folium.GeoJson:
    """The gap polygons, hatched, so that the shading under them still reads; clicks go through to the regions."""
    style = {"fillColor": palette.HATCH, "fillOpacity": 1, "color": palette.GAP, "weight": 0.6, "opacity": 0.4}
    return layer([feature(geometry, style=style) for geometry in geometries], pane="gaps", interactive=False)


def names(points: Sequence[tuple[float, float]], labels: Sequence[str], *, selected: str = "") -> folium.GeoJson:
    """The regions' names at (lon, lat) points of the map's datum."""
    return layer(
        [
            feature({"type": "Point", "coordinates": list(point)}, label=label, selected=label == selected)
            for point, label in zip(points, labels, strict=True)
        ],
        pane="names",
        interactive=False,
    )
