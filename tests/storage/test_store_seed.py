"""What a pack brings in, and what it leaves alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from stores import NOW, everything, save

from geo.errors import GongtuError
from geo.storage import Change, Store, open_store, seed

Rows = dict[str, tuple[str, str]]


def register(rows: Rows) -> dict[str, pd.DataFrame]:
    """Enterprises by id, with name and standing; with the columns of a pack's frame that are no fields."""
    frame = pd.DataFrame(
        {
            "row": range(2, len(rows) + 2),
            "id": list(rows),
            "name": [name for name, _ in rows.values()],
            "workers": pd.array([None] * len(rows), dtype="Int64"),
            "lon": np.nan,
            "standing": [standing for _, standing in rows.values()],
            "file": "enterprises.csv",
        }
    )
    return {"enterprises": frame}


def bring(store: Store, rows: Rows, digest: str, *, pack: str = "p", demo: bool = True) -> int:
    return seed(store, register(rows), pack=pack, digest=digest, demo=demo, at=NOW)


def living(store: Store) -> dict[str, str]:
    frame = store.read("enterprises")
    return dict(zip(frame["id"], frame["name"], strict=True))


FIRST: Rows = {"A": ("甲", "reported"), "B": ("乙", "reported"), "S": ("示例", "synthetic")}


def test_a_new_store_gets_all_of_the_pack(store: Store) -> None:
    assert bring(store, FIRST, "1") == 1
    assert living(store) == {"A": "甲", "B": "乙", "S": "示例"}
    (commit,) = store.commits()
    assert (commit.by, commit.what, commit.counts) == ("pack", "seed", {"create": 3})
    assert {name: store.about()[name] for name in ("pack", "digest")} == {"pack": "p", "digest": "1"}


def test_all_nouns_come_with_their_fields(store: Store) -> None:
    square = shapely.box(116, 39, 117, 40)
    provenance = {"standing": "reported", "source": "s", "as_of": "2025"}
    tables = {
        "enterprises": pd.DataFrame([{"id": "E1", "workers": 5, **provenance}]).astype({"workers": "Int64"}),
        "facilities": pd.DataFrame([{"id": "F1", "lon": 116.5, "lat": 39.5, **provenance}]),
        "positions": pd.DataFrame([{"id": "P1", "name": "阵地", **provenance}]),
        "regions": gpd.GeoDataFrame(
            [{"code": "1", "in_campaign": True, "boundary_standing": "assumed", "geometry": square, **provenance}],
            crs="EPSG:4326",
        ).astype({"in_campaign": "boolean"}),
    }
    seed(store, tables, pack="p", digest="1", demo=True, at=NOW)
    region = store.read("regions").iloc[0]
    assert (region["geometry"], region["in_campaign"], region["boundary_standing"]) == (square, True, "assumed")
    assert store.read("enterprises").loc[0, ["workers", "as_of"]].tolist() == [5, "2025"]
    assert store.read("facilities").loc[0, ["lon", "lat"]].tolist() == [116.5, 39.5]
    assert store.read("positions")["name"].tolist() == ["阵地"]
    assert store.commits()[0].counts == {"create": 4}
    assert seed(store, tables, pack="p", digest="2", demo=True, at=NOW) == 1, "nothing to do"


def test_the_same_pack_is_not_looked_at_twice(store: Store) -> None:
    bring(store, FIRST, "1")
    before = everything(store)
    assert bring(store, {}, "1") == 1
    assert everything(store) == before


def test_a_changed_pack_changes_what_only_the_pack_has_written(store: Store) -> None:
    bring(store, {**FIRST, "C": ("丙", "reported"), "D": ("丁", "reported"), "E": ("戊", "reported")}, "1")
    save(store, Change("enterprises", "B", {"name": "乙 by hand"}, 1))
    save(store, Change("enterprises", "D", {"phone": "1"}, 1), Change("enterprises", "E", {}, 1, retired="moved"))
    save(store, Change("enterprises", "N", {"name": "new by hand"}))
    later: Rows = {
        "A": ("甲甲", "reported"),
        "B": ("乙乙", "reported"),
        "E": ("戊戊", "reported"),
        "F": ("己", "reported"),
        "N": ("of the pack", "reported"),
    }
    assert bring(store, later, "2") == 5
    assert living(store) == {"A": "甲甲", "B": "乙 by hand", "D": "丁", "F": "己", "N": "new by hand"}
    assert store.commits()[0].counts == {"create": 1, "update": 1, "retire": 2}
    for gone in ("C", "S"):
        record = store.get("enterprises", gone)
        assert record is not None
        assert (record.retired, record.changed_by) == ("pack", "pack")


def test_what_the_pack_had_no_more_comes_back_with_it(store: Store) -> None:
    bring(store, FIRST, "1")
    bring(store, {"A": FIRST["A"]}, "2")
    assert living(store) == {"A": "甲"}
    bring(store, {**FIRST, "B": ("乙乙", "reported")}, "3")
    assert living(store) == {"A": "甲", "B": "乙乙", "S": "示例"}
    assert [entry.action for entry in store.history("enterprises", "B")] == ["restore", "retire", "create"]


def test_without_demo_synthetic_records_are_not_looked_at(store: Store) -> None:
    bring(store, FIRST, "1", demo=False)
    assert living(store) == {"A": "甲", "B": "乙"}
    bring(store, FIRST, "1+demo")
    assert living(store) == {"A": "甲", "B": "乙", "S": "示例"}
    bring(store, {"A": FIRST["A"]}, "2", demo=False)
    assert living(store) == {"A": "甲", "S": "示例"}
    bring(store, {"A": FIRST["A"]}, "2+demo")
    assert living(store) == {"A": "甲"}


def test_another_pack_is_refused(store: Store) -> None:
    bring(store, FIRST, "1")
    before = everything(store)
    with pytest.raises(GongtuError) as caught:
        bring(store, {}, "2", pack="other")
    assert (caught.value.key, caught.value.params) == ("store.other_pack", {"pack": "other", "seeded": "p"})
    assert everything(store) == before


def test_an_empty_pack_is_noted_without_a_commit(store: Store) -> None:
    assert bring(store, {}, "1") == 0
    assert store.about()["digest"] == "1"
    assert store.commits() == []


def test_nouns_left_out_are_left_alone(store: Store) -> None:
    bring(store, FIRST, "1")
    assert seed(store, {}, pack="p", digest="2", demo=True, at=NOW) == 1
    assert len(living(store)) == 3


def test_a_fault_brings_nothing_in(store: Store) -> None:
    with pytest.raises(GongtuError):
        bring(store, {"A": ("甲", "reported"), "B": ("\x00", "reported")}, "1")
    assert store.state() == (0, "")
    assert "digest" not in store.about()


def test_processes_that_start_together_seed_once(url: str) -> None:
    stores = [open_store(url, now=NOW) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda store: bring(store, FIRST, "1"), stores)) == [1, 1, 1]
    assert len(stores[0].commits()) == 1
    for store in stores:
        store.close()
