"""``python -m geo assign``, run as a person at a terminal would: for a campaign, and on a table of positions."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from made_ground import WHERE

from geo.__main__ import main
from geo.fieldwork.command import read_demands
from geo.fieldwork.plan import Plan
from geo.fieldwork.solving import Seen, Solving
from geo.workspace import Workspace

ONLY_WORKERS = [f"--weight={metric}=0" for metric in ("ununionised", "unserved", "appeals", "distance", "each")]
WIDE = [*ONLY_WORKERS, "--balance", "1"]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all: nothing here writes to it."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(autouse=True)
def _three(three: Path, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGTU_PACK", str(three))
    monkeypatch.setenv("GONGTU_VAR", str(var))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command with --json; answers what it printed."""

    def do(*options: str, code: int = 0) -> dict[str, Any]:
        assert main(["assign", "--json", *options]) == code
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return do


def where(found: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["team"] for one in found["positions"]}


def test_a_proposal_says_what_it_stands_on(run: Any) -> None:
    """Workers: 甲 30 (E1, E2), 乙 70 (E3, E4; E5 does not say), 丙 none. 甲 乙 丙 in a row, two teams of 50."""
    found = run("--campaign", "2025", *WIDE)
    assert (found["campaign"], found["name"], found["from"]) == ("2025", "蹲点", "none")
    assert found["notice"].startswith("虚构的三镇")
    assert found["boundaries"] == [{"standing": "assumed", "label": "示意边界"}]
    assert found["standing"] == "inferred"
    assert found["edges"] == [["P1", "P2"], ["P2", "P3"]]
    assert found["proven"] is True
    assert found["value"] == found["bound"]
    load = {one["id"]: one["total"] for one in found["positions"]}
    assert load == {"P1": pytest.approx(30), "P2": pytest.approx(70), "P3": 0}
    assert [one["region"] for one in found["positions"]] == ["110199001000", "110199002000", "110199003000"]
    assert found["positions"][0]["why"][0] == "工作量 30.0 分：职工 30.0"
    assert found["counted"] == ["workers"]
    assert found["demands"] == {"balance": 1} | {
        f"weights.{option.removeprefix('--weight=').removesuffix('=0')}": 0 for option in ONLY_WORKERS
    }
    assert found["weights"]["workers"] == 20
    assert [one["present"] for one in found["positions"]] == [None] * 3


def test_the_answer_adds_up(run: Any) -> None:
    """Every position once; loads, targets, deviations and travel are what the positions make."""
    found = run("--campaign", "2025", *WIDE)
    those = {one["id"]: one for one in found["positions"]}
    assert sorted(one for team in found["teams"] for one in team["positions"]) == sorted(those)
    for team in found["teams"]:
        members = [those[one] for one in team["positions"]]
        assert {one["team"] for one in members} == {team["id"]}
        assert team["load"] == pytest.approx(sum(one["total"] for one in members))
        assert team["target"] == pytest.approx(50)
        assert team["deviation"] == pytest.approx(team["load"] / 50 - 1)
        hub = those[team["hub"]]
        way = sum(((one["x"] - hub["x"]) ** 2 + (one["y"] - hub["y"]) ** 2) ** 0.5 for one in members)
        assert team["travel_m"] == pytest.approx(way)
    assert found["objective"]["travel_m"] == pytest.approx(sum(team["travel_m"] for team in found["teams"]))
    assert found["objective"]["worst"] == pytest.approx(max(abs(team["deviation"]) for team in found["teams"]))
    cut = [pair for pair in found["edges"] if those[pair[0]]["team"] != those[pair[1]]["team"]]
    assert found["objective"]["cut"] == len(cut)


def test_the_fairest_plan(run: Any) -> None:
    """甲 alone has 30, 乙 and 丙 70: 40 % off either way. 甲 and 乙 together would leave nothing."""
    found = run("--campaign", "2025", "--goal", "fair", *ONLY_WORKERS)
    assert found["value"][0] == pytest.approx(0.4)
    assert where(found)["P2"] == where(found)["P3"] != where(found)["P1"]


def test_locks_strengths_and_extra_points(run: Any) -> None:
    found = run("--campaign", "2025", *WIDE, "--lock", "P1=2", "--strength", "2=3", "--extra", "P3=20")
    assert where(found)["P1"] == "2"
    assert [one["locked"] for one in found["positions"]] == [True, False, False]
    assert [team["target"] for team in found["teams"]] == pytest.approx([30, 90])
    never = run("--campaign", "2025", *WIDE, "--never", "P1=1", "--never", "P2=1")
    assert where(never) == {"P1": "2", "P2": "2", "P3": "1"}


