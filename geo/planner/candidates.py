"""Candidates: the places where a new site could stand, each with an id that a URL can carry and a name in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.distance import Floats, Plane, nearest_two
from geo.district import District
from geo.enterprises import usable_location
from geo.errors import ParameterError
from geo.facilities import SERVING_STATES
from geo.i18n import Language, translate
from geo.planner.plan import DECIMALS, Plan, Site
from geo.planner.question import Question
from geo.siting.problem import COVERING

CANDIDATES_AT_MOST = 5000
_CELL = re.compile(r"c([0-9]{1,6})\.(-?[0-9]{1,9})\.(-?[0-9]{1,9})")


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places (m,), each id once: ``lon``, ``lat`` WGS-84 degrees, ``x``, ``y`` metres on the district's plane.

    Degrees are rounded as a plan's URL has them, and metres are those of the rounded degrees, so that a site that went
    through a URL comes to exactly what it was found to.

    ``capacity`` (m,): the most weight a site there takes, infinite where it takes any; None where all take any.
    """

    id: NDArray[np.object_]
    name: NDArray[np.object_]
    lon: Floats
    lat: Floats
    x: Floats
    y: Floats
    capacity: Floats | None = None

    @classmethod
    def at(
        cls,
        plane: Plane,
        id: NDArray[np.object_],  # noqa: A002 - the field's name
        name: NDArray[np.object_],
        lon: Floats,
        lat: Floats,
        capacity: Floats | None = None,
    ) -> Candidates:
        """The candidates at these degrees, rounded."""
        lon, lat = np.round(lon, DECIMALS), np.round(lat, DECIMALS)
        return cls(id, name, lon, lat, *plane.project(lon, lat), capacity)

    def __len__(self) -> int:
        return len(self.id)

    def site(self, index: int) -> Site:
        """One of them as a site of a plan."""
        return Site(str(self.id[index]), str(self.name[index]), float(self.lon[index]), float(self.lat[index]))


def candidates(
    district: District,
    plan: Plan,
    question: Question,
    listed: Candidates | None = None,
    *,
    language: Language = "zh",
) -> Candidates:
    """Where the plan looks for new sites.

    ``cells``: the middles of the plane's square cells of ``cell_m`` that lie in a region of the district; for the goals
    that ask about reach only those with weight of the question in reach (inclusive), as no other can help.
    ``positions`` and ``facilities``: those with a usable location in or near the district; of the facilities not the
    ones that serve already (of the kinds asked for, in service) nor those removed. ``list``: the ones in ``listed``.

    A capacity of the plan holds for those that have none of their own. ParameterError where there is no list or there
    are too many; none at all is an answer.
    """
    match plan.source:
        case "cells":
            found = _cells(district, plan, question, language)
        case "positions":
            found = _records(district, district.positions, language)
        case "facilities":
            frame = district.facilities
            serves = frame["kind"].isin(question.kinds) & frame["state"].isin(SERVING_STATES)
            found = _records(district, frame[~serves & (frame["state"] != "removed")], language)
        case "list":
            if listed is None:
                raise ParameterError("planning.no_list", field="from", value="list")
            found = listed
    if len(found) > CANDIDATES_AT_MOST:
        raise ParameterError(
            "planning.many_candidates", field="from", value=plan.source, count=len(found), most=CANDIDATES_AT_MOST
        )
    if plan.capacity is None:
        return found
    own = np.full(len(found), np.inf) if found.capacity is None else found.capacity
    limits = np.where(np.isfinite(own), own, plan.capacity)
    return Candidates(found.id, found.name, found.lon, found.lat, found.x, found.y, limits)


class Grid(NamedTuple):
    """The cells of one size whose middle lies in the district, region by region, from the north west: ``column``,
    ``row``, middle ``x``, ``y`` (metres), index of the ``region``, and the ``number`` from 1 within it.
    """

    column: NDArray[np.int64]
    row: NDArray[np.int64]
    x: Floats
    y: Floats
    region: NDArray[np.int16]
    number: NDArray[np.int64]


