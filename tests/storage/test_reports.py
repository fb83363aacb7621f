"""Reports in the store: who counts, for how long, what three of them do, and what staff make of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from stores import ENGINES, NOW, age, everything, save

from geo.errors import GongtuError
from geo.people import REPORTS
from geo.storage import Change, Conflict, Store, backup, check, open_store, restore
from geo.storage import reports as module
from geo.storage.attempts import ThrottledError
from geo.storage.engine import reading, writing
from geo.storage.reports import NoStationError, Receipt
from geo.storage.tables import reports

NewStore = Callable[[str], str]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store with an open station F1, one on trial F2, a closed one F3, and F4, which is retired."""
    opened = open_store(url, now=NOW)
    states = {"F1": "open", "F2": "trial", "F3": "closed", "F4": "open"}
    save(opened, *(Change("facilities", key, {"name": key, "state": state}) for key, state in states.items()))
    save(opened, Change("facilities", "F4", {}, 1, retired="gone"))
    yield opened
    opened.close()


def add(store: Store, sender: str, at: datetime = NOW, *, facility: str = "F1", what: str = "locked") -> Receipt:
    return store.reports.add(facility, what, "", sender=sender, at=at, why="several said so")


def state(store: Store, facility: str = "F1") -> object:
    record = store.get("facilities", facility)
    assert record is not None
    return record.values["state"]


def senders(store: Store) -> set[str | None]:
    with reading(store.engine) as connection:
        return set(connection.scalars(sa.select(reports.c.sender)))


def count(store: Store) -> int:
    with reading(store.engine) as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(reports)) or 0)


# One report


def test_a_report_is_kept_as_it_was_said(store: Store) -> None:
    save(store, Change("facilities", "F1", {"opening_hours": "08:00-20:00"}, 1))
    receipt = store.reports.add("F1", "broken", "微波炉 '坏' 了\\N", sender="1.2.3.4", at=NOW, why="x")
    save(store, Change("facilities", "F1", {"opening_hours": "24/7"}, 2))
    (waiting,) = store.reports.waiting(NOW)
    (report,) = waiting.reports
    assert (receipt.counted, receipt.unverified, receipt.state) == (1, False, "open")
    assert (report.id, report.facility, report.what, report.words) == (receipt.id, "F1", "broken", "微波炉 '坏' 了\\N")
    assert (report.hours, report.at) == ("08:00-20:00", NOW), "the hours as they were posted then"
    assert (report.handled_at, report.handled_by, report.outcome, report.why) == (None, "", "", "")
    assert (waiting.facility, waiting.independent) == ("F1", 1)


def test_the_sender_is_nowhere_in_the_store(store: Store) -> None:
    add(store, "203.0.113.77")
    said = str(everything(store))
    assert "203.0.113.77" not in said
    (kept,) = senders(store)
    assert kept is not None
    assert len(kept) == 64
    assert kept not in said.replace(str(everything(store)["reports"]), ""), "and its hash in one place only"


@pytest.mark.parametrize("facility", ["F4", "F9", "", "f1", "F1\x00", "\ud800", "F" * 10_000, "'; DROP TABLE reports"])
def test_what_is_no_station_cannot_be_reported(store: Store, facility: str) -> None:
    before = everything(store)["reports"]
    with pytest.raises(NoStationError):
        add(store, "a", facility=facility)
    assert everything(store)["reports"] == before


# Three within a day


@pytest.mark.parametrize("facility", ["F1", "F2"])
def test_the_third_sender_makes_a_station_unverified_at_once(store: Store, facility: str) -> None:
    found = [add(store, sender, facility=facility) for sender in ("a", "b", "c", "d")]
    assert [receipt.counted for receipt in found] == [1, 2, 3, 4]
    assert [receipt.unverified for receipt in found] == [False, False, True, False]
    assert [receipt.state for receipt in found[2:]] == ["unverified", "unverified"]
    assert state(store, facility) == "unverified"
    newest, *_ = store.history("facilities", facility)
    assert (newest.by, newest.why, newest.at) == (REPORTS, "several said so", NOW)
    assert list(newest.fields) == ["state"]
    assert [commit.what for commit in store.commits(limit=1)] == ["report"]


def test_one_sender_is_one_whatever_is_said(store: Store) -> None:
    for what in ("locked", "full", "broken"):
        add(store, "a", what=what)
    add(store, "b")
    assert (add(store, "b", what="gone").counted, state(store)) == (2, "open")


