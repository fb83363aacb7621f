"""The coverage table against PostGIS: the same enterprises, facilities and regions, counted again in SQL."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import psycopg
import pytest
from postgis import missing
from starlette.applications import Starlette

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette would rather have httpx2
    from starlette.testclient import TestClient

from geo.coverage import sites
from geo.demand import MEASURES, Who
from geo.distance import cost_table, nearest_two
from geo.district import District
from geo.enterprises import usable_location
from geo.facilities import serving
from geo.pack import open_pack
from geo.planner import Question, Reach, answer, measure, sites_at
from geo.regions import name_codes
from geo.web.routes import routes
from geo.workspace import Workspace

TABLES = """
CREATE TABLE region (code text PRIMARY KEY, shape geometry(Geometry, 32650));
CREATE TABLE facility (id text PRIMARY KEY, kind text, state text, place geometry(Point, 32650));
CREATE TABLE enterprise (
    id text PRIMARY KEY, region text, workers bigint, union_status text, place geometry(Point, 32650)
);
"""
PLACE = "ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), 4326), 32650)"
# Unserved are the placed ones with no facility in reach; NOT EXISTS, so that no enterprise is counted twice.
WITHIN = """
WITH site AS (
    SELECT place FROM facility WHERE kind = ANY(%(kinds)s) AND state IN ('open', 'trial', 'unverified')
), asked AS (
    SELECT region, coalesce(workers, 0) AS workers, CASE
        WHEN e.place IS NULL THEN 'unknown'
        WHEN EXISTS (SELECT FROM site WHERE ST_DWithin(site.place, e.place, %(within_m)s)) THEN 'served'
        ELSE 'unserved' END AS status
    FROM enterprise e WHERE union_status <> 'closed' AND (union_status = 'established') = %(unionised)s
)
SELECT region, count(*), count(*) FILTER (WHERE status = 'served'), count(*) FILTER (WHERE status = 'unserved'),
    count(*) FILTER (WHERE status = 'unknown'), sum(workers)::bigint,
    coalesce(sum(workers) FILTER (WHERE status = 'served'), 0)::bigint,
    coalesce(sum(workers) FILTER (WHERE status = 'unserved'), 0)::bigint,
    coalesce(sum(workers) FILTER (WHERE status = 'unknown'), 0)::bigint
FROM asked GROUP BY region
"""
COLUMNS = [f"{prefix}{name}" for prefix in ("", "workers_") for name in ("all", "served", "unserved", "unknown")]
KINDS = [["rest_station"], ["rest_station", "mediation_kiosk", "mediation_workstation"]]


@pytest.fixture(scope="module")
def pack() -> District:
    return open_pack(Path(__file__).parent.parent / "data", demo=True)


@pytest.fixture(scope="module")
def database(postgis: str, pack: District) -> Iterator[psycopg.Connection]:
    """The pack in PostGIS, projected by PostGIS itself; coordinates that cannot be of the district are left out."""
    frame = pack.enterprises
    lon, lat = (frame[name].to_numpy(float) for name in ("lon", "lat"))
    usable = usable_location(lon, lat, pack.regions.total_bounds)
    place = [np.where(usable, values, np.nan) for values in (lon, lat)]
    with psycopg.connect(postgis, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.executemany(
            "INSERT INTO region VALUES (%s, ST_Transform(ST_GeomFromWKB(%s, 4326), 32650))",
            zip(pack.regions["code"], pack.regions.geometry.to_wkb(), strict=True),
        )
        cursor.executemany(
            f"INSERT INTO facility VALUES (%s, %s, %s, {PLACE})",
            pack.facilities[["id", "kind", "state", "lon", "lat"]].to_numpy().tolist(),
        )
        workers = [None if pd.isna(number) else int(number) for number in frame["workers"]]
        rows = zip(frame["id"], frame["region"], workers, frame["union_status"], *place, strict=True)
        known = [(*row[:4], *(None if np.isnan(value) else float(value) for value in row[4:])) for row in rows]
        cursor.executemany(f"INSERT INTO enterprise VALUES (%s, %s, %s, %s, {PLACE})", known)
        cursor.execute("CREATE INDEX ON facility USING gist (place)")
        cursor.execute("CREATE INDEX ON region USING gist (shape)")
        yield connection


@pytest.fixture(scope="module")
def api(pack: District) -> TestClient:
    workspace = cast(Workspace, SimpleNamespace(district=lambda: pack))
    return TestClient(Starlette(routes=routes(workspace)))


@pytest.mark.parametrize("within_m", [500, 1000, 3000])
@pytest.mark.parametrize("kinds", KINDS, ids="+".join)
@pytest.mark.parametrize("lens", ["service", "union"])
def test_coverage_is_what_postgis_counts(
    database: psycopg.Connection, api: TestClient, kinds: list[str], within_m: int, lens: str
) -> None:
    asked = {"kinds": kinds, "within_m": within_m, "unionised": lens == "service"}
    counted = {row[0]: list(row[1:]) for row in database.execute(WITHIN, asked)}
    body = api.get("/api/v1/coverage", params={"kind": kinds, "within_m": within_m, "lens": lens}).json()
    found = {row.get("code", ""): [row[name] for name in COLUMNS] for row in (*body["regions"], body["no_region"])}
    assert found == {code: counted.get(code, [0] * len(COLUMNS)) for code in found}
    assert set(counted) <= set(found)
    assert [body["total"][name] for name in COLUMNS] == [sum(column) for column in zip(*counted.values(), strict=True)]


@pytest.mark.parametrize("kinds", KINDS, ids="+".join)
def test_the_nearest_facility_is_the_one_postgis_finds(
    database: psycopg.Connection, pack: District, kinds: list[str]
) -> None:
    chosen = serving(pack.facilities, kinds)
    nearest = nearest_two(pack.demand.x, pack.demand.y, *sites(chosen, pack.plane))
    metres = dict(zip(pack.demand.id, nearest.metres, strict=True))
    found = dict(zip(pack.demand.id, chosen["id"].to_numpy()[nearest.site].tolist(), strict=True))
    counted = database.execute(
        """
        SELECT e.id, n.ids, n.metres FROM enterprise e CROSS JOIN LATERAL (
            SELECT array_agg(id ORDER BY rank) AS ids, array_agg(metres ORDER BY rank) AS metres FROM (
                SELECT id, metres, row_number() OVER (ORDER BY metres, id) AS rank FROM (
                    SELECT f.id, f.place <-> e.place AS metres FROM facility f
                    WHERE kind = ANY(%s) AND state IN ('open', 'trial', 'unverified')
                    ORDER BY f.place <-> e.place LIMIT 4
                ) AS four
            ) AS ranked WHERE rank <= 2
        ) AS n WHERE e.place IS NOT NULL AND union_status <> 'closed'
        """,
        [kinds],
    ).fetchall()
    assert len(counted) == np.isfinite(pack.demand.x).sum()
    assert {key: found[key] for key, _, _ in counted} == {key: ids for key, ids, _ in counted}
    apart = [np.abs(metres[key] - far).max() for key, _, far in counted]
    assert max(apart) < 1e-3, "the same plane, projected by two programs"


DISTANCES = """
WITH site AS (
    SELECT place FROM facility WHERE kind = 'rest_station' AND state IN ('open', 'trial', 'unverified')
), asked AS (
    SELECT e.region, e.workers, (SELECT min(s.place <-> e.place) FROM site s) AS metres,
        (SELECT count(*) FROM site s WHERE ST_DWithin(s.place, e.place, %(within_m)s)) AS choices
    FROM enterprise e WHERE union_status <> 'closed' AND e.place IS NOT NULL
)
SELECT CASE WHEN grouping(region) = 1 THEN 'total' ELSE region END,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY metres),
    (count(*) FILTER (WHERE choices > 1))::float / count(*), (count(*) FILTER (WHERE choices = 0))::float / count(*),
    coalesce(sum(workers) FILTER (WHERE choices = 0), 0)::float / sum(workers), sum(choices)::bigint
