"""Signing in and out in a browser: cookies, forms of our own only, links, one's account, words in both languages."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from argon2 import PasswordHasher
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from httpx import Response
    from starlette.testclient import TestClient

from geo.i18n import translate
from geo.settings import Settings, read_settings
from geo.storage.people import People
from geo.web import cookies, forms
from geo.web.access import COOKIE
from geo.web.routes import routes
from geo.web.session import address_of, network, safe_path
from geo.workspace import Workspace

if TYPE_CHECKING:
    from clock import Clock

SECRET, OTHER = "correct horse battery", "staple 订书机 1234"
WRONG = "名字或密码不对，或者账号已停用。"
CLAIMS = {"iss": "https://id.example", "sub": "7", "name": "王五", "exp": 4_000_000_000}


def quick(workspace: Workspace) -> Workspace:
    """The workspace with hashes that take no time."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    workspace.store.people = People(workspace.store.engine, hasher)
    return workspace


@pytest.fixture
def desk(workspace: Workspace) -> Workspace:
    """A workspace with one of the staff, 小王, whose password is ``SECRET``."""
    quick(workspace).store.people.add("小王", "staff", by="test", at=workspace.now(), password=SECRET)
    return workspace


@pytest.fixture
def organised(tiny_settings: Settings, tiny: object, tmp_path: object, clock: Clock) -> Iterator[Workspace]:
    """A workspace of an organisation with an identity provider."""
    said = {"GONGTU_PACK": str(tiny), "GONGTU_VAR": f"{tmp_path}/var", "GONGTU_OIDC_ROLES": "staff=*"}
    made = quick(Workspace(read_settings(said), clock=clock))
    yield made
    made.store.close()


def browse(workspace: Workspace, base_url: str = "http://testserver", **how: object) -> TestClient:
    """A browser of its own."""
    return TestClient(Starlette(routes=routes(workspace)), base_url, follow_redirects=False, **how)  # type: ignore[arg-type]


def field(answer: Response) -> str:
    """The token of the forms on a page."""
    (found,) = set(re.findall(rf'name="{forms.FIELD}" value="([0-9a-f]+)"', answer.text))
    return found


def fill(browser: TestClient, path: str, headers: dict[str, str] | None = None, **fields: str) -> Response:
    """Opens the page at ``path`` and sends a form on it."""
    return browser.post(path, data={forms.FIELD: field(browser.get(path)), **fields}, headers=headers)


def sign_in(browser: TestClient, path: str = "/signin", name: str = "小王", password: str = SECRET) -> Response:
    return fill(browser, path, name=name, password=password)


def me(browser: TestClient) -> str | None:
    return browser.get("/api/v1/me").json()["name"]


def set_by(answer: Response, name: str) -> dict[str, object]:
    """The attributes of a cookie that an answer sets, without those that are empty."""
    for header in answer.headers.get_list("set-cookie"):
        morsel = SimpleCookie(header).get(name)
        if morsel:
            return {"value": morsel.value} | {key: value for key, value in morsel.items() if value}
    return {}


def alert(answer: Response) -> str:
    """What a page says was wrong."""
    found = re.search(r'role="alert">([^<]+)<', answer.text)
    return html.unescape(found[1]) if found else ""


# Signing in


def test_signing_in_goes_on_to_where_one_was_going(desk: Workspace) -> None:
    browser = browse(desk)
    answer = sign_in(browser, "/signin?next=/records%3Fregion%3D1%26lang%3Den")
    assert (answer.status_code, answer.headers["location"]) == (303, "/records?region=1&lang=en")
    assert me(browser) == "小王"
    assert "小王（工作人员）" in browser.get("/signin").text


def test_the_cookie_is_for_this_app_only_and_as_long_as_the_session(desk: Workspace) -> None:
    said = set_by(sign_in(browse(desk)), COOKIE)
    token = said.pop("value")
    assert isinstance(token, str)
    assert len(token) >= 43
    assert said == {"httponly": True, "max-age": "43200", "path": "/", "samesite": "lax"}


