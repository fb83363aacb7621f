"""A version of a plan as it is told: what the API, files and reports say of who is where, with what workload."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from geo.assignment.measure import measure
from geo.district import District
from geo.errors import ParameterError
from geo.fieldwork.campaign import Campaign, Team, numbers
from geo.fieldwork.plan import METRICS, Edit, Plan, edit_between
from geo.fieldwork.posing import Posed, pose
from geo.fieldwork.rights import Version
from geo.storage import Store
from geo.storage.assignments import Draft, Published

EXTRA = "extra"
PARTS = (*METRICS, EXTRA)
"""What a position's points are made of."""


@dataclass(frozen=True)
class ToldTeam:
    """A team, known by its ``number`` (``geo.fieldwork.campaign.numbers``): what it has and what its share is, in
    points. ``deviation``: load / target - 1, NaN where there is no load to share out.
    """

    number: int
    id: str
    name: str
    name_en: str
    lead: str
    departments: tuple[str, ...]
    positions: tuple[str, ...]
    load: float
    target: float
    deviation: float


@dataclass(frozen=True)
class ToldPosition:
    """A position: its ``team`` and that one's ``number`` (``""`` and 0: unassigned), its ``load`` as the version has
    it, and the ``points`` that the data of today give it, by ``PARTS`` (NaN: not counted, and where it is no position
    any more).

    ``region``: the code of the region it belongs to. Of the record, as it is today: ``lon``, ``lat`` (WGS-84; NaN:
    unknown), ``location_standing``, ``precision_m``, ``standing``, ``source``, ``as_of``; empty where it is gone.
    """

    id: str
    name: str
    name_en: str
    kind: str
    region: str
    team: str
    number: int
    fixed: bool
    load: float
    points: Mapping[str, float]
    lon: float
    lat: float
    location_standing: str
    precision_m: float
    standing: str
    source: str
    as_of: str


@dataclass(frozen=True, eq=False)
class Told:
    """A version of a campaign's plan. ``number`` 0 is the draft; ``starts``, ``note`` and ``at`` are its publishing's
    (of a draft ``""``, ``""`` and when it was last changed). ``teams`` and ``names`` are those that it was published
    with. ``edges``: pairs of positions that hung together then. ``synthetic``: whether a load follows from a record
    that is made up. ``revision``, ``data_as_of``: of the data it was published on. ``changed``: from the version
    ``before`` it (0: there is none), to it. ``counted``: the metrics that had anything to count today.
    ``travel_m``, ``cut``: on today's ground, as geo.assignment.measure has them. ``grounds_before``: what the version
    ``before`` stood on. ``posed``: the plan as it is on today's
    ground, with the loads that it was published with, for whoever checks it.
    """

    campaign: Campaign
    number: int
    starts: str
    note: str
    at: datetime | None
    plan: Plan
    teams: tuple[ToldTeam, ...]
    positions: tuple[ToldPosition, ...]
    edges: tuple[tuple[str, str], ...]
    synthetic: bool
    revision: str
    data_as_of: str
    before: int
    changed: Edit
    counted: tuple[str, ...]
    travel_m: float
    cut: int
    grounds_before: Mapping[str, Any]
    posed: Posed

    @property
    def worst(self) -> float:
        """The largest deviation of a team either way; NaN where there is none."""
        known = [abs(team.deviation) for team in self.teams if not math.isnan(team.deviation)]
        return max(known, default=math.nan)

    @property
    def unassigned(self) -> tuple[ToldPosition, ...]:
        """The positions that no team has."""
        return tuple(position for position in self.positions if not position.team)


def asked_version(text: str) -> Version:
    """``published``, ``draft`` or a number from 1; ParameterError for anything else."""
    if text == "published" or text == "draft":
        return "draft" if text == "draft" else "published"
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1:
        return int(text)
    raise ParameterError("assignment_file.version", field="version", value=text[:80])


def tell(
    district: District, store: Store, campaign: Campaign, version: Version, entries: pd.DataFrame | None = None
) -> Told:
    """The draft, the version published last, or that of a number; ParameterError ``assignment_file.none`` where it was
    never published. ``entries``: the ledger, whose open appeals are part of the workload. Whether the one who asks may
    read it is for the caller (geo.fieldwork.rights.read_plan).
    """
    kept = store.assignments
    if version == "draft":
        return told(district, campaign, kept.draft(campaign.id), kept.published(campaign.id), entries)
    found = kept.published(campaign.id, None if version == "published" else version)
    if found is None:
        raise ParameterError("assignment_file.none", field="version", value=str(version), name=campaign.name)
    before = kept.published(campaign.id, found.number - 1) if found.number > 1 else None
    return told(district, campaign, found, before, entries)


