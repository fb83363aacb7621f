"""Campaigns of pack and store together: made, copied, changed, closed, and what the pack says of who was where."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from clock import Clock
from tiny_pack import PROVENANCE

from geo.assignment import solve
from geo.district import District
from geo.errors import GongtuError, PackError, ParameterError
from geo.fieldwork.campaign import Campaign, Reported, Team, campaign, campaigns, read, reported, team_of
from geo.fieldwork.deeds import change, close, copy, make, reopen
from geo.fieldwork.plan import Plan
from geo.fieldwork.posing import pose
from geo.i18n import LANGUAGES, explain
from geo.ledger import TABLE, Rules
from geo.pack import open_pack
from geo.people import NOBODY, Person, Role
from geo.schema import read_table
from geo.settings import read_settings
from geo.storage import Change, Conflict
from geo.workspace import Workspace
from pages.ui import about_text

LEADER = Person("u1", "王主席", "leader")
PACK = Path(__file__).parents[2] / "data"
DATED = datetime(2025, 10, 20, 4, tzinfo=UTC)


def known(workspace: Workspace, id_: str = "2025") -> Campaign:
    return campaign(workspace.district(), workspace.store, id_)


def fresh(workspace: Workspace, **fields: Any) -> Campaign:
    said = {
        "name": "秋季",
        "starts": "2026-03",
        "positions": ["P1", "P2"],
        "teams": [{"name": "甲组"}, {"name": "乙组"}],
    }
    return make(workspace, LEADER, **{**said, **fields})


@pytest.fixture(scope="module")
def still(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The tiny world, for tests that write nothing."""
    var = tmp_path_factory.mktemp("still")
    made = Workspace(read_settings({"GONGTU_PACK": str(tiny), "GONGTU_VAR": str(var)}), clock=lambda: DATED)
    yield made
    made.store.close()


# The pack's


def test_the_packs_campaign_as_it_is(workspace: Workspace) -> None:
    (found,) = campaigns(workspace.district(), workspace.store)
    assert found == known(workspace)
    assert (found.id, found.name, found.starts, found.ends, found.version, found.of_pack) == (
        "2025",
        "蹲点",
        "2025-06",
        "",
        0,
        True,
    )
    assert found.positions == ("P1", "P2"), "no members are named: every position"
    assert found.teams == (Team("1", "一组", standing="imported", source="test", as_of="2025"),)
    assert (found.base, found.base_name, found.closed_at) == (None, "", None)


@pytest.mark.parametrize("id_", ["", "1999", "\x00", "\ud800", "2025 "])
def test_one_that_there_is_not(still: Workspace, id_: str) -> None:
    with pytest.raises(ParameterError, match=r"campaign\.unknown") as caught:
        known(still, id_)
    for language in LANGUAGES:
        explain(caught.value, language).encode()


@pytest.fixture(scope="module")
def daxing() -> District:
    return open_pack(PACK, demo=True)


def test_the_demonstration_can_be_shared_out_as_evenly_as_is_usual(daxing: District, still: Workspace) -> None:
    """Who asks for a proposal for the first time gets one."""
    entries, _ = read_table((PACK / "demo/ledger.csv").read_bytes(), TABLE)
    posed = pose(daxing, campaigns(daxing, still.store)[0], Plan(), entries=entries.fillna({"closed_on": ""}))
    assert posed.workload.values["appeals"].sum() == 36
    assert solve(posed.problem, "compact").proven


def test_what_the_pack_of_daxing_has(daxing: District, still: Workspace) -> None:
    district = daxing
    new, old = campaigns(district, still.store)
    assert (new.id, old.id) == ("2025", "2021")
    assert [len(new.teams), len(new.positions), len(new.departments)] == [7, 24, 8]
    assert {team.departments for team in new.teams} == {()}, "which department is in which team was not published"
    assert len(old.teams) == 3
    assert [team.lead for team in old.teams] == ["牛玉俊", "侯月海", "施剑"]
    assert set(new.positions) - set(old.positions) == {"P23"}, "22 unions and the drivers' home; no airport zone yet"
    assert len(old.positions) == 23
    for one in (new, old):
        seat = district.regions.set_index("name").loc["兴丰街道", ["seat_lon", "seat_lat"]]
        assert one.base == (seat["seat_lon"], seat["seat_lat"])
        assert one.base_standing == "assumed"
        assert "兴丰街道" in one.base_name
        assert "推定" in one.note
    assert reported(district, new) == {}, "its visits name no team"
    said = {position: (one.team, one.standing) for position, one in reported(district, old).items()}
    assert said == {
        "P01": ("2", "reported"),
        "P07": ("1", "inferred"),
        "P09": ("2", "inferred"),
        "P11": ("1", "reported"),
        "P14": ("3", "reported"),
        "P16": ("3", "inferred"),
        "P17": ("2", "reported"),
        "P19": ("3", "reported"),
    }


