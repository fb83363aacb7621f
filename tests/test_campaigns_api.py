"""``/api/v1/campaigns``: who may read what, a plan that can be recounted, versions that stay as they were."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from told_world import LEADER, PLAN, TestClient, client, member, of, published, sign_in, told_pack, told_store, world

from geo.errors import ParameterError
from geo.fieldwork.deeds import change
from geo.fieldwork.told import asked_version, told
from geo.people import Role
from geo.workspace import Workspace

__all__ = ["client", "told_pack", "told_store", "world"]  # fixtures
PATHS = ("/api/v1/campaigns", "/api/v1/campaigns/2025/assignment", "/api/v1/campaigns/2025/visits")


def test_nobody_reads_campaigns_without_an_account(client: TestClient, world: Workspace) -> None:
    published(world)
    for path in (*PATHS, "/api/v1/campaigns/2025/visits.ics"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (401, "no-store"), path
    sign_in(world, client, member(world, "张三"))
    for path in PATHS:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), path


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("leader", 200), ("admin", 200)])
def test_a_draft_is_for_leaders(client: TestClient, world: Workspace, role: Role, status: int) -> None:
    sign_in(world, client, member(world, "张三", role))
    answer = client.get("/api/v1/campaigns/2025/assignment?version=draft")
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")


def test_what_is_not_there_is_a_404_and_what_cannot_be_asked_a_422(client: TestClient, world: Workspace) -> None:
    sign_in(world, client, member(world, "张三", "leader"))
    base = "/api/v1/campaigns/2025/assignment"
    for path in (base, f"{base}?version=1", "/api/v1/campaigns/1999/assignment", "/api/v1/campaigns/1999/visits"):
        assert client.get(path).status_code == 404, path
    published(world)
    assert client.get(f"{base}?version=2").status_code == 404
    for query in ("version=", "version=0", "version=-1", "version=1.5", "version=９", "what=1", "version=1&version=1"):
        assert client.get(f"{base}?{query}").status_code == 422, query


def test_a_plan_can_be_recounted(client: TestClient, world: Workspace) -> None:
    """25 points each: both teams have 50 of 100, which is their share; P1 borders P2, P2 borders P3, P4 lies in P3."""
    published(world)
    sign_in(world, client, member(world, "张三"))
    found = client.get("/api/v1/campaigns/2025/assignment").json()
    assert found["version"]["number"] == 1
    assert (found["version"]["starts"], found["version"]["note"]) == ("2025-11-01", "试行")
    assert [(team["positions"], team["load"], team["target"], team["deviation"]) for team in found["teams"]] == [
        (["P1", "P2"], 50.0, 50.0, 0.0),
        (["P3", "P4"], 50.0, 50.0, 0.0),
    ]
    assert sorted(map(sorted, found["edges"])) == [["P1", "P2"], ["P2", "P3"], ["P2", "P4"], ["P3", "P4"]]
    assert {one["id"]: one["team"] for one in found["positions"]} == PLAN.where
    assert [one["workload"]["each"] for one in found["positions"]] == [25.0] * 4
    assert found["unassigned"] == []
    assert found["objective"]["cut"] == 2  # P2 with P3 and with P4
    assert found["counted"] == ["each"]


def test_labels_say_on_what_grounds(client: TestClient, world: Workspace) -> None:
    published(world)
    sign_in(world, client, member(world, "张三"))
    found = client.get("/api/v1/campaigns/2025/assignment").json()
    assert found["boundaries"][0]["boundary_label_zh"] == "示意边界"
    assert found["notice"]["zh"]
    p4 = found["positions"][3]
    assert (p4["standing"], p4["location_standing"], p4["precision_m"]) == ("inferred", "assumed", 2000.0)
    assert found["synthetic"] is False


def test_no_account_is_in_any_answer(client: TestClient, world: Workspace) -> None:
    """Of a team its name, who leads it and its departments: not who is in it, nor who published."""
    published(world)
    inside = member(world, "赵六", team="1")
    world.store.visits.add("2025", team="1", position="P1", date="2025-11-03", by="李明", at=world.now())
    sign_in(world, client, member(world, "张三"))
    for path in PATHS:
        text = client.get(path).text
        assert inside not in text
        assert not [name for name in ("赵六", "李明") if name in text], path
    (listed,) = client.get("/api/v1/campaigns").json()["campaigns"]
    assert (listed["teams"][0]["lead"], listed["teams"][0]["departments"]) == ("王强", ["组宣部", "财务部"])


def test_the_own_team_is_told(client: TestClient, world: Workspace) -> None:
    user = member(world, "赵六", team="2")
    for who, own in ((user, "2"), (member(world, "张三"), None)):
        sign_in(world, client, who)
        assert client.get("/api/v1/campaigns").json()["campaigns"][0]["own_team"] == own
        assert client.get("/api/v1/campaigns/2025/visits").json()["own_team"] == own


def test_an_old_version_stays_as_it_was(client: TestClient, world: Workspace) -> None:
    published(world)
    second = replace(PLAN, where={**PLAN.where, "P2": "2"})
    teams = [replace(team, name="新名") if team.id == "1" else team for team in of(world).teams]
    change(world, LEADER, of(world), teams=teams)
    published(world, second, note="")
    sign_in(world, client, member(world, "张三"))
    base = "/api/v1/campaigns/2025/assignment"
    old, new = client.get(f"{base}?version=1").json(), client.get(base).json()
    assert (old["teams"][0]["name"], new["teams"][0]["name"]) == ("第一组", "新名")
    assert (old["teams"][0]["positions"], new["teams"][0]["positions"]) == (["P1", "P2"], ["P1"])
    assert (new["version"]["number"], new["version"]["note"]) == (2, None)
    assert new["teams"][1]["deviation"] == 0.5  # 75 of a share of 50


def test_a_draft_with_nothing_in_it_has_everything_unassigned(client: TestClient, world: Workspace) -> None:
    sign_in(world, client, member(world, "张三", "leader"))
    found = client.get("/api/v1/campaigns/2025/assignment?version=draft").json()
    assert found["version"] == {**found["version"], "state": "draft", "number": None, "at": None}
    assert found["unassigned"] == ["P1", "P2", "P3", "P4"]
    assert [team["load"] for team in found["teams"]] == [0.0, 0.0]
    assert [team["deviation"] for team in found["teams"]] == [-1.0, -1.0]


def test_visits_are_listed_by_day_and_hour(client: TestClient, world: Workspace) -> None:
    add = world.store.visits.add
    late = add("2025", team="1", position="P1", date="2025-11-03", start="14:00", by="李", at=world.now())
    day = add("2025", team="1", position="P1", date="2025-11-03", by="李", at=world.now())
    early = add("2025", team="2", position="P4", date="2025-11-02", what="沟通会", by="李", at=world.now())
    sign_in(world, client, member(world, "张三"))
    found = client.get("/api/v1/campaigns/2025/visits").json()
    assert [one["id"] for one in found["visits"]] == [early.id, day.id, late.id]
    assert found["time_zone"] == "Asia/Shanghai"
    assert found["visits"][0] == {
        "id": early.id,
        "team": "2",
        "position": "P4",
        "date": "2025-11-02",
        "start": None,
        "end": None,
        "what": "沟通会",
        "note": None,
        "state": "planned",
        "version": early.version,
    }
    only = client.get("/api/v1/campaigns/2025/visits?team=1&since=2025-11-03").json()
    assert [one["id"] for one in only["visits"]] == [day.id, late.id]
    assert client.get("/api/v1/campaigns/2025/visits?since=yesterday").status_code == 422


def test_the_routes_are_in_the_documentation(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {path for path in paths if "campaigns" in path} == {
        "/v1/campaigns",
        "/v1/campaigns/{id}/assignment",
        "/v1/campaigns/{id}/visits",
        "/v1/campaigns/{id}/visits.ics",
    }


# What is told of a version


@pytest.mark.parametrize(("text", "version"), [("draft", "draft"), ("published", "published"), ("7", 7), ("007", 7)])
def test_a_version_is_asked_for_by_word_or_number(text: str, version: object) -> None:
    assert asked_version(text) == version


@pytest.mark.parametrize("text", ["", "0", "-1", "1e3", "²", "latest", "1234567890"])
def test_other_versions_are_refused(text: str) -> None:
    with pytest.raises(ParameterError):
        asked_version(text)


def test_shares_follow_strength_and_what_nobody_has_counts(world: Workspace) -> None:
    """Strength 3 against 1: shares of 75 and 25 of the 100 points, P4's among them though nobody has it."""
    where = {"P1": "1", "P2": "1", "P3": "2"}
    version = published(world, replace(PLAN, where=where, strength={"1": 3.0}))
    found = told(world.district(), of(world), version, None)
    assert [(team.load, team.target) for team in found.teams] == [(50.0, 75.0), (25.0, 25.0)]
    assert [team.deviation for team in found.teams] == pytest.approx([-1 / 3, 0.0])
    assert found.worst == pytest.approx(1 / 3)
    assert [one.id for one in found.unassigned] == ["P4"]


def test_the_difference_is_that_to_the_version_before(world: Workspace) -> None:
    first = published(world)
    second = published(world, replace(PLAN, where={**PLAN.where, "P2": "2"}, balance=0.6))
    found = told(world.district(), of(world), second, first)
    assert found.before == 1
    assert dict(found.changed) == {"balance": (None, 0.6), "where.P2": ("1", "2")}
    assert told(world.district(), of(world), first, None).changed == {}


def test_a_position_that_is_gone_is_told_as_it_was(world: Workspace) -> None:
    version = published(world)
    district = world.district()
    gone = replace(district, positions=district.positions[district.positions["id"] != "P4"])
    (p4,) = [one for one in told(gone, of(world), version, None).positions if one.id == "P4"]
    assert (p4.name, p4.team, p4.load, p4.region, p4.standing) == ("工业基地", "2", 25.0, "", "")
    assert math.isnan(p4.points["each"])
    assert math.isnan(p4.lon)
