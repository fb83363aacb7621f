"""What is asked of an assignment of positions to teams, and what may be answered.

n positions, k teams. Loads are points of workload, places metres on a plane. Nothing here says what they stand for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from geo.errors import ParameterError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Goal = Literal["compact", "fair", "least-change"]
GOALS: tuple[Goal, ...] = get_args(Goal)
SLACK = 1e-9
"""What a deviation may be beyond the balance asked for: loads are floats."""
CLOSE = 1e-9
"""Values closer than this, as a part of the larger, are the same: sums of floats differ by their order."""


@dataclass(frozen=True, eq=False)
class Problem:
    """``load`` (n,) 0 or more. ``x``, ``y`` (n,) metres; NaN: the place is not known.

    ``neighbours`` (n, n) symmetric: whether two positions' grounds hang together (the same region, or regions that
    border); the diagonal says nothing. ``anywhere`` (n,): no ground is known; it may go to any team and connects
    nothing. ``strength`` (k,) above 0: the target of team t is sum(load) * strength[t] / sum(strength). ``balance``:
    |load / target - 1| may be at most this for every team, inclusive (``SLACK``); inf: not asked. ``fixed`` (n,): the
    team that it must go to, -1 any. ``never`` (n, k): teams that must not take it. ``present`` (n,): the team that has
    it now, -1 none. ``targets`` (k,): the targets, where they are not to come from the strengths.
    """

    load: Floats
    x: Floats
    y: Floats
    neighbours: Bools
    anywhere: Bools
    strength: Floats
    balance: float
    fixed: Ints
    never: Bools
    present: Ints
    targets: Floats | None = None

    @property
    def n(self) -> int:
        return len(self.load)

    @property
    def k(self) -> int:
        return len(self.strength)

    @cached_property
    def target(self) -> Floats:
        """(k,) the load that each team should have."""
        if self.targets is not None:
            return self.targets
        return np.asarray(self.load.sum() * (self.strength / self.strength.sum()), dtype=np.float64)

    @cached_property
    def metres(self) -> Floats:
        """(n, n) straight-line metres between two positions; 0 where either place is not known."""
        apart = np.hypot(self.x[:, None] - self.x[None], self.y[:, None] - self.y[None])
        return np.where(np.isnan(apart), 0.0, apart)

    @cached_property
    def placed(self) -> Bools:
        """(n,) whose place is known."""
        return ~(np.isnan(self.x) | np.isnan(self.y))

    @cached_property
    def ties(self) -> Bools:
        """(n, n) ``neighbours`` without the diagonal and without those that may be anywhere."""
        kept = self.neighbours & ~self.anywhere[:, None] & ~self.anywhere[None]
        np.fill_diagonal(kept, False)
        return np.asarray(kept)


@dataclass(frozen=True)
class Progress:
    """How far it is: the best so far (``team`` empty while there is none) and the bound that nothing can pass."""

    stage: str
    seconds: float
    team: tuple[int, ...]
    value: tuple[float, ...]
    bound: tuple[float, ...]


Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class Solution:
    """``team`` (n,) is the team of each position. ``value`` and ``bound`` are compared part by part, the first first.

    Parts of ``value``: metres for "compact"; worst deviation and metres for "fair", where ``balance`` is not a limit;
    changes and metres for "least-change". No answer has a smaller value than ``bound``; ``proven``: they are the same.
    ``note``, where it is not proven: "time" if that ended the search, "size" if it is too large to be tried whole.
    """

    goal: Goal
    team: tuple[int, ...]
    value: tuple[float, ...]
    bound: tuple[float, ...]
    proven: bool
    seconds: float
    note: str = ""


def validate(problem: Problem) -> None:
    """ParameterError for arrays that do not fit one another or hold what they cannot."""
    n, k = problem.n, problem.k
    shapes: dict[str, tuple[int, ...]] = {
        "load": (n,),
        "x": (n,),
        "y": (n,),
        "neighbours": (n, n),
        "anywhere": (n,),
        "strength": (k,),
        "fixed": (n,),
        "never": (n, k),
        "present": (n,),
    }
    if not k:
        raise ParameterError("assignment.no_teams", field="strength")
    for name, shape in shapes.items():
        if getattr(problem, name).shape != shape:
            raise ParameterError("assignment.shape", field=name, value=getattr(problem, name).shape, expected=shape)
    if not (np.isfinite(problem.load) & (problem.load >= 0)).all():
        raise ParameterError("assignment.load", field="load")
    if not (np.isfinite(problem.strength) & (problem.strength > 0)).all():
        raise ParameterError("assignment.strength", field="strength")
    if not problem.balance >= 0:
        raise ParameterError("assignment.balance", field="balance", value=problem.balance)
    if np.isinf(problem.x).any() or np.isinf(problem.y).any():
        raise ParameterError("assignment.place", field="x")
    if (problem.neighbours != problem.neighbours.T).any():
        raise ParameterError("assignment.neighbours", field="neighbours")
    for name in ("fixed", "present"):
        teams = getattr(problem, name)
        if ((teams < -1) | (teams >= k)).any():
            raise ParameterError("assignment.no_such_team", field=name)


def components(ties: Bools, members: Ints) -> list[tuple[int, ...]]:
    """The parts that ``members`` fall into by ``ties`` (n, n): the largest first, then by their smallest position."""
    left = {int(member) for member in members}
    found = []
    while left:
        start = min(left)
        left.remove(start)
        part, edge = [start], [start]
        while edge:
            near = [other for other in np.flatnonzero(ties[edge.pop()]).tolist() if other in left]
            left.difference_update(near)
            part += near
            edge += near
        found.append(tuple(sorted(part)))
    return sorted(found, key=lambda part: (-len(part), part))
