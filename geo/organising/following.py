"""Who is to be followed up 跟进: enterprises on their way that nobody touched for long, and what is due next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from geo.casework.clock import AsOf
from geo.enterprises import UnionStatus
from geo.ledger import Rules
from geo.organising.moves import ON_THE_WAY
from geo.storage.register import Wanted

if TYPE_CHECKING:
    from geo.storage.register import Page, Register

SUGGESTED: Mapping[UnionStatus, str] = MappingProxyType(
    {
        "none": "organising.suggest_none",
        "contacted": "organising.suggest_contacted",
        "willing": "organising.suggest_willing",
        "preparing": "organising.suggest_preparing",
        "established": "organising.suggest_established",
        "declined": "organising.suggest_declined",
    }
)
"""What usually comes next in each status, as a message's key: a rule, and said to be one. Nothing after ``closed``."""


PREPARING_DAYS = 30
"""An enterprise that has been preparing for longer is worth a question."""


def told_on(standings: pd.Series, days: AsOf) -> date:
    """The day that a register is told as of: today; one that is all made up as of the last day of what is, or all of it
    would be long silent. ``standings``: of its enterprises.
    """
    return days.made_up if len(standings) and bool((standings == "synthetic").all()) else days.today


def silent_before(today: date, rules: Rules) -> str:
    """The day before which an enterprise on its way must last have been touched to be silent: it is silent once more
    than ``silent_days`` have passed, so one touched exactly so many days ago is not.
    """
    return (today - timedelta(days=rules.silent_days)).isoformat()


def slow_before(today: date) -> str:
    """The day before which who has been preparing for more than ``PREPARING_DAYS`` began."""
    return (today - timedelta(days=PREPARING_DAYS)).isoformat()


def silent(
    register: Register, today: date, rules: Rules, *, regions: tuple[str, ...] = (), limit: int = 50, offset: int = 0
) -> Page:
    """The silent ones, the longest silent first, those never touched last; ties by id."""
    wanted = Wanted(regions=regions, untouched_since=silent_before(today, rules))
    return register.page(wanted, sort="touched_on", limit=limit, offset=offset)


def due(register: Register, by: date, *, regions: tuple[str, ...] = (), limit: int = 50, offset: int = 0) -> Page:
    """Those whose next step is due on the day ``by`` or before it, the earliest first; ties by id."""
    wanted = Wanted(regions=regions, next_by=by.isoformat())
    return register.page(wanted, sort="next_on", limit=limit, offset=offset)


def is_silent(union_status: str, touched_on: str | None, today: date, rules: Rules) -> bool:
    """Whether one enterprise is silent: on its way, and last touched before ``silent_before``, or never."""
    return union_status in ON_THE_WAY and (not touched_on or touched_on < silent_before(today, rules))
