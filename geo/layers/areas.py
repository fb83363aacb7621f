"""Areas on the map: the regions shaded by a measure, their names, and the gaps hatched over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

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
    clear: bool = False,
    withheld: Collection[str] = (),
) -> list[GeoJsonLayer]:
    """The regions, each filled by its share (palette.shade), or left ``clear`` where it has one; the selected one
    outlined above all others. ``withheld``: codes of those whose share there is, but not for who looks.

    A click on one reports its ``code``.
    """
    edge = {"fillOpacity": 1, "color": palette.EDGE if clear else "#fff", "weight": 1.5}

    def fill(code: str, share: float) -> str:
        if code in withheld:
            return palette.GROUND if clear else palette.WITHHELD
        return palette.GROUND if clear and share == share else palette.shade(share)

    fills = [fill(code, share) for code, share in zip(codes, shares, strict=True)]
    return _filled(codes, geometries, fills, titles, lines, edge, selected)


def outlines(geometries: Sequence[str]) -> GeoJsonLayer:
    """The regions as quiet ground for points; clicks go through to the map."""
    style = {"fillColor": palette.GROUND, "fillOpacity": 1, "color": palette.EDGE, "weight": 1.2}
    return GeoJsonLayer([feature(geometry, style=style) for geometry in geometries], "ground")


def gaps(geometries: Sequence[str]) -> GeoJsonLayer:
    """The gap polygons, hatched, so that the shading under them still reads; clicks go through to the regions."""
    style = {"fillColor": palette.HATCH, "fillOpacity": 1, "color": palette.GAP, "weight": 0.6, "opacity": 0.4}
    return GeoJsonLayer([feature(geometry, style=style) for geometry in geometries], "gaps")


def doubtful(geometries: Sequence[str]) -> GeoJsonLayer:
    """What only stations of unknown hours reach: neither a gap nor covered; clicks go through to the regions."""
    style = {"fillColor": palette.DOUBTFUL, "fillOpacity": 1, "stroke": False}
    return GeoJsonLayer([feature(geometry, style=style) for geometry in geometries], "gaps")


def cells(
    geometries: Sequence[str],
    counts: Sequence[float],
    codes: Sequence[str],
    titles: Sequence[str],
    lines: Sequence[Sequence[str]],
) -> GeoJsonLayer:
    """Square cells shaded by how much, above 0, is amiss in each (``palette.classes`` of the largest count); NaN is
    withheld. A click on one reports the region of ``codes`` it lies in.
    """
    edge = {"color": "#fff", "weight": 0.5}
    withheld = {"fillColor": palette.WITHHELD, "fillOpacity": 0.8, **edge}
    styles = [
        withheld if count != count else {"fillColor": fill, "fillOpacity": 0.85, **edge}
        for count, fill in zip(counts, palette.amounts(counts, palette.CELL_RAMP), strict=True)
    ]
    drawn = zip(geometries, styles, codes, titles, lines, strict=True)
    return GeoJsonLayer(
        [
            feature(geometry, code=code, title=title, lines=list(words), style=style)
            for geometry, style, code, title, words in drawn
        ],
        "cells",
    )


def amounts(
    codes: Sequence[str],
    geometries: Sequence[str],
    counts: Sequence[float],
    titles: Sequence[str],
    lines: Sequence[Sequence[str]],
    *,
    selected: str = "",
) -> list[GeoJsonLayer]:
    """The regions, each filled by how much it has (``palette.classes`` of the largest) in ``palette.AMOUNT_RAMP``, on
    which black names read, those with nothing left as ground; the selected one outlined above all others. A click on
    one reports its ``code``.
    """
    edge = {"fillOpacity": 1, "color": palette.EDGE, "weight": 1.2}
    return _filled(codes, geometries, palette.amounts(counts, palette.AMOUNT_RAMP), titles, lines, edge, selected)


def _filled(
    codes: Sequence[str],
    geometries: Sequence[str],
    fills: Sequence[str],
    titles: Sequence[str],
    lines: Sequence[Sequence[str]],
    edge: Mapping[str, object],
    selected: str,
) -> list[GeoJsonLayer]:
    shaded = [
        feature(geometry, code=code, title=title, lines=list(words), style={"fillColor": fill, **edge})
        for code, geometry, fill, title, words in zip(codes, geometries, fills, titles, lines, strict=True)
    ]
    outline = [
        feature(geometry, style={"fill": False, "color": palette.INK, "weight": 2.5})
        for code, geometry in zip(codes, geometries, strict=True)
        if code == selected
    ]
    return [GeoJsonLayer(shaded, "regions"), GeoJsonLayer(outline, "lines")]


def names(
    points: Sequence[tuple[float, float]], labels: Sequence[str], *, selected: str = "", short: Sequence[str] = ()
) -> GeoJsonLayer:
    """The regions' names at (lon, lat) points of the map's datum; ``short``: what is left of each where there is no
    room for it, nothing where that is empty.
    """
    return GeoJsonLayer(
        [
            feature(point(*at), label=label, selected=label == selected, short=left)
            for at, label, left in zip(points, labels, short or [""] * len(labels), strict=True)
        ],
        "names",
    )
