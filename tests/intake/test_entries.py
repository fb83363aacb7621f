"""Entries of the ledger: which one a row is, what it may name, what its kind may say; no caller is ever taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from clock import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import Office, code_of, fates, reasons, sheet_of

from geo.errors import ParameterError
from geo.fieldwork import deeds
from geo.fieldwork.campaign import campaign
from geo.intake.columns import guess_columns
from geo.intake.plan import Asked, plan
from geo.ledger import Rules
from geo.people import Person
from geo.storage import Change
from geo.workspace import Workspace

LEADER = Person("u-li", "李", "leader")
HEADER = "日期 类型 工作组 阵地 镇街 企业名称 参加人数 备注"
NAMES = "id date kind enterprise appeal_source appeal_type"
FIELDS = "date kind team position region enterprise people note"
VISIT = ("2025-07-01", "走访", "一组", "甲原镇", "", "E2公司", "3", "首次走访")


@pytest.fixture
def ledger(workspace: Workspace) -> Office:
    """The tiny world's campaign 2025 from June, its team 1 (一组), its positions P1 (甲原镇) and P2; see conftest."""
    workspace.district()
    return Office(workspace, kind="entries")


def ids(made: object) -> list[str]:
    return made.rows["id"].tolist()  # type: ignore[attr-defined]


def test_a_row_in_words_becomes_an_entry_in_codes(ledger: Office) -> None:
    made = ledger.bring(FIELDS, VISIT)
    assert fates(made) == ["new"]
    assert ledger.values(ids(made)[0]) == {
        "campaign": "2025",
        "kind": "visit",
        "date": "2025-07-01",
        "team": "1",
        "position": "P1",
        "region": "110199001000",  # the position's
        "enterprise": "E2",
        "people": 3,
        "note": "首次走访",
        "standing": "imported",
        "source": "名册",
        "as_of": "2025-10",
    }
    assert dict(made.notes)["plan.note_campaign"] == {"count": 1, "campaign": "蹲点"}


def test_chinese_headers_are_known(ledger: Office) -> None:
    more = f"{HEADER} 诉求来源 诉求类型 办理期限 是否解决 是否满意 调解渠道 追回金额 来电人 来电电话 经纬度 活动种类"
    sheet = sheet_of(more.split(), ("",) * len(more.split()))
    assert list(guess_columns(sheet, "entries").values()) == [
        *FIELDS.split(),
        *[
            "appeal_source",
            "appeal_type",
            "due",
            "solved",
            "satisfied",
            "channel",
            "recovered",
            "caller",
            "caller_number",
            "lonlat",
        ],
        "programme_kind",
    ]


def test_the_same_file_again_changes_nothing_not_even_what_was_corrected_since(ledger: Office) -> None:
    made = ledger.bring(FIELDS, VISIT)
    sheet = made.sheet
    assert fates(ledger.plan_sheet(sheet)) == ["unchanged"]
    store = ledger.workspace.store
    change = Change("entries", ids(made)[0], {"people": 5, "enterprise": "E1"}, 1)
    store.commit([change], by="wang", at=ledger.workspace.now(), why="", what="save")
    again = ledger.plan_sheet(sheet)
    assert (fates(again), again.records) == (["unchanged"], 0)
    spelled = ledger.plan(FIELDS, (*VISIT[:5], "Ｅ2公司", "3人", "首次走访"))
    assert fates(spelled) == ["unchanged"]
    deeds.make(ledger.workspace, LEADER, name="冬送温暖", starts="2025-10", positions=["P1"], teams=[{"name": "甲组"}])
    assert fates(ledger.plan_sheet(sheet)) == ["unchanged"], "which is the newest now"


