"""Distance: the plane, the nearest two sites with their ties, and degrees refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import distance
from geo.distance import CHUNK, CostTable, Plane, cost_table, nearest_two, require_metres
from geo.errors import FrameError

WEST, SOUTH = 430_000.0, 4_380_000.0

coordinates = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40)


def by_hand(x: np.ndarray, y: np.ndarray, sx: np.ndarray, sy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The plainest way: all distances, sorted with ties in the order of the sites."""
    metres = np.sqrt((x[:, None] - sx) ** 2 + (y[:, None] - sy) ** 2)
    site = np.argsort(metres, axis=1, kind="stable")[:, :2]
    metres = np.take_along_axis(metres, site, axis=1)
    missing = ((0, 0), (0, 2 - site.shape[1]))
    return np.pad(site, missing, constant_values=-1), np.pad(metres, missing, constant_values=np.nan)


def test_the_plane_there_and_back(plane: Plane) -> None:
    lon, lat = plane.unproject([WEST, WEST + 1e4], [SOUTH, SOUTH])
    assert 116 < lon[0] < lon[1] < 117
    assert 39 < lat[0] < 40
    np.testing.assert_allclose(plane.project(lon, lat), [[WEST, WEST + 1e4], [SOUTH, SOUTH]], rtol=0, atol=1e-6)


def test_the_central_meridian_is_500_km_east(plane: Plane) -> None:
    x, y = plane.project([117.0], [0.0])
    np.testing.assert_allclose([x[0], y[0]], [500_000, 0], rtol=0, atol=1e-6)


def test_the_plane_gives_unknown_for_unknown_and_in_any_number(plane: Plane) -> None:
    assert plane.project([], [])[0].shape == (0,)
    assert np.isnan(plane.project([np.nan, 117.0], [39.0, np.nan])).all()
    many = np.full(CHUNK * 2 + 1, 117.0)  # more than are handled at once
    assert np.ptp(plane.project(many, many / 3)[1]) == 0


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2225", "no such thing"])  # degrees, US feet
def test_a_plane_must_be_in_metres(crs: str) -> None:
    with pytest.raises(FrameError):
        Plane(crs)


def test_frames_must_be_in_metres(regions: gpd.GeoDataFrame, regions_in_metres: gpd.GeoDataFrame) -> None:
    require_metres(regions_in_metres)
    for frame in (regions, regions.set_crs(None, allow_override=True)):
        with pytest.raises(FrameError):
            require_metres(frame)


def test_degrees_are_refused() -> None:
    with pytest.raises(FrameError):
        nearest_two([116.3], [39.7], [4e5], [4e6])
    with pytest.raises(FrameError):
        nearest_two([4e5], [4e6], [116.3, 116.4], [39.7, 39.8])
    with pytest.raises(FrameError):
        nearest_two([4e5], [4e6], [4e5, np.nan], [4e6, np.nan])


def test_small_numbers_may_be_metres_where_no_latitude_is_so_large() -> None:
    assert nearest_two([100], [200], [100], [207]).metres[0, 0] == 7


def test_three_four_five() -> None:
    found = nearest_two([WEST], [SOUTH], [WEST + 6000, WEST + 3000, WEST], [SOUTH + 8000, SOUTH + 4000, SOUTH + 20_000])
    assert found.site.tolist() == [[1, 0]]
    assert found.metres.tolist() == [[5000.0, 10_000.0]]


def test_no_site_one_site_no_point_unknown_point() -> None:
    nothing = nearest_two([WEST, WEST], [SOUTH, SOUTH], [], [])
    assert nothing.site.tolist() == [[-1, -1], [-1, -1]]
    assert np.isnan(nothing.metres).all()
    one = nearest_two([WEST, np.nan], [SOUTH, SOUTH], [WEST], [SOUTH + 7])
    assert one.site.tolist() == [[0, -1], [-1, -1]]
    np.testing.assert_array_equal(one.metres, [[7.0, np.nan], [np.nan, np.nan]])
    assert nearest_two([], [], [WEST], [SOUTH]).site.shape == (0, 2)
    assert nearest_two([np.nan], [np.nan], [WEST], [SOUTH]).site.tolist() == [[-1, -1]]


