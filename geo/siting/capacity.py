"""The four goals where a site takes only so much weight, weight being split between sites where that helps.

First the same without capacities: its bound holds here too, and often so do its sites. Then sites that are filled
(``geo.siting.fill``), so that there is an answer. Then HiGHS with a flow from each row to each of its sites. Of more
pairs than ``PAIRS_AT_MOST`` only some or none are tried: the answer then stays with its gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from geo.errors import GongtuError
from geo.siting import fill
from geo.siting.covers import cover
from geo.siting.flow import ENOUGH, capacity_value
from geo.siting.highs import Program, solve_linear, solve_whole
from geo.siting.pairs import of_cover, of_open
from geo.siting.problem import CLOSE, Floats, Ints, Open, coverable
from geo.siting.search import FIRST_S, Search

PAIRS_AT_MOST = 400_000
NEAREST = 30
"""Candidates of each row that a p-median of more pairs is tried with, for an answer without a bound of its own."""
LINKS_AT_MOST = 150_000
"""Pairs for which each flow is tied to its site being chosen, which bounds better and takes more room."""
LOOSE = 1e-7
"""A linear program's optimum is a bound less this part of it, for what HiGHS rounds."""
SHARE = 0.3
"""Of the time, for the same without capacities."""
FEW_SHARE = 0.7
"""Of the time left, for a program of some of the pairs; counting what its sites come to takes time too."""

Solver = Callable[[Search, tuple[int, ...]], None]


def capacitated(search: Search, start: tuple[int, ...], without: Solver) -> None:
    """Searches until proven or late; ``without`` solves the goal without capacities."""
    left = search.open
    problem = left.problem
    # Forced sites have no place of their own in a flow: they are candidates that must be chosen.
    whole = Open(problem, np.flatnonzero(~problem.barred), left.n + len(left.forced), (), problem.base)
    if search.goal == "set-cover":
        fill.enough(search, whole)
        if not np.isfinite(search.worth):
            _refuse_too_little(search)
    relaxed = replace(left, problem=replace(problem, capacity=None))
    inner = Search(relaxed, search.goal, search.within, SHARE * search.left_s, lambda _: None)
    try:
        without(inner, start)
    except GongtuError as error:
        if error.key != "siting.not_found":
            raise
    search.bounded(inner.sign * inner.floor, "bound")
    if np.isfinite(inner.worth):
        search.found(inner.sites, "heuristic")
    enough = _largest(search, whole)
    told = not enough
    if enough and not search.done and search.goal != "set-cover" and whole.n >= len(whole.free):
        search.found(whole.free, "heuristic")
        if not search.late:  # else the count itself may have been cut short
            search.finished("bound")  # more sites are never worth less
    if enough and not search.done and not search.late:
        fill.begin(search, whole)
    if enough and not search.done and not search.late:
        told = _halve(search, whole) if search.goal == "p-centre" else _once(search, whole)
    if not np.isfinite(search.worth):
        raise GongtuError("siting.too_little_capacity" if told else "siting.not_found", n=whole.n)


def _refuse_too_little(search: Search) -> None:
    """GongtuError where all candidates together cannot take what any of them reaches."""
    problem, within = search.open.problem, search.within
    assert within is not None
    assert problem.capacity is not None
    every = tuple(int(site) for site in np.flatnonzero(~problem.barred))
    try:
        count = capacity_value(problem, "set-cover", every, within, max(search.left_s, FIRST_S))
    except GongtuError:
        return  # not told in the time
    if not np.isfinite(count):
        must = (problem.weight > 0) & ~(problem.base <= within) & coverable(problem, within)
        weight = float(problem.weight[must].sum())
        raise GongtuError("siting.capacity_short", weight=weight, capacity=float(problem.capacity[list(every)].sum()))


def _largest(search: Search, whole: Open) -> bool:
    """Bounds by what the sites that take most take together; False where no n take all that must be taken."""
    problem = search.open.problem
    within = fill.ANY if search.within is None else search.within
    together = np.cumsum(-np.sort(-fill.most_taken(whole, within)))
    served = problem.base <= within
    if search.goal == "set-cover":
        must = float(problem.weight[~served & coverable(problem, within)].sum())
        search.bounded(float(np.searchsorted(together, ENOUGH * must)) + (1.0 if must else 0.0), "bound")
        return True
    most = float(together[min(whole.n, len(together)) - 1]) if whole.n and len(together) else 0.0
    if search.goal == "max-cover":
        search.bounded((float(problem.weight[served].sum()) + most) * (1 + CLOSE / 10), "bound")
        return True
    return most >= ENOUGH * float(problem.weight[~served].sum())


