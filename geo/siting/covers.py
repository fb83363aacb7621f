"""Who can cover whom, made small: rows that are alike become one, what another does at least as well goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_array, csr_array

from geo.siting.problem import Bools, Floats, Ints, Open, add_up

WORK_AT_MOST = 40_000_000
"""Steps of comparing columns or rows with each other; where it would be more, none are compared."""


@dataclass(frozen=True, eq=False)
class Cover:
    """Rows (r) of demand that the existing and forced do not reach, columns (k) of candidates that reach some of it.

    ``matrix`` csr (r, k) of ones; ``weight`` (r,) of the rows together; ``site`` (k,) each column's candidate.
    """

    matrix: csr_array
    weight: Floats
    site: Ints

    @property
    def rows(self) -> int:
        return int(self.matrix.shape[0])

    @property
    def columns(self) -> int:
        return int(self.matrix.shape[1])

    @cached_property
    def by_column(self) -> csc_array:
        return self.matrix.tocsc()

    def take(self, rows: Bools, columns: Bools) -> Cover:
        """Only these rows and columns."""
        return Cover(csr_array(self.matrix[rows][:, columns]), self.weight[rows], self.site[columns])


def cover(left: Open, within: float) -> Cover:
    """The pairs at a cost of at most ``within`` that are still worth something; rows alike merged."""
    problem = left.problem
    wanted = (problem.weight > 0) & ~(left.base <= within)
    may = np.zeros(problem.table.sites, dtype=bool)
    may[left.free] = True
    site, row = problem.table.site, problem.row
    use = (problem.table.cost <= within) & may[site] & wanted[row]
    rows, row_index = np.unique(row[use], return_inverse=True)
    columns, column_index = np.unique(site[use], return_inverse=True)
    matrix = csr_array(
        (np.ones(len(row_index)), (row_index, column_index)), shape=(len(rows), len(columns)), dtype=np.float64
    )
    return merge_rows(Cover(matrix, problem.weight[rows].astype(np.float64), columns.astype(np.int64)))


def merge_rows(given: Cover) -> Cover:
    """Rows with the same columns become one, in the order of the first of each; rows with none go.

    Two sums of random numbers of the columns, 128 bits together, tell rows apart.
    """
    matrix = given.matrix
    length = np.diff(matrix.indptr)
    some = length > 0
    if not some.all():
        matrix, length = csr_array(matrix[some]), length[some]
    if not len(length):
        return Cover(csr_array((0, given.columns)), np.zeros(0), given.site)
    marks = np.random.default_rng(5).integers(0, 2**63, (2, given.columns), dtype=np.uint64)
    sums = np.add.reduceat(marks[:, matrix.indices], matrix.indptr[:-1], axis=1)
    keys = np.rec.fromarrays([sums[0], sums[1], length.astype(np.int64)])
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    weight = add_up(group, given.weight[some], len(first))
    order = np.argsort(first)
    return Cover(csr_array(matrix[first[order]]), weight[order], given.site)


def dominated_columns(given: Cover) -> Bools:
    """The columns (k,) whose rows another has too; of columns alike the first stays."""
    return _within_another(given.matrix.T.tocsr())


def dominated_rows(given: Cover) -> Bools:
    """The rows (r,) that are covered whenever another is: they have all its columns. Rows alike: the first stays."""
    length = np.diff(given.matrix.indptr)
    common = _common(given.matrix)
    if common is None:
        return np.zeros(given.rows, dtype=bool)
    one, other, count = common
    # ``one`` has all the columns of ``other``.
    holds = (count == length[other]) & ((length[one] > length[other]) | (one > other))
    gone = np.zeros(given.rows, dtype=bool)
    gone[one[holds]] = True
    return gone


def without_dominated_columns(given: Cover) -> Cover:
    """Fewer candidates, the same best: whoever would choose one that goes may choose the one that does more."""
    gone = dominated_columns(given)
    if not gone.any():
        return given
    return merge_rows(given.take(np.ones(given.rows, dtype=bool), ~gone))


def _within_another(sets: csr_array) -> Bools:
    length = np.diff(sets.indptr)
    common = _common(sets)
    if common is None:
        return np.zeros(sets.shape[0], dtype=bool)
    one, other, count = common
    holds = (count == length[one]) & ((length[other] > length[one]) | (other < one))
    gone: Bools = length == 0
    gone[one[holds]] = True
    return gone


def _common(sets: csr_array) -> tuple[Ints, Ints, Ints] | None:
    """Pairs of different sets that share something, and how much; None where that would be too much work."""
    uses = np.bincount(sets.indices, minlength=sets.shape[1]).astype(np.float64)
    if (uses**2).sum() > WORK_AT_MOST:
        return None
    product = (sets @ sets.T).tocoo()
    one, other = product.coords
    apart = one != other
    return one[apart], other[apart], np.rint(product.data[apart]).astype(np.int64)
