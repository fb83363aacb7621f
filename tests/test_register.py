"""The register in the store: found, filtered, paged and counted there, and up to date whatever was changed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from clock import Clock
from pandas.testing import assert_frame_equal
from postgis import Databases

from geo.demand import Demand
from geo.errors import ParameterError
from geo.settings import read_settings
from geo.storage import Change, Register, Wanted, indexing
from geo.storage.engine import reading, writing
from geo.storage.tables import REGISTER, meta, register
from geo.workspace import Workspace

JIA, YI, BING = "110199001000", "110199002000", "110199003000"
MADE = {"campaign": "2025", "kind": "visit", "standing": "reported"}


@pytest.fixture(scope="module")
def seeded_database(tiny: Path, databases: Databases) -> str:
    """The tiny world on PostgreSQL, to be copied."""
    name = databases.create()
    said = {"GONGTU_PACK": str(tiny), "GONGTU_DATABASE_URL": databases.url(name)}
    made = Workspace(read_settings(said), clock=Clock())
    made.district()
    made.store.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tiny: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """The tiny world on either engine."""
    said = {"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(tmp_path / "var")}
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("seeded"), tmp_path / "var")
    else:
        cluster: Databases = request.getfixturevalue("databases")
        said["GONGTU_DATABASE_URL"] = cluster.url(cluster.create(template=request.getfixturevalue("seeded_database")))
    made = Workspace(read_settings(said), clock=clock)
    yield made
    made.store.close()


def change(workspace: Workspace, *changes: Change) -> None:
    """Each on whatever is there."""
    now = [(one, workspace.store.get(one.noun, one.id)) for one in changes]
    asked = [replace(one, version=record.version if record else 0) for one, record in now]
    workspace.store.commit(asked, by="li", at=workspace.now(), why="test")


def enterprise(key: str, **values: object) -> Change:
    return Change("enterprises", key, values)


def ids(found: Register, **wanted: object) -> str:
    return " ".join(found.ids(Wanted(**wanted), 100))  # type: ignore[arg-type]


def test_what_is_wanted(both: Workspace) -> None:
    change(
        both,
        enterprise("E1", union_id="U1", union_form="joint", members=4, established_on="2025-07-01", industry="制造业"),
        enterprise("E3", union_id="U1", union_form="joint", members=5, established_on="2025-06", route="行业建"),
        enterprise("E5", union_form="standalone", industry="制造业"),
        enterprise("E4", status_on="2025-09-20", next_on="2025-10-20", credit_code="91110115MA01ABCD2E"),
    )
    found = both.register()
    assert ids(found) == "E1 E2 E3 E4 E5 E6 E7"
    assert ids(found, text="司") == ids(found)
    assert ids(found, text=" Ｅ２公 ") == "E2"
    assert ids(found, text="91110115ma01") == "E4", "a code's beginning,"
    assert ids(found, text="ABCD") == "", "no part inside it"
    assert ids(found, text="!?") == ""
    assert ids(found, regions=(JIA,)) == "E1 E2 E7"
    assert ids(found, regions=(BING, "")) == "E6"
    assert ids(found, statuses=("willing", "none")) == "E2 E4"
    assert ids(found, forms=("joint",)) == "E1 E3"
    assert ids(found, routes=("", "重点建"), industries=("制造业",)) == "E1 E5"
    assert ids(found, low=10, high=30) == "E1 E2 E3"
    assert ids(found, size_unknown=True) == "E5"
    assert ids(found, gap="served", reach_m=1500.0) == "E1 E3 E7"
    assert ids(found, gap="served", reach_m=499.0) == "E7"
    assert ids(found, gap="unserved", reach_m=1500.0) == "E2 E4"
    assert ids(found, gap="unknown") == "E5 E6"
    assert ids(found, union="U1") == "E1 E3"
    assert ids(found, untouched_since="2025-09-20") == ""
    assert ids(found, untouched_since="2025-09-21") == "E4"
    assert ids(found, next_by="2025-10-19") == ""
    assert ids(found, next_by="2025-10-20") == "E4"
    assert ids(found, established_from="2025-06-01", established_to="2025-07-01") == "E1 E3", "all of June is within"
    assert ids(found, established_from="2025-06-02", established_to="2025-07-01") == "E1"
    assert ids(found, ids=("E7", "E9", "E1"), standing="imported") == "E1 E7"
    assert ids(found, standing="synthetic") == ids(found, ids=()) == ""


def test_pages_in_every_order(both: Workspace) -> None:
    found = both.register()
    order = {
        sort: [row["id"] for row in found.page(Wanted(), sort=sort).rows] for sort in ("workers", "-workers", "-id")
    }
    assert order == {
        "workers": ["E6", "E1", "E2", "E3", "E4", "E7", "E5"],
        "-workers": ["E7", "E4", "E3", "E2", "E1", "E6", "E5"],
        "-id": ["E7", "E6", "E5", "E4", "E3", "E2", "E1"],
    }
    assert [row["id"] for row in found.page(Wanted(), sort="nearest_m").rows] == [
        "E7",
        "E1",
        "E3",
        "E2",
        "E4",
        "E5",
        "E6",
    ]
    page = found.page(Wanted(low=10), sort="name", limit=2, offset=2)
    assert ([row["id"] for row in page.rows], page.total) == (["E3", "E4"], 5)
    first, second = found.after(Wanted(low=10), limit=2), found.after(Wanted(low=10), after="E2", limit=9)
    assert [row["id"] for row in first + second] == ["E1", "E2", "E3", "E4", "E7"]
    assert found.page(Wanted(ids=("E9",))).total == 0
    many = (*map(str, range(70_000)), "E3", "E2")  # more than PostgreSQL has parameters
    assert [row["id"] for row in found.page(Wanted(ids=many)).rows] == ["E2", "E3"]
    with pytest.raises(ParameterError, match=r"register\.sort"):
        found.page(Wanted(), sort="phone")


def test_a_row_is_the_record_and_what_follows_from_it(both: Workspace) -> None:
    change(both, enterprise("E2", contact="甲", phone="010", status_on="2025-08-01"))
    row = both.register().page(Wanted(ids=("E2",))).rows[0]
    record = both.store.get("enterprises", "E2")
    assert record
    said = {"region": JIA, "region_text": "甲原", "region_by": "declared", "touched_on": "2025-08-01"}
    far = row.pop("nearest_m")
    assert far == pytest.approx(2000, abs=0.01)
    reached = [ids(both.register(), gap=gap, reach_m=far) for gap in ("served", "unserved")]
    assert reached == ["E1 E2 E3 E7", "E4"], "to the metre it is within reach"
    assert row == record.values | said | {"id": "E2", "version": 2}
    assert [row["nearest_m"] for row in both.register().page(Wanted(ids=("E5", "E6"))).rows] == [None, None]


def test_counted_by_what_is_asked(both: Workspace) -> None:
    """E1 and E3 share one union, E5 has one of its own: three enterprises, two unions."""
    joint = {"union_id": "U1", "union_form": "joint"}
    change(both, enterprise("E1", members=4, **joint), enterprise("E3", members=5, **joint))
    change(both, enterprise("E4", union_id="U1"))
    found = both.register()
    whole = found.tally(Wanted())
    assert whole.to_dict("records") == [{"count": 7, "members": 9, "workers": 1105, "unions": 2}]
    by = found.tally(Wanted(statuses=("established", "willing")), ("region", "union_status"))
    assert by.values.tolist() == [
        [JIA, "established", 1, 4, 10, 1],
        [YI, "established", 2, 5, 30, 2],
        [YI, "willing", 1, 0, 40, 0],
    ]
    assert found.tally(Wanted(ids=("E9",)), ("route",)).empty
    points = found.points(Wanted(), 3)
    assert points["id"].tolist() == ["E1", "E2", "E3"]
    assert points.columns.tolist() == ["id", "name", "lon", "lat", "union_status", "standing"]


def test_touched_by_the_ledger(both: Workspace) -> None:
    def touched() -> list[object]:
        return [row["touched_on"] for row in both.register().page(Wanted(ids=("E2", "E4"))).rows]

    assert touched() == [None, None]
    change(both, enterprise("E4", status_on="2025-08-10"))
    change(both, Change("entries", "L1", {**MADE, "date": "2025-08-09", "enterprise": "E4"}))
    assert touched() == [None, "2025-08-10"]
    change(both, Change("entries", "L2", {**MADE, "date": "2025-08-20", "enterprise": "E4"}))
    assert touched() == [None, "2025-08-20"]
    change(both, Change("entries", "L2", {"enterprise": "E2"}))
    assert touched() == ["2025-08-20", "2025-08-10"], "the entry was about the other one"
    change(both, Change("entries", "L2", {}, retired="twice"))
    assert touched() == [None, "2025-08-10"]


def test_stations_and_regions_of_today(both: Workspace) -> None:
    """F3 stands where E4 is, 10 km from the next one; E2 says 甲原, no region's name once 甲原镇 has another."""

    def row(key: str) -> dict[str, object]:
        return both.register().page(Wanted(ids=(key,))).rows[0]

    assert row("E4")["nearest_m"] == pytest.approx(10_000, abs=0.1)
    change(both, Change("facilities", "F3", {"state": "open"}))
    assert row("E4")["nearest_m"] == pytest.approx(0, abs=0.1)
    change(both, Change("facilities", "F3", {"note": "x"}))
    assert ids(both.register(), gap="unserved", reach_m=1500.0) == "E2"
    change(both, *(Change("facilities", key, {"state": "closed"}) for key in ("F1", "F2", "F3")))
    assert row("E4")["nearest_m"] is None
    assert ids(both.register(), gap="unserved") == "E1 E2 E3 E4 E7", "with no station at all"
    assert row("E2")["region_by"] == "declared"
    change(both, Change("regions", JIA, {"name": "丁镇", "alias": ""}))
    assert (row("E2")["region"], row("E2")["region_by"]) == (JIA, "location")


