"""Regions: which one a point lies in, by arrays and by frames, on edges and corners too."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import regions as module
from geo.errors import FrameError
from geo.regions import RegionIndex, join_regions, name_codes, require_regions

WEST, SOUTH = 430_000.0, 4_380_000.0


@pytest.fixture(params=["tested", "looked up"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of locating: few points tested each, many looked up on the grid."""
    monkeypatch.setattr(module, "GRID_PAYS_FROM", 0 if request.param == "looked up" else 10**9)
    return request.param


def locate(polygons: object, points: list[tuple[float, float]]) -> list[int]:
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return RegionIndex(polygons).locate(x, y).tolist()


@pytest.mark.usefixtures("way")
def test_inside_outside_edge_and_corner(regions_in_metres: gpd.GeoDataFrame) -> None:
    points = {
        (WEST + 5_000, SOUTH + 5_000): 0,
        (WEST + 15_000, SOUTH + 1): 1,
        (WEST + 29_999, SOUTH + 9_999): 2,
        (WEST - 1, SOUTH + 5_000): -1,
        (WEST + 15_000, SOUTH + 10_001): -1,
        (WEST, SOUTH): 0,  # the world's corner
        (WEST + 30_000, SOUTH + 10_000): 2,
        (WEST + 10_000, SOUTH + 5_000): 0,  # an edge of two regions: the smaller index
        (WEST + 20_000, SOUTH + 10_000): 1,
        (np.nan, SOUTH): -1,
    }
    assert locate(regions_in_metres.geometry, list(points)) == list(points.values())


@pytest.mark.usefixtures("way")
def test_overlaps_holes_and_parts() -> None:
    ring = shapely.box(WEST, SOUTH, WEST + 90, SOUTH + 90) - shapely.box(WEST + 30, SOUTH + 30, WEST + 60, SOUTH + 60)
    apart = shapely.union(ring, shapely.box(WEST + 200, SOUTH, WEST + 210, SOUTH + 10))
    over = shapely.box(WEST + 80, SOUTH, WEST + 120, SOUTH + 90)
    points = {(45, 45): -1, (30, 45): 0, (205, 5): 0, (85, 45): 0, (100, 45): 1, (150, 5): -1}
    assert locate([apart, over], [(WEST + x, SOUTH + y) for x, y in points]) == list(points.values())
    assert locate([over, apart], [(WEST + 85, SOUTH + 45)]) == [0]


@pytest.mark.usefixtures("way")
def test_nothing_to_locate_or_nowhere_to_be() -> None:
    box = shapely.box(WEST, SOUTH, WEST + 9, SOUTH + 9)
    assert locate([box], []) == []
    assert locate([], [(WEST, SOUTH)]) == [-1]
    assert locate([None], [(WEST, SOUTH)]) == [-1]
    assert locate([None, box], [(WEST, SOUTH)]) == [1]


def test_both_ways_and_geopandas_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crooked regions (Voronoi cells), points at random and, hardest, on their corners."""
    random = np.random.default_rng(7)
    seeds = shapely.multipoints(
        np.column_stack((WEST + random.uniform(0, 9e3, 25), SOUTH + random.uniform(0, 9e3, 25)))
    )
    polygons = np.array(shapely.get_parts(shapely.voronoi_polygons(seeds)))
    corners = shapely.get_coordinates(polygons)
    x = np.concatenate((WEST + random.uniform(-3e3, 12e3, 20_000), corners[:, 0]))
    y = np.concatenate((SOUTH + random.uniform(-3e3, 12e3, 20_000), corners[:, 1]))
    tested = RegionIndex(polygons).locate(x, y)
    monkeypatch.setattr(module, "GRID_PAYS_FROM", 0)
    looked_up = RegionIndex(polygons).locate(x, y)
    np.testing.assert_array_equal(tested, looked_up)

    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:32650")
    frame = gpd.GeoDataFrame({"code": [f"{i:02}" for i in range(25)]}, geometry=polygons, crs="EPSG:32650")
    joined = join_regions(points, frame)
    assert joined.tolist() == name_codes(tested, frame["code"]).tolist()


def test_degrees_are_refused(regions: gpd.GeoDataFrame, regions_in_metres: gpd.GeoDataFrame) -> None:
    with pytest.raises(FrameError):
        RegionIndex(regions.geometry)
    with pytest.raises(FrameError):
        RegionIndex(regions_in_metres.geometry).locate([116.3], [39.6])
    with pytest.raises(FrameError):
        join_regions(regions.set_geometry(regions.geometry.representative_point()), regions)
    with pytest.raises(FrameError):
        join_regions(regions_in_metres.to_crs("EPSG:4548"), regions_in_metres)


def test_regions_must_be_degrees_in_the_order_of_their_codes(
    regions: gpd.GeoDataFrame, regions_in_metres: gpd.GeoDataFrame
) -> None:
    require_regions(regions)
    for wrong in (regions_in_metres, regions.iloc[::-1], pd.concat([regions, regions.iloc[2:]])):
        with pytest.raises(FrameError):
            require_regions(wrong)


def test_join_keeps_every_row_in_its_place(regions_in_metres: gpd.GeoDataFrame) -> None:
    spots = [(WEST + 20_000, SOUTH), (WEST - 9, SOUTH), None, (WEST + 25_000, SOUTH + 1)]
    points = gpd.GeoDataFrame(geometry=[spot and shapely.Point(spot) for spot in spots], index=[7, 3, 3, 1])
    joined = join_regions(points.set_crs("EPSG:32650"), regions_in_metres)
    assert joined.index.tolist() == [7, 3, 3, 1]
    assert joined.tolist() == ["110199002000", "", "", "110199003000"]
    assert join_regions(points[:0].set_crs("EPSG:32650"), regions_in_metres).tolist() == []


def test_codes_of_indices() -> None:
    assert name_codes(np.array([1, -1, 0]), ["a", "b"]).tolist() == ["b", "", "a"]