@pytest.mark.parametrize(
    ("base_url", "forwarded", "secure"),
    [
        ("http://testserver", None, False),
        ("https://testserver", None, True),
        ("http://testserver", "https", True),
        ("http://testserver", "HTTPS, http", True),
        ("http://testserver", "http, https", False),
        ("https://testserver", "http", True),
    ],
)
def test_the_cookies_are_secure_where_the_browser_speaks_https(
    desk: Workspace, base_url: str, forwarded: str | None, secure: bool
) -> None:
    browser = browse(desk, base_url, headers={"x-forwarded-proto": forwarded} if forwarded else {})
    page = browser.get("/signin")
    browser.cookies.set(cookies.BROWSER, str(set_by(page, cookies.BROWSER)["value"]))  # as over HTTPS
    answer = browser.post("/signin", data={forms.FIELD: field(page), "name": "小王", "password": SECRET})
    for given_, name in ((page, cookies.BROWSER), (answer, COOKIE)):
        assert set_by(given_, name).get("secure", False) is secure


def test_the_cookie_of_forms_is_strict_and_goes_with_the_browser(desk: Workspace) -> None:
    browser = browse(desk)
    said = set_by(browser.get("/signin"), cookies.BROWSER)
    assert len(str(said.pop("value"))) == 43
    assert said == {"httponly": True, "path": "/", "samesite": "strict"}
    assert set_by(browser.get("/signin"), cookies.BROWSER) == {}, "one a browser"


def test_wrong_in_any_way_is_told_alike(desk: Workspace) -> None:
    people, now = desk.store.people, desk.now()
    people.disable(people.add("停用", "staff", by="x", at=now, password=SECRET), "离职", by="x", now=now)
    people.add("未设", "staff", by="x", at=now)
    for name, password in (("小王", OTHER), ("小李", SECRET), ("停用", SECRET), ("未设", ""), ("", "")):
        browser = browse(desk)
        answer = sign_in(browser, name=name, password=password)
        assert (answer.status_code, alert(answer), set_by(answer, COOKIE)) == (401, WRONG, {})
        assert f'value="{name}"' in answer.text
        assert not password or password not in answer.text
        assert me(browser) is None


def test_what_was_typed_comes_back_as_text_only(desk: Workspace) -> None:
    attack = '"><script>alert(1)</script>'
    answer = sign_in(browse(desk), f"/signin?next=/x{attack}&lang={attack}", name=attack)
    assert "<script" not in answer.text
    assert html.escape(attack, quote=True).replace("&quot;", "&#34;") in answer.text


def test_a_planted_session_is_not_taken_over(desk: Workspace) -> None:
    people = desk.store.people
    attacker = people.open_session(
        people.add("坏人", "staff", by="x", at=desk.now()), via="link", now=desk.now(), hours=1
    )
    browser = browse(desk)
    browser.cookies.set(COOKIE, attacker, domain="testserver.local")
    sign_in(browser)
    assert browser.cookies[COOKIE] != attacker
    assert me(browser) == "小王"
    assert people.who(attacker, desk.now()).id == "", "and the session that was here before has ended"


def test_signing_in_twice_leaves_one_session_in_one_browser_and_two_in_two(desk: Workspace) -> None:
    people, here, there = desk.store.people, browse(desk), browse(desk)
    for browser in (here, here, there):
        sign_in(browser)
    assert len(people.sessions(people.find("小王").id, desk.now())) == 2


def test_a_session_outlives_the_process(desk: Workspace, clock: Clock) -> None:
    browser = browse(desk)
    sign_in(browser)
    restarted = Workspace(desk.settings, clock=clock)
    again = browse(restarted)
    again.cookies.set(COOKIE, browser.cookies[COOKIE])
    assert me(again) == "小王"
    clock.pass_by(hours=12)
    assert me(again) is None
    restarted.store.close()


