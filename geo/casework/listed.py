"""Entries chosen from all of them, as lists, maps and files ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd

from geo import programmes
from geo.casework import appeals
from geo.clock import AsOf
from geo.errors import ParameterError
from geo.ledger import AMOUNTS, KINDS, Rules
from geo.people import Person
from geo.schema import is_day


@dataclass(frozen=True)
class Wanted:
    """What is asked of a list of entries. Empty means: whatever. ``since`` and ``until`` are YYYY-MM-DD, inclusive;
    ``states`` are those of appeals, and with any of them only appeals are meant; ``text`` is any part of the note or
    of what a mediation was about, capitals or not. ``handler`` may be ``NOBODY``; ``says``: an amount that is said.
    ``ids``: None for any.
    """

    campaign: str = ""
    kinds: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    enterprise: str = ""
    facility: str = ""
    programme: str = ""
    programme_kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    handler: str = ""
    says: str = ""
    text: str = ""
    ids: tuple[str, ...] | None = None


NOBODY = "-"
"""In place of a handler: appeals that nobody handles."""
ONE = ("campaign", "enterprise", "facility", "programme", "handler")
"""What is asked for by one value."""
SEVERAL = {
    "kinds": "kind",
    "teams": "team",
    "positions": "position",
    "regions": "region",
    "programme_kinds": "programme_kind",
}
"""What is asked for by several, and the column that has one of them."""
ADDRESSED = {**SEVERAL, "states": "state"}
"""What is asked for by several, and its parameter in an address."""
CODES: Mapping[str, tuple[str, ...]] = {"kinds": KINDS, "programme_kinds": programmes.KINDS, "states": appeals.STATES}
PLAIN = ("campaign", "since", "until", "enterprise", "facility", "says")
"""What an address asks for by its own name."""


def read(given: Mapping[str, str], person: Person) -> Wanted:
    """What an address asks for (``address``). The first of its ``faults`` is raised."""
    for fault in faults(given, person):
        raise fault
    several = {name: _several(given, key) for name, key in ADDRESSED.items()}
    said = {name: given.get(name, "") for name in PLAIN}
    handler = person.id if given.get("mine") == "True" else given.get("handler", "")
    return Wanted(**several, **said, handler=handler, text=given.get("q", ""))  # type: ignore[arg-type]


def faults(
    given: Mapping[str, str], person: Person, known: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[ParameterError]:
    """What is not understood in an address: a code that there is none of, what is no day, and appeals in the hands of
    another, each with ``field`` and ``value``. ``known``: what parameters may say besides, by their names.
    """
    choices = {ADDRESSED[name]: codes for name, codes in CODES.items()} | dict(known)
    asked = [(key, value, codes) for key, codes in choices.items() for value in _several(given, key)]
    asked.append(("says", given.get("says", ""), ("", *AMOUNTS)))
    if given.get("mine") != "True":  # an account's appeals are for those who have a page of them
        own = [person.id] if given.get("handler") == person.id else []
        asked.append(("handler", given.get("handler", ""), ("", NOBODY, *own)))
    found = [
        ParameterError("planning.choice", field=key, value=value[:80], choices=", ".join(filter(None, codes)))
        for key, value, codes in asked
        if value not in codes
    ]
    days = [(key, given.get(key, "")) for key in ("since", "until")]
    return found + [
        ParameterError("progress.bad_day", field=key, value=day[:20]) for key, day in days if day and not is_day(day)
    ]


def _several(given: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(filter(None, given.get(key, "").split(",")))


def address(wanted: Wanted, person: Person) -> dict[str, str]:
    """The parameters of an address that asks the person for this, those that ask for nothing left out: several values
    of one joined by commas, ``q`` the text, ``mine`` the person's own appeals.
    """
    mine = bool(person.id) and wanted.handler == person.id
    said = {key: ",".join(getattr(wanted, name)) for name, key in ADDRESSED.items()}
    said |= {name: getattr(wanted, name) for name in PLAIN} | {"q": wanted.text}
    said |= {"mine": "True"} if mine else {"handler": wanted.handler}
    return {name: value for name, value in said.items() if value}


def select(frame: pd.DataFrame, wanted: Wanted, *, today: date | AsOf, rules: Mapping[str, Rules]) -> pd.DataFrame:
    """The rows that are wanted, the latest day first, those of a day by when they were entered, the last first, where
    the frame says that (``entered``), ties by id; index as the frame's.

    ``today`` and ``rules`` (by campaign) say how appeals stand, where ``states`` are asked for.
    """
    keep = np.ones(len(frame), dtype=bool)
    for name in ONE:
        if value := getattr(wanted, name):
            keep &= (frame[name] == ("" if (name, value) == ("handler", NOBODY) else value)).to_numpy(bool)
    for name, column in SEVERAL.items():
        if values := getattr(wanted, name):
            keep &= frame[column].isin(values).to_numpy(bool)
    if wanted.ids is not None:
        keep &= frame["id"].isin(wanted.ids).to_numpy(bool)
    if wanted.says:
        keep &= frame[wanted.says].notna().to_numpy(bool)
    if wanted.since:
        keep &= (frame["date"] >= wanted.since).to_numpy(bool)
    if wanted.until:
        keep &= (frame["date"] <= wanted.until).to_numpy(bool)
    found = frame[keep]
    if text := wanted.text.strip():
        told = found["note"].str.cat(found["claims"], sep="\n")
        found = found[told.str.contains(text, case=False, regex=False).to_numpy(bool)]
    if wanted.states:
        found = found[appeals.states(found, today, rules).isin(wanted.states).to_numpy(bool)]
    if not found["id"].is_monotonic_increasing:  # as the workspace has them they are
        found = found.sort_values("id", kind="stable")
    days, _ = pd.factorize(found["date"], sort=True)
    entered = found["entered"].to_numpy(np.int64) if "entered" in found else np.zeros(len(found), dtype=np.int64)
    return found.iloc[np.lexsort((-entered, -days))]
