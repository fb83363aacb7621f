"""The whole coverage table, longitude and latitude in, regions, nearest two, flags and totals out, done three ways.

``gongtu``: geo.coverage. ``geopandas``: the plain idiom, points_from_xy, to_crs, sjoin, sjoin_nearest (which gives the
nearest only), groupby. ``numpy``: bare numpy, no pyproj, shapely or scipy: the projection's series, a crossing test
per region, all distances in chunks.

Each way at each size runs in a process of its own, on the same inputs; imports are not timed. Time is the best of
``REPEATS``; memory is how far the process's resident set (VmHWM of /proc) peaks over what it held before, in the
first, so Linux only. Answers are compared row by row, each with each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.coverage import SERVED, STATUSES, UNKNOWN, coverage_table
from geo.distance import Plane

PACK = Path(__file__).parent.parent / "data"
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
SITES = 300
WITHIN_M = 1_000.0
REPEATS = {"gongtu": 5, "geopandas": 3, "numpy": 1}

Inputs = dict[str, np.ndarray]
Answer = dict[str, np.ndarray]  # region, site (n,) and (n, 2), metres, status, then totals (r + 1, 3) by status


def inputs(size: int) -> Inputs:
    """Seeded at random: 98 % of the enterprises in the district, 1 % around it, 1 % without a location; 300 sites."""
    random = np.random.default_rng(20251122)
    outline = shapely.union_all(gpd.read_file(PACK / "regions.geojson").geometry)
    west, south, east, north = outline.bounds
    shapely.prepare(outline)

    def within(count: int) -> tuple[np.ndarray, np.ndarray]:
        lon, lat = random.uniform(west, east, count * 3), random.uniform(south, north, count * 3)
        inside = np.flatnonzero(shapely.contains_xy(outline, lon, lat))[:count]
        return lon[inside], lat[inside]

    lon, lat = within(size)
    around, nowhere = slice(0, size, 100), slice(1, size, 100)
    lon[around], lat[around] = random.uniform(west, east, size // 100), random.uniform(south, north, size // 100)
    lon[nowhere] = lat[nowhere] = np.nan
    sites_lon, sites_lat = within(SITES)
    return {
        "lon": lon,
        "lat": lat,
        "workers": np.ceil(random.pareto(1.2, size) * 3).clip(1, 20_000),
        "unionised": random.random(size) < 0.35,
        "sites_lon": sites_lon,
        "sites_lat": sites_lat,
    }


def by_gongtu(given: Inputs, regions: gpd.GeoDataFrame, crs: str) -> Answer:
    demand, nearest, found = coverage_table(**given, regions=regions, within_m=WITHIN_M, plane=Plane(crs))
    workers = found.table[[f"unionised_workers_{status}" for status in STATUSES]].to_numpy()[:-1]
    return {
        "region": demand.region,
        "site": nearest.site,
        "metres": nearest.metres,
        "status": found.status,
        "totals": workers,
    }


def by_geopandas(given: Inputs, regions: gpd.GeoDataFrame, crs: str) -> Answer:
    columns = {"workers": given["workers"], "unionised": given["unionised"]}
    enterprises = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(given["lon"], given["lat"], crs="EPSG:4326"))
    sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy(given["sites_lon"], given["sites_lat"], crs="EPSG:4326"))
    sites, regions = sites.to_crs(crs), regions[["code", "geometry"]].to_crs(crs)
    placed = enterprises[given["lon"] == given["lon"]].to_crs(crs)
    joined = placed.sjoin(regions, how="left", predicate="within").rename(columns={"index_right": "region"})
    joined = joined.sjoin_nearest(sites, distance_col="metres").rename(columns={"index_right": "site"})
    enterprises = enterprises.join(joined[["region", "code", "site", "metres"]])
    enterprises["status"] = np.where(enterprises["metres"].isna(), UNKNOWN, enterprises["metres"] <= WITHIN_M)
    sums = enterprises.fillna({"code": ""}).groupby(["code", "unionised", "status"])["workers"].agg(["size", "sum"])
    workers = sums["sum"].unstack("status", fill_value=0).xs(True, level="unionised")
    return {
        "region": enterprises["region"].fillna(-1).to_numpy(),
        "site": enterprises[["site"]].fillna(-1).to_numpy(),
        "metres": enterprises[["metres"]].to_numpy(),
        "status": enterprises["status"].to_numpy(),
        "totals": workers.reindex([*regions["code"], ""], fill_value=0).to_numpy(),
    }


def by_numpy(given: Inputs, regions: gpd.GeoDataFrame, crs: str) -> Answer:
    zone = int(crs.removeprefix("EPSG:326"))
    x, y = transverse_mercator(given["lon"], given["lat"], zone)
    sites_x, sites_y = transverse_mercator(given["sites_lon"], given["sites_lat"], zone)
    region = np.full(len(x), -1)
    for number, shape in reversed(list(enumerate(regions.geometry))):
        inside = np.zeros(len(x), dtype=bool)
        rings = [r for polygon in getattr(shape, "geoms", [shape]) for r in (polygon.exterior, *polygon.interiors)]
        for ring in rings:
            corner_x, corner_y = transverse_mercator(*np.array(ring.coords).T, zone)
            near = np.flatnonzero(
                (x >= corner_x.min()) & (x <= corner_x.max()) & (y >= corner_y.min()) & (y <= corner_y.max())
            )
            px, py, odd = x[near], y[near], np.zeros(len(near), dtype=bool)
            for x1, y1, x2, y2 in zip(corner_x, corner_y, corner_x[1:], corner_y[1:], strict=False):
                between = np.flatnonzero((y1 > py) != (y2 > py))
                odd[between] ^= px[between] < (x2 - x1) * (py[between] - y1) / (y2 - y1) + x1
            inside[near] ^= odd
        region[inside] = number
    site, metres = np.full((len(x), 2), -1), np.full((len(x), 2), np.nan)
    placed = np.flatnonzero(~np.isnan(x))
    for chunk in np.array_split(placed, len(placed) // 10_000 + 1):
        squares = (x[chunk, None] - sites_x) ** 2 + (y[chunk, None] - sites_y) ** 2
        rows = np.arange(len(chunk))
        for rank in range(2):
            best = squares.argmin(axis=1)
            site[chunk, rank], metres[chunk, rank] = best, np.sqrt(squares[rows, best])
            squares[rows, best] = np.inf
    status = np.where(np.isnan(x), UNKNOWN, metres[:, 0] <= WITHIN_M)
    combination = (np.where(region < 0, len(regions), region) * 2 + given["unionised"]) * 3 + status
    shape = (len(regions) + 1, 2, 3)
    workers = np.bincount(combination, given["workers"], minlength=np.prod(shape)).reshape(shape)
    return {"region": region, "site": site, "metres": metres, "status": status, "totals": workers[:, 1]}


def transverse_mercator(lon: np.ndarray, lat: np.ndarray, zone: int) -> tuple[np.ndarray, np.ndarray]:
    """UTM metres on WGS-84, north: Krüger's series to the sixth order (Karney 2011, arXiv:1002.1417, equation 35)."""
    flattening = 1 / 298.257223563
    n, e = flattening / (2 - flattening), np.sqrt(flattening * (2 - flattening))
    radius = 6_378_137 / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
    series = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180 - 127 * n**5 / 288 + 7891 * n**6 / 37800,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440 + 281 * n**5 / 630 - 1983433 * n**6 / 1935360,
        61 * n**3 / 240 - 103 * n**4 / 140 + 15061 * n**5 / 26880 + 167603 * n**6 / 181440,
        49561 * n**4 / 161280 - 179 * n**5 / 168 + 6601661 * n**6 / 7257600,
        34729 * n**5 / 80640 - 3418889 * n**6 / 1995840,
        212378941 * n**6 / 319334400,
    )
    meridian, sine = np.radians(lon - (zone * 6 - 183)), np.sin(np.radians(lat))
    tangent = np.sinh(np.arctanh(sine) - e * np.arctanh(e * sine))
    xi, eta = np.arctan2(tangent, np.cos(meridian)), np.arctanh(np.sin(meridian) / np.hypot(1, tangent))
    east, north = eta.copy(), xi.copy()
    for order, term in enumerate(series, start=1):
        east += term * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
        north += term * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
    return 500_000 + 0.9996 * radius * east, 0.9996 * radius * north