def test_too_many_failures_are_told_with_the_wait(desk: Workspace, clock: Clock) -> None:
    browser = browse(desk)
    for i in range(5):
        spoofed = {"x-forwarded-for": f"203.0.113.{i}"}
        assert fill(browser, "/signin", spoofed, name="小王", password="wrong").status_code == 401
    clock.pass_by(seconds=30)
    answer = sign_in(browse(desk))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "870")
    assert alert(answer) == "失败次数太多，请 15 分钟后再试。"
    assert "in 15 minute(s)" in alert(sign_in(browse(desk), "/signin?lang=en"))
    clock.pass_by(seconds=870)
    assert sign_in(browse(desk)).status_code == 303


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("::ffff:192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::1", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("unix", 1), "unix"),
        (None, ""),
    ],
)
def test_where_an_attempt_comes_from(client: tuple[str, int] | None, address: str) -> None:
    assert address_of(Request({"type": "http", "client": client, "headers": []})) == address


@pytest.mark.parametrize("proxy", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7", "203.0.113.7"),  # what stands before the last anybody can write
        ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_a_proxy_on_this_machine_is_believed(proxy: str, forwarded: str, address: str) -> None:
    assert network(proxy, forwarded) == (address or network(proxy))


def test_nobody_else_says_where_they_come_from() -> None:
    assert network("198.51.100.1", "203.0.113.7") == "198.51.100.1"


# Where to go on to

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "evil.example",
    " /x",
    "/x\r\nSet-Cookie: a=b",
    "/x\\..\\y",
    "/\u2028/x",
    "",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_an_address_that_leads_elsewhere_leads_home(desk: Workspace, path: str) -> None:
    assert safe_path(path) == "/"
    browser = browse(desk)
    page = browser.get("/signin", params={"next": path})
    asked = {forms.FIELD: field(page), "name": "小王", "password": SECRET}
    assert browser.post("/signin", params={"next": path}, data=asked).headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/records?a=1&b=/c#d", "/x//y", "/%2f%2fevil.example", "/镇?名=甲"])
def test_an_address_of_this_host_is_kept(path: str) -> None:
    assert safe_path(path) == path


@given(st.text(alphabet=st.sampled_from("/\\.:@?#%ab\t\n ")))
@example("/./\\/a")
def test_no_address_leaves_this_host(path: str) -> None:
    reached = urlsplit(urljoin("https://here.example/signin", safe_path(path).replace("\\", "/")))
    assert (reached.scheme, reached.netloc) == ("https", "here.example")


# Forms of other sites


Spoil = Callable[[TestClient, dict[str, str]], dict[str, str]]


def without_field(_: TestClient, form: dict[str, str]) -> dict[str, str]:
    form.pop(forms.FIELD)
    return {}


def with_field_of_another_browser(browser: TestClient, form: dict[str, str]) -> dict[str, str]:
    form[forms.FIELD] = forms.token("a" * 43, browser.cookies.get(COOKIE) or "")
    return {}


def without_cookie(browser: TestClient, _: dict[str, str]) -> dict[str, str]:
    browser.cookies.delete(cookies.BROWSER)
    return {}


def with_cookie_and_field_of_the_attacker(browser: TestClient, form: dict[str, str]) -> dict[str, str]:
    browser.cookies.delete(cookies.BROWSER)
    browser.cookies.set(cookies.BROWSER, "a" * 43)
    form[forms.FIELD] = forms.token("a" * 43, "")
    return {}


def saying(**headers: str) -> Spoil:
    return lambda browser, form: {name.replace("_", "-"): value for name, value in headers.items()}


FOREIGN: list[Spoil] = [
    without_field,
    with_field_of_another_browser,
    without_cookie,
    with_cookie_and_field_of_the_attacker,
    saying(origin="https://evil.example"),
    saying(origin="http://testserver.evil.example"),
    saying(origin="http://testserver:8080"),
    saying(origin="null"),
    saying(origin="http://[::1"),
    saying(referer="https://evil.example/testserver"),
    saying(sec_fetch_site="cross-site"),
    saying(sec_fetch_site="same-site", origin="http://testserver"),
    saying(sec_fetch_site="cross-site", origin="http://testserver"),
]


@pytest.mark.parametrize("spoil", FOREIGN)
def test_a_form_of_another_site_does_nothing(desk: Workspace, spoil: Spoil) -> None:
    browser = browse(desk)
    sign_in(browser)
    for path, fields in (("/account", {"session": "others"}), ("/signout", {})):
        form = {forms.FIELD: field(browser.get("/account")), **fields}
        answer = browser.post(path, data=form, headers=spoil(browser, form))
        assert answer.status_code == 403
        assert translate("session.forged", "zh") in answer.text
        assert set_by(answer, COOKIE) == {}
        assert me(browser) == "小王"


@pytest.mark.parametrize("spoil", [*FOREIGN[:3], *FOREIGN[4:]])
def test_another_site_signs_nobody_in(desk: Workspace, spoil: Spoil) -> None:
    browser = browse(desk)
    form = {forms.FIELD: field(browser.get("/signin")), "name": "小王", "password": SECRET}
    answer = browser.post("/signin", data=form, headers=spoil(browser, form))
    assert (answer.status_code, me(browser)) == (403, None)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://testserver"},
        {"origin": "HTTP://TESTSERVER"},
        {"referer": "http://testserver/signin?next=/"},
        {"origin": "http://testserver", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "https://testserver:8443", "sec-fetch-site": "same-origin"},
    ],
)
def test_a_form_of_ours_is_taken(desk: Workspace, headers: dict[str, str]) -> None:
    assert fill(browse(desk), "/signin", headers, name="小王", password=SECRET).status_code == 303