@pytest.mark.parametrize("points_a_site", [0, 10**9])
def test_gathered_or_one_by_one_it_is_the_same(monkeypatch: pytest.MonkeyPatch, points_a_site: int) -> None:
    """A lattice with 3,000 points between 400 sites, most of which tie, and some points unknown."""
    monkeypatch.setattr(distance, "POINTS_A_SITE", points_a_site)
    random = np.random.default_rng(5)
    x, y = WEST + 250.0 * random.integers(0, 80, (2, 3_000))
    sx, sy = WEST + 500.0 * random.integers(0, 40, (2, 400))
    x[::97] = np.nan
    site, metres = by_hand(x, y, sx, sy)
    unknown = np.isnan(x)
    site[unknown], metres[unknown] = -1, np.nan
    found = nearest_two(x, y, sx, sy)
    np.testing.assert_array_equal(found.site, site)
    np.testing.assert_array_equal(found.metres, metres)


def test_sites_on_one_spot_come_in_their_order() -> None:
    found = nearest_two([WEST], [SOUTH], np.full(300, WEST + 10), np.full(300, SOUTH))
    assert found.site.tolist() == [[0, 1]]
    assert found.metres.tolist() == [[10.0, 10.0]]


def test_sites_around_a_point_come_in_their_order() -> None:
    """Twelve whole-number points at 65 m (5·13): all tie, the two smallest indices win, wherever they stand."""
    legs = [(16, 63), (25, 60), (33, 56)]
    ring = np.array([(sx * a, sy * b) for a, b in legs for sx in (1, -1) for sy in (1, -1)], dtype=float)
    found = nearest_two([WEST], [SOUTH], WEST + ring[:, 0], SOUTH + ring[:, 1])
    assert found.site.tolist() == [[0, 1]]
    assert found.metres.tolist() == [[65.0, 65.0]]


@given(points=coordinates, sites=coordinates)
def test_as_by_hand_on_a_lattice_full_of_ties(points: list[tuple[int, int]], sites: list[tuple[int, int]]) -> None:
    x, y = WEST + 500.0 * np.array(points).reshape(-1, 2).T
    sx, sy = WEST + 500.0 * np.array(sites).reshape(-1, 2).T
    found = nearest_two(x, y, sx, sy)
    site, metres = by_hand(x, y, sx, sy)
    np.testing.assert_array_equal(found.site, site)
    np.testing.assert_array_equal(found.metres, metres)


@pytest.mark.parametrize("count", [1, 100, 5_000, CHUNK * 2 + 5])
def test_as_by_hand_for_any_number(count: int) -> None:
    """Random places, clustered and with one far away, on every fineness of the grid and in one or several chunks."""
    random = np.random.default_rng(count)
    x, y = WEST + random.normal(0, 5_000, count), SOUTH + random.normal(0, 5_000, count)
    x[0] += 200_000
    sx, sy = WEST + random.normal(0, 8_000, 60), SOUTH + random.normal(0, 8_000, 60)
    found = nearest_two(x, y, sx, sy)
    site, metres = by_hand(x, y, sx, sy)
    np.testing.assert_array_equal(found.site, site)
    np.testing.assert_array_equal(found.metres, metres)


# ---- who can use which site ----


def pairs(table: CostTable) -> dict[tuple[int, int], float]:
    row = np.repeat(np.arange(table.rows), np.diff(table.start))
    return dict(zip(zip(row.tolist(), table.site.tolist(), strict=True), table.cost.tolist(), strict=True))


