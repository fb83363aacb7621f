"""Pack and store together: what is seeded, what is kept, and when another page sees a change."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from clock import Clock
from pandas.testing import assert_frame_equal
from postgis import Databases
from tiny_pack import set_cell

from geo.errors import GongtuError, SettingError
from geo.pack import open_pack
from geo.settings import read_settings
from geo.storage import Change
from geo.storage.engine import reading
from geo.storage.tables import callers
from geo.workspace import Workspace

NOUNS = ("regions", "positions", "facilities", "enterprises")


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the tiny pack, to change."""
    return Path(shutil.copytree(tiny, tmp_path / "pack"))


def opened(folder: Path, clock: Clock, **more: str) -> Workspace:
    var = str(folder.parent / "var")
    return Workspace(read_settings({"GONGTU_PACK": str(folder), "GONGTU_VAR": var, **more}), clock=clock)


def change(workspace: Workspace, noun: str, key: str, **values: object) -> None:
    record = workspace.store.get(noun, key)
    assert record is not None
    workspace.store.commit([Change(noun, key, values, record.version)], by="王小明", at=workspace.now(), why="核实")


def test_the_store_gives_the_district_that_the_pack_describes(workspace: Workspace, tiny: Path) -> None:
    ours, theirs = workspace.district(), open_pack(tiny, demo=True)
    for noun in NOUNS:
        frame, expected = getattr(ours, noun), getattr(theirs, noun)
        shared = [name for name in expected if name not in ("row", "file") and name in frame]
        assert {"id", "name", "standing"} & {*expected} <= {*shared}
        assert_frame_equal(pd.DataFrame(frame[shared]), pd.DataFrame(expected[shared]))
    assert ours.demand.codes.tolist() == theirs.demand.codes.tolist()


def test_the_district_is_kept_until_something_changes(workspace: Workspace) -> None:
    first = workspace.district()
    assert workspace.district() is first
    change(workspace, "facilities", "F1", state="closed")
    second = workspace.district()
    assert second is not first
    assert second.revision != first.revision
    assert second.facilities.set_index("id").loc["F1", "state"] == "closed"


def test_the_ledger_makes_no_new_district(workspace: Workspace) -> None:
    """Each has its own state; what nobody changed is the very same object, though its neighbour is another."""
    first, entries = workspace.district(), workspace.entries()
    entry = {"campaign": "2025", "kind": "visit", "date": "2025-08-01", "standing": "reported"}
    workspace.store.commit([Change("entries", "L1", entry)], by="li", at=workspace.now(), why="")
    assert workspace.district() is first
    assert workspace.entries_state() == workspace.store.state() == workspace.store.state("entries", "regions")
    assert workspace.entries()["id"].tolist() == [*entries["id"], "L1"]
    change(workspace, "enterprises", "E2", workers=21)
    state = workspace.store.state()
    second = workspace.district()
    assert workspace.store.state("enterprises") == state != workspace.entries_state()
    assert second.revision.endswith(".".join(map(str, state)))
    assert second.enterprises["workers"].dropna().tolist() == [10, 21, 30, 40, 5, 1000]
    assert second.demand.workers[1] == 21
    for name in ("regions", "positions", "facilities", "plane"):
        assert getattr(second, name) is getattr(first, name)


def test_callers_are_forgotten_by_a_process_that_never_ends(workspace: Workspace, clock: Clock) -> None:
    workspace.store.callers.put("L1", name="甲", number="1", erase_on="2025-10-21", by="li", at=clock.now)
    for day, left in (("2025-10-21", 1), ("2025-10-22", 0)):
        clock.pass_by(days=1)
        workspace.entries()
        with reading(workspace.store.engine) as connection:
            assert len(connection.execute(callers.select()).all()) == left, day


def test_what_one_process_saves_another_shows(folder: Path, clock: Clock) -> None:
    one, other = opened(folder, clock), opened(folder, clock)
    assert one.district().revision == other.district().revision
    change(one, "enterprises", "E2", union_status="established")
    assert other.district().enterprises.set_index("id").loc["E2", "union_status"] == "established"
    assert one.store.state() == other.store.state()


def test_a_changed_pack_comes_in_but_not_over_what_people_wrote(folder: Path, clock: Clock) -> None:
    workspace = opened(folder, clock)
    workspace.district()
    change(workspace, "facilities", "F1", name="人改过的站")
    register = pd.read_csv(folder / "facilities.csv", dtype=str, keep_default_na=False)
    for row, key in enumerate(register["id"], start=2):
        set_cell(folder / "facilities.csv", row, "name", f"新名{key}")
    names = workspace.district().facilities.set_index("id")["name"]
    assert names["F1"] == "人改过的站"
    assert names["F2"] == "新名F2"


def test_a_record_that_leaves_the_pack_is_retired(folder: Path, clock: Clock) -> None:
    workspace = opened(folder, clock)
    workspace.district()
    lines = (folder / "facilities.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "facilities.csv").write_text(
        "".join(line for line in lines if not line.startswith("F3")), encoding="utf-8"
    )
    assert "F3" not in set(workspace.district().facilities["id"])
    record = workspace.store.get("facilities", "F3")
    assert record is not None
    assert record.retired


def test_a_store_belongs_to_one_pack(folder: Path, clock: Clock) -> None:
    opened(folder, clock).district()
    about = folder / "pack.toml"
    about.write_text(about.read_text(encoding="utf-8").replace('"yunze"', '"elsewhere"'), encoding="utf-8")
    with pytest.raises(GongtuError, match=r"store\.other_pack"):
        opened(folder, clock).district()


def test_without_demonstration_no_synthetic_record_is_shown(folder: Path, clock: Clock) -> None:
    set_cell(folder / "facilities.csv", 2, "standing", "synthetic")  # F2
    assert "F2" in set(opened(folder, clock).district().facilities["id"])
    assert "F2" not in set(opened(folder, clock, GONGTU_DEMO="0").district().facilities["id"])
    assert "F2" in set(opened(folder, clock).district().facilities["id"])


def test_many_first_visitors_seed_once(folder: Path, clock: Clock) -> None:
    workspaces = [opened(folder, clock) for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda number: workspaces[number % 3].district().revision, range(12)))
    assert len(set(found)) == 1
    assert [commit.what for commit in workspaces[0].store.commits()] == ["seed"]


def test_settings_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    workspace = Workspace(lambda: read_settings({"GONGTU_DEMO": "maybe"}))
    with pytest.raises(SettingError):
        workspace.district()


def test_two_processes_share_one_postgresql(tiny: Path, databases: Databases, clock: Clock) -> None:
    url = databases.url(databases.create())
    settings = read_settings({"GONGTU_PACK": str(tiny), "GONGTU_DATABASE_URL": url})
    one, other = Workspace(settings, clock=clock), Workspace(settings, clock=clock)
    assert one.district().revision == other.district().revision
    change(one, "facilities", "F1", name="改过的站")
    assert other.district().facilities.set_index("id").loc["F1", "name"] == "改过的站"
    assert [commit.what for commit in other.store.commits()] == ["save", "seed"]
    assert_frame_equal(pd.DataFrame(one.district().enterprises), pd.DataFrame(other.district().enterprises))
    for workspace in (one, other):
        workspace.store.close()


def test_the_ground_is_the_district_without_its_enterprises(workspace: Workspace) -> None:
    ground, district = workspace.ground(), workspace.district()
    assert len(ground.enterprises) == len(ground.demand.id) == 0
    assert_frame_equal(pd.DataFrame(ground.facilities), pd.DataFrame(district.facilities))
    assert ground.regions.geometry.geom_equals(district.regions.geometry).all()
