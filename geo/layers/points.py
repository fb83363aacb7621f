"""Points on the map: each kind of facility by its own mark, the positions, and the enterprises gathered into cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.coverage import SERVED, UNSERVED
from geo.layers import palette
from geo.layers.geojson import GeoJsonLayer, feature, point

MARKS_AT_MOST = 400
"""How many marks enterprises may take: the payload stays bounded whatever their number."""
LARGEST_PX, SMALLEST_PX = 12, 2.5
"""Radius of a circle: the largest of a map, and the least that is still seen."""
PRIVATE_CELL_M = 500
CELL_SIZES_M = (250, 500, 1000, 2000, 4000, 8000, 16000, 32000)


@dataclass(frozen=True)
class Mark:
    """One point to draw: what the click reports (``id``), its sprite, its words; the point in the map's datum.

    ``size`` in pixels; the higher ``order`` lies on top; ``aside`` moves the mark that many places to the right;
    ``faint`` ones do not count at the moment.
    """

    id: str
    lon: float
    lat: float
    sprite: str
    title: str
    lines: tuple[str, ...] = ()
    size: int = 20
    order: int = 0
    aside: int = 0
    faint: bool = False


def side_by_side(points: Sequence[Mark], within_degrees: float = 0.006) -> list[Mark]:
    """The same marks, those so close together that they would hide one another set side by side, in their order.

    For the few places an article names, whose coordinates are good to kilometres anyway. Close: within
    ``within_degrees`` on both axes, about 600 m.
    """
    placed: list[Mark] = []
    for mark in points:
        near = [p for p in placed if max(abs(p.lon - mark.lon), abs(p.lat - mark.lat)) <= within_degrees]
        placed.append(replace(mark, aside=len(near)))
    return placed


def sprite(facility: Mapping[str, Any]) -> str:
    """The mark of a facility: crossed out where it is gone, pale and dashed where invented or planned, else solid."""
    if facility["state"] in ("closed", "removed"):
        return "gone"
    if facility["standing"] == "synthetic":
        return f"{facility['kind']}-synthetic"
    return f"{facility['kind']}-planned" if facility["state"] == "planned" else str(facility["kind"])


@dataclass(frozen=True)
class Numbered:
    """A station of a list, drawn with its number: place in the map's datum, words, ``tone`` (geo.finder.cards)."""

    number: int
    lon: float
    lat: float
    title: str
    lines: tuple[str, ...]
    tone: str
    synthetic: bool


def numbered(stations: Sequence[Numbered]) -> GeoJsonLayer:
    """The stations of a list with their numbers; the first lies on top."""
    return GeoJsonLayer(
        [
            feature(
                point(one.lon, one.lat),
                number=one.number,
                title=one.title,
                lines=one.lines,
                tone=f"{one.tone} synthetic" if one.synthetic else one.tone,
                order=3000 - one.number,
            )
            for one in stations
        ],
        "points",
    )


@dataclass(frozen=True)
class Place:
    """Somewhere a new station could stand, in the map's datum: ``choice`` is ``""``, ``forced`` or ``barred``."""

    id: str
    lon: float
    lat: float
    title: str
    choice: str


def candidates(places: Sequence[Place], words: Mapping[str, str]) -> list[GeoJsonLayer]:
    """Candidates as small rings, those forced and barred by marks of their own; a click reports ``candidate``, the id.

    ``words``: what each choice is called.
    """
    ring = {"color": palette.MUTED, "fillColor": "#fff", "weight": 1, "opacity": 0.7, "fillOpacity": 0.7}

    def common(place: Place) -> dict[str, object]:
        return {"candidate": place.id, "title": place.title, "lines": [words[place.choice]]}

    free = [feature(point(p.lon, p.lat), radius=2.5, style=ring, **common(p)) for p in places if not p.choice]
    chosen = [
        feature(point(p.lon, p.lat), mark=f"candidate-{p.choice}", size=18, order=2000, **common(p))
        for p in places
        if p.choice
    ]
    return [GeoJsonLayer(free, "cells"), GeoJsonLayer(chosen, "points")]