def test_a_form_from_before_somebody_signed_in_is_out_of_date(desk: Workspace) -> None:
    browser = browse(desk)
    old = field(browser.get("/signin"))
    sign_in(browser)
    assert browser.post("/signout", data={forms.FIELD: old}).status_code == 403
    assert browser.post("/signout", data={forms.FIELD: field(browser.get("/account"))}).status_code == 303


def test_what_is_no_form_is_refused(desk: Workspace) -> None:
    browser = browse(desk)
    token = field(browser.get("/signin"))
    assert browser.post("/signin", json={forms.FIELD: token}).status_code == 403
    assert browser.post("/signin", files={forms.FIELD: token.encode()}).status_code == 403
    assert browser.post("/signin", data={forms.FIELD: token, **{f"a{i}": "" for i in range(20)}}).status_code == 403
    assert browser.post("/signin", data={forms.FIELD: token, "name": "x" * forms.BYTES_AT_MOST}).status_code == 413
    assert browser.post("/signin", content=b"\xff\xfe%ff", headers={"content-type": "x"}).status_code == 403


# One-time links


def test_the_first_administrator_comes_in_by_a_link(desk: Workspace) -> None:
    token, browser = desk.store.people.first_admin_link(desk.now()), browse(desk)
    path = f"/welcome?token={token}"
    for _ in range(2):  # looking at it does not use it up
        assert "第一位管理员" in browser.get(path).text
    answer = fill(browser, path, name="甲", password=SECRET, again=SECRET)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/api/v1/me").json()["role"] == "admin"
    assert browse(desk).get(path).status_code == 410
    assert translate("signin.link", "en") in browse(desk).get(f"{path}&lang=en").text


def test_an_invitation_asks_for_a_password_only(desk: Workspace) -> None:
    people = desk.store.people
    token = people.invite(people.add("小<b>李", "leader", by="x", at=desk.now()), desk.now())
    browser = browse(desk)
    page = browser.get(f"/welcome?token={token}")
    assert "小&lt;b&gt;李" in page.text
    assert 'name="name"' not in page.text
    fill(browser, f"/welcome?token={token}&lang=en", password=SECRET, again=SECRET, name="小王")
    assert me(browser) == "小<b>李"