@dataclass(frozen=True, eq=False)
class Flows:
    """Pairs (row, column, cost) of rows (r) with ``weight`` and ``base``, and the candidates ``site`` (k,)."""

    row: Ints
    column: Ints
    cost: Floats
    weight: Floats
    base: Floats
    site: Ints

    def nearest(self, count: int, also: tuple[int, ...]) -> Flows:
        """Only the cheapest pairs of each row, ``count`` of them, and those of the sites ``also``."""
        order = np.lexsort((self.column, self.cost, self.row))
        begin = np.searchsorted(self.row[order], np.arange(len(self.weight)))
        cheap = np.arange(len(order)) - begin[self.row[order]] < count
        keep = order[cheap | np.isin(self.site, also)[self.column[order]]]
        return replace(self, row=self.row[keep], column=self.column[keep], cost=self.cost[keep])

    def program(self, search: Search, whole: Open, goal: str) -> Program:
        """x (k,), then the flow of each pair in units of the largest weight."""
        problem = search.open.problem
        assert problem.capacity is not None
        rows, columns, pairs = len(self.weight), len(self.site), len(self.row)
        unit = float(self.weight.max(initial=1e-300))
        # No site needs to take more than all.
        capacity = np.minimum(problem.capacity[self.site], self.weight.sum()) / unit
        weight, flow = self.weight / unit, columns + np.arange(pairs)
        ones, width = np.ones(pairs), columns + pairs
        parts = [
            csr_array((ones, (self.row, flow)), shape=(rows, width)),
            csr_array(
                (
                    np.concatenate((ones, -capacity)),
                    (np.concatenate((self.column, np.arange(columns))), np.concatenate((flow, np.arange(columns)))),
                ),
                shape=(columns, width),
            ),
            csr_array((np.ones(columns), (np.zeros(columns, dtype=int), np.arange(columns))), shape=(1, width)),
        ]
        # Forced sites that reach nobody have no column, and are sites all the same.
        idle = int(np.setdiff1d(np.flatnonzero(problem.forced), self.site).size)
        all_of_it = np.isinf(self.base) if goal == "p-median" else np.full(rows, goal != "max-cover")
        least = [np.where(all_of_it, weight, -np.inf), np.full(columns, -np.inf), np.array([-np.inf])]
        most = [weight, np.zeros(columns), np.array([float(whole.n - idle)])]
        forced = np.flatnonzero(problem.forced[self.site])
        if len(forced):
            place = (np.zeros(len(forced), dtype=int), forced)
            parts.append(csr_array((np.ones(len(forced)), place), shape=(1, width)))
            least.append(np.array([float(len(forced))]))
            most.append(np.array([np.inf]))
        if pairs <= LINKS_AT_MOST:
            link = np.arange(pairs)
            data = np.concatenate((ones, -np.minimum(weight[self.row], capacity[self.column])))
            place = (np.concatenate((link, link)), np.concatenate((flow, self.column)))
            parts.append(csr_array((data, place), shape=(pairs, width)))
            least.append(np.full(pairs, -np.inf))
            most.append(np.zeros(pairs))
        cost = np.zeros(width)
        if goal == "max-cover":
            cost[columns:] = -unit
        elif goal == "p-median":
            must = np.isinf(self.base)
            cost[columns:] = unit * (self.cost - np.where(must, 0.0, self.base)[self.row])
        else:
            cost[:columns] = 1.0
        upper = np.concatenate((np.ones(columns), np.full(pairs, np.inf)))
        return Program(
            cost, vstack(parts, format="csr"), np.concatenate(least), np.concatenate(most), upper, upper == 1
        )


def _covering(whole: Open, within: float) -> Flows:
    pairs = of_cover(cover(whole, within))
    return Flows(pairs.row, pairs.column, pairs.cost, pairs.weight, pairs.base, pairs.site)


