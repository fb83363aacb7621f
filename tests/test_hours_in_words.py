"""Opening hours in words: what is said, in both languages, and that nothing is said where a rule is not plain."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.hours.words import hours_in_words
from geo.i18n import translate

ZH, EN = partial(translate, language="zh"), partial(translate, language="en")


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("24/7", "全天 24 小时", "24 hours a day"),
        ("00:00-24:00", "全天 24 小时", "24 hours a day"),
        ("08:00-20:00", "每天 08:00–20:00", "every day 08:00–20:00"),
        ("Mo-Su 8:00-20:00", "每天 08:00–20:00", "every day 08:00–20:00"),
        (
            "Mo-Fr 08:00-20:00; Sa,Su 09:00-18:00",
            "周一至周五 08:00–20:00；周六、周日 09:00–18:00",
            "Mon–Fri 08:00–20:00; Sat, Sun 09:00–18:00",
        ),
        (
            "Mo-Fr 08:30-17:30; PH off",
            "周一至周五 08:30–17:30；法定节假日 休息",
            "Mon–Fri 08:30–17:30; public holidays closed",
        ),
        ("We 08:30-11:30,13:30-17:30;", "周三 08:30–11:30、13:30–17:30", "Wed 08:30–11:30, 13:30–17:30"),
        ("Sa 00:00-24:00", "周六 全天", "Sat all day"),
        ("20:00-24:00", "每天 20:00–24:00", "every day 20:00–24:00"),
        ("08:00-02:00", "每天 08:00–次日 02:00", "every day 08:00–02:00 the next day"),
        ("08:00-26:00", "每天 08:00–次日 02:00", "every day 08:00–02:00 the next day"),
        ("08:00-08:00", "每天 08:00–次日 08:00", "every day 08:00–08:00 the next day"),
        (
            "Apr-Oct 07:00-21:00; Nov-Mar 08:00-19:00",
            "4月至10月 07:00–21:00；11月至3月 08:00–19:00",
            "Apr–Oct 07:00–21:00; Nov–Mar 08:00–19:00",
        ),
        ("Jun 01-Sep 30: 10:00-22:00", "6月1日至9月30日 10:00–22:00", "1 Jun–30 Sep 10:00–22:00"),
        ("Jul Mo-Fr 10:00-12:00", "7月 周一至周五 10:00–12:00", "Jul, Mon–Fri 10:00–12:00"),
    ],
)
def test_plain_rules(text: str, zh: str, en: str) -> None:
    assert (hours_in_words(text, ZH), hours_in_words(text, EN)) == (zh, en)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ";", "Mo-Fr", "每天", "08:00", "08:00+", "08:00-20:00+", "8-20", "08:60-09:00", "24:00-25:00"),
        *(
            "25:00-26:00",
            "08:00-49:00",
            "08:00-33:00",
            "sunrise-sunset",
            "Mo[1] 08:00-09:00",
            "Sa 24/7",
            "week 1-5 08:00-09:00",
        ),
        *(
            '08:00-20:00 "请先问"',
            "08:00-20:00 unknown",
            "08:00-20:00 || 24/7",
            "08:00-20:00, Sa 09:00-12:00",
            "2026 08:00-09:00",
        ),
        *("Mo-Fr 08:00-20:00; SH off", "PH +1 day off", "Jun 32 08:00-09:00", "mo-fr 08:00-09:00"),
    ],
)
def test_what_is_not_plain_is_not_said(text: str) -> None:
    assert hours_in_words(text, ZH) == ""


@given(st.text("MoTuPHJan 0123456789:-,;/off", max_size=30))
def test_nothing_breaks_it(text: str) -> None:
    assert isinstance(hours_in_words(text, EN), str)