@pytest.fixture
def pack(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "pack"))


def test_who_was_there_by_the_better_ground_then_the_later_day(pack: Path) -> None:
    code = "110199001000"
    (pack / "visits.csv").write_text(
        "id,campaign,team,region,date,text,phrase,standing,source,as_of\n"
        f"V1,2025,1,{code},2025-08-04,x,x,{PROVENANCE}\n"
        f"V2,2025,2,{code},2025-09-04,x,x,inferred,test,2025\n"
        f"V3,2025,2,{code},2025-07-04,x,x,reported,test,2025\n"
        f"V4,2025,3,{code},2025-07-05,x,x,reported,test,2025-07\n"
        f"V0,2025,1,{code},2025-07-04,x,x,reported,test,2025\n"
        f"V5,2025,,{code},2025-12-01,x,x,reported,test,2025\n"
        f"V6,2025,1,110199002000,2025-12-01,x,x,reported,test,2025\n",
        encoding="utf-8",
    )
    (pack / "teams.csv").write_text(
        "campaign,id,name,phrase,standing,source,as_of\n"
        + "".join(f"2025,{n},{n}组,x,{PROVENANCE}\n" for n in (1, 2, 3)),
        encoding="utf-8",
    )
    district = open_pack(pack, demo=True)
    here = Campaign("2025", "蹲点", positions=("P1", "P2"))
    assert reported(district, here) == {"P1": Reported("3", "reported", "test", "2025-07")}
    assert reported(district, Campaign("2021", "x", positions=("P1",))) == {}
    assert reported(district, Campaign("2025", "x")) == {}


def test_members_and_base_of_a_pack(pack: Path) -> None:
    (pack / "campaigns.csv").write_text(
        "id,name,starts,ends,members,base_name,base_lon,base_lat,base_standing,phrase,standing,source,as_of\n"
        f"2025,蹲点,2025-06,2025-09,P2 ; P1,区里,116.3,39.6,assumed,x,{PROVENANCE}\n",
        encoding="utf-8",
    )
    workspace = Workspace(
        read_settings({"GONGTU_PACK": str(pack), "GONGTU_VAR": str(pack.parent / "var")}), clock=lambda: DATED
    )
    found = known(workspace)
    assert (found.positions, found.base, found.base_name, found.ends) == (
        ("P2", "P1"),
        (116.3, 39.6),
        "区里",
        "2025-09",
    )
    workspace.store.close()


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ("P1;P9,,,,", "members", "fault.reference"),
        ("P1;P1,,,,", "members", "fault.repeated"),
        (",区里,116.3,,", "base_lon + base_lat", "fault.half_point"),
        (",区里,,39.6,", "base_lon + base_lat", "fault.half_point"),
        (",区里,39.6,116.3,", "base_lat", "fault.range"),
        (",区里,0,0,", "base_lon + base_lat", "fault.far"),
        (",区里,116.3,39.6,guessed", "base_standing", "fault.choice"),
    ],
)
def test_a_pack_that_is_wrong_is_told(pack: Path, cells: str, column: str, key: str) -> None:
    (pack / "campaigns.csv").write_text(
        "id,name,starts,members,base_name,base_lon,base_lat,base_standing,phrase,standing,source,as_of\n"
        f"2025,蹲点,2025-06,{cells},x,{PROVENANCE}\n",
        encoding="utf-8",
    )
    with pytest.raises(PackError) as caught:
        open_pack(pack, demo=True)
    assert [(fault.file, fault.row, fault.column, fault.key) for fault in caught.value.faults] == [
        ("campaigns.csv", 2, column, key)
    ]


