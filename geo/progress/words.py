"""Numbers of measures as they are written, and the days that they are told as of."""

from __future__ import annotations

from datetime import date

from geo.casework.clock import AsOf
from geo.progress.scene import Scene
from geo.words import Say


def number(value: float, unit: str = "count") -> str:
    """A count to the whole, money to the fen where it has any: 204,600 and 0.30."""
    if unit == "yuan" and round(value, 2) != round(value):
        return f"{value:,.2f}"
    return f"{value:,.0f}"


def last_day(made: Scene, asof: AsOf) -> date:
    """The last day that anything is told of: of a ledger that is all demonstration, its own."""
    return asof.made_up if made.made_up else asof.today


def as_of(made: Scene, asof: AsOf, say: Say) -> str:
    """As of which days, in words."""
    if made.made_up:
        return say("progress.as_of_demo", day=asof.made_up.isoformat())
    if asof.made_up < asof.today:
        return say("progress.as_of_both", day=asof.today.isoformat(), made=asof.made_up.isoformat())
    return say("progress.as_of", day=asof.today.isoformat())
