"""Backups: of a store that is written to, onto either engine, and what is refused."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from stores import ENGINES, NOW, enterprises, everything, save

from geo.errors import GongtuError
from geo.i18n import LANGUAGES, explain
from geo.storage import Change, Store, backup, check, migrate, open_store, restore
from geo.storage.engine import writing
from geo.storage.tables import attempts, links, reports, sessions, users

NewStore = Callable[[str], str]
ENDED: dict[str, list[tuple[object, ...]]] = {"sessions": [], "links": []}
"""What a restored store has none of."""


def fill(store: Store) -> None:
    """Something in every table, everything that is awkward among it."""
    square = shapely.box(116, 39, 117, 40)
    save(store, *enterprises(3), Change("regions", "1", {"geometry": square, "in_campaign": False, "area_km2": 0.1}))
    save(store, Change("enterprises", "E000001", {"name": "甲\t\\N\n'\"", "workers": 2**60, "lon": -0.1}, 1, "gone"))
    save(store, Change("regions", "1", {"geometry": shapely.union_all([square, shapely.box(0, 0, 1, 1)])}, 1))
    save(store, Change("facilities", "F1", {"precision_m": 5e-324}), Change("positions", "P1", {"lat": 39.7}))
    store.describe(pack="daxing")
    later = NOW + timedelta(microseconds=1)
    with writing(store.engine) as connection:
        connection.execute(
            users.insert(), {"id": "u1", "name": "李", "role": "staff", "created_at": NOW, "created_by": "admin"}
        )
        connection.execute(
            sessions.insert(),
            {"token_hash": "s", "user": "u1", "issued_at": NOW, "expires_at": later, "via": "password"},
        )
        connection.execute(links.insert(), {"token_hash": "l", "purpose": "password", "expires_at": later})
        connection.execute(attempts.insert(), {"who": "李", "at": later})
        said = {"facility": "F1", "what": "locked", "words": "'门'\\N", "hours": "", "at": later}
        connection.execute(reports.insert(), {"id": "r1", **said})
    site = {"id": "C1", "name": "甲\t'", "lon": 116.3, "lat": 39.7, "moved": True}
    store.scenarios.add("\\N", notes="一\n二", sites=[site], by="李", at=later)
    store.campaigns.put("2025", 0, {"name": "蹲'点\\N", "base": [116.3, 39.7], "note": None}, by="李", at=later)
    store.assignments.edit("2025", {"where.P\\N": (None, "'"), "never.P1": (None, ["1"])}, by="李", at=later)
    store.assignments.publish(
        "2025", 1, note="一\n二", starts="2025-07-01", grounds={"loads": {"P1": 5e-324}}, by="李", at=later
    )
    store.visits.add("2025", team="'", position="P1", date="2025-07-01", note="\\N", by="李", at=later)
    save(store, Change("entries", "A1", {"kind": "appeal", "answered": False, "recovered": 0.1}))
    store.callers.put("A1", name='甲"', number="'", erase_on="2025-09-30", by="李", at=later)
    store.photos.add("A1", b"\x00\xff\\N", 1, 2, by="李", at=later)


@pytest.mark.parametrize("target", ENGINES)
def test_a_restored_store_is_the_original_row_for_row(
    store: Store, target: str, new_store: NewStore, tmp_path: Path
) -> None:
    fill(store)
    original = everything(store)
    assert all(original.values()), "something in every table"
    backup(store, tmp_path / "backup")
    other = open_store(new_store(target), now=NOW + timedelta(days=1))
    restore(other, tmp_path / "backup")
    assert everything(other) == original | ENDED
    assert everything(store) == original
    assert other.state() == store.state()
    assert [finding for finding in check(other) if not finding.ok] == []
    save(other, *enterprises(1, start=9))
    with writing(other.engine) as connection:
        connection.execute(attempts.insert(), {"who": "李", "at": NOW})
    assert (other.state()[0], len(other.read("enterprises"))) == (6, 3)
    other.close()


@pytest.mark.parametrize("target", ENGINES)
def test_what_was_there_before_is_gone(store: Store, target: str, new_store: NewStore, tmp_path: Path) -> None:
    fill(store)
    backup(store, tmp_path / "backup")
    other = open_store(new_store(target), now=NOW)
    save(other, *enterprises(5, workers=7), by="wang")
    with writing(other.engine) as connection:
        connection.execute(attempts.insert(), {"who": "wang", "at": NOW})
    restore(other, tmp_path / "backup")
    assert everything(other) == everything(store) | ENDED
    other.close()


def test_who_was_signed_out_or_disabled_since_stays_out(store: Store, tmp_path: Path) -> None:
    people = store.people
    li, wang = (people.add(name, "staff", by="x", at=NOW) for name in ("李", "王"))
    tokens = [people.open_session(user, via="link", now=NOW, hours=12) for user in (li, wang)]
    invitation = people.invite(li, NOW)
    backup(store, tmp_path / "backup")
    people.sign_out(tokens[0], now=NOW)
    people.disable(wang, "离职", by="甲", now=NOW)
    assert restore(store, tmp_path / "backup") == ("王",)
    assert [people.who(token, NOW).id for token in tokens] == ["", ""]
    assert people.get(wang).disabled == "离职"
    with pytest.raises(GongtuError, match=r"signin\.link"):
        people.link(invitation, NOW)
    assert restore(store, tmp_path / "backup") == ("王",), "however often"
    people.enable(wang, by="甲", at=NOW)
    assert restore(store, tmp_path / "backup") == ()


def test_yesterdays_store_comes_back(store: Store, tmp_path: Path) -> None:
    fill(store)
    yesterday, state = everything(store) | ENDED, store.state()
    backup(store, tmp_path / "backup")
    save(store, *enterprises(2, start=5), Change("regions", "1", {"geometry": None}, 2))
    today = store.state()
    restore(store, tmp_path / "backup")
    assert everything(store) == yesterday
    assert store.state() == state
    save(store, *enterprises(2, start=5))
    assert store.state()[0] == today[0], "the same number,"
    assert store.state() != today, "another time line"


def test_a_backup_is_one_file_for_its_owner_and_itself_a_store(store: Store, tmp_path: Path) -> None:
    fill(store)
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "a?b %20 #.sqlite"
    file.write_text("the last one")
    backup(store, file)
    assert list(folder.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600
    content = file.read_bytes()
    restore(store, file)
    assert file.read_bytes() == content
    shutil.copyfile(file, tmp_path / "copy.sqlite")
    itself = open_store(f"sqlite:///{tmp_path / 'copy.sqlite'}", now=NOW)
    assert everything(itself) | ENDED == everything(store)
    itself.close()


def test_an_empty_store_can_be_kept_too(store: Store, tmp_path: Path) -> None:
    before = everything(store)
    backup(store, tmp_path / "backup")
    fill(store)
    restore(store, tmp_path / "backup")
    assert everything(store) == before


def test_a_backup_is_of_one_moment_though_others_write(store: Store, url: str, tmp_path: Path) -> None:
    """Each commit makes one enterprise and changes the first, so whatever the moment, the counts agree."""
    save(store, *enterprises(1))
    stop = threading.Event()

    def write() -> None:
        other = open_store(url, now=NOW)
        revision = 1
        while not stop.is_set():
            first = Change("enterprises", "E000000", {"workers": revision}, revision)
            revision = save(other, *enterprises(1, start=revision), first)
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(4):
            while writer.is_alive() and store.state()[0] <= number + 1:
                time.sleep(0.01)
            backup(store, tmp_path / str(number))
    finally:
        stop.set()
        writer.join()
    revisions = []
    for number in range(4):
        kept = open_store(f"sqlite:///{tmp_path / str(number)}", now=NOW)
        revisions.append(kept.state()[0])
        frame = kept.read("enterprises")
        assert (len(frame), frame.loc[0, "version"]) == (revisions[-1], revisions[-1])
        assert [finding for finding in check(kept) if not finding.ok] == []
        kept.close()
    assert revisions == sorted(revisions)
    assert 1 < revisions[-1] <= store.state()[0], "it was written to"


def test_a_restore_is_seen_all_at_once(store: Store, url: str, tmp_path: Path) -> None:
    save(store, *enterprises(3))
    backup(store, tmp_path / "backup")
    save(store, *enterprises(5, start=3))
    other = open_store(url, now=NOW)
    stop = threading.Event()
    seen: set[tuple[int, int]] = set()

    def look() -> None:
        while not stop.is_set():
            before = other.state()
            count = len(other.read("enterprises"))
            if before == other.state():  # its token, too: revision 2 comes again and again
                seen.add((before[0], count))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for _ in range(3):
            restore(store, tmp_path / "backup")
            save(store, *enterprises(5, start=3))
    finally:
        stop.set()
        reader.join()
    assert seen <= {(1, 3), (2, 8)}
    assert seen
    other.close()


def damaged(file: Path) -> None:
    """Pages of the middle overwritten."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = b"\xff" * 20_000
    file.write_bytes(content)


