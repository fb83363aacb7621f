"""What a store does, the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy.exc import StatementError
from stores import NOW, enterprises, everything, save

from geo import campaigns, facilities, ledger, regions
from geo import enterprises as register
from geo.errors import GongtuError
from geo.i18n import explain
from geo.schema import Table, empty_table
from geo.storage import KEYS, Change, Commit, Conflict, Entry, Record, Store
from geo.storage.changes import BATCH

NOUNS: dict[str, Table] = {
    "regions": regions.TABLE,
    "positions": campaigns.POSITIONS,
    "facilities": facilities.TABLE,
    "enterprises": register.TABLE,
    "entries": ledger.TABLE,
}
SQUARE = shapely.box(116.3, 39.7, 116.4, 39.8)
ISLANDS = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.state() == (0, "")
    assert store.commits() == []
    assert store.get("enterprises", "E1") is None
    assert store.history("enterprises", "E1") == []
    assert [len(store.read(noun)) for noun in KEYS] == [0, 0, 0, 0, 0]
    assert store.about() == {"created": NOW.isoformat()}


@pytest.mark.parametrize("noun", KEYS)
def test_a_frame_has_the_columns_and_types_of_its_table(store: Store, noun: str) -> None:
    wanted = empty_table(NOUNS[noun]).drop(columns="row")
    nothing = store.read(noun)
    save(store, Change(noun, "1"))
    for frame in (nothing, store.read(noun)):
        assert frame.dtypes[list(wanted)].tolist() == wanted.dtypes.tolist()
        assert list(frame)[: len(wanted.columns)] == list(wanted)
        assert list(frame)[-3:] == ["version", "retired", "changed_by"]
        assert frame.dtypes[["version", "retired", "changed_by"]].astype(str).tolist() == ["int64", "str", "str"]


def test_what_was_saved_is_read(store: Store) -> None:
    values = {"name": "甲公司", "workers": 30, "lon": 116.35, "lat": 39.75, "union_status": "none"}
    assert save(store, Change("enterprises", "E1", values)) == 1
    revision, token = store.state()
    assert revision == 1
    assert token
    record = store.get("enterprises", "E1")
    assert record is not None
    assert (record.noun, record.id, record.version, record.retired) == ("enterprises", "E1", 1, "")
    assert (record.changed_by, record.changed_at) == ("li", NOW)
    assert {name: value for name, value in record.values.items() if value is not None} == values
    assert set(record.values) == {column.name for column in register.TABLE.columns} - {"id"}
    (row,) = store.read("enterprises").to_dict("records")
    assert {name: row[name] for name in values} == values
    assert (row["id"], row["version"], row["retired"], row["changed_by"]) == ("E1", 1, "", "li")
    assert row["address"] == ""
    assert pd.isna(row["members"])


@pytest.mark.parametrize("unknown", [None, "", np.nan, float("inf"), -np.inf, pd.NA, pd.NaT], ids=repr)
def test_unknown_is_one_thing(store: Store, unknown: object) -> None:
    save(store, Change("facilities", "F1", {"name": "驿站", "lon": 116.0}))
    save(store, Change("regions", "1", {"in_campaign": True}))
    fields: dict[str, object] = {"name": unknown, "lon": unknown, "lat": unknown}
    save(store, Change("facilities", "F1", fields, 1))
    save(store, Change("regions", "1", {"in_campaign": unknown, "population": unknown, "geometry": unknown}, 1))
    record = store.get("facilities", "F1")
    assert record is not None
    assert [record.values[name] for name in fields] == [None, None, None]
    assert store.history("facilities", "F1")[0].fields == {"name": ("驿站", None), "lon": (116.0, None)}
    frame = store.read("facilities")
    assert frame["name"].tolist() == [""]
    assert frame[["lon", "lat"]].isna().all(axis=None)
    region = store.read("regions").iloc[0]
    assert region["in_campaign"] is pd.NA
    assert region["population"] is pd.NA
    assert region["geometry"] is None


def test_flags_know_no_from_unknown(store: Store) -> None:
    said = {"1": True, "2": False, "3": np.bool_(True), "4": None}
    save(store, *(Change("regions", code, {"in_campaign": flag}) for code, flag in said.items()))
    assert store.read("regions")["in_campaign"].tolist() == [True, False, True, pd.NA]


def test_records_come_in_the_order_of_their_keys(store: Store) -> None:
    keys = ["一", "a", "Z", "10", "9", "é", "\U0001f600", "￿"]
    save(store, *(Change("positions", key) for key in keys))
    assert store.read("positions")["id"].tolist() == sorted(keys)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (SQUARE, SQUARE),
        (ISLANDS, ISLANDS),
        (shapely.MultiPolygon([SQUARE]), SQUARE),
        (shapely.force_3d(SQUARE, 7.0), SQUARE),
        (shapely.set_srid(SQUARE, 3857), SQUARE),
        (shapely.Polygon(), None),
        (None, None),
    ],
    ids=["polygon", "parts", "one part", "with height", "with a number", "empty", "none"],
)
def test_a_territory_comes_back_to_the_last_digit(
    store: Store, given: shapely.Geometry | None, kept: shapely.Geometry | None
) -> None:
    save(store, Change("regions", "1", {"geometry": given, "boundary_standing": "imported", "boundary_as_of": "2024"}))
    (read,) = store.read("regions")["geometry"]
    record = store.get("regions", "1")
    assert record is not None
    for found in (read, record.values["geometry"]):
        assert found == kept
        assert found is None or (shapely.get_srid(found), found.has_z) == (0, False)
    assert store.read("regions").loc[0, ["boundary_standing", "boundary_as_of"]].tolist() == ["imported", "2024"]
    assert save(store, Change("regions", "1", {"geometry": given}, 1)) == 1, "the same territory is no change"


def test_the_history_of_a_territory(store: Store) -> None:
    save(store, Change("regions", "1", {"geometry": SQUARE}))
    save(store, Change("regions", "1", {"geometry": ISLANDS}, 1))
    save(store, Change("regions", "1", {"geometry": None}, 2))
    last, middle, _ = store.history("regions", "1")
    assert last.fields == {"geometry": (ISLANDS, None)}
    assert middle.fields == {"geometry": (SQUARE, ISLANDS)}


def test_every_change_is_kept(store: Store) -> None:
    store.commit([Change("enterprises", "E1", {"name": "甲", "workers": 1})], by="li", at=NOW, why="first")
    later = NOW + timedelta(days=1)
    store.commit([Change("enterprises", "E1", {"workers": 2}, 1)], by="wang", at=later, why="counted", what="import")
    store.commit([Change("enterprises", "E1", {"name": "乙"}, 2, retired="moved")], by="li", at=later, why="")
    store.commit([Change("enterprises", "E1", {}, 3, retired="")], by="li", at=later, why="")
    assert store.history("enterprises", "E1") == [
        Entry(4, 4, later, "li", "", "restore", {"retired": ("moved", None)}),
        Entry(3, 3, later, "li", "", "retire", {"name": ("甲", "乙"), "retired": (None, "moved")}),
        Entry(2, 2, later, "wang", "counted", "update", {"workers": (1, 2)}),
        Entry(1, 1, NOW, "li", "first", "create", {}),
    ]
    assert store.history("facilities", "E1") == [], "another noun's record of the same name"
    assert store.commits() == [
        Commit(4, later, "li", "save", "", {"restore": 1}),
        Commit(3, later, "li", "save", "", {"retire": 1}),
        Commit(2, later, "wang", "import", "counted", {"update": 1}),
        Commit(1, NOW, "li", "save", "first", {"create": 1}),
    ]
    assert [commit.revision for commit in store.commits(limit=2, before=4)] == [3, 2]


def test_the_retired_are_kept_out_of_sight(store: Store) -> None:
    save(store, *enterprises(3))
    save(store, Change("enterprises", "E000001", {}, 1, retired="已注销"))
    assert store.read("enterprises")["id"].tolist() == ["E000000", "E000002"]
    everyone = store.read("enterprises", retired=True)
    assert everyone["retired"].tolist() == ["", "已注销", ""]
    record = store.get("enterprises", "E000001")
    assert record is not None
    assert record.retired == "已注销"
    with pytest.raises(Conflict):
        save(store, Change("enterprises", "E000001", {"name": "again"}))
    save(store, Change("enterprises", "E000001", {"name": "again"}, 2, retired=""))
    assert store.read("enterprises")["name"].tolist() == ["企业0", "again", "企业2"]


def test_a_change_that_changes_nothing_writes_nothing(store: Store) -> None:
    save(store, Change("enterprises", "E1", {"name": "甲", "workers": 3, "lon": 0.0, "established_on": "2020"}))
    before = everything(store)
    same = {"name": "甲", "workers": 3.0, "lon": -0.0, "established_on": "2020", "address": "", "phone": None}
    assert save(store, Change("enterprises", "E1", same, 1)) == 1
    assert save(store, Change("enterprises", "E1", {}, 1, retired="")) == 1
    assert save(store, Change("enterprises", "E1", {"id": "E1"}, 1)) == 1
    assert save(store) == 1
    assert everything(store) == before
    save(store, Change("enterprises", "E1", same, 1), Change("enterprises", "E2"))
    assert store.commits()[0].counts == {"create": 1}
    assert len(store.history("enterprises", "E1")) == 1


def test_one_commit_may_change_a_record_twice(store: Store) -> None:
    save(store, Change("enterprises", "E1", {"workers": 1}), Change("enterprises", "E1", {"workers": 2}, 1))
    record = store.get("enterprises", "E1")
    assert record is not None
    assert (record.version, record.values["workers"]) == (2, 2)
    with pytest.raises(Conflict):
        save(store, Change("enterprises", "E1", {"workers": 3}, 2), Change("enterprises", "E1", {"workers": 4}, 2))
    assert store.get("enterprises", "E1") == record


@pytest.mark.parametrize("version", [0, 2, -1])
def test_whoever_comes_second_is_told(store: Store, version: int) -> None:
    save(store, Change("enterprises", "E1", {"name": "甲"}))
    before = everything(store)
    with pytest.raises(Conflict) as caught:
        save(store, Change("enterprises", "E2"), Change("enterprises", "E1", {"name": "乙"}, version))
    assert caught.value.records == (store.get("enterprises", "E1"),)
    assert "E1" in explain(caught.value, "zh")
    assert "E1" in explain(caught.value, "en")
    assert everything(store) == before


def test_a_record_that_is_not_there_cannot_be_changed(store: Store) -> None:
    with pytest.raises(Conflict) as caught:
        save(store, Change("enterprises", "E1", {"name": "乙"}, 1))
    assert caught.value.records == ()
    assert store.state() == (0, "")


def test_of_many_conflicts_twenty_are_told(store: Store) -> None:
    save(store, *enterprises(30))
    with pytest.raises(Conflict) as caught:
        save(store, *enterprises(30))
    assert [record.id for record in caught.value.records] == [f"E{number:06d}" for number in range(20)]


def test_a_conflict_at_the_end_of_a_large_commit_undoes_all_of_it(store: Store) -> None:
    save(store, *enterprises(1, start=2 * BATCH))
    before = everything(store)
    told: list[int] = []
    with pytest.raises(Conflict):
        store.commit(enterprises(2 * BATCH + 1), by="li", at=NOW, why="", progress=told.append)
    assert told == [BATCH, 2 * BATCH], "the rest had been written by then"
    assert everything(store) == before


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, BATCH + 1])
def test_changes_are_counted_whatever_the_batch(store: Store, count: int) -> None:
    told: list[int] = []
    revision = store.commit(enterprises(count), by="li", at=NOW, why="", progress=told.append)
    assert told[-1:] == [count] * bool(count)
    assert revision == store.state()[0] == bool(count)
    assert [commit.counts for commit in store.commits()] == [{"create": count}] * bool(count)
    assert store.read("enterprises")["workers"].tolist() == list(range(count))


def test_changes_are_made_while_they_are_taken(store: Store) -> None:
    """The caller may read the store, which is as before, and may give up, which leaves it so."""
    seen: list[tuple[int, str]] = []

    def changes() -> Iterator[Change]:
        yield from enterprises(BATCH + 1)
        seen.append(store.state())
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        store.commit(changes(), by="li", at=NOW, why="")
    assert seen == [(0, "")]
    assert store.state() == (0, "")
    assert save(store, *enterprises(1)) == 1


def test_revisions_rise_by_one_and_tokens_are_never_the_same(store: Store) -> None:
    states = []
    for number in range(5):
        save(store, *enterprises(1, start=number))
        states.append(store.state())
    assert [revision for revision, _ in states] == [1, 2, 3, 4, 5]
    assert len({token for _, token in states}) == 5


def test_times_are_kept_in_utc(store: Store) -> None:
    beijing = datetime(2025, 7, 1, 20, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    store.commit(enterprises(1), by="li", at=beijing, why="")
    record = store.get("enterprises", "E000000")
    assert record is not None
    for found in (record.changed_at, store.commits()[0].at, store.history("enterprises", "E000000")[0].at):
        assert found == beijing
        assert found.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="time zone"):
        store.commit(enterprises(1, start=1), by="li", at=NOW.replace(tzinfo=None), why="")
    assert store.state()[0] == 1


def test_facts_about_the_store(store: Store) -> None:
    store.describe(pack="daxing", digest="abc")
    store.describe(digest="def", demo="1")
    store.describe()
    assert store.about() == {"created": NOW.isoformat(), "pack": "daxing", "digest": "def", "demo": "1"}


@pytest.mark.parametrize("noun", ["teams", "users", "", "boundaries"])
def test_other_words_are_no_nouns(store: Store, noun: str) -> None:
    for ask in (
        lambda: store.read(noun),
        lambda: store.get(noun, "1"),
        lambda: store.history(noun, "1"),
        lambda: save(store, Change(noun, "1")),
    ):
        with pytest.raises(GongtuError) as caught:
            ask()
        assert (caught.value.key, caught.value.params) == ("store.noun", {"noun": noun})


def test_a_record_is_what_a_change_needs(store: Store) -> None:
    save(store, Change("enterprises", "E1", {"name": "甲", "workers": 3}))
    record = store.get("enterprises", "E1")
    assert isinstance(record, Record)
    assert save(store, Change(record.noun, record.id, record.values, record.version)) == 1
    assert save(store, Change(record.noun, record.id, {**record.values, "name": "乙"}, record.version)) == 2
    assert store.history("enterprises", "E1")[0].fields == {"name": ("甲", "乙")}
