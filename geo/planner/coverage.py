"""Who is served as a planner asks it: the sites that count at a moment, who has one in reach, and where none is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.coverage import (
    COUNTED,
    NO_REGION,
    TOTAL,
    UNSERVED,
    Lens,
    by_region,
    coverage,
    farthest,
    gaps,
    lens_table,
    statuses,
)
from geo.coverage import sites as places
from geo.demand import Demand
from geo.distance import Floats, Nearest, nearest_two
from geo.district import District
from geo.facilities import serving
from geo.hours import Calendar, states
from geo.planner.question import Question, When

LOOKED_AHEAD_WEEKS = 60
"""How far an ordinary day is looked for: no calendar has a whole year of a weekday off."""


def moment(when: When, today: date, calendar: Calendar) -> datetime:
    """The hour asked about, of the first ordinary day (no holiday, no shifted day) of its weekday from ``today`` on:
    aware, in the calendar's zone. Where no day of more than a year is ordinary, of the first.
    """
    first = today + timedelta((when.weekday - today.weekday()) % 7)
    days = (first + timedelta(weeks=number) for number in range(LOOKED_AHEAD_WEEKS))
    day = next((day for day in days if not calendar.special(day)), first)
    return datetime.combine(day, time(when.hour), calendar.zone)


@dataclass(frozen=True, eq=False)
class Sites:
    """The facilities that count: ``rows`` (m,) their positions in ``district.facilities``, ascending and so by id, -1
    for a site that is none yet; ``x``, ``y`` (m,) metres; ``sure`` (m,) whether they are open for certain at the moment
    asked about, where those that are not have hours that are not known then. Without a moment all are sure.
    """

    rows: NDArray[np.intp]
    x: Floats
    y: Floats
    sure: NDArray[np.bool_]

    @property
    def doubtful(self) -> tuple[Floats, Floats]:
        """x and y of those that are not sure."""
        return self.x[~self.sure], self.y[~self.sure]


@dataclass(frozen=True, eq=False)
class Measured:
    """How far everybody is from the sites, whatever the reach and whoever is asked about.

    ``nearest``: the nearest two of the sure sites, ``site`` (n, 2) an index into ``sites``, as ``nearest_two`` has it;
    ``doubtful_m`` (n,): metres to the nearest of all, sure or not; NaN without one or without a location.
    """

    sites: Sites
    nearest: Nearest
    doubtful_m: Floats


def sites_at(district: District, kinds: Collection[str], at: datetime | None) -> Sites:
    """The facilities of ``kinds`` in service (``geo.facilities.serving``) that are not closed for certain at ``at``."""
    frame = serving(district.facilities, kinds)
    rows = frame.index.to_numpy(dtype=np.intp)
    x, y = places(frame, district.plane)
    sure = np.ones(len(rows), dtype=bool)
    if at is not None:
        local = at.astimezone(district.calendar.zone)
        minute = local.hour * 60 + local.minute
        number, texts = pd.factorize(frame["opening_hours"].fillna(""))
        said = [states(text, local.date(), (minute,), district.calendar)[0] for text in texts]
        state = np.array([*said, ""], dtype=object)[number]
        kept = state != "closed"
        rows, x, y, sure = rows[kept], x[kept], y[kept], (state == "open")[kept]
    return Sites(rows, x, y, sure)


def measure(district: District, sites: Sites) -> Measured:
    """The distances from everybody to the sites: what takes longest, and depends on neither reach nor demand asked."""
    demand = district.demand
    sure = np.flatnonzero(sites.sure)
    near = nearest_two(demand.x, demand.y, sites.x[sure], sites.y[sure])
    nearest = Nearest(np.append(sure, -1).astype(np.int32)[near.site], near.metres)
    if len(sure) == len(sites.sure):
        return Measured(sites, nearest, nearest.metres[:, 0])
    return Measured(sites, nearest, nearest_two(demand.x, demand.y, sites.x, sites.y).metres[:, 0])


@dataclass(frozen=True, eq=False)
class Answer:
    """Who is served, by region.

    ``status`` (n,) int8 of everybody: SERVED, UNSERVED or UNKNOWN (``geo.coverage.statuses``); ``chosen`` (n,) those
    asked about and ``weight`` (n,) what each counts (``Who.weights``). ``unstated``: the chosen whose workers or
    members, where these are asked about, are not stated and add 0.

    ``rows``: index codes in region order, ``NO_REGION``, ``TOTAL``. Columns all, served, unserved, unknown in the
    measure asked about, float64, where served + unserved + unknown = all; the same four of enterprises with ``n_``
    before them, int64, and ``n_second``, the served with a second sure site in reach. ``share``, by the lens:
    unserved / (served + unserved), or without a union / all, whichever side of it was asked about. ``share_second``:
    those served with a second sure site in reach / (served + unserved). ``median_m``, ``p90_m``: the least distance
    with at least half, or nine tenths, of the weight that has a location at or under it, to the nearest sure site.
    Then, of the industries and groups asked about, ``enterprises``, ``unionised``, ``ununionised``. NaN where there is
    nothing to divide or measure.
    """

    question: Question
    at: datetime | None
    measured: Measured
    demand: Demand
    status: NDArray[np.int8]
    chosen: NDArray[np.bool_]
    weight: Floats
    rows: pd.DataFrame
    unstated: int


def answer(district: District, question: Question, at: datetime | None, measured: Measured) -> Answer:
    """The answer to ``question`` from what was ``measured`` of its kinds at its moment ``at``."""
    demand, who, within_m = district.demand, question.who, question.reach.within_m
    near = measured.nearest.metres
    status = statuses(demand.placed, near[:, 0], within_m, measured.doubtful_m)
    chosen, working, amounts = who.chosen(demand), who.working(demand), who.amounts(demand)
    unstated = np.isnan(amounts)
    amounts = np.where(unstated, 0.0, amounts)
    weight, has, without = amounts * chosen, working & demand.unionised, working & ~demand.unionised
    second = near[:, 1] <= within_m  # and then the first is as well
    weights = (weight, chosen, weight * second, chosen & second, has, without, amounts * has, amounts * without)
    counts, numbers, twice, n_twice, *sides = by_region(demand, status, *weights)
    n_has, n_without, weigh_has, weigh_without = (side[:, 0] for side in sides)
    served, unserved = counts[:, 1], counts[:, 2]
    amiss = (weigh_without, weigh_has + weigh_without) if question.lens == "union" else (unserved, served + unserved)
    median, p90 = _quantiles(demand, near[:, 0], weight, ((1, 2), (9, 10)))
    rows = pd.DataFrame(
        {
            **dict(zip(COUNTED, counts.T, strict=True)),
            **{f"n_{name}": column.astype(np.int64) for name, column in zip(COUNTED, numbers.T, strict=True)},
            "n_second": n_twice[:, 1].astype(np.int64),
            "share": _divide(*amiss),
            "share_second": _divide(twice[:, 1], served + unserved),
            "median_m": median,
            "p90_m": p90,
            "enterprises": (n_has + n_without).astype(np.int64),
            "unionised": n_has.astype(np.int64),
            "ununionised": n_without.astype(np.int64),
        },
        index=pd.Index([*demand.codes, NO_REGION, TOTAL], name="code"),
    )
    return Answer(question, at, measured, demand, status, chosen, weight, rows, int((chosen & unstated).sum()))


def _divide(part: Floats, whole: Floats) -> Floats:
    out: Floats = np.full(len(whole), np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def _quantiles(demand: Demand, metres: Floats, weight: Floats, parts: tuple[tuple[int, int], ...]) -> list[Floats]:
    """For each part, as numerator and denominator, the least distance of each region, of none and of all (r + 2,) with
    at least that part of the weight at or under it. In whole numbers, that a half of the weight is exactly a half.
    """
    counted = np.flatnonzero((weight > 0) & np.isfinite(metres))
    counted = counted[np.argsort(metres[counted])]
    regions = len(demand.codes)
    region = np.where(demand.region[counted] < 0, regions, demand.region[counted])
    found = [np.full(regions + 2, np.nan) for _ in parts]
    by_row = np.split(np.argsort(region, kind="stable"), np.searchsorted(np.sort(region), np.arange(1, regions + 1)))
    for row, some in enumerate((*by_row, np.arange(len(counted)))):
        far, total = metres[counted[some]], np.cumsum(weight[counted[some]])
        for (above, below), quantile in zip(parts, found, strict=True):
            if len(total):
                quantile[row] = far[np.searchsorted(total * below, total[-1] * above)]
    return found


@dataclass(frozen=True, eq=False)
class Uncovered:
    """Where no site is in reach, on the plane.

    ``gaps``, ``doubtful`` (r,): polygons in region order, empty where there is none: beyond reach of every site, and
    within reach only of sites in doubt. ``areas``: index codes and ``TOTAL``; columns gap_area_km2, doubtful_area_km2,
    covered_area_km2, which add up to the region's.
    """

    gaps: NDArray[np.object_]
    doubtful: NDArray[np.object_]
    areas: pd.DataFrame

    def frame(self, district: District) -> gpd.GeoDataFrame:
        """The gaps as a frame in metres: columns code, gap_area_km2, covered_area_km2, geometry."""
        columns = self.areas.drop(index=TOTAL, columns="doubtful_area_km2").reset_index()
        return gpd.GeoDataFrame(columns, geometry=self.gaps, crs=district.plane.crs)


def uncovered(district: District, sites: Sites, within_m: float) -> Uncovered:
    """Where no site is in reach. For drawing and areas only (``geo.coverage.gaps``): who is served is told by
    distances.
    """
    without = gaps(district.regions_m, (sites.x[sites.sure], sites.y[sites.sure]), within_m)
    beyond = gaps(without, sites.doubtful, within_m)  # what is left of those gaps; what is covered of them is in doubt
    areas = pd.DataFrame(
        {
            "gap_area_km2": beyond["gap_area_km2"].to_numpy(),
            "doubtful_area_km2": beyond["covered_area_km2"].to_numpy() if not sites.sure.all() else 0.0,
            "covered_area_km2": without["covered_area_km2"].to_numpy(),
        },
        index=pd.Index(without["code"], name="code"),
    )
    areas.loc[TOTAL] = areas.sum()
    left = beyond.geometry.to_numpy()
    return Uncovered(left, shapely.difference(without.geometry.to_numpy(), left), areas)


def worst(answer: Answer, region: int | None, limit: int) -> NDArray[np.intp]:
    """Rows of the demand: the ``limit`` chosen that are unserved and lie farthest from a sure site, farthest first.

    ``region`` is an index into the codes, -1 those of none, None the whole district. Where there is no site all are
    equally far; ties go to the smaller id.
    """
    demand = answer.demand
    asked = answer.chosen & (answer.status == UNSERVED)
    if region is not None:
        asked &= demand.region == region
    return farthest(demand, answer.measured.nearest, asked)[:limit]


def overview(
    district: District, kinds: Collection[str], within_m: float, lens: Lens
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """The service map's question at once: every facility in service counts, at any time.

    First the lens's table (``geo.coverage.lens_table``) indexed by code, workers as whole numbers, with gap_area_km2
    and covered_area_km2, which ``TOTAL`` has the sums of and ``NO_REGION`` NaN; then the gaps, on the plane.
    """
    sites = sites_at(district, kinds, None)
    found = uncovered(district, sites, within_m)
    rows = lens_table(coverage(district.demand, measure(district, sites).nearest, within_m), lens).set_index("code")
    rows = rows.astype(dict.fromkeys(rows.filter(like="workers_"), "int64"))
    return rows.join(found.areas[["gap_area_km2", "covered_area_km2"]]), found.frame(district)
