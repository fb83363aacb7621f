"""A throw-away PostgreSQL cluster with PostGIS, for tests: made in a temporary folder, gone afterwards.

Import ``postgis`` into the module or conftest that uses it: the connection string of one empty database for all.
``databases`` makes others, each a fresh copy of a template. The server listens on a Unix socket only. Where the
programs are missing, tests fail under CI and are skipped, loudly, otherwise.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

WANTED = "PostgreSQL with PostGIS (Debian: postgresql, postgresql-postgis)"


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl`` of the newest server that has PostGIS; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if on_path := shutil.which("initdb"):
        found.insert(0, Path(on_path).resolve())
    for initdb in reversed(found):
        asked = subprocess.run([initdb.parent / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
        shares = {Path(asked.stdout.strip()), Path("/usr/share/postgresql") / initdb.parts[-3]}
        if any((share / "extension/postgis.control").is_file() for share in shares):
            return initdb.parent
    return None


def missing() -> None:
    """Fail under CI, skip loudly elsewhere."""
    message = f"{WANTED} is not installed: nothing was compared with it"
    if os.environ.get("CI"):
        pytest.fail(message)
    print(f"\n*** {message} ***")
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgis() -> Iterator[str]:
    """The connection string of an empty database with PostGIS, its superuser ``postgres``."""
    bin_folder = programs()
    if bin_folder is None:
        missing()
        return
    try:
        with cluster(bin_folder) as dsn:
            yield dsn
    except subprocess.CalledProcessError as error:
        pytest.fail(f"PostgreSQL: {error.cmd}\n{error.stderr}\n{error.output}")


@contextmanager
def cluster(bin_folder: Path) -> Iterator[str]:
    """A cluster while it runs: the connection string of an empty database with PostGIS, its superuser ``postgres``.

    CalledProcessError, with the server's log as its ``output``, where it does not start.
    """
    # Not pytest's own folder: it is closed to other users, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="gongtu-pg-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # the server refuses to run as root
    if as_user:
        shutil.chown(folder, "postgres")

    def run(*command: object) -> None:
        subprocess.run(
            [*as_user, *map(str, command)], check=True, cwd=folder, capture_output=True, text=True, timeout=120
        )

    data, log = folder / "data", folder / "log"
    settings = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    try:
        run(bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run(bin_folder / "pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{settings} -k {folder}", "start")
        try:
            run(bin_folder / "psql", "-h", folder, "-U", "postgres", "-q", "-c", "CREATE EXTENSION postgis")
            yield f"host={folder} user=postgres dbname=postgres"
        finally:
            run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    except subprocess.CalledProcessError as error:
        error.output = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Databases:
    """Makes databases in the cluster that ``dsn`` reaches."""

    dsn: str
    numbers: Iterator[int] = field(default_factory=count)

    def create(self, *, template: str = "template0", options: str = "") -> str:
        """The name of a new database, the same as ``template``, which nobody may be using."""
        name = f"test_{next(self.numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} {options}")
        return name

    def drop(self, name: str) -> None:
        """Ends whoever still uses it."""
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        """As SQLAlchemy wants it."""
        folder = psycopg.conninfo.conninfo_to_dict(self.dsn)["host"]
        return f"postgresql://postgres@/{name}?host={folder}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def databases(postgis: str) -> Databases:
    return Databases(postgis)
