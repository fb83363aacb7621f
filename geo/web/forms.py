"""Forms, and how one that another site sends in a visitor's name (CSRF) is told apart."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from geo.errors import GongtuError
from geo.web import cookies

FIELD = "form"
"""The hidden field of every form: ``token``."""
BYTES_AT_MOST = 16 * 1024
FIELDS_AT_MOST = 20


class ForgedError(GongtuError):
    """A form that this app did not give to this browser, or gave to it before somebody signed in or out."""

    def __init__(self) -> None:
        super().__init__("session.forged")


def token(browser: str, session: str) -> str:
    """What the field must hold. It takes both cookies to make it: no form of another browser or session fits."""
    return hmac.new(browser.encode(), session.encode(errors="replace"), hashlib.sha256).hexdigest()


async def read(request: Request) -> dict[str, str]:
    """The fields of a form that was sent, the last of each name; ForgedError where it is none of ours."""
    browser = cookies.browser(request.cookies)
    if not (browser and of_this_site(request.headers)):
        raise ForgedError
    said = fields((await request.body()).decode(errors="replace"))
    wanted = token(browser, request.cookies.get(cookies.SESSION, ""))
    if not hmac.compare_digest(said.pop(FIELD, "").encode(errors="replace"), wanted.encode()):
        raise ForgedError
    return said


def fields(body: str) -> dict[str, str]:
    """The fields of a form's body, the last of each name; ForgedError where they are more than any of ours has."""
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_AT_MOST))
    except ValueError:
        raise ForgedError from None


def of_this_site(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that a page of this very site sent the request, or says nothing of it.

    Where it says ``Sec-Fetch-Site: same-origin``, a port is not compared: many proxies leave it out of ``Host``.
    """
    site, said = headers.get("sec-fetch-site"), headers.get("origin") or headers.get("referer")
    if site not in (None, "same-origin", "none"):
        return False
    if said is None:
        return True
    try:
        origin, host = urlsplit(said), urlsplit(f"//{headers.get('host', '')}")
        same_port = origin.port == host.port
    except ValueError:
        return False
    return origin.hostname is not None and origin.hostname == host.hostname and (same_port or site == "same-origin")
