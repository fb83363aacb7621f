"""What the public may not see: nothing under five, and nothing that gives such a count away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog
from small_world import X0, Y0, people, sites

from geo.demand import UNIONS, Group, Who
from geo.district import District
from geo.pack import open_pack
from geo.planner.cells import Cells
from geo.planner.coverage import Answer, answer, measure
from geo.planner.outcome import Outcome, outcome
from geo.planner.plan import Site
from geo.planner.privacy import (
    AT_LEAST,
    PUBLIC_CELL_M,
    cells_withheld,
    public_change,
    public_curve,
    public_rows,
    public_week,
    withheld,
)
from geo.planner.question import Question, Reach


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def table(parts: list[list[int]] | np.ndarray) -> np.ndarray:
    """The parts with a last column and a last row of totals."""
    inner = np.asarray(parts, dtype=np.int64)
    wide = np.column_stack((inner, inner.sum(axis=1)))
    return np.vstack((wide, wide.sum(axis=0)))


def could_be(counts: np.ndarray, hidden: np.ndarray, row: int, column: int) -> tuple[float, float]:
    """The least and the most that a hidden cell can be, for who sees the others and knows that all add up.

    The sums of rows and columns make a network, whose least and most are whole numbers where the counts are.
    """
    places = [tuple(place) for place in np.argwhere(hidden)]
    signs = np.ones(counts.shape)
    lines = []
    for axis, length in enumerate(counts.shape):
        for line in range(length):
            cells = np.zeros(counts.shape)
            index = (line, slice(None)) if axis == 0 else (slice(None), line)
            cells[index] = signs[index]
            total = (line, -1) if axis == 0 else (-1, line)
            cells[total] = -1
            lines.append(cells)
    matrix = np.array([[cells[place] for place in places] for cells in lines])
    seen = np.array([-(cells * counts * ~hidden).sum() for cells in lines])
    wanted = np.array([float(place == (row, column)) for place in places])
    found = [linprog(sign * wanted, A_eq=matrix, b_eq=seen, method="highs") for sign in (1, -1)]
    assert all(one.success or one.status == 3 for one in found)  # 3: without bound
    return found[0].fun, (np.inf if found[1].status == 3 else -found[1].fun)


def test_nothing_small_nothing_hidden() -> None:
    assert not withheld(table([[5, 0, 7], [0, 0, 9], [100, 5, 0]])).any()


def test_one_small_count_takes_three_more_with_it() -> None:
    """3 of 甲 is hidden; to keep it from being 103 - 100, its neighbour is, and so on round the cheapest rectangle."""
    hidden = withheld(table([[3, 100, 50], [20, 30, 40], [60, 70, 80]]))
    assert np.argwhere(hidden).tolist() == [[0, 0], [0, 2], [1, 0], [1, 2]], "3 + 50 + 20 + 40 is the least to lose"


def test_small_counts_cover_for_one_another() -> None:
    hidden = withheld(table([[3, 2, 50], [4, 1, 40], [60, 70, 80]]))
    assert np.argwhere(hidden).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_what_is_hidden_already_is_used_first() -> None:
    """3 could be covered by 50, 7 and 8; with 2 hidden anyway, by 50 and 60 more, a cell fewer."""
    hidden = withheld(table([[3, 50], [60, 2], [7, 8]]))
    assert np.argwhere(hidden).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_a_nought_is_no_cover() -> None:
    """Beside 3 and 0, the other row's noughts could not give anything up: 3 would be plain, as all of its column."""
    hidden = withheld(table([[3, 0, 50], [0, 0, 40], [60, 0, 80]]))
    low, high = could_be(table([[3, 0, 50], [0, 0, 40], [60, 0, 80]]), hidden, 0, 0)
    assert low < 3 or high > 3


def test_a_total_that_is_small_is_hidden_too() -> None:
    counts = table([[2, 0, 0], [20, 30, 40]])
    hidden = withheld(counts)
    assert hidden[0, 0]
    assert hidden[0, 3], "the row's total is 2 as well"


def test_one_region_alone() -> None:
    """The district is its only region: its small count is the district's."""
    hidden = withheld(table([[3, 100, 50]]))
    assert hidden[0, 0]
    assert hidden[1, 0]
    assert could_be(table([[3, 100, 50]]), hidden, 0, 0) != (3, 3)


