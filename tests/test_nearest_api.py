"""``GET /api/v1/nearest``: what it says of the tiny world, what it refuses, and how soon it sees a change."""

from __future__ import annotations

import asyncio
import random
import socket
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from clock import Clock
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.datum import DATUMS, convert
from geo.distance import Plane
from geo.district import District
from geo.errors import SettingError
from geo.facilities import AMENITIES, KINDS
from geo.pack import open_pack
from geo.regions import RegionIndex
from geo.storage.changes import Change
from geo.web import nearest as module
from geo.web.routes import routes
from geo.web.sockets import send_at_once
from geo.workspace import Workspace

PATH = "/api/v1/nearest"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2025, 10, 20, 4, tzinfo=UTC)
DATA = Path(__file__).parent.parent / "data"


class World:
    """A workspace of one district, that can be swapped, and the number of times it was asked for."""

    def __init__(self, district: District) -> None:
        self.kept, self.asked = district, 0
        self.now = Clock()

    def district(self) -> District:
        self.asked += 1
        return self.kept

    def app(self) -> Starlette:
        return Starlette(routes=routes(cast(Workspace, self)))


def with_facilities(district: District, **columns: Any) -> District:
    """The same district with other values in columns of its facilities."""
    return replace(district, facilities=district.facilities.assign(**columns))


@pytest.fixture(scope="module")
def tiny_district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


@pytest.fixture
def world(tiny_district: District) -> World:
    return World(tiny_district)


@pytest.fixture
def api(world: World) -> TestClient:
    return TestClient(world.app())


@pytest.fixture(scope="module")
def here(plane: Plane) -> dict[str, float]:
    """0.3 km east and 0.4 km north of F1, and so 500 m from it: where E1 is."""
    lon, lat = plane.unproject([430_000 + 5_300], [4_380_000 + 5_400])
    return {"lon": float(lon[0]), "lat": float(lat[0])}


def ask(api: TestClient, **params: object) -> dict[str, Any]:
    answer = api.get(PATH, params=params)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return cast(dict[str, Any], answer.json())


# What it says


def test_the_answer_for_the_tiny_world(api: TestClient, here: dict[str, float], tiny_district: District) -> None:
    body = ask(api, **here)
    assert [one["id"] for one in body["results"]] == ["F1", "F2"]
    first = body["results"][0]
    assert first["distance_m"] == pytest.approx(500, rel=0.001)
    assert first["duration_s"] == pytest.approx(500 * 1.3 * 3.6 / 15, abs=1)
    assert (first["name"], first["kind"], first["state"], first["standing"]) == (
        "F1站",
        "rest_station",
        "unverified",
        "imported",
    )
    assert (first["region"], first["source"], first["as_of"]) == ("110199001000", "test", "2025")
    assert first["open"] == {"state": "unknown", "changes_at": None, "to": None, "why": "missing"}
    assert (first["amenities"], first["verified_at"], first["address"], first["name_en"]) == ({}, None, None, None)
    assert first["links"].keys() == {"amap", "tencent", "baidu", "apple"}
    assert "verified_by" not in first
    assert body["left_out"] == {"closed": 0, "out_of_service": 1, "amenity": 0, "no_place": 1}
    assert body["origin"]["region"] == "110199001000"
    assert body["origin"]["given"] == {**here, "datum": "wgs84"}
    assert (body["datum"], body["revision"], body["as_of"]) == ("WGS-84", tiny_district.revision, "2025-10")
    assert body["notice"] == {"zh": "虚构的三镇", "en": "Three towns that do not exist"}
    assert body["standings"] == {"imported": 2}
    assert body["assumptions"] == {
        "detour": 1.3,
        "speeds_m_s": {"walk": 1.25, "ebike": 4.167},
        "standing": "assumed",
    }
    assert (body["at"], body["holidays_known"], body["mode"]) == ("2025-10-20T12:00:00+08:00", False, "ebike")
    assert (body["kinds"], body["amenities"]) == (["rest_station"], [])


def test_on_foot_it_takes_longer(api: TestClient, here: dict[str, float]) -> None:
    assert ask(api, **here, mode="walk")["results"][0]["duration_s"] == pytest.approx(500 * 1.3 / 1.25, abs=1)


def test_kinds_and_number(api: TestClient, here: dict[str, float]) -> None:
    both = ask(api, **here, kind=["mediation_kiosk", "rest_station"])
    assert [one["id"] for one in both["results"]] == ["F1", "F2", "F4"]
    one = ask(api, **here, kind=["rest_station", "rest_station"], n=1)
    assert [one["id"] for one in one["results"]] == ["F1"]
    assert one["left_out"]["out_of_service"] == 0, "F3 is farther"


