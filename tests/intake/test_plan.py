"""What would become of each row of a register, counted by hand, and what is there after it was written."""

from __future__ import annotations

import numpy as np
import pytest
from sheets import Office, code_of, fates, reasons

from geo.errors import ParameterError
from geo.intake.identity import made_id, normal_address
from geo.intake.plan import FATES, Asked
from geo.intake.sheet import CELL_AT_MOST
from geo.storage import Change, Conflict

NAMED = "name address"
CODED = "name credit_code address workers"


def test_a_row_with_a_valid_code_is_a_new_enterprise_of_that_id(office: Office) -> None:
    made = office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", "12"), defaults={"union_status": "willing"})
    assert fates(made) == ["new"]
    assert office.values(code_of(1)) == {
        "name": "甲公司",
        "credit_code": code_of(1),
        "address": "甲原镇1号",
        "workers": 12,
        "union_status": "willing",
        "standing": "imported",
        "source": "名册",
        "as_of": "2025-10",
    }


def test_a_row_without_a_code_is_known_by_its_name_and_address(office: Office) -> None:
    made = office.bring(NAMED, ("甲公司（总部）", "北京市云泽区 甲原镇１号"))
    made_as = made_id("enterprises", "甲公司(总部)", "甲原镇1号")
    assert made.rows["id"].tolist() == [made_as]
    assert made_as.startswith("E")
    assert len(made_as) == 13
    for name, address in (("甲公司(总部)", "云泽区甲原镇1号"), ("甲公司〔总部〕", "北京云泽区甲原镇 1号")):
        assert office.plan(NAMED, (name, address)).rows["id"].tolist() == [made_as]
    assert office.plan(NAMED, ("甲公司(总部)", "甲原镇2号")).rows["id"].tolist() != [made_as]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("北京市云泽区甲原镇1号", "甲原镇1号"),
        ("北京云泽区 甲原镇１号", "甲原镇1号"),
        ("云泽区甲原镇1号", "甲原镇1号"),
        ("北京市甲原镇1号", "甲原镇1号"),
        ("北京北京市云泽区甲原镇1号", "甲原镇1号"),
        ("北京路1号", "北京路1号"),
        ("云泽路1号", "云泽路1号"),
        ("甲原镇1号（北京市云泽区）", "甲原镇1号(北京市云泽区)"),
        ("甲原鎮A座—2层", "甲原镇a座-2层"),
        ("", ""),
    ],
)
def test_addresses_are_compared_without_the_district_at_their_head(text: str, form: str) -> None:
    assert normal_address(text, "北京市云泽区") == form


def test_an_invalid_code_is_kept_but_identifies_nobody(office: Office) -> None:
    wrong = code_of(1)[:-1] + ("0" if code_of(1)[-1] != "0" else "1")
    made = office.bring(CODED, ("甲公司", wrong, "甲原镇1号", ""), ("乙公司", wrong, "甲原镇2号", ""))
    assert fates(made) == ["doubtful", "doubtful"]
    assert reasons(made, 2) == [("code", "credit_code")]
    ids = made.rows["id"].tolist()
    assert ids == [made_id("enterprises", "甲公司", "甲原镇1号"), made_id("enterprises", "乙公司", "甲原镇2号")]
    assert office.values(ids[0])["credit_code"] == wrong


def test_an_invalid_code_does_not_take_the_place_of_a_valid_one(office: Office) -> None:
    office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", "1"))
    made = office.bring(CODED, ("甲公司", code_of(1)[:-2], "甲原镇1号", "2"))
    assert fates(made) == ["doubtful"]
    assert office.values(code_of(1))["credit_code"] == code_of(1)
    assert office.values(code_of(1))["workers"] == 2


def test_a_record_without_a_code_gains_it_and_keeps_its_id(office: Office) -> None:
    office.bring(NAMED, ("甲公司", "甲原镇1号"))
    made = office.bring(CODED, ("甲公司", code_of(1), "云泽区甲原镇1号", ""))
    made_as = made_id("enterprises", "甲公司", "甲原镇1号")
    assert (fates(made), made.rows["id"].tolist()) == (["changed"], [made_as])
    assert office.values(made_as)["credit_code"] == code_of(1)
    assert fates(office.plan(CODED, ("甲公司", code_of(1), "云泽区甲原镇1号", ""))) == ["unchanged"]
    assert fates(office.plan(NAMED, ("甲 公司", "北京市云泽区甲原镇１号"))) == ["unchanged"]  # spelt another way


