"""A messy register, made for the purpose, from its file into the store; and a process killed on the way."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from made_files import write_xlsx
from sheets import AS_OF, at, code_of

from geo.__main__ import main
from geo.datum import convert
from geo.errors import ParameterError
from geo.intake import IntakeError
from geo.intake.command import read_options
from geo.intake.identity import made_id
from geo.intake.plan import Plan, commit
from geo.intake.run import Options, prepare, summarise
from geo.settings import DATABASE
from geo.storage import open_store
from geo.workspace import Workspace

ROOT = Path(__file__).parents[2]
HEADER = (
    *("序号", "单位名称", "统一社会信用代码", "单位地址", "所属镇街", "职工人数", "会员人数"),
    *("建会状态", "建会日期", "联系电话", "百度经度", "百度纬度"),
)
EAST, NORTH = 5.3, 5.4  # kilometres; in 甲原镇
SAID = Options(source="总工会名册", as_of=AS_OF, datum="bd09")


def bd09(workspace: Workspace) -> tuple[str, str]:
    """The point EAST, NORTH as Baidu has it."""
    x, y = at(EAST, NORTH)
    lon, lat = convert(*workspace.district().plane.unproject([x], [y]), "wgs84", "bd09")
    return f"{lon[0]:.6f}", f"{lat[0]:.6f}"


def register(workspace: Workspace) -> list[Sequence[str]]:
    """Rows 4 to 12 of the file, and a total; E1公司 is in the store already."""
    lon, lat = bd09(workspace)
    wide = code_of(1).translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789ABCDEFGHJKLMNPQRTUWXY"})
    wrong = code_of(2)[:-1] + ("0" if code_of(2)[-1] != "0" else "1")
    text = f"""\
