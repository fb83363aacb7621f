"""The work of a campaign as rows to count: ledger entries, unions founded, what the pack says, each with its team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import ledger
from geo.district import District
from geo.fieldwork.campaign import Campaign
from geo.progress.days import Period, first_day, last_day, week_of

_OF_UNION = ["id", "union_id", "established_on"]
NO_TEAM, NO_TOWN = "", ""
"""The team of what no team did, as far as is said, and the region of what has none."""


@dataclass(frozen=True, eq=False)
class Work:
    """A campaign's work. Every frame has ``id``, ``day`` and ``last`` (first and last day that its date can mean,
    YYYY-MM-DD), ``week`` (YYYY-Www of ``day``), ``team``, ``town`` (region code), ``position`` (``""``: not said), and
    ``synthetic``.

    ``entries``: the campaign's, besides with all columns of the ledger. ``founded``: the enterprises, not closed, whose
    union was founded wholly within ``span``, with union_form, members and ``begins``: whether its union began with it.
    ``fixed``: what the pack says, and how much of it is made up: teams and positions of the campaign, and the mediation
    workstations that were reported. ``span``: the campaign's days.
    """

    campaign: Campaign
    span: Period
    entries: pd.DataFrame
    founded: pd.DataFrame
    fixed: Mapping[str, tuple[float, float]]

    @property
    def days(self) -> Period:
        """From the first to the last day that anything was done; without bounds where nothing was."""
        first = [str(frame["day"].min()) for frame in (self.entries, self.founded) if len(frame)]
        last = [str(frame["last"].max()) for frame in (self.entries, self.founded) if len(frame)]
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
    rows = _dated(mine, mine["date"])
    rows = rows.assign(town=rows["region"])
    kinds = positions[positions["kind"] == "region"].sort_values("id", ascending=False)
    position_of = dict(zip(kinds["region"], kinds["id"], strict=True))
    return Work(
        campaign,
        span,
        rows.sort_values("id", ignore_index=True),
        _founded(district, span, position_of, where),
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
) -> pd.DataFrame:
    frame = district.enterprises
    on = frame["established_on"]
    # Cheap first, for a register may have 200,000 rows: no text that is not at least the year can lie within.
    kept = (frame["union_status"] == "established") & (on != "") & (on >= span.since[:4])
    rows = frame.loc[kept, ["id", "region", "union_form", "union_id", "members", "standing", "established_on"]]
    rows = _dated(rows, rows["established_on"])
    inside = [span.has(first, last) for first, last in zip(rows["day"], rows["last"], strict=True)]
    rows = rows[np.array(inside, dtype=bool)]
    position = named(rows["region"], position_of)
    rows = rows.assign(town=rows["region"], position=position, team=named(position, where))
    rows = rows.sort_values("id", ignore_index=True)
    return rows.assign(begins=_begins(frame, rows))


def _begins(frame: pd.DataFrame, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which of the enterprises (n,) is the first of its union, by day, then by id: with it the union began. One without
    a union's id has a union of its own. Members that do not say when do not tell when their union began.
    """
    shared = rows["union_id"] != ""
    ids = rows.loc[shared, "union_id"].unique()
    others = frame.loc[frame["union_id"].isin(ids) & (frame["union_status"] == "established"), _OF_UNION]
    others = others[others["established_on"] != ""]
    others = others.assign(day=others["established_on"].map(first_day)).sort_values(["union_id", "day", "id"])
    first = set(others.drop_duplicates("union_id")["id"])
    begins: NDArray[np.bool_] = (~shared | rows["id"].isin(first)).to_numpy(bool)
    return begins


def _dated(rows: pd.DataFrame, on: pd.Series) -> pd.DataFrame:
    """The rows with ``day``, ``last``, ``week`` and ``synthetic``."""
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