def test_empty_cells_and_missing_columns_leave_what_there_is(office: Office) -> None:
    header = "name credit_code workers members contact"
    office.bring(header, ("甲公司", code_of(1), "10", "5", "张三"))
    made = office.bring("credit_code workers members", (code_of(1), "", "6"))
    assert fates(made) == ["changed"]
    kept = office.values(code_of(1))
    assert (kept["workers"], kept["members"], kept["contact"], kept["name"]) == (10, 6, "张三", "甲公司")


def test_the_same_rows_twice_change_nothing_not_even_source_and_date(office: Office) -> None:
    rows = [("甲公司", code_of(1), "甲原镇1号", "12"), ("乙公司", "", "甲原镇2号", "")]
    office.bring(CODED, *rows)
    before = office.workspace.store.state()
    again = office.bring(CODED, *rows, source="另一份", as_of="2026")
    assert fates(again) == ["unchanged"] * 2
    assert again.records == 0
    assert list(again.changes()) == []
    assert office.workspace.store.state() == before
    assert office.values(code_of(1))["source"] == "名册"


def test_what_changes_is_shown_from_what_to_what(office: Office) -> None:
    office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", "12"))
    made = office.plan(CODED, ("甲公司", code_of(1), "甲原镇2号", "13"))
    assert made.changed("en").to_dict("records") == [
        {
            "Row": 2,
            "Id": code_of(1),
            "Name": "甲公司",
            "Changes": "Address: “甲原镇1号” → “甲原镇2号”; Workers: “12” → “13”",
        }
    ]
    assert [change.values for change in made.changes()] == [
        {"address": "甲原镇2号", "workers": 13, "standing": "imported", "source": "名册", "as_of": "2025-10"}
    ]


def test_a_changed_demonstration_record_stands_as_imported(office: Office) -> None:
    store = office.workspace.store
    store.commit(
        [Change("enterprises", "D1", {"name": "示例", "address": "甲原镇9号", "standing": "synthetic"})],
        by="pack",
        at=office.workspace.now(),
        why="",
    )
    office.bring("name address workers", ("示例", "甲原镇9号", "3"))
    assert office.values("D1")["standing"] == "imported"


@pytest.mark.parametrize(
    ("header", "row", "why"),
    [
        ("name workers", ("甲公司", "很多"), ("intake.cell.number", "workers")),
        ("name established_on", ("甲公司", "去年"), ("intake.cell.date", "established_on")),
        ("name union_status", ("甲公司", "也许"), ("intake.cell.choice", "union_status")),
        ("name workers", ("甲公司", "-3"), ("intake.cell.range", "workers")),
        ("name nature", ("甲公司", "企" * (CELL_AT_MOST + 1)), ("intake.cell.long", "nature")),
        ("name address", ("", "甲原镇1号"), ("nameless", "")),
        ("name credit_code", ("", code_of(1)), ("required", "name")),
        ("name lon lat", ("甲公司", "东边", "39.6"), ("intake.cell.number", "lon")),
    ],
)
def test_what_cannot_be_read_or_lacks_what_it_needs_is_refused(
    office: Office, header: str, row: tuple[str, ...], why: tuple[str, str]
) -> None:
    made = office.plan(header, row, ("乙公司", *[""] * (len(row) - 1)))
    assert fates(made) == ["refused", "new"]
    assert reasons(made, 2) == [why]
    assert [change.values["name"] for change in made.changes()] == ["乙公司"]


def test_refused_rows_come_back_as_they_were_with_their_reasons(office: Office) -> None:
    made = office.plan("name - workers", ("甲公司", "备注", "很多"), ("乙公司", "", "1"))
    back = made.refused("zh")
    assert list(back.columns) == ["name", "-", "workers", "原因"]
    assert back.index.tolist() == [2]
    assert back.iloc[0].tolist()[:3] == ["甲公司", "备注", "很多"]
    assert back.iloc[0]["原因"] == "职工人数：“很多”不是数"
    assert made.doubtful("zh").empty
    assert list(made.refused("en").columns)[-1] == "Reasons"


