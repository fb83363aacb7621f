"""The HTTP API: shapes, filters, refusals, totals recounted with geopandas, and nothing of any enterprise."""

from __future__ import annotations

import json
import re
import shutil
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from starlette.applications import Starlette
from tiny_pack import set_cell

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo import __version__
from geo.district import District
from geo.errors import GongtuError, SettingError
from geo.facilities import KINDS
from geo.pack import FAULTS_AT_MOST, open_pack
from geo.web.routes import routes
from geo.workspace import Workspace

DATA = Path(__file__).parent.parent / "data"
ANSWERS = [
    "/healthz",
    "/api/openapi.json",
    "/api/docs",
    "/api/v1/regions",
    "/api/v1/positions",
    "/api/v1/facilities",
    "/api/v1/coverage",
    "/api/v1/coverage?lens=union&within_m=300",
    "/api/v1/coverage?format=geojson",
    "/api/v1/me",
]
COUNTS = ["all", "served", "unserved", "unknown"]
NUMBERS = [*COUNTS, *(f"workers_{name}" for name in COUNTS)]


def client(get_district: Callable[[], District]) -> TestClient:
    """The routes of a workspace that has this district, and neither store nor settings."""
    workspace = SimpleNamespace(district=get_district)
    return TestClient(Starlette(routes=routes(cast(Workspace, workspace))), raise_server_exceptions=True)


@pytest.fixture(scope="module")
def district() -> District:
    return open_pack(DATA, demo=True)


@pytest.fixture(scope="module")
def api(district: District) -> TestClient:
    return client(lambda: district)


def collection(api: TestClient, path: str, **params: object) -> list[dict[str, Any]]:
    """The features of a GeoJSON answer, checked as such: valid shapes in degrees, rings wound as RFC 7946 has them."""
    answer = api.get(path, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/geo+json"), answer.text
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert body["datum"] == "WGS-84"
    assert body["notice"]["zh"]
    for feature in body["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        assert feature["properties"]["standing"]
        assert feature["properties"]["source"]
        assert feature["properties"]["as_of"]
        assert "" not in feature["properties"].values(), "unknown is null"
        if feature["geometry"]:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            assert shape.is_valid
            assert not shape.is_empty
            assert shapely.box(116, 39, 117, 40).covers(shape)
            for part in shapely.get_parts(shape):
                assert part.geom_type == "Point" or part.exterior.is_ccw
    return list(body["features"])


def ids(features: list[dict[str, Any]]) -> list[str]:
    return [feature["properties"]["id"] for feature in features]


# Health


def test_health_says_what_is_served(api: TestClient, district: District) -> None:
    answer = api.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": __version__, "pack": "daxing", "revision": district.revision}


def test_a_faulty_pack_is_ill_and_well_again_once_mended(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "pack"))
    api = client(lambda: open_pack(folder, demo=True))
    assert api.get("/healthz").status_code == 200
    set_cell(folder / "facilities.csv", 2, "kind", "sauna")
    for path, where in (("/healthz", "reason"), ("/api/v1/regions", "detail"), ("/api/v1/coverage", "detail")):
        answer = api.get(path)
        assert answer.status_code == 503
        assert answer.json()[where].splitlines() == [
            "The data pack has 1 fault(s)",
            "facilities.csv, row 2, column “kind”: “sauna” is not one of the values allowed: " + " / ".join(KINDS),
        ]
    assert api.get("/healthz").json()["status"] == "error"
    set_cell(folder / "facilities.csv", 2, "kind", "rest_station")
    assert api.get("/healthz").status_code == 200


def test_a_faulty_register_is_not_quoted_in_public_and_the_list_is_bounded(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "pack"))
    header = "id,name,contact,phone,workers,union_status,standing,source,as_of\n"
    rows = "".join(f"E{i},某公司,张三,9,13800138000某某{i},none,imported,test,2025\n" for i in range(500))
    (folder / "enterprises.csv").write_text(header + rows, encoding="utf-8")
    api = client(lambda: open_pack(folder, demo=True))
    for path, where in (("/healthz", "reason"), ("/api/v1/regions", "detail")):
        lines = api.get(path).json()[where].splitlines()
        assert lines[0] == "The data pack has 500 fault(s)"
        assert lines[1] == "enterprises.csv, row 2, column “workers”: “…” is not a number"
        assert (len(lines), lines[-1]) == (FAULTS_AT_MOST + 2, "…")


