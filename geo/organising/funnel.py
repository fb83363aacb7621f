"""The funnel 漏斗: how many are at each step, by town and by team; what unions there are, counted both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from geo.enterprises import UNION_STATUSES

TOTAL = "*"
NOWHERE = ""
COUNTED = (*UNION_STATUSES, "all", "units", "units_standalone", "units_joint", "unions", "members")


@dataclass(frozen=True, eq=False)
class Funnel:
    """``towns``: a row per region code in the order asked for, then ``NOWHERE`` (region not known) and ``TOTAL``;
    ``teams``: a row per team, then ``NOWHERE`` (nobody's) and ``TOTAL``. Columns ``COUNTED``, whole numbers.

    Of each union status the enterprises that have it; ``all`` of them but those ``closed``. ``units``: enterprises
    with a union, ``units_standalone`` and ``units_joint`` by its form (unknown is neither); ``unions``: the unions
    that cover them, a joint one once, however many enterprises it covers; one that covers enterprises of two towns is
    one in each, and one in the total. ``members``: those stated.
    """

    towns: pd.DataFrame
    teams: pd.DataFrame


def funnel(enterprises: pd.DataFrame, codes: Sequence[str], team_of: Mapping[str, str], teams: Sequence[str]) -> Funnel:
    """Of ``enterprises`` (columns id, region, union_status, union_form, union_id, members); ``team_of``: the team of
    each region that is a position, by its code; ``teams`` in their order.

    A region that nobody has, and an enterprise of no known region, are nobody's.
    """
    groups = _groups(enterprises, codes, team_of, teams)
    marks = _marks(enterprises)
    return Funnel(_table(marks, groups["town"], codes), _table(marks, groups["team"], teams))


def cell_ids(
    enterprises: pd.DataFrame, codes: Sequence[str], team_of: Mapping[str, str], teams: Sequence[str], cell: str
) -> tuple[str, ...]:
    """The ids of what a cell of the ``funnel`` counts, the smallest first: of ``unions`` the first unit in the cell of
    each, of ``members`` those that state any. ``cell``: ``town:`` or ``team:``, the row, ``:``, the column; none of
    what is no cell.
    """
    by, _, rest = cell.partition(":")
    row, _, column = rest.rpartition(":")
    groups = _groups(enterprises, codes, team_of, teams)
    if by not in groups or column not in COUNTED:
        return ()
    marks = _marks(enterprises).assign(id=enterprises["id"])
    if row != TOTAL:
        marks = marks[groups[by] == row]
    marks = marks.sort_values("id")
    if column == "unions":
        return tuple(marks.loc[marks["union"] != "", ["id", "union"]].drop_duplicates("union")["id"])
    return tuple(marks.loc[marks[column] > 0, "id"])


def _groups(
    enterprises: pd.DataFrame, codes: Sequence[str], team_of: Mapping[str, str], teams: Sequence[str]
) -> dict[str, pd.Series]:
    """The row of either table that each enterprise is in; indexes as the frame's."""
    region = enterprises["region"].where(enterprises["region"].isin(list(codes)), NOWHERE)
    team = region.map(dict(team_of)).fillna(NOWHERE)
    return {"town": region, "team": team.where(team.isin(list(teams)), NOWHERE)}


def _marks(enterprises: pd.DataFrame) -> pd.DataFrame:
    """What each enterprise counts for; ``union``: the id of the union that covers it, its own where none is said."""
    status = enterprises["union_status"]
    has = status == "established"
    form, union = enterprises["union_form"], enterprises["union_id"]
    columns: dict[str, pd.Series] = {name: (status == name).astype("int64") for name in UNION_STATUSES}
    columns |= {
        "all": (status != "closed").astype("int64"),
        "units": has.astype("int64"),
        "units_standalone": (has & (form == "standalone")).astype("int64"),
        "units_joint": (has & (form == "joint")).astype("int64"),
        "members": enterprises["members"].where(has).astype("float64").fillna(0).astype("int64"),
        "union": union.where(union != "", "\n" + enterprises["id"]).where(has, ""),
    }
    return pd.DataFrame(columns)


def _table(marks: pd.DataFrame, by: pd.Series, order: Sequence[str]) -> pd.DataFrame:
    numbers = [name for name in COUNTED if name != "unions"]
    sums = marks[numbers].groupby(by.to_numpy()).sum()
    covered = marks[["union"]].assign(by=by)  # of all first: a frame of no rows would take on those of ``by``
    covered = covered[covered["union"] != ""]
    sums["unions"] = covered.drop_duplicates()["by"].value_counts().reindex(sums.index)
    rows = sums.reindex([*order, NOWHERE]).fillna(0)
    rows.loc[TOTAL] = marks[numbers].sum()
    rows.loc[TOTAL, "unions"] = covered["union"].nunique()
    return rows[list(COUNTED)].astype("int64")
