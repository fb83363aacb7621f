"""Several at once: threads of one store, and stores of one database as several processes have them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from stores import ENGINES, NOW, enterprises, everything, save

from geo.errors import GongtuError
from geo.storage import Change, Conflict, Store, engine, open_store
from geo.storage.engine import reading, writing
from geo.storage.tables import RECORDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def another(url: str) -> Iterator[Store]:
    """The same database, opened once more, as another process would."""
    opened = open_store(url, now=NOW)
    yield opened
    opened.close()


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """What the tasks give or raise, begun together in threads of their own."""
    begin = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        begin.wait()
        try:
            return task()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


@pytest.mark.parametrize("stores", ["one", "two"])
def test_of_two_who_edit_a_record_the_second_is_told(store: Store, another: Store, stores: str) -> None:
    save(store, Change("enterprises", "E1", {"name": "甲"}))
    second = store if stores == "one" else another
    found = at_once(
        lambda: save(store, Change("enterprises", "E1", {"name": "乙"}, 1), by="li"),
        lambda: save(second, Change("enterprises", "E1", {"name": "丙"}, 1), by="wang"),
    )
    (revision,) = (answer for answer in found if isinstance(answer, int))
    (conflict,) = (answer for answer in found if isinstance(answer, Conflict))
    record = store.get("enterprises", "E1")
    assert record is not None
    assert revision == 2
    assert (record.changed_by, record.values["name"]) == (("li", "乙") if found[0] == 2 else ("wang", "丙"))
    assert conflict.records == (record,)
    assert len(store.history("enterprises", "E1")) == 2


def test_of_two_who_make_a_record_the_second_is_told(store: Store, another: Store) -> None:
    found = at_once(*(lambda who=who: save(who, Change("enterprises", "E1")) for who in (store, another)))
    assert sorted(map(type, found), key=repr) == sorted([int, Conflict], key=repr)
    assert len(store.commits()) == 1


def test_what_one_saves_another_sees(store: Store, another: Store) -> None:
    assert another.state() == (0, "")
    assert len(another.read("enterprises")) == 0
    save(store, *enterprises(3))
    assert another.state() == store.state() != (0, "")
    assert another.read("enterprises").equals(store.read("enterprises"))
    assert len(another.read("enterprises")) == 3


def test_nothing_is_seen_before_all_of_it_is(store: Store, another: Store) -> None:
    seen = []
    store.commit(enterprises(3), by="li", at=NOW, why="", progress=lambda _: seen.append(another.state()))
    assert seen == [(0, "")]
    assert another.state()[0] == 1


def test_one_view_stays_as_it_is(store: Store, another: Store) -> None:
    save(store, *enterprises(2))
    count = sa.select(sa.func.count()).select_from(RECORDS["enterprises"])
    with reading(store.engine) as connection:
        assert connection.scalar(count) == 2
        save(another, *enterprises(2, start=2))
        assert connection.scalar(count) == 2
    assert len(store.read("enterprises")) == 4


def test_revisions_follow_one_another_whoever_writes(url: str) -> None:
    stores = [open_store(url, now=NOW) for _ in range(4)]

    def write(number: int) -> list[int]:
        return [save(stores[number], *enterprises(1, start=100 * number + step)) for step in range(10)]

    found = at_once(*(lambda number=number: write(number) for number in range(4)))
    assert all(own == sorted(own) for own in found)
    assert sorted(revision for own in found for revision in own) == list(range(1, 41))
    assert [commit.revision for commit in stores[0].commits(limit=100)] == list(range(40, 0, -1))
    assert len(stores[0].read("enterprises")) == 40
    for store in stores:
        store.close()


def test_whoever_waits_too_long_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WAIT_S", 0.2)
    one, two = open_store(url, now=NOW), open_store(url, now=NOW)
    with writing(one.engine, records=True), pytest.raises(GongtuError) as caught:
        save(two, *enterprises(1))
    assert caught.value.key == "store.busy"
    assert save(two, *enterprises(1)) == 1
    one.close()
    two.close()


def test_readers_do_not_wait_for_writers_that_wait(store: Store) -> None:
    with ThreadPoolExecutor(16) as pool:
        with writing(store.engine, records=True):
            waiting = [pool.submit(save, store, *enterprises(1, start=number)) for number in range(16)]
            while store.engine.pool.checkedout() < 17:  # type: ignore[attr-defined]
                pass
            assert store.state() == (0, "")
            assert len(store.read("enterprises")) == 0
        assert sorted(future.result() for future in waiting) == list(range(1, 17))


OPEN = """
import sys
from datetime import datetime, UTC
from geo.storage import open_store
sys.stdin.read(1)
store = open_store(sys.argv[1], now=datetime(2025, 7, 1, tzinfo=UTC))
print(store.state())
"""


@pytest.mark.parametrize("kind", ENGINES)
def test_processes_that_start_together_make_one_store(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    databases = request.getfixturevalue("databases") if kind == "postgresql" else None
    name = databases.create() if databases else ""
    url = databases.url(name) if databases else f"sqlite:///{tmp_path}/new/folder/store.sqlite"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in started]
    assert said == [("(0, '')\n", "")] * 3
    store = open_store(url, now=NOW)
    assert everything(store)["enterprises"] == []
    store.close()
    if databases:
        databases.drop(name)
