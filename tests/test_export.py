"""Taking data out: every format read back with another library, harmless whatever the records say, styled for QGIS."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from geo.coverage import LENSES
from geo.district import District
from geo.enterprises import GROUPS, UNION_STATUSES
from geo.errors import GongtuError, ParameterError
from geo.export import FORMATS, LAYERS, MAP, Asked, export, files, layer, tables
from geo.export.files import RoleError
from geo.export.layer import Extract, take
from geo.export.qgis import MARKS, STEPS
from geo.export.words import choices, header, title
from geo.facilities import KINDS
from geo.i18n import LANGUAGES, messages
from geo.intake import plan as intake
from geo.intake.columns import fields, guess_columns
from geo.intake.files import read_file
from geo.layers import base
from geo.pack import open_pack
from geo.people import NOBODY, Person
from geo.planner.question import Question
from geo.storage import Change
from geo.text import clean, harmless
from geo.workspace import Workspace

DATA = Path(__file__).parent.parent / "data"
NOON = datetime(2025, 10, 20, 4, tzinfo=UTC)
ON_MAP = {name: layer for name, layer in LAYERS.items() if layer.on_map}
STAFF, LEADER = Person("s", "甲", "staff"), Person("l", "乙", "leader")
FORMULAS = (
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@A1",
    '=HYPERLINK("http://x.example","看")',
    "＝1",
    "＠x",
    " =1",
    "\t=1",
    "\r=1",
)
PLAIN = (
    "-3.5",
    "+8613800138000",
    "甲=乙",
    "'引号",
    'a "b", c',
    "第一行\n第二行",
    "<b>",
    "_x0041_",
    "https://x.example",
)


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


@pytest.fixture(scope="module")
def daxing() -> District:
    return open_pack(DATA, demo=True)


@pytest.fixture
def out(district: District, tmp_path: Path) -> Callable[..., Path]:
    """Writes an export of the tiny world, or of the district given; answers the file."""

    def write(name: str, format_: str, of: District = district, **asked: Any) -> Path:
        path = tmp_path / f"{name}.{format_}"
        question = {part: str(asked.pop(part)) for part in ("lens", "kinds", "reach") if part in asked}
        given = {"person": LEADER, "at": NOON, "question": Question.read(question), **asked}
        export(name, format_, path, of, Asked(**given))
        return path

    return write


def rows(path: Path, name: str, language: str = "zh") -> list[dict[str, Any]]:
    """The records of a file by plain column codes, unknown None, everything else as the file says it."""
    match path.suffix:
        case ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                found = [{key: cell or None for key, cell in row.items()} for row in csv.DictReader(file)]
        case ".xlsx":
            first, *others = openpyxl.load_workbook(path)[title(name, language)].iter_rows(values_only=True)
            found = [dict(zip(first, row, strict=True)) for row in others]
        case ".geojson":
            return [f["properties"] for f in json.loads(path.read_text(encoding="utf-8"))["features"]]
        case _:
            frame = pd.DataFrame(pyogrio.read_dataframe(path, layer=name)).drop(columns="geometry", errors="ignore")
            return frame.astype(object).where(frame.notna(), None).to_dict("records")
    codes = {header(column.name, name, language): column.name for column in LAYERS[name].columns}
    return [{codes[key]: cell for key, cell in row.items()} for row in found]


def cells_quickly(path: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a long sheet: openpyxl takes seconds for a district's enterprises. An empty cell is None."""
    first, *others = CalamineWorkbook.from_path(path).get_sheet_by_name(title(name, "zh")).to_python()
    codes = {header(column.name, name, "zh"): column.name for column in LAYERS[name].columns}
    return [{codes[key]: cell if cell != "" else None for key, cell in zip(first, row, strict=True)} for row in others]