def test_a_wrong_setting_is_said(tiny: Path) -> None:
    def wrong() -> District:
        raise SettingError("error.setting_choice", setting="GONGTU_DEMO", value="yes", choices="0 / 1")

    answer = client(wrong).get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "error")
    assert "GONGTU_DEMO" in answer.json()["reason"]


def test_where_the_database_is_stays_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def down() -> District:
        raise GongtuError("store.failed", where="10.0.0.5/gongtu", reason="password of user keeper")

    api = client(down)
    for path, where in (("/healthz", "reason"), ("/api/v1/regions", "detail")):
        answer = api.get(path)
        assert answer.status_code == 503
        assert "database" in answer.json()[where]
        assert not [word for word in ("10.0.0.5", "keeper") if word in answer.text]
    assert "10.0.0.5" in caplog.text


# GeoJSON


def test_regions_with_their_boundaries_and_how_far_to_trust_them(api: TestClient) -> None:
    found = [feature["properties"] for feature in collection(api, "/api/v1/regions")]
    assert len(found) == 22
    assert {region["boundary_label_zh"] for region in found} == {"示意边界"}
    assert {region["boundary_label_en"] for region in found} == {"schematic boundary"}
    assert {region["boundary_standing"] for region in found} == {"assumed"}
    by = {region["code"]: region for region in found}
    assert by["110115005000"]["alias"] == "黄村地区"
    assert by["110115001000"]["area_km2"] is None
    assert sum(not region["in_campaign"] for region in found) == 2


def test_regions_tile_what_the_pack_says(api: TestClient, district: District) -> None:
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in collection(api, "/api/v1/regions")]
    assert shapely.equals_exact(shapes, district.regions.geometry.to_numpy(), tolerance=1e-6, normalize=True).all()


def test_positions_are_24(api: TestClient) -> None:
    found = [feature["properties"] for feature in collection(api, "/api/v1/positions")]
    assert pd.Series([position["kind"] for position in found]).value_counts().to_dict() == {
        "region": 20,
        "industrial_base": 2,
        "airport_zone": 1,
        "drivers_home": 1,
    }
    assert {position["standing"] for position in found} == {"inferred"}


def test_facilities_as_the_pack_has_them(api: TestClient, district: District) -> None:
    found = collection(api, "/api/v1/facilities")
    assert ids(found) == list(district.facilities["id"])
    station = found[ids(found).index("F01")]["properties"]
    assert station["amenities"] == dict.fromkeys(("phone_charging", "battery_charging", "wifi", "pickup_locker"), True)
    assert (station["opening_hours"], station["verified_on"]) == (None, None)
    assert (station["location_standing"], station["precision_m"], station["standing"]) == ("assumed", 2000, "reported")
    assert found[ids(found).index("F01")]["geometry"] == {"type": "Point", "coordinates": [116.32457, 39.77303]}
    base = found[ids(found).index("F06")]["properties"]
    assert (base["region_by"], base["state"]) == ("location", "planned")


