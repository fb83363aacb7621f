"""Which day it is in the district."""

from __future__ import annotations

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
    """For a frame of entries: the last day that synthetic ones say anything of, and no later than ``today``."""
    rows = entries[entries["standing"] == "synthetic"]
    last = max((str(rows[name].max()) for name in ("date", "step_on", "closed_on") if len(rows)), default="")
    return AsOf(today, min(date.fromisoformat(last), today) if last else today)
