"""Coverage of the tiny world by hand; laws that hold for any; gaps; and the plain geopandas way as a second opinion."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage import LENSES, SERVED, UNKNOWN, UNSERVED, coverage, coverage_table, gaps, lens_table, sites
from geo.demand import UNIONS, Demand
from geo.distance import Plane, nearest_two
from geo.enterprises import assign_regions, is_unionised, usable_location
from geo.errors import FrameError, ParameterError
from geo.facilities import parse_amenities, serving

WEST, SOUTH = 430_000.0, 4_380_000.0
STATUSES = ("served", "unserved", "unknown")


@pytest.fixture(scope="module")
def register(enterprises: pd.DataFrame, regions: gpd.GeoDataFrame, places: pd.DataFrame, plane: Plane) -> pd.DataFrame:
    return assign_regions(enterprises, regions, places, plane, district="北京市天地区")


@pytest.fixture(scope="module")
def demand(register: pd.DataFrame, regions: gpd.GeoDataFrame, plane: Plane) -> Demand:
    return Demand.of(register, regions, plane)


@pytest.fixture(scope="module")
def stations(facilities: pd.DataFrame, plane: Plane) -> tuple[np.ndarray, np.ndarray]:
    return sites(serving(facilities, ["rest_station"]), plane)


def small_demand(x: list[float], **columns: object) -> Demand:
    """Enterprises along one line, one region, one worker each, with a union unless said otherwise."""
    n = len(x)
    values = {
        "region": np.zeros(n, dtype=np.int16),
        "workers": np.ones(n),
        "unionised": np.ones(n, dtype=bool),
        "codes": np.array(["r"], dtype=object),
    } | {name: np.asarray(value) for name, value in columns.items()}
    return Demand.bare(id=np.arange(n), x=np.array(x, dtype=float), y=np.where(np.isnan(x), np.nan, SOUTH), **values)


# ---- which region, and how it was found ----


def test_the_record_comes_before_the_map(register: pd.DataFrame, regions: gpd.GeoDataFrame) -> None:
    names = regions.set_index("code")["name"].to_dict() | {"": ""}
    columns = ["region", "region_declared", "region_address", "region_location"]
    found = register.set_index("id")[columns].apply(lambda codes: codes.map(names))
    assert found.loc["E1"].tolist() == ["甲原镇", "", "甲原镇", "甲原镇"]
    assert found.loc["E2"].tolist() == ["甲原镇", "甲原镇", "", "甲原镇"]
    assert found.loc["E3"].tolist() == ["乙河街道", "", "", "乙河街道"]
    assert found.loc["E4"].tolist() == ["乙河街道", "乙河街道", "丙山镇", "丙山镇"]
    assert found.loc["E5"].tolist() == ["乙河街道", "乙河街道", "", ""]
    assert found.loc["E6"].tolist() == ["", "", "", ""]
    assert register["region_by"].tolist() == ["address", "declared", "location", "declared", "declared", "", "declared"]


def test_disagreement_is_kept(register: pd.DataFrame) -> None:
    assert register["id"][register["region_conflict"]].tolist() == ["E4"]
    assert register.set_index("id")["region_text"]["E4"] == "乙河街道"


def test_readings_below_the_first_disagree_with_it(
    enterprises: pd.DataFrame, regions: gpd.GeoDataFrame, places: pd.DataFrame, plane: Plane
) -> None:
    """E1 lies in 甲原镇 and names it in the address; no conflict, until it declares another."""
    moved = enterprises[enterprises["id"] == "E1"].assign(region="丙山镇")
    assert assign_regions(moved, regions, places, plane, district="北京市天地区")["region_conflict"].tolist() == [True]


def test_nothing_to_assign(
    enterprises: pd.DataFrame, regions: gpd.GeoDataFrame, places: pd.DataFrame, plane: Plane
) -> None:
    nothing = assign_regions(enterprises[:0], regions, places, plane, district="")
    assert nothing.empty
    assert (
        coverage(Demand.of(nothing, regions, plane), nearest_two([], [], [], []), 1000).table["all_workers_all"].sum()
        == 0
    )


@pytest.mark.parametrize(
    ("lon", "lat", "usable"),
    [
        (116.4, 39.6, True),
        (115.7, 39.4, True),  # exactly half a degree out: inclusive
        (115.6, 39.4, False),
        (0.0, 0.0, False),
        (39.6, 116.4, False),  # latitude first
        (math.nan, 39.6, False),
        (116.4, math.inf, False),
    ],
)
def test_usable_location(lon: float, lat: float, usable: bool) -> None:
    assert usable_location([lon], [lat], (116.2, 39.4, 116.7, 39.8)).tolist() == [usable]


def test_only_established_is_a_union() -> None:
    statuses = pd.Series(["none", "contacted", "willing", "preparing", "established", "declined", "closed"])
    assert statuses[is_unionised(statuses)].tolist() == ["established"]


# ---- facilities ----


def test_serving_facilities_by_id(facilities: pd.DataFrame) -> None:
    assert serving(facilities, ["rest_station"])["id"].tolist() == ["F1", "F2"]  # not the closed, nor the unplaced
    assert serving(facilities, ["mediation_kiosk", "rest_station"])["id"].tolist() == ["F1", "F2", "F4"]
    assert serving(facilities, []).empty
    with pytest.raises(ParameterError):
        serving(facilities, ["pub"])


def test_amenities_are_yes_no_or_unknown() -> None:
    assert parse_amenities("wifi=yes; toilet=no;") == {"wifi": True, "toilet": False}
    assert parse_amenities("") == {}


@pytest.mark.parametrize("text", ["wifi", "wifi=maybe", "sauna=yes", "wifi=yes; wifi=no", "=yes"])
def test_bad_amenities(text: str) -> None:
    with pytest.raises(ParameterError):
        parse_amenities(text)


# ---- who is served ----


def test_the_tiny_world_by_hand(demand: Demand, stations: tuple[np.ndarray, np.ndarray]) -> None:
    nearest = nearest_two(demand.x, demand.y, *stations)
    assert nearest.site.tolist() == [[0, 1], [0, 1], [1, 0], [1, 0], [-1, -1], [-1, -1]]
    np.testing.assert_allclose(nearest.metres[:4, 0], [500, 2000, 1000, 10_000], rtol=0, atol=1e-6)

    found = coverage(demand, nearest, 1500)
    assert found.status.tolist() == [SERVED, UNSERVED, SERVED, UNSERVED, UNKNOWN, UNKNOWN]
    table = found.table.set_index("code")
    assert table.index.tolist() == ["110199001000", "110199002000", "110199003000", "", "total"]

    def column(name: str) -> list[float]:
        return table[name].tolist()

    assert column("all_enterprises_all") == [2, 3, 0, 1, 6]
    assert column("all_enterprises_served") == [1, 1, 0, 0, 2]
    assert column("all_enterprises_unserved") == [1, 1, 0, 0, 2]
    assert column("all_enterprises_unknown") == [0, 1, 0, 1, 2]
    assert column("all_workers_all") == [30, 70, 0, 5, 105]
    assert column("unionised_workers_served") == [10, 30, 0, 0, 40]
    assert column("ununionised_workers_unserved") == [20, 40, 0, 0, 60]
    assert column("workers_unstated") == [0, 1, 0, 0, 1]
    np.testing.assert_array_equal(column("unionised_share"), [1 / 2, 2 / 3, np.nan, 0, 1 / 2])


def test_the_two_lenses_by_hand(demand: Demand, stations: tuple[np.ndarray, np.ndarray]) -> None:
    found = coverage(demand, nearest_two(demand.x, demand.y, *stations), 1500)
    service = lens_table(found, "service").set_index("code")
    assert service.loc["total", ["all", "served", "unserved", "unknown"]].tolist() == [3, 2, 0, 1]
    assert service["workers_all"].tolist() == [10, 30, 0, 0, 40]
    np.testing.assert_array_equal(service["share_unserved"], [0, 0, np.nan, np.nan, 0])
    union = lens_table(found, "union").set_index("code")
    assert union.loc["total", ["all", "served", "unserved", "unknown"]].tolist() == [3, 0, 2, 1]
    assert union["workers_unknown"].tolist() == [0, 0, 0, 5, 5]
    np.testing.assert_array_equal(union["share_unserved"], [1, 1, np.nan, np.nan, 1])
    for view in (service, union):
        assert view["enterprises"].tolist() == [2, 3, 0, 1, 6]
        assert view["unionised"].tolist() == [1, 2, 0, 0, 3]
        assert view["ununionised"].tolist() == [1, 1, 0, 1, 3]
    with pytest.raises(ParameterError):
        lens_table(found, "nothing")  # type: ignore[arg-type]


def test_closed_enterprises_count_nowhere(demand: Demand) -> None:
    assert demand.id.tolist() == ["E1", "E2", "E3", "E4", "E5", "E6"]


def test_reach_is_inclusive() -> None:
    demand = small_demand([WEST, WEST + 1000, math.nextafter(WEST + 1000, math.inf)])
    nearest = nearest_two(demand.x, demand.y, [WEST], [SOUTH])
    assert coverage(demand, nearest, 1000).status.tolist() == [SERVED, SERVED, UNSERVED]
    assert coverage(demand, nearest, 0).status.tolist() == [SERVED, UNSERVED, UNSERVED]


def test_without_sites_everyone_placed_is_unserved() -> None:
    demand = small_demand([WEST, math.nan])
    found = coverage(demand, nearest_two(demand.x, demand.y, [], []), 1e9)
    assert found.status.tolist() == [UNSERVED, UNKNOWN]


@pytest.mark.parametrize("within_m", [-1.0, math.nan, math.inf])
def test_a_reach_is_a_number_of_metres(
    demand: Demand, regions_in_metres: gpd.GeoDataFrame, stations: tuple[np.ndarray, np.ndarray], within_m: float
) -> None:
    with pytest.raises(ParameterError) as refused:
        coverage(demand, nearest_two(demand.x, demand.y, *stations), within_m)
    assert refused.value.params["field"] == "within_m"
    with pytest.raises(ParameterError):
        gaps(regions_in_metres, stations, within_m)


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    n = draw(st.integers(0, 30))

    def column(values: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(values, min_size=n, max_size=n))

    offset = st.one_of(st.just(math.nan), st.integers(-5_000, 5_000))
    return small_demand(
        [WEST + float(metres) for metres in column(offset)],
        region=np.array(column(st.integers(-1, 2)), dtype=np.int16),
        workers=np.array(column(st.one_of(st.just(math.nan), st.integers(0, 10_000))), dtype=float),
        unionised=np.array(column(st.booleans()), dtype=bool),
        codes=np.array(["a", "b", "c"], dtype=object),
    )


@given(demand=demands(), within_m=st.integers(0, 6_000), offsets=st.lists(st.integers(-5_000, 5_000), max_size=4))
def test_nothing_is_lost_or_counted_twice(demand: Demand, within_m: int, offsets: list[int]) -> None:
    place = WEST + np.array(offsets, dtype=float)
    nearest = nearest_two(demand.x, demand.y, place, np.full(len(place), SOUTH))
    found = coverage(demand, nearest, within_m)
    table = found.table.set_index("code")
    for measure, weights in (("enterprises", np.ones(len(demand.x))), ("workers", np.nan_to_num(demand.workers))):
        for group in UNIONS:
            parts = [table[f"{group}_{measure}_{status}"] for status in STATUSES]
            assert (sum(parts) == table[f"{group}_{measure}_all"]).all()
        for status in ("all", *STATUSES):
            name = f"{measure}_{status}"
            assert (table[f"unionised_{name}"] + table[f"ununionised_{name}"] == table[f"all_{name}"]).all()
            assert table[f"all_{name}"].iloc[:-1].sum() == table.loc["total", f"all_{name}"]
        assert table.loc["total", f"all_{measure}_all"] == weights.sum()
        assert table.loc["b", f"all_{measure}_served"] == weights[(demand.region == 1) & (found.status == SERVED)].sum()
    assert table.loc["total", "workers_unstated"] == np.isnan(demand.workers).sum()
    farther = coverage(demand, nearest, within_m + 500)
    assert ((farther.status == SERVED) >= (found.status == SERVED)).all()
    for lens in LENSES:
        assert lens_table(found, lens)["share_unserved"].dropna().between(0, 1).all()


# ---- where the gaps are ----


def test_one_circle_in_the_middle_of_a_region(regions_in_metres: gpd.GeoDataFrame) -> None:
    found = gaps(regions_in_metres, (np.array([WEST + 5_000]), np.array([SOUTH + 5_000])), 3_000)
    circle = math.pi * 9
    np.testing.assert_allclose(found["covered_area_km2"], [circle, 0, 0], rtol=1e-3)
    np.testing.assert_allclose(found["gap_area_km2"], [100 - circle, 100, 100], rtol=1e-3)
    assert found.crs == regions_in_metres.crs
    assert found["code"].tolist() == regions_in_metres["code"].tolist()
    # Drawn, the circle is nowhere more than half a metre short, and never beyond its radius.
    hole = found.geometry[0].interiors[0]
    centre = shapely.Point(WEST + 5_000, SOUTH + 5_000)
    assert 2_999.5 <= hole.distance(centre) <= 3_000
    assert hole.hausdorff_distance(centre) <= 3_000.001


def test_a_circle_over_an_edge_covers_both_sides(regions_in_metres: gpd.GeoDataFrame) -> None:
    found = gaps(regions_in_metres, (np.array([WEST + 10_000]), np.array([SOUTH + 5_000])), 1_000)
    np.testing.assert_allclose(found["covered_area_km2"], [math.pi / 2, math.pi / 2, 0], rtol=1e-3)


@pytest.mark.parametrize("within_m", [0, 0.4, 700, 4_000, 100_000])
def test_gap_and_covered_are_the_region(regions_in_metres: gpd.GeoDataFrame, within_m: float) -> None:
    random = np.random.default_rng(3)
    x, y = WEST + random.uniform(-2e3, 32e3, 40), SOUTH + random.uniform(-2e3, 12e3, 40)
    found = gaps(regions_in_metres, (np.append(x, x[:3]), np.append(y, y[:3])), within_m)
    np.testing.assert_allclose(found["gap_area_km2"] + found["covered_area_km2"], 100, rtol=1e-9)
    np.testing.assert_allclose(found.geometry.area / 1e6, found["gap_area_km2"], rtol=1e-9)
    # The covered area again, worked out the other way round: what of the region the circles take.
    circles = shapely.union_all(shapely.buffer(shapely.points(x, y), within_m, quad_segs=64))
    other = shapely.area(shapely.intersection(regions_in_metres.geometry.to_numpy(), circles)) / 1e6
    np.testing.assert_allclose(found["covered_area_km2"], other, rtol=1e-2, atol=1e-6)
    assert found.geometry.is_valid.all()


def test_no_sites_no_cover(regions_in_metres: gpd.GeoDataFrame) -> None:
    found = gaps(regions_in_metres, (np.array([]), np.array([])), 1_000)
    assert found["covered_area_km2"].tolist() == [0, 0, 0]
    assert found.geometry.geom_equals(regions_in_metres.geometry).all()


def test_gaps_want_metres(regions: gpd.GeoDataFrame, regions_in_metres: gpd.GeoDataFrame) -> None:
    with pytest.raises(FrameError):
        gaps(regions, (np.array([WEST]), np.array([SOUTH])), 1_000)
    with pytest.raises(FrameError):
        gaps(regions_in_metres, (np.array([116.3]), np.array([39.6])), 1_000)


# ---- the whole way, against the plain geopandas way ----


def test_as_plain_geopandas_does_it(regions: gpd.GeoDataFrame, plane: Plane) -> None:
    random = np.random.default_rng(11)
    west, south, east, north = regions.total_bounds
    lon, lat = random.uniform(west - 0.05, east + 0.05, 3_000), random.uniform(south - 0.05, north + 0.05, 3_000)
    sites_lon, sites_lat = random.uniform(west, east, 40), random.uniform(south, north, 40)
    workers, unionised = random.integers(1, 500, 3_000), random.random(3_000) < 0.4
    demand, nearest, found = coverage_table(
        lon,
        lat,
        workers,
        unionised,
        regions=regions,
        sites_lon=sites_lon,
        sites_lat=sites_lat,
        within_m=1_500,
        plane=plane,
    )

    columns = {"workers": workers, "unionised": unionised}
    points = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(lon, lat, crs="EPSG:4326")).to_crs(plane.crs)
    stations = gpd.GeoDataFrame(geometry=gpd.points_from_xy(sites_lon, sites_lat, crs="EPSG:4326")).to_crs(plane.crs)
    joined = points.sjoin(regions.to_crs(plane.crs)[["code", "geometry"]], how="left", predicate="within")
    joined = joined.drop(columns="index_right").sjoin_nearest(stations, distance_col="metres")
    joined["served"] = joined["metres"] <= 1_500

    codes = np.append(demand.codes, "")[demand.region]
    assert codes.tolist() == joined["code"].fillna("").tolist()
    assert nearest.site[:, 0].tolist() == joined["index_right"].tolist()
    np.testing.assert_allclose(nearest.metres[:, 0], joined["metres"], rtol=0, atol=1e-6)
    assert (found.status == SERVED).tolist() == joined["served"].tolist()
    recount = joined[joined["unionised"] & joined["served"]].groupby(joined["code"].fillna(""))["workers"].sum()
    table = found.table.set_index("code")["unionised_workers_served"]
    assert table.drop("total").to_dict() == recount.reindex(table.index[:-1], fill_value=0).to_dict()
