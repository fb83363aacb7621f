"""Why a position is where it is: what keeps it there, and what it would do elsewhere. Data, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.assignment.check import Finding, check
from geo.assignment.measure import measure
from geo.assignment.problem import SLACK, Ints, Problem


@dataclass(frozen=True)
class Elsewhere:
    """What moving the position to ``team`` would do: findings that there are not now or not as bad, and by how much
    travel (metres), worst deviation, cut pairs and changes would grow. ``borders``: its neighbours in that team.
    """

    team: int
    borders: tuple[int, ...]
    findings: tuple[Finding, ...]
    travel_m: float
    worst: float
    cut: int
    changes: int


@dataclass(frozen=True)
class Why:
    """``fixed``: whether it must be in a team. ``neighbours``: those in its team, ascending. ``elsewhere``: each other
    team that it borders or that has nothing, in order of teams; of one that may be anywhere, each other team.
    """

    position: int
    team: int
    fixed: bool
    neighbours: tuple[int, ...]
    elsewhere: tuple[Elsewhere, ...]


def explain(problem: Problem, team: Ints, position: int) -> Why:
    """Why ``position`` is in its team in this assignment (n,), whether that may be or not."""
    own, before, now = int(team[position]), check(problem, team), measure(problem, team)
    near = np.flatnonzero(problem.ties[position])
    elsewhere = []
    for other in range(problem.k):
        borders = tuple(near[team[near] == other].tolist())
        if other == own or not (borders or problem.anywhere[position] or not (team == other).any()):
            continue
        moved = team.copy()
        moved[position] = other
        then = measure(problem, moved)
        wrong = check(problem, moved)
        elsewhere.append(
            Elsewhere(
                team=other,
                borders=borders,
                findings=tuple(finding for finding in wrong if _worse(finding, before)),
                travel_m=then.travel_m - now.travel_m,
                worst=then.worst - now.worst,
                cut=then.cut - now.cut,
                changes=then.changes - now.changes,
            )
        )
    neighbours = tuple(near[team[near] == own].tolist()) if own >= 0 else ()
    return Why(position, own, bool(problem.fixed[position] >= 0), neighbours, tuple(elsewhere))


def _worse(finding: Finding, before: Sequence[Finding]) -> bool:
    """Whether the finding is new, or says more than the one of its kind of that team that there was before: a ground in
    more pieces, a workload farther off, another position.
    """
    same = [one for one in before if (one.what, one.team) == (finding.what, finding.team)]
    if finding.what in ("not_fixed", "never"):
        return all(one.positions != finding.positions for one in same)
    if finding.what == "unassigned":
        return not same
    return all(len(finding.parts) > len(one.parts) or abs(finding.amount) > abs(one.amount) + SLACK for one in same)
