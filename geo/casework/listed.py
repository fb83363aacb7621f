"""Entries chosen from all of them, as lists, maps and files ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geo.casework import appeals
from geo.casework.clock import AsOf
from geo.ledger import Rules


@dataclass(frozen=True)
class Wanted:
    """What is asked of a list of entries. Empty means: whatever. ``since`` and ``until`` are YYYY-MM-DD, inclusive;
    ``states`` are those of appeals, and with any of them only appeals are meant; ``text`` is any part of the note or
    of what a mediation was about, capitals or not. ``handler`` may be ``NOBODY``; ``says``: an amount that is said.
    """

    campaign: str = ""
    kinds: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    enterprise: str = ""
    facility: str = ""
    programme: str = ""
    programme_kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    handler: str = ""
    says: str = ""
    text: str = ""


NOBODY = "-"
"""In place of a handler: appeals that nobody handles."""
ONE = ("campaign", "enterprise", "facility", "programme", "handler")
"""What is asked for by one value."""
SEVERAL = {
    "kinds": "kind",
    "teams": "team",
    "positions": "position",
    "regions": "region",
    "programme_kinds": "programme_kind",
}
"""What is asked for by several, and the column that has one of them."""


def select(frame: pd.DataFrame, wanted: Wanted, *, today: date | AsOf, rules: Mapping[str, Rules]) -> pd.DataFrame:
    """The rows that are wanted, the latest day first, those of a day by id; index as the frame's.

    ``today`` and ``rules`` (by campaign) say how appeals stand, where ``states`` are asked for.
    """
    keep = np.ones(len(frame), dtype=bool)
    for name in ONE:
        if value := getattr(wanted, name):
            keep &= (frame[name] == ("" if (name, value) == ("handler", NOBODY) else value)).to_numpy(bool)
    for name, column in SEVERAL.items():
        if values := getattr(wanted, name):
            keep &= frame[column].isin(values).to_numpy(bool)
    if wanted.says:
        keep &= frame[wanted.says].notna().to_numpy(bool)
    if wanted.since:
        keep &= (frame["date"] >= wanted.since).to_numpy(bool)
    if wanted.until:
        keep &= (frame["date"] <= wanted.until).to_numpy(bool)
    found = frame[keep]
    if text := wanted.text.strip():
        told = found["note"].str.cat(found["claims"], sep="\n")
        found = found[told.str.contains(text, case=False, regex=False).to_numpy(bool)]
    if wanted.states:
        found = found[appeals.states(found, today, rules).isin(wanted.states).to_numpy(bool)]
    if not found["id"].is_monotonic_increasing:  # as the workspace has them they are
        found = found.sort_values("id", kind="stable")
    days, _ = pd.factorize(found["date"], sort=True)
    return found.iloc[np.argsort(-days, kind="stable")]
