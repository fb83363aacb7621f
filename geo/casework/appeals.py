"""Appeals 诉求: what follows from their days and the campaign's rules, the three rates, and what is done with them.

Days are calendar days, the last one inclusive. What is done with an appeal is dated, signed and kept in its history.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from geo import clock
from geo.casework import callers, keeping
from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign
from geo.ledger import STEPS, Rules
from geo.people import Person
from geo.storage import plain as said
from geo.storage.accounts import Account
from geo.storage.records import Record
from geo.workspace import Workspace

State = Literal["open", "due_soon", "overdue", "escalated", "closed"]
STATES: tuple[State, ...] = get_args(State)
LATE: tuple[State, ...] = ("overdue", "escalated")
SOON_DAYS = 2
"""An open appeal whose last day is at most so many days ahead, today included, is due soon."""


def due_of(source: str, on: str, rules: Rules) -> str:
    """The last day, YYYY-MM-DD, on which an appeal of the day ``on`` is solved in time."""
    return _after(on, rules.solve_days(source))


def answer_due(on: str, rules: Rules) -> str:
    """The last day on which its caller is answered in time."""
    return _after(on, rules.answer_days)


def due(row: Mapping[Any, Any], rules: Rules) -> str:
    """The last day of an entry that is an appeal: what it says, else what follows from the rules."""
    return str(row.get("due") or "") or due_of(str(row.get("appeal_source") or ""), str(row["date"]), rules)


def state(row: Mapping[Any, Any], today: date, rules: Rules) -> State:
    """How an appeal stands on a day. On its last day it is ``due_soon``, the day after ``overdue``; ``escalated`` once
    it is overdue by more than ``rules.escalate_days``; ``closed`` from the day it was closed on, whatever day that is.
    """
    if row.get("closed_on"):
        return "closed"
    left = (date.fromisoformat(due(row, rules)) - today).days
    if left < -rules.escalate_days:
        return "escalated"
    if left < 0:
        return "overdue"
    return "due_soon" if left <= SOON_DAYS else "open"


def states(frame: pd.DataFrame, today: date | clock.AsOf, rules: Mapping[str, Rules]) -> pd.Series:
    """``state`` of every row of a frame of entries, ``""`` of those that are no appeals; ``rules`` by campaign, and
    those of ``Rules()`` where a campaign is not among them; ``today``: one day, or by standing. Index as the frame's.
    """
    found = np.full(len(frame), "", dtype=object)
    there = np.flatnonzero((frame["kind"] == "appeal").to_numpy(bool))
    names = ["campaign", "date", "appeal_source", "due", "closed_on", *(["standing"] * isinstance(today, clock.AsOf))]
    for place, row in zip(there, frame.iloc[there][names].to_dict("records"), strict=True):
        day = today.of(row["standing"]) if isinstance(today, clock.AsOf) else today
        found[place] = state(row, day, rules.get(row["campaign"], Rules()))
    return pd.Series(found, index=frame.index, dtype=str)


def next_step(step: str) -> str:
    """The step after this one; ``""`` after the last. An appeal that says none is at the first."""
    place = STEPS.index(step) if step in STEPS else 0
    return STEPS[place + 1] if place + 1 < len(STEPS) else ""


def known_on(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Appeals as they were known on a day: one that was closed later was not closed yet, and what its caller said of it
    then not known. On what day a caller was answered nobody writes down: it is as it is known now.
    """
    later = rows["closed_on"] > day.isoformat()  # a made-up one too may be closed after all of it was made up
    said = {name: rows[name].mask(later, pd.NA) for name in ("solved", "satisfied")}
    return rows.assign(closed_on=rows["closed_on"].mask(later, ""), **said)


@dataclass(frozen=True)
class Share:
    """How many said yes, how many no, and of how many it is not known."""

    yes: int
    no: int
    unknown: int

    @property
    def value(self) -> float:
        """yes / (yes + no); NaN where nobody said either. Unknown is neither."""
        return self.yes / (self.yes + self.no) if self.yes + self.no else math.nan


@dataclass(frozen=True)
class Rates:
    """响应率, 解决率, 满意率 of some appeals."""

    answered: Share
    solved: Share
    satisfied: Share


def rates(frame: pd.DataFrame) -> Rates:
    """The three rates of the appeals of a frame of entries, open ones and closed ones.

    As 12345 接诉即办 of Beijing has them: callers are asked when the work is done, and of those who say anything it is
    the share who were answered in time (响应), whose matter is solved (解决) and who are satisfied (满意). The work is
    judged by these (design/domain.md; 北京市接诉即办工作条例 of 2021). How the city weighs kinds of appeals, and which
    it leaves out, is assumed away here: each appeal counts once.
    """
    rows = frame[frame["kind"] == "appeal"]
    return Rates(*(_share(rows[name]) for name in ("answered", "solved", "satisfied")))


def _share(cells: pd.Series) -> Share:
    yes, no = int((cells == True).sum()), int((cells == False).sum())  # noqa: E712 - NA is neither
    return Share(yes, no, len(cells) - yes - no)


