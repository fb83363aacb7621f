"""Each goal by hand, at its edges, and as a law: what is proven best equals the best of all assignments."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.assignment import GOALS, Clash, Goal, Problem, Progress, check, measure, solve
from geo.errors import ParameterError
from tests.assignment.brute import INF, best, changes, line, problem, rounded, value


def test_a_line_of_four_falls_into_two_halves() -> None:
    found = solve(problem([1, 1, 1, 1], line(4), 2, balance=0), "compact")
    assert (found.team, found.value, found.bound, found.proven, found.note) == (
        (0, 0, 1, 1),
        (2000,),
        (2000,),
        True,
        "",
    )


def test_balance_is_inclusive() -> None:
    """Two and one of three: a third above and a third below the target of 1.5."""
    asked = problem([1, 1, 1], line(3), 2, balance=1 / 3)
    assert solve(asked, "compact").value == (1000,)
    with pytest.raises(Clash):
        solve(replace(asked, balance=0.333), "compact")


def test_strength_shares_the_load_out() -> None:
    found = solve(problem([1, 1, 1, 1], line(4), 2, strength=[3, 1], balance=0), "compact")
    assert found.team == (0, 0, 0, 1)


def test_fair_asks_for_no_balance_and_then_for_little_travel() -> None:
    """3 | 1 1 2 and 3 1 | 1 2 are as even as it gets, a seventh off, and travel the same."""
    found = solve(problem([3, 1, 1, 2], line(4), 2, balance=0), "fair")
    assert found.team == (0, 0, 1, 1)
    assert found.value == (pytest.approx(1 / 7), 2000)
    assert found.proven


def test_least_change_moves_no_more_than_balance_needs() -> None:
    """0 and 1 have everything but one; 2 to the second team is the one change that evens it out."""
    asked = problem([1, 1, 1, 1], line(4), 2, balance=0, present=[0, 0, 0, 1])
    assert (solve(asked, "least-change").value, solve(asked, "least-change").team) == ((1, 2000), (0, 0, 1, 1))


def test_a_position_without_a_present_team_is_no_change() -> None:
    asked = problem([1, 1, 1, 1], line(4), 2, balance=0, present=[-1, 1, -1, -1])
    found = solve(asked, "least-change")
    assert (found.team, found.value) == ((1, 1, 0, 0), (0, 2000))


def test_what_is_fixed_and_what_must_not_be_is_kept() -> None:
    asked = problem([1, 1, 1, 1], line(4), 2, balance=0, fixed={0: 1})
    assert solve(asked, "compact").team == (1, 1, 0, 0)
    asked = problem([1, 1, 1, 1], line(4), 2, balance=0, never=((3, 1),))
    assert solve(asked, "compact").team == (1, 1, 0, 0)


def test_those_that_may_be_anywhere_connect_nothing() -> None:
    """The middle one of three borders both, but has no ground: the outer two are apart."""
    asked = problem([1, 1, 1], line(3), 2, anywhere=(1,))
    assert solve(asked, "compact").team in ((0, 0, 1), (0, 1, 1))
    with pytest.raises(Clash) as clash:
        solve(problem([1, 1, 1], line(3), 1, anywhere=(1,)), "compact")
    assert [demand.what for demand in clash.value.demands] == ["connected"]


def test_an_unknown_place_adds_no_travel_and_is_no_hub() -> None:
    nowhere = (math.nan, math.nan)
    asked = problem([1, 1, 1], line(3), 1, at=[(0, 0), nowhere, (500, 0)])
    assert solve(asked, "compact").value == (500,)
    assert measure(asked, np.zeros(3, dtype=np.int64)).hubs.tolist() == [0]
    alone = problem([1], [], 1, at=[nowhere])
    assert measure(alone, np.zeros(1, dtype=np.int64)).hubs.tolist() == [-1]


def test_one_position_and_one_team() -> None:
    for goal in GOALS:
        found = solve(problem([0], [], 1), goal)
        assert (found.team, found.proven, set(found.value)) == ((0,), True, {0})


def test_no_load_at_all_is_balanced() -> None:
    found = solve(problem([0, 0, 0], line(3), 2, balance=0), "fair")
    assert (found.value, found.proven) == ((0, 1000), True)


def test_labels_of_equal_teams_keep_the_present() -> None:
    asked = problem([1, 1, 1, 1], line(4), 2, balance=0, present=[1, 1, 0, 0])
    assert solve(asked, "compact").team == (1, 1, 0, 0)


def test_of_equal_plans_the_smallest_list_of_teams() -> None:
    """Three on a line to two teams: 0 | 1 2 and 0 1 | 2 travel the same."""
    assert solve(problem([1, 1, 1], line(3), 2), "compact").team == (0, 0, 1)


def test_more_positions_than_fit_a_word_have_a_bound() -> None:
    """A ladder of 40 rungs, a kilometre apart, to eight teams."""
    n = 80
    at = [(1000.0 * (one // 2), 1000.0 * (one % 2)) for one in range(n)]
    edges = [(one, one + 2) for one in range(n - 2)] + [(one, one + 1) for one in range(0, n, 2)]
    asked = problem([1.0] * n, edges, 8, at=at, balance=0.05)
    seen: list[Progress] = []
    found = solve(asked, "compact", time_s=4, tell=seen.append)
    assert not check(asked, np.array(found.team))
    assert 0 < found.bound[0] <= found.value[0]
    assert seen
    assert all(progress.bound <= found.value for progress in seen)
    assert [progress.value for progress in seen if progress.value][-1] == found.value


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    n, k = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    pairs = [(one, other) for one in range(n) for other in range(one)]
    cells = st.integers(0, 3)
    teams = st.integers(0, k - 1)
    chosen = draw(st.lists(st.tuples(st.integers(0, n - 1), teams), max_size=2)) if draw(st.booleans()) else []
    return problem(
        [float(load) for load in draw(st.lists(cells, min_size=n, max_size=n))],
        [pair for pair in pairs if draw(st.integers(0, 9)) < 5],
        k,
        at=[(1000.0 * draw(cells), 1000.0 * draw(cells)) for _ in range(n)],
        balance=draw(st.sampled_from([INF, 0.0, 0.2, 0.5, 1.0, 1.5])),
        strength=draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=k, max_size=k)),
        anywhere=tuple(draw(st.sets(st.integers(0, n - 1), max_size=2))),
        fixed=dict(chosen),
        never=tuple(draw(st.lists(st.tuples(st.integers(0, n - 1), teams), max_size=2))),
        present=draw(st.lists(st.integers(-1, k - 1), min_size=n, max_size=n)),
    )


@settings(max_examples=40)
@given(problems(), st.sampled_from(GOALS))
def test_proven_best_is_the_best_of_all(asked: Problem, goal: Goal) -> None:
    expected = best(asked, goal)
    if expected is None:
        with pytest.raises(Clash):
            solve(asked, goal)
        return
    found = solve(asked, goal)
    assert found.proven
    assert found.value == found.bound
    assert rounded(found.value) == rounded(value(asked, goal, found.team)) == expected[0]
    if len(expected[1]) <= 1_000:  # not all of more are looked at
        assert found.team == min(expected[1], key=lambda team: (changes(asked, team), team))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("load", np.array([1.0, -1.0])),
        ("load", np.array([1.0, math.nan])),
        ("strength", np.array([0.0])),
        ("balance", -0.1),
        ("balance", math.nan),
        ("fixed", np.array([0, 1])),
        ("fixed", np.array([0])),
        ("present", np.array([-2, 0])),
        ("neighbours", np.array([[False, True], [False, False]])),
        ("x", np.array([0.0, math.inf])),
    ],
)
def test_what_cannot_be_read_is_named(field: str, wrong: object) -> None:
    with pytest.raises(ParameterError) as error:
        solve(replace(problem([1, 1], line(2), 1), **{field: wrong}), "compact")
    assert error.value.params["field"] == field


def test_no_teams_at_all() -> None:
    with pytest.raises(ParameterError, match="no_teams"):
        solve(replace(problem([1, 1], line(2), 1), strength=np.array([])), "compact")


def test_a_goal_or_time_there_is_not() -> None:
    with pytest.raises(ParameterError, match="goal"):
        solve(problem([1], [], 1), "nice")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="time"):
        solve(problem([1], [], 1), "compact", time_s=0)