@pytest.mark.parametrize(
    ("fields", "key", "values"),
    [
        ({"name": "甲", "password": SECRET, "again": OTHER}, "signin.differ", {}),
        ({"name": "甲", "password": SECRET}, "signin.differ", {}),
        ({"name": "甲", "password": "short", "again": "short"}, "signin.password_length", {"least": 10, "most": 200}),
        ({"name": "小王", "password": SECRET, "again": SECRET}, "signin.name_taken", {"name": "小王"}),
        ({"password": SECRET, "again": SECRET}, "signin.name", {"most": 40}),
    ],
)
def test_what_is_wrong_is_said_and_the_link_still_holds(
    desk: Workspace, fields: dict[str, str], key: str, values: dict[str, object]
) -> None:
    path = f"/welcome?token={desk.store.people.first_admin_link(desk.now())}"
    browser = browse(desk)
    answer = fill(browser, path, **fields)
    assert (answer.status_code, alert(answer)) == (422, translate(key, "zh", **values))
    assert SECRET not in answer.text
    assert fill(browser, path, name="甲", password=SECRET, again=SECRET).status_code == 303


def test_a_link_opened_a_day_late_is_said_to_be(desk: Workspace, clock: Clock) -> None:
    path = f"/welcome?token={desk.store.people.first_admin_link(desk.now())}"
    browser = browse(desk)
    form = {forms.FIELD: field(browser.get(path)), "name": "甲", "password": SECRET, "again": SECRET}
    clock.pass_by(hours=24)
    answer = browser.post(path, data=form)
    assert (answer.status_code, translate("signin.link", "zh") in answer.text) == (410, True)


# One's own account


def test_the_account_shows_who_one_is_and_where_one_is_signed_in(desk: Workspace, clock: Clock) -> None:
    here, there = browse(desk), browse(desk)
    sign_in(there)
    clock.pass_by(minutes=5)
    sign_in(here)
    page = here.get("/account").text
    assert "<h1>小王</h1>" in page
    assert "角色：工作人员" in page
    assert page.index("2025-10-20 12:05 登录") < page.index("2025-10-20 12:00 登录"), "as clocks in Beijing have it"
    assert page.count("就是这里") == 1
    assert "<h1>小王</h1>" in here.get("/account?lang=en").text


def test_one_other_session_is_ended_or_all_others(desk: Workspace) -> None:
    here, *others = (browse(desk) for _ in range(4))
    for browser in (*others, here):
        sign_in(browser)
    ends = re.findall(r'name="session" value="([0-9a-f]{16})"', here.get("/account").text)
    assert len(ends) == 3, "not the session here"
    assert fill(here, "/account", session=ends[0]).headers["location"] == "/account?done=revoked"
    assert "已结束。" in here.get("/account?done=revoked").text
    assert sorted(map(me, others), key=str) == [None, "小王", "小王"]
    fill(here, "/account", session="others")
    assert [me(browser) for browser in (here, *others)] == ["小王", None, None, None]


@pytest.mark.parametrize("session", ["", "x", "%", "0" * 16, "'"])
def test_no_other_word_ends_a_session(desk: Workspace, session: str) -> None:
    here, there = browse(desk), browse(desk)
    sign_in(here)
    sign_in(there)
    fill(here, "/account", session=session)
    assert (me(here), me(there)) == ("小王", "小王")


def test_nobody_ends_anothers_session(desk: Workspace) -> None:
    people = desk.store.people
    other = people.add("小李", "staff", by="x", at=desk.now())
    people.open_session(other, via="link", now=desk.now(), hours=1)
    here = browse(desk)
    sign_in(here)
    fill(here, "/account", session=people.sessions(other, desk.now())[0].id)
    assert len(people.sessions(other, desk.now())) == 1


