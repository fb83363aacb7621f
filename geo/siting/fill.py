"""Beginnings for the goals with capacities: sites that are filled one after the other, and what no sites can pass.

None of it is proof of the best, but without it a large table would have no answer at all, and its bound would be that
of sites that take any weight.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geo.siting.covers import Cover, cover
from geo.siting.problem import Floats, Ints, Open, add_up
from geo.siting.search import Search

SHARE = 0.4
"""Of the time left, for beginnings."""
ANY = float(np.finfo(np.float64).max)
"""The reach of every pair of a table."""


def most_taken(problem_open: Open, within: float) -> Floats:
    """What each candidate (m,) that is not barred takes at most of the rows that no existing site reaches."""
    problem = problem_open.problem
    assert problem.capacity is not None
    use = (problem.table.cost <= within) & ~(problem.base <= within)[problem.row]
    reached = add_up(problem.table.site[use].astype(np.int64), problem.weight[problem.row[use]], problem.table.sites)
    return np.asarray(np.where(problem.barred, 0.0, np.minimum(problem.capacity, reached)), dtype=np.float64)


def filled(
    given: Cover, capacity: Floats, first: Ints, count: int, small_first: bool, stop: Callable[[], bool]
) -> tuple[list[int], float]:
    """Columns in the order in which they are filled, ``first`` before all others, and the weight that they leave.

    Always the column that takes most of what is left, rows of few columns first; of columns that take the same, the
    one with the least (``small_first``) or most to take from. ``stop`` ends it early.
    """
    left, by_column = given.weight.astype(np.float64), given.by_column
    rare = np.argsort(np.argsort(np.diff(given.matrix.indptr), kind="stable"))
    across = by_column.T.tocsr()
    nothing = 1e-12 * float(left.sum())
    open_ = np.ones(given.columns, dtype=bool)
    chosen: list[int] = []
    while len(chosen) < count and left.sum() > nothing and not stop():
        if len(chosen) < len(first):
            column = int(first[len(chosen)])
        else:
            has = across @ left
            takes = np.where(open_, np.minimum(capacity, has), 0.0)
            most = float(takes.max(initial=0.0))
            if most <= nothing:
                break
            same = np.flatnonzero(takes >= most * (1 - 1e-12))
            column = int(same[np.argmin(has[same] if small_first else -has[same])])
        rows = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        rows = rows[np.argsort(rare[rows])]
        until = np.minimum(np.cumsum(left[rows]), capacity[column])
        left[rows] = np.maximum(0.0, left[rows] - np.diff(until, prepend=0.0))
        open_[column] = False
        chosen.append(column)
    return chosen, float(left.sum()) if left.sum() > nothing else 0.0


def enough(search: Search, whole: Open) -> None:
    """Finds sites that cover all with their capacities, all candidates if need be, where there is such a choice."""
    assert search.within is not None
    order, left = _filled_sites(search, whole, search.within, len(whole.free), small_first=True)
    if left or not search.found(order, "heuristic"):
        search.found(whole.free, "heuristic")


def begin(search: Search, whole: Open) -> None:
    """Finds answers by filling sites; ``whole`` has the forced among its candidates."""
    until = search.seconds + SHARE * search.left_s
    if search.goal == "set-cover":
        _few(search, whole, until)
    elif search.goal == "max-cover":
        assert search.within is not None
        for small_first in (True, False):
            search.found(_filled_sites(search, whole, search.within, whole.n, small_first)[0], "heuristic")
    else:
        _close(search, whole, until)


def _filled_sites(search: Search, whole: Open, within: float, count: int, small_first: bool) -> tuple[list[int], float]:
    """Candidates in the order in which they are filled, the forced first, and the weight that they leave."""
    problem = whole.problem
    given = cover(whole, within)
    assert problem.capacity is not None
    forced = np.flatnonzero(problem.forced[given.site])
    idle = int(problem.forced.sum()) - len(forced)
    chosen, left = filled(given, problem.capacity[given.site], forced, count - idle, small_first, lambda: search.late)
    return given.site[chosen].tolist(), left


def _few(search: Search, whole: Open, until: float) -> None:
    """As few as do of those filled first, found by halving; then without any one that is not needed."""
    assert search.within is not None
    for small_first in (True, False):
        order, left = _filled_sites(search, whole, search.within, len(whole.free), small_first)
        if left:
            rest = np.setdiff1d(whole.free, order)
            taken = most_taken(whole, search.within)
            order += rest[np.argsort(-taken[rest], kind="stable")].tolist()
        low, high = 1, len(order)
        while low < high and search.seconds < until:
            middle = (low + high) // 2
            if middle >= search.worth or search.found(order[:middle], "heuristic"):
                high = middle
            else:
                low = middle + 1
        search.found(order[:high], "heuristic")
    for site in reversed(search.sites):
        if search.done or search.seconds >= until:
            return
        search.found([other for other in search.sites if other != site], "heuristic")


def _close(search: Search, whole: Open, until: float) -> None:
    """Sites filled within the least reach at which they take all: not far for anybody, and good in total too."""
    problem = whole.problem
    base = problem.base[problem.weight > 0]
    reaches = np.unique(np.concatenate((problem.table.cost, base[np.isfinite(base)], [0.0])))
    best: list[int] = []
    for small_first in (True, False):
        sites, left = _filled_sites(search, whole, ANY, whole.n, small_first)
        search.found(sites, "heuristic")
        best = best if left or best else sites
    largest = most_taken(whole, ANY)
    search.found(np.argsort(-largest, kind="stable")[: search.open.n].tolist(), "heuristic")
    low, high = 0, len(reaches)
    if search.goal == "p-centre":
        low = int(np.searchsorted(reaches, search.floor))
        high = int(np.searchsorted(reaches, search.worth)) if np.isfinite(search.worth) else high
    while low < high and search.seconds < until:
        middle = (low + high) // 2
        for small_first in (True, False):
            sites, left = _filled_sites(search, whole, float(reaches[middle]), whole.n, small_first)
            if not left:
                best = sites
                break
        if left:
            low = middle + 1
        else:
            high = middle
    search.found(best, "heuristic")
