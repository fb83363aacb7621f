"""A campaign's work put together from the workspace: what page, brief, workbook and map are all made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from geo.clock import AsOf, as_of, today
from geo.district import District
from geo.fieldwork.campaign import Campaign, campaign, campaigns, reported
from geo.fieldwork.plan import Plan
from geo.progress.days import Period, span
from geo.progress.work import Work, gather
from geo.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Scene:
    """A campaign's work, and the days it is told as of. ``others``: all campaigns, this one among them. ``guessed``:
    the positions whose team follows from the ledger alone, because no plan that was published or reported says it.
    """

    district: District
    work: Work
    asof: AsOf
    others: tuple[Campaign, ...]
    guessed: tuple[str, ...]

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.work.campaign

    def on(self, day: str) -> Scene:
        """The same, told as of ``day`` (YYYY-MM-DD) if that is earlier; as it is where that is empty."""
        return replace(self, asof=self.asof.until(date.fromisoformat(day))) if day else self

    @property
    def made_up(self) -> bool:
        """Whether the ledger is all demonstration, and so told as of its last day alone."""
        rows = self.work.entries
        return bool(len(rows)) and bool(rows["synthetic"].all()) and self.asof.made_up < self.asof.today

    @property
    def day(self) -> date:
        """The last day that anything is told of: today, or of a ledger that is all demonstration its last."""
        return self.asof.made_up if self.made_up else self.asof.today

    @property
    def whole(self) -> Period:
        """From the first of the campaign's days to its last, no later than ``day``, and wider where the ledger is; the
        first day alone of one that has not begun.
        """
        span, done = self.work.span, self.work.days
        until = max(min(span.until or self.day.isoformat(), self.day.isoformat()), done.until)
        since = min(filter(None, (span.since, done.since)), default=until)
        return Period(since, max(since, until), span.assumed)


def scene(workspace: Workspace, district: District, id_: str) -> Scene:
    """The work of the campaign of this id; ParameterError ``campaign.unknown`` where there is none. What is made up is
    told as of its last day in this campaign, or where it has none in any, as the register is elsewhere.
    """
    of = campaign(district, workspace.store, id_)
    every = campaigns(district, workspace.store)
    now = today(district, workspace.now())
    entries = workspace.entries()
    where, guessed = teams_of(district, of, entries, _published(workspace, of))
    made = gather(
        district, of, entries, span=span(of, every, today(district, of.closed_at or workspace.now())), where=where
    )
    invented = made.entries if made.entries["synthetic"].any() else entries
    return Scene(district, made, as_of(invented, now), every, guessed)


def key(workspace: Workspace, district: District, id_: str) -> tuple[object, ...]:
    """What a scene depends on: it is the same as long as this is."""
    store = workspace.store
    kept = tuple((one.id, one.version, one.closed_at) for one in store.campaigns.list())
    published = store.assignments.published(id_)
    number = published.number if published else 0
    return (district.revision, workspace.entries_state(), kept, number, id_, today(district, workspace.now()))


def _published(workspace: Workspace, of: Campaign) -> Mapping[str, str]:
    found = workspace.store.assignments.published(of.id)
    return Plan.read(found.fields).where if found else {}


def teams_of(
    district: District, of: Campaign, entries: pd.DataFrame, published: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The team of each position: as published, where nothing was as the pack's visits say, and else the one that most
    of its ledger entries name (ties: the smaller id); and the positions that this last was needed for.
    """
    if published:
        return dict(published), ()
    where = {position: one.team for position, one in reported(district, of).items()}
    rows = entries[(entries["campaign"] == of.id) & (entries["team"] != "") & (entries["position"] != "")]
    counts = rows.groupby(["position", "team"]).size().reset_index(name="count")
    most = counts.sort_values(["position", "count", "team"], ascending=[True, False, True]).drop_duplicates("position")
    teams = {team.id for team in of.teams}
    named = {
        position: team
        for position, team in zip(most["position"], most["team"], strict=True)
        if position not in where and team in teams
    }
    return where | named, tuple(sorted(named))
