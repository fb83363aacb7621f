"""One search as it goes: the best answer so far, recounted, the bound, the time, and who is told."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from geo.errors import GongtuError
from geo.siting.flow import capacity_value
from geo.siting.problem import CLOSE, Goal, Open, Progress, Solution, Tell
from geo.siting.value import value

FIRST_S, LEAST_S = 1.0, 0.05
"""What counting an answer with capacities has of the time at least: the first answer, and each that follows."""


class Search:
    """Kept by every solver of a goal: ``found`` takes answers, ``bounded`` takes bounds, ``done`` says when to stop.

    Inside, less is better: for ``max-cover`` objective and bound are held with the other sign.
    """

    def __init__(self, left: Open, goal: Goal, within: float | None, time_s: float, tell: Tell) -> None:
        self.open, self.goal, self.within = left, goal, within
        self.sign = -1.0 if goal == "max-cover" else 1.0
        self.sites: tuple[int, ...] = ()
        self.worth = np.inf  # sign * objective
        self.floor = -np.inf  # sign * bound
        self.whole = _whole_objective(left, goal)
        self.too_large = False
        """Whether something was left untried for its size, however much time there is."""
        self._begun, self._time_s, self._tell = time.perf_counter(), time_s, tell

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._begun

    @property
    def left_s(self) -> float:
        """Seconds that are left, 0 where none are."""
        return max(0.0, self._time_s - self.seconds)

    @property
    def late(self) -> bool:
        return self.left_s <= 0

    @property
    def done(self) -> bool:
        """Whether the best is proven to be best."""
        return bool(
            self.worth - self.floor <= CLOSE * max(abs(self.worth), abs(self.floor)) and np.isfinite(self.worth)
        )

    @property
    def need(self) -> float:
        """What a better answer is worth at most, inside, where less is better."""
        if not np.isfinite(self.worth):
            return np.inf
        return self.worth - 1.0 + 1e-6 if self.whole else self.worth - CLOSE * abs(self.worth)

    def found(self, chosen: Iterable[int] | Sequence[int], stage: str) -> bool:
        """Takes the forced and ``chosen`` as an answer; whether it is better than what was known."""
        sites = tuple(sorted({*self.open.forced, *(int(site) for site in chosen)}))
        worth = self._worth(sites)
        if not worth < self.worth:
            return False
        self.sites, self.worth = sites, worth
        self.say(stage)
        return True

    def instead(self, chosen: Iterable[int] | Sequence[int]) -> bool:
        """Takes the forced and ``chosen`` in place of the best where they are worth the same or more."""
        sites = tuple(sorted({*self.open.forced, *(int(site) for site in chosen)}))
        worth = self._worth(sites)
        if worth > self.worth:
            return False
        self.sites, self.worth = sites, worth
        return True

    def _worth(self, sites: tuple[int, ...]) -> float:
        """sign * objective; inf where no time is left to tell it, of which a first answer has some all the same."""
        time_s = max(self.left_s, LEAST_S if np.isfinite(self.worth) else FIRST_S)
        problem = self.open.problem
        if problem.capacity is None:
            return self.sign * value(problem, self.goal, sites, self.within)
        try:
            return self.sign * capacity_value(problem, self.goal, sites, self.within, time_s)
        except GongtuError as error:
            if error.key != "siting.failed":
                raise
            return np.inf

    def bounded(self, bound: float, stage: str) -> None:
        """Takes the word that no objective is better than ``bound``; rounded to what objectives can be."""
        floor = self.sign * bound
        if self.whole and np.isfinite(floor):
            floor = float(np.ceil(floor - max(1e-6, 1e-12 * abs(floor))))
        if floor > self.floor:
            self.floor = floor
            self.say(stage)

    def finished(self, stage: str) -> None:
        """Takes the word that nothing is better than what was found."""
        if np.isfinite(self.worth):
            self.bounded(self.sign * self.worth, stage)

    def say(self, stage: str) -> None:
        """Tells how far it is. A stage named in the middle of no news keeps the listener awake."""
        floor = min(self.floor, self.worth)
        self._tell(Progress(stage, self.seconds, self.sites, self.sign * self.worth, self.sign * floor))

    def solution(self) -> Solution:
        """The best so far as the answer; for ``max-cover`` without sites that add nothing to it."""
        if self.goal == "max-cover":
            for site in reversed(self.sites):
                if site not in self.open.forced and not (self.late and self.open.problem.capacity is not None):
                    self.instead([other for other in self.sites if other != site])
        floor = self.worth if self.done else min(self.floor, self.worth)
        larger = max(abs(self.worth), abs(floor))
        gap = 0.0 if floor == self.worth else min(1.0, (self.worth - floor) / larger)
        return Solution(
            goal=self.goal,
            sites=self.sites,
            objective=_signed(self.sign, self.worth),
            bound=_signed(self.sign, floor),
            proven=self.done,
            gap=gap,
            seconds=self.seconds,
            note="" if self.done else "time" if self.late and not self.too_large else "size",
        )


def _signed(sign: float, number: float) -> float:
    return sign * number + 0.0  # never -0.0


def _whole_objective(left: Open, goal: Goal) -> bool:
    """Whether every objective that can be is a whole number."""
    if goal == "set-cover":
        return True
    if goal == "p-centre" or not left.problem.whole:
        return False
    if goal == "max-cover":
        return left.problem.capacity is None or bool((left.problem.capacity == np.rint(left.problem.capacity)).all())
    counts = left.problem.weight > 0
    base = left.problem.base[counts]
    costs = left.problem.table.cost
    largest = float(costs.max(initial=0.0)) * float(left.problem.weight.sum())
    whole = bool((costs == np.rint(costs)).all() and (base[np.isfinite(base)] % 1 == 0).all()) and largest < 2**52
    capacity = left.problem.capacity
    return whole and (capacity is None or bool((capacity == np.rint(capacity)).all()))
