"""Packs: the one that is shipped, one of another district, and every way a pack can be wrong, each with its place."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_pack import PACK_TOML, SOURCES_TOML, collection, feature, set_cell

from geo.coverage import TOTAL, coverage, gaps, lens_table, sites
from geo.distance import nearest_two
from geo.errors import Fault, PackError, SettingError
from geo.facilities import KINDS, serving
from geo.hours import opening, well_formed
from geo.i18n import explain
from geo.pack import TABLES, Pack, open_pack, read_pack, revision

EXAMPLES = 15  # of spoilt files; each costs a fifth of a second
DATA = Path(__file__).parent.parent / "data"
FILES = [files[0].file for files in TABLES.values()] + [
    "pack.toml",
    "SOURCES.toml",
    "outline.geojson",
    "regions.geojson",
]


@pytest.fixture
def pack(tiny: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(tiny, tmp_path / "pack"))


def faults(folder: Path, *, demo: bool = True) -> list[tuple[str, int | None, str | None, str]]:
    with pytest.raises(PackError) as refused:
        open_pack(folder, demo=demo)
    for language in ("zh", "en"):
        assert len(explain(refused.value, language).splitlines()) == len(refused.value.faults) + 1
    return [(f.file, f.row, f.column, f.key) for f in refused.value.faults]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def answers(pack: Pack, within_m: float = 1500) -> pd.DataFrame:
    """The service lens over every kind, indexed by code: what every page and the API ask of a pack."""
    places = sites(serving(pack.facilities, KINDS), pack.plane)
    gaps(pack.regions_m, places, within_m)
    found = coverage(pack.demand, nearest_two(pack.demand.x, pack.demand.y, *places), within_m)
    return lens_table(found, "service").set_index("code")


# The shipped pack


def test_the_shipped_pack_has_no_faults() -> None:
    pack = open_pack(DATA, demo=True)
    assert (len(pack.regions), len(pack.positions)) == (22, 24)
    assert pack.places["kind"].isin(["community", "village"]).sum() == 758
    assert len(pack.enterprises) == 6000
    assert set(pack.regions["boundary_label_zh"]) == {"示意边界"}
    assert set(pack.regions["boundary_label_en"]) == {"schematic boundary"}
    assert set(pack.regions["boundary_standing"]) == {"assumed"}


def test_without_demonstration_data_no_synthetic_record_is_left() -> None:
    pack = open_pack(DATA, demo=False)
    tables = read_pack(DATA, demo=False).tables
    assert {name: (tables[name]["standing"] == "synthetic").sum() for name in TABLES} == dict.fromkeys(TABLES, 0)
    assert "synthetic" not in set(pack.facilities["location_standing"])
    assert (len(pack.demand.id), len(pack.enterprises)) == (0, 0)
    assert len(pack.facilities) == 8
    assert answers(pack).loc[TOTAL, "all"] == 0


def test_synthetic_records_go_from_whichever_file_they_are_in(pack: Path) -> None:
    set_cell(pack / "facilities.csv", 2, "standing", "synthetic")
    set_cell(pack / "enterprises.csv", 4, "standing", "synthetic")
    assert list(open_pack(pack, demo=False).facilities["id"]) == ["F1", "F3", "F4", "F5"]
    assert "E3" not in set(open_pack(pack, demo=False).enterprises["id"])
    assert len(open_pack(pack, demo=True).facilities) == 5


def test_the_demonstration_file_is_not_even_read_without_it(pack: Path) -> None:
    (pack / "demo").mkdir()
    (pack / "demo/facilities.csv").write_text("nonsense\n", encoding="utf-8")
    open_pack(pack, demo=False)
    assert ("demo/facilities.csv", 1, "nonsense", "fault.column_unknown") in faults(pack)


def test_the_shipped_calendar_is_that_of_the_notices() -> None:
    """28 days off in 2025 and 33 in 2026, five and six working days for them, all on weekends."""
    calendar = open_pack(DATA, demo=True).calendar
    days = {year: [day for day in calendar.holidays if day.year == year] for year in (2025, 2026)}
    worked = {year: [day for day in calendar.workdays if day.year == year] for year in (2025, 2026)}
    assert {year: (len(days[year]), len(worked[year])) for year in days} == {2025: (28, 5), 2026: (33, 6)}
    assert all(day.weekday() >= 5 for day in calendar.workdays)
    assert calendar.special(date(2026, 10, 5)) == "holiday"
    assert calendar.holidays[date(2025, 10, 6)] == "国庆节、中秋节"
    assert (calendar.workdays[date(2026, 10, 10)], calendar.workdays[date(2026, 9, 20)]) == (4, 0)
    assert calendar.years == {2025, 2026}
    assert calendar.zone.key == "Asia/Shanghai"
    assert (116.2 < calendar.lon < 116.6, 39.4 < calendar.lat < 39.9) == (True, True)


def test_the_shipped_hours_can_all_be_read() -> None:
    """And of the working stations some are open at ten on a Monday, some closed at three at night."""
    pack = open_pack(DATA, demo=True)
    texts = pack.facilities["opening_hours"].unique()
    assert all(well_formed(text) for text in texts)
    moments = [datetime(2026, 11, 23, hour, tzinfo=pack.calendar.zone) for hour in (10, 3)]
    states = [{opening(text, when, pack.calendar).state for text in texts if text} for when in moments]
    assert "open" in states[0]
    assert "closed" in states[1]


# Another district


def test_another_district_brings_its_own_pack(tiny: Path) -> None:
    pack = open_pack(tiny, demo=True)
    assert pack.about["name"]["zh"] == "北京市云泽区"
    assert list(pack.regions["code"]) == ["110199001000", "110199002000", "110199003000"]
    assert list(pack.facilities["id"]) == ["F1", "F2", "F3", "F4", "F5"]
    assert list(pack.facilities["region"]) == [*("110199001000", "110199002000", "110199003000", "110199003000"), ""]
    assert list(pack.facilities["region_by"]) == ["location"] * 4 + [""]
    assert pack.facilities.geometry.isna().tolist() == [False] * 4 + [True]
    assert pack.positions[["id", "region", "region_by"]].to_numpy().tolist() == [
        ["P1", "110199001000", "declared"],
        ["P2", "", ""],
    ]
    by = pack.enterprises.set_index("id")[["region", "region_by", "region_conflict"]]
    assert {key: tuple(row) for key, row in zip(by.index, by.to_numpy().tolist(), strict=True)} == {
        "E1": ("110199001000", "address", False),
        "E2": ("110199001000", "declared", False),
        "E3": ("110199002000", "location", False),
        "E4": ("110199002000", "declared", True),
        "E5": ("110199002000", "declared", False),
        "E6": ("", "", False),
        "E7": ("110199001000", "declared", False),
    }


def test_its_coverage_is_what_one_works_out_by_hand(tiny: Path) -> None:
    pack = open_pack(tiny, demo=True)
    places = sites(serving(pack.facilities, ["rest_station"]), pack.plane)
    found = coverage(pack.demand, nearest_two(pack.demand.x, pack.demand.y, *places), 1500)
    counts = ["all", "served", "unserved", "unknown", "workers_all", "workers_served", "workers_unserved"]
    service = lens_table(found, "service").set_index("code")[counts]
    union = lens_table(found, "union").set_index("code")[counts]
    # E1 and E3 have a union and a station, E5 a union but no location and no workers stated.
    assert service.to_numpy().tolist() == [
        [1, 1, 0, 0, 10, 10, 0],
        [2, 1, 0, 1, 30, 30, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [3, 2, 0, 1, 40, 40, 0],
    ]
    # E2 and E4 have neither, E6 neither a usable location nor a region.
    assert union.to_numpy().tolist() == [
        [1, 0, 1, 0, 20, 0, 20],
        [1, 0, 1, 0, 40, 0, 40],
        [0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 1, 5, 0, 0],
        [3, 0, 2, 1, 65, 0, 60],
    ]
    area = gaps(pack.regions_m, places, 1500)
    # A circle of 1.5 km is 7.07 km²; drawn it falls at most 0.5 m short of its radius, 1 part in 1,500 of its area.
    assert area["covered_area_km2"].tolist() == pytest.approx([2.25 * np.pi, 2.25 * np.pi, 0], rel=1 / 1500, abs=1e-6)
    assert (area["gap_area_km2"] + area["covered_area_km2"]).tolist() == pytest.approx([100] * 3, rel=1e-4)


def test_an_unchanged_pack_is_the_same_and_a_changed_one_is_new(pack: Path) -> None:
    first = open_pack(pack, demo=True)
    assert open_pack(pack, demo=True) is first
    set_cell(pack / "facilities.csv", 2, "name", "新名字的驿站")
    second = open_pack(pack, demo=True)
    assert second.revision != first.revision
    assert "新名字的驿站" in set(second.facilities["name"])
    os.utime(pack / "facilities.csv", ns=(0, 0))
    assert open_pack(pack, demo=True).revision == second.revision, "what it holds counts, not when it was written"
    assert open_pack(pack, demo=False).revision != open_pack(pack, demo=True).revision


def test_a_faulty_pack_is_good_again_once_mended(pack: Path) -> None:
    set_cell(pack / "facilities.csv", 2, "kind", "sauna")
    assert faults(pack) == [("facilities.csv", 2, "kind", "fault.choice")]
    set_cell(pack / "facilities.csv", 2, "kind", "rest_station")
    assert len(open_pack(pack, demo=True).facilities) == 5


def test_a_link_to_nothing_is_no_file_of_the_pack(pack: Path) -> None:
    before = revision(pack)
    (pack / ".#regions.csv").symlink_to("someone@somewhere.1:2")
    assert revision(pack) == before
    open_pack(pack, demo=True)


def test_boundaries_keep_their_standing_and_label(pack: Path, regions: gpd.GeoDataFrame) -> None:
    said: list[dict[str, Any]] = [
        {"standing": "imported", "label_zh": "官方边界", "label_en": "official boundary"},
        {"standing": "reported"},
        {"label_zh": None},
    ]
    features = [
        feature({"code": code} | words, shape.__geo_interface__)
        for code, words, shape in zip(regions["code"], said, regions.geometry, strict=True)
    ]
    (pack / "regions.geojson").write_text(collection(features), encoding="utf-8")
    found = open_pack(pack, demo=True).regions
    assert found[["boundary_standing", "boundary_label_zh", "boundary_label_en"]].to_numpy().tolist() == [
        ["imported", "官方边界", "official boundary"],
        ["reported", "", ""],
        ["assumed", "", ""],
    ]


def test_regions_are_sorted_by_code_whatever_the_order_of_the_files(pack: Path) -> None:
    lines = (pack / "regions.csv").read_text(encoding="utf-8").splitlines()
    (pack / "regions.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8")
    found = open_pack(pack, demo=True)
    assert found.regions["code"].is_monotonic_increasing
    assert found.regions_m.geometry.centroid.x.is_monotonic_increasing, "each code with its own polygon"


# Faults of a cell

CELLS = [
    ("regions.csv", 2, "kind", "village", "fault.choice"),
    ("regions.csv", 3, "name", " ", "fault.empty"),
    ("regions.csv", 4, "in_campaign", "yes", "fault.flag"),
    ("regions.csv", 4, "standing", "rumour", "fault.choice"),
    ("places.csv", 2, "region", "110199009000", "fault.reference"),
    ("positions.csv", 2, "region", "甲原镇", "fault.reference"),
    ("programmes.csv", 2, "region", "x", "fault.reference"),
    ("programmes.csv", 2, "campaign", "2099", "fault.reference"),
    ("figures.csv", 2, "campaign", "2099", "fault.reference"),
    ("figures.csv", 2, "value", "seven", "fault.number"),
    ("figures.csv", 2, "qualifier", "about", "fault.choice"),
    ("visits.csv", 2, "region", "x", "fault.reference"),
    ("visits.csv", 2, "team", "2", "fault.reference"),
    ("visits.csv", 2, "date", "2025-8-4", "fault.date"),
    ("visits.csv", 2, "date", "2025-02-29", "fault.date"),
    ("visits.csv", 2, "date", "２０２５", "fault.date"),
    ("contradictions.csv", 2, "source_b", "rumour", "fault.source"),
    ("contradictions.csv", 2, "source", "test; rumour", "fault.source"),
    ("facilities.csv", 3, "as_of", "0000", "fault.date"),
    ("facilities.csv", 3, "state", "OPEN", "fault.choice"),
    ("facilities.csv", 4, "amenities", "wifi=maybe", "fault.amenities"),
    ("facilities.csv", 4, "amenities", "sauna=yes", "fault.amenities"),
    ("facilities.csv", 4, "amenities", "wifi=yes; wifi=no", "fault.amenities"),
    ("facilities.csv", 2, "lat", "139.6", "fault.range"),
    ("facilities.csv", 2, "lat", "inf", "fault.number"),
    ("enterprises.csv", 2, "workers", "many", "fault.number"),
    ("enterprises.csv", 2, "workers", "-1", "fault.range"),
    ("enterprises.csv", 2, "workers", "1e30", "fault.range"),
    ("enterprises.csv", 2, "workers", "1.5", "fault.integer"),
    ("enterprises.csv", 3, "id", "E1", "fault.repeated"),
    ("enterprises.csv", 3, "source", "", "fault.empty"),
    ("facilities.csv", 5, "opening_hours", "八点到八点", "fault.hours"),
    ("facilities.csv", 6, "opening_hours", "Mo-Fr 08:00-20:00;", "fault.hours"),
    ("holidays.csv", 2, "date", "2026-10", "fault.day"),
    ("holidays.csv", 2, "counts_as", "Mo", "fault.day_off"),
    ("holidays.csv", 2, "name", "", "fault.empty"),
    ("holidays.csv", 3, "date", "2026-02-29", "fault.date"),
    ("holidays.csv", 3, "date", "", "fault.empty"),
    ("holidays.csv", 3, "kind", "weekend", "fault.choice"),
    ("holidays.csv", 3, "date", "2026-10-05", "fault.repeated"),
    ("holidays.csv", 4, "counts_as", "Mon", "fault.choice"),
    ("holidays.csv", 4, "source", "rumour", "fault.source"),
]


def one_of_each_place() -> Iterator[list[tuple[str, int, str, str, str]]]:
    """CELLS in as few heaps as can be written at once: no cell, and no row of a key, twice in a heap."""
    left = CELLS
    while left:
        heap = {(file, row): cell for cell in reversed(left) for file, row, *_ in [cell]}
        yield list(heap.values())
        left = [cell for cell in left if cell not in heap.values()]


@pytest.mark.parametrize("cells", list(one_of_each_place()))
def test_a_bad_cell_is_named_and_nothing_else(pack: Path, cells: list[tuple[str, int, str, str, str]]) -> None:
    for file, row, column, value, _ in cells:
        set_cell(pack / file, row, column, value)
    assert sorted(faults(pack)) == sorted((file, row, column, key) for file, row, column, _, key in cells)


@pytest.mark.parametrize(
    ("column", "value", "key"),
    [("lon", "", "fault.half_point"), ("lon", "16.4", "fault.far"), ("lat", "-39.6", "fault.far")],
)
def test_half_a_place_or_one_far_away_is_named(pack: Path, column: str, value: str, key: str) -> None:
    set_cell(pack / "facilities.csv", 2, column, value)
    assert faults(pack) == [("facilities.csv", 2, "lon + lat", key)]


def test_a_register_may_have_stray_coordinates(pack: Path) -> None:
    set_cell(pack / "enterprises.csv", 2, "lon", "39.6")
    set_cell(pack / "enterprises.csv", 2, "lat", "116.4")
    assert answers(open_pack(pack, demo=True)).loc[TOTAL, ["all", "served", "unknown"]].tolist() == [3, 1, 2]


def test_a_team_belongs_to_its_campaign(pack: Path) -> None:
    replace(pack / "campaigns.csv", "2025,蹲点", "2021,蹲点,2021-07,inferred,3,22,蹲点,imported,test,2021\n2025,蹲点")
    set_cell(pack / "visits.csv", 2, "campaign", "2021")
    assert faults(pack) == [("visits.csv", 2, "team", "fault.reference")]


def test_an_id_of_the_demonstration_file_that_is_taken(pack: Path) -> None:
    (pack / "demo").mkdir()
    shutil.copy(pack / "facilities.csv", pack / "demo/facilities.csv")
    assert faults(pack) == [("demo/facilities.csv", row, "id", "fault.repeated") for row in range(2, 7)]


# Faults of a table


@pytest.mark.parametrize("file", ["regions.csv", "campaigns.csv", "SOURCES.toml", "pack.toml", "outline.geojson"])
def test_a_missing_file_is_one_fault(pack: Path, file: str) -> None:
    (pack / file).unlink()
    assert faults(pack) == [(file, None, None, "fault.file_missing")]


def test_a_register_may_be_missing(pack: Path) -> None:
    (pack / "enterprises.csv").unlink()
    assert len(open_pack(pack, demo=True).enterprises) == 0


def test_without_a_table_of_holidays_no_day_is_special(pack: Path) -> None:
    assert open_pack(pack, demo=True).calendar.years == {2026}
    (pack / "holidays.csv").unlink()
    calendar = open_pack(pack, demo=True).calendar
    assert (calendar.holidays, calendar.workdays, calendar.years) == ({}, {}, frozenset())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        open_pack(tmp_path / "nowhere", demo=True)
    assert caught.value.params == {"setting": "GONGTU_PACK", "value": "nowhere"}


def test_an_empty_folder_misses_every_file(tmp_path: Path) -> None:
    found = faults(tmp_path)
    assert {fault[3] for fault in found} == {"fault.file_missing"}
    assert len(found) == len(FILES) - 3  # the register, the ledger and the holidays


def test_a_faulty_pack_is_refused_anew_each_time(pack: Path) -> None:
    (pack / "regions.csv").unlink()
    errors = []
    for _ in range(2):
        with pytest.raises(PackError) as caught:
            open_pack(pack, demo=True)
        errors.append(caught.value)
    assert errors[0] is not errors[1]
    assert errors[0].faults == errors[1].faults


def test_folders_in_place_of_files_cannot_be_read(pack: Path) -> None:
    for file in FILES:
        (pack / file).unlink()
        (pack / file).mkdir()
    assert faults(pack) == [(file, None, None, "fault.file_unreadable") for file in sorted(FILES)]


def test_another_encoding_is_a_fault_of_the_file(pack: Path) -> None:
    for file in FILES:
        (pack / file).write_bytes("驿站".encode("gbk") + (pack / file).read_bytes())
    expected = {".csv": "fault.encoding", ".geojson": "fault.encoding", ".toml": "fault.toml"}
    assert [(file, key) for file, _, _, key in faults(pack)] == [(f, expected[Path(f).suffix]) for f in sorted(FILES)]


def test_columns_missing_unknown_and_doubled(pack: Path) -> None:
    tables = sorted(file for file in FILES if file.endswith(".csv"))
    for file in tables:
        header, _, rest = (pack / file).read_text(encoding="utf-8").partition("\n")
        (pack / file).write_text(f"{header.replace(',standing,', ',colour,')},source\n{rest}", encoding="utf-8")
    found = faults(pack)
    assert {fault for fault in found if fault[1] == 1} == {
        (file, 1, column, key)
        for file in tables
        for column, key in (
            ("standing", "fault.column_missing"),
            ("colour", "fault.column_unknown"),
            ("source", "fault.column_twice"),
        )
    }
    assert {fault[3] for fault in found if fault[1] != 1} == {"fault.cells"}, "what refers to them is not blamed"


def test_tables_without_rows_are_no_fault(pack: Path) -> None:
    for file in FILES:
        if file.endswith(".csv") and file != "regions.csv":
            header = (pack / file).read_text(encoding="utf-8").partition("\n")[0]
            (pack / file).write_text(header + "\n", encoding="utf-8")
    found = open_pack(pack, demo=True)
    assert {len(getattr(found, name)) for name in TABLES if name not in ("regions", "entries")} == {0}
    assert answers(found).loc[TOTAL, "all"] == 0


def test_a_district_without_regions_is_refused(pack: Path) -> None:
    header = (pack / "regions.csv").read_text(encoding="utf-8").partition("\n")[0]
    (pack / "regions.csv").write_text(header + "\n", encoding="utf-8")
    (pack / "regions.geojson").write_text(collection([]), encoding="utf-8")
    found = faults(pack)
    assert ("regions.geojson", None, None, "fault.no_rows") in found
    assert {fault[3] for fault in found} == {"fault.no_rows", "fault.reference"}


def test_many_faults_are_all_reported_at_once(pack: Path) -> None:
    for file, row, column, value, _ in (CELLS[0], CELLS[4], CELLS[10], CELLS[20], CELLS[25]):
        set_cell(pack / file, row, column, value)
    (pack / "teams.csv").unlink()
    replace(pack / "pack.toml", "EPSG:32650", "EPSG:4326")
    replace(pack / "SOURCES.toml", 'title = "虚构"', "title = 3")
    replace(pack / "outline.geojson", '"Polygon"', '"Circle"')
    assert faults(pack) == [
        ("SOURCES.toml", None, "sources.test.title", "fault.text"),
        ("SOURCES.toml", None, "files.regions.csv.sources", "fault.source"),
        ("enterprises.csv", 2, "workers", "fault.number"),
        ("facilities.csv", 4, "amenities", "fault.amenities"),
        ("figures.csv", 2, "qualifier", "fault.choice"),
        ("outline.geojson", 1, "geometry", "fault.polygon"),
        ("pack.toml", None, "metric_crs", "fault.metric_crs"),
        ("places.csv", 2, "region", "fault.reference"),
        ("regions.csv", 2, "kind", "fault.choice"),
        ("teams.csv", None, None, "fault.file_missing"),
    ]


# Faults of the descriptions


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "yunze"', "", [("id", "fault.text")]),
        ('id = "yunze"', "id = 7", [("id", "fault.text")]),
        ('id = "yunze"', "id = ", [(None, "fault.toml")]),
        ("EPSG:32650", "EPSG:4326", [("metric_crs", "fault.metric_crs")]),
        ("EPSG:32650", "EPSG:0", [("metric_crs", "fault.metric_crs")]),
        ("EPSG:32650", "EPSG:2263", [("metric_crs", "fault.metric_crs")]),  # feet
        ("EPSG:32650", "EPSG:3857", [("metric_crs", "fault.stretched")]),  # metres of the equator
        ("EPSG:32650", "EPSG:32601", [("metric_crs", "fault.stretched")]),  # the other side of the world
        ("Asia/Shanghai", "Asia/Daxing", [("time_zone", "fault.time_zone")]),
        ('as_of = "2025-10"', 'as_of = "lately"', [("as_of", "fault.date")]),
        ('as_of = "2025-10"', "as_of = 2025-10-01", [("as_of", "fault.text")]),
        ('zh = "北京市云泽区"', "zh = []", [("name.zh", "fault.text")]),
        ('[notice]\nzh = "虚构的三镇"', "[notice]", [("notice.zh", "fault.text")]),
        (
            '[name]\nzh = "北京市云泽区"\nen = "Yunze District, Beijing"\n',
            "[[notes]]\n[[notes.title]]\n",
            [
                ("name.zh", "fault.text"),
                ("name.en", "fault.text"),
                *(
                    (f"notes.1.{part}.{language}", "fault.text")
                    for part in ("title", "text")
                    for language in ("zh", "en")
                ),
            ],
        ),
        (
            '[name]\nzh = "北京市云泽区"\nen = "Yunze District, Beijing"\n',
            "",
            [(f"name.{x}", "fault.text") for x in ("zh", "en")],
        ),
        (
            'id = "yunze"',
            'id = "y"\nnotes = "x"',
            [(f"notes.1.{p}.{x}", "fault.text") for p in ("title", "text") for x in ("zh", "en")],
        ),
    ],
)
def test_faults_of_pack_toml(pack: Path, old: str, new: str, expected: list[tuple[str | None, str]]) -> None:
    assert old in PACK_TOML
    (pack / "pack.toml").write_text(PACK_TOML.replace(old, new), encoding="utf-8")
    assert faults(pack) == [("pack.toml", None, column, key) for column, key in expected]


def test_a_name_that_is_no_table(pack: Path) -> None:
    (pack / "pack.toml").write_text('name = "x"\n' + PACK_TOML.split("[name]")[0], encoding="utf-8")
    assert faults(pack) == [
        ("pack.toml", None, f"{name}.{language}", "fault.text")
        for name in ("name", "notice")
        for language in ("zh", "en")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("sources", "fault.table")]),
        ('sources = "x"', [("sources", "fault.table")]),
        ("sources = 3\nfiles = []", [("sources", "fault.table"), ("files", "fault.table")]),
        ('sources.test = "x"', [("sources.test", "fault.table")]),
        ("sources.test.note = 1", [("sources.test.note", "fault.text"), ("sources.test.title", "fault.text")]),
        (SOURCES_TOML + "licence = 2025-01-01", [("files.regions.csv.licence", "fault.text")]),
        (
            SOURCES_TOML.replace('["test"]', '["test", "rumour", 3]'),
            [("files.regions.csv.sources", "fault.source")] * 2,
        ),
        (SOURCES_TOML.replace('["test"]', '"test"'), [("files.regions.csv.sources", "fault.source")]),
        (SOURCES_TOML + "[sources.test]\n", [(None, "fault.toml")]),
    ],
)
def test_faults_of_sources_toml(pack: Path, text: str, expected: list[tuple[str | None, str]]) -> None:
    (pack / "SOURCES.toml").write_text(text, encoding="utf-8")
    assert faults(pack) == [("SOURCES.toml", None, column, key) for column, key in expected]


# Faults of the boundaries

BOW_TIE = shapely.Polygon([(116.3, 39.6), (116.4, 39.7), (116.4, 39.6), (116.3, 39.7)])


def spoil(pack: Path, change: Callable[[list[dict[str, Any]]], object], file: str = "regions.geojson") -> None:
    data = json.loads((pack / file).read_text(encoding="utf-8"))
    change(data.get("features", [data]))
    (pack / file).write_text(json.dumps(data), encoding="utf-8")


SHAPES: dict[str, tuple[Callable[[list[dict[str, Any]]], object], list[tuple[int | None, str, str]]]] = {
    "a region without a polygon": (lambda f: f.pop(), [(None, "code", "fault.shape_missing")]),
    "a polygon of no region": (
        lambda f: f[1]["properties"].update(code="x"),
        [(None, "code", "fault.shape_missing"), (2, "code", "fault.reference")],
    ),
    "two polygons of a region": (lambda f: f.append(f[0]), [(4, "code", "fault.repeated")]),
    "a bow tie": (lambda f: f[0].update(geometry=BOW_TIE.__geo_interface__), [(1, "geometry", "fault.invalid")]),
    "a point": (
        lambda f: f[0].update(geometry={"type": "Point", "coordinates": [116.4, 39.6]}),
        [(1, "geometry", "fault.polygon")],
    ),
    "no geometry": (lambda f: f[0].update(geometry=None), [(1, "geometry", "fault.polygon")]),
    "half a geometry": (lambda f: f[2].update(geometry={"type": "Polygon"}), [(3, "geometry", "fault.polygon")]),
    "an empty one": (
        lambda f: f[2].update(geometry={"type": "Polygon", "coordinates": []}),
        [(3, "geometry", "fault.polygon")],
    ),
    "metres": (
        lambda f: f[1].update(geometry=shapely.box(430_000, 4_380_000, 440_000, 4_390_000).__geo_interface__),
        [(2, "geometry", "fault.degrees")],
    ),
    "latitude first": (
        lambda f: f[1].update(geometry=shapely.box(39.6, 116.3, 39.7, 116.4).__geo_interface__),
        [(2, "geometry", "fault.degrees")],
    ),
    "another city": (
        lambda f: f[1].update(geometry=shapely.box(121, 31, 122, 32).__geo_interface__),
        [(2, "geometry", "fault.far")],
    ),
    "no properties": (
        lambda f: f[0].pop("properties"),
        [(None, "code", "fault.shape_missing"), (1, "code", "fault.reference")],
    ),
    "null properties": (
        lambda f: f[0].update(properties=None),
        [(None, "code", "fault.shape_missing"), (1, "code", "fault.reference")],
    ),
    "a feature that is none": (
        lambda f: f.__setitem__(0, 7),
        [(None, "code", "fault.shape_missing"), (1, "geometry", "fault.polygon"), (1, "code", "fault.reference")],
    ),
    "an unknown standing": (
        lambda f: f[0]["properties"].update(standing="sure"),
        [(1, "standing", "fault.choice")],
    ),
    "an unknown source": (lambda f: f[0]["properties"].update(source="rumour"), [(1, "source", "fault.source")]),
    "an unwritable character": (
        lambda f: f[0]["properties"].update(source="\ud800"),
        [(1, "source", "fault.source")],
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_faults_of_a_boundary(pack: Path, name: str) -> None:
    change, expected = SHAPES[name]
    spoil(pack, change)
    assert faults(pack) == [("regions.geojson", *place) for place in expected]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "fault.geojson"),
        ("{", "fault.geojson"),
        ("[]", "fault.geojson"),
        ("7", "fault.geojson"),
        ("null", "fault.geojson"),
        ('{"type": "FeatureCollection"}', "fault.geojson"),
        ('{"type": "FeatureCollection", "features": {"a": 1}}', "fault.geojson"),
        ('{"type": "FeatureCollection", "features": []}', "fault.no_rows"),
        ('{"type": "Polygon", "coordinates": []}', "fault.geojson"),
        ("[" * 100_000, "fault.geojson"),
    ],
)
def test_files_that_cannot_be_boundaries(pack: Path, text: str, key: str) -> None:
    """Each is blamed for itself alone, so that both can be spoilt in one pack."""
    files = ("outline.geojson", "regions.geojson")
    for file in files:
        (pack / file).write_text(text, encoding="utf-8")
    assert faults(pack) == [(file, None, None, key) for file in files]


def test_the_outline_needs_no_properties(pack: Path) -> None:
    spoil(pack, lambda f: f[0].update(properties=None), "outline.geojson")
    assert open_pack(pack, demo=True).outline.area > 0


def test_faults_name_what_is_wrong(pack: Path) -> None:
    set_cell(pack / "positions.csv", 2, "region", "nowhere")
    with pytest.raises(PackError) as refused:
        open_pack(pack, demo=True)
    assert refused.value.faults == (Fault("positions.csv", 2, "region", "fault.reference", "nowhere"),)


LEDGER = "id,campaign,kind,date,team,region,enterprise,channel,workers,recovered,programme_kind,standing,source,as_of"


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ("2025,visit,2025-06-30,1,110199001000,E1,,,,", "", ""),
        ("2025,mediation,2025-07-01,,,E1,kiosk,1,0.29,", "", ""),
        ("2025,mediation,2025-07-01,,,E1,kiosk,1,0.295,", "recovered", "fault.fen"),
        ("2025,mediation,2025-07-01,,,E1,,1,,", "channel", "fault.empty"),
        ("2025,visit,2025-07,,,E1,,,,", "date", "fault.day"),
        ("2025,visit,2025-07-01,,,E1,,2,,", "workers", "fault.of_kind"),
        ("2025,visit,2025-07-01,,,E1,,,,health", "programme_kind", "fault.of_kind"),
        ("2025,programme,2025-07-01,,,,,,,", "programme_kind", "fault.empty"),
        ("2025,visit,2025-07-01,8,,E1,,,,", "team", "fault.reference"),
        ("2025,visit,2025-07-01,,,nobody,,,,", "enterprise", "fault.reference"),
        ("2025,mediation,2025-07-01,1,,,kiosk,,,", "position + region + enterprise + facility + lon", "fault.where"),
        ("2025,visit,2025-07-01,1,110199001000,,,,,", "note + people + enterprise", "fault.content"),
        ("2025,bargaining,2025-07-01,,,,,,,", "", ""),
        ("2024,visit,2025-07-01,,,E1,,,,", "campaign", "fault.reference"),
    ],
)
def test_entries_of_the_ledger_keep_the_rules_of_their_kind(pack: Path, cells: str, column: str, key: str) -> None:
    (pack / "ledger.csv").write_text(f"{LEDGER}\nL1,{cells},imported,test,2025\n", encoding="utf-8")
    if key:
        assert faults(pack) == [("ledger.csv", 2, column, key)]
    else:
        assert list(read_pack(pack, demo=True).tables["entries"]["id"]) == ["L1"]


# Whatever is in the files


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_pack_opens_and_can_be_used_or_is_refused(tiny: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Bytes of one file overwritten, put in or cut out: PackError or a pack that answers; nothing else ever."""
    folder = tmp_path / "pack"
    shutil.copytree(tiny, folder, dirs_exist_ok=True)
    path = folder / data.draw(st.sampled_from(FILES), label="file")
    content = bytearray(path.read_bytes())
    junk = st.sampled_from(
        [b"", b"0", b"-", b"9" * 9, b"e9", b",", b"\n", b'"', b";", b"[", b"]", b"{", b"null", b"\xff", b"\0"]
    )
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)), label="start")
        length = data.draw(st.integers(0, 12), label="length")
        content[start : start + length] = data.draw(junk, label="junk")
    path.write_bytes(content)
    try:
        pack = open_pack(folder, demo=True)
    except PackError as error:
        explain(error, "zh")
        return
    table = answers(pack)
    assert (table["served"] + table["unserved"] + table["unknown"] == table["all"]).all()


