"""Regions 镇街: the units that tile a district, and which of them a point lies in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.distance import Floats, Grid, in_chunks, refuse_degrees, require_metres
from geo.errors import FrameError
from geo.schema import PROVENANCE, Column, Table

KINDS = ("town", "subdistrict")
CONFIDENCES = ("high", "medium", "low-medium", "low")

TABLE = Table(
    file="regions.csv",
    key=("code",),
    columns=(
        Column("code", required=True),
        Column("name", required=True),
        Column("name_en"),
        Column("alias"),
        Column("kind", "choice", required=True, choices=KINDS),
        Column("seat_lon", "number", low=-180, high=180),
        Column("seat_lat", "number", low=-90, high=90),
        Column("seat_confidence", "choice", choices=CONFIDENCES),
        Column("seat_source"),
        Column("area_km2", "number", low=0),
        Column("population", "integer", low=0),
        Column("population_year", "integer", low=1900, high=2100),
        Column("in_campaign", "flag"),
        Column("extent_lon_min", "number", low=-180, high=180),
        Column("extent_lat_min", "number", low=-90, high=90),
        Column("extent_lon_max", "number", low=-180, high=180),
        Column("extent_lat_max", "number", low=-90, high=90),
        *PROVENANCE,
    ),
)

OUTSIDE = -1
BORDER = -2
GRID_SIZE = 64
GRID_PAYS_FROM = 100_000  # points; below this, testing each against the polygons is done sooner than the grid


class RegionIndex:
    """Which of a list of polygons a point lies in: built once for the polygons, asked for any number of points.

    Polygons in metres, in region order. A point on an edge is inside; of several regions the smaller index has it.
    FrameError for degrees.
    """

    def __init__(self, polygons: Iterable[object]) -> None:
        # Copies of its own: preparing a geometry changes how GEOS answers for it everywhere, and what GEOS prepares for
        # one question is not safe to be asked another by two threads at once.
        self._polygons = shapely.from_wkb(shapely.to_wkb(np.array(list(polygons), dtype=object)))
        self._bounds = shapely.bounds(self._polygons).reshape(-1, 4)  # NaN where a region has no territory
        refuse_degrees(self._bounds[:, [0, 2]], self._bounds[:, [1, 3]])
        self._boxes = self._bounds.tolist()
        shapely.prepare(self._polygons)
        # Asked once before threads share them: GEOS builds a prepared polygon's index at the first question.
        shapely.intersects_xy(self._polygons, self._bounds[:, 0], self._bounds[:, 1])

    def locate(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.int16]:
        """The index (n,) of the region each point (n,) lies in; -1 outside of all, and for NaN."""
        px, py = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        refuse_degrees(px, py)
        found = np.empty(len(px), dtype=np.int16)
        known = self._labels if len(px) >= GRID_PAYS_FROM else None

        def work(part: slice) -> None:
            found[part] = self._test(px[part], py[part]) if known is None else self._look_up(known, px[part], py[part])

        in_chunks(len(px), work)
        return found

    def locate_one(self, x: float, y: float) -> int:
        """``locate`` of one point in metres, without arrays, which would take most of the time."""
        for index, (left, bottom, right, top) in enumerate(self._boxes):
            if left <= x <= right and bottom <= y <= top and shapely.intersects_xy(self._polygons[index], x, y):
                return index
        return OUTSIDE

    def _test(self, x: Floats, y: Floats) -> NDArray[np.int16]:
        """The answer by exact tests against every polygon whose bounds hold the point."""
        found = np.full(len(x), OUTSIDE, dtype=np.int16)
        for index in reversed(range(len(self._polygons))):  # smaller ones write last
            left, bottom, right, top = self._bounds[index]
            near = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
            found[near[shapely.intersects_xy(self._polygons[index], x[near], y[near])]] = index
        return found

    def _look_up(self, known: tuple[Grid, NDArray[np.int16]], x: Floats, y: Floats) -> NDArray[np.int16]:
        """The answer by the label of the point's cell; exact tests only in cells that a border crosses."""
        grid, labels = known
        found = labels[grid.cell(x, y)]
        border = np.flatnonzero(found == BORDER)
        found[border] = self._test(x[border], y[border])
        return found

    @cached_property
    def _labels(self) -> tuple[Grid, NDArray[np.int16]] | None:
        """A grid one cell wider than the territory all round, and what each cell is: a region, OUTSIDE or BORDER."""
        if np.isnan(self._bounds).all():
            return None
        left, bottom, right, top = shapely.total_bounds(self._polygons)
        wide, high = (right - left) / (GRID_SIZE - 2), (top - bottom) / (GRID_SIZE - 2)
        grid = Grid.over(left - wide, bottom - high, right + wide, top + high, size=GRID_SIZE)
        x, y = grid.centres()
        labels = self._test(x, y)
        # A millionth of a cell wider, so that a border along a cell's edge counts in both cells whatever the rounding.
        half_width, half_height = grid.cell_width * 0.500001, grid.cell_height * 0.500001
        cells = shapely.STRtree(shapely.box(x - half_width, y - half_height, x + half_width, y + half_height))
        labels[cells.query(shapely.boundary(self._polygons), predicate="intersects")[1]] = BORDER
        return grid, labels


def require_regions(regions: gpd.GeoDataFrame) -> None:
    """FrameError unless regions are in WGS-84 degrees and sorted by unique code: the order of all that is by region."""
    if regions.crs is None or regions.crs.to_epsg() != 4326:
        raise FrameError("regions.not_lonlat", crs=str(regions.crs))
    if not (regions["code"].is_unique and regions["code"].is_monotonic_increasing):
        raise FrameError("regions.not_sorted")


def name_codes(indices: NDArray[np.integer], codes: ArrayLike) -> NDArray[np.object_]:
    """The code (n,) of each region index (n,) into ``codes`` (r,); ``""`` for -1."""
    named: NDArray[np.object_] = np.append(np.asarray(codes, dtype=object), "")[indices]
    return named


def join_regions(points: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> pd.Series:
    """The code of the region each point lies in, ``""`` outside of all: one row in, one row out, on the same index.

    For frames small enough for point objects (facilities, positions), both in the same CRS in metres, regions sorted
    by code. A point on an edge is inside; of several regions the smaller code has it, as in ``RegionIndex``.
    """
    require_metres(points)
    require_metres(regions)
    if points.crs != regions.crs:
        raise FrameError("regions.crs_differ", points=str(points.crs), regions=str(regions.crs))
    left = gpd.GeoDataFrame(geometry=points.geometry.reset_index(drop=True))
    right = gpd.GeoDataFrame(geometry=regions.geometry.reset_index(drop=True))
    pairs = gpd.sjoin(left, right, how="left", predicate="intersects")["index_right"]
    first = pairs.groupby(level=0).min().fillna(OUTSIDE).to_numpy(dtype=np.int64)
    return pd.Series(name_codes(first, regions["code"]), index=points.index, name="region", dtype=str)