def test_a_repeated_row_is_unchanged_one_that_adds_changes_one_that_contradicts_is_refused(office: Office) -> None:
    made = office.plan(
        "name credit_code address workers phone",
        ("甲公司", code_of(1), "甲原镇1号", "12", ""),
        ("甲公司", code_of(1), "云泽区甲原镇1号", "12", ""),
        ("甲公司", code_of(1), "", "", "010"),
        ("甲公司", code_of(1), "", "13", "011"),
        ("甲公司", "", "甲原镇1号", "", "010"),
    )
    assert fates(made) == ["new", "unchanged", "changed", "refused", "unchanged"]
    assert reasons(made, 5) == [("contradicts", "workers"), ("contradicts", "phone")]
    told = made.reasons[made.reasons["row"] == 5]
    assert told["other"].tolist() == ["2", "4"]  # the rows that said it first
    (change,) = made.changes()
    assert (change.id, change.values["workers"], change.values["phone"]) == (code_of(1), 12, "010")
    assert made.records == 1
    office.write(made)
    assert fates(office.plan_sheet(made.sheet)) == ["unchanged"] * 3 + ["refused", "unchanged"]


def test_a_row_without_a_code_is_the_coded_row_of_its_name_and_address_wherever_it_stands(office: Office) -> None:
    coded, bare = ("甲公司", code_of(1), "甲原镇1号", ""), ("甲公司", "", "甲原镇1号", "7")
    for rows in ((coded, bare), (bare, coded)):
        made = office.plan(CODED, *rows)
        assert made.rows["id"].tolist() == [code_of(1)] * 2
        assert fates(made) == ["new", "changed"]


def test_a_refused_row_does_not_decide_what_another_one_is(office: Office) -> None:
    office.bring(NAMED, ("乙公司", "甲原镇2号"))
    made = office.plan(
        CODED,
        ("甲公司", code_of(1), "甲原镇1号", ""),
        ("乙公司", code_of(1), "甲原镇2号", ""),  # contradicts the row above
        ("乙公司", "", "甲原镇2号", "5"),
    )
    assert fates(made) == ["new", "refused", "changed"]
    assert made.rows["id"].tolist() == [code_of(1), "", made_id("enterprises", "乙公司", "甲原镇2号")]


def test_a_record_that_two_codes_claim_is_neither(office: Office) -> None:
    office.bring(NAMED, ("甲公司", "甲原镇1号"))
    made = office.plan(CODED, ("甲公司", code_of(1), "甲原镇1号", ""), ("甲公司", code_of(2), "甲原镇1号", ""))
    assert fates(made) == ["doubtful", "doubtful"]
    assert made.rows["id"].tolist() == [code_of(1), code_of(2)]
    assert [reasons(made, row) for row in (2, 3)] == [[("namesake", "name")]] * 2


def test_two_codes_at_one_name_and_address_are_two_and_a_bare_row_fits_neither(office: Office) -> None:
    made = office.plan(
        CODED,
        ("甲公司", code_of(1), "甲原镇1号", ""),
        ("甲公司", code_of(2), "甲原镇1号", ""),
        ("甲公司", "", "甲原镇1号", ""),
    )
    assert fates(made) == ["new", "new", "refused"]
    assert reasons(made, 4) == [("several", "name")]


def test_a_code_of_one_record_with_name_and_address_of_another_is_refused(office: Office) -> None:
    office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", ""), ("乙公司", code_of(2), "甲原镇2号", ""))
    made = office.plan(CODED, ("乙公司", code_of(1), "甲原镇2号", ""))
    assert fates(made) == ["refused"]
    assert reasons(made, 2) == [("two", "")]
    assert fates(office.plan(CODED, ("丙公司", code_of(1), "甲原镇2号", ""))) == ["changed"]
    swapped = office.plan(CODED, ("乙公司", code_of(1), "甲原镇2号", ""), ("甲公司", code_of(2), "甲原镇1号", ""))
    assert fates(swapped) == ["changed", "changed"]
    assert "乙公司" in made.refused("zh")["原因"].iloc[0]


def test_a_retired_record_must_be_restored_first(office: Office) -> None:
    office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", ""), ("乙公司", "", "甲原镇2号", ""))
    bare = made_id("enterprises", "乙公司", "甲原镇2号")
    gone = [Change("enterprises", one, {}, 1, retired="迁出") for one in (code_of(1), bare)]
    office.workspace.store.commit(gone, by="wang", at=office.workspace.now(), why="迁出")
    made = office.plan(CODED, ("甲公司", code_of(1), "甲原镇1号", ""), ("乙公司", "", "甲原镇2号", ""))
    assert fates(made) == ["refused"] * 2
    assert [reasons(made, row) for row in (2, 3)] == [[("retired", "")]] * 2


