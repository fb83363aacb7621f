"""Enterprises as cards, for a screen that is too narrow for their table: the same rows, each a button that opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from geo.clock import AsOf
from geo.layers.enterprises import look_of
from geo.ledger import Rules
from geo.organising.following import is_silent, quiet_days
from geo.words import Say

FOLDER = Path(__file__).parent
_cards = st.components.v2.component(
    "enterprise_cards",
    html="<ul></ul>",
    css=(FOLDER / "cards.css").read_text(encoding="utf-8"),
    js=(FOLDER / "cards.js").read_text(encoding="utf-8"),
)


def cards(cards_: Sequence[Mapping[str, Any]], on_open: Callable[[str], None], *, key: str) -> None:
    """One below the other; the id of the one that is picked goes to ``on_open`` before the page runs again."""

    def opened() -> None:
        id_ = st.session_state[key].opened
        if isinstance(id_, str):
            on_open(id_)

    _cards(key=key, data={"cards": list(cards_)}, on_opened_change=opened)


def card(row: Mapping[str, Any], names: Mapping[str, str], days: AsOf, rules: Rules, say: Say) -> dict[str, Any]:
    """What a card says of a row of the register."""
    status, standing, last = str(row["union_status"]), str(row["standing"]), row.get("touched_on") or ""
    since = say("founding.since", on=row["status_on"]) if row.get("status_on") else ""
    planned = " ".join(filter(None, (row.get("next_on"), row.get("next_step"))))
    quiet = quiet_days(standing, last, days)
    touched = f"{say('founding.touched')} {last or say('founding.never')}"
    silent = is_silent(status, last, days.of(standing), rules)
    lines = {
        "where": " · ".join(filter(None, (names.get(row["region"], say("table.no_region")), since))),
        "next": say("founding.planned", step=planned) if planned else "",
        "silent" if silent else "touched": touched if quiet is None else say("founding.quiet", days=f"{quiet:,}"),
    }
    return {
        "id": str(row["id"]),
        "name": str(row["name"]),
        "standing": say(f"standing.{standing}"),
        "status": say(f"union_status.{status}"),
        "look": look_of(status),
        "lines": {look: words for look, words in lines.items() if words},
    }