def test_reports_of_another_station_do_not_count(store: Store) -> None:
    add(store, "a")
    add(store, "b", facility="F2")
    assert (add(store, "c").counted, state(store), state(store, "F2")) == (2, "open", "trial")


def test_a_closed_station_stays_closed(store: Store) -> None:
    revision = store.state()
    assert [add(store, sender, facility="F3").unverified for sender in ("a", "b", "c")] == [False] * 3
    assert (state(store, "F3"), store.state()) == ("closed", revision)


@pytest.mark.parametrize(("later", "counted"), [(DAY - SECOND, 3), (DAY - timedelta(microseconds=1), 3), (DAY, 2)])
def test_a_report_counts_for_a_day_and_no_longer(store: Store, later: timedelta, counted: int) -> None:
    """Of three, the first is ``later`` older than the last; at exactly a day it counts no more."""
    add(store, "a", NOW)
    add(store, "b", NOW + HOUR)
    receipt = add(store, "c", NOW + later)
    assert (receipt.counted, receipt.unverified) == (counted, counted == 3)
    assert state(store) == ("unverified" if counted == 3 else "open")


def test_midnight_divides_nothing(store: Store) -> None:
    """23:59 and 00:01 in Beijing, which is 16:00 in UTC, and midnight of UTC itself."""
    beijing = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)
    add(store, "a", beijing)
    add(store, "b", beijing + 2 * MINUTE)
    assert add(store, "c", datetime(2026, 1, 1, 0, 0, tzinfo=UTC)).unverified


def test_after_staff_found_it_open_it_takes_three_more(store: Store) -> None:
    for sender in ("a", "b", "c"):
        add(store, sender)
    (waiting,) = store.reports.waiting(NOW)
    change = Change("facilities", "F1", {"state": "open"}, 2)
    ids = [report.id for report in waiting.reports]
    store.reports.handle(ids, by="li", at=NOW, outcome="open", why="was there", change=change)
    later = NOW + 2 * HOUR
    assert [add(store, sender, later).counted for sender in ("a", "d")] == [1, 2]
    assert state(store) == "open"
    assert add(store, "b", later).unverified


# Limits


def test_five_in_ten_minutes(store: Store) -> None:
    whats = ["locked", "full", "broken", "moved", "gone"]
    for minute, what in enumerate(whats):
        add(store, "a", NOW + minute * MINUTE, what=what)
    with pytest.raises(ThrottledError) as caught:
        add(store, "a", NOW + 5 * MINUTE, what="hours")
    assert (caught.value.key, caught.value.wait) == ("report.wait", 5 * MINUTE)
    assert count(store) == 5
    with pytest.raises(ThrottledError) as caught:
        add(store, "a", NOW + 10 * MINUTE - SECOND, what="hours")
    assert caught.value.wait == SECOND
    add(store, "a", NOW + 10 * MINUTE, what="hours")
    add(store, "b", NOW + 5 * MINUTE)
    assert count(store) == 7


def test_twenty_a_day(store: Store) -> None:
    for number in range(20):
        add(store, "a", NOW + number * HOUR)
    with pytest.raises(ThrottledError) as caught:
        add(store, "a", NOW + 20 * HOUR)
    assert caught.value.wait == 4 * HOUR
    add(store, "a", NOW + DAY)
    assert count(store) == 21


def test_the_same_again_within_an_hour_is_answered_and_changes_nothing(store: Store) -> None:
    first = add(store, "a")
    before = everything(store)
    for later in (0 * SECOND, MINUTE, HOUR - SECOND):
        assert add(store, "a", NOW + later) == first
    assert everything(store) == before
    assert add(store, "a", NOW + HOUR).id != first.id
    assert add(store, "a", NOW + MINUTE, what="full").id != first.id
    assert add(store, "a", NOW + MINUTE, facility="F2").id != first.id
    assert count(store) == 4


def test_the_same_again_is_answered_beyond_the_limit_too(store: Store) -> None:
    found = {what: add(store, "a", what=what).id for what in ("locked", "full", "broken", "moved", "gone")}
    assert {what: add(store, "a", NOW + MINUTE, what=what).id for what in found} == found


