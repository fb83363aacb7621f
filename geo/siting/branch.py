"""The p-median by branching: a candidate is in or out, and prices bound what either can still cost.

Bounds come from prices alone, so none is wrong by a solver's rounding, and the search can stop at any moment with the
least bound of what is still open.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from geo.siting import swap
from geo.siting.pairs import Pairs
from geo.siting.prices import Priced, ascend, ruled_out
from geo.siting.problem import Bools, Floats, Ints
from geo.siting.search import Search

STEPS = 40
"""Of the prices' ascent at each branch: they begin from good ones."""
TELL_EVERY = 20


@dataclass(order=True)
class Branch:
    """``chosen`` columns are in, of the others only ``open`` may be; no answer here costs less than ``bound``."""

    bound: float
    order: int
    chosen: Ints = field(compare=False)
    open: Bools = field(compare=False)
    price: Floats = field(compare=False)


class Tree:
    """Branches over the columns of ``pairs``, of which at most ``n`` may be chosen, ``fixed`` sites besides."""

    def __init__(self, search: Search, pairs: Pairs, n: int, fixed: list[int], found: Priced) -> None:
        self.search, self.pairs, self.n, self.fixed = search, pairs, n, fixed
        none = np.zeros(0, dtype=np.int64)
        self.heap = [Branch(found.bound, 0, none, np.ones(pairs.columns, dtype=bool), found.price)]
        self.count = 0

    def grow(self) -> None:
        """Searches until nothing that is open can be better, or the time ends."""
        search = self.search
        seen = 0
        while self.heap:
            if search.late or search.done:
                search.bounded(min(search.worth, self.heap[0].bound), "search")
                return
            branch = heapq.heappop(self.heap)
            if branch.bound > self.search.need:
                break
            seen += 1
            if seen % TELL_EVERY == 0:
                search.bounded(min(search.worth, branch.bound), "search")
                search.say("search")
            self._split(branch)
        search.finished("search")

    def _split(self, branch: Branch) -> None:
        search = self.search
        chosen, price, lowest = branch.chosen, branch.price, branch.bound
        base = self.pairs.base_with(chosen)
        may = branch.open.copy()
        while True:
            pairs = self.pairs.keep(np.ones(len(self.pairs.row), dtype=bool), may, base)
            columns, n = np.flatnonzero(may), self.n - len(chosen)
            served = np.isfinite(base)
            served[pairs.row] = True
            if not served.all():
                return
            if n <= 0 or n >= len(columns) or not len(pairs.row):
                self._offer(np.concatenate((chosen, columns if n > 0 else columns[:0])))
                return
            found = ascend(pairs, n, np.minimum(price, base), lambda: search.worth, STEPS, lambda: search.late)
            price, lowest = found.price, max(lowest, found.bound)
            self._offer(np.concatenate((chosen, columns[np.argsort(-found.bring, kind="stable")[:n]])))
            if lowest > self.search.need or search.late:
                break
            out, always = ruled_out(found, n, self.search.need)
            if not (out | always).any():
                break
            few = int((out | always).sum()) * 10 < len(columns) and not always.any()
            may[columns[out | always]] = False
            chosen = np.concatenate((chosen, columns[always]))
            base = self.pairs.base_with(chosen)
            if few:
                columns, found = np.flatnonzero(may), Priced(price, found.bound, found.bring[~out])
                break
        if lowest > self.search.need:
            return
        if search.late:  # not split: it stays as it was
            self._push(lowest, branch.chosen, branch.open, branch.price)
            return
        column = int(columns[np.argmax(found.bring)])
        may = may.copy()
        may[column] = False
        self._push(lowest, np.append(chosen, column), may, price)
        self._push(lowest, chosen, may, price)

    def _push(self, bound: float, chosen: Ints, may: Bools, price: Floats) -> None:
        self.count += 1
        # Of branches of one bound the last comes first: it is the deepest, and near to an answer.
        heapq.heappush(self.heap, Branch(bound, -self.count, chosen, may, price))

    def _offer(self, columns: Ints) -> None:
        search = self.search
        if search.found([*self.fixed, *self.pairs.site[columns].tolist()], "search"):
            better = swap.exchange(swap.Chosen(self.pairs, columns.tolist()), lambda: search.late)
            search.found([*self.fixed, *self.pairs.site[better.columns].tolist()], "search")