def test_facilities_by_kind_repeated_and_region(api: TestClient, district: District) -> None:
    def expected(kinds: list[str], region: str = "") -> list[str]:
        rows = district.facilities[district.facilities["kind"].isin(kinds)]
        return list(rows["id"] if not region else rows.loc[rows["region"] == region, "id"])

    for kinds in (["rest_station"], ["mediation_kiosk", "reading_room"], list(KINDS)):
        assert ids(collection(api, "/api/v1/facilities", kind=kinds)) == expected(kinds)
        for code in ("110115007000", "110115011000"):
            assert ids(collection(api, "/api/v1/facilities", kind=kinds, region=code)) == expected(kinds, code)
    assert "F01" in expected(["rest_station"], "110115011000")


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ("{lon},{lat},{lon},{lat}", True),
        ("{lon},{lat},180,90", True),
        ("-180,-90,{lon},{lat}", True),
        (" {lon} , {lat} , 180 , 90 ", True),
        ("{east},{lat},180,90", False),
        ("-180,-90,{lon},{south}", False),
    ],
)
def test_the_edges_of_a_box_are_inside(api: TestClient, district: District, bbox: str, expected: bool) -> None:
    lon, lat = district.facilities.set_index("id").loc["F03", ["lon", "lat"]]
    box = bbox.format(lon=lon, lat=lat, east=lon + 1e-6, south=lat - 1e-6)
    assert ("F03" in ids(collection(api, "/api/v1/facilities", bbox=box))) == expected


def test_a_facility_of_unknown_place_has_no_geometry_and_is_in_no_box(tiny: Path) -> None:
    api = client(lambda: open_pack(tiny, demo=True))
    found = {f["properties"]["id"]: f for f in collection(api, "/api/v1/facilities")}
    assert found["F5"]["geometry"] is None
    assert found["F5"]["properties"]["region"] is None
    assert ids(collection(api, "/api/v1/facilities", bbox="-180,-90,180,90")) == ["F1", "F2", "F3", "F4"]


@pytest.mark.parametrize("within_m", [0, 300, 3000, 50_000])
def test_gaps_are_geojson_labelled_and_add_up(api: TestClient, district: District, within_m: int) -> None:
    found = collection(api, "/api/v1/coverage", within_m=within_m, format="geojson")
    assert [f["properties"]["code"] for f in found] == list(district.regions["code"])
    for feature, area in zip(found, district.regions_m.area / 1e6, strict=True):
        about = feature["properties"]
        assert about["gap_area_km2"] + about["covered_area_km2"] == pytest.approx(area, rel=1e-9)
        assert (about["boundary_label_zh"], about["boundary_standing"]) == ("示意边界", "assumed")
        assert about["standing"] == "synthetic", "stations that were counted are made up"
        assert (feature["geometry"] is None) == (about["gap_area_km2"] == 0)
        if feature["geometry"]:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            drawn = gpd.GeoSeries([shape], crs="EPSG:4326").to_crs(district.plane.crs).area.iloc[0] / 1e6
            assert drawn == pytest.approx(about["gap_area_km2"], rel=1e-3, abs=1e-3)
    if within_m == 50_000:
        assert all(feature["geometry"] is None for feature in found)


# Coverage


def recount(district: District, kinds: list[str], within_m: float, unionised: bool) -> pd.DataFrame:
    """The same counts the plain way: frames of points, to_crs, sjoin_nearest, groupby; by region, ``""`` without."""
    serving = district.facilities[
        district.facilities["kind"].isin(kinds)
        & district.facilities["state"].isin(["open", "trial", "unverified"])
        & district.facilities["lon"].notna()
    ].to_crs("EPSG:32650")[["geometry"]]
    rows = district.enterprises[district.enterprises["union_status"] != "closed"]
    rows = rows[(rows["union_status"] == "established") == unionised]
    west, south, east, north = district.regions.total_bounds
    usable = rows["lon"].between(west - 0.5, east + 0.5) & rows["lat"].between(south - 0.5, north + 0.5)
    points = gpd.GeoDataFrame(rows[["id"]], geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326")[
        usable
    ].to_crs("EPSG:32650")
    metres = points.sjoin_nearest(serving, distance_col="metres").groupby("id")["metres"].first()
    status = pd.Series("unknown", index=rows.index)
    status[usable] = rows.loc[usable, "id"].map(metres).le(within_m).map({True: "served", False: "unserved"})
    workers = rows["workers"].fillna(0).astype(int)
    return pd.DataFrame(
        {
            **{name: (status == name).groupby(rows["region"]).sum() for name in COUNTS[1:]},
            **{
                f"workers_{name}": workers.where(status == name, 0).groupby(rows["region"]).sum() for name in COUNTS[1:]
            },
            "all": rows.groupby("region").size(),
            "workers_all": workers.groupby(rows["region"]).sum(),
        }
    ).astype(int)


