"""Measures: the share that is amiss, the order of regions, and the enterprises that are worst off."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.coverage import NO_REGION, TOTAL, coverage
from geo.demand import Demand
from geo.distance import Nearest, nearest_two
from geo.errors import ParameterError
from geo.measures import SHADES, headline, in_lens, ranked, shares, worst_served

X0, Y0 = 430_000.0, 4_380_000.0
NOBODY = "110199004000"

# id, metres east of the only site, region, workers, unionised; None: no usable location
ROWS = [
    ("E01", 0, 0, 10, True),
    ("E02", 900, 0, 30, True),
    ("E03", 1000, 0, 20, True),
    ("E04", 1001, 0, 40, True),
    ("E05", None, 0, 50, True),
    ("E06", 3000, 0, 5, False),
    ("E07", 200, 1, 7, False),
    ("E08", 5000, 1, None, False),
    ("E09", None, 2, 4, True),
    ("E10", 2000, -1, 6, False),
]


@pytest.fixture(scope="module")
def demand() -> Demand:
    ids, east, region, workers, unionised = zip(*ROWS, strict=True)
    x = np.array([np.nan if metres is None else X0 + metres for metres in east])
    return Demand.bare(
        id=np.array(ids, dtype=object),
        x=x,
        y=np.where(np.isnan(x), np.nan, Y0),
        region=np.array(region, dtype=np.int16),
        workers=np.array([np.nan if n is None else n for n in workers], dtype=float),
        unionised=np.array(unionised),
        codes=np.array(["110199001000", "110199002000", "110199003000", NOBODY], dtype=object),
    )


@pytest.fixture(scope="module")
def nearest(demand: Demand) -> Nearest:
    return nearest_two(demand.x, demand.y, [X0], [Y0])


@pytest.fixture(scope="module")
def areas() -> pd.DataFrame:
    return pd.DataFrame(
        {"gap_area_km2": [3.0, 0.0, 0.0], "covered_area_km2": [1.0, 2.0, 0.0]},
        index=pd.Index(["110199001000", "110199002000", "110199003000"], name="code"),
    )


def same(share: pd.Series, expected: list[float]) -> None:
    assert list(share.index) == ["110199001000", "110199002000", "110199003000", NOBODY, NO_REGION, TOTAL]
    np.testing.assert_allclose(share.to_numpy(), expected, rtol=1e-12)


def test_service_shares_leave_the_unknown_out(demand: Demand, nearest: Nearest, areas: pd.DataFrame) -> None:
    found = coverage(demand, nearest, 1000)
    nan = np.nan
    # E01, E02, E03 (at 1000 m exactly) within reach, E04 not; E05 is on neither side. E09 alone is unknown.
    same(shares(found, areas, "service", "enterprises"), [1 / 4, nan, nan, nan, nan, 1 / 4])
    same(shares(found, areas, "service", "workers"), [40 / 100, nan, nan, nan, nan, 40 / 100])


def test_union_shares_are_of_all(demand: Demand, nearest: Nearest, areas: pd.DataFrame) -> None:
    found = coverage(demand, nearest, 1000)
    same(shares(found, areas, "union", "enterprises"), [1 / 6, 1, 0, np.nan, 1, 4 / 10])
    # E08 does not state its workers, and adds none.
    same(shares(found, areas, "union", "workers"), [5 / 155, 1, 0, np.nan, 1, 18 / 172])


@pytest.mark.parametrize("lens", ["service", "union"])
def test_area_shares_are_of_those_that_have_one(
    demand: Demand, nearest: Nearest, areas: pd.DataFrame, lens: str
) -> None:
    same(shares(coverage(demand, nearest, 1000), areas, lens, "area"), [3 / 4, 0, np.nan, np.nan, np.nan, np.nan])


@pytest.mark.parametrize("lens", ["service", "union"])
@pytest.mark.parametrize("measure", SHADES)
def test_shares_are_between_0_and_1(
    demand: Demand, nearest: Nearest, areas: pd.DataFrame, lens: str, measure: str
) -> None:
    for within_m in (0, 500, 10_000):
        share = shares(coverage(demand, nearest, within_m), areas, lens, measure).dropna()
        assert share.between(0, 1).all()


def test_an_unknown_measure_is_refused(demand: Demand, nearest: Nearest, areas: pd.DataFrame) -> None:
    with pytest.raises(ParameterError) as refused:
        shares(coverage(demand, nearest, 1000), areas, "service", "sheep")
    assert refused.value.params["field"] == "measure"


def test_the_largest_share_comes_first_ties_by_code_and_nothing_last() -> None:
    share = pd.Series({"d": 0.5, "a": np.nan, "c": 1.0, "b": 0.5, "f": 0.0, "e": np.nan})
    assert list(ranked(share).index) == ["c", "b", "d", "f", "a", "e"]
    assert list(ranked(share[::-1]).index) == ["c", "b", "d", "f", "a", "e"]
    assert len(ranked(share[:0])) == 0


def test_a_lens_sees_those_with_a_union_or_those_without(demand: Demand) -> None:
    assert demand.id[in_lens(demand, "service")].tolist() == ["E01", "E02", "E03", "E04", "E05", "E09"]
    assert demand.id[in_lens(demand, "union")].tolist() == ["E06", "E07", "E08", "E10"]


def worst(
    demand: Demand, nearest: Nearest, lens: str, region: int, *, limit: int = 9, within_m: float = 500
) -> list[str]:
    return list(demand.id[worst_served(demand, coverage(demand, nearest, within_m), nearest, lens, region, limit)])


def test_the_worst_served_are_the_farthest_unserved(demand: Demand, nearest: Nearest) -> None:
    assert worst(demand, nearest, "service", 0) == ["E04", "E03", "E02"]
    assert worst(demand, nearest, "service", 0, limit=2) == ["E04", "E03"]
    assert worst(demand, nearest, "service", 0, within_m=1000) == ["E04"]
    assert worst(demand, nearest, "service", 0, limit=0) == []
    assert worst(demand, nearest, "union", 0) == ["E06"]
    assert worst(demand, nearest, "union", 1) == ["E08"]
    assert worst(demand, nearest, "service", 2) == [], "an unknown place is not a far one"
    assert worst(demand, nearest, "service", 3) == []
    assert worst(demand, nearest, "union", -1) == ["E10"]


def test_without_a_site_all_are_equally_far_and_come_by_id(demand: Demand) -> None:
    nowhere = nearest_two(demand.x, demand.y, [], [])
    assert worst(demand, nowhere, "service", 0) == ["E01", "E02", "E03", "E04"]
    assert worst(demand, nowhere, "service", 0, limit=2) == ["E01", "E02"]


def test_equally_far_ones_come_by_id_whatever_their_order() -> None:
    four = Demand.bare(
        id=np.array(["d", "b", "a", "c"], dtype=object),
        x=X0 + np.array([700.0, -700, 0, 900]),
        y=Y0 + np.array([0.0, 0, 700, 0]),
        region=np.zeros(4, np.int16),
        workers=np.ones(4),
        unionised=np.ones(4, bool),
        codes=np.array(["110199001000"], dtype=object),
    )
    assert worst(four, nearest_two(four.x, four.y, [X0], [Y0]), "service", 0) == ["c", "a", "b", "d"]


def test_the_headline_of_three_regions() -> None:
    rows = pd.DataFrame(
        {
            "served": [3, 1, 0, 4],
            "unserved": [1, 1, 2, 4],
            "workers_served": [30.0, 10.0, 0.0, 40.0],
            "workers_unserved": [10.0, 30.0, 20.0, 60.0],
            "share_unserved": [0.25, 0.5, 1.0, 0.5],
            "unionised_share": [0.6, 0.5, 0.4, 0.5],
        },
        index=["a", "b", "c", TOTAL],
    )
    found = headline(rows, np.array(["a", "b", "c"], dtype=object))
    assert (found.known, found.unserved, found.workers_known, found.workers_share) == (8, 4, 100.0, 0.4)
    assert (found.over_half_unserved, found.over_half_ununionised) == (1, 1), "a half is not more than half"


def test_the_headline_of_nothing_known_is_no_share() -> None:
    columns = ["served", "unserved", "workers_served", "workers_unserved", "share_unserved", "unionised_share"]
    rows = pd.DataFrame(0.0, index=["a", TOTAL], columns=columns)
    found = headline(rows.assign(share_unserved=np.nan, unionised_share=np.nan), np.array(["a"], dtype=object))
    assert (found.known, found.over_half_unserved, found.over_half_ununionised) == (0, 0, 0)
    assert np.isnan(found.workers_share)


def test_where_nothing_is_known_the_order_is_by_code() -> None:
    assert ranked(pd.Series(np.nan, index=["c", "a", "b"])).index.tolist() == ["a", "b", "c"]
