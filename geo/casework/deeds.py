"""Entries entered, corrected and taken back, by staff."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from geo.casework import appeals, callers, entry, keeping
from geo.casework.callers import Caller
from geo.casework.clock import today
from geo.casework.entry import OF_STEPS, SOURCE, EntryError, Values
from geo.casework.keeping import NOUN, must, open_campaign, reason, seen, write
from geo.casework.photos import Jpeg, shrink
from geo.errors import Fault, ParameterError
from geo.fieldwork.campaign import Campaign, campaign
from geo.ledger import AMOUNTS, OF_KIND, STEPS, Rules
from geo.people import Person
from geo.storage import Conflict
from geo.storage.photos import PHOTOS_AT_MOST
from geo.storage.records import Record
from geo.workspace import Workspace

NAMED = re.compile(r"[0-9A-Za-z-]{8,64}")
"""What an id may look like that a form makes."""


def add(
    workspace: Workspace,
    person: Person,
    values: Mapping[str, object],
    *,
    id: str | None = None,  # noqa: A002 - what it is
    caller: Caller | None = None,
    photos: Sequence[bytes] = (),
) -> Record:
    """Enters what was done: some of ``entry.ENTERED``, as text or as JSON has them. Staff.

    With an ``id`` that the form made, sending it twice enters it once: the same id by the same person gives the entry
    as it is, with what of caller and photos was not kept yet. An appeal begins at its first step, due as the
    campaign's rules say, in the hands of who enters it. EntryError names every field that cannot be; ParameterError,
    with ``field``, other things that were asked (``caller_name``, ``photos``, ``id``); GongtuError ``casework.staff``,
    ``campaign.closed``.
    """
    must(person, "staff")
    if id is not None and not NAMED.fullmatch(id):
        raise ParameterError("casework.id", field="id", value=id[:80].encode("utf-8", "replace").decode())
    if len(photos) > PHOTOS_AT_MOST:
        raise ParameterError("photos.many", field="photos", most=PHOTOS_AT_MOST)
    if id is not None and (again := _again(workspace, person, id)):
        rules = campaign(workspace.district(), workspace.store, str(again.values["campaign"])).rules
        return _with(workspace, person, again, caller, [shrink(one) for one in photos], rules)
    found, of = _checked(workspace, values)
    if caller:
        if found["kind"] != "appeal":
            raise ParameterError("casework.caller_kind", field="caller_name")
        callers.check(caller)
        for name in ("note", "claims"):
            keeping.apart(caller.name, caller.number, str(found.get(name) or ""), name)
    if found["kind"] == "appeal":
        found |= _begun(found, of.rules) | {"handler": person.id}
    small = [shrink(one) for one in photos]
    found |= _grounds(workspace)
    key = id or secrets.token_hex(16)
    try:
        record = write(workspace, person, key, 0, found, "")
    except Conflict:
        again = _again(workspace, person, key)  # sent twice at the same moment
        if again is None:
            raise
        record = again
    return _with(workspace, person, record, caller, small, of.rules)


def correct(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    values: Mapping[str, object],
    why: str,
) -> Record:
    """Says something else of an entry as it was seen, in its ``version``; what is not among ``values`` stays. Staff.

    A field that cannot be is refused where it was changed; what was wrong with others before stays as it was. An entry
    that becomes one of another kind loses what only the old kind has, its caller too. An appeal of another day or
    source is due anew. Conflict where somebody was first; EntryError, ParameterError (``casework.why``,
    ``casework.unknown``), GongtuError (``casework.staff``, ``casework.retired``, ``campaign.closed``).
    """
    must(person, "staff")
    record = seen(workspace, id, version)
    why = reason(why, "why")
    before = open_campaign(workspace, str(record.values["campaign"]))
    then, of = _checked(workspace, values, record)
    rules = of.rules if of else before.rules
    if then["kind"] == "appeal":
        then |= _moved(record.values, then, rules)
    callers.apart_from(workspace, record, note=then.get("note"), claims=then.get("claims"), why=why)
    if all(record.values.get(name) == _stored(value) for name, value in then.items()):
        return record
    if record.values["standing"] != "synthetic":  # what was made up stays so, whoever mends it
        then |= _grounds(workspace)
    record = write(workspace, person, id, version, then, why)
    callers.settle(workspace, record, rules)
    return record


def retire(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    why: str,
) -> Record:
    """Takes an entry back: it counts no more, and its caller is forgotten. Errors as ``correct`` has them."""
    must(person, "staff")
    record = seen(workspace, id, version)
    why = reason(why, "why")
    of = open_campaign(workspace, str(record.values["campaign"]))
    callers.apart_from(workspace, record, why=why)
    record = write(workspace, person, id, version, {}, why, retired=why)
    callers.settle(workspace, record, of.rules)
    return record


def attach(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    photos: Sequence[bytes],
) -> None:
    """Adds photos to an entry; those that it has already are kept once. Errors as ``add`` has them."""
    must(person, "staff")
    record = seen(workspace, id)
    of = open_campaign(workspace, str(record.values["campaign"]))
    _with(workspace, person, record, None, [shrink(one) for one in photos], of.rules)


def detach(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    photos: Sequence[str],
) -> None:
    """Removes some of an entry's photos, by their ids, for good; ids of others are passed over."""
    must(person, "staff")
    record = seen(workspace, id)
    open_campaign(workspace, str(record.values["campaign"]))
    for one in {photo.id for photo in workspace.store.photos.of(record.id)} & {*photos}:
        workspace.store.photos.remove(one)