# Made


def test_a_campaign_is_made(workspace: Workspace, clock: Clock) -> None:
    made = fresh(workspace, ends="2026", note="试", departments=["办公室"], base=(116.31, 39.61), base_name="区里")
    assert known(workspace, made.id) == made
    assert made.id.startswith("2026-")
    assert (made.name, made.starts, made.ends, made.note, made.version, made.of_pack) == (
        "秋季",
        "2026-03",
        "2026",
        "试",
        1,
        False,
    )
    assert [(team.id, team.name, team.standing, team.as_of) for team in made.teams] == [
        ("1", "甲组", "imported", "2025-10-20"),
        ("2", "乙组", "imported", "2025-10-20"),
    ]
    assert (made.base, made.base_standing, made.standing, made.as_of) == (
        (116.31, 39.61),
        "imported",
        "imported",
        "2025-10-20",
    )
    assert [one.id for one in campaigns(workspace.district(), workspace.store)] == [made.id, "2025"]
    assert workspace.store.assignments.draft(made.id).version == 0


def test_a_new_one_sets_out_from_where_the_newest_does(workspace: Workspace) -> None:
    assert fresh(workspace).base is None
    first = fresh(workspace, base=(116.31, 39.61), base_name="区里", base_standing="assumed")
    made = fresh(workspace, starts="2027")
    assert (made.base, made.base_name, made.base_standing) == (first.base, "区里", "assumed")
    assert fresh(workspace, base=None, base_name="").base is None


def test_two_of_one_month_are_two(workspace: Workspace) -> None:
    assert fresh(workspace).id != fresh(workspace).id


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"starts": ""}, "starts"),
        ({"starts": "2026/03"}, "starts"),
        ({"starts": "2026-13"}, "starts"),
        ({"ends": "2026-02"}, "ends"),
        ({"ends": "2025"}, "ends"),
        ({"note": "长" * 2001}, "note"),
        ({"positions": []}, "positions"),
        ({"positions": ["P1", "P9"]}, "positions"),
        ({"positions": ["P1", "P1"]}, "positions"),
        ({"teams": []}, "teams"),
        ({"teams": [{"name": ""}]}, "teams"),
        ({"teams": [{"name": "甲"}, {"name": "甲"}]}, "teams"),
        ({"teams": [{"id": "1", "name": "甲"}, {"id": "1", "name": "乙"}]}, "teams"),
        ({"teams": [{"name": str(n)} for n in range(51)]}, "teams"),
        ({"teams": [{"name": "甲", "members": ["nobody"]}]}, "teams"),
        ({"departments": ["甲", "甲"]}, "departments"),
        ({"base": (0.0, 0.0)}, "base"),
        ({"base": (float("nan"), 39.6)}, "base"),
    ],
)
def test_what_cannot_be_is_refused_with_words(still: Workspace, fields: Mapping[str, Any], field: str) -> None:
    with pytest.raises(ParameterError) as caught:
        fresh(still, **fields)
    assert caught.value.params["field"] == field
    assert all(explain(caught.value, language) for language in LANGUAGES)
    with pytest.raises(ParameterError):
        change(still, LEADER, known(still), **{"starts": "2026-03", **fields})
    assert still.store.campaigns.list() == []


def test_rules_are_assumed_until_a_leader_sets_them_one_by_one(workspace: Workspace) -> None:
    assert known(workspace).rules == Rules()
    change(workspace, LEADER, known(workspace), rules={"silent_days": 45, "answer_days": 0})
    made = change(workspace, LEADER, known(workspace), rules={"worker_meetings": 3_650})
    assert made == known(workspace)
    assert made.rules == replace(Rules(), silent_days=45, answer_days=0, worker_meetings=3_650)
    assert made.source == "test"  # the rules are none of the facts that come from there
    assert copy(workspace, LEADER, made, name="明年", starts="2026-06").rules == made.rules
    with pytest.raises(GongtuError, match=r"campaign\.leader"):
        change(workspace, Person("u2", "李", "staff"), made, rules={"silent_days": 1})


