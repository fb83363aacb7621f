"""Why a row is refused or doubtful: gathered for many rows at once, and said in the user's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.i18n import Language, messages, translate

QUOTED_AT_MOST = 80  # characters of a cell that a reason quotes
Mask = NDArray[np.bool_]


class _Part(NamedTuple):
    """One reason for the rows ``at``."""

    at: NDArray[np.intp]
    refuses: bool
    key: str
    field: str
    value: pd.Series
    other: pd.Series


class Reasons:
    """Reasons about the rows 0 … n - 1 of a sheet, as they are found.

    A reason is a message key with ``field`` (the field it is about, ``""`` for the row), ``value`` (the cell) and
    ``other`` (what it is at odds with). It refuses the row, or else makes it doubtful.
    """

    def __init__(self, count: int) -> None:
        self.refused: Mask = np.zeros(count, dtype=bool)
        self.doubted: Mask = np.zeros(count, dtype=bool)
        self._parts: list[_Part] = []

    def refuse(
        self, where: Mask, key: str | pd.Series, *, field: str = "", value: object = "", other: object = ""
    ) -> None:
        """The rows of the mask ``where`` are refused. ``key``, ``value`` and ``other`` are one for all or (n,) each."""
        self.refused |= where
        self._add(where, True, key, field, value, other)

    def doubt(
        self, where: Mask, key: str | pd.Series, *, field: str = "", value: object = "", other: object = ""
    ) -> None:
        """The rows of the mask ``where`` are doubtful; arguments as ``refuse``."""
        self.doubted |= where
        self._add(where, False, key, field, value, other)

    def _add(self, where: Mask, refuses: bool, key: str | pd.Series, field: str, value: object, other: object) -> None:
        if not isinstance(key, str):
            for each in key[where].unique():
                self._add(where & (key == each).to_numpy(bool), refuses, each, field, value, other)
        elif len(at := np.flatnonzero(where)):
            self._parts.append(_Part(at, refuses, key, field, _texts(value, at), _texts(other, at)))

    def frame(self) -> pd.DataFrame:
        """All of them: columns at (the row's position), refuses, key, field, value, other; by row, in order found."""
        parts = self._parts or [_Part(np.zeros(0, dtype=np.intp), False, "", "", _texts("", []), _texts("", []))]
        sizes = [len(part.at) for part in parts]

        def repeated(words: list[str]) -> pd.Categorical[str]:
            """One word for all rows of each part."""
            distinct = list(dict.fromkeys(words))
            codes = np.repeat(np.array([distinct.index(word) for word in words], dtype=np.int16), sizes)
            return pd.Categorical.from_codes(codes, pd.Index(distinct))

        found = pd.DataFrame(
            {
                "at": np.concatenate([part.at for part in parts]),
                "refuses": np.repeat([part.refuses for part in parts], sizes),
                "key": repeated([part.key for part in parts]),
                "field": repeated([part.field for part in parts]),
                "value": pd.concat([part.value for part in parts], ignore_index=True),
                "other": pd.concat([part.other for part in parts], ignore_index=True),
            }
        )
        return found.sort_values("at", kind="stable", ignore_index=True)


def _texts(given: object, at: NDArray[np.intp] | Sequence[int]) -> pd.Series:
    """One text for each of the rows ``at``: of a Series or array theirs, else the same for all."""
    cells = np.asarray(given, dtype=object)[at] if isinstance(given, pd.Series | np.ndarray) else [str(given)] * len(at)
    return pd.Series(cells, dtype=object).astype("str").str[:QUOTED_AT_MOST]


def say(reasons: pd.DataFrame, language: Language, allowed: Mapping[str, str]) -> list[str]:
    """Each of the ``reasons`` in words, with the field it is about. ``allowed``: field → what a cell of it may be."""
    told: list[str] = []
    columns = (reasons[name] for name in ("key", "field", "value", "other"))
    for key, field, value, other in zip(*columns, strict=True):
        said = translate(key, language, value=value, other=other, allowed=allowed.get(field, ""))
        line = {"field": name_field(field, language), "reason": said}
        told.append(translate("reason.line", language, **line) if field else said)
    return told


def name_field(field: str, language: Language) -> str:
    """What the screen calls a field; its own name where there is no word for it."""
    return messages(language).get(f"field.{field}", field)


def joined(said: Sequence[str], rows: pd.Series, numbers: pd.Index, language: Language) -> list[str]:
    """All that is ``said`` about each row of ``numbers``, ``""`` where nothing is. ``rows``: of each of ``said``."""
    texts: dict[int, str] = {}
    separator = translate("reason.and", language)
    for row, text in zip(rows.tolist(), said, strict=True):
        texts[row] = texts[row] + separator + text if row in texts else text
    return [texts.get(row, "") for row in numbers.tolist()]