@pytest.mark.parametrize("datum", DATUMS)
def test_the_same_place_in_any_datum(api: TestClient, here: dict[str, float], datum: Any) -> None:
    lon, lat = (float(value) for value in convert(here["lon"], here["lat"], "wgs84", datum))
    body = ask(api, lon=lon, lat=lat, datum=datum)
    assert (body["origin"]["lon"], body["origin"]["lat"]) == pytest.approx((here["lon"], here["lat"]), abs=1e-6)
    assert body["origin"]["given"] == {"lon": lon, "lat": lat, "datum": datum}
    assert body["results"][0]["distance_m"] == pytest.approx(500, rel=0.001)


@pytest.mark.parametrize("place", [(87.6, 43.8), (-74.0, 40.7), (180, 0), (-180, -90), (0, 90)])
def test_from_outside_there_is_an_answer_with_the_distance(api: TestClient, place: tuple[float, float]) -> None:
    body = ask(api, lon=place[0], lat=place[1])
    assert body["origin"]["region"] is None
    assert len(body["results"]) == 2
    assert body["results"][0]["distance_m"] > 2_000_000


def test_hours_amenities_and_verification_are_told(tiny_district: District, here: dict[str, float]) -> None:
    told = with_facilities(
        tiny_district,
        opening_hours=["08:00-20:00", "20:00-22:00", "", "", ""],
        amenities=["water=yes; toilet=no", "water=yes", "", "", ""],
        verified_on=["2025-10-01", "", "", "", ""],
        verified_by=["某人", "", "", "", ""],
    )
    api = TestClient(World(told).app())
    body = ask(api, **here, amenity="water")
    assert [one["id"] for one in body["results"]] == ["F1"]
    first = body["results"][0]
    assert first["open"] == {"state": "open", "changes_at": "2025-10-20T20:00+08:00", "to": "closed", "why": None}
    assert (first["amenities"], first["verified_at"]) == ({"water": True, "toilet": False}, "2025-10-01")
    assert "某人" not in api.get(PATH, params=here).text
    assert body["left_out"]["closed"] == 1
    later = ask(api, **here, amenity="water", at="2025-10-20T20:00")
    assert ([one["id"] for one in later["results"]], later["left_out"]["closed"]) == (["F2"], 1)
    everything = ask(api, **here, include_closed="true")
    assert [one["open"]["state"] for one in everything["results"]] == ["open", "closed"]
    assert ask(api, **here, amenity=["water", "toilet"])["results"] == []


def test_the_way_leads_to_the_entrance_where_there_is_one(tiny_district: District, here: dict[str, float]) -> None:
    nan = float("nan")
    told = with_facilities(tiny_district, entrance_lon=[116.25, *[nan] * 4], entrance_lat=[39.6, *[nan] * 4])
    first, second = ask(TestClient(World(told).app()), **here)["results"]
    door, middle = (
        convert(lon, lat, "wgs84", "gcj02") for lon, lat in ((116.25, 39.6), (second["lon"], second["lat"]))
    )
    assert f"daddr={float(door[1]):.6f},{float(door[0]):.6f}" in first["links"]["apple"]
    amap = second["links"]["amap"].partition("to=")[2].split(",")
    assert [float(number) for number in amap[:2]] == pytest.approx([float(number) for number in middle], abs=2e-6)
    assert first["lon"] != 116.25


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2025-10-19T23:30", "2025-10-19T23:30:00+08:00"),
        ("2025-10-19 23:30", "2025-10-19T23:30:00+08:00"),
        ("2025-10-19T15:30:00Z", "2025-10-19T23:30:00+08:00"),
        ("2025-10-19T23:30:15+08:00", "2025-10-19T23:30:15+08:00"),
        ("2025-10-19T17:30:15 02:00", "2025-10-19T23:30:15+08:00"),  # a plus sign that was not written %2B
        ("20251019T233000", "2025-10-19T23:30:00+08:00"),
        ("", "2025-10-20T12:00:00+08:00"),
    ],
)
def test_moments(api: TestClient, here: dict[str, float], text: str, meant: str) -> None:
    assert ask(api, **here, at=text)["at"] == meant


def test_the_demonstration_district_says_what_is_invented() -> None:
    district = open_pack(DATA, demo=True)
    api = TestClient(World(district).app())
    body = ask(api, lon=116.34, lat=39.73, n=50, kind=list(KINDS), include_closed=True, at="2026-10-01T10:00")
    assert len(body["results"]) == 50
    assert {one["standing"] for one in body["results"]} == set(body["standings"])
    assert "synthetic" in body["standings"]
    assert body["holidays_known"] is True
    assert ask(api, lon=116.34, lat=39.73, at="2031-01-01T00:00")["holidays_known"] is False


def test_the_documentation_knows_it(api: TestClient) -> None:
    operation = api.get("/api/openapi.json").json()["paths"]["/v1/nearest"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"lon", "lat", "datum", "n", "kind", "amenity", "at", "mode", "include_closed"}


