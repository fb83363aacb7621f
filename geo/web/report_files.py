"""Reports of planners' questions as files: coverage, a plan out of an address, a scenario; as PDF or as a workbook."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from threading import BoundedSemaphore
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from geo import clock
from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import campaign
from geo.fieldwork.rights import read_plan
from geo.fieldwork.told import asked_version, tell
from geo.i18n import explain
from geo.people import Person
from geo.planner.candidates import named
from geo.planner.coverage import answer, measure, moment, sites_at
from geo.planner.outcome import outcome
from geo.planner.plan import Plan, Site
from geo.planner.question import Question
from geo.progress.brief import brief_of, progress_of
from geo.report.assignment import assignment_report
from geo.report.assignment_sheet import assignment_sheet
from geo.report.brief import brief_report, brief_sheet
from geo.report.content import Report
from geo.report.coverage import coverage_report
from geo.report.pages import pdf
from geo.report.progress import progress_report
from geo.report.siting import siting_report
from geo.report.workbook import workbook
from geo.scenarios import Scenario, may_read
from geo.web import page
from geo.web.access import Needs, asking, reason, refused
from geo.workspace import Workspace

AT_ONCE, WAIT_S = 2, 3.0
"""How many reports are made at the same time, and how long who comes then waits for a turn."""
FORMATS: Mapping[str, tuple[Callable[[Report], bytes], str]] = {
    "pdf": (pdf, "application/pdf"),
    "xlsx": (workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
MISSING = ("report_file.no_such", "scenario.unknown", "campaign.unknown", "assignment_file.none")
"""The refusals that are a 404."""
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes(workspace: Workspace) -> list[Route]:
    """``/report/coverage.pdf``, ``/report/plan.pdf``, ``/report/scenario/ID.pdf``, and the same as ``.xlsx``: what the
    public may see for the public, with names for staff, in the language of ``?lang=``.

    ``/report/assignment/ID.pdf``, one sheet, and ``.xlsx``: who goes where in a campaign, for staff, in the version of
    ``?version=``, the draft for leaders.

    ``/report/brief/ID.pdf?week=YYYY-Www``, one page, and ``.xlsx``: a week of a campaign;
    ``/report/progress/ID.xlsx?since=&until=&on=``: all that is counted of it; for leaders.
    """
    files = _Files(workspace)
    staff = [Needs("staff", workspace)]
    public = [Needs("public", workspace)]
    leader = [Needs("leader", workspace)]
    return [
        Route("/report/brief/{campaign}.{format}", files.brief, name="report brief", middleware=leader),
        Route("/report/progress/{campaign}.{format}", files.progress, name="report progress", middleware=leader),
        Route("/report/assignment/{campaign}.{format}", files.assignment, name="report assignment", middleware=staff),
        Route("/report/scenario/{id}.{format}", files.scenario, name="report scenario", middleware=public),
        Route("/report/{what}.{format}", files.question, name="report", middleware=public),
    ]


class _Made(NamedTuple):
    """A report that has ways of its own to be written, by format."""

    report: Report
    own: Mapping[str, Callable[[Report], bytes]]


class _Files:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turns = BoundedSemaphore(AT_ONCE)

    def question(self, request: Request) -> Response:
        """The report of the question, and of the plan, that the address holds."""
        what = request.path_params["what"]

        def make(person: Person) -> Report:
            if what not in ("coverage", "plan"):
                raise ParameterError("report_file.no_such", field="what", value=what[:80])
            params = dict(request.query_params)
            if what == "coverage":
                return self._coverage(request, Question.read(params), person)
            plan = Plan.read(params)
            if not plan.sites:
                raise ParameterError("report_file.no_sites", field="sites", value="")
            return self._plan(request, Question.read(params), plan, None, person)

        return self._told(request, make)

    def scenario(self, request: Request) -> Response:
        """The report of a scenario: for staff, and for anybody where it is shared."""

        def make(person: Person) -> Report | Response:
            id_ = request.path_params["id"]
            found = self._workspace.store.scenarios.get(id_)
            if found is None:
                raise ParameterError("scenario.unknown", field="id", value=id_[:80].encode("utf-8", "replace").decode())
            if not may_read(found, person):
                return refused(request, person, "staff")
            sites = tuple(Site(s["id"], s["name"], s["lon"], s["lat"], s["moved"]) for s in found.sites)
            plan = replace(Plan.read({**found.plan, "sites": ""}), sites=sites)
            return self._plan(request, Question.read(found.question), plan, found, person)

        return self._told(request, make)

    def assignment(self, request: Request) -> Response:
        """A version of a campaign's plan: the one published last where none is asked for."""

        def make(person: Person) -> _Made | Response:
            version = asked_version(request.query_params.get("version", "published"))
            if not read_plan(person, version):
                return refused(request, person, "leader")
            district, now, language = self._workspace.district(), self._workspace.now(), page.language(request)
            of = campaign(district, self._workspace.store, request.path_params["campaign"])
            found = tell(district, self._workspace.store, of, version, self._workspace.entries())
            report = assignment_report(district, found, language, now)
            sheet = partial(assignment_sheet, district, found, language, now)
            return _Made(report, {"pdf": lambda _: sheet()})

        return self._told(request, make)

    def brief(self, request: Request) -> Response:
        """A week of a campaign: one page, or the week as a workbook."""

        def make(person: Person) -> _Made:
            del person
            district, now, language = self._workspace.district(), self._workspace.now(), page.language(request)
            week = request.query_params.get("week", "")
            found = brief_of(self._workspace, district, request.path_params["campaign"], week)
            sheet = partial(brief_sheet, district, found, language, now)
            book = partial(progress_report, found.scene, found.period, found.decisions, language, now)
            report = brief_report(district, found, language, now)
            return _Made(report, {"pdf": lambda _: sheet(), "xlsx": lambda _: workbook(book())})

        return self._told(request, make)

    def progress(self, request: Request) -> Response:
        """All that is counted of a campaign in some days, as a workbook."""

        def make(person: Person) -> Report:
            del person
            format_ = request.path_params["format"]
            if format_ != "xlsx":
                raise ParameterError("report_file.no_such", field="format", value=format_)
            district, now, language = self._workspace.district(), self._workspace.now(), page.language(request)
            since, until, on = (request.query_params.get(name, "") for name in ("since", "until", "on"))
            found = progress_of(self._workspace, district, request.path_params["campaign"], since, until, on)
            return progress_report(*found, language, now)

        return self._told(request, make)

    def _coverage(self, request: Request, question: Question, person: Person) -> Report:
        district, now = self._workspace.district(), self._workspace.now()
        today = clock.today(district, now)
        at = moment(question.when, today, district.calendar) if question.when else None
        found = answer(district, question, at, measure(district, sites_at(district, question.kinds, at)))
        public = not person.may("staff")
        return coverage_report(
            district, found, public=public, language=page.language(request), printed=now, today=today
        )

    def _plan(
        self, request: Request, question: Question, plan: Plan, scenario: Scenario | None, person: Person
    ) -> Report:
        district, now = self._workspace.district(), self._workspace.now()
        today = clock.today(district, now)
        language = page.language(request)
        at = moment(question.when, today, district.calendar) if question.when else None
        measured = measure(district, sites_at(district, question.kinds, at))
        sites = named(district, plan.sites, language=language) if scenario is None else plan.sites
        found = outcome(district, question, at, measured, sites)
        public = not person.may("staff")
        return siting_report(district, found, plan, scenario=scenario, public=public, language=language, printed=now)

    def _told(self, request: Request, make: Callable[[Person], Report | _Made | Response]) -> Response:
        """The file, or why there is none: 404 for what there is not, 422 for what cannot be asked."""
        format_ = request.path_params["format"]
        try:
            if format_ not in FORMATS:
                raise ParameterError("report_file.no_such", field="format", value=format_[:80])
            person = asking(request, self._workspace)
            if not self._turns.acquire(timeout=WAIT_S):
                return _refusal(request, 503, GongtuError("export.busy"), {"Retry-After": "10"})
            try:
                made = make(person)
                if isinstance(made, Response):
                    return made
                report, own = (made.report, made.own) if isinstance(made, _Made) else (made, {})
                usual, media_type = FORMATS[format_]
                content = own.get(format_, usual)(report)
            finally:
                self._turns.release()
        except ParameterError as error:
            return _refusal(request, 404 if error.key in MISSING else 422, error)
        except GongtuError as error:
            return _refusal(request, 503, error)
        where = "inline" if format_ == "pdf" else "attachment"
        name = f"{re.sub(r'[^A-Za-z0-9._-]', '', report.file)}.{format_}"
        said = quote(f"{report.title}.{format_}", safe="")
        shown = {"Content-Disposition": f"{where}; filename=\"{name}\"; filename*=UTF-8''{said}"}
        return Response(content, media_type=media_type, headers={**HEADERS, **shown})


def _refusal(request: Request, status: int, error: GongtuError, headers: Mapping[str, str] | None = None) -> Response:
    """Why there is no report: a page for a browser, else JSON."""
    language = page.language(request)
    words = explain(error, language) if isinstance(error, ParameterError) else reason(error, language)
    if "text/html" in request.headers.get("accept", ""):
        return page.message(request, status, "report_file.refused", words)
    return JSONResponse({"detail": words}, status, {**HEADERS, **(headers or {})})
