"""The ledger over HTTP, for staff: entries listed, entered and corrected, appeals taken on. ``/api/v1/entries``.

Nobody's account is in it. A caller is at an address of its own, for the one who sees to the appeal and for leaders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from geo.casework import appeals, callers, deeds, entry, keeping, listed, told
from geo.casework.appeals import State
from geo.casework.callers import Caller
from geo.casework.entry import EntryError
from geo.clock import as_of, today
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign, campaigns
from geo.i18n import translate
from geo.ledger import PRIVATE, STEPS, TABLE, EntryKind, Rules
from geo.people import NOBODY, Person
from geo.storage import Conflict, Record
from geo.web import forms
from geo.web.access import Needs, asking
from geo.web.forms import UNKEPT, ForgedError, NotJsonError, plain, refusal
from geo.workspace import Workspace

Said = Callable[[District], dict[str, Any]]
"""What every answer says of its data."""
AT_MOST = 500
BYTES_AT_MOST = 64 * 1024
"""Of a request's body: the longest texts, each character written as an escape, and what stands around them."""
COLUMNS = tuple(column.name for column in TABLE.columns if column.name not in PRIVATE)
TEXT: dict[str, object] = {"type": "string"}
KINDS_OF_CELL: Mapping[str, dict[str, object]] = {
    "number": {"type": "number"},
    "integer": {"type": "integer", "minimum": 0},
    "flag": {"type": "boolean"},
}
PROPERTIES: dict[str, dict[str, object]] = {
    column.name: {**KINDS_OF_CELL.get(column.kind, TEXT), **({"enum": list(column.choices)} if column.choices else {})}
    for column in TABLE.columns
    if column.name in entry.ENTERED
}
CALLER: dict[str, dict[str, object]] = {
    name: {**TEXT, "description": "Of an appeal; kept apart, never given back here"}
    for name in ("caller_name", "caller_number")
}
VERSION: dict[str, dict[str, object]] = {
    "version": {"type": "integer", "minimum": 1, "description": "The version that this was decided on"}
}
FLAG: dict[str, object] = {"type": ["boolean", "null"]}
STEP: dict[str, object] = {"type": "string", "enum": list(STEPS)}
DO: Mapping[str, dict[str, dict[str, object]]] = {
    "advance": {"step": STEP, "on": TEXT, "note": TEXT},
    "answer": {"answered": FLAG, "note": TEXT},
    "close": {"on": TEXT, "solved": FLAG, "satisfied": FLAG, "note": TEXT},
    "reopen": {"note": TEXT},
    "assign": {"handler": TEXT, "note": TEXT},
}
"""What can be done with an appeal, and the fields that each takes."""
ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody has signed in"},
    403: {"description": "The role is too low, it is not yours, or another site sent it"},
}
ASKED = {**ANSWERS, 422: {"description": "No such day, campaign, team, position or region; other questions"}}
MISSING = {**ANSWERS, 404: {"description": "No such entry"}}
WRITTEN = {
    **MISSING,
    409: {"description": "Somebody was first (entry: as it is now), or the campaign or the appeal is closed"},
    413: {"description": "More than 64 KiB"},
    415: {"description": "Not said to be JSON"},
    422: {"description": "A field is missing, unknown, or not what an entry can have"},
}
FORBIDDEN = ("casework.staff", "casework.leader", "casework.not_yours", "casework.step_back")
OVER = ("campaign.closed", "casework.retired", "casework.appeal_closed", "casework.appeal_open")

Text = Annotated[str, Query(max_length=200)]
Day = Annotated[str, Query(description="YYYY-MM-DD, inclusive", pattern=r"^(\d{4}-\d\d-\d\d)?$")]


