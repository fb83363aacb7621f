"""Opening hours in people's words."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.hours import well_formed
from geo.hours.written import osm_hours
from geo.i18n import LANGUAGES, translate
from geo.intake.cells import parse
from geo.schema import Column

HOURS = Column("opening_hours")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mo-Fr 08:00-20:00; PH off", "Mo-Fr 08:00-20:00; PH off"),
        ("24/7", "24/7"),
        ("全天24小时开放", "24/7"),
        ("24小时", "24/7"),
        ("全天", "24/7"),
        ("7×24小时", "24/7"),
        ("周一至周日全天", "Mo-Su 00:00-24:00"),
        ("每天8:00-20:00", "08:00-20:00"),
        ("开放时间：9:00-17:00", "09:00-17:00"),
        ("星期一至星期日 08：00～22：00", "Mo-Su 08:00-22:00"),
        ("Mo-Fr 08：00-17：00，Sa 9:00-12:00", "Mo-Fr 08:00-17:00; Sa 09:00-12:00"),
        ("9:00-12:00、14:00-18:00", "09:00-12:00,14:00-18:00"),
        ("22:00-次日6:00", "22:00-06:00"),
        ("9点-17点半", "09:00-17:30"),
        ("8点30分至17点", "08:30-17:00"),
        ("上午9时至下午6时", "09:00-18:00"),
        ("早8点到晚10点", "08:00-22:00"),
        ("早8点到晚12点", "08:00-24:00"),
        ("中午11:30-下午2点", "11:30-14:00"),
        ("下午1:30-5:30", "13:30-17:30"),
        ("晚上8点-2点", "20:00-02:00"),
        ("周一到周五 上午8:30-11:30 下午1:30-5:30", "Mo-Fr 08:30-11:30,13:30-17:30"),
        ("周一至周五8:30-17:30，节假日休息", "Mo-Fr 08:30-17:30; PH off"),
        ("周一至五 9:00—17:00；周六、周日10:00—16:00", "Mo-Fr 09:00-17:00; Sa,Su 10:00-16:00"),
        ("周一、三、五 9:00-11:00", "Mo,We,Fr 09:00-11:00"),
        ("周二至周日 9:00-17:00（周一闭馆）", "Tu-Su 09:00-17:00; Mo off"),
        ("每周一休息，其余", None),
        ("8:30-17:30\n周末休息", "08:30-17:30; Sa,Su off"),
        ("法定节假日除外 9:00-17:00", "09:00-17:00; PH off"),
    ],
)
def test_hours_in_chinese(text: str, hours: str | None) -> None:
    assert osm_hours(text) == hours


def test_working_days_are_those_worked() -> None:
    """Monday to Friday but for holidays; a shifted Saturday is one of these by the calendar."""
    assert osm_hours("工作日9:00-17:00") == "Mo-Fr 09:00-17:00; PH off"
    assert osm_hours("周末不开放，工作日8:00-18:00") == "Mo-Fr 08:00-18:00; Sa,Su off; PH off"


@pytest.mark.parametrize(
    "text",
    ["随商场营业时间", "需预约", "夏季8:00-20:00", "9-17", "早上9点", "上午9:00-5:00", "25:00-26:00", "周八9:00-17:00",
     "8:00-20:00（节假日正常开放）", "约8:00-20:00", "8:00-20:00左右", "；", "休息日"],
)  # fmt: skip
def test_a_word_that_is_not_known_is_not_passed_over(text: str) -> None:
    assert osm_hours(text) is None


def test_cells_of_hours() -> None:
    cells = pd.Series(["每天8:00-20:00", "不详", "", "随商场", "Mo-Fr 08:00-17:00;\nSa 09:00-12:00"])
    values, reasons = parse(cells, HOURS)
    assert values.tolist() == ["08:00-20:00", "", "", "", "Mo-Fr 08:00-17:00; Sa 09:00-12:00"]
    assert reasons.tolist() == ["", "", "", "intake.cell.hours", ""]
    for language in LANGUAGES:
        assert "“随商场”" in translate("intake.cell.hours", language, value="随商场")


@given(
    st.text(
        "周一二三四五六日至到、，；:：-~0123456789点半时上下午早晚工作休息每天节假日24小时全 开放MoFrPHoff/",
        max_size=30,
    )
)
def test_what_is_understood_can_be_read(text: str) -> None:
    hours = osm_hours(text)
    assert hours is None or well_formed(hours)
