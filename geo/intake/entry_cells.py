"""Cells of the ledger's rows: whether they are known, the same, what id they make and what day follows from them."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import numpy as np
import pandas as pd

from geo.intake.differences import SAME_PLACE
from geo.intake.identity import normal_name
from geo.intake.named import Campaign
from geo.intake.reasons import Mask
from geo.ledger import Rules


def made_id(words: str) -> str:
    return "L" + hashlib.sha256(words.encode()).hexdigest()[:16]


def plain(cells: pd.Series) -> list[str]:
    """Cells as texts that are the same where they mean the same; ``""`` where unknown."""
    if cells.dtype == "str":
        return [normal_name(text) if text else "" for text in cells]
    return ["" if pd.isna(cell) else f"{float(cell):.10g}" for cell in cells.array]


def due_on(day: str, source: str, campaign: Campaign | None) -> str:
    """The last day on which solving is in time: so many days after ``day``, by the campaign's rules."""
    rules = campaign.rules if campaign else Rules()
    try:
        return (date.fromisoformat(day) + timedelta(days=rules.solve_days(source))).isoformat()
    except OverflowError:  # beyond the calendar
        return ""


def differs(name: str, new: pd.Series, old: pd.Series) -> Mask:
    """Where a known value is not what there is; a point that is only rounded otherwise is the same."""
    if name in ("lon", "lat"):
        apart = (new.astype(np.float64) - old.astype(np.float64)).abs()
        return ~(apart <= SAME_PLACE).to_numpy(bool)
    same = (new == old.fillna("")) if new.dtype == "str" else (new == old).fillna(False)
    return ~same.to_numpy(dtype=bool)


def is_known(cells: pd.Series) -> Mask:
    return (cells != "").to_numpy(bool) if cells.dtype == "str" else cells.notna().to_numpy(bool)
