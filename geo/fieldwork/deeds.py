"""Campaigns made, copied, changed, closed and opened again, by leaders."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

from geo import clock
from geo.district import District
from geo.enterprises import usable_location
from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import KEPT, Campaign, Team, campaigns, of_store
from geo.fieldwork.plan import Plan, edit_between
from geo.ledger import Rules, erase_on
from geo.people import Person
from geo.schema import STANDINGS, is_date
from geo.storage import Store
from geo.storage import plain as said
from geo.workspace import Workspace

ENGLISH = {"note": "note_en", "base_name": "base_name_en", "departments": "departments_en"}
"""Texts that only a pack has in English too, which is gone once somebody says something else."""
CHANGEABLE = tuple(name for name in KEPT if name not in ("standing", "source", "as_of", *ENGLISH.values()))
"""Those that a leader may say something else of."""
FACTS = ("name", "name_en", "starts", "ends", "departments", "positions")
"""Those that are no longer said on the grounds they came with once one of them is changed."""
NAME_AT_MOST, NOTE_AT_MOST, ID_AT_MOST = 80, 2_000, 40
RULE_AT_MOST = 3_650
"""Days, or meetings, of a rule."""
POSITIONS_AT_MOST, TEAMS_AT_MOST, DEPARTMENTS_AT_MOST, MEMBERS_AT_MOST = 1_000, 50, 50, 1_000


def make(
    workspace: Workspace,
    person: Person,
    *,
    name: str,
    starts: str,
    ends: str = "",
    positions: Sequence[str],
    teams: Sequence[Team | Mapping[str, Any]],
    note: str = "",
    **more: Any,
) -> Campaign:
    """A new campaign of a leader's, with what ``change`` takes besides. Its teams set out from where those of the
    newest campaign do that says so, unless ``base`` is among ``more``.

    A team may come without an id. Errors as ``change`` has them.
    """
    must_lead(person)
    district, store = workspace.district(), workspace.store
    fresh = {"name": name, "starts": starts, "ends": ends, "positions": positions, "teams": teams, "note": note}
    blank = Campaign("", "", as_of=_today(workspace))
    if "base" not in more:
        known = next((one for one in campaigns(district, store) if one.base is not None), blank)
        names = {name: getattr(known, name) for name in ("base", "base_name", "base_name_en", "base_standing")}
        blank = replace(blank, **names)
    return _add(workspace, person, _changed(workspace, blank, {**fresh, **more}), Plan())


def copy(workspace: Workspace, person: Person, campaign: Campaign, *, name: str, starts: str) -> Campaign:
    """A new campaign with the teams, the base and those positions of another that the district still has; what was
    published last of that one, or else its draft, is the draft of the new one.
    """
    must_lead(person)
    district, store = workspace.district(), workspace.store
    there = set(district.positions["id"])
    kept = tuple(position for position in campaign.positions if position in there)
    grounds: dict[str, Any] = {"standing": "imported", "source": "", "as_of": _today(workspace)}
    teams = tuple(replace(team, **grounds) for team in campaign.teams)
    blank = replace(campaign, positions=kept, teams=teams, ends="", note="", note_en="", **grounds)
    made = _changed(workspace, blank, {"name": name, "name_en": "", "starts": starts})
    plan = store.assignments.published(campaign.id) or store.assignments.draft(campaign.id)
    return _add(workspace, person, made, Plan.read(plan.fields))


def change(workspace: Workspace, person: Person, campaign: Campaign, **fields: Any) -> Campaign:
    """Says something else of a campaign: some of ``CHANGEABLE``. One of the pack's becomes the store's, under its id.

    Its draft loses what it said of positions and teams that the campaign no longer has. Published versions stay. Its
    callers are kept to the days that its rules then say; whose last day was over before is forgotten all the same.
    Conflict where the campaign is not of its version any more; GongtuError ``campaign.closed``, and
    ``campaign.leader`` for who is no leader; ParameterError, with ``field``, for what cannot be.
    """
    must_lead(person)
    made = _changed(workspace, campaign, fields)
    put = _put(workspace, person, made, closed=campaign.closed_at is not None)
    if put.rules != campaign.rules:
        _settle(workspace, put)
    return put


def close(workspace: Workspace, person: Person, campaign: Campaign) -> Campaign:
    """Ends a campaign: neither it nor its draft nor its visits change any more, and nothing of it is published."""
    must_lead(person)
    return _put(workspace, person, campaign, closed=True)


def reopen(workspace: Workspace, person: Person, campaign: Campaign) -> Campaign:
    """Takes back that a campaign was closed."""
    must_lead(person)
    return _put(workspace, person, campaign, closed=False)


def must_lead(person: Person) -> None:
    """GongtuError ``campaign.leader`` for who is no leader."""
    if not person.may("leader"):
        raise GongtuError("campaign.leader")


def next_team(campaign: Campaign, store: Store) -> str:
    """The id of a team to come: a number that none of the campaign has had, for visits and published versions go on
    naming teams that are no more.
    """
    had = {team.id for team in campaign.teams} | {visit.team for visit in store.visits.list(campaign.id)}
    had |= {str(team["id"]) for one in store.assignments.versions(campaign.id) for team in one.grounds.get("teams", ())}
    return str(max((int(id_) for id_ in had if id_.isdecimal()), default=0) + 1)


def _add(workspace: Workspace, person: Person, campaign: Campaign, plan: Plan) -> Campaign:
    """Keeps a new one under an id of its year, with a draft."""
    campaign = replace(campaign, id=f"{campaign.starts[:4]}-{secrets.token_hex(3)}")
    then = plan.within(campaign.positions, [team.id for team in campaign.teams]).fields()
    kept = workspace.store.campaigns.put(
        campaign.id,
        0,
        campaign.kept(),
        by=person.name,
        at=workspace.now(),
        draft=lambda now: edit_between(now, then),
    )
    return of_store(kept)


def _put(workspace: Workspace, person: Person, campaign: Campaign, *, closed: bool) -> Campaign:
    teams = [team.id for team in campaign.teams]
    kept = workspace.store.campaigns.put(
        campaign.id,
        campaign.version,
        campaign.kept(),
        by=person.name,
        at=workspace.now(),
        of_pack=campaign.of_pack,
        closed=closed,
        draft=lambda now: edit_between(now, Plan.read(now).within(campaign.positions, teams)),
    )
    return of_store(kept)


def _settle(workspace: Workspace, campaign: Campaign) -> None:
    """Brings the days that callers are kept to in line with the campaign's rules."""
    store, today = workspace.store, date.fromisoformat(_today(workspace))
    store.callers.forget(today)
    entries = store.read("entries")
    entries = entries[((entries["campaign"] == campaign.id) & (entries["kind"] == "appeal")).to_numpy(bool)]
    kept = entries[entries["id"].isin(store.callers.has(set(entries["id"]), today)).to_numpy(bool)]
    store.callers.set_erase({str(row["id"]): erase_on(row, campaign.rules) for row in kept.to_dict("records")})
    store.callers.forget(today)


