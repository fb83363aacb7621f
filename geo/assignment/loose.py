"""A first assignment where much is fixed or ruled out: grown as if nothing was, then mended.

What teams must not have counts as wrong and is annealed away: positions move over borders, two teams merge and are
split anew, a team settles elsewhere, sets go to the teams that may have them. Grounds hang together all the way.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from geo.assignment.build import build, give_anywhere
from geo.assignment.problem import Ints
from geo.assignment.search import halves
from geo.assignment.teams import View, bits

STEPS, A_TEAM = 2_000, 150
"""Steps of one try, and more for each team."""
HOT, COLD = 0.8, 0.1
"""Wrong positions that are taken for granted at first and at last."""
UNEVEN = 0.3
"""What a target beyond the limit counts, in wrong positions."""
A_LOOK = 100
"""Steps between looks at the clock and at which team should have which set."""


def loosely(view: View, chance: random.Random, late: Callable[[], bool]) -> list[int] | None:
    """A set for each team that keeps all but the balance; None where these seeds lead nowhere (which proves nothing)
    or time ends."""
    problem = view.problem
    fixed, never = np.full(view.n, -1, dtype=np.int64), np.zeros((view.n, view.k), dtype=np.bool_)
    masks = build(View(replace(problem, fixed=fixed, never=never), view.goal, np.inf), chance)
    if masks is None:
        return None
    one = _Loose(view, [mask & ~view.anywhere for mask in masks], chance)
    steps = STEPS + A_TEAM * view.k
    for step in range(steps):
        if step % A_LOOK == 0:
            if late():
                return None
            one.relabel()
        if not one.wrong:
            found = list(one.masks)
            if give_anywhere(view, found) and all(found):
                return found
        one.step(HOT * (COLD / HOT) ** (step / steps))
    return None


class _Loose:
    """Sets that hang together, one for each team; some may be empty where there is too little ground."""

    def __init__(self, view: View, masks: list[int], chance: random.Random) -> None:
        self.view, self.masks, self.chance = view, masks, chance
        self.bars = np.array([[view.forbidden[team] >> one & 1 for team in range(view.k)] for one in range(view.n)])
        self.owner: Ints = np.full(view.n, -1, dtype=np.int64)
        for team, mask in enumerate(masks):
            self.owner[bits(mask)] = team

    @property
    def wrong(self) -> int:
        return sum((mask & bar).bit_count() for mask, bar in zip(self.masks, self.view.forbidden, strict=True))

    def cost(self, team: int, mask: int) -> float:
        """Wrong positions, and a little for what is far beyond the limit."""
        view = self.view
        wrong = float((mask & view.forbidden[team]).bit_count())
        if np.isfinite(view.limit):
            wrong += UNEVEN * max(abs(view.deviation(team, view.load_of(mask))) - view.limit, 0.0)
        return wrong

    def relabel(self) -> None:
        """Gives the sets to the teams so that the fewest positions are wrong."""
        own = np.array([[mask >> one & 1 for one in range(self.view.n)] for mask in self.masks])
        rows, teams = linear_sum_assignment(own @ self.bars)
        old = list(self.masks)
        for row, team in zip(rows.tolist(), teams.tolist(), strict=True):
            self._set(team, old[row])

    def step(self, heat: float) -> None:
        kind = self.chance.random()
        if kind < 0.6:
            self._flip(heat)
        elif kind < 0.95:
            self._split_anew(heat)
        else:
            self._settle(heat)

    def _set(self, team: int, mask: int) -> None:
        self.masks[team] = mask
        self.owner[bits(mask)] = team

    def _taken(self, sets: dict[int, int], heat: float) -> bool:
        """Whether these sets are taken: better, or not too much worse."""
        worse = sum(self.cost(team, mask) - self.cost(team, self.masks[team]) for team, mask in sets.items())
        if worse >= -heat * math.log(1.0 - self.chance.random()) + 1e-9:
            return False
        for team, mask in sets.items():
            self._set(team, mask)
        return True

    def _flip(self, heat: float) -> None:
        view, chance = self.view, self.chance
        team = chance.randrange(view.k)
        here = self.masks[team] & view.forbidden[team] or self.masks[team]
        if not here or not self.masks[team] & (self.masks[team] - 1):
            return
        one = chance.choice(bits(here))
        others = sorted({int(self.owner[near]) for near in bits(view.near[one])} - {team})
        if others and view.connected(self.masks[team] & ~(1 << one)):
            other = chance.choice(others)
            self._taken({team: self.masks[team] & ~(1 << one), other: self.masks[other] | 1 << one}, heat)

    def _beside(self, team: int) -> int | None:
        """A team that borders this one."""
        others = sorted({int(self.owner[near]) for near in bits(self.view.border(self.masks[team]))})
        return self.chance.choice(others) if others else None

    def _split(self, merged: int, team: int, other: int) -> dict[int, int] | None:
        """The split of a set along a random tree, of which fewest positions are wrong."""
        best, least = None, np.inf
        for half in halves(self.view, merged, self.chance):
            for part in (half, merged & ~half):
                cost = self.cost(team, part) + self.cost(other, merged & ~part) + 1e-6 * self.chance.random()
                if cost < least:
                    best, least = {team: part, other: merged & ~part}, cost
        return best

    def _split_anew(self, heat: float) -> None:
        team = self.chance.randrange(self.view.k)
        other = self._beside(team) if self.masks[team] else None
        if other is not None:
            sets = self._split(self.masks[team] | self.masks[other], team, other)
            if sets is not None:
                self._taken(sets, heat)

    def _settle(self, heat: float) -> None:
        """A team leaves its ground to one beside it and takes part of another's."""
        team, third = self.chance.randrange(self.view.k), self.chance.randrange(self.view.k)
        other = self._beside(team) if self.masks[team] else None
        if other is None or third == team or not self.masks[third]:
            return
        joined = self.masks[team] | self.masks[other]
        sets = self._split(joined if third == other else self.masks[third], team, third)
        if sets is not None:
            self._taken(sets if third == other else {other: joined, **sets}, heat)
