"""Proposals 建议分工: one goal after another, so that what they come to can be set side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo.assignment import Goal, Problem, Solution
from geo.errors import GongtuError
from geo.fieldwork.solving import Solving


@dataclass
class Asked:
    """What somebody asked for: goals still to come, the search under way, what was found and what could not be."""

    problem: Problem
    time_s: float
    waiting: list[Goal]
    goal: Goal | None = None
    solving: Solving | None = None
    found: dict[Goal, Solution] = field(default_factory=dict)
    failed: dict[Goal, GongtuError] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether anything is still looked for."""
        return self.solving is not None or bool(self.waiting)

    def step(self) -> None:
        """Takes what the search has found by now, and starts the next."""
        if self.solving is not None and self.goal is not None:
            seen = self.solving.look()
            if not seen.done:
                return
            if seen.error is not None:
                self.failed[self.goal] = seen.error
            elif seen.best is not None:
                self.found[self.goal] = seen.best
            self.solving = None
        if self.waiting:
            self.goal = self.waiting.pop(0)
            try:
                self.solving = Solving.start(self.problem, self.goal, time_s=self.time_s)
            except GongtuError as error:
                self.failed[self.goal] = error

    def stop(self) -> None:
        """Ends the search, keeping the best so far, and looks for nothing more."""
        self.waiting.clear()
        if self.solving is not None:
            self.solving.stop()
            self.step()
