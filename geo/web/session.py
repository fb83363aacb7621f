"""Signing in and out, one-time links, one's own account: HTML pages that need no script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypedDict
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from geo.errors import GongtuError
from geo.i18n import explain
from geo.people import Person, Role
from geo.storage.attempts import ThrottledError
from geo.storage.passwords import PASSWORD_AT_LEAST
from geo.storage.people import People
from geo.storage.tokens import session_id
from geo.web import cookies, forms, page
from geo.web.access import Needs, asking, reason
from geo.workspace import Workspace

HOME = "/"
IDENTITY_PAGE = "/identity"
"""The Streamlit page that talks to the identity provider, and comes back to /session with a ticket."""
IDENTITY_SIGN_OUT = "/auth/logout"
"""Streamlit's own route: forgets the identity here and, where the provider knows how, there."""
COMING_BACK_S = 900
"""How long somebody may take at the identity provider."""
DONE = ("password", "revoked")
"""What the account page says was just done."""

Form = dict[str, str]
Handler = Callable[[Request], Response]
FormHandler = Callable[[Request, Form], Response]


def routes(workspace: Workspace) -> list[Route]:
    """The pages of signing in, each with the role it asks for."""
    needs, pages = partial(Needs, workspace=workspace), _Pages(workspace)

    def route(path: str, role: Role, get: Handler | None = None, post: FormHandler | None = None) -> Route:
        methods = [name for name, handler in (("GET", get), ("POST", post)) if handler]
        return Route(
            path,
            _endpoint(get, post),
            name=path.strip("/"),
            methods=methods,
            middleware=[needs(role)],
            max_body_size=forms.BYTES_AT_MOST,
        )

    return [
        route("/signin", "public", pages.sign_in, pages.signed_in),
        route("/signin/identity", "public", pages.identity),
        route("/session", "public", pages.ticket),
        route("/welcome", "public", pages.welcome, pages.welcomed),
        route("/account", "staff", pages.account, pages.changed),
        route("/signout", "public", None, pages.signed_out),
    ]


def safe_path(text: str) -> str:
    """A page of this host to go on to; the home page for whatever could lead elsewhere.

    A browser drops tabs and line breaks from an address and takes a backslash for a slash, so none may be in it.
    """
    safe = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if safe else HOME


def address_of(request: Request) -> str:
    """Where a request came from, as far as attempts are counted (``network``)."""
    return network(request.client.host if request.client else "", request.headers.get("x-forwarded-for", ""))


def network(host: str, forwarded: str = "") -> str:
    """An address as far as it is told apart from others: of IPv6 the network of 64 bits, which one has whole.

    ``host`` is what the server gives. A proxy on this machine is believed who it comes for, the last that its
    ``X-Forwarded-For`` names, for whatever stands before that anybody can write; one on another machine, only if the
    server was told to believe it (FORWARDED_ALLOW_IPS).
    """
    found = _address(host)
    if found is not None and found.is_loopback:
        found = _address(forwarded.rpartition(",")[2].strip()) or found
    if found is None:
        return host
    return str(found if found.version == 4 else ip_network((int(found), 64), strict=False))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """An IP address; one of IPv4 that is written as one of IPv6 is what it is."""
    try:
        found = ip_address(host)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if found.version == 6 else found


