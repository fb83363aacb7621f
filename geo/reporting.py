"""Reports: what somebody at the door says of a station, and what staff make of it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Literal, get_args

from geo.district import District
from geo.errors import ParameterError
from geo.hours import State, opening
from geo.i18n import translate
from geo.people import Person
from geo.storage import Change
from geo.storage.reports import INDEPENDENT, NoStationError, Receipt, Report, Waiting
from geo.text import SURROGATE, clean, tidy
from geo.workspace import Workspace

__all__ = ["DISMISSED", "WHAT", "NoStationError", "Receipt", "Report", "Waiting", "confirm", "dismiss", "report"]

What = Literal["locked", "full", "broken", "moved", "gone", "hours"]
WHAT: tuple[What, ...] = get_args(What)
"""What can be wrong: locked in posted hours, full, something broken, moved, gone, other hours than posted."""
WORDS_AT_MOST = 200
NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")
"""What may be somebody's telephone or identity number; it is not kept, for nobody was asked for it."""
OUTCOMES = ("open", "closed", "removed", "unverified")
"""The states that staff can find a reported station in."""
DISMISSED = "dismissed"
"""The outcome of reports that nothing came of."""


def report(workspace: Workspace, facility: str, what: str, words: str, *, sender: str, at: datetime) -> Receipt:
    """Takes a report of a station that the public map shows.

    ``sender`` is the network address that it came from: kept as a keyed hash, and that for a day only. The third sender
    within a day makes an open station 待核实 at once. ParameterError, with ``field``, for a ``what`` that is not in
    ``WHAT`` or ``words`` of more than ``WORDS_AT_MOST`` characters; NoStationError; ThrottledError
    (geo.storage.attempts) where a limit is reached, ``wait`` says for how long.
    """
    if what not in WHAT:
        raise ParameterError("report.what_unknown", field="what", value=clean(what[:80]))
    words = NUMBER.sub("…", " ".join(tidy(words).split()))
    if len(words) > WORDS_AT_MOST:
        raise ParameterError("report.words_long", field="words", most=WORDS_AT_MOST)
    why = translate("report.marked", "zh", count=INDEPENDENT)
    known = workspace.district().facilities["id"].array  # synthetic ones may be left out of it
    if SURROGATE.search(facility) or facility not in known:
        raise NoStationError
    return workspace.store.reports.add(facility, what, words, sender=sender, at=at, why=why)


def confirm(
    workspace: Workspace, facility: str, ids: Collection[str], *, version: int, state: str, why: str, by: Person
) -> None:
    """Handles the reports ``ids`` of a station by giving it the state that it was found in.

    Whoever found it open, closed or removed has verified it, today in the district; 待核实 is what nobody has verified.
    ``version`` is the station's that this was decided on. ParameterError for another state; Conflict, and GongtuError
    ``report.handled_already``, where somebody was first: nothing is written then.
    """
    if state not in outcomes("trial"):
        raise ParameterError("report.state", field="state", value=state)
    at = workspace.now()
    values: dict[str, object] = {"state": state}
    if state != "unverified":
        today = at.astimezone(workspace.district().calendar.zone).date()
        values |= {"verified_on": today.isoformat(), "verified_by": by.name}
    change = Change("facilities", facility, values, version)
    workspace.store.reports.handle(ids, by=by.name, at=at, outcome=state, why=tidy(why), change=change)


def dismiss(workspace: Workspace, ids: Collection[str], *, why: str, by: Person) -> None:
    """Handles the reports ``ids`` without touching their station. GongtuError ``report.handled_already`` where
    somebody was first.
    """
    workspace.store.reports.handle(ids, by=by.name, at=workspace.now(), outcome=DISMISSED, why=tidy(why))


def outcomes(state: str) -> tuple[str, ...]:
    """The states that a station can be found in which is in ``state`` now: one on trial may be on trial still, also
    where reports made it 待核实 meanwhile.
    """
    return ("trial", *OUTCOMES) if state in ("trial", "unverified") else OUTCOMES


def should_be_open(report: Report, district: District) -> State:
    """Whether the station should have been open when it was reported, by the hours posted then."""
    return opening(report.hours, report.at, district.calendar).state