def test_a_table_of_one_row_is_seen_or_not() -> None:
    assert withheld(np.array([[3, 10, 13]])).all()
    assert not withheld(np.array([[5, 10, 15]])).any()
    assert withheld(np.zeros((0, 4), dtype=np.int64)).shape == (0, 4)


counts_of = st.one_of(st.integers(0, 7), st.sampled_from([0, 0, 1, 4, 5, 30, 400]))
shapes = st.tuples(st.integers(1, 6), st.integers(1, 4))
tables = shapes.flatmap(lambda shape: arrays(np.int64, shape, elements=counts_of))


@given(parts=tables)
@example(parts=np.array([[1, 0], [0, 0]]))
@example(parts=np.array([[3, 0, 0], [0, 4, 0], [0, 0, 1]]))
def test_no_small_count_can_be_worked_out(parts: np.ndarray) -> None:
    counts = table(parts)
    hidden = withheld(counts)
    small = (counts > 0) & (counts < AT_LEAST)
    assert (hidden >= small).all(), "nothing under five is seen"
    assert hidden.any() == small.any(), "and nothing is hidden for nothing"
    for axis in (0, 1):
        assert (hidden.sum(axis=axis) != 1).all(), "one hidden cell of a line is the line's total less the others"
    for row, column in np.argwhere(small):
        low, high = could_be(counts, hidden, row, column)
        assert high - low >= 1 - 1e-6


@given(parts=tables, seed=st.integers(0, 9))
def test_what_is_hidden_anyway_stays_so_and_the_rest_is_as_safe(parts: np.ndarray, seed: int) -> None:
    counts = table(parts)
    also = np.random.default_rng(seed).random(counts.shape) < 0.1
    hidden = withheld(counts, also)
    assert (hidden >= also).all()
    for row, column in np.argwhere((counts > 0) & (counts < AT_LEAST) & ~also):
        low, high = could_be(counts, hidden, row, column)
        assert high - low >= 1 - 1e-6


# ---- an answer's rows ----

SERVED_AT, UNSERVED_AT, NOWHERE = 0, 5_000, None


def counted(district: District, groups: list[tuple[int, int | None, bool, int]], union: Group = "all") -> Answer:
    """The answer where so many of a region are at a place, with a union or without; the only site is at 0."""
    rows = [
        {"region": region, "east": east, "union": has, "workers": 10}
        for region, east, has, many in groups
        for _ in range(many)
    ]
    world = replace(district, demand=people(rows, district.demand.codes))
    return answer(world, Question(reach=Reach(100), who=Who(union=union)), None, measure(world, sites([0])))


def test_the_public_sees_large_counts_as_they_are(district: District) -> None:
    found = counted(district, [(0, 0, True, 6), (0, 5_000, True, 5), (1, 0, False, 8)])
    shown = public_rows(found)
    pd.testing.assert_frame_equal(shown, found.rows, check_dtype=False)


def test_a_small_count_takes_its_shares_and_distances_with_it(district: District) -> None:
    """甲 has 6 served and 3 not; 乙 9 and 7: both counts of each are hidden, and what follows from them."""
    groups = [(0, 0, True, 6), (0, 5_000, True, 3), (1, 0, True, 9), (1, 5_000, True, 7)]
    groups += [(2, 0, True, 30), (2, 5_000, True, 20)]
    found = counted(district, groups)
    shown = public_rows(found)
    for row in (0, 1):
        assert shown.iloc[row][["n_served", "n_unserved", "served", "unserved"]].isna().all()
        assert shown.iloc[row][["share", "share_second", "median_m", "p90_m"]].isna().all()
        assert shown.iloc[row]["n_all"] == found.rows.iloc[row]["n_all"]
    assert shown.iloc[2]["n_served"] == 30
    assert shown.loc["total", ["n_served", "n_unserved", "share"]].tolist() == [45, 30, 0.4]
    assert found.rows["n_served"].tolist() == [6, 9, 30, 0, 45], "the answer itself is left as it was"