@pytest.mark.parametrize("lens", ["service", "union"])
@pytest.mark.parametrize(
    ("kinds", "within_m"),
    [
        (["rest_station"], 500),
        (["rest_station"], 1000),
        (["rest_station"], 3000),
        (["mediation_kiosk", "mediation_workstation"], 2500.5),
        (list(KINDS), 0),
    ],
)
def test_coverage_is_what_geopandas_counts(
    api: TestClient, district: District, kinds: list[str], within_m: float, lens: str
) -> None:
    body = api.get("/api/v1/coverage", params={"kind": kinds, "within_m": within_m, "lens": lens}).json()
    expected = recount(district, kinds, within_m, unionised=lens == "service")
    found = pd.DataFrame([*body["regions"], body["no_region"] | {"code": ""}]).set_index("code")[NUMBERS]
    assert found.astype(int).sort_index().equals(expected.reindex(sorted(found.index), fill_value=0)[NUMBERS])
    assert {name: body["total"][name] for name in NUMBERS} == {name: expected[name].sum() for name in NUMBERS}


def test_the_shape_of_a_coverage_answer(api: TestClient, district: District) -> None:
    body = api.get("/api/v1/coverage").json()
    assert (body["kinds"], body["within_m"], body["lens"]) == (["rest_station"], 1000, "service")
    assert [region["code"] for region in body["regions"]] == list(district.regions["code"])
    assert [region["name"] for region in body["regions"]] == list(district.regions["name"])
    for row in (*body["regions"], body["total"], body["no_region"]):
        assert all(isinstance(row[name], int) for name in NUMBERS), "counts are whole numbers"
        assert row["served"] + row["unserved"] + row["unknown"] == row["all"]
        assert row["workers_served"] + row["workers_unserved"] + row["workers_unknown"] == row["workers_all"]
        assert row["unionised"] + row["ununionised"] == row["enterprises"]
        assert row["all"] == row["unionised"]
    for name in (*NUMBERS, "enterprises", "unionised", "ununionised"):
        assert body["total"][name] == sum(row[name] for row in (*body["regions"], body["no_region"]))
    area = sum(region["gap_area_km2"] for region in body["regions"])
    assert body["total"]["gap_area_km2"] == pytest.approx(area, rel=1e-9)
    assert {region["boundary_label_zh"] for region in body["regions"]} == {"示意边界"}


def test_the_other_lens_sees_the_others(api: TestClient) -> None:
    service, union = (
        api.get("/api/v1/coverage", params={"lens": lens}).json()["total"] for lens in ("service", "union")
    )
    assert (service["all"], union["all"]) == (union["unionised"], service["ununionised"])


def test_a_reach_and_a_kind_asked_for_twice_is_asked_once(api: TestClient) -> None:
    once, twice = (api.get("/api/v1/coverage", params={"kind": ["rest_station"] * n}).json() for n in (1, 2))
    assert once["regions"] == twice["regions"]


def test_coverage_without_demonstration_data_counts_nothing(district: District) -> None:
    bare = client(lambda: open_pack(DATA, demo=False))
    body = bare.get("/api/v1/coverage", params={"kind": list(KINDS)}).json()
    assert [body["total"][name] for name in NUMBERS] == [0] * 8
    assert (body["total"]["share_unserved"], body["total"]["unionised_share"]) == (None, None)
    assert body["total"]["covered_area_km2"] > 0
    assert {f["properties"]["standing"] for f in collection(bare, "/api/v1/facilities")} == {"reported"}


# Refusals


