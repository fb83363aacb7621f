"""The problem a plan poses, in the tiny world of conftest and by the law that gathering stays within what it says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.demand import Demand, Who
from geo.distance import cost_table
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.pack import open_pack
from geo.planner import posing
from geo.planner.candidates import Candidates, candidates
from geo.planner.coverage import Measured, measure, sites_at
from geo.planner.outcome import outcome
from geo.planner.plan import Plan
from geo.planner.posing import pose
from geo.planner.question import Question, Reach
from geo.siting import GOALS, Goal, solve

EVERYBODY = Question(reach=Reach(1500), who=Who(union="all"))
FACILITIES = Plan(source="facilities")
WEST, SOUTH = 430_000.0, 4_380_000.0


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


@pytest.fixture(scope="module")
def measured(district: District) -> Measured:
    return measure(district, sites_at(district, EVERYBODY.kinds, None))


def test_who_is_served_has_no_pairs_where_reach_counts(district: District, measured: Measured) -> None:
    """E1 to E4 have locations; of F3 and F4, both at 25, 5, only E4 is in reach, and it is there."""
    found = pose(district, EVERYBODY, FACILITIES, candidates(district, FACILITIES, EVERYBODY), measured)
    asked = found.problem
    assert asked.weight.tolist() == [1, 1, 1, 1]
    assert asked.base == pytest.approx([500, 2000, 1000, 10_000], abs=1e-3)
    assert asked.table.start.tolist() == [0, 0, 0, 0, 2]
    assert asked.table.site.tolist() == [0, 1]
    assert asked.table.cost == pytest.approx([0, 0], abs=1), "degrees are rounded to a metre"
    assert (found.off_m, found.total_off_m) == (0, 0)
    assert asked.capacity is None


def test_pairs_that_bring_nobody_nearer_are_left_out_where_distances_count(
    district: District, measured: Measured
) -> None:
    plan = replace(FACILITIES, goal="p-median")
    asked = pose(district, EVERYBODY, plan, candidates(district, plan, EVERYBODY), measured).problem
    assert asked.table.start.tolist() == [0, 0, 0, 0, 2]
    question = replace(EVERYBODY, kinds=("reading_room",))
    nothing = measure(district, sites_at(district, question.kinds, None))
    asked = pose(district, question, plan, candidates(district, plan, question), nothing).problem
    assert np.isinf(asked.base).all()
    count = len(candidates(district, plan, question))
    assert asked.table.start.tolist() == [0, count, 2 * count, 3 * count, 4 * count], "every pair"


def test_who_has_no_weight_does_not_ask(district: District, measured: Measured) -> None:
    """By members nobody asks: none are stated."""
    question = replace(EVERYBODY, who=Who(measure="members", union="all"))
    assert len(pose(district, question, FACILITIES, _at(district, [(25, 5)]), measured).problem.weight) == 0


def test_forced_barred_and_capacity_go_along(district: District, measured: Measured) -> None:
    plan = replace(FACILITIES, forced=("F4",), barred=("F3", "gone"), capacity=7.0)
    asked = pose(district, EVERYBODY, plan, candidates(district, plan, EVERYBODY), measured).problem
    assert (asked.forced.tolist(), asked.barred.tolist()) == ([False, True], [True, False])
    assert asked.capacity is not None
    assert asked.capacity.tolist() == [7, 7]


def test_a_forced_one_that_is_no_candidate_is_named(district: District, measured: Measured) -> None:
    plan = replace(FACILITIES, forced=("F1",))
    with pytest.raises(ParameterError) as refused:
        pose(district, EVERYBODY, plan, candidates(district, plan, EVERYBODY), measured)
    assert refused.value.params == {"field": "in", "value": "F1"}


def test_more_pairs_than_can_be_held_are_refused(
    district: District, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 50 km every candidate reaches E4, but nobody else asks, whom F1 and F2 serve; with a reach of 3 km too."""
    places = _at(district, [(25, 5), (24, 5), (23, 5)])
    monkeypatch.setattr(posing, "REACHED_AT_MOST", 3)
    question = replace(EVERYBODY, reach=Reach(3000))
    assert len(pose(district, question, Plan(), places, measured).problem.table.site) == 3
    monkeypatch.setattr(posing, "REACHED_AT_MOST", 2)
    with pytest.raises(GongtuError) as refused:
        pose(district, question, Plan(), places, measured)
    assert refused.value.params == {"count": 3, "most": 2}


spots = st.tuples(st.integers(0, 3000), st.integers(0, 1000)).map(lambda at: (at[0] / 100, at[1] / 100))


