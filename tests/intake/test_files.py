"""The child process: what comes back from it, and that nothing it does takes this process along."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import shapely
from made_files import HEADER, read_entry, rewrite_zip, rows, write_xlsx

from geo.i18n import LANGUAGES, explain
from geo.intake import IntakeError, files
from geo.intake.files import read_file
from geo.settings import PROJECT_FOLDER

CSV = "登记表\n单位名称,地址\n甲,北京\n乙,,多\n"
GEOJSON = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "甲"},'
    ' "geometry": {"type": "Point", "coordinates": [116.3, 39.7]}},'
    ' {"type": "Feature", "properties": {"name": "乙"}, "geometry": null}]}'
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "登记表.csv"
    path.write_text(CSV, encoding="gbk")
    return path


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> object:
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def refusal(path: Path) -> IntakeError:
    with pytest.raises(IntakeError) as error:
        read_file(path, name="我的文件.xlsx")
    assert error.value.params["file"] == "我的文件.xlsx"
    assert all(explain(error.value, language) for language in LANGUAGES)
    return error.value


def test_a_table_comes_back_with_all_there_is_to_say(table: Path) -> None:
    told: list[tuple[str, int, int]] = []
    sheet = read_file(table, name="a.csv", progress=lambda *step: told.append(step))
    assert (sheet.name, sheet.sheets, sheet.header_row, sheet.header) == ("", ("",), 2, ("单位名称", "地址"))
    assert rows(sheet) == {3: ["甲", "北京"], 4: ["乙", ""]}
    assert (sheet.cells.index.name, str(sheet.cells.index.dtype), list(sheet.cells.columns)) == ("row", "int64", [0, 1])
    assert sheet.long_rows == (4,)
    assert sheet.notes == (
        ("intake.note.encoding", {"encoding": "GB18030"}),
        ("intake.note.titles", {"count": 1}),
        ("intake.note.long", {"count": 1, "rows": "4"}),
    )
    assert sheet.shapes is None
    assert sheet.shape_faults is None
    assert told[-1] == ("load", 0, 0)


def test_a_worksheet_comes_back_and_so_does_how_far_the_reading_is(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, *([["甲", "", 1]] * 10_000))
    told: list[tuple[str, int, int]] = []
    sheet = read_file(path, name="a.xlsx", sheet="表", header_row=1, progress=lambda *step: told.append(step))
    assert sheet.cells.shape == (10_000, 3)
    assert told == [("open", 0, 0), ("read", 10_000, 10_001), ("load", 0, 0)]


def test_a_layer_comes_back_with_its_shapes(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(GEOJSON, encoding="utf-8")
    sheet = read_file(tmp_path / "a.geojson", name="a.geojson")
    assert rows(sheet) == {1: ["甲"], 2: ["乙"]}
    assert sheet.shapes is not None
    assert sheet.shape_faults is not None
    assert sheet.shapes.tolist() == [shapely.Point(116.3, 39.7), None]
    assert sheet.shape_faults.tolist() == ["", ""]


def test_what_the_child_refuses_is_refused_here(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.7\n")
    error = refusal(tmp_path / "a.xlsx")
    assert (error.key, error.params["format"]) == ("intake.other", "PDF")


def test_a_rectangle_beyond_all_memory_ends_the_child_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Other quotes hide the far cell from the measuring; the memory it needs is not granted."""
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 5])
    entry = "xl/worksheets/sheet1.xml"
    content = read_entry(path, entry).replace(b"</sheetData>", b"<row><c r='XFD1048576'><v>1</v></c></row></sheetData>")
    assert refusal(rewrite_zip(path, {entry: content})).key == "intake.too_large"
    assert "我的文件.xlsx" in caplog.text, "why is for the log"


def test_time_is_limited(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SECONDS_AT_MOST", 0)
    assert refusal(table).key == "intake.too_slow"


def test_an_end_here_ends_the_child_too(table: Path) -> None:
    def stop(phase: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    path = write_xlsx(table.with_name("a.xlsx"), HEADER, ["甲", "", 1])
    with pytest.raises(KeyboardInterrupt):
        read_file(path, name="a.xlsx", progress=stop)


def test_what_is_empty_not_there_or_too_large_needs_no_child(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_child(*_: object, **__: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(subprocess, "Popen", no_child)
    monkeypatch.setattr(files, "BYTES_AT_MOST", len(CSV))
    assert refusal(table).key == "intake.too_large"
    assert refusal(table.parent).key == "intake.unreadable"
    assert refusal(table.with_name("不在.csv")).key == "intake.unreadable"
    table.write_bytes(b"")
    assert refusal(table).key == "intake.empty"


def test_the_child_loads_only_what_it_needs() -> None:
    asked = "import sys, geo.intake.reader, geo.intake.delimited, geo.intake.excel; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True
    )
    assert {"pandas", "geopandas", "shapely", "pyogrio", "streamlit", "sqlalchemy"}.isdisjoint(loaded.stdout.split())
