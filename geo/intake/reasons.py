"""Why a row is refused or doubtful: gathered for many rows at once, and said in the user's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.i18n import Language, messages, translate

TEXTS = ("key", "field", "value", "other")
QUOTED_AT_MOST = 80  # characters of a cell that a reason quotes
Mask = NDArray[np.bool_]


class Reasons:
    """Reasons about the rows 0 … n - 1 of a sheet, as they are found.

    A reason is a message key with ``field`` (the field it is about, ``""`` for the row), ``value`` (the cell) and
    ``other`` (what it is at odds with). It refuses the row, or else makes it doubtful.
    """

    def __init__(self, count: int) -> None:
        self.refused: Mask = np.zeros(count, dtype=bool)
        self.doubted: Mask = np.zeros(count, dtype=bool)
        self._parts: list[pd.DataFrame] = []

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

    def _add(self, where: Mask, refuses: bool, key: object, field: str, value: object, other: object) -> None:
        at = np.flatnonzero(where)
        if not len(at):
            return
        texts = {name: _texts(given, at) for name, given in zip(TEXTS, (key, field, value, other), strict=True)}
        self._parts.append(pd.DataFrame({"at": at, "refuses": refuses, **texts}))

    def frame(self) -> pd.DataFrame:
        """All of them: columns at (the row's position), refuses, key, field, value, other; by row, in order found."""
        nothing = {name: pd.Series(dtype="str") for name in TEXTS}
        none = pd.DataFrame({"at": pd.Series(dtype="int64"), "refuses": pd.Series(dtype=bool), **nothing})
        found = pd.concat(self._parts, ignore_index=True) if self._parts else none
        return found.sort_values("at", kind="stable", ignore_index=True)


def _texts(given: object, at: NDArray[np.intp]) -> pd.Series:
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
