"""What must hold before a record is kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.district import District
from geo.pack import open_pack
from geo.people import ROLES
from geo.records import EDITORS, TABLES, check
from geo.schema import read_record
from geo.storage import KEYS

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
    assert TABLES.keys() == EDITORS.keys() == KEYS.keys()
    assert all(EDITORS[noun] in ROLES[1:] for noun in EDITORS)


def test_a_good_record_comes_typed(district: District) -> None:
    values, faults = check("facilities", STATION | {"lon": "116.2", "lat": "39.6", "amenities": "wifi=yes"}, district)
    assert faults == []
    assert (values["lon"], values["amenities"]) == (116.2, "wifi=yes")


@pytest.mark.parametrize(
    ("cells", "column", "key"),
    [
        ({"name": ""}, "name", "fault.empty"),
        ({"kind": "cinema"}, "kind", "fault.choice"),
        ({"lon": "116.2"}, "lon + lat", "fault.half_point"),
        ({"lon": "116.2", "lat": "3960"}, "lat", "fault.range"),
        ({"lon": "121.5", "lat": "31.2"}, "lon + lat", "fault.far"),
        ({"region": "丙山"}, "region", "fault.reference"),
        ({"amenities": "wifi=perhaps"}, "amenities", "fault.amenities"),
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
