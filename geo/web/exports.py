"""Downloads: any table and any map layer as a file. They only read: a link on another site can change nothing."""

from __future__ import annotations

import math
import re
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import get_args
from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from geo.coverage import Lens
from geo.errors import GongtuError, ParameterError
from geo.export import FORMATS, LAYERS, MAP, Asked, export
from geo.i18n import LANGUAGES, Language, explain
from geo.people import NOBODY, Person, Role
from geo.web import page
from geo.web.access import Needs, asking, reason, refused
from geo.web.api import REACH_AT_MOST_M
from geo.workspace import Workspace

AT_ONCE = 2
"""How many files of a route are made at the same time; who comes then waits ``WAIT_S`` for a turn."""
WAIT_S = 5.0
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes(workspace: Workspace) -> list[Route]:
    """The downloads that anybody may have, and the enterprises, for staff."""

    def route(path: str, role: Role) -> Route:
        return Route(path, _Downloads(workspace).get, name=f"export {role}", middleware=[Needs(role, workspace)])

    return [route("/export/enterprises.{format}", "staff"), route("/export/{name}.{format}", "public")]


class _Downloads:
    """One route's answers; of a layer its path does not name, it names the enterprises."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turns = BoundedSemaphore(AT_ONCE)

    def get(self, request: Request) -> Response:
        """The file asked for, or why there is none: 404 for what there is not, 422 for what cannot be asked."""
        name, format_ = request.path_params.get("name", "enterprises"), request.path_params["format"]
        try:
            person = self._person(request, name)
            asked = _asked(request.query_params, name, person, self._workspace.now())
            if asked.contacts and not person.may("leader"):
                return refused(request, person, "leader")
            if not self._turns.acquire(timeout=WAIT_S):
                return _told(request, 503, GongtuError("export.busy"), {"Retry-After": "10"})
            try:
                return self._file(name, format_, asked)
            finally:
                self._turns.release()
        except ParameterError as error:
            return _told(request, 404 if error.key in ("export.unknown", "export.format") else 422, error)
        except GongtuError as error:
            return _told(request, 503, error)

    def _person(self, request: Request, name: str) -> Person:
        """Who asks, as far as it makes a difference to what they get."""
        if name not in (MAP, "enterprises"):
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
    layers = LAYERS.values() if name == MAP else [LAYERS[name]] if name in LAYERS else []
    known = {"lang", *(parameter for layer in layers for parameter in layer.parameters)}
    for key in given:
        if layers and key not in known:
            raise ParameterError("error.parameter_unknown", field=key[:80], value=key[:80])
        if key != "kind" and len(given.getlist(key)) > 1:
            raise ParameterError("error.parameter_repeated", field=key[:80], value=key[:80])
    lens, contacts = given.get("lens", "service"), given.get("contacts", "0")
    if lens not in get_args(Lens):
        raise ParameterError("coverage.lens", field="lens", value=lens[:80])
    if contacts not in ("0", "1"):
        raise ParameterError("export.contacts", field="contacts", value=contacts[:80])
    return Asked(
        person=person,
        language=_language(given),
        lens="union" if lens == "union" else "service",
        kinds=tuple(given.getlist("kind")) or Asked.kinds,
        within_m=_metres(given.get("within_m", f"{Asked.within_m}")),
        contacts=contacts == "1",
        at=now,
    )


def _language(given: QueryParams) -> Language:
    lang = given.get("lang", "zh")
    if lang not in LANGUAGES:
        raise ParameterError("export.language", field="lang", value=lang[:80])
    return "en" if lang == "en" else "zh"


def _metres(text: str) -> float:
    try:
        metres = float(text)
    except ValueError:
        metres = math.nan
    if not 0 <= metres <= REACH_AT_MOST_M:
        raise ParameterError("export.reach", field="within_m", value=text[:80], most=REACH_AT_MOST_M)
    return abs(metres)


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
