"""The fewest new sites that reach all that any candidate can reach (Toregas et al. 1971)."""

from __future__ import annotations

import numpy as np

from geo.siting import fewest
from geo.siting.covers import Cover, cover
from geo.siting.search import Search

TURNS = ((3_000, 0.1, 0.25), (150_000, 0.4, 1.0))
"""Steps of the local search, its part of the time left, and HiGHS's: most are proven in the first turn."""


def set_cover(search: Search, start: tuple[int, ...]) -> None:
    """Searches until proven or late. ``start`` is not used: greedy begins as well."""
    left = search.open
    assert search.within is not None
    small, needed = fewest.reduced(cover(left, search.within))
    already = len(left.forced) + len(needed)
    search.bounded(already + (1 if small.rows else 0), "bound")
    if not small.rows:
        search.found(needed, "heuristic")
        return
    best = fewest.greedy(small)
    search.found([*needed, *small.site[best].tolist()], "heuristic")
    search.say("bound")
    bound, x = fewest.least(small, search.left_s)
    search.bounded(already + bound, "bound")
    if x is not None and not search.done:
        rounded = np.flatnonzero(x > 1e-6)
        search.found(_covering(small, rounded.tolist(), needed), "bound")

    def local(steps: int, share: float) -> None:
        ends = search.seconds + share * search.left_s
        begin = np.flatnonzero(np.isin(small.site, search.sites)).tolist()
        for columns in fewest.fewer(small, begin, steps, lambda: search.done or search.seconds > ends):
            search.found([*needed, *small.site[columns].tolist()], "heuristic")

    def whole(share: float) -> None:
        search.say("search")
        ended = fewest.at_most(small, int(search.worth) - already - 1, share * search.left_s)
        if ended.x is not None:
            search.found([*needed, *small.site[ended.x > 0.5].tolist()], "search")
        # Without a better answer nothing is below the best known.
        search.bounded(min(search.worth, already + ended.bound), "search")

    for steps, local_share, whole_share in TURNS:
        if not (search.done or search.late):
            local(steps, local_share)
        if not (search.done or search.late):
            whole(whole_share)


def _covering(small: Cover, columns: list[int], needed: list[int]) -> list[int]:
    """The needed sites and a greedy cover by these columns only."""
    only = np.zeros(small.columns, dtype=bool)
    only[columns] = True
    part = small.take(np.ones(small.rows, dtype=bool), only)
    if (np.diff(part.matrix.indptr) == 0).any():
        return [*needed, *small.site.tolist()]
    return [*needed, *part.site[fewest.greedy(part)].tolist()]
