"""What a leader sees first: how appeals stand on a day, which meetings are missing, what needs a decision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import pandas as pd

from geo.casework import appeals
from geo.casework.appeals import State
from geo.clock import AsOf
from geo.enterprises import ON_THE_WAY, counted
from geo.fieldwork.campaign import Campaign
from geo.ledger import Rules
from geo.organising.following import silent_before, slow_before
from geo.progress.days import last_day
from geo.progress.measures import ANYWHERE, Where, lies
from geo.progress.work import Work
from geo.progress.work import named as names_of
from geo.storage.register import PLANNED_DAYS
from geo.storage.visits import PlannedVisit

What = Literal[
    "escalated", "overdue", "unassigned", "erased_soon", "meetings", "silent", "next_due", "preparing", "missed_visits"
]
WHATS: tuple[What, ...] = get_args(What)
OF_REGISTER = ["id", "union_status", "status_on", "next_on", "standing"]
ERASED_SOON_DAYS = 14
"""A caller who is forgotten within so many days, while the appeal is open, is worth a decision."""
NEXT_DAYS = 7
"""A next step is to be seen to from so many days before it is due."""


@dataclass(frozen=True)
class Decision:
    """Something for a leader to decide: how many, of which ``ids`` (of entries, positions, enterprises or planned
    visits, by ``what``). ``synthetic``: how many of them are made up; of positions, which are not, all of them where
    all meetings are made up. ``rests``: it is counted from meetings of which some are made up.
    """

    what: What
    ids: tuple[str, ...]
    synthetic: int = 0
    rests: bool = False

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)


def standing(work: Work, asof: AsOf, rules: Rules, where: Where = ANYWHERE) -> pd.DataFrame:
    """The appeals that there were on a day (of made-up ones another than of others), as entries with ``state``
    (geo.casework.appeals): those after it are left out, the others as ``known_on`` it.
    """
    rows = work.entries[work.entries["kind"] == "appeal"]
    day = on(rows, asof)
    kept = (rows["day"] <= day) & lies(rows, where)
    rows = appeals.known_on(rows[kept], asof.today)
    return rows.assign(state=appeals.states(rows, asof, {work.campaign.id: rules}))


def on(rows: pd.DataFrame, asof: AsOf) -> pd.Series:
    """The day that each row is told as of, YYYY-MM-DD; index as the rows'."""
    said = [asof.of(standing).isoformat() for standing in rows["standing"]]
    return pd.Series(said, index=rows.index, dtype=str)


def by_state(frame: pd.DataFrame) -> dict[State, int]:
    """How many appeals of ``standing`` there are of each state."""
    counts = frame["state"].value_counts()
    return {state: int(counts.get(state, 0)) for state in appeals.STATES}


def meetings(entries: pd.DataFrame, campaign: Campaign, rules: Rules) -> pd.DataFrame:
    """双沟通 by position (index, in the campaign's order): ``worker`` and ``enterprise`` meetings held there, the
    target of each (``worker_target``, ``enterprise_target``), and how many are missing (``worker_missing``,
    ``enterprise_missing``), never less than 0. Meetings at no position of the campaign count for none.
    """
    mine = entries[entries["campaign"] == campaign.id]
    index = pd.Index(campaign.positions, name="position", dtype=object)
    found = {}
    for name, kind, target in (
        ("worker", "worker_meeting", rules.worker_meetings),
        ("enterprise", "enterprise_meeting", rules.enterprise_meetings),
    ):
        held = mine.loc[mine["kind"] == kind, "position"].value_counts().reindex(index, fill_value=0)
        found[name] = held.astype("int64")
        found[f"{name}_target"] = pd.Series(target, index=index, dtype="int64")
        found[f"{name}_missing"] = (target - held).clip(lower=0).astype("int64")
    return pd.DataFrame(found, index=index)


def silent(register: pd.DataFrame, entries: pd.DataFrame, asof: AsOf, rules: Rules) -> tuple[str, ...]:
    """Ids of the enterprises on their way to a union (contacted, willing, preparing) that nothing was done with for
    more than ``rules.silent_days``: neither a change of status nor an entry that names them; sorted. One
    of which no day is known is silent. The same as geo.organising.following has of the store's register.
    """
    rows = register[register["union_status"].isin(ON_THE_WAY)]
    named = entries.loc[entries["enterprise"] != "", ["enterprise", "date"]]
    days: dict[str, str] = dict(named.groupby("enterprise")["date"].max().items())  # type: ignore[arg-type]
    last = names_of(rows["id"], days)
    touched = last.where(last > rows["status_on"], rows["status_on"])
    before = _by_standing(rows, asof, lambda day: silent_before(day, rules))
    return tuple(sorted(rows.loc[touched < before, "id"]))


