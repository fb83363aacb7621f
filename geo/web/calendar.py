"""``/calendar/TOKEN.ics``: a person's planned visits, for calendar programs, which cannot sign in.

The address is the secret: it opens one account's feed and nothing else, until it is ended or another is made. It is
written into no log (the server keeps none of addresses) and its answer is kept by no cache.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from geo.errors import GongtuError
from geo.fieldwork import calendar
from geo.fieldwork.campaign import campaigns
from geo.i18n import explain, translate
from geo.people import Person
from geo.storage.attempts import Attempts, ThrottledError
from geo.web import page
from geo.web.access import Needs, reason
from geo.web.campaigns import ics_response
from geo.web.forms import UNKEPT
from geo.web.session import address_of
from geo.workspace import Workspace

TOKEN_AT_MOST = 200


def routes(workspace: Workspace) -> list[Route]:
    """The feed behind a secret address; open to whoever has it."""

    def feed(request: Request) -> Response:
        """The visits, 404 for an address that opens nothing (any more), 429 after too many of these."""
        language = page.language(request)
        try:
            person = _whose(workspace, request)
            if person is None:
                return PlainTextResponse(translate("visits_calendar.unknown", language), 404, UNKEPT)
            district = workspace.district()
            today = workspace.now().astimezone(district.calendar.zone).date()
            given = calendar.feed(workspace.store, campaigns(district, workspace.store), person, today)
            return ics_response(calendar.ics(district, given, language))
        except ThrottledError as error:
            wait = str(-(-error.wait // timedelta(seconds=1)))
            return PlainTextResponse(explain(error, language), 429, {**UNKEPT, "Retry-After": wait})
        except GongtuError as error:
            return PlainTextResponse(reason(error, language), 503, UNKEPT)

    return [Route("/calendar/{token}.ics", feed, name="calendar", middleware=[Needs("public", workspace)])]


def _whose(workspace: Workspace, request: Request) -> Person | None:
    """The person whose feed the address opens. Wrong ones are counted as failed attempts to sign in are, apart from
    those: ThrottledError once there are too many, whatever the next one is.
    """
    token, now = request.path_params["token"], workspace.now()
    attempts, name = Attempts(workspace.store.engine), token[:TOKEN_AT_MOST]
    address = f"calendar {address_of(request)}"
    attempts.check(name, address, now)
    person = workspace.store.people.calendar_person(token, now) if len(token) <= TOKEN_AT_MOST else None
    if person is None:
        attempts.begin(name, address, now)
    return person