def test_demands_that_clash_are_named(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """甲 and 丙 in one team and 乙 in the other cannot hang together."""
    locks = ["--lock", "P1=1", "--lock", "P3=1", "--lock", "P2=2"]
    assert main(["assign", *locks, *WIDE]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    for words in ("甲原镇锁定给一组", "丙山镇锁定给一组", "乙河街道锁定给二组", "每组的地盘连成一片"):
        assert words in said.err
    found = run(*locks, *WIDE, code=1)
    assert {(one["what"], one["position"], one["team"]) for one in found["clash"]} == {
        ("fixed", "P1", "1"),
        ("fixed", "P3", "1"),
        ("fixed", "P2", "2"),
        ("connected", None, None),
    }
    assert found["least_balance"] is None


def test_the_least_balance_is_told_where_none_so_small_will_do(run: Any) -> None:
    found = run("--campaign", "2025", *ONLY_WORKERS, "--balance", "0.15", code=1)
    assert "balance" in [one["what"] for one in found["clash"]]
    assert found["least_balance"] == pytest.approx(0.4, abs=1e-3)


def test_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "en", "assign", *WIDE]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Three towns that do not exist")
    assert "Team 1: " in said
    assert "Proven best" in said
    assert "appeals are not counted" not in said  # there is a ledger, with none in it


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--campaign", "1999"], "1999"),
        (["--lock", "P9=1"], "--lock：没有“P9”，只有：P1, P2, P3"),
        (["--lock", "P1=9"], "--lock：没有“9”，只有：1, 2"),
        (["--lock", "P1"], "--lock 要写成“名称=值”，不能是“P1”"),
        (["--lock", "P1=1", "--lock", "P1=2"], "--lock 对“P1”说了两次，而且不一样：1、2"),
        (["--strength", "1=2", "--strength", "1=3"], "--strength 对“1”说了两次"),
        (["--weight", "luck=1"], "--weight：没有“luck”"),
        (["--weight", "workers=much"], "--weight 要一个数，不能是“much”"),
        (["--strength", "1=0"], "strength.1"),
        (["--balance", "11"], "balance"),
        (["--positions", "P.csv"], "--edges"),
        (["--time", "nan"], "大于 0 秒"),
        (["--time", "inf"], "大于 0 秒"),
    ],
)
def test_what_cannot_be_is_said(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assign", *options]) == 1
    assert words in capsys.readouterr().err


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """Writes a table and answers the options that name it."""

    def do(positions: str, edges: str, teams: int) -> list[str]:
        (tmp_path / "P.csv").write_bytes(positions.encode("gb18030"))
        (tmp_path / "E.csv").write_text(edges, encoding="utf-8-sig")
        return ["--positions", str(tmp_path / "P.csv"), "--edges", str(tmp_path / "E.csv"), "--teams", str(teams)]

    return do


GRID = "ID,load,x,y\n" + "".join(
    f"p{i}{j},{1 + (i * j) % 3},{1000 * i},{1000 * j}\n" for i, j in product(range(3), repeat=2)
)
TIES = "a,b\n" + "".join(
    f"p{i}{j},p{i + di}{j + dj}\n"
    for i, j in product(range(3), repeat=2)
    for di, dj in ((1, 0), (0, 1))
    if i + di < 3 and j + dj < 3
)


def test_any_table_is_solved_without_a_district(table: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine squares, 14 points, three teams within a quarter of 14/3: 4 or 5 points each. Every way is tried."""
    monkeypatch.setenv("GONGTU_PACK", "/nowhere")
    found = run(*table(GRID, TIES, 3), "--balance", "0.25")
    assert (found["campaign"], found["table"]) == (None, "P.csv")
    assert len(found["edges"]) == 12
    assert found["value"][0] == pytest.approx(_best(found, 0.25))
    assert {one["team"] for one in found["positions"]} == {"1", "2", "3"}


def _best(found: dict[str, Any], balance: float) -> float:
    """The least travel of all 3⁹ assignments that hang together within the balance."""
    those = found["positions"]
    place = {one["id"]: index for index, one in enumerate(those)}
    near: list[list[int]] = [[] for _ in those]
    for a, b in found["edges"]:
        near[place[a]].append(place[b])
        near[place[b]].append(place[a])
    target = sum(one["total"] for one in those) / 3
    cost: dict[frozenset[int], float | None] = {}

    def travel(members: frozenset[int]) -> float | None:
        if members not in cost:
            cost[members] = _travel(members)
        return cost[members]

    def _travel(members: frozenset[int]) -> float | None:
        load = sum(those[one]["total"] for one in members)
        if not members or abs(load / target - 1) > balance:
            return None
        reached, edge = set[int](), [min(members)]
        while edge:
            one = edge.pop()
            if one not in reached:
                reached.add(one)
                edge += [other for other in near[one] if other in members]
        if reached != members:
            return None
        return min(
            sum(abs(complex(those[a]["x"] - those[b]["x"], those[a]["y"] - those[b]["y"])) for b in members)
            for a in members
        )

    best = float("inf")
    for code in product(range(3), repeat=len(those)):
        if code[0] == 0:  # teams are alike
            sums = [travel(frozenset(i for i, team in enumerate(code) if team == one)) for one in range(3)]
            if None not in sums:
                best = min(best, sum(one for one in sums if one is not None))
    return best


def test_a_table_without_places_has_no_travel(table: Any, run: Any) -> None:
    found = run(*table("id,load\n甲,1\n乙,1\n", "a,b\n甲,乙\n乙,甲\n甲,甲\n", 2), "--lock", "乙=1")
    assert where(found) == {"甲": "2", "乙": "1"}
    assert found["value"] == [0]
    assert found["edges"] == [["甲", "乙"]]
    assert found["teams"][0]["name"] == "第 1 组"


def test_a_table_has_no_metrics_to_weigh(table: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assign", *table("id,load\n甲,1\n", "a,b\n", 1), "--weight", "workers=3"]) == 1
    assert "--weight" in capsys.readouterr().err


def test_a_reader_that_has_gone_is_no_error(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``python -m geo assign … | head`` ends."""
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w", encoding="utf-8") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        assert main(["assign", *table("id,load\n甲,1\n", "a,b\n", 1), "--json"]) == 1


def test_a_load_is_never_below_nothing(table: Any, run: Any) -> None:
    found = run(*table("id,load\n甲,1\n乙,3\n", "a,b\n甲,乙\n", 1), "--extra", "甲=-50")
    assert [one["total"] for one in found["positions"]] == [0, 3]


def test_options_come_on_top_of_a_plan() -> None:
    """A lock takes the place of another, a team that must not is one more."""
    said = Namespace(lock=["P1=2"], never=["P2=2"], strength=[], weight=[], extra=["P1=0"], balance=None)
    start = Plan(fixed={"P1": "1"}, never={"P2": ("1",)}, extra={"P1": 5.0}, balance=0.3)
    assert read_demands(said, ["P1", "P2"], ["1", "2"], start) == Plan(
        fixed={"P1": "2"}, never={"P2": ("1", "2")}, balance=0.3
    )


@pytest.mark.parametrize(
    ("positions", "edges", "teams", "words"),
    [
        pytest.param(
            "id,load\n" + "a" * 2_000_000 + ",1\n", "a,b\n", 1, "P.csv 第 2 行", id="longer than a cell may be"
        ),
        ("id,load\na,1\na,2\n", "a,b\n", 1, "P.csv 第 3 行：编号“a”"),
        ("id,load\n,1\n", "a,b\n", 1, "P.csv 第 2 行"),
        ("id,load\na,-1\n", "a,b\n", 1, "P.csv 第 2 行“load”列：“-1”"),
        ("id,load\na,\n", "a,b\n", 1, "P.csv 第 2 行“load”列"),
        ("id,load,x\na,1,inf\n", "a,b\n", 1, "P.csv 第 2 行“x”列"),
        ("id\na\n", "a,b\n", 1, "P.csv 要有且只有一列叫“load”"),
        ("id,load\na,1,2\n", "a,b\n", 1, "P.csv 第 2 行有 3 格"),
        ("id,load\n", "a,b\n", 1, "P.csv 里没有阵地"),
        ("id,load\na,1\n", "a,b\na,z\n", 1, "E.csv 第 2 行“b”列：没有编号为“z”"),
        ("id,load\na,1\n", "a,b\n", 0, "组数不能是 0"),
    ],
)
def test_a_table_that_is_none_is_said_where(
    table: Any, positions: str, edges: str, teams: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["assign", *table(positions, edges, teams)]) == 1
    assert words in capsys.readouterr().err


def test_a_file_that_is_not_there(table: Any, capsys: pytest.CaptureFixture[str]) -> None:
    options = table("id,load\na,1\n", "a,b\n", 1)
    options[1] += ".none"
    assert main(["assign", *options]) == 1
    assert "读不出来" in capsys.readouterr().err


@pytest.mark.parametrize("start", ["published", "draft"])
def test_a_plan_that_is_there_is_taken_over(office: Workspace, start: str, run: Any) -> None:
    """甲 and 乙 in 一组, 丙 in 二组, hangs together: nothing has to change, and 二组 may have nothing to do."""
    office.store.close()
    found = run("--campaign", "2025", "--goal", "least-change", "--from", start, *WIDE)
    assert (where(found), found["from"]) == (WHERE, start)
    assert (found["value"][0], found["objective"]["changes"]) == (0, 0)
    moved = run("--campaign", "2025", "--goal", "least-change", "--from", start, *WIDE, "--lock", "P2=2")
    assert moved["value"][0] == 1
    assert where(moved) == {**WHERE, "P2": "2"}


def test_a_start_that_is_not_there_is_none(run: Any) -> None:
    found = run("--campaign", "2021", "--from", "published", "--balance", "1")
    assert set(where(found).values()) == {"1"}


def test_stopped_with_nothing_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def wait(_: Solving, timeout_s: float | None = None) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Solving, "wait", wait)
    monkeypatch.setattr(Solving, "stop", lambda _: Seen())
    assert main(["assign", *WIDE]) == 1
    assert "求解已停止" in capsys.readouterr().err
