"""Scenarios in the store: kept as they were said, one version after another, adopted once or not at all."""

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
from geo.storage import Change, Conflict, Store, backup, check, open_store, restore
from geo.storage.engine import writing
from geo.storage.scenarios import Scenario

LATER = NOW + timedelta(hours=1)
SITE = {"id": "C1", "name": "甲镇 1 号格", "lon": 116.3, "lat": 39.7, "moved": False}
PROOF = {"goal": "max-cover", "objective": 7.0, "bound": 7.0, "proven": True, "gap": 0.0, "curve": [[1, 7.0, True]]}


def add(store: Store, name: str = "三季度", **fields: Any) -> Scenario:
    return store.scenarios.add(name, by="李", at=NOW, **{"sites": [SITE], **fields})


def planned(number: int = 1) -> Change:
    return Change("facilities", f"S{number}", {"name": "规划站", "state": "planned"})


# Kept


def test_a_scenario_is_kept_as_it_was_said(store: Store) -> None:
    said = {"notes": "一\n二 '三'\\N", "question": {"reach": "500"}, "plan": {"goal": "p-median", "n": "2"}}
    made = add(store, proof=PROOF, grounds={"revision": "r1", "as_of": "2025", "synthetic": True}, shared=True, **said)
    kept = store.scenarios.get(made.id)
    assert kept == made
    assert kept is not None
    assert (kept.name, kept.notes, kept.question, kept.plan) == ("三季度", *said.values())
    assert (kept.sites, kept.proof, kept.shared) == ((SITE,), PROOF, True)
    assert kept.grounds == {"revision": "r1", "as_of": "2025", "synthetic": True}
    assert (kept.version, kept.created_by, kept.created_at, kept.changed_by, kept.changed_at) == (
        1,
        "李",
        NOW,
        "李",
        NOW,
    )
    assert (kept.adopted_by, kept.adopted_at, kept.retired) == ("", None, "")


def test_what_nobody_said_is_empty(store: Store) -> None:
    made = store.scenarios.add("空", by="李", at=NOW)
    assert (made.notes, made.question, made.plan, made.sites, made.proof, made.grounds) == ("", {}, {}, (), None, {})
    assert not made.shared


def test_numbers_that_are_none_are_unknown(store: Store) -> None:
    proof = {"gap": float("inf"), "objective": np.float64(2.5), "n": np.int64(3), "proven": np.bool_(False)}
    assert add(store, proof=proof).proof == {"gap": None, "objective": 2.5, "n": 3, "proven": False, "curve": []}


def test_those_made_last_come_first_and_retired_ones_only_when_asked_for(store: Store) -> None:
    first = add(store, "一")
    second = store.scenarios.add("二", by="李", at=LATER)
    gone = store.scenarios.retire(first.id, 1, why="过时", by="王", at=LATER)
    assert (gone.retired, gone.version, gone.changed_by) == ("过时", 2, "王")
    assert [one.id for one in store.scenarios.list()] == [second.id]
    assert [one.id for one in store.scenarios.list(retired=True)] == [second.id, first.id]
    assert store.scenarios.get(first.id) == gone, "a link to it still leads there"
    assert not store.scenarios.retire(first.id, 2, why="", by="王", at=LATER).retired
    assert [one.id for one in store.scenarios.list()] == [second.id, first.id]


@pytest.mark.parametrize("id_", ["", "nobody", "\x00", "\ud800", "'; DROP TABLE scenarios"])
def test_what_is_no_scenario_is_none(store: Store, id_: str) -> None:
    add(store)
    assert store.scenarios.get(id_) is None
    with pytest.raises(ParameterError, match=r"scenario\.unknown") as caught:
        store.scenarios.change(id_, 1, by="李", at=NOW, name="x")
    for language in LANGUAGES:
        explain(caught.value, language).encode()


# Refused


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n "}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"notes": "长" * 2001}, "notes"),
        ({"notes": "\ud800"}, "notes"),
        ({"sites": [{**SITE, "id": str(n)} for n in range(501)]}, "sites"),
        ({"sites": [SITE, SITE]}, "sites"),
        ({"sites": [{**SITE, "lon": float("nan")}]}, "sites"),
        ({"sites": [{**SITE, "lat": 90.1}]}, "sites"),
        ({"sites": [{**SITE, "id": "x" * 201}]}, "sites"),
        ({"question": {str(n): "" for n in range(51)}}, "question"),
        ({"plan": {"sites": "x" * 20_001}}, "plan"),
        ({"grounds": {"revision": []}}, "grounds"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_words(store: Store, fields: Mapping[str, Any], field: str) -> None:
    there = add(store)
    before = everything(store)
    with pytest.raises(ParameterError) as caught:
        add(store, **{"name": "x", **fields})
    assert caught.value.params["field"] == field
    assert all(explain(caught.value, language) for language in LANGUAGES)
    with pytest.raises(ParameterError):
        store.scenarios.change(there.id, 1, by="李", at=NOW, **fields)
    assert everything(store) == before


def test_as_much_as_is_allowed_is_kept(store: Store) -> None:
    sites = [{**SITE, "id": str(n), "lon": -180.0, "lat": 90.0} for n in range(200)]
    made = add(store, "长" * 80, notes="长" * 2000, sites=sites)
    assert store.scenarios.get(made.id) == made
    assert (len(made.name), len(made.notes), len(made.sites)) == (80, 2000, 200)


# Changed


def test_a_change_counts_up_and_leaves_the_rest(store: Store) -> None:
    made = add(store, notes="旧")
    moved = {**SITE, "lon": 116.31, "moved": True}
    now = store.scenarios.change(made.id, 1, by="王", at=LATER, sites=[moved], shared=True)
    assert (now.sites, now.shared, now.notes, now.version) == ((moved,), True, "旧", 2)
    assert (now.created_by, now.created_at, now.changed_by, now.changed_at) == ("李", NOW, "王", LATER)
    assert store.scenarios.change(made.id, 2, by="李", at=LATER, notes="旧", sites=[moved]) == now, "nothing changed"


def test_who_comes_second_is_told_and_writes_nothing(store: Store) -> None:
    made = add(store)
    store.scenarios.change(made.id, 1, by="王", at=LATER, name="新名")
    before = everything(store)
    for step in (
        lambda: store.scenarios.change(made.id, 1, by="李", at=LATER, name="另一个"),
        lambda: store.scenarios.retire(made.id, 1, why="x", by="李", at=LATER),
        lambda: store.scenarios.adopt(made.id, 1, [planned()], by="李", at=LATER, why="x"),
    ):
        with pytest.raises(Conflict) as caught:
            step()
        assert "新名" in explain(caught.value, "zh")
    assert everything(store) == before


def test_of_many_at_once_one_writes(store: Store) -> None:
    made = add(store)

    def rename(number: int) -> bool:
        try:
            store.scenarios.change(made.id, 1, by=f"u{number}", at=LATER, name=f"名{number}")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(rename, range(8))) == 1
    now = store.scenarios.get(made.id)
    assert now is not None
    assert now.version == 2


