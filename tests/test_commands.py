"""The command line, run as a person at a terminal would."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.__main__ import main
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


def test_an_export_of_no_known_format_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "facilities", str(tmp_path / "out.docx")]) == 1
    assert "docx" in capsys.readouterr().err
