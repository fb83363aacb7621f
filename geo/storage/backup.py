"""Backups: a copy of the whole store in one SQLite file, itself a store, and the way back, onto either engine."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import sqlalchemy as sa
from shapely.errors import ShapelyError

from geo.errors import GongtuError
from geo.storage.callers import forget
from geo.storage.changes import insert
from geo.storage.check import NAMED_AT_MOST, faults
from geo.storage.engine import connect, is_sqlite, reading, writing
from geo.storage.migrate import VERSIONS, migrate
from geo.storage.store import Store
from geo.storage.tables import DERIVED, REGISTER, at_once, links, meta, metadata, sessions, users


def backup(store: Store, path: Path) -> None:
    """Writes all of the store, as of one moment, to ``path``, while others read and write; only who sent a report,
    which is kept for a day at most, is left out, and what follows from the rest.

    The file is for its owner only, and appears whole or not at all, in place of one that was there. GongtuError where
    it cannot be written, or is the store itself.
    """
    file = Path(str(store.engine.url.database)) if is_sqlite(store.engine) else None
    if file and path.resolve() == file.resolve():
        raise GongtuError("store.backup_itself", file=str(path))
    try:
        with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            partial = Path(folder) / path.name
            partial.touch(mode=0o600)
            if file:
                _clone(file, partial)
            else:
                _export(store.engine, partial)
            with closing(sqlite3.connect(partial)) as connection:
                # Kept for a day only, to tell senders apart; a backup is kept for longer.
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("UPDATE reports SET sender = NULL")
                there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
                for table in DERIVED:
                    if table.name in there:  # not in the store of an older program
                        connection.execute(f"DELETE FROM {table.name}")
                connection.execute("DELETE FROM meta WHERE key = ?", [REGISTER])
                connection.commit()
                connection.execute("PRAGMA journal_mode = DELETE")  # opens where nothing can be written beside it
                if found := faults(connection.execute):
                    raise GongtuError("store.check_integrity_bad", reason="; ".join(found[:NAMED_AT_MOST]))
            os.replace(partial, path)
    except OSError as error:
        raise GongtuError("store.failed", where=str(path), reason=str(error.strerror)) from error
    except sqlite3.Error as error:
        raise GongtuError("store.failed", where=str(path), reason=str(error)) from error


def restore(store: Store, path: Path, *, today: date | None = None) -> tuple[str, ...]:
    """Puts what is in a backup in the place of everything in the store, in one transaction, while others read. Gives
    the names, sorted, of the accounts that were disabled since it was made: they stay so.

    Afterwards every table is that of the backup, row for row, but for these; for sessions, one-time links and the
    secret addresses of calendars: one that was ended, because somebody had it who should not, must not come back, so
    that everybody signs in and asks for theirs anew; and, where ``today`` is said, for callers whose time is over.
    Roles and passwords are the backup's. What follows from the rest is made when it is asked for. What was written
    since is gone, with its history, and state() is the backup's. A backup of an older program is brought up to date
    first, in a copy. GongtuError for a file that is no backup, is damaged, or is of a newer program: nothing is changed
    then.
    """
    with TemporaryDirectory(prefix="gongtu-") as folder:
        copy = Path(folder) / "backup.sqlite"
        _fetch(path, copy)
        engine = connect(_url(copy))
        try:
            migrate(engine)
            with reading(engine) as source, writing(store.engine, records=True) as target:
                asked = sa.select(users.c.id, users.c.disabled).where(users.c.disabled.is_not(None))
                ended = target.execute(asked).all()
                _copy(source, target)
                for table in (sessions, links):
                    target.execute(table.delete())
                stay = [name for user, why in ended for name in _disable(target, user, why)]
                if today:
                    forget(target, today)
            return tuple(sorted(stay))
        except (ValueError, ShapelyError) as error:  # a value that is no date, no JSON, no shape
            raise GongtuError("store.not_a_backup", file=path.name) from error
        finally:
            engine.dispose()


def _disable(target: sa.Connection, user: str, why: str) -> Iterable[str]:
    """The name of an account that the backup would have let in again."""
    again = users.update().where(users.c.id == user, users.c.disabled.is_(None))
    return target.scalars(again.values(disabled=why).returning(users.c.name)).all()


def _fetch(path: Path, copy: Path) -> None:
    """Copies a backup and leaves it untouched. GongtuError for what is none."""
    try:
        _clone(path, copy)
        with closing(sqlite3.connect(copy)) as connection:
            (stores,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = ?", [VERSIONS]).fetchone()
            good = stores and not faults(connection.execute)
    except sqlite3.Error as error:
        raise GongtuError("store.not_a_backup", file=path.name) from error
    if not good:
        raise GongtuError("store.not_a_backup", file=path.name)


def _clone(file: Path, copy: Path) -> None:
    """A SQLite database as of one moment, with what is still in its journal."""
    address = f"file:{quote(str(file.resolve()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _export(engine: sa.Engine, copy: Path) -> None:
    """Any store as a SQLite one."""
    made = connect(_url(copy))
    try:
        migrate(made)
        with reading(engine) as source, writing(made) as target:
            _copy(source, target)
    finally:
        made.dispose()


def _copy(source: sa.Connection, target: sa.Connection) -> None:
    """Makes every table what it is in ``source``, row for row; those that follow from others are empty."""
    for table in reversed(metadata.sorted_tables):  # those first that refer to others
        target.execute(table.delete())
    for table in metadata.sorted_tables:
        if table in DERIVED:
            continue
        rows = source.execute(sa.select(table).execution_options(yield_per=at_once(table)))
        for chunk in rows.mappings().partitions():
            insert(target, table, [dict(row) for row in chunk])
    target.execute(meta.delete().where(meta.c.key == REGISTER))


def _url(file: Path) -> str:
    return sa.URL.create("sqlite", database=str(file)).render_as_string()
