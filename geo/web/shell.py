"""Around Streamlit's own files: compressed, and with a first screen that shows before any script has come."""

from __future__ import annotations

import gzip
from functools import cache
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.i18n import translate

STATIC = "/static/"
"""Where Streamlit's scripts and styles lie; they are sent as they are without this."""
ROOT = b'<div id="root"></div>'
"""Where Streamlit's page puts what its scripts draw, in place of what stands there."""
COMPRESSED_FROM, LEVEL = 1000, 6
"""Bytes from which on a page or file is compressed, and how hard."""


class Shell:
    """A middleware of the whole app. On a slow network the scripts take a minute: compressed they take a third of it,
    and who waits has the light page to go to, as has who allows no scripts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._files = GZipMiddleware(app, minimum_size=COMPRESSED_FROM)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http" and scope["method"] == "GET":
            if STATIC in scope["path"]:
                app = self._files
            elif "text/html" in Headers(scope=scope).get("accept", ""):
                app = self._page
        await app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What a browser opens: pages with the first screen, compressed here, since Streamlit would do it before."""
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        compress = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        await self.app({**scope, "headers": plain}, receive, _FirstScreen(send, compress))


class _FirstScreen:
    """``send`` that puts the first screen into Streamlit's page; other answers go through as they are."""

    def __init__(self, send: Send, compress: bool) -> None:
        self._send = send
        self._compress = compress
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message  # its length is not known yet
        elif message["type"] == "http.response.body" and self._start:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                body = self._body.replace(ROOT, _first_screen(), 1)
                headers = MutableHeaders(scope=self._start)
                if self._compress and len(body) >= COMPRESSED_FROM:
                    body = gzip.compress(body, LEVEL)
                    headers["content-encoding"] = "gzip"
                headers.add_vary_header("Accept-Encoding")
                headers["content-length"] = str(len(body))
                await self._send(self._start)
                await self._send({"type": "http.response.body", "body": body})
        else:
            await self._send(message)


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


@cache
def _first_screen() -> bytes:
    """That the page is on its way, and where the light one is; in both languages: the reader is not known yet."""
    words = translate("app.opening", "zh"), *(translate("near.light", language) for language in ("zh", "en"))
    return (
        '<div id="root"><p style="font:18px/2 sans-serif;margin:20vh 24px 0;text-align:center">'
        '{}<br><a href="/m">{}</a><br><a href="/m?lang=en" lang="en">{}</a></p></div>'.format(*map(escape, words))
    ).encode()
