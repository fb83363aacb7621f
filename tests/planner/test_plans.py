"""A plan and the URL it fits into."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ParameterError
from geo.planner.cells import SIZES_M
from geo.planner.plan import ID_AT_MOST, N_AT_MOST, SITES_AT_MOST, SOURCES, Plan, Site
from geo.siting import GOALS

ids = st.text(min_size=1, max_size=ID_AT_MOST).filter(lambda text: text.isprintable())
hundred_thousandths = st.integers(-9_000_000, 9_000_000).map(lambda number: float(f"{number / 1e5:.5f}"))
sites = st.builds(Site, id=ids, name=st.just(""), lon=hundred_thousandths, lat=hundred_thousandths, moved=st.booleans())
plans = st.builds(
    Plan,
    goal=st.sampled_from(GOALS),
    n=st.integers(1, N_AT_MOST),
    source=st.sampled_from(SOURCES),
    cell_m=st.sampled_from(SIZES_M),
    capacity=st.none() | st.floats(min_value=0, exclude_min=True, allow_infinity=False),
    forced=st.lists(ids, unique=True, max_size=4).map(tuple),
    barred=st.lists(ids, unique=True, max_size=4).map(tuple),
    sites=st.lists(sites, unique_by=lambda site: site.id, max_size=4).map(tuple),
)


@given(plans)
def test_a_plan_comes_back_out_of_its_url(plan: Plan) -> None:
    assert Plan.read(plan.params()) == plan


def test_what_is_as_usual_is_not_in_the_url() -> None:
    assert Plan().params() == {}
    assert Plan.read({}) == Plan()
    assert Plan.read({"goal": "p-median", "n": "3", "kinds": "rest_station"}).params() == {"goal": "p-median", "n": "3"}


def test_sites_are_written_as_people_read_them() -> None:
    plan = Plan(sites=(Site("c1000.430.4380", "甲", 116.4, 39.7), Site("甲;1", "", -0.5, 1.123456, moved=True)))
    assert plan.params()["sites"] == "c1000.430.4380:116.40000,39.70000;甲%3B1:-0.50000,1.12346:m"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"goal": "most"}, "goal"),
        ({"n": "0"}, "n"),
        ({"n": "201"}, "n"),
        ({"n": "1.5"}, "n"),
        ({"n": "-1"}, "n"),
        ({"n": "１"}, "n"),
        ({"from": "stars"}, "from"),
        ({"cell": "300"}, "cell"),
        ({"cell": "x"}, "cell"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "-3"}, "capacity"),
        ({"capacity": "nan"}, "capacity"),
        ({"capacity": "1e999"}, "capacity"),
        ({"in": "F1,F1"}, "in"),
        ({"out": "x" * (ID_AT_MOST + 1)}, "out"),
        ({"sites": "F1"}, "sites"),
        ({"sites": "F1:116.4"}, "sites"),
        ({"sites": "F1:116.4,39.7:x"}, "sites"),
        ({"sites": "F1:116.4,39.7:m:m"}, "sites"),
        ({"sites": ":116.4,39.7"}, "sites"),
        ({"sites": "F1:116.4,91"}, "sites"),
        ({"sites": "F1:nan,39"}, "sites"),
        ({"sites": "F1:1,1;F1:2,2"}, "sites"),
        ({"sites": ";".join(f"F{i}:1,1" for i in range(SITES_AT_MOST + 1))}, "sites"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(params: dict[str, str], field: str) -> None:
    with pytest.raises(ParameterError) as refused:
        Plan.read(params)
    assert refused.value.params["field"] == field


def test_as_many_sites_as_a_plan_may_have() -> None:
    text = ";".join(f"F{i}:1,1" for i in range(SITES_AT_MOST))
    assert len(Plan.read({"sites": text}).sites) == SITES_AT_MOST


def test_no_number_of_degrees_is_no_place() -> None:
    with pytest.raises(ParameterError):
        Site("a", "", math.nan, 0)
