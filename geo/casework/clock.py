"""Which day it is in the district."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd

from geo.district import District


def today(district: District, now: datetime) -> date:
    """The day of the district's clocks at the moment ``now`` (aware)."""
    return now.astimezone(ZoneInfo(district.about["time_zone"])).date()


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


def as_of(entries: pd.DataFrame, today: date) -> AsOf:
    """For a frame of entries: the day that synthetic ones are as of (the last, of a month or a year its last day), and
    no later than ``today``. What somebody does with one meanwhile does not change it.
    """
    said = entries.loc[entries["standing"] == "synthetic", "as_of"]
    last = max((_last_day(one) for one in said.unique()), default=today)
    return AsOf(today, min(last, today))


def _last_day(text: str) -> date:
    """The last day of YYYY, YYYY-MM or YYYY-MM-DD."""
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])
