"""Photos of ledger entries, as they were made small enough to keep (JPEG)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from geo.errors import ParameterError
from geo.storage.engine import is_sqlite, reading, writing
from geo.storage.plain import key
from geo.storage.tables import photos
from geo.storage.values import KEY_AT_MOST

PHOTOS_AT_MOST = 6  # of one entry
BYTES_AT_MOST = 1_000_000


@dataclass(frozen=True)
class Shown:
    """What is known of a photo: its size in pixels, who added it and when."""

    id: str
    entry: str
    width: int
    height: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Photo(Shown):
    """A photo with its bytes."""

    jpeg: bytes


BESIDE = tuple(column for column in photos.columns if column.name != "jpeg")


class Photos:
    """The photos of a store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, entry: str, jpeg: bytes, width: int, height: int, *, by: str, at: datetime) -> str:
        """Keeps a photo of an entry and gives its id; errors as ``change`` has them."""
        return self.change(entry, [(jpeg, width, height)], by=by, at=at)[0]

    def change(
        self,
        entry: str,
        added: Sequence[tuple[bytes, int, int]],
        *,
        drop: Collection[str] = (),
        by: str,
        at: datetime,
    ) -> list[str]:
        """Removes those ``drop`` of the entry's photos for good, passing over ids that are not its own, and keeps
        others, each a JPEG with its width and height: all of it or nothing. The ids of those others; the same bytes of
        one entry are kept once.

        ParameterError, with ``field`` ``photos``, for more than ``PHOTOS_AT_MOST`` or ``BYTES_AT_MOST``.
        """
        row = {"entry": key(entry, "entry", KEY_AT_MOST), "by": key(by, "by", KEY_AT_MOST), "at": at}
        with writing(self._engine, records=True) as connection:
            there = _left(connection, entry, [jpeg for jpeg, _, _ in added], drop)
            gone = _delete(connection, (photos.c.entry == entry) & photos.c.id.in_([*drop])) if drop else 0
            names = []
            for jpeg, width, height in added:
                if jpeg not in there:
                    there[jpeg] = secrets.token_hex(16)
                    one = {"id": there[jpeg], "jpeg": jpeg, "width": width, "height": height}
                    connection.execute(photos.insert(), {**one, **row})
                names.append(there[jpeg])
        self._scrub(gone)
        return names

    def check(self, entry: str, jpegs: Collection[bytes], *, drop: Collection[str] = ()) -> None:
        """ParameterError where ``change`` would not do this now."""
        with reading(self._engine) as connection:
            _left(connection, entry, jpegs, drop)

    def get(self, id: str) -> Photo | None:  # noqa: A002 - its name everywhere
        """A photo; None where there is none of that id."""
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(photos).where(photos.c.id == id)).one_or_none()
        return None if row is None else Photo(**{**row._mapping, "jpeg": bytes(row.jpeg)})

    def of(self, entry: str) -> list[Shown]:
        """The photos of an entry without their bytes, the first added first."""
        asked = sa.select(*BESIDE).where(photos.c.entry == entry).order_by(photos.c.at, photos.c.id)
        with reading(self._engine) as connection:
            return [Shown(**row._mapping) for row in connection.execute(asked)]

    def remove(self, id: str) -> None:  # noqa: A002
        """Removes a photo for good; nothing happens where there is none."""
        with writing(self._engine) as connection:
            gone = _delete(connection, photos.c.id == id)
        self._scrub(gone)

    def _scrub(self, gone: int) -> None:
        """Takes what was removed out of SQLite's journal too, where nobody is reading; else the next time does."""
        if gone and is_sqlite(self._engine):
            with self._engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _left(connection: sa.Connection, entry: str, jpegs: Collection[bytes], drop: Collection[str]) -> dict[bytes, str]:
    """Ids, by their bytes, of the entry's photos without those ``drop``; ParameterError where, with ``jpegs``, they
    were too many, or one of these is too large.
    """
    if any(len(jpeg) > BYTES_AT_MOST for jpeg in jpegs):
        raise ParameterError("photos.large", field="photos", most=BYTES_AT_MOST // 1000)
    asked = sa.select(photos.c.id, photos.c.jpeg).where(photos.c.entry == entry)
    there = {bytes(one.jpeg): str(one.id) for one in connection.execute(asked) if one.id not in drop}
    if {*jpegs} - there.keys() and len({*jpegs} | there.keys()) > PHOTOS_AT_MOST:
        raise ParameterError("photos.many", field="photos", most=PHOTOS_AT_MOST)
    return there


def _delete(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """PostgreSQL's vacuum clears what is deleted in its own time; SQLite is told to."""
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    return connection.execute(photos.delete().where(which)).rowcount