def grid(district: District, size_m: int) -> Grid:
    """The cells of ``size_m``, aligned to 0 of the plane, whose middle lies in a region of the district."""
    bounds = district.regions_m.total_bounds
    if not np.isfinite(bounds).all():
        bounds = np.zeros(4)  # no territory: one cell, which is in no region
    left, bottom, right, top = np.floor(bounds / size_m).astype(np.int64)
    column, row = (part.ravel() for part in np.meshgrid(np.arange(left, right + 1), np.arange(bottom, top + 1)))
    x, y = (column + 0.5) * size_m, (row + 0.5) * size_m
    region = district.region_index.locate(x, y)
    order = np.lexsort((column, -row, region))
    order = order[region[order] >= 0]
    region = region[order]
    first = np.searchsorted(region, region)
    return Grid(column[order], row[order], x[order], y[order], region, np.arange(len(region)) - first + 1)


def named(district: District, sites: Iterable[Site], *, language: Language = "zh") -> tuple[Site, ...]:
    """The sites with the names of what their ids say they are: a facility, a position, or a cell of the district. One
    that is none of these keeps its name, or has its id for one. A plan that comes out of a URL has no names.
    """
    found: dict[int, dict[str, str]] = {}
    records: dict[str, str] = {}
    for frame in (district.facilities, district.positions):  # of one id in both, the position is the one named
        records |= zip(frame["id"], _local_names(frame, language), strict=True)

    def name(site: Site) -> str:
        cell = _CELL.fullmatch(site.id)
        if site.id in records or not cell:
            return records.get(site.id) or site.name or site.id
        size = int(cell[1])
        if size not in found:
            found[size] = _cell_names(district, grid(district, size), size, language) if size else {}
        return found[size].get(site.id) or site.name or site.id

    return tuple(Site(site.id, name(site), site.lon, site.lat, site.moved) for site in sites)


def _cell_names(district: District, cells: Grid, size_m: int, language: Language) -> dict[str, str]:
    """Names by id, in the order of ``cells``."""
    regions = _local_names(district.regions, language)
    return {
        f"c{size_m}.{column}.{row}": translate("planning.cell", language, region=regions[region], number=number)
        for column, row, region, number in zip(cells.column, cells.row, cells.region, cells.number, strict=True)
    }


def _cells(district: District, plan: Plan, question: Question, language: Language) -> Candidates:
    cells = grid(district, plan.cell_m)
    names = _cell_names(district, cells, plan.cell_m, language)
    useful = np.ones(len(cells.x), dtype=bool)
    if plan.goal in COVERING:
        demand = district.demand
        asking = (question.who.weights(demand) > 0) & np.isfinite(demand.x)
        near = nearest_two(cells.x, cells.y, demand.x[asking], demand.y[asking])
        useful = near.metres[:, 0] <= question.reach.within_m  # NaN where nobody is asked about
    return Candidates.at(
        district.plane,
        np.array(list(names), dtype=np.object_)[useful],
        np.array(list(names.values()), dtype=np.object_)[useful],
        *district.plane.unproject(cells.x[useful], cells.y[useful]),
    )


def _records(district: District, frame: pd.DataFrame, language: Language) -> Candidates:
    """Those of the frame that have a usable location, by id."""
    lon, lat = (frame[name].to_numpy(np.float64, na_value=np.nan) for name in ("lon", "lat"))
    placed = usable_location(lon, lat, district.regions.total_bounds)
    frame = frame[placed]
    names = np.array(_local_names(frame, language), dtype=np.object_)
    return Candidates.at(district.plane, frame["id"].to_numpy(dtype=np.object_), names, lon[placed], lat[placed])


def _local_names(frame: pd.DataFrame, language: Language) -> list[str]:
    """The records' names in the language; the Chinese one where there is no English name."""
    if language == "zh":
        return list(frame["name"])
    return list(frame["name_en"].where(frame["name_en"] != "", frame["name"]))
