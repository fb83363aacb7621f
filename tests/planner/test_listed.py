"""A list of candidates as somebody brings it: read, or every fault of it named by row and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from geo.datum import convert
from geo.district import District
from geo.errors import FaultsError
from geo.i18n import explain
from geo.intake import IntakeError
from geo.pack import open_pack
from geo.planner.candidates import Candidates
from geo.planner.listed import read_list


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def read(text: str, district: District, folder: Path) -> Candidates:
    path = folder / "upload"
    path.write_text(text, encoding="utf-8")
    return read_list(path, "清单.csv", district)


def test_names_places_and_capacities(district: District, tmp_path: Path) -> None:
    found = read("名称,经度,纬度,容量\n东门,116.3,39.6,200\n西门,116.2,39.61,\n", district, tmp_path)
    assert list(found.name) == list(found.id) == ["东门", "西门"]
    assert (found.lon.tolist(), found.lat.tolist()) == ([116.3, 116.2], [39.6, 39.61])
    assert found.capacity is not None
    assert found.capacity.tolist() == [200, np.inf]
    x, y = district.plane.project(found.lon, found.lat)
    assert ((x == found.x).all(), (y == found.y).all()) == (True, True)


def test_without_capacities_and_in_english(district: District, tmp_path: Path) -> None:
    found = read("name,longitude,latitude\nEast,116.3,39.6\n", district, tmp_path)
    assert (list(found.id), found.capacity) == (["East"], None)


def test_both_coordinates_in_one_column(district: District, tmp_path: Path) -> None:
    found = read('名称,经纬度\n东门,"116.3,39.6"\n', district, tmp_path)
    assert (found.lon.tolist(), found.lat.tolist()) == ([116.3], [39.6])


def test_another_datum_and_a_workbook(district: District, tmp_path: Path) -> None:
    lon, lat = convert([116.3], [39.6], "wgs84", "gcj02")
    with xlsxwriter.Workbook(str(tmp_path / "list.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["站点名称", "经度", "纬度"])
        sheet.write_row(1, 0, ["东门", float(lon[0]), float(lat[0])])
    found = read_list(tmp_path / "list.xlsx", "list.xlsx", district, "gcj02")
    assert (found.lon.tolist(), found.lat.tolist()) == ([116.3], [39.6])


def test_ids_are_unique_and_no_records(district: District, tmp_path: Path) -> None:
    """Two of one name in two places, one named like facility F1, and one like position P1."""
    text = "名称,经度,纬度\n门,116.3,39.6\n门,116.2,39.6\nF1,116.3,39.61\nP1,116.3,39.62\n门 (1),116.3,39.63\n"
    found = read(text, district, tmp_path)
    assert list(found.name) == ["门", "门", "F1", "P1", "门 (1)"]
    assert len(set(found.id)) == 5
    assert list(found.id[:2]) == ["门 (1)", "门 (2)"]
    assert not set(found.id) & {"F1", "P1"}


def test_every_fault_is_named_by_row_and_column(district: District, tmp_path: Path) -> None:
    text = (
        "名称,经度,纬度,容量\n东门,116.3,39.6,5\n,116.3,39.61,5\n北门,abc,39.6,5\n南门,,,5\n远门,120,30,5\n"
        "东门,116.3,39.6,5\n西门,116.31,39.6,-1\n"
    )
    with pytest.raises(FaultsError) as refused:
        read(text, district, tmp_path)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (3, "名称"),
        (4, "经度"),
        (5, "经度"),
        (6, "经度"),
        (7, "名称"),
        (8, "容量"),
    ]
    said = explain(refused.value, "zh").splitlines()
    assert said[0] == "“清单.csv”有 6 处错误"
    assert said[1] == "清单.csv 第 3 行 “名称”列：不能为空"
    assert "120" in said[4]
    assert explain(refused.value, "en").splitlines()[0] == "“清单.csv” has 6 faults"


@pytest.mark.parametrize("text", ["名称,地址\n东门,某街\n", "经度,纬度\n116.3,39.6\n", "名称,经度\n东门,116.3\n"])
def test_a_list_without_names_or_places_is_refused(text: str, district: District, tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as refused:
        read(text, district, tmp_path)
    assert refused.value.key == "planning.list_columns"


def test_a_file_that_is_none_and_one_that_is_too_long(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(IntakeError):
        read_list(tmp_path / "nothing", "nothing.csv", district)
    with pytest.raises(IntakeError):
        read("", district, tmp_path)
    monkeypatch.setattr("geo.planner.listed.CANDIDATES_AT_MOST", 1)
    with pytest.raises(IntakeError) as refused:
        read("名称,经度,纬度\n东门,116.3,39.6\n西门,116.2,39.61\n", district, tmp_path)
    assert refused.value.key == "planning.list_long"
