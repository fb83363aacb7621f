"""Who may do what with a plan of a campaign, and the doing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign, team_of
from geo.fieldwork.deeds import must_lead
from geo.fieldwork.plan import Plan, edit_between
from geo.fieldwork.posing import grounds_of, pose
from geo.people import Person
from geo.storage.assignments import Draft, Edit, Fields, Json, Moved, Published
from geo.storage.visits import PlannedVisit
from geo.workspace import Workspace

Version = Literal["draft", "published"] | int
"""The draft, the version published last, or the one of a number."""
ABOUT = ("where", "fixed", "never", "extra", "strength")
"""The fields that are about a position or a team."""


def read_plan(person: Person, version: Version) -> bool:
    """Whether the person may read it: staff what is published, leaders drafts too."""
    return person.may("leader" if version == "draft" else "staff")


def edit(workspace: Workspace, person: Person, campaign: Campaign, change: Edit) -> Draft:
    """Makes an edit of the campaign's draft, all of it or nothing, and gives the draft as it is then.

    Conflict where somebody else has changed one of its fields, or the campaign; of its ``fields`` (geo.storage.drafts)
    none is written then. GongtuError ``campaign.leader``, ``campaign.closed``, and ``assignment.fixed`` where it moves
    a position away from the team that it must go to; ParameterError, with ``field``, for what cannot be, and for
    positions and teams that are not the campaign's.
    """
    must_lead(person)
    said = {name: (_canonical(name, was), _canonical(name, then)) for name, (was, then) in change.items()}

    def check(fields: Fields) -> None:
        _check(campaign, Plan.read(fields), said)

    with _named(workspace, campaign):
        return workspace.store.assignments.edit(
            campaign.id,
            said,
            by=person.name,
            at=workspace.now(),
            check=check,
            campaign_version=campaign.version,
        )


def publish(
    workspace: Workspace, person: Person, campaign: Campaign, draft: Draft, note: str, starts: str
) -> Published:
    """Publishes the draft, as the leader has seen it, as the next version, to hold from the day ``starts``
    (YYYY-MM-DD), with what it stands on.

    Conflict where the draft or the campaign has changed since; GongtuError ``campaign.leader``, ``campaign.closed``,
    and ``assignment.empty`` where no position has a team; ParameterError, with ``field``, for note and day.
    """
    must_lead(person)
    district = workspace.district()
    plan = Plan.read(draft.fields)
    if not plan.where:
        raise GongtuError("assignment.empty")
    grounds = grounds_of(district, pose(district, campaign, plan, entries=workspace.entries()), campaign)
    with _named(workspace, campaign):
        return workspace.store.assignments.publish(
            campaign.id,
            draft.version,
            note=note,
            starts=starts,
            grounds=grounds,
            by=person.name,
            at=workspace.now(),
            campaign_version=campaign.version,
        )


def news(campaign: Campaign, draft: Draft, last: Published | None) -> bool:
    """Whether publishing the draft would say anything that the version published ``last`` does not: a plan, teams or
    positions.
    """
    if last is None or edit_between(last.fields, draft.fields):
        return True
    shown = ("id", "name", "name_en", "lead", "departments")
    teams = [{name: _plain(getattr(team, name)) for name in shown} for team in campaign.teams]
    then = [{name: _plain(team.get(name, "")) for name in shown} for team in last.grounds.get("teams", ())]
    return teams != then or set(campaign.positions) != set(last.grounds.get("names", {}))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value or ""


def restore(
    workspace: Workspace, person: Person, campaign: Campaign, number: int, seen: Draft | None = None
) -> tuple[Draft, Edit]:
    """Makes an old version the draft, without what it says of positions and teams that the campaign no longer has; the
    draft and the edit that made it so, which can be taken back. Nothing is published by that.

    Conflict where the draft is no longer as it was ``seen`` (None: as it is now), or changes at the same moment;
    GongtuError ``campaign.leader``, ``campaign.closed``; ParameterError ``assignment.no_version``.
    """
    must_lead(person)
    store = workspace.store.assignments
    old = store.published(campaign.id, number)
    if old is None:
        raise ParameterError("assignment.no_version", field="version", number=number)
    plan = Plan.read(old.fields).within(campaign.positions, [team.id for team in campaign.teams])
    back = edit_between((seen or store.draft(campaign.id)).fields, plan)

    def check(fields: Fields) -> None:
        """Also what somebody has said just now that the old version says nothing of would make it another one."""
        if more := edit_between(plan, fields):
            raise Moved(tuple(more), store.draft(campaign.id).changed_by)

    with _named(workspace, campaign):
        draft = store.edit(
            campaign.id,
            back,
            by=person.name,
            at=workspace.now(),
            check=check,
            campaign_version=campaign.version,
        )
    return draft, back


def plan_visit(
    workspace: Workspace, person: Person, campaign: Campaign, *, team: str, position: str, date: str, **more: Any
) -> PlannedVisit:
    """Plans a visit: staff of their own team, leaders of any; ``more`` as ``PlannedVisits.add`` takes it.

    GongtuError ``visit.team`` for another team's, ``campaign.closed``; ParameterError, with ``field``, for what cannot
    be; Conflict where the campaign has changed.
    """
    _of_campaign(campaign, person, {"team": team, "position": position})
    return workspace.store.visits.add(
        campaign.id,
        team=team,
        position=position,
        date=date,
        by=person.name,
        at=workspace.now(),
        campaign_version=campaign.version,
        **more,
    )


def change_visit(
    workspace: Workspace, person: Person, campaign: Campaign, visit: PlannedVisit, **fields: Any
) -> PlannedVisit:
    """Changes a visit as it was seen; who may is as in ``plan_visit``, of the team it had and of the one it gets."""
    if visit.campaign != campaign.id:
        raise ParameterError("visit.unknown", field="id", value=visit.id)
    if not may_plan(campaign, person, visit.team):
        raise GongtuError("visit.team")
    _of_campaign(campaign, person, fields)
    return workspace.store.visits.change(
        visit.id,
        visit.version,
        by=person.name,
        at=workspace.now(),
        campaign_version=campaign.version,
        **fields,
    )


def may_plan(campaign: Campaign, person: Person, team: str) -> bool:
    """Whether the person may plan visits of the team: leaders of any, staff of their own."""
    own = team_of(campaign, person)
    return person.may("leader") or (person.may("staff") and own is not None and own.id == team)


def _of_campaign(campaign: Campaign, person: Person, fields: dict[str, Any]) -> None:
    if "team" in fields:
        if fields["team"] not in [one.id for one in campaign.teams]:
            raise ParameterError("assignment.team", field="team", value=str(fields["team"])[:80])
        if not may_plan(campaign, person, fields["team"]):
            raise GongtuError("visit.team")
    if "position" in fields and fields["position"] not in campaign.positions:
        raise ParameterError("assignment.position", field="position", value=str(fields["position"])[:80])


@contextmanager
def _named(workspace: Workspace, campaign: Campaign) -> Iterator[None]:
    """What is refused is told with the names of positions and teams in the place of their ids."""
    try:
        yield
    except GongtuError as error:  # Moved is one
        if not isinstance(error, Moved) and error.key != "assignment.fixed":
            raise
        rows = workspace.district().positions
        positions = dict(zip(rows["id"], rows["name"], strict=True))
        teams = {team.id: team.name for team in campaign.teams}
        if not isinstance(error, Moved):
            position, team = str(error.params["position"]), str(error.params["team"])
            raise GongtuError(
                error.key, position=positions.get(position, position), team=teams.get(team, team)
            ) from None
        about = [name.partition(".") for name in error.fields]
        names = [(teams if part == "strength" else positions).get(key, key) for part, _, key in about if part in ABOUT]
        raise Moved(error.fields, error.by, names) from None


def _canonical(name: str, value: Json) -> Json:
    """A field's value as a plan says it; None for one that is as if nobody had said anything."""
    return None if value is None else Plan.read({name: value}).fields().get(name)


def _check(campaign: Campaign, plan: Plan, said: Edit) -> None:
    """What an edit sets is of the campaign, and takes no position from the team that it must go to."""
    positions, teams = set(campaign.positions), {team.id for team in campaign.teams}
    for name, (_, value) in said.items():
        part, _, key = name.partition(".")
        if value is None and part != "where":
            continue
        if part in ("where", "fixed", "never", "extra") and value is not None and key not in positions:
            raise ParameterError("assignment.position", field=name, value=key[:80])
        of = {"where": [value], "fixed": [value], "never": value, "strength": [key]}.get(part, [])
        if strange := [one for one in of or () if one is not None and one not in teams]:
            raise ParameterError("assignment.team", field=name, value=str(strange[0])[:80])
        must = plan.fixed.get(key)
        if part == "where" and must not in (None, value) and f"fixed.{key}" not in said:
            raise GongtuError("assignment.fixed", position=key, team=must)