@settings(max_examples=50)
@given(
    demand=st.lists(spots, min_size=1, max_size=40),
    workers=st.lists(st.integers(1, 50), min_size=40, max_size=40),
    places=st.lists(spots, min_size=1, max_size=4),
    kind=st.sampled_from(["rest_station", "reading_room"]),
    entries=st.integers(1, 100),
)
def test_gathered_demand_is_off_by_no_more_than_it_says(
    district: District,
    demand: list[tuple[float, float]],
    workers: list[int],
    places: list[tuple[float, float]],
    kind: str,
    entries: int,
) -> None:
    """With all the places as sites, the sum of weight × metres and the worst distance against those one by one."""
    x, y = _metres(demand)
    here = replace(district, demand=_bare(x, y, workers, district))
    question = Question(kinds=(kind,), who=Who(measure="workers", union="all"))  # type: ignore[arg-type]
    known = measure(here, sites_at(here, question.kinds, None))
    plan, at = Plan(goal="p-median"), _at(here, places)
    exact = pose(here, question, plan, at, known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posing, "ENTRIES_AT_MOST", entries)
        gathered = pose(here, question, plan, at, known)
    assert (exact.off_m, exact.total_off_m) == (0, 0)
    assert len(gathered.problem.weight) <= len(exact.problem.weight)
    assert gathered.problem.weight.sum() == exact.problem.weight.sum() == sum(workers[: len(x)])
    one, other = (found.problem.nearest(range(len(at))) for found in (exact, gathered))
    off = abs(exact.problem.weight @ one - gathered.problem.weight @ other)
    assert off <= gathered.total_off_m + 1e-6 * (1 + gathered.total_off_m)
    assert abs(one.max() - other.max()) <= gathered.off_m + 1e-6


def _bare(x: np.ndarray, y: np.ndarray, workers: list[int], district: District) -> Demand:
    return Demand.bare(
        x=x,
        y=y,
        region=district.region_index.locate(x, y),
        codes=district.demand.codes,
        workers=workers[: len(x)],
        unionised=np.zeros(len(x), dtype=bool),
    )


def _metres(at: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    east, north = (np.array(part, dtype=np.float64) for part in zip(*at, strict=True))
    return WEST + 1000 * east, SOUTH + 1000 * north


def _at(district: District, places: list[tuple[float, float]]) -> Candidates:
    x, y = _metres(places)
    names = np.array([f"place {number}" for number in range(len(places))], dtype=object)
    return Candidates(names, names, *district.plane.unproject(x, y), x, y)


@settings(max_examples=25)
@given(
    demand=st.lists(spots, min_size=1, max_size=25),
    workers=st.lists(st.integers(1, 50), min_size=25, max_size=25),
    kind=st.sampled_from(["rest_station", "reading_room"]),
    goal=st.sampled_from(GOALS),
    n=st.integers(1, 3),
    reach=st.sampled_from([500, 1500, 4000]),
)
def test_what_was_solved_is_what_it_comes_to(
    district: District, demand: list[tuple[float, float]], workers: list[int], kind: str, goal: Goal, n: int, reach: int
) -> None:
    """The sites, read back out of a URL, come to exactly what the solver said of them."""
    x, y = _metres(demand)
    here = replace(district, demand=_bare(x, y, workers, district))
    question = Question(kinds=(kind,), reach=Reach(reach), who=Who(measure="workers", union="all"))  # type: ignore[arg-type]
    known = measure(here, sites_at(here, question.kinds, None))
    plan = Plan(goal=goal, n=n, cell_m=2000)
    places = candidates(here, plan, question)
    posed = pose(here, question, plan, places, known)
    if not len(places):
        return
    found = solve(posed.problem, goal, n=n, within=question.reach.within_m, time_s=30)
    sites = Plan(sites=tuple(places.site(index) for index in found.sites)).params()
    come_to = outcome(here, question, None, known, Plan.read(sites).sites)
    total = come_to.after.rows.loc["total"]
    match goal:
        case "max-cover":
            assert total["served"] == found.objective
        case "set-cover":
            reached = posed.problem.nearest(range(len(places))) <= question.reach.within_m
            assert total["unserved"] == posed.problem.weight[~reached].sum()
        case "p-median":
            assert come_to.total_after_m == pytest.approx(found.objective)
        case "p-centre":
            assert come_to.worst_after_m == pytest.approx(found.objective)


@settings(max_examples=50)
@given(
    demand=st.lists(spots, max_size=40),
    reaches=st.lists(st.sampled_from([np.nan, 0.0, 499.0, 500.0, 501.0, 1000.0, 7000.0, 40_000.0]), min_size=40),
    places=st.lists(spots, min_size=1, max_size=5),
)
def test_a_table_by_bands_is_the_table(
    district: District, demand: list[tuple[float, float]], reaches: list[float], places: list[tuple[float, float]]
) -> None:
    x, y = _metres(demand) if demand else (np.empty(0), np.empty(0))
    within, at = np.array(reaches[: len(x)]), _at(district, places)
    one = posing._table(x, y, within, at)
    other = cost_table(x, y, at.x, at.y, within)
    for name in ("start", "site", "cost"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
        assert getattr(one, name).dtype == getattr(other, name).dtype
    assert one.sites == other.sites
