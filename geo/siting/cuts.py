"""The p-median over the candidates alone: what a row costs is cut from below, level by level.

For row i and a depth D, a cost of its candidates or its base, its cost is at least ``D - sum((D - cost) * x)`` over its
candidates cheaper than D: the cuts of Benders' decomposition (Magnanti and Wong 1981; which D cuts deepest is told by
a sorted row, Duran-Mateluna, Ales and Elloumi 2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from geo.siting.highs import Program
from geo.siting.pairs import Pairs
from geo.siting.problem import Floats, Ints

FULL = 1 - 1e-9
"""Candidates that are chosen so much together serve a row wholly."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """Which rows, and how many of the row's cheapest pairs lie below the depth; each once, sorted."""

    row: Ints
    rank: Ints

    def plus(self, other: Cuts) -> Cuts:
        both = np.unique(np.stack((np.append(self.row, other.row), np.append(self.rank, other.rank))), axis=1)
        return Cuts(both[0], both[1])


class Levels:
    """The rows of ``pairs`` that have pairs, sorted by cost, to find cuts in and to write programs of."""

    def __init__(self, pairs: Pairs, n: int) -> None:
        self.pairs, self.n = pairs, n
        order, begin = pairs.by_row
        self.column, self.cost = pairs.column[order], pairs.cost[order]
        self.begin, self.length = begin[:-1], np.diff(begin)
        self.active = np.flatnonzero(self.length > 0)
        self.must = self.active[np.isinf(pairs.base[self.active])]
        idle = self.length == 0
        self.constant = float(pairs.weight[idle] @ pairs.base[idle]) if idle.any() else 0.0
        self.scale = max(float(self.cost.mean()), 1e-300) if len(self.cost) and self.cost.any() else 1.0
        self.heavy = max(float(pairs.weight[self.active].mean()), 1e-300) if len(self.active) else 1.0

    def depth(self, cuts: Cuts) -> Floats:
        """D of each cut: the cost of the row's pair of that rank, its base where there is none."""
        last = cuts.rank >= self.length[cuts.row]
        place = self.begin[cuts.row] + np.where(last, 0, cuts.rank)
        return np.where(last, self.pairs.base[cuts.row], self.cost[place])

    def around(self, price: Floats) -> Cuts:
        """The cuts at the levels next to each row's price, at it or below and above."""
        below = np.bincount(self.pairs.row, self.pairs.cost < price[self.pairs.row], minlength=self.pairs.rows).astype(
            np.int64
        )
        most = self.length - np.isinf(self.pairs.base)
        rows = self.active
        parts = [np.clip(below[rows] + step, 0, most[rows]) for step in (-1, 0, 1)]
        return Cuts(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).plus(
            Cuts(np.tile(rows, 3), np.concatenate(parts))
        )

    def at(self, row: Ints, depth: Floats) -> Cuts:
        """The cuts of these rows at these depths, or at the next level up where a depth is no level here."""
        rows, costs = np.concatenate((row, self.pairs.row)), np.concatenate((depth, self.pairs.cost))
        pair = np.arange(len(rows)) >= len(row)
        order = np.lexsort((pair, costs, rows))
        before = np.empty(len(rows), dtype=np.int64)
        before[order] = np.cumsum(pair[order])
        held = self.length[row] > 0
        rank = np.minimum(before[: len(row)] - self.begin[row], self.length[row] - np.isinf(self.pairs.base[row]))
        none = np.zeros(0, dtype=np.int64)
        return Cuts(none, none).plus(Cuts(row[held], rank[held]))

    def deepest(self, x: Floats) -> tuple[Cuts, Floats]:
        """For every active row the cut that says most at x (k,), and what it says."""
        taken = x[self.column]
        upto, paid = np.cumsum(taken), np.cumsum(taken * self.cost)
        rows = self.active
        begin, length = self.begin[rows], self.length[rows]
        before = upto[begin] - taken[begin]
        paid_before = paid[begin] - (taken * self.cost)[begin]
        within = np.repeat(before, length)
        full = upto - within >= FULL
        index = np.where(full, np.arange(len(taken)), len(taken))
        first = np.minimum.reduceat(index, begin)
        none = first >= begin + length
        rank = np.where(none, length, first - begin)
        rank = np.where(none & np.isinf(self.pairs.base[rows]), length - 1, rank)
        cuts = Cuts(rows, rank)
        place = begin + rank - 1  # the last pair below the depth
        served = np.where(rank > 0, upto[place] - before, 0.0)
        cost = np.where(rank > 0, paid[place] - paid_before, 0.0)
        depth = self.depth(cuts)
        return cuts, depth * (1 - served) + cost

    def program(self, cuts: Cuts, whole: bool) -> Program:
        """x (k,) and the cost of each active row, in ``scale``; smallest total in ``scale * heavy``."""
        columns, rows = self.pairs.columns, len(self.active)
        number = np.full(self.pairs.rows, -1, dtype=np.int64)
        number[self.active] = np.arange(rows)
        depth = self.depth(cuts) / self.scale
        rank = cuts.rank
        cut = np.repeat(np.arange(len(rank)), rank)
        place = np.repeat(self.begin[cuts.row], rank) + _counted(rank)
        worth = depth[cut] - self.cost[place] / self.scale
        own = np.arange(len(rank))
        must = np.repeat(np.arange(len(self.must)), self.length[self.must])
        must_place = np.repeat(self.begin[self.must], self.length[self.must]) + _counted(self.length[self.must])
        height = len(rank) + len(self.must) + 1
        data = np.concatenate((worth, np.ones(len(rank)), np.ones(len(must)), np.ones(columns)))
        row = np.concatenate((cut, own, len(rank) + must, np.full(columns, height - 1)))
        column = np.concatenate(
            (self.column[place], columns + number[cuts.row], self.column[must_place], np.arange(columns))
        )
        matrix = csr_array((data, (row, column)), shape=(height, columns + rows))
        matrix.eliminate_zeros()
        return Program(
            cost=np.concatenate((np.zeros(columns), self.pairs.weight[self.active] / self.heavy)),
            matrix=matrix,
            least=np.concatenate((depth, np.ones(len(self.must)), [-np.inf])),
            most=np.concatenate((np.full(height - 1, np.inf), [float(self.n)])),
            upper=np.concatenate((np.ones(columns), np.full(rows, np.inf))),
            whole=(np.arange(columns + rows) < columns) & whole,
        )

    def total(self, optimum: float) -> float:
        """The optimum of a program as a total of weight times cost, with the rows that nothing can help."""
        return optimum * self.scale * self.heavy + self.constant

    def prices(self, cuts: Cuts, dual: Floats) -> Floats:
        """Each row's price (r,) by a program's prices: the depths of its cuts, averaged by these."""
        weight = np.maximum(dual[: len(cuts.row)], 0.0)
        share = np.bincount(cuts.row, weight, minlength=self.pairs.rows)
        depth = np.bincount(cuts.row, weight * self.depth(cuts), minlength=self.pairs.rows)
        bare = np.where(np.isfinite(self.pairs.base), self.pairs.base, 0.0)
        price = np.where(share > 0, depth / np.where(share > 0, share, 1.0), bare)
        return np.minimum(price, self.pairs.base)


def _counted(lengths: Ints) -> Ints:
    """0, 1, …, length - 1 for each."""
    ends = np.cumsum(lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)
