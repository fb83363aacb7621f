"""The light page ``/m``: the nearest stations in one small answer, for slow networks and old browsers.

Plain HTML that needs no script; with one it also asks the browser where it is. Style and script are part of the page.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from geo import finder, reporting
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.facilities import AMENITIES
from geo.finder import HELPS, Asked, Origin, View
from geo.i18n import Language, explain, translate
from geo.nearest import MODES, Mode
from geo.origin import read_point
from geo.search import Hit
from geo.storage.attempts import ThrottledError
from geo.web import forms, page
from geo.web.access import Needs, reason
from geo.web.session import address_of
from geo.words import Say
from geo.workspace import Workspace

HITS_AT_MOST = 6
FIELDS_AT_MOST = 60
COMPRESSED_FROM = 500
"""Bytes from which on an answer is compressed."""
WHOLE_CIRCLE, POLE = 180.0, 90.0

T = TypeVar("T", bound=str)


def routes(workspace: Workspace) -> list[Route]:
    """The page and where its reports go. No cookie is set and nobody is asked who they are."""
    pages = _Light(workspace)
    compressed = Middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM)
    around = [Needs("public", workspace), compressed]
    return [
        Route("/m", pages.show, name="light", methods=["GET"], middleware=around),
        Route(
            "/m/report",
            pages.report,
            name="light_report",
            methods=["POST"],
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
        body = (await request.body()).decode(errors="replace")
        return await run_in_threadpool(_told, request, partial(self._report, body=body))

    def _show(self, request: Request) -> Response:
        district, language = self._workspace.district(), page.language(request)
        form = _Form(request.query_params, self._workspace.now(), district, language)
        return _page(request, district, form)

    def _report(self, request: Request, body: str) -> Response:
        if not forms.of_this_site(request.headers):
            raise forms.ForgedError
        said = parse_qs(body, keep_blank_values=True, max_num_fields=forms.FIELDS_AT_MOST)
        fields = {name: values[-1] for name, values in said.items()}
        language, now = page.language(request), self._workspace.now()
        say = partial(translate, language=language)
        facility = fields.get("facility", "")
        receipt = reporting.report(
            self._workspace,
            facility,
            fields.get("what", ""),
            fields.get("words", ""),
            sender=address_of(request),
            at=now,
        )
        district = self._workspace.district()  # as the report left it
        there = (
            {"lon": fields["lon"], "lat": fields["lat"]} if {"lon", "lat"} <= fields.keys() else {"station": facility}
        )
        form = _Form(QueryParams(there), now, district, language, reported=facility)
        return _page(request, district, form, receipt=finder.thanks(receipt, say))


class _Form:
    """What the query asks for, what of it made no sense (``error``), and what it may have meant instead (``hits``)."""

    def __init__(
        self, query: QueryParams, now: datetime, district: District, language: Language, *, reported: str = ""
    ) -> None:
        self.place = query.get("place", "").strip()
        self.lon, self.lat, self.accuracy = (query.get(name, "").strip() for name in ("lon", "lat", "accuracy"))
        self.region, self.station = (query.get(name, "").strip() for name in ("region", "station"))
        self.all = query.get("all") == "1"
        self.at = query.get("at", "").strip()
        self.help: finder.Help = HELPS[0]
        self.mode: Mode = MODES[-1]
        self.amenities: tuple[str, ...] = ()
        self.hits: list[Hit] = []
        self.error = ""
        self.missing = False
        self.asked: Asked | None = None
        self._language = language
        self._say: Say = partial(translate, language=language)
        try:
            self._read(query, now, district, reported)
        except ParameterError as error:
            self.error = explain(error, language)

    @property
    def filtered(self) -> bool:
        """Whether the answer is narrowed: the filters are then shown open."""
        return bool(self.amenities or self.all or self.at or self.help != HELPS[0] or self.mode != MODES[-1])

    @property
    def filters(self) -> list[tuple[str, str]]:
        """The filters as fields of a query."""
        said: list[tuple[str, str]] = [("help", self.help if self.help != HELPS[0] else "")]
        said += [("mode", self.mode if self.mode != MODES[-1] else "")]
        said += [("amenity", one) for one in self.amenities] + [("all", "1" if self.all else ""), ("at", self.at)]
        return [(name, value) for name, value in said if value]

    def _read(self, query: QueryParams, now: datetime, district: District, reported: str) -> None:
        if query.get("help"):
            self.help = _one_of("help", query["help"], HELPS)
        if query.get("mode"):
            self.mode = _one_of("mode", query["mode"], MODES)
        self.amenities = tuple(dict.fromkeys(_one_of("amenity", one, AMENITIES) for one in query.getlist("amenity")))
        at = _moment(self.at, district) if self.at else now
        origin = self._origin(query, district)
        if origin is None:
            return
        without = (reported,) if reported else ()
        station = "" if reported or self.place else self.station
        self.asked = Asked(origin, at, self.help, self.amenities, self.mode, self.all, station, without)

    def _origin(self, query: QueryParams, district: District) -> Origin | None:
        """What says most of where somebody is: a place that was typed, a location, a station, a town."""
        if self.place:
            return self._named(query, district)
        if self.lon or self.lat:
            lon, lat = _degrees("lon", self.lon, WHOLE_CIRCLE), _degrees("lat", self.lat, POLE)
            accuracy = min(float(self.accuracy), 1e6) if self.accuracy.isdecimal() else None
            return Origin(lon, lat, "located", accuracy_m=accuracy)
        if self.station:
            return self._known("facility", self.station, district, "light.no_station")
        return self._known("region", self.region, district, "light.no_region") if self.region else None

    def _named(self, query: QueryParams, district: District) -> Origin | None:
        """A place by its name, or pasted coordinates. Of several hits the first, or the one asked for by ``pick``."""
        self.hits = district.place_index.find(self.place, HITS_AT_MOST)
        if not self.hits:
            try:
                return Origin(*read_point(self.place, "wgs84"), "point")
            except ParameterError as error:
                if any(sign.isdecimal() for sign in self.place) and error.key != "origin.none":
                    raise
                self.error = self._say("light.nothing", text=self.place)
                self.missing = True
                return None
        chosen = next((hit for hit in self.hits if _name_of(hit) == query.get("pick")), self.hits[0])
        self.hits = [hit for hit in self.hits if hit != chosen]
        return finder.origin_of(chosen, self._language)

    def _known(self, kind: str, name: str, district: District, error: str) -> Origin | None:
        hit = district.place_index.get(kind, name)
        if hit is None:
            self.error, self.missing = self._say(error), True
            return None
        return finder.origin_of(hit, self._language)


def _page(request: Request, district: District, form: _Form, receipt: str = "") -> Response:
    language = page.language(request)
    say = partial(translate, language=language)
    wechat = finder.in_wechat(request.headers.get("user-agent", ""))
    view = View(wechat=wechat)
    if form.asked:
        view = finder.view(district, form.asked, say, language, wechat=wechat, receipt=receipt)

    def link(**place: str) -> str:
        lang = [("lang", "en")] if language == "en" else []
        return f"/m?{urlencode([*place.items(), *form.filters, *lang])}"

    hits = [
        {
            "label": hit.label_en if language == "en" else hit.label_zh,
            "kind": say(f"near.hit_{hit.kind}"),
            "url": link(place=form.place, pick=_name_of(hit)),
        }
        for hit in form.hits
    ]
    regions = district.regions[["code", "name", "name_en"]].to_dict("records")
    towns = [
        {"label": (language == "en" and row["name_en"]) or row["name"], "url": link(region=str(row["code"]))}
        for row in regions
    ]
    text = page.html(
        request,
        "light.html",
        asked=form,
        error=form.error,
        view=view,
        hits=hits,
        towns=towns,
        helps=HELPS,
        modes=MODES,
        amenities=AMENITIES,
        notice=f"{district.notice(language)} · {say('app.as_of', date=district.about['as_of'])}",
        **_parts(),
    )
    status = 404 if form.missing else 422 if form.error else 200
    return HTMLResponse(text, status, _headers())


def _told(request: Request, answer: Callable[[Request], Response]) -> Response:
    """``answer``, or a page that says why there is none."""
    try:
        return answer(request)
    except forms.ForgedError as error:
        return page.message(request, 403, "session.forged_title", explain(error, page.language(request)))
    except ThrottledError as error:
        told = page.message(request, 429, "near.too_many", explain(error, page.language(request)))
        told.headers["Retry-After"] = str(-(-error.wait // timedelta(seconds=1)))
        return told
    except reporting.NoStationError as error:
        return page.message(request, 404, "near.not_sent", explain(error, page.language(request)))
    except ParameterError as error:
        return page.message(request, 422, "near.not_sent", explain(error, page.language(request)))
    except GongtuError as error:
        return page.message(request, 503, "access.out_of_order", reason(error, page.language(request)))


def _name_of(hit: Hit) -> str:
    return f"{hit.kind}:{hit.id}"


def _one_of(field: str, value: str, allowed: tuple[T, ...]) -> T:
    for one in allowed:
        if one == value:
            return one
    raise ParameterError("light.bad", field=field, value=value[:40])


def _degrees(field: str, text: str, limit: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ParameterError("light.bad", field=field, value=text[:40]) from None
    if not abs(value) <= limit:  # NaN too
        raise ParameterError("light.bad", field=field, value=text[:40])
    return value


def _moment(text: str, district: District) -> datetime:
    """A time as the district's clocks show it, as ``<input type=datetime-local>`` writes it."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=district.calendar.zone)
    except ValueError:
        raise ParameterError("light.bad", field="at", value=text[:40]) from None


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
    allowed: dict[str, Any] = {}
    for name in ("style", "script"):
        digest = hashlib.sha256(_parts()[name].encode()).digest()
        allowed[name] = f"{name}-src 'sha256-{b64encode(digest).decode()}'"
    policy = page.POLICY.replace("style-src 'self'", f"{allowed['style']}; {allowed['script']}")
    return {**page.HEADERS, "Content-Security-Policy": policy}
