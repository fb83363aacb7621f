"""``python -m geo assign``: which team takes which position, for a campaign or for any table of positions."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.assignment import GOALS, Clash, Goal, Parts, Solution, explain, measure
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.fieldwork.campaign import Campaign, campaign, campaigns
from geo.fieldwork.plan import METRICS, Plan
from geo.fieldwork.posing import Posed, pose
from geo.fieldwork.solving import Solving
from geo.fieldwork.tables import read_table
from geo.fieldwork.words import Names, clash_words, demand_words, names_of, note_words, why_words
from geo.fieldwork.workload import DEFAULTS
from geo.i18n import Language, translate
from geo.storage import Store
from geo.text import as_json
from geo.words import Say, distance

STARTS = ("none", "published", "draft")
"""What the proposal starts from: nothing, the plan that was published last, or the draft."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("--campaign", help="its id; the newest that is not closed when left out")
    add("--goal", choices=GOALS, default="compact", help="little travel, even workloads, or few changes")
    add("--balance", type=float, help="the most that a team's workload may differ from its share, as a part of it")
    pair = partial(add, action="append", default=[])
    pair("--lock", metavar="POSITION=TEAM", help="a position that must go to this team; repeat for several")
    pair("--never", metavar="POSITION=TEAM", help="a position that must not go to this team")
    pair("--strength", metavar="TEAM=NUMBER", help="how strong a team is against the others, which are 1")
    pair("--weight", metavar="METRIC=NUMBER", help=f"the weight of one of {', '.join(METRICS)}")
    pair("--extra", metavar="POSITION=POINTS", help="points that a position has besides")
    add("--from", dest="start", choices=STARTS, default="none", help="the plan whose teams and demands are taken over")
    add("--time", type=float, default=10.0, metavar="SECONDS", help="how long to look for better")
    add("--positions", type=Path, metavar="FILE", help="solve this table instead: columns id, load, x, y (CSV)")
    add("--edges", type=Path, metavar="FILE", help="which of its positions hang together: columns a, b (CSV)")
    add("--teams", type=int, metavar="K", help="how many teams share the table's positions; they are 1 to K")
    add("--json", action="store_true", help="print JSON")


@dataclass(frozen=True, eq=False)
class _Asked:
    """A problem with what is needed to tell its answer."""

    posed: Posed
    plan: Plan
    names: Names
    goal: Goal
    time_s: float


def run_assign(
    district: District,
    store: Store,
    asked: argparse.Namespace,
    *,
    entries: pd.DataFrame | None = None,
    out: TextIO,
    err: TextIO,
) -> int:
    """Proposes a plan of the campaign as ``asked`` and prints it; 1 where there is none, with the demands that clash.
    ``entries``: the ledger, whose open appeals are part of the workload.

    ParameterError for a campaign, position, team or metric that there is not, and a number that cannot be.
    """
    those = campaigns(district, store)
    newest = next((one for one in those if one.closed_at is None), None)
    if asked.campaign is None and newest is None:
        raise GongtuError("fieldwork.no_campaign")
    chosen = campaign(district, store, newest.id if asked.campaign is None and newest else asked.campaign)
    plan = read_plan(asked, chosen, _start(store, chosen, asked.start))
    posed = pose(district, chosen, plan, entries=entries)
    question = _Asked(posed, plan, names_of(district, chosen, asked.language), asked.goal, asked.time)
    return _answer(
        question,
        asked,
        out=out,
        err=err,
        about={
            "campaign": chosen.id,
            "name": (asked.language == "en" and chosen.name_en) or chosen.name,
            "notice": district.notice(asked.language),
            **_grounds(district, chosen, posed, asked.language),
            "from": asked.start,
            "weights": {name: plan.weights.get(name, usual) for name, usual in DEFAULTS.items()},
        },
        regions=[str(code) for code in district.regions["code"]],
    )


def run_table(asked: argparse.Namespace, *, out: TextIO, err: TextIO) -> int:
    """Solves the table that ``asked`` names, as ``run_assign`` does a campaign; it needs no district.

    GongtuError for files that are no such table, where there are no teams or edges said, and for weights: a table has
    no metrics.
    """
    if asked.edges is None or asked.teams is None:
        raise GongtuError("fieldwork.table_needs")
    if asked.weight:
        raise ParameterError("fieldwork.table_weight", field="--weight")
    table = read_table(asked.positions, asked.edges, asked.teams)
    demands = read_demands(asked, table.positions, table.teams)
    posed = table.posed(demands)
    names = Names(
        {one: one for one in table.positions},
        {one: translate("fieldwork.team", asked.language, team=one) for one in table.teams},
    )
    question = _Asked(posed, demands, names, asked.goal, asked.time)
    return _answer(
        question, asked, out=out, err=err, about={"campaign": None, "table": asked.positions.name}, regions=[]
    )


def read_plan(asked: argparse.Namespace, chosen: Campaign, start: Plan) -> Plan:
    """``start`` with the options over it. ParameterError for what the campaign has not."""
    return read_demands(asked, chosen.positions, tuple(team.id for team in chosen.teams), start)


