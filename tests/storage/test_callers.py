"""Callers and photos: kept apart from the ledger, callers only until their day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from stores import NOW, everything, save

from geo.errors import ParameterError
from geo.i18n import LANGUAGES, explain
from geo.storage import Change, Conflict, Store, backup, check, open_store, restore
from geo.storage.photos import BYTES_AT_MOST, PHOTOS_AT_MOST

TODAY = NOW.date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
NAME, NUMBER = "欧阳某某甲", "13800013800"


def put(store: Store, entry: str = "A1", *, until: date = TODAY, name: str = NAME, number: str = NUMBER) -> None:
    store.callers.put(entry, name=name, number=number, erase_on=until.isoformat(), by="li", at=NOW)


def names(store: Store) -> list[tuple[object, ...]]:
    return everything(store)["callers"]


def test_a_caller_is_given_until_the_last_day_and_then_forgotten(store: Store) -> None:
    put(store)
    put(store, "A2", until=YESTERDAY)
    found = store.callers.get("A1", TODAY)
    assert found
    assert (found.name, found.number, found.erase_on) == (NAME, NUMBER, TODAY.isoformat())
    assert store.callers.get("A1", TOMORROW) is store.callers.get("A2", TODAY) is store.callers.get("A3", TODAY) is None
    assert store.callers.has(["A1", "A2", "A3"], TODAY) == {"A1"}
    assert [store.callers.forget(day) for day in (TODAY, TODAY, TOMORROW)] == [1, 0, 1]
    assert names(store) == []


def test_a_caller_can_be_put_right_kept_for_longer_and_erased(store: Store) -> None:
    put(store)
    put(store, number=" 010\n6 ")
    found = store.callers.get("A1", TODAY)
    assert found
    assert found.number == "010 6"
    store.callers.set_erase({"A1": TOMORROW.isoformat(), "A9": TODAY.isoformat()})
    assert store.callers.get("A1", TOMORROW)
    assert len(names(store)) == 1
    store.callers.erase("A1")
    put(store, "A2")
    put(store, "A2", name=" ", number="")
    assert names(store) == []


def test_a_caller_is_in_no_error_and_no_words(store: Store) -> None:
    put(store)
    assert NUMBER not in repr(store.callers.get("A1", TODAY))
    for said in ({"name": NAME * 20}, {"number": NUMBER + "\x00"}, {"number": NUMBER * 4}):
        with pytest.raises(ParameterError) as caught:
            put(store, **said)
        told = " ".join([str(caught.value), *(explain(caught.value, language) for language in LANGUAGES)])
        assert NAME not in told
        assert NUMBER not in told


def test_nothing_of_a_caller_stays_in_the_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/s.sqlite", now=NOW)
    for number in range(10):  # few enough for one page of the file, which is not put in order then
        put(store, f"A{number}", until=TODAY if number % 2 else TOMORROW, name=f"{NAME}{number:02d}号")
    store.callers.forget(TOMORROW)
    inside = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    left = [number for number in range(10) if f"{NAME}{number:02d}号".encode() in inside]
    assert left == [0, 2, 4, 6, 8]
    store.close()


def test_nothing_of_a_photo_stays_in_the_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/s.sqlite", now=NOW)
    gone, kept = (store.photos.add("A1", mark * 1_000, 1, 1, by="li", at=NOW) for mark in (b"GONE", b"KEPT"))
    store.photos.change("A2", [], drop=[gone, kept], by="li", at=NOW)  # not its own
    assert [one.id for one in store.photos.of("A1")] == sorted([gone, kept])
    store.photos.change("A1", [], drop=[gone], by="li", at=NOW)
    inside = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert (b"GONE" in inside, b"KEPT" in inside) == (False, True)
    store.photos.remove(kept)
    assert b"KEPT" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    store.close()


def test_a_start_and_a_restored_backup_forget_whose_time_is_over(store: Store, url: str, tmp_path: Path) -> None:
    save(store, Change("entries", "A1"), Change("entries", "A2"))
    put(store)
    put(store, "A2", until=TOMORROW)
    store.photos.add("A1", b"x", 1, 1, by="li", at=NOW)
    backup(store, tmp_path / "backup")
    open_store(url, now=NOW + timedelta(days=1)).close()
    assert len(names(store)) == 1
    restore(store, tmp_path / "backup")
    assert len(names(store)) == 2
    restore(store, tmp_path / "backup", today=TOMORROW)
    assert [row[0] for row in names(store)] == ["A2"]
    assert len(store.photos.of("A1")) == 1
    assert [finding for finding in check(store) if not finding.ok] == []
    put(store, "A9")
    (finding,) = [finding for finding in check(store) if not finding.ok]
    assert (finding.key, finding.params["records"]) == ("store.check_ledger_bad", "A9")


def test_an_entry_its_caller_and_its_photos_are_kept_together_or_not_at_all(store: Store) -> None:
    who = {"name": NAME, "number": NUMBER, "erase_on": TODAY.isoformat(), "by": "li", "at": NOW}
    for jpegs in ([b"a", b"b" * (BYTES_AT_MOST + 1)], [b"a", b"b"]):
        photos = store.photos.changing("A1", [(jpeg, 1, 1) for jpeg in jpegs], by="li", at=NOW)
        beside = [store.callers.putting("A1", **who), photos]  # type: ignore[arg-type]
        if len(jpegs[1]) > BYTES_AT_MOST:
            with pytest.raises(ParameterError, match=r"photos\.large"):
                store.commit([Change("entries", "A1")], by="li", at=NOW, why="", beside=beside)
            assert (store.get("entries", "A1"), store.photos.of("A1"), names(store)) == (None, [], [])
    store.commit([Change("entries", "A1")], by="li", at=NOW, why="", beside=beside)
    assert (len(store.photos.of("A1")), len(names(store))) == (2, 1)
    with pytest.raises(Conflict):
        store.commit(
            [Change("entries", "A1")],
            by="li",
            at=NOW,
            why="",
            beside=[store.callers.putting("A1", **{**who, "name": ""})],
        )  # type: ignore[arg-type]
    assert len(names(store)) == 1


def test_an_entry_has_some_small_photos_each_once(store: Store) -> None:
    jpegs = [bytes([number, 255]) for number in range(PHOTOS_AT_MOST + 3)]
    first = store.photos.add("A1", jpegs[0], 640, 480, by="li", at=NOW)
    assert store.photos.add("A1", jpegs[0], 640, 480, by="wang", at=NOW) == first
    with ThreadPoolExecutor(4) as pool:

        def add(jpeg: bytes) -> str:
            try:
                return store.photos.add("A1", jpeg, 1, 1, by="li", at=NOW + timedelta(hours=1))
            except ParameterError as error:
                return error.key

        said = list(pool.map(add, jpegs[1:]))
    assert said.count("photos.many") == 3
    shown = store.photos.of("A1")
    assert len(shown) == PHOTOS_AT_MOST
    assert (shown[0].id, shown[0].width, shown[0].by) == (first, 640, "li")
    photo = store.photos.get(first)
    assert photo
    assert (photo.jpeg, photo.entry) == (jpegs[0], "A1")
    store.photos.remove(first)
    assert store.photos.get(first) is None
    assert store.photos.add("A1", b"y" * BYTES_AT_MOST, 1, 1, by="li", at=NOW)
    with pytest.raises(ParameterError, match=r"photos\.large"):
        store.photos.add("A2", b"y" * (BYTES_AT_MOST + 1), 1, 1, by="li", at=NOW)