# How soon it sees a change


def test_the_district_is_asked_for_once_a_second(
    tiny_district: District, here: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, seconds = World(tiny_district), SimpleNamespace(now=100.0)
    monkeypatch.setattr(module, "monotonic", lambda: seconds.now)
    api = TestClient(world.app())
    for _ in range(5):
        assert ask(api, **here)["revision"] == tiny_district.revision
    assert world.asked == 1
    world.kept = replace(with_facilities(tiny_district, state="removed"), revision="another")
    seconds.now += 0.9
    assert ask(api, **here)["revision"] == tiny_district.revision
    seconds.now += 0.2
    changed = ask(api, **here)
    assert (changed["revision"], changed["results"]) == ("another", [])
    assert world.asked == 2


def test_a_commit_is_seen_within_a_second(workspace: Workspace, here: dict[str, float]) -> None:
    api = TestClient(Starlette(routes=routes(workspace)))
    before = ask(api, **here)
    assert before["results"][0]["id"] == "F1"
    found = workspace.store.get("facilities", "F1")
    assert found is not None
    change = Change("facilities", "F1", {"state": "removed"}, found.version)
    workspace.store.commit([change], by="tester", at=workspace.now(), why="gone")
    time.sleep(1.01)
    after = ask(api, **here)
    assert [one["id"] for one in after["results"]] == ["F2"]
    assert after["revision"] != before["revision"]


def test_what_is_out_of_order_is_said_and_mends_itself(
    world: World, here: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = TestClient(world.app())

    def wrong() -> District:
        raise SettingError("error.setting_choice", setting="GONGTU_DEMO", value="yes", choices="0 / 1")

    with monkeypatch.context() as broken:
        broken.setattr(world, "district", wrong)
        answer = api.get(PATH, params=here)
        assert answer.status_code == 503
        assert "GONGTU_DEMO" in answer.json()["detail"]
    assert len(ask(api, **here)["results"]) == 2


def test_many_ask_while_the_district_changes(
    tiny_district: District, here: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEEN_AGAIN_S", 0)
    world = World(tiny_district)
    others = [tiny_district, replace(with_facilities(tiny_district, state="removed"), revision="another")]
    expected = {tiny_district.revision: 2, "another": 0}

    def one(number: int) -> None:
        world.kept = others[number % 2]
        body = ask(api, **here)
        assert len(body["results"]) == expected[body["revision"]], "records and revision are of one district"

    with TestClient(world.app()) as api, ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(100)))


# What it refuses

WRONG: dict[str, list[object]] = {
    "lon": [
        "",
        "abc",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "180.1",
        "-181",
        "116,39",
        "0x10",
        "--1",
        "9" * 400,
        "\x00",
        "东经116",
        "1 1",
    ],
    "lat": ["", "north", "NaN", "Infinity", "90.0001", "-1e3", "39;73", "39°44'", "\u202e", "[39]", "null", "true"],
    "datum": ["", "WGS84", "cgcs2000", "wgs84,gcj02", "😀"],
    "n": ["", "0", "-1", "51", "5.5", "1e1", "99999999999999999999", "five", "५५५"],
    "kind": ["", "sauna", "rest_station,reading_room", "REST_STATION", "' OR 1=1 --", ["rest_station"] * 21],
    "amenity": ["", "gold", "water;toilet", "水", "Water", ["water"] * 41, "../../etc/passwd", "a" * 2_000],
    "at": [
        *(
            "yesterday",
            "2026-13-01T00:00",
            "2026-02-30T10:00",
            "1999-12-31T23:59",
            "2101-01-01T00:00",
            "2026-01-01T25:00",
        ),
        *(
            "9" * 100,
            "0001-01-01T00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-01-01T00:00+99:00",
            "T",
            "now()",
            "１２",
        ),
    ],
    "mode": ["", "car", "Walk", "walk ebike"],
    "include_closed": ["", "maybe", "2", "closed"],
}
STRANGE = ["lng", "x", "", "lon[]", "LON", "callback", "verified_by", "__proto__", "面", "a" * 5_000]
RIGHT: dict[str, list[object]] = {
    "datum": list(DATUMS),
    "n": ["1", "5", "50"],
    "kind": list(KINDS),
    "amenity": list(AMENITIES),
    "at": ["2026-10-01T10:00", "2026-10-01T10:00:00Z"],
    "mode": ["walk", "ebike"],
    "include_closed": ["true", "false", "1"],
}


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_each_is_refused_with_the_field_named(api: TestClient, field: str, value: object) -> None:
    answer = api.get(PATH, params={"lon": "116.34", "lat": "39.73", field: value})  # type: ignore[dict-item]
    assert answer.status_code == 422, answer.text
    assert {item["loc"][1] for item in answer.json()["detail"]} == {field}


@pytest.mark.parametrize("query", ["", "lon=116", "lat=39", "lon=116&lat=39&lat=40", "lon=116&lat=39&n=5&n=5"])
def test_missing_and_repeated_ones_are_refused(api: TestClient, query: str) -> None:
    assert api.get(f"{PATH}?{query}").status_code == 422


def test_only_reading_is_served(api: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert api.request(method, f"{PATH}?lon=116&lat=39").status_code == 405


def malformed(count: int) -> Iterator[bytes]:
    """Query strings with at least one thing wrong, among others that are right."""
    chance = random.Random(20261122)
    for _ in range(count):
        fields: list[tuple[str, object]] = [
            ("lon", f"{chance.uniform(-180, 180)}"),
            ("lat", f"{chance.uniform(-90, 90)}"),
        ]
        fields += [(name, chance.choice(values)) for name, values in RIGHT.items() if chance.random() < 0.4]
        flaw = chance.randrange(5)
        if flaw == 0:
            fields.append((chance.choice(STRANGE), chance.choice(["1", "", "x" * 200])))
        elif flaw == 1:
            fields.append((chance.choice(["lon", "lat", "datum", "n", "at", "mode"]), "1"))
            fields.append(fields[-1])
        elif flaw == 2:
            del fields[chance.randrange(2)]
        else:
            name = chance.choice(list(WRONG))
            fields = [field for field in fields if field[0] != name] + [(name, chance.choice(WRONG[name]))]
        chance.shuffle(fields)
        text = urlencode([(name, value) for name, value in fields], doseq=True, errors="replace").encode()
        if flaw == 4:
            noise = chance.randbytes(chance.randrange(1, 12)).replace(b"&", b"").replace(b"#", b"")
            text = text + b"&" + noise.replace(b"=", b"") + b"=%zz%ff%00"
        yield text


async def statuses(app: Starlette, queries: list[bytes]) -> tuple[list[int], float]:
    """The status of each query, and the most seconds that one took."""
    found, slowest = [], 0.0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])

    for query in queries:
        scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": PATH, "raw_path": PATH.encode()}
        rest = {"query_string": query, "headers": [], "scheme": "http", "server": ("test", 80), "client": ("test", 1)}
        begun = time.perf_counter()
        await app({**scope, **rest, "root_path": ""}, receive, send)  # type: ignore[arg-type]
        slowest = max(slowest, time.perf_counter() - begun)
    return found, slowest


