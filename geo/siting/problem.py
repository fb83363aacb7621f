"""What is asked of a siting, what may be answered, and what an answer is worth.

Rows are demand, columns are candidates; a cost is any number from 0 on, metres as a rule. A pair that the table does
not have cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from geo.distance import CostTable
from geo.errors import GongtuError, ParameterError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Goal = Literal["max-cover", "set-cover", "p-median", "p-centre"]
GOALS: tuple[Goal, ...] = get_args(Goal)
COVERING: tuple[Goal, ...] = ("max-cover", "set-cover")
"""The goals that ask for a reach; the others take any cost of the table."""
CLOSE = 1e-9
"""Objectives closer than this, as a part of the larger, are the same: sums of floats differ by their order."""


@dataclass(frozen=True, eq=False)
class Problem:
    """n rows of demand, m candidates. Weights not finite or below 0, costs NaN or below 0: GongtuError in ``solve``.

    ``base`` is each row's cost to the nearest site that already stands, inf where none: those stay and take any
    weight. ``capacity`` is the most weight that a new site takes; a row's weight can be split between sites.
    ``forced`` candidates are part of every answer and count among the n; ``barred`` ones are part of none.
    """

    table: CostTable
    weight: Floats
    base: Floats
    capacity: Floats | None
    forced: Bools
    barred: Bools

    @cached_property
    def row(self) -> Ints:
        """The row of each pair of the table (k,)."""
        return np.repeat(np.arange(self.table.rows), np.diff(self.table.start))

    @cached_property
    def by_site(self) -> tuple[Ints, Ints]:
        """The pairs of each site: pair numbers sorted by site, then row; and where each site's begin (m + 1,)."""
        order = np.argsort(self.table.site, kind="stable")
        begin = np.zeros(self.table.sites + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.table.site, minlength=self.table.sites), out=begin[1:])
        return order, begin

    @cached_property
    def whole(self) -> bool:
        """Whether all weights are whole numbers, so that covered weights are too."""
        return _whole(self.weight)

    def nearest(self, sites: Iterable[int]) -> Floats:
        """The cost of each row (n,) to the nearest of the existing and these sites; inf where there is none."""
        least = self.base.copy()
        order, begin = self.by_site
        for site in sites:
            pairs = order[begin[site] : begin[site + 1]]
            rows = self.row[pairs]  # a row has a site at most once
            least[rows] = np.minimum(least[rows], self.table.cost[pairs])
        return least


@dataclass(frozen=True)
class Progress:
    """How far it is: the best so far, and the bound no answer can pass. ``sites`` is empty while none is known."""

    stage: str
    seconds: float
    sites: tuple[int, ...]
    objective: float
    bound: float


Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class Solution:
    """``objective`` is recounted from the sites. No answer is better than ``bound``.

    ``proven``: the two are the same, within ``CLOSE``, or with capacities within what HiGHS rounds, 1e-7. ``gap``:
    what lies between them as a part of the larger, 0 to 1. ``note``, where it is not proven: "time" if that ended the
    search; "size" if it is too large to be tried whole, so that more time alone would not prove it.
    """

    goal: Goal
    sites: tuple[int, ...]
    objective: float
    bound: float
    proven: bool
    gap: float
    seconds: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class Open:
    """What is left to decide: the candidates neither forced nor barred (ascending), how many of them may be chosen,
    and each row's cost to the nearest of the existing and the forced."""

    problem: Problem
    free: Ints
    n: int
    forced: tuple[int, ...]
    base: Floats


def check(problem: Problem, goal: str, n: int | None, within: float | None, time_s: float) -> Open:
    """GongtuError for what has no answer that anybody could look for; see each message."""
    if goal not in GOALS:
        raise ParameterError("siting.goal", field="goal", value=goal)
    if goal in COVERING and not (within is not None and np.isfinite(within) and within >= 0):
        raise ParameterError("siting.within", field="within", value=within)
    if goal != "set-cover" and (n is None or n < 0 or n != int(n)):
        raise ParameterError("siting.n", field="n", value=n)
    if not time_s > 0:
        raise ParameterError("siting.time", field="time_s", value=time_s)
    rows, sites = problem.table.rows, problem.table.sites
    lengths = {"weight": rows, "base": rows, "forced": sites, "barred": sites}
    if problem.capacity is not None:
        lengths["capacity"] = sites
    for name, length in lengths.items():
        if getattr(problem, name).shape != (length,):
            raise ParameterError("siting.shape", field=name, value=getattr(problem, name).shape, expected=length)
    for name in ("weight", "base", "capacity"):
        numbers = getattr(problem, name)
        if numbers is not None and not (numbers >= 0).all():
            raise ParameterError("siting.below_zero", field=name, row=int(np.argmin(numbers >= 0)) + 1)
    if np.isinf(problem.weight).any():
        raise ParameterError("siting.below_zero", field="weight", row=int(np.argmax(problem.weight)) + 1)
    if not (np.isfinite(problem.table.cost) & (problem.table.cost >= 0)).all():
        raise ParameterError("siting.cost", field="cost")
    if not (problem.weight > 0).any():
        raise GongtuError("siting.no_demand")
    both = problem.forced & problem.barred
    if both.any():
        raise ParameterError("siting.forced_and_barred", field="forced", site=int(np.argmax(both)) + 1)
    forced = tuple(int(site) for site in np.flatnonzero(problem.forced))
    most = sites if goal == "set-cover" or n is None else int(n)
    if len(forced) > most:
        raise ParameterError("siting.too_many_forced", field="forced", forced=len(forced), n=most)
    free = np.flatnonzero(~(problem.forced | problem.barred))
    if most > 0 and not len(free) and not forced:
        raise GongtuError("siting.no_candidates")
    return Open(problem, free, most - len(forced), forced, problem.nearest(forced))


def reached(problem: Problem, sites: Iterable[int], within: float) -> Bools:
    """Which rows (n,) have an existing site or one of these at a cost of at most ``within``, inclusive."""
    return problem.nearest(sites) <= within


def coverable(problem: Problem, within: float) -> Bools:
    """Which rows (n,) some candidate that is not barred reaches."""
    use = (problem.table.cost <= within) & ~problem.barred[problem.table.site]
    found = np.zeros(problem.table.rows, dtype=bool)
    found[problem.row[use]] = True
    return found


def total(numbers: Floats) -> float:
    """Their sum, as exact as floats are whatever the order."""
    return float(np.sum(numbers, dtype=np.longdouble))


def add_up(index: Ints, numbers: Floats, length: int) -> Floats:
    """The sum of the numbers of each index (length,)."""
    return np.asarray(np.bincount(index, numbers, minlength=length), dtype=np.float64)


def _whole(numbers: Floats) -> bool:
    return bool((numbers == np.rint(numbers)).all()) and float(numbers.sum()) < 2**52
