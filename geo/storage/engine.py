"""How the store is reached: a database URL made an engine, and the two ways to use it, reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from json import JSONEncoder
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from geo.errors import GongtuError, SettingError

JSON = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
OPTIONS: Mapping[str, Any] = MappingProxyType({"json_serializer": JSON, "hide_parameters": True})
"""Of every engine. What a statement is given stays out of errors, and so out of the log."""
WAIT_S = 60
"""How long a writer waits for another one to be done."""
CONNECTIONS = 20
"""How many more than the usual five one process may have of a server, which may have a hundred in all."""
WRITERS = 0x67_74
"""The advisory lock that writers of records hold in PostgreSQL, one after another."""

LOCKED, NO_RIGHT = "55P03", "42501"  # states of PostgreSQL


def connect(url: str) -> sa.Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql://…`` (``postgres://`` too; psycopg 3 is used).

    A SQLite file is made with its folder, readable by its owner only. Nothing is asked of a server yet.
    SettingError for any other URL; GongtuError where the file cannot be made.
    """
    try:
        asked = sa.make_url(url)
    except (ArgumentError, ValueError):
        begins, of, _ = url.partition(":")  # where there is no such beginning, all of it may be secret
        raise SettingError("store.url", setting="GONGTU_DATABASE_URL", value=begins if of else "") from None
    match asked.drivername.partition("+")[0]:
        case "postgres" | "postgresql":
            try:
                make_conninfo(**{name: str(value) for name, value in asked.query.items()})
            except psycopg.Error as error:  # an option that there is none of
                raise SettingError("store.url", setting="GONGTU_DATABASE_URL", value=str(error).strip()) from None
            psycopg3 = asked.set(drivername="postgresql+psycopg")
            return sa.create_engine(psycopg3, pool_pre_ping=True, max_overflow=CONNECTIONS, **OPTIONS)
        case "sqlite" if asked.database and asked.database != ":memory:":
            return _sqlite(Path(asked.database))
    raise SettingError("store.url", setting="GONGTU_DATABASE_URL", value=asked.drivername)


def _sqlite(file: Path) -> sa.Engine:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise GongtuError("store.failed", where=str(file), reason=str(error.strerror)) from error
    url = sa.URL.create("sqlite", database=str(file))
    # Writers that wait hold a connection each; readers must not have to wait for theirs.
    engine = sa.create_engine(url, max_overflow=-1, connect_args={"timeout": WAIT_S}, **OPTIONS)

    @sa.event.listens_for(engine, "connect")
    def settle(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where the next listener says, not where sqlite3 guesses
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer says so at once: one that has read before it writes is refused without waiting, if another wrote.
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def is_sqlite(connection: sa.Connection | sa.Engine) -> bool:
    return connection.dialect.name == "sqlite"


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One view of the store, however often it is asked and whoever writes meanwhile."""
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _explained(engine), engine.connect() as connection:
        yield connection if is_sqlite(engine) else connection.execution_options(**options)


@contextmanager
def writing(engine: sa.Engine, *, records: bool = False, wait_s: float | None = None) -> Iterator[sa.Connection]:
    """One transaction: all of it is kept when the block ends, none of it when the block raises or the process dies.

    Those that write ``records`` go one after another on either engine, so that what one has read stays true until it
    is done; on SQLite every writer does. GongtuError ``store.busy`` after waiting ``wait_s`` seconds, ``WAIT_S`` where
    nothing is said.
    """
    wait_ms = int((WAIT_S if wait_s is None else wait_s) * 1000)
    with _explained(engine), engine.connect() as connection:
        connection = connection.execution_options(immediate=True)
        if is_sqlite(engine):
            driver: Any = connection.connection.driver_connection  # asked of itself, it begins, and so waits
            driver.execute(f"PRAGMA busy_timeout = {wait_ms}")
        with connection.begin():
            if not is_sqlite(engine):
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{wait_ms}ms'")
                if records:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITERS)))
            yield connection


Beside = Callable[[sa.Connection], int]
"""Something kept beside records, written in their transaction; gives how many rows it deleted for good."""


def delete(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    """Deletes rows for good; how many. PostgreSQL's vacuum clears them in its own time; SQLite is told to."""
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    return connection.execute(table.delete().where(which)).rowcount


def scrub(engine: sa.Engine, gone: int) -> None:
    """Takes what was deleted out of SQLite's journal too, where nobody is reading; else the next time does."""
    if gone and is_sqlite(engine):
        with engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _explained(engine: sa.Engine) -> Iterator[None]:
    """What the database could not do, as something the user can mend; a mistake of the program stays what it is."""
    try:
        yield
    except (DatabaseError, sa.exc.TimeoutError, psycopg.OperationalError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error  # COPY goes past SQLAlchemy
        state = getattr(cause, "sqlstate", None)
        mine = isinstance(error, DatabaseError) and type(error) not in (DatabaseError, OperationalError)
        if mine and state != NO_RIGHT:
            raise
        where = engine.url.database if is_sqlite(engine) else f"{engine.url.host or ''}/{engine.url.database}"
        reason = (str(cause).strip().splitlines() or [""])[0]
        busy = isinstance(error, sa.exc.TimeoutError) or state == LOCKED or "database is locked" in reason
        raise GongtuError("store.busy" if busy else "store.failed", where=where, reason=reason) from error
