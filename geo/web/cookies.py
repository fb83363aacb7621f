"""The cookies of this app: what they are called, and how they are set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response

SESSION = "gongtu_session"
"""The token of a session (geo.storage.people)."""
BROWSER = "gongtu_browser"
"""A random text by which a form, and the ticket of an identity, is known to be this browser's."""
NEXT = "gongtu_next"
"""The page to come back to from an identity provider; there only while somebody is signing in with one."""


def put(
    request: HTTPConnection,
    answer: Response,
    name: str,
    value: str,
    *,
    lasts_s: int | None = None,
    same_site: Literal["lax", "strict"] = "lax",
) -> None:
    """Sets a cookie that no script can read; without ``lasts_s`` it goes when the browser is closed."""
    answer.set_cookie(
        name, value, max_age=lasts_s, path="/", httponly=True, samesite=same_site, secure=came_by_https(request)
    )


def drop(request: HTTPConnection, answer: Response, name: str) -> None:
    """Removes a cookie from the browser."""
    answer.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=came_by_https(request))


def browser(cookies: Mapping[str, str]) -> str:
    """The text that names the browser; empty where it has none yet."""
    found = cookies.get(BROWSER, "")
    return found if re.fullmatch(r"[\w-]{43}", found, re.ASCII) else ""


def came_by_https(request: HTTPConnection) -> bool:
    """Whether the browser speaks HTTPS, to this app or to the proxy before it.

    A proxy's word is taken whoever gives it: it can only make a cookie stricter, and who lies locks himself out.
    """
    said: str = request.headers.get("x-forwarded-proto", "")
    return request.url.scheme == "https" or said.partition(",")[0].strip().lower() == "https"
