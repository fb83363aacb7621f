"""Enterprises over HTTP, for staff: who is how far on the way to a union, and moving them on. ``/api/v1/enterprises``.

Contact and telephone are in the answer for one enterprise only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from geo import enterprises
from geo.district import District
from geo.enterprises import ROUTES, UNION_FORMS, UNION_STATUSES, UnionStatus
from geo.errors import GongtuError, ParameterError
from geo.organising import deeds, moves, told
from geo.organising.moves import Move
from geo.storage import Conflict, Record
from geo.storage.register import Gap, Wanted
from geo.web import forms
from geo.web.access import Needs, asking
from geo.web.forms import UNKEPT, ForgedError, NotJsonError, plain, refusal
from geo.workspace import Workspace

Said = Callable[[District], dict[str, Any]]
"""What every answer says of its data."""
AT_MOST = 500
PRIVATE = ("contact", "phone")
FOUND = ("region_text", "region_by", "nearest_m", "touched_on", "version")
COLUMNS = (*(column.name for column in enterprises.TABLE.columns if column.name not in PRIVATE), *FOUND)
TEXTS = tuple(name for name in Move.__dataclass_fields__ if name != "members")
NUMBERS = ("version", "members")
REQUIRED = ("version", "to", "on")
FIELDS: dict[str, dict[str, object]] = {
    "version": {"type": "integer", "description": "The version that this was decided on"},
    "to": {"type": "string", "enum": list(UNION_STATUSES)},
    "on": {"type": "string", "format": "date", "description": "The day it happened, YYYY-MM-DD"},
    "note": {"type": "string", "maxLength": moves.NOTE_AT_MOST},
    "form": {"type": "string", "enum": list(UNION_FORMS)},
    "members": {"type": "integer", "minimum": 1},
    "union_id": {"type": "string", "description": "joint: the id of a joint union, or new"},
    "parent_union": {"type": "string", "maxLength": moves.NAME_AT_MOST},
    "route": {"type": "string", "enum": list(ROUTES)},
    "next_on": {"type": "string", "format": "date"},
    "next_step": {"type": "string", "maxLength": moves.STEP_AT_MOST},
}
SCHEMA = {"type": "object", "required": [*REQUIRED], "additionalProperties": False, "properties": FIELDS}
BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": SCHEMA}}}}
ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody has signed in"},
    403: {"description": "The role is too low, or another site sent it"},
}
MISSING = {**ANSWERS, 404: {"description": "No such enterprise"}}
MOVED = {
    **MISSING,
    409: {"description": "Somebody was first; enterprise says what they made of it"},
    415: {"description": "Not said to be JSON"},
    422: {"description": "Not a legal move, or a field is missing, unknown or of another kind"},
}
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot even be asked for one."""
Listed = Annotated[str, Query(max_length=400, pattern=NO_NUL, description="One value, or several with commas between")]
Number = Annotated[int | None, Query(ge=0, le=10**9)]


