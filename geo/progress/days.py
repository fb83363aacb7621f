"""Stretches of days that work is counted over: a campaign's, a month, a week (ISO 8601: Monday to Sunday)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from geo.clock import Period, first_day, last_day
from geo.errors import ParameterError
from geo.fieldwork.campaign import span

__all__ = [
    "EVER",
    "Period",
    "first_day",
    "last_day",
    "month",
    "months",
    "span",
    "week",
    "week_before",
    "week_of",
    "weeks",
]
WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
WEEKS_AT_MOST = 530
"""Ten years: what a trend is drawn over at most, the last ones."""


EVER = Period()


def week_of(day: date) -> str:
    """The ISO week of a day, as YYYY-Www: the year is the week's, not always the day's."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def week(text: str) -> Period:
    """Monday to Sunday of YYYY-Www; ParameterError ``progress.bad_week`` for what is no week of a calendar."""
    said = WEEK.fullmatch(text)
    try:
        monday = date.fromisocalendar(int(said[1]), int(said[2]), 1) if said else None
        sunday = monday + timedelta(days=6) if monday else None
    except (ValueError, OverflowError):
        monday = sunday = None
    if monday is None or sunday is None:
        raise ParameterError("progress.bad_week", field="week", value=text[:20].encode("utf-8", "replace").decode())
    return Period(monday.isoformat(), sunday.isoformat())


def month(text: str) -> Period:
    """The first to the last day of YYYY-MM."""
    return Period(first_day(text), last_day(text))


def week_before(text: str) -> str:
    """The week before YYYY-Www."""
    return week_of(date.fromisoformat(week(text).since) - timedelta(days=1))


def weeks(since: str, until: str) -> list[str]:
    """Every week that has a day between two days, in order; the last ``WEEKS_AT_MOST`` of them."""
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    monday = max(
        first - timedelta(days=first.weekday()), last - timedelta(weeks=WEEKS_AT_MOST - 1, days=last.weekday())
    )
    found = []
    while monday <= last:
        found.append(week_of(monday))
        monday += timedelta(weeks=1)
    return found


def months(since: str, until: str) -> list[str]:
    """Every month, as YYYY-MM, that has a day between two days, in order; the last ten years of them."""
    (year, number), (last_year, last_number) = ((int(day[:4]), int(day[5:7])) for day in (since, until))
    first, last = 12 * year + number - 1, 12 * last_year + last_number - 1
    return [f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(max(first, last - 119), last + 1)]