def rows(workspace: Workspace) -> list[tuple[object, ...]]:
    workspace.register()
    with reading(workspace.store.engine) as connection:
        return [tuple(row) for row in connection.execute(sa.select(register).order_by(register.c.id))]


def one_change(dice: random.Random) -> Change:
    """Something that may happen to a record."""
    key = f"E{dice.randrange(9)}"
    day = f"2025-0{dice.randrange(1, 10)}-11"
    happening: list[Callable[[], Change]] = [
        lambda: enterprise(key, name=f"新{key}", union_status="contacted", status_on=day, members=dice.randrange(3)),
        lambda: enterprise(key, name=key, union_status="none", industry=dice.choice("甲乙"), groups="保安员"),
        lambda: enterprise(key, address="丙山镇石桥子村", lon=None, name=key, union_status="none"),
        lambda: Change("enterprises", key, {"name": key, "union_status": "closed"}, retired=dice.choice(["", "gone"])),
        lambda: Change("entries", f"L{dice.randrange(3)}", {**MADE, "date": day, "enterprise": key}),
        lambda: Change("entries", f"L{dice.randrange(3)}", {**MADE, "date": day}, retired=dice.choice(["", "gone"])),
        lambda: Change("facilities", "F3", {"state": dice.choice(["open", "closed"])}),
        lambda: Change("regions", BING, {"alias": dice.choice(["丙", "石"])}),
        lambda: Change("positions", "P1", {"name": day}),
    ]
    return dice.choice(happening)()


