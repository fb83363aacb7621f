"""Reports of a station, from anybody: ``POST /api/v1/reports``."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from geo.errors import GongtuError, ParameterError
from geo.i18n import explain
from geo.reporting import WHAT, WORDS_AT_MOST, NoStationError, Receipt, report
from geo.storage.attempts import ThrottledError
from geo.web.access import Needs
from geo.web.forms import UNKEPT
from geo.web.session import address_of
from geo.workspace import Workspace

BYTES_AT_MOST = 4 * 1024
"""Of a request's body: 200 characters, each written as an escape, and what stands around them."""
FIELDS = {
    "facility": {"type": "string", "description": "A station's id"},
    "what": {"type": "string", "enum": list(WHAT)},
    "words": {"type": "string", "maxLength": WORDS_AT_MOST, "default": ""},
}
REQUIRED = ("facility", "what")
SCHEMA = {"type": "object", "required": [*REQUIRED], "additionalProperties": False, "properties": FIELDS}
BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": SCHEMA}}}}
ANSWERS: dict[int | str, dict[str, Any]] = {
    404: {"description": "No such station"},
    413: {"description": "More than 4 KiB"},
    415: {"description": "Not said to be JSON"},
    422: {"description": "A field is missing, unknown or of another kind"},
    429: {"description": "Too many reports; Retry-After says for how many seconds"},
}


def add_to(api: FastAPI, workspace: Workspace) -> None:
    """The route, open to the public."""

    @api.post(
        "/v1/reports",
        tags=["map"],
        status_code=201,
        openapi_extra=BODY,
        responses=ANSWERS,
        dependencies=[Depends(Needs("public", workspace))],
    )
    async def send(request: Request) -> JSONResponse:
        """Says what is wrong with a station. Nothing that tells who is asked for; who sent it is forgotten in a day.

        Reports of three senders within a day make an open station ``unverified`` at once. ``counted``: how
        many senders have open reports of this station within a day. The same report again within an hour changes
        nothing.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            # Which a form on somebody else's page cannot say, and a script there only if it is let.
            return _refusal(415, GongtuError("report.not_json_type"))
        try:
            body = await request.body()
            if len(body) > BYTES_AT_MOST:
                raise HTTPException(413)
            facility, what, words = _read(body)
            receipt = await run_in_threadpool(
                report, workspace, facility, what, words, sender=address_of(request), at=workspace.now()
            )
        except ParameterError as error:
            return _refusal(422, error, "body", *filter(None, [error.params.get("field")]))
        except NoStationError as error:
            return _refusal(404, error, "body", "facility")
        except ThrottledError as error:
            answer = _refusal(429, error)
            answer.headers["Retry-After"] = str(-(-error.wait // timedelta(seconds=1)))
            return answer
        return JSONResponse(_said(receipt, facility, what), 201, UNKEPT)


def _read(body: bytes) -> tuple[str, str, str]:
    """Station, kind of report and words; ParameterError, with ``field`` where it is one, for anything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, a number of a thousand digits; too deep
        raise ParameterError("report.not_json", field="") from None
    if not isinstance(said, dict):
        raise ParameterError("report.not_json", field="")
    for name in said:
        if name not in FIELDS:
            raise ParameterError("report.field_unknown", field=name.encode(errors="replace").decode()[:80])
    for name in REQUIRED:
        if name not in said:
            raise ParameterError("report.field_missing", field=name)
    cells = {"words": "", **said}
    for name in FIELDS:
        if not isinstance(cells[name], str):
            raise ParameterError("report.field_text", field=name)
    return cells["facility"], cells["what"], cells["words"]


def _said(receipt: Receipt, facility: str, what: str) -> dict[str, object]:
    told = {"counted": receipt.counted, "unverified": receipt.unverified, "station_state": receipt.state}
    return {"id": receipt.id, "facility": facility, "what": what, **told}


def _refusal(status: int, error: GongtuError, *where: object) -> JSONResponse:
    """Why not, in the form of the API's other refusals."""
    detail = {"loc": list(where), "msg": explain(error, "en"), "type": error.key}
    return JSONResponse({"detail": [detail]}, status, UNKEPT)
