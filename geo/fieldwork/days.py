"""The days of a campaign, and stretches of days."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from geo.fieldwork.campaign import Campaign


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
