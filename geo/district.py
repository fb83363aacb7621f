"""The district: its data checked and put together in memory, ready to be asked. Where the records are kept, in the
files of a pack or in the store, makes no difference here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike

from geo.demand import Demand
from geo.distance import Floats, Plane
from geo.enterprises import project_usable, regions_of
from geo.hours import Calendar, calendar_of
from geo.i18n import Language, translate
from geo.lines import Names
from geo.nearest import Stations
from geo.places import Gazetteer
from geo.regions import RegionIndex, join_regions
from geo.search import Places
from geo.splice import splice

WGS84 = "EPSG:4326"


@dataclass(frozen=True, eq=False)
class District:
    """A district's data. Frames are in WGS-84 (geometry: longitude, latitude) and not to be changed.

    ``revision`` changes whenever any of the data does: the key of every cache. ``regions`` are sorted by code and
    carry their polygon and where it comes from (``boundary_standing``, ``boundary_label_zh``, ``_en``,
    ``boundary_source``, ``boundary_as_of``). Facilities and positions are sorted by id, without a geometry where their
    place is unknown; ``region_by`` says whether their region was ``declared`` or found by ``location``.
    ``enterprises`` carry the region they were given and how (``assign_regions``); ``demand`` holds them as arrays,
    without closed ones. ``gazetteer`` knows which region an address names, ``region_index`` in which a point of the
    plane lies.
    """

    revision: str
    about: dict[str, Any]
    sources: dict[str, dict[str, str]]
    files: dict[str, dict[str, Any]]
    plane: Plane
    outline: shapely.Geometry
    regions: gpd.GeoDataFrame
    places: pd.DataFrame
    positions: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    enterprises: pd.DataFrame
    programmes: pd.DataFrame
    campaigns: pd.DataFrame
    teams: pd.DataFrame
    visits: pd.DataFrame
    figures: pd.DataFrame
    contradictions: pd.DataFrame
    holidays: pd.DataFrame
    demand: Demand
    gazetteer: Gazetteer
    region_index: RegionIndex

    @cached_property
    def invented(self) -> bool:
        """Whether any enterprise or facility is synthetic, which every screen and answer must say."""
        return any((frame["standing"] == "synthetic").any() for frame in (self.enterprises, self.facilities))

    def notice(self, language: Language) -> str:
        """What a reader must know of the data before believing it."""
        said: str = self.about["notice"][language]
        return f"{said} · {translate('app.invented', language)}" if self.invented else said

    def follows(self, *grounds: pd.DataFrame) -> dict[str, str]:
        """The provenance of what follows from the boundaries and from ``grounds``: made up where any of these is."""
        made_up = any((frame["standing"] == "synthetic").any() for frame in grounds)
        named = [self.regions["boundary_source"], *(frame["source"] for frame in grounds)]
        cells = {cell for column in named for cell in column.unique()}
        sources = {part.strip() for cell in cells for part in cell.split(";")} - {""}
        return {
            "standing": "synthetic" if made_up else "inferred",
            "source": ";".join(sorted(sources)),
            "as_of": self.about["as_of"],
        }

    @cached_property
    def regions_m(self) -> gpd.GeoDataFrame:
        """The regions on the plane, in metres."""
        return self.regions.to_crs(self.plane.crs)

    @cached_property
    def calendar(self) -> Calendar:
        """Its days off and shifted working days, its time zone, and its middle, where the sun rises."""
        middle = shapely.centroid(self.outline)
        return calendar_of(self.about["time_zone"], round(middle.x, 4), round(middle.y, 4), self.holidays)

    @cached_property
    def stations(self) -> Stations:
        """The facilities by their distance from anywhere; rows are those of ``facilities``."""
        return Stations.of(self.facilities)

    @cached_property
    def place_index(self) -> Places:
        """Its regions, communities, positions and facilities by any part of their names."""
        district = self.about["name"]["zh"]
        return Places.of(self.regions, self.places, self.positions, self.facilities, self.plane, district=district)

    @cached_property
    def names(self) -> Names:
        """Its enterprises by any part of their names; rows are those of ``enterprises``."""
        return Names.of(self.enterprises)

    def outside_m(self, lon: ArrayLike, lat: ArrayLike) -> Floats:
        """How far each WGS-84 point (n,) lies outside of every region: metres on the plane to the nearest one, 0 within
        one; NaN where the location cannot be used in the district.
        """
        x, y = project_usable(lon, lat, self.regions, self.plane)
        found = np.where(self.region_index.locate(x, y) >= 0, 0.0, np.nan)
        out = np.flatnonzero(np.isnan(found) & ~np.isnan(x))
        tree = shapely.STRtree(self.regions_m.geometry.to_numpy())
        (rows, _), metres = tree.query_nearest(shapely.points(x[out], y[out]), return_distance=True, all_matches=False)
        found[out[rows]] = metres
        return found


@dataclass(frozen=True, eq=False)
class Description:
    """What is said of a district besides its records: pack.toml, the sources, how each file was made, the outline."""

    about: dict[str, Any]
    sources: dict[str, dict[str, str]]
    files: dict[str, dict[str, Any]]
    outline: shapely.Geometry


@dataclass(frozen=True, eq=False)
class Before:
    """A district as it was, and the very tables it was made of; ``changed``: the ids of the enterprises that are new,
    gone or different since, ``rows``: those of them that there are, None where that is not known.
    """

    district: District
    tables: Mapping[str, pd.DataFrame]
    changed: Collection[str] = ()
    rows: pd.DataFrame | None = None


def assemble(
    description: Description, tables: Mapping[str, pd.DataFrame], *, revision: str, before: Before | None = None
) -> District:
    """The district of these records: ``tables`` by noun as ``geo.schema`` types them, regions with their boundary.

    Whatever follows from tables that are the very same as ``before`` is taken from there, and of the enterprises only
    the changed ones are given their regions again; the answer is the same. The description must be the same, too.
    """
    was = before and before.district
    same = {noun for noun in tables if before and before.tables.get(noun) is tables[noun]}
    land = {"regions", "places"} <= same
    if was and land:
        plane, regions, gazetteer, index = was.plane, was.regions, was.gazetteer, was.region_index
    else:
        plane = Plane(description.about["metric_crs"])
        known = tables["regions"].sort_values("code", ignore_index=True)
        regions = gpd.GeoDataFrame(known, geometry="geometry", crs=WGS84)
        gazetteer = Gazetteer(regions, tables["places"], district=description.about["name"]["zh"])
        index = RegionIndex(regions.to_crs(plane.crs).geometry)
    points = {
        noun: getattr(was, noun) if was and land and noun in same else _points(tables[noun], regions, plane)
        for noun in ("positions", "facilities")
    }
    if was and land and "enterprises" in same:
        register, demand = was.enterprises, was.demand
    else:
        rows = before.rows if before and land else None
        register = regions_of(tables["enterprises"] if rows is None else rows, regions, gazetteer, index, plane)
        demand = Demand.of(register, regions, plane)
        if before and rows is not None:
            register = splice(before.district.enterprises, register, "id", before.changed)
            demand = before.district.demand.spliced(demand, before.changed)
    made = ("regions", "enterprises", "entries", *points)
    found = District(
        revision=revision,
        about=description.about,
        sources=description.sources,
        files=description.files,
        plane=plane,
        outline=description.outline,
        regions=regions,
        gazetteer=gazetteer,
        region_index=index,
        enterprises=register,
        demand=demand,
        **points,
        **{name: frame for name, frame in tables.items() if name not in made},
    )
    if was and land:
        found.__dict__.update(_kept(was, {*points} <= same))
    if before and "names" in before.district.__dict__ and (names := _names(before, tables["enterprises"])):
        found.__dict__["names"] = names
    return found


def _kept(was: District, placed: bool) -> dict[str, object]:
    """What was already made of the land, and of what is ``placed`` on it, where that is the same too."""
    names = ("regions_m", *(("stations", "place_index") if placed else ()))
    return {name: was.__dict__[name] for name in names if name in was.__dict__}


def _names(before: Before, enterprises: pd.DataFrame) -> Names | None:
    """The names as they were, with the changed ones; None where it is not known which these are."""
    names = before.district.names
    if before.tables["enterprises"] is enterprises:
        return names
    return None if before.rows is None else names.spliced(before.rows, before.changed)


def _points(frame: pd.DataFrame, regions: gpd.GeoDataFrame, plane: Plane) -> gpd.GeoDataFrame:
    """Records as points, sorted by id; a region that is not declared is the one the point lies in, if any."""
    placed = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=WGS84)
    placed.loc[frame["lon"].isna(), "geometry"] = None
    located = join_regions(placed.to_crs(plane.crs), regions.to_crs(plane.crs))
    declared = placed["region"] != ""
    placed["region_by"] = declared.map({True: "declared", False: "location"}).where(declared | (located != ""), "")
    placed["region"] = placed["region"].where(declared, located)
    return placed.sort_values("id", ignore_index=True)
