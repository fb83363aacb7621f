"""Siting by trying every choice: what the solvers must equal. Written from the words of the goals, not from geo."""

from __future__ import annotations

import itertools

import numpy as np

from geo.distance import CostTable
from geo.siting import Problem

INF = float("inf")


def table(costs: list[list[float]] | np.ndarray) -> CostTable:
    """A table out of rows of costs; inf is a pair that cannot be used."""
    dense = np.asarray(costs, dtype=np.float64)
    has = np.isfinite(dense)
    start = np.concatenate(([0], np.cumsum(has.sum(axis=1)))).astype(np.int64)
    return CostTable(start, np.nonzero(has)[1].astype(np.int32), dense[has], dense.shape[1])


def problem(
    costs: list[list[float]] | np.ndarray,
    weight: list[float] | None = None,
    base: list[float] | None = None,
    forced: tuple[int, ...] = (),
    barred: tuple[int, ...] = (),
    capacity: list[float] | None = None,
) -> Problem:
    """Weights of 1, no existing sites, nothing forced or barred, no capacities, unless said."""
    made = table(costs)
    marks = np.zeros((2, made.sites), dtype=bool)
    marks[0, list(forced)] = True
    marks[1, list(barred)] = True
    return Problem(
        table=made,
        weight=np.ones(made.rows) if weight is None else np.asarray(weight, dtype=np.float64),
        base=np.full(made.rows, INF) if base is None else np.asarray(base, dtype=np.float64),
        capacity=None if capacity is None else np.asarray(capacity, dtype=np.float64),
        forced=marks[0],
        barred=marks[1],
    )


def worth(asked: Problem, costs: np.ndarray, goal: str, sites: tuple[int, ...], within: float) -> float | None:
    """The objective of these sites, None where they do not do; without capacities."""
    least = [min([asked.base[row], *(costs[row, site] for site in sites)]) for row in range(len(costs))]
    rows = [row for row in range(len(costs)) if asked.weight[row] > 0]
    if goal == "max-cover":
        return float(sum(asked.weight[row] for row in rows if least[row] <= within))
    if goal == "set-cover":
        may = [site for site in range(costs.shape[1]) if not asked.barred[site]]
        must = [row for row in rows if min([INF, *(costs[row, site] for site in may)]) <= within]
        return float(len(sites)) if all(least[row] <= within for row in must) else None
    if any(least[row] == INF for row in rows):
        return None
    if goal == "p-median":
        return float(sum(asked.weight[row] * least[row] for row in rows))
    return float(max(least[row] for row in rows))


def best(asked: Problem, costs: np.ndarray, goal: str, n: int, within: float) -> float | None:
    """The best objective of all choices, None where no choice does."""
    forced = [site for site in range(costs.shape[1]) if asked.forced[site]]
    free = [site for site in range(costs.shape[1]) if not asked.forced[site] and not asked.barred[site]]
    most = len(free) if goal == "set-cover" else min(n - len(forced), len(free))
    found = [
        objective
        for count in range(most + 1)
        for chosen in itertools.combinations(free, count)
        if (objective := worth(asked, costs, goal, (*forced, *chosen), within)) is not None
    ]
    if not found:
        return None
    return max(found) if goal == "max-cover" else min(found)
