"""Stations in words: hours as one says them, what is known and what is not, and nothing invented shown as real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from geo.district import District
from geo.finder.cards import Card, Reader, cards, opening_words
from geo.finder.links import links
from geo.hours import Opening, State
from geo.i18n import Language, translate
from geo.nearest import Found

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


# Whole cards

MISSING = Opening("unknown", None, None, "missing", False)
RECORD = {
    "id": "F1",
    "name": "一站",
    "name_en": "",
    "kind": "rest_station",
    "state": "open",
    "standing": "imported",
    "as_of": "2026-10",
    "address": "",
    "opening_hours": "",
    "amenities": "",
    "lon": 116.3,
    "lat": 39.7,
    "entrance_lon": np.nan,
    "entrance_lat": np.nan,
    "location_standing": "",
    "precision_m": np.nan,
    "verified_on": "",
    "verified_by": "",
}


def card(
    opening: Opening = MISSING, distance_m: float = 1000.0, *, reader: dict[str, Any] | None = None, **record: Any
) -> Card:
    """The card of one station as a courier on foot reads it at noon, 1 km from it."""
    district = cast(District, SimpleNamespace(facilities=pd.DataFrame([RECORD | record])))
    who = {"language": "zh", "at": NOON, "mode": "walk", "origin": (116.3, 39.7)} | (reader or {})
    said = Reader(say=partial(translate, language=who["language"]), **who)
    (made,) = cards(district, [Found(0, distance_m, opening)], said)
    return made


@pytest.mark.parametrize(
    ("opening", "tone"),
    [
        (Opening("open", NOON + timedelta(minutes=60), "closed", "", False), "soon"),
        (Opening("open", NOON + timedelta(minutes=61), "closed", "", False), "open"),
        (Opening("open", NOON + timedelta(minutes=5), "unknown", "", False), "open"),
        (Opening("open", None, None, "", True), "open"),
        (Opening("closed", NOON + timedelta(minutes=5), "open", "", False), "closed"),
        (MISSING, "unknown"),
    ],
)
def test_the_tone_of_a_card(opening: Opening, tone: str) -> None:
    assert card(opening).tone == tone


def test_who_would_come_to_a_closed_door_is_told() -> None:
    """1 km is 1.3 km of way, 1040 s on foot: 17 min 20 s."""
    closes = NOON + timedelta(minutes=17)
    assert card(Opening("open", closes, "closed", "", False)).opening == "营业中 · 还有 17 分钟关门，你到时可能已关"
    closes = NOON + timedelta(minutes=18)
    assert card(Opening("open", closes, "closed", "", False)).opening == "营业中 · 还有 18 分钟关门"
    far = card(Opening("open", NOON + timedelta(minutes=100), "closed", "", False), 10_000.0)
    assert (far.tone, far.opening) == ("soon", "营业中 · 还有 100 分钟关门，你到时可能已关")


@pytest.mark.parametrize("state", ["closed", "removed", "planned"])
def test_what_is_out_of_service_never_looks_open(state: str) -> None:
    made = card(Opening("open", None, None, "", True), state=state)
    assert (made.tone, made.tags, made.duration) == ("closed", (), "")
    assert made.opening == f"不在服务（{translate(f'state.{state}', 'zh')}）"


@pytest.mark.parametrize(("state", "tags"), [("open", ()), ("trial", ("试运行",)), ("unverified", ("待核实",))])
def test_what_serves_but_is_not_simply_open_is_tagged(state: str, tags: tuple[str, ...]) -> None:
    assert card(state=state).tags == tags


@pytest.mark.parametrize(
    ("staff", "by", "said"),
    [
        (False, "李四", "已核实 2026-11-01 · 由工会工作人员或登记单位核实"),
        (True, "李四", "已核实 2026-11-01 · 李四"),
        (True, "", "已核实 2026-11-01"),
    ],
)
def test_who_verified_a_station_is_named_to_staff_alone(staff: bool, by: str, said: str) -> None:
    assert card(verified_on="2026-11-01", verified_by=by, reader={"staff": staff}).checked == said


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("", "号称：未经核实"),
        ("2026-05-27", "已核实 2026-05-27"),  # 4 + 30 + 31 + 31 + 30 + 31 + 23 days before 23 November: 180
        ("2026-05-26", "已核实 2026-05-26（距今 181 天）"),
        ("2023-11-23", "已核实 2023-11-23（距今 1,096 天）"),  # three years, one of them a leap year
        ("2023-11", "已核实 2023-11"),  # a month: how many days ago is not known
        ("2023", "已核实 2023"),
    ],
)
def test_an_old_verification_is_told_with_its_age(on: str, said: str) -> None:
    assert card(verified_on=on).checked == said


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "依据：导入，2026-10"),
        ({"location_standing": "reported", "precision_m": 800.0}, "依据：导入，2026-10"),
        ({"location_standing": "inferred", "precision_m": 800.0}, "依据：导入，2026-10 · 位置为推定，误差约 800 米"),
        ({"location_standing": "assumed"}, "依据：导入，2026-10 · 位置为假定"),
        ({"standing": "synthetic", "location_standing": "assumed"}, "虚构的驿站，请勿前往"),
    ],
)
def test_on_what_grounds_a_card_stands(record: dict[str, Any], said: str) -> None:
    made = card(**record)
    assert (made.grounds, made.synthetic) == (said, record.get("standing") == "synthetic")


def test_amenities_asked_for_come_first_then_those_there_then_those_not() -> None:
    made = card(amenities="water=yes; microwave=no; wifi=yes; seating=no", reader={"amenities": ("seating", "wifi")})
    assert [(one.name, one.there) for one in made.amenities] == [
        ("wifi", True),
        ("seating", False),
        ("water", True),
        ("microwave", False),
    ]
    assert made.not_said.startswith("手机充电、电瓶充电、空调")
    assert "饮水" not in made.not_said


def test_directions_lead_to_the_entrance_the_number_stands_on_the_station() -> None:
    made = card(entrance_lon=116.301, entrance_lat=39.702)
    assert made.links == links("一站", 116.301, 39.702, "walk", (116.3, 39.7))
    assert (made.lon, made.lat) == (116.3, 39.7)
    assert card().links == links("一站", 116.3, 39.7, "walk", (116.3, 39.7))


@pytest.mark.parametrize(
    ("metres", "mode", "said"),
    [
        (1000.0, "walk", ("1", "千米", "步行约 17 分钟")),  # 1.3 km at 1.25 m/s: 1040 s
        (1000.0, "ebike", ("1", "千米", "骑行约 5 分钟")),  # at 15 km/h: 312 s
        (10.0, "walk", ("10", "米", "步行约 1 分钟")),  # 10 s; never none
        (6_900.0, "walk", ("6.9", "千米", "步行约 2 小时")),  # 7,176 s are 120 min
        (2_000_000.0, "walk", ("2,000", "千米", "步行约 578 小时")),  # 2,080,000 s
    ],
)
def test_how_far_and_how_long(metres: float, mode: str, said: tuple[str, str, str]) -> None:
    made = card(distance_m=metres, reader={"mode": mode})
    assert (made.distance, made.unit, made.duration) == said


@pytest.mark.parametrize(
    ("metres", "off_m", "said"),
    [
        (574.0, 499.0, ("574", "米", "步行约 10 分钟")),  # 597 s
        (574.0, 500.0, ("约 0.6", "千米", "步行约 10 分钟")),
        (500.0, 500.0, ("500", "米内", "")),
        (574.0, 2000.0, ("2", "千米内", "")),
    ],
)
def test_a_distance_is_no_more_exact_than_its_ends(metres: float, off_m: float, said: tuple[str, str, str]) -> None:
    for made in (card(distance_m=metres, precision_m=off_m), card(distance_m=metres, reader={"off_m": off_m})):
        assert (made.distance, made.unit, made.duration) == said
    assert card(precision_m=2000.0).tags == ("位置不准，误差约 2 千米",)
