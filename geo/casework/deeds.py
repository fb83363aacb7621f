"""Entries entered, corrected and taken back, by staff."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from geo.casework import appeals, callers, entry, keeping
from geo.casework.callers import Caller
from geo.casework.entry import OF_STEPS, SOURCE, EntryError, Values
from geo.casework.keeping import NOUN, must, open_campaign, reason, seen, write
from geo.casework.photos import Jpeg, shrink
from geo.clock import today
from geo.errors import Fault, GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign, campaign
from geo.ledger import AMOUNTS, NAMED, OF_KIND, STEPS, Rules
from geo.people import Person
from geo.storage import Change, Conflict
from geo.storage.engine import Beside
from geo.storage.photos import PHOTOS_AT_MOST
from geo.storage.records import Record
from geo.workspace import Workspace


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
    as it is, with what of caller and photos was not kept yet; a caller forgotten since stays forgotten. An appeal
    begins at its first step, due as the campaign's rules say, in the hands of who enters it. EntryError names every
    field that cannot be; ParameterError, with ``field``, other things that were asked (``caller_name``, ``photos``,
    ``id``); GongtuError ``casework.staff``, ``campaign.closed``.
    """
    must(person, "staff")
    if id is not None:
        _named(id)
    if len(photos) > PHOTOS_AT_MOST:
        raise ParameterError("photos.many", field="photos", most=PHOTOS_AT_MOST)
    if id is not None and (again := _again(workspace, person, id)):
        rules = campaign(workspace.district(), workspace.store, str(again.values["campaign"])).rules
        return _with(workspace, person, again, caller, [shrink(one) for one in photos], rules)
    found, of = _checked(workspace, values)
    if caller:
        _caller(caller, found, {name: found.get(name) for name in ("note", "claims")})
    if found["kind"] == "appeal":
        found |= _begun(found, of.rules) | {"handler": person.id}
    small = [shrink(one) for one in photos]
    found |= _grounds(workspace)
    key = id or secrets.token_hex(16)
    beside = _beside(workspace, person, key, small)
    if caller:
        beside.append(callers.beside(workspace, person, key, caller, found, of.rules))
    try:
        return write(workspace, person, key, 0, found, "", beside=beside)
    except Conflict:
        again = _again(workspace, person, key)  # sent twice at the same moment
        if again is None:
            raise
    return _with(workspace, person, again, caller, small, of.rules)


def send(
    workspace: Workspace,
    person: Person,
    values: Mapping[str, object],
    *,
    id: str,  # noqa: A002
    sent: Sequence[Mapping[str, object]],
    why: str,
    caller: Caller | None = None,
    photos: Sequence[bytes] = (),
) -> Record:
    """``add`` for a form that may have sent before, and typed on where the answer was lost: ``sent`` is what it sent
    under this id, and ``why`` what the history says of the correction. What was typed last is what is kept, caller
    included. Conflict where the entry says neither this nor anything of ``sent``: somebody else's hand was in it, if
    only the same person's in another tab. Other errors as ``add`` and ``correct`` have them.
    """
    must(person, "staff")
    _named(id)
    before = _again(workspace, person, id)
    known = {name: value for name, value in values.items() if value}
    record = before or add(workspace, person, known, id=id, caller=caller, photos=photos)
    if record.retired or (before is None and _says(workspace, record, values)):
        return record
    if not any(_says(workspace, record, one) for one in (values, *sent)):
        raise Conflict(Change(NOUN, id, {}, 0), [record])
    if not callers.may_see(person, record):
        caller = None
    return correct(workspace, person, id, record.version, values, why, caller=caller, photos=photos)


