"""Numbers and names as a screen says them: units on every number, unknown as a dash."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from geo.i18n import Language

Say = Callable[..., str]
"""A message's key and values → its words in the language of the page."""


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


def escape_markdown(text: str) -> str:
    """A value of a record, to be read as it is where Streamlit reads Markdown: no markup, no link, icon or arrow.

    Streamlit makes links, icons and arrows out of plain text too, after Markdown is done with it; a word joiner, which
    is not seen, keeps their marks apart.
    """
    plain = re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])", r"\\\1", " ".join(text.split()))
    return re.sub(r"(?i)(:|/|www|-)", "\\1\u2060", plain)
