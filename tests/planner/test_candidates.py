"""Where new sites could stand, in the tiny world of conftest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.demand import Who
from geo.district import District
from geo.errors import ParameterError
from geo.pack import open_pack
from geo.planner.candidates import Candidates, candidates, grid, named
from geo.planner.plan import Plan, Site
from geo.planner.question import Question, Reach

EVERYBODY = Question(reach=Reach(1500), who=Who(union="all"))


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def test_the_grid_counts_each_region_from_its_north_west(district: District) -> None:
    """甲原镇 is 10 km by 10 km from easting 430 km and northing 4380 km: 100 cells of a kilometre."""
    cells = grid(district, 1000)
    assert np.bincount(cells.region).tolist() == [100, 100, 100]
    assert (cells.x % 1000 == 500).all()
    assert (cells.y % 1000 == 500).all()
    first = (cells.region == 1) & (cells.number == 1)
    assert (cells.x[first][0], cells.y[first][0]) == (440_500, 4_389_500)
    second = (cells.region == 1) & (cells.number == 2)
    assert (cells.x[second][0], cells.y[second][0]) == (441_500, 4_389_500)
    last = (cells.region == 2) & (cells.number == 100)
    assert (cells.x[last][0], cells.y[last][0]) == (459_500, 4_380_500)


def test_cells_with_nobody_in_reach_are_no_candidates_for_covering(district: District) -> None:
    """E2 at 5, 7 and E4 at 25, 5 stand where four cells of a kilometre meet: the middles of those are 0.71 km away, of
    the next ones 1.58 km.
    """
    found = candidates(district, Plan(), replace(EVERYBODY, who=Who(union="ununionised")))
    places = sorted((round(x, -1), round(y, -1)) for x, y in zip(found.x, found.y, strict=True))
    assert places[:4] == [(434_500, 4_386_500), (434_500, 4_387_500), (435_500, 4_386_500), (435_500, 4_387_500)]
    assert places[4:] == [(454_500, 4_384_500), (454_500, 4_385_500), (455_500, 4_384_500), (455_500, 4_385_500)]
    assert set(found.name[found.x > 450_000]) == {f"丙山镇 {number} 号格" for number in (45, 46, 55, 56)}


def test_a_reach_of_two_metres(district: District) -> None:
    """Cells of 2 km have their middles at odd kilometres, as E2 and E4 are."""
    question = Question(reach=Reach(2), who=Who(union="ununionised"))
    assert set(candidates(district, Plan(cell_m=2000), question).id) == {"c2000.217.2193", "c2000.227.2192"}


def test_every_cell_is_a_candidate_where_distances_count(district: District) -> None:
    for goal in ("p-median", "p-centre"):
        assert len(candidates(district, Plan(goal=goal), EVERYBODY)) == 300


def test_nobody_asked_about_makes_no_candidates(district: District) -> None:
    assert len(candidates(district, Plan(), replace(EVERYBODY, who=Who(industries=("渔业",))))) == 0


def test_facilities_that_serve_already_are_no_candidates(district: District) -> None:
    """F1 and F2 serve, F5 has no place, F3 is closed and F4 of another kind."""
    found = candidates(district, Plan(source="facilities"), EVERYBODY)
    assert (list(found.id), list(found.name)) == (["F3", "F4"], ["F3站", "F4站"])
    kiosks = candidates(district, Plan(source="facilities"), replace(EVERYBODY, kinds=("mediation_kiosk",)))
    assert list(kiosks.id) == ["F1", "F2", "F3"]


def test_positions_without_a_place_are_no_candidates(district: District) -> None:
    assert len(candidates(district, Plan(source="positions"), EVERYBODY)) == 0


def test_a_list_that_is_not_there(district: District) -> None:
    with pytest.raises(ParameterError) as refused:
        candidates(district, Plan(source="list"), EVERYBODY)
    assert refused.value.params["field"] == "from"


def test_too_many_cells_are_refused(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 km² have 4800 cells of 250 m."""
    plan = Plan(goal="p-median", cell_m=250)
    monkeypatch.setattr("geo.planner.candidates.CANDIDATES_AT_MOST", 4800)
    assert len(candidates(district, plan, EVERYBODY)) == 4800
    monkeypatch.setattr("geo.planner.candidates.CANDIDATES_AT_MOST", 4799)
    with pytest.raises(ParameterError):
        candidates(district, plan, EVERYBODY)


def test_a_capacity_of_its_own_comes_before_the_plans(district: District) -> None:
    listed = Candidates(
        np.array(["a", "b"], dtype=object),
        np.array(["a", "b"], dtype=object),
        *district.plane.unproject([455_000, 455_000], [4_385_000, 4_386_000]),
        np.array([455_000.0, 455_000]),
        np.array([4_385_000.0, 4_386_000]),
        np.array([7.0, np.inf]),
    )
    assert candidates(district, Plan(source="list"), EVERYBODY, listed).capacity is listed.capacity
    found = candidates(district, Plan(source="list", capacity=20.0), EVERYBODY, listed)
    assert found.capacity is not None
    assert found.capacity.tolist() == [7.0, 20.0]


def test_names_come_back_by_ids(district: District) -> None:
    cells = candidates(district, Plan(), EVERYBODY)
    asked = [Site(str(cells.id[0]), "", 116.0, 39.6), Site("F3", "", 116.0, 39.6), Site("P1", "", 116.0, 39.6)]
    asked += [Site("c1000.1.1", "", 116.0, 39.6), Site("c0.1.1", "", 116.0, 39.6), Site("东门", "他名", 116.0, 39.6)]
    assert [site.name for site in named(district, asked)] == [
        cells.name[0],
        "F3站",
        "甲原镇",
        "c1000.1.1",
        "c0.1.1",
        "他名",
    ]
    assert named(district, asked[:1], language="en")[0].name.startswith("Jiayuan Town, cell ")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_ids_of_cells_are_unique_and_say_which_cell(district: District, language: str) -> None:
    found = candidates(district, Plan(goal="p-median"), EVERYBODY, language=language)
    assert len(set(found.id)) == len(set(found.name)) == 300
    size, column, row = (int(part) for part in str(found.id[7])[1:].split("."))
    assert (found.x[7], found.y[7]) == pytest.approx(((column + 0.5) * size, (row + 0.5) * size), abs=1.0)


def test_a_candidate_comes_out_of_a_url_where_it_was(district: District) -> None:
    found = candidates(district, Plan(), EVERYBODY)
    sites = tuple(found.site(index) for index in range(len(found)))
    read = Plan.read(Plan(sites=sites).params()).sites
    assert [(site.lon, site.lat) for site in read] == list(zip(found.lon, found.lat, strict=True))
    x, y = district.plane.project(found.lon, found.lat)
    assert ((x == found.x).all(), (y == found.y).all()) == (True, True)
