"""The problem that a plan is: the campaign's order, what of the plan is kept, and what a version stands on."""

from __future__ import annotations

import json

import pytest
from made_ground import JIA, campaign, enterprises, three_regions

from geo.assignment import Solution
from geo.district import District
from geo.fieldwork.plan import Plan
from geo.fieldwork.posing import basis, grounds_of, plan_of, pose

ONLY_WORKERS = {"ununionised": 0.0, "unserved": 0.0, "appeals": 0.0, "distance": 0.0, "each": 0.0}
IDS = ["P2", "P1", "P3"]


@pytest.fixture(scope="module")
def made(world: District) -> District:
    return enterprises(three_regions(world), [{"region": i, "workers": w} for i, w in enumerate((10, 30, 60))])


def test_positions_and_teams_come_in_the_campaigns_order(made: District) -> None:
    plan = Plan(
        where={"P1": "2", "P3": "1", "P9": "1"},
        fixed={"P3": "1", "P1": "9"},
        never={"P2": ("1", "7")},
        strength={"2": 3.0},
        weights=ONLY_WORKERS,
        balance=0.3,
    )
    posed = pose(made, campaign(IDS), plan)
    problem = posed.problem
    assert (posed.positions, posed.teams) == (("P2", "P1", "P3"), ("1", "2"))
    assert problem.load.tolist() == pytest.approx([30, 10, 60])
    assert problem.target.tolist() == pytest.approx([25, 75])
    assert posed.team.tolist() == problem.present.tolist() == [-1, 1, 0]
    assert problem.fixed.tolist() == [-1, -1, 0]
    assert problem.never.tolist() == [[True, False], [False, False], [False, False]]
    assert problem.neighbours.tolist() == [[False, True, True], [True, False, False], [True, False, False]]
    assert problem.balance == 0.3


def test_the_plan_of_a_solution_keeps_its_demands(made: District) -> None:
    plan = Plan(where={"P1": "2", "gone": "2"}, fixed={"P1": "1"}, weights=ONLY_WORKERS)
    posed = pose(made, campaign(IDS), plan)
    solution = Solution("compact", (1, 0, -1), (0.0,), (0.0,), True, 0.0)
    found = plan_of(posed, solution, plan)
    assert dict(found.where) == {"P2": "2", "P1": "1"}
    assert (found.fixed, found.weights) == (plan.fixed, plan.weights)


def test_many_plans_on_one_basis(made: District) -> None:
    kept = basis(made, campaign(IDS))
    for plan in (Plan(), Plan(weights=ONLY_WORKERS)):
        again, anew = pose(made, campaign(IDS), plan, kept), pose(made, campaign(IDS), plan)
        assert again.problem.load.tolist() == anew.problem.load.tolist()


def test_what_a_version_stands_on_is_plain_and_readable_alone(made: District) -> None:
    those = campaign([*IDS, "gone"])
    found = grounds_of(made, pose(made, those, Plan(weights=ONLY_WORKERS)), those)
    assert json.loads(json.dumps(found)) == found
    assert found["edges"] == [["P2", "P1"], ["P2", "P3"]]
    assert found["anywhere"] == ["gone"]
    assert found["loads"] == {"P2": 30, "P1": 10, "P3": 60, "gone": 0}
    assert found["names"]["P1"] == {"name": "甲镇", "name_en": "A", "kind": "region", "region": JIA}
    assert found["names"]["gone"] == {"name": "gone", "name_en": "", "kind": "", "region": ""}
    assert [team["id"] for team in found["teams"]] == ["1", "2"]
    assert found["revision"] == made.revision
    assert found["synthetic"] is False


def test_a_campaign_without_teams_or_positions_can_be_posed(made: District) -> None:
    posed = pose(made, campaign([], teams=0), Plan())
    assert (posed.problem.n, posed.problem.k) == (0, 0)