def test_a_second_choice_of_few_is_not_shown(district: District) -> None:
    """Ten of 甲 are served, three of them, at 50, by both sites; 乙 has none; from the total 甲's could be told."""
    demand = people([{"east": 50}] * 3 + [{"east": -50}] * 7 + [{"east": -50, "region": 1}] * 9, district.demand.codes)
    world = replace(district, demand=demand)
    found = answer(world, Question(reach=Reach(60)), None, measure(world, sites([0, 100])))
    assert found.rows["n_second"].tolist() == [3, 0, 0, 0, 3]
    shown = public_rows(found)
    assert shown["n_served"].tolist() == [10, 9, 0, 0, 19]
    assert shown["n_second"].isna().tolist() == [True, False, False, False, True]
    assert shown["share_second"].isna().tolist() == [True, False, True, True, True]


def test_the_total_of_a_row_is_not_hidden_for_its_parts(district: District) -> None:
    """Only 甲 has anybody: its three and the nought beside them are hidden, and the district's; twelve are seen."""
    shown = public_rows(counted(district, [(0, 0, True, 3), (0, 5_000, True, 9)]))
    assert shown["n_all"].tolist() == [12, 0, 0, 0, 12]
    assert shown["n_served"].isna().tolist() == [True, False, False, False, True]
    assert shown["n_unknown"].isna().tolist() == [True, False, False, False, True]
    assert shown["n_unserved"].tolist() == [9, 0, 0, 0, 9]


groups_of = st.lists(
    st.tuples(st.integers(-1, 2), st.sampled_from([SERVED_AT, UNSERVED_AT, NOWHERE]), st.booleans(), st.integers(0, 9)),
    max_size=10,
)


@example(groups=[(0, 0, True, 3), (0, 5_000, True, 9)], union="all")
@example(groups=[(0, 0, True, 3), (0, 5_000, True, 9), (1, None, False, 3)], union="unionised")
@example(groups=[(0, 0, False, 6), (1, 5_000, True, 5), (-1, 0, False, 1), (-1, 0, True, 5)], union="unionised")
@given(groups=groups_of, union=st.sampled_from(UNIONS))
def test_no_small_count_of_an_answer_can_be_worked_out(
    district: District, groups: list[tuple[int, int | None, bool, int]], union: Group
) -> None:
    """From all the numbers shown, and that they add up by row, by column, and from one to the other."""
    found = counted(district, groups, union)
    names = ["n_served", "n_unserved", "n_unknown", "n_all", "unionised", "ununionised", "enterprises"]
    shown, counts = public_rows(found)[names].to_numpy(float), found.rows[names].to_numpy(float)
    hidden, shape = np.isnan(shown), counts.shape
    same = names.index("enterprises" if union == "all" else union)

    def line(*cells: tuple[int, int, int]) -> np.ndarray:
        made = np.zeros(shape)
        for row, column, sign in cells:
            made[row, column] += sign
        return made

    last = shape[0] - 1
    lines = []
    for row in range(shape[0]):
        lines.append(line((row, 0, 1), (row, 1, 1), (row, 2, 1), (row, 3, -1)))
        lines.append(line((row, 4, 1), (row, 5, 1), (row, 6, -1)))
        lines.append(line((row, 3, 1), (row, same, -1)))
    for column in range(shape[1]):
        lines.append(line(*((row, column, 1) for row in range(last)), (last, column, -1)))
    assert not any((one * counts).sum() for one in lines)
    places = [tuple(place) for place in np.argwhere(hidden)]
    matrix = np.array([[one[place] for place in places] for one in lines])
    seen = np.array([-(one * np.where(hidden, 0, counts)).sum() for one in lines])
    small = (counts > 0) & (counts < AT_LEAST)
    assert hidden[small].all()
    for place in map(tuple, np.argwhere(small)):
        wanted = np.array([float(one == place) for one in places])
        low, high = (linprog(sign * wanted, A_eq=matrix, b_eq=seen, method="highs") for sign in (1, -1))
        assert low.fun != pytest.approx(np.inf if high.status == 3 else -high.fun)


# ---- a week, a curve ----


