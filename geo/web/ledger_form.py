"""记一笔: the ledger on a phone, ``/m/ledger``. Plain HTML that needs no script; with one, what was typed outlives a
lost connection. And the photos of entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from geo.casework import callers, deeds, keeping, told
from geo.casework.callers import Caller
from geo.casework.entry import EntryError
from geo.clock import today
from geo.errors import GongtuError, ParameterError
from geo.i18n import explain, translate
from geo.ledger import AMOUNTS
from geo.people import Person
from geo.storage import Conflict, Record
from geo.storage.photos import PHOTOS_AT_MOST
from geo.web import forms, page
from geo.web.access import Needs, reason
from geo.web.ledger_fields import LedgerFields, typed
from geo.workspace import Workspace

HOME = "/m/ledger"
BYTES_AT_MOST = 40 * 1024 * 1024
"""Of a form with its photos; one alone may be as large as ``geo.casework.photos`` takes it."""
FIELD_AT_MOST = 64 * 1024
FIELDS_AT_MOST, FILES_AT_MOST = 80, 20
AT_ONCE = 2
"""Forms with photos that are worked on at the same time."""
POLICY = page.POLICY.replace("img-src 'self'", "script-src 'self'; connect-src 'self'; img-src 'self' blob: data:")
SCRIPT_WORDS = (
    *("draft", "no_draft", "restored", "photos_again", "drop", "choose", "own", "others", "no_place", "located"),
    *("tapped", "insecure", "locating", "refused", "unavailable", "tap_help", "no_map", "remove", "photos_many"),
    *("sending", "signed_out", "sign_in", "server", "refused_all", "offline", "edited", "caller_again"),
    *("unsent", "waiting", "lacking", "caught_up", "sure", "again", "placed", "taken", "as_another", "correct"),
    "elsewhere",
)
OWN = ("why", "caller_name", "caller_number", "photos")
"""Fields whose names are words of this form, not of the ledger."""
FORBIDDEN = ("casework.staff", "casework.leader", "casework.not_yours")
OVER = ("campaign.closed", "casework.retired")
Said = dict[str, str]


def routes(workspace: Workspace) -> list[Route]:
    """The form, the form of one entry, and photos; for staff."""
    pages, needs = _Pages(workspace), [Needs("staff", workspace)]

    def route(
        path: str, name: str, endpoint: Callable[..., Any], methods: Sequence[str], most: int | None = None
    ) -> Route:
        return Route(path, endpoint, name=name, methods=methods, middleware=needs, max_body_size=most)

    both = ("GET", "POST")
    return [
        route(HOME, "ledger_form", pages.entry, both, BYTES_AT_MOST),
        route(HOME + "/{id:path}", "ledger_entry", pages.entry, both, BYTES_AT_MOST),
        route("/ledger/photo/{id}.jpg", "ledger_photo", pages.photo, ("GET",)),
    ]


class _Pages:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turns = BoundedSemaphore(AT_ONCE)

    async def entry(self, request: Request) -> Response:
        if request.method != "POST":
            return await run_in_threadpool(self._told, request, partial(self._show, request))
        try:
            await request.form(max_files=FILES_AT_MOST, max_fields=FIELDS_AT_MOST, max_part_size=FIELD_AT_MOST)
        except HTTPException:  # more of something than these, or no form at all
            return self._unread(request)
        async with request.form() as form:  # which is read already
            said = {name: value for name, value in form.items() if isinstance(value, str)}
            files = [one for one in form.getlist("photos") if isinstance(one, UploadFile) and one.size]
            photos = [await one.read() for one in files]
            dropped = [one for one in form.getlist("drop") if isinstance(one, str)]
        send = partial(self._send, request, said, photos, dropped)
        return await run_in_threadpool(self._told, request, send)

    def _unread(self, request: Request) -> Response:
        most = {"files": FILES_AT_MOST, "fields": FIELDS_AT_MOST, "size": FIELD_AT_MOST // 1024}
        words = self._say(request)("ledger_form.unread", **most)
        if _script(request):
            return JSONResponse({"message": words}, 400, page.HEADERS)
        return page.message(request, 400, "ledger_form.title", words)

    async def photo(self, request: Request) -> Response:
        return await run_in_threadpool(self._told, request, partial(self._photo, request))

    def _photo(self, request: Request) -> Response:
        found = self._workspace.store.photos.get(request.path_params["id"])
        record = self._workspace.store.get(keeping.NOUN, found.entry) if found else None
        if found is None or record is None or record.retired:
            return page.message(request, 404, "ledger_form.photo_title", self._say(request)("ledger_form.no_photo"))
        return Response(found.jpeg, media_type="image/jpeg", headers=page.HEADERS)

    def _show(self, request: Request) -> Response:
        """The form: empty, or filled with what the address says; of one entry; or what was recorded just now."""
        id_ = request.path_params.get("id", "")
        if id_:
            record = keeping.seen(self._workspace, id_)
            keeping.open_campaign(self._workspace, str(record.values["campaign"]))
            return self._page(request, self._fields(request).of(record), record)
        if saved := request.query_params.get("saved"):
            return self._page(request, {}, saved=keeping.seen(self._workspace, saved))
        return self._page(request, self._fields(request).fresh(dict(request.query_params)))

    def _send(self, request: Request, said: Said, photos: Sequence[bytes], dropped: Sequence[str]) -> Response:
        """Records what the form says, or says what is wrong with it, with what was typed still there."""
        id_ = request.path_params.get("id", "")
        forms.must_be_ours(request, said.pop(forms.FIELD, ""))
        try:
            if photos:
                with self._turns:
                    record = self._done(request, id_, said, photos, dropped)
            else:
                record = self._done(request, id_, said, photos, dropped)
        except GongtuError as error:
            if error.key.startswith("store.") and not isinstance(error, Conflict):
                raise
            return self._refused(request, id_, said, error)
        onwards = page.address(request, HOME, saved=record.id)
        if _script(request):
            return JSONResponse({"id": record.id, "next": onwards}, headers=page.HEADERS)
        return RedirectResponse(onwards, 303, page.HEADERS)

    def _done(self, request: Request, id_: str, said: Said, photos: Sequence[bytes], dropped: Sequence[str]) -> Record:
        person: Person = request.state.person
        values = self._fields(request).values(said)
        caller = Caller(said.get("caller_name", ""), said.get("caller_number", "")) or None
        if id_:
            version = said.get("version", "")
            number = int(version) if version.isdecimal() and len(version) < 10 else 0
            why = said.get("why", "")
            return deeds.correct(
                self._workspace, person, id_, number, values, why, caller=caller, drop=dropped, photos=photos
            )
        if not (new := said.get("id")):
            known = {name: value for name, value in values.items() if value}
            return deeds.add(self._workspace, person, known, caller=caller, photos=photos)
        sent, why = self._fields(request).sent(said.get("sent", "")), self._say(request)("ledger_form.resent")
        return deeds.send(self._workspace, person, values, id=new, sent=sent, why=why, caller=caller, photos=photos)

    def _refused(self, request: Request, id_: str, said: Said, error: GongtuError) -> Response:
        """What is wrong, beside its field where it has one; of two who corrected one entry, what the first made."""
        language, say = page.language(request), self._say(request)
        faults: Said = {}
        theirs: list[tuple[str, str]] = []
        record: Record | None = None
        message, status = explain(error, language), 422
        match error:
            case EntryError():
                message = say(error.key, count=len(error.faults))
                faults = {
                    _beside(str(one.column)): say(one.key, value=one.value, allowed=one.allowed)
                    for one in reversed(error.faults)
                }
            case Conflict() if error.records:
                record, status = error.records[0], 409
                theirs = told.lines(record.values, self._fields(request).names, say)
                message = say("ledger_form.conflict", by=record.changed_by)
                if id_:
                    said = {**said, "version": str(record.version)}
                else:
                    message = say("casework.sent_otherwise")
            case ParameterError() if error.params.get("field") not in (None, "", "id"):
                field = str(error.params["field"])
                named = {**error.params, "field": say(f"{'ledger_form' if field in OWN else 'field'}.{field}")}
                faults, message = {field: say(error.key, **named)}, say("casework.faults", count=1)
            case ParameterError():
                status = 404 if error.key == "casework.unknown" else 422
            case _:
                status = 403 if error.key in FORBIDDEN else 409 if error.key in OVER else 422
        if _script(request):
            more: dict[str, Any] = {"theirs": theirs} if record else {}
            if record and id_:
                more["version"] = record.version
            elif record:
                more["correct"] = self._of(request, record)
            return JSONResponse({"message": message, "faults": faults, **more}, status, page.HEADERS)
        if id_ and record is None:
            record = self._workspace.store.get(keeping.NOUN, id_)
            if record is None or record.retired:
                raise error
        if record and not id_:
            said = {**said, "id": ""}  # saved once more it is another entry
        filled = {**self._fields(request).fresh({}), **said}
        about = record if id_ else None
        return self._page(request, filled, about, status=status, error=message, faults=faults, theirs=theirs)

    def _page(
        self,
        request: Request,
        said: Mapping[str, str],
        record: Record | None = None,
        *,
        saved: Record | None = None,
        status: int = 200,
        error: str = "",
        faults: Mapping[str, str] | None = None,
        theirs: Sequence[tuple[str, str]] = (),
    ) -> Response:
        fields, say, person = self._fields(request), self._say(request), request.state.person
        version = said.get("version") or (str(record.version) if record else "")
        about = told.title({"id": record.id, **record.values}, fields.names, say) if record else ""
        which = f"{record.id}.{version}" if record else "new"
        mine = f"gongtu.ledger.{hashlib.sha256(person.id.encode()).hexdigest()[:12]}."
        script = {
            "drafts": mine,
            **{name: say(f"ledger_form.{name}") for name in SCRIPT_WORDS},
            "synthetic": say("standing.synthetic"),
        }
        answer = page.page(
            request,
            "ledger.html",
            status,
            heading=say("ledger_form.correcting" if record else "ledger_form.title"),
            about=about,
            action=f"{HOME}/{quote(record.id, safe='')}" if record else HOME,
            version=version if record else "",
            said={**dict.fromkeys(typed(), ""), **said},
            caller_about=self._caller(person, record),
            saved=saved and self._saved(request, saved),
            error=error,
            faults={**dict.fromkeys((*typed(), "lon + lat", "photos"), ""), **(faults or {})},
            theirs=theirs,
            kept_photos=self._photos(record) if record else [],
            photos_at_most=PHOTOS_AT_MOST,
            script_words={**script, "photos_at_most": PHOTOS_AT_MOST},
            draft=mine + which,
            asked=bool(request.query_params.keys() - {"lang"}),
            amounts=[
                (name, " ".join(of)) for name, of in AMOUNTS.items() if name not in ("people", "workers", "recovered")
            ],
            **fields.choices(said.get("campaign", "")),
        )
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    def _saved(self, request: Request, record: Record) -> dict[str, Any]:
        """What was recorded, and where to go on from there."""
        fields = self._fields(request)
        same = {name: str(record.values.get(name) or "") for name in ("campaign", "team", "position", "date")}
        return {
            "lines": told.lines(record.values, fields.names, self._say(request)),
            "caller": self._caller(request.state.person, record),
            "two_towns": fields.two_towns(record),
            "photos": self._photos(record),
            "again": page.address(request, HOME, **same),
            "correct": self._of(request, record),
        }

    def _of(self, request: Request, record: Record) -> str:
        return page.address(request, f"{HOME}/{quote(record.id, safe='')}")

    def _caller(self, person: Person, record: Record | None) -> str:
        """What the form says of the caller: that there is one or none already, for who may see it; else there are no
        fields for one.
        """
        if record is None:
            return "caller_help"
        if record.values["kind"] != "appeal" or not callers.may_see(person, record):
            return ""
        day = today(self._workspace.district(), self._workspace.now())
        return "caller_on" if self._workspace.store.callers.has([record.id], day) else "caller_off"

    def _photos(self, record: Record) -> list[str]:
        return [f"/ledger/photo/{photo.id}.jpg" for photo in self._workspace.store.photos.of(record.id)]

    def _fields(self, request: Request) -> LedgerFields:
        return LedgerFields(self._workspace, request.state.person, page.language(request))

    def _say(self, request: Request) -> Callable[..., str]:
        return partial(translate, language=page.language(request))

    def _told(self, request: Request, answer: Callable[[], Response]) -> Response:
        """``answer``, or why there is none."""
        try:
            return answer()
        except forms.ForgedError as error:
            words = explain(error, page.language(request))
            if _script(request):
                return JSONResponse({"forged": True, "message": words}, 403, page.HEADERS)
            return page.message(request, 403, "session.forged_title", words)
        except GongtuError as error:
            known = error.key in ("casework.unknown", "casework.retired", "campaign.closed", "campaign.unknown")
            words = explain(error, page.language(request)) if known else reason(error, page.language(request))
            status = 404 if error.key == "casework.unknown" else 409 if known else 503
            if _script(request):
                return JSONResponse({"message": words}, status, page.HEADERS)
            if not known:
                return page.message(request, status, "access.out_of_order", words)
            return page.page(request, "ledger_gone.html", status, text=words)


def _beside(column: str) -> str:
    """The field that a fault of several is said beside."""
    return column if column == "lon + lat" else column.partition(" + ")[0]


def _script(request: Request) -> bool:
    """Whether the page's script asks, which wants no page."""
    return "text/html" not in request.headers.get("accept", "")
