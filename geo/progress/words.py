"""Numbers of measures as they are written, and the days that they are told as of."""

from __future__ import annotations

from datetime import date

from geo.casework.clock import AsOf
from geo.progress.dashboard import Decision
from geo.progress.published import Compared
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


def assumed(made: Scene, say: Say) -> str:
    """How a campaign that does not say its end is read; ``""`` of one that does."""
    span = made.work.span
    if not span.assumed:
        return ""
    return say("progress.end_passed" if made.work.days.until > span.until else "progress.end_assumed", day=span.until)


def demo(value: float, synthetic: float, say: Say) -> str:
    """How much of a number is demonstration: ``""``, all of it, or a part."""
    if not synthetic:
        return ""
    if synthetic >= value:
        return say("progress.synthetic")
    return say("progress.synthetic_part", count=f"{synthetic:,.10g}")


def demo_of(one: Decision, say: Say) -> str:
    """The same of a decision; where it is counted from meetings of which some are, this."""
    return demo(one.count, one.synthetic, say) or (say("progress.synthetic_meetings") if one.rests else "")


def why(one: Compared, say: Say) -> str:
    """On what grounds a published and a counted number stand."""
    told = []
    for key, values in one.reasons:
        field = {"field": say(f"field.{values['field']}")} if "field" in values else {}
        told.append(say(f"published.{key}", **{**values, **field}))
    return " ".join(told)