def test_the_store_cannot_be_flooded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPEN_AT_MOST_OF_ONE", 3)
    monkeypatch.setattr(module, "OPEN_AT_MOST", 5)
    for number in range(3):
        add(store, f"a{number}")
    with pytest.raises(ThrottledError) as caught:
        add(store, "b")
    assert (caught.value.key, caught.value.wait) == ("report.full", HOUR)
    for number in range(2):
        add(store, f"a{number}", facility="F2")
    with pytest.raises(ThrottledError):
        add(store, "b", facility="F2")
    assert count(store) == 5
    waiting = {one.facility: one for one in store.reports.waiting(NOW)}
    store.reports.handle([waiting["F1"].reports[0].id], by="li", at=NOW, outcome="dismissed", why="nothing")
    assert add(store, "b", facility="F2").counted == 3


# Forgetting


def test_after_a_day_nobody_knows_who_it_was(store: Store) -> None:
    add(store, "a", NOW)
    add(store, "b", NOW + SECOND)
    store.reports.forget(NOW + DAY - SECOND)
    assert None not in senders(store)
    store.reports.forget(NOW + DAY)
    assert len(senders(store) - {None}) == 1
    (waiting,) = store.reports.waiting(NOW + DAY + SECOND)
    assert senders(store) == {None}
    assert (len(waiting.reports), waiting.independent) == (2, 0)


def test_a_program_that_starts_forgets_too(store: Store, url: str) -> None:
    add(store, "a")
    open_store(url, now=NOW + DAY).close()
    assert senders(store) == {None}


# Several at once


def at_once(*tasks: Callable[[], object]) -> list[object]:
    begin = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        begin.wait()
        try:
            return task()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_of_many_at_one_moment_one_is_the_third(store: Store, url: str) -> None:
    other = open_store(url, now=NOW)
    found = at_once(*(lambda n=n: add((store, other)[n % 2], f"sender {n}") for n in range(8)))
    receipts = [receipt for receipt in found if isinstance(receipt, Receipt)]
    assert sorted(receipt.counted for receipt in receipts) == list(range(1, 9))
    assert [receipt.counted for receipt in receipts if receipt.unverified] == [3]
    assert [entry.by for entry in store.history("facilities", "F1")] == [REPORTS, "li"]
    other.close()


def test_one_sender_gets_no_more_through_at_one_moment(store: Store) -> None:
    whats = ("locked", "full", "broken", "moved", "gone", "hours")
    tasks = [lambda f=f, w=w: add(store, "a", facility=f, what=w) for f in ("F1", "F2") for w in whats]
    found = at_once(*tasks)
    assert sum(isinstance(one, Receipt) for one in found) == 5
    assert sum(isinstance(one, ThrottledError) for one in found) == 7
    assert count(store) == 5


def test_the_same_at_one_moment_is_one_report(store: Store) -> None:
    found = at_once(*(lambda: add(store, "a") for _ in range(6)))
    assert {receipt.id for receipt in found if isinstance(receipt, Receipt)} == {
        store.reports.waiting(NOW)[0].reports[0].id
    }
    assert count(store) == 1


def test_a_report_and_an_edit_at_one_moment_both_hold(store: Store) -> None:
    add(store, "a")
    add(store, "b")
    found = at_once(
        lambda: add(store, "c"), lambda: save(store, Change("facilities", "F1", {"address": "x"}, 1), by="wang")
    )
    assert isinstance(found[0], Receipt)
    assert isinstance(found[1], int | Conflict), "whoever edits is told, if the report was first"
    record = store.get("facilities", "F1")
    assert record is not None
    assert record.values["state"] == "unverified"
    assert record.values["address"] == ("x" if isinstance(found[1], int) else None)


# Handling


def handle(store: Store, *ids: str, version: int = 1, state: str = "closed", why: str = "was there") -> None:
    change = Change("facilities", "F1", {"state": state}, version)
    store.reports.handle(ids, by="li", at=NOW + HOUR, outcome=state, why=why, change=change)


def test_what_is_handled_is_said_with_who_when_and_why(store: Store) -> None:
    first, second = add(store, "a").id, add(store, "b").id
    handle(store, first)
    (report,) = store.reports.handled()
    assert (report.id, report.handled_by, report.handled_at) == (first, "li", NOW + HOUR)
    assert (report.outcome, report.why) == ("closed", "was there")
    assert state(store) == "closed"
    (entry, *_) = store.history("facilities", "F1")
    assert (entry.by, entry.why, entry.fields) == ("li", "was there", {"state": ("open", "closed")})
    assert [report.id for report in store.reports.waiting(NOW)[0].reports] == [second]


def test_dismissing_touches_no_record(store: Store) -> None:
    before = store.state()
    first = add(store, "a").id
    store.reports.handle([first], by="li", at=NOW, outcome="dismissed", why="a joke")
    assert (store.state(), store.reports.waiting(NOW)) == (before, [])
    assert store.reports.handled()[0].outcome == "dismissed"


