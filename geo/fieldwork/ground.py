"""The ground of a campaign's positions: which region each belongs to, where it is, and which hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.distance import Floats
from geo.district import District

RegionBy = Literal["region", "lies_in", "nearest", "declared", ""]
REGION_BY: tuple[RegionBy, ...] = get_args(RegionBy)

COMMON_M = 1.0
"""Metres of common border from which on two regions border one another; a corner has none."""
SLIVER_M, BESIDE_M = 20.0, 100.0
"""Borders that run within the first of one another for the second count as common: what is imported has slivers."""
OVERLAP_M2 = 10_000.0
"""Square metres in both of two regions from which on they hang together, however their borders run."""
SAME_LINE_M = 0.01
"""Lines no farther apart than this are one: a corner on another's straight edge is not exactly on it once projected."""

Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Ground:
    """Of each position (n,), in the order they were asked for:

    ``region``: index into ``district.regions`` of the region it belongs to, -1 where none is known; ``region_by``: how
    that was found (``REGION_BY``): it is that ``region``; the record has it ``declared``; its point ``lies_in`` it, or
    in none and is ``nearest`` to it. ``x``, ``y``: metres on the district's plane, its point, or of a region without
    one a point inside it; NaN where unknown. ``neighbours`` (n, n): symmetric, False on the diagonal: same region, or
    regions that border. ``anywhere``: no ground is known; such a position has no neighbours. ``missing``: the ids that
    are no position of the district any more.
    """

    ids: tuple[str, ...]
    region: NDArray[np.int64]
    region_by: tuple[RegionBy, ...]
    x: Floats
    y: Floats
    neighbours: NDArray[np.bool_]
    anywhere: NDArray[np.bool_]
    missing: tuple[str, ...] = ()

    def edges(self) -> list[list[str]]:
        """The pairs that hang together, each once, in the positions' order."""
        first, second = np.nonzero(np.triu(self.neighbours))
        return [[self.ids[a], self.ids[b]] for a, b in zip(first.tolist(), second.tolist(), strict=True)]


def ground(district: District, positions: Sequence[str], shapes: Shapes | None = None) -> Ground:
    """The ground of ``positions`` (ids, each once).

    A position that is a region belongs to it. Any other point belongs to the region its record declares, else to the
    one it lies in (on an edge: the smaller code), else to the nearest (ties: the smaller code). What has neither a
    region with territory nor a point, and what is no longer a position, is ``anywhere``.

    ``shapes`` (r,): the regions as they might be, on the plane, in the order of ``district.regions``; as they are when
    left out.
    """
    ids = tuple(positions)
    shapes = district.regions_m.geometry.to_numpy() if shapes is None else shapes
    rows = district.positions.set_index("id")
    known = rows.reindex(list(ids))
    there = known.index.isin(rows.index)
    x, y = district.plane.project(known["lon"].to_numpy(np.float64), known["lat"].to_numpy(np.float64))
    declared = np.where(known["region_by"] == "declared", known["region"], "")
    region = pd.Index(district.regions["code"]).get_indexer(pd.Index(declared)).astype(np.int64)
    by = np.where(region < 0, "", np.where(known["kind"] == "region", "region", "declared")).astype(object)
    for at in np.flatnonzero(there & (region < 0) & np.isfinite(x)):
        region[at], by[at] = _of_point(x[at], y[at], shapes)
    _place_inside(x, y, region, shapes)
    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    anywhere = (region < 0) | np.append(none, True)[region]
    meet = borders(shapes) | np.eye(len(shapes), dtype=bool)
    neighbours = np.zeros((len(ids), len(ids)), dtype=bool)
    placed = np.flatnonzero(~anywhere)
    neighbours[np.ix_(placed, placed)] = meet[np.ix_(region[placed], region[placed])]
    np.fill_diagonal(neighbours, False)
    missing = tuple(one for one, is_there in zip(ids, there, strict=True) if not is_there)
    return Ground(ids, region, tuple(by), x, y, neighbours, anywhere, missing)


def _of_point(x: float, y: float, shapes: Shapes) -> tuple[int, RegionBy]:
    """The region that a point lies in, else the nearest, of several the first; -1 where none has territory."""
    far = shapely.distance(shapes, shapely.points(x, y))
    if np.isnan(far).all():
        return -1, ""
    nearest = int(np.nanargmin(far))
    return nearest, "lies_in" if far[nearest] == 0 else "nearest"


def _place_inside(x: Floats, y: Floats, region: NDArray[np.int64], shapes: Shapes) -> None:
    """Gives what has a region and no point a point inside the region."""
    for at in np.flatnonzero(np.isnan(x) & (region >= 0)):
        inside = shapely.point_on_surface(shapes[region[at]])
        if inside is not None and not inside.is_empty:
            x[at], y[at] = inside.x, inside.y


def borders(shapes: Shapes) -> NDArray[np.bool_]:
    """Which of the regions (r,), polygons on the plane, border one another: (r, r), symmetric, False on the diagonal.

    A common border of ``COMMON_M`` or more, borders within ``SLIVER_M`` of one another for ``BESIDE_M``, or
    ``OVERLAP_M2`` in both. A corner is no border. What is missing or empty borders nothing.
    """
    count = len(shapes)
    found = np.zeros((count, count), dtype=bool)
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if len(there) < 2:
        return found
    # By structure: polygons only, where the other way may leave lines beside them.
    solid = shapely.make_valid(shapes[there], method="structure", keep_collapsed=False)
    one, other = shapely.STRtree(solid).query(solid, predicate="dwithin", distance=SLIVER_M)
    once = one < other
    one, other = one[once], other[once]
    # Of each two only the box where they can meet: what lies far from the other would take most of the time.
    box = _meeting(solid[one], solid[other])
    line = shapely.boundary(solid)
    left, right = shapely.intersection(line[one], box), shapely.intersection(line[other], box)
    common = _along(left, right, SAME_LINE_M) >= COMMON_M
    rest = np.flatnonzero(~common)
    beside = np.fmax(_along(left[rest], right[rest], SLIVER_M), _along(right[rest], left[rest], SLIVER_M))
    shared = shapely.area(shapely.intersection(solid[one[rest]], solid[other[rest]]))
    common[rest] = (beside >= BESIDE_M) | (shared >= OVERLAP_M2)
    a, b = there[one[common]], there[other[common]]
    found[a, b] = found[b, a] = True
    return found


def _meeting(one: Shapes, other: Shapes) -> Shapes:
    """The boxes (p,) in which everything lies that the two of each pair have within ``SLIVER_M`` of one another."""
    first, second = shapely.bounds(one), shapely.bounds(other)
    low = np.maximum(first[:, :2], second[:, :2]) - SLIVER_M
    high = np.minimum(first[:, 2:], second[:, 2:]) + SLIVER_M
    made: Shapes = shapely.box(*low.T, *high.T)
    return made


def _along(lines: Shapes, others: Shapes, within_m: float) -> Floats:
    """How many metres of each line (p,) run within ``within_m`` of the other."""
    length: Floats = shapely.length(shapely.intersection(lines, shapely.buffer(others, within_m)))
    return length
