"""Around Streamlit's own files: what is compressed, what a page shows first, and what goes through untouched."""

from __future__ import annotations

import warnings

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.web.shell import Shell

PAGE = '<html><body><noscript>no</noscript><div id="root"></div></body></html>'
LONG = "x" * 5_000
BROWSER = {"accept": "text/html,*/*;q=0.8", "accept-encoding": "gzip, br"}


def streamed(_: Request) -> Response:
    return StreamingResponse(iter(["a,b\n", LONG]), media_type="text/csv")


@pytest.fixture
def client() -> TestClient:
    """An app with a page like Streamlit's, another page, a script and a download."""
    routes = [
        Route("/", lambda _: HTMLResponse(PAGE)),
        Route("/m", lambda _: HTMLResponse(LONG, 422, {"Cache-Control": "no-store"})),
        Route("/static/js/index.js", lambda _: PlainTextResponse(LONG, media_type="text/javascript")),
        Route("/export/a.csv", streamed),
        Route("/api/a", lambda _: PlainTextResponse(LONG)),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Shell)]))


def test_a_page_shows_where_the_light_one_is_before_any_script_has_come(client: TestClient) -> None:
    answer = client.get("/", headers=BROWSER)
    assert 'href="/m"' in answer.text
    assert 'href="/m?lang=en"' in answer.text
    assert answer.text.count('<div id="root">') == 1
    assert int(answer.headers["content-length"]) == len(answer.text.encode())


def test_other_pages_are_compressed_and_else_as_they_were(client: TestClient) -> None:
    answer = client.get("/m", headers=BROWSER)
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (422, LONG, "no-store")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 500
    plain = client.get("/m", headers=BROWSER | {"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == LONG


def test_scripts_are_compressed_for_who_can_read_that(client: TestClient) -> None:
    assert client.get("/static/js/index.js").headers["content-encoding"] == "gzip"
    plain = client.get("/static/js/index.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == LONG


@pytest.mark.parametrize("path", ["/export/a.csv", "/api/a"])
def test_downloads_and_answers_go_through_untouched(client: TestClient, path: str) -> None:
    for headers in (BROWSER, {}):
        answer = client.get(path, headers=headers)
        assert "content-encoding" not in answer.headers
        assert answer.text.endswith(LONG)
