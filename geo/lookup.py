"""查找: whatever the district has by any part of its name: places for anybody, enterprises and the ledger for staff."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal, get_args
from urllib.parse import quote

from geo.district import District
from geo.i18n import LANGUAGES, Language, translate
from geo.people import Person
from geo.search import LONGEST, Hit, place_of
from geo.text import tidy
from geo.words import local_name
from geo.workspace import Workspace

Group = Literal["place", "facility", "enterprise", "entry"]
GROUPS: tuple[Group, ...] = get_args(Group)
FOR_STAFF: tuple[Group, ...] = ("enterprise", "entry")
AT_MOST = 20
"""Things of one group."""
EXCERPT = 24
"""Letters of a note before and after what was looked for."""
OF_ENTERPRISE = ("id", "name", "region", "union_status", "standing")
OF_ENTRY = ("id", "kind", "date", "note", "standing")


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
    """What a text is part of. Safe to share between threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def find(self, person: Person, text: str, *, groups: Sequence[Group] = GROUPS, limit: int = 5) -> list[Found]:
        """At most ``limit`` of each of ``groups``, in the order of ``GROUPS``; those that the person may not see are
        left out. Nothing for a text without a letter.

        Places and facilities as ``geo.search`` orders them, enterprises as ``geo.lines.Names`` does, of the ledger the
        newest first: entries whose note has the text, then those of enterprises that were found. All of it as the store
        has it now.
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
        if not person.may("staff") or not {*FOR_STAFF} & {*groups}:
            return found
        # Cell by cell: to take some rows of a table that was put together takes longer than to find them.
        cells = {name: district.enterprises[name].array for name in OF_ENTERPRISE}
        rows = [{name: cells[name][at] for name in cells} for at in district.names.find(asked, limit)]
        if "enterprise" in groups:
            found += [_enterprise(row, district) for row in rows]
        if "entry" in groups:
            found += self._entries(asked, [row["id"] for row in rows], limit)
        return found

    def _entries(self, asked: str, enterprises: Sequence[str], limit: int) -> list[Found]:
        ledger = self._workspace.ledger()
        entries = ledger.entries
        about = entries.loc[entries["enterprise"].isin(enterprises), ["id", "date"]]
        newest = about.sort_values("date", ascending=False, kind="stable")["id"]
        ids = [*dict.fromkeys([*ledger.notes.find(asked, limit), *newest])][:limit]
        found = entries.loc[entries["id"].isin(ids), [*OF_ENTRY]]
        rows = {row["id"]: row for row in found.to_dict("records")}
        return [_entry(rows[one], asked) for one in ids]


def _place(hit: Hit, district: District) -> Found:
    facility = hit.kind == "facility"
    page = f"?region={quote(hit.id)}" if hit.kind == "region" else f"nearest?near={hit.kind}:{quote(hit.id)}"
    beside = {language: translate(f"near.hit_{hit.kind}", language) for language in LANGUAGES}
    if hit.within and hit.kind != "region":
        beside = {language: f"{said} · {_town(hit.within, district, language)}" for language, said in beside.items()}
    label: dict[Language, str] = {"zh": hit.label_zh, "en": hit.label_en}
    return Found("facility" if facility else "place", hit.kind, hit.id, label, beside, hit.standing, page)


def _enterprise(row: Mapping[str, str], district: District) -> Found:
    label = dict.fromkeys(LANGUAGES, row["name"])
    beside: dict[Language, str] = {}
    for language in LANGUAGES:
        parts = (_town(row["region"], district, language), translate(f"union_status.{row['union_status']}", language))
        beside[language] = " · ".join(filter(None, parts))
    page = f"enterprises?id={quote(row['id'])}"
    return Found("enterprise", "enterprise", row["id"], label, beside, row["standing"], page)


def _entry(row: Mapping[Hashable, str], asked: str) -> Found:
    say = partial(translate, f"entry_kind.{row['kind']}")
    label = {language: f"{say(language)} {row['date']}" for language in LANGUAGES}
    beside = dict.fromkeys(LANGUAGES, _excerpt(row["note"], asked))
    return Found("entry", row["kind"], row["id"], label, beside, row["standing"], f"ledger?entry={quote(row['id'])}")


def _excerpt(note: str, asked: str) -> str:
    """The part of a note around what was looked for, as it is written."""
    flat = " ".join(note.split())
    first, last = place_of(flat, asked)
    start, end = max(first - EXCERPT, 0), last + EXCERPT
    return f"{'…' * (start > 0)}{flat[start:end]}{'…' * (end < len(flat))}"


def _town(code: str, district: District, language: Language) -> str:
    row = district.regions[district.regions["code"] == code]
    return local_name(row.iloc[0].to_dict(), language) if len(row) else ""
