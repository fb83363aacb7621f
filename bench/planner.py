"""A planner's question with 200,000 enterprises: the shipped district with its demonstration register made larger.

The answer (distances, who is served by region, the gap polygons) against the plain geopandas idiom: ``sjoin_nearest``,
``groupby``, ``overlay`` of the regions with the united buffers. The week against asking the plain answer hour by hour,
of which every seventh hour is asked and the time taken seven times. The pairs of enterprises and candidates within
reach against ``scipy.spatial.KDTree.sparse_distance_matrix``. Counts and pairs must be equal, or the run ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
from scipy.spatial import KDTree

from geo.coverage import TOTAL
from geo.demand import Demand, Who
from geo.distance import cost_table
from geo.district import District
from geo.pack import open_pack
from geo.planner import Question, Sites, When, answer, measure, moment, sites_at, uncovered
from geo.planner.week import week

T = TypeVar("T")
Figures = dict[str, dict[str, Any]]
PACK = Path(__file__).parent.parent / "data"
PEOPLE, CANDIDATES, SPREAD_M = 200_000, 500, 400
TODAY = date(2026, 11, 23)
REACHES_M = (1000, 5000)
QUESTION = Question(who=Who("workers", "all"))
EVERY = 7


def larger(district: District) -> District:
    """The district with ``PEOPLE`` enterprises, each one of the register's moved by some hundred metres."""
    random, few = np.random.default_rng(1), district.demand
    pick = random.integers(0, len(few.x), PEOPLE)
    columns = ("region", "workers", "unionised", "members", "industry", "groups")
    many = Demand(
        id=np.array([f"S{number:06}" for number in range(PEOPLE)], dtype=object),
        x=few.x[pick] + random.normal(0, SPREAD_M, PEOPLE),
        y=few.y[pick] + random.normal(0, SPREAD_M, PEOPLE),
        codes=few.codes,
        industries=few.industries,
        **{name: getattr(few, name)[pick] for name in columns},
    )
    return replace(district, demand=many)


def best(work: Callable[[], T], times: int = 3) -> tuple[float, T]:
    """Seconds of the quickest of some runs, and what it gave."""
    taken: list[tuple[float, T]] = []
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        taken.append((time.perf_counter() - start, found))
    return min(taken, key=lambda one: one[0])


def asked(district: District, when: When | None = None) -> tuple[float, float, float]:
    """served, unserved, unknown of the district, all of the way."""
    at = moment(when, TODAY, district.calendar) if when else None
    found = answer(district, QUESTION, at, measure(district, sites_at(district, QUESTION.kinds, at)))
    served, unserved, unknown = found.rows.loc[TOTAL, ["served", "unserved", "unknown"]]
    return served, unserved, unknown


def ours(district: District, sites: Sites) -> float:
    """The workers served; and all else that a page shows of it."""
    found = answer(district, QUESTION, None, measure(district, sites))
    uncovered(district, sites, QUESTION.reach.within_m)
    return float(found.rows.loc[TOTAL, "served"])


def plainly(district: District, points: gpd.GeoDataFrame, stations: gpd.GeoDataFrame) -> float:
    """The same as geopandas' guide has it; points and stations are on the plane already."""
    within_m = QUESTION.reach.within_m
    joined = points.sjoin_nearest(stations, distance_col="metres")
    joined = joined[~joined.index.duplicated()]  # a tie counts once
    joined["served"] = joined["metres"] <= within_m
    joined.groupby(["region", "served"])["workers"].sum()
    joined.groupby("region")["metres"].quantile([0.5, 0.9])
    covered = gpd.GeoDataFrame(geometry=[stations.buffer(within_m).union_all()], crs=stations.crs)
    district.regions_m.overlay(covered, how="difference")
    return float(joined.loc[joined["served"], "workers"].sum())


def run() -> Figures:
    """The figures of this benchmark, printed as they are found."""
    district = larger(open_pack(PACK, demo=True))
    sites = sites_at(district, QUESTION.kinds, None)
    district.regions_m  # noqa: B018 - put together once, as the app does
    figures: Figures = {}

    def say(name: str, seconds: float, other: float, against: str) -> None:
        print(f"planner: 200k enterprises, {name} {seconds * 1e3:6.0f} ms, {against} {other / seconds:.1f}x as long")
        key = f"planner_200k_{name.replace(' ', '_')}"
        figures[key] = {"value": round(seconds * 1e3, 1), "unit": "ms", "ratio": round(other / seconds, 2)}
        figures[key]["against"] = against

    demand = district.demand
    placed = demand.placed
    columns = {"region": demand.region[placed], "workers": np.nan_to_num(demand.workers[placed])}
    points = gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy(demand.x[placed], demand.y[placed]), crs=district.plane.crs
    )
    stations = gpd.GeoDataFrame(geometry=gpd.points_from_xy(sites.x, sites.y), crs=district.plane.crs)
    seconds, served = best(lambda: ours(district, sites))
    other, theirs = best(lambda: plainly(district, points, stations), 1)
    if served != theirs:
        raise SystemExit("geopandas counts others")
    say("answer", seconds, other, "geopandas")

    seconds, hours = best(lambda: week(district, QUESTION, TODAY))
    some = [When(*divmod(hour, 24)) for hour in range(0, 168, EVERY)]
    other, by_hour = best(lambda: [asked(district, when) for when in some], 1)
    if hours[["served", "unserved", "unknown"]].iloc[::EVERY].to_numpy().tolist() != [list(row) for row in by_hour]:
        raise SystemExit("the week differs from its hours")
    say("week", seconds, other * EVERY, "hour by hour")

    random = np.random.default_rng(2)
    x, y = demand.x[placed], demand.y[placed]
    cx, cy = random.uniform(x.min(), x.max(), CANDIDATES), random.uniform(y.min(), y.max(), CANDIDATES)
    for within_m in REACHES_M:
        seconds, table = best(lambda reach=within_m: cost_table(x, y, cx, cy, reach))
        other, matrix = best(lambda reach=within_m: pairs_of_trees(x, y, cx, cy, reach), 1)
        if matrix != len(table.site):
            raise SystemExit("other pairs than scipy's")
        say(f"pairs within {within_m}", seconds, other, "scipy KDTree.sparse_distance_matrix")
    return figures


def pairs_of_trees(x: Any, y: Any, cx: Any, cy: Any, within_m: float) -> int:
    """How many pairs scipy finds, as rows of demand."""
    people, candidates = (KDTree(np.column_stack(both)) for both in ((x, y), (cx, cy)))
    return people.sparse_distance_matrix(candidates, within_m, output_type="coo_matrix").tocsr().nnz
