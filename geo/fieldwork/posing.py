"""Posing the problem that a campaign's plan is: loads, places, who borders whom, and what must be kept of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.assignment import Problem, Solution
from geo.district import District
from geo.fieldwork.ground import Ground, ground
from geo.fieldwork.plan import Plan
from geo.fieldwork.workload import Counts, Workload, counts, weigh

if TYPE_CHECKING:
    from geo.fieldwork.campaign import Campaign

NONE = -1
"""The team of a position that has none."""


@dataclass(frozen=True, eq=False)
class Basis:
    """What of a problem depends on the district, the ledger and the campaign's positions and base only: for whoever
    poses many plans of one campaign. To be kept by the revision of the first two and these.
    """

    ground: Ground
    counts: Counts


@dataclass(frozen=True, eq=False)
class Posed:
    """``problem``: positions and teams in the campaign's order, whose ids are ``positions`` (n,) and ``teams`` (k,).
    ``team`` (n,): where the plan has them, an index into ``teams``, -1 unassigned; it is the problem's present too.
    """

    problem: Problem
    positions: tuple[str, ...]
    teams: tuple[str, ...]
    workload: Workload
    ground: Ground
    team: NDArray[np.int64]


def basis(district: District, campaign: Campaign, entries: pd.DataFrame | None = None) -> Basis:
    """Ground and counts of the campaign's positions; ``entries``, the ledger, as ``workload.counts`` has it."""
    land = ground(district, campaign.positions)
    return Basis(land, counts(district, campaign, land, entries))


def pose(
    district: District,
    campaign: Campaign,
    plan: Plan,
    known: Basis | None = None,
    *,
    entries: pd.DataFrame | None = None,
) -> Posed:
    """The problem of ``plan``. What it says of positions and teams that the campaign has not is left aside. ``known``
    is the campaign's basis, where the caller keeps it; else it is made of the district and ``entries``, the ledger.
    """
    known = known or basis(district, campaign, entries)
    positions, teams = known.ground.ids, tuple(team.id for team in campaign.teams)
    plan = plan.within(positions, teams)
    work = weigh(known.counts, plan)
    place = {one: index for index, one in enumerate(teams)}

    def indices(of: Mapping[str, str]) -> NDArray[np.int64]:
        return np.array([place[of[one]] if one in of else NONE for one in positions], dtype=np.int64)

    never = np.zeros((len(positions), len(teams)), dtype=bool)
    for row, one in enumerate(positions):
        never[row, [place[team] for team in plan.never.get(one, ())]] = True
    team = indices(plan.where)
    problem = Problem(
        load=work.total,
        x=known.ground.x,
        y=known.ground.y,
        neighbours=known.ground.neighbours,
        anywhere=known.ground.anywhere,
        strength=np.array([plan.strength.get(one, 1.0) for one in teams], dtype=np.float64),
        balance=plan.balance,
        fixed=indices(plan.fixed),
        never=never,
        present=team.copy(),
    )
    return Posed(problem, positions, teams, work, known.ground, team)


def plan_of(posed: Posed, solution: Solution, plan: Plan) -> Plan:
    """The plan with its positions where the solution has them; those that are not in ``posed`` lose their team."""
    given = zip(posed.positions, solution.team, strict=True)
    return replace(plan, where={one: posed.teams[team] for one, team in given if team != NONE})


def grounds_of(district: District, posed: Posed, campaign: Campaign) -> dict[str, Any]:
    """What a published version keeps of what it stood on, so that it can be read when all of it has changed: plain
    JSON. ``loads`` in points; ``edges`` the pairs that hung together; ``anywhere`` those of no known ground.
    """
    rows = district.positions.set_index("id")
    codes = district.regions["code"].to_numpy(dtype=object)

    def named(one: str, region: int) -> dict[str, str]:
        there = rows.loc[one] if one in rows.index else {"name": one, "name_en": "", "kind": ""}
        said = {name: str(there[name]) for name in ("name", "name_en", "kind")}
        return said | {"region": str(codes[region]) if region >= 0 else ""}

    return {
        "revision": district.revision,
        "as_of": str(district.about["as_of"]),
        "synthetic": posed.workload.synthetic,
        "edges": posed.ground.edges(),
        "anywhere": [one for one, free in zip(posed.positions, posed.ground.anywhere, strict=True) if free],
        "loads": dict(zip(posed.positions, (round(float(one), 6) for one in posed.workload.total), strict=True)),
        "names": {
            one: named(one, int(region)) for one, region in zip(posed.positions, posed.ground.region, strict=True)
        },
        "teams": [
            {"id": team.id, "name": team.name, "name_en": team.name_en, "lead": team.lead}
            | {"departments": list(team.departments)}
            for team in campaign.teams
        ],
    }
