"""Photos of ledger entries, as they were made small enough to keep (JPEG)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from geo.errors import ParameterError
from geo.storage.engine import reading, writing
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
        """Keeps a photo of an entry and gives its id; the same bytes of the same entry are kept once.

        ParameterError, with ``field`` ``photos``, for more than ``PHOTOS_AT_MOST`` or ``BYTES_AT_MOST``.
        """
        if len(jpeg) > BYTES_AT_MOST:
            raise ParameterError("photos.large", field="photos", most=BYTES_AT_MOST // 1000)
        row = {"entry": key(entry, "entry", KEY_AT_MOST), "jpeg": jpeg, "width": width, "height": height}
        with writing(self._engine, records=True) as connection:
            there = connection.execute(sa.select(photos.c.id, photos.c.jpeg).where(photos.c.entry == entry)).all()
            for one in there:
                if bytes(one.jpeg) == jpeg:
                    return str(one.id)
            if len(there) >= PHOTOS_AT_MOST:
                raise ParameterError("photos.many", field="photos", most=PHOTOS_AT_MOST)
            name = secrets.token_hex(16)
            connection.execute(photos.insert(), {"id": name, **row, "by": key(by, "by", KEY_AT_MOST), "at": at})
        return name

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
            connection.execute(photos.delete().where(photos.c.id == id))
