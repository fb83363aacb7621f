"""Stations in words: hours as one says them, what is known and what is not, and nothing invented shown as real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from geo.cards import opening_words
from geo.hours import Opening, State
from geo.i18n import Language, translate

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=BEIJING)  # a Monday


def words(state: State, then: datetime | None, to: State | None, at: datetime = NOON, language: Language = "zh") -> str:
    opening = Opening(state, then, to, "", then is None and state == "open")
    return opening_words(opening, at, partial(translate, language=language))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "营业中 · 还有 1 分钟关门"),
        (60, "营业中 · 还有 60 分钟关门"),
        (61, "营业中 · 13:01 关门"),
        (11 * 60 + 59, "营业中 · 23:59 关门"),
        (12 * 60, "营业中 · 明天 00:00 关门"),
        (14 * 60, "营业中 · 明天 02:00 关门"),
    ],
)
def test_an_open_station_says_until_when(minutes: int, said: str) -> None:
    assert words("open", NOON + timedelta(minutes=minutes), "closed") == said


def test_seconds_never_make_the_time_left_longer_than_it_is() -> None:
    assert words("open", NOON + timedelta(seconds=119), "closed") == "营业中 · 还有 1 分钟关门"


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (NOON + timedelta(hours=2), "已关门 · 14:00 开门"),
        (NOON + timedelta(hours=19), "已关门 · 明天 07:00 开门"),
        (NOON + timedelta(days=5), "已关门 · 周六 12:00 开门"),
        (NOON + timedelta(days=7), "已关门 · 11月30日 12:00 开门"),
        (NOON + timedelta(days=9), "已关门 · 12月2日 12:00 开门"),
    ],
)
def test_a_closed_station_says_when_it_opens(then: datetime, said: str) -> None:
    assert words("closed", then, "open") == said


def test_the_day_is_the_districts_not_the_askers() -> None:
    at = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # 01:00 on Monday in Beijing
    then = datetime(2026, 11, 23, 7, 0, tzinfo=BEIJING)
    assert words("closed", then, "open", at) == "已关门 · 07:00 开门"


def test_english_says_the_same() -> None:
    assert words("open", NOON + timedelta(hours=3), "closed", language="en") == "Open · until 15:00"
    assert words("closed", NOON + timedelta(days=9), "open", language="en") == "Closed · opens 2 Dec 12:00"


def test_what_never_changes_and_what_is_not_known() -> None:
    assert words("open", None, None) == "24 小时开放"
    assert words("closed", None, None) == "已关门"
    assert words("open", NOON + timedelta(hours=3), "unknown") == "营业中"
    assert words("closed", NOON + timedelta(hours=3), "unknown") == "已关门 · 15:00 之后不确定"


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("missing", "开放时间未知"),
        ("malformed", "开放时间写法有误，无法判断"),
        ("said", "此时是否开放不确定，请先问"),
        ("holiday", "节假日是否开放未说明"),
    ],
)
def test_unknown_says_why(why: str, said: str) -> None:
    opening = Opening("unknown", None, None, why, False)  # type: ignore[arg-type]
    assert opening_words(opening, NOON, partial(translate, language="zh")) == said
