"""Demand in square cells: which cell a point is in, what a cell holds, and that nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_world import X0, Y0, people, sites

from geo.coverage import UNKNOWN, UNSERVED
from geo.demand import Who
from geo.district import District
from geo.pack import open_pack
from geo.planner.cells import CELLS_AT_MOST, SIZES_M, cells, shapes
from geo.planner.coverage import Answer, answer, measure
from geo.planner.question import Question, Reach


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def asked(district: District, rows: list[dict[str, Any]], who: Who | None = None, metres: int = 600) -> Answer:
    """Of a sure site at 0 and one in doubt at 4000."""
    made = replace(district, demand=people(rows, district.demand.codes))
    at = sites([0, 4000], [True, False])
    return answer(made, Question(reach=Reach(metres), who=who or Who("workers")), None, measure(made, at))


def test_cells_by_hand(district: District) -> None:
    """X0 is at a whole kilometre: 0 and 999 share a cell, 1000 begins the next, -1 ends the one before."""
    rows: list[dict[str, Any]] = [
        {"east": -1, "workers": 1},
        {"east": 0, "workers": 2},
        {"east": 999, "workers": 4},
        {"east": 1000, "workers": 8},
        {"east": 1500},
        {"east": 4000, "workers": 16},
        {"east": None, "workers": 32},
        {"east": 500, "workers": 64, "union": False},
    ]
    found = cells(asked(district, rows), 1000)
    assert (found.column - X0 / 1000).tolist() == [-1, 0, 1, 4]
    assert set(found.row) == {Y0 / 1000}
    assert found.x.tolist() == [X0 - 500, X0 + 500, X0 + 1500, X0 + 4500]
    assert set(found.y) == {Y0 + 500}
    assert found.weight_all.tolist() == [1, 6, 8, 16]
    assert found.weight_unserved.tolist() == [0, 4, 8, 0]
    assert found.weight_unknown.tolist() == [0, 0, 0, 16]
    assert found.count.tolist() == [1, 2, 2, 1]
    assert found.count_unserved.tolist() == [0, 1, 2, 0]
    squares = shapes(found)
    assert shapely.area(squares).tolist() == [1e6] * 4
    assert shapely.bounds(squares)[1].tolist() == [X0, Y0, X0 + 1000, Y0 + 1000]


def test_nobody_is_in_no_cell(district: District) -> None:
    for rows in ([], [{"east": None}], [{"east": 0, "union": False}]):
        found = cells(asked(district, rows), None)
        assert (found.size_m, len(found.column), len(shapes(found))) == (SIZES_M[0], 0, 0)
        assert found.weight_all.dtype == np.float64


@pytest.mark.parametrize(("many", "size_m"), [(CELLS_AT_MOST, 250), (CELLS_AT_MOST + 1, 500)])
def test_the_smallest_cells_that_are_not_too_many(district: District, many: int, size_m: int) -> None:
    found = cells(asked(district, [{"east": 250 * n} for n in range(many)]), None)
    assert found.size_m == size_m
    assert len(found.column) <= CELLS_AT_MOST


def test_the_largest_where_all_are_too_many(district: District) -> None:
    assert cells(asked(district, [{"east": 4000 * n} for n in range(CELLS_AT_MOST + 1)]), None).size_m == SIZES_M[-1]


@given(
    east=st.lists(st.none() | st.integers(-40_000, 40_000), max_size=40),
    size_m=st.sampled_from(SIZES_M),
    north=st.integers(-40_000, 40_000),
)
def test_every_point_is_in_its_square_and_none_is_lost(
    district: District, east: list[int | None], size_m: int, north: int
) -> None:
    rows = [{"east": metres, "workers": 1 + n} for n, metres in enumerate(east)]
    made = replace(district, demand=people(rows, district.demand.codes))
    y = made.demand.y + north * np.arange(len(east))
    made = replace(made, demand=replace(made.demand, y=y))
    given_ = answer(
        made, Question(reach=Reach(900), who=Who("workers")), None, measure(made, sites([0, 5], [True, False]))
    )
    found = cells(given_, size_m)
    placed = np.isfinite(made.demand.x)
    assert found.count.sum() == placed.sum()
    assert found.weight_all.sum() == given_.weight[placed].sum()
    assert found.weight_unserved.sum() == given_.weight[given_.status == UNSERVED].sum()
    assert found.weight_unknown.sum() == given_.weight[placed & (given_.status == UNKNOWN)].sum()
    assert len({*zip(found.column.tolist(), found.row.tolist(), strict=True)}) == len(found.column)
    for left, bottom, right, top, weight in zip(*shapely.bounds(shapes(found)).T, found.weight_all, strict=True):
        x, y = made.demand.x, made.demand.y
        inside = (left <= x) & (x < right) & (bottom <= y) & (y < top)
        assert given_.weight[inside].sum() == weight
