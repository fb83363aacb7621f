"""Who serves what ground: regions filled by team, the ground of each team outlined, positions that are no regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


def outlines(geometries: Sequence[str]) -> GeoJsonLayer:
    """The whole ground of each team: told apart where colours are not seen."""
    style = {"fill": False, "color": palette.INK, "weight": 1.8, "opacity": 0.75}
    return GeoJsonLayer([feature(geometry, style=style) for geometry in geometries], "gaps")


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