def test_an_hour_with_a_small_count_is_not_shown() -> None:
    columns = ["weekday", "hour", "served", "unserved", "unknown", "n_served", "n_unserved", "n_unknown"]
    counts = [(5, 9, 0), (4, 10, 0), (14, 0, 0), (5, 5, 4)]
    rows = [(0, hour, *(10.0 * n for n in three), *three) for hour, three in enumerate(counts)]
    hours = pd.DataFrame(rows, columns=columns).assign(share_served=0.5)
    shown = public_week(hours)
    assert shown["share_served"].isna().tolist() == [False, True, False, True]
    assert shown.iloc[[1, 3], 2:].isna().all(axis=None)
    assert shown[["weekday", "hour"]].equals(hours[["weekday", "hour"]])
    assert shown.iloc[0].tolist() == [0, 0, 50, 90, 0, 5, 9, 0, 0.5]


def test_a_curve_rises_by_none_or_five() -> None:
    """20 in all: 3 is too few, 5 may be said; 8 are 3 more than 5; 10 are 5 more; 16 leave 4; 20 leave none."""
    within = np.array([0, 3, 5, 5, 8, 10, 16, 20])
    points = pd.DataFrame({"within_m": 250.0 * np.arange(8), "share_served": within / 20})
    shown = public_curve(points.assign(n_within=within, n_beyond=20 - within))
    assert shown["n_within"].dropna().tolist() == [0, 5, 5, 10, 20]
    assert shown["share_served"].isna().tolist() == [False, True, False, False, True, False, True, False]
    assert shown["within_m"].tolist() == points["within_m"].tolist()


# ---- before and after new sites ----

SMALL_CHANGE = [(0, 0, True, 20), (0, 5_000, True, 13), (1, 0, True, 40), (1, 5_000, True, 9), (1, 9_000, True, 9)]
"""甲's 13 and 乙's 9 are served by a new site at 5 km."""


def changed(district: District, groups: list[tuple[int, int | None, bool, int]]) -> Outcome:
    """What a new site at 5 km comes to."""
    before = counted(district, groups, "all")
    world = replace(district, demand=before.demand)
    lon, lat = district.plane.unproject([X0 + 5_000], [Y0])
    return outcome(world, before.question, None, before.measured, [Site("a", "", float(lon[0]), float(lat[0]))])


def test_large_changes_are_public(district: District) -> None:
    found = changed(district, SMALL_CHANGE)
    for shown, whole in zip(public_change(found), (found.before, found.after), strict=True):
        pd.testing.assert_frame_equal(shown, whole.rows, check_dtype=False)


def test_a_small_change_hides_after_and_another_with_it(district: District) -> None:
    """甲 gains 3, 丙 nobody, 乙 9: 甲 is hidden, and 乙, so that the total less the rest says nothing."""
    groups = [(0, 0, True, 20), (0, 5_000, True, 3), (0, 9_000, True, 9), *SMALL_CHANGE[2:], (2, 0, True, 6)]
    found = changed(district, groups)
    before, after = public_change(found)
    assert before["n_served"].tolist() == public_rows(found.before)["n_served"].tolist()
    told = [name for name in after if name not in ("n_all", "all", "enterprises", "unionised", "ununionised")]
    assert after.iloc[[0, 1]][told].isna().all(axis=None)
    assert after["n_all"].tolist() == [32, 58, 6, 0, 96]
    assert after.loc["total", "n_served"] == 78


def test_a_small_change_of_the_whole_is_hidden_with_it(district: District) -> None:
    """Three are newly served, in 甲 alone: the total would say so."""
    found = changed(district, [(0, 0, True, 20), (0, 5_000, True, 3), (0, 9_000, True, 9), (1, 0, True, 40)])
    before, after = public_change(found)
    assert after["n_served"].isna().tolist() == [True, False, False, False, True]
    assert after["share"].isna().tolist()[0::4] == [True, True]
    assert before.loc["total", "n_served"] == 60


def test_what_all_gain_may_be_known_though_their_row_is_hidden(district: District) -> None:
    """Two beside a station of unknown hours in 乙 and five beside none in 甲 are served: 7, as the site's gain says.
    The change of the unknown, 2, hides the whole's row; 甲 goes too, or 7 less its 5 would be 乙's.
    """
    rows = [(0, 0, 20), (0, 5_000, 5), (0, 9_000, 9), (1, 0, 30), (1, 4_950, 2), (1, 20_000, 9), (1, None, 9)]
    crowd = [{"region": region, "east": east} for region, east, many in rows for _ in range(many)]
    world = replace(district, demand=people(crowd, district.demand.codes))
    there = measure(world, sites([0, 4_880], [True, False]))
    lon, lat = district.plane.unproject([X0 + 5_000], [Y0])
    question = Question(reach=Reach(100), who=Who(union="all"))
    found = outcome(world, question, None, there, [Site("a", "", float(lon[0]), float(lat[0]))])
    gained = (found.after.rows["n_served"] - found.before.rows["n_served"]).tolist()
    assert gained == [5, 2, 0, 0, 7]
    assert public_change(found)[1]["n_served"].isna().tolist() == [True, True, False, False, True]