def test_of_two_rows_that_say_the_same_the_second_is_refused_unless_ids_tell_them_apart(ledger: Office) -> None:
    made = ledger.plan(FIELDS, VISIT, VISIT, (*VISIT[:7], "第二次"))
    assert fates(made) == ["new", "refused", "new"]
    assert reasons(made, 3) == [("entry_again", "")]
    told = ledger.plan(f"id {FIELDS}", ("entry-A1", *VISIT), ("entry-A2", *VISIT), ("entry-A1", *VISIT))
    assert fates(told) == ["new", "new", "refused"]
    assert reasons(told, 4) == [("id_again", "id")]


def test_an_id_says_which_entry_is_changed(ledger: Office) -> None:
    ledger.bring(f"id {FIELDS}", ("entry-A1", *VISIT))
    made = ledger.bring("id people kind", ("entry-A1", "9", ""))
    assert fates(made) == ["changed"]
    assert (ledger.values("entry-A1")["people"], ledger.values("entry-A1")["note"]) == (9, "首次走访")
    other = ledger.plan("id kind channel", ("entry-A1", "调解", "言和"))
    store, now = ledger.workspace.store, ledger.workspace.now()
    store.commit([Change("entries", "entry-A1", {"people": 8}, 2)], by="wang", at=now, why="", what="ledger")
    undoing = ledger.plan("id people note", ("entry-A1", "9", "另写"))
    assert (fates(undoing), reasons(undoing, 2)) == (["doubtful"], [("corrected", "people")])
    assert "8”, as it is now, was put right since (wang, 2025-10-20)" in undoing.words(undoing.reasons, "en")[0]
    assert fates(ledger.plan("id people note", ("entry-A1", "8", "另写"))) == ["changed"]
    assert reasons(other, 2)[0] == ("entry_kind", "kind")
    store.commit([Change("entries", "entry-A1", {}, 3, retired="删")], by="wang", at=now, why="", what="save")
    assert reasons(ledger.plan("id people", ("entry-A1", "1")), 2) == [("retired", "")]


def test_who_is_named_must_be_one(ledger: Office) -> None:
    store = ledger.workspace.store
    twin = {"name": "E2公司", "credit_code": code_of(7), "union_status": "none"}
    grounds = {"standing": "imported", "source": "test", "as_of": "2025"}
    store.commit([Change("enterprises", "E9", twin | grounds)], by="wang", at=ledger.workspace.now(), why="", what="")
    made = ledger.plan(
        "date kind enterprise credit_code team position facility region people",
        ("2025-07-01", "走访", "E2公司", "", "", "", "", "", "3"),
        ("2025-07-02", "走访", "E2公司", code_of(7), "", "", "", "", "3"),
        ("2025-07-03", "走访", "E1公司", code_of(7), "", "", "", "", "3"),
        ("2025-07-04", "走访", "无名公司", "", "", "", "", "某镇", "3"),
        ("2025-07-05", "走访", "e3", "", "二组", "", "", "", "3"),
        ("2025-07-06", "走访", "", "", "1", "P9", "F1站", "", "3"),
        ("2025-07-07", "走访", "", "", "", "", "F1站", "乙河", "3"),
    )
    assert fates(made) == ["doubtful", "new", "refused", "doubtful", "refused", "refused", "new"]
    assert [reasons(made, row) for row in (2, 4, 5, 6, 7)] == [
        [("entry_several", "enterprise")],
        [("two", "enterprise")],
        [("entry_unknown", "enterprise"), ("region_unknown", "region")],
        [("reference", "team")],
        [("reference", "position")],
    ]
    ledger.write(made)
    written = [ledger.values(id_) for id_ in ids(made) if id_]
    assert [row.get("enterprise") for row in written] == [None, "E9", None, None]
    assert (written[-1]["facility"], written[-1]["region"]) == ("F1", "110199002000")


