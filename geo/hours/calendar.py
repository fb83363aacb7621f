"""Days off and shifted working days 节假日与调休: what the State Council's yearly notice makes of the week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd

from geo.schema import PROVENANCE, Column, Table

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
COUNTS_AS = {5: 4, 6: 0}
"""The weekday a shifted working day counts as where the table does not say: a Saturday as Friday, a Sunday as Monday,
the working day beside it. The notices do not say which day's hours are kept, so this is assumed.
"""

TABLE = Table(
    file="holidays.csv",
    key=("date",),
    columns=(
        Column("date", "date", required=True),
        Column("kind", "choice", required=True, choices=("holiday", "workday")),
        Column("name", required=True),
        Column("name_en"),
        Column("counts_as", "choice", choices=WEEKDAYS),
        *PROVENANCE,
    ),
    optional=True,
)


@dataclass(frozen=True, eq=False)
class Calendar:
    """The special days of a district, and where it is, for hours that follow the sun.

    ``lon``, ``lat``: WGS-84, degrees. ``holidays``: day → name in Chinese. ``workdays``: shifted working day → weekday
    that it counts as, 0 for Monday. ``years``: those the table covers; a day of another year is an ordinary one here,
    which whoever shows it must say. Compared and hashed by identity; ``calendar_of`` gives one for the same days.
    """

    zone: ZoneInfo
    lon: float
    lat: float
    holidays: Mapping[date, str]
    workdays: Mapping[date, int]
    years: frozenset[int]

    def special(self, day: date) -> Literal["holiday", "workday", ""]:
        return "holiday" if day in self.holidays else "workday" if day in self.workdays else ""

    def weekday(self, day: date) -> int:
        """The weekday whose hours are kept on ``day``, 0 for Monday: its own, but on a shifted working day."""
        return self.workdays.get(day, day.weekday())


Day = tuple[date, str, str, int]
"""Day, ``holiday`` or ``workday``, name, weekday it counts as."""


def calendar_of(zone: str, lon: float, lat: float, table: pd.DataFrame) -> Calendar:
    """The calendar of a table as ``geo.schema`` types it, of the IANA time zone ``zone`` and a point in WGS-84."""
    columns = (table[name] for name in ("date", "kind", "name", "counts_as"))
    return _calendar(zone, lon, lat, tuple(_days(zip(*columns, strict=True))))


def _days(rows: Iterable[tuple[str, str, str, str]]) -> Iterable[Day]:
    for text, kind, name, counts_as in rows:
        day = date.fromisoformat(text)
        own = day.weekday()
        yield day, kind, name, WEEKDAYS.index(counts_as) if counts_as else COUNTS_AS.get(own, own)


@lru_cache(maxsize=8)
def _calendar(zone: str, lon: float, lat: float, days: tuple[Day, ...]) -> Calendar:
    """One calendar for the same days, however often the district is put together: what is cached by it stays good."""
    return Calendar(
        zone=ZoneInfo(zone),
        lon=lon,
        lat=lat,
        holidays=MappingProxyType({day: name for day, kind, name, _ in days if kind == "holiday"}),
        workdays=MappingProxyType({day: weekday for day, kind, _, weekday in days if kind == "workday"}),
        years=frozenset(day.year for day, *_ in days),
    )
