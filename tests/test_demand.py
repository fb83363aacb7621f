"""Demand: the register as arrays, and whose service is asked about."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.demand import MEASURES, UNIONS, Demand, Who
from geo.distance import Plane
from geo.enterprises import GROUPS
from geo.errors import ParameterError

TRUCKS, COURIERS, GUARDS = "货车司机", "快递员", "保安员"


@pytest.fixture(scope="module")
def demand(regions: gpd.GeoDataFrame, plane: Plane) -> Demand:
    """A with a union, all stated; B without, couriers and guards; C of another trade; D says nothing; E is closed."""
    rows = [
        ("A", "established", 10, 4, "物流", TRUCKS),
        ("B", "none", 20, 0, "物流", f"{COURIERS}; {GUARDS}"),
        ("C", "established", 5, None, "餐饮", COURIERS),
        ("D", "established", None, None, "", ""),
        ("E", "closed", 100, 100, "采矿", TRUCKS),
    ]
    frame = pd.DataFrame(rows, columns=["id", "union_status", "workers", "members", "industry", "groups"])
    frame = frame.astype({"workers": "Int64", "members": "Int64"})
    return Demand.of(frame.assign(lon=np.nan, lat=np.nan, region=""), regions, plane)


def ids(who: Who, demand: Demand) -> str:
    return "".join(demand.id[who.chosen(demand)])


def test_what_the_register_says_as_arrays(demand: Demand) -> None:
    assert "".join(demand.id) == "ABCD"
    np.testing.assert_array_equal(demand.workers, [10, 20, 5, np.nan])
    np.testing.assert_array_equal(demand.members, [4, 0, np.nan, np.nan])
    assert demand.industries.tolist() == sorted(["物流", "餐饮"]), "a closed enterprise's industry is not asked about"
    assert [demand.industries[i] if i >= 0 else "" for i in demand.industry] == ["物流", "物流", "餐饮", ""]
    truck, courier, guard = (1 << GROUPS.index(group) for group in (TRUCKS, COURIERS, GUARDS))
    assert demand.groups.tolist() == [truck, courier | guard, courier, 0]
    assert not demand.placed.any()


def test_a_register_without_these_columns(regions: gpd.GeoDataFrame, plane: Plane) -> None:
    frame = pd.DataFrame({"id": ["A"], "union_status": ["none"], "lon": [np.nan], "lat": [np.nan], "region": [""]})
    found = Demand.of(frame, regions, plane)
    assert np.isnan([*found.workers, *found.members]).all()
    assert (found.industry.tolist(), found.industries.tolist(), found.groups.tolist()) == ([-1], [], [0])
    assert Demand.of(frame[:0], regions, plane).groups.shape == (0,)


@pytest.mark.parametrize(
    ("who", "chosen"),
    [
        (Who(), "ACD"),
        (Who(union="ununionised"), "B"),
        (Who(union="all"), "ABCD"),
        (Who(union="all", industries=("物流",)), "AB"),
        (Who(union="all", industries=("物流", "餐饮")), "ABC"),
        (Who(union="all", groups=(COURIERS,)), "BC"),
        (Who(union="all", groups=(COURIERS, TRUCKS)), "ABC"),
        (Who(union="all", industries=("物流",), groups=(COURIERS,)), "B"),  # both must hold
        (Who(industries=("物流",), groups=(COURIERS,)), ""),
        (Who(union="all", industries=("采矿",)), ""),
    ],
)
def test_who_is_asked_about(demand: Demand, who: Who, chosen: str) -> None:
    assert ids(who, demand) == chosen
    assert (who.working(demand) >= who.chosen(demand)).all()


@pytest.mark.parametrize(
    ("who", "weights"),
    [
        (Who(), [1, 0, 1, 1]),
        (Who("workers"), [10, 0, 5, 0]),
        (Who("workers", "all"), [10, 20, 5, 0]),
        (Who("members", "all"), [4, 0, 0, 0]),
    ],
)
def test_what_each_counts(demand: Demand, who: Who, weights: list[float]) -> None:
    assert who.weights(demand).tolist() == weights


def test_the_same_people_are_the_same_question() -> None:
    one = Who(industries=("乙", "甲", "乙", ""), groups=(GUARDS, TRUCKS))
    assert one == Who(industries=("甲", "乙"), groups=(TRUCKS, GUARDS, TRUCKS))
    assert hash(one) == hash(Who(industries=("甲", "乙"), groups=(TRUCKS, GUARDS)))


@pytest.mark.parametrize(
    ("field", "values"),
    [("measure", {"measure": "area"}), ("union", {"union": "x"}), ("groups", {"groups": ("厨师",)})],
)
def test_who_cannot_be_asked_about(field: str, values: dict[str, object]) -> None:
    with pytest.raises(ParameterError) as refused:
        Who(**values)  # type: ignore[arg-type]
    assert refused.value.params["field"] == field


@given(
    measure=st.sampled_from(MEASURES),
    industries=st.lists(st.sampled_from(["物流", "餐饮", "采矿"])),
    groups=st.lists(st.sampled_from(GROUPS)),
)
def test_the_two_sides_of_a_union_are_all(
    demand: Demand, measure: str, industries: list[str], groups: list[str]
) -> None:
    both, one, other = (Who(measure, union, tuple(industries), tuple(groups)) for union in UNIONS)  # type: ignore[arg-type]
    assert (both.chosen(demand) == one.chosen(demand) | other.chosen(demand)).all()
    assert not (one.chosen(demand) & other.chosen(demand)).any()
    np.testing.assert_array_equal(both.weights(demand), one.weights(demand) + other.weights(demand))
    assert (both.weights(demand)[~both.chosen(demand)] == 0).all()