def advance(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002 - what it is
    version: int,
    *,
    step: str,
    on: str,
    note: str,
) -> Record:
    """Takes an open appeal, as it was seen in its ``version``, to its next step on a day, not before the day of the
    step it is at and not after today. Staff; the note is needed. Leaders also take it back, to any earlier step and any
    day from the appeal's own on: a correction, which the history has too.

    GongtuError ``casework.staff``, ``casework.step_back``, ``casework.appeal_closed``, ``campaign.closed``;
    ParameterError, with ``field``, ``casework.step``, ``casework.on``, ``casework.no_appeal``; Conflict.
    """
    record, _ = _open(workspace, person, id, version)
    note = _note(workspace, person, record, note)
    if step not in STEPS:
        raise ParameterError("casework.step", field="step", value=step[:80])
    at = str(record.values.get("step") or STEPS[0])
    forward = STEPS.index(step) - STEPS.index(at)
    if forward < 0 and not person.may("leader"):
        raise GongtuError("casework.step_back")
    if forward not in (1, *range(-len(STEPS), 0)):
        raise ParameterError("casework.step", field="step", value=step)
    since = str(record.values.get("step_on") or record.values["date"]) if forward > 0 else str(record.values["date"])
    values = {"step": step, "step_on": _day(workspace, on, since)}
    return keeping.write(workspace, person, id, version, values, note)


def answer(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    *,
    answered: bool | None,
    note: str = "",
) -> Record:
    """Says whether the caller was answered in time (None: not known). Staff; open or closed. Errors as ``advance``."""
    record, _ = _seen(workspace, person, id, version)
    note = _note(workspace, person, record, note, needed=False)
    return keeping.write(workspace, person, id, version, {"answered": answered}, note)


def close(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    *,
    on: str,
    solved: bool | None,
    satisfied: bool | None,
    note: str,
) -> Record:
    """Ends an open appeal on a day, not before the day of its step and not after today, with what the caller said when
    asked (None: not known). Staff; the note is needed. Its caller is forgotten so many days after; where these are
    over already, it is for who may see the caller: ``casework.not_yours``. Other errors as ``advance`` has them.
    """
    record, of = _open(workspace, person, id, version)
    note = _note(workspace, person, record, note)
    on = _day(workspace, on, str(record.values.get("step_on") or record.values["date"]))
    values = {"closed_on": on, "solved": solved, "satisfied": satisfied}
    callers.guard(workspace, person, record, values, of.rules)
    return _settled(workspace, keeping.write(workspace, person, id, version, values, note), of)


def reopen(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    *,
    note: str,
) -> Record:
    """Takes back that an appeal was closed, and what the caller said of it. Staff; the note is needed. A caller whose
    time is over stays forgotten. GongtuError ``casework.appeal_open``; other errors as ``advance`` has them.
    """
    record, of = _seen(workspace, person, id, version)
    note = _note(workspace, person, record, note)
    if not record.values.get("closed_on"):
        raise GongtuError("casework.appeal_open")
    values = {"closed_on": None, "solved": None, "satisfied": None}
    return _settled(workspace, keeping.write(workspace, person, id, version, values, note), of)


def assign(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    *,
    handler: str,
    note: str = "",
) -> Record:
    """Puts an appeal into the hands of an account of staff (its id), or, ``""``, of nobody. Leaders, and whose hands it
    is in. GongtuError ``casework.not_yours``; ParameterError ``casework.handler``; other errors as ``advance``.
    """
    record, _ = _seen(workspace, person, id, version)
    note = _note(workspace, person, record, note, needed=False)
    if not callers.may_see(person, record):
        raise GongtuError("casework.not_yours")
    if handler and handler not in {account.id for account in hands(workspace)}:
        raise ParameterError("casework.handler", field="handler", value=handler[:80])
    return keeping.write(workspace, person, id, version, {"handler": handler}, note)


def hands(workspace: Workspace) -> list[Account]:
    """The accounts that an appeal can be put into the hands of: those that can sign in, by name."""
    return [one for one in workspace.store.people.list() if one.role != "public" and not one.disabled]


def _seen(workspace: Workspace, person: Person, id_: str, version: int) -> tuple[Record, Campaign]:
    keeping.must(person, "staff")
    record = keeping.seen(workspace, id_, version)
    of = keeping.open_campaign(workspace, str(record.values["campaign"]))
    if record.values["kind"] != "appeal":
        raise ParameterError("casework.no_appeal", field="id", value=id_)
    return record, of


def _open(workspace: Workspace, person: Person, id_: str, version: int) -> tuple[Record, Campaign]:
    record, of = _seen(workspace, person, id_, version)
    if record.values.get("closed_on"):
        raise GongtuError("casework.appeal_closed")
    return record, of


def _note(workspace: Workspace, person: Person, record: Record, note: str, *, needed: bool = True) -> str:
    """A note as the history keeps it, without the caller, as far as the person may know who that is."""
    note = keeping.reason(note, "note", needed=needed)
    callers.apart_from(workspace, person, record, note=note)
    return note


def _day(workspace: Workspace, on: str, since: str) -> str:
    """A whole day from ``since`` to today, inclusive."""
    today = clock.today(workspace.district(), workspace.now()).isoformat()
    on = said.day(on, "on")
    if not since <= on <= today:
        raise ParameterError("casework.on", field="on", value=on, since=since, until=today)
    return on


def _settled(workspace: Workspace, record: Record, of: Campaign) -> Record:
    callers.settle(workspace, record, of.rules)
    return record


def _after(on: str, days: int) -> str:
    return (date.fromisoformat(on) + timedelta(days=days)).isoformat()
