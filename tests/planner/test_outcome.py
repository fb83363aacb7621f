"""What new sites come to, in the tiny world of conftest and by laws that hold anywhere.

At a reach of 1.5 km, whoever has a union or not: E1 is 500 m from F1, E2 2 km, E3 1 km from F2, E4 10 km; E5 and E6
have no usable location.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import people, sites, stations

from geo.coverage import TOTAL, UNKNOWN
from geo.demand import Demand, Who
from geo.district import District
from geo.errors import ParameterError
from geo.pack import open_pack
from geo.planner.coverage import Measured, answer, measure, moment, sites_at
from geo.planner.outcome import NEW, Gain, Outcome, outcome
from geo.planner.plan import Site
from geo.planner.question import Question, Reach, When

EVERYBODY = Question(reach=Reach(1500), who=Who(union="all"))
WEST, SOUTH = 430_000.0, 4_380_000.0


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


@pytest.fixture(scope="module")
def measured(district: District) -> Measured:
    return measure(district, sites_at(district, EVERYBODY.kinds, None))


def site(district: District, east_km: float, north_km: float, name: str = "") -> Site:
    lon, lat = district.plane.unproject([WEST + 1000 * east_km], [SOUTH + 1000 * north_km])
    return Site(name or f"{east_km}.{north_km}", name, float(lon[0]), float(lat[0]))


def test_a_site_where_nobody_was_served(district: District, measured: Measured) -> None:
    found = outcome(district, EVERYBODY, None, measured, [site(district, 25, 5)])
    before, after = (rows.loc[TOTAL] for rows in (found.before.rows, found.after.rows))
    assert (before["served"], before["unserved"], before["unknown"]) == (2, 2, 2)
    assert (after["served"], after["unserved"], after["unknown"]) == (3, 1, 2)
    assert list(district.demand.id[found.changed]) == ["E4"]
    assert (found.total_before_m, found.total_after_m) == pytest.approx((13_500, 3_500), abs=1e-3)
    assert (found.worst_before_m, found.worst_after_m) == pytest.approx((10_000, 2_000), abs=1e-3)
    (gain,) = found.gains
    assert (gain.reaches, gain.own) == (1, 1)
    assert gain.saved_m == pytest.approx(10_000, abs=1e-3)
    assert found.after.measured.sites.rows.tolist() == [*measured.sites.rows, NEW]


def test_workers_weigh_what_they_are(district: District, measured: Measured) -> None:
    """E4 has 40 workers."""
    question = replace(EVERYBODY, who=Who(measure="workers", union="all"))
    (gain,) = outcome(district, question, None, measured, [site(district, 25, 5)]).gains
    assert (gain.reaches, gain.own) == (40, 40)
    assert gain.saved_m == pytest.approx(400_000, abs=0.1)


def test_who_has_a_site_already_is_reached_but_nobodys_own(district: District, measured: Measured) -> None:
    """At 5, 6 E1 is reached, who has F1, and E2, who has nobody; E2 is then 1 km away instead of 2."""
    (gain,) = outcome(district, EVERYBODY, None, measured, [site(district, 5, 6)]).gains
    assert (gain.reaches, gain.own) == (2, 1)
    assert gain.saved_m == pytest.approx(1000, abs=1e-3)


def test_who_was_unknown_and_is_served_has_changed(district: District) -> None:
    """Beside a station of unknown hours nobody knows whether a is served; a new site beside it is open at any hour. b
    has no site near, c no location.
    """
    world = stations([("F1", 0, "")], district)
    rows = [{"id": "a", "east": 100}, {"id": "b", "east": 9_000}, {"id": "c", "east": None}]
    world = replace(world, demand=people(rows, district.demand.codes))
    question = replace(EVERYBODY, when=When(0, 10))
    at = moment(When(0, 10), date(2026, 11, 22), district.calendar)
    there = measure(world, sites_at(world, question.kinds, at))
    found = outcome(world, question, at, there, [site(district, 5.2, 5)])
    before, after = (rows.loc[TOTAL, ["n_served", "n_unserved", "n_unknown"]].tolist() for rows in _sides(found))
    assert (before, after) == ([0, 1, 2], [1, 1, 1])
    assert found.before.status[0] == UNKNOWN
    assert list(world.demand.id[found.changed]) == ["a"]


@pytest.mark.parametrize(("reach", "second"), [(800, 1), (799, 0)])
def test_a_second_choice_exactly_at_reach_is_one(district: District, reach: int, second: int) -> None:
    """Somebody 200 m from one site and 800 m from the other: a new one beside the first is their own where there is no
    other in reach.
    """
    world = replace(district, demand=people([{"east": 200}], district.demand.codes))
    question = replace(EVERYBODY, reach=Reach(reach))
    both = answer(world, question, None, measure(world, sites([0, 1000])))
    assert both.rows.loc[TOTAL, "n_second"] == second
    found = outcome(world, question, None, measure(world, sites([1000])), [site(district, 5, 5)])
    assert found.gains[0].own_count == 1 - second
    assert found.after.rows.loc[TOTAL, "n_second"] == second


def _sides(found: Outcome) -> tuple[pd.DataFrame, pd.DataFrame]:
    return found.before.rows, found.after.rows


def test_two_sites_in_one_place_have_nobody_of_their_own(district: District, measured: Measured) -> None:
    found = outcome(district, EVERYBODY, None, measured, [site(district, 25, 5, "a"), site(district, 25, 5, "b")])
    assert [(gain.reaches, gain.own, gain.saved_m) for gain in found.gains] == [(1, 0, 0), (1, 0, 0)]
    assert len(found.changed) == 1


def test_no_sites_change_nothing(district: District, measured: Measured) -> None:
    found = outcome(district, EVERYBODY, None, measured, [])
    assert (found.gains, len(found.changed)) == ((), 0)
    assert found.after.rows.equals(found.before.rows)
    assert found.total_before_m == found.total_after_m


def test_the_first_site_of_all(district: District) -> None:
    """No reading room is there: nothing to compare the distances with."""
    question = replace(EVERYBODY, kinds=("reading_room",))
    measured = measure(district, sites_at(district, question.kinds, None))
    found = outcome(district, question, None, measured, [site(district, 5, 5)])
    assert math.isnan(found.total_before_m)
    assert math.isnan(found.worst_before_m)
    assert found.worst_after_m == pytest.approx(20_000, abs=1e-3)
    assert math.isnan(found.gains[0].saved_m)
    assert found.gains[0].own == 1


@pytest.mark.parametrize(("reach", "own"), [(10_001, 1), (9_999, 0)])
def test_reach_decides(district: District, reach: int, own: int) -> None:
    """A site at 15, 5, the only one: 10 km from E4 and 10.2 km from E2."""
    question = replace(EVERYBODY, kinds=("reading_room",), reach=Reach(reach), who=Who(union="ununionised"))
    nothing = measure(district, sites_at(district, question.kinds, None))
    (gain,) = outcome(district, question, None, nothing, [site(district, 15, 5)]).gains
    assert (gain.own, gain.reaches) == (own, own)


def test_a_site_nowhere_near_is_refused(district: District, measured: Measured) -> None:
    with pytest.raises(ParameterError) as refused:
        outcome(district, EVERYBODY, None, measured, [site(district, 5, 5), Site("x", "", 0.0, 0.0)])
    assert refused.value.params["field"] == "sites"


places = st.tuples(st.integers(0, 300), st.integers(0, 100)).map(lambda at: (at[0] / 10, at[1] / 10))


@settings(max_examples=30)
@given(
    demand=st.lists(places, min_size=1, max_size=30),
    workers=st.lists(st.integers(1, 50), min_size=30, max_size=30),
    new=st.lists(places, max_size=5),
    reach=st.sampled_from([0, 500, 1500, 4000]),
)
def test_gains_add_up(
    district: District,
    demand: list[tuple[float, float]],
    workers: list[int],
    new: list[tuple[float, float]],
    reach: int,
) -> None:
    district = replace(district, demand=_demand(demand, workers, district))
    question = Question(reach=Reach(reach), who=Who(measure="workers", union="all"))
    measured = measure(district, sites_at(district, question.kinds, None))
    asked = [site(district, *at, name=str(number)) for number, at in enumerate(new)]
    found = outcome(district, question, None, measured, asked)
    before, after = (float(rows.loc[TOTAL, "served"]) for rows in (found.before.rows, found.after.rows))
    own = [gain.own for gain in found.gains]
    weight = found.after.weight
    assert before + sum(own) <= after <= before + sum(gain.reaches for gain in found.gains)
    assert after - before == weight[found.changed].sum()
    assert all(gain.own <= gain.reaches for gain in found.gains)
    assert found.total_after_m <= found.total_before_m or math.isnan(found.total_before_m)
    for left_out, gain in enumerate(found.gains):
        fewer = [other for number, other in enumerate(asked) if number != left_out]
        without = outcome(district, question, None, measured, fewer)
        assert after - float(without.after.rows.loc[TOTAL, "served"]) == gain.own, "lost without it alone"
        assert without.total_after_m - found.total_after_m == pytest.approx(gain.saved_m, abs=1e-3, nan_ok=True)
    assert found.before.rows.equals(answer(district, question, None, measured).rows)


def _demand(at: list[tuple[float, float]], workers: list[int], district: District) -> Demand:
    x, y = (np.array(part, dtype=np.float64) for part in zip(*at, strict=True))
    x, y = WEST + 1000 * x, SOUTH + 1000 * y
    return Demand.bare(
        x=x,
        y=y,
        region=district.region_index.locate(x, y),
        codes=district.demand.codes,
        workers=workers[: len(at)],
        unionised=np.zeros(len(at), dtype=bool),
    )


@pytest.mark.parametrize(
    ("reaches", "own", "seen"),
    [
        (0, 0, (0, 0)),
        (4, 0, (None, None)),
        (4, 4, (None, None)),
        (5, 0, (5, 0)),
        (5, 5, (5, 5)),
        (9, 4, (9, None)),
        (9, 5, (9, None)),
        (10, 5, (10, 5)),
    ],
)
def test_what_the_public_sees_of_a_gain(reaches: int, own: int, seen: tuple[int | None, int | None]) -> None:
    gain = Gain(Site("a", "", 116.0, 39.6), float(reaches), float(own), 7.0, reaches, own).in_public()
    assert tuple(None if math.isnan(value) else value for value in (gain.reaches, gain.own)) == seen
    assert math.isnan(gain.saved_m), "between two questions it would tell single workers"
