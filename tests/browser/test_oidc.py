"""Signing in with an identity provider, in a real browser, from the app's own page and back to where one was going."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from oidc import Provider, provider
from playwright.sync_api import Browser, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from geo.settings import read_settings
from geo.web.access import COOKIE
from geo.workspace import Workspace
from tests.browser import app

pytestmark = pytest.mark.browser
BUTTON = "用单位身份登录"


@dataclass(frozen=True)
class Organised:
    """A running app whose organisation has an identity provider."""

    address: str
    provider: Provider
    workspace: Workspace


@pytest.fixture(scope="module")
def organised(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organised]:
    folder = tmp_path_factory.mktemp("organised")
    environment = {
        "GONGTU_PACK": str(tiny),
        "GONGTU_VAR": str(folder),
        "GONGTU_OIDC_ROLES": "leader=li@example.cn;staff=wang@example.cn",
    }
    port, file = app.free_port(), folder / "secrets.toml"
    with provider() as identities, pytest.MonkeyPatch.context() as patched:
        file.write_text(identities.secrets_toml(f"http://127.0.0.1:{port}"), encoding="utf-8")
        patched.setattr(app, "free_port", lambda: port)  # the provider must know where to send the browser back to
        workspace = Workspace(read_settings(environment))
        with app.serve(**environment, STREAMLIT_SECRETS_FILES=str(file)) as served:
            yield Organised(served, identities, workspace)
        workspace.store.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened, _ = app.open_page(browser, 390, 844, touch=True)
    yield opened
    opened.context.close()


def sign_in(page: Page, organised: Organised, path: str = "/account") -> None:
    page.goto(f"{organised.address}/signin?next={path}")
    page.get_by_role("link", name=BUTTON).click()


def session(page: Page) -> str:
    return next((cookie["value"] for cookie in page.context.cookies() if cookie["name"] == COOKIE), "")


def test_an_identity_comes_in_with_its_role_and_goes_on_and_out_again(organised: Organised, page: Page) -> None:
    organised.provider.claims = {"sub": "1", "name": "李四", "email": "Li@example.cn", "email_verified": True}
    sign_in(page, organised, "/account%3Flang%3Den")
    page.wait_for_url(f"{organised.address}/account?lang=en", timeout=60_000)
    expect(page.get_by_role("heading", name="李四")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Role: Leader")
    token, people = session(page), organised.workspace.store.people
    assert people.who(token, organised.workspace.now()).role == "leader"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{organised.address}/", timeout=60_000)
    assert organised.provider.asked[-1] == "end", "signed out at the provider too"
    assert session(page) == ""
    assert people.who(token, organised.workspace.now()).id == ""
    page.goto(f"{organised.address}/account")
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()


def test_an_ended_session_does_not_come_back_by_itself(organised: Organised, page: Page) -> None:
    organised.provider.claims = {"sub": "2", "name": "王五", "email": "wang@example.cn"}
    sign_in(page, organised)
    expect(page.get_by_role("heading", name="王五")).to_be_visible(timeout=60_000)
    people, now = organised.workspace.store.people, organised.workspace.now()
    people.revoke(people.who(session(page), now).id, now=now)
    page.goto(organised.address)
    expect(page.get_by_role("link", name="登录")).to_be_attached(timeout=60_000)
    page.wait_for_timeout(1000)
    assert people.who(session(page), now).id == ""


def test_an_identity_of_long_ago_is_asked_for_anew(organised: Organised, page: Page) -> None:
    """Streamlit keeps an identity for 30 days; who has left the organisation must not come in with it."""
    kept = {"is_logged_in": True, "origin": organised.address, "provider": "default", "iss": organised.provider.address}
    signed = create_signed_value(
        organised.provider.cookie_secret,
        "_streamlit_user",
        json.dumps(kept | {"sub": "4", "exp": 1, "name": "钱七", "email": "li@example.cn"}),
    )
    page.context.add_cookies([{"name": "_streamlit_user", "value": signed.decode(), "url": organised.address}])
    organised.provider.claims = {"sub": "4", "name": "钱七", "email": "wang@example.cn"}
    asked = organised.provider.asked.count("authorize")
    sign_in(page, organised)
    expect(page.get_by_role("heading", name="钱七")).to_be_visible(timeout=60_000)
    assert organised.provider.asked.count("authorize") == asked + 1
    assert organised.workspace.store.people.find("钱七").role == "staff", "no longer a leader"


def test_who_has_no_role_is_told_so(organised: Organised, page: Page) -> None:
    organised.provider.claims = {"sub": "3", "name": "赵六", "email": "li@example.cn", "email_verified": False}
    sign_in(page, organised)
    expect(page.locator(".stAlert")).to_be_visible(timeout=60_000)
    assert session(page) == ""
    assert "赵六" not in [account.name for account in organised.workspace.store.people.list()]