def _today(workspace: Workspace) -> str:
    return clock.today(workspace.district(), workspace.now()).isoformat()


def _changed(workspace: Workspace, campaign: Campaign, values: Mapping[str, Any]) -> Campaign:
    """The campaign with these values, each of which is checked; its grounds are whose who says them."""
    if unknown := [name for name in values if name not in CHANGEABLE]:
        raise TypeError(f"a campaign has no field {unknown[0]} to change")
    district, today = workspace.district(), _today(workspace)
    found = {name: _fit(name, value, campaign, district) for name, value in values.items()}
    if "teams" in values:
        found["teams"] = _teams(values["teams"], campaign, today)
        known = {account.id for account in workspace.store.people.list()}
        for member in (one for team in found["teams"] for one in team.members):
            if member not in known:
                raise ParameterError("campaign.member", field="teams", value=member[:80])
    if found.keys() & {"base", "base_name"} and "base_standing" not in found:
        found["base_standing"] = "imported" if found.get("base", campaign.base) else ""
    said_anew = [name for name in ENGLISH.keys() & found.keys() if found[name] != getattr(campaign, name)]
    found |= {ENGLISH[name]: found[name][:0] for name in said_anew}
    then = replace(campaign, **found)
    short = min(len(then.starts), len(then.ends))
    if then.ends[:short] < then.starts[:short]:
        raise ParameterError("campaign.ends", field="ends", starts=then.starts, ends=then.ends)
    if any(getattr(then, name) != getattr(campaign, name) for name in FACTS):
        then = replace(then, standing="imported", source="", as_of=today)
    return then


