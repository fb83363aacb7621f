"""An assignment solved in a child process: it can be watched and stopped; see ``geo.solving``.

Starting a child takes 0.3 to 0.6 s, most of it for scipy; a caller with all the time in the world and few positions
may call ``geo.assignment.solve`` itself.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.assignment import Clash, Demand, Goal, Problem, Solution
from geo.errors import GongtuError
from geo.solving.watch import Handle, Run, Watched

AT_ONCE = 2
"""How many solve at the same time in this process; who comes then is told to wait."""
CHILD = "geo.assignment.child"
"""The module that a child runs."""
GRACE_S = 20.0
"""How much longer than it was given a child may take before it is ended: to start, and to say what clashes."""
Seen = Watched[Solution]
ARRAYS = ("load", "x", "y", "neighbours", "anywhere", "strength", "fixed", "never", "present")


class Solving(Handle[Seen]):
    """One solve in a child process, from ``start`` to when ``look`` says that it is done."""

    @classmethod
    def start(cls, problem: Problem, goal: Goal, *, time_s: float = 10.0) -> Solving:
        """Starts a solve and answers at once.

        GongtuError ``siting.busy`` where ``AT_ONCE`` others are under way; what else is wrong, a Clash among it,
        ``look`` tells.
        """
        turns = _turns()
        if not turns.acquire(blocking=False):
            raise GongtuError("siting.busy", most=AT_ONCE)
        try:
            run = _Run(goal, time_s + GRACE_S, turns)
            arrays: dict[str, NDArray[Any]] = {name: np.asarray(getattr(problem, name)) for name in ARRAYS}
            if problem.targets is not None:
                arrays["targets"] = problem.targets
            run.begin(CHILD, {"goal": goal, "time_s": time_s, "balance": problem.balance}, arrays)
        except BaseException:
            turns.release()
            raise
        return cls(run)


@cache
def _turns() -> threading.BoundedSemaphore:
    """The turns that all solves of this process share."""
    return threading.BoundedSemaphore(AT_ONCE)


class _Run(Run[Seen]):
    """An assignment on its way."""

    def __init__(self, goal: Goal, limit_s: float, turns: threading.BoundedSemaphore) -> None:
        super().__init__(Watched(), limit_s, turns)
        self.goal = goal

    def hear(self, what: str, said: dict[str, Any]) -> None:
        match what:
            case "progress":
                best = self.now.best
                if said["team"] and not self.answered:
                    parts = (tuple(said["team"]), tuple(said["value"]), tuple(said["bound"]))
                    best = Solution(self.goal, *parts, proven=False, seconds=said["seconds"])
                self.now = replace(self.now, stage=said["stage"], best=best)
            case "solution":
                self.answered = True
                said |= {name: tuple(said[name]) for name in ("team", "value", "bound")}
                self.now = replace(self.now, best=Solution(**said))
            case "clash":
                demands = tuple(Demand(**demand) for demand in said.pop("demands"))
                self.now = replace(self.now, error=Clash(demands, **said))
