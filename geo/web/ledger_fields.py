"""The fields of the ledger's form on a phone: what can be chosen, what stands in them at first, what they say."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from geo import programmes
from geo.casework import entry
from geo.casework.told import Names
from geo.clock import today
from geo.errors import Fault
from geo.fieldwork.campaign import Campaign, campaigns, team_of
from geo.fieldwork.plan import Plan
from geo.i18n import Language
from geo.ledger import APPEAL_SOURCES, APPEAL_TYPES, CHANNELS, KINDS, OUTCOMES
from geo.people import Person
from geo.storage import Record
from geo.words import local_name
from geo.workspace import Workspace

SEARCHED = ("enterprise", "facility")
"""The fields that are looked up as somebody types: the name stands in a field of its own, NAME_text."""
SENT_AT_MOST = 5
"""Of what a form sent before and had no answer to, the last ones."""


def typed() -> tuple[str, ...]:
    """Every field of the form."""
    more = ("id", "why", "version", "caller_name", "caller_number", *(f"{name}_text" for name in SEARCHED))
    return (*entry.ENTERED, *more)


class LedgerFields:
    """The form for one person, in one language, as the district and its campaigns are now."""

    def __init__(self, workspace: Workspace, person: Person, language: Language) -> None:
        self._workspace, self._person, self._language = workspace, person, language
        self._district = workspace.district()
        self.today = today(self._district, workspace.now())

    @cached_property
    def _campaigns(self) -> tuple[Campaign, ...]:
        """Those that are open, first the ones that the person is in a team of."""
        known = campaigns(self._district, self._workspace.store)
        found = [one for one in known if one.closed_at is None]
        return tuple(sorted(found, key=lambda one: team_of(one, self._person) is None))

    @cached_property
    def names(self) -> Names:
        """Names of whatever an entry names; accounts too, for these pages are for staff."""
        accounts = {one.id: one.name for one in self._workspace.store.people.list()}
        known = campaigns(self._district, self._workspace.store)
        return Names(self._district, known, self._language, accounts)

    def fresh(self, asked: Mapping[str, str]) -> dict[str, str]:
        """What stands in the form at first: what the address says, else the person's own team, and today."""
        said = {name: asked.get(name, "") for name in (*entry.ENTERED, *(f"{one}_text" for one in SEARCHED))}
        chosen = self._chosen(said["campaign"])
        said["campaign"] = chosen.id if chosen else ""
        own = team_of(chosen, self._person) if chosen else None
        said["team"] = said["team"] or (own.id if own else "")
        said["kind"] = said["kind"] if said["kind"] in KINDS else KINDS[0]
        said["date"] = said["date"] or self.today.isoformat()
        return self._named(said)

    def of(self, record: Record) -> dict[str, str]:
        """What stands in the form of an entry."""
        return self._named({name: _text(record.values.get(name)) for name in entry.ENTERED})

    def values(self, said: Mapping[str, str]) -> dict[str, str]:
        """What the form says of an entry. EntryError for a name that is none, or that several have."""
        found = {name: said[name] for name in entry.ENTERED if name in said}
        for name in SEARCHED:
            text = said.get(f"{name}_text", "").strip()
            if f"{name}_text" in said and not text:
                found[name] = ""
            elif text and not found.get(name):
                found[name] = self._looked_up(name, text)
        return found

    def sent(self, text: str) -> list[dict[str, str]]:
        """What the form says that it sent before, as JSON; nothing of what cannot be read."""
        try:
            told = json.loads(text) if text else []
        except (ValueError, RecursionError):
            return []
        found = []
        for one in told[:SENT_AT_MOST] if isinstance(told, list) else []:
            if isinstance(one, dict) and all(isinstance(value, str) for value in one.values()):
                with contextlib.suppress(entry.EntryError):  # which was refused
                    found.append(self.values(one))
        return found

    def two_towns(self, record: Record) -> dict[str, str]:
        """The names of the town that an entry's point lies in and of its position's, where they differ."""
        values: Mapping[str, Any] = record.values
        if values.get("lon") is None or not values.get("position"):
            return {}
        rows = self._district.positions
        own = str(next(iter(rows.loc[(rows["id"] == values["position"]).to_numpy(bool), "region"]), ""))
        place = entry.region_at(values["lon"], values["lat"], self._district)
        if not own or not place or own == place:
            return {}
        return {"place": self.names.of("region", place), "position": self.names.of("region", own)}

    def choices(self, campaign: str) -> dict[str, Any]:
        """What can be chosen, for the page; ``plans`` for its script, by campaign."""
        chosen = self._chosen(campaign)
        plans = {one.id: self._plan(one) for one in self._campaigns}
        mine = plans[chosen.id] if chosen else {"teams": [], "positions": []}
        rows: Any = self._district.programmes.to_dict("records")
        towns: Any = self._district.regions[["code", "name", "name_en"]].to_dict("records")
        return {
            "campaigns": [(one.id, (self._language == "en" and one.name_en) or one.name) for one in self._campaigns],
            "plans": plans,
            "teams": mine["teams"],
            "positions": [row[:2] for row in mine["positions"]],
            "regions": [(row["code"], local_name(row, self._language)) for row in towns],
            "programmes": [(row["id"], local_name(row, self._language)) for row in rows],
            "kinds": KINDS,
            "sources": APPEAL_SOURCES,
            "types": APPEAL_TYPES,
            "channels": CHANNELS,
            "outcomes": OUTCOMES,
            "programme_kinds": programmes.KINDS,
            "erase_days": chosen.rules.erase_days if chosen else 0,
            "today": self.today.isoformat(),
            "notice": self._district.notice(self._language),
        }

    def _chosen(self, id_: str) -> Campaign | None:
        """The campaign of this id, else the first."""
        return next((one for one in self._campaigns if one.id == id_), next(iter(self._campaigns), None))

    def _plan(self, campaign: Campaign) -> dict[str, list[Any]]:
        """Teams, the person's own first, and positions: id, name, the team that takes it as
        was published last, its region.
        """
        own = team_of(campaign, self._person)
        english = self._language == "en"
        teams = [(team.id, (english and team.name_en) or team.name) for team in campaign.teams]
        published = self._workspace.store.assignments.published(campaign.id)
        where = Plan.read(published.fields).where if published else {}
        rows: Any = self._district.positions[["id", "name", "name_en", "region"]].to_dict("records")
        known = {row["id"]: (local_name(row, self._language), where.get(row["id"], ""), row["region"]) for row in rows}
        positions = [(one, *known[one]) for one in campaign.positions if one in known]
        mine = own.id if own else ""
        return {
            "teams": sorted(teams, key=lambda team: team[0] != mine),
            "positions": sorted(positions, key=lambda row: not mine or row[2] != mine),
        }

    def _named(self, said: dict[str, str]) -> dict[str, str]:
        """With the names of what is looked up by its name."""
        for name in SEARCHED:
            if said.get(name) and not said.get(f"{name}_text"):
                said[f"{name}_text"] = self.names.of(name, said[name])
        return said

    def _looked_up(self, name: str, text: str) -> str:
        """The id of what somebody typed the id or the whole name of."""
        frame = self._district.enterprises if name == "enterprise" else self._district.facilities
        if (frame["id"] == text).any():
            return text
        ids = frame.loc[(frame["name"] == text).to_numpy(bool), "id"]
        if len(ids) != 1:
            raise entry.EntryError([Fault("", None, name, "ledger_form.pick", text[:80])])
        return str(ids.iloc[0])


def _text(value: object) -> str:
    """A value as a field of a form has it."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)