def test_a_field_that_nobody_may_set_is_a_mistake_of_the_program(store: Store) -> None:
    made = add(store)
    with pytest.raises(TypeError):
        store.scenarios.change(made.id, 1, by="李", at=NOW, adopted_by="李")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(names=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80), max_size=5))
def test_a_name_is_kept_without_blanks_around_it_or_refused(store: Store, names: list[str]) -> None:
    for name in names:
        try:
            made = add(store, name)
        except ParameterError:
            assert not name.strip()
            continue
        assert made.name == " ".join(name.split())
        assert store.scenarios.get(made.id) == made


# Adopted


def test_adopting_writes_records_and_mark_together(store: Store) -> None:
    made = add(store)
    now = store.scenarios.adopt(made.id, 1, [planned(1), planned(2)], by="王", at=LATER, why="区里定了")
    assert (now.adopted_by, now.adopted_at, now.version) == ("王", LATER, 2)
    assert store.read("facilities")["state"].tolist() == ["planned", "planned"]
    (entry,) = store.history("facilities", "S1")
    assert (entry.by, entry.why, entry.at) == ("王", "区里定了", LATER)
    assert [commit.what for commit in store.commits(limit=1)] == ["scenario"]


def test_adopting_is_all_or_nothing(store: Store) -> None:
    made = add(store)
    save(store, planned(2))
    before = everything(store)
    with pytest.raises(Conflict):
        store.scenarios.adopt(made.id, 1, [planned(1), planned(2)], by="王", at=LATER, why="x")
    assert everything(store) == before


def test_adopting_twice_is_refused(store: Store) -> None:
    made = add(store)
    store.scenarios.adopt(made.id, 1, [planned()], by="王", at=LATER, why="x")
    with pytest.raises(GongtuError, match=r"scenario\.adopted_already"):
        store.scenarios.adopt(made.id, 2, [planned(2)], by="王", at=LATER, why="x")
    assert len(store.read("facilities")) == 1


def test_what_was_adopted_keeps_its_sites_but_not_its_name(store: Store) -> None:
    made = add(store)
    store.scenarios.adopt(made.id, 1, [planned()], by="王", at=LATER, why="x")
    with pytest.raises(GongtuError, match=r"scenario\.adopted_already"):
        store.scenarios.change(made.id, 2, by="李", at=LATER, sites=[])
    assert store.scenarios.change(made.id, 2, by="李", at=LATER, name="定稿", sites=[SITE]).name == "定稿"


def test_a_retired_one_is_neither_changed_nor_adopted(store: Store) -> None:
    made = add(store)
    store.scenarios.retire(made.id, 1, why="过时", by="王", at=LATER)
    with pytest.raises(GongtuError, match=r"scenario\.retired"):
        store.scenarios.change(made.id, 2, by="李", at=LATER, name="x")
    with pytest.raises(GongtuError, match=r"scenario\.retired"):
        store.scenarios.adopt(made.id, 2, [planned()], by="李", at=LATER, why="x")
    assert store.read("facilities").empty


# The store's own business


def test_scenarios_move_no_cache_of_the_district(store: Store) -> None:
    """What is computed from the records stays what it is while people try scenarios."""
    save(store, *enterprises(1))
    before = store.state()
    made = add(store)
    store.scenarios.change(made.id, 1, by="李", at=LATER, name="x")
    assert store.state() == before


def test_a_backup_has_them_and_the_doctor_reads_them(store: Store, tmp_path: Path) -> None:
    made = add(store, proof=PROOF)
    backup(store, tmp_path / "backup")
    other = open_store(f"sqlite:///{tmp_path}/other.sqlite", now=NOW)
    restore(other, tmp_path / "backup")
    assert other.scenarios.get(made.id) == made
    assert [finding for finding in check(other) if not finding.ok] == []
    other.close()


def test_the_doctor_finds_one_that_cannot_be_read(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/s.sqlite", now=NOW)
    add(store)
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE scenarios SET sites = '['")
    assert "store.check_values_bad" in [finding.key for finding in check(store)]
    store.close()


def test_a_store_from_before_scenarios_gets_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.sqlite"
    old = open_store(url, now=NOW)
    save(old, planned())
    with writing(old.engine) as connection:
        age(connection, "0002")
    old.close()
    now = open_store(url, now=NOW)
    assert add(now).version == 1
    assert len(now.read("facilities")) == 1
    assert [finding for finding in check(now) if not finding.ok] == []
    now.close()
