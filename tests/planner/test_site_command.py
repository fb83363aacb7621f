"""``python -m geo site``, run as a person at a terminal would: in the tiny world, and on a table of costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geo.__main__ import main
from geo.planner import solving

EVERYBODY = ["--union", "all", "--within", "1500"]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all: nothing here writes to it."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(autouse=True)
def _tiny(tiny: Path, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGTU_PACK", str(tiny))
    monkeypatch.setenv("GONGTU_VAR", str(var))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command with --json; answers what it printed."""

    def do(*options: str) -> dict[str, Any]:
        assert main(["site", "--json", *options]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return do


@pytest.fixture
def table(tmp_path: Path) -> list[str]:
    """Three rows of weights 5, 3 and 1; 甲 reaches the first two, 乙 the last two, 丙 all of them, farther off."""
    (tmp_path / "cost.csv").write_text("name,甲,乙,丙\na,1,,3\nb,1,2,3\nc,,2,3\n", encoding="utf-8")
    (tmp_path / "weights.csv").write_text("name,weight\na,5\nb,3\nc,1\n", encoding="utf-8")
    return ["--cost", str(tmp_path / "cost.csv"), "--weights", str(tmp_path / "weights.csv")]


def test_the_site_that_covers_most(run: Any) -> None:
    """E2 and E4 are not served and 20 km apart: one of them at most, and the candidates are where F3 and F4 stand."""
    found = run(*EVERYBODY, "-n", "1", "--from", "facilities")
    assert (found["goal"], found["objective"], found["bound"], found["proven"], found["gap"]) == (
        "max-cover",
        3,
        3,
        True,
        0,
    )
    (site,) = found["sites"]
    assert (site["id"], site["reaches"], site["own"]) == ("F3", 1, 1)
    assert site["saved_m"] == pytest.approx(10_000, abs=1)
    assert [found[side]["total"]["served"] for side in ("before", "after")] == [2, 3]
    assert [found[side]["worst_m"] for side in ("before", "after")] == pytest.approx([10_000, 2_000], abs=1)
    regions = {row["name"]: row for row in found["after"]["regions"]}
    assert regions["乙河街道"]["served"] == 2
    assert regions["丙山镇"]["share"] is None, "nobody to divide by"
    assert found["changed"] == 1
    assert (found["district"], found["notice"], found["standing"]) == ("北京市云泽区", "虚构的三镇", "inferred")


@pytest.mark.parametrize("goal", ["set-cover", "p-median", "p-centre"])
def test_every_goal_has_its_answer(run: Any, goal: str) -> None:
    found = run(*EVERYBODY, "--goal", goal, "-n", "2", "--cell", "2000")
    assert found["proven"]
    if goal == "set-cover":
        assert found["objective"] == len(found["sites"]) == 2, "E2 and E4 stand in the middle of two cells"
        assert found["after"]["total"]["unserved"] == 0
    else:
        key = "total_m" if goal == "p-median" else "worst_m"
        assert found["after"][key] == pytest.approx(found["objective"], abs=1)
        assert found["objective"] == pytest.approx({"p-median": 1500, "p-centre": 1000}[goal], abs=3)


def test_an_hour_of_the_week(run: Any) -> None:
    """No station says its hours: nobody is surely served on Sunday at 22, and a new site is open at any hour."""
    found = run(*EVERYBODY, "-n", "1", "--day", "Su", "--hour", "22", "--cell", "2000")
    assert found["at"].startswith("2")
    assert "T22:00" in found["at"]
    assert found["before"]["total"]["served"] == 0
    assert found["after"]["total"]["served"] >= 1


def test_a_list_of_candidates_that_must_and_must_not(run: Any, tmp_path: Path) -> None:
    text = "名称,经度,纬度,容量\n东,116.47,39.59,\n西,116.24,39.6,7\n"
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    options = [*EVERYBODY, "--candidates", str(tmp_path / "list.csv"), "-n", "2", "--goal", "p-median"]
    assert {site["id"] for site in run(*options, "--in", "西")["sites"]} >= {"西"}
    assert {site["id"] for site in run(*options, "--out", "西")["sites"]} <= {"东"}
    assert run(*options)["plan"]["from"] == "list"


def test_words_in_either_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", *EVERYBODY, "-n", "1", "--from", "facilities"]) == 0
    said = capsys.readouterr().out
    assert "F3站" in said
    assert "已证明没有更好的" in said
    assert "全区：覆盖 2 → 3，共 6" in said
    assert main(["--language", "en", "site", *EVERYBODY, "-n", "1", "--from", "facilities"]) == 0
    assert "District: served 2 → 3 of 6" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-n", "0"], "0"),
        (["--within", "-1"], "-1"),
        (["--day", "Su"], "小时"),
        (["--in", "F1"], "F1"),
        (["--capacity", "0"], "容量"),
        (["--industry", "渔业"], ""),
        (["--candidates", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["site", "--union", "all", *options]) == 1
    said = capsys.readouterr()
    assert (said.out, words in said.err, "Traceback" in said.err) == ("", True, False)
    assert said.err.strip()


def test_a_table_of_costs_needs_no_district(run: Any, table: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGTU_PACK", "/nowhere")
    found = run(*table, "-n", "1", "--within", "2")
    assert found == {
        "goal": "max-cover",
        "sites": ["甲"],
        "objective": 8,
        "bound": 8,
        "proven": True,
        "gap": 0,
        "seconds": found["seconds"],
    }
    assert run(*table, "--goal", "set-cover", "--within", "2")["sites"] == ["甲", "乙"]
    assert run(*table, "--goal", "p-centre", "-n", "1")["sites"] == ["丙"]
    median = run(*table, "--goal", "p-median", "-n", "2")
    assert (sorted(median["sites"]), median["objective"]) == (["乙", "甲"], 5 + 3 + 2)


def test_a_table_with_conditions(run: Any, table: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*table, "-n", "1", "--within", "2", "--in", "乙")["sites"] == ["乙"]
    assert run(*table, "-n", "1", "--within", "2", "--out", "甲")["sites"] == ["乙"]
    assert run(*table, "-n", "1", "--within", "2", "--capacity", "3")["objective"] == 3
    assert run(*table, "--within", "2")["objective"] == 9, "five are more than there are"
    for option in ("--in", "--out"):
        assert main(["site", *table, "--within", "2", option, "丁"]) == 1
        assert "丁" in capsys.readouterr().err
    assert main(["site", *table]) == 1, "covering asks for a reach"
    assert main(["site", *table, "--within", "2", "--time", "0"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_table_in_words(table: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["site", *table, "-n", "1", "--within", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "甲"


def test_a_table_that_is_none_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cost.csv").write_text("name,甲\na,-1\n", encoding="utf-8")
    assert main(["site", "--cost", str(tmp_path / "cost.csv"), "-n", "1", "--within", "2"]) == 1
    assert "cost.csv" in capsys.readouterr().err
    (tmp_path / "cost.csv").write_text("name,甲\na,1\nb,\n", encoding="utf-8")
    assert main(["site", "--cost", str(tmp_path / "cost.csv"), "-n", "1", "--goal", "p-median"]) == 1, (
        "b is reached by none"
    )
    assert capsys.readouterr().err.strip()


def test_control_c_keeps_the_best_so_far(
    tmp_path: Path, table: list[str], monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    progress = {"what": "progress", "stage": "search", "seconds": 1, "sites": [1], "objective": 4, "bound": 9}
    says = f"print({json.dumps(progress)!r}, flush=True)"
    lines = ["import sys, time", "sys.stdin.buffer.readline()", says, "time.sleep(600)"]
    (tmp_path / "stub.py").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(solving, "CHILD", "stub")
    whole = solving.Solving.wait

    def interrupted(self: solving.Solving, timeout_s: float | None = None) -> solving.Seen:
        while self.look().best is None:
            whole(self, 0.05)
        raise KeyboardInterrupt

    monkeypatch.setattr(solving.Solving, "wait", interrupted)
    found = run(*table, "-n", "1", "--within", "2")
    assert (found["sites"], found["proven"], found["note"]) == (["乙"], False, "stopped")
