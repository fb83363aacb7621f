"""What cells say: numbers, dates, choices and codes in the ways people write them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from geo import campaigns, enterprises, facilities
from geo.facilities import parse_amenities
from geo.i18n import LANGUAGES, Language, translate
from geo.intake.cells import allowed, clean_code, in_ones, parse, split_lonlat
from geo.intake.choices import WORDS, choose, is_unknown, name
from geo.intake.columns import KINDS, fields
from geo.schema import Column, _parse

UNKNOWN_WORDS = ["", "无", "不详", "未知", "/", "-", "—", "——", "空", "N/A", "n/a", "#N/A", "暂无", "／", "null", "－"]
WORKERS = Column("workers", "integer", low=0)
LON, LAT = Column("lon", "number"), Column("lat", "number")
DAY = Column("established_on", "date")
FLAG = Column("in_campaign", "flag")
CODE = Column("credit_code")
NAME = Column("name", required=True)
CHOICES = {column.name: column for column in enterprises.TABLE.columns if column.choices}
STATE = next(column for column in facilities.TABLE.columns if column.name == "state")
KIND = next(column for column in facilities.TABLE.columns if column.name == "kind")
PLACE_KIND = next(column for column in campaigns.POSITIONS.columns if column.name == "kind")
AMENITIES = Column("amenities")
VALID_CODE = "91110000600037341L"  # the example of python-stdnum


def read(text: str, column: Column) -> tuple[object, str]:
    values, reasons = parse(pd.Series([text], dtype="str"), column)
    value = values.iloc[0]
    return None if pd.isna(value) or value == "" else value, reasons.iloc[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("１２", 12),
        ("1,234", 1234),
        ("1，234", 1234),
        ("1 234", 1234),
        ("12,345,678", 12_345_678),
        ("12人", 12),
        ("12 名", 12),
        ("12（人）", 12),
        ("３家", 3),
        ("20.0", 20),
        ("1.2万", 12_000),
        ("0.3万人", 3_000),
        ("0", 0),
        ("+5", 5),
        ("1e3", 1000),
    ],
)
def test_counts(text: str, value: int) -> None:
    assert read(text, WORKERS) == (value, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,23", "number"),
        ("12 34", "number"),
        ("约20", "number"),
        ("10-20", "number"),
        ("十二", "number"),
        ("12..5", "number"),
        ("inf", "number"),
        ("1e999", "number"),
        ("<b>1</b>", "number"),
        ("20.5", "integer"),
        ("-1", "range"),
        ("9007199254740993", "range"),
        ("1" * 2001, "long"),
    ],
)
def test_what_is_no_count(text: str, reason: str) -> None:
    assert read(text, WORKERS) == (None, f"intake.cell.{reason}")


@pytest.mark.parametrize("text", UNKNOWN_WORDS)
@pytest.mark.parametrize(
    "column",
    [WORKERS, LON, DAY, NAME, CODE, CHOICES["route"], CHOICES["groups"], CHOICES["union_form"], AMENITIES, KIND],
)
def test_what_is_not_known_is_unknown_and_no_fault(text: str, column: Column) -> None:
    assert read(text, column) == (None, "")


def test_types_are_those_of_the_schema() -> None:
    for kind in KINDS:
        for column in fields(kind):
            nothing = pd.Series(["", ""], dtype="str", index=[7, 3])
            values, reasons = parse(nothing, column)
            assert values.dtype == _parse(nothing, column)[0].dtype, column
            assert values.index.equals(nothing.index)
            assert reasons.tolist() == ["", ""]
            assert parse(nothing.iloc[:0], column)[0].dtype == values.dtype


def test_each_row_has_its_own_answer() -> None:
    values, reasons = parse(pd.Series(["5人", "x", "5人", ""], index=[4, 5, 9, 10], dtype="str"), WORKERS)
    assert values.tolist() == [5, pd.NA, 5, pd.NA]
    assert reasons.to_dict() == {4: "", 5: "intake.cell.number", 9: "", 10: ""}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("116.324570123456", 116.324570123456),
        ("116.32457°", 116.32457),
        ("东经116.32457", 116.32457),
        ("116.32457E", 116.32457),
        ("E116.5", 116.5),
        ("１１６．５", 116.5),
        ("116°30′", 116.5),
        ("116°30'36\"", 116.51),
        ("116度30分36秒", 116.51),
        ("东经116°30′36″", 116.51),
        ("116°30’36”E", 116.51),
        ("-5", -5.0),
        ("5W", -5.0),
        ("西经5°", -5.0),
    ],
)
def test_degrees(text: str, value: float) -> None:
    got, reason = read(text, LON)
    assert reason == ""
    assert got == pytest.approx(value, abs=1e-12)


def test_degrees_are_no_amounts_and_amounts_no_degrees() -> None:
    assert read("116°30′", Column("precision_m", "number"))[1] == "intake.cell.number"
    assert read("116,324", LON)[1] == "intake.cell.number"
    assert read("116°72′", LON)[1] == "intake.cell.number"
    assert read("2,000米", Column("precision_m", "number", low=0)) == (2000.0, "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2023年5月1日", "2023-05-01"),
        ("2023年05月01号", "2023-05-01"),
        ("2023年5月", "2023-05"),
        ("2023年5月份", "2023-05"),
        ("2023年", "2023"),
        ("2023年度", "2023"),
        ("2023", "2023"),
        ("2023.5.1", "2023-05-01"),
        ("2023.5", "2023-05"),
        ("2023.10", "2023-10"),
        ("2023/5/1", "2023-05-01"),
        ("2023-5-1", "2023-05-01"),
        ("2023-05", "2023-05"),
        ("20230501", "2023-05-01"),
        ("202305", "2023-05"),
        ("２０２３－５－１", "2023-05-01"),
        ("2023 年 5 月 1 日", "2023-05-01"),
        ("二〇二三年五月一日", "2023-05-01"),
        ("二○二三年十二月三十一日", "2023-12-31"),
        ("二0二三年十月二十日", "2023-10-20"),
        ("二〇二三年十一月", "2023-11"),
        ("二〇二三年", "2023"),
        ("2023-05-01 00:00:00", "2023-05-01"),
        ("2023-05-01T08:30:00Z", "2023-05-01"),
        ("2023/5/1 0:00", "2023-05-01"),
        ("2023年5月1日 10时30分", "2023-05-01"),
        ("2023年5月1日星期一", "2023-05-01"),
        ("2023年5月底", "2023-05"),
        ("45047", "2023-05-01"),  # 1 May 2023 is 45,047 days after 30 December 1899
        ("45047.4375", "2023-05-01"),
        ("2024-2-29", "2024-02-29"),
        ("1958-10-1", "1958-10-01"),
    ],
)
def test_dates(text: str, value: str) -> None:
    assert read(text, DAY) == (value, "")


@pytest.mark.parametrize(
    "text",
    [
        "23.5.1",
        "1/5/2023",
        "2023年13月",
        "2023-02-30",
        "2023年5月-6月",
        "20231301",
        "5月1日",
        "3023年",
        "0999",
        "999999",
        "20235",
        "甲",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert read(text, DAY) == (None, "intake.cell.date")


def test_a_month_that_may_have_lost_its_nought_is_asked_about() -> None:
    assert read("2023.1", DAY) == (None, "intake.cell.date_short")
    assert read("2023.01", DAY) == ("2023-01", "")


@pytest.mark.parametrize("text", ["0", "1900-01-00", "0000-00-00", "1899-12-31", "1900/1/0"])
def test_a_zero_date_is_unknown(text: str) -> None:
    assert read(text, DAY) == (None, "")


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)))
def test_every_form_of_a_day_is_that_day(day: date) -> None:
    forms = [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day.year}-{day.month}-{day.day} 12:00:00",
        f"{(day - date(1899, 12, 30)).days}.25",
    ]
    assert {read(form, DAY) for form in forms} == {(day.isoformat(), "")}


@given(st.integers(-(2**53), 2**53), st.sampled_from(["{:d}", "{:,}", "{:d}.0", "{:d}人", " {:,} 家"]))
def test_a_whole_number_reads_as_itself_however_it_is_written(number: int, form: str) -> None:
    assert read(form.format(number), Column("n", "integer")) == (number, "")


@given(st.floats(-180, 180, allow_subnormal=False))
def test_a_coordinate_keeps_all_its_digits(degrees: float) -> None:
    plain = np.format_float_positional(degrees)
    assert read(plain, LON) == (degrees, "")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("union_status", "已建会", "established"),
        ("union_status", "已建", "established"),
        ("union_status", "是", "established"),
        ("union_status", "√", "established"),
        ("union_status", "Established", "established"),
        ("union_status", "已建会（联合）", "established"),
        ("union_status", "未建会", "none"),
        ("union_status", "未建", "none"),
        ("union_status", "否", "none"),
        ("union_status", "无", "none"),
        ("union_status", "×", "none"),
        ("union_status", "none", "none"),
        ("union_status", "有意向", "willing"),
        ("union_status", "拟建会", "willing"),
        ("union_status", "已沟通", "contacted"),
        ("union_status", "备材料", "preparing"),
        ("union_status", "暂不建会", "declined"),
        ("union_status", " 已 注 销 ", "closed"),
        ("union_form", "独立", "standalone"),
        ("union_form", "单独", "standalone"),
        ("union_form", "基层", "standalone"),
        ("union_form", "联合", "joint"),
        ("union_form", "联合基层工会", "joint"),
        ("union_form", "工会（联合）", "joint"),
        ("route", "重点建", "重点建"),
        ("route", "兜底", "兜底建"),
        ("groups", "外卖骑手、快递员", "网约送餐员;快递员"),
        ("groups", "快递员;快递员", "快递员"),
        ("groups", "保安，护工", "保安员;护工护理员"),
        ("standing", "示例", "synthetic"),
    ],
)
def test_choices_of_an_enterprise(field: str, text: str, code: str) -> None:
    assert read(text, CHOICES[field]) == (code, "")


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        (KIND, "驿站", "rest_station"),
        (KIND, "户外劳动者服务站点", "rest_station"),
        (KIND, "枫桥实践站智能舱", "mediation_kiosk"),
        (KIND, "职工书屋", "reading_room"),
        (PLACE_KIND, "镇街", "region"),
        (PLACE_KIND, "产业基地", "industrial_base"),
        (STATE, "正常", "open"),
        (STATE, "拟建", "planned"),
        (STATE, "停用", "closed"),
        (STATE, "未知", "unverified"),
    ],
)
def test_choices_of_facilities_and_positions(column: Column, text: str, code: str) -> None:
    assert read(text, column) == (code, "")


def test_a_word_of_another_table_is_no_choice_of_this_one() -> None:
    assert read("镇街", KIND) == (None, "intake.cell.choice")
    assert read("驿站", PLACE_KIND) == (None, "intake.cell.choice")
    assert read("快递员、宇航员", CHOICES["groups"]) == (None, "intake.cell.choice")


def test_what_the_screen_and_the_exports_call_a_choice_is_that_choice() -> None:
    for kind in KINDS:
        for column in fields(kind):
            for code in column.choices:
                words = {code, *(name(column, code, language) for language in LANGUAGES)}
                assert {choose(word, column) for word in words} == {code}, (column.name, code)


def test_no_word_is_listed_for_two_choices_of_a_column() -> None:
    for column in [*CHOICES.values(), KIND, PLACE_KIND, STATE]:
        for code, words in WORDS.get(column.name, {}).items():
            if code in column.choices:
                assert {choose(word, column) for word in words.split()} <= {code}, (column.name, code)


@pytest.mark.parametrize(
    ("text", "value"),
    [("是", True), ("有", True), ("√", True), ("1", True), ("Y", True), ("否", False),
     ("无", False), ("×", False), ("0", False),
     ("FALSE", False), ("TRUE", True), ("不详", None), ("", None), ("—", None)],
)  # fmt: skip
def test_flags(text: str, value: bool | None) -> None:
    assert read(text, FLAG) == (value, "")


def test_what_is_no_flag() -> None:
    assert read("也许", FLAG) == (None, "intake.cell.flag")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wifi=yes; toilet=no", {"wifi": True, "toilet": False}),
        ("饮水、微波炉，WiFi", {"water": True, "microwave": True, "wifi": True}),
        ("饮水机；无卫生间", {"water": True, "toilet": False}),
        ("空调：有；冰箱：无", {"air_conditioning": True, "fridge": False}),
        ("无线网络", {"wifi": True}),
        ("饮水、饮水机", {"water": True}),
    ],
)
def test_amenities(text: str, said: dict[str, bool]) -> None:
    value, reason = read(text, AMENITIES)
    assert reason == ""
    assert parse_amenities(str(value)) == said


def test_amenities_as_they_are_stored_stay_as_they_are() -> None:
    assert read("toilet=no;wifi=yes", AMENITIES) == ("toilet=no;wifi=yes", "")


@pytest.mark.parametrize("text", ["饮水、游泳池", "有空调、无空调", "wifi=maybe"])
def test_amenities_that_are_not_known_or_contradict(text: str) -> None:
    assert read(text, AMENITIES) == (None, "intake.cell.amenity")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ＡＢＣ（北京）有限公司１", "ABC（北京）有限公司1"),
        ("北京某某\n有限公司", "北京某某有限公司"),
        ("Beijing\nABC", "Beijing ABC"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_names_keep_their_words(text: str, value: str) -> None:
    assert read(text, NAME) == (value, "")


def test_a_note_keeps_its_lines() -> None:
    assert read("第一行\n第二行", Column("note")) == ("第一行\n第二行", "")


def test_numbers_that_lost_their_last_digits_are_no_telephones() -> None:
    phone = Column("phone")
    assert read("1.38E+10", phone) == (None, "intake.cell.digits")
    assert read("13800138000.0", phone) == ("13800138000", "")
    assert read("０１０－６１２３４５６７", phone) == ("010-61234567", "")


@pytest.mark.parametrize(
    "text",
    [
        VALID_CODE,
        VALID_CODE.lower(),
        "91110000 6000 37341L",
        "91110000-600037341-L",
        "９１１１００００６０００３７３４１Ｌ",
    ],
)
def test_a_code_is_one_however_it_is_written(text: str) -> None:
    assert clean_code(text) == (VALID_CODE, True)
    assert read(text, CODE) == (VALID_CODE, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        VALID_CODE[:-1],
        VALID_CODE[:-1] + "M",
        VALID_CODE.replace("1", "I", 1),
        VALID_CODE.replace("0", "O", 1),
        "9.1110115E+17",
        "911101150000000000",
        "110115000000000",
        "91" + "A" * 6 + VALID_CODE[8:],
    ],
)
def test_nothing_is_repaired_into_a_code(text: str) -> None:
    assert clean_code(text) == (text, False)


@given(
    st.text("0123456789", min_size=6, max_size=6), st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9)
)
def test_one_wrong_character_makes_a_code_invalid(place: str, body: str) -> None:
    code = "91" + place + body
    code += uscc.calc_check_digit(code)
    assert clean_code(code) == (code, True)
    wrong = ("1" if code[5] == "0" else "0") if code[5] != "1" else "2"
    assert not clean_code(code[:5] + wrong + code[6:])[1]


def test_a_code_of_a_village_cooperative_begins_with_a_letter() -> None:
    code = "N2110115MF0000000"
    code += uscc.calc_check_digit(code)
    assert clean_code(code) == (code, True)


@pytest.mark.parametrize(
    "text",
    ["116.3,39.7", "116.3，39.7", "(116.3, 39.7)", "116.3 39.7", "116.3;39.7", "[116.3,39.7]", "POINT(116.3 39.7)",
     "POINT Z (116.3 39.7 5)", "东经116.3°，北纬39.7°", "东经116.3°北纬39.7°", "E116.3,N39.7", "116.3/39.7"],
)  # fmt: skip
def test_combined_coordinates(text: str) -> None:
    first, second, reasons = split_lonlat(pd.Series([text], dtype="str"))
    assert (first[0], second[0], reasons[0]) == (116.3, 39.7, "")


def test_combined_coordinates_stay_in_the_order_written_and_unknown_ones_unknown() -> None:
    cells = pd.Series(["39.7,116.3", "", "不详", "116.3", "甲,乙", "1,2,3"], index=[2, 3, 4, 5, 6, 7], dtype="str")
    first, second, reasons = split_lonlat(cells)
    assert (first[2], second[2]) == (39.7, 116.3)
    assert first[3:].isna().all()
    assert second[3:].isna().all()
    bad = "intake.cell.lonlat"
    assert reasons.to_dict() == {2: "", 3: "", 4: "", 5: bad, 6: bad, 7: bad}
    assert parse(cells, Column("lonlat"))[1].tolist() == reasons.tolist()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_said(language: Language) -> None:
    for column, text in [(WORKERS, "x"), (WORKERS, "-1"), (WORKERS, "1.5"), (DAY, "x"), (DAY, "2023.1"), (FLAG, "甲"),
                         (STATE, "x"), (AMENITIES, "x"), (NAME, "x" * 2001), (Column("lonlat"), "x"),
                         (Column("phone"), "1E+10")]:  # fmt: skip
        key = read(text, column)[1]
        assert key.startswith("intake.cell.")
        assert translate(key, language, value=text, allowed=allowed(column, language))


def test_what_a_cell_may_be_is_said_in_words() -> None:
    assert allowed(CHOICES["union_form"], "zh") == "单独建会、联合覆盖"
    assert allowed(WORKERS, "zh") == "0 … ∞"


@pytest.mark.parametrize("text", ["0", "否", "甲", "1-2", "A/B", "无锡公司"])
def test_what_says_something_is_known(text: str) -> None:
    assert not is_unknown(text)


def test_days_beyond_what_spreadsheets_reach_are_no_dates() -> None:
    last = date(2099, 12, 31)
    days = (last - date(1899, 12, 30)).days
    assert read(str(days), DAY) == ((date(1899, 12, 30) + timedelta(days)).isoformat(), "")
    assert read(str(days + 1), DAY) == (None, "intake.cell.date")


def test_a_header_in_ten_thousands_counts_for_numbers_that_say_no_unit() -> None:
    """20.46 under 万元 is 204,600 yuan; what says its own unit is taken at its word."""
    cells = pd.Series(["20.46", "1.2万", "3500元", "", "不详"])
    recovered = Column("recovered", "number", low=0)
    for header in ("追回金额（万元）", "追回金额/万元", "追回损失(单位：万元)", "追回[万元]"):
        values, reasons = parse(in_ones(cells, header), recovered)
        assert values[:3].tolist() == [204_600, 12_000, 3_500], header
        assert values[3:].isna().all()
        assert not reasons.any()
    for header in ("追回金额", "追回金额（元）", "万方街道人数"):
        assert in_ones(cells, header).equals(cells), header
