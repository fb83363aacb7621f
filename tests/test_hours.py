"""Opening hours at a moment: midnight, seasons, the sun, holidays and shifted working days, and what is not known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from geo.hours import HORIZON_DAYS, Calendar, Opening, calendar_of, opening, states, well_formed
from geo.hours import evaluate as module
from geo.hours.calendar import TABLE
from geo.schema import read_table

ZONE = ZoneInfo("Asia/Shanghai")
BEIJING = (116.41, 39.65)
NATIONAL = {date(2026, 10, day): "国庆节" for day in range(1, 8)}  # Thursday to Wednesday
SUNDAY, SATURDAY = date(2026, 9, 20), date(2026, 10, 10)  # worked for the days off: as Monday, as Friday
CHINA = Calendar(ZONE, *BEIJING, NATIONAL, {SUNDAY: 0, SATURDAY: 4}, frozenset({2026}))
PLAIN = Calendar(ZONE, *BEIJING, {}, {}, frozenset())
OFFICE = "Mo-Fr 08:00-20:00; Sa,Su 10:00-16:00"
REST = "Mo-Fr 08:30-17:30; PH off"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def at(text: str, when: str, calendar: Calendar = CHINA) -> tuple[str, str | None, str | None]:
    """State, when it changes (month-day hour:minute) and into what."""
    found = opening(text, moment(when), calendar)
    return found.state, found.changes_at and found.changes_at.strftime("%m-%d %H:%M"), found.to


# Minutes, days, midnight


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23 07:59:59.999999", ("closed", "11-23 08:00", "open")),
        ("2026-11-23 08:00:00", ("open", "11-23 20:00", "closed")),
        ("2026-11-23 19:59:59.999999", ("open", "11-23 20:00", "closed")),
        ("2026-11-23 20:00:00", ("closed", "11-24 08:00", "open")),
        ("2026-11-27 20:00:00", ("closed", "11-28 10:00", "open")),  # Friday evening
        ("2026-11-29 16:00:00", ("closed", "11-30 08:00", "open")),  # Sunday
    ],
)
def test_hours_begin_and_end_on_the_minute(when: str, expected: tuple[str, str, str]) -> None:
    assert at(OFFICE, when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23 23:59", ("open", "11-24 02:00", "closed")),
        ("2026-11-24 00:00", ("open", "11-24 02:00", "closed")),
        ("2026-11-24 01:59:59", ("open", "11-24 02:00", "closed")),
        ("2026-11-24 02:00", ("closed", "11-24 08:00", "open")),
    ],
)
@pytest.mark.parametrize("text", ["08:00-02:00", "08:00-26:00"])
def test_hours_go_on_past_midnight(text: str, when: str, expected: tuple[str, str, str]) -> None:
    assert at(text, when) == expected


def test_hours_past_midnight_belong_to_the_day_they_began_on() -> None:
    text = "Fr,Sa 20:00-02:00; Su off"
    assert at(text, "2026-11-29 01:00") == ("open", "11-29 02:00", "closed")  # of Saturday
    assert at(text, "2026-11-27 01:00") == ("closed", "11-27 20:00", "open")  # Thursday has none
    assert at("Th 20:00-02:00; Fr 10:00-12:00", "2026-11-27 01:00") == ("open", "11-27 02:00", "closed")
    # A day with other hours, or none, leaves nothing for the night after it.
    assert at("20:00-02:00; Fr 10:00-12:00", "2026-11-28 01:00") == ("closed", "11-28 20:00", "open")
    assert at("20:00-02:00; Fr off", "2026-11-28 01:00") == ("closed", "11-28 20:00", "open")
    assert at("20:00-02:00; Nov 27 off", "2026-11-28 01:00") == ("closed", "11-28 20:00", "open")
    assert at("20:00-02:00, Fr 10:00-12:00", "2026-11-28 01:00") == ("open", "11-28 02:00", "closed")


def test_hours_that_meet_at_midnight_are_one() -> None:
    assert at("Mo 20:00-24:00; Tu 00:00-06:00", "2026-11-23 21:00") == ("open", "11-24 06:00", "closed")


@pytest.mark.parametrize("text", ["24/7", "00:00-24:00", "open", "Mo-Su,PH 00:00-24:00"])
def test_always_open(text: str) -> None:
    assert opening(text, moment("2026-10-05 03:00"), CHINA) == Opening("open", None, None, "", True)


def test_always_closed_for_as_long_as_is_looked_ahead() -> None:
    assert opening("off", moment("2026-10-05 03:00"), CHINA) == Opening("closed", None, None, "", True)
    season = "Jun 01-Sep 30: 10:00-22:00"
    assert opening(season, moment("2026-11-23 12:00"), CHINA) == Opening("closed", None, None, "", True)
    # It opens on 1 June at 10:00: two weeks before, to the minute, that is in sight.
    assert at(season, "2026-05-18 09:59") == ("closed", None, None)
    assert at(season, "2026-05-18 10:00") == ("closed", "06-01 10:00", "open")
    assert HORIZON_DAYS == 14


def test_seasons() -> None:
    text = "Apr-Oct 07:00-21:00; Nov-Mar 08:00-19:00"
    assert at(text, "2026-10-31 20:00") == ("open", "10-31 21:00", "closed")
    assert at(text, "2026-11-01 07:30") == ("closed", "11-01 08:00", "open")


def test_two_spans_a_day_with_and_without_a_blank_between_them() -> None:
    for text in ("Mo-Fr 08:30-11:30,13:30-17:30", "Mo-Fr 08:30-11:30, 13:30-17:30"):
        assert at(text, "2026-11-23 12:00") == ("closed", "11-23 13:30", "open")
        assert at(text, "2026-11-28 14:00") == ("closed", "11-30 08:30", "open")


def test_the_moment_may_be_of_any_zone() -> None:
    local = moment("2026-11-23 08:00")
    for zone in (UTC, timezone(timedelta(hours=-11)), ZoneInfo("Europe/Berlin")):
        found = opening(OFFICE, local.astimezone(zone), CHINA)
        assert found.changes_at == moment("2026-11-23 20:00")
        assert found.changes_at.tzinfo is ZONE
    assert opening(OFFICE, local.astimezone(UTC) - timedelta(microseconds=1), CHINA).state == "closed"


@pytest.mark.parametrize(
    ("when", "rises", "sets"), [("2026-06-21", "04:46", "19:46"), ("2026-12-22", "07:33", "16:53")]
)
def test_hours_that_follow_the_sun(when: str, rises: str, sets: str) -> None:
    """Of the almanac for Beijing, to five minutes: Daxing lies a little south."""
    day = opening("sunrise-sunset", moment(f"{when} 02:00"), CHINA)
    night = opening("sunset-sunrise", moment(f"{when} 12:00"), CHINA)
    assert (day.to, night.to) == ("open", "open")
    assert day.changes_at is not None
    assert night.changes_at is not None
    assert abs(day.changes_at - moment(f"{when} {rises}")) <= timedelta(minutes=5)
    assert abs(night.changes_at - moment(f"{when} {sets}")) <= timedelta(minutes=5)


@pytest.mark.parametrize("year", [1, 1900, 1901, 2999, 9999])
def test_years_far_away_are_not_known(year: int) -> None:
    moments = (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, 59, tzinfo=UTC))
    assert {opening(OFFICE, when, CHINA).state for when in moments} == {"unknown"}


# Holidays and shifted working days


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (REST, "closed"),
        ("Mo-Fr 08:30-17:30", "open"),  # a Monday still, and no word of holidays
        ("PH off; Mo-Fr 08:30-17:30", "open"),  # the later rule has the day
        ("Mo-Fr 08:30-17:30; PH 09:00-11:00", "open"),
        ("Mo-Fr 08:30-09:30; PH 09:00-11:00", "open"),
        ("Sa,Su,PH 08:00-12:00", "open"),
        ("PH,Mo off; Tu-Su 08:00-12:00", "closed"),
        ("24/7; PH off", "closed"),
        ("08:00-20:00; PH off", "closed"),
        ("08:00-20:00", "open"),
        ("Oct 01-07 off; 08:00-20:00", "open"),
        ("08:00-20:00; Oct 01-Oct 07 off", "closed"),
        ("Oct: Mo-Fr 08:00-20:00; PH 18:00-20:00", "closed"),
    ],
)
def test_a_holiday_is_a_holiday_and_its_weekday(text: str, state: str) -> None:
    """Monday 2026-10-05, at ten."""
    assert at(text, "2026-10-05 10:00")[0] == state


def test_what_closes_for_a_holiday_opens_after_it() -> None:
    assert at(REST, "2026-09-30 17:30") == ("closed", "10-08 08:30", "open")
    assert at(REST, "2026-10-05 10:00") == ("closed", "10-08 08:30", "open")
    assert at(REST, "2026-10-08 08:30") == ("open", "10-08 17:30", "closed")


def test_a_shifted_saturday_keeps_the_hours_of_friday() -> None:
    assert at(OFFICE, "2026-10-10 08:30") == ("open", "10-10 20:00", "closed")
    assert at(REST, "2026-10-10 10:00") == ("open", "10-10 17:30", "closed")
    assert at("Sa 10:00-16:00", "2026-10-10 11:00") == ("closed", "10-17 10:00", "open")
    assert at("Fr 10:00-16:00", "2026-10-10 11:00") == ("open", "10-10 16:00", "closed")
    assert at("PH off; Sa-Su off; We-Fr 10:00-16:00", "2026-10-10 11:00")[0] == "open"
    assert at(OFFICE, "2026-10-11 09:00") == ("closed", "10-11 10:00", "open")  # the Sunday after is one


def test_a_shifted_sunday_keeps_the_hours_of_monday() -> None:
    assert at(OFFICE, "2026-09-20 09:00") == ("open", "09-20 20:00", "closed")
    assert at("Mo off; Tu-Su 08:00-12:00", "2026-09-20 09:00") == ("closed", "09-22 08:00", "open")
    assert at("Su 08:00-12:00", "2026-09-20 09:00")[0] == "closed"


def test_hours_spill_into_a_holiday_and_out_of_it() -> None:
    text = "20:00-02:00; PH off"
    assert at(text, "2026-10-01 01:00") == ("open", "10-01 02:00", "closed")  # of 30 September
    assert at(text, "2026-10-01 02:00") == ("closed", "10-08 20:00", "open")
    assert at(text, "2026-10-08 01:00") == ("closed", "10-08 20:00", "open")  # the 7th had none
    text = "PH 20:00-02:00"
    assert at(text, "2026-10-08 01:00") == ("open", "10-08 02:00", "closed")
    assert at(text, "2026-10-01 01:00") == ("closed", "10-01 20:00", "open")


def test_hours_spill_out_of_a_shifted_day_as_what_it_counts_as() -> None:
    text = "Fr 20:00-02:00; Sa 20:00-23:00"
    assert at(text, "2026-10-11 01:00") == ("open", "10-11 02:00", "closed")
    assert at(text, "2026-10-10 01:00") == ("open", "10-10 02:00", "closed")  # of Friday the 9th itself
    assert at(text, "2026-10-10 22:00") == ("open", "10-11 02:00", "closed")


def test_a_year_that_the_table_does_not_have_is_of_ordinary_days() -> None:
    assert 2027 not in CHINA.years
    assert at(REST, "2027-10-05 10:00") == ("open", "10-05 17:30", "closed")  # a Tuesday
    assert at(OFFICE, "2027-10-09 09:00") == ("closed", "10-09 10:00", "open")  # a Saturday


@pytest.mark.parametrize(
    ("text", "when", "state"),
    [
        ("PH +1 day 08:00-12:00", "2026-10-08 09:00", "open"),
        ("PH +1 day 08:00-12:00", "2026-10-01 09:00", "closed"),
        ("PH -1 day 08:00-12:00", "2026-09-30 09:00", "open"),
        ("Mo[1] 08:00-12:00", "2026-10-05 09:00", "open"),  # the first Monday, and a holiday
        ("Mo[2] 08:00-12:00", "2026-10-05 09:00", "closed"),
        ("Mo[-4] 08:00-12:00", "2026-10-05 09:00", "open"),  # 5, 12, 19, 26
        ("Su[1] +1 day 08:00-12:00", "2026-10-05 09:00", "open"),
        ("Mo[2-3,5] 08:00-12:00", "2026-10-19 09:00", "open"),
    ],
)
def test_days_of_the_month_and_days_beside_holidays(text: str, when: str, state: str) -> None:
    assert at(text, when)[0] == state


def test_rules_that_cannot_be_read_for_a_shifted_day() -> None:
    """Whether the shifted Saturday is the second Friday of its month, nobody says."""
    text = "Fr[2] 08:00-12:00"
    found = opening(text, moment("2026-10-10 09:00"), CHINA)
    assert (found.state, found.why, found.always) == ("unknown", "holiday", False)
    assert (found.changes_at, found.to) == (moment("2026-10-11 00:00"), "closed")
    assert at(text, "2026-10-09 12:00") == ("closed", "10-10 00:00", "unknown")
    # What another rule says of it may still be known.
    assert at("Fr,Fr[2] 08:00-12:00", "2026-10-10 09:00")[0] == "open"


def test_school_holidays_have_no_calendar() -> None:
    found = opening("Mo-Fr 08:00-20:00; SH off", moment("2026-11-23 09:00"), CHINA)
    assert (found.state, found.why, found.changes_at) == ("unknown", "holiday", None)


# What is not known


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_no_hours_are_unknown_hours(text: str) -> None:
    assert opening(text, moment("2026-11-23 09:00"), CHINA) == Opening("unknown", None, None, "missing", False)
    assert well_formed(text)


@pytest.mark.parametrize(
    "text",
    ["八点到八点", "8-20", "Mo-Fr 08:00-25:99", "Mo-Fr 08:00-20:00;", "Mo-Xx 08:00-20:00", '"', '24/7 ""',
     "08:00-20:00 " + '"' + "x" * 250 + '"', "((((", "Mo[1-9999999999] 08:00-12:00", "\x00", "Mo\ud800",
     "０８:00-20:00"],
)  # fmt: skip
def test_hours_that_cannot_be_read(text: str) -> None:
    assert opening(text, moment("2026-11-23 09:00"), CHINA) == Opening("unknown", None, None, "malformed", False)
    assert not well_formed(text)


@pytest.mark.parametrize(
    "text", ["Mo-Fr  08:00-20:00", " Mo-Fr 08:00-20:00\n", "Mo-Fr\t08:00-20:00", "mo-fr 8:00-20:00"]
)
def test_white_space_and_case_do_not_matter(text: str) -> None:
    assert well_formed(text)
    assert at(text, "2026-11-23 09:00") == ("open", "11-23 20:00", "closed")


@pytest.mark.parametrize("text", ["unknown", '"需预约"', 'unknown "需预约"', "Mo-Fr unknown; Sa,Su unknown"])
def test_hours_that_say_unknown(text: str) -> None:
    assert opening(text, moment("2026-11-23 09:00"), CHINA) == Opening("unknown", None, None, "said", False)


@pytest.mark.parametrize("comment", ["Mo off; PH off", "PH, Mo-Fr 08:00-20:00 || off", "24/7", "open", "约"])
def test_comments_are_not_read_as_rules(comment: str) -> None:
    text = f'Mo-Fr 08:00-20:00 open "{comment}"; PH off "{comment}"'
    assert at(text, "2026-11-23 09:00") == ("open", "11-23 20:00", "closed")
    assert at(text, "2026-10-05 09:00") == ("closed", "10-08 08:00", "open")
    assert at(text, "2026-10-10 09:00") == ("open", "10-10 20:00", "closed")


def test_a_comment_alone_leaves_it_open_whether_it_is() -> None:
    """As the specification has it; 08:00-20:00 open "需预约" is open."""
    assert at('08:00-20:00 "需预约"', "2026-11-23 09:00") == ("unknown", "11-23 20:00", "closed")


@pytest.mark.parametrize("say", ["unknown", '"call Mo-Fr"'])
def test_what_holds_where_nothing_else_does(say: str) -> None:
    text = f"Mo-Fr 08:00-12:00 || {say}"
    assert at(text, "2026-11-23 09:00") == ("open", "11-23 12:00", "unknown")
    assert at(text, "2026-11-23 12:00") == ("unknown", "11-24 08:00", "open")
    assert at(text, "2026-10-10 09:00") == ("open", "10-10 12:00", "unknown")


def test_a_rule_after_a_fallback_is_a_rule_for_all() -> None:
    text = "Mo-Fr 08:00-12:00 || unknown; PH off"
    assert at(text, "2026-10-05 09:00")[0] == "closed"
    assert at(text, "2026-11-23 13:00")[0] == "unknown"
    assert at("Mo 08:00-10:00 || Mo 12:00-14:00 || unknown", "2026-11-23 11:00") == ("unknown", "11-23 12:00", "open")


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        ("08:00+", "2026-11-23 07:00", ("closed", "11-23 08:00", "unknown")),
        ("08:00+", "2026-11-23 08:00", ("unknown", "11-24 00:00", "closed")),
        ("08:00-12:00+", "2026-11-23 08:00", ("open", "11-23 12:00", "unknown")),
        ("08:00-12:00+", "2026-11-23 12:00", ("unknown", "11-24 00:00", "closed")),
        ("20:00-02:00+", "2026-11-24 02:00", ("unknown", "11-24 10:00", "closed")),
        ("18:00+", "2026-11-23 23:00", ("unknown", "11-24 04:00", "closed")),
        ("22:00+", "2026-11-23 23:00", ("unknown", "11-24 06:00", "closed")),
        ("08:00-10:00,14:00+", "2026-11-23 09:00", ("open", "11-23 10:00", "closed")),
        ("08:00-10:00,14:00+", "2026-11-23 15:00", ("unknown", "11-24 00:00", "closed")),
        ("08:00+; PH off", "2026-10-05 09:00", ("closed", "10-08 08:00", "unknown")),
        ("(sunset-01:00)+", "2026-11-23 23:00", ("unknown", "11-24 00:00", "closed")),
    ],
)
def test_behind_an_open_end_nothing_is_known(text: str, when: str, expected: tuple[str, str, str]) -> None:
    assert at(text, when) == expected


# The calendar

CSV = """\
date,kind,name,name_en,counts_as,standing,source,as_of
2026-10-01,holiday,国庆节,National Day,,reported,test,2025-11-04
2026-10-10,workday,国庆节调休,,,reported,test,2025-11-04
2026-09-20,workday,国庆节调休,,,reported,test,2025-11-04
2026-10-17,workday,补班,,Th,reported,test,2025-11-04
"""


def table(text: str = CSV) -> pd.DataFrame:
    frame, faults = read_table(text.encode(), TABLE)
    assert faults == []
    return frame


def test_a_calendar_is_made_of_a_table() -> None:
    made = calendar_of("Asia/Shanghai", *BEIJING, table())
    assert made.holidays == {date(2026, 10, 1): "国庆节"}
    assert made.workdays == {date(2026, 10, 10): 4, date(2026, 9, 20): 0, date(2026, 10, 17): 3}
    assert (made.years, made.zone, made.lon, made.lat) == ({2026}, ZONE, *BEIJING)
    days = [date(2026, 10, day) for day in (1, 2, 10)]
    assert [made.special(day) for day in days] == ["holiday", "", "workday"]
    assert at("Th 08:00-09:00", "2026-10-17 08:30", made)[0] == "open"


def test_the_same_days_are_the_same_calendar() -> None:
    """So that what is known of hours outlives a change of the records."""
    one = calendar_of("Asia/Shanghai", *BEIJING, table())
    assert calendar_of("Asia/Shanghai", *BEIJING, table()) is one
    assert calendar_of("Asia/Shanghai", *BEIJING, table().iloc[:1]) is not one
    assert calendar_of("Asia/Shanghai", 116.0, 39.65, table()) is not one


def test_without_a_table_every_day_is_an_ordinary_one() -> None:
    none = calendar_of("Asia/Shanghai", *BEIJING, table().iloc[:0])
    assert none.years == frozenset()
    assert at(REST, "2026-10-05 10:00", none)[0] == "open"


# Laws

DAYS = st.sampled_from(["", "Mo ", "Mo-Fr ", "Sa,Su ", "Fr-Mo ", "We,PH ", "PH ", "Mo[1] ", "Th[-1],Fr "])
DATES = st.sampled_from(["", "", "Apr-Oct ", "2026 ", "Oct 05-Oct 11 ", "week 40-42 ", "Nov-Mar: "])
MINUTES = st.integers(0, 95).map(lambda quarter: 15 * quarter)
SAYS = st.sampled_from(["", "", " open", " unknown", " off", ' open "Mo, PH off; x"'])
WHEN = st.integers(0, 2 * 365 * 24 * 60 - 1).map(
    lambda minutes: moment("2026-01-01 00:00") + timedelta(minutes=minutes)
)


def clock(minutes: int) -> str:
    return "{:02d}:{:02d}".format(*divmod(minutes, 60))


@st.composite
def rules(draw: st.DrawFn, *, past_midnight: bool) -> str:
    start = draw(MINUTES)
    end = draw(st.integers(start + 1, 48 * 60 if past_midnight else 24 * 60))
    return f"{draw(DATES)}{draw(DAYS)}{clock(start)}-{clock(end)}{draw(SAYS)}"


def texts(past_midnight: bool) -> st.SearchStrategy[str]:
    return st.tuples(
        st.lists(rules(past_midnight=past_midnight), min_size=1, max_size=4), st.sampled_from(["; ", ", "])
    ).map(lambda drawn: drawn[1].join(drawn[0]))


def as_the_library_has_it(text: str, when: datetime) -> str:
    whole = OpeningHours(text, timezone=ZONE, coords=(PLAIN.lat, PLAIN.lon), auto_country=False)
    return str(whole.state(when)[0])


@given(texts(past_midnight=False), WHEN)
@settings(max_examples=120, deadline=None)
def test_without_special_days_a_day_at_a_time_is_the_whole(text: str, when: datetime) -> None:
    assert opening(text, when, PLAIN).state == as_the_library_has_it(text, when)


@given(rules(past_midnight=True), WHEN)
@settings(max_examples=100, deadline=None)
def test_past_midnight_too_where_no_rule_overrides_another(text: str, when: datetime) -> None:
    assert opening(text, when, PLAIN).state == as_the_library_has_it(text, when)


@given(texts(past_midnight=True), WHEN, st.floats(0, 0.999))
@settings(max_examples=120, deadline=None)
def test_a_change_is_the_first_there_is(text: str, when: datetime, part: float) -> None:
    found = opening(text, when, CHINA)
    limit = timedelta(HORIZON_DAYS)
    until = found.changes_at or when + limit
    assert when < until <= when + limit
    assert opening(text, when + part * (until - when), CHINA).state == found.state
    if found.changes_at:
        then = opening(text, found.changes_at, CHINA)
        assert (then.state, found.to != found.state) == (found.to, True)
        assert opening(text, found.changes_at - timedelta(microseconds=1), CHINA).state == found.state
    assert found.always == (found.changes_at is None and found.state != "unknown")
    assert (found.why == "") == (found.state != "unknown")


@given(texts(past_midnight=True), WHEN)
@settings(max_examples=100, deadline=None)
def test_special_days_change_only_the_days_their_hours_reach(text: str, when: datetime) -> None:
    near = {when.date() - timedelta(days) for days in (0, 1)}
    if not any(CHINA.special(day) for day in near):
        assert opening(text, when, CHINA).state == opening(text, when, PLAIN).state


@given(st.text(max_size=40), st.text('MoFrSuPH0123456789:-,;|"[]()+/ off', max_size=40), WHEN)
@settings(max_examples=120, deadline=None)
def test_any_text_has_an_answer(text: str, nearly: str, when: datetime) -> None:
    for words in (text, nearly):
        found = opening(words, when, CHINA)
        assert (found.why != "malformed") == well_formed(words)


# How often the library is asked


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    made: list[str] = []

    class Counted:
        def __init__(self, *args: object, **named: object) -> None:
            made.append("read")
            self._real = OpeningHours(*args, **named)  # type: ignore[arg-type]
            self.intervals = self._counted(self._real.intervals)

        def _counted(self, ask: Callable[..., object]) -> Callable[..., object]:
            def asked(*args: object) -> object:
                made.append("ask")
                return ask(*args)

            return asked

    monkeypatch.setattr(module, "OpeningHours", Counted)
    for cached in (module._reading, module._hours, module._spans, module._parts):
        cached.cache_clear()
    yield made
    for cached in (module._reading, module._hours, module._spans, module._parts):
        cached.cache_clear()


def test_the_library_is_asked_once_a_day_whoever_asks(calls: list[str]) -> None:
    """Of a moment: the day, the one before and those until the change; of each other moment of the day no more."""
    midnight = moment("2026-11-23 00:00")
    for minute in range(24 * 60):
        opening(OFFICE, midnight + timedelta(minutes=minute), CHINA)
    assert calls.count("ask") == 3  # Sunday, Monday, and Tuesday once Monday is over
    assert calls.count("read") <= 4
    opening(OFFICE, midnight + timedelta(1), CHINA)
    assert calls.count("ask") == 3


def test_hours_without_a_change_are_looked_through_once(calls: list[str]) -> None:
    for minute in range(100):
        opening("24/7", moment("2026-11-23 00:00") + timedelta(minutes=minute), CHINA)
    assert calls.count("ask") <= HORIZON_DAYS + 2
    assert calls.count("read") <= 1 + 7  # itself, and once for each day of the week


def test_a_text_that_cannot_be_read_is_tried_once(calls: list[str]) -> None:
    for _ in range(10):
        opening("八点到八点", moment("2026-11-23 00:00"), CHINA)
    assert calls == ["read"]


def test_threads_get_the_same_answers() -> None:
    moments = [datetime.combine(date(2026, 10, day), time(hour), ZONE) for day in range(1, 12) for hour in range(24)]
    expected = [opening(OFFICE, when, CHINA) for when in moments]
    calendar = Calendar(ZONE, *BEIJING, CHINA.holidays, CHINA.workdays, CHINA.years)
    found: list[list[Opening]] = []
    threads = [
        threading.Thread(target=lambda: found.append([opening(OFFICE, when, calendar) for when in moments]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo 20:00-02:00; Tu 00:00-06:00 unknown", ("open", "11-24 02:00", "unknown")),
        ("Mo 20:00-02:00 unknown; Tu 00:00-06:00", ("open", "11-24 06:00", "closed")),
    ],
)
def test_open_comes_before_unknown_where_two_days_meet(text: str, expected: tuple[str, str, str]) -> None:
    """At one on Tuesday, when Monday's hours and Tuesday's both say something."""
    assert at(text, "2026-11-24 01:00") == expected


def test_hours_may_have_as_many_characters_as_a_tag() -> None:
    head = '08:00-20:00 open "'
    longest = head + "x" * (255 - len(head) - 1) + '"'
    assert opening(longest, moment("2026-11-23 12:00"), CHINA).state == "open"
    assert opening(longest.replace("x", "xx", 1), moment("2026-11-23 12:00"), CHINA).why == "malformed"


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        ("17:00+", "2026-11-23 18:00", ("unknown", "11-24 03:00", "closed")),  # from 17:00 for ten hours
        ("16:59+", "2026-11-23 18:00", ("unknown", "11-24 00:00", "closed")),  # before that until midnight
        ("Mo 20:00-47:00+", "2026-11-24 22:59", ("open", "11-24 23:00", "unknown")),
        ("Mo 20:00-47:00+", "2026-11-24 23:30", ("unknown", "11-25 00:00", "closed")),  # no day has a 49th hour
    ],
)
def test_how_far_an_open_end_is_guessed(text: str, when: str, expected: tuple[str, str, str]) -> None:
    assert at(text, when) == expected


@pytest.mark.parametrize("separator", ["; ", ", "])
def test_closed_for_some_hours_is_not_closed_all_day(separator: str) -> None:
    text = f"Mo-Fr 08:00-18:00{separator}Mo-Fr 12:00-13:00 off"
    assert at(text, "2026-11-23 09:00") == ("open", "11-23 12:00", "closed")
    assert at(text, "2026-11-23 12:30") == ("closed", "11-23 13:00", "open")


# Many minutes of a day at once


@pytest.mark.parametrize(
    "text", [OFFICE, REST, "22:00-06:00", "24/7", "", "  ", "?!", "08:00+", "Mo-Fr 09:00-17:00 || unknown", " 24/7 "]
)
@pytest.mark.parametrize("day", [date(2026, 9, 20), date(2026, 10, 1), date(2026, 10, 10), date(2026, 11, 23)])
def test_the_states_of_a_day_are_those_of_its_moments(text: str, day: date) -> None:
    minutes = (0, 1, 359, 360, 8 * 60, 8 * 60 + 30, 17 * 60 + 29, 20 * 60, 1439)
    expected = [opening(text, datetime.combine(day, time(*divmod(m, 60)), ZONE), CHINA).state for m in minutes]
    assert list(states(text, day, minutes, CHINA)) == expected


def test_no_minutes_and_years_nobody_is_told_of() -> None:
    assert states(OFFICE, SUNDAY, (), CHINA) == ()
    assert states(OFFICE, date(1901, 1, 1), (0, 60), CHINA) == ("unknown", "unknown")