def test_a_kind_has_only_its_fields_and_needs_its_own(ledger: Office) -> None:
    made = ledger.plan(
        "date kind channel recovered workers programme_kind appeal_source region note",
        (
            "2025-07-01",
            "走访",
            "",
            "0",
            "0",
            "",
            "",
            "乙河",
            "示例",
        ),  # a sheet of all kinds has noughts where nothing is
        ("2025-07-01", "走访", "", "100", "", "", "", "乙河", "示例"),
        ("2025-07-01", "调解", "人社+工会", "20.46万元", "39", "", "", "乙河", "示例"),
        ("2025-07-01", "调解", "", "", "", "", "", "乙河", "示例"),
        ("2025-07-01", "服务活动", "", "", "", "夏送清凉", "", "乙河", "示例"),
        ("2025-07-01", "服务活动", "", "", "", "", "", "乙河", "示例"),
        ("2025-07-01", "诉求", "", "", "", "", "12345", "乙河", "示例"),
    )
    assert fates(made) == ["new", "refused", "new", "refused", "new", "refused", "refused"]
    assert [reasons(made, row) for row in (3, 5, 7, 8)] == [
        [("not_of_kind", "recovered")],
        [("required", "channel")],
        [("required", "programme_kind")],
        [("required", "appeal_type")],
    ]
    ledger.write(made)
    assert ledger.values(ids(made)[2])["recovered"] == 204_600.0
    assert "recovered" not in ledger.values(ids(made)[0])


def test_appeals_are_due_by_the_rules_of_their_campaign(ledger: Office, clock: Clock) -> None:
    workspace = ledger.workspace
    clock.pass_by(days=72)  # 31 December
    this = campaign(workspace.district(), workspace.store, "2025")
    deeds.change(workspace, LEADER, this, rules=replace(Rules(), solve_days_12345=3))
    made = ledger.bring(
        "date kind appeal_source appeal_type due closed_on solved satisfied position",
        ("2025-07-30", "诉求", "接诉即办", "工资", "", "2025-08-01", "已解决", "不满意", "P1"),
        ("2025-12-30", "诉求", "12351", "社保", "", "", "", "", "P1"),
        ("2025-07-30", "诉求", "走访", "其他", "2025-09-01", "", "", "", "P1"),
        ("2025-07-30", "诉求", "走访", "工资", "", "2025-07-29", "", "", "P1"),
        as_of="2025-12-31",
    )
    assert fates(made) == ["new", "new", "new", "refused"]
    assert reasons(made, 5) == [("before", "closed_on")]
    first, second, third = (ledger.values(id_) for id_ in ids(made)[:3])
    assert [row["due"] for row in (first, second, third)] == ["2025-08-02", "2026-01-14", "2025-09-01"]
    assert (first["step"], first["step_on"], first["solved"], first["satisfied"]) == (
        "enterprise",
        "2025-07-30",
        True,
        False,
    )


def test_days_are_whole_and_within_the_campaign(ledger: Office) -> None:
    made = ledger.plan(
        "date kind enterprise",
        ("2025年7月", "走访", "E3"),
        ("2025-05-31", "走访", "E3"),
        ("2025-06-01", "走访", "E3"),
        ("2025-11-01", "走访", "E3"),
        ("", "走访", "E3"),
        as_of="2025-10-31",
    )
    assert fates(made) == ["refused", "refused", "new", "refused", "refused"]
    assert [reasons(made, row)[0] for row in (2, 3, 5, 6)] == [
        ("day", "date"),
        ("outside_campaign", "date"),
        ("future", "date"),
        ("required", "date"),
    ]


