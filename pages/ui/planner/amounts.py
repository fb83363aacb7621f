"""Amounts of demand in words, withheld ones too."""

from __future__ import annotations

from geo.demand import Measure
from geo.planner import AT_LEAST
from geo.words import Say, distance, percent

WITHHELD = "※"


def number(count: float) -> str:
    """A whole number of demand; a mark where it is withheld."""
    return WITHHELD if count != count else f"{count:,.0f}"


def share(part: float, known: float, say: Say) -> str:
    """A share as somebody may see it; a mark where ``known``, what it is, is withheld from them."""
    return WITHHELD if part != part and known == known else percent(part, say)


def amount(count: float, measure: Measure, say: Say) -> str:
    """So many enterprises, workers or members, with the unit; in words where the number is withheld."""
    if count != count:
        return say("blind.withheld", few=AT_LEAST)
    return say(f"blind.amount_{measure}", count=f"{count:,.0f}")


def distance_or_dash(metres: float, say: Say) -> str:
    """A distance in words; a dash where there is none."""
    return distance(metres, say) if metres == metres else say("total.none")
