"""What the store knows of entries that a file brings again: who put them right since, and who called about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

import numpy as np
import pandas as pd

from geo.clock import today
from geo.district import District
from geo.intake.asked import CALLER, Asked
from geo.intake.files import Sheet
from geo.intake.reasons import Mask
from geo.ledger import Rules, erase_on, tells
from geo.storage.callers import Callers
from geo.storage.history import Entry


def without_callers(sheet: Sheet, asked: Asked) -> Sheet:
    """The sheet with nothing in the columns of callers: whoever called is never taken from a file."""
    cells = sheet.cells.copy()
    cells[[at for at, field in asked.columns.items() if field in CALLER]] = ""
    return replace(sheet, cells=cells)


def put_right(past: Mapping[str, Sequence[Entry]], district: District) -> dict[tuple[str, str], str]:
    """By id and field, who put it right last and on which day, since the entry was last imported; of one that never
    was, since it was entered. ``past``: what was done to each entry, newest first.
    """
    found: dict[tuple[str, str], str] = {}
    for id_, steps in past.items():
        for step in takewhile(lambda step: step.what != "import", steps):
            for name in step.fields if step.action == "update" else ():
                found.setdefault((id_, name), f"{step.by}, {today(district, step.at).isoformat()}")
    return found


def with_callers(callers: Callers, ids: pd.Series, which: Mask) -> Mask:
    """Those of some rows (n,) that are an appeal whose caller is kept; ``ids`` of their entries."""
    return which & ids.isin(callers.has(set(ids[which]), date.min)).to_numpy(bool)


def telling(callers: Callers, ids: pd.Series, which: Mask, texts: pd.Series) -> Mask:
    """Those of some rows (n,) whose text holds the name or the number of their entry's caller."""
    found = np.zeros(len(ids), dtype=bool)
    for at in np.flatnonzero(which & (texts != "").to_numpy(bool)):
        caller = callers.get(ids[at], date.min)
        found[at] = caller is not None and tells(texts[at], caller.name, caller.number)
    return found


def settled(rows: pd.DataFrame, rules: Mapping[str, Rules]) -> dict[str, str]:
    """By id, the index of ``rows``, until when the caller of an appeal is kept: by its date, closed_on and campaign,
    and that one's ``rules``.
    """
    return {str(id_): erase_on(row, rules.get(row["campaign"], Rules())) for id_, row in rows.to_dict("index").items()}
