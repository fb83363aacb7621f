"""Many positions, little time and odd grounds: what is told, what is found and what is ruled out, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo.assignment import Clash, Demand, Progress, check, solve
from geo.assignment.clashing import cut_vertices
from geo.assignment.exact import Proof
from geo.assignment.partition import Columns, Ended, cheapest
from geo.assignment.solve import Run, unproven
from geo.assignment.teams import View
from tests.assignment.brute import line, problem

HALVES = np.array([0, 0, 1, 1])
"""Of a line of four, two kilometres of travel."""


def test_no_bound_that_is_told_passes_the_best() -> None:
    """One change and two kilometres are best; the second program counts changes and metres in one number."""
    seen: list[Progress] = []
    found = solve(problem([1, 1, 1, 1], line(4), 2, balance=0, present=[0, 0, 0, 1]), "least-change", tell=seen.append)
    assert (found.value, found.proven) == ((1, 2000), True)
    assert max(progress.bound for progress in seen) == pytest.approx((1, 2000))


def test_time_that_ends_in_the_second_program_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two changes even 1 2 1 2 out on a ring, in two ways that travel differently; the second program is cut short."""
    calls = []

    def cut_short(these: Columns, cost: np.ndarray, start: np.ndarray | None, left_s: object, tell: object) -> Ended:
        calls.append(1)
        ended = cheapest(these, cost, start, left_s, tell)  # type: ignore[arg-type]
        return Ended("time", start, -np.inf, ended.linear, ended.reduced) if len(calls) == 2 else ended

    monkeypatch.setattr("geo.assignment.exact.cheapest", cut_short)
    asked = problem([1, 1, 1, 1], line(4), 2, balance=0, present=[0, 0, 0, 1])
    found = solve(asked, "least-change", time_s=2)
    assert len(calls) == 2
    assert found.value == (1, 2000)
    assert found.bound <= found.value


@pytest.mark.parametrize("bound_first", [True, False])
def test_a_bound_that_a_plan_passes_is_none(bound_first: bool) -> None:
    run = Run(problem([1, 1, 1, 1], line(4), 2, balance=0), "compact", 1.0, lambda _: None)
    steps = [lambda: run.found(None, (5000.0,)), lambda: run.found(HALVES)]
    for step in steps if bound_first else reversed(steps):
        step()
    assert (run.value, run.bound) == ((2000,), (0,))
    assert not unproven(run, Proof("time", None, ())).proven


def chain(n: int, k: int, barred: float) -> tuple[tuple[int, int], ...]:
    """What teams must not have, at random, so that n positions in a row, cut in k equal parts, are a plan."""
    own = np.arange(n) * k // n
    never = np.random.default_rng(0).random((n, k)) < barred
    never[np.arange(n), own] = False
    return tuple((int(position), int(team)) for position, team in np.argwhere(never))


@pytest.mark.parametrize(("n", "k", "barred"), [(65, 5, 0.1), (80, 8, 0.3), (65, 2, 0.2)])
def test_a_plan_is_found_though_much_is_ruled_out(n: int, k: int, barred: float) -> None:
    asked = problem([1.0] * n, line(n), k, never=chain(n, k, barred))
    found = solve(asked, "compact", time_s=3)
    assert not check(asked, np.array(found.team))


def test_what_cannot_be_is_ruled_out_though_there_are_many() -> None:
    """The first, the middle and the last of 66 in a row: outer two must go to the one team, the middle to the other."""
    never = ((0, 1), (33, 0), (65, 1))
    with pytest.raises(Clash) as clash:
        solve(problem([1.0] * 66, line(66), 2, never=never), "compact", time_s=3)
    barred = {Demand("never", team, position) for position, team in never}
    assert set(clash.value.demands) == {*barred, Demand("connected")}


def star(loads: list[float]) -> list[tuple[int, int]]:
    return [(0, one) for one in range(1, len(loads))]


def test_around_a_star_teams_are_single_leaves() -> None:
    """Of 70 with one point each, two teams can be leaves; the third has 68, of a target of 70 / 3."""
    loads = [1.0] * 70
    with pytest.raises(Clash) as clash:
        solve(problem(loads, star(loads), 3, balance=0.5), "compact", time_s=3)
    assert clash.value.demands == (Demand("balance"), Demand("connected"))
    assert clash.value.least_balance == pytest.approx(68 * 3 / 70 - 1)


def test_the_heaviest_leaf_is_what_a_single_team_takes() -> None:
    """A hub and 66 leaves, one of them of ten points: 76 in all, 38 each; the others come to 66."""
    loads = [1.0] * 66 + [10.0]
    found = solve(problem(loads, star(loads), 2), "fair", time_s=3)
    assert found.team[-1] not in found.team[:-1]
    assert found.value[0] == pytest.approx(66 / 38 - 1)
    assert found.bound[0] == pytest.approx(66 / 38 - 1)


def test_loads_that_come_in_units_cannot_be_shared_evenly() -> None:
    """66 points in a row to four teams: 16 or 17 each, half a point off 16.5. Twos: 32 or 34 of 33."""
    for unit in (1.0, 2.0):
        found = solve(problem([unit] * 66, line(66), 4), "fair", time_s=3)
        assert (found.value[0], found.bound[0]) == (pytest.approx(1 / 33), pytest.approx(1 / 33))


def test_positions_without_which_grounds_fall_apart() -> None:
    """Two triangles that share 2, and a tail 4 5 6; a ring has none."""
    edges = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (2, 4), (4, 5), (5, 6)]
    assert cut_vertices(View(problem([1] * 7, edges, 1), "compact", 1)) == [2, 4, 5]
    ring = problem([1] * 5, [*line(5), (0, 4)], 1)
    assert cut_vertices(View(ring, "compact", 1)) == []
    assert cut_vertices(View(replace(ring, anywhere=np.eye(5, dtype=bool)[0]), "compact", 1)) == [2, 3]


def test_no_program_is_begun_without_time_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pairs of a triangle, each cheap: halves of all are no plan, so that a whole program is asked for."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("geo.assignment.partition.milp", never)
    left = iter([1.0])
    asked = problem([1] * 3, [], 1)
    sets = [0b011, 0b110, 0b101, 0b111]
    rows = np.array([[mask >> one & 1 for mask in sets] for one in range(3)] + [[1, 1, 1, 2 / 3]])
    these = Columns(
        n=asked.n,
        counts=np.array([1]),
        sets=np.array(sets, dtype=np.uint64),
        of_class=np.zeros(4, dtype=np.int64),
        travel=np.array([1.0, 1, 1, 9]),
        load=np.zeros(4),
        deviation=np.zeros(4),
        matrix=__import__("scipy.sparse", fromlist=["csc_array"]).csc_array(rows),
    )
    ended = cheapest(these, these.travel, None, lambda: next(left, 0.0), lambda _: None)
    assert (ended.how, ended.rows) == ("time", None)