def read_demands(
    asked: argparse.Namespace, positions: Sequence[str], teams: Sequence[str], start: Plan | None = None
) -> Plan:
    """The plan that the options make of ``start``, checked as every plan is (``Plan.read``)."""
    fields = dict((start or Plan()).fields())
    for position, team in _once(_pairs(asked.lock, "--lock", positions, teams), "--lock"):
        fields[f"fixed.{position}"] = team
    never: dict[str, list[str]] = {}
    for position, team in _pairs(asked.never, "--never", positions, teams):
        never.setdefault(position, list(fields.get(f"never.{position}", []))).append(team)
    fields |= {f"never.{position}": some for position, some in never.items()}
    for option, part, known in (
        ("strength", "strength", teams),
        ("weight", "weights", METRICS),
        ("extra", "extra", positions),
    ):
        for name, value in _once(_pairs(getattr(asked, option), f"--{option}", known, None), f"--{option}"):
            fields[f"{part}.{name}"] = _number(f"--{option}", value)
    if asked.balance is not None:
        fields["balance"] = asked.balance
    return Plan.read(fields)


def _pairs(
    given: Sequence[str], option: str, names: Sequence[str], values: Sequence[str] | None
) -> list[tuple[str, str]]:
    """NAME=VALUE, of names and values that there are."""
    pairs = []
    for text in given:
        name, sign, value = (part.strip() for part in text.rpartition("="))
        if not sign or not name or not value:
            raise ParameterError("fieldwork.pair", field=option, value=text[:80])
        for one, known in ((name, names), (value, values)):
            if known is not None and one not in known:
                raise ParameterError("fieldwork.unknown", field=option, value=one[:80], known=", ".join(known)[:400])
        pairs.append((name, value))
    return pairs


def _once(pairs: Sequence[tuple[str, str]], option: str) -> Sequence[tuple[str, str]]:
    """The pairs, of which none says something else of a name that another has."""
    said: dict[str, str] = {}
    for name, value in pairs:
        first = said.setdefault(name, value)
        if first != value:
            raise ParameterError("fieldwork.twice", field=option, name=name[:80], first=first[:80], second=value[:80])
    return pairs


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ParameterError("fieldwork.number", field=option, value=text[:80]) from None


def _start(store: Store, chosen: Campaign, start: str) -> Plan:
    """The plan that is taken over; an empty one where there is none of that kind."""
    if start == "draft":
        return Plan.read(store.assignments.draft(chosen.id).fields)
    last = store.assignments.published(chosen.id) if start == "published" else None
    return Plan.read(last.fields) if last is not None else Plan()


def _grounds(district: District, chosen: Campaign, posed: Posed, language: Language) -> dict[str, Any]:
    """What the answer stands on, and how far that can be trusted."""
    regions = district.regions
    follows = district.follows(district.enterprises[district.enterprises["union_status"] != "closed"])
    return {
        **follows,
        "standing": "synthetic" if posed.workload.synthetic else follows["standing"],
        "revision": district.revision,
        "campaign_standing": chosen.standing,
        "base": {"name": chosen.base_name, "standing": chosen.base_standing} if chosen.base else None,
        "boundaries": [
            {"standing": standing, "label": label}
            for standing, label in sorted(
                set(zip(regions["boundary_standing"], regions[f"boundary_label_{language}"], strict=True))
            )
        ],
    }


def _answer(
    question: _Asked,
    asked: argparse.Namespace,
    *,
    out: TextIO,
    err: TextIO,
    about: Mapping[str, Any],
    regions: Sequence[str],
) -> int:
    say: Say = partial(translate, language=asked.language)
    posed = question.posed
    try:
        solution = _solve(question)
    except Clash as clash:
        for line in clash_words(clash, posed, question.names, say):
            print(line, file=err)
        if asked.json:
            print(as_json({**about, **_clash(clash, question, say)}), file=out)
        return 1
    if asked.json:
        print(as_json({**about, **_told(question, solution, regions, say)}), file=out)
    else:
        for line in _in_words(question, solution, str(about.get("notice", "")), say):
            print(line, file=out)
    return 0


def _solve(question: _Asked) -> Solution:
    """The answer; on Ctrl-C the best until then."""
    if not 0 < question.time_s < math.inf:
        raise ParameterError("assignment.time", field="--time", value=question.time_s)
    solving = Solving.start(question.posed.problem, question.goal, time_s=question.time_s)
    try:
        seen = solving.wait()
    except KeyboardInterrupt:
        seen = solving.stop()
    if seen.error is not None:
        raise seen.error
    if seen.best is None:
        raise GongtuError("planning.stopped")
    return seen.best


