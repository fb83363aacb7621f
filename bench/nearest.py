"""The nearest five stations: ``GET /api/v1/nearest`` of the running app, and the search alone.

Over HTTP: the app in a process of its own, asked over kept connections by another, each connection asking again as soon
as it has its answer. Requests a second, and milliseconds of the median and of the slowest hundredth.

The search: microseconds a query, one after another, against PostGIS (``<->`` on geography with a GiST index, a prepared
statement over its Unix socket) and against a loop of haversines in plain Python. The same synthetic stations, the same
places, the same question: five stations in service whatever the hour, which PostGIS knows nothing of. ``with hours`` is
our answer to the whole question, hours read.

In bulk: the nearest two of many places at once on the plane, which is how coverage asks, against one statement of
PostGIS for all of them (``<->`` on geometry, a lateral join).
"""

from __future__ import annotations

import asyncio
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import psycopg

from geo.distance import Plane, nearest_two
from geo.facilities import AMENITIES, SERVING_STATES, FacilityKind
from geo.hours import Calendar
from geo.nearest import Answer, Stations, Wish
from tests.browser.app import ROOT, serve
from tests.postgis import cluster, programs

KIND: FacilityKind = "reading_room"
"""Not rest stations: the app begins by drawing the gaps between those, which with 200,000 takes it minutes."""
SIZES = {"300": 300, "200k": 200_000}
CONNECTIONS = 8
SECONDS = 8.0
WARM_UP_S = 2.0
QUERIES = 3_000
LOOP_QUERIES = {"300": 300, "200k": 5}
BOX = ((116.20, 39.42), (116.64, 39.83))  # the district's, lon and lat
NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
CALENDAR = Calendar(ZoneInfo("Asia/Shanghai"), 116.34, 39.73, {}, {}, frozenset({2026}))
HOURS = ("", "24/7", "08:00-20:00", "Mo-Fr 08:00-20:00; Sa,Su 09:00-18:00", "Apr-Oct 07:00-21:00; Nov-Mar 08:00-19:00")
POSTGIS = """
SELECT id, place <-> ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography FROM station
WHERE kind = 'reading_room' AND state IN ('open', 'trial', 'unverified')
ORDER BY place <-> ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography LIMIT 5
"""
EXACT = f"""
SELECT id FROM ({POSTGIS.replace("LIMIT 5", "LIMIT 25")}) AS near JOIN station USING (id)
ORDER BY round(ST_Distance(place, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography)::numeric, 3), id LIMIT 5
"""
"""On the ellipsoid: ``<->`` measures on a sphere, which here and there swaps two."""

BULK = 10_000
BULK_SQL = """
SELECT near.metres FROM asked CROSS JOIN LATERAL
    (SELECT asked.place <-> site.place AS metres FROM site ORDER BY asked.place <-> site.place LIMIT 2) AS near
"""

Place = tuple[float, float]
Figures = dict[str, dict[str, object]]


def stations(size: int) -> pd.DataFrame:
    """Seeded at random: four in five stand around forty centres, the others anywhere in the district's box."""
    random = np.random.default_rng(size)
    places = random.uniform(*BOX, (size, 2))
    centres = random.uniform(*BOX, (40, 2))[random.integers(0, 40, size)]
    crowded = random.random(size) < 0.8
    places[crowded] = (centres + random.normal(0, (0.015, 0.012), (size, 2)))[crowded]
    some = random.integers(0, 3, (500, len(AMENITIES)))
    amenities = [
        "; ".join(f"{name}={'yes' if has == 1 else 'no'}" for name, has in zip(AMENITIES, row, strict=True) if has)
        for row in some.tolist()
    ]
    number = np.arange(size)
    columns = {
        "id": [f"N{one:06}" for one in number],
        "kind": KIND,
        "name": [f"虚构驿站{one:06}" for one in number],
        "name_en": [f"Made-up Station {one:06}" for one in number],
        "address": [f"北京市大兴区虚构路{one % 900 + 1}号" for one in number],
        "lon": places[:, 0].round(6),
        "lat": places[:, 1].round(6),
        "location_standing": "synthetic",
        "state": random.choice(["open"] * 8 + ["unverified", "removed"], size),
        "opening_hours": random.choice(HOURS, size),
        "amenities": [amenities[one] for one in random.integers(0, 500, size)],
        "verified_on": "2025-10-17",
        "standing": "synthetic",
        "source": "demo",
        "as_of": "2025-10-31",
    }
    return pd.DataFrame(columns)


