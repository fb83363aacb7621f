"""The rows of drafts and of their edits, within a transaction of the caller's that writes records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geo.errors import GongtuError, ParameterError
from geo.storage.changes import Conflict
from geo.storage.plain import Json, plain
from geo.storage.tables import drafts, edits
from geo.storage.values import UNWRITABLE, written

Fields = Mapping[str, Json]
"""A plan flat: what each field is, a text, a number or a list of texts."""
Edit = Mapping[str, tuple[Json, Json]]
"""Field: from what to what; None where it is absent."""
NAME_AT_MOST, TEXT_AT_MOST = 250, 250
TOLD_AT_MOST = 5
FIELDS_AT_MOST = 20_000
"""Of a draft, and of one edit: a thousand positions, each placed, locked, weighed and kept from some teams."""


class Moved(Conflict):
    """Somebody else changed the same ``fields`` of the draft first; nothing was written. ``by``: who was last.

    ``names``: what a reader calls what they are about, where the caller knows; the fields themselves otherwise.
    """

    def __init__(self, fields: Sequence[str], by: str, names: Sequence[str] | None = None) -> None:
        told = list(dict.fromkeys(fields if names is None else names))
        said = "、".join(told[:TOLD_AT_MOST]) + "…" * (len(told) > TOLD_AT_MOST)
        GongtuError.__init__(self, f"assignment.conflict{'' if told else '_draft'}", fields=said, by=by)
        self.records = ()
        self.fields = tuple(fields)
        self.by = by


def normal(edit: Edit) -> dict[str, tuple[Json, Json]]:
    """The edit as JSON gives it back. ParameterError, with ``field``, for names and values that cannot be kept: a value
    is a text, a number or a list of texts.
    """
    if len(edit) > FIELDS_AT_MOST:
        raise ParameterError("kept.long", field="edit", most=FIELDS_AT_MOST)
    found: dict[str, tuple[Json, Json]] = {}
    for name, (now, then) in edit.items():
        if not 0 < len(name) <= NAME_AT_MOST or UNWRITABLE.search(name):
            raise ParameterError("kept.text", field="edit")
        values = (plain(now, name, most=TEXT_AT_MOST, deep=1), plain(then, name, most=TEXT_AT_MOST, deep=1))
        if any(isinstance(value, bool | dict) for value in values):
            raise ParameterError("kept.text", field=name)
        found[name] = values
    return found


def row(connection: sa.Connection, campaign: str) -> sa.RowMapping | None:
    asked = sa.select(drafts).where(drafts.c.campaign == campaign)
    return connection.execute(asked).mappings().one_or_none()


def fields_of(connection: sa.Connection, campaign: str) -> dict[str, Json]:
    """What the draft holds; nothing where there is none."""
    found = row(connection, campaign)
    return dict(found["fields"]) if found else {}


def after(fields: Fields, edit: Edit) -> dict[str, Json]:
    """The fields once the edit is made, in ascending order of their names."""
    found = {**fields, **{name: then for name, (_, then) in edit.items()}}
    return {name: found[name] for name in sorted(found) if found[name] is not None}


def write(connection: sa.Connection, campaign: str, edit: Edit, *, by: str, at: datetime) -> None:
    """Makes an edit of the draft and keeps it among its edits; one that changes nothing leaves no trace.

    Conflict (``Moved``) where a field is not what the edit says that it was; ParameterError where the draft would have
    too many fields.
    """
    for name, text in (("campaign", campaign), ("changed_by", by)):
        written("assignment_drafts", "", name, text)
    now = row(connection, campaign)
    fields, version = (now["fields"], now["version"]) if now else ({}, 0)
    if off := [name for name, (was, _) in edit.items() if fields.get(name) != was]:
        raise Moved(off, now["changed_by"] if now else "")
    edit = {name: values for name, values in edit.items() if values[0] != values[1]}
    if not edit:
        return
    then = after(fields, edit)
    if len(then) > FIELDS_AT_MOST:
        raise ParameterError("kept.long", field="edit", most=FIELDS_AT_MOST)
    stamp: dict[str, Any] = {"fields": then, "version": version + 1, "changed_by": by, "changed_at": at}
    if now is None:
        connection.execute(drafts.insert(), {"campaign": campaign, **stamp})
    else:
        connection.execute(drafts.update().where(drafts.c.campaign == campaign).values(stamp))
    line = {name: list(values) for name, values in edit.items()}
    connection.execute(edits.insert(), {"campaign": campaign, "number": version + 1, "edit": line, "by": by, "at": at})
