"""What is wrong with a plan, which demands clash, and why a position is where it is: in a leader's words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geo.assignment import Clash, Demand, Finding, Why
from geo.district import District
from geo.fieldwork.campaign import Campaign
from geo.fieldwork.posing import Posed
from geo.fieldwork.workload import Note
from geo.i18n import Language
from geo.words import Say, distance, local_name

NAMED_AT_MOST = 8
"""Positions that one sentence names; of the others it says how many."""
APART = " | "
"""Between the pieces of a ground, in any language."""
UNSEEN = 0.05
"""Points too few to be seen to a tenth."""


@dataclass(frozen=True)
class Names:
    """Names by id, in one language."""

    positions: Mapping[str, str]
    teams: Mapping[str, str]
    base: str = ""


def names_of(district: District, campaign: Campaign, language: Language) -> Names:
    """The names of the campaign's positions, teams and base; of a position that is no longer there its id."""
    known = {row["id"]: local_name(row, language) for row in district.positions.to_dict("records")}
    return Names(
        {one: known.get(one, one) for one in campaign.positions},
        {team.id: (language == "en" and team.name_en) or team.name for team in campaign.teams},
        (language == "en" and campaign.base_name_en) or campaign.base_name,
    )


def listed(ids: Iterable[str], names: Mapping[str, str], say: Say) -> str:
    """The names, joined; at most ``NAMED_AT_MOST`` and how many there are in all."""
    those = [names.get(one, one) for one in ids]
    said = say("fieldwork.and").join(those[:NAMED_AT_MOST])
    return said if len(those) <= NAMED_AT_MOST else say("fieldwork.and_more", names=said, count=len(those))


def finding_words(finding: Finding, posed: Posed, names: Names, say: Say) -> str:
    """One thing that is wrong, as a sentence."""
    team = _team(finding.team, posed, names)
    positions = listed(_ids(finding.positions, posed), names.positions, say)
    match finding.what:
        case "unassigned":
            return say("fieldwork.unassigned", count=len(finding.positions), positions=positions)
        case "split":
            parts = [listed(_ids(part, posed), names.positions, say) for part in finding.parts]
            return say("fieldwork.split", team=team, count=len(parts), parts=APART.join(parts))
        case "heavy" | "light":
            said = {"part": _percent(_up(abs(finding.amount))), "most": _percent(posed.problem.balance)}
            return say(f"fieldwork.{finding.what}", team=team, **said)
        case "empty":
            return say("fieldwork.empty", team=team)
        case "not_fixed":
            return say("fieldwork.not_fixed", team=team, position=positions)
        case "never":
            return say("fieldwork.never", team=team, position=positions)


def clash_words(clash: Clash, posed: Posed, names: Names, say: Say) -> list[str]:
    """The demands that clash, one to a line, under a first line that says so; last, the balance that would do."""
    lines = [say("fieldwork.clash" if clash.irreducible else "fieldwork.clash_some")]
    lines += [demand_words(demand, posed, names, say) for demand in clash.demands]
    if clash.least_balance is not None:
        least = _percent(_up(clash.least_balance))
        lines.append(say("fieldwork.least" if clash.least_proven else "fieldwork.least_found", balance=least))
    return lines


def demand_words(demand: Demand, posed: Posed, names: Names, say: Say) -> str:
    """One demand."""
    team = _team(demand.team, posed, names)
    position = listed(_ids([demand.position], posed), names.positions, say) if demand.position >= 0 else ""
    match demand.what:
        case "fixed" | "never":
            return say(f"fieldwork.demand_{demand.what}", team=team, position=position)
        case "balance":
            return say("fieldwork.demand_balance", balance=_percent(posed.problem.balance))
        case "teams":
            return say("fieldwork.demand_teams", teams=len(posed.teams), positions=len(posed.positions))
        case "load":
            points = f"{posed.problem.load[demand.position]:.1f}"
            target = f"{posed.problem.target.max():.1f}"
            return say("fieldwork.demand_load", position=position, points=points, target=target)
        case "connected":
            return say("fieldwork.demand_connected")


def why_words(why: Why, posed: Posed, names: Names, say: Say) -> list[str]:
    """Why a position is where it is: its workload, its lock, its neighbours, and what it would do elsewhere."""
    lines = [workload_words(why.position, posed, say)]
    team = _team(why.team, posed, names)
    if why.fixed:
        must = _team(int(posed.problem.fixed[why.position]), posed, names)
        lines.append(say("fieldwork.why_fixed", team=must))
    if why.team < 0:
        lines.append(say("fieldwork.why_nowhere"))
    elif posed.ground.anywhere[why.position]:
        lines.append(say("fieldwork.why_anywhere"))
    elif why.neighbours:
        those = listed(_ids(why.neighbours, posed), names.positions, say)
        lines.append(say("fieldwork.why_neighbours", team=team, positions=those))
    else:
        lines.append(say("fieldwork.why_alone", team=team))
    for other in why.elsewhere:
        to = _team(other.team, posed, names)
        if other.findings:
            wrong = say("fieldwork.then").join(finding_words(one, posed, names, say) for one in other.findings)
            lines.append(say("fieldwork.elsewhere_wrong", team=to, findings=wrong))
        else:
            lines.append(
                say("fieldwork.elsewhere", team=to, travel=_travel(other.travel_m, say), worst=_more(other.worst))
            )
    return lines


def workload_words(position: int, posed: Posed, say: Say) -> str:
    """What a position's workload is made of, the largest part first; ties in the order of the metrics."""
    row = posed.workload.points.iloc[position]
    parts = sorted(((str(name), float(points)) for name, points in row.items()), key=lambda part: -abs(part[1]))
    said = [
        say("fieldwork.part", name=say(f"workload.{name}"), points=f"{points:.1f}")
        for name, points in parts
        if abs(points) >= UNSEEN
    ]
    total = f"{posed.workload.total[position]:.1f}"
    return say("fieldwork.why_workload", total=total, parts=say("fieldwork.and").join(said) or say("fieldwork.none"))


def note_words(note: Note, names: Names, say: Say) -> str:
    """A note on the workload: what was not counted, and why."""
    key, values = note
    ids = values.get("positions")
    named = {"positions": listed(ids, names.positions, say)} if isinstance(ids, tuple) else {}
    return say(key, **{**values, **named, **({"base": names.base} if names.base else {})})


def _ids(places: Iterable[int], posed: Posed) -> list[str]:
    return [posed.positions[place] for place in places]


def _team(team: int, posed: Posed, names: Names) -> str:
    return names.teams.get(posed.teams[team], posed.teams[team]) if team >= 0 else ""


def _up(part: float) -> float:
    """Up to a tenth of a per cent: what is too much is never said as what is allowed, and the least balance will do."""
    return math.ceil(part * 1000 - 1e-6) / 1000


def _percent(part: float) -> str:
    """To a tenth of a per cent, without a nought at the end."""
    return f"{100 * part:.1f}".removesuffix(".0") + "%"


def _more(part: float) -> str:
    """How much more or less, in points of a hundred; what is nothing to a tenth is not less."""
    return ("−" if round(1000 * part) < 0 else "+") + f"{abs(100 * part):.1f}%"


def _travel(metres: float, say: Say) -> str:
    return ("−" if round(metres) < 0 else "+") + distance(abs(metres), say)