def run(app: Starlette, queries: list[bytes]) -> tuple[list[int], float]:
    """``statuses`` in a thread of its own: pytest's may have an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(statuses(app, queries))).result()


def test_ten_thousand_malformed_queries_are_refused_soon(world: World) -> None:
    queries = list(malformed(10_000))
    found, slowest = run(world.app(), queries)
    assert len(found) == 10_000
    assert [query for query, status in zip(queries, found, strict=True) if not 400 <= status < 500] == []
    assert slowest < 2, "none hangs; far more than any takes on a loaded machine"


def test_whatever_bytes_come_the_server_stands(world: World) -> None:
    chance = random.Random(1)
    noise = [chance.randbytes(chance.randrange(0, 200)) for _ in range(1_000)]
    known = [f"lon=116&lat=39&{quote(part, safe='=&')}".encode() for part in noise]
    found, _ = run(world.app(), noise + known)
    assert all(status < 500 for status in found)


# What it stands on


@given(east=st.floats(-1, 31), north=st.floats(-1, 11))
def test_one_point_lies_where_many_do(regions_in_metres: pd.DataFrame, east: float, north: float) -> None:
    index = RegionIndex(regions_in_metres.geometry)
    for x, y in ((430_000 + east * 1_000, 4_380_000 + north * 1_000), (430_000 + round(east) * 1_000, 4_380_000.0)):
        assert index.locate_one(x, y) == index.locate([x], [y])[0]
    assert index.locate_one(np.nan, np.nan) == -1


def test_answers_leave_at_once() -> None:
    """A socket that does not name its protocol, as Streamlit's, gets what asyncio gives to one that does."""
    with socket.socket(socket.AF_INET) as listening, socket.socket(socket.AF_INET) as other:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert not listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        send_at_once()
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        other.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_search_that_a_glance_does_not_settle_is_made_in_full(
    api: TestClient, here: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of F1 and F2 one is looked at, and neither has water."""
    monkeypatch.setattr("geo.nearest.FIRST", 0)
    monkeypatch.setattr("geo.nearest.THEN", 1)
    body = ask(api, **here, n=1, amenity="water")
    assert body["results"] == []
    assert body["left_out"] == {"closed": 0, "out_of_service": 1, "amenity": 2, "no_place": 1}
