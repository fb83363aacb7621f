"""Every set of positions that hangs together and is not too heavy, size by size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geo.assignment.problem import Bools, Floats
from geo.assignment.teams import View

Sets = NDArray[np.uint64]
POSITIONS_AT_MOST = 63
"""A set is a word of 64 bits."""
CHUNK = 50_000


def connected_sets(
    view: View,
    most: float,
    *,
    keep: Callable[[Floats], Bools] | None,
    at_most: int,
    late: Callable[[], bool],
    empty: bool = False,
) -> Sets | None:
    """All sets, ascending, with a load of at most ``most`` that some plan can have; None where there are more than
    ``at_most`` or time ends. ``keep`` drops sets (c, n) that are of no use, whatever is added to them. ``empty``:
    a team may have nothing.
    """
    n = view.n
    load = np.array(view.load)
    near = np.array(view.near, dtype=np.uint64)
    whole = np.uint64(view.all)
    anywhere = np.uint64(view.anywhere)
    none = np.uint64(0)
    level = np.uint64(1) << np.arange(n, dtype=np.uint64)
    border = near
    heavy = load.copy()
    found: list[Sets] = [np.zeros(1, dtype=np.uint64)] if empty else []
    count = 0
    largest = n if empty else max(n - view.k + 1, 1)
    for size in range(1, largest + 1):
        if size > 1:
            parts: list[tuple[Sets, Sets, Floats]] = []
            open_ = (np.where(level & ~anywhere == none, whole, border) | anywhere) & ~level
            for one in range(n):
                if late() or sum(len(part[0]) for part in parts) > 8 * at_most:
                    return None
                rows = np.flatnonzero(((open_ >> np.uint64(one)) & np.uint64(1)) & (heavy + load[one] <= most))
                if len(rows):
                    more = border[rows] | near[one]
                    parts.append((level[rows] | np.uint64(1 << one), more, heavy[rows] + load[one]))
            if not parts:
                break
            level, first = np.unique(np.concatenate([part[0] for part in parts]), return_index=True)
            border = np.concatenate([part[1] for part in parts])[first]
            heavy = np.concatenate([part[2] for part in parts])[first]
        may = (heavy <= most) & _agree(view, level)
        if keep is not None:
            may[may] = in_chunks(level[may], n, keep)
        level, border, heavy = level[may], border[may], heavy[may]
        count += len(level)
        if count > at_most or late():
            return None
        if not len(level):
            break
        found.append(level)
    return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)


def in_chunks(sets: Sets, n: int, ask: Callable[[Floats], NDArray[np.bool_] | Floats]) -> NDArray[np.bool_]:
    """What ``ask`` says of the sets as rows of ones and zeros, not too many at a time."""
    answers = [ask(members(sets[at : at + CHUNK], n)) for at in range(0, len(sets), CHUNK)]
    return np.concatenate(answers) if answers else np.zeros(0, dtype=np.bool_)


def members(sets: Sets, n: int) -> Floats:
    """(c, n) ones where a set has a position."""
    return ((sets[:, None] >> np.arange(n, dtype=np.uint64)) & np.uint64(1)).astype(np.float64)


def travels(view: View, sets: Sets) -> Floats:
    """(c,) the least sum of metres from one position of each set to its others."""
    placed, metres = view.problem.placed, view.problem.metres

    def least(rows: Floats) -> Floats:
        sums = rows @ metres
        sums[(rows == 0) | ~placed] = np.inf
        best = sums.min(axis=1)
        return np.where(np.isinf(best), 0.0, best)

    return np.asarray(in_chunks(sets, view.n, least), dtype=np.float64)


def _agree(view: View, level: Sets) -> Bools:
    """Which sets have no two positions that must be in different teams, and some team that may have them."""
    holders = np.zeros(len(level), dtype=np.int64)
    for mask in view.must:
        if mask:
            holders += (level & np.uint64(mask)) != 0
    able = np.zeros(len(level), dtype=np.bool_)
    for forbidden in set(view.forbidden):
        able |= (level & np.uint64(forbidden)) == 0
    return (holders <= 1) & able
