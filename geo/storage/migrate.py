"""Bringing a store's tables up to date: Alembic run from code, in one transaction, by one process at a time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from geo.errors import GongtuError
from geo.storage.engine import is_sqlite, reading, writing
from geo.storage.tables import metadata

SCRIPTS = Path(__file__).parent / "migrations"
VERSIONS = "gongtu_version"
"""The table that says how far a store has come; a database with it is a store of this program."""


def known() -> tuple[str, ...]:
    """Every version of the tables that this program knows, the newest first."""
    return _known(SCRIPTS)


@cache
def _known(scripts: Path) -> tuple[str, ...]:
    return tuple(script.revision for script in ScriptDirectory(str(scripts)).walk_revisions())


def version(connection: sa.Connection) -> str:
    """The version of the tables; ``""`` where there are none. GongtuError where the database is not a store's, or one
    of a newer program.
    """
    if not sa.inspect(connection).has_table(VERSIONS):
        taken = set(sa.inspect(connection).get_table_names())
        if not is_sqlite(connection):  # a server's database may be shared, as long as the names are free
            taken &= set(metadata.tables)
        if taken:
            raise GongtuError("store.foreign", tables=", ".join(sorted(taken)))
        return ""
    found = MigrationContext.configure(connection, opts={"version_table": VERSIONS}).get_current_revision() or ""
    if found and found not in known():
        raise GongtuError("store.newer", found=found, known=known()[0])
    return found


def migrate(engine: sa.Engine) -> bool:
    """Brings the tables to the newest version, or leaves them as they are and raises; whether this made the store."""
    with reading(engine) as connection:
        if version(connection) == known()[0]:
            return False
    with writing(engine, records=True) as connection:
        found = version(connection)  # asked again: another process may have been first
        if not is_sqlite(engine):
            _have_postgis(connection)
        config = _config()
        config.attributes.update(connection=connection, version_table=VERSIONS)
        command.upgrade(config, "head")
        return not found


def _have_postgis(connection: sa.Connection) -> None:
    """Makes PostGIS an extension of the database, if it is not yet, for which a server has it installed and may want a
    superuser.
    """
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    except DBAPIError as error:
        raise GongtuError("store.postgis", reason=str(error.orig).strip().splitlines()[0]) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config
