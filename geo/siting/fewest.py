"""The fewest columns that cover all rows: reductions, a greedy answer, a local search, a safe bound, and HiGHS.

Used for ``set-cover`` and, reach by reach, for ``p-centre``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.sparse import csr_array, vstack

from geo.siting.covers import Cover, dominated_columns, dominated_rows
from geo.siting.highs import Ended, Program, solve_linear, solve_whole
from geo.siting.problem import Floats

DENSE_AT_MOST = 50_000_000
"""Cells of a matrix that the local search holds whole; for a larger cover it is left out."""


def reduced(given: Cover) -> tuple[Cover, list[int]]:
    """The rows and columns that matter, and the sites that every cover has because a row has no other.

    Rows covered whenever another is, and columns that another outdoes, go until none does. The fewest of what is left
    and these sites are a fewest cover of all.
    """
    small, needed = given, list[int]()
    while small.rows:
        before = small.matrix.shape
        all_columns = np.ones(small.columns, dtype=bool)
        gone = dominated_rows(small)
        if gone.any():
            small = small.take(~gone, all_columns)
        gone = dominated_columns(small)
        if gone.any():
            small = small.take(np.ones(small.rows, dtype=bool), ~gone)
        single = np.diff(small.matrix.indptr) == 1
        if single.any():
            must = np.zeros(small.columns, dtype=bool)
            must[small.matrix.indices[small.matrix.indptr[:-1][single]]] = True
            needed += small.site[must].tolist()
            served: Floats = small.matrix @ must.astype(np.float64)
            small = small.take(served == 0, ~must)
        if small.matrix.shape == before:
            break
    return small, needed


def greedy(given: Cover) -> list[int]:
    """Columns that cover all rows, each the one that covers most that is left, the first of equals; none needless."""
    matrix = given.by_column
    bare = np.ones(given.rows, dtype=bool)
    chosen: list[int] = []
    while bare.any():
        best = int(np.argmax(given.matrix.T @ bare.astype(np.float64)))
        chosen.append(best)
        bare[matrix.indices[matrix.indptr[best] : matrix.indptr[best + 1]]] = False
    times = given.matrix @ np.bincount(chosen, minlength=given.columns).astype(np.float64)
    for column in list(reversed(chosen)):
        rows = matrix.indices[matrix.indptr[column] : matrix.indptr[column + 1]]
        if (times[rows] > 1).all():
            times[rows] -= 1
            chosen.remove(column)
    return chosen


def fewer(given: Cover, start: list[int], steps: int, stop: Callable[[], bool]) -> Iterator[list[int]]:
    """Smaller and smaller covers, from ``start``, by weighting rows that stay uncovered (Gao, Weise and Li 2015).

    One column fewer than the best is kept at a time: the one that covers least weight alone goes, one that covers an
    uncovered row comes, and what is still uncovered weighs more. Seeded: the same each time.
    """
    if given.rows * given.columns > DENSE_AT_MOST or len(start) < 2:
        return
    dense = given.matrix.T.toarray().astype(np.float32)  # (columns, rows)
    of_row = np.split(given.matrix.indices, given.matrix.indptr[1:-1])
    of_column = np.split(given.by_column.indices, given.by_column.indptr[1:-1])
    random = np.random.default_rng(11)
    weight = np.ones(given.rows, dtype=np.float32)
    chosen, age = set(start), np.zeros(given.columns, dtype=np.int64)
    times = np.zeros(given.rows, dtype=np.int64)
    owner = np.zeros(given.rows, dtype=np.int64)  # the sum of the columns that cover a row: the one, where one does
    for column in start:
        times[of_column[column]] += 1
        owner[of_column[column]] += column

    def drop(step: int, tabu: int) -> None:
        once = times == 1
        loss = np.bincount(owner[once], weight[once], minlength=given.columns)
        column = min((c for c in chosen if c != tabu), key=lambda c: (loss[c], age[c], c))
        chosen.remove(column)
        times[of_column[column]] -= 1
        owner[of_column[column]] -= column
        age[column] = step

    added = -1
    for step in range(1, steps + 1):
        if step % 64 == 0 and stop():
            return
        while times.all():
            yield sorted(chosen)
            if len(chosen) < 2 or stop():
                return
            drop(step, -1)
        if len(chosen) > 1:
            drop(step, added)
        bare = np.flatnonzero(times == 0)
        options = of_row[int(bare[random.integers(len(bare))])]
        fresh = options[age[options] != step]  # not the one that has just gone
        options = fresh if len(fresh) else options
        gain = dense[options][:, bare] @ weight[bare]
        best = options[gain == gain.max()]
        added = int(best[np.argmin(age[best])])
        chosen.add(added)
        times[of_column[added]] += 1
        owner[of_column[added]] += added
        age[added] = step
        weight[times == 0] += 1


def least(given: Cover, time_s: float) -> tuple[float, Floats | None]:
    """A number that no cover goes below, and the linear program's columns (k,), None where the time ended it.

    From the program's prices, made such that no column's rows cost more than 1 together: the sum of any such prices
    is a bound, so HiGHS's rounding does no harm.
    """
    ended = solve_linear(_program(given, np.inf), time_s)
    if ended.price is None or ended.x is None:
        return 1.0, None
    price = np.maximum(ended.price[1:], 0.0)
    dearest = float((given.matrix.T @ price).max(initial=0.0))
    return float(price.sum() / max(dearest, 1.0)), ended.x


def at_most(given: Cover, most: int, time_s: float) -> Ended:
    """The fewest columns that cover all rows, of at most ``most``; infeasible where that cannot be."""
    program = _program(given, float(most))
    return solve_whole(program, time_s)


def _program(given: Cover, most: float) -> Program:
    rows, columns = given.matrix.shape
    return Program(
        cost=np.ones(columns),
        matrix=vstack([csr_array(np.ones((1, columns))), given.matrix], format="csr"),
        least=np.concatenate(([0.0], np.ones(rows))),
        most=np.concatenate(([most], np.full(rows, np.inf))),
        upper=np.ones(columns),
        whole=np.ones(columns, dtype=bool),
    )
