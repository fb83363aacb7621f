"""Photos of ledger entries, as they were made small enough to keep (JPEG)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from geo.errors import ParameterError
from geo.storage.engine import Beside, delete, reading, scrub, writing
from geo.storage.plain import key
from geo.storage.tables import photos
from geo.storage.values import KEY_AT_MOST

PHOTOS_AT_MOST = 6  # of one entry
BYTES_AT_MOST = 1_000_000
Sized = tuple[bytes, int, int]
"""A JPEG with its width and height in pixels."""


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
        """Keeps a photo of an entry and gives its id; errors as ``changing`` has them."""
        self.change(entry, [(jpeg, width, height)], by=by, at=at)
        asked = sa.select(photos.c.id).where((photos.c.entry == entry) & (photos.c.jpeg == jpeg))
        with reading(self._engine) as connection:
            return str(connection.scalar(asked))

    def change(self, entry: str, added: Sequence[Sized], *, drop: Collection[str] = (), by: str, at: datetime) -> None:
        """``changing``, on its own."""
        with writing(self._engine, records=True) as connection:
            gone = self.changing(entry, added, drop=drop, by=by, at=at)(connection)
        scrub(self._engine, gone)

    def changing(
        self, entry: str, added: Sequence[Sized], *, drop: Collection[str] = (), by: str, at: datetime
    ) -> Beside:
        """For ``Store.commit`` to do with the entry: removes those ``drop`` of its photos for good, passing over ids
        that are not its own, and keeps others: all of it or nothing. The same bytes of one entry are kept once.

        Done, it raises ParameterError, with ``field`` ``photos``, for more than ``PHOTOS_AT_MOST`` or
        ``BYTES_AT_MOST``.
        """
        row = {"entry": key(entry, "entry", KEY_AT_MOST), "by": key(by, "by", KEY_AT_MOST), "at": at}

        def change(connection: sa.Connection) -> int:
            there = _left(connection, entry, [jpeg for jpeg, _, _ in added], drop)
            gone = delete(connection, photos, (photos.c.entry == entry) & photos.c.id.in_([*drop])) if drop else 0
            for jpeg, width, height in added:
                if jpeg not in there:
                    there |= {jpeg}
                    one = {"id": secrets.token_hex(16), "jpeg": jpeg, "width": width, "height": height}
                    connection.execute(photos.insert(), {**one, **row})
            return gone

        return change

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
            gone = delete(connection, photos, photos.c.id == id)
        scrub(self._engine, gone)


def _left(connection: sa.Connection, entry: str, jpegs: Collection[bytes], drop: Collection[str]) -> set[bytes]:
    """The entry's photos without those ``drop``; ParameterError where, with ``jpegs``, they were too many, or one of
    these is too large.
    """
    if any(len(jpeg) > BYTES_AT_MOST for jpeg in jpegs):
        raise ParameterError("photos.large", field="photos", most=BYTES_AT_MOST // 1000)
    asked = sa.select(photos.c.id, photos.c.jpeg).where(photos.c.entry == entry)
    there = {bytes(one.jpeg) for one in connection.execute(asked) if one.id not in drop}
    if {*jpegs} - there and len({*jpegs} | there) > PHOTOS_AT_MOST:
        raise ParameterError("photos.many", field="photos", most=PHOTOS_AT_MOST)
    return there
