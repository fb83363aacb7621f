"""The measures 指标: what work comes to, counted from ledger, register and pack, and which rows are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import ParameterError
from geo.ledger import EntryKind
from geo.progress.days import EVER, Period
from geo.progress.work import NO_TEAM as NO_TEAM
from geo.progress.work import NO_TOWN as NO_TOWN
from geo.progress.work import Work

Of = Literal["entries", "units", "unions", "pack"]
By = Literal["team", "town", "week", "position"]


@dataclass(frozen=True)
class Measure:
    """One thing that is counted.

    Of ``entries``: those of its ``kinds`` (and, of programmes, its ``programme_kinds``) that say the amount ``says``,
    where it names one: how many there are, or the sum of ``amount``, or with ``most`` the largest amount that any one
    of them says, because the same people or boards go round and adding them up would count them again. An entry that
    does not say the amount adds nothing, but for ``enterprises``: one that names an enterprise and does not say how
    many there were is of that one.

    Of ``units``: the enterprises whose union was founded, of ``form`` if one is named: how many, or the sum of
    ``amount``. Of ``unions``: how many unions began (``geo.progress.work.Work.unions``).

    Of the ``pack``: see ``geo.progress.work.Work.fixed``. ``unit``: people, yuan, or a count.
    """

    name: str
    kinds: tuple[EntryKind, ...] = ()
    programme_kinds: tuple[str, ...] = ()
    amount: str = ""
    most: bool = False
    says: str = ""
    of: Of = "entries"
    form: str = ""
    unit: Literal["count", "people", "yuan"] = "count"


def _programme(name: str, kind: str, amount: str = "", **more: object) -> Measure:
    return Measure(name, ("programme",), (kind,), amount, **more)  # type: ignore[arg-type]


_ALL = (
    Measure("visits", ("visit",)),
    Measure("visit_people", ("visit",), amount="people", unit="people"),
    Measure("worker_meetings", ("worker_meeting",)),
    Measure("meeting_workers", ("worker_meeting",), amount="people", unit="people"),
    Measure("enterprise_meetings", ("enterprise_meeting",)),
    Measure("enterprises_heard", ("enterprise_meeting",), amount="enterprises"),
    Measure("units", of="units"),
    Measure("units_standalone", of="units", form="standalone"),
    Measure("units_joint", of="units", form="joint"),
    Measure("unions", of="unions"),
    Measure("members", of="units", amount="members", unit="people"),
    Measure("appeals", ("appeal",)),
    Measure("mediations", ("mediation",)),
    Measure("mediation_workers", ("mediation",), amount="workers", unit="people"),
    Measure("recovered", ("mediation",), amount="recovered", unit="yuan"),
    Measure("bargaining", ("bargaining",)),
    Measure("bargaining_trainings", ("bargaining",), says="instructors"),
    Measure("instructors", ("bargaining",), amount="instructors", unit="people"),
    Measure("enterprises_guided", ("bargaining",), amount="enterprises"),
    Measure("legal_checkups", ("legal_checkup",)),
    Measure("programmes", ("programme",)),
    Measure("programme_people", ("programme",), amount="people", unit="people"),
    _programme("exhibition_sites", "exhibition", says="model_workers"),
    _programme("model_workers", "exhibition", "model_workers", most=True, unit="people"),
    _programme("collectives", "exhibition", "collectives", most=True),
    _programme("exhibition_visitors", "exhibition", "people", says="model_workers", unit="people"),
    _programme("craftsmen", "craftsmen", "craftsmen", most=True, unit="people"),
    _programme("problems", "craftsmen", "problems"),
    _programme("craft_workers", "craftsmen", "people", unit="people"),
    _programme("carnival_trainings", "carnival"),
    _programme("carnival_attendances", "carnival", "people", unit="people"),
    _programme("exam_points", "exam_support", says="volunteers"),
    _programme("exam_volunteers", "exam_support", "volunteers", unit="people"),
    _programme("exam_people", "exam_support", "people", says="volunteers", unit="people"),
    _programme("exam_drivers", "exam_support", "drivers", most=True, unit="people"),
    _programme("health_sessions", "health"),
    _programme("health_workers", "health", "people", unit="people"),
    _programme("summer_cool", "summer_cool"),
    _programme("summer_cool_people", "summer_cool", "people", unit="people"),
    Measure("teams", of="pack"),
    Measure("positions", of="pack"),
    Measure("mediation_workstations", of="pack"),
)
MEASURES: Mapping[str, Measure] = MappingProxyType({one.name: one for one in _ALL})
"""Every measure by its name, which figures.csv uses in its column ``measure``."""
MAIN = (
    "visits",
    "worker_meetings",
    "enterprise_meetings",
    "units",
    "unions",
    "members",
    "appeals",
    "mediations",
    "recovered",
    "programmes",
)
"""Those that any table and map has."""
_MORE = (*MAIN, "bargaining", "legal_checkups", "programme_people")
SHADED = (*_MORE, "carnival_trainings", "health_sessions", "summer_cool")
"""Those that a map is coloured by, at first by ``SHADE``."""
SHADE = MAIN[0]
LINES = tuple(one for one in MEASURES if one in {*_MORE, "mediation_workers", "carnival_attendances", "health_workers"})
"""Those that a week is told in."""


@dataclass(frozen=True)
class Where:
    """What is counted of all that there is: a period, and one team, town (region code) or position, None for any;
    ``NO_TEAM`` and ``NO_TOWN`` are what is of none.
    """

    period: Period = EVER
    team: str | None = None
    town: str | None = None
    position: str | None = None


ANYWHERE = Where()


@dataclass(frozen=True)
class Counted:
    """What a measure comes to. ``synthetic``: how much of it is made up for demonstration: what is left out of the
    value when synthetic rows are. ``ids``: the rows it counts, of entries or of enterprises (of a union that of its
    first unit). ``unsaid``: how many rows
    of its kind do not say the amount; ``left_out``: how many are not counted because they do not say what the measure
    asks for (``Measure.says``). Money is in yuan, to the fen.
    """

    value: float
    synthetic: float
    ids: tuple[str, ...]
    unsaid: int = 0
    left_out: int = 0


def measure_of(name: str) -> Measure:
    """The measure of a name; ParameterError ``progress.bad_measure`` where there is none."""
    if name not in MEASURES:
        raise ParameterError(
            "progress.bad_measure", field="measure", value=name[:40].encode("utf-8", "replace").decode()
        )
    return MEASURES[name]


def count(work: Work, name: str, where: Where = ANYWHERE) -> Counted:
    """What a measure comes to of the work, ``where`` asked."""
    one = measure_of(name)
    if one.of == "pack":
        value, synthetic = work.fixed[name]
        return Counted(value, synthetic, ())
    rows = counted_rows(work, one, where)
    value = _together(one, rows)
    real = _together(one, rows[~rows["synthetic"].to_numpy(bool)])
    unsaid = int(rows["amount"].isna().sum()) if one.amount else 0
    every = len(counted_rows(work, replace(one, says=""), where)) if one.says else len(rows)
    return Counted(value, round(value - real, 2), tuple(rows["id"].tolist()), unsaid, every - len(rows))


def table(work: Work, names: tuple[str, ...], by: By, where: Where = ANYWHERE) -> pd.DataFrame:
    """Of each measure (columns) what it comes to by team, town, week or position (index, only those that have any row);
    float, 0 where a measure has none there. Of ``most`` the parts need not add up to the whole.
    """
    return _by({name: counted_rows(work, measure_of(name), where) for name in names}, by)


def table_and_demo(
    work: Work, names: tuple[str, ...], by: By, where: Where = ANYWHERE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The ``table``, and how much of each of its numbers is made up; index and columns as the table's."""
    rows = {name: counted_rows(work, measure_of(name), where) for name in names}
    found = _by(rows, by)
    real = _by({name: some[~some["synthetic"].to_numpy(bool)] for name, some in rows.items()}, by)
    return found, (found - real.reindex(index=found.index, fill_value=0.0)).round(2)


