"""Each goal by hand, at its edges, and as a law: what is proven best equals the best of all choices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import GongtuError
from geo.i18n import LANGUAGES, explain
from geo.siting import GOALS, Goal, Problem, Progress, Solution, capacity, curve, reached, solve, value
from tests.siting.brute import INF, best, problem, worth

LINE = [[abs(row - site) * 100.0 for site in range(5)] for row in range(5)]
"""Five places on a line, 100 apart, each demand and candidate."""


def test_the_middle_of_a_line_is_its_median_and_its_centre() -> None:
    median = solve(problem(LINE), "p-median", n=1, within=None)
    assert (median.sites, median.objective, median.bound, median.proven) == ((2,), 600.0, 600.0, True)
    centre = solve(problem(LINE), "p-centre", n=1, within=None)
    assert (centre.sites, centre.objective, centre.gap) == ((2,), 200.0, 0.0)


def test_a_reach_is_inclusive() -> None:
    assert solve(problem(LINE), "max-cover", n=1, within=100).objective == 3
    assert solve(problem(LINE), "max-cover", n=1, within=99.999).objective == 1


def test_two_sites_cover_a_line() -> None:
    found = solve(problem(LINE), "set-cover", n=None, within=100)
    assert (found.objective, found.proven) == (2, True)
    assert reached(problem(LINE), found.sites, 100).all()


def test_what_nobody_can_reach_is_not_asked_of_a_set_cover() -> None:
    asked = problem([[0.0, INF], [500.0, INF]])
    assert solve(asked, "set-cover", n=None, within=100).sites == (0,)


def test_existing_sites_stay_and_count() -> None:
    asked = problem(LINE, base=[0, 100, INF, INF, INF])
    found = solve(asked, "max-cover", n=1, within=100)
    assert found.objective == 5
    assert found.sites == (3,)


def test_weights_decide() -> None:
    asked = problem([[0.0, 9.0], [9.0, 0.0]], weight=[2, 3])
    assert solve(asked, "max-cover", n=1, within=1).sites == (1,)
    assert solve(asked, "p-median", n=1, within=None).objective == 18


def test_a_row_without_weight_is_nobody() -> None:
    asked = problem([[0.0, 9.0], [INF, INF]], weight=[1, 0])
    assert solve(asked, "p-centre", n=1, within=None).objective == 0
    assert solve(asked, "set-cover", n=None, within=1).sites == (0,)


def test_forced_are_in_and_barred_are_out() -> None:
    asked = problem(LINE, forced=(0,), barred=(3, 2))
    for goal in GOALS:
        found = solve(asked, goal, n=2, within=100)
        assert 0 in found.sites
        assert not {2, 3} & set(found.sites)
    assert solve(asked, "p-median", n=2, within=None).sites == (0, 4)


def test_a_site_that_covers_nothing_more_is_not_chosen() -> None:
    assert solve(problem([[0.0, 0.0, 5.0]]), "max-cover", n=3, within=1).sites == (0,)


def test_sites_to_spare_shorten_ways_where_the_worst_stays() -> None:
    found = solve(problem([[7.0, INF, INF], [0.0, 0.0, INF], [5.0, INF, 1.0]]), "p-centre", n=2, within=None)
    assert (found.objective, found.sites) == (7.0, (0, 2))


def test_no_new_sites_is_an_answer_where_some_stand() -> None:
    asked = problem(LINE, base=[0, 100, 200, 300, 400])
    assert solve(asked, "p-median", n=0, within=None).objective == 1000
    assert solve(asked, "p-centre", n=0, within=None).objective == 400
    assert solve(asked, "max-cover", n=0, within=200).objective == 3
    assert solve(problem(LINE), "max-cover", n=0, within=200).objective == 0


@pytest.mark.parametrize(
    ("asked", "goal", "n", "within", "key"),
    [
        (problem([[1.0]]), "nearest", 1, None, "siting.goal"),
        (problem([[1.0]]), "max-cover", 1, None, "siting.within"),
        (problem([[1.0]]), "set-cover", 1, -1.0, "siting.within"),
        (problem([[1.0]]), "max-cover", 1, float("nan"), "siting.within"),
        (problem([[1.0]]), "p-median", None, None, "siting.n"),
        (problem([[1.0]]), "p-median", -1, None, "siting.n"),
        (problem([[1.0]], weight=[0]), "p-median", 1, None, "siting.no_demand"),
        (problem(np.zeros((0, 2))), "max-cover", 1, 5.0, "siting.no_demand"),
        (problem(np.zeros((2, 0))), "max-cover", 1, 5.0, "siting.no_candidates"),
        (problem([[1.0]], barred=(0,)), "p-centre", 1, None, "siting.no_candidates"),
        (problem([[1.0]], barred=(0,), forced=(0,)), "p-centre", 1, None, "siting.forced_and_barred"),
        (problem([[1.0, 1.0]], forced=(0, 1)), "p-median", 1, None, "siting.too_many_forced"),
        (problem([[1.0], [INF]]), "p-median", 1, None, "siting.out_of_reach"),
        (problem([[1.0], [INF]]), "p-centre", 1, None, "siting.out_of_reach"),
        (problem([[1.0, INF], [INF, 1.0]]), "p-median", 1, None, "siting.infeasible"),
        (problem([[1.0, INF], [INF, 1.0]]), "p-centre", 1, None, "siting.infeasible"),
        (problem([[1.0]], weight=[-1]), "p-centre", 1, None, "siting.below_zero"),
        (problem([[1.0]], weight=[float("nan")]), "p-centre", 1, None, "siting.below_zero"),
        (problem([[1.0]], weight=[INF]), "p-centre", 1, None, "siting.below_zero"),
        (problem([[-1.0]]), "p-centre", 1, None, "siting.cost"),
        (problem([[1.0]], weight=[1, 1]), "p-centre", 1, None, "siting.shape"),
        (problem([[1.0]], capacity=[0.5]), "p-median", 1, None, "siting.too_little_capacity"),
        (problem([[1.0]], capacity=[0.5]), "p-centre", 1, None, "siting.too_little_capacity"),
        (problem([[1.0]], capacity=[0.5]), "set-cover", None, 2.0, "siting.capacity_short"),
    ],
)
def test_what_has_no_answer_is_said_in_words(
    asked: Problem, goal: Goal, n: int | None, within: float | None, key: str
) -> None:
    with pytest.raises(GongtuError) as refused:
        solve(asked, goal, n=n, within=within)
    assert refused.value.key == key
    assert all(explain(refused.value, language) for language in LANGUAGES)


def test_capacity_splits_weight_between_sites() -> None:
    asked = problem([[0.0, 10.0], [0.0, 10.0]], weight=[3, 3], capacity=[4, 4])
    median = solve(asked, "p-median", n=2, within=None)
    assert (median.sites, median.objective, median.proven) == ((0, 1), 20.0, True)  # 4 stay, 2 go 10 far
    assert solve(asked, "p-centre", n=2, within=None).objective == 10
    assert solve(asked, "max-cover", n=1, within=0).objective == 4
    assert solve(asked, "set-cover", n=None, within=10).objective == 2
    only = problem([[3.3], [7.1]], weight=[1.7, 2.9], capacity=[4.6])
    assert solve(only, "p-median", n=1, within=None).proven


def test_existing_sites_take_any_weight() -> None:
    asked = problem([[0.0], [0.0]], weight=[3, 3], capacity=[1], base=[2, 5])
    assert solve(asked, "p-median", n=1, within=None).objective == 3 * 2 + 3 * 5 - 5
    assert solve(asked, "max-cover", n=1, within=2).objective == 4


def test_a_curve_never_falls_and_begins_with_the_forced() -> None:
    points = list(curve(problem(LINE), "max-cover", most=4, within=0))
    assert [(n, found.objective) for n, found in points] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert [n for n, _ in curve(problem(LINE, forced=(0, 1)), "p-median", most=4, within=None)] == [2, 3, 4]
    assert [n for n, _ in curve(problem(LINE), "set-cover", most=9, within=100)] == [2]


def test_a_curve_leaves_out_what_is_too_few() -> None:
    apart = problem([[1.0, INF], [INF, 1.0]])
    assert [(n, found.objective) for n, found in curve(apart, "p-median", most=2, within=None)] == [(2, 2.0)]
    with pytest.raises(GongtuError, match="infeasible"):
        list(curve(apart, "p-centre", most=1, within=None))


def grid(seed: int, rows: int, sites: int) -> tuple[np.ndarray, Problem]:
    random = np.random.default_rng(seed)
    places, candidates = random.uniform(0, 1000, (rows, 2)), random.uniform(0, 1000, (sites, 2))
    costs = np.hypot(*(places[:, None] - candidates[None]).transpose(2, 0, 1))
    return costs, problem(costs, weight=random.integers(1, 50, rows).tolist())


@pytest.mark.parametrize("goal", GOALS)
def test_progress_only_gets_better_and_ends_with_the_answer(goal: Goal) -> None:
    _, asked = grid(1, 60, 25)
    told: list[Progress] = []
    found = solve(asked, goal, n=4, within=150, tell=told.append)
    sign = -1 if goal == "max-cover" else 1
    worths = [sign * one.objective for one in told]
    assert worths == sorted(worths, reverse=True)
    bounds = [sign * one.bound for one in told]
    assert bounds == sorted(bounds)
    assert all(low <= high for low, high in zip(bounds, worths, strict=True))
    assert (told[-1].objective, found.proven) == (found.objective, True)


@pytest.mark.parametrize("goal", GOALS)
def test_an_answer_stopped_by_the_time_has_an_honest_bound(goal: Goal) -> None:
    _, asked = grid(2, 300, 120)
    stopped = solve(asked, goal, n=8, within=120, time_s=0.02)
    whole = solve(asked, goal, n=8, within=120, time_s=60)
    assert whole.proven
    sign = -1 if goal == "max-cover" else 1
    assert sign * stopped.bound <= sign * whole.objective + 1e-6 <= sign * stopped.objective + 2e-6
    assert stopped.seconds < 5
    assert stopped.objective == value(asked, goal, stopped.sites, 120)


@pytest.mark.parametrize("goal", GOALS)
def test_the_same_problem_gives_the_same_sites(goal: Goal) -> None:
    _, asked = grid(3, 80, 30)
    first, second = (solve(asked, goal, n=5, within=150) for _ in range(2))
    assert first.sites == second.sites


@st.composite
def problems(draw: st.DrawFn, capacities: bool = False) -> tuple[np.ndarray, Problem, int, float]:
    rows, sites = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    number = draw(st.sampled_from([st.integers(0, 6).map(float), st.floats(0, 10).map(lambda x: round(x, 3))]))
    cost = st.one_of(number, number, st.just(INF))
    costs = np.array(draw(st.lists(st.lists(cost, min_size=sites, max_size=sites), min_size=rows, max_size=rows)))
    asked = problem(
        costs,
        weight=draw(st.lists(number, min_size=rows, max_size=rows)),
        base=draw(st.lists(st.one_of(st.just(INF), number), min_size=rows, max_size=rows)),
        forced=tuple(draw(st.sets(st.integers(0, sites - 1), max_size=1))),
        capacity=draw(st.lists(number, min_size=sites, max_size=sites)) if capacities else None,
    )
    asked.barred[:] = [draw(st.integers(0, 5)) == 0 and not forced for forced in asked.forced]
    return costs, asked, draw(st.integers(0, 4)), draw(st.integers(0, 6).map(float))


def attempt(asked: Problem, goal: Goal, n: int, within: float) -> Solution | str:
    """The answer, or the key of the words that say why there is none."""
    try:
        return solve(asked, goal, n=n, within=within)
    except GongtuError as error:
        return error.key


NOT_ASKED = ("siting.no_demand", "siting.no_candidates", "siting.too_many_forced")


@settings(deadline=None, max_examples=60)
@given(case=problems(), goal=st.sampled_from(GOALS))
def test_what_is_proven_equals_the_best_of_all_choices(
    case: tuple[np.ndarray, Problem, int, float], goal: Goal
) -> None:
    costs, asked, n, within = case
    found = attempt(asked, goal, n, within)
    if isinstance(found, str):
        assert found in NOT_ASKED or best(asked, costs, goal, n, within) is None
        return
    assert found.proven
    assert found.objective == pytest.approx(best(asked, costs, goal, n, within), rel=1e-9)
    assert found.objective == pytest.approx(worth(asked, costs, goal, found.sites, within), rel=1e-9)
    assert found.bound == pytest.approx(found.objective, rel=1e-9)
    assert len(found.sites) <= n or goal == "set-cover"
    assert not asked.barred[list(found.sites)].any()
    assert set(np.flatnonzero(asked.forced)) <= set(found.sites)


@settings(deadline=None, max_examples=60)
@given(case=problems(), goal=st.sampled_from(GOALS))
def test_capacities_that_hold_all_change_nothing(case: tuple[np.ndarray, Problem, int, float], goal: Goal) -> None:
    costs, asked, n, within = case
    plenty = problem(costs, asked.weight.tolist(), asked.base.tolist(), capacity=[1e6] * costs.shape[1])
    plenty.forced[:], plenty.barred[:] = asked.forced, asked.barred
    results = [attempt(one, goal, n, within) for one in (asked, plenty)]
    if any(isinstance(one, str) for one in results):
        assert results[0] == results[1]
    else:
        assert results[0].objective == pytest.approx(results[1].objective, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(case=problems(capacities=True), goal=st.sampled_from(GOALS))
def test_with_capacities_every_choice_is_worth_no_more(
    case: tuple[np.ndarray, Problem, int, float], goal: Goal
) -> None:
    _, asked, n, within = case
    free = np.flatnonzero(~(asked.barred | asked.forced)).tolist()
    forced = np.flatnonzero(asked.forced).tolist()
    most = len(free) if goal == "set-cover" else min(n - len(forced), len(free))
    worths = [
        value(asked, goal, tuple(sorted([*forced, *chosen])), within)
        for count in range(most + 1)
        for chosen in itertools.combinations(free, count)
    ]
    able = [one for one in worths if np.isfinite(one)]
    found = attempt(asked, goal, n, within)
    if isinstance(found, str):
        assert found in NOT_ASKED or not able
        return
    assert found.proven
    assert found.objective == pytest.approx(max(able) if goal == "max-cover" else min(able), rel=1e-7, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(case=problems(capacities=True), goal=st.sampled_from(GOALS))
def test_tables_too_large_for_the_flows_have_honest_answers(
    case: tuple[np.ndarray, Problem, int, float], goal: Goal
) -> None:
    """Solved whole, then as if the table were too large: never better, never a bound that passes the best."""
    _, asked, n, within = case
    whole = attempt(asked, goal, n, within)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capacity, "PAIRS_AT_MOST", 0)
        part = attempt(asked, goal, n, within)
    if isinstance(part, str):
        assert part == whole or (part == "siting.not_found" and goal != "set-cover")
        return
    assert not isinstance(whole, str)
    sign = -1 if goal == "max-cover" else 1
    slack = 1e-7 * abs(whole.objective) + 1e-9
    assert sign * part.bound <= sign * whole.objective + slack <= sign * part.objective + 2 * slack
    assert part.proven or part.note == "size"
    assert len(part.sites) <= n or goal == "set-cover"


@pytest.mark.parametrize("goal", ["p-median", "p-centre"])
def test_a_large_table_whose_sites_hold_all_has_an_answer(goal: Goal) -> None:
    """A million pairs; 30 sites of 34 hold the 1,000, and 29 do not: whatever is chosen, everything costs 5."""
    asked = problem(np.full((1000, 1000), 5.0), capacity=[34.0] * 1000)
    found = solve(asked, goal, n=30, within=None, time_s=20)
    assert (found.objective, len(found.sites), found.proven) == (5000.0 if goal == "p-median" else 5.0, 30, True)
    with pytest.raises(GongtuError, match="too_little_capacity"):
        solve(asked, goal, n=29, within=None, time_s=20)


def test_a_large_table_where_only_the_largest_sites_hold_all() -> None:
    """Sites are where the demand is, but only every hundredth of them takes more than one."""
    places = np.arange(800.0)
    takes = [100.0 if site % 100 == 50 else 1.0 for site in range(800)]
    asked = problem(np.abs(places[:, None] - places[None]), capacity=takes)
    found = solve(asked, "p-median", n=8, within=None, time_s=5)
    assert found.sites == tuple(range(50, 800, 100))
    assert found.objective == pytest.approx(8 * (sum(range(51)) + sum(range(50))))
    assert found.bound <= found.objective
    assert found.proven or found.note == "size"


def test_a_cover_with_capacities_is_filled_up() -> None:
    """On a plane where anybody reaches anything there need be as many sites as hold all, no more."""
    asked = problem(np.ones((1000, 500)), capacity=[float(40 if site < 25 else 10) for site in range(500)])
    fewest = solve(asked, "set-cover", n=None, within=1, time_s=20)
    assert (fewest.sites, fewest.proven) == (tuple(range(25)), True)
    most = solve(asked, "max-cover", n=24, within=1, time_s=20)
    assert (most.objective, most.proven) == (24 * 40, True)


def test_a_set_cover_has_an_answer_however_little_the_time() -> None:
    random = np.random.default_rng(7)
    costs, _ = grid(7, 400, 100)
    tight = problem(costs, capacity=random.integers(5, 15, 100).tolist())
    found = solve(tight, "set-cover", n=None, within=600, time_s=0.05)
    assert value(tight, "set-cover", found.sites, 600) == found.objective
    assert found.bound <= found.objective


def test_the_time_is_kept_with_capacities() -> None:
    """Not to the second: a first answer has one of its own."""
    random = np.random.default_rng(8)
    costs = random.uniform(0, 1000, (600, 700))
    asked = problem(costs, weight=random.uniform(1, 9, 600).tolist(), capacity=[200.0] * 700)
    stopped = solve(asked, "p-centre", n=20, within=None, time_s=0.5)
    assert stopped.seconds < 10
    assert stopped.proven or stopped.note in ("time", "size")


def test_a_forced_site_that_reaches_nobody_is_one_of_the_sites() -> None:
    asked = problem([[1.0, 2.0, INF], [2.0, 1.0, INF]], forced=(2,), capacity=[1, 1, 1])
    assert solve(asked, "max-cover", n=2, within=2).objective == 1
    assert solve(asked, "max-cover", n=3, within=2).objective == 2
    assert solve(asked, "set-cover", n=None, within=2).objective == 3
    assert solve(asked, "p-median", n=3, within=None).objective == 2


@pytest.mark.parametrize("capacity", [False, True])
@pytest.mark.parametrize("weight_unit", [1e-9, 1e9])
@pytest.mark.parametrize("cost_unit", [1e-6, 1e6])
@pytest.mark.parametrize("goal", GOALS)
def test_units_change_the_numbers_and_nothing_else(
    goal: Goal, cost_unit: float, weight_unit: float, capacity: bool
) -> None:
    costs, asked = grid(4, 30, 12)
    weight = asked.weight * 1.1
    takes = [400.0] * 12 if capacity else None
    plain = problem(costs, weight.tolist(), capacity=takes)
    other = problem(
        costs * cost_unit,
        (weight * weight_unit).tolist(),
        capacity=None if takes is None else [one * weight_unit for one in takes],
    )
    first = solve(plain, goal, n=4, within=250)
    second = solve(other, goal, n=4, within=250 * cost_unit)
    unit = {"max-cover": weight_unit, "set-cover": 1, "p-median": cost_unit * weight_unit, "p-centre": cost_unit}[goal]
    assert second.objective == pytest.approx(first.objective * unit, rel=1e-9)
    assert (first.proven, second.proven) == (True, True)


def test_many_sites_of_many_candidates_on_a_grid() -> None:
    """Sixteen blocks of nine places 1 apart, blocks far apart: the middles, each block costing 4 * 1 + 4 * sqrt(2)."""
    blocks = np.array([(100.0 * x, 100.0 * y) for x in range(4) for y in range(4)])
    around = np.array([(x, y) for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0)])
    places = (blocks[:, None] + around[None]).reshape(-1, 2)
    costs = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    asked = problem(costs)
    middles = tuple(range(4, 144, 9))
    median = solve(asked, "p-median", n=16, within=None)
    assert (median.sites, median.proven) == (middles, True)
    assert median.objective == pytest.approx(16 * (4 + 4 * 2**0.5))
    assert solve(asked, "p-centre", n=16, within=None).objective == pytest.approx(2**0.5)
    assert solve(asked, "set-cover", n=None, within=1.5).sites == middles
    assert solve(asked, "max-cover", n=7, within=1.5).objective == 63