def test_a_closed_campaign_takes_nothing_new_and_another_is_named_by_id_or_name(ledger: Office) -> None:
    workspace = ledger.workspace
    this = campaign(workspace.district(), workspace.store, "2025")
    winter = {"starts": "2025-11", "ends": "2025-12", "positions": ["P1"], "teams": [{"name": "甲组"}]}
    (there,) = ids(ledger.bring(FIELDS, (*VISIT[:3], "工业基地", *VISIT[4:])))
    made = deeds.make(workspace, LEADER, name="冬送温暖", **winter)  # type: ignore[arg-type]
    moved = ledger.plan("id campaign", (there, made.id))
    wrong = {("outside_campaign", "date"), ("reference", "position")}
    assert wrong <= {*reasons(moved, 2)}, "what the row does not say stays as it was, and is of the summer"
    row = ("2025-11-20", "走访", "E3", "冬送温暖")
    said = ledger.plan("date kind enterprise campaign", row, ("2026-01-01", *row[1:]), as_of="2026-02")
    assert (fates(said), reasons(said, 3)) == (["new", "refused"], [("outside_campaign", "date")])
    assert ledger.plan("date kind enterprise", row[:3], as_of="2025-12").draft.values["campaign"].tolist() == [made.id]
    deeds.close(workspace, LEADER, this)
    told = ledger.plan(
        "date kind enterprise campaign", ("2025-07-01", "走访", "E3", "2025"), ("2025-07-01", "走访", "E3", "春季")
    )
    assert [reasons(told, row) for row in (2, 3)] == [[("campaign_closed", "campaign")], [("reference", "campaign")]]


def test_no_caller_is_taken_nor_shown_again(ledger: Office) -> None:
    sheet = sheet_of(
        ["日期", "类型", "诉求来源", "诉求类型", "来电人", "来电电话", "备注", "阵地"],
        ("2025-07-01", "诉求", "12345", "工资", "张三", "13900000000", "加班费", "P1"),
        ("2025-07", "诉求", "12345", "工资", "李四", "13900000001", "加班费", "P1"),
    )
    columns = guess_columns(sheet, "entries")
    made = ledger.plan_sheet(sheet, columns=columns)
    assert dict(made.notes)["plan.note_callers"] == {"columns": "来电人 / 来电电话"}
    ledger.write(made)
    shown = made.refused("zh").to_csv() + made.rows.to_csv() + repr(list(made.changes()))
    store = ledger.workspace.store
    kept = shown + store.read("entries").to_csv() + repr(store.history("entries", ids(made)[0]))
    assert "工资" in shown
    assert not [word for word in ("张三", "李四", "1390000000") if word in kept]


def test_a_sheet_without_rows_and_one_without_campaigns(ledger: Office) -> None:
    assert fates(ledger.plan(FIELDS)) == []
    district, store = ledger.workspace.district(), ledger.workspace.store
    asked = Asked("entries", {0: "date", 1: "kind", 2: "enterprise"}, "名册", "2025-10")
    made = plan(sheet_of(["date", "kind", "enterprise"], ("2025-07-01", "走访", "E3")), asked, store, district)
    assert (fates(made), reasons(made, 2)) == (["refused"], [("required", "campaign")])
    with pytest.raises(ParameterError, match=r"plan\.no_date"):
        plan(sheet_of(["kind"], ("走访",)), Asked("entries", {0: "kind"}, "名册", "2025-10"), store, district)


def test_a_row_says_where_it_was_or_with_whom(ledger: Office) -> None:
    made = ledger.plan(
        "date kind region enterprise note",
        ("2025-07-01", "走访", "", "", "看了食堂"),
        ("2025-07-01", "走访", "乙河", "", ""),
        ("2025-07-01", "走访", "", "E3", ""),
        ("2025-07-01", "职工沟通会", "", "无名公司", ""),
        ("2025-07-01", "集体协商", "", "", ""),
    )
    assert fates(made) == ["refused", "refused", "new", "doubtful", "new"]
    assert [reasons(made, row) for row in (2, 3)] == [[("where", "position")], [("content", "note")]]


CELLS = st.tuples(
    st.sampled_from(["", "entry-A1", "entry-A2"]),
    st.sampled_from(["2025-07-01", "2025年7月2日", "2025-07", "2030-01-01", ""]),
    st.sampled_from(["走访", "诉求", "调解", "服务活动", "visit", "别的"]),
    st.sampled_from(["", "一组", "1", "九组"]),
    st.sampled_from(["", "E2公司", "E9", "无此公司"]),
    st.sampled_from(["", "3", "0", "三"]),
    st.sampled_from(["", "人社+工会"]),
    st.sampled_from(["", "12345"]),
    st.sampled_from(["", "工资"]),
    st.sampled_from(["", "0", "12.5"]),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CELLS, max_size=12))