def decisions(
    work: Work,
    register: pd.DataFrame,
    asof: AsOf,
    *,
    entries: pd.DataFrame | None = None,
    kept_callers: Collection[str] = (),
    planned: Iterable[PlannedVisit] = (),
) -> tuple[Decision, ...]:
    """What needs a decision on a day, the most pressing first; nothing of what there is none of. Enterprises and
    meetings are of no campaign that is over.

    ``register``: the district's enterprises. ``entries``: those of every campaign, where there are any but the work's.
    ``kept_callers``: the entries whose caller is on file. ``planned``: the campaign's planned visits.
    """
    rules = work.campaign.rules
    seen = standing(work, asof, rules)
    still = seen[seen["state"] != "closed"]
    erased = (asof.today + timedelta(days=ERASED_SOON_DAYS - rules.erase_open_days)).isoformat()
    day = asof.today.isoformat()
    under_way = not (work.span.until and work.span.until < day)
    held = work.entries.loc[work.entries["kind"].isin(("worker_meeting", "enterprise_meeting")), ["synthetic"]]
    made_up: Mapping[str, Callable[[tuple[str, ...]], int]] = {
        "register": lambda ids: _made_up(register, ids),
        "entries": lambda ids: _made_up(work.entries, ids),
        "positions": lambda ids: len(ids) if len(held) and bool(held["synthetic"].all()) else 0,
        "": lambda _: 0,
    }
    found: list[tuple[What, str, Iterable[str]]] = [
        ("escalated", "entries", still.loc[still["state"] == "escalated", "id"]),
        ("overdue", "entries", still.loc[still["state"] == "overdue", "id"]),
        ("unassigned", "entries", still.loc[still["handler"] == "", "id"]),
        ("erased_soon", "entries", still.loc[still["id"].isin(kept_callers) & (still["day"] <= erased), "id"]),
    ]
    if under_way:
        exists = counted(register[OF_REGISTER])
        found += [
            ("next_due", "register", _due(exists, asof)),
            ("preparing", "register", _slow(exists, asof)),
            ("silent", "register", silent(exists, work.entries if entries is None else entries, asof, rules)),
            ("meetings", "positions", _short(work, rules, day)),
        ]
    found.append(("missed_visits", "", (one.id for one in planned if one.state == "planned" and one.date < day)))
    return tuple(
        Decision(what, ids, made_up[of](ids), rests=of == "positions" and bool(held["synthetic"].any()))
        for what, of, ids in ((what, of, tuple(map(str, ids))) for what, of, ids in found)
        if ids
    )


def _made_up(frame: pd.DataFrame, ids: tuple[str, ...]) -> int:
    return int((frame.loc[frame["id"].isin(ids), "standing"] == "synthetic").sum())


def _by_standing(rows: pd.DataFrame, asof: AsOf, of: Callable[[date], str]) -> pd.Series:
    """What follows from the day that each row is told of."""
    days = {standing: of(asof.of(standing)) for standing in rows["standing"].unique()}
    return rows["standing"].map(days).astype(str)


def _due(exists: pd.DataFrame, asof: AsOf) -> pd.Series:
    """Those whose next step is past its day, or will be within ``NEXT_DAYS``; a made-up one's also where it was planned
    since (geo.storage.register).
    """
    by = _by_standing(exists, asof, lambda day: (day + timedelta(days=NEXT_DAYS)).isoformat())
    until = asof.today + timedelta(days=NEXT_DAYS)
    planned = exists["next_on"].between((until - timedelta(days=PLANNED_DAYS)).isoformat(), until.isoformat())
    return exists.loc[(exists["next_on"] != "") & ((exists["next_on"] <= by) | planned), "id"]


def _slow(exists: pd.DataFrame, asof: AsOf) -> pd.Series:
    """Those that have been preparing for more than ``PREPARING_DAYS``, as far as is known since when."""
    rows = exists[(exists["union_status"] == "preparing") & (exists["status_on"] != "")]
    before = _by_standing(rows, asof, slow_before)
    return rows.loc[rows["status_on"].map(last_day).astype(str) < before, "id"]


def _short(work: Work, rules: Rules, day: str) -> Iterable[str]:
    """The positions that miss a meeting on a day; none where there is no ledger at all."""
    if not len(work.entries):
        return ()
    held = meetings(work.entries[work.entries["day"] <= day], work.campaign, rules)
    return held.index[(held["worker_missing"] > 0) | (held["enterprise_missing"] > 0)]
