"""Every route the app serves besides its pages."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from geo.district import District
from geo.web import api, assets


def routes(get_district: Callable[[], District]) -> list[BaseRoute]:
    """Health check, API and map files; ``get_district`` is asked at each request, so that a mended pack is seen."""

    def health(_: Request) -> Response:
        return api.health(get_district)

    return [Route("/healthz", health), Mount("/api", api.create_api(get_district)), *assets.routes()]