def orphaned(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM commits")
        connection.commit()


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE enterprises (id text)")
        connection.commit()


def folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        folder_instead,
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"PK\x03\x04 not a database" * 1000),
        lambda file: file.write_bytes(file.read_bytes()[:100]),
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        damaged,
        orphaned,
        foreign,
    ],
    ids=["missing", "folder", "empty", "garbage", "header", "half", "damaged", "orphaned", "foreign"],
)
def test_what_is_no_backup_changes_nothing(store: Store, tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    fill(store)
    save(store, *enterprises(1000, start=100))
    file = tmp_path / "backup.sqlite"
    backup(store, file)
    spoil(file)
    before = everything(store)
    with pytest.raises(GongtuError) as caught:
        restore(store, file)
    assert (caught.value.key, caught.value.params) == ("store.not_a_backup", {"file": "backup.sqlite"})
    assert all("backup.sqlite" in explain(caught.value, language) for language in LANGUAGES)
    assert everything(store) == before


MIGRATION = """
from alembic import op
revision, down_revision = "9999", "{last}"
def upgrade():
    op.execute("INSERT INTO meta VALUES ('migrated', 'yes')")
"""


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes this a newer program, which knows one migration more."""

    def begin() -> None:
        scripts = tmp_path / "scripts"
        shutil.copytree(migrate.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "9999_more.py").write_text(MIGRATION.format(last=migrate.known()[0]))
        monkeypatch.setattr(migrate, "SCRIPTS", scripts)

    return begin


def test_an_older_backup_is_brought_up_to_date(
    store: Store, url: str, tmp_path: Path, next_version: Callable[[], None]
) -> None:
    fill(store)
    original = everything(store)
    backup(store, tmp_path / "backup")
    content = (tmp_path / "backup").read_bytes()
    next_version()
    newer = open_store(url, now=NOW)
    assert newer.about()["migrated"] == "yes"
    save(newer, *enterprises(1, start=9))
    restore(newer, tmp_path / "backup")
    assert newer.about()["migrated"] == "yes"
    original["meta"].insert(1, ("migrated", "yes"))
    assert everything(newer) == original | ENDED
    assert (tmp_path / "backup").read_bytes() == content, "migrated in a copy"
    newer.close()


def test_a_newer_backup_and_a_newer_store_are_refused(
    store: Store,
    url: str,
    new_store: NewStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    next_version: Callable[[], None],
) -> None:
    fill(store)
    with monkeypatch.context() as newer_program:
        newer_program.setattr(migrate, "SCRIPTS", migrate.SCRIPTS)
        next_version()
        newer = open_store(new_store("sqlite"), now=NOW)
        backup(newer, tmp_path / "backup")
        newer.close()
        monkeypatch.undo()
    before = everything(store)
    with pytest.raises(GongtuError) as caught:
        restore(store, tmp_path / "backup")
    assert (caught.value.key, caught.value.params) == ("store.newer", {"found": "9999", "known": migrate.known()[0]})
    assert everything(store) == before


def test_a_backup_is_not_written_onto_the_store(new_store: NewStore, tmp_path: Path) -> None:
    url = new_store("sqlite")
    store = open_store(url, now=NOW)
    fill(store)
    before = everything(store)
    file = Path(url.removeprefix("sqlite:///"))
    (tmp_path / "link").symlink_to(file)
    for target in (file, tmp_path / "link", file.parent / ".." / file.parent.name / file.name):
        with pytest.raises(GongtuError) as caught:
            backup(store, target)
        assert caught.value.key == "store.backup_itself"
    restore(store, file)
    assert everything(store) == before | ENDED
    store.close()


@pytest.mark.parametrize("target", ["nowhere/backup", "folder"])
def test_a_backup_that_cannot_be_written_leaves_nothing(store: Store, tmp_path: Path, target: str) -> None:
    (tmp_path / "place" / "folder").mkdir(parents=True)
    with pytest.raises(GongtuError) as caught:
        backup(store, tmp_path / "place" / target)
    assert caught.value.key == "store.failed"
    assert list((tmp_path / "place").rglob("*")) == [tmp_path / "place" / "folder"]
