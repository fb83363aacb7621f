"""Who borders whom, and which region a position belongs to: squares on a plane, counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from made_ground import BING, JIA, YI, positions, three_regions

from geo.district import District
from geo.fieldwork.ground import Shapes, borders, ground

EAST, NORTH = 430_000.0, 4_380_000.0


def box(left: float, bottom: float, right: float, top: float) -> shapely.Polygon:
    """A box of metres from the corner of the plane's part we are in."""
    return shapely.box(EAST + left, NORTH + bottom, EAST + right, NORTH + top)


def shapes(*those: Any) -> Shapes:
    made = np.empty(len(those), dtype=object)
    made[:] = those
    return made


def meet(one: Any, other: Any) -> bool:
    found = borders(shapes(one, other))
    assert found[0, 1] == found[1, 0]
    assert not found.diagonal().any()
    return bool(found[0, 1])


SQUARE = box(0, 0, 1000, 1000)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(box(1000, 0, 2000, 1000), True, id="a whole side"),
        pytest.param(box(1000, 1000, 2000, 2000), False, id="a corner"),
        pytest.param(box(1000, 999, 2000, 2000), True, id="a metre of a side"),
        pytest.param(box(1000, 999.5, 2000, 2000), False, id="half a metre"),
        pytest.param(box(1000, 250, 2000, 750), True, id="part of a longer side"),
        pytest.param(box(1019, 0, 2000, 1000), True, id="a sliver of 19 m along a kilometre"),
        pytest.param(box(1021, 0, 2000, 1000), False, id="a gap of 21 m"),
        pytest.param(box(1010, 950, 2000, 2000), False, id="a sliver along 50 m only"),
        pytest.param(box(1010, 900, 2000, 2000), True, id="a sliver along 100 m"),
        pytest.param(box(500, 0, 1500, 1000), True, id="half of it in both"),
        pytest.param(box(400, 400, 600, 600), True, id="one inside the other"),
        pytest.param(box(5000, 0, 6000, 1000), False, id="far away"),
        pytest.param(None, False, id="missing"),
        pytest.param(shapely.Polygon(), False, id="empty"),
    ],
)
def test_what_borders(other: Any, expected: bool) -> None:
    assert meet(SQUARE, other) is expected


def test_an_enclave_borders_what_surrounds_it() -> None:
    hole = box(400, 400, 600, 600)
    assert meet(SQUARE.difference(hole), hole)


def test_a_side_that_bends_where_the_other_does_not() -> None:
    """A corner on another's straight side is on it only as far as floats go."""
    leaning = shapely.Polygon([(0, 0), (333.3, 1000), (-1000, 1000)])
    along = shapely.Polygon([(0, 0), (111.1, 333.3333), (2000, 0)])
    assert meet(shapely.transform(leaning, _here), shapely.transform(along, _here))


def _here(points: Any) -> Any:
    return points + np.array([EAST, NORTH])


def test_no_regions() -> None:
    assert borders(shapes()).shape == (0, 0)
    assert borders(shapes(None, None)).sum() == 0


@given(st.integers(1, 6), st.integers(1, 6), st.randoms(use_true_random=False))
def test_a_chessboard_has_its_inner_sides_only(wide: int, high: int, random: Any) -> None:
    """w × h squares have (w - 1) h + w (h - 1) sides between two of them, in whatever order they come."""
    squares = [box(500 * i, 500 * j, 500 * i + 500, 500 * j + 500) for i in range(wide) for j in range(high)]
    random.shuffle(squares)
    found = borders(shapes(*squares))
    assert (found == found.T).all()
    assert np.triu(found).sum() == (wide - 1) * high + wide * (high - 1)


