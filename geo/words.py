"""Numbers, names and hours in words: units on every number, unknown as a dash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

from geo.i18n import Language

Say = Callable[..., str]
"""A message's key and values → its words in the language of the reader."""


def percent(share: float, say: Say) -> str:
    """A share of 0 to 1, to a tenth of a per cent; a dash where there is nothing to divide. Only all is 100 %: what is
    nearly all is 99.9 %.
    """
    if share != share:
        return say("total.none")
    return "99.9%" if 0.9995 <= share < 1 else f"{100 * share:.1f}%"


def money(yuan: float) -> str:
    """Yuan, to the fen where it has any: 204,600 and 0.30."""
    return f"{yuan:,.2f}".removesuffix(".00")


def distance(metres: float, say: Say) -> str:
    """Metres to the metre below a kilometre, kilometres to a tenth above."""
    figure, unit = distance_parts(metres)
    return say(f"unit.{unit}", **{"metres" if unit == "m" else "km": figure})


def distance_parts(metres: float) -> tuple[str, Literal["m", "km"]]:
    """The figure of a distance and its unit apart, so that a page can set one larger than the other."""
    if round(metres) < 1000:
        return f"{metres:.0f}", "m"
    return f"{metres / 1000:,.1f}".removesuffix(".0"), "km"


def day(of: date, say: Say) -> str:
    """A day of the year: 10月8日, 8 October."""
    return say("open.date", day=of.day, month=say(f"month.{of.month}"))


def square_km(area: float, say: Say) -> str:
    """Square kilometres to a tenth."""
    return say("unit.km2", area=f"{area:,.1f}")


def local_name(record: Mapping[str, Any], language: Language) -> str:
    """The record's name in the language; the Chinese one where there is no English name."""
    return local_text(record, "name", language)


def local_text(record: Mapping[str, Any], name: str, language: Language) -> str:
    """A field of the record in the language; as it was written where there is no English (``…_en``)."""
    return str((language == "en" and record.get(f"{name}_en")) or record.get(name, ""))