def test_what_is_written_is_there_when_the_file_comes_again(ledger: Office, rows: list[tuple[str, ...]]) -> None:
    header = "id date kind team enterprise people channel appeal_source appeal_type recovered"
    made = ledger.plan(header, *rows)
    assert sum(made.counts.values()) == len(rows)
    if made.records:
        ledger.write(made)
    again = ledger.plan(header, *rows)
    assert again.records == 0
    written = made.rows["writes"] != ""
    assert set(again.rows.loc[written, "fate"]) <= {"unchanged"}
    assert (again.rows.loc[written, "id"] == made.rows.loc[written, "id"]).all()


def test_what_the_form_refuses_is_refused(ledger: Office) -> None:
    row, names = (
        ("appeal-01", "2025-07-10", "诉求", "E3", "12345", "欠薪"),
        "id date kind enterprise appeal_source appeal_type",
    )
    made = ledger.plan(
        f"{names} step_on closed_on due",
        (*row, "2025-07-11", "2025-07-12", "2025-07-10"),
        (*row, "2025-07-13", "2025-07-12", ""),
        (*row, "", "2025-07-09", ""),
        (*row, "", "2025-11-01", ""),
        (*row, "", "", "2025-07-09"),
        ("A1", *row[1:], "", "", ""),
    )
    assert fates(made) == ["new", *["refused"] * 5]
    assert [reasons(made, at)[-1] for at in (3, 4, 5, 6, 7)] == [
        ("after_closing", "step_on"),
        ("before", "closed_on"),
        ("future", "closed_on"),
        ("before", "due"),
        ("entry_id", "id"),
    ]
    regions = ledger.workspace.district().regions
    east, lat = float(regions.total_bounds[2]), regions.geometry.iloc[0].centroid.y
    points = [("2025-07-10", "走访", "E3", str(east + by), str(lat)) for by in (0.03, 0.3)]  # some 2.5 and 25 km
    placed = ledger.plan("date kind enterprise lon lat", *points)
    assert (fates(placed), reasons(placed, 3)) == (["new", "doubtful"], [("elsewhere", "lon")])
    assert placed.rows["lon"].notna().tolist() == [True, False]
    money = ledger.plan(
        "date kind enterprise channel recovered",
        *(("2025-07-10", "调解", "E3", "言和", yuan) for yuan in ("10.01", "10.001")),
    )
    assert fates(money) == ["new", "refused"]


def test_an_import_keeps_to_the_caller_of_an_appeal(ledger: Office) -> None:
    store = ledger.workspace.store
    ledger.bring(NAMES, ("appeal-01", "2025-07-10", "诉求", "E3", "12345", "欠薪"))
    store.callers.put(
        "appeal-01", name="王小五", number="138-0013-8000", erase_on="2026-07-10", by="li", at=ledger.workspace.now()
    )
    notes = ("王小五 来过", "电话13800138000", "来过")
    told = [ledger.plan("id note", ("appeal-01", note)) for note in notes]
    assert [fates(one) for one in told] == [["refused"], ["refused"], ["changed"]]
    assert reasons(told[0], 2) == [("caller_in_text", "note")]
    ledger.bring("id closed_on", ("appeal-01", "2025-10-01"))
    kept = store.callers.get("appeal-01", date(2025, 10, 1))
    assert kept
    assert kept.erase_on == "2025-12-30"  # 90 days after: 30 of October, 30 of November, 30 of December
    ledger.bring("id closed_on", ("appeal-01", "2025-07-10"))  # 8 October: over
    assert not store.callers.has(["appeal-01"], date.min)


def test_a_file_as_of_a_day_to_come_is_not_written(ledger: Office) -> None:
    made = ledger.plan(FIELDS, ("2025-10-21", *VISIT[1:]), as_of="2025-10-21")  # tomorrow
    with pytest.raises(ParameterError, match=r"plan\.as_of_future"):
        ledger.write(made)