WAYS: dict[str, Callable[[Inputs, gpd.GeoDataFrame, str], Answer]] = {
    "gongtu": by_gongtu,
    "geopandas": by_geopandas,
    "numpy": by_numpy,
}


def measure(way: str, size: int, answer: Path) -> None:
    """Run one way at one size in this process: the answer into a file, seconds and megabytes to standard output."""
    crs = tomllib.loads((PACK / "pack.toml").read_text(encoding="utf-8"))["metric_crs"]
    regions = gpd.read_file(PACK / "regions.geojson")[["code", "geometry"]].sort_values("code", ignore_index=True)
    given = inputs(size)
    WAYS[way](inputs(100), regions, crs)  # opens PROJ's database and whatever else is opened once
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts again from what is held now
    before, seconds, peak = resident("VmRSS"), [], 0.0
    for turn in range(REPEATS[way]):
        start = time.perf_counter()
        found = WAYS[way](given, regions, crs)
        seconds.append(time.perf_counter() - start)
        peak = peak if turn else resident("VmHWM")
    np.savez(answer, **found)
    print(json.dumps({"seconds": min(seconds), "megabytes": peak - before}))


def resident(field: str) -> float:
    """Megabytes of this process in memory: VmRSS now, VmHWM at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def disagreements(one: Answer, other: Answer) -> int:
    """Rows (enterprises and totals) on which two answers differ; metres to a hundredth of a millimetre."""
    ranks = min(one["site"].shape[1], other["site"].shape[1])
    rows = (one["region"] != other["region"]) | (one["status"] != other["status"])
    rows |= (one["site"][:, :ranks] != other["site"][:, :ranks]).any(axis=1)
    rows |= ~np.isclose(one["metres"][:, :ranks], other["metres"][:, :ranks], rtol=0, atol=1e-5, equal_nan=True).all(
        axis=1
    )
    return int(rows.sum() + (one["totals"] != other["totals"]).sum())


def run() -> dict[str, dict[str, object]]:
    """Measure every way at every size, print the table, and give the figures; SystemExit where answers differ."""
    figures: dict[str, dict[str, object]] = {}
    table, wrong = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            measured, answers = {}, {}
            for way in WAYS:
                answer = Path(folder) / f"{way}.npz"
                command = [sys.executable, "-m", "bench.coverage", way, str(size), str(answer)]
                output = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PACK.parent).stdout
                measured[way], answers[way] = json.loads(output), dict(np.load(answer))
            ours = measured["gongtu"]
            served = int((answers["gongtu"]["status"] == SERVED).sum())
            for way in WAYS:
                differing = disagreements(answers["gongtu"], answers[way])
                wrong += differing
                ratios = {key: measured[way][key] / max(ours[key], 0.1 if key == "megabytes" else 1e-9) for key in ours}
                table.append(
                    {
                        "enterprises": f"{size:,}",
                        "way": way,
                        "seconds": f"{measured[way]['seconds']:.3f}",
                        "x": f"{ratios['seconds']:.1f}",
                        "MB": f"{measured[way]['megabytes']:.0f}",
                        "x ": f"{ratios['megabytes']:.1f}",
                        "served": f"{served:,}",
                        "rows differing": differing,
                    }
                )
                if way != "gongtu":
                    for key, unit in (("seconds", "s"), ("megabytes", "MB")):
                        figures[f"coverage_{name}_{key}_vs_{way}"] = {
                            "value": round(ours[key], 4),
                            "unit": unit,
                            "ratio": round(ratios[key], 2),
                            "against": way,
                        }
    print(f"Coverage table, {SITES} facilities, reach {WITHIN_M:.0f} m; x: times gongtu's")
    print(pd.DataFrame(table).to_string(index=False))
    if wrong:
        raise SystemExit(f"{wrong} rows differ")
    return figures


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