def _by(rows: Mapping[str, pd.DataFrame], by: By) -> pd.DataFrame:
    columns = {}
    for name, some in rows.items():
        one, groups = MEASURES[name], some.groupby(by, sort=True)
        if one.amount:
            columns[name] = groups["amount"].max() if one.most else groups["amount"].sum().round(2)
        else:
            columns[name] = groups.size()
    return pd.DataFrame(columns, dtype=np.float64).fillna(0.0).sort_index()


def programme_kinds(work: Work, where: Where = ANYWHERE) -> pd.DataFrame:
    """The programmes by kind (index, that of most entries first, ties by name): how many entries (``count``), how many
    of them made up (``synthetic``), the ``people`` they say together, how many of these are made up
    (``synthetic_people``), and how many do not say any (``unsaid``).
    """
    rows = counted_rows(work, MEASURES["programme_people"], where)
    made = rows["synthetic"].to_numpy(bool)
    rows = rows.assign(
        kind=work.entries.loc[rows.index, "programme_kind"],
        synthetic_people=rows["amount"].where(made, 0.0),
        unsaid=rows["amount"].isna(),
    )
    found = rows.groupby("kind").agg(
        count=("id", "size"),
        synthetic=("synthetic", "sum"),
        people=("amount", "sum"),
        synthetic_people=("synthetic_people", "sum"),
        unsaid=("unsaid", "sum"),
    )
    return found.sort_values("count", ascending=False, kind="stable")


