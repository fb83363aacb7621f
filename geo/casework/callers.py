"""The caller behind an appeal: who may see the name and the number, and until when they are kept.

Neither is ever in a record, a history, a message of an error, a search or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.casework.keeping import NOUN, apart, must, open_campaign, seen
from geo.clock import today
from geo.errors import GongtuError, ParameterError
from geo.ledger import Rules, erase_on
from geo.people import Person
from geo.storage import plain as said
from geo.storage.callers import NAME_AT_MOST, NUMBER_AT_MOST
from geo.storage.callers import Caller as Kept
from geo.storage.engine import Beside
from geo.storage.records import Record
from geo.workspace import Workspace


@dataclass(frozen=True, repr=False)
class Caller:
    """Who called, as it is typed in: a name, a number, or both. It has no words of its own, so that no log has it."""

    name: str = ""
    number: str = ""

    def __repr__(self) -> str:
        return "Caller(…)"

    def __bool__(self) -> bool:
        return bool(self.name.strip() or self.number.strip())


def may_see(person: Person, record: Record) -> bool:
    """Leaders, and who sees to the appeal (its ``handler``) while they are staff."""
    handler = record.values.get("handler")
    return person.may("leader") or (person.may("staff") and bool(person.id) and handler == person.id)


def see(workspace: Workspace, person: Person, id: str) -> Kept | None:  # noqa: A002 - what it is
    """The caller of an appeal; None where nobody said who it was, or it is forgotten.

    GongtuError ``casework.not_yours`` for who may not see it, whether there is one or not; of an entry that is not
    there, too. Whoever is to be forgotten by today is, before anything is looked at.
    """
    forget(workspace)
    record = workspace.store.get(NOUN, id)
    if record is None or not may_see(person, record):
        raise GongtuError("casework.not_yours")
    return None if record.retired else workspace.store.callers.get(id, today(workspace.district(), workspace.now()))


def put(workspace: Workspace, person: Person, id: str, caller: Caller) -> None:  # noqa: A002
    """Says who called, in place of what was said before; with neither name nor number nobody did.

    For who may see it. GongtuError ``casework.not_yours``, ``campaign.closed``; ParameterError, with ``field``, for an
    entry that is no appeal, for what cannot be kept, and where the entry's note says it already.
    """
    must(person, "staff")
    record = seen(workspace, id)
    if not may_see(person, record):
        raise GongtuError("casework.not_yours")
    campaign = open_campaign(workspace, str(record.values["campaign"]))
    if record.values["kind"] != "appeal":
        raise ParameterError("casework.caller_kind", field="caller_name")
    check(caller)
    apart(caller.name, caller.number, str(record.values.get("note") or ""), "note")
    keep(workspace, person, record, caller, campaign.rules)


def keep(workspace: Workspace, person: Person, record: Record, caller: Caller, rules: Rules) -> None:
    """``beside``, on its own."""
    forget(workspace)
    made = beside(workspace, person, record.id, caller, record.values, rules)
    workspace.store.commit((), by=person.name, at=workspace.now(), why="", beside=[made])


def beside(
    workspace: Workspace, person: Person, id_: str, caller: Caller, values: Mapping[str, Any], rules: Rules
) -> Beside:
    """What keeps who called, with an entry of these ``values``, until the day that the rules say, in place of who was
    said to have. That the person may is for whoever calls this to see to. ParameterError ``casework.caller_over``: as
    ``in_time``.
    """
    in_time(workspace, caller, values, rules)
    return workspace.store.callers.putting(
        id_,
        name=caller.name,
        number=caller.number,
        erase_on=erase_on(values, rules),
        by=person.name,
        at=workspace.now(),
    )


def check(caller: Caller) -> None:
    """ParameterError, with ``field``, for a name or number that cannot be kept; it does not say them."""
    for field, text, most in (
        ("caller_name", caller.name, NAME_AT_MOST),
        ("caller_number", caller.number, NUMBER_AT_MOST),
    ):
        if len(" ".join(said.text(text, field, 10 * most).split())) > most:
            raise ParameterError("kept.long", field=field, most=most)


def forget(workspace: Workspace) -> None:
    """Forgets every caller whose last day is over; also done whenever the store is opened."""
    workspace.store.callers.forget(today(workspace.district(), workspace.now()))


def in_time(workspace: Workspace, caller: Caller, values: Mapping[str, Any], rules: Rules) -> None:
    """ParameterError ``casework.caller_over``, with ``field``, for a caller whose last day is over already."""
    until = erase_on(values, rules)
    if caller and until < today(workspace.district(), workspace.now()).isoformat():
        raise ParameterError("casework.caller_over", field="caller_name", day=until)


def apart_from(workspace: Workspace, person: Person, record: Record, **texts: object) -> None:
    """Refuses texts, by field, that would keep the caller of an entry in its history (``keeping.apart``). Only of who
    may see the caller: to others the refusal would tell, guess by guess, who it is.
    """
    if not may_see(person, record):
        return
    kept = workspace.store.callers.get(record.id, today(workspace.district(), workspace.now()))
    for field, text in texts.items() if kept else ():
        apart(kept.name, kept.number, str(text or ""), field)  # type: ignore[union-attr]


def guard(
    workspace: Workspace, person: Person, record: Record, then: Mapping[str, Any] | None, rules: Rules | None = None
) -> None:
    """GongtuError ``casework.not_yours`` where what somebody would make of an appeal, ``then`` (None: nothing at all),
    would forget its caller or take it out of the hands it is in, and they may see neither.
    """
    if record.values["kind"] != "appeal" or may_see(person, record):
        return
    day = today(workspace.district(), workspace.now())
    if not record.values.get("handler") and not workspace.store.callers.has([record.id], day):
        return
    then = None if then is None else {**record.values, **then}
    if then is None or then["kind"] != "appeal" or (rules and erase_on(then, rules) < day.isoformat()):
        raise GongtuError("casework.not_yours")


def settle(workspace: Workspace, record: Record, rules: Rules) -> None:
    """Brings the day a caller is kept to in line with the entry as it is now; without an appeal nobody is kept. Whose
    last day is over is forgotten first, and so never kept longer after all.
    """
    forget(workspace)
    if record.values["kind"] != "appeal" or record.retired:
        workspace.store.callers.erase(record.id)
    else:
        workspace.store.callers.set_erase({record.id: erase_on(record.values, rules)})
        forget(workspace)
