"""Campaigns in the store, on both engines: one version after another, closed and open, their draft along with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from stores import NOW, enterprises, everything, save

from geo.errors import GongtuError, ParameterError
from geo.i18n import LANGUAGES, explain
from geo.storage import Conflict, Store, backup, check, open_store, restore
from geo.storage.campaigns import Kept

LATER = NOW + timedelta(hours=1)
FIELDS = {"name": "秋季蹲点", "positions": ["P1", "P2"], "base": [116.3, 39.7], "teams": [{"id": "1", "name": "一组"}]}


def put(store: Store, version: int = 0, id_: str = "2026", **more: Any) -> Kept:
    said = {"fields": FIELDS, "by": "李", "at": NOW, **more}
    return store.campaigns.put(id_, version, said.pop("fields"), **said)


def test_a_campaign_is_kept_as_it_was_said(store: Store) -> None:
    made = put(store)
    assert made == Kept("2026", FIELDS, False, 1, "李", NOW, "李", NOW, "", None)
    assert store.campaigns.get("2026") == made
    other = put(store, id_="2021", of_pack=True)
    assert [one.id for one in store.campaigns.list()] == ["2021", "2026"]
    assert other.of_pack
    for id_ in ("", "nobody", "\x00", "\ud800"):
        assert store.campaigns.get(id_) is None


def test_a_change_counts_up_and_what_changes_nothing_writes_nothing(store: Store) -> None:
    put(store, of_pack=True)
    now = put(store, 1, fields={**FIELDS, "name": "新名"}, by="王", at=LATER)
    assert (now.version, now.fields["name"], now.created_by, now.changed_by) == (2, "新名", "李", "王")
    assert now.of_pack, "where it came from stays"
    before = everything(store)
    assert put(store, 2, fields={**FIELDS, "name": "新名"}, by="赵", at=LATER) == now
    assert everything(store) == before


@pytest.mark.parametrize("version", [0, 2])
def test_who_comes_second_is_told_and_writes_nothing(store: Store, version: int) -> None:
    put(store)
    before = everything(store)
    with pytest.raises(Conflict) as caught:
        put(store, version, fields={**FIELDS, "name": "别的"})
    assert all("秋季蹲点" in explain(caught.value, language) for language in LANGUAGES)
    assert everything(store) == before


def test_one_that_is_not_there_is_of_no_version(store: Store) -> None:
    with pytest.raises(Conflict):
        put(store, 1)
    assert store.campaigns.list() == []


def test_of_many_at_once_one_writes(store: Store) -> None:
    def attempt(number: int) -> bool:
        try:
            put(store, fields={**FIELDS, "name": str(number)})
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_closed_and_reopened(store: Store) -> None:
    put(store)
    gone = put(store, 1, closed=True, by="王", at=LATER)
    assert (gone.closed_by, gone.closed_at, gone.version) == ("王", LATER, 2)
    before = everything(store)
    refused = {
        "change": lambda: put(store, 2, fields={**FIELDS, "name": "x"}, closed=True),
        "edit": lambda: store.assignments.edit("2026", {"where.P1": (None, "1")}, by="李", at=LATER),
        "publish": lambda: store.assignments.publish(
            "2026", 0, note="", starts="2025-07-01", grounds={}, by="李", at=LATER
        ),
        "visit": lambda: store.visits.add("2026", team="1", position="P1", date="2025-07-01", by="李", at=LATER),
    }
    for step in refused.values():
        with pytest.raises(GongtuError, match=r"campaign\.closed") as caught:
            step()
        assert all("秋季蹲点" in explain(caught.value, language) for language in LANGUAGES)
    assert everything(store) == before
    assert put(store, 2, closed=True, by="赵") == gone, "closed already"
    back = put(store, 2, by="李")
    assert (back.closed_by, back.closed_at, back.version) == ("", None, 3)
    assert store.assignments.edit("2026", {"where.P1": (None, "1")}, by="李", at=LATER).version == 1


def test_a_campaign_of_the_pack_may_be_closed_at_once(store: Store) -> None:
    assert put(store, of_pack=True, closed=True).closed_at == NOW


def test_the_draft_goes_with_the_campaign(store: Store) -> None:
    put(store, draft=lambda now: {"where.P1": (None, "1"), "where.P2": (None, "1")})
    (made,) = store.assignments.edits("2026")
    assert (made.number, made.by) == (1, "李")
    seen = []

    def tidy(now: Any) -> Any:
        seen.append(dict(now))
        return {"where.P2": ("1", None)}

    put(store, 1, fields={**FIELDS, "positions": ["P1"]}, draft=tidy)
    assert seen == [{"where.P1": "1", "where.P2": "1"}]
    assert store.assignments.draft("2026").fields == {"where.P1": "1"}
    before = everything(store)
    with pytest.raises(Conflict):
        put(store, 2, fields={**FIELDS, "name": "x"}, draft=lambda now: {"where.P1": ("9", None)})
    assert everything(store) == before, "neither the campaign nor its draft"


def test_an_edit_and_a_publishing_decided_on_an_older_campaign_are_refused(store: Store) -> None:
    for version in (0, 1):
        said = {"by": "李", "at": NOW, "campaign_version": version}
        store.assignments.edit("2026", {"where.P1": (None, "1")}, **said)
        store.assignments.edit("2026", {"where.P1": ("1", None)}, **said)
        put(store, version, fields={**FIELDS, "note": str(version)})
        with pytest.raises(Conflict):
            store.assignments.edit("2026", {"where.P1": (None, "2")}, **said)
        now = store.assignments.draft("2026").version
        with pytest.raises(Conflict):
            store.assignments.publish("2026", now, note="", starts="2025-07-01", grounds={}, **said)


@pytest.mark.parametrize(
    ("id_", "fields"),
    [
        ("", FIELDS),
        ("x" * 201, FIELDS),
        ("\x00", FIELDS),
        ("a", {"name": "\ud800"}),
        ("a", {"name": "x" * 2001}),
        ("a", {"name": {"a": object()}}),
    ],
)
def test_what_cannot_be_kept_is_refused_with_words(store: Store, id_: str, fields: dict[str, Any]) -> None:
    with pytest.raises(ParameterError) as caught:
        put(store, id_=id_, fields=fields)
    for language in LANGUAGES:
        explain(caught.value, language).encode()
    assert store.campaigns.list() == []


def test_a_backup_has_them_and_no_cache_of_the_district_moves(store: Store, tmp_path: Path) -> None:
    save(store, *enterprises(1))
    before = store.state()
    made = put(store, closed=True)
    assert store.state() == before
    backup(store, tmp_path / "backup")
    other = open_store(f"sqlite:///{tmp_path}/other.sqlite", now=NOW)
    restore(other, tmp_path / "backup")
    assert other.campaigns.list() == [made]
    assert [finding for finding in check(other) if not finding.ok] == []
    other.close()
