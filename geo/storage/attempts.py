"""Failed attempts to sign in, and how long to wait after too many of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from geo.errors import GongtuError
from geo.storage.engine import reading, writing
from geo.storage.passwords import plain_name
from geo.storage.tables import attempts, meta

WINDOW = timedelta(minutes=15)
LIMITS: Mapping[str, int] = MappingProxyType({"both": 5, "address": 30, "name": 50})
"""So many failures within ``WINDOW`` of one name from one address, of one address, of one name; then one waits."""
KEY = "attempts.key"
"""The entry of ``meta`` that names and addresses are hashed with: they are not kept themselves."""


class ThrottledError(GongtuError):
    """Too many attempts, to sign in or to report; ``wait`` is how long until the next one is heard."""

    def __init__(self, wait: timedelta, key: str = "signin.wait") -> None:
        self.wait = wait
        super().__init__(key, minutes=-(-wait // timedelta(minutes=1)))


class Attempts:
    """What is remembered of attempts, by name and by address, for as long as ``WINDOW``."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def check(self, name: str, address: str, now: datetime) -> None:
        """ThrottledError where an attempt may not be made now; counts none."""
        who = self._who(name, address)
        with reading(self._engine) as connection:
            _wait(connection, who, now)

    def begin(self, name: str, address: str, now: datetime) -> tuple[str, ...]:
        """Counts an attempt as failed until ``succeed`` takes that back; ThrottledError where it may not be made.

        It is written down before it is counted: of any number of attempts at the same moment no more than the limit
        get through. One that is turned away does not count, so whoever keeps trying does not wait longer for it.
        """
        who = self._who(name, address)
        with reading(self._engine) as connection:  # turning away writes nothing
            _wait(connection, who, now)
        ids = {kind: secrets.token_hex(16) for kind in who}
        with writing(self._engine) as connection:
            connection.execute(attempts.delete().where(attempts.c.at <= now - WINDOW))
            connection.execute(attempts.insert(), [{"id": ids[kind], "who": who[kind], "at": now} for kind in who])
        try:
            with reading(self._engine) as connection:
                _wait(connection, who, now, own=1)
        except ThrottledError:
            self._forget(attempts.c.id.in_(ids.values()))
            raise
        return tuple(ids.values())

    def succeed(self, ids: tuple[str, ...], name: str, address: str) -> None:
        """The attempt did not fail. Forgets the failures of this name from this address; those of the address and of
        the name stay, or an account of one's own would buy any number of guesses at others.
        """
        both = self._who(name, address)["both"]
        self._forget(attempts.c.id.in_(ids) | (attempts.c.who == both))

    def _forget(self, which: sa.ColumnElement[bool]) -> None:
        with writing(self._engine) as connection:
            connection.execute(attempts.delete().where(which))

    def _who(self, name: str, address: str) -> dict[str, str]:
        """What an attempt counts for, each as a keyed hash."""
        key, name = secret(self._engine, KEY), plain_name(name).casefold()
        said = {"both": (name, address), "address": (address,), "name": (name,)}
        return {
            kind: hmac.new(key, "\0".join((kind, *parts)).encode(errors="replace"), hashlib.sha256).hexdigest()
            for kind, parts in said.items()
        }


def secret(engine: sa.Engine, entry: str) -> bytes:
    """The key that stands in ``meta`` under ``entry``, made where there is none yet."""
    with reading(engine) as connection:
        found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == entry))
    if found is None:
        with suppress(IntegrityError), writing(engine) as connection:  # or another process was first
            connection.execute(meta.insert().values(key=entry, value=secrets.token_hex(32)))
        return secret(engine, entry)
    return bytes.fromhex(found)


def _wait(connection: sa.Connection, who: Mapping[str, str], now: datetime, own: int = 0) -> None:
    """ThrottledError where a limit is reached without the ``own`` newest attempts. One that is as old as ``WINDOW``
    no longer counts.
    """
    waits = []
    for kind, hashed in who.items():
        asked = (
            sa.select(attempts.c.at)
            .where(attempts.c.who == hashed, attempts.c.at > now - WINDOW)
            .order_by(attempts.c.at.desc())
            .offset(LIMITS[kind] - 1 + own)
            .limit(1)
        )
        if (at := connection.scalar(asked)) is not None:
            waits.append(at + WINDOW - now)
    if waits:
        raise ThrottledError(max(waits))
