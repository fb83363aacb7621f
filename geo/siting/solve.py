"""The one way in: a problem and a goal, and the best sites that the time allows with what is proven about them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from geo.errors import GongtuError
from geo.siting.capacity import capacitated
from geo.siting.max_cover import max_cover
from geo.siting.p_centre import p_centre
from geo.siting.p_median import p_median
from geo.siting.problem import COVERING, Goal, Open, Problem, Progress, Solution, Tell, check
from geo.siting.search import Search
from geo.siting.set_cover import set_cover

SOLVERS: dict[Goal, Callable[[Search, tuple[int, ...]], None]] = {
    "max-cover": max_cover,
    "set-cover": set_cover,
    "p-median": p_median,
    "p-centre": p_centre,
}
TOO_FEW = ("siting.infeasible", "siting.not_found", "siting.too_little_capacity")
"""What more sites may mend."""
LEAST_S = 0.05
"""What each number of sites has of the time at least: enough for a first answer."""


def _silent(progress: Progress) -> None:
    """Tells nobody."""


def solve(
    problem: Problem,
    goal: Goal,
    *,
    n: int | None,
    within: float | None,
    time_s: float = 60,
    tell: Tell = _silent,
) -> Solution:
    """The best ``n`` new sites or fewer, the forced among them; for ``set-cover`` ``n`` is not looked at.

    ``within`` is the reach of the covering goals, inclusive; the others do not look at it. GongtuError for what
    cannot be asked or has no answer. The same problem gives the same sites, unless the time ends the search.
    """
    left = check(problem, goal, n, within, time_s)
    return _solve(left, goal, within, time_s, tell, ())


def curve(
    problem: Problem,
    goal: Goal,
    *,
    most: int,
    within: float | None,
    time_s: float = 60,
    tell: Tell = _silent,
) -> Iterator[tuple[int, Solution]]:
    """``solve`` for n = 1 … ``most``, not fewer than are forced, each begun from the sites of the one before.

    ``time_s`` is for all of them; each has an even part of what is left. Numbers of sites that cannot reach all who
    must be reached are left out; GongtuError where that is all of them. For ``set-cover`` there is no curve: its one
    answer comes with its number of sites.
    """
    begun = time.perf_counter()
    first = check(problem, goal, most, within, time_s)
    if goal == "set-cover":
        only = solve(problem, goal, n=None, within=within, time_s=time_s, tell=tell)
        yield len(only.sites), only
        return
    start: tuple[int, ...] = first.forced
    refused: GongtuError | None = None
    known = False
    for n in range(max(1, len(first.forced)), most + 1):
        left_s = (time_s - (time.perf_counter() - begun)) / (most - n + 1)
        try:
            left = check(problem, goal, n, within, time_s)
            answer = _solve(left, goal, within, max(left_s, LEAST_S), tell, start)
        except GongtuError as error:
            if error.key not in TOO_FEW:
                raise
            refused = error
            continue
        known, start = True, answer.sites
        yield n, answer
    if refused is not None and not known:
        raise refused


def _solve(left: Open, goal: Goal, within: float | None, time_s: float, tell: Tell, start: tuple[int, ...]) -> Solution:
    search = Search(left, goal, within if goal in COVERING else None, time_s, tell)
    if start:
        search.found(start, "heuristic")
    if left.problem.capacity is None:
        SOLVERS[goal](search, start)
    else:
        capacitated(search, start, SOLVERS[goal])
    return search.solution()
