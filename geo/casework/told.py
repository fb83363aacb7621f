"""An entry of the ledger in words, and what became of it. Never a caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from geo.casework.entry import SOURCE
from geo.district import District
from geo.fieldwork.campaign import Campaign
from geo.i18n import Language
from geo.ledger import AMOUNTS, KINDS
from geo.storage.history import Entry
from geo.storage.records import Record
from geo.words import Say, local_name, money

NOUNS = {
    "position": ("positions", "id"),
    "region": ("regions", "code"),
    "enterprise": ("enterprises", "id"),
    "facility": ("facilities", "id"),
    "programme": ("programmes", "id"),
}
"""The fields that name a record of the district: its frame there, and the column it is named by."""
CODES = {
    "kind": "entry_kind",
    "programme_kind": "programme_kind",
    "appeal_source": "appeal_source",
    "appeal_type": "appeal_type",
    "step": "step",
    "channel": "channel",
    "outcome": "outcome",
    "placed_by": "placed_by",
    "standing": "standing",
}
"""The fields that hold a code, and the table of data/locale with its words."""
WITH = ("enterprise", "facility", "programme", "position", "region")
"""What a title says of an entry besides its day and kind: the first of these that is known."""
FLAGS = ("answered", "solved", "satisfied")
ORDER = (
    *("date", "kind", "campaign", "team", "position", "region", "enterprise", "facility", "programme"),
    *("programme_kind", "people", *(name for name in AMOUNTS if name != "people"), "appeal_source", "appeal_type"),
    *("step", "step_on", "due", *FLAGS, "closed_on", "handler", "channel", "claims", "outcome", "placed_by", "note"),
)
"""The fields in the order they are read."""


@dataclass(frozen=True)
class Names:
    """Names by id in one language, looked up as they are asked for; an id that is not known is its own name.

    ``accounts``: names of accounts by id, for staff pages; empty where nobody is to be named.
    """

    district: District
    campaigns: Sequence[Campaign]
    language: Language
    accounts: Mapping[str, str] = field(default_factory=dict)
    _places: dict[str, pd.Index] = field(default_factory=dict, repr=False, compare=False)

    def of(self, name: str, id_: str, campaign: str = "") -> str:
        """The name of what the field ``name`` holds the id of; a team is one of ``campaign``."""
        if name == "handler":
            return self.accounts.get(id_, id_)
        if name in ("campaign", "team"):
            known = next((one for one in self.campaigns if one.id == (id_ if name == "campaign" else campaign)), None)
            if known is None:
                return id_
            of = known if name == "campaign" else next((team for team in known.teams if team.id == id_), None)
            return id_ if of is None else (self.language == "en" and of.name_en) or of.name
        frame, key = getattr(self.district, NOUNS[name][0]), NOUNS[name][1]
        if name not in self._places:
            self._places[name] = pd.Index(frame[key])
        place = self._places[name].get_indexer(pd.Index([id_], dtype=str))[0]
        if place < 0:
            return id_
        row = {column: frame[column].iloc[place] for column in ("name", "name_en") if column in frame}
        return local_name(row, self.language)


def title(entry: Mapping[Any, Any], names: Names, say: Say) -> str:
    """One line: the day, the kind, and with whom or where."""
    kind = say(f"entry_kind.{entry['kind']}") if entry.get("kind") in KINDS else ""
    if _known(entry.get("programme_kind")):
        kind = say(f"programme_kind.{entry['programme_kind']}")
    where = next((name for name in WITH if _known(entry.get(name))), "")
    parts = [str(entry.get("date") or ""), kind, names.of(where, str(entry[where])) if where else ""]
    return " · ".join(part for part in parts if part)


def lines(entry: Mapping[Any, Any], names: Names, say: Say) -> list[tuple[str, str]]:
    """What is known of it, as pairs of label and words, in the order of ``ORDER``, then on what grounds it stands."""
    found = [
        (label(name, say), words(name, entry[name], names, say, str(entry.get("campaign") or "")))
        for name in ORDER
        if name in entry and _known(entry[name])
    ]
    if _known(entry.get("standing")):
        typed = entry["standing"] == "reported" and entry.get("source") == SOURCE
        grounds = say("casework.entered") if typed else words("standing", entry["standing"], names, say)
        found.append((label("standing", say), grounds))
    return found


def label(name: str, say: Say) -> str:
    """What a field is called."""
    return say(f"field.{'workers_helped' if name == 'workers' else name}")


def words(name: str, value: object, names: Names, say: Say, campaign: str = "") -> str:
    """A field's value; a dash where it is not known."""
    if not _known(value):
        return say("total.none")
    if name in CODES:
        return say(f"{CODES[name]}.{value}")
    if name in FLAGS:
        return say("casework.yes" if value else "casework.no")
    if name == "recovered":
        return say("casework.yuan", amount=money(float(value)))  # type: ignore[arg-type]
    if name in AMOUNTS:
        return f"{int(value):,}"  # type: ignore[call-overload]
    if name in (*NOUNS, "campaign", "team", "handler"):
        return names.of(name, str(value), campaign)
    return str(value)


@dataclass(frozen=True)
class Told:
    """One line of a history: when (aware), by whom, what was done, why (``""``: nothing was said), and each field that
    became another as its label, what it was, what it is.
    """

    at: datetime
    by: str
    what: str
    why: str
    changes: tuple[tuple[str, str, str], ...]


def history(
    record: Record, past: Sequence[Entry], names: Names, say: Say, *, without: Sequence[str] = ()
) -> list[Told]:
    """What became of an entry, as the store's history has it, newest first. Fields that nobody reads are left out, and
    those ``without``; what it was at first is what it is now with every change taken back.
    """
    campaign = str(record.values.get("campaign") or "")
    found = []
    for one in past:
        changed = tuple(
            (label(name, say), words(name, was, names, say, campaign), words(name, then, names, say, campaign))
            for name in ORDER
            if name in one.fields and name not in without
            for was, then in [one.fields[name]]
        )
        found.append(Told(one.at, one.by, say(f"casework.did_{_did(one)}"), one.why, changed))
    return found


def _did(one: Entry) -> str:
    """What a change amounts to."""
    if one.action != "update":
        return one.action
    if "closed_on" in one.fields and "kind" not in one.fields:
        return "close" if one.fields["closed_on"][1] else "reopen"
    if "step" in one.fields and "kind" not in one.fields:
        return "step"
    alone = next(iter(one.fields)) if len(one.fields) == 1 else ""
    return {"answered": "answer", "handler": "assign"}.get(alone, "update")


def _known(value: object) -> bool:
    return not (value is None or value == "" or pd.isna(value))  # type: ignore[call-overload]
