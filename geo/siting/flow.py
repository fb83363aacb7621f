"""Where the weight goes when sites take only so much: what chosen sites are worth with capacities.

Weight can be split between sites; what an existing site reaches it takes without limit. Small linear programs: rows
that can use the same of the chosen sites are one row.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.sparse import csr_array, vstack

from geo.errors import GongtuError
from geo.siting.highs import Program, solve_linear
from geo.siting.problem import Floats, Goal, Ints, Problem, add_up, coverable

ENOUGH = 1 - 1e-9
"""The part of the weight that counts as all of it: sums of floats are not more exact."""
TIME_S = 60.0
"""For a value that nobody set a time for."""


def capacity_value(
    problem: Problem, goal: Goal, sites: tuple[int, ...], within: float | None, time_s: float = TIME_S
) -> float:
    """``geo.siting.value`` with capacities. GongtuError where ``time_s`` does not suffice for it.

    The least reach of ``p-centre`` is sought in steps; what the time ends is the least that is known to suffice.
    """
    ends = time.perf_counter() + time_s
    if goal == "p-median":
        return _least_total(problem, sites, ends)
    if goal == "p-centre":
        return _least_reach(problem, sites, ends)
    assert within is not None
    counts = problem.weight > 0
    served = counts & (problem.base <= within)
    taken = _most(problem, sites, within, ends)
    if goal == "max-cover":
        return float(problem.weight[served].sum()) + taken
    must = counts & ~served & coverable(problem, within)
    return float(len(sites)) if taken >= ENOUGH * float(problem.weight[must].sum()) else np.inf


def _pairs(problem: Problem, sites: tuple[int, ...]) -> tuple[Ints, Ints, Floats]:
    """Row, place among ``sites`` and cost of the pairs of these sites and rows with weight."""
    order, begin = problem.by_site
    pairs = [order[begin[site] : begin[site + 1]] for site in sites]
    index = np.concatenate([np.zeros(0, dtype=np.int64), *pairs]).astype(np.int64)
    place = np.repeat(np.arange(len(sites)), [len(part) for part in pairs])
    row = problem.row[index]
    use = problem.weight[row] > 0
    return row[use], place[use], problem.table.cost[index][use]


def _most(problem: Problem, sites: tuple[int, ...], within: float, ends: float) -> float:
    """The most weight that the sites take of the rows that no existing site reaches."""
    row, place, cost = _pairs(problem, sites)
    use = (cost <= within) & ~(problem.base[row] <= within)
    row, place = row[use], place[use]
    if not len(row):
        return 0.0
    rows, group_row = np.unique(row, return_inverse=True)
    can = np.zeros((len(rows), len(sites)), dtype=bool)
    can[group_row, place] = True
    kinds, kind = np.unique(can, axis=0, return_inverse=True)
    weight = add_up(kind.ravel(), problem.weight[rows], len(kinds))
    one, other = np.nonzero(kinds)
    flow = np.arange(len(one))
    assert problem.capacity is not None
    capacity = problem.capacity[list(sites)]
    unit = float(weight.max())
    matrix = vstack(
        [
            csr_array((np.ones(len(one)), (one, flow)), shape=(len(kinds), len(one))),
            csr_array((np.ones(len(one)), (other, flow)), shape=(len(sites), len(one))),
        ]
    )
    most = np.concatenate((weight, capacity)) / unit
    limits = np.full(len(most), -np.inf)
    upper = np.full(len(one), np.inf)
    program = Program(-np.ones(len(one)), matrix, limits, most, upper, np.zeros(len(one), dtype=bool))
    ended = solve_linear(program, ends - time.perf_counter())
    if ended.x is None:
        raise GongtuError("siting.failed")
    taken = -ended.bound * unit
    whole = problem.whole and bool((capacity[np.isfinite(capacity)] % 1 == 0).all())
    return float(np.rint(taken)) if whole else taken


def _least_total(problem: Problem, sites: tuple[int, ...], ends: float) -> float:
    """The least sum of weight times cost, inf where the sites cannot take all that must go to them."""
    assert problem.capacity is not None
    counts = np.flatnonzero(problem.weight > 0)
    base = problem.base[counts]
    number = np.full(problem.table.rows, -1, dtype=np.int64)
    number[counts] = np.arange(len(counts))
    row, place, cost = _pairs(problem, sites)
    row = number[row]
    use = cost < base[row]
    row, place, cost = row[use], place[use], cost[use]
    least = base.copy()
    np.minimum.at(least, row, cost)
    if np.isinf(least).any():
        return np.inf
    weight, capacity = problem.weight[counts], problem.capacity[list(sites)]
    must = np.isinf(base)
    if not len(row):
        return float(weight @ base)
    saved = cost - np.where(must, 0.0, base)[row]
    unit, dear = float(weight.max()), float(np.abs(saved).max()) or 1.0
    flow = np.arange(len(row))
    matrix = vstack(
        [
            csr_array((np.ones(len(row)), (row, flow)), shape=(len(counts), len(row))),
            csr_array((np.ones(len(row)), (place, flow)), shape=(len(sites), len(row))),
        ]
    )
    lower = np.concatenate((np.where(must, weight, -np.inf), np.full(len(sites), -np.inf))) / unit
    most = np.concatenate((weight, capacity)) / unit
    upper = np.full(len(row), np.inf)
    program = Program(saved / dear, matrix, lower, most, upper, np.zeros(len(row), dtype=bool))
    ended = solve_linear(program, ends - time.perf_counter())
    if ended.how == "infeasible":
        return np.inf
    if ended.x is None:
        raise GongtuError("siting.failed")
    return float(weight[~must] @ base[~must]) + ended.bound * unit * dear


def _least_reach(problem: Problem, sites: tuple[int, ...], ends: float) -> float:
    """The least reach within which all weight finds a place, inf where there is none.

    Where the time ends first, the least of those tried that do; GongtuError where none was.
    """
    _, _, cost = _pairs(problem, sites)
    counts = problem.weight > 0
    least = problem.nearest(sites)[counts].max(initial=0.0)
    bases = problem.base[counts]
    reaches = np.unique(np.concatenate((cost, bases[np.isfinite(bases)], [0.0])))
    reaches = reaches[reaches >= least]
    low, high = 0, len(reaches)
    while low < high:
        middle = (low + high) // 2
        reach = float(reaches[middle])
        must = float(problem.weight[counts & ~(problem.base <= reach)].sum())
        try:
            enough = _most(problem, sites, reach, ends) >= ENOUGH * must
        except GongtuError:
            if high == len(reaches):
                raise
            return float(reaches[high])
        if enough:
            high = middle
        else:
            low = middle + 1
    return float(reaches[low]) if low < len(reaches) else np.inf
