"""The light page ``/m``: the nearest stations in one small answer, for slow networks and old browsers.

Plain HTML that needs no script; with one it also asks the browser where it is. Style and script are part of the page.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from geo import finder, reporting
from geo.datum import DATUMS
from geo.errors import GongtuError, ParameterError
from geo.facilities import AMENITIES
from geo.finder import HELPS, View
from geo.i18n import explain, translate
from geo.nearest import MODES
from geo.storage.attempts import ThrottledError
from geo.web import forms, page
from geo.web.access import Needs, reason
from geo.web.light_form import LightForm, name_of
from geo.web.session import address_of
from geo.words import local_name
from geo.workspace import Workspace

COMPRESSED_FROM = 500
"""Bytes from which on an answer is compressed."""


def routes(workspace: Workspace) -> list[Route]:
    """The page and where its reports go. Nobody is asked who they are, and no cookie is set but by pages of errors."""
    pages = _Light(workspace)
    compressed = Middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM)
    around = [Needs("public", workspace), compressed]
    return [
        Route("/m", pages.show, name="light", methods=["GET"], middleware=around),
        Route(
            "/m/report",
            pages.report,
            name="light_report",
            methods=["GET", "POST"],
            middleware=around,
            max_body_size=forms.BYTES_AT_MOST,
        ),
    ]


class _Light:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def show(self, request: Request) -> Response:
        return await run_in_threadpool(_told, request, self._show)

    async def report(self, request: Request) -> Response:
        if request.method != "POST":  # a browser that reopens a tab, a link that was copied
            return RedirectResponse(page.address(request, "/m"), 303, page.HEADERS)
        body = (await request.body()).decode(errors="replace")
        return await run_in_threadpool(_told, request, partial(self._report, body=body))

    def _show(self, request: Request) -> Response:
        return self._page(request, request.query_params)

    def _report(self, request: Request, body: str) -> Response:
        """Takes a report and goes back to where it was sent from, without the station; or says there why not."""
        if not forms.of_this_site(request.headers):
            raise forms.ForgedError
        said = forms.fields(body)
        facility = said.get("facility", "")
        back = QueryParams(said.get("back") or f"station={facility}")
        now, language = self._workspace.now(), page.language(request)
        try:
            reporting.report(
                self._workspace,
                facility,
                said.get("what", ""),
                said.get("words", ""),
                sender=address_of(request),
                at=now,
            )
        except (ThrottledError, ParameterError, reporting.NoStationError) as error:
            return self._page(request, back, error)
        form = LightForm(back, now, self._workspace.district(), language)
        return RedirectResponse(page.address(request, f"/m?{form.query(('reported', facility))}"), 303, page.HEADERS)

    def _page(self, request: Request, query: QueryParams, error: GongtuError | None = None) -> Response:
        """The answer to a query; with an ``error`` that a report met, said above it."""
        district, language = self._workspace.district(), page.language(request)
        form = LightForm(query, self._workspace.now(), district, language)
        say = partial(translate, language=language)
        view = View(wechat=finder.in_wechat(request.headers.get("user-agent", "")))
        if form.asked:
            view = replace(finder.view(district, form.asked, say, language), wechat=view.wechat)
        regions = district.regions[["code", "name", "name_en"]].to_dict("records")
        named = {row["code"]: local_name(row, language) for row in regions}
        hits = [
            {
                "label": hit.label_en if language == "en" else hit.label_zh,
                "kind": named.get(hit.within, "") if hit.kind != "region" else say("near.hit_region"),
                "url": form.link(place=form.place, pick=name_of(hit)),
            }
            for hit in form.hits
        ]
        towns = [{"label": name, "url": form.link(region=code)} for code, name in named.items()]
        datums = [
            {"label": say(f"near.datum_{one}"), "url": form.link(place=form.place, datum=one), "on": one == form.datum}
            for one in (DATUMS if form.pasted else ())
        ]
        text = page.html(
            request,
            "light.html",
            asked=form,
            error=explain(error, language) if error else form.error,
            view=view,
            hits=hits,
            towns=towns,
            datums=datums,
            helps=HELPS,
            modes=MODES,
            amenities=AMENITIES,
            back=form.query(),
            notice=f"{district.notice(language)} · {say('app.as_of', date=district.about['as_of'])}",
            **_parts(),
        )
        status = 404 if form.missing else 422 if form.error else 200
        headers = _headers()
        if isinstance(error, ThrottledError):
            status = 429
            headers = {**headers, "Retry-After": str(-(-error.wait // timedelta(seconds=1)))}
        elif error:
            status = 404 if isinstance(error, reporting.NoStationError) else 422
        return HTMLResponse(text, status, headers)


def _told(request: Request, answer: Callable[[Request], Response]) -> Response:
    """``answer``, or a page that says why there is none."""
    try:
        return answer(request)
    except forms.ForgedError as error:
        return page.message(request, 403, "session.forged_title", explain(error, page.language(request)))
    except GongtuError as error:
        return page.message(request, 503, "access.out_of_order", reason(error, page.language(request)))


@cache
def _parts() -> dict[str, Markup]:
    """Style, script and icons, which go into the page itself, as they are."""
    files = {
        "style": ("static/light.css", "static/stations.css"),
        "script": ("static/stations.js", "static/light.js"),
        "icons": ("templates/icons.svg",),
    }
    return {
        name: Markup("".join((page.FOLDER / file).read_text(encoding="utf-8") for file in names))
        for name, names in files.items()
    }


@cache
def _headers() -> dict[str, str]:
    """As for other plain pages, but this one's own style and script, and no other, are let through."""
    allowed: dict[str, str] = {}
    for name in ("style", "script"):
        digest = hashlib.sha256(_parts()[name].encode()).digest()
        allowed[name] = f"{name}-src 'sha256-{b64encode(digest).decode()}'"
    policy = page.POLICY.replace("style-src 'self'", f"{allowed['style']}; {allowed['script']}")
    return {**page.HEADERS, "Content-Security-Policy": policy}
