"""Costs of free candidates made ready for searching: what is no dearer than what stands already is left out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo.siting.covers import Cover
from geo.siting.problem import Bools, Floats, Ints, Open


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs sorted by column, then row: ``begin`` (k + 1,), ``row``, ``cost``; ``site`` (k,) each column's candidate.

    ``weight`` and ``base`` (r,) of the rows; a pair's cost is below its row's ``base``, which may be inf.
    """

    begin: Ints
    row: Ints
    cost: Floats
    weight: Floats
    base: Floats
    site: Ints

    @property
    def rows(self) -> int:
        return len(self.weight)

    @property
    def columns(self) -> int:
        return len(self.site)

    @cached_property
    def column(self) -> Ints:
        """The column of each pair."""
        return np.repeat(np.arange(self.columns), np.diff(self.begin))

    @cached_property
    def by_row(self) -> tuple[Ints, Ints]:
        """Pair numbers sorted by row, then cost, then column; and where each row's begin (r + 1,)."""
        order = np.lexsort((self.column, self.cost, self.row))
        begin = np.zeros(self.rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.row, minlength=self.rows), out=begin[1:])
        return order, begin

    def pairs_of(self, column: int) -> slice:
        return slice(int(self.begin[column]), int(self.begin[column + 1]))

    def keep(self, pairs: Bools, columns: Bools, base: Floats) -> Pairs:
        """Only these pairs of these columns, with a new base; rows stay."""
        use = pairs & columns[self.column] & (self.cost < base[self.row])
        number = np.cumsum(columns) - 1
        count = np.bincount(number[self.column[use]], minlength=int(columns.sum()))
        begin = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
        return Pairs(begin, self.row[use], self.cost[use], self.weight, base, self.site[columns])

    def base_with(self, chosen: Ints) -> Floats:
        """The base once these columns stand."""
        base = self.base.copy()
        for column in chosen.tolist():
            part = self.pairs_of(column)
            rows = self.row[part]
            base[rows] = np.minimum(base[rows], self.cost[part])
        return base


def of_open(left: Open) -> Pairs:
    """The pairs of the free candidates and the rows with weight that cost less than what stands or is forced."""
    problem = left.problem
    rows = np.flatnonzero(problem.weight > 0)
    row_number = np.full(problem.table.rows, -1, dtype=np.int64)
    row_number[rows] = np.arange(len(rows))
    column_number = np.full(problem.table.sites, -1, dtype=np.int64)
    column_number[left.free] = np.arange(len(left.free))
    order, _ = problem.by_site
    row, site, cost = problem.row[order], problem.table.site[order], problem.table.cost[order]
    use = (problem.weight[row] > 0) & (column_number[site] >= 0) & (cost < left.base[row])
    count = np.bincount(column_number[site[use]], minlength=len(left.free))
    return Pairs(
        begin=np.concatenate(([0], np.cumsum(count))).astype(np.int64),
        row=row_number[row[use]],
        cost=cost[use],
        weight=problem.weight[rows].astype(np.float64),
        base=left.base[rows],
        site=left.free,
    )


def of_cover(given: Cover) -> Pairs:
    """A cover as costs: 0 for who is covered, 1 for who is not."""
    matrix = given.by_column
    return Pairs(
        begin=matrix.indptr.astype(np.int64),
        row=matrix.indices.astype(np.int64),
        cost=np.zeros(len(matrix.indices)),
        weight=given.weight,
        base=np.ones(given.rows),
        site=given.site,
    )
