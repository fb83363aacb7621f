"""Coverage 覆盖: who has a facility within reach and who has not, by region, and where the gaps lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.demand import Demand, Group
from geo.distance import Floats, Nearest, Plane, nearest_two, refuse_degrees, require_metres, threads
from geo.enterprises import project_usable
from geo.errors import ParameterError
from geo.regions import RegionIndex, require_regions

Status = Literal["unserved", "served", "unknown"]
STATUSES: tuple[Status, ...] = get_args(Status)
UNSERVED, SERVED, UNKNOWN = range(3)
COUNTED = ("all", "served", "unserved", "unknown")

Lens = Literal["service", "union"]
LENSES: tuple[Lens, ...] = get_args(Lens)
LENS_UNION: dict[Lens, Group] = {"service": "unionised", "union": "ununionised"}

NO_REGION = ""  # the table's row of the enterprises whose region is not known
TOTAL = "total"

Places = tuple[Floats, Floats]

DRAWN_SHORTFALL_M = 0.5  # how much a drawn circle may fall short of its radius between two of its corners


@dataclass(frozen=True, eq=False)
class Coverage:
    """``status`` (n,) int8 of each enterprise (UNSERVED, SERVED, UNKNOWN) and the counts by region.

    ``table``: a row per region in region order, then ``NO_REGION`` and ``TOTAL``. Columns code,
    ``{group}_{measure}_{status}``: groups all, unionised, ununionised; measures enterprises, workers; statuses all,
    served, unserved, unknown, where served + unserved + unknown = all. Then ``unionised_share`` of the enterprises (NaN
    where there are none) and ``workers_unstated``, the enterprises whose workers are not stated and add 0.
    """

    within_m: float
    status: NDArray[np.int8]
    table: pd.DataFrame


def check_within(within_m: float) -> float:
    """``within_m`` as a float; ParameterError, with ``field``, unless it is a finite number of metres, 0 or more."""
    if not (math.isfinite(within_m) and within_m >= 0):
        raise ParameterError("coverage.reach", field="within_m", value=within_m)
    return float(within_m)


def sites(facilities: pd.DataFrame, plane: Plane) -> Places:
    """The facilities' places, x and y (m,) in metres, in the frame's order: by id, as ``serving`` gives them."""
    return plane.project(facilities["lon"].to_numpy(np.float64), facilities["lat"].to_numpy(np.float64))


def statuses(placed: NDArray[np.bool_], nearest_m: Floats, within_m: float, doubtful_m: Floats) -> NDArray[np.int8]:
    """Who is served (n,), the one place where this is told: SERVED with a site at ``nearest_m <= within_m``, inclusive.

    UNKNOWN, not unserved: who is not ``placed``, and who has none so near but a site in doubt (whose hours are not
    known) at ``doubtful_m <= within_m``. NaN metres: there is no such site.
    """
    reach = check_within(within_m)
    status = (nearest_m <= reach).astype(np.int8)
    status[((status == UNSERVED) & (doubtful_m <= reach)) | ~placed] = UNKNOWN
    return status


def by_region(demand: Demand, status: NDArray[np.int8], *weights: Floats | NDArray[np.bool_]) -> list[Floats]:
    """Each of ``weights`` (n,) added up, a row per region in region order, then ``NO_REGION`` and ``TOTAL``, and four
    columns: all, served, unserved, unknown, where the last three add up to the first.
    """
    regions = len(demand.codes)
    # One number per combination; -1, no region, becomes the last row.
    row = np.where(demand.region < 0, regions, demand.region).astype(np.int64)
    combination = row * 3 + status

    def add_up(some: Floats | NDArray[np.bool_]) -> Floats:
        counts = np.bincount(combination, some, minlength=(regions + 1) * 3).reshape(-1, 3)
        counts = np.vstack((counts, counts.sum(axis=0)))
        return np.column_stack((counts.sum(axis=1), counts[:, [SERVED, UNSERVED, UNKNOWN]]))

    return [add_up(some) for some in weights]


def farthest(demand: Demand, nearest: Nearest, asked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The rows that are ``asked`` for (n,), farthest from their nearest site first; where there is no site at all, all
    are equally far. Ties go to the smaller id.
    """
    rows = np.flatnonzero(asked)
    far = np.nan_to_num(nearest.metres[rows, 0], nan=np.inf)
    return rows[np.lexsort((demand.id[rows].astype(str), -far))]


def coverage(demand: Demand, nearest: Nearest, within_m: float) -> Coverage:
    """Who is served: ``metres <= within_m`` to the nearest site, inclusive; unknown without a usable location.

    ``nearest`` is ``nearest_two(demand.x, demand.y, *sites)``, asked once for any number of reaches; where there are
    no sites every enterprise with a location is unserved.
    """
    metres = nearest.metres[:, 0]
    status = statuses(demand.placed, metres, within_m, metres)
    return Coverage(check_within(within_m), status, _tabulate(demand, status))


