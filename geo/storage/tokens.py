"""Sessions and one-time links, within a transaction of the caller's. Tokens are random, and only their SHA-256 is
kept: who reads the database cannot sign in with what is in it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from geo.errors import GongtuError
from geo.storage.tables import links, sessions, users

Purpose = Literal["first_admin", "password", "ticket", "calendar"]
"""What a link is for: to make the first administrator, to choose one's password, to come in with an identity, to read
a calendar, which is the one that may be used again and again.
"""
Via = Literal["password", "link", "identity"]
"""How a session began."""
ID_LENGTH = 16


@dataclass(frozen=True)
class Session:
    """A session that is open. ``id`` names it and is no secret."""

    id: str
    user: str
    issued_at: datetime
    expires_at: datetime
    via: Via


def hashed(token: str, browser: str = "") -> str:
    """What is kept of a token; of one that holds for one ``browser`` only, of both."""
    return hashlib.sha256("\0".join((token, browser)).encode(errors="replace")).hexdigest()


def session_id(token: str) -> str:
    """The ``id`` of the session of a token."""
    return hashed(token)[:ID_LENGTH]


def open_at(now: datetime) -> sa.ColumnElement[bool]:
    return sessions.c.revoked_at.is_(None) & (sessions.c.expires_at > now)


def begin(connection: sa.Connection, user: str, via: Via, now: datetime, hours: int) -> str:
    """The token of a new session; GongtuError where the account is disabled or was never made. Forgets sessions that
    have expired.
    """
    enabled = sa.select(users.c.id).where(users.c.id == user, users.c.disabled.is_(None))
    if connection.scalar(enabled.with_for_update(read=True)) is None:
        raise GongtuError("signin.refused")
    connection.execute(sessions.delete().where(sessions.c.expires_at <= now))
    token = secrets.token_urlsafe()
    row = {"token_hash": hashed(token), "user": user, "via": via, "issued_at": now}
    connection.execute(sessions.insert().values(**row, expires_at=now + timedelta(hours=hours)))
    return token


def revoke(connection: sa.Connection, now: datetime, *which: sa.ColumnElement[bool]) -> list[Via]:
    """Ends those of the sessions that are open; how they had begun."""
    ended = sessions.update().where(open_at(now), *which).values(revoked_at=now).returning(sessions.c.via)
    return list(connection.scalars(ended))


def unused(now: datetime) -> sa.ColumnElement[bool]:
    return links.c.used_at.is_(None) & (links.c.expires_at > now)


def calendar_of(user: str) -> sa.ColumnElement[bool]:
    return (links.c.user == user) & (links.c.purpose == "calendar")


def link(
    connection: sa.Connection, purpose: Purpose, now: datetime, lasts: timedelta, *, user: str | None, browser: str = ""
) -> str:
    """The token of a new link. Forgets links that have expired."""
    connection.execute(links.delete().where(links.c.expires_at <= now))
    token = secrets.token_urlsafe()
    row = {"token_hash": hashed(token, browser), "purpose": purpose, "user": user}
    connection.execute(links.insert().values(**row, expires_at=now + lasts))
    return token


def use(connection: sa.Connection, token: str, purpose: Purpose, now: datetime, browser: str = "") -> str | None:
    """Uses a link up; the account it is for, None where it is to make one. GongtuError where it no longer holds: of two
    at the same moment the second waits for the first, and finds it used.
    """
    which = (links.c.token_hash == hashed(token, browser)) & (links.c.purpose == purpose)
    used = links.update().where(which, unused(now)).values(used_at=now).returning(links.c.user)
    row = connection.execute(used).first()
    if row is None:
        raise GongtuError("signin.link")
    user: str | None = row.user
    return user
