"""The schematic partition keeps to the facts, in the committed file; and the facts tables keep to themselves."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Polygon, box

from data.builders.partition import (
    CELL,
    EXTENT,
    PLANE,
    allot,
    build_partition,
    join,
    lattice_edges,
    smooth,
    target_areas,
)

PACK = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    return pd.read_csv(PACK / "regions.csv", dtype={"code": str}).set_index("code")


@pytest.fixture(scope="module")
def collection() -> dict:
    return json.loads((PACK / "regions.geojson").read_text("utf-8"))


@pytest.fixture(scope="module")
def shapes(collection: dict) -> pd.Series:
    """The polygons in degrees, by code."""
    geometry = [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]]
    return pd.Series(geometry, [feature["properties"]["code"] for feature in collection["features"]])


@pytest.fixture(scope="module")
def plane(shapes: pd.Series) -> pd.Series:
    """The polygons in metres, by code."""
    return pd.Series(shapely.transform(shapes.to_numpy(), PLANE.transform, interleaved=False), shapes.index)


@pytest.fixture(scope="module")
def outline() -> Polygon:
    return shapely.geometry.shape(json.loads((PACK / "outline.geojson").read_text("utf-8"))["geometry"])


def test_it_tiles_the_district(shapes: pd.Series, outline: Polygon) -> None:
    polygons = shapes.to_numpy()
    assert shapely.symmetric_difference(shapely.union_all(polygons), outline).area < 1e-6 * outline.area
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    overlaps = shapely.area(shapely.intersection(polygons[one[one < other]], polygons[other[one < other]]))
    assert overlaps.sum() < 1e-6 * outline.area
    assert shapely.coverage_is_valid(polygons)  # neighbours share every vertex of their edge


def test_each_unit_is_one_polygon_without_holes(shapes: pd.Series, facts: pd.DataFrame) -> None:
    assert list(shapes.index) == list(facts.index)
    assert len(shapes) == 22
    assert {polygon.geom_type for polygon in shapes} == {"Polygon"}
    assert shapely.is_valid(shapes.to_numpy()).all()
    assert not shapely.get_num_interior_rings(shapes.to_numpy()).any()


def test_no_unit_hangs_by_a_thread_or_runs_out_in_a_spike(plane: pd.Series) -> None:
    cores = shapely.buffer(plane.to_numpy(), -100)
    largest = np.array([shapely.area(shapely.get_parts(core)).max() for core in cores])
    # nowhere narrower than 200 m, but for crumbs that the outline itself pinches off
    assert (largest / shapely.area(cores) > 0.998).all()
    thin = shapely.area(shapely.difference(plane.to_numpy(), shapely.buffer(cores, 110)))
    assert (thin / shapely.area(plane.to_numpy()) < 0.02).all()  # what is thinner is the outline's own detail


def test_every_seat_lies_in_its_unit(shapes: pd.Series, facts: pd.DataFrame) -> None:
    seats = shapely.points(facts["seat_lon"], facts["seat_lat"])
    astray = facts.loc[~shapely.contains(shapes[facts.index].to_numpy(), seats), "name"]
    assert astray.empty, list(astray)


def test_known_extents_are_met_within_2500_m(plane: pd.Series, facts: pd.DataFrame) -> None:
    known = facts[facts["extent_lon_min"].notna()]
    extents = np.array([PLANE.transform_bounds(*extent) for extent in known[EXTENT].itertuples(index=False)])
    off = pd.DataFrame(shapely.bounds(plane[known.index].to_numpy()) - extents, known["name"], EXTENT)
    assert len(known) == 17
    assert (off.abs() <= 2_500).to_numpy().all(), off[(off.abs() > 2_500).any(axis=1)]


def test_known_areas_are_met_within_a_tenth(plane: pd.Series, facts: pd.DataFrame) -> None:
    known = facts[facts["area_km2"].notna()]
    ratio = pd.Series(shapely.area(plane[known.index].to_numpy()) / 1e6 / known["area_km2"].to_numpy(), known["name"])
    assert len(known) == 11
    assert ratio.between(0.9, 1.1).all(), ratio


def test_it_says_that_it_is_schematic(collection: dict) -> None:
    said = {"standing": "assumed", "label_zh": "示意边界", "label_en": "schematic boundary", "as_of": "2026"}
    assert collection["properties"].items() >= (said | {"datum": "WGS-84"}).items()
    for feature in collection["features"]:
        assert feature["properties"].items() >= said.items()
        assert feature["properties"]["source"].startswith("derived;")


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("regions.csv", "outline.geojson"):
        shutil.copy(PACK / name, tmp_path)
    build_partition(tmp_path)
    assert (tmp_path / "regions.geojson").read_bytes() == (PACK / "regions.geojson").read_bytes()


def test_what_is_left_is_shared_as_the_extents_are() -> None:
    """A district of 10 km²: 4 are known; of the other 6, extents of 1 and 2 km² inside it take 2 and 4."""
    units = pd.DataFrame(
        {
            "name": ["known", "small", "large"],
            "area_km2": [4.0, np.nan, np.nan],
            "x_min": [np.nan, 0.0, 8_000.0],
            "y_min": [np.nan, 0.0, 0.0],
            "x_max": [np.nan, 1_000.0, 12_000.0],  # half of it lies outside
            "y_max": [np.nan, 1_000.0, 1_000.0],
        }
    )
    assert target_areas(units, box(0, 0, 10_000, 1_000)) == pytest.approx([4e6, 2e6, 4e6])


def test_cells_are_allotted_until_the_areas_are_right() -> None:
    """Ten cells in a row between two units at its ends: worths that give them three and seven exist."""
    metres = CELL * (np.arange(10) + 0.5)
    cost = np.rint(np.stack([metres**2, (10 * CELL - metres) ** 2])).astype(np.int64)[:, None, :]
    label = allot(cost, CELL**2 * np.array([3.0, 7.0]), np.ones((1, 10), dtype=bool))
    assert label.tolist() == [[0] * 3 + [1] * 7]


def test_an_edge_runs_from_node_to_node() -> None:
    """Two units side by side share one upright line; a third on top makes a node of three lines."""
    assert [line.tolist() for line in lattice_edges(np.array([[0, 1], [0, 1]]))] in (
        [[[1, 0], [1, 1], [1, 2]]],
        [[[1, 2], [1, 1], [1, 0]]],
    )
    assert len(lattice_edges(np.array([[0, 1], [2, 2]]))) == 3


def test_smoothing_keeps_the_ends_and_takes_the_stairs_out() -> None:
    stairs = np.array([[0, 0], [1, 0], [1, 1], [2, 1], [2, 2], [3, 2], [3, 3]], dtype=float)
    line = smooth(stairs)
    assert line[[0, -1]].tolist() == [[0, 0], [3, 3]]
    assert (line[1:-1, 0] - line[1:-1, 1] == 0.5).all()  # the line that halves every step


def test_a_face_cut_off_goes_to_the_neighbour_it_shares_most_edge_with() -> None:
    """Of unit 0's two faces the smaller touches unit 1 along 2 and unit 2 along 1."""
    faces = np.array([box(0, 0, 9, 9), box(10, 0, 12, 4), box(12, 4, 13, 6), box(10, 4, 12, 5)])
    polygons = join(faces, np.array([0, 1, 2, 0]), 3)
    assert shapely.area(polygons).tolist() == [81, 10, 2]


def test_the_facts_name_22_units_and_758_places(facts: pd.DataFrame) -> None:
    places = pd.read_csv(PACK / "places.csv", dtype=str)
    places = places[places["kind"].isin(["community", "village"])]  # the others are not statistical units
    assert facts["kind"].value_counts().to_dict() == {"town": 14, "subdistrict": 8}
    assert set(facts.loc[~facts["in_campaign"], "name"]) == {"荣华街道", "博兴街道"}
    assert len(places) == places["code"].nunique() == 758
    assert set(places["region"].dropna()) == set(facts.index)
    known = places["region"].notna()
    assert (places.loc[known, "code"].str[:9] + "000" == places.loc[known, "region"]).all()
    assert (~known).sum() == 6  # the communities of the four units that are no region