def test_a_record_that_was_renamed_since_is_not_made_a_second_time(office: Office) -> None:
    office.bring(NAMED, ("甲公司", "甲原镇1号"))
    made_as = made_id("enterprises", "甲公司", "甲原镇1号")
    store = office.workspace.store
    store.commit(
        [Change("enterprises", made_as, {"address": "甲原镇5号"}, 1)], by="li", at=office.workspace.now(), why=""
    )
    made = office.plan(NAMED, ("甲公司", "甲原镇1号"), ("甲公司", "甲原镇5号"))
    assert fates(made) == ["refused", "unchanged"]
    assert reasons(made, 2) == [("renamed", "")]


def test_a_row_without_an_address_is_the_only_one_of_its_name(office: Office) -> None:
    office.bring(NAMED, ("甲公司", "甲原镇1号"))
    header = "name address workers"
    made = office.plan(header, ("甲公司", "", "5"))
    assert fates(made) == ["doubtful"]
    assert made.rows["writes"].tolist() == ["changed"]
    assert reasons(made, 2) == [("by_name", "name")]
    assert made.rows["id"].tolist() == [made_id("enterprises", "甲公司", "甲原镇1号")]
    for order in ((0, 1), (1, 0)):  # with another one in the file it may be either, and so is neither
        rows = [("甲公司", "", "5"), ("甲公司", "甲原镇2号", "6")]
        made = office.plan(header, *(rows[turn] for turn in order))
        assert set(fates(made)) == {"doubtful"}
        assert set(made.rows["writes"]) == {"new"}
        assert {key for row in (2, 3) for key, _ in reasons(made, row)} == {"namesake"}


def test_a_namesake_elsewhere_is_doubtful_unless_both_have_codes(office: Office) -> None:
    office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", ""), ("乙公司", "", "甲原镇1号", ""))
    made = office.plan(
        CODED,
        ("甲公司", code_of(2), "甲原镇2号", ""),
        ("甲公司", "", "甲原镇3号", ""),
        ("乙公司", code_of(3), "甲原镇2号", ""),
        ("丙公司", "", "甲原镇2号", ""),
    )
    assert fates(made) == ["doubtful", "doubtful", "doubtful", "new"]
    assert [reasons(made, row) for row in (2, 3, 4)] == [[("namesake", "name")]] * 3


def test_figures_and_dates_at_odds_are_doubtful(office: Office) -> None:
    header = "name credit_code workers members union_status established_on"
    made = office.plan(
        header,
        ("甲公司", code_of(1), "5", "5", "已建会", "2025-10-31"),
        ("乙公司", code_of(2), "5", "6", "已建会", "2025"),
        ("丙公司", code_of(3), "5", "", "未建会", "2020年5月"),
        ("丁公司", code_of(4), "", "6", "已建会", "2025-11"),
    )
    assert fates(made) == ["new", "doubtful", "doubtful", "doubtful"]
    assert [reasons(made, row) for row in (3, 4, 5)] == [
        [("members", "members")],
        [("established", "established_on")],
        [("future", "established_on")],
    ]
    office.write(made)
    made = office.plan("credit_code members", (code_of(1), "6"))  # against the workers that are known
    assert reasons(made, 2) == [("members", "members")]


def test_a_status_not_said_is_none_unless_a_founding_date_or_form_says_more(office: Office) -> None:
    header = "name credit_code union_form established_on"
    made = office.bring(
        header,
        ("甲公司", code_of(1), "", ""),
        ("乙公司", code_of(2), "独立", ""),
        ("丙公司", code_of(3), "", "2020"),
        ("丙公司", code_of(3), "", ""),
    )
    statuses = [office.values(code_of(number))["union_status"] for number in (1, 2, 3)]
    assert statuses == ["none", "established", "established"]
    assert dict(made.notes)["plan.note_union_status"] == {"count": 1}
    assert dict(made.notes)["plan.note_founded"] == {"count": 2}
    assert fates(office.plan_sheet(made.sheet)) == ["unchanged"] * 4


