"""Who is to be followed up 跟进: enterprises on their way that nobody touched for long, and what is due next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from geo.clock import AsOf
from geo.enterprises import ON_THE_WAY, UNION_STATUSES, UnionStatus
from geo.ledger import Rules
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


def lag(days: AsOf) -> int:
    """By how many days what is made up is told of an earlier day than the rest."""
    return (days.today - days.made_up).days


def silent_before(today: date, rules: Rules) -> str:
    """The day before which an enterprise on its way must last have been touched to be silent: it is silent once more
    than ``silent_days`` have passed, so one touched exactly so many days ago is not.
    """
    return (today - timedelta(days=rules.silent_days)).isoformat()


def slow_before(today: date) -> str:
    """The day before which who has been preparing for more than ``PREPARING_DAYS`` began."""
    return (today - timedelta(days=PREPARING_DAYS)).isoformat()


def silent(
    register: Register, days: AsOf, rules: Rules, *, regions: tuple[str, ...] = (), limit: int = 50, offset: int = 0
) -> Page:
    """The silent ones, the longest silent first, those never touched last; ties by id."""
    wanted = Wanted(regions=regions, untouched_since=silent_before(days.today, rules), lag_days=lag(days))
    return register.page(wanted, sort="touched_on", limit=limit, offset=offset)


def due(
    register: Register, days: AsOf, ahead: int, *, regions: tuple[str, ...] = (), limit: int = 50, offset: int = 0
) -> Page:
    """Those whose next step is past its day or due within ``ahead`` days, the earliest first; ties by id. Closed ones
    have no next step.
    """
    by = (days.today + timedelta(days=ahead)).isoformat()
    exist = tuple(one for one in UNION_STATUSES if one != "closed")
    wanted = Wanted(regions=regions, statuses=exist, next_by=by, lag_days=lag(days))
    return register.page(wanted, sort="next_on", limit=limit, offset=offset)


def quiet_days(standing: str, touched_on: str, days: AsOf) -> int | None:
    """For how many days nothing has happened to an enterprise of this standing, as of its day; of a made-up one that
    somebody touched since, as of today. None where no whole day is known.
    """
    if len(touched_on) != len("YYYY-MM-DD"):
        return None
    last, day = date.fromisoformat(touched_on), days.of(standing)
    return max(((day if last <= day else days.today) - last).days, 0)


def is_silent(union_status: str, touched_on: str | None, today: date, rules: Rules) -> bool:
    """Whether one enterprise is silent: on its way, and last touched before ``silent_before``, or never."""
    return union_status in ON_THE_WAY and (not touched_on or touched_on < silent_before(today, rules))