def test_positions_that_are_regions(world: District) -> None:
    """甲 乙 丙 in a row: the middle one borders both."""
    found = ground(three_regions(world), ["P3", "P1", "P2"])
    assert found.ids == ("P3", "P1", "P2")
    assert found.region.tolist() == [2, 0, 1]
    assert found.region_by == ("region",) * 3
    assert found.edges() == [["P3", "P2"], ["P1", "P2"]]
    assert not found.anywhere.any()
    assert np.allclose(found.x, [455_000, 435_000, 445_000], atol=0.01)
    assert found.missing == ()


def test_how_a_point_finds_its_region(world: District) -> None:
    """What its record declares; where it lies, on an edge the smaller code; else the nearest, as far as the smaller."""
    made = positions(
        world,
        [
            {"id": "A", "kind": "industrial_base", "region": BING, "at": (5, 5)},
            {"id": "B", "kind": "industrial_base", "at": (15, 5)},
            {"id": "C", "kind": "airport_zone", "at": (29, 11)},
            {"id": "D", "kind": "drivers_home", "at": (19, -3)},
            {"id": "E", "kind": "industrial_base"},
            {"id": "F", "region": YI},
        ],
    )
    found = ground(made, ["A", "B", "C", "D", "E", "F", "gone"])
    assert found.region_by == ("declared", "lies_in", "nearest", "nearest", "", "region", "")
    assert found.region.tolist() == [2, 1, 2, 1, -1, 1, -1]
    assert found.anywhere.tolist() == [False] * 4 + [True, False, True]
    assert found.missing == ("gone",)
    assert not found.neighbours[[4, 6]].any()
    assert 440_000 <= found.x[5] <= 450_000  # a point inside the region that has none of its own
    assert np.isnan(found.x[[4, 6]]).all()


def test_points_of_one_region_hang_together_and_with_what_borders_it(world: District) -> None:
    made = positions(
        world,
        [
            {"id": "A", "region": JIA, "at": (5, 5)},
            {"id": "B", "kind": "industrial_base", "at": (14, 5)},
            {"id": "C", "kind": "industrial_base", "at": (16, 5)},
            {"id": "D", "region": BING, "at": (25, 5)},
        ],
    )
    assert ground(made, ["A", "B", "C", "D"]).edges() == [["A", "B"], ["A", "C"], ["B", "C"], ["B", "D"], ["C", "D"]]


def test_boundaries_that_might_be(world: District) -> None:
    """乙 drawn a kilometre narrower on the west borders 甲 no more; a point in that kilometre is nearest to 甲."""
    made = three_regions(world)
    after = made.regions_m.geometry.to_numpy().copy()
    after[1] = box(11_000, 0, 20_000, 10_000)
    assert ground(made, ["P1", "P2", "P3"], after).edges() == [["P2", "P3"]]
    here = {"region": YI, "region_by": "location", "at": (10.2, 5)}  # as the district says of a point in 乙
    point = positions(world, [{"id": "A", "kind": "industrial_base", **here}])
    assert ground(point, ["A"]).region.tolist() == [1]
    assert ground(point, ["A"], after).region.tolist() == [0]


def test_of_regions_as_near_the_smaller_code(world: District) -> None:
    """Two regions on the same ground, the point in both or beside both."""
    made = positions(
        world,
        [
            {"id": "A", "kind": "industrial_base", "at": (5, 5)},
            {"id": "B", "kind": "industrial_base", "at": (-5, 5)},
        ],
    )
    after = shapes(box(20_000, 0, 30_000, 10_000), box(0, 0, 10_000, 10_000), box(0, 0, 10_000, 10_000))
    found = ground(made, ["A", "B"], after)
    assert found.region.tolist() == [1, 1]
    assert found.region_by == ("lies_in", "nearest")


def test_a_region_without_territory_has_no_ground(world: District) -> None:
    made = three_regions(world)
    after = made.regions_m.geometry.to_numpy().copy()
    after[0] = None
    found = ground(made, ["P1", "P2"], after)
    assert found.anywhere.tolist() == [True, False]
    assert found.edges() == []


def test_no_positions(world: District) -> None:
    assert ground(world, []).edges() == []
