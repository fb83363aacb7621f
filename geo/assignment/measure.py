"""The parts of an assignment's worth: travel, workloads, changes, cut neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.assignment.problem import Floats, Goal, Ints, Problem


@dataclass(frozen=True, eq=False)
class Parts:
    """``travel_m``: the sum over teams of the least sum of straight-line metres from one of the team's positions, its
    hub, to its others; a position whose place is not known is no hub and adds nothing. ``hubs`` (k,): -1 none; of hubs
    equally near the first. ``load``, ``target``, ``deviation`` (k,): deviation is load / target - 1, 0 where there is
    no load at all. ``worst``: the largest deviation either way, 0 without teams. ``changes``: positions whose team is
    not the present one, those without a present one not counted. ``cut``: pairs of neighbours in two teams; unassigned
    ones are in none.
    """

    travel_m: float
    hubs: Ints
    load: Floats
    target: Floats
    deviation: Floats
    worst: float
    changes: int
    cut: int


def measure(problem: Problem, team: Ints) -> Parts:
    """The parts of any assignment (n,), whether it may be or not; -1: unassigned."""
    hubs = np.full(problem.k, -1, dtype=np.int64)
    travel = 0.0
    for one in range(problem.k):
        members = np.flatnonzero((team == one) & problem.placed)
        if len(members):
            sums = problem.metres[np.ix_(members, members)].sum(axis=1)
            # Sums of the same metres in another order are the same sum.
            first = int(np.argmax(sums <= sums.min() * (1 + 1e-12)))
            hubs[one] = members[first]
            travel += float(sums[first])
    given = team >= 0
    load = np.bincount(team[given], problem.load[given], minlength=problem.k).astype(np.float64)
    deviation = deviations(problem, load)
    moved = (problem.present >= 0) & (team != problem.present)
    apart = problem.ties & given[:, None] & given[None] & (team[:, None] != team[None])
    return Parts(
        travel_m=travel,
        hubs=hubs,
        load=load,
        target=problem.target,
        deviation=deviation,
        worst=float(np.abs(deviation).max(initial=0.0)),
        changes=int(moved.sum()),
        cut=int(np.triu(apart).sum()),
    )


def deviations(problem: Problem, load: Floats) -> Floats:
    """(k,) load / target - 1; 0 where there is nothing to share out."""
    if not problem.load.sum() > 0:
        return np.zeros(problem.k)
    return np.asarray(load / problem.target - 1.0)


def value(goal: Goal, parts: Parts) -> tuple[float, ...]:
    """What ``goal`` makes of the parts, the first part first."""
    if goal == "compact":
        return (parts.travel_m,)
    if goal == "fair":
        return (parts.worst, parts.travel_m)
    return (float(parts.changes), parts.travel_m)
