"""What all that is done with entries has in common: who may, the entry as it was seen, and the writing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign, campaign
from geo.ledger import tells
from geo.people import Person, Role
from geo.storage import Change, Conflict, Record
from geo.storage import plain as said
from geo.storage.engine import Beside
from geo.workspace import Workspace

NOUN = "entries"
WHAT = "ledger"
"""What its commits are said to be: a word of data/locale, under ``commit``."""
WHY_AT_MOST = 500


def must(person: Person, role: Role) -> None:
    """GongtuError ``casework.staff`` or ``casework.leader`` for who may not."""
    if not person.may(role):
        raise GongtuError("casework.leader" if role == "leader" else "casework.staff")


def seen(workspace: Workspace, id_: str, version: int | None = None) -> Record:
    """The entry. ParameterError ``casework.unknown`` where there is none; GongtuError ``casework.retired``; Conflict
    where it is not of ``version`` any more.
    """
    record = workspace.store.get(NOUN, id_)
    if record is None:
        raise ParameterError("casework.unknown", field="id", value=id_[:80].encode("utf-8", "replace").decode())
    if version is not None and record.version != version:
        raise Conflict(Change(NOUN, id_, {}, version), [record])
    if record.retired:
        raise GongtuError("casework.retired")
    return record


def open_campaign(workspace: Workspace, id_: str) -> Campaign:
    """The campaign, while entries of it may be written; ParameterError ``campaign.unknown``, GongtuError
    ``campaign.closed``.
    """
    found = campaign(workspace.district(), workspace.store, id_)
    if found.closed_at is not None:
        raise GongtuError("campaign.closed", name=found.name)
    return found


def reason(text: object, field: str, *, needed: bool = True) -> str:
    """Why, or a note, in a line that can be kept. ParameterError where it is needed and empty: ``casework.why``, of
    what was done ``casework.what``.
    """
    found = " ".join(said.text(text, field, WHY_AT_MOST).split())
    if needed and not found:
        raise ParameterError("casework.why" if field == "why" else "casework.what", field=field)
    return found


def write(
    workspace: Workspace,
    person: Person,
    id_: str,
    version: int,
    values: Mapping[str, object],
    why: str,
    *,
    beside: Sequence[Beside] = (),
    **more: str,
) -> Record:
    """The entry with other values, or, ``retired``, without a place in the ledger; with what is kept ``beside`` it, or
    neither. Conflict.
    """
    change = Change(NOUN, id_, values, version, **more)
    workspace.store.commit([change], by=person.name, at=workspace.now(), why=why, what=WHAT, beside=beside)
    record = workspace.store.get(NOUN, id_)
    assert record is not None
    return record


def apart(name: str, number: str, text: str, field: str) -> None:
    """Refuses a text that is kept with its history where it holds the caller's name or number: ParameterError
    ``casework.caller_in_text``, which does not say them.
    """
    if tells(text, name, number):
        raise ParameterError("casework.caller_in_text", field=field)
