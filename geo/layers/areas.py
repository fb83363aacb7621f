"""Areas on the map: the regions shaded by a measure, their names, and the gaps hatched over them."""

from __future__ import annotations

from collections.abc import Sequence

from geo.layers import palette
from geo.layers.geojson import GeoJsonLayer, feature, point


def regions(
    codes: Sequence[str],
    geometries: Sequence[str],
    shares: Sequence[float],
    titles: Sequence[str],
    lines: Sequence[Sequence[str]],
    *,
    selected: str = "",
) -> list[GeoJsonLayer]:
    """The regions, each filled by its share (palette.shade); the selected one outlined above all others.

    A click on one reports its ``code``.
    """
    edge = {"fillOpacity": 1, "color": "#fff", "weight": 1.5}
    shaded = [
        feature(geometry, code=code, title=title, lines=list(words), style={"fillColor": palette.shade(share), **edge})
        for code, geometry, share, title, words in zip(codes, geometries, shares, titles, lines, strict=True)
    ]
    outline = [
        feature(geometry, style={"fill": False, "color": palette.INK, "weight": 2.5})
        for code, geometry in zip(codes, geometries, strict=True)
        if code == selected
    ]
    return [GeoJsonLayer(shaded, "regions"), GeoJsonLayer(outline, "lines")]


def outlines(geometries: Sequence[str]) -> GeoJsonLayer:
    """The regions as quiet ground for points; clicks go through to the map."""
    style = {"fillColor": palette.GROUND, "fillOpacity": 1, "color": palette.EDGE, "weight": 1.2}
    return GeoJsonLayer([feature(geometry, style=style) for geometry in geometries], "ground")


def gaps(geometries: Sequence[str]) -> GeoJsonLayer:
    """The gap polygons, hatched, so that the shading under them still reads; clicks go through to the regions."""
    style = {"fillColor": palette.HATCH, "fillOpacity": 1, "color": palette.GAP, "weight": 0.6, "opacity": 0.4}
    return GeoJsonLayer([feature(geometry, style=style) for geometry in geometries], "gaps")


def names(points: Sequence[tuple[float, float]], labels: Sequence[str], *, selected: str = "") -> GeoJsonLayer:
    """The regions' names at (lon, lat) points of the map's datum."""
    return GeoJsonLayer(
        [
            feature(point(*at), label=label, selected=label == selected)
            for at, label in zip(points, labels, strict=True)
        ],
        "names",
    )
