"""Who is asking, and what their role opens to them: one answer for pages, API and every other route."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.errors import GongtuError
from geo.i18n import Language, translate
from geo.pack import public_reason
from geo.people import NOBODY, Person, Role
from geo.settings import Settings
from geo.storage.people import People
from geo.web import page
from geo.web.cookies import SESSION as COOKIE
from geo.workspace import Workspace

UPLOADS = "/_stcore/upload_file/"
"""Where Streamlit takes files, from any visitor who has a page open."""
MEDIA = "/media/"
"""Where Streamlit gives out files, to anybody who knows the address."""
STATIC = "/static/"
PICTURES = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico")


def who(cookies: Mapping[str, str], people: People, now: datetime) -> Person:
    """The person whose session these cookies carry; NOBODY where it has ended or there is none."""
    token = cookies.get(COOKIE, "")
    return people.who(token, now) if token else NOBODY


def asking(connection: HTTPConnection, workspace: Workspace) -> Person:
    """``who`` of a request. Without the cookie the store is not even opened."""
    if not connection.cookies.get(COOKIE):
        return NOBODY
    return who(connection.cookies, workspace.store.people, workspace.now())


def oidc_role(claims: Mapping[str, object], settings: Settings) -> Role | None:
    """The highest role that the settings give somebody of whom an identity provider says this; None for no role.

    The claim ``settings.oidc_claim`` is one value or a list of them. An e-mail address is compared without regard to
    capitals, and counts only while the provider does not say that it is unverified; ``*`` is everybody.
    """
    claim = settings.oidc_claim
    said = claims.get(claim)
    values = [str(value) for value in (said if isinstance(said, list | tuple) else [said]) if value not in (None, "")]
    if claim == "email":
        unverified = str(claims.get("email_verified", True)).casefold() == "false"
        values = [] if unverified else [value.casefold() for value in values]
    for role, wanted in settings.oidc_roles:  # the highest first
        names = {name.casefold() for name in wanted} if claim == "email" else set(wanted)
        if "*" in names or not names.isdisjoint(values):
            return role
    return None


class Needs(Middleware):
    """The role that a route asks for. Every route declares one, ``public`` too: tests/test_access.py walks them.

    ``Route(…, middleware=[Needs("staff", workspace)])``, and ``Mount`` likewise, with the person in
    ``request.state.person``; of FastAPI's routes ``dependencies=[Depends(Needs("staff", workspace))]``.
    """

    def __init__(self, role: Role, workspace: Workspace) -> None:
        super().__init__(Guard, role, workspace)
        self.role = role
        self.workspace = workspace

    async def __call__(self, connection: HTTPConnection) -> Person:
        """The person asking; HTTPException 401 where nobody has signed in, 403 where the role is too low."""
        if self.role == "public":
            return NOBODY
        person = await run_in_threadpool(asking, connection, self.workspace)
        if not person.may(self.role):
            raise HTTPException(_status(person), _words(person, self.role, "en"), {"Cache-Control": "no-store"})
        return person


class Guard:
    """An ASGI app behind a role. Who may not have it is told so: in JSON, or by a page, or is sent to sign in."""

    def __init__(self, app: ASGIApp, role: Role, workspace: Workspace) -> None:
        self.app = app
        self.role = role
        self.workspace = workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.role == "public" or scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            person = await run_in_threadpool(asking, connection, self.workspace)
            refusal = None if person.may(self.role) else refused(connection, person, self.role)
        except GongtuError as error:
            refusal = page.message(connection, 503, "access.out_of_order", reason(error, page.language(connection)))
        if refusal is None:
            connection.state.person = person
            await self.app(scope, receive, _unkept(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)


class GuardUploads:
    """A middleware of the whole app: only those signed in send files to Streamlit, and have what its download buttons
    offer (tables, never pictures).
    """

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self.app = app
        self._files = Guard(app, "staff", workspace)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._of(scope)(scope, receive, send)

    def _of(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self.app
        path = scope["path"].lower()
        if UPLOADS in path and scope["method"] != "OPTIONS":
            return self._files
        given_out = MEDIA in path and STATIC not in path  # Streamlit's own fonts lie in /static/media/
        return self._files if given_out and not path.endswith(PICTURES) else self.app


def refused(connection: HTTPConnection, person: Person, role: Role) -> Response:
    """What somebody is told who lacks the role: 401 without a session, 403 with one. A browser gets a page; who has no
    session and opens an address goes to sign in, and comes back.
    """
    if "text/html" not in connection.headers.get("accept", ""):
        unkept = {"Cache-Control": "no-store"}
        return JSONResponse({"detail": _words(person, role, "en")}, _status(person), unkept)
    if not person.id and connection.scope.get("method") in ("GET", "HEAD"):
        here = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
        return RedirectResponse(page.address(connection, "/signin", next=here), 303, page.HEADERS)
    words = _words(person, role, page.language(connection))
    return page.message(connection, _status(person), "access.refused", words)


def reason(error: GongtuError, language: Language) -> str:
    """Why there is no answer, as anybody may read it: where the database is and what it said is for the log only."""
    if error.key not in ("store.failed", "store.busy"):
        return public_reason(error, language)
    logging.getLogger(__name__).error("the store cannot be used: %s", error)
    return translate("access.store", language)


def _status(person: Person) -> int:
    return 403 if person.id else 401


def _words(person: Person, role: Role, language: Language) -> str:
    key = "access.too_low" if person.id else "access.nobody"
    return translate(key, language, name=person.name, role=translate(f"role.{role}", language))


def _unkept(send: Send) -> Send:
    """``send``, with the word to keep no copy of what is for some eyes only, unless the answer says otherwise."""

    async def send_unkept(said: Message) -> None:
        if said["type"] == "http.response.start":
            MutableHeaders(scope=said).setdefault("Cache-Control", "no-store")
        await send(said)

    return send_unkept
