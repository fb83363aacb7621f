"""Who takes which position 分工: one draft for each campaign, its edits, and the versions that were published."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geo.errors import GongtuError
from geo.storage import drafts, plain
from geo.storage.campaigns import must_be_open
from geo.storage.drafts import Edit, Fields, Moved
from geo.storage.engine import reading, writing
from geo.storage.plain import Json
from geo.storage.tables import edits, versions
from geo.storage.values import UNWRITABLE, written

__all__ = ["Assignments", "Draft", "Edit", "Edited", "Fields", "Json", "Moved", "Published"]

NOTE_AT_MOST = 2_000
TEXT_AT_MOST = 2_000
"""Characters of each text of the grounds."""


@dataclass(frozen=True)
class Draft:
    """The draft of a campaign; ``version`` 0 and without fields where nobody has begun one."""

    campaign: str
    fields: Fields
    version: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Edited:
    """The ``number``-th edit of a draft, which made it that version: who made it, when."""

    number: int
    edit: Edit
    by: str
    at: datetime


@dataclass(frozen=True)
class Published:
    """A version that was published: its ``number``, from 1; the ``note``, and the day that it holds from.

    ``grounds``: what it stood on, so that it stays readable as it was: ``revision`` of the data, its ``as_of``,
    ``synthetic``, ``edges`` (pairs of positions that hung together), ``loads`` by position, ``names`` of positions,
    ``teams``.
    """

    campaign: str
    number: int
    fields: Fields
    grounds: Mapping[str, Any]
    note: str
    starts: str
    by: str
    at: datetime


class Assignments:
    """The drafts and published versions of a store. Whoever edits or publishes waits for whoever writes records."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def draft(self, campaign: str) -> Draft:
        """The draft as it is now."""
        if UNWRITABLE.search(campaign):
            return Draft(campaign, {})
        with reading(self._engine) as connection:
            return _draft(connection, campaign)

    def edit(
        self,
        campaign: str,
        edit: Edit,
        *,
        by: str,
        at: datetime,
        check: Callable[[Fields], object] | None = None,
        campaign_version: int | None = None,
    ) -> Draft:
        """Makes all of the edit or nothing, and gives the draft as it is then.

        Only the edit's own fields have to be what it says they were: two people who change different fields both do.
        ``check`` is told the fields as they would be, and raises where that cannot be. What changes nothing writes
        nothing. Conflict (``Moved``) naming the fields that somebody else has changed, or where the campaign is not of
        ``campaign_version``; GongtuError ``campaign.closed``; ParameterError for what cannot be kept.
        """
        said = drafts.normal(edit)
        with writing(self._engine, records=True) as connection:
            must_be_open(connection, campaign, campaign_version)
            now = drafts.fields_of(connection, campaign)
            if check is not None and all(now.get(name) == was for name, (was, _) in said.items()):
                check(drafts.after(now, said))
            drafts.write(connection, campaign, said, by=by, at=at)
            return _draft(connection, campaign)

    def edits(self, campaign: str, limit: int = 50) -> list[Edited]:
        """The last edits of the draft, the newest first."""
        asked = sa.select(edits).where(edits.c.campaign == campaign).order_by(edits.c.number.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [
                Edited(row.number, {name: (was, then) for name, (was, then) in row.edit.items()}, row.by, row.at)
                for row in connection.execute(asked)
            ]

    def publish(
        self,
        campaign: str,
        draft_version: int,
        *,
        note: str,
        starts: str,
        grounds: Mapping[str, Any],
        by: str,
        at: datetime,
        campaign_version: int | None = None,
    ) -> Published:
        """Keeps the draft as the next version, to hold from the day ``starts``.

        Conflict (``Moved``) where the draft is not of ``draft_version``, and where the campaign is not of
        ``campaign_version``; GongtuError where it holds nothing
        (``assignment.empty``) or the campaign is closed; ParameterError for what cannot be kept.
        """
        said = {
            "note": plain.text(note, "note", NOTE_AT_MOST),
            "starts": plain.day(starts, "starts"),
            "grounds": plain.plain(dict(grounds), "grounds", most=TEXT_AT_MOST),
            "by": written("assignment_versions", campaign, "by", by),
            "at": at,
        }
        with writing(self._engine, records=True) as connection:
            must_be_open(connection, campaign, campaign_version)
            draft = _draft(connection, campaign)
            if draft.version != draft_version:
                raise Moved(_since(connection, campaign, draft_version), draft.changed_by)
            if not draft.fields:
                raise GongtuError("assignment.empty")
            last = sa.select(sa.func.max(versions.c.number)).where(versions.c.campaign == campaign)
            number = (connection.scalar(last) or 0) + 1
            connection.execute(
                versions.insert(), {"campaign": campaign, "number": number, "fields": dict(draft.fields), **said}
            )
            return _published(connection, campaign, number)[0]

    def versions(self, campaign: str) -> list[Published]:
        """The published versions, the newest first."""
        with reading(self._engine) as connection:
            return _published(connection, campaign)

    def published(self, campaign: str, number: int | None = None) -> Published | None:
        """The version of this number, or the last one; None where there is none."""
        if UNWRITABLE.search(campaign):
            return None
        with reading(self._engine) as connection:
            found = _published(connection, campaign, number, limit=1)
        return found[0] if found else None


def _draft(connection: sa.Connection, campaign: str) -> Draft:
    row = drafts.row(connection, campaign)
    if row is None:
        return Draft(campaign, {})
    return Draft(campaign, row["fields"], row["version"], row["changed_by"], row["changed_at"])


def _published(
    connection: sa.Connection, campaign: str, number: int | None = None, limit: int | None = None
) -> builtins.list[Published]:
    asked = sa.select(versions).where(versions.c.campaign == campaign).order_by(versions.c.number.desc()).limit(limit)
    if number is not None:
        asked = asked.where(versions.c.number == number)
    return [Published(**row) for row in connection.execute(asked).mappings()]


def _since(connection: sa.Connection, campaign: str, version: int) -> builtins.list[str]:
    """The fields that were edited after a version of the draft."""
    asked = sa.select(edits.c.edit).where(edits.c.campaign == campaign, edits.c.number > version)
    return sorted({name for edit in connection.scalars(asked) for name in edit})
