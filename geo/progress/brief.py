"""A week of a campaign for its leaders: what was done, against the week before and since the beginning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from geo.casework import appeals
from geo.casework.appeals import LATE, Rates, State
from geo.clock import today
from geo.district import District
from geo.errors import ParameterError
from geo.progress import days
from geo.progress.dashboard import Decision, by_state, decisions, standing
from geo.progress.days import Period
from geo.progress.measures import LINES, MAIN, SHADE, Counted, Where, count, table
from geo.progress.published import Compared, compare
from geo.progress.scene import Scene, scene
from geo.schema import is_day
from geo.workspace import Workspace


@dataclass(frozen=True)
class Line:
    """A measure in the week, in the week before, and from the campaign's beginning to the end of the week."""

    measure: str
    now: Counted
    before: Counted
    so_far: Counted


@dataclass(frozen=True, eq=False)
class Brief:
    """A week (YYYY-Www; ``period`` its days) of a campaign, the ``scene`` told as of the week's last day, or the last
    that there is, if that is earlier. ``teams``: by team (of none last), ``MAIN`` in the week and, as of the day,
    ``late``: appeals overdue. ``appeals``: how many there are, and how many of them are made up. ``towns``: ``SHADE``
    by region code, 0 where there was none. ``synthetic``: something in it is made up.
    """

    scene: Scene
    week: str
    period: Period
    lines: tuple[Line, ...]
    teams: pd.DataFrame
    towns: pd.Series
    states: Mapping[State, int]
    rates: Rates
    appeals: tuple[int, int]
    decisions: tuple[Decision, ...]
    published: tuple[Compared, ...]
    synthetic: bool


def brief_of(workspace: Workspace, district: District, id_: str, week: str) -> Brief:
    """The brief of a campaign's week, the last one that there is where ``week`` is empty.

    ParameterError ``campaign.unknown``, ``progress.bad_week``.
    """
    made = scene(workspace, district, id_)
    week = week or days.week_of(date.fromisoformat(made.whole.until))
    made = made.on(days.week(week).until)
    return told(made, week, to_decide(workspace, made))


def progress_of(
    workspace: Workspace, district: District, id_: str, since: str, until: str, on: str
) -> tuple[Scene, Period, tuple[Decision, ...]]:
    """A campaign's work, told as of the day ``on`` (see ``clock.as_of`` where that is empty), the days from
    ``since`` to ``until`` (its own where these are empty), and what is to be decided then.

    ParameterError ``campaign.unknown``, ``progress.bad_day``.
    """
    for name, said in (("since", since), ("until", until), ("on", on)):
        if said and not is_day(said):
            value = said[:20].encode("utf-8", "replace").decode()
            raise ParameterError("progress.bad_day", field=name, value=value)
    made = scene(workspace, district, id_).on(on)
    return made, Period(since or made.whole.since, until or made.whole.until), to_decide(workspace, made)


def to_decide(workspace: Workspace, made: Scene) -> tuple[Decision, ...]:
    """What needs a decision of the campaign; of callers it is asked only of which appeals there are any."""
    work, store = made.work, workspace.store
    entered = work.entries.loc[work.entries["kind"] == "appeal", "id"].tolist()
    callers = store.callers.has(entered, today(made.district, workspace.now()))
    planned = store.visits.list(made.campaign.id)
    return decisions(
        work, made.district.enterprises, made.asof, entries=workspace.entries(), kept_callers=callers, planned=planned
    )


def told(made: Scene, week: str, found: tuple[Decision, ...]) -> Brief:
    """The brief of a week, from the work alone."""
    within, before = days.week(week), days.week(days.week_before(week))
    work = made.work
    lines = tuple(
        Line(
            name,
            count(work, name, Where(within)),
            count(work, name, Where(before)),
            count(work, name, Where(Period("", within.until))),
        )
        for name in LINES
    )
    seen = standing(work, made.asof, made.campaign.rules)
    rows = table(work, MAIN, "team", Where(within)).reindex(columns=list(MAIN))
    late = seen[seen["state"].isin(LATE)].groupby("team").size()
    known = [team.id for team in made.campaign.teams]
    others = [key for key in (*rows.index, *late.index) if key and key not in known]
    order = [*known, *dict.fromkeys(others), *([""] if "" in rows.index or "" in late.index else [])]
    teams = rows.reindex(order).fillna(0.0).assign(late=late.reindex(order).fillna(0).astype("int64"))
    codes = list(made.district.regions["code"])
    towns = table(work, (SHADE,), "town", Where(within)).reindex(codes)[SHADE].fillna(0.0)
    return Brief(
        scene=made,
        week=week,
        period=within,
        lines=lines,
        teams=teams,
        towns=towns,
        states=by_state(seen),
        rates=appeals.rates(seen),
        appeals=(len(seen), int(seen["synthetic"].sum())),
        decisions=found,
        published=compare(made.district, work),
        synthetic=bool(work.entries["synthetic"].any() or work.units["synthetic"].any())
        or any(one.synthetic or one.rests for one in found),
    )
