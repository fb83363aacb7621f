"""Which day it is in the district, and stretches of days."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from geo.district import District


def today(district: District, now: datetime) -> date:
    """The day of the district's clocks at the moment ``now`` (aware)."""
    return day_in(district.about["time_zone"], now)


def day_in(time_zone: str, now: datetime) -> date:
    """The day of the clocks of a time zone at the moment ``now`` (aware)."""
    return now.astimezone(ZoneInfo(time_zone)).date()


@dataclass(frozen=True)
class AsOf:
    """The days that what is due is told as of: what people entered as of ``today``, what is made up as of ``made_up``,
    its own last day, or everything in it would be long overdue.
    """

    today: date
    made_up: date

    def of(self, standing: str) -> date:
        """The day for an entry of this standing."""
        return self.made_up if standing == "synthetic" else self.today

    def until(self, day: date) -> AsOf:
        """As of ``day``, if that is earlier."""
        return AsOf(min(self.today, day), min(self.made_up, day))


def as_of(entries: pd.DataFrame, today: date) -> AsOf:
    """For a frame of entries: the day that synthetic ones are as of (the last, of a month or a year its last day), and
    no later than ``today``. What somebody does with one meanwhile does not change it.
    """
    said = entries.loc[entries["standing"] == "synthetic", "as_of"]
    last = max((date.fromisoformat(last_day(one)) for one in said.unique()), default=today)
    return AsOf(today, min(last, today))


@dataclass(frozen=True)
class Period:
    """Days from ``since`` to ``until`` (YYYY-MM-DD), both inclusive; ``""`` has no bound on that side.

    ``assumed``: nobody said when it ends, and an end is put to it.
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


def first_day(text: str) -> str:
    """The first day of YYYY, YYYY-MM or YYYY-MM-DD; ``""`` of nothing."""
    return text + "0001-01-01"[len(text) :] if text else ""


def last_day(text: str) -> str:
    """The last day of YYYY, YYYY-MM or YYYY-MM-DD; ``""`` of nothing."""
    if len(text) == 4:
        return f"{text}-12-31"
    if len(text) == 7:
        return f"{text}-{monthrange(int(text[:4]), int(text[5:]))[1]:02d}"
    return text
