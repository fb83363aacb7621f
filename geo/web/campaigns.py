"""Campaigns over HTTP, for staff: who is where, what is planned. ``GET /api/v1/campaigns`` and what is below it.

Nobody's account is in it: of a team its name, who leads it and its departments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response

from geo.district import District
from geo.errors import ParameterError
from geo.fieldwork import calendar, campaign, told
from geo.fieldwork.campaign import Campaign, Team
from geo.fieldwork.plan import Plan
from geo.fieldwork.told import Told, ToldPosition, ToldTeam
from geo.fieldwork.workload import DEFAULTS
from geo.i18n import Language, explain
from geo.people import Person
from geo.storage import Store
from geo.storage.visits import PlannedVisit
from geo.web.access import Needs, asking, refused
from geo.web.forms import UNKEPT
from geo.workspace import Workspace

Said = Callable[[District], dict[str, Any]]
"""What every answer says of its data."""
MISSING = ("campaign.unknown", "assignment_file.none")
"""The refusals that are a 404."""
ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody has signed in"},
    403: {"description": "The role is too low"},
    404: {"description": "No such campaign, or nothing published"},
}
BOUNDARY = ("boundary_standing", "boundary_label_zh", "boundary_label_en", "boundary_source", "boundary_as_of")
DECIMALS = 6


def add_to(api: FastAPI, workspace: Workspace, said: Said) -> None:
    """The routes, for staff; the draft for leaders."""
    staff = [Depends(Needs("staff", workspace))]

    def find(id_: str) -> tuple[District, Campaign]:
        district = workspace.district()
        return district, campaign.campaign(district, workspace.store, id_)

    @api.get("/v1/campaigns", tags=["campaigns"], responses=ANSWERS, dependencies=staff)
    def campaigns(request: Request) -> JSONResponse:
        """The campaigns, the newest start first: their positions and teams, what was published of each, and who was
        reported where (``reported``, with the grounds on which that is said). ``own_team`` is the team of who asks.
        """
        district, person = workspace.district(), asking(request, workspace)
        known = campaign.campaigns(district, workspace.store)
        listed = [_campaign(district, workspace.store, one, person) for one in known]
        return JSONResponse({**said(district), "campaigns": listed}, headers=UNKEPT)

    @api.get("/v1/campaigns/{id}/assignment", tags=["campaigns"], responses=ANSWERS, dependencies=staff)
    def assignment(
        request: Request,
        id: str,  # noqa: A002 - its name in the path
        version: Annotated[
            str, Query(description="published (the last one), draft (leaders only), or a number", max_length=20)
        ] = "published",
    ) -> Response:
        """Who takes which position: teams with workload, share and deviation, positions with what their workload is
        made of, and which positions hang together (``edges``), so that anybody can check the plan.

        Of a published version teams, names, ``load`` and ``edges`` are as they were when it was published;
        ``workload`` is what the data of today give, in points, null for what is not ``counted``. ``deviation`` is
        load / target - 1; ``travel_m`` the sum over teams of the straight-line metres from the team's most central
        position to its others.
        """
        if version == "draft" and not (person := asking(request, workspace)).may("leader"):
            return refused(request, person, "leader")
        return _answer(lambda: _assignment(*find(id), workspace, version, said))

    @api.get("/v1/campaigns/{id}/visits", tags=["campaigns"], responses=ANSWERS, dependencies=staff)
    def visits(
        request: Request,
        id: str,  # noqa: A002
        team: Annotated[str, Query(description="Only this team's", max_length=200)] = "",
        since: Annotated[str, Query(description="YYYY-MM-DD; from this day on", pattern=r"^(\d{4}-\d\d-\d\d)?$")] = "",
    ) -> JSONResponse:
        """The planned visits, by day and hour; the time is the district's (``time_zone``), empty where only the day is
        known. ``state`` is planned, done or cancelled. ``own_team`` is the team of who asks.
        """

        def answer() -> dict[str, Any]:
            district, of = find(id)
            found = workspace.store.visits.list(of.id, team=team or None, since=since or None)
            ordered = sorted(found, key=lambda visit: (visit.date, visit.start, visit.id))
            own = campaign.team_of(of, asking(request, workspace))
            return {
                **said(district),
                "campaign": of.id,
                "time_zone": district.about["time_zone"],
                "own_team": own.id if own else None,
                "visits": [_visit(visit) for visit in ordered],
            }

        return _answer(answer)

    @api.get("/v1/campaigns/{id}/visits.ics", tags=["campaigns"], responses=ANSWERS, dependencies=staff)
    def feed(
        request: Request,
        id: str,  # noqa: A002
        lang: Annotated[Language, Query(description="The language of the words around the visits")] = "zh",
    ) -> Response:
        """The planned visits as iCalendar: of the team of who asks, for leaders of all teams."""
        try:
            district, of = find(id)
        except ParameterError as error:
            return _missing(error)
        today = workspace.now().astimezone(district.calendar.zone).date()
        given = calendar.feed(workspace.store, [of], asking(request, workspace), today)
        return ics_response(calendar.ics(district, given, lang))


def ics_response(content: bytes) -> Response:
    """A feed as an answer that nobody keeps a copy of."""
    headers = {
        **UNKEPT,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Disposition": 'inline; filename="gongtu-visits.ics"',
    }
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _answer(make: Callable[[], dict[str, Any]]) -> JSONResponse:
    """What is asked for, or 404 where there is no such thing; other refusals are the API's."""
    try:
        return JSONResponse(make(), headers=UNKEPT)
    except ParameterError as error:
        return _missing(error)


