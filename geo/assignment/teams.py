"""The problem as the engines see it: sets of positions are the bits of an int, and what a set is worth to a team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo.assignment.problem import SLACK, Floats, Goal, Ints, Problem


@dataclass(frozen=True)
class Class:
    """Teams that differ in nothing: they share a target, what they must have and what they must not.

    A team that must have some position, or (where changes count) has some at present, is alone in its class.
    """

    teams: tuple[int, ...]
    target: float
    must: int
    forbidden: int


class View:
    """Bits, neighbours and bounds of a problem. ``limit``: the largest deviation that may be, inf: any."""

    def __init__(self, problem: Problem, goal: Goal, limit: float) -> None:
        self.problem, self.goal, self.limit = problem, goal, limit
        self.n, self.k = problem.n, problem.k
        self.all = (1 << self.n) - 1
        self.near = [mask_of(np.flatnonzero(row).tolist()) for row in problem.ties]
        self.anywhere = mask_of(np.flatnonzero(problem.anywhere).tolist())
        self.load: list[float] = problem.load.tolist()
        self.target: list[float] = problem.target.tolist()
        self.must = [mask_of(np.flatnonzero(problem.fixed == team).tolist()) for team in range(self.k)]
        fixed = mask_of(np.flatnonzero(problem.fixed >= 0).tolist())
        never = [mask_of(np.flatnonzero(problem.never[:, team]).tolist()) for team in range(self.k)]
        self.forbidden = [never[team] | (fixed & ~self.must[team]) for team in range(self.k)]
        self.present = [mask_of(np.flatnonzero(problem.present == team).tolist()) for team in range(self.k)]
        self.kept = mask_of(np.flatnonzero(problem.present >= 0).tolist())
        self._travel: dict[int, float] = {0: 0.0}
        self._whole: dict[int, bool] = {0: True}

    def least(self, team: int) -> float:
        """The least load that a team may have."""
        return self.target[team] * (1 - self.limit - SLACK) if np.isfinite(self.limit) else -np.inf

    def most(self, team: int) -> float:
        """The most load that a team may have."""
        if not sum(self.load) > 0:
            return np.inf
        return self.target[team] * (1 + self.limit + SLACK)

    def deviation(self, team: int, load: float) -> float:
        return load / self.target[team] - 1.0 if self.target[team] > 0 else 0.0

    def load_of(self, mask: int) -> float:
        return sum(self.load[one] for one in bits(mask))

    def travel(self, mask: int) -> float:
        """The least sum of metres from one position of the set to its others, as ``measure`` has it."""
        known = self._travel.get(mask)
        if known is None:
            members = [one for one in bits(mask) if self.problem.placed[one]]
            known = 0.0
            if members:
                known = float(self.problem.metres[np.ix_(members, members)].sum(axis=1).min())
            if len(self._travel) > 2_000_000:
                self._travel.clear()
            self._travel[mask] = known
        return known

    def connected(self, mask: int) -> bool:
        """Whether the set hangs together, those that may be anywhere aside."""
        core = mask & ~self.anywhere
        known = self._whole.get(core)
        if known is None:
            known = self.part(core) == core
            if len(self._whole) > 2_000_000:
                self._whole.clear()
            self._whole[core] = known
        return known

    def part(self, core: int) -> int:
        """The part of ``core`` (not empty) that hangs together with its lowest position."""
        return self.reached(core & -core, core)

    def reached(self, start: int, core: int) -> int:
        """``start`` and what of ``core`` hangs together with it."""
        reached = edge = start
        while edge:
            low = edge & -edge
            edge ^= low
            more = self.near[low.bit_length() - 1] & core & ~reached
            reached |= more
            edge |= more
        return reached

    def border(self, mask: int) -> int:
        """The positions outside the set that border one of it."""
        found = 0
        for one in bits(mask & ~self.anywhere):
            found |= self.near[one]
        return found & ~mask

    def changes(self, team: int, mask: int) -> int:
        """How many of the set had another team."""
        return (mask & self.kept & ~self.present[team]).bit_count()

    def classes(self) -> list[Class]:
        groups: dict[tuple[object, ...], list[int]] = {}
        for team in range(self.k):
            alone = self.must[team] or (self.goal == "least-change" and self.present[team])
            key = (self.target[team], self.forbidden[team], team if alone else -1)
            groups.setdefault(key, []).append(team)
        return [
            Class(tuple(teams), self.target[teams[0]], self.must[teams[0]], self.forbidden[teams[0]])
            for teams in groups.values()
        ]


def mask_of(positions: Iterable[int]) -> int:
    found = 0
    for one in positions:
        found |= 1 << one
    return found


def bits(mask: int) -> list[int]:
    """The positions of a set, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def team_of(masks: Iterable[int], n: int) -> Ints:
    """The team of each position (n,), -1 where no set has it."""
    team = np.full(n, -1, dtype=np.int64)
    for one, mask in enumerate(masks):
        team[bits(mask)] = one
    return team


def masks_of(team: Ints, k: int) -> list[int]:
    return [mask_of(np.flatnonzero(team == one).tolist()) for one in range(k)]


def loads(view: View, masks: Iterable[int]) -> Floats:
    return np.array([view.load_of(mask) for mask in masks])
