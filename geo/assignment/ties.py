"""Of plans equally good, the one that is given: fewest changes from the present, then the smallest list of teams."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from geo.assignment.partition import Columns
from geo.assignment.problem import CLOSE, Floats, Ints
from geo.assignment.teams import Class, View, bits, team_of

STEPS, ANSWERS = 150_000, 1_000
"""Columns looked at and plans found, at most: where more are equally good, it is the best of those seen."""


def labelled(view: View, classes: Sequence[Class], of_class: Sequence[int], masks: Sequence[int]) -> Ints:
    """The team of each position (n,): within a class sets go to teams so that the fewest positions change, and of such
    ways the one with the smallest list of teams."""
    given = [0] * view.k
    for number, one in enumerate(classes):
        own = sorted((mask for mask, kind in zip(masks, of_class, strict=True) if kind == number), key=bits)
        teams = list(one.teams)
        cost = np.array([[view.changes(team, mask) for team in teams] for mask in own], dtype=np.float64)
        least = _least(cost)
        for row, mask in enumerate(own):
            for at, team in enumerate(teams):
                rest = np.delete(cost[row + 1 :], at, axis=1)
                if cost[row, at] + _least(rest) <= least + 0.5:
                    given[team] = mask
                    least -= cost[row, at]
                    teams.pop(at)
                    cost = np.delete(cost, at, axis=1)
                    break
    return team_of(given, view.n)


def _least(cost: Floats) -> float:
    if not cost.size:
        return 0.0
    rows, sets = linear_sum_assignment(cost)
    return float(cost[rows, sets].sum())


def settle(
    view: View,
    classes: Sequence[Class],
    these: Columns,
    cost: Floats,
    found: Ints,
    *,
    room: float,
    reduced: Floats,
    late: Callable[[], bool],
) -> Ints:
    """The teams (n,) of the best of all choices as cheap as ``found``.

    ``room``: by how much these cost more than what ``reduced`` are counted from, so that no column dearer than that is
    part of any. Looks at the columns that are left, one position after another.
    """
    aim = float(cost[found].sum())
    close = CLOSE * max(abs(aim), 1.0)
    slack = room + 1e-6 * max(abs(aim), 1.0)
    rows = np.flatnonzero(reduced <= slack)
    rows = rows[np.argsort(reduced[rows], kind="stable")]
    sets = [int(mask) for mask in these.sets[rows]]
    of_class = these.of_class[rows].tolist()
    price, dear = cost[rows].tolist(), reduced[rows].tolist()
    having: list[list[int]] = [[] for _ in range(view.n)]
    for at, mask in enumerate(sets):
        for one in bits(mask):
            having[one].append(at)
    counts = [len(one.teams) for one in classes]
    answers: list[tuple[float, list[int], list[int]]] = []
    own = [int(mask) for mask in these.sets[found]]
    answers.append((aim, own, these.of_class[found].tolist()))
    steps = 0

    def deeper(left: int, chosen: list[int], spent: float, over: float) -> None:
        nonlocal steps
        if not left:
            if not any(counts) and spent <= aim + close:
                answers.append((spent, [sets[at] for at in chosen], [of_class[at] for at in chosen]))
            return
        one = (left & -left).bit_length() - 1
        for at in having[one]:
            if steps >= STEPS or len(answers) > ANSWERS or late():
                return
            steps += 1
            if over + dear[at] > slack:
                break
            if sets[at] & ~left or not counts[of_class[at]]:
                continue
            counts[of_class[at]] -= 1
            chosen.append(at)
            deeper(left & ~sets[at], chosen, spent + price[at], over + dear[at])
            chosen.pop()
            counts[of_class[at]] += 1

    deeper(view.all, [], 0.0, 0.0)
    least = min(answer[0] for answer in answers)
    best = [labelled(view, classes, kinds, masks) for spent, masks, kinds in answers if spent <= least + close]
    return min(best, key=lambda team: (changed(view, team), team.tolist()))


def changed(view: View, team: Ints) -> int:
    """How many positions have another team than at present."""
    present = view.problem.present
    return int(((present >= 0) & (team != present)).sum())
