"""What an assignment is worth, what is wrong with it and why a position is where it is, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.assignment import Finding, Problem, check, explain, measure
from tests.assignment.brute import changes, line, problem, right, travel, worst
from tests.assignment.test_assign import problems


def team(*of: int) -> np.ndarray:
    return np.array(of, dtype=np.int64)


LINE = problem([1, 2, 3, 2], line(4), 2, balance=0.25, present=[0, 0, 1, -1])


def test_parts_by_hand() -> None:
    """0 and 1 have 3 of the 4 that each should have, 2 and 3 have 5; each pair is a kilometre apart."""
    parts = measure(LINE, team(0, 0, 1, 1))
    assert (parts.travel_m, parts.hubs.tolist(), parts.load.tolist()) == (2000, [0, 2], [3, 5])
    assert (parts.target.tolist(), parts.deviation.tolist(), parts.worst) == ([4, 4], [-0.25, 0.25], 0.25)
    assert (parts.changes, parts.cut) == (0, 1)


def test_a_hub_is_in_the_middle() -> None:
    parts = measure(LINE, team(0, 0, 0, 0))
    assert (parts.travel_m, parts.hubs.tolist(), parts.cut, parts.changes) == (4000, [1, -1], 0, 1)


def test_unassigned_positions_are_in_no_team() -> None:
    parts = measure(LINE, team(0, -1, 1, -1))
    assert (parts.travel_m, parts.load.tolist(), parts.changes, parts.cut) == (0, [1, 3], 1, 0)


def test_nothing_is_wrong_at_the_very_balance() -> None:
    assert check(LINE, team(0, 0, 1, 1)) == ()


def test_everything_that_is_wrong_is_found() -> None:
    asked = problem([1, 1, 1, 1, 4], line(5), 3, balance=0.1, fixed={0: 1}, never=((4, 0),))
    found = check(asked, team(0, 2, 0, -1, 0))
    assert found == (
        Finding("unassigned", -1, (3,)),
        Finding("split", 0, (0, 2, 4), ((0,), (2,), (4,))),
        Finding("heavy", 0, (0, 2, 4), (), pytest.approx(6 / (8 / 3) - 1)),
        Finding("light", 2, (1,), (), pytest.approx(1 / (8 / 3) - 1)),
        Finding("empty", 1),
        Finding("not_fixed", 1, (0,)),
        Finding("never", 0, (4,)),
    )


def test_parts_of_a_split_ground_come_largest_first() -> None:
    found = check(problem([1] * 4, [(1, 2)], 2), team(0, 0, 0, 1))
    assert found == (Finding("split", 0, (0, 1, 2), ((1, 2), (0,))),)


def test_why_a_position_is_where_it_is() -> None:
    why = explain(LINE, team(0, 0, 1, 1), 1)
    assert (why.team, why.fixed, why.neighbours) == (0, False, (0,))
    (there,) = why.elsewhere
    assert (there.team, there.borders, there.travel_m, there.cut, there.changes) == (1, (2,), 0, 0, 1)
    assert there.worst == pytest.approx(0.5)
    assert [finding.what for finding in there.findings] == ["heavy", "light"]


def test_moving_the_middle_splits_and_the_last_empties() -> None:
    asked = problem([1, 1, 1, 1], line(4), 2)
    assert [f.what for f in explain(asked, team(0, 0, 0, 1), 1).elsewhere[0:1] for f in f.findings] == []
    assert [f.what for f in explain(asked, team(0, 0, 0, 1), 3).elsewhere[0].findings] == ["empty"]
    assert [f.what for f in explain(asked, team(1, 0, 0, 0), 1).elsewhere[0].findings] == []
    ring = problem([1, 1, 1, 1], [*line(4), (0, 3)], 2)
    assert [f.what for f in explain(ring, team(0, 0, 0, 1), 2).elsewhere[0].findings] == []
    cross = problem([1] * 4, [(0, 1), (1, 2), (1, 3)], 2)
    assert [f.what for f in explain(cross, team(0, 0, 0, 1), 1).elsewhere[0].findings] == ["split"]


def test_a_position_of_no_team_is_asked_where_it_could_go() -> None:
    why = explain(LINE, team(0, -1, 1, 1), 1)
    assert (why.team, [there.team for there in why.elsewhere]) == (-1, [0, 1])


@given(problems(), st.data())
def test_measures_and_findings_are_those_of_their_definitions(asked: Problem, data: st.DataObject) -> None:
    n, k = len(asked.load), len(asked.strength)
    given_team = tuple(data.draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    parts = measure(asked, team(*given_team))
    metres = sum(travel(asked, [p for p, its in enumerate(given_team) if its == one]) for one in range(k))
    assert parts.travel_m == pytest.approx(metres)
    assert parts.worst == pytest.approx(worst(asked, given_team))
    assert parts.changes == changes(asked, given_team)
    assert (check(asked, team(*given_team)) == ()) == right(asked, given_team, asked.balance)


def test_what_was_amiss_before_is_not_laid_to_the_move() -> None:
    """Team 0 is in two pieces before and after: that the last joins one of them makes nothing worse."""
    asked = problem([1, 1, 1, 1], line(4), 2, balance=9.0)
    (there,) = explain(asked, team(0, 1, 0, 1), 3).elsewhere
    assert (there.team, there.findings) == (0, ())


def test_a_team_with_nothing_is_offered_though_nobody_borders_it() -> None:
    (there,) = explain(LINE, team(0, 0, 0, 0), 0).elsewhere
    assert (there.team, there.borders) == (1, ())
