"""Who called: the name and number of an appeal, apart from the ledger, and only until the day they are erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from geo.errors import ParameterError
from geo.storage.engine import Beside, delete, reading, scrub, writing
from geo.storage.plain import day, key, text
from geo.storage.tables import callers
from geo.storage.values import KEY_AT_MOST

NAME_AT_MOST, NUMBER_AT_MOST = 80, 40  # characters


@dataclass(frozen=True, repr=False)
class Caller:
    """Who is behind an appeal. ``erase_on``: the last day, YYYY-MM-DD, that this is kept. Never in a log: it has no
    words of its own.
    """

    entry: str
    name: str
    number: str
    erase_on: str
    by: str
    at: datetime

    def __repr__(self) -> str:
        return "Caller(…)"


class Callers:
    """The callers of a store: no history, no search, no export, and gone for good when they are erased."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put(self, entry: str, *, name: str, number: str, erase_on: str, by: str, at: datetime) -> None:
        """Keeps who called, in place of who was said to have before; with neither name nor number nobody did.

        Errors as ``putting`` has them.
        """
        change = self.putting(entry, name=name, number=number, erase_on=erase_on, by=by, at=at)
        with writing(self._engine, records=True) as connection:  # two at once: the second takes the first's place
            gone = change(connection)
        scrub(self._engine, gone)

    def putting(self, entry: str, *, name: str, number: str, erase_on: str, by: str, at: datetime) -> Beside:
        """``put``, for ``Store.commit`` to do with the entry.

        ParameterError, with ``field`` (``caller_name``, ``caller_number``), for what is too long or cannot be written;
        it does not say the value.
        """
        said = {
            "name": _line(name, "caller_name", NAME_AT_MOST),
            "number": _line(number, "caller_number", NUMBER_AT_MOST),
        }
        row: dict[str, Any] = {"entry": key(entry, "entry", KEY_AT_MOST), **said, "erase_on": day(erase_on, "erase_on")}
        row |= {"by": key(by, "by", KEY_AT_MOST), "at": at}

        def change(connection: sa.Connection) -> int:
            gone = delete(connection, callers, callers.c.entry == entry)
            if any(said.values()):
                connection.execute(callers.insert(), row)
            return gone

        return change

    def get(self, entry: str, today: date) -> Caller | None:
        """Who called, where that is known and may still be kept on ``today``."""
        kept = (callers.c.entry == entry) & (callers.c.erase_on >= today.isoformat())
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(callers).where(kept)).one_or_none()
        return None if row is None else Caller(**row._mapping)

    def has(self, entries: Collection[str], today: date) -> set[str]:
        """Those of ``entries`` whose caller is known and may still be kept on ``today``."""
        asked = sa.select(callers.c.entry).where(callers.c.erase_on >= today.isoformat())
        with reading(self._engine) as connection:
            return {*connection.scalars(asked)} & {*entries}

    def set_erase(self, days: Mapping[str, str]) -> None:
        """The days that callers are kept to, by entry; entries without a caller are passed over."""
        said = [{"of": entry, "until": day(until, "erase_on")} for entry, until in days.items()]
        if said:
            change = callers.update().where(callers.c.entry == sa.bindparam("of"))
            with writing(self._engine) as connection:
                connection.execute(change.values(erase_on=sa.bindparam("until")), said)

    def erase(self, entry: str) -> None:
        """Forgets one caller now."""
        with writing(self._engine) as connection:
            gone = delete(connection, callers, callers.c.entry == entry)
        scrub(self._engine, gone)

    def forget(self, today: date) -> int:
        """Forgets every caller whose last day is before ``today``; how many there were."""
        over = _over(today)
        with reading(self._engine) as connection:  # asked first: forgetting waits for whoever writes
            if not connection.scalar(sa.select(sa.exists().where(over))):
                return 0
        with writing(self._engine) as connection:
            gone = delete(connection, callers, over)
        scrub(self._engine, gone)
        return gone


def forget(connection: sa.Connection, today: date) -> None:
    """As ``Callers.forget``, within a transaction of the caller's."""
    delete(connection, callers, _over(today))


def _over(today: date) -> sa.ColumnElement[bool]:
    return callers.c.erase_on < today.isoformat()


def _line(value: str, field: str, most: int) -> str:
    """One line of text, or ``""``. ParameterError, which does not say it."""
    found = " ".join(text(value, field, 10 * most).split())
    if len(found) > most:
        raise ParameterError("kept.long", field=field, most=most)
    return found
