"""Numbers, names and hours in words: units on every number, unknown as a dash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geo.i18n import Language

Say = Callable[..., str]
"""A message's key and values → its words in the language of the reader."""


def percent(share: float, say: Say) -> str:
    """A share of 0 to 1, to a tenth of a per cent; a dash where there is nothing to divide."""
    return say("total.none") if share != share else f"{100 * share:.1f}%"


def distance(metres: float, say: Say) -> str:
    """Metres to the metre below a kilometre, kilometres to a tenth above."""
    if round(metres) < 1000:
        return say("unit.m", metres=f"{metres:.0f}")
    return say("unit.km", km=f"{metres / 1000:.1f}".removesuffix(".0"))


def square_km(area: float, say: Say) -> str:
    """Square kilometres to a tenth."""
    return say("unit.km2", area=f"{area:,.1f}")


def local_name(record: Mapping[str, Any], language: Language) -> str:
    """The record's name in the language; the Chinese one where there is no English name."""
    return str((language == "en" and record.get("name_en")) or record["name"])
