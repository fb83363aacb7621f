"""The work of a campaign as rows to count: ledger entries, unions founded, what the pack says, each with its team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geo import ledger
from geo.district import District
from geo.fieldwork.campaign import Campaign
from geo.progress.days import Period, first_day, last_day, week_of

_OF_UNION = ["id", "region", "union_form", "union_id", "union_status", "members", "standing", "established_on"]
NO_TEAM, NO_TOWN = "", ""
"""The team of what no team did, as far as is said, and the region of what has none."""


@dataclass(frozen=True, eq=False)
class Work:
    """A campaign's work. Every frame has ``id``, ``day`` and ``last`` (first and last day that its date can mean,
    YYYY-MM-DD), ``week`` (YYYY-Www of ``day``), ``team``, ``town`` (region code), ``position`` (``""``: not said), and
    ``synthetic``.

    ``entries``: the campaign's, besides with all columns of the ledger. ``units``: the enterprises, not closed, whose
    union was founded wholly within ``span``, with union_form and members. ``unions``: those that began within it and
    that any enterprise has now, each as the row of its first unit: of all enterprises that are on record with it and
    say when it was founded there, closed ones too, the one of the earliest day, of a day the smaller id. So a union
    counts once, where and when it began, and a first unit that closes later does not move it. ``fixed``: what the pack
    says, and how much of it is made up: teams and positions of the campaign, and the mediation workstations that were
    reported. ``span``: the campaign's days.
    """

    campaign: Campaign
    span: Period
    entries: pd.DataFrame
    units: pd.DataFrame
    unions: pd.DataFrame
    fixed: Mapping[str, tuple[float, float]]

    @property
    def days(self) -> Period:
        """From the first to the last day that anything was done; without bounds where nothing was."""
        some = [frame for frame in (self.entries, self.units, self.unions) if len(frame)]
        first, last = [str(frame["day"].min()) for frame in some], [str(frame["last"].max()) for frame in some]
        return Period(min(first, default=""), max(last, default=""))


def gather(
    district: District, campaign: Campaign, entries: pd.DataFrame, *, span: Period, where: Mapping[str, str]
) -> Work:
    """The work of a campaign. ``entries``: as the store has them, of any campaign. ``where``: the team of each position
    in the plan that holds.

    An entry's team and town are those it says, and none is guessed: whoever enters one is given its position's or its
    enterprise's region. A union's team is the one that has the position that is the enterprise's region (of two
    positions the smaller id). A date of a year or a month alone is in a period that has all of it.
    """
    positions = district.positions[district.positions["id"].isin(campaign.positions)]
    mine = entries[entries["campaign"] == campaign.id]
    rows = _dated(mine, "date")
    rows = rows.assign(town=rows["region"])
    kinds = positions[positions["kind"] == "region"].sort_values("id", ascending=False)
    position_of = dict(zip(kinds["region"], kinds["id"], strict=True))
    return Work(
        campaign,
        span,
        rows.sort_values("id", ignore_index=True),
        *_founded(district, span, position_of, where),
        {
            "teams": (float(len(campaign.teams)), 0.0),
            "positions": (float(len(campaign.positions)), 0.0),
            "mediation_workstations": (float(_workstations(district)), 0.0),
        },
    )


def _workstations(district: District) -> int:
    kept = (district.facilities["kind"] == "mediation_workstation") & (district.facilities["standing"] == "reported")
    return int((kept & ~district.facilities["state"].isin(("planned", "removed"))).sum())


def _founded(
    district: District, span: Period, position_of: Mapping[str, str], where: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The units and the unions. An enterprise without a union's id has a union of its own; one that does not say when
    it was founded does not tell when its union began.
    """
    frame = district.enterprises
    has = frame["union_status"] == "established"
    ever = (has | (frame["union_status"] == "closed")) & (frame["established_on"] != "")
    # Cheap first, for a register may have 200,000 rows: no text that is not at least the year can lie within.
    rows = _dated(frame.loc[ever & (frame["established_on"] >= span.since[:4]), _OF_UNION])
    rows = rows[np.array([span.has(*days) for days in zip(rows["day"], rows["last"], strict=True)], dtype=bool)]
    position = named(rows["region"], position_of)
    rows = rows.assign(town=rows["region"], position=position, team=named(position, where)).sort_values("id")
    units = rows[rows["union_status"] == "established"]
    shared = frame["union_id"].isin(set(rows["union_id"]) - {""})
    members = frame.loc[shared & ever, _OF_UNION]
    members = members.assign(day=members["established_on"].map(first_day)).sort_values(["day", "id"])
    first = members.drop_duplicates("union_id")["id"]
    began = rows[rows["id"].isin(first) & rows["union_id"].isin(frame.loc[shared & has, "union_id"])]
    unions = pd.concat([units[units["union_id"] == ""], began]).sort_values("id")
    return units.reset_index(drop=True), unions.reset_index(drop=True)


def _dated(rows: pd.DataFrame, of: str = "established_on") -> pd.DataFrame:
    """The rows with ``day``, ``last`` and ``week`` of the date ``of``, and ``synthetic``."""
    on = rows[of]
    known = {text: (first_day(text), last_day(text)) for text in on.unique()}
    weeks = {text: week_of(date.fromisoformat(first)) if first else "" for text, (first, _) in known.items()}
    return rows.assign(
        day=named(on, {text: first for text, (first, _) in known.items()}),
        last=named(on, {text: last for text, (_, last) in known.items()}),
        week=named(on, weeks),
        synthetic=(rows["standing"] == "synthetic").astype(bool),
    )


def named(keys: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """What each key is called, ``""`` where it is not; index as the keys'."""
    codes, known = pd.factorize(keys)
    words = np.array([*(names.get(key, "") for key in known), ""], dtype=object)  # the last: of what is missing
    return pd.Series(words[codes], index=keys.index, dtype=str)


def no_entries() -> pd.DataFrame:
    """A ledger with nothing in it, typed as the store's."""
    kinds = {"number": "float64", "integer": "Int64", "flag": "boolean"}
    return pd.DataFrame(
        {column.name: pd.Series(dtype=kinds.get(column.kind, "str")) for column in ledger.TABLE.columns}
    )
