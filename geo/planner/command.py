"""``python -m geo site``: where new sites should stand, for the district or for any table of costs."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from geo.coverage import LENSES, NO_REGION, TOTAL
from geo.datum import DATUMS
from geo.demand import MEASURES, UNIONS
from geo.district import District
from geo.enterprises import GROUPS, counted
from geo.errors import GongtuError
from geo.facilities import KINDS
from geo.hours.calendar import WEEKDAYS
from geo.i18n import Language, translate
from geo.planner.candidates import candidates
from geo.planner.cells import SIZES_M
from geo.planner.coverage import Answer, measure, moment, sites_at
from geo.planner.listed import read_list
from geo.planner.outcome import Outcome, outcome
from geo.planner.plan import SOURCES, Plan
from geo.planner.posing import Posed, chosen_ids, pose
from geo.planner.question import REACH_UNITS, Question
from geo.planner.solving import Solving
from geo.siting import GOALS, Goal, Problem, Solution
from geo.siting.costs import read_costs
from geo.text import as_json

FIGURES = ("all", "served", "unserved", "unknown", "share", "share_second", "median_m", "p90_m")
"""What is told of each region before and after."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command; those of the question and the plan are named as in the URL where that reads well."""
    add = parser.add_argument
    add("--goal", choices=GOALS, default="max-cover", help="what is looked for")
    add("-n", type=int, default=5, help="how many new sites at most; set-cover finds the number itself")
    add_question(parser)
    add("--from", dest="source", choices=SOURCES[:-1], default="cells", help="where new sites may be")
    add("--cell", type=int, choices=SIZES_M, default=1000, help="side of the cells in metres")
    add("--candidates", type=Path, metavar="FILE", help="a list (CSV, workbook) of where new sites may be")
    add("--datum", choices=DATUMS, default="wgs84", help="the datum of the list's coordinates")
    add("--capacity", type=float, help="the most that one new site takes, in what counts")
    add("--in", dest="forced", action="append", default=[], metavar="ID", help="a candidate that must be chosen")
    add("--out", dest="barred", action="append", default=[], metavar="ID", help="a candidate that must not be")
    add("--time", type=float, default=60.0, metavar="SECONDS", help="how long to look for better")
    add("--cost", type=Path, metavar="FILE", help="solve this table instead: rows demand, columns sites (CSV)")
    add("--weights", type=Path, metavar="FILE", help="the weight of each row of the table (CSV)")
    add("--json", action="store_true", help="print JSON")


def add_question(parser: argparse.ArgumentParser) -> None:
    """The options of a planner's question."""
    add = parser.add_argument
    add("--within", "--within-m", type=float, help="reach, inclusive: 1000 metres when left out; or --unit")
    add("--unit", choices=REACH_UNITS, default="m", help="of --within: metres, or minutes on foot or by e-bike")
    add("--kind", choices=KINDS, nargs="*", default=["rest_station"], help="the facilities that serve")
    add("--lens", choices=LENSES, default="service")
    add("--union", choices=UNIONS, help="whose demand counts; as the lens has it when left out")
    add("--measure", choices=MEASURES, default="enterprises", help="what counts")
    add("--industry", action="append", default=[], help="only this industry; repeat for several")
    add("--group", action="append", choices=GROUPS, default=[], help="only with this group; repeat for several")
    add("--day", choices=WEEKDAYS, help="only what is open then counts; with --hour")
    add("--hour", type=int, help="0 to 23; with --day")


def run_costs(asked: argparse.Namespace, *, out: TextIO) -> int:
    """Solves the table of costs that ``asked`` names, and prints its sites that were chosen, by the header's names."""
    problem, _, names = read_costs(asked.cost, asked.weights)
    problem = replace(
        problem,
        forced=chosen_ids(asked.forced, names, "in"),
        barred=chosen_ids(asked.barred, names, "out"),
        capacity=None if asked.capacity is None else np.full(len(names), asked.capacity),
    )
    solution = _solve(problem, asked.goal, asked.n, asked.within, asked.time)
    chosen = [str(names[site]) for site in solution.sites]
    if asked.json:
        print(as_json({"goal": solution.goal, "sites": chosen, **_proof(solution)}), file=out)
    else:
        for name in chosen:
            print(name, file=out)
        print(proof_in_words(solution, asked.language), file=out)
    return 0


def run_site(district: District, now: datetime, asked: argparse.Namespace, *, out: TextIO) -> int:
    """Looks for new sites in the district as ``asked``, and prints them with what they come to."""
    question, plan = Question.read(question_params(asked)), _plan(asked)
    at = None
    if question.when is not None:
        at = moment(question.when, now.astimezone(district.calendar.zone).date(), district.calendar)
    listed = read_list(asked.candidates, asked.candidates.name, district, asked.datum) if asked.candidates else None
    places = candidates(district, plan, question, listed, language=asked.language)
    measured = measure(district, sites_at(district, question.kinds, at))
    posed = pose(district, question, plan, places, measured)
    n = None if plan.goal == "set-cover" else plan.n
    solution = _solve(posed.problem, plan.goal, n, question.reach.within_m, asked.time)
    found = outcome(district, question, at, measured, [places.site(site) for site in solution.sites])
    if asked.json:
        print(as_json(_told(district, plan, posed, solution, found, asked.language)), file=out)
    else:
        for line in _in_words(district, posed, solution, found, asked.language):
            print(line, file=out)
    return 0