def _fit(name: str, value: Any, campaign: Campaign, district: District) -> Any:
    match name:
        case "name":
            return said.name(value, name, NAME_AT_MOST)
        case "name_en" | "base_name":
            return " ".join(said.text(value, name, NAME_AT_MOST).split())
        case "note":
            return said.text(value, name, NOTE_AT_MOST)
        case "starts" | "ends":
            text = said.text(value, name, 80)
            if not is_date(text) and (text or name == "starts"):
                raise ParameterError("campaign.starts", field=name, value=text)
            return text
        case "departments":
            return _names(value, name, DEPARTMENTS_AT_MOST)
        case "positions":
            known = {*district.positions["id"], *campaign.positions}
            ids = _many(list(value), name, POSITIONS_AT_MOST, least=1)
            if strange := [one for one in ids if one not in known]:
                raise ParameterError("campaign.position", field=name, value=str(strange[0])[:80])
            return ids
        case "base" if value is not None:
            lon, lat = float(value[0]), float(value[1])
            if not usable_location(lon, lat, district.regions.total_bounds).all():
                raise ParameterError("campaign.base", field=name)
            return lon, lat
        case "rules":
            return _rules(value, campaign)
        case "base_standing" if value and value not in STANDINGS:
            raise ParameterError("campaign.base", field=name)
    return value


def _rules(value: Any, campaign: Campaign) -> Rules:
    """``Rules``, or some of them by name, beside which the campaign's stay: whole numbers from 0 to RULE_AT_MOST."""
    known = [rule.name for rule in fields(Rules)]
    given = asdict(value) if isinstance(value, Rules) else dict(value)
    for name, number in given.items():
        if name not in known:
            raise TypeError(f"there is no rule {name}")
        if type(number) is not int or not 0 <= number <= RULE_AT_MOST:
            raise ParameterError("campaign.rule", field=name, value=str(number)[:80], most=RULE_AT_MOST)
    return replace(campaign.rules, **given)


def _teams(given: Iterable[Team | Mapping[str, Any]], campaign: Campaign, today: str) -> tuple[Team, ...]:
    """Teams as they are kept: each with an id and a name that no other has; an account is in one of them."""
    rows = [asdict(team) if isinstance(team, Team) else dict(team) for team in given]
    taken = {str(row.get("id") or "") for row in rows} | {team.id for team in campaign.teams}
    free = (str(number) for number in range(1, 10_000) if str(number) not in taken)
    old = {team.id: team for team in campaign.teams}
    found = []
    for row in rows:
        team = Team(
            id=said.name(str(row.get("id") or "") or next(free), "teams", ID_AT_MOST),
            name=said.name(row["name"], "teams", NAME_AT_MOST),
            name_en=" ".join(said.text(row.get("name_en", ""), "teams", NAME_AT_MOST).split()),
            lead=" ".join(said.text(row.get("lead", ""), "teams", NAME_AT_MOST).split()),
            departments=_names(row.get("departments", ()), "teams", DEPARTMENTS_AT_MOST),
            members=_names(row.get("members", ()), "teams", MEMBERS_AT_MOST),
            as_of=today,
        )
        was = old.get(team.id)
        if was is not None and replace(was, members=()) == replace(
            team, members=(), standing=was.standing, source=was.source, as_of=was.as_of
        ):
            team = replace(was, members=team.members)
        found.append(team)
    _many([team.id for team in found], "teams", TEAMS_AT_MOST, least=1)
    _many([team.name for team in found], "teams", TEAMS_AT_MOST)
    _many([member for team in found for member in team.members], "teams", MEMBERS_AT_MOST)
    return tuple(found)


def _names(value: Iterable[Any], field: str, most: int) -> tuple[str, ...]:
    return _many([said.name(one, field, NAME_AT_MOST) for one in value], field, most)


def _many(values: Sequence[Any], field: str, most: int, least: int = 0) -> tuple[Any, ...]:
    """``values``, of which there are from ``least`` to ``most``, none of them twice."""
    if len(values) < least:
        raise ParameterError("campaign.few", field=field)
    if len(values) > most:
        raise ParameterError("campaign.many", field=field, most=most)
    if twice := [one for one, times in Counter(values).items() if times > 1]:
        raise ParameterError("campaign.twice", field=field, value=str(twice[0])[:80])
    return tuple(values)
