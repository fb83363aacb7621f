"""Facilities and positions: which record a row is, where it is, and what a new one must say."""

from __future__ import annotations

import shapely
from sheets import Office, fates, reasons, sheet_of

from geo.intake.identity import made_id
from geo.storage import Change
from geo.workspace import Workspace

A, B, C = "110199001000", "110199002000", "110199003000"
STATION = {"defaults": {"kind": "rest_station"}}


def office_of(workspace: Workspace, kind: str = "facilities") -> Office:
    workspace.district()
    return Office(workspace, kind=kind)


def test_a_new_facility_keeps_the_code_of_the_region_it_says_or_its_address_names(workspace: Workspace) -> None:
    office = office_of(workspace)
    made = office.bring(
        "name kind region address",
        ("东站", "驿站", "甲原镇", "乙河街道3号"),
        ("西站", "驿站", "", "春晖里社区2号"),
        ("南站", "驿站", "某镇", "大街1号"),
    )
    assert fates(made) == ["doubtful", "new", "doubtful"]
    assert [reasons(made, row) for row in (2, 4)] == [[("region_address", "region")], [("region_unknown", "region")]]
    ids = [made_id("facilities", "东站", A), made_id("facilities", "西站", B), made_id("facilities", "南站", "大街1号")]
    assert made.rows["id"].tolist() == ids
    assert [office.values(one).get("region") for one in ids] == [A, B, None]
    assert [office.values(one)["state"] for one in ids] == ["unverified"] * 3
    assert dict(made.notes)["plan.note_state"] == {"count": 3}
    assert fates(office.plan_sheet(made.sheet)) == ["unchanged"] * 3


def test_a_facility_must_say_its_kind_or_the_user_for_all(workspace: Workspace) -> None:
    office = office_of(workspace)
    rows = [("东站", "甲原镇"), ("西站", "甲原镇")]
    made = office.plan("name region", *rows)
    assert fates(made) == ["refused"] * 2
    assert reasons(made, 2) == [("required", "kind")]
    assert fates(office.plan("name region", *rows, **STATION)) == ["new"] * 2
    known = office.plan("id name", ("F3", "F3站"), **STATION)  # that is there already
    assert fates(known) == ["unchanged"]


def test_an_id_says_which_facility_it_is_also_under_another_name(workspace: Workspace) -> None:
    office = office_of(workspace)
    made = office.bring(
        "id name state region",
        ("F3", "新名站", "开放", ""),
        ("F9", "九站", "开放", "甲原镇"),
        ("F8", "F3站", "", ""),
        **STATION,
    )
    assert fates(made) == ["doubtful", "new", "refused"]
    assert reasons(made, 2) == [("renames", "name")]
    assert reasons(made, 4) == [("id_strange", "")]
    assert (office.values("F3")["name"], office.values("F3")["state"]) == ("新名站", "open")
    assert office.values("F9")["region"] == A
    again = office.plan("id name", ("F9", "九站"), ("F9", "别名站"), **STATION)
    assert fates(again) == ["unchanged", "refused"]


def test_an_id_that_is_a_whole_sentence_is_refused(workspace: Workspace) -> None:
    made = office_of(workspace).plan("id name", ("九" * 100, "九站"), ("十" * 101, "十站"), **STATION)
    assert fates(made) == ["new", "refused"]
    assert reasons(made, 3) == [("id_long", "id")]


def test_of_one_name_in_two_regions_there_are_two_and_a_row_with_neither_fits_neither(workspace: Workspace) -> None:
    office = office_of(workspace)
    made = office.bring("name region", ("司机之家", "甲原镇"), ("司机之家", "丙山镇"), **STATION)
    assert set(made.rows["writes"]) == {"new"}
    assert made.rows["region"].tolist() == [A, C]
    bare = office.plan("name state", ("司机之家", "开放"), **STATION)
    assert bare.rows["writes"].tolist() == ["new"]
    assert reasons(bare, 2) == [("namesake", "name")]
    assert fates(office.plan("name region state", ("司机之家", "丙山", "开放"), **STATION)) == ["changed"]


def test_a_facility_that_moves_leaves_standing_and_precision_of_the_old_place(workspace: Workspace) -> None:
    office = office_of(workspace)
    store = workspace.store
    assumed = {"lon": 116.3, "lat": 39.6, "location_standing": "assumed", "precision_m": 2000.0}
    record = store.get("facilities", "F1")
    assert record is not None
    store.commit([Change("facilities", "F1", assumed, record.version)], by="li", at=workspace.now(), why="")
    same = office.plan("id lon lat", ("F1", "116.3", "39.6"))
    assert fates(same) == ["unchanged"]
    made = office.bring("id lon lat", ("F1", "116.31", "39.6"))
    assert fates(made) == ["changed"]
    kept = office.values("F1")
    assert (kept["lon"], kept["location_standing"], kept.get("precision_m")) == (116.31, "imported", None)
    office.bring("id lonlat location_standing precision_m", ("F1", "116.32,39.6", "reported", "50"))
    kept = office.values("F1")
    assert (kept["lon"], kept["location_standing"], kept["precision_m"]) == (116.32, "reported", 50)