def question_params(asked: argparse.Namespace) -> dict[str, str]:
    """The options as the parameters of the URL that asks the same."""
    within = 1000.0 if asked.within is None else asked.within
    said = {
        "kinds": ",".join(asked.kind),
        "reach": str(int(within)) if within.is_integer() else str(within),
        "unit": asked.unit,
        "lens": asked.lens,
        "measure": asked.measure,
        "union": asked.union or "",
        "industry": ",".join(asked.industry),
        "groups": ",".join(asked.group),
        "day": asked.day or "",
        "hour": "" if asked.hour is None else str(asked.hour),
    }
    return {name: text for name, text in said.items() if text or name == "kinds"}


def _plan(asked: argparse.Namespace) -> Plan:
    return Plan(
        goal=asked.goal,
        n=asked.n,
        source="list" if asked.candidates else asked.source,
        cell_m=asked.cell,
        capacity=asked.capacity,
        forced=tuple(asked.forced),
        barred=tuple(asked.barred),
    )


def _solve(problem: Problem, goal: Goal, n: int | None, within: float | None, time_s: float) -> Solution:
    """The answer; on Ctrl-C the best until then."""
    solving = Solving.start(problem, goal, n=n, within=within, time_s=time_s)
    try:
        seen = solving.wait()
    except KeyboardInterrupt:
        seen = solving.stop()
    if seen.error is not None:
        raise seen.error
    if seen.best is None:
        raise GongtuError("planning.stopped")
    return seen.best


def _proof(solution: Solution) -> dict[str, Any]:
    said = {name: getattr(solution, name) for name in ("objective", "bound", "proven", "gap", "seconds")}
    return said | ({"note": solution.note} if solution.note else {})


def _told(
    district: District, plan: Plan, posed: Posed, solution: Solution, found: Outcome, language: Language
) -> dict[str, Any]:
    facilities = district.facilities.iloc[found.before.measured.sites.rows]
    return {
        "district": district.about["name"][language],
        "notice": district.notice(language),
        **district.follows(facilities, counted(district.enterprises)),
        "revision": district.revision,
        "datum": "WGS-84",
        "question": _question(found.before.question),
        "plan": {"goal": plan.goal, "n": plan.n, "from": plan.source, "cell_m": plan.cell_m, "url": plan.params()},
        "at": found.before.at.isoformat() if found.before.at else None,
        "goal": solution.goal,
        "sites": [
            {
                **{name: getattr(gain.site, name) for name in ("id", "name", "lon", "lat")},
                **{name: getattr(gain, name) for name in ("reaches", "own", "saved_m")},
            }
            for gain in found.gains
        ],
        **_proof(solution),
        "candidates": posed.problem.table.sites,
        "off_m": posed.off_m,
        "total_off_m": posed.total_off_m,
        "changed": len(found.changed),
        "before": {"total_m": found.total_before_m, "worst_m": found.worst_before_m, **_rows(district, found.before)},
        "after": {"total_m": found.total_after_m, "worst_m": found.worst_after_m, **_rows(district, found.after)},
    }


def _question(question: Question) -> dict[str, Any]:
    """The question in full: what a URL leaves out because it is usual is said here too."""
    who = {"measure": question.who.measure, "union": question.who.union}
    return {"kinds": list(question.kinds), "within_m": question.reach.within_m, **who, "url": question.params()}


def _rows(district: District, answer: Answer) -> dict[str, Any]:
    """The figures of the whole district and of each region; ``no_region``: of those whose region is not known."""
    rows = answer.rows[list(FIGURES)].to_dict("index")
    named = zip(district.regions["code"], district.regions["name"], strict=True)
    return {
        "total": rows[TOTAL],
        "regions": [{"code": code, "name": name, **rows[code]} for code, name in named],
        "no_region": rows[NO_REGION],
    }


def _in_words(district: District, posed: Posed, solution: Solution, found: Outcome, language: Language) -> list[str]:
    def say(key: str, **values: object) -> str:
        return translate(f"planning.{key}", language, **values)

    lines = [district.notice(language)]
    for gain in found.gains:
        place = f"{gain.site.lon:.5f}, {gain.site.lat:.5f}"
        lines.append(say("gain", name=gain.site.name, id=gain.site.id, place=place, own=f"{gain.own:,g}"))
    if not found.gains:
        lines.append(say("no_sites"))
    lines.append(proof_in_words(solution, language))
    if posed.off_m:
        lines.append(say("gathered", metres=f"{posed.off_m:,.0f}"))
    names = {record["code"]: _name(record, language) for record in district.regions.to_dict("records")}
    names |= {NO_REGION: translate("table.no_region", language), TOTAL: translate("table.total", language)}
    for code, name in names.items():
        before, after = (answer.rows.loc[code] for answer in (found.before, found.after))
        if before["all"]:
            served = (f"{row['served']:,g}" for row in (before, after))
            lines.append(say("row", name=name, before=next(served), after=next(served), all=f"{before['all']:,g}"))
    return lines


def _name(record: Mapping[Any, Any], language: Language) -> str:
    return str((language == "en" and record.get("name_en")) or record["name"])


def proof_in_words(solution: Solution, language: Language) -> str:
    """What the answer is worth, and whether there can be none better."""
    values = {"objective": f"{solution.objective:,.6g}", "seconds": f"{solution.seconds:.2f}"}
    if solution.proven:
        return translate("planning.proven", language, **values)
    return translate("planning.unproven", language, bound=f"{solution.bound:,.6g}", gap=f"{solution.gap:.1%}", **values)
