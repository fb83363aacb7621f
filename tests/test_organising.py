"""Enterprises on their way to a union: legal moves, what they must say, many at once, the funnel, who is silent."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from clock import Clock
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.clock import AsOf
from geo.enterprises import UNION_STATUSES
from geo.errors import GongtuError, ParameterError
from geo.fieldwork import rights
from geo.fieldwork.campaign import campaign
from geo.fieldwork.plan import Plan
from geo.i18n import translate
from geo.intake.doubts import doubt_moves
from geo.intake.reasons import Reasons
from geo.layers.enterprises import LOOKS, STYLES, Dot, dots, look_of
from geo.ledger import Rules
from geo.organising import bulk, deeds, following, told
from geo.organising.funnel import COUNTED, NOWHERE, TOTAL, cell_ids, funnel
from geo.organising.ground import ground, regions_of
from geo.organising.moves import NEW, NEXT, Move, change_of, doubts, new_union
from geo.people import NOBODY, Person
from geo.storage import Change, Conflict, Record
from geo.storage.register import Page, Wanted
from geo.workspace import Workspace

TODAY = date(2025, 10, 20)
DAY = "2025-10-20"
ZHANG, LI, LEADER = Person("1", "张三", "staff"), Person("2", "李四", "staff"), Person("3", "王五", "leader")
FOUNDED = {"form": "standalone", "members": 8}


def record(status: str, **values: object) -> Record:
    blank = {"name": "甲公司", "union_status": status, "status_on": None, "workers": 10, "members": None}
    return Record("enterprises", "E1", 3, {**blank, **values}, "", "x", datetime(2025, 10, 1, tzinfo=UTC))


def made(status: str, to: str, on: str = DAY, *, unions: dict[str, str] | None = None, **more: object) -> dict:
    said = {"note": "原因"} | (FOUNDED if to == "established" else {}) | more
    move = Move(to, on, **said)  # type: ignore[arg-type]
    change = change_of(record(status), move, TODAY, unions=unions or {})
    assert (change.noun, change.id, change.version) == ("enterprises", "E1", 3)
    return dict(change.values)


def refused(*args: object, **more: object) -> tuple[str, object]:
    with pytest.raises(ParameterError) as caught:
        made(*args, **more)  # type: ignore[arg-type]
    return caught.value.key, caught.value.params["field"]


# One move


def test_every_pair_of_statuses_is_legal_or_refused_as_the_domain_says() -> None:
    legal = {
        *(("none", "contacted"), ("contacted", "willing"), ("willing", "preparing"), ("preparing", "established")),
        *((status, "declined") for status in ("contacted", "willing", "preparing")),
        ("declined", "contacted"),
        *((status, "closed") for status in UNION_STATUSES if status != "closed"),
    }
    for status, to in product(UNION_STATUSES, repeat=2):
        if (status, to) in legal:
            assert made(status, to)["union_status"] == to
        else:
            why = "already" if to == status else "ended" if status == "closed" else "illegal"
            assert refused(status, to) == (f"organising.{why}", "to")
    assert {(status, to) for status in NEXT for to in NEXT[status]} == legal


def test_a_status_that_there_is_not_is_told() -> None:
    assert refused("none", "founded") == ("organising.status", "to")


@pytest.mark.parametrize(
    ("on", "since", "key"),
    [
        ("2025-10-20", "2025-10-20", ""),  # today, and the day of its present status
        ("2025-10-21", "", "organising.on_future"),
        ("2025-09-30", "2025-10-01", "organising.on_before"),
        ("2025-10-01", "2025-10", ""),  # within the month that is all that is known
        ("2025-09-30", "2025-10", "organising.on_before"),
        ("2024-12-31", "2025", "organising.on_before"),
        ("2025-01-01", "2025", ""),
        ("2024-02-29", "", ""),
        ("2025-02-29", "", "organising.day"),
        ("2025-10", "", "organising.day"),
        ("", "", "organising.day"),
        ("20-10-2025", "", "organising.day"),
    ],
)
def test_the_day_is_whole_not_to_come_and_not_before_its_present_status(on: str, since: str, key: str) -> None:
    move = Move("contacted", on)
    if not key:
        change = change_of(record("none", status_on=since), move, TODAY, unions={})
        assert change.values == {"union_status": "contacted", "status_on": on, "next_on": "", "next_step": ""}
        return
    with pytest.raises(ParameterError) as caught:
        change_of(record("none", status_on=since), move, TODAY, unions={})
    assert (caught.value.key, caught.value.params["field"]) == (key, "on")


def test_a_refusal_and_an_end_say_why() -> None:
    for to in ("declined", "closed"):
        assert refused("contacted", to, note=" \u200b") == ("organising.missing", "note")
    assert refused("contacted", "willing", note="长" * 501) == ("organising.long", "note")


def test_a_founded_union_says_form_members_and_which_it_is() -> None:
    standalone = made("preparing", "established", parent_union=" 甲镇总工会 ", route="重点建")
    assert {name: standalone[name] for name in ("union_form", "members", "union_id", "established_on")} == {
        "union_form": "standalone",
        "members": 8,
        "union_id": "U-E1",
        "established_on": DAY,
    }
    assert (standalone["parent_union"], standalone["route"]) == ("甲镇总工会", "重点建")
    unions = {"U7": "joint", "U8": "standalone", "U-E1": "joint"}
    assert made("preparing", "established", form="joint", union_id="U7", unions=unions)["union_id"] == "U7"
    assert made("preparing", "established", form="joint", union_id=NEW, unions=unions)["union_id"] == "U-E1.2"
    for more, key, field in (
        ({"form": ""}, "missing", "form"),
        ({"form": "both"}, "form", "form"),
        ({"members": None}, "missing", "members"),
        ({"members": 0}, "members", "members"),
        ({"route": "捷径"}, "route", "route"),
        ({"union_id": "U7"}, "union_own", "union_id"),
        ({"form": "joint"}, "missing", "union_id"),
        ({"form": "joint", "union_id": "U8"}, "union_unknown", "union_id"),
        ({"form": "joint", "union_id": "U9"}, "union_unknown", "union_id"),
    ):
        assert refused("preparing", "established", unions=unions, **more) == (f"organising.{key}", field)


def test_what_founds_a_union_is_said_of_no_other_move() -> None:
    said = {"form": "joint", "members": 1, "union_id": "U", "parent_union": "总", "route": "重点建"}
    for name, value in said.items():
        assert refused("willing", "preparing", **{name: value}) == ("organising.not_with", name)


def test_more_members_than_workers_is_a_doubt_and_no_fault() -> None:
    move = Move("established", DAY, form="standalone", members=11)
    assert change_of(record("preparing"), move, TODAY, unions={}).values["members"] == 11
    assert doubts(record("preparing"), move) == ("organising.doubt_members",)
    assert doubts(record("preparing", workers=11), move) == doubts(record("preparing", workers=None), move) == ()


def test_what_comes_next_replaces_what_was_planned() -> None:
    values = made("none", "contacted", next_on=DAY, next_step="再访")
    assert (values["next_on"], values["next_step"]) == (DAY, "再访")
    assert refused("none", "contacted", next_on="2025-10-19", next_step="再访") == ("organising.next_past", "next_on")
    assert refused("none", "contacted", next_on=DAY) == ("organising.next_missing", "next_step")


@given(st.sets(st.sampled_from(["U-E", "U-E.2", "U-E.3", "U-E.5", "U-F"])))
def test_a_new_union_has_an_id_of_its_own(unions: set[str]) -> None:
    assert new_union("E", unions) not in unions


# Done in the store


def test_who_may_and_what_is_kept(workspace: Workspace) -> None:
    with pytest.raises(GongtuError, match=r"organising\.staff"):
        deeds.move(workspace, NOBODY, "E2", 1, Move("contacted", DAY))
    with pytest.raises(ParameterError, match=r"organising\.unknown"):
        deeds.move(workspace, ZHANG, "E99", 1, Move("contacted", DAY))
    then = deeds.move(workspace, ZHANG, "E2", 1, Move("contacted", "2025-10-09", "上门"))
    assert (then.version, then.values["union_status"], then.values["status_on"]) == (2, "contacted", "2025-10-09")
    step = told.steps(workspace.store.history("enterprises", "E2"))[0]
    assert (step.kind, step.on, step.by, step.why, step.before, step.after) == (
        *("move", "2025-10-09", "张三", "上门"),
        *("none", "contacted"),
    )
    assert workspace.store.commits(limit=1)[0].what == "move"


def test_the_second_of_two_learns_who_was_first(workspace: Workspace) -> None:
    deeds.move(workspace, ZHANG, "E4", 1, Move("preparing", DAY))
    with pytest.raises(Conflict) as caught:  # also where the move is not even legal any more
        deeds.move(workspace, LI, "E4", 1, Move("preparing", DAY))
    words = told.explain(caught.value, lambda key, **params: translate(key, "zh", **params))
    assert "张三" in words
    assert "E4公司" in words
    assert "备材料" in words


def test_two_at_the_same_moment_make_one_move(workspace: Workspace) -> None:
    workspace.district()
    together, outcomes = Barrier(2), []

    def go(person: Person, to: str) -> None:
        together.wait()
        try:
            deeds.move(workspace, person, "E4", 1, Move(to, DAY, "原因"))
            outcomes.append(to)
        except Conflict:
            outcomes.append("conflict")

    threads = [Thread(target=go, args=args) for args in ((ZHANG, "preparing"), (LI, "declined"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = workspace.store.get("enterprises", "E4")
    assert found is not None
    assert found.version == 2
    assert sorted(outcomes) == sorted(["conflict", str(found.values["union_status"])])


def test_a_correction_is_a_leaders_and_is_said_to_be_one(workspace: Workspace) -> None:
    with pytest.raises(GongtuError, match=r"organising\.leader"):
        deeds.correct(workspace, ZHANG, "E1", 1, "willing", "录错")
    with pytest.raises(ParameterError, match=r"organising\.missing"):
        deeds.correct(workspace, LEADER, "E1", 1, "willing", " ")
    with pytest.raises(ParameterError, match=r"organising\.same"):
        deeds.correct(workspace, LEADER, "E1", 1, "established", "录错")
    workspace.store.commit(
        [Change("enterprises", "E1", {"union_form": "joint", "union_id": "U", "members": 3, "established_on": DAY}, 1)],
        by="x",
        at=workspace.now(),
        why="",
    )
    then = deeds.correct(workspace, LEADER, "E1", 2, "willing", "录错", on="2025-09-30")
    assert (then.values["union_status"], then.values["status_on"]) == ("willing", "2025-09-30")
    assert [then.values[name] for name in ("union_form", "union_id", "members", "established_on")] == [None] * 4
    step = told.steps(workspace.store.history("enterprises", "E1"))[0]
    assert (step.kind, step.why, step.before, step.after) == ("correction", "录错", "established", "willing")


def test_a_retired_enterprise_moves_no_more(workspace: Workspace) -> None:
    workspace.store.commit([Change("enterprises", "E2", {}, 1, retired="重复")], by="x", at=workspace.now(), why="")
    with pytest.raises(GongtuError, match=r"organising\.retired"):
        deeds.move(workspace, ZHANG, "E2", 2, Move("contacted", DAY))


def test_the_day_is_the_districts(workspace: Workspace, clock: Clock) -> None:
    clock.now = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)  # half an hour into the year in Beijing
    then = deeds.plan_next(workspace, ZHANG, "E2", 1, "2026-01-01", "上门")
    assert (then.values["next_on"], then.values["next_step"]) == ("2026-01-01", "上门")
    assert deeds.move(workspace, ZHANG, "E2", 2, Move("contacted", "2026-01-01")).values["next_on"] is None


# Many at once


def rows() -> list[dict[str, object]]:
    said = [("A", "preparing", 3), ("B", "preparing", None), ("C", "willing", 2), ("D", "established", 9)]
    return [
        {"id": id_, "name": id_, "union_status": status, "version": 1, "members": members, "status_on": "2025-10-01"}
        for id_, status, members in said
    ]


def test_a_preview_says_what_becomes_of_each_and_founds_one_union() -> None:
    move = Move("established", DAY, form="joint", union_id=NEW)
    found = bulk.decide([*rows(), {**rows()[0], "id": "E"}], move, TODAY, {"U-A": "joint"})
    assert [(row.id, row.fate) for row in found.rows] == [
        *(("A", "moves"), ("B", "missing"), ("C", "illegal")),
        *(("D", "already"), ("E", "moves")),
    ]
    assert found.counts == {"moves": 2, "missing": 1, "illegal": 1, "already": 1}
    told_of = bulk.decide(rows(), replace(move, members=5), TODAY, {}, {"A": 7})
    assert [row.change.values["members"] for row in told_of.rows if row.change] == [7, 5]
    assert [row.change.values["union_id"] for row in found.rows if row.change] == ["U-A.2"] * 2
    left_out = bulk.decide([rows()[1], {**rows()[0], "id": "E"}], move, TODAY, {})
    assert [row.change and row.change.values["union_id"] for row in left_out.rows] == [None, "U-E"]
    early = bulk.decide(rows(), Move("closed", "2025-09-30", "注销"), TODAY, {})
    assert early.counts["illegal"] == 4
    with pytest.raises(ParameterError, match=r"organising\.missing"):  # of the whole move, whoever it is about
        bulk.decide(rows(), Move("closed", DAY), TODAY, {})


def test_all_or_none_are_moved(workspace: Workspace) -> None:
    asked = bulk.preview(workspace, ["E2", "E4", "E7", "E2"], Move("closed", DAY, "注销"))
    assert [(row.id, row.fate) for row in asked.rows] == [("E2", "moves"), ("E4", "moves"), ("E7", "already")]
    deeds.move(workspace, LI, "E4", 1, Move("preparing", DAY))
    with pytest.raises(Conflict):
        bulk.commit(workspace, ZHANG, asked)
    assert workspace.store.get("enterprises", "E2").version == 1  # type: ignore[union-attr]
    again = bulk.preview(workspace, Wanted(statuses=("none", "preparing")), Move("closed", DAY, "注销"))
    assert bulk.commit(workspace, ZHANG, again) == 2
    with pytest.raises(ParameterError, match=r"organising\.nothing"):
        bulk.commit(workspace, ZHANG, bulk.preview(workspace, ["E7"], Move("closed", DAY, "注销")))


@pytest.mark.parametrize(("total", "fine"), [(2_000, True), (2_001, False)])
def test_two_thousand_are_moved_at_once_and_one_more_is_not(total: int, fine: bool) -> None:
    register = SimpleNamespace(page=lambda wanted, **_: Page([], total))
    land = SimpleNamespace(about={"time_zone": "Asia/Shanghai"})
    workspace: Any = SimpleNamespace(register=lambda: register, district=lambda: land, now=Clock())
    for asked in (Wanted(), [f"E{number}" for number in range(total)]):
        with nullcontext() if fine else pytest.raises(ParameterError, match=r"organising\.many"):
            assert bulk.preview(workspace, asked, Move("contacted", DAY)).rows == ()


def test_a_file_that_skips_a_step_is_doubted_and_not_refused() -> None:
    before = pd.Series(["none", "none", "established", "willing", "", "closed"])
    after = pd.Series(["contacted", "established", "established", "none", "established", "none"])
    said, reasons = np.array([True, True, True, True, True, False]), Reasons(6)
    doubt_moves(before, after, said, reasons)
    assert reasons.doubted.tolist() == [False, True, False, True, False, False]
    assert not reasons.refused.any()


# The funnel, and who is silent


def register(rows: list[tuple[str, str, str, str, int | None]]) -> pd.DataFrame:
    columns = ["region", "union_status", "union_form", "union_id", "members"]
    frame = pd.DataFrame(rows, columns=columns).assign(id=[f"E{number}" for number in range(len(rows))])
    return frame.astype({"members": "Int64", "id": "str", "union_id": "str"})


def test_the_funnel_keeps_both_counts() -> None:
    """A joint union of three enterprises in two towns is one in each, and one in all; a cell opens what it counts."""
    enterprises = register(
        [
            ("甲", "established", "joint", "U1", 3),
            ("甲", "established", "joint", "U1", None),
            ("乙", "established", "joint", "U1", 2),
            ("乙", "established", "standalone", "U2", 5),
            ("乙", "established", "", "", 1),  # a union that nobody named is one
            ("丙", "closed", "joint", "U3", 9),
            ("", "willing", "", "", None),
        ]
    )
    of = (["甲", "乙", "丙"], {"甲": "1", "乙": "2"}, ["1", "2"])
    found = funnel(enterprises, *of)
    members = enterprises.set_index("id")["members"]
    for by, table in (("town", found.towns), ("team", found.teams)):
        for (row, column), value in table.stack().items():
            ids = list(cell_ids(enterprises, *of, f"{by}:{row}:{column}"))
            assert (members[ids].sum() if column == "members" else len(ids)) == value, (by, row, column)
    assert not any(cell_ids(enterprises, *of, cell) for cell in ("", "town:甲", "town:甲:moods", "week:甲:all"))
    assert list(found.towns.index) == ["甲", "乙", "丙", NOWHERE, TOTAL]
    assert found.towns["unions"].tolist() == [1, 3, 0, 0, 3]
    assert found.towns["units"].tolist() == [2, 3, 0, 0, 5]
    assert found.towns["members"].tolist() == [3, 8, 0, 0, 11]
    assert found.towns["all"].tolist() == [2, 3, 0, 1, 6]
    assert found.teams.loc["2", ["units", "units_standalone", "units_joint", "unions"]].tolist() == [3, 1, 1, 3]
    assert found.teams.loc[NOWHERE, ["closed", "willing"]].tolist() == [1, 1]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["甲", "乙", ""]),
            st.sampled_from(UNION_STATUSES),
            st.sampled_from(["joint", "standalone", ""]),
            st.sampled_from(["U1", "U2", ""]),
            st.one_of(st.none(), st.integers(0, 9)),
        ),
        max_size=12,
    )
)
def test_rows_add_up_to_the_whole_but_for_unions_that_cross(rows: list[tuple[str, str, str, str, int | None]]) -> None:
    found = funnel(register(rows), ["甲", "乙"], {"甲": "1"}, ["1"])
    for table in (found.towns, found.teams):
        parts, whole = table.drop(index=TOTAL), table.loc[TOTAL]
        for name in COUNTED:
            assert parts[name].max() <= whole[name] <= parts[name].sum() if name == "unions" else True
            assert name == "unions" or parts[name].sum() == whole[name]
    assert found.towns.loc[TOTAL].tolist() == found.teams.loc[TOTAL].tolist()


def test_a_region_is_its_positions_teams_and_a_draft_is_for_leaders(workspace: Workspace) -> None:
    district, store = workspace.district(), workspace.store
    assert regions_of(district, Plan(where={"P1": "1", "P2": "2"})) == {"110199001000": "1"}
    assert ground(district, store, LEADER).number is None
    of = campaign(district, store, "2025")
    draft = rights.edit(workspace, LEADER, of, {"where.P1": (None, "1")})
    assert (ground(district, store, LEADER).number, ground(district, store, ZHANG).number) == (0, None)
    assert ground(district, store, ZHANG).regions("1") == ()
    rights.publish(workspace, LEADER, of, draft, "", "2025-10-01")
    seen = ground(district, store, ZHANG, "2025")
    assert (seen.number, seen.regions("1"), seen.regions("2")) == (1, ("110199001000",), ())


def test_every_status_has_one_look_on_the_map() -> None:
    found = [status for statuses in LOOKS.values() for status in statuses]
    assert sorted(found) == sorted(UNION_STATUSES)
    assert {look_of(status) for status in UNION_STATUSES} == set(STYLES)
    layer = dots([Dot("B", 116, 39, "none", "<乙>"), Dot("A", 116, 39, "closed", "甲")], selected="B")
    assert layer.text.index("甲") < layer.text.index("乙"), "the one that is open lies above"
    assert "<乙" not in layer.text


@pytest.mark.parametrize(
    ("status", "touched", "silent"),
    [
        ("contacted", "2025-09-20", False),  # thirty days ago
        ("contacted", "2025-09-19", True),
        ("preparing", None, True),
        ("none", None, False),
        ("declined", "2020-01-01", False),
    ],
)
def test_silent_is_more_than_the_days_of_the_rules(status: str, touched: str | None, silent: bool) -> None:
    assert following.is_silent(status, touched, TODAY, Rules()) is silent


@pytest.mark.parametrize(
    ("standing", "touched", "quiet"),
    [
        ("imported", "2025-10-20", 0),
        ("imported", "2025-09-19", 31),
        ("imported", "2025-10-21", 0),  # a day to come, from another clock
        ("synthetic", "2025-09-28", 2),  # made up as of 30 September
        ("synthetic", "2025-10-10", 10),  # touched by somebody since
        ("imported", "2025-09", None),
        ("imported", "", None),
    ],
)
def test_days_without_news_are_those_of_its_own_calendar(standing: str, touched: str, quiet: int | None) -> None:
    assert following.quiet_days(standing, touched, AsOf(TODAY, date(2025, 9, 30))) == quiet


def test_the_silent_and_the_due_are_asked_of_the_register(workspace: Workspace, clock: Clock) -> None:
    assert [row["id"] for row in following.silent(workspace.register(), AsOf(TODAY, TODAY), Rules()).rows] == ["E4"]
    deeds.plan_next(workspace, ZHANG, "E4", 1, "2025-10-27", "送材料")
    due = following.due(workspace.register(), AsOf(TODAY, TODAY), 7)  # 20 October and seven days
    assert [row["id"] for row in due.rows] == ["E4"]
    assert following.due(workspace.register(), AsOf(TODAY, TODAY), 6).total == 0
    deeds.move(workspace, ZHANG, "E4", 2, Move("closed", DAY, "注销"))
    assert following.due(workspace.register(), AsOf(TODAY, TODAY), 7).total == 0


def test_what_is_made_up_is_told_of_its_own_day_whatever_else_there_is(workspace: Workspace) -> None:
    """A made-up one touched 30 and one 31 days before the last day of what is made up, a real one touched today."""
    kept = {"union_status": "willing", "source": "test", "as_of": "2025"}
    made_up, real = {"standing": "synthetic", **kept}, {"standing": "reported", **kept}
    rows = {
        "S30": {**made_up, "status_on": "2024-09-20", "next_on": "2024-10-27"},
        "S31": {**made_up, "status_on": "2024-09-19", "next_on": "2024-10-28"},
        "S2": {**made_up, "status_on": "2024-10-20", "next_on": "2025-10-27"},
        "R": {**real, "status_on": "2025-10-20", "next_on": "2025-10-28"},
    }
    changes = [Change("enterprises", id_, {"name": id_, **values}) for id_, values in rows.items()]
    workspace.store.commit(changes, by="x", at=workspace.now(), why="")
    days = AsOf(TODAY, date(2024, 10, 20))
    silent = {row["id"] for row in following.silent(workspace.register(), days, Rules()).rows}
    assert silent & rows.keys() == {"S31"}
    due = {row["id"] for row in following.due(workspace.register(), days, 7).rows}
    assert due & rows.keys() == {"S30", "S2"}, "of its own days, and what was planned since"


def test_a_month_is_before_a_day_and_within_a_time_when_all_of_it_is(workspace: Workspace) -> None:
    kept = {"union_status": "preparing", "standing": "reported", "source": "test", "as_of": "2025"}
    days = ("2025-08", "2025-09", "2025-09-19", "2025-09-20")
    changes = [
        Change("enterprises", f"M{day}", {"name": day, "status_on": day, "established_on": day, **kept}) for day in days
    ]
    workspace.store.commit(changes, by="x", at=workspace.now(), why="")

    def found(**asked: str) -> list[str]:
        page = workspace.register().page(Wanted(**asked))  # type: ignore[arg-type]
        return [row["id"].removeprefix("M") for row in page.rows if row["id"].startswith("M")]

    assert found(status_before="2025-09-20") == ["2025-08", "2025-09-19"]
    assert found(established_from="2025-09-01", established_to="2025-09-30") == list(days[1:])
    assert found(established_from="2025-09-02", established_to="2025-09-30") == list(days[2:])
    assert found(established_from="2025-08-01", established_to="2025-09-29") == ["2025-08", *days[2:]]
