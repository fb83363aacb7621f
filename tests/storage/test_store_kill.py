"""A process that is killed (SIGKILL) while it writes leaves all of it or none, and no lock behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stores import NOW, enterprises, everything, save

from geo.storage import Change, Store, backup, check, open_store, restore

ROOT = Path(__file__).parents[2]
BATCH = 500
"""Changes that a process which is to be killed has in memory at one time: fewer than else, to be written sooner."""
COUNT = 4 * BATCH
BEGIN = f"""
import sys
from pathlib import Path
from geo.storage import Change, backup, changes, migrate, open_store, restore
from stores import NOW, enterprises

changes.BATCH = {BATCH}

def here(point):
    "Tells the test that this point is reached, and waits for it to say what to do: to be killed, if nothing is said."
    print(point, flush=True)
    sys.stdin.readline()

url, *rest = sys.argv[1:]
"""
COMMIT = (
    BEGIN
    + """
store = open_store(url, now=NOW)
def changes():
    yield from enterprises(int(rest[0]))
    yield Change("enterprises", "OLD", {"name": "new"}, 1)
store.commit(changes(), by="wang", at=NOW, why="large", what="import", progress=lambda done: here(f"done {done}"))
here("committed")
"""
)


@contextmanager
def killed_at(point: str, program: str, *arguments: object) -> Iterator[None]:
    """Runs ``program`` up to ``point`` of those it reaches; the block runs while it waits there; then it is killed."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    environment = {"PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.strip() == point:
                    break
                process.stdin.write("go on\n")
            else:
                pytest.fail(f"{point} was never reached")
            yield
        finally:
            process.kill()
    assert process.returncode == -9


@pytest.fixture
def old(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a store that has one record."""
    save(store, Change("enterprises", "OLD", {"name": "old"}))
    return everything(store)


def test_killed_before_the_end_nothing_of_it_is_there(
    url: str, store: Store, old: dict[str, list[tuple[object, ...]]]
) -> None:
    """Each time the next one writes where the last one was killed: no lock is left behind."""
    for point in (f"done {COUNT // 2}", f"done {COUNT + 1}"):
        with killed_at(point, COMMIT, url, COUNT):
            assert everything(store) == old, f"while it writes, too: {point}"
        assert everything(store) == old, point
        fresh = open_store(url, now=NOW)
        assert everything(fresh) == old, point
        fresh.close()
    fresh = open_store(url, now=NOW)
    again = [*enterprises(COUNT), Change("enterprises", "OLD", {"name": "new"}, 1)]
    assert fresh.commit(again, by="wang", at=NOW, why="large", what="import") == 2
    assert len(store.read("enterprises")) == COUNT + 1
    assert [finding for finding in check(fresh) if not finding.ok] == []
    fresh.close()


def test_killed_after_the_end_all_of_it_is_there(
    url: str, store: Store, old: dict[str, list[tuple[object, ...]]]
) -> None:
    with killed_at("committed", COMMIT, url, COUNT):
        pass
    assert store.state()[0] == 2
    assert store.read("enterprises")["workers"].tolist()[:-1] == list(range(COUNT))
    assert store.commits()[0].counts == {"create": COUNT, "update": 1}
    assert store.history("enterprises", "OLD")[0].fields == {"name": ("old", "new")}
    assert [finding for finding in check(store) if not finding.ok] == []


SAVE = (
    BEGIN
    + """
store = open_store(url, now=NOW)
change = Change("enterprises", "OLD", {"name": "new"}, 1)
store.commit([change], by="wang", at=NOW, why="", progress=lambda _: here("saved"))
"""
)


def test_killed_in_a_save(url: str, store: Store, old: dict[str, list[tuple[object, ...]]]) -> None:
    with killed_at("saved", SAVE, url):
        pass
    assert everything(store) == old
    assert save(store, Change("enterprises", "OLD", {"name": "new"}, 1)) == 2


WATCHED = """
from geo.storage.changes import insert
def told(connection, table, rows):
    insert(connection, table, rows)
    here(table.name)
sys.modules["geo.storage.backup"].insert = told
"""
RESTORE = BEGIN + WATCHED + "restore(open_store(url, now=NOW), Path(rest[0]))"
BACKUP = (
    BEGIN
    + """
import os
replace = os.replace
def told(partial, path):
    here("written")
    replace(partial, path)
os.replace = told
backup(open_store(url, now=NOW), Path(rest[0]))
"""
)


@pytest.mark.parametrize("point", ["commits", "changes", "enterprises"])
def test_killed_in_a_restore(
    url: str, store: Store, tmp_path: Path, old: dict[str, list[tuple[object, ...]]], point: str
) -> None:
    backup(store, tmp_path / "backup")
    save(store, *enterprises(10))
    before = everything(store)
    with killed_at(point, RESTORE, url, tmp_path / "backup"):
        assert everything(store) == before, "while it restores, too"
    assert everything(store) == before
    restore(store, tmp_path / "backup")
    assert everything(store) == old


def test_killed_in_a_backup_the_last_one_is_still_there(
    url: str, store: Store, tmp_path: Path, old: dict[str, list[tuple[object, ...]]]
) -> None:
    backup(store, tmp_path / "backup")
    save(store, *enterprises(10))
    with killed_at("written", BACKUP, url, tmp_path / "backup"):
        pass
    restore(store, tmp_path / "backup")
    assert everything(store) == old


MIGRATE = (
    BEGIN
    + """
from alembic import command
upgrade = command.upgrade
def told(config, revision):
    upgrade(config, revision)
    here("upgraded")
command.upgrade = told
open_store(url, now=NOW)
"""
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_the_very_first_start(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    databases = request.getfixturevalue("databases") if kind == "postgresql" else None
    name = databases.create() if databases else ""
    url = databases.url(name) if databases else f"sqlite:///{tmp_path}/store.sqlite"
    with killed_at("upgraded", MIGRATE, url):
        pass
    store = open_store(url, now=NOW)
    assert store.state() == (0, "")
    assert store.about() == {"created": NOW.isoformat()}
    store.close()
    if databases:
        databases.drop(name)