def told(
    district: District,
    campaign: Campaign,
    version: Draft | Published,
    before: Published | None,
    entries: pd.DataFrame | None = None,
) -> Told:
    """What a version says. ``before`` is the one that it is compared with. Of what was published, teams, names of
    positions, loads and who bordered whom are told as they were then.
    """
    plan = Plan.read(version.fields)
    grounds: Mapping[str, Any] = version.grounds if isinstance(version, Published) else {}
    names: Mapping[str, Mapping[str, Any]] = grounds.get("names", {})
    campaign_then = as_it_was(campaign, version) if isinstance(version, Published) else campaign
    plan_then = plan.within(campaign_then.positions, [team.id for team in campaign_then.teams])
    posed = pose(district, campaign_then, plan_then, entries=entries)
    if isinstance(version, Published):
        posed = weighed_as_then(posed, version)
    parts = measure(posed.problem, posed.team)
    loads: dict[str, float] = dict(zip(posed.positions, posed.workload.total.tolist(), strict=True))
    if grounds:
        loads = {one: float(load) for one, load in grounds.get("loads", {}).items()}
    found = _positions(district, campaign_then, plan, posed, loads, names)
    published = isinstance(version, Published)
    edges = [(str(a), str(b)) for a, b in grounds.get("edges", ())] if grounds else posed.ground.edges()
    return Told(
        campaign=campaign_then,
        number=version.number if isinstance(version, Published) else 0,
        starts=version.starts if isinstance(version, Published) else "",
        note=version.note if isinstance(version, Published) else "",
        at=version.at if isinstance(version, Published) else version.changed_at,
        plan=plan,
        teams=_teams(campaign_then, plan, found),
        positions=found,
        edges=tuple((a, b) for a, b in edges),
        synthetic=bool(grounds.get("synthetic", False)) or posed.workload.synthetic,
        revision=str(grounds.get("revision", district.revision)) if published else district.revision,
        data_as_of=str(grounds.get("as_of", district.about["as_of"])),
        before=before.number if before else 0,
        changed=edit_between(before.fields, version.fields) if before else {},
        counted=tuple(posed.workload.counted),
        travel_m=parts.travel_m,
        cut=parts.cut,
        grounds_before=before.grounds if before else {},
        posed=posed,
    )


def as_it_was(campaign: Campaign, version: Published) -> Campaign:
    """The campaign with the teams and positions that it had when the version was published, its positions in their
    present order, those it no longer has last. Who is a member of a team is as it is now: versions keep no accounts.
    """
    grounds = version.grounds
    members = {team.id: team.members for team in campaign.teams}
    teams = tuple(_team(said, members) for said in grounds.get("teams", ()))
    then = sorted({*grounds.get("names", {}), *grounds.get("loads", {}), *Plan.read(version.fields).where})
    listed = [one for one in campaign.positions if one in then]
    return replace(campaign, teams=teams, positions=(*listed, *(one for one in then if one not in listed)))


def weighed_as_then(posed: Posed, version: Published) -> Posed:
    """The plan with the workloads that it was published with, where all of them were kept."""
    loads: Mapping[str, float] = version.grounds.get("loads", {})
    if not all(one in loads for one in posed.positions):
        return posed
    then = np.array([float(loads[one]) for one in posed.positions])
    return replace(posed, problem=replace(posed.problem, load=then))


def _team(said: Mapping[str, Any], members: Mapping[str, tuple[str, ...]]) -> Team:
    """A team as a published version keeps it."""

    def text(name: str) -> str:
        return str(said.get(name, ""))

    return Team(
        id=text("id"),
        name=text("name") or text("id"),
        name_en=text("name_en"),
        lead=text("lead"),
        departments=tuple(str(one) for one in said.get("departments", ())),
        members=members.get(text("id"), ()),
        standing=text("standing"),
        source=text("source"),
        as_of=text("as_of"),
    )


def _positions(
    district: District,
    campaign: Campaign,
    plan: Plan,
    posed: Posed,
    loads: Mapping[str, float],
    names: Mapping[str, Mapping[str, Any]],
) -> tuple[ToldPosition, ...]:
    number_of = numbers(campaign)
    records = {str(row["id"]): row for row in district.positions.to_dict("records")}
    codes = district.regions["code"].tolist()
    at = {one: index for index, one in enumerate(posed.positions)}
    points = posed.workload.points
    counted = {*posed.workload.counted, EXTRA}
    found = []
    for one in campaign.positions:
        row, said = records.get(one, {}), names.get(one, {})
        there = one in at and bool(row)
        region = int(posed.ground.region[at[one]]) if there else -1
        team = plan.where.get(one, "")
        found.append(
            ToldPosition(
                id=one,
                name=str(said.get("name") or row.get("name") or one),
                name_en=str(said.get("name_en") or row.get("name_en") or ""),
                kind=str(said.get("kind") or row.get("kind") or ""),
                region=str(codes[region]) if region >= 0 else "",
                team=team if team in number_of else "",
                number=number_of.get(team, 0),
                fixed=one in plan.fixed,
                load=float(loads.get(one, math.nan)),
                points={
                    part: float(points[part].iloc[at[one]]) if there and part in counted else math.nan for part in PARTS
                },
                lon=_number(row.get("lon")),
                lat=_number(row.get("lat")),
                location_standing=str(row.get("location_standing") or ""),
                precision_m=_number(row.get("precision_m")),
                standing=str(row.get("standing") or ""),
                source=str(row.get("source") or ""),
                as_of=str(row.get("as_of") or ""),
            )
        )
    return tuple(found)


def _number(value: Any) -> float:
    return math.nan if value is None or value != value else float(value)


def _teams(campaign: Campaign, plan: Plan, positions: Sequence[ToldPosition]) -> tuple[ToldTeam, ...]:
    """The teams with what they have: a team's share of all that there is to do is as its strength is to all strengths;
    what nobody has counts among all there is to do.
    """
    whole = math.fsum(position.load for position in positions if not math.isnan(position.load))
    strengths = {team.id: plan.strength.get(team.id, 1.0) for team in campaign.teams}
    found = []
    number_of = numbers(campaign)
    for team in campaign.teams:
        own = [position for position in positions if position.team == team.id]
        load = math.fsum(position.load for position in own if not math.isnan(position.load))
        target = whole * strengths[team.id] / math.fsum(strengths.values())
        found.append(
            ToldTeam(
                number=number_of[team.id],
                id=team.id,
                name=team.name,
                name_en=team.name_en,
                lead=team.lead,
                departments=team.departments,
                positions=tuple(position.id for position in own),
                load=load,
                target=target,
                deviation=load / target - 1 if target > 0 else math.nan,
            )
        )
    return tuple(found)