@pytest.mark.parametrize("shape", ["json", "geojson"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("within_m", value)
            for value in ("-1", "-0.001", "nan", "inf", "-inf", "text", "1e9", "1e999", "", "1,5", "50000.1")
        ),
        *(("lens", value) for value in ("x", "", "SERVICE")),
        *(("kind", value) for value in ("x", "", "rest_station,reading_room", "<script>")),
    ],
)
def test_bad_coverage_parameters_are_named(api: TestClient, shape: str, field: str, value: str) -> None:
    answer = api.get("/api/v1/coverage", params={field: value, "format": shape})
    assert answer.status_code == 422
    assert [detail["loc"][:2] for detail in answer.json()["detail"]] == [["query", field]]


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/api/v1/coverage", "format", "x"),
        ("/api/v1/facilities", "kind", "x"),
        ("/api/v1/facilities", "region", "nowhere"),
        ("/api/v1/facilities", "region", "黄村镇"),
        ("/api/v1/facilities", "region", "{value}"),
        *(
            ("/api/v1/facilities", "bbox", box)
            for box in ("1", "1,2,3", "1,2,3,4,5", "a,b,c,d", "117,39,116,40", "116,40,117,39", "nan,nan,nan,nan")
        ),
        *(
            ("/api/v1/facilities", "bbox", box)
            for box in ("-181,0,0,1", "0,0,inf,1", "0,-91,1,0", ",,,", "{},{},{},{}")
        ),
    ],
)
def test_bad_parameters_are_named(api: TestClient, path: str, field: str, value: str) -> None:
    answer = api.get(path, params={field: value})
    assert answer.status_code == 422
    (detail,) = answer.json()["detail"]
    assert detail["loc"][:2] == ["query", field]
    assert detail["msg"]


def test_one_bad_kind_among_good_ones_is_refused(api: TestClient) -> None:
    answer = api.get("/api/v1/facilities", params={"kind": ["rest_station", "x"]})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", "kind", 1])


@pytest.mark.parametrize(
    "path", ["/api/nope", "/api/", "/api/v1", "/api/v1/enterprise", "/api/v2/regions", "/api/redoc"]
)
def test_unknown_paths_are_json(api: TestClient, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_written(api: TestClient, method: str) -> None:
    assert getattr(api, method)("/api/v1/facilities").status_code == 405


# Who asks


def test_nobody_is_the_public(api: TestClient) -> None:
    answer = api.get("/api/v1/me")
    assert (answer.status_code, answer.json()) == (200, {"id": None, "name": None, "role": "public"})
    assert answer.headers["cache-control"] == "no-store"


# What is not in it


def test_no_enterprise_is_in_any_answer(api: TestClient, district: District) -> None:
    described = "/api/openapi.json"  # which says how staff ask, and names the fields they send
    answers = b"\n".join(api.get(path).content for path in ANSWERS if path != described).decode("utf-8")
    said = answers + json.dumps(json.loads(api.get(described).content), ensure_ascii=False)
    public = {
        *district.facilities["address"],
        *district.facilities["name"],
    }  # an invented station may be at the same number
    for column in ("name", "address", "contact", "phone", "credit_code", "union_id"):
        values = set(district.enterprises[column]) - {"", *public}
        assert len(values) > 100
        assert [value for value in values if value in said] == [], column
    assert not re.search(r"\bD\d{6}\b", said), "nor its id"
    assert not {"credit_code", "contact", "phone", "parent_union"} & set(re.findall(r'"(\w+)":', answers))


def test_words_of_records_come_as_json_only(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "pack"))
    attack = "<img src=x onerror=alert(1)>"
    set_cell(folder / "regions.csv", 2, "name", attack)
    set_cell(folder / "facilities.csv", 2, "name", attack)
    api = client(lambda: open_pack(folder, demo=True))
    for path in ANSWERS:
        answer = api.get(path)
        assert answer.status_code == 200
        if attack in answer.text:
            assert answer.headers["content-type"] in ("application/json", "application/geo+json")
    assert collection(api, "/api/v1/regions")[0]["properties"]["name"] == attack