def shapes(path: Path, name: str) -> list[shapely.Geometry | None]:
    if path.suffix == ".gpkg":
        return list(pyogrio.read_dataframe(path, layer=name).geometry)
    said = [feature["geometry"] for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
    return [shape and shapely.from_geojson(json.dumps(shape)) for shape in said]


@pytest.mark.parametrize("format_", FORMATS)
def test_facilities_say_what_and_where_they_are_and_on_what_grounds(out: Callable[..., Path], format_: str) -> None:
    found = {row["id"]: row for row in rows(out("facilities", format_), "facilities")}
    assert list(found) == ["F1", "F2", "F3", "F4", "F5"]
    words = format_ in ("csv", "xlsx")
    assert found["F4"]["kind"] == ("枫桥实践站智能舱" if words else "mediation_kiosk")
    assert found["F3"]["state"] == ("停用" if words else "closed")
    assert found["F3"]["region_code"] == "110199003000"
    assert found["F3"]["region_name"] == "丙山镇"
    assert found["F3"]["region_by"] == ("按坐标" if words else "location")
    assert found["F3"]["region"] is None, "the record itself names none"
    assert {row["standing"] for row in found.values()} == {"导入" if words else "imported"}
    assert {row["source"] for row in found.values()} == {"test"}
    assert {row["as_of"] for row in found.values()} == {"2025"}
    assert [row["datum"] for row in found.values()] == ["WGS-84"] * 4 + [None], "F5 has no place"
    assert found["F5"]["lon"] is None
    assert "verified_by" not in found["F1"], "a person's name"


@pytest.mark.parametrize("format_", ["geojson", "gpkg"])
def test_points_stand_where_the_record_says(out: Callable[..., Path], district: District, format_: str) -> None:
    found = shapes(out("facilities", format_), "facilities")
    wanted = district.facilities
    assert [(p.x, p.y) for p in found[:4]] == list(zip(wanted["lon"][:4], wanted["lat"][:4], strict=True))
    assert found[4] is None


@pytest.mark.parametrize("format_", FORMATS)
def test_enterprises_have_the_region_they_were_given_and_how(out: Callable[..., Path], format_: str) -> None:
    found = {row["id"]: row for row in rows(out("enterprises", format_, person=STAFF), "enterprises")}
    names = {key: row["region_name"] for key, row in found.items()}
    two = "乙河街道"
    assert names == {"E1": "甲原镇", "E2": "甲原镇", "E3": two, "E4": two, "E5": two, "E6": None, "E7": "甲原镇"}
    words = {"declared": "按登记", "address": "按地址", "location": "按坐标", None: None}
    plain = format_ in ("geojson", "gpkg")
    how = dict.fromkeys(["E2", "E4", "E5", "E7"], "declared") | {"E1": "address", "E3": "location", "E6": None}
    assert {key: row["region_by"] for key, row in found.items()} == {
        key: word if plain else words[word] for key, word in how.items()
    }
    assert (found["E2"]["region"], found["E2"]["region_code"]) == ("甲原", "110199001000")
    assert found["E4"]["region_conflict"] in (True, "是")
    assert found["E1"]["region_conflict"] in (False, "否")
    assert [str(found[key]["workers"] or "").removesuffix(".0") for key in ("E1", "E5")] == ["10", ""]
    assert found["E4"]["union_status"] == ("willing" if plain else "有意向")
    assert not {"contact", "phone"} & set(found["E1"])


def test_an_unusable_location_is_kept_but_drawn_nowhere(out: Callable[..., Path]) -> None:
    path = out("enterprises", "geojson")
    places = dict(zip((row["id"] for row in rows(path, "enterprises")), shapes(path, "enterprises"), strict=True))
    assert [key for key, place in places.items() if place is None] == ["E5", "E6"], "no location, and 0, 0"
    assert (rows(path, "enterprises")[5]["lon"], rows(path, "enterprises")[5]["lat"]) == (0, 0)


@pytest.mark.parametrize("format_", FORMATS)
def test_coverage_counts_add_up(out: Callable[..., Path], format_: str) -> None:
    """At 1.5 km to F1 and F2: E1 served in 甲原镇; E3 served and E5 of unknown place in 乙河街道; none elsewhere."""
    found = rows(out("coverage", format_, reach=1500), "coverage")
    counts = [
        [float(row[name]) for name in ("all", "served", "unserved", "unknown", "workers_served")] for row in found
    ]
    assert counts == [[1, 1, 0, 0, 10], [2, 1, 0, 1, 30], [0] * 5, [0] * 5, [3, 2, 0, 1, 40]]
    assert [row["name"] for row in found] == ["甲原镇", "乙河街道", "丙山镇", "未归属", "全区"]
    assert [row["share_unserved"] is None for row in found] == [False, False, True, True, False]
    assert {float(row["within_m"]) for row in found} == {1500}
    assert {row["standing"] for row in found} <= {"inferred", "推定"}
    assert {row["as_of"] for row in found} == {"2025-10"}, "the pack's"
    for row in found[:3]:
        assert float(row["gap_area_km2"]) + float(row["covered_area_km2"]) == pytest.approx(100, abs=1e-4)


def test_the_union_lens_looks_at_those_without(out: Callable[..., Path]) -> None:
    """E2 is 2 km from F1, E4 10 km from F2, E6 in no region; E7 is closed."""
    found = rows(out("coverage", "geojson", reach=1500, lens="union"), "coverage")
    assert [[row[name] for name in ("all", "unserved", "unknown")] for row in found] == [
        [1, 1, 0],
        [1, 1, 0],
        [0, 0, 0],
        [1, 0, 1],
        [3, 2, 1],
    ]


@pytest.mark.parametrize("format_", ["geojson", "gpkg"])
def test_a_region_has_a_gap_where_no_circle_reaches(out: Callable[..., Path], district: District, format_: str) -> None:
    """A circle of 1 km in each of two squares of 100 km²; the kiosk in the third was not asked for."""
    path = out("gaps", format_, reach=1000)
    found = gpd.GeoSeries(shapes(path, "gaps"), crs="EPSG:4326").to_crs(district.plane.crs)
    assert list((100 - found.area / 1e6).round(2)) == pytest.approx([np.pi, np.pi, 0], abs=0.02)
    assert [row["gap_area_km2"] for row in rows(path, "gaps")] == pytest.approx(list(found.area / 1e6), abs=1e-3)
    whole = shapes(out("gaps", format_, reach=20000), "gaps")
    assert whole == [None, None, None], "20 km reach all of a world of 10 by 30"


@pytest.mark.parametrize("format_", ["geojson", "gpkg"])
def test_areas_are_the_regions_own(out: Callable[..., Path], district: District, format_: str) -> None:
    path = out("regions", format_)
    for found, wanted in zip(shapes(path, "regions"), district.regions.geometry, strict=True):
        assert found.geom_type == "MultiPolygon"
        assert found.equals(wanted)
    row = rows(path, "regions")[0]
    assert (row["boundary_standing"], row["boundary_label_zh"], row["boundary_source"]) == (
        "assumed",
        "示意边界",
        "test",
    )


def test_rings_are_wound_as_rfc_7946_has_them(out: Callable[..., Path]) -> None:
    for name in ("regions", "gaps"):
        for shape in shapes(out(name, "geojson"), name):
            for polygon in shape.geoms:
                assert polygon.exterior.is_ccw
                assert not any(hole.is_ccw for hole in polygon.interiors)


@pytest.mark.parametrize(
    "name",
    ["gaps", *(name for name, its in LAYERS.items() if not {"question", "assignment", "entries"} & {*its.parts})],
)
@pytest.mark.parametrize("format_", FORMATS)
def test_every_record_is_there_with_its_provenance(
    out: Callable[..., Path], daxing: District, name: str, format_: str
) -> None:
    path = out(name, format_, daxing)
    found = rows(path, name) if format_ != "xlsx" else cells_quickly(path, name)
    noun = "regions" if name == "gaps" else name
    assert len(found) == len(getattr(daxing, noun))
    assert all(row["standing"] and row["source"] and row["as_of"] for row in found)
    assert {row["datum"] for row in found} <= {"WGS-84", None}


def test_no_rows_make_a_file_with_columns(out: Callable[..., Path], district: District) -> None:
    nothing = replace(district, enterprises=district.enterprises.iloc[:0])
    for format_ in FORMATS:
        assert rows(out("enterprises", format_, nothing), "enterprises") == []
    fields = list(pyogrio.read_info(out("enterprises", "gpkg", nothing), layer="enterprises")["fields"])
    assert (fields[0], fields[-1]) == ("id", "datum")
    assert len(fields) == len(LAYERS["enterprises"].columns) - 2, "all but contact and phone"


# What a spreadsheet would run


def named(district: District, *names: str) -> District:
    """The district with the first facility repeated under each name."""
    one = pd.concat([district.facilities.iloc[[0]]] * len(names), ignore_index=True)
    return replace(district, facilities=one.assign(name=pd.Series(names, dtype=object)))


def test_what_a_spreadsheet_would_run_has_an_apostrophe_in_csv(out: Callable[..., Path], district: District) -> None:
    cells = [row["name"] for row in rows(out("facilities", "csv", named(district, *FORMULAS)), "facilities")]
    assert cells == [f"'{text}".replace("\r", "\n") for text in FORMULAS]
    cells = [row["name"] for row in rows(out("facilities", "csv", named(district, *PLAIN)), "facilities")]
    assert cells == list(PLAIN)


def test_nothing_is_a_formula_or_a_link_in_a_workbook(out: Callable[..., Path], district: District) -> None:
    path = out("facilities", "xlsx", named(district, *FORMULAS, *PLAIN))
    sheet = openpyxl.load_workbook(path)["服务设施"]
    assert sheet.max_row == 1 + len(FORMULAS + PLAIN)
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        assert cell.data_type in ("s", "inlineStr", "n")
        assert cell.hyperlink is None
    cells = [unescaped(row["name"]) for row in rows(path, "facilities")]
    assert cells == [text.replace("\r", "\n") for text in (*FORMULAS, *PLAIN)]


@pytest.mark.parametrize("format_", ["geojson", "gpkg"])
def test_map_formats_keep_texts_as_they_are(out: Callable[..., Path], district: District, format_: str) -> None:
    cells = [row["name"] for row in rows(out("facilities", format_, named(district, *FORMULAS)), "facilities")]
    assert cells == [text.replace("\r", "\n") for text in FORMULAS]


@pytest.mark.parametrize("format_", FORMATS)
def test_what_no_file_can_hold_is_left_out(out: Callable[..., Path], district: District, format_: str) -> None:
    path = out("facilities", format_, named(district, "甲\x00乙\x1b", "半\ud83d个", "\ufffe无", "a\r\nb", "\x07=1"))
    cells = [row["name"] for row in rows(path, "facilities")]
    assert cells == ["甲乙", "半\ufffd个", "无", "a\nb", "'=1" if format_ == "csv" else "=1"]


def unescaped(text: str) -> str:
    """As Excel reads what openpyxl leaves escaped."""
    return text.replace("_x005F_", "_")


anything = st.text(st.characters(exclude_categories=()), min_size=1, max_size=40)


@given(anything)
def test_a_harmless_text_is_the_text_and_no_formula(text: str) -> None:
    found = harmless(text)
    assert found.removeprefix("'") == clean(text).removeprefix("'")
    number = re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", found, re.ASCII)
    assert number or not found.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not found.startswith(("\t", "\r", "\n"))
    found.encode("utf-8")
    assert "\x00" not in found


@settings(max_examples=30)
@given(st.lists(anything, min_size=1, max_size=20))
def test_any_text_survives_csv_and_workbook(district: District, tmp_path_factory: Any, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    of = named(district, *texts)
    export("facilities", "csv", folder / "a.csv", of, Asked())
    assert [row["name"] or "" for row in rows(folder / "a.csv", "facilities")] == [harmless(text) for text in texts]
    export("facilities", "xlsx", folder / "a.xlsx", of, Asked())
    cells = [unescaped(row["name"] or "") for row in rows(folder / "a.xlsx", "facilities")]
    assert cells == [clean(text).replace("_x005F_", "_") for text in texts]


# Workbooks


def test_a_workbook_says_what_it_holds(out: Callable[..., Path], district: District) -> None:
    book = openpyxl.load_workbook(out("coverage", "xlsx", reach=1500))
    assert book.sheetnames == ["各镇街覆盖", "说明"]
    said = dict(book["说明"].iter_rows(values_only=True))
    assert said["内容"].startswith("北京市云泽区工会服务地图")
    assert said["请注意"] == "虚构的三镇"
    assert said["数据截至"] == "2025-10"
    assert "WGS-84" in said["坐标系"]
    assert said["所问"] == "服务盲区：1500 米内（直线，含边界）有没有：驿站"
    assert said["下载时间"] == "2025-10-20 12:00 Asia/Shanghai"
    assert said["数据版本"] == district.revision
    assert said["来源 test"] == "虚构 · MIT"
    assert said["各镇街覆盖"] == "5 行 · 推定 5"


def test_a_text_too_long_for_a_cell_is_cut_and_told(out: Callable[..., Path], district: District) -> None:
    most = tables.CELL_AT_MOST
    path = out("facilities", "xlsx", named(district, "甲" * most, "乙" * (most + 1), "😀" * 20_000, "短"))
    cells = [row["name"] for row in rows(path, "facilities")]
    assert cells[0] == "甲" * most
    assert cells[1] == "乙" * (most - 1) + "…"
    assert cells[2] == "😀" * ((most - 1) // 2) + "…", "two of Excel's characters each"
    assert cells[3] == "短"
    said = dict(openpyxl.load_workbook(path)["说明"].iter_rows(values_only=True))
    assert "服务设施!C3, 服务设施!C4" in said["截断"]
    assert said["截断"].startswith("2 格")
    assert "截断" not in dict(openpyxl.load_workbook(out("facilities", "xlsx"))["说明"].iter_rows(values_only=True))


def test_a_sheet_holds_so_many_rows_and_no_more(out: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_MOST", 8)  # a header and seven enterprises
    assert len(rows(out("enterprises", "xlsx"), "enterprises")) == 7
    monkeypatch.setattr(tables, "ROWS_AT_MOST", 7)
    with pytest.raises(ParameterError) as refused:
        out("enterprises", "xlsx")
    assert (refused.value.key, refused.value.params["count"], refused.value.params["most"]) == ("export.too_long", 7, 6)


@pytest.mark.parametrize("format_", ["csv", "geojson"])
def test_a_file_is_the_same_however_it_is_cut_up(
    out: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    whole = out("enterprises", format_).read_bytes()
    for size in (1, 2, 7, 8):
        monkeypatch.setattr(layer, "CHUNK", size)
        assert out("enterprises", format_).read_bytes() == whole


def test_a_csv_opens_in_excel_as_chinese(out: Callable[..., Path]) -> None:
    content = out("facilities", "csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").startswith('"编号","种类","名称"')
    assert content.count(b"\r\n") == content.count(b"\n") == 6


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LAYERS)
def test_every_header_and_choice_has_words(name: str, language: Any) -> None:
    columns = LAYERS[name].columns
    headers = [header(column.name, name, language) for column in columns]
    assert len(set(headers)) == len(columns)
    assert not set(title(name, language)) & set("[]:*?/\\"), "Excel has no such sheet"
    assert len(title(name, language)) <= 31
    for column in columns:
        words = choices(name, column, language)
        assert len(set(words.values())) == len(words)
        assert language == "en" or not [word for word in words.values() if word.isascii()], column.name


def test_english_tables_are_in_english(out: Callable[..., Path]) -> None:
    found = rows(out("facilities", "csv", language="en"), "facilities", "en")
    assert (found[0]["kind"], found[0]["standing"], found[0]["region_name"]) == (
        "Rest station",
        "imported",
        "Jiayuan Town",
    )


# GeoPackages


def test_a_geopackage_has_layers_named_and_described(out: Callable[..., Path]) -> None:
    path = out(MAP, "gpkg")
    kinds = dict(pyogrio.list_layers(path))
    assert set(kinds) == {*ON_MAP, "about", "layer_styles"}
    assert {name: kinds[name] or "" for name in ON_MAP} == {name: its.shape for name, its in ON_MAP.items()}
    with sqlite3.connect(path) as database:
        columns = "table_name, data_type, identifier, description, srs_id"
        contents = {row[0]: row[1:] for row in database.execute(f"SELECT {columns} FROM gpkg_contents")}
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        about = dict(database.execute("SELECT item, text FROM about"))
    database.close()
    assert contents["regions"][1] == "镇街"
    assert "虚构的三镇" in contents["regions"][2]
    assert contents["layer_styles"][:2] == ("attributes", "layer_styles")
    assert about["请注意"] == "虚构的三镇"
    for name, its in ON_MAP.items():
        info = pyogrio.read_info(path, layer=name)
        assert info["crs"] == ("EPSG:4326" if its.shape else None)
        noted = info["layer_metadata"]
        assert (noted["datum"], noted["as_of"], noted["notice"]) == ("WGS-84", "2025-10", "虚构的三镇")
        assert "test" in noted["sources"]


def test_styles_stand_where_qgis_looks_for_them(out: Callable[..., Path]) -> None:
    with sqlite3.connect(out(MAP, "gpkg")) as database:
        columns = [(row[1], row[2]) for row in database.execute("PRAGMA table_info(layer_styles)")]
        styles = database.execute(
            "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, useAsDefault FROM layer_styles"
        ).fetchall()
        geometry = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    database.close()
    text = ["f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column"]
    assert columns == [
        ("id", "INTEGER"),
        *((name, "TEXT") for name in (*text, "styleName", "styleQML", "styleSLD")),
        ("useAsDefault", "BOOLEAN"),
        *((name, "TEXT") for name in ("description", "owner", "ui")),
        ("update_time", "DATETIME"),
    ]
    assert styles == [("", "", name, geometry[name], 1) for name, layer in ON_MAP.items() if layer.shape]


@pytest.mark.parametrize("lens", LENSES)
def test_each_row_has_a_symbol_of_its_own(out: Callable[..., Path], daxing: District, lens: str) -> None:
    """The expressions are plain enough for SQLite to answer them as QGIS does."""
    with sqlite3.connect(out(MAP, "gpkg", daxing, lens=lens)) as database:
        documents = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
        for name, document in documents.items():
            renderer = ElementTree.fromstring(document).find("renderer-v2")
            assert renderer is not None
            expression = renderer.get("attr", "")
            said = {row[0] for row in database.execute(f"SELECT DISTINCT {expression} FROM {name} WHERE geom NOT NULL")}
            categories = {c.get("value"): c.get("symbol") for c in renderer.iter("category")}
            symbols = [s.get("name") for s in renderer.findall("symbols/symbol")]
            assert said <= set(categories), name
            assert list(categories.values()) == symbols
            kind = "marker" if LAYERS[name].shape == "Point" else "fill"
            assert {s.get("type") for s in renderer.findall("symbols/symbol")} == {kind}
    database.close()


def document(out: Callable[..., Path], name: str, of: District, **asked: Any) -> ElementTree.Element:
    with sqlite3.connect(out(name, "gpkg", of, **asked)) as database:
        text = database.execute("SELECT styleQML FROM layer_styles").fetchone()[0]
    database.close()
    assert text.startswith("<!DOCTYPE qgis")
    return ElementTree.fromstring(text)


def properties(symbol: ElementTree.Element) -> dict[str, str]:
    """A symbol's first layer as QGIS reads it, the same in both ways of writing it."""
    layer = symbol.find("layer")
    assert layer is not None
    new = {option.get("name", ""): option.get("value", "") for option in layer.findall("Option/Option")}
    assert new == {prop.get("k", ""): prop.get("v", "") for prop in layer.findall("prop")}
    return new


def test_kinds_differ_by_shape_and_what_is_made_up_looks_so(out: Callable[..., Path], daxing: District) -> None:
    root = document(out, "facilities", daxing)
    symbols = {symbol.get("name"): properties(symbol) for symbol in root.findall("renderer-v2/symbols/symbol")}
    drawn = {c.get("value"): (c.get("label"), symbols[c.get("symbol")]) for c in root.iter("category")}
    label, real = drawn["rest_station"]
    assert (label, real["name"], real["color"], real["outline_style"]) == ("驿站", "circle", "47,111,94,255", "solid")
    label, made_up = drawn["rest_station synthetic"]
    assert label == "驿站（示例，虚构）"
    assert (made_up["name"], made_up["outline_style"]) == ("circle", "dash")
    assert made_up["color"] != real["color"]
    assert "six_party_workstation planned" in drawn
    assert len({shape for shape, _ in MARKS.values()}) == len(KINDS) == len(MARKS)
    assert len({shape for shape, _ in STEPS.values()}) == len(UNION_STATUSES) == len(STEPS)


def test_facilities_have_the_colours_of_the_map() -> None:
    marks = (base.ASSETS / "marks.svg").read_text(encoding="utf-8")
    for kind, (_, colour) in MARKS.items():
        assert re.search(rf'<symbol id="{kind}"[^>]*>[^/]*fill="{colour}"', marks), kind


def test_areas_are_labelled_and_gaps_hatched(out: Callable[..., Path], district: District) -> None:
    regions = document(out, "regions", district)
    assert regions.get("labelsEnabled") == "1"
    style = regions.find("labeling/settings/text-style")
    assert style is not None
    assert (style.get("fieldName"), style.get("isExpression")) == ('"name"', "1")
    (symbol,) = regions.findall("renderer-v2/symbols/symbol")
    assert properties(symbol)["outline_style"] == "dash", "an assumed boundary"
    (category,) = regions.iter("category")
    assert (category.get("value"), category.get("label")) == ("assumed", "边界（假定）")
    aliases = {alias.get("field"): alias.get("name") for alias in regions.iter("alias")}
    assert aliases["boundary_source"] == "边界来源"
    hatch = document(out, "gaps", district).find("renderer-v2/symbols/symbol/layer")
    assert hatch is not None
    assert (hatch.get("class"), hatch.get("type")) == ("LinePatternFill", None)
    line = hatch.find("symbol")
    assert line is not None
    assert line.get("type") == "line"


def test_shares_are_shaded_in_the_steps_of_the_map(out: Callable[..., Path], daxing: District) -> None:
    from geo.layers.palette import NO_DATA, RAMP, shade

    path = out("coverage", "gpkg", daxing)
    expression = document(out, "coverage", daxing).find("renderer-v2").get("attr")  # type: ignore[union-attr]
    with sqlite3.connect(path) as database:
        for share in (0, 0.19, 0.2, 0.4, 0.59999, 0.6, 0.8, 1, None):
            step = database.execute(f"SELECT {expression} FROM (SELECT ? AS share_unserved)", (share,)).fetchone()[0]
            wanted = shade(float("nan") if share is None else share)
            assert (NO_DATA if step == "none" else RAMP[int(step)]) == wanted
    database.close()


# Who may, what it is called, whole or not at all


def test_the_public_gets_no_enterprise(out: Callable[..., Path]) -> None:
    with pytest.raises(RoleError):
        out("enterprises", "csv", person=NOBODY)
    assert "enterprises" not in dict(pyogrio.list_layers(out(MAP, "gpkg", person=NOBODY)))
    sheets = openpyxl.load_workbook(out(MAP, "xlsx", person=NOBODY)).sheetnames
    assert "企业" not in sheets
    assert len(sheets) == len(ON_MAP)
    assert "企业" in openpyxl.load_workbook(out(MAP, "xlsx", person=STAFF)).sheetnames


def test_contacts_are_for_leaders(out: Callable[..., Path], district: District) -> None:
    people = replace(district, enterprises=district.enterprises.assign(contact="张三", phone="010-0000"))
    for name in ("enterprises", MAP):
        with pytest.raises(RoleError):
            out(name, "xlsx", people, person=STAFF, contacts=True)
    assert "张三" not in out("enterprises", "csv", people).read_text(encoding="utf-8")
    found = rows(out("enterprises", "csv", people, contacts=True), "enterprises")
    assert {(row["contact"], row["phone"]) for row in found} == {("张三", "010-0000")}


def test_a_name_says_what_is_inside(district: District, daxing: District, tmp_path: Path) -> None:
    def name(of: District, layer: str) -> tuple[str, str]:
        said = export(layer, "csv", tmp_path / "x.csv", of, Asked())
        return said["zh"], said["en"]

    assert name(district, "facilities") == ("gongtu-yunze-facilities-2025-10.csv",) * 2
    assert name(daxing, "facilities") == (
        "gongtu-daxing-facilities-2025-10-含示例.csv",
        "gongtu-daxing-facilities-2025-10-with-demo.csv",
    )
    assert name(daxing, "regions")[0] == "gongtu-daxing-regions-2025-10.csv"
    assert "含示例" in name(daxing, "gaps")[0], "gaps that follow from made-up stations are made up"


def test_what_follows_from_made_up_records_says_so(daxing: District) -> None:
    surveyed = daxing.facilities[daxing.facilities["standing"] != "synthetic"]
    real = replace(daxing, facilities=surveyed.reset_index(drop=True))
    assert set(take(LAYERS["gaps"], daxing, Asked()).frame["standing"]) == {"synthetic"}
    assert set(take(LAYERS["gaps"], real, Asked()).frame["standing"]) == {"inferred"}
    assert set(take(LAYERS["coverage"], real, Asked()).frame["standing"]) == {"synthetic"}, "by its enterprises"


@pytest.mark.parametrize(
    ("name", "format_", "field"),
    [("nothing", "csv", "name"), ("facilities", "pdf", "format"), (MAP, "csv", "format"), (MAP, "geojson", "format")],
)
def test_what_there_is_not_is_refused_by_name(
    district: District, tmp_path: Path, name: str, format_: str, field: str
) -> None:
    with pytest.raises(ParameterError) as refused:
        export(name, format_, tmp_path / "x", district, Asked())
    assert refused.value.params["field"] == field
    assert refused.value.key in messages("zh")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"kinds": "pub"}, "kinds"), ({"reach": -1}, "reach"), ({"lens": "x"}, "lens"), ({"size_m": 300}, "size")],
)
def test_what_cannot_be_asked_is_refused_by_field(out: Callable[..., Path], asked: dict[str, Any], field: str) -> None:
    with pytest.raises(ParameterError) as refused:
        out("cells", "csv", **asked)
    assert refused.value.params["field"] == field


