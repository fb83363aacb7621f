"""Texts of many records in one text: searched at the speed of memory, a few of them changed as quickly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.search import LONGEST, plain_names
from geo.splice import merged, order_of, runs

BACKWARDS = str.maketrans("0123456789", "9876543210")
"""What makes of a day a text that sorts before those of earlier days."""
Keys = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines (n,) of one text, numbered from 0, with a line feed before the first and after each; ``ends`` (n,): where
    the one after it stands.
    """

    text: str
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, lines: Sequence[str]) -> Lines:
        """None of ``lines`` holds a line feed."""
        lengths = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
        return cls("\n".join(["", *lines, ""]), np.cumsum(lengths + 1))

    def spliced(self, others: Lines, order: NDArray[np.int64]) -> Lines:
        """Of these lines and, numbered on after them, ``others``: those that ``order`` (m,) names, as it has them."""
        lengths = merged(np.diff(self.ends, prepend=0), np.diff(others.ends, prepend=0), order)
        parts = []
        for new, first, last in runs(order, len(self.ends)):
            of = others if new else self
            parts.append(of.text[of.ends[first - 1] + 1 if first else 1 : of.ends[last - 1] + 1])
        return Lines("".join(["\n", *parts]), np.cumsum(lengths))

    def matching(self, part: str) -> Iterator[int]:
        """The numbers of the lines that hold ``part``, ascending, each once. It may begin, or end, with the line feed
        before, or after, a line.
        """
        at = self.text.find(part)
        while at >= 0:
            number = int(np.searchsorted(self.ends, at, side="right"))
            yield number
            at = self.text.find(part, self.ends[number])


class Names:
    """The enterprises of a register by any part of their names, or by a credit code or id. Rows (n,) by id."""

    def __init__(self, ids: Keys, names: Lines, *codes: Lines) -> None:
        """``names``: as ``plain_names`` writes them; so are ``codes``, which are found from their beginning only."""
        self._ids, self._names, self._codes = ids, names, codes

    @classmethod
    def of(cls, enterprises: pd.DataFrame) -> Names:
        """Columns id (sorted), name, credit_code."""
        ids = enterprises["id"].to_numpy(dtype=object)
        return cls(ids, *(Lines.of(plain_names(enterprises[name])) for name in ("name", "credit_code", "id")))

    def spliced(self, rows: pd.DataFrame, changed: Iterable[str]) -> Names:
        """With the enterprises ``changed`` as ``rows`` has them, without those it has not."""
        new = Names.of(rows)
        order = order_of(self._ids, new._ids, changed)
        texts = zip((self._names, *self._codes), (new._names, *new._codes), strict=True)
        return Names(merged(self._ids, new._ids, order), *(one.spliced(other, order) for one, other in texts))

    def find(self, text: str, limit: int) -> list[int]:
        """The rows of the best ``limit`` enterprises; nothing for a text without a letter or digit.

        A whole name, credit code or id first, then the beginning of a name, then that of a code or id, then any part of
        a name; of equally good ones the smaller id.
        """
        key = plain_names([text[:LONGEST]])[0]
        if not key or limit < 1:
            return []
        whole = merge(*(lines.matching(f"\n{key}\n") for lines in (self._names, *self._codes)))
        begun = merge(*(lines.matching(f"\n{key}") for lines in self._codes))
        ranked = chain(whole, self._names.matching(f"\n{key}"), begun, self._names.matching(key))
        ways = 2 * len(self._codes) + 3  # in which one row can be among them
        return list(dict.fromkeys(islice(ranked, ways * limit)))[:limit]


class Notes:
    """The entries of a ledger by any part of their notes, the newest first; of one day the smaller id first."""

    def __init__(self, keys: Keys, notes: Lines) -> None:
        self._keys, self._notes = keys, notes

    @classmethod
    def of(cls, entries: pd.DataFrame) -> Notes:
        """Columns id, date, note."""
        keys, notes = _keys(entries), plain_names(entries["note"])
        rank = np.argsort(keys, kind="stable")
        return cls(keys[rank], Lines.of([notes[number] for number in rank]))

    def spliced(self, were: pd.DataFrame, are: pd.DataFrame) -> Notes:
        """With entries as they ``are`` for those that they ``were``; either may have others."""
        new = Notes.of(are)
        order = order_of(self._keys, new._keys, _keys(were))
        return Notes(merged(self._keys, new._keys, order), self._notes.spliced(new._notes, order))

    def find(self, text: str, limit: int) -> list[str]:
        """The ids of the first ``limit``; nothing for a text without a letter or digit."""
        key = plain_names([text[:LONGEST]])[0]
        if not key:
            return []
        return [self._keys[number].partition("\n")[2] for number in islice(self._notes.matching(key), limit)]


def _keys(entries: pd.DataFrame) -> Keys:
    """What sorts entries the newest first; unique."""
    pairs = zip(entries["date"], entries["id"], strict=True)
    return np.array([f"{day.translate(BACKWARDS)}\n{one}" for day, one in pairs], dtype=object)