def test_a_campaign_kept_before_there_were_rules_has_the_assumed_ones(workspace: Workspace) -> None:
    kept = fresh(workspace).kept()
    kept.pop("rules")
    assert read("x", kept).rules == Rules()
    assert read("x", {**kept, "rules": {"silent_days": 7, "gone": 1}}).rules == replace(Rules(), silent_days=7)


@pytest.mark.parametrize("number", [-1, 3_651, 1.0, "7", True, None])
def test_a_rule_is_a_whole_number_of_days_up_to_ten_years(still: Workspace, number: Any) -> None:
    with pytest.raises(ParameterError) as caught:
        change(still, LEADER, known(still), rules={"solve_days_12345": number})
    assert (caught.value.key, caught.value.params["field"]) == ("campaign.rule", "solve_days_12345")


@pytest.mark.parametrize("role", ["public", "staff"])
def test_who_is_no_leader_makes_and_changes_nothing(still: Workspace, role: Role) -> None:
    person, here = Person("u", "某人", role), known(still)
    for step in (
        lambda: make(still, person, name="x", starts="2026", positions=["P1"], teams=[{"name": "甲"}]),
        lambda: copy(still, person, here, name="x", starts="2026"),
        lambda: change(still, person, here, note="x"),
        lambda: close(still, person, here),
        lambda: reopen(still, person, here),
    ):
        with pytest.raises(GongtuError, match=r"campaign\.leader") as caught:
            step()
        assert all(explain(caught.value, language) for language in LANGUAGES)
    assert still.store.campaigns.list() == []


# Changed


def test_the_packs_is_the_stores_once_somebody_changes_it(workspace: Workspace) -> None:
    made = change(workspace, LEADER, replace(known(workspace), note_en="As printed", base_name_en="Seat"), note="改")
    assert (made.note_en, made.base_name_en) == ("", "Seat"), "the pack's English is of the pack's words"
    assert (made.id, made.version, made.of_pack, made.note, made.source) == ("2025", 1, True, "改", "test")
    assert made.positions == ("P1", "P2")
    assert campaigns(workspace.district(), workspace.store) == (made,)
    again = change(workspace, LEADER, made, name="新名")
    assert (again.standing, again.source, again.as_of) == ("imported", "", "2025-10-20"), (
        "its name is no longer the pack's"
    )


