"""Good answers fast: one site after another by what it saves, then single sites exchanged while that saves something.

The exchange is that of Teitz and Bart (1968), all exchanges weighed at once as in Resende and Werneck (2007): what an
exchange saves is what the new one saves, less what is lost with the old one, plus what the new one takes of that loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from geo.siting.pairs import Pairs
from geo.siting.problem import Floats, Ints, add_up

FAR = 16.0
"""Rows without a base count as this many times the largest cost while searching: reaching them comes first."""


class Chosen:
    """Chosen columns with each row's least cost, its column's place among them (-1: the base), and the second least."""

    def __init__(self, pairs: Pairs, columns: list[int]) -> None:
        self.pairs, self.columns = pairs, list(columns)
        largest = max(float(pairs.cost.max(initial=0.0)), 1e-300)
        self.base = np.where(np.isfinite(pairs.base), pairs.base, FAR * largest)
        self.recount()

    def recount(self) -> None:
        self.least, self.second = self.base.copy(), self.base.copy()
        self.place = np.full(self.pairs.rows, -1, dtype=np.int64)
        for place, column in enumerate(self.columns):
            self._count(place, column)

    def _count(self, place: int, column: int) -> None:
        part = self.pairs.pairs_of(column)
        row, cost = self.pairs.row[part], self.pairs.cost[part]
        least = self.least[row]
        nearer = cost < least
        self.second[row] = np.where(nearer, least, np.minimum(self.second[row], cost))
        self.least[row] = np.where(nearer, cost, least)
        self.place[row[nearer]] = place

    def add(self, column: int) -> None:
        self.columns.append(column)
        self._count(len(self.columns) - 1, column)

    @property
    def worth(self) -> float:
        return float(self.pairs.weight @ self.least)

    def savings(self) -> Floats:
        """What each column (k,) would save if it were added."""
        pairs = self.pairs
        saved = np.maximum(self.least[pairs.row] - pairs.cost, 0.0) * pairs.weight[pairs.row]
        return add_up(pairs.column, saved, pairs.columns)

    def best_exchange(self) -> tuple[float, int, int]:
        """The exchange that saves most: how much, the place that goes, the column that comes. The first of equals."""
        pairs, many = self.pairs, len(self.columns)
        near = np.flatnonzero(pairs.cost < self.second[pairs.row])
        row, column, cost = pairs.row[near], pairs.column[near], pairs.cost[near]
        weight, least, place = pairs.weight[row], self.least[row], self.place[row]
        gain = np.bincount(column, weight * np.maximum(least - cost, 0.0), minlength=pairs.columns)
        held = place >= 0
        taken = weight * (self.second[row] - np.maximum(cost, least))
        extra = np.bincount(
            place[held] * pairs.columns + column[held], taken[held], minlength=many * pairs.columns
        ).reshape(many, pairs.columns)
        owned = self.place >= 0
        loss = np.bincount(self.place[owned], (pairs.weight * (self.second - self.least))[owned], minlength=many)
        saved = gain[None, :] - loss[:, None] + extra
        saved[:, self.columns] = -np.inf
        where = int(np.argmax(saved))
        return float(saved.flat[where]), where // pairs.columns, where % pairs.columns


def greedy(pairs: Pairs, n: int, start: list[int], late: Callable[[], bool]) -> Chosen:
    """``start`` and then, up to ``n``, whichever saves most, the first of equals; none that saves nothing."""
    chosen = Chosen(pairs, start[:n])
    while len(chosen.columns) < min(n, pairs.columns) and not late():
        saved = chosen.savings()
        saved[chosen.columns] = 0.0
        best = int(np.argmax(saved))
        if saved[best] <= 0:
            break
        chosen.add(best)
    return chosen


def exchange(chosen: Chosen, late: Callable[[], bool]) -> Chosen:
    """Exchanges until none saves more than rounding does."""
    if not chosen.columns or len(chosen.columns) == chosen.pairs.columns:
        return chosen
    while not late():
        saved, place, column = chosen.best_exchange()
        if not saved > 1e-10 * max(chosen.worth, 1e-300):
            break
        chosen.columns[place] = column
        chosen.recount()
    return chosen


def answers(pairs: Pairs, n: int, starts: int, late: Callable[[], bool], start: list[int]) -> Iterator[list[int]]:
    """Answers worth hearing, the first from greedy, then each from the best so far with one or two thirds thrown away,
    until ``starts`` of them in a row were no better. A first answer there is however late it is.

    The same each time for the same pairs: the random numbers are seeded.
    """
    best = exchange(greedy(pairs, n, start, _never), late)
    yield best.columns
    random = np.random.default_rng(7)
    since = tried = 0
    while since < starts:
        since, tried = since + 1, tried + 1
        if late() or not 0 < len(best.columns) < pairs.columns:
            return
        thrown = max(1, len(best.columns) * (1 + tried % 2) // 3)
        keep = random.permutation(len(best.columns))[: len(best.columns) - thrown]
        kept = [best.columns[place] for place in sorted(keep.tolist())]
        others: Ints = np.setdiff1d(np.arange(pairs.columns), best.columns)
        more = random.permutation(others)[: len(best.columns) - len(kept)].tolist()
        other = exchange(greedy(pairs, n, kept + more, late), late)
        if other.worth < best.worth:
            best, since = other, 0
            yield best.columns


def _never() -> bool:
    return False