def _again(workspace: Workspace, person: Person, id_: str) -> Record | None:
    """The entry that the person entered under this id; None where there is none. ParameterError for another's."""
    record = workspace.store.get(NOUN, id_)
    if record is None:
        return None
    if workspace.store.history(NOUN, id_)[-1].by != person.name:
        raise ParameterError("casework.id_taken", field="id", value=id_)
    return record


def _checked(
    workspace: Workspace, given: Mapping[str, object], record: Record | None = None
) -> tuple[Values, Campaign]:
    """What was given, read, completed and found to be right, on top of the record."""
    district, day = workspace.district(), today(workspace.district(), workspace.now())
    said, faults = entry.read(given)
    before: dict[str, Any] = {} if record is None else {name: record.values.get(name) for name in entry.ENTERED}
    changed = {name for name, value in said.items() if record is None or before[name] != _stored(value)}
    values = before | said
    if record is not None:
        values |= _of_kind(values)
        if changed & {"position", "enterprise", "lon", "lat"} and "region" not in changed:
            values["region"] = ""  # which followed from these, and follows anew
    values = entry.complete(values, district)
    if record is not None and not values["region"] and "region" not in changed:
        values["region"] = before["region"]
    of: Campaign | None = None
    if values.get("campaign"):
        try:
            of = open_campaign(workspace, str(values["campaign"]))
        except ParameterError:
            of = None
    unread = {fault.column for fault in faults}
    faults += [fault for fault in entry.check(values, district, of, day) if fault.column not in unread]
    if record is not None and not changed & {"kind", "campaign"}:
        faults = [fault for fault in faults if changed & set((fault.column or "").split(" + "))]
    if faults:
        raise EntryError(faults)
    if of is None:
        raise EntryError([Fault("", None, "campaign", "fault.reference", str(values.get("campaign") or ""))])
    return values, of


def _of_kind(values: Values) -> Values:
    """Nothing, for each field that an entry of its kind does not have."""
    kind = values.get("kind")
    return {
        name: None for name, kinds in {**OF_KIND, **AMOUNTS}.items() if name not in OF_STEPS and kind not in kinds
    } | ({} if kind == "appeal" else dict.fromkeys(OF_STEPS))


def _begun(values: Mapping[str, Any], rules: Rules) -> Values:
    """An appeal at its first step."""
    due = appeals.due_of(str(values["appeal_source"]), str(values["date"]), rules)
    return {"step": STEPS[0], "step_on": values["date"], "due": due}


def _moved(before: Mapping[str, Any], then: Values, rules: Rules) -> Values:
    """What follows for an appeal where its day or source is another than it was, or it was none."""
    if before["kind"] != "appeal":
        return _begun(then, rules)
    found: Values = {}
    if any(before.get(name) != _stored(then[name]) for name in ("date", "appeal_source", "campaign")):
        found["due"] = appeals.due_of(str(then["appeal_source"] or ""), str(then["date"]), rules)
    if before.get("step") in (None, STEPS[0]) and before.get("step_on") in (None, before["date"]):
        found["step_on"] = then["date"]
    for name in ("step_on", "closed_on"):
        if (on := found.get(name, before.get(name))) and str(on) < str(then["date"]):
            raise EntryError([Fault("", None, "date", "casework.after", str(then["date"]), str(on))])
    return found


def _grounds(workspace: Workspace) -> Values:
    """On what grounds an entry stands that somebody wrote."""
    return {
        "standing": "reported",
        "source": SOURCE,
        "as_of": today(workspace.district(), workspace.now()).isoformat(),
    }


def _with(
    workspace: Workspace,
    person: Person,
    record: Record,
    caller: Caller | None,
    small: Sequence[Jpeg],
    rules: Rules,
) -> Record:
    """The entry, once its caller and its photos are kept beside it."""
    if record.retired:
        return record
    day = today(workspace.district(), workspace.now())
    if caller and record.values["kind"] == "appeal" and not workspace.store.callers.has([record.id], day):
        callers.keep(workspace, person, record, caller, rules)
    for one in small:
        workspace.store.photos.add(record.id, one.bytes, one.width, one.height, by=person.name, at=workspace.now())
    return record


def _stored(value: object) -> object:
    """A value as a record has it: None where it is not known."""
    return None if value == "" else value
