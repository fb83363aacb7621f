"""The district: its data checked and put together in memory, ready to be asked. Where the records are kept, in the
files of a pack or in the store, makes no difference here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.demand import Demand
from geo.distance import Plane
from geo.enterprises import assign_regions
from geo.hours import Calendar, calendar_of
from geo.i18n import Language, translate
from geo.nearest import Stations
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
    without closed ones.
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
    def region_index(self) -> RegionIndex:
        """Which region a point of the plane lies in."""
        return RegionIndex(self.regions_m.geometry)


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
    gone or different since, None where that is not known.
    """

    district: District
    tables: Mapping[str, pd.DataFrame]
    changed: Collection[str] | None


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
        plane, regions = was.plane, was.regions
    else:
        plane = Plane(description.about["metric_crs"])
        known = tables["regions"].sort_values("code", ignore_index=True)
        regions = gpd.GeoDataFrame(known, geometry="geometry", crs=WGS84)
    points = {
        noun: getattr(was, noun) if was and land and noun in same else _points(tables[noun], regions, plane)
        for noun in ("positions", "facilities")
    }
    if was and land and "enterprises" in same:
        register, demand = was.enterprises, was.demand
    else:
        changed = before.changed if before and land else None
        some = tables["enterprises"]
        some = some if changed is None else some[some["id"].isin(changed)]
        name = description.about["name"]["zh"]
        register = assign_regions(some, regions, tables["places"], plane, district=name)
        if was and changed is not None:
            register = splice(was.enterprises, register, "id", changed)
        demand = Demand.of(register, regions, plane)
    made = ("regions", "enterprises", "entries", *points)
    found = District(
        revision=revision,
        about=description.about,
        sources=description.sources,
        files=description.files,
        plane=plane,
        outline=description.outline,
        regions=regions,
        enterprises=register,
        demand=demand,
        **points,
        **{name: frame for name, frame in tables.items() if name not in made},
    )
    if was and land:
        found.__dict__.update(_kept(was, {*points} <= same))
    return found


def _kept(was: District, placed: bool) -> dict[str, object]:
    """What was already made of the land, and of what is ``placed`` on it, where that is the same too."""
    names = ("regions_m", "region_index", *(("stations", "place_index") if placed else ()))
    return {name: was.__dict__[name] for name in names if name in was.__dict__}


def _points(frame: pd.DataFrame, regions: gpd.GeoDataFrame, plane: Plane) -> gpd.GeoDataFrame:
    """Records as points, sorted by id; a region that is not declared is the one the point lies in, if any."""
    placed = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=WGS84)
    placed.loc[frame["lon"].isna(), "geometry"] = None
    located = join_regions(placed.to_crs(plane.crs), regions.to_crs(plane.crs))
    declared = placed["region"] != ""
    placed["region_by"] = declared.map({True: "declared", False: "location"}).where(declared | (located != ""), "")
    placed["region"] = placed["region"].where(declared, located)
    return placed.sort_values("id", ignore_index=True)