ROW = ["id", "day", "last", "week", "team", "town", "position", "synthetic"]


def counted_rows(work: Work, one: Measure, where: Where) -> pd.DataFrame:
    """The rows that a measure counts: id, day, week, team, town, position, synthetic, ``amount`` (float, NaN where it
    is not said).
    """
    frame = {"units": work.units, "unions": work.unions}.get(one.of, work.entries)
    kept = np.ones(len(frame), dtype=bool)
    if one.form:
        kept &= (frame["union_form"] == one.form).to_numpy(bool)
    if frame is work.entries:
        kept &= frame["kind"].isin(one.kinds).to_numpy(bool)
        if one.programme_kinds:
            kept &= frame["programme_kind"].isin(one.programme_kinds).to_numpy(bool)
        if one.says:
            kept &= frame[one.says].notna().to_numpy(bool)
    kept &= lies(frame, where)
    found = frame.loc[kept, ROW]  # a ledger is wide, and most of it is not asked about
    said = frame.loc[kept, one.amount].to_numpy(np.float64, na_value=np.nan) if one.amount else np.nan
    if one.amount == "enterprises":
        said = np.where(np.isnan(said) & (frame.loc[kept, "enterprise"] != "").to_numpy(bool), 1.0, said)
    return found.assign(amount=said)


def lies(frame: pd.DataFrame, where: Where) -> NDArray[np.bool_]:
    """Which rows of entries or of what was founded (n,) are of what is asked."""
    kept = np.ones(len(frame), dtype=bool)
    if where.period.since:
        kept &= (frame["day"] >= where.period.since).to_numpy(bool)
    if where.period.until:
        kept &= (frame["last"] <= where.period.until).to_numpy(bool)
    for column in ("team", "town", "position"):
        wanted = getattr(where, column)
        if wanted is not None:
            kept &= (frame[column] == wanted).to_numpy(bool)
    return kept


def _together(one: Measure, rows: pd.DataFrame) -> float:
    if not one.amount:
        return float(len(rows))
    said = rows["amount"].dropna()
    if one.most:
        return float(said.max()) if len(said) else 0.0
    return round(float(said.sum()), 2)
