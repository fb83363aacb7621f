"""The command line, run as a person at a terminal would."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from geo.__main__ import main
from geo.distance import Plane
from geo.settings import Settings
from geo.workspace import Workspace

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _tiny(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGTU_PACK", str(tiny))
    monkeypatch.setenv("GONGTU_VAR", str(tmp_path / "var"))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who pipes a password in."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))


@pytest.mark.usefixtures("typed")
def test_the_first_administrator_and_the_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    assert "还没有管理员" in capsys.readouterr().out
    assert main(["user", "add", "王小明", "--role", "admin"]) == 0
    assert main(["--language", "en", "doctor"]) == 0
    assert "All is well" in capsys.readouterr().out
    assert main(["user"]) == 0
    assert "王小明\t管理员" in capsys.readouterr().out


@pytest.mark.usefixtures("typed")
def test_what_cannot_be_done_is_said_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "role", "没有的人", "staff"]) == 1
    assert "没有的人" in capsys.readouterr().err
    assert main(["user", "add", "唯一", "--role", "admin"]) == 0
    assert main(["user", "role", "唯一", "staff"]) == 1, "the last administrator stays one"


def test_a_link_is_for_choosing_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "李四", "--link"]) == 0
    assert "/welcome?token=" in capsys.readouterr().out


def test_backup_and_restore(tmp_path: Path, capsys: pytest.CaptureFixture[str], tiny_settings: Settings) -> None:
    register = tmp_path / "register.csv"
    register.write_text("单位名称,单位地址,建会情况\n山石公司,丙山镇石桥子村1号,未建会\n", encoding="utf-8")
    copy = tmp_path / "backup.sqlite"
    assert main(["backup", str(copy)]) == 0
    assert main(["import", "enterprises", str(register)]) == 0
    workspace = Workspace(tiny_settings)
    assert "山石公司" in set(workspace.store.read("enterprises")["name"])
    assert main(["restore", str(copy), "--yes"]) == 0
    assert "山石公司" not in set(workspace.store.read("enterprises")["name"])
    workspace.store.close()
    assert main(["restore", str(register), "--yes"]) == 1
    assert "register.csv" in capsys.readouterr().err


def test_a_dry_run_writes_nothing_and_refused_rows_are_kept(tmp_path: Path, tiny_settings: Settings) -> None:
    register, refused = tmp_path / "register.csv", tmp_path / "refused.csv"
    register.write_text("单位名称,职工人数\n=1+1公司,若干\n好公司,3\n", encoding="utf-8")
    assert main(["import", "enterprises", str(register), "--dry-run", "--refused", str(refused)]) == 0
    assert len(pd.read_csv(refused)) == 1
    assert "'=1+1公司" in refused.read_text(encoding="utf-8-sig")
    workspace = Workspace(tiny_settings)
    assert "好公司" not in set(workspace.store.read("enterprises")["name"])
    workspace.store.close()


@pytest.mark.parametrize("ending", ["xlsx", "csv", "geojson", "gpkg"])
def test_export(tmp_path: Path, ending: str) -> None:
    assert main(["export", "facilities", str(tmp_path / f"out.{ending}")]) == 0
    assert (tmp_path / f"out.{ending}").stat().st_size > 100


def test_an_export_of_a_planners_question(tmp_path: Path) -> None:
    """E2 is 2 km and E4 10 km from the nearest; a new site stands where E4 is, at 25, 5 of the tiny world."""
    coverage = tmp_path / "coverage.csv"
    assert main(["export", "coverage", str(coverage), "--within-m", "1500", "--lens", "union"]) == 0
    assert pd.read_csv(coverage)["未覆盖企业"].iloc[-1] == 2
    asked = ["--union", "all", "--within", "1500", "--measure", "workers"]
    assert main(["--language", "en", "export", "coverage", str(coverage), *asked]) == 0
    assert pd.read_csv(coverage)["Amount unserved"].iloc[-1] == 60
    lon, lat = Plane("EPSG:32650").unproject([455_000.0], [4_385_000.0])
    plan = tmp_path / "plan.csv"
    sites = f"x:{lon[0]:.5f},{lat[0]:.5f}"
    assert main(["--language", "en", "export", "plan", str(plan), *asked, "--sites", sites]) == 0
    assert pd.read_csv(plan)["Own gain"].tolist() == [40]


def test_an_export_of_no_known_format_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "facilities", str(tmp_path / "out.docx")]) == 1
    assert "docx" in capsys.readouterr().err


def broken(settings: Settings, statement: str) -> None:
    """The store of these settings, after somebody has been at it with SQL."""
    workspace = Workspace(settings)
    workspace.district()
    workspace.store.close()
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE attempts", "attempts"),
        ("ALTER TABLE facilities DROP COLUMN note", "facilities.note"),
        ("UPDATE changes SET fields = 'notjson'", "changes"),
        ("UPDATE facilities SET changed_at = 'garbage'", "facilities"),
        ("UPDATE regions SET geometry = x'00'", "regions"),
        ("UPDATE meta SET value = 'elsewhere' WHERE key = 'pack'", "elsewhere"),
    ],
)
def test_the_doctor_sees_a_broken_store(
    statement: str, words: str, tiny_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(tiny_settings, statement)
    assert main(["doctor"]) == 1
    bad = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in bad)


def test_an_unreadable_backup_is_refused_in_words(
    tmp_path: Path, tiny_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(tiny_settings, "UPDATE changes SET fields = 'notjson'")
    copy = Path(shutil.copy(tmp_path / "var" / "gongtu.sqlite", tmp_path / "bad.sqlite"))
    assert main(["restore", str(copy), "--yes"]) == 1
    assert "bad.sqlite" in capsys.readouterr().err


@pytest.mark.parametrize("setting", ["GONGTU_DEMO", "GONGTU_SESSION_HOURS"])
def test_the_doctor_names_a_bad_setting(
    setting: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(setting, "vielleicht")
    assert main(["doctor"]) == 1
    assert f"✗ 设置 {setting}" in capsys.readouterr().out


def test_a_database_option_that_there_is_none_of_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GONGTU_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x?bogus=1")
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "bogus" in said
    assert "secret" not in said


def test_an_export_to_nowhere_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "facilities", "/nowhere/at/all.csv"]) == 1
    assert "/nowhere" in capsys.readouterr().err


def test_nobody_writes_as_the_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "add", "Pack", "--link"]) == 1
    register = tmp_path / "register.csv"
    register.write_text("单位名称\n好公司\n", encoding="utf-8")
    assert main(["import", "enterprises", str(register), "--by", "pack"]) == 1
    assert "ack" in capsys.readouterr().err
