"""Campaigns 蹲点行动 as they are now: the pack's and those that people made, their teams and positions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

import numpy as np

from geo.campaigns import parts
from geo.clock import Period, first_day, last_day
from geo.district import District
from geo.errors import ParameterError
from geo.ledger import Rules
from geo.people import Person
from geo.storage import Store
from geo.storage.campaigns import Kept

ASSUMED = Rules()
"""The rules where nobody has set any."""


@dataclass(frozen=True)
class Team:
    """A team of a campaign. ``members`` are ids of accounts, which nobody is shown but leaders."""

    id: str
    name: str
    name_en: str = ""
    lead: str = ""
    departments: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    standing: str = "imported"
    source: str = ""
    as_of: str = ""


@dataclass(frozen=True)
class Campaign:
    """A campaign. ``starts`` and ``ends`` are YYYY, YYYY-MM or YYYY-MM-DD, ``""`` where nobody said.

    These are the days that an entry of it may be of (``stated``): without an end, until somebody ends or closes it.

    ``positions`` are ids, in the order they were given; a position may be gone from the district since. ``base``: where
    its teams set out from, (longitude, latitude) in WGS-84; None where that is not known. ``rules``: what it asks of
    its ledger. ``version``: 0 while it is as the pack has it. ``of_pack``: it came with the pack, whatever became of it
    since. ``closed_at``: since when it is over, None while it is not.
    """

    id: str
    name: str
    name_en: str = ""
    starts: str = ""
    ends: str = ""
    note: str = ""
    note_en: str = ""
    departments: tuple[str, ...] = ()
    departments_en: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    teams: tuple[Team, ...] = ()
    base_name: str = ""
    base_name_en: str = ""
    base: tuple[float, float] | None = None
    base_standing: str = ""
    rules: Rules = ASSUMED
    standing: str = "imported"
    source: str = ""
    as_of: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    version: int = 0
    of_pack: bool = False

    @property
    def stated(self) -> Period:
        """The days that it says it has, each side as precise as it is written: whatever is entered, corrected or
        imported is of one of them. Nothing is put in place of an end that nobody said, nor does another campaign that
        begins end it.
        """
        return Period(first_day(self.starts), last_day(self.ends))

    def kept(self) -> dict[str, Any]:
        """What the store keeps of it under its id; ``read`` makes it a campaign again."""
        flat = {name: getattr(self, name) for name in KEPT}
        teams = [{part.name: _listed(getattr(team, part.name)) for part in fields(Team)} for team in self.teams]
        return {name: _listed(value) for name, value in flat.items()} | {"teams": teams, "rules": asdict(self.rules)}


KEPT = tuple(
    part.name for part in fields(Campaign) if part.name not in ("id", "closed_at", "closed_by", "version", "of_pack")
)
"""The fields of a campaign that the store keeps."""


@dataclass(frozen=True)
class Reported:
    """The team that was at a position, and on what grounds that is said."""

    team: str
    standing: str
    source: str
    as_of: str


def campaigns(district: District, store: Store) -> tuple[Campaign, ...]:
    """All of them, the newest start first, those of no known start last, else by id: the pack's, unless the store has
    one of that id, and the store's own.
    """
    kept = {one.id: of_store(one) for one in store.campaigns.list()}
    rows = district.campaigns.to_dict("records")
    found = {row["id"]: _of_pack(district, row) for row in rows if row["id"] not in kept} | kept
    return tuple(sorted(sorted(found.values(), key=lambda one: one.id), key=lambda one: one.starts, reverse=True))


def campaign(district: District, store: Store, id_: str) -> Campaign:
    """The one with this id; ParameterError ``campaign.unknown`` where there is none."""
    kept = store.campaigns.get(id_)
    if kept is not None:
        return of_store(kept)
    row = next((row for row in district.campaigns.to_dict("records") if row["id"] == id_), None)
    if row is None:
        raise ParameterError("campaign.unknown", field="campaign", value=id_[:80].encode("utf-8", "replace").decode())
    return _of_pack(district, row)


def span(campaign: Campaign, others: Iterable[Campaign], until: date) -> Period:
    """The days that the figures of a campaign are counted over: those it states, and without an end up to ``until``,
    the day it was closed or today. One of the pack's that says no end, and that nobody would ever close, ends with its
    own year once another of the pack's has begun in a later one: which is assumed, and keeps nobody from entering.
    """
    since = campaign.stated.since
    if campaign.ends:
        return campaign.stated
    later = [other.starts[:4] for other in others if other.of_pack and since[:4] < other.starts[:4]]
    if campaign.of_pack and since and later and min(later) <= f"{until:%Y}":
        return Period(since, last_day(since[:4]), assumed=True)
    return Period(since, until.isoformat())


def reported(district: District, campaign: Campaign) -> dict[str, Reported]:
    """By position, the team that the pack's visits say was there: of the campaign's positions that are a region.

    Where they name several teams, what is reported counts before what is inferred, then the later day, then the smaller
    id. Visits of no team say nothing.
    """
    rows = district.visits
    rows = rows[(rows["campaign"] == campaign.id) & (rows["team"] != "") & (rows["region"] != "")]
    mine = district.positions[district.positions["id"].isin(campaign.positions)]
    place = dict(zip(*mine.loc[mine["kind"] == "region", ["region", "id"]].to_numpy().T, strict=True))
    sorted_rows = rows.sort_values("id").sort_values("date", ascending=False, kind="stable").to_dict("records")
    found: dict[str, Reported] = {}
    for row in sorted(sorted_rows, key=lambda row: row["standing"] != "reported"):
        if row["region"] in place:
            found.setdefault(place[row["region"]], Reported(row["team"], row["standing"], row["source"], row["as_of"]))
    return dict(sorted(found.items()))


def numbers(campaign: Campaign) -> dict[str, int]:
    """By team, the number that it is known by on maps and sheets, from 1: its id where every id is a number of its own,
    so that a team keeps its number and colour when another is dropped; else its place among the teams.
    """
    ids = [team.id for team in campaign.teams]
    if all(re.fullmatch(r"[1-9][0-9]?", id_) for id_ in ids):
        return {id_: int(id_) for id_ in ids}
    return {id_: number for number, id_ in enumerate(ids, start=1)}


def team_of(campaign: Campaign, person: Person) -> Team | None:
    """The team that the person is a member of; None for who is in none."""
    return next((team for team in campaign.teams if person.id and person.id in team.members), None)


def read(id_: str, kept: Mapping[str, Any], **more: Any) -> Campaign:
    """The campaign that ``Campaign.kept`` is of."""
    known = {name: _tupled(kept[name]) for name in KEPT if name in kept and name not in ("teams", "base", "rules")}
    names = [part.name for part in fields(Team)]
    teams = tuple(Team(**{name: _tupled(team[name]) for name in names if name in team}) for team in kept["teams"])
    base = kept.get("base")
    said = kept.get("rules", {})  # campaigns kept before there were rules have none
    rules = Rules(**{part.name: int(said[part.name]) for part in fields(Rules) if part.name in said})
    return Campaign(
        id=id_, **known, teams=teams, base=None if base is None else (base[0], base[1]), rules=rules, **more
    )


def of_store(kept: Kept) -> Campaign:
    """A campaign as the store keeps it."""
    more = {name: getattr(kept, name) for name in ("closed_at", "closed_by", "version", "of_pack")}
    return read(kept.id, kept.fields, **more)


def _of_pack(district: District, row: Mapping[Any, Any]) -> Campaign:
    teams = district.teams[district.teams["campaign"] == row["id"]]
    texts = ("id", "name", "name_en", "starts", "ends", "note", "note_en", "base_name", "base_name_en", "base_standing")
    base = (float(row["base_lon"]), float(row["base_lat"]))
    return Campaign(
        **{name: row[name] for name in (*texts, "standing", "source", "as_of")},
        departments=parts(row["departments"]),
        departments_en=parts(row["departments_en"]),
        positions=parts(row["members"]) or tuple(sorted(district.positions["id"])),
        teams=tuple(_team(team) for team in teams.to_dict("records")),
        base=None if np.isnan(base).any() else base,
        of_pack=True,
    )


def _team(row: Mapping[Any, Any]) -> Team:
    texts = ("id", "name", "name_en", "lead", "standing", "source", "as_of")
    return Team(**{name: row[name] for name in texts}, departments=parts(row["departments"]))


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
