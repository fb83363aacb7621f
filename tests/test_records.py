"""What must hold before a record is kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.district import District
from geo.i18n import LANGUAGES, explain_fault
from geo.pack import open_pack
from geo.people import ROLES
from geo.records import EDITORS, TABLES, check
from geo.schema import read_record
from geo.storage import MAPPED

STATION = {
    "id": "S1",
    "kind": "rest_station",
    "name": "春晖驿站",
    "state": "open",
    "standing": "reported",
    "source": "test",
    "as_of": "2025-10",
}


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def test_every_noun_that_is_kept_can_be_written_by_somebody() -> None:
    assert TABLES.keys() == EDITORS.keys() == {*MAPPED}
    assert all(EDITORS[noun] in ROLES[1:] for noun in EDITORS)


def test_a_good_record_comes_typed(district: District) -> None:
    hours = "Mo-Fr 08:00-20:00; PH off"
    cells = {"lon": "116.2", "lat": "39.6", "amenities": "wifi=yes", "opening_hours": hours}
    values, faults = check("facilities", STATION | cells, district)
    assert faults == []
    assert (values["lon"], values["amenities"], values["opening_hours"]) == (116.2, "wifi=yes", hours)


def test_a_fault_of_hours_says_how_to_write_them(district: District) -> None:
    _, (fault,) = check("facilities", STATION | {"opening_hours": "全天"}, district)
    for language in LANGUAGES:
        assert "opening_hours" in explain_fault(fault, language)
        assert "Mo-Fr 08:00-20:00; Sa 10:00-16:00; PH off" in explain_fault(fault, language)


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ({"name": ""}, "name", "fault.empty"),
        ({"kind": "cinema"}, "kind", "fault.choice"),
        ({"lon": "116.2"}, "lon + lat", "fault.half_point"),
        ({"lon": "116.2", "lat": "3960"}, "lat", "fault.range"),
        ({"lon": "121.5", "lat": "31.2"}, "lon + lat", "fault.far"),
        ({"entrance_lat": "39.6"}, "entrance_lon + entrance_lat", "fault.half_point"),
        ({"entrance_lon": "121.5", "entrance_lat": "31.2"}, "entrance_lon + entrance_lat", "fault.far"),
        ({"region": "丙山"}, "region", "fault.reference"),
        ({"amenities": "wifi=perhaps"}, "amenities", "fault.amenities"),
        ({"opening_hours": "八点到八点"}, "opening_hours", "fault.hours"),
        ({"opening_hours": "Mo-Fr 08:00-20:00;"}, "opening_hours", "fault.hours"),
        ({"as_of": "去年"}, "as_of", "fault.date"),
        ({"name": "\u200b\u202e "}, "name", "fault.empty"),
        ({"name": "站" * 2001}, "name", "fault.long"),
        ({"note": "x" * 200_000}, "note", "fault.long"),
    ],
)
def test_what_is_wrong_is_named(district: District, cells: dict[str, str], column: str, key: str) -> None:
    _, faults = check("facilities", STATION | cells, district)
    assert [(fault.column, fault.key) for fault in faults] == [(column, key)]


def test_a_blank_record_lacks_all_it_must_have(district: District) -> None:
    _, faults = check("facilities", dict.fromkeys(STATION, ""), district)
    assert {str(fault.column) for fault in faults} == set(STATION)


def test_the_register_says_a_region_in_its_own_words(district: District) -> None:
    cells = {"id": "X", "name": "某公司", "union_status": "none", "region": "甲原（老镇区）"}
    _, faults = check("enterprises", cells | {"standing": "imported", "source": "t", "as_of": "2025"}, district)
    assert faults == []


def test_text_stays_text_whatever_is_in_it() -> None:
    name = '引号"、逗号,\n换行'
    values, faults = read_record(STATION | {"name": name}, TABLES["facilities"])
    assert (values["name"], faults) == (name, [])


def test_unknown_is_unknown() -> None:
    values, _ = read_record({"id": "E", "workers": "", "lon": ""}, TABLES["enterprises"])
    assert pd.isna(values["workers"])
    assert pd.isna(values["lon"])


def test_an_unknown_region_is_named_for_positions_too(district: District) -> None:
    cells = {"id": "P", "name": "阵地", "kind": "region", "region": "丙山", **dict(list(STATION.items())[-3:])}
    _, faults = check("positions", cells, district)
    assert [(fault.column, fault.key) for fault in faults] == [("region", "fault.reference")]


def test_marks_nobody_sees_are_left_out(district: District) -> None:
    values, _ = check("facilities", STATION | {"name": " 春晖\u200b驿站\u0007 "}, district)
    assert values["name"] == "春晖驿站"