def write_pack(folder: Path, facilities: pd.DataFrame) -> Path:
    """Daxing's pack with these facilities and no others, and so without the ledger, which names some."""
    left_out = shutil.ignore_patterns("demo", "builders", "*.py", "locale", "ledger.csv")
    shutil.copytree(ROOT / "data", folder, ignore=left_out)
    facilities.to_csv(folder / "facilities.csv", index=False)
    return folder


# Over HTTP


async def load(address: str, seconds: float) -> list[float]:
    """Seconds that each request took that was answered within ``seconds``; RuntimeError for any answer but 200."""
    where = urlsplit(address)
    random = np.random.default_rng(1)
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        while time.perf_counter() < end:
            lon, lat = random.uniform(*BOX)
            begun = time.perf_counter()
            query = f"kind={KIND}&lon={lon:.6f}&lat={lat:.6f}"
            writer.write(f"GET /api/v1/nearest?{query} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
            took.append(time.perf_counter() - begun)
            if not head.startswith("http/1.1 200"):
                raise RuntimeError(head)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return took


def over_http(facilities: pd.DataFrame) -> tuple[float, float, float]:
    """Requests a second, and the milliseconds of the median and of the slowest hundredth."""
    with tempfile.TemporaryDirectory(prefix="gongtu-bench-") as folder:
        pack = write_pack(Path(folder) / "pack", facilities)
        first = f"/api/v1/nearest?kind={KIND}&lon=116.34&lat=39.73"
        with serve(wait_for=first, GONGTU_PACK=str(pack), GONGTU_VAR=str(Path(folder) / "var")) as address:
            for seconds in (WARM_UP_S, SECONDS):
                command = [sys.executable, "-m", "bench.nearest", address, str(seconds)]
                said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    took = json.loads(said)
    return len(took) / SECONDS, statistics.median(took) * 1e3, float(np.percentile(took, 99)) * 1e3


# The search alone


def microseconds(search: Callable[[Place], object], places: list[Place]) -> float:
    """The mean of a query, after a first tenth that is not counted."""
    for place in places[: len(places) // 10]:
        search(place)
    begun = time.perf_counter()
    for place in places:
        search(place)
    return (time.perf_counter() - begun) / len(places) * 1e6


def search(index: Stations, wish: Wish, place: Place) -> Answer:
    """Ours."""
    return index.nearest(*place, wish, NOON, CALENDAR)


def haversine(facilities: pd.DataFrame) -> Callable[[Place], list[tuple[float, str]]]:
    """What one writes first: the distance to each, sorted."""
    columns = (facilities[name].tolist() for name in ("id", "kind", "state", "lon", "lat"))
    rows = list(zip(*columns, strict=True))

    def search(place: Place) -> list[tuple[float, str]]:
        lon, lat = map(math.radians, place)
        found = []
        for key, kind, state, other_lon, other_lat in rows:
            if kind == KIND and state in SERVING_STATES:
                east, north = math.radians(other_lon), math.radians(other_lat)
                a = math.sin((north - lat) / 2) ** 2 + math.cos(lat) * math.cos(north) * math.sin((east - lon) / 2) ** 2
                found.append((2 * 6_371_008.8 * math.asin(math.sqrt(a)), key))
        return sorted(found)[:5]

    return search


def in_postgis(facilities: pd.DataFrame, dsn: str, places: list[Place]) -> tuple[float, list[list[str]]]:
    """Microseconds a query, and the ids of the true five of each place."""
    with psycopg.connect(dsn, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS station")
        cursor.execute("CREATE TABLE station (id text, kind text, state text, place geography(Point, 4326))")
        with cursor.copy("COPY station FROM STDIN") as copy:
            for key, kind, state, lon, lat in facilities[["id", "kind", "state", "lon", "lat"]].to_numpy().tolist():
                copy.write_row((key, kind, state, f"SRID=4326;POINT({lon} {lat})"))
        cursor.execute("CREATE INDEX ON station USING gist (place)")
        cursor.execute("VACUUM ANALYZE station")

        def search(place: Place) -> list[tuple[str, float]]:
            return cursor.execute(POSTGIS, (*place, *place), prepare=True, binary=True).fetchall()

        took = microseconds(search, places)
        return took, [[key for (key,) in cursor.execute(EXACT, (*place, *place, *place))] for place in places]


def in_bulk(facilities: pd.DataFrame, dsn: str) -> tuple[float, float]:
    """Microseconds a place, ours and PostGIS's, for the nearest two of ``BULK``; SystemExit where they differ."""
    serving = facilities[facilities["state"].isin(SERVING_STATES)]
    plane = Plane("EPSG:32650")
    sites = plane.project(serving["lon"], serving["lat"])
    places = plane.project(*np.random.default_rng(3).uniform(*BOX, (BULK, 2)).T)
    nearest_two(*places, *sites)  # threads are up
    begun = time.perf_counter()
    ours = nearest_two(*places, *sites)
    took = time.perf_counter() - begun
    with psycopg.connect(dsn, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE site (place geometry(Point, 32650)); CREATE TEMP TABLE asked (LIKE site)")
        for table, (x, y) in (("site", sites), ("asked", places)):
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for east, north in zip(x.tolist(), y.tolist(), strict=True):
                    copy.write_row((f"SRID=32650;POINT({east} {north})",))
        cursor.execute("CREATE INDEX ON site USING gist (place)")
        cursor.execute("ANALYZE site; ANALYZE asked")
        begun = time.perf_counter()
        theirs = cursor.execute(BULK_SQL).fetchall()
        postgis = time.perf_counter() - begun
    if not np.allclose(np.sort(ours.metres.ravel()), np.sort([row[0] for row in theirs]), atol=1e-6):
        raise SystemExit("distances differ from PostGIS's")
    return took / BULK * 1e6, postgis / BULK * 1e6


def run() -> Figures:
    """The figures of this benchmark, printed as they are found; without PostGIS, none that are against it."""
    figures: Figures = {}
    bin_folder = programs()
    places = [(lon, lat) for lon, lat in np.random.default_rng(2).uniform(*BOX, (QUERIES, 2)).tolist()]
    whatever_hour, now = Wish((KIND,), include_closed=True), Wish((KIND,))
    for name, size in SIZES.items():
        facilities = stations(size)
        index = Stations.of(facilities)
        ours = microseconds(partial(search, index, whatever_hour), places)
        hours = microseconds(partial(search, index, now), places)
        loop = microseconds(haversine(facilities), places[: LOOP_QUERIES[name]])
        print(f"nearest: {name:>4} stations, search {ours:7.1f} µs ({hours:.1f} µs with hours)")
        print(f"nearest: {name:>4} stations, a loop of haversines {loop:9.0f} µs, {loop / ours:.0f}x as long")
        against = {"a loop of haversines": loop}
        if bin_folder is None:
            print("nearest: no PostGIS, not compared")
        else:
            with cluster(bin_folder) as dsn:
                postgis, ids = in_postgis(facilities, dsn, places)
                bulk, bulk_postgis = in_bulk(facilities, dsn)
            print(f"nearest: {name:>4} stations, PostGIS <-> {postgis:7.1f} µs, {postgis / ours:.1f}x as long")
            against["PostGIS <->"] = postgis
            ratio = bulk_postgis / bulk
            print(f"nearest: {name:>4} stations, in bulk {bulk:.2f} µs, PostGIS {bulk_postgis:.1f} µs, {ratio:.0f}x")
            said = {
                "value": round(bulk, 3),
                "unit": "µs",
                "ratio": round(ratio, 1),
                "against": "PostGIS <->, lateral join",
            }
            figures[f"nearest_{name}_in_bulk"] = said
            found = [search(index, whatever_hour, place).found for place in places]
            keys = facilities["id"].to_numpy()
            if [[keys[one.row] for one in five] for five in found] != ids:
                raise SystemExit("answers differ from PostGIS's")
        rate, median, slowest = over_http(facilities)
        print(f"nearest: {name:>4} stations, {rate:.0f} requests/s, median {median:.1f} ms, p99 {slowest:.1f} ms")
        for other, microseconds_other in against.items():
            key = f"nearest_{name}_search" + ("" if other.startswith("PostGIS") else "_vs_loop")
            ratio = round(microseconds_other / ours, 2)
            figures[key] = {"value": round(ours, 1), "unit": "µs", "ratio": ratio, "against": other}
        aims = {"rate": (rate, "requests/s", rate / 500), "p99": (slowest, "ms", 50 / slowest)}
        for what, (value, unit, ratio) in aims.items():
            figures[f"nearest_{name}_{what}"] = {
                "value": round(value, 1),
                "unit": unit,
                "ratio": round(ratio, 2),
                "against": "the aim: 500 requests/s, 50 ms",
            }
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(sys.argv[1], float(sys.argv[2])))))
