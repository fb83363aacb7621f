"""Drafts, their edits and published versions in the store, on both engines: nobody's change is lost or overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import NOW, age, enterprises, everything, save

from geo.errors import GongtuError, ParameterError
from geo.i18n import LANGUAGES, explain
from geo.storage import Conflict, Store, backup, check, open_store, restore
from geo.storage.assignments import Draft, Moved, Published
from geo.storage.engine import writing

LATER = NOW + timedelta(hours=1)
GROUNDS = {
    "revision": "r1",
    "synthetic": True,
    "edges": [["P1", "P2"]],
    "loads": {"P1": 12.5},
    "names": {"P1": {"name": "甲原镇"}},
    "teams": [{"id": "1", "name": "一组", "departments": ["办公室"]}],
}


def edit(store: Store, *, by: str = "李", campaign: str = "2025", **fields: tuple[Any, Any]) -> Draft:
    """Fields written with a double underscore for the point."""
    said = {name.replace("__", "."): values for name, values in fields.items()}
    return store.assignments.edit(campaign, said, by=by, at=LATER)


def publish(store: Store, version: int, campaign: str = "2025", **said: Any) -> Published:
    words = {"note": "定稿", "starts": "2025-07-01", "grounds": GROUNDS, "by": "王", "at": LATER, **said}
    return store.assignments.publish(campaign, version, **words)


def bad(store: Store) -> list[str]:
    return [finding.key for finding in check(store) if not finding.ok]


# Drafts


def test_where_nobody_has_begun_there_is_nothing(store: Store) -> None:
    assert store.assignments.draft("2025") == Draft("2025", {}, 0, "", None)
    assert list(store.assignments.edits("2025")) == []
    assert list(store.assignments.versions("2025")) == []
    assert store.assignments.published("2025") is None
    for id_ in ("", "\x00", "\ud800"):
        assert store.assignments.draft(id_).version == 0
        assert store.assignments.published(id_) is None


def test_an_edit_sets_changes_and_takes_away(store: Store) -> None:
    made = edit(store, where__P1=(None, "3"), never__P2=(None, ["1", "2"]), balance=(None, 0.2))
    assert made == Draft("2025", {"where.P1": "3", "never.P2": ["1", "2"], "balance": 0.2}, 1, "李", LATER)
    assert edit(store, by="王", where__P1=("3", "1"), never__P2=(["1", "2"], None)) == Draft(
        "2025", {"where.P1": "1", "balance": 0.2}, 2, "王", LATER
    )
    assert store.assignments.draft("2021").version == 0, "another campaign's is another draft"


def test_who_changed_what_is_kept_newest_first(store: Store) -> None:
    edit(store, where__P1=(None, "3"))
    edit(store, by="王", where__P1=("3", None), extra__P2=(None, 3))
    second, first = store.assignments.edits("2025")
    assert (first.number, first.edit, first.by, first.at) == (1, {"where.P1": (None, "3")}, "李", LATER)
    assert (second.number, second.by) == (2, "王")
    assert second.edit == {"where.P1": ("3", None), "extra.P2": (None, 3)}
    assert list(store.assignments.edits("2025", limit=1)) == [second]


def test_an_edit_that_changes_nothing_leaves_no_trace(store: Store) -> None:
    edit(store, where__P1=(None, "3"))
    before = everything(store)
    assert edit(store, by="王", where__P1=("3", "3")).version == 1
    assert edit(store, by="王").version == 1
    assert everything(store) == before


def test_the_same_field_is_a_conflict_and_nothing_is_written(store: Store) -> None:
    edit(store, where__P1=(None, "3"), where__P2=(None, "1"))
    before = everything(store)
    with pytest.raises(Moved) as caught:
        edit(store, by="王", where__P1=(None, "2"), where__P3=(None, "2"))
    assert (caught.value.fields, caught.value.by) == (("where.P1",), "李")
    assert isinstance(caught.value, Conflict)
    assert all("where.P1" in explain(caught.value, language) for language in LANGUAGES)
    assert everything(store) == before


def test_an_edit_of_what_is_not_there_is_a_conflict(store: Store) -> None:
    with pytest.raises(Moved) as caught:
        edit(store, where__P1=("3", "2"))
    assert all(explain(caught.value, language) for language in LANGUAGES)


def test_different_fields_by_two_people_both_succeed(store: Store) -> None:
    """Both looked at the same draft, the second before the first was done."""
    edit(store, where__P1=(None, "1"), where__P2=(None, "1"))
    edit(store, by="李", where__P1=("1", "2"))
    assert edit(store, by="王", where__P2=("1", "3")).fields == {"where.P1": "2", "where.P2": "3"}


def test_many_at_once_lose_nothing(store: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: edit(store, by=f"u{n}", **{f"where__P{n}": (None, "1")}), range(18)))
    made = store.assignments.draft("2025")
    assert made.fields == {f"where.P{n}": "1" for n in sorted(range(18), key=str)}
    assert made.version == 18
    assert bad(store) == []


def test_of_many_at_once_on_one_field_one_succeeds(store: Store) -> None:
    def move(number: int) -> bool:
        try:
            edit(store, by=f"u{number}", where__P1=(None, str(number)))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(move, range(12))) == 1
    assert store.assignments.draft("2025").version == 1


def test_what_the_check_refuses_is_not_written(store: Store) -> None:
    edit(store, where__P1=(None, "3"))
    seen: list[Mapping[str, Any]] = []

    def refuse(fields: Mapping[str, Any]) -> None:
        seen.append(fields)
        raise ParameterError("assignment.empty", field="x")

    before = everything(store)
    with pytest.raises(ParameterError):
        store.assignments.edit("2025", {"where.P1": ("3", None)}, by="李", at=LATER, check=refuse)
    assert (seen, everything(store)) == ([{}], before)
    with pytest.raises(Moved):
        store.assignments.edit("2025", {"where.P1": (None, "2")}, by="李", at=LATER, check=refuse)
    assert len(seen) == 1, "a conflict is told first: the check would be told of a draft that nobody has seen"


WRONG: list[Mapping[str, Any]] = [
    {"": (None, "1")},
    {"x" * 251: (None, "1")},
    {"a\x00": (None, "1")},
    {"where.P1": (None, "x" * 251)},
    {"where.P1": (None, "\ud800")},
    {"where.P1": (None, True)},
    {"where.P1": (None, {"a": 1})},
    {"where.P1": (None, [["1"]])},
    {"where.P1": (None, object())},
    {f"where.P{n}": (None, "1") for n in range(20_001)},
]


def test_what_cannot_be_kept_is_refused_with_words(store: Store) -> None:
    for fields in WRONG:
        with pytest.raises(ParameterError) as caught:
            store.assignments.edit("2025", fields, by="李", at=NOW)
        for language in LANGUAGES:
            explain(caught.value, language).encode()
    assert store.assignments.draft("2025").version == 0


def test_numbers_that_are_none_take_a_field_away(store: Store) -> None:
    edit(store, strength__1=(None, np.float64(1.5)), extra__P1=(None, np.int64(3)))
    assert edit(store, strength__1=(1.5, float("nan"))).fields == {"extra.P1": 3}


VALUES = (
    st.none() | st.sampled_from(["1", "2"]) | st.floats(-50, 50) | st.lists(st.sampled_from(["1", "2"]), max_size=2)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(steps=st.lists(st.dictionaries(st.sampled_from(["where.P1", "never.P1", "balance"]), VALUES), max_size=6))
def test_any_edits_and_then_their_inverses_leave_it_as_it_was(store: Store, steps: list[dict[str, Any]]) -> None:
    before = dict(store.assignments.draft("2025").fields)
    done = []
    for step in steps:
        now = store.assignments.draft("2025").fields
        said = {name: (now.get(name), then) for name, then in step.items()}
        store.assignments.edit("2025", said, by="李", at=NOW)
        done.append(said)
    for said in reversed(done):
        back = {name: (then, was) for name, (was, then) in said.items()}
        store.assignments.edit("2025", back, by="李", at=NOW)
    assert store.assignments.draft("2025").fields == before
    assert bad(store) == []


# Published


def test_versions_count_up_and_stay_as_they_were(store: Store) -> None:
    edit(store, where__P1=(None, "3"))
    first = publish(store, 1)
    assert first == Published("2025", 1, {"where.P1": "3"}, GROUNDS, "定稿", "2025-07-01", "王", LATER)
    edit(store, where__P1=("3", "1"))
    second = publish(store, 2, note="", starts="2025-08-01")
    assert (second.number, second.fields, second.note) == (2, {"where.P1": "1"}, "")
    assert list(store.assignments.versions("2025")) == [second, first]
    assert store.assignments.published("2025") == second
    assert store.assignments.published("2025", 1) == first
    assert store.assignments.published("2025", 3) is None
    assert store.assignments.published("2021") is None


def test_a_draft_that_moved_on_is_not_published(store: Store) -> None:
    edit(store, where__P1=(None, "3"))
    edit(store, by="李", where__P2=(None, "1"))
    before = everything(store)
    for seen in (0, 1, 3):
        with pytest.raises(Moved) as caught:
            publish(store, seen)
        assert caught.value.fields == {0: ("where.P1", "where.P2"), 1: ("where.P2",), 3: ()}[seen]
        assert all(explain(caught.value, language) for language in LANGUAGES)
    assert everything(store) == before


def test_nothing_is_not_published(store: Store) -> None:
    with pytest.raises(GongtuError, match=r"assignment\.empty"):
        publish(store, 0)
    edit(store, where__P1=(None, "3"))
    edit(store, where__P1=("3", None))
    with pytest.raises(GongtuError, match=r"assignment\.empty"):
        publish(store, 2)


UNFIT: list[tuple[Mapping[str, Any], str]] = [
    ({"note": "长" * 2001}, "note"),
    ({"note": "a\x00"}, "note"),
    ({"starts": ""}, "starts"),
    ({"starts": "2025-07"}, "starts"),
    ({"starts": "2025-02-29"}, "starts"),
    ({"grounds": {"revision": object()}}, "grounds"),
    ({"grounds": {"names": {"\x00": 1}}}, "grounds"),
]


def test_a_version_that_cannot_be_kept_is_refused(store: Store) -> None:
    edit(store, where__P1=(None, "3"))
    for said, field in UNFIT:
        with pytest.raises(ParameterError) as caught:
            publish(store, 1, **said)
        assert caught.value.params["field"] == field
        assert all(explain(caught.value, language) for language in LANGUAGES)
    assert list(store.assignments.versions("2025")) == []


def test_two_who_publish_at_once_make_two_versions(store: Store) -> None:
    edit(store, where__P1=(None, "3"))
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: publish(store, 1, by=f"u{n}").number, range(6)))
    assert sorted(made) == [1, 2, 3, 4, 5, 6]
    assert bad(store) == []


def test_of_an_edit_and_a_publishing_at_once_the_draft_is_published_as_it_was_seen(store: Store) -> None:
    edit(store, where__P1=(None, "0"))
    with ThreadPoolExecutor(2) as pool:
        moving = pool.submit(lambda: edit(store, where__P1=("0", "1")))
        publishing = pool.submit(lambda: publish(store, 1))
        moving.result()
        if publishing.exception() is None:
            assert publishing.result().fields == {"where.P1": "0"}
        else:
            assert isinstance(publishing.exception(), Moved)


# The store's own business


def test_plans_move_no_cache_of_the_district(store: Store) -> None:
    save(store, *enterprises(1))
    before = store.state()
    edit(store, where__P1=(None, "3"))
    publish(store, 1)
    assert store.state() == before


def test_a_backup_has_them_and_the_doctor_reads_them(store: Store, tmp_path: Path) -> None:
    edit(store, where__P1=(None, "3"), never__P2=(None, ["1"]))
    publish(store, 1)
    backup(store, tmp_path / "backup")
    edit(store, where__P1=("3", "1"))
    other = open_store(f"sqlite:///{tmp_path}/other.sqlite", now=NOW)
    restore(other, tmp_path / "backup")
    assert other.assignments.draft("2025").fields == {"where.P1": "3", "never.P2": ["1"]}
    assert list(other.assignments.versions("2025")) == list(store.assignments.versions("2025"))
    assert list(other.assignments.edits("2025")) == list(store.assignments.edits("2025"))[1:]
    assert bad(other) == []
    assert edit(other, where__P1=("3", "2")).version == 2, "and goes on from there"
    other.close()
    restore(store, tmp_path / "backup")
    assert store.assignments.draft("2025").fields["where.P1"] == "3"
    assert bad(store) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assignment_drafts SET version = 3",
        "UPDATE assignment_drafts SET fields = '{}'",
        "DELETE FROM assignment_drafts",
        "DELETE FROM assignment_edits WHERE number = 1",
        "DELETE FROM assignment_versions WHERE number = 1",
    ],
)
def test_the_doctor_finds_what_somebody_did_past_the_program(store: Store, statement: str) -> None:
    edit(store, where__P1=(None, "3"))
    publish(store, 1)
    edit(store, where__P1=("3", "1"))
    publish(store, 2)
    assert bad(store) == []
    with writing(store.engine) as connection:
        connection.exec_driver_sql(statement)
    (finding,) = [finding for finding in check(store) if not finding.ok]
    what = "published" if "versions" in statement else "draft"
    assert (finding.key, finding.params) == ("store.check_plans_bad", {"count": 1, "campaigns": f"2025 ({what})"})


def test_the_doctor_finds_one_that_cannot_be_read(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/s.sqlite", now=NOW)
    edit(store, where__P1=(None, "3"))
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE assignment_drafts SET fields = '['")
    assert "store.check_values_bad" in bad(store)
    store.close()


def test_a_store_from_before_plans_gets_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.sqlite"
    old = open_store(url, now=NOW)
    save(old, *enterprises(1))
    with writing(old.engine) as connection:
        age(connection, "0003")
    backup(old, tmp_path / "backup")
    old.close()
    now = open_store(url, now=NOW)
    assert edit(now, where__P1=(None, "3")).version == 1
    assert len(now.read("enterprises")) == 1
    restore(now, tmp_path / "backup")
    assert now.assignments.draft("2025").version == 0, "the backup of an older program had none"
    assert bad(now) == []
    now.close()