def _clash(clash: Clash, question: _Asked, say: Say) -> dict[str, Any]:
    posed, names = question.posed, question.names
    return {
        "clash": [
            {
                "what": demand.what,
                "team": posed.teams[demand.team] if demand.team >= 0 else None,
                "position": posed.positions[demand.position] if demand.position >= 0 else None,
                "words": demand_words(demand, posed, names, say),
            }
            for demand in clash.demands
        ],
        "irreducible": clash.irreducible,
        "balance": posed.problem.balance,
        "least_balance": clash.least_balance,
        "least_proven": clash.least_proven,
    }


def _told(question: _Asked, solution: Solution, regions: Sequence[str], say: Say) -> dict[str, Any]:
    posed, names = question.posed, question.names
    team = np.array(solution.team, dtype=np.int64)
    parts = measure(posed.problem, team)
    return {
        "goal": solution.goal,
        "balance": posed.problem.balance,
        "objective": {name: getattr(parts, name) for name in ("travel_m", "worst", "changes", "cut")},
        "value": solution.value,
        "bound": solution.bound,
        "proven": solution.proven,
        "note": solution.note,
        "seconds": solution.seconds,
        "demands": {name: value for name, value in question.plan.fields().items() if not name.startswith("where.")},
        "counted": posed.workload.counted,
        "notes": [note_words(note, names, say) for note in posed.workload.notes],
        "teams": [_team(index, team, parts, question) for index in range(len(posed.teams))],
        "positions": [_position(index, team, regions, question, say) for index in range(len(posed.positions))],
        "edges": posed.ground.edges(),
    }


def _team(index: int, team: NDArray[np.int64], parts: Parts, question: _Asked) -> dict[str, Any]:
    """A team of the answer. ``travel_m``: metres from its hub to its other positions, added up."""
    posed, names = question.posed, question.names
    members, hub = np.flatnonzero(team == index), int(parts.hubs[index])
    ids = [posed.positions[one] for one in members]
    return {
        "id": posed.teams[index],
        "name": names.teams[posed.teams[index]],
        "positions": ids,
        "names": [names.positions[one] for one in ids],
        "strength": posed.problem.strength[index],
        "load": parts.load[index],
        "target": parts.target[index],
        "deviation": parts.deviation[index],
        "hub": posed.positions[hub] if hub >= 0 else None,
        "travel_m": posed.problem.metres[hub, members].sum() if hub >= 0 else 0.0,
    }


def _position(
    index: int, team: NDArray[np.int64], regions: Sequence[str], question: _Asked, say: Say
) -> dict[str, Any]:
    posed, names, one = question.posed, question.names, question.posed.positions[index]
    region, fixed = int(posed.ground.region[index]), int(posed.problem.fixed[index])
    present = int(posed.problem.present[index])
    return {
        "id": one,
        "name": names.positions[one],
        "team": posed.teams[team[index]],
        "present": posed.teams[present] if present >= 0 else None,
        "locked": fixed >= 0,
        "region": regions[region] if region >= 0 else None,
        "region_by": posed.ground.region_by[index] or None,
        "x": posed.ground.x[index],
        "y": posed.ground.y[index],
        "anywhere": posed.ground.anywhere[index],
        "workload": posed.workload.points.iloc[index].to_dict(),
        "values": posed.workload.values.iloc[index].to_dict(),
        "total": posed.workload.total[index],
        "why": why_words(explain(posed.problem, team, index), posed, names, say),
    }


def _in_words(question: _Asked, solution: Solution, notice: str, say: Say) -> list[str]:
    posed, names = question.posed, question.names
    team = np.array(solution.team, dtype=np.int64)
    parts = measure(posed.problem, team)
    lines = [notice] if notice else []
    for index, one in enumerate(posed.teams):
        ids = [posed.positions[place] for place in np.flatnonzero(team == index)]
        said = {
            "load": f"{parts.load[index]:.1f}",
            "target": f"{parts.target[index]:.1f}",
            "deviation": f"{100 * parts.deviation[index]:+.1f}%",
            "positions": say("fieldwork.and").join(names.positions[each] for each in ids),
        }
        lines.append(say("fieldwork.team_line", team=names.teams[one], **said))
    lines.append(
        say(
            "fieldwork.parts",
            travel=distance(parts.travel_m, say),
            worst=f"{100 * parts.worst:.1f}%",
            changes=parts.changes,
            cut=parts.cut,
        )
    )
    lines.append(proof_words(solution, say))
    return [*lines, *(note_words(note, names, say) for note in posed.workload.notes)]


def proof_words(solution: Solution, say: Say) -> str:
    """What an answer is worth: proven the best there is, or how good any could be at most."""
    seconds = f"{solution.seconds:.2f}"
    if solution.proven:
        return say("fieldwork.proven", seconds=seconds)
    first = next(
        (i for i, pair in enumerate(zip(solution.value, solution.bound, strict=True)) if pair[0] != pair[1]), 0
    )
    kind = "travel" if solution.goal == "compact" or first else "worst" if solution.goal == "fair" else "changes"
    number = solution.bound[first]
    said = {"travel": distance(number, say), "worst": f"{100 * number:.2f}%", "changes": f"{number:.0f}"}
    return say(f"fieldwork.unproven_{kind}", bound=said[kind], seconds=seconds)
