"""Better and better assignments: positions moved over borders, two teams merged and split anew along a tree.

After "recombination" (DeFord, Duchin and Solomon 2021), here as a descent with some patience. Proves nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from geo.assignment.build import build
from geo.assignment.problem import SLACK
from geo.assignment.teams import View, bits

Key = tuple[float, float]
TREES = 3
"""Spanning trees tried for one merge."""


class Search:
    """One assignment on its way. ``limit`` is what deviations are pressed under; the view's own limit stays aside."""

    def __init__(self, view: View, masks: list[int], chance: random.Random, limit: float) -> None:
        self.view, self.masks, self.chance, self.limit = view, list(masks), chance, limit
        self.load = [view.load_of(mask) for mask in masks]
        near = view.problem.metres
        self.dear = float(near.max(initial=0.0)) * view.n + 1.0
        """More than all travel can come to."""
        self.scores = [self.score(team, mask, self.load[team]) for team, mask in enumerate(self.masks)]

    def press(self, limit: float) -> None:
        self.limit = limit
        self.scores = [self.score(team, mask, self.load[team]) for team, mask in enumerate(self.masks)]

    def over(self, team: int, load: float) -> float:
        """How far beyond the limit the deviation is."""
        return max(abs(self.view.deviation(team, load)) - self.limit - SLACK, 0.0) if self.limit < np.inf else 0.0

    def score(self, team: int, mask: int, load: float) -> float:
        """What a team's set costs: what is beyond the limit first, then changes, then travel."""
        worth = self.over(team, load) * self.dear * 100
        if self.view.goal == "least-change":
            worth += self.view.changes(team, mask) * self.dear / self.view.n
        return worth + self.view.travel(mask)

    @property
    def total(self) -> float:
        return sum(self.scores)

    @property
    def within(self) -> bool:
        return all(self.over(team, load) == 0 for team, load in enumerate(self.load))

    def set(self, team: int, mask: int, load: float) -> None:
        self.masks[team], self.load[team] = mask, load
        self.scores[team] = self.score(team, mask, load)

    def flips(self, late: Callable[[], bool]) -> None:
        """Moves and exchanges single positions over borders for as long as that helps."""
        better = True
        while better and not late():
            better = self._moved() or self._exchanged(late)

    def _to(self, one: int, team: int) -> list[int]:
        """The teams that a position of ``team`` could go to."""
        view = self.view
        if view.must[team] >> one & 1:
            return []
        bit = 1 << one
        loose = bool(view.anywhere & bit)
        return [
            other
            for other in range(view.k)
            if other != team
            and not view.forbidden[other] & bit
            and (loose or view.near[one] & self.masks[other] or not self.masks[other] & ~view.anywhere)
        ]

    def _moved(self) -> bool:
        view, found = self.view, False
        for team in range(view.k):
            for one in bits(self.masks[team]):
                rest = self.masks[team] & ~(1 << one)
                if not rest or not view.connected(rest):
                    continue
                load = self.load[team] - view.load[one]
                gain = self.scores[team] - self.score(team, rest, load)
                for other in self._to(one, team):
                    more = self.masks[other] | 1 << one
                    heavier = self.load[other] + view.load[one]
                    if self.score(other, more, heavier) - self.scores[other] < gain - 1e-6:
                        self.set(team, rest, view.load_of(rest))
                        self.set(other, more, view.load_of(more))
                        found = True
                        break
        return found

    def _exchanged(self, late: Callable[[], bool]) -> bool:
        view, found = self.view, False
        for team in range(view.k):
            if late():
                break
            for one in bits(self.masks[team]):
                for other in self._to(one, team):
                    if self._exchange(team, one, other):
                        found = True
                        break
        return found

    def _exchange(self, team: int, one: int, other: int) -> bool:
        view = self.view
        own, theirs = self.masks[team], self.masks[other]
        border = view.border(own) | view.anywhere if own & (own - 1) else view.all  # a team of one can settle anywhere
        for two in bits(theirs & border & ~view.must[other] & ~view.forbidden[team]):
            a, b = own & ~(1 << one) | 1 << two, theirs & ~(1 << two) | 1 << one
            if not (view.connected(a) and view.connected(b)):
                continue
            shift = view.load[two] - view.load[one]
            new = self.score(team, a, self.load[team] + shift) + self.score(other, b, self.load[other] - shift)
            if new < self.scores[team] + self.scores[other] - 1e-6:
                self.set(team, a, view.load_of(a))
                self.set(other, b, view.load_of(b))
                return True
        return False

    def recombine(self, patience: float) -> bool:
        """Merges two teams that border and splits them along a random tree; whether anything changed.

        Worse by ``patience`` of the two teams' travel is still taken.
        """
        view, chance = self.view, self.chance
        team = chance.randrange(view.k)
        border = view.border(self.masks[team])
        others = [other for other in range(view.k) if other != team and self.masks[other] & border]
        if not others:
            return False
        other = chance.choice(others)
        loose = (self.masks[team] & view.anywhere, self.masks[other] & view.anywhere)
        merged = (self.masks[team] | self.masks[other]) & ~view.anywhere
        before = self.scores[team] + self.scores[other]
        allowed = before - 1e-6 + patience * (view.travel(self.masks[team]) + view.travel(self.masks[other]))
        best: tuple[float, int, int] | None = None
        for _ in range(TREES):
            for half in halves(view, merged, chance):
                for part in (half, merged & ~half):
                    a, b = part | loose[0], merged & ~part | loose[1]
                    if a == self.masks[team] or not (a and b):
                        continue
                    if a & view.forbidden[team] or b & view.forbidden[other]:
                        continue
                    heavy, light = view.load_of(a), view.load_of(b)
                    least = (self.over(team, heavy) + self.over(other, light)) * self.dear * 100
                    if least >= (allowed if best is None else min(allowed, best[0])):
                        continue
                    new = self.score(team, a, heavy) + self.score(other, b, light)
                    if best is None or new < best[0]:
                        best = (new, a, b)
        if best is None or best[0] >= allowed:
            return False
        self.set(team, best[1], view.load_of(best[1]))
        self.set(other, best[2], view.load_of(best[2]))
        return True


def begin(view: View, chance: random.Random, tries: int, late: Callable[[], bool]) -> list[int] | None:
    """The first assignment that can be built; None after so many tries."""
    for number in range(tries):
        masks = build(view, chance, present=number == 0 and view.goal == "least-change")
        if masks is not None:
            return masks
        if late():
            break
    return None


def halves(view: View, merged: int, chance: random.Random) -> list[int]:
    """The sets below each edge of a random spanning tree of a connected set."""
    first = chance.choice(bits(merged))
    parent, order = {first: -1}, [first]
    edge = [(first, one) for one in bits(view.near[first] & merged)]
    seen = 1 << first
    while edge:
        at = chance.randrange(len(edge))
        edge[at], edge[-1] = edge[-1], edge[at]
        low, one = edge.pop()
        if seen >> one & 1:
            continue
        seen |= 1 << one
        parent[one] = low
        order.append(one)
        edge += [(one, more) for more in bits(view.near[one] & merged & ~seen)]
    below = {one: 1 << one for one in order}
    for one in reversed(order[1:]):
        below[parent[one]] |= below[one]
    return [below[one] for one in order[1:]]
