"""From rows to a table: the header, merged cells, and what is no record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.i18n import LANGUAGES, messages
from geo.intake import IntakeError, sheet
from geo.intake.sheet import CELL_AT_MOST, Header, Left, Merge, Row, read_table, tidy, told

KEY = re.compile(r'"(intake\.[a-z_.]+)"')
HEADER = ["单位名称", "所属镇街", "职工人数"]
NAMES = ["序号", "单位名称", "职工人数", "会员人数"]


def table(
    *rows: list[str], merges: list[Merge] | None = None, header_row: int | None = None
) -> tuple[Header, list[Row], Left]:
    """What is read of rows that stand from row 1 on."""
    left = Left()
    numbered = list(enumerate([list(row) for row in rows], start=1))
    header, records = read_table(numbered, merges or [], left, name="表.xlsx", header_row=header_row)
    return header, list(records), left


def test_the_header_is_the_row_with_the_most_known_words() -> None:
    header, records, _ = table(
        ["黄村镇企业情况表"], ["填表单位", "镇总工会", "联系电话", "123"], HEADER, ["甲公司", "黄村镇", "5"]
    )
    assert (header.row, header.names, header.skipped) == (3, ("单位名称", "所属镇街", "职工人数"), 2)
    assert records == [(4, ["甲公司", "黄村镇", "5"])]


def test_of_equally_worded_rows_the_first_is_the_header_and_the_other_is_one_said_again() -> None:
    header, records, left = table(HEADER, ["甲", "乙镇", "1"], HEADER, ["丙", "丁镇", "2"])
    assert header.row == 1
    assert [number for number, _ in records] == [2, 4]
    assert left.headers == [3]


def test_without_known_words_the_first_full_row_is_the_header() -> None:
    header, records, _ = table(["一览"], ["甲列", "乙列", "丙列"], ["1", "2", "3"])
    assert (header.row, header.names) == (2, ("甲列", "乙列", "丙列"))
    assert records == [(3, ["1", "2", "3"])]


def test_cells_that_fill_columns_do_not_make_a_header() -> None:
    """企业 and 公司 are words for a name, and what stands under 单位性质."""
    header, _, _ = table(["甲列", "乙列", "丙列"], ["企业", "公司", "驿站"])
    assert header.row == 1


def test_the_header_is_found_below_many_empty_rows_and_not_below_many_full_ones() -> None:
    header, records, _ = table(*[[""]] * 100, HEADER, ["甲", "乙", "1"])
    assert (header.row, records) == (101, [(102, ["甲", "乙", "1"])])
    header, _, _ = table(*[["壹", "贰", "叁"]] * 30, HEADER, ["甲", "乙", "1"])
    assert header.row == 1


def test_the_header_row_can_be_told() -> None:
    header, records, _ = table(HEADER, ["a", "b", "c"], ["甲", "乙", "1"], header_row=2)
    assert (header.row, header.names) == (2, ("a", "b", "c"))
    assert records == [(3, ["甲", "乙", "1"])]


@pytest.mark.parametrize("row", [2, 9])
def test_an_empty_row_or_none_cannot_be_the_header(row: int) -> None:
    with pytest.raises(IntakeError) as error:
        table(HEADER, ["", "", ""], ["甲", "乙", "1"], header_row=row)
    assert (error.value.key, error.value.params["row"]) == ("intake.no_header_row", row)


def test_nothing_has_no_header() -> None:
    with pytest.raises(IntakeError, match="no_header"):
        table(["", ""], [])


def test_two_lines_under_merged_cells_are_one_header() -> None:
    merges = [Merge(1, 0, 1, 4), Merge(2, 0, 3, 0), Merge(2, 1, 2, 2), Merge(2, 3, 2, 4)]
    header, records, _ = table(
        ["某镇登记表", "", "", "", ""],
        ["单位名称", "工会情况", "", "坐标", ""],
        ["", "会员人数", "建会日期", "经度", "纬度"],
        ["甲", "3", "2023", "116.3", "39.7"],
        merges=merges,
    )
    assert (header.row, header.names) == (3, ("单位名称", "会员人数", "建会日期", "经度", "纬度"))
    assert records == [(4, ["甲", "3", "2023", "116.3", "39.7"])]


def test_two_lines_without_merging_are_one_header_whichever_has_more_words() -> None:
    for upper, lower in (
        (["单位名称", "所属镇街", "地址", "工会情况", ""], ["", "", "", "会员人数", "建会日期"]),
        (["单位名称", "", "", "", ""], ["", "会员人数", "建会日期", "经度", "纬度"]),
    ):
        header, records, _ = table(upper, lower, ["甲", "乙", "丙", "3", "2023"])
        assert header.row == 2
        assert header.names == tuple(below or above for above, below in zip(upper, lower, strict=True))
        assert records == [(3, ["甲", "乙", "丙", "3", "2023"])]


def test_equal_words_of_the_lower_line_take_the_group_before_them() -> None:
    header, _, _ = table(
        ["单位名称", "联系人", "", "法人", ""],
        ["", "姓名", "电话", "姓名", "电话"],
        ["甲", "张", "1", "李", "2"],
        merges=[Merge(1, 0, 2, 0), Merge(1, 1, 1, 2), Merge(1, 3, 1, 4)],
    )
    assert header.names == ("单位名称", "联系人姓名", "联系人电话", "法人姓名", "法人电话")


def test_a_cell_merged_down_says_the_same_in_each_row_and_one_merged_across_says_it_once() -> None:
    _, records, left = table(
        HEADER,
        ["甲", "黄村镇", "1"],
        ["乙", "", "2"],
        ["", "", ""],
        ["丙", "", "3"],
        ["丁", "", ""],
        merges=[Merge(2, 1, 5, 1), Merge(6, 0, 6, 1)],
    )
    assert records == [
        (2, ["甲", "黄村镇", "1"]),
        (3, ["乙", "黄村镇", "2"]),
        (5, ["丙", "黄村镇", "3"]),
        (6, ["丁", "", ""]),
    ]
    assert dict(left.notes())["intake.note.merged"] == {"count": 1}


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "1234", "200"],
        ["合 计", "", "1,234", ""],
        ["", "总计：", "1234人", "200人"],
        ["", "合计：1234人", "", ""],
        ["共计25家", "", "", ""],
        ["3", "黄村镇小计", "17", ""],
        ["黄村镇", "小计", "17", ""],
        ["Total", "", "5", "6"],
        ["本页合计", "", "5", "6"],
    ],
)
def test_total_rows_are_left_out_and_told(row: list[str]) -> None:
    _, records, left = table(NAMES, ["1", "甲", "2", "1"], row)
    assert [number for number, _ in records] == [2]
    assert left.notes() == [("intake.note.totals", {"count": 1, "rows": "3"})]


@pytest.mark.parametrize(
    "row",
    [
        ["3", "合计财务咨询公司", "5", ""],
        ["3", "甲公司", "合计", "见附件"],
        ["黄村镇", "总计划科技公司", "17", ""],
        ["累计", "甲公司", "黄村镇", "5"],
    ],
)
def test_records_that_only_mention_a_total_stay(row: list[str]) -> None:
    _, records, left = table(NAMES, ["1", "甲", "2", "1"], row)
    assert [number for number, _ in records] == [2, 3]
    assert left.notes() == []


def test_remarks_under_the_table_are_left_out_and_told() -> None:
    _, records, left = table(
        NAMES,
        ["1", "甲", "2", "1"],
        ["备注：数字截至上月", "", "", ""],
        ["逐户核对", "", "", ""],
        ["填表人：张三", "", "填表日期：2023年5月1日", ""],
        ["注1. 不含分公司", "", "", ""],
        ["第 1 页 共 3 页", "", "", ""],
    )
    assert [number for number, _ in records] == [2]
    assert left.notes() == [("intake.note.remarks", {"count": 5, "rows": "3, 4, 5, 6, 7"})]


def test_what_comes_after_a_remark_is_a_record_again() -> None:
    _, records, _ = table(NAMES, ["备注：甲", "", "", ""], ["1", "乙", "2", "1"], ["单独一格", "", "", ""])
    assert [number for number, _ in records] == [3, 4]


def test_titles_said_again_and_lines_across_the_table_are_left_out_and_told() -> None:
    _, records, left = table(
        ["某镇登记表", "", "", ""],
        NAMES,
        ["1", "甲", "2", "1"],
        ["某镇 登记表", "", "", ""],
        ["黄村镇", "", "", ""],
        ["2", "乙", "3", "1"],
        merges=[Merge(5, 0, 5, 3)],
    )
    assert [number for number, _ in records] == [3, 6]
    assert left.notes() == [("intake.note.banners", {"count": 2, "rows": "4, 5"})]


def test_short_rows_are_filled_up_and_what_is_beyond_the_header_is_cut_and_told() -> None:
    _, records, left = table(HEADER, ["甲"], ["乙", "丙", "1", ""], ["丁", "北京", "大兴", "1"])
    assert records == [(2, ["甲", "", ""]), (3, ["乙", "丙", "1"]), (4, ["丁", "北京", "大兴"])]
    assert left.notes() == [("intake.note.long", {"count": 1, "rows": "4"})]


def test_empty_rows_are_no_records_and_rows_keep_their_numbers() -> None:
    _, records, _ = table(["", ""], HEADER, ["", "", ""], ["甲", "", ""], ["", ""], ["乙"])
    assert [number for number, _ in records] == [4, 6]


def test_too_many_records_are_refused_at_the_first_that_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "RECORDS_AT_MOST", 2)
    two = [["甲", "", "1"], ["乙", "", "2"]]
    assert len(table(HEADER, *two, ["合计", "", "3"])[1]) == 2
    with pytest.raises(IntakeError) as error:
        table(HEADER, *two, ["丙", "", "3"])
    assert (error.value.key, error.value.params["rows"], error.value.params["limit"]) == ("intake.too_many", 4, 2)


def test_a_note_names_only_the_first_rows() -> None:
    assert told([1, 2]) == {"count": 2, "rows": "1, 2"}
    assert told(list(range(1, 22)))["rows"] == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 …"


def test_a_header_is_on_one_line() -> None:
    header, _, _ = table(["单位\n名称", "Number of\nemployees"], ["甲", "1"])
    assert header.names == ("单位名称", "Number of employees")


def test_everything_the_intake_says_has_its_words_in_both_languages() -> None:
    said = {key for path in Path(sheet.__file__).parent.glob("*.py") for key in KEY.findall(path.read_text("utf-8"))}
    said |= {f"intake.note.{name}" for name in ("totals", "headers", "remarks", "banners", "long")}
    said |= {f"intake.{name}" for name in ("too_slow", "too_large", "crashed")}
    said |= {f"intake.phase.{name}" for name in ("open", "read", "load")}
    for language in LANGUAGES:
        assert said <= messages(language).keys()
        assert {key for key in messages(language) if key.startswith("intake.")} == said


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("  甲\u3000", "甲"),
        ("\u00a0甲\t乙\u200b", "甲 乙"),
        ("甲 \r\n 乙\n", "甲\n乙"),
        ("\ufeff名称\x00", "名称"),
        ("张\u3000三", "张 三"),
        ("'=SUM(A1)", "=SUM(A1)"),
        ("'+86", "+86"),
        ("'-1", "-1"),
        ("'@x", "@x"),
        ("'＝1", "＝1"),
        ("'甲'", "'甲'"),
        ('="0123"', "0123"),
        ('=""', '=""'),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("<b>甲</b>", "<b>甲</b>"),
        ("", ""),
    ],
)
def test_a_tidy_text(written: str, text: str) -> None:
    assert tidy(written) == text


def test_a_cell_beyond_all_measure_is_kept_one_character_too_long() -> None:
    assert tidy("甲" * CELL_AT_MOST) == "甲" * CELL_AT_MOST
    assert len(tidy("甲" * 1_000_000)) == CELL_AT_MOST + 1


@given(st.text(max_size=30))
def test_tidying_twice_changes_nothing_more_but_another_apostrophe(text: str) -> None:
    once = tidy(text)
    assert once == once.strip()
    if not once.startswith(("'", '="')):
        assert tidy(once) == once
