"""Numbers and decisions in words, and the days that they are told as of."""

from __future__ import annotations

from geo.organising.following import PREPARING_DAYS
from geo.progress.dashboard import ERASED_SOON_DAYS, NEXT_DAYS, Decision
from geo.progress.published import Compared
from geo.progress.scene import Scene
from geo.words import Say, money


def number(value: float, unit: str = "count") -> str:
    """A count to the whole, or money."""
    return money(value) if unit == "yuan" else f"{value:,.0f}"


def as_of(made: Scene, say: Say) -> str:
    """As of which days, in words."""
    asof = made.asof
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


def decision(what: str, made: Scene, say: Say) -> str:
    """What is to be decided."""
    silent, slow = made.campaign.rules.silent_days, PREPARING_DAYS
    return say(f"decision.{what}", days=ERASED_SOON_DAYS, silent=silent, preparing=slow, next=NEXT_DAYS)


def why(one: Compared, say: Say) -> str:
    """On what grounds a published and a counted number stand."""
    told = []
    for key, values in one.reasons:
        field = {"field": say(f"field.{values['field']}")} if "field" in values else {}
        told.append(say(f"published.{key}", **{**values, **field}))
    return " ".join(told)
