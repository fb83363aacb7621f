"""Assignments by trying every one: what the solver must equal. Written from the words of the goals, not from geo."""

from __future__ import annotations

import itertools
import math

import numpy as np

from geo.assignment import Problem

INF = float("inf")


def problem(
    load: list[float] | np.ndarray,
    edges: list[tuple[int, int]],
    teams: int,
    *,
    at: list[tuple[float, float]] | None = None,
    balance: float = INF,
    strength: list[float] | None = None,
    anywhere: tuple[int, ...] = (),
    fixed: dict[int, int] | None = None,
    never: tuple[tuple[int, int], ...] = (),
    present: list[int] | None = None,
) -> Problem:
    """Positions one kilometre apart on a line, unless said; teams of the same strength; nothing fixed or ruled out."""
    n = len(load)
    near = np.zeros((n, n), dtype=bool)
    for one, other in edges:
        near[one, other] = near[other, one] = True
    places = np.array([(1000.0 * one, 0.0) for one in range(n)] if at is None else at, dtype=np.float64).reshape(n, 2)
    barred = np.zeros((n, teams), dtype=bool)
    for position, team in never:
        barred[position, team] = True
    must = np.full(n, -1)
    for position, team in (fixed or {}).items():
        must[position] = team
    loose = np.zeros(n, dtype=bool)
    loose[list(anywhere)] = True
    return Problem(
        load=np.asarray(load, dtype=np.float64),
        x=places[:, 0],
        y=places[:, 1],
        neighbours=near,
        anywhere=loose,
        strength=np.ones(teams) if strength is None else np.asarray(strength, dtype=np.float64),
        balance=balance,
        fixed=must,
        never=barred,
        present=np.full(n, -1) if present is None else np.asarray(present),
    )


def line(n: int) -> list[tuple[int, int]]:
    return [(one, one + 1) for one in range(n - 1)]


def hangs_together(asked: Problem, members: list[int]) -> bool:
    core = [one for one in members if not asked.anywhere[one]]
    if not core:
        return True
    reached, edge = {core[0]}, [core[0]]
    while edge:
        one = edge.pop()
        for other in core:
            if other not in reached and asked.neighbours[one, other]:
                reached.add(other)
                edge.append(other)
    return len(reached) == len(core)


def travel(asked: Problem, members: list[int]) -> float:
    known = [one for one in members if not math.isnan(asked.x[one] + asked.y[one])]
    return min(
        (sum(math.hypot(asked.x[one] - asked.x[hub], asked.y[one] - asked.y[hub]) for one in known) for hub in known),
        default=0.0,
    )


def worst(asked: Problem, team: tuple[int, ...]) -> float:
    total, strength = float(asked.load.sum()), float(asked.strength.sum())
    if total == 0:
        return 0.0
    found = 0.0
    for one in range(len(asked.strength)):
        load = sum(float(asked.load[position]) for position, its in enumerate(team) if its == one)
        found = max(found, abs(load / (total * float(asked.strength[one]) / strength) - 1))
    return found


def changes(asked: Problem, team: tuple[int, ...]) -> int:
    return sum(1 for own, was in zip(team, asked.present.tolist(), strict=True) if was >= 0 and own != was)


def right(asked: Problem, team: tuple[int, ...], balance: float) -> bool:
    for one in range(len(asked.strength)):
        members = [position for position, its in enumerate(team) if its == one]
        if not members or not hangs_together(asked, members):
            return False
    for position, one in enumerate(team):
        if asked.fixed[position] not in (-1, one) or asked.never[position, one]:
            return False
    return worst(asked, team) <= balance + 1e-9


def all_right(asked: Problem, balance: float) -> list[tuple[int, ...]]:
    teams = range(len(asked.strength))
    options = [
        [one for one in teams if asked.fixed[position] in (-1, one) and not asked.never[position, one]]
        for position in range(len(asked.load))
    ]
    return [team for team in itertools.product(*options) if right(asked, team, balance)]


def value(asked: Problem, goal: str, team: tuple[int, ...]) -> tuple[float, ...]:
    teams = range(len(asked.strength))
    metres = sum(travel(asked, [p for p, its in enumerate(team) if its == one]) for one in teams)
    if goal == "compact":
        return (metres,)
    return (worst(asked, team) if goal == "fair" else float(changes(asked, team)), metres)


def rounded(worth: tuple[float, ...]) -> tuple[float, ...]:
    """Values that floats make different are the same."""
    return tuple(round(part, 6) for part in worth)


def best(asked: Problem, goal: str) -> tuple[tuple[float, ...], list[tuple[int, ...]]] | None:
    """The best value and every assignment that has it; None where there is no assignment."""
    found = all_right(asked, INF if goal == "fair" else asked.balance)
    if not found:
        return None
    worths = {team: rounded(value(asked, goal, team)) for team in found}
    least = min(worths.values())
    return least, [team for team, worth in worths.items() if worth == least]
