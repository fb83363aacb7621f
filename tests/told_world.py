"""A campaign in the tiny world whose plan can be counted by hand.

Positions P1 甲原镇, P2 乙河街道, P3 丙山镇 (regions in a row, west to east) and P4, a base in
丙山镇. Teams 1 and 2. Only "each" has a weight, so that each of the four positions has 25 of 100 points.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from clock import Clock
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.fieldwork.campaign import Campaign, campaign
from geo.fieldwork.deeds import change
from geo.fieldwork.plan import METRICS, Plan
from geo.fieldwork.rights import edit, publish
from geo.people import Person, Role
from geo.settings import read_settings
from geo.storage.assignments import Published
from geo.web.access import COOKIE
from geo.web.routes import routes
from geo.workspace import Workspace

LEADER = Person("u1", "李明", "leader")
PROVENANCE = "inferred,test,2025"
FILES = {
    "positions.csv": f"""\
id,name,name_en,kind,region,lon,lat,location_standing,precision_m,standing,source,as_of
P1,甲原镇,Jiayuan Town,region,110199001000,,,,,{PROVENANCE}
P2,乙河街道,Yihe Subdistrict,region,110199002000,,,,,{PROVENANCE}
P3,丙山镇,Bingshan Town,region,110199003000,,,,,{PROVENANCE}
P4,工业基地,Industrial Base,industrial_base,,116.475,39.585,assumed,2000,{PROVENANCE}
""",
    "teams.csv": f"""\
campaign,id,name,name_en,lead,departments,phrase,standing,source,as_of
2025,1,第一组,Team One,王强,组宣部;财务部,一组,{PROVENANCE}
2025,2,第二组,Team Two,,权益部,二组,{PROVENANCE}
""",
}
WEIGHTS = {metric: float(metric == "each") for metric in METRICS}
PLAN = Plan(where={"P1": "1", "P2": "1", "P3": "2", "P4": "2"}, weights=WEIGHTS)
"""Each team has two of the four positions, and so 50 points, which is its share."""


@pytest.fixture(scope="session")
def told_pack(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny pack with these positions and teams."""
    folder = tmp_path_factory.mktemp("told") / "pack"
    shutil.copytree(tiny, folder)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def told_store(told_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has the pack in it, to be copied: to make one takes most of a test's time."""
    folder = tmp_path_factory.mktemp("told_store") / "var"
    made = Workspace(read_settings({"GONGTU_PACK": str(told_pack), "GONGTU_VAR": str(folder)}), clock=Clock())
    made.district()
    made.store.close()
    return folder


@contextmanager
def own_world(pack: Path, store: Path, folder: Path, clock: Clock) -> Iterator[Workspace]:
    """The campaign's world in a store of its own, a copy of ``store``."""
    shutil.copytree(store, folder / "told")
    settings = read_settings({"GONGTU_PACK": str(pack), "GONGTU_VAR": str(folder / "told")})
    made = Workspace(settings, clock=clock)
    yield made
    made.store.close()


@contextmanager
def client_of(world: Workspace) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(world)), follow_redirects=False) as made:
        yield made


@pytest.fixture
def world(told_pack: Path, told_store: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with own_world(told_pack, told_store, tmp_path, clock) as made:
        yield made


@pytest.fixture
def client(world: Workspace) -> Iterator[TestClient]:
    with client_of(world) as made:
        yield made


def of(world: Workspace) -> Campaign:
    """The campaign as it is now."""
    return campaign(world.district(), world.store, "2025")


def published(world: Workspace, plan: Plan = PLAN, note: str = "试行", starts: str = "2025-11-01") -> Published:
    """The plan, published as the next version."""
    was = world.store.assignments.draft("2025").fields
    now = plan.fields()
    names = was.keys() | now.keys()
    edit(world, LEADER, of(world), {name: (was.get(name), now.get(name)) for name in names})
    return publish(world, LEADER, of(world), world.store.assignments.draft("2025"), note, starts)


def member(world: Workspace, name: str, role: Role = "staff", team: str = "") -> str:
    """A new account, in ``team`` where there is one."""
    user = world.store.people.add(name, role, by="test", at=world.now())
    if team:
        teams = tuple(replace(one, members=(*one.members, user)) if one.id == team else one for one in of(world).teams)
        change(world, LEADER, of(world), teams=teams)
    return user


def sign_in(world: Workspace, client: TestClient, user: str) -> None:
    """Makes the client that of the account."""
    client.cookies.clear()
    token = world.store.people.open_session(user, via="link", now=world.now(), hours=1)
    client.cookies.set(COOKIE, token)
