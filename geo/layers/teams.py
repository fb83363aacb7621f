"""Who serves what ground: regions filled by team, the ground of each team outlined, positions that are no regions."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.layers import palette
from geo.layers.geojson import GeoJsonLayer, feature, point

OUTSIDE = palette.GROUND
"""The fill of a region that no position of the campaign is."""


@dataclass(frozen=True)
class Ground:
    """A region to draw. ``position``: the one it is (``""``: none of the campaign, and a click says nothing); ``team``:
    its number from 1, 0 where nobody has it; ``open``: whether that is to be seen at once.
    """

    position: str
    geometry: str
    team: int
    title: str
    lines: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True)
class Post:
    """A position that is no region, in the map's datum; ``team`` as of a ``Ground``. ``aside``: moved by so many marks
    to the right, from another that would hide it.
    """

    position: str
    lon: float
    lat: float
    team: int
    title: str
    lines: tuple[str, ...]
    open: bool = False
    aside: int = 0


def grounds(grounds: Sequence[Ground], *, selected: str = "") -> list[GeoJsonLayer]:
    """The regions, each in the colour of its team; those without one white, hatched and edged in the accent. A click on
    one reports its ``position``; the ``selected`` one is outlined above all.
    """

    def style(one: Ground) -> dict[str, object]:
        if one.open:
            return {"fillColor": palette.UNASSIGNED, "fillOpacity": 1, "color": palette.NEW, "weight": 1.5}
        fill = palette.team(one.team - 1) if one.team else OUTSIDE
        return {"fillColor": fill, "fillOpacity": 1, "color": "#fff" if one.team else palette.EDGE, "weight": 1}

    filled = [
        feature(one.geometry, position=one.position, title=one.title, lines=list(one.lines), style=style(one), code="1")
        for one in sorted(grounds, key=lambda one: one.open)  # the edge of what is open lies above its neighbours'
    ]
    chosen = [
        feature(one.geometry, style={"fill": False, "color": palette.INK, "weight": 4})
        for one in grounds
        if selected and one.position == selected
    ]
    return [GeoJsonLayer(filled, "regions"), GeoJsonLayer(chosen, "lines")]


def outlines(grounds: Sequence[Ground]) -> GeoJsonLayer:
    """The whole ground of each team: told apart where colours are not seen."""
    style = {"fill": False, "color": palette.INK, "weight": 1.8, "opacity": 0.75}
    shapes: dict[int, list[shapely.Geometry]] = {}
    for one in grounds:
        if one.team:
            shapes.setdefault(one.team, []).append(shapely.make_valid(shapely.from_geojson(one.geometry)))
    whole = [str(shapely.to_geojson(shapely.union_all(parts))) for parts in shapes.values()]
    return GeoJsonLayer([feature(geometry, style=style) for geometry in whole], "gaps")


def picture(
    geometries: Sequence[str], centres: Sequence[tuple[float, float]], numbers: Sequence[int], width: int
) -> str:
    """A small map as a data URL (SVG), so many pixels wide: regions (GeoJSON, degrees) filled by the number of their
    team, 0 for none, which stands at their ``centres`` (longitude, latitude).
    """
    shapes = shapely.from_geojson(np.asarray(geometries, dtype=object))
    west, south, east, north = shapely.total_bounds(shapes)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = width / ((east - west) * squeeze)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round((lon - west) * squeeze * scale, 1), round((north - lat) * scale, 1)

    paths, labels = [], []
    for shape, centre, number in zip(shapes, centres, numbers, strict=True):
        rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
        line = "".join("M" + "L".join("{} {}".format(*at(*point)) for point in ring.coords) + "Z" for ring in rings)
        fill = palette.team(number - 1) if number else palette.GROUND
        paths.append(f'<path d="{line}" fill="{fill}" stroke="#fff" stroke-width="1" fill-rule="evenodd"/>')
        if number:
            x, y = at(*centre)
            labels.append(f'<text x="{x}" y="{y + 4}">{number}</text>')
    words = f'<g font-size="12" font-family="sans-serif" text-anchor="middle">{"".join(labels)}</g>'
    box = f'viewBox="0 0 {width} {round((north - south) * scale)}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(paths)}{words}</svg>'
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def posts(posts: Sequence[Post], *, selected: str = "") -> GeoJsonLayer:
    """Positions that are no regions, marked with the number of their team; a click reports ``position``."""
    return GeoJsonLayer(
        [
            feature(
                point(one.lon, one.lat),
                position=one.position,
                number=str(one.team or ("?" if one.open else "–")),
                fill=palette.team(one.team - 1) if one.team else "" if one.open else palette.GROUND,
                tone=" ".join(
                    filter(None, ("post", "open-post" if one.open else "", "picked" * (one.position == selected)))
                ),
                aside=one.aside,
                title=one.title,
                lines=list(one.lines),
                order=1000 + 1000 * (one.position == selected),
            )
            for one in posts
        ],
        "points",
    )
