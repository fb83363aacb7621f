"""Stretches of days that work is counted over: a campaign's, a month, a week (ISO 8601: Monday to Sunday)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from geo.errors import ParameterError
from geo.fieldwork.campaign import Campaign

WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
WEEKS_AT_MOST = 530
"""Ten years: what a trend is drawn over at most, the last ones."""


@dataclass(frozen=True)
class Period:
    """Days from ``since`` to ``until`` (YYYY-MM-DD), both inclusive; ``""`` has no bound on that side.

    ``assumed``: nobody said when it ends, and the end is put where the next one begins.
    """

    since: str = ""
    until: str = ""
    assumed: bool = False

    def has(self, first: str, last: str) -> bool:
        """Whether days from ``first`` to ``last`` lie in it wholly."""
        return (not self.since or first >= self.since) and (not self.until or last <= self.until)

    def meet(self, other: Period) -> Period:
        """The days that are in both; it may hold none."""
        until = min(filter(None, (self.until, other.until)), default="")
        return Period(max(self.since, other.since), until, self.assumed or other.assumed)


EVER = Period()


def first_day(text: str) -> str:
    """The first day of YYYY, YYYY-MM or YYYY-MM-DD; ``""`` of nothing."""
    return text + "0001-01-01"[len(text) :] if text else ""


def last_day(text: str) -> str:
    """The last day of YYYY, YYYY-MM or YYYY-MM-DD; ``""`` of nothing."""
    if len(text) == 4:
        return f"{text}-12-31"
    if len(text) == 7:
        return f"{text}-{calendar.monthrange(int(text[:4]), int(text[5:]))[1]:02d}"
    return text


def span(campaign: Campaign, others: Iterable[Campaign], today: date) -> Period:
    """The campaign's days. One that says no end lasts until ``today``; where another has started since, until the end
    of its own year or the day before that other, whichever is earlier, which is assumed.
    """
    since = first_day(campaign.starts)
    if campaign.ends:
        return Period(since, last_day(campaign.ends))
    later = sorted(first_day(other.starts) for other in others if since and first_day(other.starts) > since)
    if not later or later[0] > today.isoformat():
        return Period(since, today.isoformat())
    before = (date.fromisoformat(later[0]) - timedelta(days=1)).isoformat()
    return Period(since, min(before, last_day(since[:4])), assumed=True)


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