def test_a_default_is_for_new_records_only(office: Office) -> None:
    office.bring("name credit_code union_status", ("甲公司", code_of(1), "已建会"))
    made = office.plan(
        "name credit_code", ("甲公司", code_of(1)), ("乙公司", code_of(2)), defaults={"union_status": "declined"}
    )
    assert fates(made) == ["unchanged", "new"]
    assert [change.values["union_status"] for change in made.changes()] == ["declined"]


def test_fates_add_up_and_doubtful_ones_are_written(office: Office) -> None:
    office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", "1"), ("乙公司", code_of(2), "甲原镇2号", "1"))
    made = office.plan(
        CODED,
        ("甲公司", code_of(1), "甲原镇1号", "1"),
        ("乙公司", code_of(2), "甲原镇2号", "2"),
        ("丙公司", code_of(3), "甲原镇3号", "3"),
        ("丁公司", "123", "甲原镇4号", "4"),
        ("戊公司", code_of(5), "甲原镇5号", "五六个"),
    )
    assert made.counts == {"new": 1, "changed": 1, "unchanged": 1, "doubtful": 1, "refused": 1}
    assert tuple(made.counts) == FATES
    assert made.rows["writes"].tolist() == ["", "changed", "new", "new", ""]
    assert made.records == 3
    assert len(list(made.changes())) == 3


def test_an_empty_sheet_plans_nothing(office: Office) -> None:
    made = office.plan("name credit_code lon lat region")
    assert sum(made.counts.values()) == 0
    assert made.refused("zh").empty
    assert made.changed("zh").empty
    assert list(made.changes()) == []


def test_the_preview_has_no_contact_and_no_telephone(office: Office) -> None:
    made = office.plan("name contact phone lon lat", ("甲公司", "张三", "13800000000", "116.3", "39.6"))
    assert "张三" not in made.rows.to_csv()
    assert "13800000000" not in made.rows.to_csv()


def test_demonstration_records_that_the_file_has_not_are_retired_with_it(office: Office) -> None:
    store, now = office.workspace.store, office.workspace.now()
    demo = {"standing": "synthetic", "union_status": "none"}
    store.commit(
        [Change("enterprises", f"D{n}", {"name": f"示例{n}", **demo}) for n in (1, 2, 3)], by="pack", at=now, why=""
    )
    made = office.plan("name workers", ("示例1", "3"), ("甲公司", ""), retire_demo=True)
    assert (made.retires, made.records) == (2, 2)
    assert ("plan.note_retires", {"count": 2}) in made.notes
    office.write(made)
    kept = store.read("enterprises", retired=True).set_index("id")["retired"]
    assert kept[["D1", "D2", "D3"]].tolist() == ["", "demo", "demo"]
    assert kept["E1"] == ""  # no demonstration record


def test_a_record_changed_after_the_preview_stops_all_of_it(office: Office) -> None:
    office.bring(CODED, ("甲公司", code_of(1), "甲原镇1号", "1"))
    made = office.plan(CODED, ("乙公司", code_of(2), "甲原镇2号", "2"), ("甲公司", code_of(1), "甲原镇1号", "3"))
    store = office.workspace.store
    store.commit([Change("enterprises", code_of(1), {"workers": 9}, 1)], by="li", at=office.workspace.now(), why="")
    with pytest.raises(Conflict):
        office.write(made)
    assert store.get("enterprises", code_of(2)) is None
    assert office.values(code_of(1))["workers"] == 9
    assert fates(office.plan_sheet(made.sheet)) == ["new", "changed"]


def test_one_enterprise_brought_in_by_two_people_at_once_is_one(office: Office) -> None:
    first, second = (office.plan(NAMED, ("甲公司", "甲原镇1号")) for _ in range(2))
    office.write(first)
    with pytest.raises(Conflict):
        office.write(second)