# A large register


def test_a_register_of_60_000_rows_is_conserved(tmp_path: Path) -> None:
    folder = shutil.copytree(DATA, tmp_path / "pack", ignore=shutil.ignore_patterns("locale", "builders", "demo"))
    columns = ["name", "region", "address", "workers", "union_status", "lon", "lat", "source", "as_of"]
    register = pd.read_csv(DATA / "demo/enterprises.csv", dtype=str, keep_default_na=False)[columns]
    register = pd.concat([register] * 10, ignore_index=True).iloc[:60_000].assign(source="demo", standing="imported")
    random = np.random.default_rng(1)
    for name in ("lon", "lat"):
        moved = pd.to_numeric(register[name]) + random.normal(0, 0.01, len(register))
        register[name] = moved.round(6).astype(str).where(register[name] != "", "")
    register.insert(0, "id", [f"X{number:06d}" for number in range(len(register))])
    register.to_csv(folder / "enterprises.csv", index=False)

    pack = open_pack(folder, demo=False)
    counted = register[register["union_status"] != "closed"]
    workers = pd.to_numeric(counted["workers"]).fillna(0)
    places = sites(serving(pack.facilities, KINDS), pack.plane)
    found = coverage(pack.demand, nearest_two(pack.demand.x, pack.demand.y, *places), 5000)
    for lens, mine in (
        ("service", counted["union_status"] == "established"),
        ("union", counted["union_status"] != "established"),
    ):
        table = lens_table(found, lens).set_index("code")
        for prefix, whole in (("", mine.sum()), ("workers_", workers[mine].sum())):
            parts = table[[f"{prefix}served", f"{prefix}unserved", f"{prefix}unknown"]].sum(axis=1)
            assert (parts == table[f"{prefix}all"]).all()
            assert table.loc[TOTAL, f"{prefix}all"] == whole
            assert table.drop(TOTAL)[f"{prefix}all"].sum() == whole
    assert (table.loc[TOTAL, ["served", "unserved", "unknown"]] > 1000).all(), "each of the three is put to the test"