def _tabulate(demand: Demand, status: NDArray[np.int8]) -> pd.DataFrame:
    columns: dict[str, ArrayLike] = {"code": np.array([*demand.codes, NO_REGION, TOTAL], dtype=object)}
    has, workers, unstated = demand.unionised, np.nan_to_num(demand.workers), np.isnan(demand.workers)
    weights = (has, ~has, workers * has, workers * ~has, unstated)
    *counted, without_workers = by_region(demand, status, *weights)
    for measure, (unionised, ununionised) in (("enterprises", counted[:2]), ("workers", counted[2:])):
        groups = {"unionised": unionised, "ununionised": ununionised}
        kind = np.int64 if measure == "enterprises" else np.float64
        for group, counts in (("all", groups["unionised"] + groups["ununionised"]), *groups.items()):
            columns |= {f"{group}_{measure}_{name}": counts[:, i].astype(kind) for i, name in enumerate(COUNTED)}
    table = pd.DataFrame(columns).astype({"code": str})
    table["unionised_share"] = table["unionised_enterprises_all"] / table["all_enterprises_all"].where(lambda n: n > 0)
    table["workers_unstated"] = without_workers[:, 0].astype(np.int64)
    return table


def lens_table(found: Coverage, lens: Lens) -> pd.DataFrame:
    """The table one lens looks at, same rows: the unionised (``service``) or the ununionised (``union``).

    Columns code, all, served, unserved, unknown; the same four with ``workers_`` before them; ``share_unserved`` =
    unserved / (served + unserved), NaN where neither is known; then, whatever the lens, enterprises, unionised,
    ununionised, unionised_share.
    """
    if lens not in LENSES:
        raise ParameterError("coverage.lens", field="lens", value=lens)
    group, table = LENS_UNION[lens], found.table
    view = table[["code"]].copy()
    for prefix, measure in (("", "enterprises"), ("workers_", "workers")):
        for name in COUNTED:
            view[f"{prefix}{name}"] = table[f"{group}_{measure}_{name}"]
    known = view["served"] + view["unserved"]
    view["share_unserved"] = view["unserved"] / known.where(known > 0)
    for name, column in (("enterprises", "all"), ("unionised", "unionised"), ("ununionised", "ununionised")):
        view[name] = table[f"{column}_enterprises_all"]
    return view.assign(unionised_share=table["unionised_share"])


def gaps(regions: gpd.GeoDataFrame, sites: Places, within_m: float) -> gpd.GeoDataFrame:
    """What of each region lies beyond reach of every site: columns code, gap_area_km2, covered_area_km2, geometry.

    ``regions`` with column code, in a CRS in metres, as the answer; ``sites`` on that plane. The two areas add up to
    the region's. For drawing and areas only: circles are polygons up to ``DRAWN_SHORTFALL_M`` short of the radius
    between corners (at reaches over 6 km a little more); who is served is told by distances.
    """
    require_metres(regions)
    reach = check_within(within_m)
    refuse_degrees(*sites)
    # A chord of a circle of n corners is r (1 - cos(pi / n)) inside it at its middle; there are 4 quad_segs corners.
    step = math.acos(1 - DRAWN_SHORTFALL_M / max(reach, 1.0))
    quad_segs = int(np.clip(math.ceil(math.pi / 4 / step), 8, 64))
    circles = shapely.buffer(shapely.points(*sites), reach, quad_segs=quad_segs)
    circles = circles[~shapely.is_empty(circles)]
    polygons = regions.geometry.to_numpy()
    region, circle = shapely.STRtree(circles).query(polygons, predicate="intersects")

    def beyond(index: int) -> object:
        return shapely.difference(polygons[index], shapely.union_all(circles[circle[region == index]]))

    left = np.array(list(threads().map(beyond, range(len(polygons)))), dtype=object)
    gap_area = shapely.area(left) / 1e6
    columns = {
        "code": regions["code"].to_numpy(),
        "gap_area_km2": gap_area,
        "covered_area_km2": shapely.area(polygons) / 1e6 - gap_area,
    }
    return gpd.GeoDataFrame(columns, geometry=left, crs=regions.crs)


def coverage_table(
    lon: ArrayLike,
    lat: ArrayLike,
    workers: ArrayLike,
    unionised: ArrayLike,
    *,
    regions: gpd.GeoDataFrame,
    sites_lon: ArrayLike,
    sites_lat: ArrayLike,
    within_m: float,
    plane: Plane,
) -> tuple[Demand, Nearest, Coverage]:
    """The whole way for enterprises that have but a location: WGS-84 degrees (n,) in; regions, nearest two, flags and
    totals out. ``regions`` as ``require_regions`` wants them; the sites (m,) in the order of their ids.
    """
    require_regions(regions)
    x, y = project_usable(lon, lat, regions, plane)
    demand = Demand.bare(
        x=x,
        y=y,
        region=RegionIndex(regions.to_crs(plane.crs).geometry).locate(x, y),
        workers=workers,
        unionised=unionised,
        codes=regions["code"].to_numpy(dtype=object),
    )
    nearest = nearest_two(x, y, *plane.project(sites_lon, sites_lat))
    return demand, nearest, coverage(demand, nearest, within_m)