def reaches(places: Sequence[tuple[float, float]], metres: float) -> GeoJsonLayer:
    """A circle of so many metres about each (lon, lat) of the map's datum."""
    return GeoJsonLayer([feature(point(*place), metres=metres) for place in places], "gaps")


def origin(lon: float, lat: float, accuracy_m: float, title: str) -> list[GeoJsonLayer]:
    """Where somebody is, in the map's datum, with a circle of what that may be off by, in metres (0: none)."""
    at = point(lon, lat)
    circle = [feature(at, metres=accuracy_m)] if accuracy_m else []
    return [GeoJsonLayer(circle, "gaps"), GeoJsonLayer([feature(at, origin=True, title=title, lines=[])], "points")]


def marks(points: Sequence[Mark]) -> list[str]:
    """Facilities or positions as GeoJSON features for the pane ``points``."""
    return [
        feature(
            point(mark.lon, mark.lat),
            id=mark.id,
            mark=mark.sprite,
            title=mark.title,
            lines=mark.lines,
            size=mark.size,
            order=mark.order,
            aside=mark.aside,
            faint=mark.faint,
        )
        for mark in points
    ]


@dataclass(frozen=True)
class Cells:
    """Enterprises gathered for drawing: ``size_m`` is the side of a square cell, 0 where each stands for itself.

    ``x``, ``y``: where to draw it, metres; ``count`` and ``unserved``: how many.
    """

    size_m: int
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    count: NDArray[np.int64]
    unserved: NDArray[np.int64]


def gather(x: NDArray[np.float64], y: NDArray[np.float64], status: NDArray[np.int8], *, private: bool) -> Cells:
    """Gather enterprises at (``x``, ``y``) metres into at most ``MARKS_AT_MOST`` marks.

    Each alone while they are few enough; else in square cells of the smallest size of ``CELL_SIZES_M`` that keeps to
    the limit (the largest size, where none does). ``private`` ones are never alone, in cells of ``PRIVATE_CELL_M`` or
    more, and stand at the cell's centre, which says nothing of where in it they are. Those of unknown place are left
    out.
    """
    known = (status == SERVED) | (status == UNSERVED)
    x, y, short = x[known], y[known], (status[known] == UNSERVED).astype(np.int64)
    if len(x) == 0 or (len(x) <= MARKS_AT_MOST and not private):
        return Cells(0, x, y, np.ones(len(x), np.int64), short)
    for size in CELL_SIZES_M:
        columns, rows = np.floor(x / size).astype(np.int64), np.floor(y / size).astype(np.int64)
        _, first, cell = np.unique(columns * (1 << 32) + rows, return_index=True, return_inverse=True)
        if len(first) <= MARKS_AT_MOST and not (private and size < PRIVATE_CELL_M):
            break
    count = np.bincount(cell)
    centres = [(axis[first] + 0.5) * float(size) for axis in (columns, rows)]
    means = [np.bincount(cell, axis) / count for axis in (x, y)]
    at_x, at_y = (np.asarray(axis, dtype=np.float64) for axis in (centres if private else means))
    return Cells(size, at_x, at_y, count, np.bincount(cell, short).astype(np.int64))


def enterprises(
    cells: Cells, lon: NDArray[np.float64], lat: NDArray[np.float64], codes: Sequence[str], titles: Sequence[str]
) -> GeoJsonLayer:
    """Enterprises as circles, their area in proportion to the number gathered, amber where most have no service.

    ``lon``, ``lat``: the cells' places in the map's datum; a click on one reports the region of ``codes`` it lies in.
    """
    most = cells.count.max(initial=1)
    radius = np.maximum(np.sqrt(cells.count) * min(1.2, LARGEST_PX / np.sqrt(most)), SMALLEST_PX).round(1).tolist()
    short = {"fillColor": palette.UNSERVED, "color": palette.GAP}
    served = {"fillColor": palette.SERVED, "color": palette.SERVED}
    mostly_short = (cells.unserved * 2 > cells.count).tolist()
    places = zip(lon.tolist(), lat.tolist(), strict=True)
    return GeoJsonLayer(
        [
            feature(point(*place), code=code, title=title, radius=size, style=short if amiss else served)
            for place, code, title, size, amiss in zip(places, codes, titles, radius, mostly_short, strict=True)
        ],
        "cells",
    )
