"""A table in which a few records are different, made of what there was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PIECES = "pieces"
"""Under this name a table that was put together says (``attrs``) of how many pieces: texts are not copied, so that
every piece stays one, and too many make a table slow.
"""
PIECES_AT_MOST = 400


def splice(frame: pd.DataFrame, rows: pd.DataFrame, key: str, changed: Iterable[str]) -> pd.DataFrame:
    """``frame``, sorted by ``key``, with the records of the keys ``changed`` as ``rows`` has them, without those it has
    not; sorted again. The index counts from 0, the types stay.
    """
    order = order_of(frame[key].to_numpy(dtype=object), rows[key].to_numpy(dtype=object), changed)
    parts = [(rows if new else frame).iloc[first:last] for new, first, last in runs(order, len(frame))]
    pieces = frame.attrs.get(PIECES, 1) + len(parts) - 1
    if pieces > PIECES_AT_MOST:
        both = pd.concat([frame, rows], ignore_index=True) if len(rows) else frame
        made = both.take(order).reset_index(drop=True)  # copies, and so makes one piece
        made.attrs.pop(PIECES, None)
        return made
    made = pd.concat(parts, ignore_index=True) if parts else frame.iloc[:0]
    made.attrs[PIECES] = pieces
    return made


def order_of(old: NDArray[np.object_], new: NDArray[np.object_], changed: Iterable[str]) -> NDArray[np.int64]:
    """Which of the keys ``old`` (n,), sorted, and ``new`` (m,), which are numbered on from n, make the whole, sorted:
    without those ``changed`` of the old.
    """
    found = (_find(old, one) for one in changed)
    gone = np.unique(np.array([place for place in found if place >= 0], dtype=np.int64))
    rank = np.argsort(new, kind="stable")
    places = np.searchsorted(old, new[rank]) if len(new) else np.empty(0, dtype=np.int64)
    return np.insert(np.delete(np.arange(len(old)), gone), places - np.searchsorted(gone, places), len(old) + rank)


def runs(order: NDArray[np.int64], n: int) -> Iterator[tuple[bool, int, int]]:
    """An order of ``order_of`` in as few pieces as can be: whether they are of the new ones, the first and, exclusive,
    the last, new ones numbered from 0; ``n``: how many old ones there were.
    """
    cuts = np.flatnonzero((np.diff(order) != 1) | (order[1:] == n)) + 1
    for begin, end in pairwise([0, *cuts.tolist(), len(order)] if len(order) else []):
        new = bool(order[begin] >= n)
        first = int(order[begin]) - n * new
        yield new, first, first + end - begin


def merged(old: NDArray[Any], new: NDArray[Any], order: NDArray[np.int64]) -> NDArray[Any]:
    """The values of the whole, of arrays with those of the ``old`` and of the ``new`` keys."""
    parts = [(new if of_new else old)[first:last] for of_new, first, last in runs(order, len(old))]
    return np.concatenate(parts) if parts else old[:0]


def _find(old: NDArray[np.object_], key: str) -> int:
    """Where ``key`` is in ``old``, which is sorted; -1 where it is not."""
    place = int(np.searchsorted(old, key))
    return place if place < len(old) and old[place] == key else -1
