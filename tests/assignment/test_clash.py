"""Demands that clash, by hand, and as a law: together they cannot be met, and without any one of them they can."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings

from geo.assignment import GOALS, Clash, Demand, Problem, solve
from geo.assignment.clashing import relaxed
from tests.assignment.brute import INF, all_right, hangs_together, line, problem, worst
from tests.assignment.test_assign import problems

BALANCE, CONNECTED, TEAMS = Demand("balance"), Demand("connected"), Demand("teams")


def clash(asked: Problem, goal: str = "compact") -> Clash:
    with pytest.raises(Clash) as raised:
        solve(asked, goal)  # type: ignore[arg-type]
    assert raised.value.irreducible
    return raised.value


def test_fewer_positions_than_teams() -> None:
    assert clash(problem([1, 1], line(2), 3)).demands == (TEAMS,)
    assert clash(problem([], [], 1)).demands == (TEAMS,)


def test_more_grounds_apart_than_teams() -> None:
    assert clash(problem([1, 1, 1], [], 2)).demands == (CONNECTED,)


def test_fixed_to_a_team_that_must_not_have_it() -> None:
    found = clash(problem([1, 1, 1], line(3), 2, fixed={1: 0}, never=((1, 0), (2, 1))))
    assert found.demands == (Demand("fixed", 0, 1), Demand("never", 0, 1))


def test_a_position_that_no_team_may_have() -> None:
    found = clash(problem([1, 1, 1], line(3), 2, never=((1, 0), (1, 1), (2, 0))))
    assert found.demands == (Demand("never", 0, 1), Demand("never", 1, 1))


def test_a_position_too_heavy_for_any_team() -> None:
    """Of 6 each should have 3, and one position alone has 4: a third above."""
    found = clash(problem([4, 1, 1], line(3), 2, balance=0.2))
    assert found.demands == (Demand("load", -1, 0), BALANCE)
    assert found.least_balance == pytest.approx(1 / 3)
    assert found.least_proven


def test_more_fixed_than_a_team_can_bear() -> None:
    found = clash(problem([1, 1, 1, 1], line(4), 2, balance=0.1, fixed={0: 0, 1: 0, 2: 0}))
    assert found.demands == (Demand("fixed", 0, 0), Demand("fixed", 0, 1), Demand("fixed", 0, 2), BALANCE)
    assert found.least_balance == pytest.approx(0.5)


def test_fixed_positions_with_another_teams_between_them() -> None:
    found = clash(problem([1, 1, 1, 1], line(4), 2, fixed={0: 0, 1: 1, 2: 0, 3: 0}))
    assert CONNECTED in found.demands
    assert Demand("fixed", 1, 1) in found.demands
    assert len(found.demands) == 4
    assert found.least_balance is None


def test_loads_that_no_balance_holds() -> None:
    """Two, two and two to two teams: 4 against 2, a third off."""
    found = clash(problem([2, 2, 2], line(3), 2, balance=0.3), "least-change")
    assert (found.demands, found.least_balance, found.least_proven) == ((BALANCE,), pytest.approx(1 / 3), True)


def test_balance_that_only_a_split_ground_would_keep() -> None:
    """On the line 2 1 1 2 each half is 3 unless ends must go together."""
    found = clash(problem([2, 1, 2, 1], line(4), 2, balance=0.1, never=((0, 1), (2, 1), (1, 0))))
    assert found.least_balance is None or found.least_balance > 0.1


def test_a_clash_in_many_positions_is_named_at_once() -> None:
    n = 100
    asked = problem([1.0] * n, line(n), 10, balance=0.05, fixed={0: 3, 80: 3, 50: 4})
    found = clash(asked)
    assert found.demands == (Demand("fixed", 3, 0), Demand("fixed", 3, 80), Demand("fixed", 4, 50), CONNECTED)


@settings(max_examples=40)
@given(problems())
def test_all_of_a_clash_is_needed(asked: Problem) -> None:
    if all_right(asked, asked.balance):
        return
    found = clash(asked)
    assert not meets(asked, found.demands)
    for demand in found.demands:
        if demand.what != "load":
            assert meets(asked, tuple(other for other in found.demands if other != demand))
    if BALANCE in found.demands:
        rest = [worst(asked, team) for team in all_right(asked, INF)]
        assert found.least_balance == (pytest.approx(min(rest)) if rest else None)


def meets(asked: Problem, demands: tuple[Demand, ...]) -> bool:
    """Whether some assignment meets these demands alone."""
    one = relaxed(asked, demands)
    if TEAMS in demands:
        return bool(all_right(one, one.balance))
    teams = range(len(one.strength))
    options = [
        [team for team in teams if one.fixed[position] in (-1, team) and not one.never[position, team]]
        for position in range(len(one.load))
    ]
    return any(
        worst(one, team) <= one.balance + 1e-9
        and all(hangs_together(one, [p for p, its in enumerate(team) if its == number]) for number in teams)
        for team in itertools.product(*options)
    )


def test_every_goal_says_the_same_of_what_is_not_about_balance() -> None:
    asked = problem([1, 1, 1], [], 2)
    assert {clash(asked, goal).demands for goal in GOALS} == {(CONNECTED,)}
    assert np.isinf(asked.balance)
