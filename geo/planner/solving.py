"""Solving in a child process: it can be watched and stopped, and whatever becomes of it, the app goes on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import GongtuError
from geo.siting import Goal, Problem, Solution
from geo.solving.watch import Handle, Run, Watched

AT_ONCE = {"staff": 2, "public": 1}
"""How many solve at the same time in this process, for staff and for everybody else, so that nobody keeps staff from
it; who comes then is told to wait.
"""
CHILD = "geo.siting.child"
"""The module that a child runs."""
GRACE_S = 20.0
"""How much longer than it was given a child may take before it is ended: to start, to take the problem in, to check."""


@dataclass(frozen=True)
class Seen(Watched[Solution]):
    """How far a solve is. ``curve``: the best with 1, 2, … new sites, as far as known."""

    curve: tuple[tuple[int, Solution], ...] = ()


class Solving(Handle[Seen]):
    """One solve in a child process, from ``start`` to when ``look`` says that it is done."""

    @classmethod
    def start(
        cls,
        problem: Problem,
        goal: Goal,
        *,
        n: int | None,
        within: float | None,
        time_s: float = 60.0,
        curve_most: int = 0,
        public: bool = False,
    ) -> Solving:
        """Starts a solve and answers at once. ``time_s`` is for the solve; with ``curve_most`` the answers for 1, 2, …
        that many sites follow it, for which there is as much time once more.

        GongtuError ``siting.busy`` where ``AT_ONCE`` others are under way; what else is wrong ``look`` tells.
        ``public``: for somebody who is not signed in.
        """
        who = "public" if public else "staff"
        turns = _turns(who)
        if not turns.acquire(blocking=False):
            raise GongtuError("siting.busy", most=AT_ONCE[who])
        try:
            asked = {"goal": goal, "n": n, "within": within, "time_s": time_s, "curve_most": curve_most}
            run = _Run(goal, time_s * (2 if curve_most else 1) + GRACE_S, turns)
            run.begin(CHILD, asked | {"sites": problem.table.sites}, _parcel(problem))
        except BaseException:
            turns.release()
            raise
        return cls(run)


@cache
def _turns(who: str) -> threading.BoundedSemaphore:
    """The turns that all solves of this process share."""
    return threading.BoundedSemaphore(AT_ONCE[who])


class _Run(Run[Seen]):
    """A siting on its way."""

    def __init__(self, goal: Goal, limit_s: float, turns: threading.BoundedSemaphore) -> None:
        super().__init__(Seen(), limit_s, turns)
        self.goal = goal

    def hear(self, what: str, said: dict[str, Any]) -> None:
        match what:
            case "progress":
                best = self._so_far(**{name: said[name] for name in ("sites", "objective", "bound", "seconds")})
                known = self.now.best if self.answered or best is None else best
                self.now = replace(self.now, stage=said["stage"], best=known)
            case "solution":
                self.answered = True
                self.now = replace(self.now, best=_solution(said))
            case "curve":
                n = said.pop("n")
                self.now = replace(self.now, stage="curve", curve=(*self.now.curve, (n, _solution(said))))

    def _so_far(self, sites: list[int], objective: float, bound: float, seconds: float) -> Solution | None:
        """A solution of what is known on the way; None while nothing is."""
        if not sites:
            return None
        larger = max(abs(objective), abs(bound))
        gap = abs(bound - objective) / larger if larger else 0.0
        return Solution(self.goal, tuple(sites), objective, bound, False, gap, seconds)


def _solution(said: dict[str, Any]) -> Solution:
    return Solution(**said | {"sites": tuple(said["sites"])})


def _parcel(problem: Problem) -> dict[str, NDArray[Any]]:
    """The arrays of a problem by name."""
    arrays: dict[str, NDArray[Any]] = {
        "start": problem.table.start,
        "site": problem.table.site,
        "cost": problem.table.cost,
        "weight": problem.weight,
        "base": problem.base,
        "forced": problem.forced,
        "barred": problem.barred,
    }
    if problem.capacity is not None:
        arrays["capacity"] = problem.capacity
    return {name: np.asarray(array) for name, array in arrays.items()}