def add_to(api: FastAPI, workspace: Workspace, said: Said) -> None:
    """The routes, for staff."""
    staff = [Depends(Needs("staff", workspace))]
    tags: list[str | Enum] = ["ledger"]
    told_of = partial(_entry, workspace)

    @api.get("/v1/entries", tags=tags, responses=ASKED, dependencies=staff)
    def entries(
        campaign: Text = "",
        kind: Annotated[list[EntryKind], Query(description="Repeat for several")] = [],  # noqa: B006 - FastAPI copies it
        team: Text = "",
        position: Text = "",
        region: Text = "",
        since: Day = "",
        until: Day = "",
        enterprise: Text = "",
        state: Annotated[
            State | Literal[""], Query(description="Of appeals, today; of made up ones on their last day")
        ] = "",
        after: Annotated[str, Query(description="The last id of the page before", max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=AT_MOST)] = 100,
    ) -> JSONResponse:
        """Entries by id. ``next`` is what to ask ``after`` for the next page, null where this is the last one."""
        district, every = workspace.district(), workspace.entries()
        known = campaigns(district, workspace.store)
        of = [one for one in known if one.id == campaign] or known
        _known("campaign", campaign, (one.id for one in known))
        _known("team", team, {*(it.id for one in of for it in one.teams), *every["team"]})
        _known("position", position, {*(it for one in of for it in one.positions), *every["position"]})
        if region not in ("", *district.regions["code"]):
            raise ParameterError("organising.choice", field="region", value=region[:80], choices="codes of /v1/regions")
        asked = {"campaign": campaign, "kind": ",".join(kind), "team": team, "position": position, "region": region}
        asked |= {"since": since, "until": until, "enterprise": enterprise, "state": state}
        wanted = listed.read(asked, NOBODY)
        rules = _rules_of(known)
        day = as_of(every, today(district, workspace.now()))
        found = listed.select(every, wanted, today=day, rules=rules).sort_values("id")
        rows = found[(found["id"] > after).to_numpy(bool)].iloc[: limit + 1]
        stands = appeals.states(rows, day, rules)
        told_rows = [
            plain({**{name: row[name] for name in COLUMNS}, "state": stand, "version": row["version"]})
            for row, stand in zip(rows.to_dict("records"), stands, strict=True)
        ][:limit]
        more = told_rows[-1]["id"] if len(rows) > limit else None
        return JSONResponse({**said(district), "entries": told_rows, "next": more}, headers=UNKEPT)

    @api.get("/v1/entries/{id}", tags=tags, responses=MISSING, dependencies=staff)
    def one(request: Request, id: str) -> JSONResponse:  # noqa: A002 - its name in the path
        """One entry, with its ``history``, newest first, and the addresses of its ``photos``. ``mine``: whether it is
        an appeal in the hands of who asks; ``caller``: where the caller is, for who may see it and where one is known.
        """
        record = workspace.store.get(keeping.NOUN, id)
        if record is None:
            return refusal(404, ParameterError("casework.unknown", field="id", value=id[:80]))
        return JSONResponse(
            {**said(workspace.district()), **told_of(record, asking(request, workspace))}, headers=UNKEPT
        )

    @api.get("/v1/entries/{id}/caller", tags=tags, responses=MISSING, dependencies=staff)
    def caller(request: Request, id: str) -> JSONResponse:  # noqa: A002
        """Who called: for the one who sees to the appeal, and for leaders, until ``erase_on`` is over."""
        try:
            kept = callers.see(workspace, asking(request, workspace), id)
        except GongtuError as error:
            return _refused(error, told_of)
        if kept is None:
            return refusal(404, GongtuError("casework.no_caller"))
        return JSONResponse({"name": kept.name, "number": kept.number, "erase_on": kept.erase_on}, headers=UNKEPT)

    async def written(request: Request, act: Callable[[Person, dict[str, Any]], Record], status: int) -> JSONResponse:
        """What was asked done, and the entry as it is then; or why not."""
        person = await run_in_threadpool(asking, request, workspace)
        try:
            body = await forms.of_json(request)
            record = await run_in_threadpool(act, person, body)
            found = await run_in_threadpool(told_of, record, person)
        except GongtuError as error:
            return _refused(error, partial(told_of, person=person))
        return JSONResponse(found, status, UNKEPT)

    def added(person: Person, body: dict[str, Any]) -> Record:
        id_ = _text(body.pop("id"), "id") if "id" in body else None
        called = Caller(*(_text(body.pop(name, ""), name) for name in CALLER))
        return deeds.add(workspace, person, _fields(body), id=id_, caller=called or None)

    @api.post(
        "/v1/entries",
        tags=tags,
        status_code=201,
        openapi_extra=_body({"id": TEXT, **PROPERTIES, **CALLER}, ("campaign", "kind", "date")),
        responses=WRITTEN,
        dependencies=staff,
    )
    async def add(request: Request) -> JSONResponse:
        """Enters what was done. ``id``: 8 to 64 letters, digits and hyphens, made by who sends it: sent twice it is
        entered once. An appeal begins at its first step, due as the campaign's rules say, in the hands of who sent it.
        """
        return await written(request, added, 201)

    @api.post(
        "/v1/entries/{id}",
        tags=tags,
        openapi_extra=_body({**VERSION, "why": TEXT, **PROPERTIES, **CALLER}, ("version", "why")),
        responses=WRITTEN,
        dependencies=staff,
    )
    async def correct(request: Request, id: str) -> JSONResponse:  # noqa: A002
        """Corrects an entry; fields that are not named stay as they are. ``why`` stays in the history. A caller, by
        who may see it, takes the place of the one there was.
        """

        def corrected(person: Person, body: dict[str, Any]) -> Record:
            version, why = _version(body), _text(body.pop("why", ""), "why")
            called = Caller(*(_text(body.pop(name, ""), name) for name in CALLER))
            return deeds.correct(workspace, person, id, version, _fields(body), why, caller=called or None)

        return await written(request, corrected, 200)

    @api.post(
        "/v1/entries/{id}/steps",
        tags=tags,
        openapi_extra=_body(
            {
                **VERSION,
                "do": {"type": "string", "enum": list(DO)},
                **{k: v for of in DO.values() for k, v in of.items()},
            },
            ("version", "do"),
        ),
        responses=WRITTEN,
        dependencies=staff,
    )
    async def step(request: Request, id: str) -> JSONResponse:  # noqa: A002
        """Does something with an appeal. ``advance`` takes ``step``, ``on`` and ``note``: one step forward, or, by a
        leader, back; ``answer`` takes ``answered``; ``close`` takes ``on``, ``solved``, ``satisfied`` and ``note``;
        ``reopen`` a ``note``; ``assign`` a ``handler`` (an account), by a leader or the present one.
        """
        return await written(request, partial(_stepped, workspace, id), 200)


