"""Who may have which route: every one of them, with every role."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp
from starlette.websockets import WebSocketDisconnect

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient


from geo.people import NOBODY, ROLES, Person, Role
from geo.settings import read_settings
from geo.web import cookies, forms
from geo.web.access import COOKIE, GuardUploads, Needs, oidc_role, who
from geo.web.routes import routes
from geo.workspace import Workspace

if TYPE_CHECKING:
    from clock import Clock

BROWSER = "b" * 43
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"accept": "application/json"}

ROUTES: dict[tuple[str, str], tuple[Role, str, int]] = {
    ("GET", "/healthz"): ("public", "/healthz", 200),
    ("GET", "/api/openapi.json"): ("public", "/api/openapi.json", 200),
    ("GET", "/api/docs"): ("public", "/api/docs", 200),
    ("GET", "/api/docs/oauth2-redirect"): ("public", "/api/docs/oauth2-redirect", 200),
    ("*", "/api/static-offline-docs"): ("public", "/api/static-offline-docs/swagger-ui.css", 200),
    ("GET", "/api/v1/regions"): ("public", "/api/v1/regions", 200),
    ("GET", "/api/v1/positions"): ("public", "/api/v1/positions", 200),
    ("GET", "/api/v1/facilities"): ("public", "/api/v1/facilities", 200),
    ("GET", "/api/v1/coverage"): ("public", "/api/v1/coverage", 200),
    ("GET", "/api/v1/nearest"): ("public", "/api/v1/nearest?lon=116.3&lat=39.7", 200),
    ("POST", "/api/v1/reports"): ("public", "/api/v1/reports", 415),
    ("GET", "/api/v1/search"): ("public", "/api/v1/search?q=x", 200),
    ("GET", "/api/v1/me"): ("public", "/api/v1/me", 200),
    ("GET", "/api/v1/campaigns"): ("staff", "/api/v1/campaigns", 200),
    ("GET", "/api/v1/campaigns/{id}/assignment"): ("staff", "/api/v1/campaigns/2025/assignment", 404),
    ("GET", "/api/v1/campaigns/{id}/visits"): ("staff", "/api/v1/campaigns/2025/visits", 200),
    ("GET", "/api/v1/campaigns/{id}/visits.ics"): ("staff", "/api/v1/campaigns/2025/visits.ics", 200),
    ("GET", "/api/v1/enterprises"): ("staff", "/api/v1/enterprises", 200),
    ("GET", "/api/v1/enterprises/{id}"): ("staff", "/api/v1/enterprises/E1", 200),
    ("POST", "/api/v1/enterprises/{id}/moves"): ("staff", "/api/v1/enterprises/E1/moves", 415),
    ("GET", "/api/v1/entries"): ("staff", "/api/v1/entries", 200),
    ("POST", "/api/v1/entries"): ("staff", "/api/v1/entries", 415),
    ("GET", "/api/v1/entries/{id}"): ("staff", "/api/v1/entries/nothing", 404),
    ("POST", "/api/v1/entries/{id}"): ("staff", "/api/v1/entries/nothing", 415),
    ("POST", "/api/v1/entries/{id}/steps"): ("staff", "/api/v1/entries/nothing/steps", 415),
    ("GET", "/api/v1/entries/{id}/caller"): ("staff", "/api/v1/entries/nothing/caller", 403),
    ("GET", "/calendar/{token}.ics"): ("public", "/calendar/wrong.ics", 404),
    ("*", "/api"): ("public", "/api/nothing", 404),
    ("GET", "/m"): ("public", "/m", 200),
    ("GET", "/m/report"): ("public", "/m/report", 303),
    ("POST", "/m/report"): ("public", "/m/report", 422),
    ("GET", "/m/ledger"): ("staff", "/m/ledger", 200),
    ("POST", "/m/ledger"): ("staff", "/m/ledger", 422),
    ("GET", "/m/ledger/{id:path}"): ("staff", "/m/ledger/nothing", 404),
    ("POST", "/m/ledger/{id:path}"): ("staff", "/m/ledger/nothing", 404),
    ("GET", "/ledger/photo/{id}.jpg"): ("staff", "/ledger/photo/nothing.jpg", 404),
    ("GET", "/export/enterprises.{format}"): ("staff", "/export/enterprises.csv", 200),
    ("GET", "/export/access.{format}"): ("staff", "/export/access.csv", 200),
    ("GET", "/export/assignment.{format}"): ("staff", "/export/assignment.csv?campaign=2025", 404),
    ("GET", "/export/ledger.{format}"): ("staff", "/export/ledger.csv", 200),
    ("GET", "/export/{name}.{format}"): ("public", "/export/facilities.csv", 200),
    ("GET", "/poster/{noun}/{id}.pdf"): ("public", "/poster/station/F1.pdf", 200),
    ("GET", "/report/{what}.{format}"): ("public", "/report/coverage.xlsx", 200),
    ("GET", "/report/assignment/{campaign}.{format}"): ("staff", "/report/assignment/2025.pdf", 404),
    ("GET", "/report/brief/{campaign}.{format}"): ("leader", "/report/brief/nobody.pdf", 404),
    ("GET", "/report/progress/{campaign}.{format}"): ("leader", "/report/progress/nobody.xlsx", 404),
    ("GET", "/report/scenario/{id}.{format}"): ("public", "/report/scenario/nobody.xlsx", 404),
    ("GET", "/signin"): ("public", "/signin", 200),
    ("POST", "/signin"): ("public", "/signin", 401),
    ("GET", "/signin/identity"): ("public", "/signin/identity", 303),
    ("GET", "/session"): ("public", "/session?ticket=x", 410),
    ("GET", "/welcome"): ("public", "/welcome?token=x", 410),
    ("POST", "/welcome"): ("public", "/welcome?token=x", 410),
    ("GET", "/account"): ("staff", "/account", 200),
    ("POST", "/account"): ("staff", "/account", 303),
    ("POST", "/signout"): ("public", "/signout", 303),
    ("*", "/assets/leaflet"): ("public", "/assets/leaflet/leaflet.js", 200),
    ("*", "/assets/map"): ("public", "/assets/map/map.css", 200),
    ("*", "/assets/web"): ("public", "/assets/web/page.css", 200),
}
"""Method and path → the role that it asks for, an address there, what is answered to those who may have it."""


def walk(found: Iterable[BaseRoute], before: str = "") -> Iterator[tuple[str, BaseRoute]]:
    """Every route and mount with its whole path, those inside mounts too."""
    for route in found:
        assert isinstance(route, Route | Mount), f"{route}: no kind of route that is walked here"
        yield before + route.path, route
        if isinstance(route, Mount):
            yield from walk(route.routes, before + route.path)


def declared(route: BaseRoute) -> Role | None:
    """The role that a route asks for; None where it does not say."""
    if isinstance(route, APIRoute):
        for dependency in route.dependant.dependencies:
            if isinstance(dependency.call, Needs):
                return dependency.call.role
    app = getattr(route, "app", None)
    while app is not None and not hasattr(app, "role"):
        app = getattr(app, "app", None)
    return getattr(app, "role", None)


@pytest.fixture
def sessions(workspace: Workspace) -> Mapping[Role, str]:
    """The token of a session for each role; an account has no password here, which would take its time."""
    people, now = workspace.store.people, workspace.now()
    users = {role: people.add(f"某{role}", role, by="test", at=now) for role in ROLES[1:]}
    return {role: people.open_session(user, via="link", now=now, hours=12) for role, user in users.items()}


def client(app: ASGIApp, token: str = "") -> TestClient:
    carried = {cookies.BROWSER: BROWSER} | ({COOKIE: token} if token else {})
    return TestClient(app, cookies=carried, follow_redirects=False)


# Every route


def test_every_route_declares_a_role_and_is_tried_below(workspace: Workspace) -> None:
    found = {}
    for path, route in walk(routes(workspace)):
        for method in {"*"} if isinstance(route, Mount) else set(route.methods or {"*"}) - {"HEAD"}:
            assert (method, path) not in found, "two routes of one path"
            found[method, path] = declared(route)
    assert found == {key: role for key, (role, _, _) in ROUTES.items()}


def test_a_route_that_declares_nothing_is_noticed() -> None:
    def endpoint(request: Request) -> Response:
        return Response()

    bare = Route("/x", endpoint)
    assert [declared(route) for _, route in walk([bare, Mount("/y", routes=[bare])])] == [None] * 3


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_from_each_route_what_it_should(
    workspace: Workspace, sessions: Mapping[Role, str], role: Role
) -> None:
    app, token = Starlette(routes=routes(workspace)), sessions.get(role, "")
    form = {forms.FIELD: forms.token(BROWSER, token)}
    expected, got = {}, {}
    for (method, path), (needed, url, status) in ROUTES.items():
        asked = "GET" if method == "*" else method
        answer = client(app, token).request(asked, url, headers=JSON, data=form if asked == "POST" else None)
        may = ROLES.index(role) >= ROLES.index(needed)
        expected[method, path] = status if may else 403 if token else 401
        got[method, path] = answer.status_code
    assert got == expected


def test_what_asks_for_a_role_is_kept_by_no_cache(workspace: Workspace, sessions: Mapping[Role, str]) -> None:
    app = Starlette(routes=routes(workspace))
    asked = [path for (method, path), (role, _, _) in ROUTES.items() if role != "public" and method != "POST"]
    paths = {path.replace("{format}", "csv") for path in asked}
    for token in ("", sessions["admin"]):
        got = {path: client(app, token).get(path).headers["cache-control"] for path in paths}
        assert got == dict.fromkeys(paths, "no-store")


# One guarded route


@pytest.fixture
def guarded(workspace: Workspace) -> Starlette:
    """``/leaders`` and what is mounted under ``/mounted`` ask for a leader."""

    def hello(request: Request) -> Response:
        return PlainTextResponse(request.state.person.name, headers={"Cache-Control": "private"})

    needs = [Needs("leader", workspace)]
    inside = Starlette(routes=[Route("/leaders", hello)])
    return Starlette(routes=[Route("/leaders", hello, middleware=needs), Mount("/mounted", inside, middleware=needs)])


@pytest.mark.parametrize("where", ["/leaders", "/mounted/leaders", "/mounted/nothing"])
def test_a_browser_without_a_session_goes_to_sign_in_and_comes_back(guarded: Starlette, where: str) -> None:
    answer = client(guarded).get(f"{where}?a=1&lang=en", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/signin?next={where.replace('/', '%2F')}%3Fa%3D1%26lang%3Den&lang=en"


def test_a_form_sent_after_the_session_ended_gets_words(workspace: Workspace) -> None:
    answer = client(Starlette(routes=routes(workspace))).post("/account", headers=HTML)
    assert (answer.status_code, "须登录" in answer.text, "/signin" in answer.text) == (401, True, True)


def test_a_browser_with_too_low_a_role_gets_words(guarded: Starlette, sessions: Mapping[Role, str]) -> None:
    answer = client(guarded, sessions["staff"]).get("/leaders", headers=HTML)
    assert (answer.status_code, answer.headers["x-frame-options"]) == (403, "DENY")
    assert "某staff，这里要求的角色是领导或以上。" in answer.text
    answer = client(guarded, sessions["staff"]).get("/leaders?lang=en", headers=HTML)
    assert "某staff, this asks for the role" in answer.text


def test_a_program_gets_json(guarded: Starlette, sessions: Mapping[Role, str]) -> None:
    for token, status in (("", 401), (sessions["staff"], 403)):
        for answer in (client(guarded, token).get("/leaders", headers=JSON), client(guarded, token).get("/leaders")):
            assert (answer.status_code, list(answer.json())) == (status, ["detail"])


def test_who_may_gets_it_and_is_known_there(guarded: Starlette, sessions: Mapping[Role, str]) -> None:
    for role in ("leader", "admin"):
        for where in ("/leaders", "/mounted/leaders"):
            answer = client(guarded, sessions[role]).get(where, headers=HTML)
            assert (answer.text, answer.headers["cache-control"]) == (f"某{role}", "private")


@pytest.mark.parametrize("token", ["x", "0" * 64, "'", "\x7f", "x" * 4000])
def test_any_other_cookie_is_nobody(guarded: Starlette, sessions: Mapping[Role, str], token: str) -> None:
    assert client(guarded, token).get("/leaders", headers=JSON).status_code == 401


def test_a_hash_from_the_database_opens_nothing(
    guarded: Starlette, workspace: Workspace, sessions: Mapping[Role, str]
) -> None:
    with workspace.store.engine.connect() as connection:
        hashes = connection.exec_driver_sql("SELECT token_hash FROM sessions").scalars().all()
    assert len(hashes) == 3
    assert {client(guarded, token).get("/leaders", headers=JSON).status_code for token in hashes} == {401}


def test_what_ends_a_session_ends_it_here_at_once(
    guarded: Starlette, workspace: Workspace, clock: Clock, sessions: Mapping[Role, str]
) -> None:
    people, now = workspace.store.people, workspace.now()
    leader = people.find("某leader").id

    def status() -> int:
        return client(guarded, sessions["leader"]).get("/leaders", headers=JSON).status_code

    assert status() == 200
    people.set_role(leader, "staff", by="x", at=now)
    assert status() == 403
    people.set_role(leader, "leader", by="x", at=now)
    clock.pass_by(hours=11, minutes=59, seconds=59)
    assert status() == 200
    clock.pass_by(seconds=1)
    assert status() == 401
    assert client(guarded, people.open_session(leader, via="link", now=clock.now, hours=1)).get("/leaders").is_success
    people.disable(leader, "调离", by="x", now=now)
    assert status() == 401


def test_a_route_of_fastapi_is_guarded_by_a_dependency(workspace: Workspace, sessions: Mapping[Role, str]) -> None:
    app, needs = FastAPI(), Needs("leader", workspace)

    @app.get("/x", dependencies=[Depends(needs)])
    def hello(number: int) -> str:
        return "hello"

    assert declared(app.routes[-1]) == "leader"
    got = {role: client(app, sessions.get(role, "")).get("/x?number=1").status_code for role in ROLES}
    assert got == {"public": 401, "staff": 403, "leader": 200, "admin": 200}
    assert client(app).get("/x?number=no").status_code == 401, "who may not ask is not told how to"


def test_a_websocket_is_guarded_too(workspace: Workspace, sessions: Mapping[Role, str]) -> None:
    async def greet(scope: object, receive: object, send: object) -> None:
        await send({"type": "websocket.accept"})  # type: ignore[operator]
        await send({"type": "websocket.close"})  # type: ignore[operator]

    app = Starlette(routes=[Mount("/talk", greet, middleware=[Needs("staff", workspace)])])
    with client(app, sessions["staff"]).websocket_connect("/talk/"):
        pass
    with pytest.raises(WebSocketDisconnect) as caught, client(app).websocket_connect("/talk/"):
        pass
    assert caught.value.code == 1008


def test_a_store_out_of_reach_lets_nobody_in_and_says_so(tmp_path: object) -> None:
    broken = Workspace(read_settings({"GONGTU_DATABASE_URL": "sqlite:////proc/nowhere/store.sqlite"}))

    def hello(_: Request) -> Response:
        return PlainTextResponse("hello")

    app = Starlette(routes=[Route("/x", hello, middleware=[Needs("staff", broken)])])
    answer = client(app, "token").get("/x", headers=HTML)
    assert (answer.status_code, "暂时不能用" in answer.text, "nowhere" in answer.text) == (503, True, False)
    assert client(app).get("/x", headers=JSON).status_code == 401, "without a cookie the store is not asked"


# Files sent to Streamlit


async def _streamlit(scope: object, receive: object, send: object) -> None:
    await PlainTextResponse("taken")(scope, receive, send)  # type: ignore[arg-type]


def test_only_those_signed_in_send_files(workspace: Workspace, sessions: Mapping[Role, str]) -> None:
    expected, got = {}, {}
    for role, before in product(ROLES, ("", "/base", "//base")):
        browser = client(GuardUploads(_streamlit, workspace), sessions.get(role, ""))
        url = f"http://testserver{before}/_stcore/upload_file/session/file"
        for method in ("PUT", "POST", "DELETE", "GET", "PATCH"):
            expected[role, before, method] = 401 if role == "public" else 200
            got[role, before, method] = browser.request(method, url, headers=JSON).status_code
    assert got == expected


def test_everything_else_goes_on_to_streamlit(workspace: Workspace) -> None:
    browser = client(GuardUploads(_streamlit, workspace))
    for method, path in (("OPTIONS", "/_stcore/upload_file/a/b"), ("GET", "/_stcore/health"), ("POST", "/")):
        assert browser.request(method, path).text == "taken"


# Who, and with what role


def test_without_a_cookie_it_is_nobody(workspace: Workspace) -> None:
    assert who({}, workspace.store.people, workspace.now()) == NOBODY
    assert who({COOKIE: ""}, workspace.store.people, workspace.now()) == NOBODY


def test_the_cookie_says_who(workspace: Workspace, sessions: Mapping[Role, str]) -> None:
    person = who({COOKIE: sessions["staff"]}, workspace.store.people, workspace.now())
    assert person == Person(workspace.store.people.find("某staff").id, "某staff", "staff")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"email": "boss@x.cn"}, "admin"),
        ({"email": "BOSS@X.CN"}, "admin"),
        ({"email": "both@x.cn"}, "admin"),
        ({"email": "li@x.cn", "email_verified": True}, "leader"),
        ({"email": "li@x.cn", "email_verified": "true"}, "leader"),
        ({"email": "li@x.cn", "email_verified": False}, None),
        ({"email": "li@x.cn", "email_verified": "false"}, None),
        ({"email": "li@x.cn.evil.example"}, None),
        ({"email": "who@x.cn"}, None),
        ({"email": ""}, None),
        ({"email": None}, None),
        ({"email": ["who@x.cn", "li@x.cn"]}, "leader"),
        ({"groups": ["boss@x.cn"]}, None),
        ({}, None),
    ],
)
def test_a_role_by_verified_address(claims: dict[str, object], role: Role | None) -> None:
    settings = read_settings({"GONGTU_OIDC_ROLES": "leader=Li@x.cn,both@x.cn;admin=boss@x.cn,both@x.cn"})
    assert oidc_role(claims, settings) == role


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["it", "领导组"]}, "leader"),
        ({"groups": "领导组"}, "leader"),
        ({"groups": ["领导组", "admins"]}, "admin"),
        ({"groups": ["Admins"]}, "staff"),
        ({"groups": [7]}, "leader"),
        ({"groups": []}, "staff"),
        ({}, "staff"),
    ],
)
def test_a_role_by_group_and_one_for_everybody(claims: dict[str, object], role: Role) -> None:
    said = {"GONGTU_OIDC_CLAIM": "groups", "GONGTU_OIDC_ROLES": "staff=*;leader=领导组,7;admin=admins"}
    assert oidc_role(claims, read_settings(said)) == role


def test_without_a_list_nobody_has_a_role() -> None:
    assert oidc_role({"email": "boss@x.cn"}, read_settings({})) is None


def test_documents_of_download_buttons_are_for_those_signed_in(
    workspace: Workspace, sessions: Mapping[Role, str]
) -> None:
    paths = ("/media/0a1b.csv", "/media/0A1B.XLSX", "/base/media/0a1b")
    roles: dict[Role, int] = {"public": 401, "staff": 200, "admin": 200}
    for role, status in roles.items():
        browser = client(GuardUploads(_streamlit, workspace), sessions.get(role, ""))
        got = {path: browser.get(path, headers=JSON).status_code for path in paths}
        assert got == dict.fromkeys(paths, status), role


def test_pictures_and_fonts_are_for_everybody(workspace: Workspace) -> None:
    paths = ("/media/0a1b.svg", "/static/media/MaterialSymbols.woff2", "/base/static/media/a.woff2")
    browser = client(GuardUploads(_streamlit, workspace))
    assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
