"""查找: whatever the district has by any part of its name: places for anybody, enterprises and the ledger for staff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import Lock
from typing import Literal, get_args
from urllib.parse import quote

import numpy as np
import pandas as pd

from geo.district import District
from geo.i18n import LANGUAGES, Language, translate
from geo.people import Person
from geo.search import LONGEST, Hit
from geo.text import tidy
from geo.words import local_name
from geo.workspace import Workspace

Group = Literal["place", "facility", "enterprise", "entry"]
GROUPS: tuple[Group, ...] = get_args(Group)
FOR_STAFF: tuple[Group, ...] = ("enterprise", "entry")
END = "\0"
"""What stands after each note: no note can hold it."""
AT_MOST = 20
"""Things of one group."""
EXCERPT = 24
"""Letters of a note before and after what was looked for."""


@dataclass(frozen=True)
class Found:
    """Something found: what it is called and what is said beside it, by language; ``page``: where it opens, a path of
    this site without a language.
    """

    group: Group
    kind: str
    id: str
    label: dict[Language, str]
    beside: dict[Language, str]
    standing: str
    page: str


class Lookup:
    """What a text is part of. Safe to share between threads; the notes of the ledger are kept as one text in memory
    until the ledger changes.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._notes: tuple[object, _Notes] | None = None

    def find(self, person: Person, text: str, *, groups: Sequence[Group] = GROUPS, limit: int = 5) -> list[Found]:
        """At most ``limit`` of each of ``groups``, in the order of ``GROUPS``; those that the person may not see are
        left out. Nothing for a text without a letter.

        Places and facilities as ``geo.search`` orders them, enterprises as ``Register.search`` does, of the ledger the
        newest first: entries whose note has the text, then those of enterprises that were found.
        """
        asked = tidy(text)[:LONGEST]
        limit = min(max(limit, 0), AT_MOST)
        if not any(map(str.isalnum, asked)) or not limit:
            return []
        district = self._workspace.district()
        found: list[Found] = []
        hits = district.place_index.find(asked, 4 * AT_MOST) if {"place", "facility"} & {*groups} else []
        for group, facility in (("place", False), ("facility", True)):
            if group in groups:
                some = islice((hit for hit in hits if (hit.kind == "facility") == facility), limit)
                found += [_place(hit, district) for hit in some]
        if not person.may("staff"):
            return found
        rows = self._workspace.register().search(asked, limit=limit) if {*FOR_STAFF} & {*groups} else []
        if "enterprise" in groups:
            found += [_enterprise(row, district) for row in rows]
        if "entry" in groups:
            found += self._entries(asked, [row["id"] for row in rows], limit)
        return found

    def _entries(self, asked: str, enterprises: Sequence[str], limit: int) -> Iterator[Found]:
        notes = self._kept()
        numbers = dict.fromkeys([*notes.matching(asked, limit), *notes.of(enterprises, limit)])
        for number in [*numbers][:limit]:
            yield _entry(notes[number], asked)

    def _kept(self) -> _Notes:
        with self._lock:
            state = self._workspace.entries_state()
            if self._notes is None or self._notes[0] != state:
                self._notes = state, _Notes(self._workspace.entries())
            return self._notes[1]


class _Notes:
    """The notes of the ledger, the newest first, in one text: to search it is as quick as memory."""

    def __init__(self, entries: pd.DataFrame) -> None:
        """``entries``: sorted by id."""
        days, _ = pd.factorize(entries["date"], sort=True)
        self._order = np.argsort(-days, kind="stable")
        self._entries = entries
        notes = entries["note"].to_numpy(dtype=object)[self._order]
        self._text = (END.join(notes) + END).casefold()
        letters = np.frombuffer(self._text.encode("utf-32-le", "replace"), dtype="<u4")
        self._ends = np.flatnonzero(letters == ord(END))

    def __getitem__(self, number: int) -> pd.Series:
        """The entry of a row."""
        found: pd.Series = self._entries.iloc[self._order[number]]
        return found

    def matching(self, asked: str, limit: int) -> Iterator[int]:
        """The rows whose note has the text, ascending, each once. Blanks are as the note has them."""
        key = " ".join(asked.split()).casefold()
        at = self._text.find(key)
        for _ in range(limit):
            if at < 0:
                return
            number = int(np.searchsorted(self._ends, at))
            yield number
            at = self._text.find(key, int(self._ends[number]) + 1)

    def of(self, enterprises: Iterable[str], limit: int) -> list[int]:
        """The rows that are about one of these enterprises, ascending."""
        named = self._entries["enterprise"].isin([*enterprises]).to_numpy(bool)[self._order]
        return [int(number) for number in np.flatnonzero(named)[:limit]]


def _place(hit: Hit, district: District) -> Found:
    facility = hit.kind == "facility"
    page = f"overview?region={quote(hit.id)}" if hit.kind == "region" else f"nearest?near={hit.kind}:{quote(hit.id)}"
    beside = {language: translate(f"near.hit_{hit.kind}", language) for language in LANGUAGES}
    if hit.within and hit.kind != "region":
        beside = {language: f"{said} · {_town(hit.within, district, language)}" for language, said in beside.items()}
    label: dict[Language, str] = {"zh": hit.label_zh, "en": hit.label_en}
    return Found("facility" if facility else "place", hit.kind, hit.id, label, beside, hit.standing, page)


def _enterprise(row: dict[str, object], district: District) -> Found:
    label: dict[Language, str] = {language: str(row["name"]) for language in LANGUAGES}
    beside: dict[Language, str] = {}
    for language in LANGUAGES:
        parts = (
            _town(str(row["region"]), district, language),
            translate(f"union_status.{row['union_status']}", language),
        )
        beside[language] = " · ".join(filter(None, parts))
    id_ = str(row["id"])
    return Found("enterprise", "enterprise", id_, label, beside, str(row["standing"]), f"enterprises?id={quote(id_)}")


def _entry(row: pd.Series, asked: str) -> Found:
    say = partial(translate, f"entry_kind.{row['kind']}")
    label = {language: f"{say(language)} {row['date']}" for language in LANGUAGES}
    beside = dict.fromkeys(LANGUAGES, _excerpt(row["note"], asked))
    return Found("entry", row["kind"], row["id"], label, beside, row["standing"], f"ledger?entry={quote(row['id'])}")


def _excerpt(note: str, asked: str) -> str:
    """The part of a note around what was looked for."""
    flat = " ".join(note.split())
    at = max(flat.casefold().find(" ".join(asked.split()).casefold()), 0)
    start, end = max(at - EXCERPT, 0), at + len(asked) + EXCERPT
    return f"{'…' * (start > 0)}{flat[start:end]}{'…' * (end < len(flat))}"


def _town(code: str, district: District, language: Language) -> str:
    row = district.regions[district.regions["code"] == code]
    return local_name(row.iloc[0].to_dict(), language) if len(row) else ""