def add_to(api: FastAPI, workspace: Workspace, said: Said) -> None:
    """The routes, for staff."""
    staff = [Depends(Needs("staff", workspace))]

    @api.get("/v1/enterprises", tags=["enterprises"], responses=ANSWERS, dependencies=staff)
    def listed(
        region: Annotated[Listed, Query(description="Codes of regions")] = "",
        status: Annotated[Listed, Query(description=f"Of {', '.join(UNION_STATUSES)}")] = "",
        form: Listed = "",
        route: Listed = "",
        industry: Listed = "",
        low: Annotated[Number, Query(description="Workers, at least")] = None,
        high: Annotated[Number, Query(description="Workers, at most")] = None,
        gap: Annotated[Gap, Query(description="Whether a rest station is within 1,000 m")] = "",
        q: Annotated[str, Query(description="Any part of a name; a credit code or id", max_length=200)] = "",
        after: Annotated[str, Query(description="The last id of the page before", max_length=200, pattern=NO_NUL)] = "",
        limit: Annotated[int, Query(ge=1, le=AT_MOST)] = 100,
    ) -> JSONResponse:
        """Enterprises by id. ``next`` is what to ask ``after`` for the next page, null where this is the last one.

        ``region`` is the code of the region that an enterprise was found to be in, ``region_text`` what the register
        says; ``nearest_m`` the straight-line metres to the nearest rest station, null where its place is not known.
        Contact and telephone are not in it.
        """
        district = workspace.district()
        wanted = Wanted(
            text=q,
            regions=_known(region, "region", district.regions["code"]),
            statuses=_known(status, "status", UNION_STATUSES),
            forms=_known(form, "form", UNION_FORMS),
            routes=_known(route, "route", ROUTES),
            industries=_parts(industry),
            low=low,
            high=high,
            gap=gap,
        )
        if low is not None and high is not None and low > high:
            raise ParameterError("organising.size", field="low", value=str(low))
        rows = workspace.register().after(wanted, after=after, limit=limit + 1)
        found = [{name: row.get(name) for name in COLUMNS} for row in rows[:limit]]
        more = found[-1]["id"] if len(rows) > limit else None
        return JSONResponse({**said(district), "enterprises": plain(found), "next": more}, headers=UNKEPT)

    @api.get("/v1/enterprises/{id}", tags=["enterprises"], responses=MISSING, dependencies=staff)
    def one(id: str) -> JSONResponse:  # noqa: A002 - its name in the path
        """One enterprise, with contact and telephone; ``moves``: the statuses it may go to; ``history``, newest first,
        moves and corrections told apart from what else was changed (``on``: the day it happened, ``at``: when that was
        entered).
        """
        try:
            record = deeds.enterprise(workspace, id)
        except ParameterError as error:
            return refusal(404, error)
        found = workspace.register().page(Wanted(ids=(id,)), limit=1).rows
        gone = {"id": id, **record.values, "region": "", "region_text": record.values["region"]}
        row = found[0] if found else gone  # one that was retired
        status: UnionStatus = moves.known_status(str(record.values["union_status"]), "union_status")
        history = told.steps(workspace.store.history(deeds.NOUN, id))
        more = {
            **{name: record.values.get(name) for name in PRIVATE},
            "version": record.version,
            "retired": record.retired,
            "changed_by": record.changed_by,
            "changed_at": record.changed_at.isoformat(),
            "moves": list(moves.NEXT[status]) if not record.retired else [],
            "history": [_step(step) for step in history],
        }
        about = said(workspace.district())
        return JSONResponse({**about, **plain({name: row.get(name) for name in COLUMNS} | more)}, headers=UNKEPT)

    @api.post(
        "/v1/enterprises/{id}/moves",
        tags=["enterprises"],
        openapi_extra=BODY,
        responses=MOVED,
        dependencies=staff,
    )
    async def move(request: Request, id: str) -> JSONResponse:  # noqa: A002
        """Moves an enterprise to another union status, one step at a time, and gives it as it is then.

        ``form``, ``members`` and, of a joint union, ``union_id`` are said of one that gets its union (``to``
        established). ``note`` is needed for declined and closed.
        """
        try:
            said = await forms.of_json(request)
            version, asked = _read(said)
            record = await run_in_threadpool(
                lambda: deeds.move(workspace, asking(request, workspace), id, version, asked)
            )
        except ForgedError as error:
            return refusal(403, error)
        except NotJsonError as error:
            return refusal(415, error)
        except Conflict as error:
            return refusal(409, error, enterprise=_now(error.records[0]) if error.records else None)
        except ParameterError as error:
            return refusal(404 if error.key == "organising.unknown" else 422, error)
        except GongtuError as error:
            if error.key != "organising.retired":
                raise
            return refusal(409, error)
        return JSONResponse(_now(record), headers=UNKEPT)


def _read(said: Mapping[str, Any]) -> tuple[int, Move]:
    """The version and the move; ParameterError, with ``field``, for what is missing, unknown or of another kind."""
    for name in said:
        if name not in FIELDS:
            known = name.encode(errors="replace").decode()[:80]
            raise ParameterError("organising.field_unknown", field=known, value=known)
    for name in REQUIRED:
        if said.get(name) is None:
            raise ParameterError("organising.missing", field=name, value="")
    given = {name: value for name, value in said.items() if value is not None}
    for name in NUMBERS:
        if name in given and (not isinstance(given[name], int) or isinstance(given[name], bool)):
            raise ParameterError("organising.number", field=name, value=str(given[name])[:80])
    for name in TEXTS:
        if name in given and not isinstance(given[name], str):
            raise ParameterError("organising.text", field=name, value=str(given[name])[:80])
    return given.pop("version"), Move(**given)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in text.split(",") if part))


def _known(text: str, field: str, choices: Iterable[str]) -> tuple[str, ...]:
    """The values of a parameter, each of them one there is."""
    asked, known = _parts(text), list(choices)
    for value in asked:
        if value not in known:
            shown = ", ".join(known) if field != "region" else "codes of /v1/regions"
            raise ParameterError("organising.choice", field=field, value=value[:80], choices=shown)
    return asked


def _now(record: Record) -> dict[str, Any]:
    """An enterprise as it is, without who to turn to there."""
    values = {name: value for name, value in record.values.items() if name not in PRIVATE}
    by = {"changed_by": record.changed_by, "changed_at": record.changed_at.isoformat()}
    said: dict[str, Any] = plain({"id": record.id, "version": record.version, **values, **by})
    return said


def _step(step: told.Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "on": step.on,
        "at": step.at.isoformat(),
        "by": step.by,
        "why": step.why,
        "version": step.version,
        "before": step.before,
        "after": step.after,
        "fields": {name: list(pair) for name, pair in (step.fields or {}).items()},
    }
