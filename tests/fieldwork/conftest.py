"""The tiny world in memory, and as a pack with three positions and two teams."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_ground import AT, WHERE

from geo.district import District
from geo.fieldwork import rights
from geo.fieldwork.campaign import campaign
from geo.fieldwork.plan import Plan, edit_between
from geo.pack import open_pack
from geo.people import Person
from geo.settings import read_settings
from geo.workspace import Workspace

PROVENANCE = "imported,test,2025"
FILES = {
    "positions.csv": f"""\
id,name,kind,region,lon,lat,standing,source,as_of
P1,甲原镇,region,110199001000,116.2426,39.6114,{PROVENANCE}
P2,乙河街道,region,110199002000,116.3591,39.6120,{PROVENANCE}
P3,丙山镇,region,110199003000,116.4756,39.6126,{PROVENANCE}
""",
    "campaigns.csv": f"""\
id,name,name_en,starts,year_standing,teams,positions,phrase,standing,source,as_of
2021,从前,Then,2021-07,reported,1,3,从前,{PROVENANCE}
2025,蹲点,Field work,2025-06,reported,2,3,蹲点,{PROVENANCE}
""",
    "teams.csv": f"""\
campaign,id,name,name_en,phrase,standing,source,as_of
2021,1,一组,Team 1,一组,{PROVENANCE}
2025,1,一组,Team 1,一组,{PROVENANCE}
2025,2,二组,Team 2,二组,{PROVENANCE}
""",
}


@pytest.fixture(scope="session")
def world(tiny: Path) -> District:
    return open_pack(tiny, demo=False)


@pytest.fixture(scope="session")
def three(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of 甲 乙 丙 as positions in a row, each some 10 km from the next."""
    folder = tmp_path_factory.mktemp("three") / "pack"
    shutil.copytree(tiny, folder)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def published(three: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store in which 甲 and 乙 are one team's, published; to be copied."""
    var = tmp_path_factory.mktemp("published") / "var"
    leader = Person("1", "组长", "leader")
    workspace = Workspace(read_settings({"GONGTU_PACK": str(three), "GONGTU_VAR": str(var)}), clock=lambda: AT)
    chosen = campaign(workspace.district(), workspace.store, "2025")
    draft = rights.edit(workspace, leader, chosen, edit_between(Plan(), Plan(where=WHERE)))
    rights.publish(workspace, leader, chosen, draft, "", "2025-10-01")
    workspace.store.close()
    return var


@pytest.fixture
def office(three: Path, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A store of its own in which 甲 and 乙 are one team's, published."""
    said = {"GONGTU_PACK": str(three), "GONGTU_VAR": str(tmp_path / "var")}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    shutil.copytree(published, tmp_path / "var")
    workspace = Workspace(read_settings(said), clock=lambda: AT)
    yield workspace
    workspace.store.close()