1|甲（集团）公司 |{wide}|云泽区甲原镇１号|甲原镇|１，２００人|30|已建会|2020年5月1日|010-1|{lon}|{lat}
2|乙餐饮店|{wrong}|柳树村2号||12||未建会|||{lon}|{lat}
3|丙快递站|{code_of(3)}|石桥子村3号|甲原|8|9|已建会|2020.5|||
4|丁货运|{code_of(4)}|春晖里社区4号|乙河街道|约50||未建会||||
5|甲(集团)公司|{code_of(1)}|甲原镇1号|甲原地区|1200|30|已建会|2020-05-01|||
6|甲(集团)公司|{code_of(1)}|||1300||||||
7|戊家政|||丙山镇||||||{lat}|{lon}
8|E1公司||北京市甲原镇柳树村1号||10|4||||0|0
9|||甲原镇9号||5||||||
合计|||||2535|43|||||"""
    return [line.split("|") for line in text.splitlines()]


FATES = {4: "new", 5: "doubtful", 6: "doubtful", 7: "refused", 8: "unchanged", 9: "refused", 10: "doubtful"}
FATES |= {11: "doubtful", 12: "refused"}


def write_gbk(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    text = io.StringIO()
    blank = [""] * (len(HEADER) - 1)
    csv.writer(text).writerows([["云泽区职工名册", *blank], ["单位：家", *blank], HEADER, *rows])
    path.write_bytes(text.getvalue().encode("gbk"))
    return path


@pytest.fixture(params=["gbk.csv", "merged.xlsx"])
def file(request: pytest.FixtureRequest, workspace: Workspace, tmp_path: Path) -> Path:
    rows = register(workspace)
    if request.param == "gbk.csv":
        return write_gbk(tmp_path / "名册.csv", rows)
    titles = [["云泽区职工名册"], ["单位：家"]]
    return write_xlsx(tmp_path / "名册.xlsx", *titles, HEADER, *rows, merged=["A1:L1", "A2:L2"])


def prepared(workspace: Workspace, file: Path, options: Options = SAID) -> Plan:
    return prepare(
        file,
        "enterprises",
        name=file.name,
        store=workspace.store,
        district=workspace.district(),
        options=options,
    )


def write(workspace: Workspace, made: Plan) -> int:
    return commit(made, workspace.store, by="wang", at=workspace.now(), why="名册")


def test_a_messy_register_row_by_row(workspace: Workspace, file: Path) -> None:
    made = prepared(workspace, file)
    assert made.rows["fate"].to_dict() == FATES
    assert made.counts == {"new": 1, "changed": 0, "unchanged": 1, "doubtful": 4, "refused": 3}
    why = made.reasons.groupby("row")["key"].agg(list).to_dict()
    assert why == {
        5: ["reason.code"],
        6: ["reason.region_address", "reason.members"],
        7: ["intake.cell.number"],
        9: ["reason.contradicts"],
        10: ["reason.swapped"],
        11: ["reason.far"],
        12: ["reason.nameless"],
    }
    assert made.rows["region_by"].to_dict() | {7: "", 9: "", 12: ""} == {
        4: "declared",
        5: "address",
        6: "declared",
        7: "",
        8: "declared",
        9: "",
        10: "declared",
        11: "address",
        12: "",
    }
    assert made.swapped == 1
    x, y = workspace.district().plane.project(made.rows["lon"].loc[[4, 5]], made.rows["lat"].loc[[4, 5]])
    east, north = at(EAST, NORTH)
    assert (abs(x - east) < 0.2).all()  # metres; BD-09 rounded to six decimals, and back
    assert (abs(y - north) < 0.2).all()


def test_the_register_is_there_afterwards_and_not_twice(workspace: Workspace, file: Path) -> None:
    before = set(workspace.store.read("enterprises")["id"])
    write(workspace, prepared(workspace, file))
    made = {
        "甲(集团)公司": code_of(1),
        "乙餐饮店": made_id("enterprises", "乙餐饮店", "柳树村2号"),
        "丙快递站": code_of(3),
        "戊家政": made_id("enterprises", "戊家政", ""),
    }
    kept = workspace.store.read("enterprises").set_index("id")
    assert set(kept.index) == before | set(made.values())
    assert kept.loc[code_of(1), ["workers", "members", "established_on", "phone"]].tolist() == [
        1200,
        30,
        "2020-05-01",
        "010-1",
    ]
    assert kept.loc["E1", ["workers", "members", "standing"]].tolist() == [10, 4, "imported"]
    assert kept.loc[code_of(3), "established_on"] == "2020-05"
    assert kept.loc[made["戊家政"], "union_status"] == "none"
    revision = workspace.store.state()
    again = prepared(workspace, file)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 6, "doubtful": 0, "refused": 3}
    assert write(workspace, again) == revision[0]
    assert workspace.store.state() == revision


def test_the_refused_rows_mended_can_be_brought_in(workspace: Workspace, tmp_path: Path) -> None:
    first = prepared(workspace, write_gbk(tmp_path / "名册.csv", register(workspace)))
    write(workspace, first)
    refused = first.refused("zh")
    assert refused["原因"].tolist() == [
        "职工人数：“约50”不是数",
        "职工人数：“1300”与第 4 行所写不同，两行是同一条记录",
        "没有名称、编号，也没有有效的统一社会信用代码，不知道是谁",
    ]
    mended = tmp_path / "改过.csv"
    refused.iloc[:1].assign(职工人数="50").to_csv(mended, index=False, encoding="utf-8-sig")
    made = prepared(workspace, mended)
    assert made.rows["fate"].tolist() == ["new"]
    assert made.rows["id"].tolist() == [code_of(4)]


def test_a_summary_says_what_was_read_and_why_rows_are_not_taken(workspace: Workspace, tmp_path: Path) -> None:
    made = prepared(workspace, write_gbk(tmp_path / "名册.csv", register(workspace)))
    lines = list(summarise(made, "zh", file="名册.csv"))
    assert lines[0] == "文件：名册.csv，表头在第 3 行"
    assert "百度经度 → 经度" in next(line for line in lines if line.startswith("各列当作"))
    assert "未用的列：序号" in lines
    assert "9 行：新增 1，变更 0，无变化 1，可疑 4，拒收 3" in lines
    assert "    第 7 行 丁货运：职工人数：“约50”不是数" in lines
    english = list(summarise(made, "en", file="名册.csv"))
    assert "9 rows: 1 new, 0 changed, 1 unchanged, 4 doubtful, 3 refused" in english
    assert not any("010-1" in line for line in lines + english)


def test_what_a_column_is_can_be_said(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("甲,乙,丙\n子公司,甲原镇1号,7\n", encoding="utf-8")
    made = prepared(workspace, file, Options("册", AS_OF, header_row=1, columns={0: "name", 1: "address", 2: ""}))
    assert made.asked.columns == {0: "name", 1: "address"}
    assert made.counts["new"] == 1
    headed = tmp_path / "b.csv"
    headed.write_text("单位名称,曾用名\n新公司,旧公司\n", encoding="utf-8")
    assert prepared(workspace, headed, Options("册", AS_OF, columns={1: "name"})).asked.columns == {1: "name"}


@pytest.fixture
def tiny_environment(workspace: Workspace, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The command line's environment names the workspace's pack and store."""
    monkeypatch.setenv("GONGTU_PACK", str(tiny))
    monkeypatch.setenv("GONGTU_VAR", str(Path(workspace.settings.database_url.removeprefix("sqlite:///")).parent))
    workspace.district()
    return workspace