def test_the_about_page_has_what_was_made_here_for_staff(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(workspace)
    change(workspace, LEADER, known(workspace), note="内部")
    monkeypatch.setattr("pages.ui.cached.workspace", lambda: workspace)
    seen = {person: about_text.campaigns_for(workspace.district(), person) for person in (NOBODY, LEADER)}
    assert [(one["name"], one["note"], one["teams"][0]["name"]) for one in seen[NOBODY]] == [("蹲点", "", "一组")]
    assert [(one["name"], one["note"]) for one in seen[LEADER]] == [("秋季", ""), ("蹲点", "内部")]


def test_of_two_who_change_one_the_second_is_told(workspace: Workspace) -> None:
    seen = known(workspace)
    change(workspace, LEADER, seen, note="一")
    with pytest.raises(Conflict) as caught:
        change(workspace, LEADER, seen, note="二")
    assert all("蹲点" in explain(caught.value, language) for language in LANGUAGES)
    assert known(workspace).note == "一"


def test_teams_keep_the_grounds_they_came_with_until_they_change(workspace: Workspace) -> None:
    user = workspace.store.people.add("李四", "staff", by="王", at=workspace.now())
    (first,) = known(workspace).teams
    made = change(
        workspace, LEADER, known(workspace), teams=[{"id": "1", "name": "一组", "members": [user]}, Team("", "二组")]
    )
    assert [(team.id, team.source) for team in made.teams] == [("1", "test"), ("2", "")]
    assert team_of(made, Person(user, "李四", "staff")) == made.teams[0]
    assert team_of(made, LEADER) is team_of(made, NOBODY) is None
    assert first.members == ()
    led = change(workspace, LEADER, made, teams=[{"id": "1", "name": "一组", "lead": "王"}])
    assert [(team.source, team.lead, team.members) for team in led.teams] == [("", "王", ())]


def test_somebody_is_in_one_team(workspace: Workspace) -> None:
    user = workspace.store.people.add("李四", "staff", by="王", at=workspace.now())
    with pytest.raises(ParameterError, match=r"campaign\.twice"):
        fresh(workspace, teams=[{"name": "甲", "members": [user]}, {"name": "乙", "members": [user]}])


def test_the_draft_loses_what_the_campaign_no_longer_has(workspace: Workspace) -> None:
    made = fresh(workspace)
    said = {"where.P1": (None, "1"), "where.P2": (None, "2"), "strength.2": (None, 2), "never.P1": (None, ["2"])}
    workspace.store.assignments.edit(made.id, said, by="李", at=workspace.now())
    made = change(workspace, LEADER, made, teams=[made.teams[0]])
    assert workspace.store.assignments.draft(made.id).fields == {"where.P1": "1"}
    change(workspace, LEADER, made, positions=["P2"])
    assert workspace.store.assignments.draft(made.id).fields == {}
    assert [edited.by for edited in workspace.store.assignments.edits(made.id)] == ["王主席", "王主席", "李"]


def test_a_position_that_is_gone_may_stay(workspace: Workspace) -> None:
    made = fresh(workspace)
    made = change(workspace, LEADER, made, positions=["P2", "P1"])
    workspace.district()
    record = workspace.store.get("positions", "P1")
    assert record is not None
    gone = Change("positions", "P1", {}, record.version, retired="撤销")
    workspace.store.commit([gone], by="李", at=workspace.now(), why="x")
    assert change(workspace, LEADER, made, positions=["P1", "P2"]).positions == ("P1", "P2")
    with pytest.raises(ParameterError, match=r"campaign\.position"):
        fresh(workspace)
    assert copy(workspace, LEADER, known(workspace, made.id), name="x", starts="2027").positions == ("P2",)


def test_closed_and_reopened(workspace: Workspace) -> None:
    made = close(workspace, LEADER, known(workspace))
    assert (made.closed_by, made.closed_at, made.version) == ("王主席", workspace.now(), 1)
    with pytest.raises(GongtuError, match=r"campaign\.closed"):
        change(workspace, LEADER, made, note="x")
    assert close(workspace, LEADER, made) == made
    back = reopen(workspace, LEADER, made)
    assert (back.closed_at, back.version) == (None, 2)
    assert change(workspace, LEADER, back, note="x").note == "x"


# Copied


def test_a_copy_has_teams_positions_base_and_the_draft(workspace: Workspace) -> None:
    first = fresh(workspace, note="旧", base=(116.31, 39.61), base_name="区里")
    workspace.store.assignments.edit(first.id, {"where.P1": (None, "2")}, by="李", at=workspace.now())
    made = copy(workspace, LEADER, first, name="明年", starts="2027-03")
    assert (made.name, made.starts, made.ends, made.note, made.base, made.base_name) == (
        "明年",
        "2027-03",
        "",
        "",
        (116.31, 39.61),
        "区里",
    )
    assert (made.positions, [team.name for team in made.teams]) == (first.positions, ["甲组", "乙组"])
    assert workspace.store.assignments.draft(made.id).fields == {"where.P1": "2"}
    assert workspace.store.assignments.draft(first.id).version == 1, "the first is as it was"


def test_a_copy_begins_with_what_was_published_last(workspace: Workspace) -> None:
    first, store, at = fresh(workspace), workspace.store.assignments, workspace.now()
    store.edit(first.id, {"where.P1": (None, "2")}, by="李", at=at)
    store.publish(first.id, 1, note="", starts="2026-03-01", grounds={}, by="李", at=at)
    store.edit(first.id, {"where.P1": ("2", "1")}, by="李", at=at)
    made = copy(workspace, LEADER, first, name="明年", starts="2027-03")
    assert store.draft(made.id).fields == {"where.P1": "2"}
    assert store.published(made.id) is None


def test_a_copy_of_one_that_is_closed_is_open(workspace: Workspace) -> None:
    made = copy(workspace, LEADER, close(workspace, LEADER, known(workspace)), name="明年", starts="2027-03")
    assert (made.closed_at, made.of_pack, made.teams[0].source) == (None, False, "")
