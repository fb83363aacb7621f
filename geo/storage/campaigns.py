"""Campaigns that people made, and those of the pack that they changed: the fields, opaque here, under a version."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geo.errors import GongtuError, ParameterError
from geo.storage import drafts
from geo.storage.changes import Conflict
from geo.storage.engine import reading, writing
from geo.storage.plain import plain
from geo.storage.tables import campaign_rows
from geo.storage.values import KEY_AT_MOST, UNWRITABLE, written

TEXT_AT_MOST = 2_000
"""Characters of each text of a campaign."""


class Changed(Conflict):
    """Somebody else changed the campaign first; nothing was written."""

    def __init__(self, name: str) -> None:
        GongtuError.__init__(self, "campaign.conflict", name=name)
        self.records = ()


@dataclass(frozen=True)
class Kept:
    """A campaign as it is kept; what ``fields`` there are is the business of geo.fieldwork.campaign. ``of_pack``: it
    is one of the pack's, changed.
    """

    id: str
    fields: Mapping[str, Any]
    of_pack: bool
    version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    closed_by: str
    closed_at: datetime | None


class Campaigns:
    """The campaigns of a store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def list(self) -> builtins.list[Kept]:
        """All of them, by id (code point order)."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(campaign_rows).order_by(campaign_rows.c.id)).mappings()
            return [_kept(row) for row in rows]

    def get(self, id_: str) -> Kept | None:
        """One of them; None where there is none, which a campaign of the pack is that nobody has changed."""
        if UNWRITABLE.search(id_):
            return None
        with reading(self._engine) as connection:
            row = _row(connection, id_)
        return None if row is None else _kept(row)

    def put(
        self,
        id_: str,
        version: int,
        fields: Mapping[str, Any],
        *,
        by: str,
        at: datetime,
        of_pack: bool = False,
        closed: bool = False,
        draft: Callable[[Mapping[str, Any]], drafts.Edit] | None = None,
    ) -> Kept:
        """Makes the campaign this: all of its ``fields``, open or ``closed``; of ``version`` 0 where it is not there.

        With it, or not at all, goes what ``draft`` makes of the fields that its draft has then. What changes nothing
        writes nothing. Conflict (``Changed``) where it is of another version; GongtuError ``campaign.closed`` where it
        is closed and stays so, and anything would change; ParameterError for fields that cannot be kept.
        """
        if not 0 < len(id_) <= KEY_AT_MOST or UNWRITABLE.search(id_):
            raise ParameterError("kept.text", field="id")
        values = {"fields": {key: plain(one, key, most=TEXT_AT_MOST) for key, one in fields.items()}}
        written("campaigns", id_, "changed_by", by)
        with writing(self._engine, records=True) as connection:
            row = _row(connection, id_)
            if version != (row["version"] if row else 0):
                raise Changed(str((row["fields"] if row else fields).get("name", id_)))
            was_closed = bool(row and row["closed_at"])
            differs = row is None or row["fields"] != values["fields"]
            if was_closed and closed and differs:
                raise GongtuError("campaign.closed", name=row["fields"].get("name", id_))  # type: ignore[index]
            if not differs and was_closed == closed:
                return _kept(row)  # type: ignore[arg-type]
            stamp = {"version": version + 1, "changed_by": by, "changed_at": at}
            if closed != was_closed or row is None:
                stamp |= {"closed_by": by if closed else None, "closed_at": at if closed else None}
            if row is None:
                made = {"id": id_, "of_pack": of_pack, "created_by": by, "created_at": at}
                connection.execute(campaign_rows.insert(), {**values, **stamp, **made})
            else:
                mine = campaign_rows.c.id == id_
                connection.execute(campaign_rows.update().where(mine).values({**values, **stamp}))
            if draft is not None:
                now = drafts.fields_of(connection, id_)
                drafts.write(connection, id_, draft(now), by=by, at=at)
            return _kept(_row(connection, id_))  # type: ignore[arg-type]


def must_be_open(connection: sa.Connection, id_: str, version: int | None = None) -> None:
    """GongtuError ``campaign.closed`` for a campaign that is closed; Conflict where it is not of ``version``."""
    row = _row(connection, id_)
    if row is not None and row["closed_at"]:
        raise GongtuError("campaign.closed", name=row["fields"].get("name", id_))
    if version is not None and version != (row["version"] if row else 0):
        raise Changed(str(row["fields"].get("name", id_)) if row else id_)


def _row(connection: sa.Connection, id_: str) -> sa.RowMapping | None:
    asked = sa.select(campaign_rows).where(campaign_rows.c.id == id_)
    return connection.execute(asked).mappings().one_or_none()


def _kept(row: sa.RowMapping) -> Kept:
    values: dict[str, Any] = {key: row[key] for key in Kept.__dataclass_fields__}
    return Kept(**values | {"closed_by": values["closed_by"] or ""})
