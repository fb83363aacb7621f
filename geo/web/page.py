"""Pages in plain HTML: no script but their own, nothing of other hosts, kept by no cache, in no other site's frame."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from geo.i18n import Language, translate
from geo.web import cookies, forms

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
STATIC_URL = "/assets/web"
"""Where the app serves the pages' style and icon (geo/web/assets.py)."""
TAGS: Mapping[Language, str] = MappingProxyType({"zh": "zh-CN", "en": "en"})
NAMES: Mapping[Language, str] = MappingProxyType({"zh": "中文", "en": "English"})
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # the address may hold a link's token
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def language(request: HTTPConnection) -> Language:
    """The language asked for with ``?lang=``."""
    return "en" if request.query_params.get("lang") == "en" else "zh"


def address(request: HTTPConnection, path: str, **query: str) -> str:
    """``path`` with a query, in the language of the request; what is empty is left out."""
    said = {**query, "lang": "en" if language(request) == "en" else ""}
    said = {name: value for name, value in said.items() if value}
    return f"{path}{'&' if '?' in path else '?'}{urlencode(said)}" if said else path


def page(request: HTTPConnection, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A template with forms as a page: ``html`` with the token of the forms, which names the browser by a cookie."""
    known = cookies.browser(request.cookies)
    browser = known or secrets.token_urlsafe(32)
    token = forms.token(browser, request.cookies.get(cookies.SESSION, ""))
    answer = HTMLResponse(html(request, template, field=forms.FIELD, token=token, **values), status, HEADERS)
    if not known:
        cookies.put(request, answer, cookies.BROWSER, browser, same_site="strict")
    return answer


def html(request: HTTPConnection, template: str, **values: object) -> str:
    """A template with what all of them need: ``say`` (words), ``to`` (addresses in the same language), the address of
    the other language.
    """
    lang = language(request)
    other: Language = "zh" if lang == "en" else "en"
    return render(
        template,
        say=partial(translate, language=lang),
        to=partial(address, request),
        tag=TAGS[lang],
        other=_in(request, other),
        other_tag=TAGS[other],
        other_name=NAMES[other],
        files=STATIC_URL,
        **values,
    )


def _in(request: HTTPConnection, language: Language) -> str:
    """The same question in another language."""
    said = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*said, ('lang', language)])}"


def render(template: str, **values: object) -> str:
    """A template filled; every value is text, never markup, unless it is ``Markup``."""
    return _templates().get_template(template).render(**values)


def message(request: HTTPConnection, status: int, title: str, text: str) -> HTMLResponse:
    """A page that only says something, under a title (its key)."""
    return page(request, "message.html", status, title=title, text=text)


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined)