def test_a_file_is_there_whole_or_not_at_all(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before", encoding="utf-8")

    def broken(made: Path, _: Extract, __: Asked) -> None:
        made.write_text("half", encoding="utf-8")
        raise OSError("no space left")

    monkeypatch.setattr(files, "write_csv", broken)
    with pytest.raises(GongtuError, match="unwritable"):
        export("facilities", "csv", path, district, Asked())
    assert path.read_text(encoding="utf-8") == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("name", "kind", "format_", "language"),
    [
        ("enterprises", "enterprises", "xlsx", "zh"),
        ("enterprises", "enterprises", "csv", "en"),
        ("facilities", "facilities", "csv", "zh"),
        ("facilities", "facilities", "geojson", "zh"),
        ("positions", "positions", "xlsx", "en"),
        ("regions", "boundaries", "gpkg", "zh"),
        ("regions", "boundaries", "geojson", "en"),
    ],
)
def test_what_was_taken_out_comes_in_again_and_changes_nothing(
    workspace: Workspace, tmp_path: Path, name: str, kind: Any, format_: str, language: Any
) -> None:
    workspace.district()  # the first start seeds the store
    if name == "facilities":
        said = {"kind": "rest_station", "state": "open", "standing": "imported", "source": "test", "as_of": "2025"}
        names = [text.strip() for text in (*FORMULAS, "-3.5", "_x0041_")]
        new = [Change(name, f"N{number}", said | {"name": text}) for number, text in enumerate(names)]
        workspace.store.commit(new, by="甲", at=NOON, why="试")

    def again() -> intake.Plan:
        path = tmp_path / f"{name}.{format_}"
        export(name, format_, path, workspace.district(), Asked(person=LEADER, language=language, contacts=True))
        sheet = read_file(path, name=path.name)
        columns = guess_columns(sheet, kind)
        wanted = (
            {"code", "name"} if kind == "boundaries" else {c.name for c in fields(kind)} - {"lonlat", "verified_by"}
        )
        assert set(columns.values()) == wanted
        asked = intake.Asked(kind, columns, source="再来", as_of="2025")
        return intake.plan(sheet, asked, workspace.store, workspace.district())

    found = again()
    if kind == "boundaries":  # taken to the grid of imported ones first
        intake.commit(found, workspace.store, by="甲", at=NOON, why="试")
        found = again()
    assert found.counts["unchanged"] == len(found.rows) > 0, found.changed("zh").to_dict("records")


def test_groups_are_words_already() -> None:
    column = next(column for column in LAYERS["enterprises"].columns if column.name == "groups")
    assert choices("enterprises", column, "en") == {group: group for group in GROUPS}


def test_members_of_a_campaign_are_positions_and_those_of_an_enterprise_people() -> None:
    assert header("members", "campaigns", "zh") == "阵地编号"
    assert header("members", "enterprises", "zh") == "会员人数"
