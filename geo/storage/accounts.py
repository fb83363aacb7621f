"""The rows of accounts, within a transaction of the caller's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from geo.errors import GongtuError
from geo.people import ROLES, Role
from geo.storage.changes import note
from geo.storage.tables import users

SIGNED_IN = ROLES[1:]
"""The roles of an account: nobody needs one to be the public."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""So far may the provider's clock be behind. Authlib allows two minutes: what it has let in just now is let in here."""
IDENTITY = "oidc-"
"""What the id of an account begins with that an identity provider signs in."""
HISTORY = "account"
"""Under what the changes of accounts are kept."""


@dataclass(frozen=True)
class Account:
    """An account. ``disabled`` is the reason why it is, or empty; ``identity``: an identity provider signs it in;
    ``password``: it has one.
    """

    id: str
    name: str
    role: Role
    disabled: str
    identity: bool
    password: bool
    created_at: datetime
    created_by: str


def account(row: sa.Row[Any]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=row.role,
        disabled=row.disabled or "",
        identity=row.id.startswith(IDENTITY),
        password=row.password is not None,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def check_role(role: Role) -> None:
    """GongtuError for a role that no account can have."""
    if role not in SIGNED_IN:
        raise GongtuError("signin.role", role=role, roles=" / ".join(SIGNED_IN))


def add(connection: sa.Connection, name: str, role: Role, *, by: str, at: datetime, password: str | None) -> str:
    """A new account's id; GongtuError where the name is taken. ``password`` is a hash."""
    check_role(role)
    user = secrets.token_hex(8)
    row = {"id": user, "name": name, "password": password, "role": role, "created_at": at, "created_by": by}
    try:
        connection.execute(users.insert().values(row))
    except IntegrityError:
        raise GongtuError("signin.name_taken", name=name) from None
    return user


def change(connection: sa.Connection, user: str, *, by: str, at: datetime, **values: str | None) -> None:
    """Sets columns of an account, and keeps who did, when, and each from what to what; what changes nothing writes
    nothing. GongtuError where there is no such account. Inside a transaction of ``writing(records=True)``.
    """
    row = connection.execute(sa.select(users).where(users.c.id == user).with_for_update()).mappings().first()
    if row is None:
        raise GongtuError("signin.no_account", name=user)
    if fields := {name: (row[name], value) for name, value in values.items() if row[name] != value}:
        connection.execute(users.update().where(users.c.id == user).values(**values))
        note(connection, HISTORY, user, fields, by=by, at=at, why=row["name"])


def set_password(connection: sa.Connection, user: str, kept: str) -> None:
    """Another hash for an account, of which no history is kept; GongtuError where there is none."""
    if not connection.execute(users.update().where(users.c.id == user).values(password=kept)).rowcount:
        raise GongtuError("signin.no_account", name=user)


def admins(connection: sa.Connection) -> list[str]:
    """The ids of the administrators who can sign in."""
    can = users.c.disabled.is_(None) & (users.c.password.is_not(None) | users.c.id.startswith(IDENTITY))
    return list(connection.scalars(sa.select(users.c.id).where(users.c.role == "admin", can)))


def keep_an_admin(connection: sa.Connection, user: str) -> None:
    """GongtuError where nobody would be an administrator without ``user``. Of two who dismiss each other at the same
    moment the second waits for the first.
    """
    connection.execute(sa.select(users.c.id).where(users.c.role == "admin").with_for_update())
    if admins(connection) == [user]:
        raise GongtuError("signin.last_admin")


def holds(claims: Mapping[str, object], now: datetime) -> bool:
    """Whether what an identity provider says is still said: until ``exp`` (seconds since 1970), which it always gives,
    and no longer than ``CLOCKS_DIFFER``.
    """
    try:
        return (now - CLOCKS_DIFFER).timestamp() < float(str(claims.get("exp")))
    except ValueError:
        return False


def known_as(connection: sa.Connection, user: str, names: Sequence[str], role: Role) -> bool:
    """Whether ``identify`` would find the account of an identity there, with this name and role."""
    name = _free(connection, user, names)
    mine = sa.select(users.c.id).where(users.c.id == user, users.c.name == name, users.c.role == role)
    return connection.scalar(mine) is not None


def identify(connection: sa.Connection, user: str, names: Sequence[str], role: Role, now: datetime) -> None:
    """The account of an identity, made where there is none, with the role it has now and the first of the names that
    nobody else has. GongtuError where it is disabled; IntegrityError where somebody else was quicker.
    """
    check_role(role)
    disabled = connection.execute(sa.select(users.c.disabled).where(users.c.id == user).with_for_update()).first()
    if disabled and disabled[0] is not None:
        raise GongtuError("signin.disabled")
    name = _free(connection, user, names)
    if disabled:
        change(connection, user, by=name, at=now, name=name, role=role)
    else:
        row = {"id": user, "name": name, "role": role, "created_at": now, "created_by": name}
        connection.execute(users.insert().values(row))


def _free(connection: sa.Connection, user: str, names: Sequence[str]) -> str:
    """The first of the names that nobody else has."""
    taken = set(connection.scalars(sa.select(users.c.name).where(users.c.name.in_(names), users.c.id != user)))
    return next(name for name in names if name not in taken)