def test_a_new_password_ends_all_other_sessions(desk: Workspace) -> None:
    here, there = browse(desk), browse(desk)
    sign_in(here)
    sign_in(there)
    before = here.cookies[COOKIE]
    answer = fill(here, "/account?lang=en", do="password", old=SECRET, password=OTHER, again=OTHER)
    assert answer.headers["location"] == "/account?done=password&lang=en"
    assert (me(here), me(there)) == ("小王", None)
    assert here.cookies[COOKIE] != before
    assert sign_in(browse(desk)).status_code == 401
    assert sign_in(browse(desk), password=OTHER).status_code == 303


@pytest.mark.parametrize(
    ("fields", "status", "key"),
    [
        ({"old": "wrong", "password": OTHER, "again": OTHER}, 422, "signin.old_password"),
        ({"old": SECRET, "password": OTHER, "again": SECRET}, 422, "signin.differ"),
        ({}, 422, "signin.password_length"),
    ],
)
def test_a_password_that_is_not_changed(desk: Workspace, fields: dict[str, str], status: int, key: str) -> None:
    here, there = browse(desk), browse(desk)
    sign_in(here)
    sign_in(there)
    answer = fill(here, "/account", do="password", **fields)
    assert (answer.status_code, alert(answer)) == (status, translate(key, "zh", least=10, most=200))
    assert (me(here), me(there)) == ("小王", "小王")


def test_guessing_the_old_password_is_throttled(desk: Workspace) -> None:
    browser = browse(desk)
    sign_in(browser)
    said = [
        fill(browser, "/account", do="password", old="wrong", password=OTHER, again=OTHER).status_code for _ in range(6)
    ]
    assert said == [422] * 5 + [429]


def test_signing_out_ends_the_session_and_takes_the_cookie(desk: Workspace) -> None:
    browser = browse(desk)
    sign_in(browser)
    token = browser.cookies[COOKIE]
    answer = browser.post("/signout?lang=en", data={forms.FIELD: field(browser.get("/account"))})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=en")
    assert COOKIE not in browser.cookies
    assert desk.store.people.who(token, desk.now()).id == ""
    assert browser.get("/signout").status_code == 405


def test_the_account_asks_to_sign_in_first(desk: Workspace) -> None:
    answer = browse(desk).get("/account?lang=en", headers={"accept": "text/html"})
    assert answer.headers["location"] == "/signin?next=%2Faccount%3Flang%3Den&lang=en"


def test_times_are_in_utc_while_the_pack_is_broken(desk: Workspace, tmp_path: object) -> None:
    said = {"GONGTU_PACK": "/nowhere", "GONGTU_VAR": f"{tmp_path}/var"}
    broken = quick(Workspace(read_settings(said), clock=desk.now))
    browser = browse(broken)
    sign_in(browser)
    assert "2025-10-20 04:00 UTC 登录" in browser.get("/account").text
    broken.store.close()


# With an identity provider


def hand_over(workspace: Workspace, browser: TestClient) -> str:
    """The ticket that the page gets which talks to the provider."""
    name = cookies.browser(browser.cookies)
    return workspace.store.people.ticket(CLAIMS, "staff", browser=name, now=workspace.now())


def test_without_a_provider_none_is_offered(desk: Workspace) -> None:
    browser = browse(desk)
    assert "/signin/identity" not in browser.get("/signin").text
    assert browser.get("/signin/identity?next=/x").headers["location"] == "/signin?next=%2Fx"


def test_an_identity_comes_in_and_goes_on_to_where_it_was_going(organised: Workspace) -> None:
    browser = browse(organised)
    assert '"/signin/identity?next=%2Frecords%3Fa%3D1"' in browser.get("/signin?next=/records%3Fa%3D1").text
    answer = browser.get("/signin/identity?next=/records%3Fa%3D1&lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/identity?lang=en")
    said = set_by(answer, cookies.NEXT)
    assert {key: said[key] for key in ("httponly", "samesite", "max-age")} == {
        "httponly": True,
        "samesite": "lax",
        "max-age": "900",
    }
    answer = browser.get(f"/session?ticket={hand_over(organised, browser)}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/records?a=1")
    assert me(browser) == "王五"
    assert cookies.NEXT not in browser.cookies
    page = browser.get("/account").text
    assert "用单位身份登录" in page
    assert 'type="password"' not in page


