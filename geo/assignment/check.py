"""Everything that is wrong with an assignment, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.assignment.measure import measure
from geo.assignment.problem import SLACK, Ints, Problem, components

What = Literal["unassigned", "split", "heavy", "light", "empty", "not_fixed", "never"]


@dataclass(frozen=True)
class Finding:
    """``team`` -1 where it is about none; for "not_fixed" the team that it must go to.

    ``positions``: those it is about, ascending. ``parts`` of "split": the largest first, then by their smallest
    position; positions that may be anywhere are in none. ``amount`` of "heavy" and "light": the deviation.
    """

    what: What
    team: int = -1
    positions: tuple[int, ...] = ()
    parts: tuple[tuple[int, ...], ...] = ()
    amount: float = 0.0


def check(problem: Problem, team: Ints) -> tuple[Finding, ...]:
    """What is wrong with any assignment (n,), -1 unassigned: in the order of ``What``, then of teams and positions."""
    found: dict[str, list[Finding]] = {}

    def add(what: What, one: int, positions: Ints, amount: float = 0.0) -> None:
        found.setdefault(what, []).append(Finding(what, one, tuple(positions.tolist()), (), amount))

    missing = np.flatnonzero(team < 0)
    if len(missing):
        add("unassigned", -1, missing)
    deviation = measure(problem, team).deviation
    for one in range(problem.k):
        members = np.flatnonzero(team == one)
        if not len(members):
            add("empty", one, members)
            continue
        parts = components(problem.ties, members[~problem.anywhere[members]])
        if len(parts) > 1:
            finding = Finding("split", one, tuple(members.tolist()), tuple(parts))
            found.setdefault("split", []).append(finding)
        amount = float(deviation[one])
        if abs(amount) > problem.balance + SLACK:
            add("heavy" if amount > 0 else "light", one, members, amount)
    for position in np.flatnonzero((problem.fixed >= 0) & (team >= 0) & (team != problem.fixed)).tolist():
        add("not_fixed", int(problem.fixed[position]), np.array([position]))
    given = np.flatnonzero(team >= 0)
    for position in given[problem.never[given, team[given]]].tolist():
        add("never", int(team[position]), np.array([position]))
    order: tuple[What, ...] = ("unassigned", "split", "heavy", "light", "empty", "not_fixed", "never")
    return tuple(finding for what in order for finding in found.get(what, []))
