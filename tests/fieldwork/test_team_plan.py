"""A plan flat and back, and what changes it: laws, and every value at its limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GongtuError, ParameterError
from geo.fieldwork.plan import METRICS, Plan, edit_between, inverse, moved
from geo.fieldwork.workload import METRICS as WEIGHED
from geo.i18n import LANGUAGES, explain
from geo.storage.drafts import after

POSITIONS_ALL, TEAMS_ALL = ["P01", "P02", "P.3", "的士 之家"], ["1", "2", "第三组"]
POSITIONS, TEAMS = st.sampled_from(POSITIONS_ALL), st.sampled_from(TEAMS_ALL)
PLANS = st.builds(
    Plan,
    where=st.dictionaries(POSITIONS, TEAMS),
    fixed=st.dictionaries(POSITIONS, TEAMS),
    never=st.dictionaries(POSITIONS, st.sets(TEAMS, min_size=1).map(lambda teams: tuple(sorted(teams)))),
    strength=st.dictionaries(TEAMS, st.floats(0.1, 10).filter(lambda value: value != 1)),
    weights=st.dictionaries(st.sampled_from(METRICS), st.floats(0, 100)),
    extra=st.dictionaries(POSITIONS, st.floats(-50, 50).filter(bool)),
    balance=st.floats(0, 1),
)


@given(plan=PLANS)
def test_a_plan_flat_and_back_is_the_plan(plan: Plan) -> None:
    fields = plan.fields()
    assert Plan.read(fields) == plan
    assert Plan.read(fields).fields() == fields
    assert list(fields) == sorted(fields)


@given(plan=PLANS, other=PLANS)
def test_an_edit_makes_one_the_other_and_its_inverse_takes_it_back(plan: Plan, other: Plan) -> None:
    edit = edit_between(plan, other)
    assert Plan.read(after(plan.fields(), edit)) == other
    assert Plan.read(after(other.fields(), inverse(edit))) == plan
    assert (edit == {}) == (plan == other)
    assert inverse(inverse(edit)) == edit


@given(plan=PLANS, positions=st.sets(POSITIONS), teams=st.sets(TEAMS))
def test_what_a_campaign_has_not_is_left_out_and_the_rest_stays(
    plan: Plan, positions: set[str], teams: set[str]
) -> None:
    found = plan.within(positions, teams)
    assert found.within(positions, teams) == found
    assert set(found.where) <= positions
    assert {team for its in found.never.values() for team in its} | {*found.where.values(), *found.strength} <= teams
    kept = {k for k in plan.where if k in positions and plan.where[k] in teams}
    assert set(found.where) == kept
    assert (found.balance, found.weights) == (plan.balance, plan.weights)
    assert plan.within(POSITIONS_ALL, TEAMS_ALL) == plan


def test_what_is_said_flat() -> None:
    plan = Plan(
        where={"P01": "3"},
        fixed={"P01": "3"},
        never={"P02": ("1", "2")},
        strength={"3": 1.5},
        weights={"workers": 20},
        extra={"P05": 3},
        balance=0.2,
    )
    assert plan.fields() == {
        "balance": 0.2,
        "extra.P05": 3,
        "fixed.P01": "3",
        "never.P02": ["1", "2"],
        "strength.3": 1.5,
        "weights.workers": 20,
        "where.P01": "3",
    }


def test_what_is_as_if_nobody_had_said_anything_is_not_said() -> None:
    assert Plan().fields() == {}
    assert Plan.read({}) == Plan()
    said = {"balance": 0.15, "strength.1": 1, "extra.P1": 0}
    assert Plan.read(said) == Plan()
    assert Plan(strength={"1": 1.0}, extra={"P1": 0.0}, never={"P1": ()}).fields() == {}
    assert Plan.read({"weights.workers": 20}).weights == {"workers": 20}, "the usual weights are not this module's"


def test_the_teams_that_must_not_are_in_order_and_once() -> None:
    assert Plan.read({"never.P1": ["2", "1", "2"]}).never == {"P1": ("1", "2")}


@pytest.mark.parametrize(
    ("field", "good", "wrong"),
    [
        ("balance", [0, 1, 10, 0.15], [-0.01, 10.01, "0.2", None, True, float("nan"), float("inf")]),
        ("strength.1", [0.1, 10, 1], [0, 0.09, 10.1, "1", None, False]),
        ("weights.each", [0, 100], [-1, 101, "a"]),
        ("extra.P1", [-50, 50, 0], [-50.5, 51, []]),
        ("where.P1", ["1"], ["", 1, None, ["1"], "x" * 201]),
        ("fixed.P1", ["1"], ["", 1, None]),
        ("never.P1", [["1"], ("1", "2")], [[], "1", [""], [1], None, {}]),
        ("weights.beauty", [], [1]),
        ("where.", [], ["1"]),
        ("where", [], ["1"]),
        ("", [], ["1"]),
        ("colour.P1", [], ["1"]),
    ],
)
def test_values_at_their_limits_and_beyond(field: str, good: list[Any], wrong: list[Any]) -> None:
    for value in good:
        Plan.read({field: value})
    for value in wrong:
        with pytest.raises(ParameterError) as caught:
            Plan.read({"where.P9": "1", field: value})
        assert caught.value.params["field"] == field
        assert all(explain(caught.value, language) for language in LANGUAGES)


def test_a_position_moved() -> None:
    plan = Plan(where={"P1": "1", "P2": "2"}, fixed={"P2": "2"})
    assert moved(plan, "P1", "2") == {"where.P1": ("1", "2")}
    assert moved(plan, "P1", None) == {"where.P1": ("1", None)}
    assert moved(plan, "P3", "1") == {"where.P3": (None, "1")}
    assert moved(plan, "P1", "1") == moved(plan, "P3", None) == moved(plan, "P2", "2") == {}


@pytest.mark.parametrize("team", ["1", None])
def test_a_locked_position_stays(team: str | None) -> None:
    with pytest.raises(GongtuError, match=r"assignment\.fixed") as caught:
        moved(Plan(where={"P2": "2"}, fixed={"P2": "2"}), "P2", team)
    assert all(explain(caught.value, language) for language in LANGUAGES)


def test_a_locked_position_comes_to_its_team() -> None:
    plan = Plan(where={"P2": "1"}, fixed={"P2": "2"})
    assert moved(plan, "P2", "2") == {"where.P2": ("1", "2")}


def test_metrics_are_those_that_workload_weighs() -> None:
    assert METRICS == WEIGHED


def test_edits_are_told_of_fields_as_they_are_kept() -> None:
    plan = Plan(where={"P1": "1"})
    assert edit_between(plan.fields(), replace(plan, balance=0.3)) == {"balance": (None, 0.3)}