def test_pairs_within_reach_inclusive() -> None:
    table = cost_table([WEST, WEST + 4000, np.nan], [SOUTH] * 3, [WEST + 4000, WEST], [SOUTH, SOUTH + 3000], 5000)
    assert pairs(table) == {(0, 0): 4000, (0, 1): 3000, (1, 0): 0, (1, 1): 5000}
    assert (table.start.tolist(), table.sites, table.rows) == ([0, 2, 4, 4], 2, 3)
    assert (table.start.dtype, table.site.dtype, table.cost.dtype) == (np.int64, np.int32, np.float64)
    less = cost_table([WEST + 4000], [SOUTH], [WEST], [SOUTH + 3000], np.nextafter(5000, 0))
    assert pairs(less) == {}


def test_a_reach_for_each_point() -> None:
    """Nobody at all goes less than nothing, or a distance that is not a number."""
    within = np.array([0.0, 7.0, 6.9, -1.0, np.nan])
    table = cost_table(np.full(5, WEST), np.full(5, SOUTH), [WEST, WEST], [SOUTH, SOUTH + 7], within)
    assert pairs(table) == {(0, 0): 0, (1, 0): 0, (1, 1): 7, (2, 0): 0}


def test_no_pairs() -> None:
    for x, sx in (([], []), ([], [WEST]), ([WEST], []), ([np.nan], [WEST])):
        table = cost_table(x, [SOUTH] * len(x), sx, [SOUTH] * len(sx), 5000)
        assert (table.rows, table.sites, pairs(table)) == (len(x), len(sx), {})
    with pytest.raises(FrameError):
        cost_table([116.3], [39.7], [WEST], [SOUTH], 5000)
    with pytest.raises(FrameError):
        cost_table([WEST], [SOUTH], [np.nan], [SOUTH], 5000)


@given(points=coordinates, sites=coordinates, within=st.integers(0, 20))
def test_the_pairs_are_those_by_hand(points: list[tuple[int, int]], sites: list[tuple[int, int]], within: int) -> None:
    x, y = WEST + 500.0 * np.array(points).reshape(-1, 2).T
    sx, sy = WEST + 500.0 * np.array(sites).reshape(-1, 2).T
    metres = np.sqrt((x[:, None] - sx) ** 2 + (y[:, None] - sy) ** 2)
    rows, columns = np.nonzero(metres <= within * 500.0)
    table = cost_table(x, y, sx, sy, within * 500.0)
    assert table.site.tolist() == columns.tolist(), "rows in order, and each row's sites ascending"
    assert table.cost.tolist() == metres[rows, columns].tolist()
    assert np.diff(table.start).tolist() == np.bincount(rows, minlength=len(x)).tolist()


def test_pairs_of_many_clustered_and_far_points() -> None:
    random = np.random.default_rng(8)
    x, y = WEST + random.normal(0, 5_000, 4_000), SOUTH + random.normal(0, 5_000, 4_000)
    x[0] += 900_000
    sx, sy = WEST + random.normal(0, 8_000, 50), SOUTH + random.normal(0, 8_000, 50)
    for within in (0.0, 300.0, 20_000.0, 2_000_000.0):
        metres = np.sqrt((x[:, None] - sx) ** 2 + (y[:, None] - sy) ** 2)
        assert len(cost_table(x, y, sx, sy, within).site) == (metres <= within).sum()


@given(points=coordinates, sites=coordinates, within=st.integers(0, 12))
def test_served_is_the_same_by_table_and_by_nearest(
    points: list[tuple[int, int]], sites: list[tuple[int, int]], within: int
) -> None:
    x, y = WEST + 500.0 * np.array(points).reshape(-1, 2).T
    sx, sy = WEST + 500.0 * np.array(sites).reshape(-1, 2).T
    counts = np.diff(cost_table(x, y, sx, sy, within * 500.0).start)
    near = nearest_two(x, y, sx, sy).metres <= within * 500.0
    assert (near == np.column_stack((counts >= 1, counts >= 2))).all()