def test_the_command_line_previews_then_writes(
    tiny_environment: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = tiny_environment
    file = write_gbk(tmp_path / "名册.csv", register(workspace))
    before = workspace.store.state()
    asked = ["import", "enterprises", str(file), "--datum", "bd09", "--as-of", AS_OF, "--by", "wang"]
    refused = tmp_path / "拒收.csv"
    assert main([*asked, "--dry-run", "--refused", str(refused)]) == 0
    told = capsys.readouterr().out
    assert "只是预览，没有写入" in told
    assert workspace.store.state() == before
    with refused.open(encoding="utf-8-sig", newline="") as back:
        assert [row["单位名称"] for row in csv.DictReader(back)] == ["丁货运", "甲(集团)公司", ""]
    assert main(asked) == 0
    assert "已写入 5 条记录" in capsys.readouterr().out
    (last, *_) = workspace.store.commits(limit=1)
    assert (last.what, last.by, last.counts) == ("import", "wang", {"create": 4, "update": 1})
    assert main([*asked, "--language", "en"]) == 0
    assert "There is nothing to write" in capsys.readouterr().out
    assert workspace.store.state()[0] == before[0] + 1


def test_the_command_line_says_no_in_words(
    tiny_environment: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "空.csv"
    empty.write_bytes(b"")
    assert main(["import", "enterprises", str(empty)]) == 1
    assert "空.csv" in capsys.readouterr().err
    file = write_gbk(tmp_path / "名册.csv", register(tiny_environment))
    assert main(["import", "enterprises", str(file), "--as-of", "去年"]) == 1
    assert "去年" in capsys.readouterr().err
    assert main(["import", "enterprises", str(file), "--column", "二=name"]) == 1
    assert "二=name" in capsys.readouterr().err
    assert main(["import", "boundaries", str(file)]) == 1
    assert capsys.readouterr().err.strip()


def test_what_is_no_file_of_that_kind_raises(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(IntakeError):
        prepared(workspace, tmp_path / "没有.csv")
    with pytest.raises(ParameterError):
        read_options(arguments(default=["kind"]), file="a.csv", today="2025-10-20")
    options = read_options(arguments(default=["kind=rest_station"]), file="a.csv", today="2025-10-20")
    assert (options.source, options.as_of, options.defaults) == ("a.csv", "2025-10-20", {"kind": "rest_station"})


def arguments(**said: object) -> Namespace:
    blank = {"source": "", "as_of": "", "sheet": "", "header_row": None, "column": [], "default": []}
    return Namespace(**{**blank, "datum": "wgs84", "swapped": False, "retire_demo": False, **said})


COUNT = 25_000
IMPORT = """
import sys
from argparse import Namespace
from pathlib import Path
from geo.intake.command import run_import
from geo.settings import read_settings
from geo.workspace import Workspace

class Out:
    "Tells the test each line, and waits for it to say what to do: to be killed, if nothing is said."
    def write(self, text):
        if text.strip():
            print(text.strip(), file=sys.stderr, flush=True)
            sys.stdin.readline()
    def flush(self):
        pass

pack, var, file = sys.argv[1:]
workspace = Workspace(read_settings({"GONGTU_PACK": pack, "GONGTU_VAR": var}))
options = Namespace(
    source="", as_of="", sheet="", header_row=None, column=[], default=[], datum="wgs84", swapped=False,
    retire_demo=False, refused=None,
)
run_import(
    "enterprises", Path(file), store=workspace.store, district=workspace.district(), options=options, by="wang",
    at=workspace.now(), language="en", dry_run=False, out=Out(),
)
"""


def lines_until(process: subprocess.Popen[str], end: str) -> Iterator[str]:
    """What the process tells, told each time to go on, until a line that begins with ``end``."""
    assert process.stdin is not None
    assert process.stderr is not None
    for line in process.stderr:
        yield line
        if line.startswith(end):
            return
        process.stdin.write("go on\n")
        process.stdin.flush()
    pytest.fail(f"{end} was never told")


@pytest.mark.parametrize(("end", "written"), [("20,000 / 25,000", 0), (f"{COUNT} records written", COUNT)])
def test_an_import_that_is_killed_leaves_all_of_it_or_nothing(
    tiny: Path, tmp_path: Path, clock: Callable[[], datetime], end: str, written: int
) -> None:
    file = tmp_path / "名册.csv"
    file.write_text("单位名称,单位地址\n" + "".join(f"公司{n},甲原镇{n}号\n" for n in range(COUNT)), encoding="utf-8")
    command = [sys.executable, "-c", IMPORT, str(tiny), str(tmp_path), str(file)]
    with subprocess.Popen(
        command, env={"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        told = list(lines_until(process, end))
        process.kill()
    assert process.returncode == -9
    assert f"{COUNT} rows: {COUNT} new" in "".join(told)
    store = open_store(f"sqlite:///{tmp_path / DATABASE}", now=clock())
    assert store.read("enterprises")["name"].str.startswith("公司").sum() == written
    assert [entry.what for entry in store.commits()] == ["import"] * bool(written) + ["seed"]
    store.close()


def test_a_boundary_file_in_another_crs_is_brought_in(
    tiny_environment: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    squares = [shapely.box(*at(10 * n, 0), *at(10 * n + 10, 10)) for n in range(3)]
    frame = gpd.GeoDataFrame({"镇街名称": ["甲原镇", "乙河街道", "丙山镇"]}, geometry=squares, crs="EPSG:32650")
    file = tmp_path / "边界.gpkg"
    frame.assign(geometry=frame.geometry.segmentize(1000)).to_crs("EPSG:4547").to_file(file, layer="边界")
    asked = ["import", "boundaries", str(file), "--as-of", "2025-09", "--source", "民政局"]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "3 行：新增 0，变更 3，无变化 0，可疑 0，拒收 0" in told
    assert "甲原镇：100.00 → 100.00 平方千米" in told
    regions = tiny_environment.district().regions
    assert regions["boundary_source"].tolist() == ["民政局"] * 3
    assert main(asked) == 0
    assert "没有可写的" in capsys.readouterr().out