def _stepped(workspace: Workspace, id_: str, person: Person, body: dict[str, Any]) -> Record:
    version, do = _version(body), body.pop("do", None)
    if not isinstance(do, str) or do not in DO:
        raise ParameterError("casework.do", field="do", value=str(do)[:80])
    takes = DO[do]
    if strange := [name for name in body if name not in takes]:
        raise ParameterError("casework.field", field=strange[0].encode(errors="replace").decode()[:80])
    said: dict[str, Any] = {}
    for name, kind in takes.items():
        if kind is FLAG:
            if name in body and not any(body[name] is one for one in (True, False, None)):  # 1 equals True
                raise ParameterError("casework.flag", field=name)
            said[name] = body.get(name)
        else:
            said[name] = _text(body.get(name, ""), name)
    act: Callable[..., Record] = getattr(appeals, do)
    return act(workspace, person, id_, version, **said)


def _refused(error: GongtuError, told_of: Callable[[Record], dict[str, Any]]) -> JSONResponse:
    """Why not; errors that are no answer to this are the API's to say."""
    match error:
        case ForgedError():
            return refusal(403, error)
        case NotJsonError():
            return refusal(415, error)
        case EntryError():
            say = partial(translate, language="en")
            why = [
                (str(fault.column), say(fault.key, value=fault.value, allowed=fault.allowed), fault.key)
                for fault in error.faults
            ]
            return forms.refusals(422, why)
        case Conflict():
            return refusal(409, error, entry=told_of(error.records[0]) if error.records else None)
        case ParameterError():
            return refusal(404 if error.key == "casework.unknown" else 422, error)
    if error.key in FORBIDDEN or error.key in OVER:
        return refusal(403 if error.key in FORBIDDEN else 409, error)
    raise error


def _entry(workspace: Workspace, record: Record, person: Person) -> dict[str, Any]:
    """An entry as it is told; its history without accounts."""
    district = workspace.district()
    known = campaigns(district, workspace.store)
    names = told.Names(district, known, "en")
    day = today(district, workspace.now())
    of = {"id": record.id, **record.values}
    state = None
    if of["kind"] == "appeal":
        rules = _rules_of(known).get(str(of["campaign"]), Rules())
        state = appeals.state(of, as_of(workspace.entries(), day).of(str(of["standing"])), rules)
    address = f"/api/v1/entries/{quote(record.id, safe='')}/caller"
    seen = callers.may_see(person, record) and record.id in workspace.store.callers.has([record.id], day)
    past, say = workspace.store.history(keeping.NOUN, record.id), partial(translate, language="en")
    history = told.history(record, past, names, say, without=PRIVATE)
    return {
        **plain({name: of.get(name) for name in COLUMNS}),
        "state": state,
        "mine": bool(person.id) and of.get("handler") == person.id,
        "caller": address if seen else None,
        "photos": [
            f"/ledger/photo/{photo.id}.jpg"
            for photo in ([] if record.retired else workspace.store.photos.of(record.id))
        ],
        "version": record.version,
        "retired": record.retired or None,
        "changed_by": record.changed_by,
        "changed_at": record.changed_at.isoformat(),
        "history": [
            {
                "at": step.at.isoformat(),
                "by": step.by,
                "what": step.what,
                "why": step.why or None,
                "changes": [{"field": name, "from": was, "to": then} for name, was, then in step.changes],
            }
            for step in history
        ],
    }


def _rules_of(known: tuple[Campaign, ...]) -> dict[str, Rules]:
    return {one.id: one.rules for one in known}


def _known(field: str, value: str, choices: Iterable[str]) -> None:
    """ParameterError, with ``field``, for a value that there is none of."""
    known = sorted({*choices} - {""})
    if value and value not in known:
        raise ParameterError("organising.choice", field=field, value=value[:80], choices=", ".join(known))


def _version(body: dict[str, Any]) -> int:
    version = body.pop("version", None)
    if not isinstance(version, int) or isinstance(version, bool):
        raise ParameterError("casework.version", field="version")
    return version


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of an entry; ParameterError for a text that is none."""
    for name, value in body.items():
        if value is not None and PROPERTIES.get(name, {}).get("type") == "string":
            _text(value, name)
    return body


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ParameterError("report.field_text", field=name)
    return value


def _body(properties: Mapping[str, object], required: tuple[str, ...]) -> dict[str, Any]:
    schema = {"type": "object", "required": list(required), "additionalProperties": False, "properties": properties}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
