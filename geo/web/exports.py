"""Downloads: any table and any map layer as a file. They only read: a link on another site can change nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from urllib.parse import quote

import pandas as pd
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from geo.casework import listed
from geo.clock import as_of, today
from geo.errors import GongtuError, ParameterError
from geo.export import FORMATS, LAYERS, MAP, Asked, export
from geo.export.layer import Part
from geo.facilities import KINDS
from geo.fieldwork.campaign import campaign, campaigns
from geo.fieldwork.rights import Version, read_plan
from geo.fieldwork.told import Told, asked_version, tell
from geo.i18n import LANGUAGES, Language, explain
from geo.people import NOBODY, Person, Role
from geo.planner.cells import SIZES_M
from geo.planner.plan import Plan
from geo.planner.question import Question
from geo.progress.opened import Number, counted_ids
from geo.progress.scene import scene
from geo.web import page
from geo.web.access import Needs, asking, reason, refused
from geo.web.api import REACH_AT_MOST_M
from geo.workspace import Workspace

AT_ONCE = 2
"""How many files of a route are made at the same time; who comes then waits ``WAIT_S`` for a turn."""
WAIT_S = 5.0
OF_QUESTION = ("kinds", "reach", "unit", "measure", "union", "industry", "groups", "lens", "day", "hour")
OF_PLAN = ("goal", "n", "from", "cell", "capacity", "in", "out", "sites")
PARAMETERS: Mapping[Part, tuple[str, ...]] = {
    "question": (*OF_QUESTION, "kind", "within_m"),
    "plan": OF_PLAN,
    "size": ("size",),
    "contacts": ("contacts",),
    "assignment": ("campaign", "version"),
    "entries": (
        *("campaign", "kind", "programme_kind", "state", "team", "position", "region"),
        *("since", "until", "enterprise", "facility", "says", "handler", "mine", "q", "counted"),
    ),
}
"""The parameters of the address that each part of what is asked may have."""
BY_WHO = (MAP, "enterprises", "access", "coverage", "cells", "plan", "plan_regions", "assignment", "ledger")
"""What is not the same for everybody."""
MISSING = ("export.unknown", "export.format", "campaign.unknown", "assignment_file.none")
"""The refusals that are a 404."""
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes(workspace: Workspace) -> list[Route]:
    """The downloads that anybody may have, and those of single enterprises, for staff."""

    def route(path: str, role: Role, name: str = "") -> Route:
        needs = [Needs(role, workspace)]
        return Route(path, _Downloads(workspace, name).get, name=f"export {name or role}", middleware=needs)

    staff = [name for name, layer in LAYERS.items() if layer.role == "staff"]
    return [
        *(route(f"/export/{name}.{{format}}", "staff", name) for name in staff),
        route("/export/{name}.{format}", "public"),
    ]


class _Downloads:
    """One route's answers; of ``name`` where its path does not say."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self._workspace = workspace
        self._name = name
        self._turns = BoundedSemaphore(AT_ONCE)

    def get(self, request: Request) -> Response:
        """The file asked for, or why there is none: 404 for what there is not, 422 for what cannot be asked."""
        name, format_ = request.path_params.get("name", self._name), request.path_params["format"]
        try:
            person = self._person(request, name)
            asked = _asked(request.query_params, name, person, self._workspace.now())
            if name in LAYERS and "assignment" in LAYERS[name].parts:
                version = asked_version(request.query_params.get("version", "published"))
                if not read_plan(person, version):
                    return refused(request, person, "leader")
                asked = replace(asked, assignment=self._assignment(request.query_params.get("campaign", ""), version))
            if name in LAYERS and "entries" in LAYERS[name].parts:
                asked = replace(asked, entries=self._entries(request.query_params, person))
            if asked.contacts and not person.may("leader"):
                return refused(request, person, "leader")
            if not self._turns.acquire(timeout=WAIT_S):
                return _told(request, 503, GongtuError("export.busy"), {"Retry-After": "10"})
            try:
                return self._file(name, format_, asked)
            finally:
                self._turns.release()
        except ParameterError as error:
            return _told(request, 404 if error.key in MISSING else 422, error)
        except GongtuError as error:
            return _told(request, 503, error)

    def _assignment(self, id_: str, version: Version) -> Told:
        """The version of the campaign's plan."""
        if not id_:
            raise ParameterError("assignment_file.which", field="campaign", value="")
        district, store = self._workspace.district(), self._workspace.store
        return tell(district, store, campaign(district, store, id_), version, self._workspace.entries())

    def _entries(self, given: QueryParams, person: Person) -> pd.DataFrame:
        """The entries that the address asks for, as the page of the ledger asks for them."""
        wanted = listed.read(given, person)
        district, store = self._workspace.district(), self._workspace.store
        every = campaigns(district, store)
        entries, now = self._workspace.entries(), today(district, self._workspace.now())
        if number := given.get("counted"):
            of = scene(self._workspace, district, wanted.campaign)
            wanted = replace(wanted, ids=counted_ids(self._workspace, of, Number.read(number).open_to(person)))
        mine = entries[entries["campaign"] == wanted.campaign] if wanted.campaign else entries
        return listed.select(mine, wanted, today=as_of(mine, now), rules={one.id: one.rules for one in every})

    def _person(self, request: Request, name: str) -> Person:
        """Who asks, as far as it makes a difference to what they get."""
        if name not in BY_WHO:
            return NOBODY
        known: Person | None = getattr(request.state, "person", None)
        return known or asking(request, self._workspace)

    def _file(self, name: str, format_: str, asked: Asked) -> Response:
        folder = TemporaryDirectory(prefix="gongtu-export-")
        try:
            path = Path(folder.name) / "file"
            names = export(name, format_, path, self._workspace.district(), asked)
            disposition = _disposition(names["en"], names[asked.language])
            return _Download(folder, path, FORMATS[format_], {**HEADERS, "Content-Disposition": disposition})
        except BaseException:
            folder.cleanup()
            raise


