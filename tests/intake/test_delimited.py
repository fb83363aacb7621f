"""CSV in the encodings and with the separators that Chinese systems write."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_files import HEADER, read_here, refusal, rows

from geo.intake import sheet as sheets
from geo.intake.delimited import find_encoding
from geo.intake.sheet import tidy

LINES = "单位名称,统一社会信用代码,职工人数\n甲公司,91110000600037341L,5\n乙公司,,6\n"
ENCODINGS = ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    path.write_bytes(mark + text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gives_the_same(tmp_path: Path, encoding: str) -> None:
    sheet = read_here(write(tmp_path / "a.csv", LINES, encoding))
    assert (sheet.name, sheet.sheets, sheet.header_row, sheet.header) == ("", ("",), 1, tuple(HEADER))
    assert rows(sheet) == {2: ["甲公司", "91110000600037341L", "5"], 3: ["乙公司", "", "6"]}
    assert sheet.cells.index.name == "row"
    assert [str(kind) for kind in sheet.cells.dtypes] == ["str"] * 3
    assert sheet.shapes is None


def test_which_encoding_it_was_is_told_where_it_is_not_utf_8(tmp_path: Path) -> None:
    assert read_here(write(tmp_path / "a.csv", LINES)).notes == ()
    notes = read_here(write(tmp_path / "a.csv", LINES, "gbk")).notes
    assert notes == (("intake.note.encoding", {"encoding": "GB18030"}),)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_gives_the_same(tmp_path: Path, separator: str) -> None:
    sheet = read_here(write(tmp_path / "a.csv", LINES.replace(",", separator)))
    assert rows(sheet)[2] == ["甲公司", "91110000600037341L", "5"]


def test_a_separator_said_in_the_first_line(tmp_path: Path) -> None:
    sheet = read_here(write(tmp_path / "a.csv", "sep=;\r\n甲列;乙列\r\n1,5;2,5\r\n"))
    assert (sheet.header_row, rows(sheet)) == (2, {3: ["1,5", "2,5"]})


def test_rows_count_as_in_a_spreadsheet_though_a_cell_has_lines(tmp_path: Path) -> None:
    sheet = read_here(write(tmp_path / "a.csv", '单位名称,地址\n"甲\r\n公司",北京\n\n乙,"说""好""的"\n'))
    assert rows(sheet) == {2: ["甲\n公司", "北京"], 4: ["乙", '说"好"的']}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same(tmp_path: Path, end: str) -> None:
    assert len(read_here(write(tmp_path / "a.csv", LINES.replace("\n", end))).cells) == 2


TEXT = st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=12)


@given(
    st.lists(st.tuples(TEXT.filter(lambda text: tidy(text) != ""), TEXT), min_size=1, max_size=8),
    st.integers(0, 4),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_is_written_reads_back_below_any_number_of_title_rows(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[tuple[str, str]],
    titles: int,
    encoding: str,
    separator: str,
) -> None:
    text = io.StringIO()
    written = csv.writer(text, delimiter=separator)
    written.writerows([[f"大兴区第{i}期"] for i in range(titles)])
    written.writerow(["单位名称", "地址", "职工人数"])
    # A name in brackets, and a number: no record that may be taken for a remark or a total.
    written.writerows([f"《{name}》", address, "7"] for name, address in records)
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    sheet = read_here(write(path, text.getvalue(), encoding))
    assert sheet.header_row == titles + 1
    expected = [[tidy(f"《{name}》"), tidy(address), "7"] for name, address in records]
    assert list(rows(sheet).values()) == expected
    assert list(rows(sheet)) == list(range(titles + 2, titles + 2 + len(records)))


def test_the_line_of_an_undecodable_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(LINES.encode() + b"\xff\xfe\xff,,1\n")
    error = refusal(path)
    assert (error.key, error.params["row"]) == ("intake.encoding", 4)
    path.write_bytes((LINES + "丙,,7\n").encode("gbk") + b"\xff\xff,,1\n")
    error = refusal(path)
    assert (error.key, error.params["row"]) == ("intake.encoding", 5)


def test_one_broken_byte_does_not_turn_utf_8_into_other_words(tmp_path: Path) -> None:
    """GB18030 could read all of it, as nonsense."""
    whole = ("单位名称\n" + "北京某某科技发展有限公司\n" * 20).encode()
    path = tmp_path / "a.csv"
    path.write_bytes(whole.replace("发展".encode(), "发".encode() + b"\xe5", 1))
    error = refusal(path)
    assert (error.key, error.params["row"]) == ("intake.encoding", 2)


def test_half_a_character_at_the_end_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((LINES + "丙").encode()[:-1])
    assert (refusal(path).key, refusal(path).params["row"]) == ("intake.encoding", 4)


def test_an_encoding_is_found_beyond_the_first_block(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,address\n" * 200_000 + "甲,乙\n".encode("gbk"))
    assert find_encoding(path, "a.csv") == "gb18030"


@pytest.mark.parametrize(
    "text",
    [
        '单位名称,地址\n甲,乙\n"丙,丁\n戊,己\n',
        '单位名称,地址\n甲,乙\n"丙"丁,戊\n',
        '单位名称,地址\n甲,乙\n"' + "丙" * (1 << 20) + "丙" + '",\n',
    ],
    ids=["never closed", "goes on", "too long"],
)
def test_quotes_that_do_not_match_are_refused_with_the_row(tmp_path: Path, text: str) -> None:
    error = refusal(write(tmp_path / "a.csv", text))
    assert (error.key, error.params["row"]) == ("intake.quotes", 3)


def test_rows_of_other_lengths_are_filled_or_cut_and_told(tmp_path: Path) -> None:
    sheet = read_here(write(tmp_path / "a.csv", "单位名称,地址\n甲\n乙,丙,丁\n戊,己,\n"))
    assert rows(sheet) == {2: ["甲", ""], 3: ["乙", "丙"], 4: ["戊", "己"]}
    assert sheet.long_rows == (3,)
    assert sheet.notes == (("intake.note.long", {"count": 1, "rows": "3"}),)


def test_too_many_rows_are_refused_with_their_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "RECORDS_AT_MOST", 3)
    error = refusal(write(tmp_path / "a.csv", "单位名称\n" + "甲\n" * 50))
    assert (error.key, error.params["rows"], error.params["limit"]) == ("intake.too_many", 51, 3)


def test_a_text_table_has_no_worksheets(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "a.csv", LINES), sheet="甲").key == "intake.no_sheet"


def test_only_a_header_is_refused_and_so_is_nothing(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "a.csv", "登记表,\n单位名称,地址\n\n"))
    assert (error.key, error.params["row"]) == ("intake.only_header", 2)
    assert refusal(write(tmp_path / "a.csv", ",,\n,,\n")).key == "intake.no_header"


def test_what_spreadsheets_would_run_is_text(tmp_path: Path) -> None:
    sheet = read_here(write(tmp_path / "a.csv", "单位名称,地址\n=cmd|' /C calc'!A0,'=1+1\n'+86,=\"0123\"\n"))
    assert rows(sheet) == {2: ["=cmd|' /C calc'!A0", "=1+1"], 3: ["+86", "0123"]}
