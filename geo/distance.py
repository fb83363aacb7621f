"""Metres: the plane they are measured on, and which sites are nearest. Straight lines on a projected plane."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from scipy.sparse import csc_array
from scipy.spatial import KDTree

from geo.errors import FrameError

if TYPE_CHECKING:
    import geopandas as gpd  # a third of a second that a solver has no use for

Floats = NDArray[np.float64]
CHUNK = 1 << 16  # points handled at once: the arrays of a chunk stay in the processor's cache


def in_chunks(count: int, work: Callable[[slice], None]) -> None:
    """Call ``work`` on slices that together cover ``range(count)``, in threads: numpy, pyproj, GEOS release the GIL.

    ``work`` must not call this again: it would wait for a thread that waits for it.
    """
    parts = [slice(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    if len(parts) <= 1:
        for part in parts:
            work(part)
    else:
        for _ in threads().map(work, parts):
            pass


@cache
def threads() -> ThreadPoolExecutor:
    """The threads all arrays share: kept, because each new thread costs pyproj some milliseconds to set up."""
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="arrays")


@dataclass(frozen=True)
class Plane:
    """A projected plane in metres, named by its CRS (``EPSG:32650``); FrameError for degrees or other units."""

    crs: str

    def __post_init__(self) -> None:
        try:
            metric = _is_metric(CRS(self.crs))
        except CRSError:
            metric = False
        if not metric:
            raise FrameError("distance.not_metres", crs=self.crs)

    @cached_property
    def _transformer(self) -> Transformer:
        return Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)

    def project(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing (n,), metres, of WGS-84 degrees (n,); NaN where there is none."""
        return self._transform(lon, lat, "FORWARD")

    def unproject(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """WGS-84 longitude and latitude (n,), degrees, of metres (n,); NaN where there is none."""
        return self._transform(x, y, "INVERSE")

    def _transform(self, first: ArrayLike, second: ArrayLike, direction: str) -> tuple[Floats, Floats]:
        a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
        out = np.empty((2, len(a)))

        def work(part: slice) -> None:
            out[:, part] = self._transformer.transform(a[part], b[part], direction=direction)

        in_chunks(len(a), work)
        out[:, ~np.isfinite(out).all(axis=0)] = np.nan
        return out[0], out[1]


def _is_metric(crs: CRS) -> bool:
    return bool(crs.is_projected and all(axis.unit_conversion_factor == 1 for axis in crs.axis_info))


def require_metres(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
    """FrameError unless the frame's CRS is projected and in metres."""
    if frame.crs is None or not _is_metric(frame.crs):
        raise FrameError("distance.not_metres", crs=str(frame.crs))


def refuse_degrees(x: Floats, y: Floats) -> None:
    """FrameError where every point lies within ±180, ±90: those are degrees, not metres. Nothing known passes."""
    known = np.isfinite(x) & np.isfinite(y)
    if known.any() and not (known & ((np.abs(x) > 180) | (np.abs(y) > 90))).any():
        raise FrameError("distance.degrees")


@dataclass(frozen=True)
class Grid:
    """``size`` × ``size`` equal cells over a box, numbered by rows; what lies outside counts to a cell at the edge."""

    left: float
    bottom: float
    cell_width: float
    cell_height: float
    size: int

    @classmethod
    def over(cls, left: float, bottom: float, right: float, top: float, *, size: int) -> Grid:
        """The grid of a box; a side of no length gets cells of one metre."""
        return cls(left, bottom, (right - left) / size or 1.0, (top - bottom) / size or 1.0, size)

    def cell(self, x: Floats, y: Floats) -> NDArray[np.int32]:
        """The cell (n,) of each point; NaN falls into an edge cell."""
        last = self.size - 1  # fmax and fmin prefer a number to NaN
        column = np.fmin(np.fmax((x - self.left) / self.cell_width, 0), last).astype(np.int32)
        row = np.fmin(np.fmax((y - self.bottom) / self.cell_height, 0), last).astype(np.int32)
        return row * np.int32(self.size) + column

    def centres(self) -> tuple[Floats, Floats]:
        """x and y of every cell's centre, in the order of their numbers."""
        middle = np.arange(self.size) + 0.5
        x, y = self.left + middle * self.cell_width, self.bottom + middle * self.cell_height
        return np.tile(x, self.size), np.repeat(y, self.size)


POINTS_A_SITE = 4
"""From so many points a site on, gathering points into cells is faster than asking a tree for each."""


class Nearest(NamedTuple):
    """The nearest and second nearest site of each point, columns 0 and 1: ``site`` its index, ``metres`` (n, 2)."""

    site: NDArray[np.int32]
    metres: Floats


def nearest_two(x: ArrayLike, y: ArrayLike, sites_x: ArrayLike, sites_y: ArrayLike) -> Nearest:
    """The two sites nearest to each point, in metres.

    Points (n,) and sites (m,) on one plane; sites sorted by id: of equally distant ones the smaller index, and so
    the smaller id, comes first. -1 and NaN where there is no such site or the point is NaN. FrameError for degrees.

    Where points are many for each site (``POINTS_A_SITE``), they are gathered into cells. Exact: a cell's candidates
    are the sites no farther from its centre than the second nearest is, plus twice the distance from centre to corner;
    no other site can be among the two nearest of a point of that cell.
    """
    px, py, sx, sy = (np.asarray(values, dtype=np.float64) for values in (x, y, sites_x, sites_y))
    refuse_degrees(px, py)
    refuse_degrees(sx, sy)
    if not (np.isfinite(sx) & np.isfinite(sy)).all():
        raise FrameError("distance.unplaced_site")
    site = np.full((2, len(px)), -1, dtype=np.int32)
    metres = np.full((2, len(px)), np.nan)
    if len(sx) and not np.isnan(px).all():
        few = len(px) < POINTS_A_SITE * len(sx)
        search = _Tree.of(sx, sy) if few else _Candidates.of(px, py, sx, sy)

        def work(part: slice) -> None:
            site[:, part], metres[:, part] = search.nearest_two(px[part], py[part])

        in_chunks(len(px), work)
    return Nearest(site.T, metres.T)


@dataclass(frozen=True, eq=False)
class _Tree:
    """The sites in a k-d tree, asked point by point."""

    tree: KDTree

    @classmethod
    def of(cls, sx: Floats, sy: Floats) -> _Tree:
        return cls(KDTree(np.column_stack((sx, sy))))

    def nearest_two(self, x: Floats, y: Floats) -> tuple[NDArray[np.int32], Floats]:
        """Site and metres, each (2, n), of the nearest two of each point."""
        sites = np.full((2, len(x)), -1, dtype=np.int32)
        metres = np.full((2, len(x)), np.nan)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        points = np.column_stack((x[known], y[known]))
        far, near = self.tree.query(points, k=3)  # the third tells whether the second is the only one so far away
        tied = np.isfinite(far[:, 1]) & ((far[:, 0] == far[:, 1]) | (far[:, 1] == far[:, 2]))
        for row in np.flatnonzero(tied):
            around = np.array(self.tree.query_ball_point(points[row], far[row, 1] * (1 + 1e-12), return_sorted=True))
            away = np.sqrt(((self.tree.data[around] - points[row]) ** 2).sum(axis=1))
            near[row, :2] = around[np.argsort(away, kind="stable")[:2]]
        there = np.isfinite(far[:, :2])
        sites[:, known] = np.where(there, near[:, :2], -1).T
        away = np.sqrt(((self.tree.data[np.where(there, near[:, :2], 0)] - points[:, None]) ** 2).sum(axis=2))
        metres[:, known] = np.where(there, away, np.nan).T
        return sites, metres


@dataclass(frozen=True, eq=False)
class _Candidates:
    """For each cell of a grid the sites that may be among the nearest two of a point in it, by ascending index.

    ``sites[first[cell] : first[cell] + count[cell]]`` are a cell's.
    """

    grid: Grid
    x: Floats
    y: Floats
    sites: NDArray[np.int32]
    first: NDArray[np.int64]
    count: NDArray[np.unsignedinteger]

    @classmethod
    def of(cls, px: Floats, py: Floats, sx: Floats, sy: Floats) -> _Candidates:
        """The candidates for points (px, py) among sites (sx, sy), on a grid as fine as the points are many."""
        size = int(np.clip(np.sqrt(len(px)) / 4, 1, 128))
        grid = Grid.over(np.nanmin(px), np.nanmin(py), np.nanmax(px), np.nanmax(py), size=size)
        centres, tree = np.column_stack(grid.centres()), KDTree(np.column_stack((sx, sy)))
        second = tree.query(centres, k=2)[0][:, 1]  # infinite where there is one site
        diagonal = np.hypot(grid.cell_width, grid.cell_height) + 1e-6  # a micrometre for rounding
        near = tree.query_ball_point(centres, second + diagonal, return_sorted=True, workers=-1)
        count = np.fromiter(map(len, near), dtype=np.int64, count=len(near))
        sites = np.concatenate(near).astype(np.int32)
        # The smallest type that holds the counts: numpy sorts those by radix.
        return cls(grid, sx, sy, sites, np.cumsum(count) - count, count.astype(np.min_scalar_type(count.max())))

    def nearest_two(self, x: Floats, y: Floats) -> tuple[NDArray[np.int32], Floats]:
        """Site and metres, each (2, n), of the nearest two of each point."""
        cell = self.grid.cell(x, y)
        # Points with few candidates come first: turn k then works on the tail that has a k-th candidate.
        order = np.argsort(self.count[cell], kind="stable")
        cell, x, y = cell[order], x[order], y[order]
        first, count = self.first[cell], self.count[cell]
        best = np.full((2, len(x)), np.inf)
        best_site = np.full((2, len(x)), -1, dtype=np.int32)
        for turn in range(count[-1]):
            tail = slice(np.searchsorted(count, turn, side="right"), None)
            site = self.sites[first[tail] + turn]
            far = np.sqrt((x[tail] - self.x[site]) ** 2 + (y[tail] - self.y[site]) ** 2)
            # Strictly closer only: candidates ascend, so a tie stays with the smaller index. NaN is never closer.
            closest, closer = far < best[0, tail], far < best[1, tail]
            for ranked, new in ((best[:, tail], far), (best_site[:, tail], site)):
                np.copyto(ranked[1], new, where=closer)
                np.copyto(ranked[1], ranked[0], where=closest)
                np.copyto(ranked[0], new, where=closest)
        sites, metres = np.empty((2, len(x)), dtype=np.int32), np.empty((2, len(x)))
        sites[:, order], metres[:, order] = best_site, np.where(best_site < 0, np.nan, best)
        return sites, metres


@dataclass(frozen=True, eq=False)
class CostTable:
    """What it costs each row of demand to use each site that it can use; a pair that is not there cannot be used.

    Row i's sites are ``site[start[i] : start[i + 1]]``, ascending, columns below ``sites``; ``cost`` (k,) goes with
    ``site`` (k,): metres, or any cost of 0 or more, and 0 is a cost like any other. ``start`` is (n + 1,).
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: Floats
    sites: int

    @property
    def rows(self) -> int:
        """How many rows of demand there are, with sites or without."""
        return len(self.start) - 1


def cost_table(
    x: ArrayLike, y: ArrayLike, sites_x: ArrayLike, sites_y: ArrayLike, within_m: float | Floats
) -> CostTable:
    """The pairs of points (n,) and sites (m,) that are at most ``within_m`` metres apart, inclusive.

    ``within_m`` is one number or one for each point; a point that is NaN has no pairs, nor has one whose ``within_m``
    is NaN or negative. The metres are those of ``nearest_two``. Memory grows with the pairs, not with n x m.
    FrameError for degrees, and for a site that is NaN.
    """
    points, sites = len(np.asarray(x)), len(np.asarray(sites_x))
    rows, metres = [], []
    for near, far in each_within(x, y, sites_x, sites_y, within_m):
        rows.append(near.astype(np.int32))
        metres.append(far)
    start = np.concatenate(([0], np.cumsum([len(near) for near in rows])))
    # By columns first, then turned over: one pass, which leaves each row's sites ascending.
    start = start.astype(_smallest(int(start[-1])))
    parts = (_joined(metres, np.float64), _joined(rows, np.int32), start)
    table = csc_array(parts, shape=(points, sites)).tocsr()
    return CostTable(table.indptr.astype(np.int64), table.indices.astype(np.int32, copy=False), table.data, sites)


def _joined(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    """The parts one after the other; the list is emptied, so that they are not kept twice for longer than it takes."""
    whole = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
    parts.clear()
    return whole


def _smallest(count: int) -> type[np.int32 | np.int64]:
    """The type of scipy's indices: one of 8 bytes for one array makes them all so."""
    return np.int32 if count < np.iinfo(np.int32).max else np.int64


def each_within(
    x: ArrayLike, y: ArrayLike, sites_x: ArrayLike, sites_y: ArrayLike, within_m: float | Floats
) -> Iterator[tuple[NDArray[np.intp], Floats]]:
    """For one site after the other, the rows of the points within reach, in no order, and their metres: the pairs of
    ``cost_table``, without keeping them.
    """
    px, py, sx, sy = (np.asarray(values, dtype=np.float64) for values in (x, y, sites_x, sites_y))
    refuse_degrees(px, py)
    refuse_degrees(sx, sy)
    if not (np.isfinite(sx) & np.isfinite(sy)).all():
        raise FrameError("distance.unplaced_site")
    within = np.broadcast_to(np.asarray(within_m, dtype=np.float64), px.shape)
    asked = np.flatnonzero(np.isfinite(px) & np.isfinite(py) & (within >= 0))
    if not len(asked):
        for _ in sx:
            yield np.empty(0, dtype=np.intp), np.empty(0)
        return
    around = _Around.of(px[asked], py[asked], float(within[asked].max()))
    # The order of the cells, in which what lies in one row of cells lies together.
    rows, reach = asked[around.order], within[asked][around.order]
    px, py = px[rows], py[rows]
    for site_x, site_y in zip(sx, sy, strict=True):
        near = around.near(site_x, site_y)
        metres = np.sqrt((px[near] - site_x) ** 2 + (py[near] - site_y) ** 2)
        inside = metres <= reach[near]
        yield rows[near][inside], metres[inside]


CELLS_A_REACH = 4
"""How many cells a reach is wide: narrower ones hold fewer points in vain, and take more turns."""


@dataclass(frozen=True, eq=False)
class _Around:
    """Points by the cell of a grid: ``order`` (n,) sorts them by cell, ``first`` says where each cell begins."""

    left: float
    bottom: float
    cell_m: float
    columns: int
    rows: int
    reach_m: float
    order: NDArray[np.intp]
    first: NDArray[np.intp]

    @classmethod
    def of(cls, x: Floats, y: Floats, reach_m: float) -> _Around:
        """All points finite, at least one."""
        left, bottom = float(x.min()), float(y.min())
        wide, high = float(x.max()) - left, float(y.max()) - bottom
        # At most about a million cells, whatever the reach; and never none.
        cell_m = max(min(reach_m, wide + high + 1.0) / CELLS_A_REACH, (wide + high) / 1024, 1.0)
        columns, rows = int(wide / cell_m) + 1, int(high / cell_m) + 1
        cell = ((y - bottom) / cell_m).astype(np.int64) * columns + ((x - left) / cell_m).astype(np.int64)
        order = np.argsort(cell, kind="stable")
        first = np.searchsorted(cell[order], np.arange(columns * rows + 1))
        return cls(left, bottom, cell_m, columns, rows, reach_m, order, first)

    def near(self, x: float, y: float) -> NDArray[np.intp]:
        """Where in ``order`` the points stand that may be within reach: all that are, and some that are not."""
        reach = self.reach_m * (1 + 1e-9) + 1e-6  # for rounding
        west, east = self._span(x - self.left, reach, self.columns)
        south, north = self._span(y - self.bottom, reach, self.rows)
        bands = range(south, north) if west < east else range(0)
        runs = [
            np.arange(self.first[row * self.columns + west], self.first[row * self.columns + east]) for row in bands
        ]
        return np.concatenate(runs) if runs else np.empty(0, dtype=np.intp)

    def _span(self, middle: float, reach: float, count: int) -> tuple[int, int]:
        """The cells from and until which a reach goes along one side."""
        low, high = (middle - reach) / self.cell_m, (middle + reach) / self.cell_m
        return int(np.clip(np.floor(low), 0, count)), int(np.clip(np.floor(high) + 1, 0, count))
