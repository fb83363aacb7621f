"""Forms, and how one that another site sends in a visitor's name (CSRF) is told apart."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd
from starlette.requests import Request
from starlette.responses import JSONResponse

from geo.errors import GongtuError, ParameterError
from geo.i18n import explain
from geo.web import cookies

FIELD = "form"
"""The hidden field of every form: ``token``."""
BYTES_AT_MOST = 16 * 1024
FIELDS_AT_MOST = 20
UNKEPT = {"Cache-Control": "no-store"}


class ForgedError(GongtuError):
    """A form that this app did not give to this browser, or gave to it before somebody signed in or out."""

    def __init__(self) -> None:
        super().__init__("session.forged")


class NotJsonError(GongtuError):
    """A body that is not said to be JSON; a 415."""

    def __init__(self) -> None:
        super().__init__("report.not_json_type")


def token(browser: str, session: str) -> str:
    """What the field must hold. It takes both cookies to make it: no form of another browser or session fits."""
    return hmac.new(browser.encode(), session.encode(errors="replace"), hashlib.sha256).hexdigest()


async def read(request: Request) -> dict[str, str]:
    """The fields of a form that was sent, the last of each name; ForgedError where it is none of ours."""
    if not (cookies.browser(request.cookies) and of_this_site(request.headers)):
        raise ForgedError
    said = fields((await request.body()).decode(errors="replace"))
    must_be_ours(request, said.pop(FIELD, ""))
    return said


def must_be_ours(request: Request, given: str) -> None:
    """ForgedError where the form with this token is none that this app gave to this browser and session."""
    browser = cookies.browser(request.cookies)
    wanted = token(browser, request.cookies.get(cookies.SESSION, ""))
    same = hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
    if not (browser and of_this_site(request.headers) and same):
        raise ForgedError


async def of_json(request: Request) -> dict[str, Any]:
    """The object that a request with a session cookie brings as JSON. A page of another site cannot send one: a form
    cannot say that it is JSON, a script there only if it is let, and the browser says where both come from.

    ForgedError; NotJsonError where the body is not said to be JSON; ParameterError where it is none, or no object.
    """
    if not of_this_site(request.headers):
        raise ForgedError
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NotJsonError
    try:
        said = json.loads(await request.body(), parse_constant=_no_number)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, NaN, a number of a thousand digits; too deep
        raise ParameterError("report.not_json", field="") from None
    if not isinstance(said, dict):
        raise ParameterError("report.not_json", field="")
    return said


def refusal(status: int, error: GongtuError, **more: object) -> JSONResponse:
    """Why what was sent as JSON is not done, in the form of the API's other refusals; ``more`` stands beside it."""
    why = [(str(error.params.get("field") or ""), explain(error, "en"), error.key)]
    return refusals(status, why, **more)


def refusals(status: int, why: Iterable[tuple[str, str, str]], **more: object) -> JSONResponse:
    """Why not, once for each field (``""``: none) with its words and their key. Half of a surrogate pair, which what
    was sent may hold and no answer can, is a question mark.
    """
    detail = [
        {"loc": ["body", *filter(None, [_sayable(field)])], "msg": _sayable(words), "type": key}
        for field, words, key in why
    ]
    return JSONResponse({"detail": detail, **more}, status, UNKEPT)


def _sayable(text: str) -> str:
    return text.encode(errors="replace").decode()


def _no_number(said: str) -> None:
    raise ValueError(said)


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


def plain(value: Any) -> Any:
    """As JSON says it: what is not known (None, NaN, NA, empty text) is null, numbers of numpy are plain ones."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is pd.NA or value == "" or value != value else value