def test_changed_rows_are_what_all_made_anew_would_be(both: Workspace, clock: Clock) -> None:
    """The register, the district and the ledger, while they change again and again, from what there was and anew."""
    dice = random.Random(7)
    for step in range(20 if both.settings.database_url.startswith("sqlite") else 10):
        some = [one_change(dice) for _ in range(dice.randrange(1, 4))]
        change(both, *{(one.noun, one.id): one for one in some}.values())
        here = rows(both)
        if step % 5 < 4:
            continue
        anew = Workspace(both.settings, clock=clock)
        one, other = both.district(), anew.district()
        assert one.revision == other.revision
        for noun in ("regions", "positions", "facilities", "enterprises"):
            assert_frame_equal(pd.DataFrame(getattr(one, noun)), pd.DataFrame(getattr(other, noun)))
        for field in fields(Demand):
            ours, theirs = (pd.Index(getattr(district.demand, field.name)) for district in (one, other))
            pd.testing.assert_index_equal(ours, theirs)
        assert_frame_equal(both.entries(), anew.entries())
        with writing(both.store.engine) as connection:
            connection.execute(meta.delete().where(meta.c.key == REGISTER))
        assert rows(anew) == here
        anew.store.close()


def test_processes_that_look_while_others_write(both: Workspace, clock: Clock) -> None:
    """Whoever asks finds what was committed before, and nobody puts the register back."""
    others = [Workspace(both.settings, clock=clock) for _ in range(2)]
    both.district()

    def work(number: int) -> bool:
        mine = (both, *others)[number % 3]
        change(mine, enterprise(f"N{number:02d}", name=f"新{number}", union_status="none"))
        return mine.register().ids(Wanted(text=f"新{number}"), 9).count(f"N{number:02d}") == 1

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(work, range(12)))
    assert [len(one.register().ids(Wanted(text="新"), 99)) for one in (both, *others)] == [12, 12, 12]
    for one in others:
        one.store.close()


def test_who_looks_does_not_wait_for_who_writes(both: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import may take a minute: until then the register is what it was, on SQLite, where a writer is alone."""
    both.register()
    change(both, enterprise("E2", name="新公司"))
    monkeypatch.setattr(indexing, "READER_WAITS_S", 0)
    with writing(both.store.engine, records=True):
        assert ids(both.register()) == "E1 E2 E3 E4 E5 E6 E7"
    assert ids(both.register(), text="新") == "E2"


def test_synthetic_ones_are_left_out_without_demonstration(both: Workspace, clock: Clock) -> None:
    change(both, enterprise("E2", standing="synthetic"))
    change(both, Change("entries", "L1", {**MADE, "date": "2025-08-09", "enterprise": "E1", "standing": "synthetic"}))
    assert ids(both.register(), ids=("E1", "E2")) == "E1 E2"
    plain = Workspace(replace(both.settings, demo=False), clock=clock)
    assert ids(plain.register(), ids=("E1", "E2")) == "E1"
    assert plain.register().page(Wanted(ids=("E1",))).rows[0]["touched_on"] is None
    assert len(plain.entries()) == len(both.entries()) - 1
    plain.store.close()