def _endpoint(get: Handler | None, post: FormHandler | None) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that answers in a thread, since the store blocks, and with a page whatever goes wrong."""

    async def endpoint(request: Request) -> Response:
        try:
            if request.method == "POST" and post:
                return await run_in_threadpool(post, request, await forms.read(request))
            assert get
            return await run_in_threadpool(get, request)
        except forms.ForgedError as error:
            return page.message(request, 403, "session.forged_title", explain(error, page.language(request)))
        except GongtuError as error:
            if error.key == "signin.link":
                return page.message(request, 410, "session.link_title", explain(error, page.language(request)))
            return page.message(request, 503, "access.out_of_order", reason(error, page.language(request)))

    return endpoint


class _Pages:
    """The handlers, each of a page or of the form on it; they block."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    # Signing in

    def sign_in(self, request: Request, name: str = "", error: GongtuError | None = None) -> Response:
        return self._form(
            request,
            "signin.html",
            error,
            next=safe_path(request.query_params.get("next", "")),
            name=name,
            person=asking(request, self._workspace),
            identity=bool(self._workspace.settings.oidc_roles),
        )

    def signed_in(self, request: Request, form: Form) -> Response:
        name = form.get("name", "")
        try:
            token = self._people.sign_in(name, form.get("password", ""), address=address_of(request), **self._times)
        except GongtuError as error:
            return self.sign_in(request, name, error)
        return self._let_in(request, token, safe_path(request.query_params.get("next", "")))

    def signed_out(self, request: Request, _: Form) -> Response:
        began = self._people.sign_out(request.cookies.get(cookies.SESSION, ""), now=self._workspace.now())
        if began == "identity":  # not a redirect: the provider's page is another site, which forms may not lead to
            answer: Response = page.page(request, "signed_out.html", onwards=IDENTITY_SIGN_OUT)
        else:
            answer = RedirectResponse(page.address(request, HOME), 303, page.HEADERS)
        cookies.drop(request, answer, cookies.SESSION)
        return answer

    # With an identity provider

    def identity(self, request: Request) -> Response:
        onwards = safe_path(request.query_params.get("next", ""))
        if not self._workspace.settings.oidc_roles or not cookies.browser(request.cookies):
            return RedirectResponse(page.address(request, "/signin", next=onwards), 303, page.HEADERS)
        answer = RedirectResponse(page.address(request, IDENTITY_PAGE), 303, page.HEADERS)
        cookies.put(request, answer, cookies.NEXT, quote(onwards, safe=""), lasts_s=COMING_BACK_S)
        return answer

    def ticket(self, request: Request) -> Response:
        browser = cookies.browser(request.cookies)
        token = self._people.use_ticket(request.query_params.get("ticket", ""), browser=browser, **self._times)
        answer = self._let_in(request, token, safe_path(unquote(request.cookies.get(cookies.NEXT, ""))))
        cookies.drop(request, answer, cookies.NEXT)
        return answer

    # One-time links

    def welcome(self, request: Request, name: str = "", error: GongtuError | None = None) -> Response:
        token = request.query_params.get("token", "")
        link = self._people.link(token, self._workspace.now())
        return self._form(
            request, "welcome.html", error, link=link, link_token=token, name=name, least=PASSWORD_AT_LEAST
        )

    def welcomed(self, request: Request, form: Form) -> Response:
        link, name = request.query_params.get("token", ""), form.get("name", "")
        try:
            token = self._people.welcome(link, name, _twice(form), **self._times)
        except GongtuError as error:
            return self.welcome(request, name, error)
        return self._let_in(request, token, page.address(request, HOME))

    # One's own account

    def account(self, request: Request, error: GongtuError | None = None) -> Response:
        person: Person = request.state.person
        done = request.query_params.get("done", "")
        return self._form(
            request,
            "account.html",
            error,
            account=self._people.get(person.id),
            sessions=self._people.sessions(person.id, self._workspace.now()),
            mine=session_id(request.cookies[cookies.SESSION]),
            done=done if done in DONE and not error else "",
            moment=self._moment,
            least=PASSWORD_AT_LEAST,
        )

    def changed(self, request: Request, form: Form) -> Response:
        person: Person = request.state.person
        people, now = self._people, self._workspace.now()
        if form.get("do") == "password":
            try:
                new, where = _twice(form), address_of(request)
                token = people.change_password(person, form.get("old", ""), new, address=where, **self._times)
            except GongtuError as error:
                return self.account(request, error)
            return self._let_in(request, token, page.address(request, "/account", done="password"))
        asked, mine = form.get("session", ""), session_id(request.cookies[cookies.SESSION])
        for session in people.sessions(person.id, now):
            if session.id == asked or (asked == "others" and session.id != mine):
                people.revoke(person.id, now=now, session=session.id)
        return RedirectResponse(page.address(request, "/account", done="revoked"), 303, page.HEADERS)

    # What they share

    @property
    def _people(self) -> People:
        return self._workspace.store.people

    @property
    def _times(self) -> _Times:
        """When a session begins and how long it lasts."""
        return {"now": self._workspace.now(), "hours": self._workspace.settings.session_hours}

    def _let_in(self, request: Request, token: str, where: str) -> Response:
        """The session of this browser is that of ``token`` now, and no other."""
        if before := request.cookies.get(cookies.SESSION):
            self._people.sign_out(before, now=self._workspace.now())
        answer = RedirectResponse(where, 303, page.HEADERS)
        lasts_s = self._workspace.settings.session_hours * 3600
        cookies.put(request, answer, cookies.SESSION, token, lasts_s=lasts_s)
        return answer

    def _form(self, request: Request, template: str, error: GongtuError | None, **values: object) -> Response:
        """A page with a form, and what was wrong with it when it was sent."""
        if error and not error.key.startswith("signin."):
            raise error
        status = {"": 200, "signin.wait": 429, "signin.refused": 401}.get(error.key if error else "", 422)
        words = explain(error, page.language(request)) if error else ""
        answer = page.page(request, template, status, error=words, **values)
        if isinstance(error, ThrottledError):
            answer.headers["Retry-After"] = str(-(-error.wait // timedelta(seconds=1)))
        return answer

    def _moment(self, at: datetime) -> str:
        """A time as the district's clocks have it; UTC, and said so, while the pack that names its zone is broken."""
        try:
            zone = ZoneInfo(self._workspace.pack().description.about["time_zone"])
        except GongtuError:
            return f"{at:%Y-%m-%d %H:%M} UTC"
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


class _Times(TypedDict):
    now: datetime
    hours: int


def _twice(form: Form) -> str:
    """The password that was typed twice; GongtuError where the two differ."""
    if form.get("password", "") != form.get("again", ""):
        raise GongtuError("signin.differ")
    return form.get("password", "")