changes_of = st.lists(
    st.tuples(
        st.integers(-1, 2),
        st.sampled_from([0, 5_000, 5_000, 9_000, None]),
        st.just(True),
        st.sampled_from([0, 2, 3, 6, 9, 30]),
    ),
    max_size=10,
)


@settings(deadline=None)
@given(groups=changes_of)
@example(groups=[(0, 0, True, 6), (0, 5_000, True, 2), (1, 9_000, True, 6), (-1, 5_000, True, 6)])
@example(groups=[(0, 5_000, True, 3), (0, 0, True, 9), (1, 0, True, 9), (2, 5_000, True, 9), (2, 9_000, True, 9)])
def test_no_small_change_can_be_worked_out(district: District, groups: list[tuple[int, int | None, bool, int]]) -> None:
    """From all that is shown before and after, that each adds up, and that nobody loses a service."""
    found = changed(district, groups)
    names = ["n_served", "n_unserved", "n_unknown", "n_all"]
    shown = np.stack([side[names].to_numpy(float) for side in public_change(found)])
    counts = np.stack([side.rows[names].to_numpy(float) for side in (found.before, found.after)])
    hidden = np.isnan(shown)
    rows = shown.shape[1]
    lines, falls = [], []
    for side in (0, 1):
        for row in range(rows):
            line = np.zeros(shown.shape)
            line[side, row] = (1, 1, 1, -1)
            lines.append(line)
        for column in range(4):
            line = np.zeros(shown.shape)
            line[side, :, column] = 1
            line[side, -1, column] = -1
            lines.append(line)
    for row in range(rows):
        line = np.zeros(shown.shape)
        line[:, row, 3] = (1, -1)
        lines.append(line)
        for column, sign in enumerate((1, -1, -1)):
            line = np.zeros(shown.shape)
            line[:, row, column] = (sign, -sign)
            falls.append(line)
    assert not any((line * counts).sum() for line in lines)
    assert all((line * counts).sum() <= 0 for line in falls)
    seen = np.where(hidden, 0, counts)
    limits = {
        "A_eq": np.array([line[hidden] for line in lines]),
        "b_eq": np.array([-(line * seen).sum() for line in lines]),
        "A_ub": np.array([line[hidden] for line in falls]),
        "b_ub": np.array([-(line * seen).sum() for line in falls]),
    }
    change = np.abs(counts[1] - counts[0])
    for row, column in np.argwhere((change > 0) & (change < AT_LEAST)):
        assert hidden[:, row, column].any()
        wanted = np.zeros(shown.shape)
        wanted[:, row, column] = (-1, 1)
        low, high = (linprog(sign * wanted[hidden], **limits, method="highs") for sign in (1, -1))
        assert {low.status, high.status} <= {0, 3}  # 3: without bound
        assert 3 in (low.status, high.status) or -high.fun - low.fun > 1e-6


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), min_size=1, max_size=12))
def test_no_hidden_cell_stands_alone(some: list[tuple[int, int]]) -> None:
    count = np.array([most for most, _ in some])
    unserved = np.minimum(count, [part for _, part in some])
    nothing = np.zeros(len(some))
    number = np.arange(len(some))
    squares = Cells(PUBLIC_CELL_M, number, number, nothing, nothing, nothing, nothing, nothing, count, unserved)
    not_all, not_unserved = cells_withheld(squares)
    assert not ((count < AT_LEAST) & ~not_all).any()
    assert (not_all <= not_unserved).all()
    for part in (unserved, count - unserved):
        assert not ((part > 0) & (part < AT_LEAST) & ~not_unserved).any()
    for hidden in (not_all, not_unserved):
        assert hidden.sum() != 1 or len(some) == 1
