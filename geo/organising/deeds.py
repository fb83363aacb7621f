"""What people do with enterprises on their way to a union: move them, correct them, plan what comes next."""

from __future__ import annotations

from datetime import date

import pandas as pd

from geo import clock
from geo.errors import GongtuError, ParameterError
from geo.organising.moves import (
    NOTE_AT_MOST,
    Move,
    change_of,
    known_status,
    next_values,
    text,
    whole_day,
)
from geo.people import Person
from geo.storage import Change, Conflict, Record
from geo.workspace import Workspace

NOUN = "enterprises"
MOVED, CORRECTED, PLANNED = "move", "status", "next"
"""What a commit is said to be: words of data/locale, under ``commit``."""
OF_A_UNION = ("union_form", "union_id", "established_on", "members")
"""What an enterprise has no more once it turns out that it never had a union."""


def today(workspace: Workspace) -> date:
    """The day that it is in the district."""
    return clock.today(workspace.district(), workspace.now())


def unions_of(enterprises: pd.DataFrame) -> dict[str, str]:
    """The form of each union that covers an enterprise now, by its id; joint where any of its enterprises says so."""
    found = enterprises[(enterprises["union_status"] == "established") & (enterprises["union_id"] != "")]
    forms = found[["union_id", "union_form"]].drop_duplicates()
    known = dict(zip(forms["union_id"], forms["union_form"], strict=True))
    return known | dict.fromkeys(forms.loc[forms["union_form"] == "joint", "union_id"], "joint")


def known_unions(workspace: Workspace, asked: Move) -> dict[str, str]:
    """``unions_of`` the district, for a move that founds a union; no other asks which there are."""
    return unions_of(workspace.district().enterprises) if asked.to == "established" else {}


def move(workspace: Workspace, person: Person, id_: str, version: int, asked: Move) -> Record:
    """Moves an enterprise as it was seen, in its ``version``, and gives it as it is then. Staff.

    Conflict where somebody was first (its ``records`` say who, and what they made of it); ParameterError, with
    ``field``: ``organising.unknown`` for no such enterprise, else what ``change_of`` finds; GongtuError
    ``organising.staff``, ``organising.retired``.
    """
    must(person, "staff")
    record = _seen(workspace, id_, version)
    change = change_of(record, asked, today(workspace), unions=known_unions(workspace, asked))
    return _commit(workspace, person, change, asked.note, MOVED)


def correct(
    workspace: Workspace, person: Person, id_: str, version: int, status: str, note: str, *, on: str = ""
) -> Record:
    """Says of an enterprise that its status is another than was entered, whatever it was: no move, a correction, and
    the history says so. Leaders; the note is needed. ``on``: since when it has that status, today where not said.

    One that has no union after all loses what was said of it. Errors as ``move`` has them, and ``organising.leader``.
    """
    must(person, "leader")
    record, now = _seen(workspace, id_, version), today(workspace)
    known_status(status, "status")
    if status == record.values["union_status"]:
        raise ParameterError("organising.same", field="status", value=status)
    day = whole_day(on, "on") if on else now.isoformat()
    if day > now.isoformat():
        raise ParameterError("organising.on_future", field="on", value=day, today=now.isoformat())
    text(note, "note", NOTE_AT_MOST, needed=True)
    values: dict[str, object] = {"union_status": status, "status_on": day}
    if status not in ("established", "closed"):
        values |= dict.fromkeys(OF_A_UNION)
    elif status == "established" and not record.values["established_on"]:
        values["established_on"] = day
    return _commit(workspace, person, Change(NOUN, id_, values, version), note, CORRECTED)


def plan_next(workspace: Workspace, person: Person, id_: str, version: int, next_on: str, next_step: str) -> Record:
    """Says what is to be done next with an enterprise, and by when; both ``""``: nothing any more. Staff.

    Errors as ``move`` has them.
    """
    must(person, "staff")
    _seen(workspace, id_, version)
    change = Change(NOUN, id_, next_values(next_on, next_step, today(workspace)), version)
    return _commit(workspace, person, change, "", PLANNED)


def must(person: Person, role: str) -> None:
    """GongtuError ``organising.staff`` or ``organising.leader`` for who is none."""
    if not person.may("leader" if role == "leader" else "staff"):
        raise GongtuError(f"organising.{role}")


def enterprise(workspace: Workspace, id_: str) -> Record:
    """One enterprise as the store has it; ParameterError ``organising.unknown`` for none."""
    record = workspace.store.get(NOUN, id_)
    if record is None or (record.values["standing"] == "synthetic" and not workspace.settings.demo):
        raise ParameterError("organising.unknown", field="id", value=id_[:80])
    return record


def _seen(workspace: Workspace, id_: str, version: int) -> Record:
    """The enterprise, if it is still as it was seen: who was first is said before anything else is."""
    record = enterprise(workspace, id_)
    if record.version != version:
        raise Conflict(Change(NOUN, id_, {}, version), [record])
    if record.retired:
        raise GongtuError("organising.retired", id=id_)
    return record


def _commit(workspace: Workspace, person: Person, change: Change, why: str, what: str) -> Record:
    workspace.store.commit(
        [change],
        by=person.name,
        at=workspace.now(),
        why=text(why, "note", NOTE_AT_MOST),
        what=what,
    )
    return enterprise(workspace, change.id)
