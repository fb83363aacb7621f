"""Worksheets: what their cells say, which of them is read, and how far they may reach."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from made_files import HEADER, read_entry, read_here, refusal, rewrite_zip, rows, write_xlsx, write_zip
from openpyxl.styles import Border, Side

from geo.intake import excel
from geo.intake.cells import clean_code
from geo.intake.excel import number_text


def test_cells_of_every_kind_are_texts_as_people_write_them(tmp_path: Path) -> None:
    written = [12.0, 116.324570123, 13800138000, 0.1, True, date(2023, 5, 1), datetime(2023, 5, 1, 10, 30), time(8, 5)]
    sheet = read_here(write_xlsx(tmp_path / "a.xlsx", ["单位名称", *"abcdefg"], written))
    assert rows(sheet) == {
        2: ["12", "116.324570123", "13800138000", "0.1", "TRUE", "2023-05-01", "2023-05-01 10:30:00", "08:05:00"]
    }


def test_a_code_that_was_made_a_number_is_no_code(tmp_path: Path) -> None:
    sheet = read_here(write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", 911101150000000003, 5]))
    assert rows(sheet) == {2: ["甲", "9.1110115E+17", "5"]}
    assert not clean_code("9.1110115E+17")[1]


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_have_all_their_digits_and_no_point(number: int) -> None:
    assert number_text(float(number)) == str(number)


@given(st.floats(-1e14, 1e14))
def test_numbers_read_back_as_they_were(number: float) -> None:
    assert float(number_text(number)) == number


@pytest.mark.parametrize(
    ("number", "text"), [(float("nan"), ""), (1e15, "1E+15"), (-2e17, "-2E+17"), (0.0, "0"), (-0.0, "0")]
)
def test_numbers_at_the_edges(number: float, text: str) -> None:
    assert number_text(number) == text


def test_a_formula_is_what_it_came_to_and_a_text_that_looks_like_one_is_a_text(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["=1+1", "x", 3])
    sheet_xml = "xl/worksheets/sheet1.xml"
    content = read_entry(path, sheet_xml)
    path = rewrite_zip(
        path,
        {
            sheet_xml: content.replace(b"<v />", b"<v>2</v>")
            .replace(b"<v></v>", b"<v>2</v>")
            .replace(b"<t>x</t>", b"<t>=cmd|' /C calc'!A0</t>")
        },
    )
    assert rows(read_here(path)) == {2: ["2", "=cmd|' /C calc'!A0", "3"]}


def test_shared_strings_and_written_rows_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        worksheet = book.add_worksheet("名册")
        for number, row in enumerate([HEADER, ["甲", " 乙 ", 5], ["甲", "甲", 6.5]]):
            worksheet.write_row(number, 0, row)
    assert rows(read_here(path)) == {2: ["甲", "乙", "5"], 3: ["甲", "甲", "6.5"]}


def test_html_and_quotes_in_names_are_text(tmp_path: Path) -> None:
    name = '<img src=x onerror=alert(1)> & "甲" \'r="ZZ9"\''
    sheet = read_here(write_xlsx(tmp_path / "a.xlsx", HEADER, [name, "", 1]))
    assert rows(sheet)[2][0] == name


def test_titles_merged_cells_and_totals(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        ["黄村镇企业登记表", None, None, None],
        ["单位名称", "所属镇街", "工会情况", None],
        [None, None, "会员人数", "建会日期"],
        ["甲", "黄村镇", 3, date(2023, 5, 1)],
        ["乙", None, 4, "2023年"],
        ["合计", None, 7, None],
        ["填表人：丙", None, None, None],
        merged=["A1:D1", "A2:A3", "B2:B3", "C2:D2", "B4:B5"],
    )
    sheet = read_here(path)
    assert (sheet.name, sheet.header_row) == ("表", 3)
    assert sheet.header == ("单位名称", "所属镇街", "会员人数", "建会日期")
    assert rows(sheet) == {4: ["甲", "黄村镇", "3", "2023-05-01"], 5: ["乙", "黄村镇", "4", "2023年"]}
    assert sheet.notes == (
        ("intake.note.titles", {"count": 1}),
        ("intake.note.totals", {"count": 1, "rows": "6"}),
        ("intake.note.remarks", {"count": 1, "rows": "7"}),
        ("intake.note.merged", {"count": 1}),
    )


def test_the_old_format_reads_the_same(tmp_path: Path) -> None:
    workbook = xlwt.Workbook()
    worksheet = workbook.add_sheet("名册")
    worksheet.write_merge(1, 1, 1, 3, "登记表")
    for column, word in enumerate(["单位名称", "所属镇街", "建会日期"], start=1):
        worksheet.write(2, column, word)
    worksheet.write_merge(3, 4, 2, 2, "黄村镇")
    worksheet.write(3, 1, "甲")
    worksheet.write(4, 1, "乙")
    worksheet.write(3, 3, date(2023, 5, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    worksheet.write(4, 3, 45047)
    path = tmp_path / "a.xls"
    workbook.save(str(path))
    sheet = read_here(path)
    assert (sheet.name, sheet.header_row, sheet.header) == ("名册", 3, ("", "单位名称", "所属镇街", "建会日期"))
    assert rows(sheet) == {4: ["", "甲", "黄村镇", "2023-05-01"], 5: ["", "乙", "黄村镇", "45047"]}


def test_rows_and_columns_keep_their_places_where_the_table_does_not_begin_in_the_corner(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [], [], [None, "单位名称", "职工人数"], [None, "甲", 5])
    sheet = read_here(path)
    assert (sheet.header_row, sheet.header, rows(sheet)) == (3, ("", "单位名称", "职工人数"), {4: ["", "甲", "5"]})


def workbook(path: Path) -> Path:
    """Worksheets 说明 (words), 空 (nothing), 暗 (hidden, a table), 名册 (a table), 名册二 (another)."""
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表由各镇街填报"])
    book.active.append(["请在月底前报送"])
    book.create_sheet("空")
    for name, state in (("暗", "hidden"), ("名册", "visible"), ("名册二", "visible")):
        worksheet = book.create_sheet(name)
        worksheet.sheet_state = state
        worksheet.append(HEADER)
        worksheet.append([f"{name}公司", "", 1])
    book.save(path)
    return path


def test_the_first_worksheet_shown_that_looks_like_a_table_is_read(tmp_path: Path) -> None:
    sheet = read_here(workbook(tmp_path / "a.xlsx"))
    assert (sheet.name, sheet.sheets) == ("名册", ("说明", "空", "名册", "名册二"))
    assert rows(sheet) == {2: ["名册公司", "", "1"]}
    assert sheet.notes == (("intake.note.sheets", {"sheet": "名册", "count": 3}),)


def test_another_worksheet_can_be_asked_for(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert rows(read_here(path, sheet="名册二")) == {2: ["名册二公司", "", "1"]}
    assert refusal(path, sheet="空").key == "intake.no_rows"
    error = refusal(path, sheet="不在")
    assert (error.key, error.params["sheets"]) == ("intake.no_sheet", "说明 / 空 / 名册 / 名册二")


def test_where_none_looks_like_a_table_the_first_with_anything_in_it_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("乙").append(["天"])
    book["乙"].append(["地"])
    book.save(tmp_path / "a.xlsx")
    assert read_here(tmp_path / "a.xlsx").name == "乙"


def test_the_header_row_can_be_chosen(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "乙", "丙"], ["丁", "戊", "己"])
    sheet = read_here(path, header_row=2)
    assert (sheet.header, rows(sheet)) == (("甲", "乙", "丙"), {3: ["丁", "戊", "己"]})


def test_borders_down_to_the_last_row_are_no_content(tmp_path: Path) -> None:
    """As when somebody drew lines around whole columns."""
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 5])
    book = openpyxl.load_workbook(path)
    for row, column in ((1_048_576, 3), (2, 16_384), (1_048_576, 16_384)):
        book.active.cell(row, column).border = Border(left=Side("thin"))
    book.save(path)
    assert rows(read_here(path)) == {2: ["甲", "", "5"]}


@pytest.mark.parametrize(
    ("cell", "key", "said"),
    [
        ("A1048576", "intake.too_many", {"rows": 1_048_576, "limit": 300_000}),
        ("XFD2", "intake.too_wide", {"columns": 16_384, "limit": 256}),
        ("XFD1048576", "intake.too_many", {"rows": 1_048_576, "limit": 300_000}),
    ],
)
def test_one_cell_far_away_is_refused_before_the_rectangle_is_laid_out(
    tmp_path: Path, cell: str, key: str, said: dict[str, int]
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 5])
    book = openpyxl.load_workbook(path)
    book.active[cell] = "远"
    book.save(path)
    error = refusal(path)
    assert error.key == key
    assert error.params == {"file": "a.xlsx", **said}


def test_a_far_cell_of_another_worksheet_does_not_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["名册二"]["A1048576"] = "远"
    book.save(path)
    assert read_here(path).name == "名册"
    assert refusal(path, sheet="名册二").key == "intake.too_many"


def test_a_wide_but_sane_sheet_is_read(tmp_path: Path) -> None:
    sheet = read_here(write_xlsx(tmp_path / "a.xlsx", ["单位名称"] + [f"列{i}" for i in range(2, 257)], ["甲"] * 256))
    assert sheet.cells.shape == (1, 256)


def test_more_rows_than_are_taken_are_refused_by_their_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "RECORDS_AT_MOST", 50)
    error = refusal(write_xlsx(tmp_path / "a.xlsx", HEADER, *[["甲", "", 5]] * 100))
    assert (error.key, error.params["rows"]) == ("intake.too_many", 101)


@pytest.mark.parametrize("entry", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_an_entity_bomb_does_not_go_off(tmp_path: Path, entry: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 5])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    content = read_entry(path, entry).replace("甲".encode(), b"&b;")
    assert refusal(rewrite_zip(path, {entry: bomb + content})).key == "intake.damaged"


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_truncated_workbook_is_damaged(tmp_path: Path, share: float) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, *[["甲", "", i] for i in range(100)])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert refusal(path).key == "intake.damaged"


def test_a_workbook_with_a_broken_entry_is_damaged(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", HEADER, ["甲", "", 5])
    assert (
        refusal(rewrite_zip(path, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"})).key == "intake.damaged"
    )
    path = write_zip(tmp_path / "b.xlsx", {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    assert refusal(path).key == "intake.damaged"


def test_only_a_header_is_refused_and_so_is_an_empty_workbook(tmp_path: Path) -> None:
    assert refusal(write_xlsx(tmp_path / "a.xlsx", HEADER)).key == "intake.only_header"
    assert refusal(write_xlsx(tmp_path / "a.xlsx")).key == "intake.no_rows"
