"""Whom and what the rows of a ledger name, and how they are found: by id, else by a word that only one has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pandas as pd

from geo.clock import Period
from geo.intake.identity import normal_name
from geo.intake.reasons import Mask
from geo.ledger import Rules
from geo.storage.callers import Callers
from geo.storage.history import Entry

Words = tuple[str, tuple[str, ...]]
"""An id, and what it may be called: the id itself among them."""


class Team(Protocol):
    """A team of a campaign, as geo.fieldwork has it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


class Campaign(Protocol):
    """A campaign, as geo.fieldwork has it: what of it an import must know."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def starts(self) -> str: ...
    @property
    def ends(self) -> str: ...
    @property
    def stated(self) -> Period: ...
    @property
    def positions(self) -> tuple[str, ...]: ...
    @property
    def teams(self) -> Sequence[Team]: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def closed_at(self) -> datetime | None: ...


@dataclass(frozen=True, eq=False)
class Named:
    """What entries may name: all ``campaigns``, the newest first; living ``enterprises`` with id, name, credit_code,
    region (as the register says it); the ``callers`` that are kept; by id the ``past`` of those entries of some that
    are not as they began, newest first.
    """

    campaigns: Sequence[Campaign]
    enterprises: pd.DataFrame
    callers: Callers
    past: Callable[[Collection[str]], Mapping[str, Sequence[Entry]]]


def listed(frame: pd.DataFrame) -> list[Words]:
    """Id and words of each record of a noun: its id, its name and, where it has one, its English name."""
    english = frame["name_en"] if "name_en" in frame else [""] * len(frame)
    return [(words[0], words) for words in zip(frame["id"], frame["name"], english, strict=True)]


def find(cells: pd.Series, those: Iterable[Words]) -> tuple[pd.Series, Mask]:
    """The id (n,) of the one that each cell names by one of its words, its id before any other; ``""`` where none does,
    and where several do, which the mask (n,) tells.
    """
    ids: dict[str, str] = {}
    found: dict[str, set[str]] = {}
    for id_, words in those:
        ids[normal_name(id_)] = id_
        for word in words:
            if word:
                found.setdefault(normal_name(word), set()).add(id_)
    answers = {
        text: {ids[plain]} if (plain := normal_name(text)) in ids else found.get(plain, set())
        for text in cells.unique()
        if text
    }
    one = {text: next(iter(few)) for text, few in answers.items() if len(few) == 1}
    several = {text for text, few in answers.items() if len(few) > 1}
    return look_up(cells, one), cells.isin(list(several)).to_numpy(bool)


def look_up(cells: pd.Series, words: Mapping[str, str]) -> pd.Series:
    """What ``words`` have for each cell, ``""`` where they have nothing; rows 0 … n - 1."""
    return pd.Series([words.get(cell, "") for cell in cells], dtype="str")
