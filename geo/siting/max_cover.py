"""The most weight within reach of at most n new sites (Church and ReVelle 1974).

Rows alike merged, candidates that another outdoes left out, a greedy start with exchanges, prices that bound the weight
and rule candidates out, the linear program where many are left, and HiGHS on what is left then.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from geo.siting import swap
from geo.siting.covers import Cover, cover, merge_rows, without_dominated_columns
from geo.siting.highs import Program, solve_linear, solve_whole
from geo.siting.pairs import of_cover
from geo.siting.prices import Priced, ascend, priced, ruled_out
from geo.siting.problem import CLOSE, total
from geo.siting.search import Search

STARTS = 12
STEPS = 200
"""Of the prices' ascent."""
FEW = 40
"""Candidates that HiGHS is asked about without the linear program before."""


def max_cover(search: Search, start: tuple[int, ...]) -> None:
    """Searches until proven or late; ``start`` are candidates to begin from."""
    assert search.within is not None
    search.found((), "heuristic")
    left = _Left(search, without_dominated_columns(cover(search.open, search.within)))
    search.bounded(left.reached + float(left.small.weight.sum()), "heuristic")
    if left.decided():
        return
    pairs = of_cover(left.small)
    begin = np.flatnonzero(np.isin(left.small.site, start)).tolist()
    ends = search.seconds + search.left_s / 3
    best = begin
    for columns in swap.answers(pairs, left.n, STARTS, lambda: search.done or search.seconds > ends, begin):
        search.found(left.small.site[columns], "heuristic")
        best = columns
    if search.done or search.late:
        return
    search.say("bound")
    known = swap.Chosen(pairs, best)
    # Who is reached by one site pays half, by none all, by more nothing: near to what prices end at.
    first = 0.5 * (known.least + known.second)
    found = ascend(pairs, left.n, first, lambda: known.worth, STEPS, lambda: search.late)
    dearest = np.argsort(-found.bring, kind="stable")[: left.n].tolist()
    better = swap.exchange(swap.Chosen(pairs, dearest), lambda: search.late)
    search.found(left.small.site[better.columns], "bound")
    left.take(found)
    if not left.decided() and left.small.columns > FEW:
        left.linear()
    if not left.decided():
        left.whole()


class _Left:
    """What is left of the search: the cover of what no fixed site reaches, and how many may still be chosen."""

    def __init__(self, search: Search, small: Cover) -> None:
        self.search, self.small, self.n = search, small, search.open.n
        self.fixed: list[int] = []
        assert search.within is not None
        self.reached = total(search.open.problem.weight[search.open.base <= search.within])
        """The weight that what stands, is forced or fixed reaches."""

    def decided(self) -> bool:
        """Whether there is nothing left to search, which the search is then told."""
        search, small = self.search, self.small
        if search.done or search.late:
            return True
        if self.n and self.n < small.columns:
            return False
        search.found([*self.fixed, *(small.site.tolist() if self.n else ())], "bound")
        search.finished("bound")
        return True

    def take(self, found: Priced) -> None:
        """Takes a bound on the weight that is not reached, and lets go of the candidates that it rules out."""
        search, small = self.search, self.small
        whole_weight = self.reached + float(small.weight.sum())
        search.bounded(whole_weight - found.bound, "bound")
        if search.done:
            return
        best = search.sign * search.worth
        better = best + 1.0 - 1e-6 if search.whole else best * (1 + CLOSE)
        out, always = ruled_out(found, self.n, whole_weight - better)
        if not (out | always).any():
            return
        bare = small.matrix @ always.astype(np.float64) == 0
        self.fixed += small.site[always].tolist()
        self.reached += float(small.weight[~bare].sum())
        self.n -= int(always.sum())
        self.small = without_dominated_columns(merge_rows(small.take(bare, ~(out | always))))

    def linear(self) -> None:
        """The prices of the linear program, and the candidates that it likes best."""
        search, small = self.search, self.small
        ended = solve_linear(_program(small, self.n, every_row=True), search.left_s)
        if ended.price is None or ended.x is None:
            return
        pairs = of_cover(small)
        first = np.argsort(-ended.x[: small.columns], kind="stable")[: self.n].tolist()
        better = swap.exchange(swap.Chosen(pairs, first), lambda: search.late)
        search.found([*self.fixed, *small.site[better.columns].tolist()], "bound")
        self.take(priced(pairs, np.clip(ended.price[1:] / small.weight, 0.0, 1.0), self.n))

    def whole(self) -> None:
        search, small = self.search, self.small
        search.say("search")
        ended = solve_whole(_program(small, self.n), search.left_s)
        if ended.x is not None:
            chosen = small.site[ended.x[: small.columns] > 0.5].tolist()
            search.found([*self.fixed, *chosen], "search")
        # What was let go of cannot beat the best known, so nothing beats the better of the two.
        search.bounded(max(search.sign * search.worth, self.reached - ended.bound), "search")


def _program(small: Cover, n: int, every_row: bool = False) -> Program:
    """x (k,) candidates, y (r,) rows covered, y <= the sum of their x.

    Rows with one candidate need no y, unless ``every_row`` is to have its price.
    """
    single = (np.diff(small.matrix.indptr) == 1) & (not every_row)
    own = np.bincount(
        small.matrix.indices[small.matrix.indptr[:-1][single]], small.weight[single], minlength=small.columns
    )
    matrix, weight = csr_array(small.matrix[~single]), small.weight[~single]
    rows, columns = matrix.shape
    top = hstack([csr_array(np.ones((1, columns))), csr_array((1, rows))])
    below = hstack([matrix, -eye_array(rows)])
    return Program(
        cost=-np.concatenate((own, weight)),
        matrix=vstack([top, below], format="csr"),
        least=np.concatenate(([-np.inf], np.zeros(rows))),
        most=np.concatenate(([n], np.full(rows, np.inf))),
        upper=np.ones(columns + rows),
        whole=np.arange(columns + rows) < columns,
    )
