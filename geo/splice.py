"""A table in which a few records are different, made of what there was."""

from __future__ import annotations

from collections.abc import Iterable

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
    order = _order(frame[key].to_numpy(dtype=object), rows[key].to_numpy(dtype=object), [*changed])
    cuts = np.flatnonzero((np.diff(order) != 1) | (order[1:] == len(frame))) + 1
    pieces = frame.attrs.get(PIECES, 1) + len(cuts)
    if pieces > PIECES_AT_MOST:
        both = pd.concat([frame, rows], ignore_index=True) if len(rows) else frame
        made = both.take(order).reset_index(drop=True)  # copies, and so makes one piece
        made.attrs.pop(PIECES, None)
        return made
    parts = []
    for run in np.split(order, cuts) if len(order) else ():
        source, start = (frame, run[0]) if run[0] < len(frame) else (rows, run[0] - len(frame))
        parts.append(source.iloc[start : start + len(run)])
    made = pd.concat(parts, ignore_index=True) if parts else frame.iloc[:0]
    made.attrs[PIECES] = pieces
    return made


def _order(old: NDArray[np.object_], new: NDArray[np.object_], changed: list[str]) -> NDArray[np.int64]:
    """Which rows of ``old`` (n,), sorted, and of ``new`` (m,), which come after them, make the whole, sorted."""
    stay = np.ones(len(old), dtype=bool)
    at = np.array([_find(old, one) for one in changed], dtype=np.int64)
    stay[at[at >= 0]] = False
    rank = np.argsort(new, kind="stable")
    kept = np.flatnonzero(stay)
    places = np.searchsorted(old[kept], new[rank]) if len(new) else np.empty(0, dtype=np.int64)
    return np.insert(kept, places, len(old) + rank)


def _find(old: NDArray[np.object_], key: str) -> int:
    """Where ``key`` is in ``old``, which is sorted; -1 where it is not."""
    place = int(np.searchsorted(old, key))
    return place if place < len(old) and old[place] == key else -1
