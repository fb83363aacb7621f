"""Signing in as a browser does it: with its own cookies, and with another site's page open beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.browser import app
from tests.browser.conftest import House

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden])')]
    .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
FINE_PRINT = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.innerText && parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.outerHTML)"""


def send_form(request: Request) -> Response:
    """A page that at once sends a form to ``to``, as its visitor."""
    form = f'<form method="post" action="{request.query_params["to"]}"><input name="name" value="x"></form>'
    return HTMLResponse(f"{form}<script>document.forms[0].submit()</script>")


@pytest.fixture(scope="module")
def other_site() -> Iterator[int]:
    """The port of another site on this machine."""
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Route("/", send_form)]), host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the other site did not start"
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened, _ = app.open_page(browser, 1440, 900)
    yield opened
    opened.context.close()


def sign_in(page: Page) -> None:
    page.locator("[name=name]").fill("某leader")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button").click()


def test_one_signs_in_on_the_way_to_where_one_was_going(house: House, page: Page) -> None:
    page.goto(f"{house.address}/account?lang=en")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page)
    page.wait_for_url(f"{house.address}/account?lang=en")
    expect(page.get_by_role("heading", name="某leader")).to_be_visible()
    assert page.evaluate("document.cookie") == "", "no script can read a cookie of ours"
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{house.address}/account")
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("path", ["/signin", "/signout", "/account", "/welcome?token=x"])
def test_a_form_of_another_site_or_port_does_nothing(
    house: House, page: Page, other_site: int, host: str, path: str
) -> None:
    page.goto(f"{house.address}/signin?next=/account")
    sign_in(page)
    expect(page.get_by_role("heading", name="某leader")).to_be_visible()
    with page.expect_response(house.address + path) as sent:
        page.goto(f"http://{host}:{other_site}/?to={house.address}{path}")
    assert sent.value.request.method == "POST"
    assert sent.value.status in (401, 403)
    page.goto(f"{house.address}/account")
    expect(page.get_by_role("heading", name="某leader")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (360, 640)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_fits_a_phone_and_a_finger(house: House, browser: Browser, width: int, height: int, language: str) -> None:
    page, strangers = app.open_page(browser, width, height, touch=True)
    page.goto(f"{house.address}/signin?next=/account%3Flang%3D{language}&lang={language}")
    for _ in range(2):
        assert page.evaluate(SMALL) == []
        assert page.evaluate(FINE_PRINT) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if page.locator("[name=name]").count():
            sign_in(page)
            page.wait_for_url(f"{house.address}/account?lang={language}")
            expect(page.get_by_role("heading", name="某leader")).to_be_visible()
    assert strangers == []
    page.context.close()
