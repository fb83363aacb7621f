"""People's accounts, their sessions, and the links that let somebody in once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.exc import IntegrityError

from geo.errors import GongtuError
from geo.people import NOBODY, Person, Role
from geo.storage import accounts, tokens
from geo.storage.accounts import Account
from geo.storage.attempts import Attempts
from geo.storage.engine import reading, writing
from geo.storage.history import Entry, lines
from geo.storage.passwords import Hashing, check_name, check_password, plain, plain_name
from geo.storage.tables import links, sessions, users
from geo.storage.tokens import Purpose, Session, Via

LINK_LASTS = timedelta(hours=24)
TICKET_LASTS = timedelta(minutes=2)
CALENDAR_LASTS = timedelta(days=365)


@dataclass(frozen=True)
class Link:
    """What a link is for that still holds; ``name`` is the account's, empty where it makes one."""

    purpose: Purpose
    name: str


class People:
    """The accounts of a store, safe to share between threads. Times are aware and passed in; ``hours`` is how long a
    new session lasts. GongtuError for all that is refused.
    """

    def __init__(self, engine: sa.Engine, hasher: PasswordHasher | None = None) -> None:
        self._engine = engine
        self._hashing = Hashing(hasher or PasswordHasher())
        self._attempts = Attempts(engine)

    # Accounts

    def add(self, name: str, role: Role, *, by: str, at: datetime, password: str | None = None) -> str:
        """A new account's id. Without a password it waits for the one chosen with a link (``invite``)."""
        name = check_name(name)
        kept = None if password is None else self._hashing.hash(check_password(password, name))
        with writing(self._engine) as connection:
            return accounts.add(connection, name, role, by=by, at=at, password=kept)

    def list(self) -> tuple[Account, ...]:
        """Every account, by name."""
        with reading(self._engine) as connection:
            return tuple(map(accounts.account, connection.execute(sa.select(users).order_by(users.c.name))))

    def get(self, user: str) -> Account:
        """The account with this id; GongtuError where there is none."""
        row = self._row(users.c.id == user)
        if row is None:
            raise GongtuError("signin.no_account", name=user)
        return accounts.account(row)

    def find(self, name: str) -> Account:
        """The account of this name; GongtuError where there is none."""
        row = self._named(name)
        if row is None:
            raise GongtuError("signin.no_account", name=name)
        return accounts.account(row)

    def history(self, user: str) -> Sequence[Entry]:
        """What became of an account since it was made, newest first: its role, its name, whether it is disabled."""
        with reading(self._engine) as connection:
            return lines(connection, accounts.HISTORY, user)

    def set_role(self, user: str, role: Role, *, by: str, at: datetime) -> None:
        """Another role, at once and in every open session. The last administrator stays one."""
        accounts.check_role(role)
        with writing(self._engine, records=True) as connection:
            if role != "admin":
                accounts.keep_an_admin(connection, user)
            accounts.change(connection, user, by=by, at=at, role=role)

    def disable(self, user: str, reason: str, *, by: str, now: datetime) -> None:
        """Ends every session and link of an account and opens no other until ``enable``. Not the last administrator's.
        The reason must not be empty.
        """
        if not reason.strip():
            raise GongtuError("signin.no_reason")
        with writing(self._engine, records=True) as connection:
            accounts.keep_an_admin(connection, user)
            accounts.change(connection, user, by=by, at=now, disabled=reason.strip())
            tokens.revoke(connection, now, sessions.c.user == user)
            connection.execute(links.delete().where(links.c.user == user))

    def enable(self, user: str, *, by: str, at: datetime) -> None:
        """Lets an account sign in again."""
        with writing(self._engine, records=True) as connection:
            accounts.change(connection, user, by=by, at=at, disabled=None)

    def set_password(self, user: str, password: str, *, now: datetime) -> None:
        """Another password, which ends every session and link of the account."""
        kept = self._hashing.hash(check_password(password, self.get(user).name))
        with writing(self._engine) as connection:
            _set_password(connection, user, kept, now)

    def change_password(self, person: Person, old: str, new: str, *, address: str, now: datetime, hours: int) -> str:
        """The same by the person, who has to know the old one; gives the token of a new session.
        ThrottledError after too many failures, as when signing in.
        """
        new = check_password(new, person.name)
        self._verify(person.name, old, address, now, "signin.old_password")
        kept = self._hashing.hash(new)
        with writing(self._engine) as connection:
            _set_password(connection, person.id, kept, now)
            return tokens.begin(connection, person.id, "password", now, hours)

    # Sessions

    def sign_in(self, name: str, password: str, *, address: str, now: datetime, hours: int) -> str:
        """The token of a new session.

        ``signin.refused`` for a wrong name, a wrong password and a disabled account alike, after the same work;
        ThrottledError after too many of them.
        """
        row = self._verify(name, password, address, now, "signin.refused")
        kept = self._hashing.hash(plain(password)) if self._hashing.outdated(row.password) else row.password
        with writing(self._engine) as connection:
            unchanged = (users.c.id == row.id) & (users.c.password == row.password)
            if not connection.execute(users.update().where(unchanged).values(password=kept)).rowcount:
                raise GongtuError("signin.refused")  # another password was set since it was read
            return tokens.begin(connection, row.id, "password", now, hours)

    def open_session(self, user: str, *, via: Via, now: datetime, hours: int) -> str:
        """The token of a new session of somebody whose identity is beyond doubt; ``signin.refused`` where the account
        is disabled.
        """
        with writing(self._engine) as connection:
            return tokens.begin(connection, user, via, now, hours)

    def who(self, token: str, now: datetime) -> Person:
        """Whose session it is; NOBODY from ``expires_at`` on, once it was revoked, and for any other text."""
        asked = (
            sa.select(users.c.id, users.c.name, users.c.role)
            .join_from(sessions, users)
            .where(sessions.c.token_hash == tokens.hashed(token), tokens.open_at(now), users.c.disabled.is_(None))
        )
        with reading(self._engine) as connection:
            row = connection.execute(asked).first()
        return NOBODY if row is None else Person(row.id, row.name, row.role)

    def sessions(self, user: str, now: datetime) -> tuple[Session, ...]:
        """The open sessions of an account, the newest first."""
        asked = sa.select(sessions).where(sessions.c.user == user, tokens.open_at(now))
        with reading(self._engine) as connection:
            rows = connection.execute(asked.order_by(sessions.c.issued_at.desc(), sessions.c.token_hash))
            return tuple(
                Session(row.token_hash[: tokens.ID_LENGTH], row.user, row.issued_at, row.expires_at, row.via)
                for row in rows
            )

    def revoke(self, user: str, *, now: datetime, session: str | None = None) -> None:
        """Ends the session of an account that has this ``id``, or all of them."""
        which = [sessions.c.user == user]
        if session is not None:
            which.append(sa.func.substr(sessions.c.token_hash, 1, tokens.ID_LENGTH) == session)
        with writing(self._engine) as connection:
            tokens.revoke(connection, now, *which)

    def sign_out(self, token: str, *, now: datetime) -> Via | None:
        """Ends the session of a token; how it had begun, None where it was not open."""
        with writing(self._engine) as connection:
            ended = tokens.revoke(connection, now, sessions.c.token_hash == tokens.hashed(token))
        return ended[0] if ended else None

    def administrators(self) -> int:
        """How many administrators can sign in: neither disabled nor still without a password."""
        with reading(self._engine) as connection:
            return len(accounts.admins(connection))

    # Links

    def first_admin_link(self, now: datetime) -> str | None:
        """The token of a link that makes the first administrator; None while somebody can sign in as one."""
        with writing(self._engine) as connection:
            if accounts.admins(connection):
                return None
            return tokens.link(connection, "first_admin", now, LINK_LASTS, user=None)

    def invite(self, user: str, now: datetime) -> str:
        """The token of a link with which somebody chooses the password of an account; earlier ones stop working."""
        found = self.get(user)
        if found.identity or found.disabled:
            raise GongtuError("signin.no_invitation", name=found.name)
        with writing(self._engine) as connection:
            connection.execute(links.delete().where(links.c.user == user))
            return tokens.link(connection, "password", now, LINK_LASTS, user=user)

    def link(self, token: str, now: datetime) -> Link:
        """What a link is for, without using it; ``signin.link`` where it no longer holds."""
        asked = sa.select(links.c.purpose, users.c.name).join_from(links, users, isouter=True)
        with reading(self._engine) as connection:
            row = connection.execute(
                asked.where(
                    links.c.token_hash == tokens.hashed(token), links.c.purpose != "calendar", tokens.unused(now)
                )
            ).first()
            if row is None or (row.purpose == "first_admin" and accounts.admins(connection)):
                raise GongtuError("signin.link")
        return Link(row.purpose, row.name or "")

    def welcome(self, token: str, name: str, password: str, *, now: datetime, hours: int) -> str:
        """Uses a link: makes the first administrator, or sets the password of the account it is for, whatever ``name``
        says. Gives the token of a new session.

        Of two that use it at once the second gets ``signin.link``; what is refused for another reason leaves it unused.
        """
        found = self.link(token, now)
        name = found.name or check_name(name)
        kept = self._hashing.hash(check_password(password, name))
        with writing(self._engine) as connection:
            user = tokens.use(connection, token, found.purpose, now)
            if user:
                _set_password(connection, user, kept, now)
            elif accounts.admins(connection):
                raise GongtuError("signin.link")
            else:
                user = accounts.add(connection, name, "admin", by=name, at=now, password=kept)
            return tokens.begin(connection, user, "link", now, hours)

    # Calendars

    def calendar_link(self, user: str, now: datetime) -> str:
        """The token with which a calendar program reads what is planned for an account, for a year and as often as it
        likes; an earlier one ends. It ends too where the account gets another password or is disabled.

        ``signin.no_account`` for an account that there is not, or that is disabled.
        """
        enabled = sa.select(users.c.id).where(users.c.id == user, users.c.disabled.is_(None))
        with writing(self._engine) as connection:
            if connection.scalar(enabled.with_for_update()) is None:  # of two at once the second ends the first's
                raise GongtuError("signin.no_account", name=user)
            connection.execute(links.delete().where(tokens.calendar_of(user)))
            return tokens.link(connection, "calendar", now, CALENDAR_LASTS, user=user)

    def calendar_person(self, token: str, now: datetime) -> Person | None:
        """Whose calendar a token reads; None for one that has ended, of a disabled account, and for any other text."""
        asked = (
            sa.select(users.c.id, users.c.name, users.c.role)
            .join_from(links, users)
            .where(links.c.token_hash == tokens.hashed(token), links.c.purpose == "calendar", links.c.expires_at > now)
        )
        with reading(self._engine) as connection:
            row = connection.execute(asked.where(users.c.disabled.is_(None))).first()
        return None if row is None else Person(row.id, row.name, row.role)

    def calendar_until(self, user: str, now: datetime) -> datetime | None:
        """When the account's calendar link ends; None where it has none."""
        asked = sa.select(links.c.expires_at).where(tokens.calendar_of(user), links.c.expires_at > now)
        with reading(self._engine) as connection:
            until: datetime | None = connection.scalar(asked)
        return until

    def end_calendar(self, user: str) -> None:
        """Ends the account's calendar link, if it has one."""
        with writing(self._engine) as connection:
            connection.execute(links.delete().where(tokens.calendar_of(user)))

    # Identities

    def ticket(self, claims: Mapping[str, object], role: Role, *, browser: str, now: datetime) -> str:
        """The token with which ``browser``, and no other, comes in as whom an identity provider says (``claims``).

        The account is that of the provider's subject (``iss`` and ``sub``), whatever it is called: nobody comes into an
        account by choosing its name. It takes the name and role that are said now. Claims that no longer hold
        (accounts.holds) are refused, or who left the organisation would come in for as long as the browser keeps them.
        """
        said = {key: str(claims.get(key) or "") for key in ("iss", "sub", "name", "preferred_username", "email")}
        if not (said.pop("iss") and said.pop("sub") and browser and accounts.holds(claims, now)):
            raise GongtuError("signin.identity")
        user = accounts.IDENTITY + hashlib.sha256(f"{claims['iss']}\0{claims['sub']}".encode()).hexdigest()[:24]
        names = []
        for name in (*said.values(), user[:12], user):
            with suppress(GongtuError):
                names.append(check_name(name))
        # Somebody else took a name, or made the account, at the same moment: that is seen the next time, and can happen
        # once for each name and once for the account.
        for _ in names:
            with suppress(IntegrityError):
                return self._ticket(user, names, role, browser, now)
        return self._ticket(user, names, role, browser, now)

    def _ticket(self, user: str, names: Sequence[str], role: Role, browser: str, now: datetime) -> str:
        with reading(self._engine) as connection:  # who is told nothing new does not wait for an import
            known = accounts.known_as(connection, user, names, role)
        with writing(self._engine, records=not known) as connection:
            accounts.identify(connection, user, names, role, now)
            return tokens.link(connection, "ticket", now, TICKET_LASTS, user=user, browser=browser)

    def use_ticket(self, token: str, *, browser: str, now: datetime, hours: int) -> str:
        """The token of a new session of a ticket's account; ``signin.link`` in another browser, too late, or twice."""
        with writing(self._engine) as connection:
            user = tokens.use(connection, token, "ticket", now, browser)
            return tokens.begin(connection, user or "", "identity", now, hours)

    def _verify(self, name: str, password: str, address: str, now: datetime, refusal: str) -> sa.Row[Any]:
        """The row of ``users`` that name and password belong to; GongtuError ``refusal`` where there is none."""
        tried = self._attempts.begin(name, address, now)
        row = self._named(name)
        fits = self._hashing.fits(password, row and row.password)
        if row is None or not fits or row.disabled is not None:
            raise GongtuError(refusal)
        self._attempts.succeed(tried, name, address)
        return row

    def _named(self, name: str) -> sa.Row[Any] | None:
        name = plain_name(name)
        return self._row(users.c.name == name) if name.isprintable() else None  # a NUL is no text to PostgreSQL

    def _row(self, which: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
        with reading(self._engine) as connection:
            return connection.execute(sa.select(users).where(which)).first()


def _set_password(connection: sa.Connection, user: str, kept: str, now: datetime) -> None:
    accounts.set_password(connection, user, kept)
    tokens.revoke(connection, now, sessions.c.user == user)
    connection.execute(links.delete().where(links.c.user == user, links.c.used_at.is_(None)))
