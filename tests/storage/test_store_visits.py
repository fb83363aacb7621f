"""Planned visits in the store, on both engines: kept as they were said, changed one version after another."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from stores import NOW, everything

from geo.errors import GongtuError, ParameterError
from geo.i18n import LANGUAGES, explain
from geo.storage import Conflict, Store, backup, check, open_store, restore, visits
from geo.storage.visits import PlannedVisit

LATER = NOW + timedelta(hours=1)


def add(store: Store, campaign: str = "2025", **fields: Any) -> PlannedVisit:
    said = {"team": "1", "position": "P1", "date": "2025-07-09", "by": "李", "at": NOW}
    return store.visits.add(campaign, **{**said, **fields})


def test_a_visit_is_kept_as_it_was_said(store: Store) -> None:
    made = add(store, start="09:30", end="11:00", what=" 走访  企业 ", note="带\n材料")
    known = (made.campaign, made.team, made.position, made.date, made.start, made.end, made.what, made.note, made.state)
    assert known == ("2025", "1", "P1", "2025-07-09", "09:30", "11:00", "走访 企业", "带\n材料", "planned")
    assert (made.version, made.created_by, made.created_at, made.changed_at) == (1, "李", NOW, NOW)
    assert store.visits.get(made.id) == made
    assert [store.visits.get(id_) for id_ in ("", "nobody", "\x00", "\ud800")] == [None] * 4


def test_they_come_by_day_and_time_those_of_no_time_first(store: Store) -> None:
    late = add(store, date="2025-07-10")
    noon = add(store, start="12:00")
    early = add(store, start="09:00", end="09:01", team="2")
    whole = add(store)
    add(store, "2021")
    assert store.visits.list("2025") == [whole, early, noon, late]
    assert store.visits.list("2025", team="2") == [early]
    assert store.visits.list("2025", since="2025-07-10") == [late], "the day itself too"
    assert store.visits.list("2025", since="2025-07-09", team="1") == [whole, noon, late]
    assert store.visits.list("2026") == store.visits.list("\x00") == []


def test_a_change_counts_up_and_leaves_the_rest(store: Store) -> None:
    made = add(store, what="走访")
    now = store.visits.change(made.id, 1, by="王", at=LATER, state="done", start="08:00")
    assert now == replace(made, state="done", start="08:00", version=2, changed_by="王", changed_at=LATER)
    before = everything(store)
    assert store.visits.change(made.id, 2, by="赵", at=LATER, state="done", what="走访 ") == now
    assert everything(store) == before
    assert store.visits.change(made.id, 2, by="赵", at=LATER, state="cancelled").state == "cancelled"


def test_who_comes_second_is_told_and_writes_nothing(store: Store) -> None:
    made = add(store)
    store.visits.change(made.id, 1, by="王", at=LATER, date="2025-08-01")
    before = everything(store)
    with pytest.raises(Conflict) as caught:
        store.visits.change(made.id, 1, by="李", at=LATER, date="2025-07-10")
    assert all("2025-08-01" in explain(caught.value, language) for language in LANGUAGES)
    assert everything(store) == before


def test_of_many_at_once_one_writes(store: Store) -> None:
    made = add(store)

    def move(number: int) -> bool:
        try:
            store.visits.change(made.id, 1, by="李", at=LATER, what=str(number))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(move, range(8))) == 1


WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"team": ""}, "team"),
    ({"team": None}, "team"),
    ({"position": "x" * 201}, "position"),
    ({"date": "2025-07"}, "date"),
    ({"date": "2025-02-30"}, "date"),
    ({"date": "20250709"}, "date"),
    ({"date": "0999-07-09"}, "date"),
    ({"start": "9:30"}, "start"),
    ({"start": "24:00"}, "start"),
    ({"start": "09:00", "end": "09:00"}, "end"),
    ({"start": "09:00", "end": "08:59"}, "end"),
    ({"end": "09:00"}, "end"),
    ({"what": "长" * 201}, "what"),
    ({"note": "长" * 2001}, "note"),
    ({"note": "a\x00"}, "note"),
    ({"state": "perhaps"}, "state"),
]


def test_what_cannot_be_kept_is_refused_with_words(store: Store) -> None:
    there = add(store)
    before = everything(store)
    for fields, field in WRONG:
        with pytest.raises(ParameterError) as caught:
            add(store, **fields)
        assert caught.value.params["field"] == field
        assert all(explain(caught.value, language) for language in LANGUAGES)
        with pytest.raises(ParameterError):
            store.visits.change(there.id, 1, by="李", at=NOW, **fields)
    assert everything(store) == before


def test_times_are_judged_with_what_stays(store: Store) -> None:
    made = add(store, start="09:00", end="10:00")
    with pytest.raises(ParameterError, match=r"visit\.end"):
        store.visits.change(made.id, 1, by="李", at=NOW, start="")
    assert store.visits.change(made.id, 1, by="李", at=NOW, start="", end="").end == ""


def test_what_is_no_visit_and_no_field_is_told(store: Store) -> None:
    with pytest.raises(ParameterError, match=r"visit\.unknown") as caught:
        store.visits.change("\ud800", 1, by="李", at=NOW, what="x")
    for language in LANGUAGES:
        explain(caught.value, language).encode()
    with pytest.raises(TypeError):
        store.visits.change(add(store).id, 1, by="李", at=NOW, campaign="2021")


def test_a_campaign_has_so_many_and_no_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "VISITS_AT_MOST", 2)
    add(store)
    add(store, state="cancelled")
    add(store, "2021")
    with pytest.raises(GongtuError, match=r"visit\.many") as caught:
        add(store)
    assert all("2" in explain(caught.value, language) for language in LANGUAGES)
    assert len(store.visits.list("2025")) == 2


def test_a_backup_has_them(store: Store, tmp_path: Path) -> None:
    made = add(store)
    backup(store, tmp_path / "backup")
    other = open_store(f"sqlite:///{tmp_path}/other.sqlite", now=NOW)
    restore(other, tmp_path / "backup")
    assert other.visits.list("2025") == [made]
    assert [finding for finding in check(other) if not finding.ok] == []
    other.close()
