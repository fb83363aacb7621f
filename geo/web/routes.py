"""Every route the app serves besides its pages, each with the role it asks for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from geo.web import api, assets, calendar, entries, exports, ledger_form, light, posters, report_files, session
from geo.web.access import Needs
from geo.workspace import Workspace


def routes(workspace: Workspace) -> list[BaseRoute]:
    """All of them; the workspace is asked at each request, so that what changed is seen."""

    def health(_: Request) -> Response:
        return api.health(workspace)

    public = [Needs("public", workspace)]
    return [
        Route("/healthz", health, middleware=public),
        Mount("/api", api.create_api(workspace), middleware=public, max_body_size=entries.BYTES_AT_MOST),
        *light.routes(workspace),
        *ledger_form.routes(workspace),
        *exports.routes(workspace),
        *posters.routes(workspace),
        *report_files.routes(workspace),
        *calendar.routes(workspace),
        *session.routes(workspace),
        *assets.routes(workspace),
    ]
