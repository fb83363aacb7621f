"""The least worst cost to the nearest of the existing and at most n new sites (Minieka 1970).

The answer is one of the costs that there are. For one reach after another, halving what is between the bound and the
best, n sites that cover everybody are sought, of a few rows at first (Chen and Handler 1987).
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from geo.errors import GongtuError
from geo.siting import fewest, swap
from geo.siting.covers import Cover, merge_rows
from geo.siting.pairs import of_open
from geo.siting.problem import Floats, Ints
from geo.siting.search import Search

STEPS = 500
"""Of the local search for one reach."""


def p_centre(search: Search, start: tuple[int, ...]) -> None:
    """Searches until proven or late. GongtuError where no choice of so many reaches all who must be reached.

    ``start`` is not used: the search knows it already.
    """
    left = search.open
    pairs = of_open(left)
    least = pairs.base.copy()
    np.minimum.at(least, pairs.row, pairs.cost)
    if np.isinf(least).any():
        raise GongtuError("siting.out_of_reach", count=int(np.isinf(least).sum()))
    search.found((), "heuristic")
    search.bounded(float(least.max()), "bound")
    if left.n >= pairs.columns:
        search.found(pairs.site, "heuristic")
    if left.n == 0 or left.n >= pairs.columns:
        search.finished("bound")
    else:
        if not search.done:
            # Sites of a small total are seldom of a small worst cost, but they are a beginning.
            search.found(pairs.site[swap.greedy(pairs, left.n, [], lambda: False).columns], "heuristic")
        asked = _Reach(search)
        asked.add_far(search.sites, -1.0)
        asked.halve(_reaches(pairs.cost, pairs.base))
    if np.isfinite(search.worth):
        # What is left of the n sites shortens other rows' ways, without a longer worst one.
        best = np.flatnonzero(np.isin(pairs.site, search.sites)).tolist()
        more = swap.greedy(pairs, left.n, best, lambda: search.late)
        search.instead(pairs.site[more.columns])
    else:
        raise GongtuError("siting.not_found" if search.late else "siting.infeasible", n=left.n)


def _reaches(cost: Floats, base: Floats) -> Floats:
    """The costs that a worst cost can be, ascending."""
    return np.unique(np.concatenate((cost, base[np.isfinite(base)])))


class _Reach:
    """Asks of one reach after another whether n sites can do, of a few telling rows first.

    Where n sites cannot reach the few within the reach, they cannot reach all. Where they can, the farthest of all rows
    from each of those sites join the few, until no row is too far or it cannot be.
    """

    def __init__(self, search: Search) -> None:
        self.search, self.problem = search, search.open.problem
        self.rows: Ints = np.zeros(0, dtype=np.int64)
        self.may = np.zeros(self.problem.table.sites, dtype=bool)
        self.may[search.open.free] = True

    def halve(self, reaches: Floats) -> None:
        """``low`` is the first reach that may be, ``high`` the first that is known to be, or past the last."""
        search = self.search
        low = int(np.searchsorted(reaches, search.floor))
        high = int(np.searchsorted(reaches, search.worth))
        while low < high and not search.late:
            can = self.can(float(reaches[(low + high) // 2]))
            if can is None:
                return
            if can:
                high = int(np.searchsorted(reaches, search.worth))
                continue
            low = (low + high) // 2 + 1
            if low < len(reaches):
                search.bounded(float(reaches[low]), "bound")
        if low == high and not search.late:
            search.finished("search")

    def add_far(self, sites: tuple[int, ...], reach: float) -> bool:
        """Adds the farthest row of each site, and of none, that is beyond ``reach``; whether they are new."""
        problem = self.problem
        least, nearest = self.search.open.base.copy(), np.full(problem.table.rows, -1, dtype=np.int64)
        order, begin = problem.by_site
        for site in sites:
            pairs = order[begin[site] : begin[site + 1]]
            row, cost = problem.row[pairs], problem.table.cost[pairs]
            nearer = cost < least[row]
            least[row[nearer]], nearest[row[nearer]] = cost[nearer], site
        far = np.flatnonzero((problem.weight > 0) & ~(least <= reach))
        far = far[np.argsort(-least[far], kind="stable")]
        _, first = np.unique(nearest[far], return_index=True)
        before = len(self.rows)
        self.rows = np.union1d(self.rows, far[first])
        return len(self.rows) > before

    def few(self, reach: float) -> Cover | None:
        """The cover of the few rows that are beyond reach so far; None where one of them has no candidate."""
        problem = self.problem
        rows = self.rows[~(self.search.open.base[self.rows] <= reach)]
        begin, count = problem.table.start[rows], np.diff(problem.table.start)[rows]
        ends = np.cumsum(count)
        place = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begin - (ends - count), count)
        row = np.repeat(np.arange(len(rows)), count)
        site = problem.table.site[place]
        use = (problem.table.cost[place] <= reach) & self.may[site]
        row, site = row[use], site[use]
        if len(np.unique(row)) < len(rows):
            return None
        columns, column = np.unique(site, return_inverse=True)
        matrix = csr_array((np.ones(len(row)), (row, column)), shape=(len(rows), len(columns)))
        return merge_rows(Cover(matrix, np.ones(len(rows)), columns.astype(np.int64)))

    def can(self, reach: float) -> bool | None:
        """Whether so many sites can reach everybody within ``reach``; if so, they are found. None: not told in time."""
        search = self.search
        while not search.late:
            given = self.few(reach)
            if given is None:
                return False
            sites = self.fewest(given)
            if not isinstance(sites, list):
                return sites
            search.found(sites, "search")
            if search.worth <= reach:
                return True
            if not self.add_far(tuple(sorted({*search.open.forced, *sites})), reach):
                return None
        return None

    def fewest(self, given: Cover) -> list[int] | bool | None:
        """At most n sites that cover the rows given; False where there are none, None where the time ended it."""
        search = self.search
        small, needed = fewest.reduced(given)
        most = search.open.n - len(needed)
        if most < 0 or (small.rows and most == 0):
            return False
        best = fewest.greedy(small) if small.rows else []
        if len(best) <= most:
            return [*needed, *small.site[best].tolist()]
        bound, _ = fewest.least(small, search.left_s)
        if bound > most + 1e-6:
            return False
        for columns in fewest.fewer(small, best, STEPS, lambda: search.late):
            if len(columns) <= most:
                return [*needed, *small.site[columns].tolist()]
        search.say("search")
        ended = fewest.at_most(small, most, search.left_s)
        if ended.x is not None:
            return [*needed, *small.site[ended.x > 0.5].tolist()]
        return False if ended.how == "infeasible" else None
