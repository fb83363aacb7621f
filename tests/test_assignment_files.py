"""A published plan as files: the layer in every format, the one sheet, the workbook; who gets them, what they say."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pyogrio
import pypdfium2 as pdfium
import pytest
import shapely
from told_world import LEADER, PLAN, TestClient, client, member, of, published, sign_in, told_pack, told_store, world

from geo.__main__ import main
from geo.export import FORMATS, Asked, export
from geo.fieldwork.campaign import Team
from geo.fieldwork.deeds import change
from geo.fieldwork.plan import Plan
from geo.fieldwork.told import Told, told
from geo.i18n import LANGUAGES
from geo.layers import palette
from geo.people import Person, Role
from geo.report.assignment import assignment_report
from geo.report.assignment_sheet import assignment_sheet
from geo.report.content import Grid
from geo.storage.assignments import Draft, Published
from geo.workspace import Workspace

__all__ = ["client", "told_pack", "told_store", "world"]  # fixtures
STAFF = Person("u2", "张三", "staff")
AT = datetime(2025, 11, 1, 1, 0, tzinfo=UTC)
SPLIT = replace(PLAN, where={"P1": "1", "P3": "1", "P2": "2"}, balance=1.0)
"""Team 1 on both sides of team 2, and P4 with nobody."""


def version(world: Workspace, plan: Plan = PLAN) -> Told:
    return told(world.district(), of(world), published(world, plan), None)


def page(content: bytes) -> str:
    """The words of a sheet, which is one page across."""
    document = pdfium.PdfDocument(io.BytesIO(content))
    try:
        assert len(document) == 1
        only = document[0]
        wide, high = only.get_size()
        assert (round(wide), round(high)) == (842, 595)
        said = only.get_textpage().get_text_range()
        only.close()
        return re.sub(r"\s+", " ", said)
    finally:
        document.close()


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


# The layer


def taken(world: Workspace, folder: Path, format_: str, found: Told, language: Any = "zh") -> Path:
    path = folder / f"a.{format_}"
    export("assignment", format_, path, world.district(), Asked(person=STAFF, language=language, assignment=found))
    return path


def test_a_geopackage_holds_grounds_and_points(world: Workspace, tmp_path: Path) -> None:
    path = taken(world, tmp_path, "gpkg", version(world))
    kinds = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    assert (kinds["assignment"], kinds["assignment_points"]) == ("MultiPolygon", "Point")
    rows = pyogrio.read_dataframe(path, layer="assignment").set_index("id")
    assert rows["team"].to_dict() == dict(PLAN.where)
    regions = world.district().regions.set_index("code").geometry
    for position, code in (("P1", "110199001000"), ("P2", "110199002000"), ("P3", "110199003000")):
        assert shapely.equals(rows.geometry[position], shapely.multipolygons([regions[code]]))
    assert rows.geometry["P4"] is None
    assert rows.loc["P4", ["lon", "lat", "datum"]].tolist() == [116.475, 39.585, "WGS-84"]
    points = pyogrio.read_dataframe(path, layer="assignment_points")
    assert [(row.id, row.team, row.geometry.x, row.geometry.y) for row in points.itertuples()] == [
        ("P4", "2", 116.475, 39.585)
    ]


def test_each_row_has_the_symbol_of_its_team(world: Workspace, tmp_path: Path) -> None:
    """The style's expression, which SQLite answers as QGIS does, gives a category of the team's colour."""
    path = taken(world, tmp_path, "gpkg", version(world, SPLIT))
    wanted = {"1": palette.team(0), "2": palette.team(1), "": "#ffffff"}
    with sqlite3.connect(path) as database:
        styles = database.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles").fetchall()
        assert [(name, usual) for name, _, usual in styles] == [("assignment", 1), ("assignment_points", 1)]
        for name, document, _ in styles:
            renderer = ElementTree.fromstring(document).find("renderer-v2")
            assert renderer is not None
            said = {row[0] for row in database.execute(f"SELECT DISTINCT {renderer.get('attr')} FROM {name}")}
            symbols = {s.get("name"): s for s in renderer.findall("symbols/symbol")}
            categories = {c.get("value"): symbols[c.get("symbol")] for c in renderer.iter("category")}
            assert said == set(categories)
            for team, symbol in categories.items():
                colour = symbol.find("layer/Option/Option[@name='color']")
                assert colour is not None
                red, green, blue, _ = map(int, colour.get("value", "").split(","))
                assert f"#{red:02x}{green:02x}{blue:02x}" == wanted[team or ""]
    database.close()


def test_geojson_has_a_row_for_each_position_and_says_what_it_is(world: Workspace, tmp_path: Path) -> None:
    found = json.loads(taken(world, tmp_path, "geojson", version(world)).read_text(encoding="utf-8"))
    assert found["assignment"] == "蹲点，第 1 版，2025-11-01 起"
    properties = {f["properties"]["id"]: f["properties"] for f in found["features"]}
    p1 = properties["P1"]
    assert (p1["team_name"], p1["lead"], p1["departments"]) == ("第一组", "王强", "组宣部;财务部")
    assert (p1["published"], p1["holds_from"], p1["version_note"]) == (1, "2025-11-01", "试行")
    assert (p1["load"], p1["points_each"], p1["points_total"], p1["points_appeals"]) == (25.0, 25.0, 25.0, None)
    assert (p1["position_standing"], p1["boundary_standing"], p1["boundary_label_zh"]) == (
        "inferred",
        "assumed",
        "示意边界",
    )
    assert properties["P4"]["boundary_standing"] is None
    assert [f["geometry"] and f["geometry"]["type"] for f in found["features"]] == [*["MultiPolygon"] * 3, None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_in_words(world: Workspace, tmp_path: Path, language: Any) -> None:
    book = sheets(taken(world, tmp_path, "xlsx", version(world, SPLIT), language).read_bytes())
    assert list(book) == (["蹲点分工", "说明"] if language == "zh" else ["Assignment", "About"])
    head, *rows = next(iter(book.values()))
    number = head.index("组号" if language == "zh" else "Team no.")
    assert [row[number] for row in rows] == [1, 2, 1, None]
    csv = taken(world, tmp_path, "csv", version(world, SPLIT), language).read_text(encoding="utf-8-sig")
    assert csv.count("\n") == 5


def test_a_layer_over_http(client: TestClient, world: Workspace) -> None:
    published(world)
    for format_ in FORMATS:
        assert client.get(f"/export/assignment.{format_}?campaign=2025").status_code == 401
    sign_in(world, client, member(world, "张三"))
    for format_, media in FORMATS.items():
        answer = client.get(f"/export/assignment.{format_}?campaign=2025")
        assert (answer.status_code, answer.headers["content-type"]) == (200, media)
        assert f'filename="gongtu-yunze-assignment-2025-1-2025-10.{format_}"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("?campaign=1999", 404),
        ("?campaign=2025&version=1", 404),
        ("?campaign=2025&version=x", 422),
        ("?campaign=2025&version=draft", 403),
        ("?campaign=2025&kinds=rest_station", 422),
        ("?campaign=2025&campaign=2025", 422),
    ],
)
def test_what_cannot_be_taken_out(client: TestClient, world: Workspace, query: str, status: int) -> None:
    sign_in(world, client, member(world, "张三"))
    answer = client.get(f"/export/assignment.csv{query}")
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_leader_takes_the_draft_out_too(client: TestClient, world: Workspace, format_: str) -> None:
    sign_in(world, client, member(world, "李明", "leader"))
    answer = client.get(f"/export/assignment.{format_}?campaign=2025&version=draft")
    assert answer.status_code == 200
    assert "assignment-2025-draft" in answer.headers["content-disposition"]


# The sheet


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_one_page_that_says_all(world: Workspace, language: Any) -> None:
    said = page(assignment_sheet(world.district(), version(world), language, AT))
    wanted = {
        "zh": ("第 1 版，2025-11-01 起", "试行", "第一组", "王强", "组宣部、财务部", "甲原镇", "工业基地", "示意边界"),
        "en": ("version 1, from 2025-11-01", "Team One", "王强", "Jiayuan Town", "Industrial Base", "schematic"),
    }[language]
    for part in (*wanted, "50.0", "+0.0%", "100.0"):
        assert part in said
    for name in ("丙山镇",) if language == "zh" else ("Bingshan Town",):
        assert said.count(name) >= 2, "on the map and in the table"


def test_the_sheet_says_what_is_wrong_today(world: Workspace) -> None:
    said = page(assignment_sheet(world.district(), version(world, SPLIT), "zh", AT))
    for part in ("未分配", "断成 2 块", "工业基地"):
        assert part in said


def test_what_is_made_up_is_marked_on_the_sheet(world: Workspace) -> None:
    found = replace(version(world), synthetic=True)
    for language, words in (("zh", "示例数据"), ("en", "Demonstration data")):
        assert words in page(assignment_sheet(world.district(), found, language, AT))  # type: ignore[arg-type]
    assert "示例数据" not in page(assignment_sheet(world.district(), replace(found, synthetic=False), "zh", AT))


def test_a_draft_says_that_it_is_one(world: Workspace) -> None:
    found = told(world.district(), of(world), Draft("2025", {}), None)
    said = page(assignment_sheet(world.district(), found, "zh", AT))
    assert "草稿 · 未发布" in said
    assert "未分配" in said


@pytest.mark.parametrize("without", [("teams",), ("positions",), ("teams", "positions")])
def test_a_campaign_without_teams_or_positions_has_a_sheet(world: Workspace, without: tuple[str, ...]) -> None:
    empty: dict[str, Any] = dict.fromkeys(without, ())
    found = told(world.district(), replace(of(world), **empty), Draft("2025", {}), None)
    said = page(assignment_sheet(world.district(), found, "zh", AT))
    assert ("没有工作组" in said) == ("teams" in without)
    assert len(found.unassigned) == (0 if "positions" in without else 4)


def test_the_same_version_gives_the_same_bytes(world: Workspace) -> None:
    found = version(world)
    one, other = (assignment_sheet(world.district(), found, "zh", AT) for _ in range(2))
    assert one == other


def test_two_hundred_positions_in_twenty_teams_still_make_one_page(world: Workspace) -> None:
    """Every team is told; what does not fit in the smallest type ends with dots."""
    district = world.district()
    rows = district.positions.iloc[[3] * 200].reset_index(drop=True)
    ids = [f"X{number:03d}" for number in range(200)]
    lon, lat = np.meshgrid(np.linspace(116.2, 116.5, 20), np.linspace(39.57, 39.64, 10))
    rows = rows.assign(
        id=ids, name=[f"某某街道第{number}阵地" for number in range(200)], lon=lon.ravel(), lat=lat.ravel()
    )
    rows = rows.set_geometry(shapely.points(lon.ravel(), lat.ravel()), crs="EPSG:4326")
    teams = tuple(Team(str(n), f"第{n}组", lead="某某某", departments=("某某部门", "另一部门")) for n in range(1, 21))
    large = replace(of(world), positions=tuple(ids), teams=teams)
    plan = Plan(where={one: str(1 + number // 10) for number, one in enumerate(ids)}, weights=PLAN.weights)
    grounds = {"teams": [{"id": team.id, "name": team.name, "lead": team.lead} for team in teams]}
    grounds |= {"loads": dict.fromkeys(ids, 0.5), "edges": [], "names": {}}
    made = Published("2025", 1, plan.fields(), grounds, "备注" * 200, "2025-11-01", "李", AT)
    found = told(replace(district, positions=rows), large, made, None)
    content = assignment_sheet(replace(district, positions=rows), found, "zh", AT)
    said = page(content)
    assert not [team.name for team in teams if team.name not in said]


def test_a_sheet_and_a_workbook_over_http(client: TestClient, world: Workspace) -> None:
    published(world)
    assert client.get("/report/assignment/2025.pdf").status_code == 401
    sign_in(world, client, member(world, "张三"))
    answer = client.get("/report/assignment/2025.pdf?version=1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert 'inline; filename="gongtu-yunze-assignment-2025-1.pdf"' in answer.headers["content-disposition"]
    assert "第一组" in page(answer.content)
    english = client.get("/report/assignment/2025.xlsx?lang=en")
    assert list(sheets(english.content)) == ["Teams", "Workload", "Changes", "About"]


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("2025.pdf", "staff", 404),
        ("1999.xlsx", "staff", 404),
        (f"{quote('%00')}.pdf", "staff", 404),
        ("2025.docx", "staff", 404),
        ("2025.pdf?version=x", "staff", 422),
        ("2025.xlsx?version=draft", "staff", 403),
        ("2025.xlsx?version=draft", "leader", 200),
    ],
)
def test_which_reports_there_are(client: TestClient, world: Workspace, path: str, role: Role, status: int) -> None:
    sign_in(world, client, member(world, "张三", role))
    assert client.get(f"/report/assignment/{path}").status_code == status


# The workbook


def grids(world: Workspace, found: Told) -> dict[str, Grid]:
    report = assignment_report(world.district(), found, "zh", AT)
    return {block.name: block for block in report.blocks if isinstance(block, Grid)}


def test_the_workbook_has_the_numbers(client: TestClient, world: Workspace) -> None:
    published(world)
    sign_in(world, client, member(world, "张三"))
    book = sheets(client.get("/report/assignment/2025.xlsx").content)
    assert list(book) == ["分工", "工作量", "变化", "说明"]
    teams = [row[:9] for row in book["分工"] if row[0] in ("1", "2")]
    assert teams == [
        ("1", "第一组", "王强", "组宣部、财务部", "甲原镇、乙河街道", 2, 50, 50, 0),
        ("2", "第二组", "", "权益部", "丙山镇、工业基地", 2, 50, 50, 0),
    ]
    ids = [row[2] for row in book["工作量"]]
    assert [ids.count(one) for one in ("P1", "P2", "P3", "P4")] == [1] * 4
    assert any("第一版" in str(cell) for row in book["变化"] for cell in row)
    said = " ".join(str(cell) for row in book["说明"] for cell in row if cell)
    for part in ("示意边界", "假定", "推定", "允许 ±15.0%"):
        assert part in said


def test_what_nobody_has_is_in_a_row_of_its_own(world: Workspace) -> None:
    (*_, nobody, total) = grids(world, version(world, SPLIT))["分工"].rows
    assert nobody[:7] == ("", "未分配", "", "", "工业基地", 1.0, 25.0)
    assert (total[5], total[6], total[7]) == (4.0, 100.0, 100.0)


def test_every_change_is_in_words(world: Workspace) -> None:
    first = published(world)
    teams = [replace(team, lead="周平") if team.id == "2" else team for team in of(world).teams]
    change(world, LEADER, of(world), teams=teams)
    weights = {**PLAN.weights, "workers": 5.0}
    second = published(
        world,
        Plan(
            where={"P1": "1", "P3": "2", "P4": "1"},
            fixed={"P1": "1"},
            never={"P3": ("1",)},
            strength={"2": 2.0},
            weights=weights,
            extra={"P4": -3.0},
            balance=0.2,
        ),
    )
    grid = grids(world, told(world.district(), of(world), second, first))["变化"]
    assert grid.title == "与第 1 版相比"
    assert grid.rows == (
        ("分给", "乙河街道", "第一组", "未分配"),
        ("分给", "工业基地", "第二组", "第一组"),
        ("锁定给", "甲原镇", "", "第一组"),
        ("不能交给", "丙山镇", "", "第一组"),
        ("力量", "第二组", "", "2"),
        ("权重", "职工", "0", "5"),
        ("附加分", "工业基地", "", "-3"),
        ("均衡范围", "", "", "20%"),
        ("工作组", "第二组", "第二组 · 权益部", "第二组 · 周平 · 权益部"),
    )


def test_names_that_spreadsheets_would_run_are_texts(client: TestClient, world: Workspace) -> None:
    teams = [replace(team, name="=1+1", lead="@x") if team.id == "1" else team for team in of(world).teams]
    change(world, LEADER, of(world), teams=teams)
    published(world)
    sign_in(world, client, member(world, "张三"))
    book = openpyxl.load_workbook(io.BytesIO(client.get("/report/assignment/2025.xlsx").content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value in ("=1+1", "@x")]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    csv = client.get("/export/assignment.csv?campaign=2025").content.decode("utf-8-sig")
    assert '"\'=1+1"' in csv


# The command line


def test_the_command_line_takes_a_version_out(
    world: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GONGTU_PACK", str(world.settings.pack))
    monkeypatch.setenv("GONGTU_DATABASE_URL", world.settings.database_url)
    file = tmp_path / "a.geojson"
    assert main(["export", "assignment", str(file)]) == 1
    assert "campaign" in capsys.readouterr().err
    assert main(["export", "assignment", str(file), "--campaign", "2025"]) == 1
    published(world)
    assert main(["export", "assignment", str(file), "--campaign", "2025", "--version", "1"]) == 0
    assert len(json.loads(file.read_text(encoding="utf-8"))["features"]) == 4
