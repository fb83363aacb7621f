"""Finding things by any part of their name: who may find what, in which order, and where it opens."""

from __future__ import annotations

import pandas as pd
import pytest
from told_world import TestClient, client, member, sign_in, told_pack, told_store, world

from geo.lookup import _Notes
from geo.people import NOBODY, Person
from geo.storage import Change
from geo.workspace import Workspace

__all__ = ["client", "told_pack", "told_store", "world"]  # fixtures
STAFF = Person("u", "张三", "staff")
KEPT = {"standing": "imported", "source": "test", "as_of": "2025"}


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
    assert everything["found"][0]["page"] == "overview?region=110199001000"
    sign_in(filled, client, member(filled, "张三"))
    assert found(client.get("/api/v1/search?q=青禾&kinds=entry").json()) == [("entry", "T2"), ("entry", "T1")]
    assert client.get("/api/v1/search?q=青禾&kinds=caller").status_code == 422


def test_a_text_without_a_letter_finds_nothing(client: TestClient) -> None:
    for text in ("", "  ", "，。", "%", "_"):
        assert client.get("/api/v1/search", params={"q": text}).json() == {"found": []}
    assert client.get("/api/v1/search").status_code == 422


def test_the_ledger_is_found_as_it_is_now(filled: Workspace) -> None:
    from geo.lookup import Lookup

    lookup = Lookup(filled)
    assert [one.id for one in lookup.find(STAFF, "abc", groups=["entry"])] == ["T2"]
    filled.store.commit([Change("entries", "T2", {"note": "改了"}, version=1)], by="test", at=filled.now(), why="更正")
    assert lookup.find(STAFF, "abc", groups=["entry"]) == []
    assert lookup.find(NOBODY, "改了") == []


def test_notes_are_found_once_each_and_never_across_two() -> None:
    """The newest first; a text that stands twice in one note is one find; none reaches from one note into the next."""
    rows = [
        ("a", "2025-01-01", "甲乙"),
        ("b", "2025-03-01", "乙 乙"),
        ("c", "2025-02-01", ""),
        ("d", "2025-03-01", "丙甲"),
    ]
    frame = pd.DataFrame(rows, columns=["id", "date", "note"]).assign(kind="visit", standing="reported", enterprise="")
    notes = _Notes(frame)
    assert [notes[number]["id"] for number in notes.matching("乙", 9)] == ["b", "a"]
    assert [notes[number]["id"] for number in notes.matching("甲", 1)] == ["d"]
    assert [notes[number]["id"] for number in notes.matching("丙", 9)] == ["d"], "the first of a note too"
    assert [*notes.matching("乙丙", 9)] == []
    assert notes.of([], 5) == []