def test_the_region_is_that_of_the_record_else_of_the_address_else_of_the_location(office: Office) -> None:
    district = office.workspace.district()
    x, y = district.regions_m.geometry.centroid.iloc[2].coords[0]
    lon, lat = (float(part[0]) for part in district.plane.unproject([x], [y]))
    made = office.plan(
        "name address region lon lat",
        ("甲公司", "丙山镇石桥子村", "甲原", lon, lat),
        ("乙公司", "云泽区春晖里社区3号", "", lon, lat),
        ("丙公司", "东庄村", "", lon, lat),  # two towns have one
        ("丁公司", "", "", "", ""),
        ("戊公司", "柳树村", "不知哪里", "", ""),
    )
    assert made.rows["region"].tolist() == ["110199001000", "110199002000", "110199003000", "", "110199001000"]
    assert made.rows["region_by"].tolist() == ["declared", "address", "location", "", "address"]
    assert fates(made) == ["doubtful", "new", "new", "new", "doubtful"]
    assert reasons(made, 2) == [("region_address", "region")]
    assert reasons(made, 6) == [("region_unknown", "region")]
    notes = dict(made.notes)
    assert notes["plan.note_schematic"] == {"count": 1}  # 乙公司; a schematic edge is no evidence
    assert notes["plan.note_no_region"] == {"count": 1}
    office.write(made)
    kept = office.workspace.district().enterprises.set_index("name")
    assert kept["region"].reindex(made.rows["name"]).tolist() == made.rows["region"].tolist()
    assert kept["region_by"].reindex(made.rows["name"]).tolist() == made.rows["region_by"].tolist()


def test_another_way_to_write_the_same_region_is_no_change(office: Office) -> None:
    header = "name credit_code region"
    office.bring(header, ("甲公司", code_of(1), "甲原镇"))
    assert fates(office.plan(header, ("甲公司", code_of(1), "云泽区甲原地区"))) == ["unchanged"]
    assert fates(office.plan(header, ("甲公司", code_of(1), "丙山镇"))) == ["changed"]


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"columns": {0: "name", 1: "colour"}}, "columns"),
        ({"columns": {0: "name", 2: "address"}}, "columns"),
        ({"columns": {0: "name", 1: "name"}}, "columns"),
        ({"columns": {1: "address"}}, "columns"),
        ({"columns": {0: "name", 1: "lon"}}, "columns"),
        ({"source": " "}, "source"),
        ({"as_of": "2025-13"}, "as_of"),
        ({"as_of": ""}, "as_of"),
        ({"datum": "mars"}, "datum"),
        ({"kind": "teams"}, "kind"),
        ({"defaults": {"union_status": "也许"}}, "union_status"),
        ({"defaults": {"standing": "reported"}}, "defaults"),
    ],
)
def test_what_does_not_fit_the_sheet_is_said(office: Office, asked: dict[str, object], fields: str) -> None:
    with pytest.raises(ParameterError) as caught:
        office.plan("name address", ("甲公司", "甲原镇1号"), **asked)
    assert caught.value.params["field"] == fields


def test_a_file_does_not_say_how_its_records_stand(office: Office) -> None:
    office.bring("name address standing source as_of", ("甲公司", "甲原镇1号", "reported", "报", "1999"))
    kept = office.values(made_id("enterprises", "甲公司", "甲原镇1号"))
    assert (kept["standing"], kept["source"], kept["as_of"]) == ("imported", "名册", "2025-10")


def test_planning_writes_nothing_and_is_the_same_each_time(office: Office) -> None:
    before = office.workspace.store.state()
    rows = [("甲公司", "123", "甲原镇1号", "x"), ("乙公司", code_of(2), "甲原镇2号", "2")]
    one, other = (office.plan(CODED, *rows) for _ in range(2))
    assert one.rows.equals(other.rows)
    assert one.reasons.equals(other.reasons)
    assert list(one.changes()) == list(other.changes())
    assert office.workspace.store.state() == before == one.state


def test_a_request_is_compared_by_what_it_says() -> None:
    one, other = (Asked("enterprises", {0: "name"}, "名册", "2025", swapped=swapped) for swapped in (False, True))
    assert one == Asked("enterprises", {0: "name"}, "名册", "2025")
    assert one != other


def test_locations_are_rounded_to_a_decimetre_and_near_ones_are_the_same(office: Office) -> None:
    header = "name credit_code lon lat"
    office.bring(header, ("甲公司", code_of(1), "116.30000049", "39.6"))
    assert office.values(code_of(1))["lon"] == 116.3
    assert fates(office.plan(header, ("甲公司", code_of(1), "116.300001", "39.6"))) == ["unchanged"]
    assert fates(office.plan(header, ("甲公司", code_of(1), "116.300002", "39.6"))) == ["changed"]
    assert np.isnan(office.plan(header, ("甲公司", code_of(1), "", "39.6")).draft.values["lon"]).all()