class _Download(FileResponse):
    """A file that is gone once it is sent, or once nobody waits for it any more."""

    def __init__(self, folder: TemporaryDirectory[str], path: Path, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(path, media_type=media_type, headers=headers)
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._folder.cleanup()


def _asked(given: QueryParams, name: str, person: Person, now: datetime) -> Asked:
    """What the address asks for; ParameterError, with ``field``, for what it cannot."""
    _check_known(given, name)
    contacts, size = given.get("contacts", "0"), given.get("size", "")
    if contacts not in ("0", "1"):
        raise ParameterError("export.contacts", field="contacts", value=contacts[:80])
    if size and size not in map(str, SIZES_M):
        choices = ", ".join(map(str, SIZES_M))
        raise ParameterError("planning.choice", field="size", value=size[:80], choices=choices)
    return Asked(
        person=person,
        language=_language(given),
        question=Question() if name in LAYERS and "entries" in LAYERS[name].parts else _question(given),
        plan=Plan.read(given),
        size_m=int(size) if size else None,
        contacts=contacts == "1",
        at=now,
    )


def _check_known(given: QueryParams, name: str) -> None:
    """ParameterError for a parameter that what is asked for does not depend on, and for one that is there twice."""
    layers = LAYERS.values() if name == MAP else [LAYERS[name]] if name in LAYERS else []
    known = {"lang", *(parameter for layer in layers for part in layer.parts for parameter in PARAMETERS[part])}
    for key in given:
        if layers and key not in known:
            raise ParameterError("error.parameter_unknown", field=key[:80], value=key[:80])
        if key != "kind" and len(given.getlist(key)) > 1:
            raise ParameterError("error.parameter_repeated", field=key[:80], value=key[:80])


def _question(given: QueryParams) -> Question:
    """The question as a page's address asks it; ``kind``, repeated, and ``within_m`` stand for ``kinds`` and ``reach``,
    as this route has had them from the beginning.
    """
    said = dict(given)
    for old, new in (("kind", "kinds"), ("within_m", "reach")):
        if old in said and new in said:
            raise ParameterError("error.parameter_repeated", field=old, value=new)
    for kind in given.getlist("kind"):
        if kind not in KINDS:
            raise ParameterError("facilities.kind", field="kind", value=kind[:80])
        said["kinds"] = ",".join(given.getlist("kind"))
    if "within_m" in said:
        said |= {"reach": _metres(said["within_m"]), "unit": "m"}
    return Question.read(said)


def _language(given: QueryParams) -> Language:
    lang = given.get("lang", "zh")
    if lang not in LANGUAGES:
        raise ParameterError("export.language", field="lang", value=lang[:80])
    return "en" if lang == "en" else "zh"


def _metres(text: str) -> str:
    """A reach in metres as a question has it."""
    try:
        metres = float(text)
    except ValueError:
        metres = math.nan
    if not 0 <= metres <= REACH_AT_MOST_M:
        raise ParameterError("export.reach", field="within_m", value=text[:80], most=REACH_AT_MOST_M)
    return repr(abs(metres))


def _disposition(plain: str, name: str) -> str:
    """A download by ``name`` (RFC 6266), for a browser that knows no UTF-8 by the letters and digits of ``plain``."""
    return f"attachment; filename=\"{re.sub(r'[^A-Za-z0-9._-]', '_', plain)}\"; filename*=UTF-8''{quote(name, safe='')}"


def _told(request: Request, status: int, error: GongtuError, headers: dict[str, str] | None = None) -> Response:
    """Why there is no file: a page for a browser that asked for one, else JSON, as the API says it."""
    language = page.language(request)
    parameter = isinstance(error, ParameterError)
    words = explain(error, language) if parameter else reason(error, language)
    if "text/html" in request.headers.get("accept", ""):
        answer: Response = page.message(request, status, "export.refused_title", words)
    elif status == 422:
        answer = JSONResponse(
            {"detail": [{"loc": ["query", error.params["field"]], "msg": words, "type": error.key}]}, 422
        )
    else:
        answer = JSONResponse({"detail": words}, status)
    answer.headers.update({**HEADERS, **(headers or {})})
    return answer
