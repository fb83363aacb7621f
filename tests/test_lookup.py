"""Finding things by any part of their name: who may find what, in which order, and where it opens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from told_world import TestClient, client, member, sign_in, told_pack, told_store, world

from geo.lines import Names, Notes
from geo.lookup import Lookup
from geo.people import NOBODY, Person
from geo.storage import Change
from geo.storage.backup import backup, restore
from geo.workspace import Workspace

__all__ = ["client", "told_pack", "told_store", "world"]  # fixtures
STAFF = Person("u", "张三", "staff")
KEPT = {"standing": "imported", "source": "test", "as_of": "2025"}
NEW = {"name": "青禾物流", "union_status": "none", **KEPT}
NOTE = {"campaign": "2025", "kind": "visit", "date": "2025-09-01", "note": "改了", **KEPT}


@pytest.fixture
def filled(world: Workspace) -> Workspace:
    """One enterprise whose name nothing else has, and two entries: one about it, one that names it in its note."""
    entry = {"campaign": "2025", "kind": "visit", **KEPT}
    world.store.commit(
        [
            Change(
                "enterprises", "X1", {"name": "青禾物流有限公司", "union_status": "willing", "region": "甲原镇", **KEPT}
            ),
            Change("entries", "T1", {**entry, "date": "2025-07-01", "enterprise": "X1", "note": "谈建会"}),
            Change("entries", "T2", {**entry, "date": "2025-08-01", "note": "同去的还有青禾物流，ABC 楼"}),
        ],
        by="test",
        at=world.now(),
        why="",
    )
    return world


def found(answer: list[dict[str, str]] | dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    rows = answer["found"] if isinstance(answer, dict) else answer
    return [(row["group"], row["id"]) for row in rows]


def test_staff_find_enterprises_and_entries_and_nobody_else_does(filled: Workspace, client: TestClient) -> None:
    asked = "/api/v1/search?q=青禾"
    assert client.get(asked).json() == {"found": []}
    sign_in(filled, client, member(filled, "张三"))
    answer = client.get(asked)
    assert answer.headers["cache-control"] == "no-store"
    assert found(answer.json()) == [("enterprise", "X1"), ("entry", "T2"), ("entry", "T1")]
    enterprise, named, about = answer.json()["found"]
    assert (enterprise["label"]["zh"], enterprise["beside"]["zh"]) == ("青禾物流有限公司", "甲原镇 · 有意向")
    assert (enterprise["page"], about["page"]) == ("enterprises?id=X1", "ledger?entry=T1")
    assert named["beside"]["zh"] == "同去的还有青禾物流，ABC 楼"


def test_places_are_for_everybody_and_kinds_choose_groups(filled: Workspace, client: TestClient) -> None:
    everything = client.get("/api/v1/search?q=甲原").json()
    assert found(everything)[0] == ("place", "110199001000")
    assert everything["found"][0]["page"] == "?region=110199001000"
    sign_in(filled, client, member(filled, "张三"))
    assert found(client.get("/api/v1/search?q=青禾&kinds=entry").json()) == [("entry", "T2"), ("entry", "T1")]
    assert client.get("/api/v1/search?q=青禾&kinds=caller").status_code == 422


def test_a_text_without_a_letter_finds_nothing(client: TestClient) -> None:
    for text in ("", "  ", "，。", "%", "_"):
        assert client.get("/api/v1/search", params={"q": text}).json() == {"found": []}
    assert client.get("/api/v1/search").status_code == 422


def test_what_changed_is_found_at_once_and_nothing_else(filled: Workspace, tmp_path: Path) -> None:
    """By the process that wrote it and by another one, after changes, retirements and a restored backup."""
    other = Workspace(replace(filled.settings), clock=filled.now)
    without = Workspace(replace(filled.settings, demo=False), clock=filled.now)
    lookups = [Lookup(one) for one in (filled, other, without)]
    backup(filled.store, tmp_path / "b.sqlite")

    def commit(*changes: Change) -> None:
        filled.store.commit(changes, by="test", at=filled.now(), why="更正")

    def found(text: str) -> str:
        answers = [" ".join(one.id for one in lookup.find(STAFF, text)) for lookup in lookups]
        assert answers[0] == answers[1]
        return answers[0] if answers[0] == answers[2] else f"{answers[0]} / {answers[2]}"

    assert (found("青禾"), found("abc")) == ("X1 T2 T1", "T2")
    commit(Change("entries", "T2", {"note": "改了", "date": "2025-06-01"}, 1), Change("enterprises", "X0", NEW))
    assert (found("abc"), found("改了"), found("青禾")) == ("", "T2", "X0 X1 T1")
    commit(Change("enterprises", "X1", {"name": "青禾", "region": "乙河街道"}, 1), Change("entries", "T0", NOTE))
    assert (found("青禾"), found("物流"), found("改了")) == ("X1 X0 T1", "X0", "T0 T2")
    assert lookups[1].find(STAFF, "青禾")[0].beside["zh"] == "乙河街道 · 有意向"
    commit(Change("enterprises", "X1", {}, 2, "gone"), Change("entries", "T2", {}, 2, "gone"))
    commit(
        Change("enterprises", "X0", {"standing": "synthetic"}, 1), Change("entries", "T0", {"standing": "synthetic"}, 1)
    )
    assert (found("青禾"), found("改了")) == ("X0 / ", "T0 / ")
    assert lookups[0].find(NOBODY, "改了") == []
    restore(filled.store, tmp_path / "b.sqlite")
    assert (found("青禾"), found("改了"), found("abc")) == ("X1 T2 T1", "", "T2")
    for one in (other, without):
        one.store.close()


@pytest.mark.parametrize("text", ["黄村", "黃村", "黄 村", "ＡＢＣ楼", "abc", "Abc 楼"])
def test_notes_are_found_however_they_are_written(text: str) -> None:
    notes = Notes.of(ledger({"a": ("2025-01-01", "去了黃村的ABC 楼"), "b": ("2025-01-02", "去了别处")}))
    assert notes.find(text, 9) == ["a"]


def test_an_excerpt_is_as_the_note_is_written(filled: Workspace) -> None:
    note = "前" * 30 + "在黃\n村，見了Ａbc楼的人" + "后" * 30
    filled.store.commit([Change("entries", "T3", NOTE | {"note": note})], by="test", at=filled.now(), why="")
    (found,) = Lookup(filled).find(STAFF, "黄村", groups=["entry"])
    assert found.beside["zh"] == "…" + "前" * 23 + "在黃 村，見了Ａbc楼的人" + "后" * 15 + "…"


def ledger(entries: dict[str, tuple[str, str]]) -> pd.DataFrame:
    rows = [(key, *entries[key]) for key in sorted(entries)]
    return pd.DataFrame(rows, columns=["id", "date", "note"], dtype="str")


def test_notes_are_found_once_each_and_never_across_two() -> None:
    """The newest first; a text that stands twice in one note is one find; none reaches from one note into the next."""
    notes = Notes.of(
        ledger(
            {
                "a": ("2025-01-01", "甲乙"),
                "b": ("2025-03-01", "乙 乙"),
                "c": ("2025-02-01", ""),
                "d": ("2025-03-01", "丙甲"),
            }
        )
    )
    assert notes.find("乙", 9) == ["b", "a"]
    assert notes.find("甲", 1) == ["d"]
    assert notes.find("丙", 9) == ["d"], "the first of a note too"
    assert notes.find("乙丙", 9) == notes.find("，", 9) == []


def register(enterprises: dict[str, tuple[str, str]]) -> pd.DataFrame:
    rows = [(key, *enterprises[key]) for key in sorted(enterprises)]
    return pd.DataFrame(rows, columns=["id", "name", "credit_code"], dtype="str")


def test_the_best_match_first() -> None:
    names = {
        "E7": ("E7公司", ""),
        "E9": ("服装厂", ""),
        "X1": ("大兴服装厂", "91110115"),
        "X2": ("服装厂", ""),
        "X3": ("服装厂二分厂", "91110115MA01ABCD2E"),
        "X4": ("E7公司", ""),
        "X5": ("阳光（服装）厂", ""),
    }
    frame = register(names)
    found = Names.of(frame)

    def best(text: str, limit: int = 8) -> str:
        return " ".join(frame["id"].iloc[found.find(text, limit)])

    assert best("服装厂") == "E9 X2 X3 X1 X5"
    assert best("服装厂", 2) == "E9 X2"
    assert best("e7") == "E7 X4", "an id, then the beginning of a name"
    assert best("91110115") == "X1 X3"
    assert best("1115") == best("，。") == best("没有的") == best("服装厂", 0) == ""
    assert best("大兴服装厂\n") == "X1"
    assert Names.of(frame.iloc[:0]).find("服", 8) == []


TEXT = st.text("甲黃a1\n，", max_size=4)
RECORDS = st.dictionaries(st.sampled_from("abcdeé乙"), st.tuples(st.sampled_from(["2025-01-01", "2025-10-09"]), TEXT))


@given(RECORDS, st.lists(RECORDS, max_size=3), st.data())
def test_with_a_few_changed_they_find_what_they_would_anew(
    first: dict[str, tuple[str, str]], steps: list[dict[str, tuple[str, str]]], data: st.DataObject
) -> None:
    now, names, notes = first, Names.of(register(first)), Notes.of(ledger(first))
    for step in steps:
        were = ledger({key: now[key] for key in step if key in now})
        living = {key: record for key, record in step.items() if "a" not in record[1]}
        now = {key: record for key, record in now.items() if key not in step} | living
        names, notes = names.spliced(register(living), step), notes.spliced(were, ledger(living))
    for text in ("甲", "a", "1", "甲黄", "2025", data.draw(TEXT)):
        assert names.find(text, 9) == Names.of(register(now)).find(text, 9)
        assert notes.find(text, 9) == Notes.of(ledger(now)).find(text, 9)