def _missing(error: ParameterError) -> JSONResponse:
    if error.key not in MISSING:
        raise error
    return JSONResponse({"detail": explain(error, "en")}, 404, UNKEPT)


def _campaign(district: District, store: Store, of: Campaign, person: Person) -> dict[str, Any]:
    published, own = store.assignments.published(of.id), campaign.team_of(of, person)
    there = campaign.reported(district, of)
    return {
        **_about(of),
        "departments": list(of.departments),
        "positions": list(of.positions),
        "teams": [_team(team) for team in of.teams],
        "base": _base(of),
        "reported": {
            position: {"team": one.team, "standing": one.standing, "source": one.source, "as_of": one.as_of}
            for position, one in there.items()
        },
        "published": published and {"number": published.number, "starts": published.starts, "at": _at(published.at)},
        "own_team": own.id if own else None,
    }


def _about(of: Campaign) -> dict[str, Any]:
    return {
        "id": of.id,
        "name": of.name,
        "name_en": of.name_en or None,
        "starts": of.starts or None,
        "ends": of.ends or None,
        "note": of.note or None,
        "closed_at": _at(of.closed_at),
        "version": of.version,
        "standing": of.standing,
        "source": of.source,
        "as_of": of.as_of,
    }


def _base(of: Campaign) -> dict[str, Any] | None:
    if of.base is None:
        return None
    return {"name": of.base_name or None, "lon": of.base[0], "lat": of.base[1], "standing": of.base_standing or None}


def _team(team: Team | ToldTeam) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": team.id,
        "name": team.name,
        "name_en": team.name_en or None,
        "lead": team.lead or None,
        "departments": list(team.departments),
    }
    if isinstance(team, Team):
        return said | {"standing": team.standing, "source": team.source or None, "as_of": team.as_of or None}
    return {"number": team.number, **said} | {
        "positions": list(team.positions),
        "load": _number(team.load),
        "target": _number(team.target),
        "deviation": _number(team.deviation),
    }


def _assignment(district: District, of: Campaign, workspace: Workspace, version: str, said: Said) -> dict[str, Any]:
    found = told.tell(district, workspace.store, of, told.asked_version(version), workspace.entries())
    boundaries = district.regions[list(BOUNDARY)].drop_duplicates().to_dict("records")
    return {
        **said(district),
        "campaign": _about(of),
        "version": {
            "state": "published" if found.number else "draft",
            "number": found.number or None,
            "starts": found.starts or None,
            "note": found.note or None,
            "at": _at(found.at),
            "revision": found.revision,
            "data_as_of": found.data_as_of,
        },
        "synthetic": found.synthetic,
        "boundaries": [{name: text or None for name, text in row.items()} for row in boundaries],
        "unit": "points",
        "balance": _number(found.plan.balance),
        "weights": _weights(found.plan),
        "counted": list(found.counted),
        "objective": {"travel_m": _number(found.travel_m), "worst": _number(found.worst), "cut": found.cut},
        "teams": [_team(team) | {"strength": found.plan.strength.get(team.id, 1.0)} for team in found.teams],
        "positions": [_position(position, found) for position in found.positions],
        "unassigned": [position.id for position in found.unassigned],
        "edges": [list(edge) for edge in found.edges],
    }


def _weights(plan: Plan) -> dict[str, float]:
    return {metric: float(plan.weights.get(metric, usual)) for metric, usual in DEFAULTS.items()}


def _position(position: ToldPosition, found: Told) -> dict[str, Any]:
    return {
        "id": position.id,
        "name": position.name,
        "name_en": position.name_en or None,
        "kind": position.kind or None,
        "region": position.region or None,
        "team": position.team or None,
        "fixed": found.plan.fixed.get(position.id),
        "never": list(found.plan.never.get(position.id, ())),
        "load": _number(position.load),
        "workload": {part: _number(points) for part, points in position.points.items()},
        "lon": _number(position.lon),
        "lat": _number(position.lat),
        "location_standing": position.location_standing or None,
        "precision_m": _number(position.precision_m),
        "standing": position.standing or None,
        "source": position.source or None,
        "as_of": position.as_of or None,
    }


def _visit(visit: PlannedVisit) -> dict[str, Any]:
    fields = ("id", "team", "position", "date", "start", "end", "what", "note", "state", "version")
    said: Mapping[str, Any] = {name: getattr(visit, name) for name in fields}
    return {name: None if value == "" else value for name, value in said.items()}


def _number(value: float) -> float | None:
    """A number as JSON has it, null for what is not known; nobody needs more than a millionth of it."""
    return None if not math.isfinite(value) else round(float(value), DECIMALS)


def _at(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())
