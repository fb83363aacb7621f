"""Better plans of many positions: a few teams that border at a time, solved anew whole, the others as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geo.assignment.exact import Exact
from geo.assignment.measure import measure, value
from geo.assignment.problem import Goal, Ints, Problem

SETS_AT_MOST = 25_000
GROUP_S = 1.5
"""Seconds at most for one group."""


def part_of(problem: Problem, team: Ints, teams: list[int]) -> tuple[Problem, Ints]:
    """The positions that these teams have now, as a problem of their own, and which positions they are."""
    rows, own = np.flatnonzero(np.isin(team, teams)), np.array(teams)
    number = np.full(problem.k + 1, -1, dtype=np.int64)  # the last is "none"
    number[teams] = np.arange(len(teams))
    return (
        replace(
            problem,
            load=problem.load[rows],
            x=problem.x[rows],
            y=problem.y[rows],
            neighbours=problem.neighbours[np.ix_(rows, rows)],
            anywhere=problem.anywhere[rows],
            strength=problem.strength[teams],
            fixed=number[problem.fixed[rows]],
            never=problem.never[np.ix_(rows, own)],
            present=number[problem.present[rows]],
            targets=problem.target[teams],
        ),
        rows,
    )


def around(problem: Problem, team: Ints, size: int) -> list[list[int]]:
    """Groups of teams that border: each team with those nearest among its neighbours, smallest list first."""
    ties = problem.ties
    middle = np.zeros((problem.k, 2))
    touch = np.zeros((problem.k, problem.k), dtype=np.bool_)
    for one in range(problem.k):
        own = team == one
        known = own & problem.placed
        if known.any():
            middle[one] = problem.x[known].mean(), problem.y[known].mean()
        touch[one, np.unique(team[ties[own].any(axis=0)])] = True
    groups = set()
    for one in range(problem.k):
        near = [other for other in np.flatnonzero(touch[one]).tolist() if other != one]
        near.sort(key=lambda other: (float(np.hypot(*(middle[one] - middle[other]))), other))
        for at in range(len(near)):
            chosen = [one, *(near[at : at + size - 1])]
            if len(chosen) > 1:
                groups.add(tuple(sorted(chosen)))
    return [list(group) for group in sorted(groups)]


def improve(
    problem: Problem,
    goal: Goal,
    team: Ints,
    *,
    size: int,
    left_s: Callable[[], float],
    found: Callable[[Ints], object],
) -> Ints:
    """The plan after every group of ``size`` teams has been solved anew for as long as that helps. ``problem.balance``
    is kept; ``found`` hears of every better plan."""
    done: set[tuple[object, ...]] = set()
    better = True
    while better and left_s() > 0:
        better = False
        for group in around(problem, team, size):
            if left_s() <= 0:
                break
            key = (tuple(group), team[np.isin(team, group)].tobytes(), np.isin(team, group).tobytes())
            if key in done:
                continue
            done.add(key)
            candidate = again(problem, goal, team, group, left_s)
            if candidate is not None and value(goal, measure(problem, candidate)) < value(goal, measure(problem, team)):
                team, better = candidate, True
                found(team)
    return team


def again(problem: Problem, goal: Goal, team: Ints, group: list[int], left_s: Callable[[], float]) -> Ints | None:
    """The plan with these teams' positions shared out anew among them; None where that is no better for them."""
    small, rows = part_of(problem, team, group)
    number = np.full(problem.k, -1, dtype=np.int64)
    number[group] = np.arange(len(group))
    known = number[team[rows]]
    limit = measure(small, known).worst if goal == "fair" else problem.balance
    new = Exact(small, goal, limit, known, _clock(left_s), _no, at_most=SETS_AT_MOST).prove().team
    if new is None or value(goal, measure(small, new)) >= value(goal, measure(small, known)):
        return None
    changed = team.copy()
    changed[rows] = np.array(group)[new]
    return changed


def _clock(left_s: Callable[[], float]) -> Callable[[], float]:
    """The time left for one group."""
    began = left_s()
    return lambda: min(left_s(), left_s() - began + GROUP_S)


def _no(team: Ints | None, bound: tuple[float, ...]) -> None:
    return None
