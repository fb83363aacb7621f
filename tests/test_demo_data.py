"""The demonstration data: rebuilt to the byte, unmistakably invented, true to the published totals, with its faults."""

from __future__ import annotations

import importlib
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

PACK = Path(__file__).parent.parent / "data"
INPUTS = ["regions.csv", "regions.geojson", "outline.geojson", "places.csv", "positions.csv", "holidays.csv"]
OUTPUTS = ["demo/enterprises.csv", "demo/ledger.csv", "demo/facilities.csv"]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FAULT_LINE = re.compile(r"^    (\w.*?) {2,}(\d+)$", re.MULTILINE)


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(PACK / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def enterprises() -> pd.DataFrame:
    table = read("demo/enterprises.csv")
    numbers = table[["workers", "members", "lon", "lat"]].apply(pd.to_numeric)
    return table.assign(**{name: numbers[name] for name in numbers})


@pytest.fixture(scope="module")
def stations() -> gpd.GeoDataFrame:
    table = read("demo/facilities.csv")
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float), crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=points)


@pytest.fixture(scope="module")
def regions() -> gpd.GeoDataFrame:
    return gpd.read_file(PACK / "regions.geojson")[["code", "geometry"]]


@pytest.fixture(scope="module")
def new(enterprises: pd.DataFrame) -> pd.DataFrame:
    """Enterprises unionised from June 2025 on."""
    return enterprises[enterprises["established_on"] >= "2025-06"]


def credit_code_holds(code: str) -> bool:
    """GB 32100-2015: the values of the first 17 characters, times the powers of 3, plus the last, make a multiple
    of 31.
    """
    values = [ALPHABET.index(character) for character in code]
    return (sum(value * 3**i for i, value in enumerate(values[:17])) + values[17]) % 31 == 0


def test_credit_code_check_knows_a_real_code_from_a_wrong_one() -> None:
    assert credit_code_holds("91110000600037341L")
    assert not credit_code_holds("91110000600037341M")


def test_rebuilding_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in INPUTS:
        shutil.copy(PACK / name, tmp_path / name)
    monkeypatch.syspath_prepend(PACK)
    importlib.import_module("builders.demo").build_demo(tmp_path)
    for name in OUTPUTS:
        assert (tmp_path / name).read_bytes() == (PACK / name).read_bytes()


def test_the_register_is_6000_rows_in_under_2_5_megabytes(enterprises: pd.DataFrame) -> None:
    assert list(enterprises["id"]) == [f"D{number:06d}" for number in range(1, 6001)]
    assert (PACK / "demo/enterprises.csv").stat().st_size < 2_500_000


@pytest.mark.parametrize("name", OUTPUTS)
def test_nothing_can_be_taken_for_real(name: str) -> None:
    table = read(name)
    assert set(table["standing"]) == {"synthetic"}
    assert set(table["source"]) == {"demo"}
    assert table["note" if "ledger" in name else "name"].str.contains("示例").all()
    if "phone" in table:
        assert table["phone"].str.fullmatch(r"000-0000-\d{4}").all()
        assert table["contact"].str.fullmatch(r"示例联系人\d{4}").all()
        assert (table["credit_code"].str[8:11] == "DEM").all()


def test_credit_codes_are_valid_and_unique(enterprises: pd.DataFrame) -> None:
    assert enterprises["credit_code"].map(credit_code_holds).all()
    assert enterprises["credit_code"].is_unique


def test_totals_lean_on_the_published_ones(new: pd.DataFrame) -> None:
    assert new["union_form"].value_counts().to_dict() == {"joint": 771, "standalone": 15}
    assert new["members"].sum() == 4600
    assert new["established_on"].between("2025-06-01", "2025-10-31").all()
    assert (pd.to_datetime(new["established_on"]).dt.day_of_week < 5).all()
    assert set(new.loc[new["union_form"] == "standalone", "route"]) == {"重点建"}
    assert set(new.loc[new["union_form"] == "joint", "route"]) == {"行业建", "兜底建"}


def test_members_are_workers_of_unionised_enterprises(enterprises: pd.DataFrame) -> None:
    known = enterprises[["workers", "members"]].notna().all(axis=1)
    assert (enterprises.loc[known, "members"] <= enterprises.loc[known, "workers"]).all()
    established = enterprises["union_status"] == "established"
    assert enterprises.loc[~established, "members"].isna().all()
    for column in ("union_form", "union_id", "established_on", "parent_union"):
        assert ((enterprises[column] != "") == established).all()


def test_joint_unions_cover_several_enterprises_and_standalone_ones_cover_one(enterprises: pd.DataFrame) -> None:
    unions = enterprises[enterprises["union_id"] != ""].groupby("union_id")
    size, form = unions.size(), unions["union_form"].unique()
    assert (form.str.len() == 1).all()
    assert (size[form.str[0] == "standalone"] == 1).all()
    assert (size[form.str[0] == "joint"] >= 2).all()
    assert (unions["parent_union"].nunique()[form.str[0] == "joint"] == 1).all()