# The description of it


def test_openapi_lists_every_path_and_parameter(api: TestClient) -> None:
    description = api.get("/api/openapi.json").json()
    parameters = {
        path: {parameter["name"] for parameter in operation.get("parameters", [])}
        for path, about in description["paths"].items()
        for operation in about.values()
    }
    assert {path.removeprefix("/api"): names for path, names in parameters.items()} == {
        "/v1/regions": set(),
        "/v1/positions": set(),
        "/v1/facilities": {"kind", "region", "bbox"},
        "/v1/coverage": {"kind", "within_m", "lens", "format"},
        "/v1/nearest": {"lon", "lat", "datum", "n", "kind", "amenity", "at", "mode", "include_closed"},
        "/v1/reports": set(),
        "/v1/campaigns": set(),
        "/v1/campaigns/{id}/assignment": {"id", "version"},
        "/v1/campaigns/{id}/visits": {"id", "team", "since"},
        "/v1/campaigns/{id}/visits.ics": {"id", "lang"},
        "/v1/enterprises": {
            *("region", "status", "form", "route", "industry", "low", "high", "gap", "q", "after", "limit"),
        },
        "/v1/enterprises/{id}": {"id"},
        "/v1/enterprises/{id}/moves": {"id"},
        "/v1/entries": set(),
        "/v1/entries/{id}": {"id"},
        "/v1/entries/{id}/caller": {"id"},
        "/v1/entries/{id}/steps": {"id"},
        "/v1/search": {"q", "kinds", "limit"},
        "/v1/me": set(),
    }
    assert description["info"]["version"] == __version__
    # Where the paths start, so that "try it out" asks the right address.
    assert all(path.startswith("/api/") for path in parameters) or description["servers"] == [{"url": "/api"}]


def test_docs_ask_no_foreign_host(api: TestClient) -> None:
    page = api.get("/api/docs")
    assert page.status_code == 200
    assert re.findall(r"(?:https?:)?//[\w.-]+", page.text) == []
    own = re.findall(r'(?:href|src)="([^"]+)"', page.text) + re.findall(r"url: '([^']+)'", page.text)
    assert len(own) >= 4
    for path in own:
        assert api.get(path).status_code == 200, path


def test_map_files_are_served_with_an_etag(api: TestClient) -> None:
    for path in ("/assets/map/map.js", "/assets/map/map.css", "/assets/map/marks.svg", "/assets/leaflet/leaflet.js"):
        answer = api.get(path)
        assert answer.status_code == 200
        assert api.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert api.get("/assets/map/../base.py").status_code == 404
    assert api.get("/assets/map/%2e%2e/base.py").status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("within=500", "within"),
        ("LENS=union", "LENS"),
        ("lens=union&lens=service", "lens"),
        ("within_m=1&within_m=2", "within_m"),
    ],
)
def test_parameters_unknown_or_given_twice_are_refused(tiny: Path, query: str, field: str) -> None:
    answer = client(lambda: open_pack(tiny, demo=True)).get(f"/api/v1/coverage?{query}")
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", field])


def test_coverage_says_on_what_grounds_its_records_stand(tiny: Path) -> None:
    district = open_pack(tiny, demo=True)
    standings = client(lambda: district).get("/api/v1/coverage").json()["standings"]
    assert standings["enterprises"] == {"imported": len(district.demand.id)}


def test_many_ask_for_coverage_while_a_map_is_open() -> None:
    """GEOS once crashed here: the map's index had prepared the polygons that several requests cut gaps from."""
    district = open_pack(DATA, demo=True)
    district.region_index.locate(district.demand.x, district.demand.y)
    api = client(lambda: district)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: api.get(f"/api/v1/coverage?within_m={300 + 50 * n}&format=geojson"), range(40))
        )
    assert {answer.status_code for answer in answers} == {200}
