"""Plans of many positions: annealed, then mended group by group; and what bounds them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geo.assignment.anneal import anneal
from geo.assignment.groups import again, around, improve
from geo.assignment.measure import measure
from geo.assignment.pool import best_of
from geo.assignment.prices import priced
from geo.assignment.problem import SLACK, Goal, Ints, Problem
from geo.assignment.search import Search
from geo.assignment.teams import View, masks_of, team_of

ROUNDS = 4
STEPS_A_POSITION = 500
HOT, COLD = 0.1, 0.002
POOL_S = 2.5
PRICE_STEPS = 300


def better(
    problem: Problem,
    goal: Goal,
    masks: list[int],
    left_s: Callable[[], float],
    found: Callable[[Ints], object],
    best: Callable[[], Ints | None],
) -> None:
    """Looks for better plans from ``masks`` on until it has tried all it would, or time ends; ``found`` hears of each.

    ``best`` is the best so far. For "fair" the balance of the problem is not asked.
    """
    limit = 0.0 if goal == "fair" else problem.balance
    view = View(problem, goal, limit)
    chance = random.Random(1)
    until = left_s() * 0.4

    def late() -> bool:
        return left_s() <= (until if best() is not None else 0.0)

    classes = view.classes()
    kinds = {team: kind for kind, item in enumerate(classes) for team in item.teams}
    pool: dict[tuple[int, int], float] = {}

    def met(team: int, mask: int) -> None:
        pool[kinds[team], mask] = view.travel(mask)

    number = -1
    while number < ROUNDS - 1 or best() is None:
        number += 1
        team = best()
        one = Search(view, masks if team is None or number == 0 else masks_of(team, view.k), chance, limit)
        anneal(
            one,
            STEPS_A_POSITION * problem.n,
            HOT * (1 if best() is not None else 1 + number % ROUNDS),
            COLD,
            late,
            met if goal == "compact" else None,
        )
        one.flips(late)
        found(team_of(one.masks, view.n))
        if goal == "fair":
            _pressed(one, late, found)
        if late():
            break
    team = best()
    if pool and team is not None:
        of_pool = best_of(view, classes, pool, masks_of(team, view.k), lambda: min(left_s() / 2, POOL_S))
        if of_pool is not None:
            found(team_of(of_pool, view.n))
    mend(problem, goal, left_s, found, best)


def mend(
    problem: Problem,
    goal: Goal,
    left_s: Callable[[], float],
    found: Callable[[Ints], object],
    best: Callable[[], Ints | None],
) -> None:
    """Solves pairs of teams anew, then threes, until none of them can be better."""
    team = best()
    if team is None:
        return
    asked, aim = problem, goal
    if goal == "fair":  # what is fair as it is, with less travel
        team = _evened(problem, team, left_s, found)
        asked, aim = replace(problem, balance=measure(problem, team).worst), "compact"
    for size in (2, 3):
        if size < problem.k:
            team = improve(asked, aim, team, size=size, left_s=left_s, found=found)


def _evened(problem: Problem, team: Ints, left_s: Callable[[], float], found: Callable[[Ints], object]) -> Ints:
    """The plan after the team that is worst off, and some that border it, have been evened out, again and again."""
    until = left_s() * 0.4
    better = True
    while better and left_s() > until:
        better = False
        parts = measure(problem, team)
        worst = int(np.argmax(np.abs(parts.deviation)))
        for size in (2, 3):
            for group in around(problem, team, size):
                if worst not in group or left_s() <= until:
                    continue
                new = again(problem, "fair", team, group, lambda: left_s() - until)
                if new is not None and measure(problem, new).worst < parts.worst * (1 - 1e-9):
                    team, better = new, True
                    found(team)
                    break
            if better:
                break
    return team


def _pressed(one: Search, late: Callable[[], bool], found: Callable[[Ints], object]) -> None:
    """Presses the worst deviation down step by step for as long as moves and merges allow it."""
    view = one.view
    for _ in range(400):
        if late():
            break
        worst = max(abs(view.deviation(team, load)) for team, load in enumerate(one.load))
        one.press(worst * 0.9)
        for _ in range(40):
            one.flips(late)
            if one.within or late():
                break
            one.recombine(0.0)
        if not one.within:
            break
        found(team_of(one.masks, view.n))


def bound(problem: Problem, goal: Goal, upper: float, late: Callable[[], bool]) -> tuple[float, ...]:
    """What no plan is better than, part by part, without looking at neighbours. ``upper``: travel of a known plan."""
    if goal == "compact":
        view = View(problem, goal, problem.balance)
        return (max(priced(view, upper, PRICE_STEPS, late).bound, 0.0),)
    if goal == "fair":
        return (_least_worst(problem), 0.0)
    return (float(_least_changes(problem)), 0.0)


def _least_worst(problem: Problem) -> float:
    """How far the heaviest position alone takes the team that can bear most beyond its target."""
    if not problem.load.sum() > 0:
        return 0.0
    return max(float(problem.load.max() / problem.target.max()) - 1.0, 0.0)


def _least_changes(problem: Problem) -> int:
    """The fewest positions that teams must give away or take in to come within what they may have."""
    present = problem.present
    has = present >= 0
    held = np.where(has, present, 0)
    out = has & (((problem.fixed >= 0) & (problem.fixed != present)) | problem.never[np.arange(problem.n), held])
    given = 0
    view = View(problem, "least-change", problem.balance)
    for team in range(problem.k):
        kept = np.sort(problem.load[(present == team) & ~out])
        room = view.most(team) * (1 + SLACK)
        given += int(len(kept) - np.searchsorted(np.cumsum(kept), room, side="right")) if len(kept) else 0
    return int(out.sum()) + given