def test_a_browser_without_a_name_goes_by_the_sign_in_page(organised: Workspace) -> None:
    assert browse(organised).get("/signin/identity").headers["location"] == "/signin?next=%2F"


def test_a_ticket_is_of_no_use_elsewhere_or_twice(organised: Workspace) -> None:
    mine, theirs = browse(organised), browse(organised)
    for browser in (mine, theirs):
        browser.get("/signin")
    path = f"/session?ticket={hand_over(organised, mine)}"
    for browser in (theirs, browse(organised)):
        answer = browser.get(path)
        assert (answer.status_code, me(browser)) == (410, None)
        assert translate("signin.link", "zh") in answer.text
    assert mine.get(path).status_code == 303
    assert mine.get(path).status_code == 410


@pytest.mark.parametrize("path", ["//evil.example", "%2F%2Fevil.example", "/%5Cevil.example", "https%3A//evil.example"])
def test_a_ticket_leads_to_this_host_only(organised: Workspace, path: str) -> None:
    browser = browse(organised)
    browser.get("/signin")
    browser.cookies.set(cookies.NEXT, path)
    assert browser.get(f"/session?ticket={hand_over(organised, browser)}").headers["location"] == "/"


def test_signing_out_of_an_identity_goes_on_to_the_provider(organised: Workspace) -> None:
    browser = browse(organised)
    browser.get("/signin")
    browser.get(f"/session?ticket={hand_over(organised, browser)}")
    answer = browser.post("/signout", data={forms.FIELD: field(browser.get("/account"))})
    assert answer.status_code == 200
    assert 'content="2;url=/auth/logout"' in answer.text
    assert (COOKIE in browser.cookies, me(browser)) == (False, None)


# Every page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_whole_in_both_languages_and_asks_no_other_host(organised: Workspace, lang: str) -> None:
    people, now = organised.store.people, organised.now()
    invitation = people.invite(people.add("小李", "leader", by="x", at=now, password=SECRET), now)
    browser, first = browse(organised), people.first_admin_link(now)
    paths = ["/signin?next=/x", f"/welcome?token={first}", f"/welcome?token={invitation}", "/welcome?token=x"]
    pages = [browser.get(f"{path}&lang={lang}") for path in paths]
    sign_in(browser, name="小李")
    browse_elsewhere = browse(organised)
    sign_in(browse_elsewhere, name="小李")
    pages += [browser.get(f"/account?done={done}&lang={lang}") for done in ("password", "revoked", "x")]
    pages += [browser.get(f"/signin?lang={lang}"), browser.post(f"/signout?lang={lang}")]
    for page in pages:
        assert f'<html lang="{"en" if lang == "en" else "zh-CN"}">' in page.text
        other = "English" if lang == "zh" else "中文"
        assert f">{other}</a>" in page.text
        words = re.sub(r"<style.*?</style>|<[^>]+>", " ", page.text).replace("中文", "")
        assert bool(re.search(r"[\u4e00-\u9fff]", re.sub("小李|工图|王五", "", words))) is (lang == "zh")
        assert "<script" not in page.text
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "no-store"


def test_redirects_are_not_kept_either(desk: Workspace) -> None:
    browser = browse(desk)
    for answer in (sign_in(browser), fill(browser, "/account", session="x")):
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")


def test_while_the_store_is_out_of_reach_that_is_said_without_where_it_is() -> None:
    broken = Workspace(read_settings({"GONGTU_DATABASE_URL": "sqlite:////proc/nowhere/store.sqlite"}))
    browser = browse(broken)
    for answer in (sign_in(browser), browser.get("/welcome?token=x"), browser.get("/session?ticket=x")):
        assert (answer.status_code, "暂时不能用" in answer.text, "nowhere" in answer.text) == (503, True, False)