def test_sizes_have_a_heavy_tail_and_statuses_are_all_there(enterprises: pd.DataFrame) -> None:
    workers = enterprises["workers"].dropna()
    assert (workers >= 1).all()
    assert (workers < 50).mean() > 0.7
    assert 1 <= (workers > 1000).sum() < 60
    share = enterprises["union_status"].value_counts(normalize=True)
    assert set(share.index) == {"none", "contacted", "willing", "preparing", "established", "declined", "closed"}
    assert 0.3 < share["established"] < 0.5
    groups = {group for cell in enterprises["groups"] if cell for group in cell.split(";")}
    assert groups == {
        "货车司机",
        "快递员",
        "网约送餐员",
        "护工护理员",
        "家政服务员",
        "商场信息员",
        "房产中介员",
        "保安员",
    }


def test_the_faults_are_as_the_builder_says(
    enterprises: pd.DataFrame, regions: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(PACK)
    said = {name: int(n) for name, n in FAULT_LINE.findall(importlib.import_module("builders.demo_register").__doc__)}

    names = read("regions.csv")
    code_of = {name: row.code for row in names.itertuples() for name in (row.code, row.name, row.alias) if name}
    declared = enterprises["region"].map(code_of)
    assert (declared.isna() == (enterprises["region"] == "")).all()

    points = gpd.GeoDataFrame(
        enterprises[["id"]],
        geometry=gpd.points_from_xy(enterprises["lon"], enterprises["lat"]),
        crs="EPSG:4326",
    )[enterprises["lon"].notna()]
    joined = points.sjoin(regions, predicate="within")
    assert joined.index.is_unique
    located = joined["code"].reindex(enterprises.index)

    no_point = enterprises["lon"].isna()
    zero = (enterprises["lon"] == 0) & (enterprises["lat"] == 0)
    swapped = (enterprises["lon"] < enterprises["lat"]) & ~zero
    places = read("places.csv")["name"].str.replace(r"(社区)?(居民委员会|居委会|村民委员会|村委会)$", "", regex=True)
    known = "|".join(re.escape(name) for name in {*code_of, *places} if name)
    speaks = enterprises["address"].str.contains(known)
    counted = {
        "region declared, no coordinates": (no_point & declared.notna()).sum(),
        "address only": (no_point & declared.isna() & speaks).sum(),
        "no region, no coordinates, an address of no use": (no_point & declared.isna() & ~speaks).sum(),
        "coordinates, no region declared": (located.notna() & declared.isna()).sum(),
        "point outside the district": (~no_point & located.isna() & ~zero & ~swapped).sum(),
        "point in another region than declared": (located.notna() & declared.notna() & (located != declared)).sum(),
        "point at 0, 0": zero.sum(),
        "longitude and latitude swapped": swapped.sum(),
        "workers unknown": enterprises["workers"].isna().sum(),
    }
    assert counted == said


def test_the_towns_that_industry_fills_hold_more_than_the_rural_ones(enterprises: pd.DataFrame) -> None:
    declared = enterprises["region"].value_counts()
    urban, rural = ["亦庄镇", "荣华街道", "西红门镇", "黄村镇", "旧宫镇"], ["安定镇", "礼贤镇", "长子营镇", "采育镇"]
    assert declared[urban].min() > declared[rural].max()


def test_60_stations_and_4_mediation_points_lie_in_their_regions(
    stations: gpd.GeoDataFrame, regions: gpd.GeoDataFrame
) -> None:
    assert (stations["kind"] == "rest_station").sum() == 60
    assert stations["kind"].str.startswith("mediation_").sum() == len(stations) - 60 == 4
    joined = stations.sjoin(regions, predicate="within")
    assert len(joined) == len(stations)
    assert (joined["code"] == joined["region"]).all()
    assert (stations["location_standing"] == "synthetic").all()


def test_stations_vary_in_hours_state_amenities_and_verification(stations: gpd.GeoDataFrame) -> None:
    rest = stations[stations["kind"] == "rest_station"]
    assert {"", "24/7", "08:00-02:00", "Mo-Fr 08:30-11:30,13:30-17:30"} <= set(rest["opening_hours"])
    assert rest["opening_hours"].str.contains("PH off").any()
    assert rest["opening_hours"].str.contains("Apr-Oct").any()
    states = rest["state"].value_counts()
    assert states["open"] > 40
    assert {"closed", "unverified", "removed"} < set(states.index)
    assert (rest.loc[rest["state"] != "open", "note"].str.startswith("示例：")).all()
    assert rest["amenities"].str.fullmatch(r"\w+=(yes|no)(; \w+=(yes|no))*").all()
    assert rest["amenities"].str.contains("=no").any()
    verified = rest["verified_on"]
    assert verified.str.fullmatch(r"(2025-(0[1-9]|10)-\d\d)?").all()
    assert (verified == "").any()
    assert ((verified != "") == (rest["verified_by"] != "")).all()


def test_the_south_has_real_gaps(stations: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> None:
    """Stations per km² in the rural towns (codes from 110115103000) are under a fifth of those in the north."""
    rest = stations[stations["kind"] == "rest_station"]
    area_km2 = regions.to_crs("EPSG:32650").area / 1e6
    rural = regions["code"] >= "110115103000"
    in_rural = rest["region"] >= "110115103000"
    assert in_rural.sum() / area_km2[rural].sum() < (~in_rural).sum() / area_km2[~rural].sum() / 5
