"""Posters to print: a station's or a town's, whose code leads to the light page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import pandas as pd
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.facilities import SERVING_STATES, parse_amenities
from geo.hours.words import hours_in_words
from geo.i18n import Language, explain, translate
from geo.poster import Line, poster
from geo.settings import SITE
from geo.web import page
from geo.web.access import Needs, reason
from geo.words import Say, local_name
from geo.workspace import Workspace

KEPT = 32
"""Pages kept in memory: who looks at a poster often prints it next."""
AT_ONCE, WAIT_S = 2, 0.2
"""How many are set at the same time, and how long who comes then waits for a turn: short, for they wait
in threads that every page needs."""
URL_AT_MOST = 300
"""Characters: more makes a code too fine to be read from a distance."""
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes(workspace: Workspace) -> list[Route]:
    """``/poster/station/ID.pdf`` and ``/poster/town/CODE.pdf``, in the language of ``?lang=``."""
    return [
        Route(
            "/poster/{noun}/{id}.pdf",
            _Posters(workspace).get,
            name="poster",
            methods=["GET"],
            middleware=[Needs("public", workspace)],
        )
    ]


class _Posters:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turns = BoundedSemaphore(AT_ONCE)
        self._made = lru_cache(KEPT)(poster)

    def get(self, request: Request) -> Response:
        """The page as PDF, or why there is none: 404 for a station or town that is not there or not in service."""
        try:
            words = self._words(request)
            if not self._turns.acquire(timeout=WAIT_S):
                return _told(request, 503, GongtuError("export.busy"))
            try:
                content = self._made(**words)
            finally:
                self._turns.release()
        except ParameterError as error:
            return _told(request, 422 if error.key == "poster.address" else 404, error)
        except GongtuError as error:
            return _told(request, 503, error)
        name = quote(f"{words['title']}.pdf", safe="")
        shown = {"Content-Disposition": f"inline; filename=\"poster.pdf\"; filename*=UTF-8''{name}"}
        return Response(content, media_type="application/pdf", headers={**HEADERS, **shown})

    def _words(self, request: Request) -> dict[str, Any]:
        district, language = self._workspace.district(), page.language(request)
        noun, id_ = request.path_params["noun"], request.path_params["id"]
        say: Say = partial(translate, language=language)
        if noun == "station":
            record, query = _found(district.facilities, "id", id_), {"station": id_}
            words = _station(record, district, say, language)
        elif noun == "town":
            record, query = _found(district.regions, "code", id_), {"region": id_}
            words = _town(record, district, say, language)
        else:
            raise ParameterError("poster.unknown", field="noun", value=noun[:80])
        if language == "en":
            query["lang"] = "en"
        now = self._workspace.now().astimezone(ZoneInfo(district.about["time_zone"]))
        printed = now.replace(hour=0, minute=0, second=0, microsecond=0)
        grounds = say(
            "poster.grounds",
            standing=say(f"standing.{record['standing']}"),
            as_of=record["as_of"],
            notice=district.notice(language),
            printed=printed.date().isoformat(),
        )
        return {
            **words,
            "over": say("app.of", district=local_name(_names(district), language)),
            "title": local_name(record, language),
            "url": f"{self._site(request)}/m?{urlencode(query)}",
            "language": language,
            "foot": grounds,
            "printed": printed,
        }

    def _site(self, request: Request) -> str:
        """Where others reach this site: as the settings say, else as the one who asks does."""
        site = self._workspace.settings.public_url or str(request.base_url).rstrip("/")
        if len(site) > URL_AT_MOST or not SITE.fullmatch(site):
            raise ParameterError("poster.address", field="host", value=site[:80])
        return site


def _station(record: Mapping[str, Any], district: District, say: Say, language: Language) -> dict[str, Any]:
    if record["state"] not in SERVING_STATES:
        raise ParameterError("poster.not_serving", field="id", value=record["name"])
    kind, state = say(f"kind.{record['kind']}"), record["state"]
    regions = district.regions[district.regions["code"] == record["region"]].to_dict("records")
    parts = [kind if state == "open" else say("poster.state", kind=kind, state=say(f"state.{state}"))]
    parts += [local_name(region, language) for region in regions]
    parts += [_other_name(record, language)]
    has = [say(f"amenity.{name}") for name, there in parse_amenities(record["amenities"]).items() if there]
    hours = record["opening_hours"]
    posted = hours_in_words(hours, say) or say("poster.hours_scan" if hours else "open.unknown_missing")
    lines = [Line(say("poster.hours"), posted)]
    lines += [Line(say("poster.has"), say("posted.and").join(has))] if has else []
    lines += [Line(say(f"poster.{what}"), say(f"poster.{what}_text")) for what in ("scan", "locked")]
    return {
        "headline": say("poster.station"),
        "subtitle": say("poster.part").join(filter(None, parts)),
        "address": record["address"],
        "lines": tuple(lines),
        "mark": say("poster.invented") if record["standing"] == "synthetic" else "",
    }


def _town(record: Mapping[str, Any], district: District, say: Say, language: Language) -> dict[str, Any]:
    there = district.facilities[district.facilities["region"] == record["code"]]
    invented = there["state"].isin(SERVING_STATES) & (there["standing"] == "synthetic")
    return {
        "headline": say("poster.town"),
        "subtitle": _other_name(record, language),
        "address": "",
        "lines": tuple(Line(say(f"poster.{what}"), say(f"poster.{what}_text")) for what in ("find", "offers", "slow")),
        "mark": say("poster.invented_some") if invented.any() else "",
    }


def _found(frame: pd.DataFrame, key: str, value: str) -> dict[str, Any]:
    """The record of that key; text that is not known is ``""``."""
    rows = frame[frame[key] == value]
    if rows.empty:
        raise ParameterError("poster.unknown", field="id", value=value[:80])
    return {str(name): cell for name, cell in rows.iloc[0].items()}


def _names(district: District) -> dict[str, str]:
    return {"name": district.about["name"]["zh"], "name_en": district.about["name"]["en"]}


def _other_name(record: Mapping[str, Any], language: Language) -> str:
    """The name in the other language, ``""`` where it is the same or not known."""
    other = local_name(record, "zh" if language == "en" else "en")
    return "" if other == local_name(record, language) else other


def _told(request: Request, status: int, error: GongtuError) -> Response:
    """Why there is no poster: a page for a browser, else JSON."""
    language = page.language(request)
    words = explain(error, language) if isinstance(error, ParameterError) else reason(error, language)
    if "text/html" in request.headers.get("accept", ""):
        return page.message(request, status, "poster.refused", words)
    return JSONResponse({"detail": words}, status, HEADERS)
