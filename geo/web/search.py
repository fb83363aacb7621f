"""Search over HTTP, as one types: ``GET /api/v1/search``. Anybody finds places; enterprises and entries only staff."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse

from geo.lookup import AT_MOST, GROUPS, Group, Lookup
from geo.web.access import Needs, asking
from geo.workspace import Workspace


def add_to(api: FastAPI, workspace: Workspace) -> None:
    """The route; what somebody may find depends on who asks."""
    lookup = Lookup(workspace)

    @api.get("/v1/search", tags=["search"], dependencies=[Depends(Needs("public", workspace))])
    def search(
        request: Request,
        q: Annotated[str, Query(description="Any part of a name", max_length=200)],
        kinds: Annotated[list[Group], Query(description="Groups to look in; repeat for several")] = [*GROUPS],  # noqa: B006
        limit: Annotated[int, Query(ge=1, le=AT_MOST, description="Of each group")] = 5,
    ) -> JSONResponse:
        """What ``q`` is part of: regions, communities and positions (``place``), facilities; for staff also
        enterprises, and ledger entries by their note or their enterprise. ``page`` is where each opens on this site.
        """
        found = lookup.find(asking(request, workspace), q, groups=kinds, limit=limit)
        return JSONResponse({"found": [asdict(one) for one in found]}, headers={"Cache-Control": "no-store"})
