"""The demand in even square cells: what a map shades where single enterprises are too many, or not for all to see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coverage import UNKNOWN, UNSERVED
from geo.distance import Floats
from geo.planner.coverage import Answer

SIZES_M = (250, 500, 1000, 2000, 4000)
"""Sides of a cell, each twice the one before, so that four cells make one of the next size."""
CELLS_AT_MOST = 600
"""So many a map draws at once and a reader can tell apart."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells (k,) that anybody asked about lies in, by row and column from the south west.

    Cell ``column, row`` is the square of the plane from ``column * size_m, row * size_m`` on, its western and southern
    edge its own. ``x``, ``y``: centres, metres. ``weight_all``, ``weight_unserved``, ``weight_unknown`` in the measure
    asked about, ``count``, ``count_unserved`` in enterprises. Who has no usable location is in no cell; ``unknown``
    here are those with nothing but stations of unknown hours in reach.
    """

    size_m: int
    column: NDArray[np.int64]
    row: NDArray[np.int64]
    x: Floats
    y: Floats
    weight_all: Floats
    weight_unserved: Floats
    weight_unknown: Floats
    count: NDArray[np.int64]
    count_unserved: NDArray[np.int64]


def cells(answer: Answer, size_m: int | None) -> Cells:
    """The cells of side ``size_m``; None: of the smallest of ``SIZES_M`` with at most CELLS_AT_MOST, or the largest."""
    demand = answer.demand
    seen = np.flatnonzero(answer.chosen & demand.placed)
    for size in (size_m,) if size_m else SIZES_M:
        column, row, cell = _gather(demand.x[seen], demand.y[seen], size)
        if len(column) <= CELLS_AT_MOST:
            break
    status, weight = answer.status[seen], answer.weight[seen]

    def add_up(some: NDArray[np.generic]) -> Floats:
        found: Floats = np.bincount(cell, some, minlength=len(column)).astype(np.float64)
        return found

    return Cells(
        size_m=size,
        column=column,
        row=row,
        x=np.asarray((column + 0.5) * size, dtype=np.float64),
        y=np.asarray((row + 0.5) * size, dtype=np.float64),
        weight_all=add_up(weight),
        weight_unserved=add_up(weight * (status == UNSERVED)),
        weight_unknown=add_up(weight * (status == UNKNOWN)),
        count=np.bincount(cell, minlength=len(column)),
        count_unserved=add_up(status == UNSERVED).astype(np.int64),
    )


def _gather(x: Floats, y: Floats, size_m: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Column and row (k,) of each cell that has a point, and which of them (n,) each point lies in."""
    columns, rows = np.floor(x / size_m).astype(np.int64), np.floor(y / size_m).astype(np.int64)
    if not len(columns):
        return columns, rows, columns
    west, wide = columns.min(), int(np.ptp(columns)) + 1
    numbers, cell = np.unique(rows * wide + (columns - west), return_inverse=True)
    return numbers % wide + west, numbers // wide, cell


def shapes(cells: Cells) -> NDArray[np.object_]:
    """The cells (k,) as squares on the plane."""
    left, bottom = cells.column * cells.size_m, cells.row * cells.size_m
    squares: NDArray[np.object_] = shapely.box(left, bottom, left + cells.size_m, bottom + cells.size_m)
    return squares