def test_points_of_a_layer_are_the_location(workspace: Workspace) -> None:
    office = office_of(workspace)
    shapes = [shapely.Point(116.3, 39.6), None, shapely.LineString([(116.3, 39.6), (116.4, 39.6)])]
    sheet = sheet_of(["name", "region"], ("东站", "甲原镇"), ("西站", "甲原镇"), ("南站", "甲原镇"), shapes=shapes)
    made = office.plan_sheet(sheet, **STATION)
    assert fates(made) == ["new", "new", "refused"]
    assert made.rows["lon"].fillna(0).tolist() == [116.3, 0, 0]
    assert reasons(made, 3) == [("no_point", "geometry")]
    gcj = office.plan_sheet(sheet, datum="gcj02", **STATION)
    assert gcj.rows["lon"].iloc[0] < 116.3


def test_amenities_that_are_not_known_are_refused(workspace: Workspace) -> None:
    office = office_of(workspace)
    made = office.bring(
        "name region amenities", ("东站", "甲原镇", "饮水、微波炉"), ("西站", "甲原镇", "饮水、直升机"), **STATION
    )
    assert fates(made) == ["new", "refused"]
    assert office.values(made.rows["id"].iloc[0])["amenities"] == "water=yes; microwave=yes"


def test_hours_that_cannot_be_read_are_refused(workspace: Workspace) -> None:
    office = office_of(workspace)
    made = office.bring(
        "name region opening_hours",
        ("东站", "甲原镇", "周一至周五8:30-17:30，节假日休息"),
        ("西站", "甲原镇", "随商场"),
        ("南站", "甲原镇", "不详"),
        **STATION,
    )
    assert fates(made) == ["new", "refused", "new"]
    hours = [office.values(made.rows["id"].iloc[row]).get("opening_hours") for row in (0, 2)]
    assert hours == ["Mo-Fr 08:30-17:30; PH off", None]


def test_a_position_is_known_by_its_id_else_by_its_name(workspace: Workspace) -> None:
    office = office_of(workspace, "positions")
    made = office.bring(
        "id name kind region",
        ("", "工业基地", "", "丙山镇"),
        ("P1", "", "", ""),
        ("", "司机之家", "drivers_home", ""),
        ("", "临空区", "", "甲原镇"),
    )
    assert fates(made) == ["changed", "unchanged", "new", "refused"]
    assert made.rows["id"].tolist() == ["P2", "P1", made_id("positions", "司机之家", ""), ""]
    assert office.values("P2")["region"] == C
    assert reasons(made, 5) == [("required", "kind")]
    assert fates(office.plan_sheet(made.sheet)) == ["unchanged"] * 3 + ["refused"]


# The entrance


def test_an_entrance_is_brought_to_wgs84_as_the_place_is(workspace: Workspace) -> None:
    """Said at the same point in the same datum, both are kept at the same point."""
    office = office_of(workspace)
    header = "id name region lon lat entrance_lon entrance_lat"
    row = ("F9", "九站", "甲原镇", "116.25", "39.6", "116.25", "39.6")
    made = office.bring(header, row, datum="gcj02", **STATION)
    found = office.values("F9")
    assert (found["entrance_lon"], found["entrance_lat"]) == (found["lon"], found["lat"])
    assert found["lon"] != 116.25
    assert fates(office.plan_sheet(made.sheet, datum="gcj02", **STATION)) == ["unchanged"]


def test_an_entrance_that_cannot_be_is_unknown_and_said_so(workspace: Workspace) -> None:
    office = office_of(workspace)
    header = "id name region entrance_lon entrance_lat"
    rows = [("F7", "七站", "甲原镇", "116.25", ""), ("F8", "八站", "甲原镇", "121.5", "31.2")]
    made = office.bring(header, *rows, **STATION)
    assert [reasons(made, row) for row in (2, 3)] == [[("half", "entrance_lon")], [("far", "entrance_lon")]]
    assert all("entrance_lon" not in office.values(key) for key in ("F7", "F8"))


def test_a_station_that_moves_leaves_its_entrance_behind(workspace: Workspace) -> None:
    office = office_of(workspace)
    header = "id name region lon lat"
    place, entrance = ("F9", "九站", "甲原镇", "116.25", "39.6"), ("116.251", "39.601")
    office.bring(f"{header} entrance_lon entrance_lat", (*place, *entrance), **STATION)
    office.bring(header, ("F9", "九站", "甲原镇", "116.25", "39.6"), **STATION)
    assert office.values("F9")["entrance_lon"] == 116.251, "the same place"
    office.bring(header, ("F9", "九站", "甲原镇", "116.26", "39.6"), **STATION)
    assert "entrance_lon" not in office.values("F9")
    office.bring(f"{header} entrance_lon entrance_lat", (*place, *entrance), **STATION)
    assert (office.values("F9")["lon"], office.values("F9")["entrance_lat"]) == (116.25, 39.601)
