"""Plans of many positions: annealed, then mended group by group; and what bounds them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geo.assignment.anneal import anneal
from geo.assignment.clashing import plain
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
HALVES = 40
PRICE_STEPS = 300


def better(
    problem: Problem,
    goal: Goal,
    masks: list[int],
    left_s: Callable[[], float],
    found: Callable[[Ints], object],
    best: Callable[[], Ints | None],
    chance: random.Random,
) -> None:
    """Looks for better plans from ``masks`` on until it has tried all it would, or time ends; ``found`` hears of each.

    ``best`` is the best so far; where there is none after a few rounds, it ends. For "fair" the balance of the problem
    is not asked.
    """
    limit = 0.0 if goal == "fair" else problem.balance
    view = View(problem, goal, limit)
    until = left_s() * 0.4

    def late() -> bool:
        return left_s() <= (until if best() is not None else 0.0)

    classes = view.classes()
    kinds = {team: kind for kind, item in enumerate(classes) for team in item.teams}
    pool: dict[tuple[int, int], float] = {}

    def met(team: int, mask: int) -> None:
        pool[kinds[team], mask] = view.travel(mask)

    for number in range(ROUNDS):
        team = best()
        one = Search(view, masks if team is None or number == 0 else masks_of(team, view.k), chance, limit)
        anneal(
            one,
            STEPS_A_POSITION * problem.n,
            HOT * (1 if best() is not None else 1 + number),
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
        return (_least_worst(problem, late), 0.0)
    return (float(_least_changes(problem)), 0.0)


def _least_worst(problem: Problem, late: Callable[[], bool]) -> float:
    """A worst deviation that every plan has: by the units that loads come in, and what is seen at once to be too small
    (found by halves)."""
    if not problem.load.sum() > 0:
        return 0.0
    least = _of_units(problem)
    low, high = least, 2.0 * problem.k * float(problem.target.max() / problem.target.min())
    for _ in range(HALVES):
        if late() or high - low <= 1e-9 * high:
            break
        middle = (low + high) / 2
        low, high = (middle, high) if plain(replace(problem, balance=middle)) else (low, middle)
    return max(low * (1 - 1e-9) - SLACK, least)


def _of_units(problem: Problem) -> float:
    """The least worst deviation of any loads that are whole numbers of the unit that all loads are, as they add up."""
    load, target = problem.load, problem.target
    if problem.targets is not None or not load.sum() > 0:
        return 0.0
    unit = float(load[load > 0].min())
    for one in (unit, 1.0):
        counts = np.rint(load / one)
        if counts.max() < 1e9 and np.allclose(load, counts * one, rtol=0, atol=4e-16 * float(load.max())):
            unit = one * float(np.gcd.reduce(counts.astype(np.int64)))
            break
    else:
        return 0.0
    whole = int(np.rint(load.sum() / unit))
    share = target / unit
    fewest = 1 if (load > 0).all() else 0
    # The smallest deviation within which every team has some number of units, and they can add up to all.
    near = np.floor(share)[:, None] + np.arange(-1, 3)[None]
    for off in np.unique(np.abs(near / share[:, None] - 1)):
        least = np.maximum(np.ceil(share * (1 - off) - 1e-9), fewest)
        most = np.floor(share * (1 + off) + 1e-9)
        if (least <= most).all() and least.sum() <= whole <= most.sum():
            return max(float(off) - 1e-12, 0.0)
    return 0.0


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