def _once(search: Search, whole: Open) -> bool:
    """One program for ``max-cover``, ``set-cover`` and ``p-median``; whether it told that no choice does."""
    problem = search.open.problem
    if search.goal == "p-median":
        pairs = of_open(whole)
        flows = Flows(pairs.row, pairs.column, pairs.cost, pairs.weight, pairs.base, pairs.site)
        constant = float(pairs.weight[np.isfinite(pairs.base)] @ pairs.base[np.isfinite(pairs.base)])
    else:
        assert search.within is not None
        flows = _covering(whole, search.within)
        reached = (problem.weight > 0) & (problem.base <= search.within)
        constant = -float(problem.weight[reached].sum()) if search.goal == "max-cover" else 0.0
        if search.goal == "set-cover":  # forced sites that reach nobody are sites all the same
            constant = float(np.setdiff1d(search.open.forced, flows.site).size)
    if not len(flows.row):
        search.finished("bound")
        return False
    if len(flows.row) > PAIRS_AT_MOST:
        search.too_large = True
        if search.goal == "p-median":
            few = flows.nearest(NEAREST, search.sites)
            program = few.program(search, whole, search.goal)
            for solver in (solve_linear, solve_whole):
                ended = solver(program, FEW_SHARE * search.left_s)
                if ended.x is None:  # what is too much without whole numbers is with them too
                    break
                search.found(_rounded(search, few, ended.x), "search")
        return False
    search.say("bound")
    program = flows.program(search, whole, search.goal)
    ended = solve_linear(program, search.left_s)
    if ended.x is not None:
        search.found(_rounded(search, flows, ended.x), "bound")
        search.bounded(search.sign * min(search.worth, constant + ended.bound - LOOSE * abs(ended.bound)), "bound")
    if search.done or search.late or ended.how == "infeasible":
        return ended.how == "infeasible"
    search.say("search")
    ended = solve_whole(program, search.left_s)
    if ended.x is not None:
        search.found(flows.site[ended.x[: len(flows.site)] > 0.5], "search")
    if ended.how != "infeasible":
        search.bounded(search.sign * min(search.worth, constant + ended.bound), "search")
    if ended.how == "optimal" and search.worth - constant - ended.bound <= LOOSE * abs(search.worth):
        search.finished("search")  # what is between them is what HiGHS rounds
    return ended.how == "infeasible"


def _rounded(search: Search, flows: Flows, x: Floats) -> Ints:
    """The sites that parts of sites stand for: any part in a set cover, else the largest, as many as may be chosen."""
    part = x[: len(flows.site)]
    if search.goal == "set-cover":
        return flows.site[part > 1e-6]
    apart = np.where(search.open.problem.forced[flows.site], -1.0, part)
    return flows.site[np.argsort(-apart, kind="stable")[: search.open.n]]


def _halve(search: Search, whole: Open) -> bool:
    """As ``geo.siting.p_centre`` does, with flows; whether it came to its end."""
    problem = search.open.problem
    base = problem.base[problem.weight > 0]
    reaches = np.unique(np.concatenate((problem.table.cost, base[np.isfinite(base)], [0.0])))
    low = int(np.searchsorted(reaches, search.floor))
    high = int(np.searchsorted(reaches, search.worth)) if np.isfinite(search.worth) else len(reaches)
    while low < high and not search.late:
        middle = (low + high) // 2
        reach = float(reaches[middle])
        ended = _fits(search, whole, reach)
        if ended is None:
            return False
        if ended and search.worth <= reach:
            high = int(np.searchsorted(reaches, search.worth))
        elif ended:
            return False
        else:
            low = middle + 1
            if low < len(reaches):
                search.bounded(float(reaches[low]), "bound")
    if low == high and np.isfinite(search.worth):
        search.finished("search")
    return low == high


def _fits(search: Search, whole: Open, reach: float) -> bool | None:
    """Whether so many sites take all within ``reach``; if so, they are found. None: not told in the time."""
    problem = search.open.problem
    bare = (problem.weight > 0) & ~(problem.base <= reach)
    if (bare & ~coverable(problem, reach)).any():
        return False
    if not bare.any():
        search.found((), "search")
        return True
    flows = _covering(whole, reach)
    if len(flows.row) > PAIRS_AT_MOST:
        search.too_large = True
        return None
    search.say("search")
    ended = solve_whole(flows.program(search, whole, "set-cover"), search.left_s)
    if ended.x is not None:
        search.found(flows.site[ended.x[: len(flows.site)] > 0.5], "search")
        return True
    return False if ended.how == "infeasible" else None