def test_who_decided_on_another_version_is_told_and_nothing_is_written(store: Store) -> None:
    first = add(store, "a").id
    save(store, Change("facilities", "F1", {"address": "x"}, 1))
    with pytest.raises(Conflict):
        handle(store, first)
    assert (state(store), len(store.reports.waiting(NOW)), store.reports.handled()) == ("open", 1, [])


def test_what_another_handled_cannot_be_handled_again(store: Store) -> None:
    first, second = add(store, "a").id, add(store, "b").id
    handle(store, first)
    with pytest.raises(GongtuError) as caught:
        handle(store, first, second, version=2, state="removed")
    assert caught.value.key == "report.handled_already"
    assert (state(store), store.reports.handled()[0].outcome) == ("closed", "closed")
    assert [report.id for report in store.reports.waiting(NOW)[0].reports] == [second]


def test_of_two_who_handle_at_one_moment_one_does(store: Store) -> None:
    first = add(store, "a").id
    found = at_once(lambda: handle(store, first), lambda: handle(store, first, state="removed"))
    assert sorted(type(one).__name__ for one in found) == ["GongtuError", "NoneType"]
    assert len(store.history("facilities", "F1")) == 2


def test_the_queue_begins_with_what_most_say(store: Store) -> None:
    add(store, "a", NOW, facility="F3")
    add(store, "a", NOW + MINUTE)
    add(store, "b", NOW, facility="F2")
    add(store, "c", NOW + SECOND, facility="F2")
    found = store.reports.waiting(NOW + MINUTE)
    assert [(one.facility, one.independent) for one in found] == [("F2", 2), ("F1", 1), ("F3", 1)]
    assert [report.at for report in found[0].reports] == [NOW + SECOND, NOW]


# With the rest of the store


@pytest.mark.parametrize("target", ENGINES)
def test_a_backup_has_the_reports_but_not_who_sent_them(
    store: Store, target: str, new_store: NewStore, tmp_path: Path
) -> None:
    first = add(store, "a").id
    add(store, "b", what="full")
    handle(store, first)
    save(store, Change("facilities", "F2", {"entrance_lon": 116.3, "entrance_lat": 39.7}, 1))
    backup(store, tmp_path / "backup")
    other = open_store(new_store(target), now=NOW)
    restore(other, tmp_path / "backup")
    forgotten, before = everything(other), everything(store)
    sender = [column.name for column in reports.columns].index("sender")
    hashes = [str(row[sender]) for row in before["reports"]]
    before["reports"] = [(*row[:sender], None, *row[sender + 1 :]) for row in before["reports"]]
    assert forgotten == before
    (waiting,), (waited,) = other.reports.waiting(NOW), store.reports.waiting(NOW)
    assert (waiting.reports, waiting.independent, waited.independent) == (waited.reports, 0, 1)
    assert other.reports.handled() == store.reports.handled()
    assert len(hashes) == 2
    assert not any(one.encode() in (tmp_path / "backup").read_bytes() for one in hashes)
    entrances = other.read("facilities").set_index("id")[["entrance_lon", "entrance_lat"]]
    assert entrances.loc["F2"].tolist() == [116.3, 39.7]
    assert [finding for finding in check(other) if not finding.ok] == []
    other.close()


def test_a_store_from_before_reports_gets_them(tmp_path: Path) -> None:
    """A store of the tables' first version, with a station in it."""
    url = f"sqlite:///{tmp_path}/old.sqlite"
    old = open_store(url, now=NOW)
    save(old, Change("facilities", "F1", {"name": "甲", "state": "open"}))
    with writing(old.engine) as connection:
        age(connection, "0001")
    old.close()
    now = open_store(url, now=NOW)
    assert add(now, "a").counted == 1
    assert now.read("facilities")["entrance_lon"].isna().all()
    assert [finding for finding in check(now) if not finding.ok] == []
    now.close()


def test_errors_do_not_quote_what_was_said(store: Store) -> None:
    """A statement that fails goes to the log with its traceback."""
    with pytest.raises((sa.exc.DBAPIError, GongtuError)) as caught, writing(store.engine) as connection:
        connection.execute(sa.text("INSERT INTO nowhere VALUES (:words)"), {"words": "秘密的话"})
    assert "nowhere" in str(caught.value)
    assert "秘密的话" not in str(caught.value)