def correct(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    values: Mapping[str, object],
    why: str,
    *,
    caller: Caller | None = None,
    drop: Sequence[str] = (),
    photos: Sequence[bytes] = (),
) -> Record:
    """Says something else of an entry as it was seen, in its ``version``; what is not among ``values`` stays. Those
    ``drop`` of its photos, by their ids, are removed for good, and ``photos`` added: all of it or nothing. Staff.

    A field that cannot be is refused where it was changed; what was wrong with others before stays as it was. An entry
    that becomes one of another kind loses what only the old kind has, its caller too. An appeal of another day or
    source is due anew. A ``caller`` takes the place of the one there was, for who may see it: ``casework.not_yours``,
    ``casework.caller_kind``; so is what would forget the caller (``callers.guard``). Conflict where somebody was first;
    EntryError, ParameterError (``casework.why``, ``casework.unknown``), GongtuError (``casework.staff``,
    ``casework.retired``, ``campaign.closed``).
    """
    must(person, "staff")
    record = seen(workspace, id, version)
    why = reason(why, "why")
    before = open_campaign(workspace, str(record.values["campaign"]))
    then, of = _checked(workspace, values, record)
    rules = of.rules if of else before.rules
    if then["kind"] == "appeal":
        then |= _moved(record.values, then, rules)
    texts = {"note": then.get("note"), "claims": then.get("claims"), "why": why}
    callers.guard(workspace, person, record, then, rules)
    new = {name: text for name, text in texts.items() if _stored(text) != record.values.get(name)}
    callers.apart_from(workspace, person, record, **new)  # what another wrote there before keeps nobody from the rest
    if caller:
        if not callers.may_see(person, record):
            raise GongtuError("casework.not_yours")
        _caller(caller, then, texts)
    beside = _beside(workspace, person, id, [shrink(one) for one in photos], drop)
    if caller:
        beside.append(callers.beside(workspace, person, id, caller, {**record.values, **then}, rules))
    if _same(record, then):
        then = {}
    elif record.values["standing"] != "synthetic":  # what was made up stays so, whoever mends it
        then |= _grounds(workspace)
    record = write(workspace, person, id, version, then, why, beside=beside)
    callers.settle(workspace, record, rules)
    return record


def retire(
    workspace: Workspace,
    person: Person,
    id: str,  # noqa: A002
    version: int,
    why: str,
) -> Record:
    """Takes an entry back: it counts no more, and its caller is forgotten. Of an appeal that has one, or is in
    somebody's hands, for who may see the caller. Errors as ``correct`` has them.
    """
    must(person, "staff")
    record = seen(workspace, id, version)
    why = reason(why, "why")
    of = open_campaign(workspace, str(record.values["campaign"]))
    callers.guard(workspace, person, record, None)
    callers.apart_from(workspace, person, record, why=why)
    record = write(workspace, person, id, version, {}, why, retired=why)
    callers.settle(workspace, record, of.rules)
    return record


def _named(id_: str) -> None:
    if not NAMED.fullmatch(id_):
        raise ParameterError("casework.id", field="id", value=id_[:80].encode("utf-8", "replace").decode())


def _again(workspace: Workspace, person: Person, id_: str) -> Record | None:
    """The entry that the person entered under this id; None where there is none. ParameterError for another's."""
    record = workspace.store.get(NOUN, id_)
    if record is None:
        return None
    if workspace.store.history(NOUN, id_)[-1].by != person.name:
        raise ParameterError("casework.id_taken", field="id", value=id_)
    return record


def _caller(caller: Caller, values: Mapping[str, Any], texts: Mapping[str, object]) -> None:
    """Refuses a caller that cannot be kept with what is said of the entry."""
    if values["kind"] != "appeal":
        raise ParameterError("casework.caller_kind", field="caller_name")
    callers.check(caller)
    for name, text in texts.items():
        keeping.apart(caller.name, caller.number, str(text or ""), name)


def _says(workspace: Workspace, record: Record, values: Mapping[str, object]) -> bool:
    """Whether the entry says just this."""
    try:
        return _same(record, _checked(workspace, values, record)[0])
    except (EntryError, ParameterError):
        return False  # which was never kept


def _same(record: Record, values: Mapping[str, object]) -> bool:
    return all(record.values.get(name) == _stored(value) for name, value in values.items())


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
    found = entry.check(values, district, of, day)
    faults += [fault for fault in found if not unread & set((fault.column or "").split(" + "))]
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
    """The entry, once its caller and its photos are kept beside it. Of one that became another since, or is in other
    hands, a caller who is not there is taken to be forgotten.
    """
    if record.retired:
        return record
    day = today(workspace.district(), workspace.now())
    may = record.version == 1 and record.values["kind"] == "appeal" and callers.may_see(person, record)
    missing = may and not workspace.store.callers.has([record.id], day)
    beside = _beside(workspace, person, record.id, small)
    if caller and missing:
        _caller(caller, record.values, {name: record.values.get(name) for name in ("note", "claims")})
        beside.append(callers.beside(workspace, person, record.id, caller, record.values, rules))
    return write(workspace, person, record.id, record.version, {}, "", beside=beside) if beside else record


def _beside(
    workspace: Workspace, person: Person, id_: str, small: Sequence[Jpeg], drop: Sequence[str] = ()
) -> list[Beside]:
    """What becomes of an entry's photos, to be written with it; nothing where nothing is asked."""
    added = [(one.bytes, one.width, one.height) for one in small]
    change = workspace.store.photos.changing(id_, added, drop=drop, by=person.name, at=workspace.now())
    return [change] if small or drop else []


def _stored(value: object) -> object:
    """A value as a record has it: None where it is not known."""
    return None if value == "" else value