FROM asked GROUP BY GROUPING SETS (region, ())
"""


@pytest.mark.parametrize("reach", [Reach(750), Reach(15, "walk"), Reach(20, "ebike")], ids=lambda reach: reach.unit)
def test_what_a_planner_is_told_is_what_postgis_counts(
    database: psycopg.Connection, pack: District, reach: Reach
) -> None:
    """Median and ninetieth percentile, the second choice, the share unserved by enterprises and workers, all pairs."""
    counted = {row[0]: row[1:] for row in database.execute(DISTANCES, {"within_m": reach.within_m})}
    near = sites_at(pack, ("rest_station",), None)
    measured = measure(pack, near)
    by = {name: Question(reach=reach, who=Who(name, "all")) for name in MEASURES}
    rows = {name: answer(pack, question, None, measured).rows.loc[list(counted)] for name, question in by.items()}
    quantiles = [row[0] for row in counted.values()]
    np.testing.assert_allclose(rows["enterprises"][["median_m", "p90_m"]], quantiles, rtol=0, atol=1e-3)
    for name, column, place in (
        ("enterprises", "share_second", 1),
        ("enterprises", "share", 2),
        ("workers", "share", 3),
    ):
        np.testing.assert_allclose(rows[name][column], [row[place] for row in counted.values()], rtol=1e-12)
    pairs = cost_table(pack.demand.x, pack.demand.y, near.x, near.y, reach.within_m)
    assert len(pairs.site) == counted["total"][4]


def test_points_lie_in_the_regions_postgis_says(database: psycopg.Connection, pack: District) -> None:
    counted = dict(
        database.execute(
            "SELECT e.id, coalesce(min(r.code), '') FROM enterprise e LEFT JOIN region r "
            "ON ST_Intersects(r.shape, e.place) WHERE e.place IS NOT NULL AND union_status <> 'closed' GROUP BY e.id"
        ).fetchall()
    )
    placed = np.isfinite(pack.demand.x)
    located = name_codes(pack.region_index.locate(pack.demand.x[placed], pack.demand.y[placed]), pack.demand.codes)
    assert dict(zip(pack.demand.id[placed], located, strict=True)) == counted
    register = pack.enterprises.set_index("id")["region_location"]
    assert register[list(counted)].to_dict() == counted
    assert "" in counted.values(), "some lie outside"


def test_region_areas_are_what_postgis_measures(database: psycopg.Connection, api: TestClient) -> None:
    areas = dict(database.execute("SELECT code, ST_Area(shape) / 1e6 FROM region").fetchall())
    for region in api.get("/api/v1/coverage").json()["regions"]:
        assert region["gap_area_km2"] + region["covered_area_km2"] == pytest.approx(areas[region["code"]], rel=1e-6)


def test_without_postgis_ci_fails_and_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not installed"):
        missing()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="not installed"):
        missing()
