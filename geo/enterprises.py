"""Enterprises 企业: the employers of a register, whether they have a union, and which region each belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.distance import Floats, Plane
from geo.places import NOWHERE, Gazetteer
from geo.regions import RegionIndex, name_codes, require_regions
from geo.schema import PROVENANCE, Column, Table

UnionStatus = Literal["none", "contacted", "willing", "preparing", "established", "declined", "closed"]
UNION_STATUSES: tuple[UnionStatus, ...] = get_args(UnionStatus)
NEXT: Mapping[UnionStatus, tuple[UnionStatus, ...]] = MappingProxyType(
    {
        "none": ("contacted", "closed"),
        "contacted": ("willing", "declined", "closed"),
        "willing": ("preparing", "declined", "closed"),
        "preparing": ("established", "declined", "closed"),
        "established": ("closed",),
        "declined": ("contacted", "closed"),
        "closed": (),
    }
)
"""The legal moves: one step at a time, a refusal from any step on the way, an end from anywhere. What was entered by
mistake is no move but a correction (geo.organising.deeds.correct).
"""
ON_THE_WAY: tuple[UnionStatus, ...] = ("contacted", "willing", "preparing")
"""Somebody has begun with them, and they have not come to an end."""
UNION_FORMS = ("standalone", "joint")
ROUTES = ("重点建", "行业建", "兜底建")
GROUPS = (
    "货车司机",
    "快递员",
    "网约送餐员",
    "护工护理员",
    "家政服务员",
    "商场信息员",
    "房产中介员",
    "保安员",
)
# How a region was found, the most trusted first: a schematic edge is no evidence against what the record says.
READINGS = ("declared", "address", "location")

TABLE = Table(
    file="enterprises.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("name", required=True),
        Column("credit_code"),
        Column("address"),
        Column("region"),
        Column("nature"),
        Column("economic_type"),
        Column("industry"),
        Column("groups", "choices", choices=GROUPS),
        Column("workers", "integer", low=0),
        Column("members", "integer", low=0),
        Column("union_status", "choice", required=True, choices=UNION_STATUSES),
        Column("union_form", "choice", choices=UNION_FORMS),
        Column("union_id"),
        Column("route", "choice", choices=ROUTES),
        Column("established_on", "date"),
        Column("parent_union"),
        Column("status_on", "date"),
        Column("next_on", "date"),
        Column("next_step"),
        Column("contact"),
        Column("phone"),
        # Any number: registers have swapped and stray coordinates; usable_location tells which can be believed.
        Column("lon", "number"),
        Column("lat", "number"),
        *PROVENANCE,
    ),
    optional=True,
)
"""``status_on``: since when its union status is what it is. ``next_step`` and ``next_on``: what is to be done next, and
by when, as whoever sees to it wrote it.
"""
DEMO_TABLE = replace(TABLE, file="demo/enterprises.csv")


def is_unionised(union_status: pd.Series) -> pd.Series:
    """True where there is a union; every other status is a step before it, a refusal or an end."""
    return union_status == "established"


def counted(enterprises: pd.DataFrame) -> pd.DataFrame:
    """The enterprises that exist: those ``closed`` (已注销) leave before anything is counted."""
    return enterprises[enterprises["union_status"] != "closed"]


def usable_location(lon: ArrayLike, lat: ArrayLike, bounds: Sequence[float], margin: float = 0.5) -> NDArray[np.bool_]:
    """Which WGS-84 points (n,) can be believed: finite, and within ``bounds`` widened by ``margin`` degrees, inclusive.

    ``bounds`` is west, south, east, north. Points at 0, 0 and pairs given latitude first fall outside.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    west, south, east, north = bounds
    return (x >= west - margin) & (x <= east + margin) & (y >= south - margin) & (y <= north + margin)


def project_usable(lon: ArrayLike, lat: ArrayLike, regions: gpd.GeoDataFrame, plane: Plane) -> tuple[Floats, Floats]:
    """x and y (n,), metres, of WGS-84 points (n,); NaN where the location is not usable in the district."""
    usable = usable_location(lon, lat, regions.total_bounds)
    return plane.project(np.where(usable, lon, np.nan), np.where(usable, lat, np.nan))


def assign_regions(
    enterprises: pd.DataFrame, regions: gpd.GeoDataFrame, places: pd.DataFrame, plane: Plane, *, district: str
) -> pd.DataFrame:
    """The enterprises, each with the region it belongs to and how that was found: one row in, one row out, same index.

    Takes columns region (what the register says), address, lon, lat; ``regions`` as ``require_regions`` wants them,
    ``places`` and ``district`` as ``Gazetteer`` does. The register's words move to ``region_text``; added are codes,
    ``""`` where unknown: ``region``, the first known of ``region_declared``, ``region_address``, ``region_location``;
    ``region_by``, which of them that was (``READINGS``); and ``region_conflict``, whether any two known ones differ.
    """
    require_regions(regions)
    gazetteer = Gazetteer(regions, places, district=district)
    index = RegionIndex(regions.to_crs(plane.crs).geometry)
    return regions_of(enterprises, regions, gazetteer, index, plane)


def regions_of(
    enterprises: pd.DataFrame, regions: gpd.GeoDataFrame, gazetteer: Gazetteer, index: RegionIndex, plane: Plane
) -> pd.DataFrame:
    """``assign_regions`` by what is known of the regions already, which takes most of its time where they are few."""
    readings = np.column_stack(
        (
            gazetteer.declared(enterprises["region"]),
            gazetteer.resolve(enterprises["address"])["region"],
            index.locate(*project_usable(*lonlat(enterprises), regions, plane)),
        )
    )
    known = readings != NOWHERE
    first = known.argmax(axis=1)  # 0 where none is known, and there the reading is NOWHERE
    chosen = readings[np.arange(len(readings)), first]
    texts = {
        "region": name_codes(chosen, regions["code"]),
        "region_by": np.where(known.any(axis=1), np.array(READINGS, dtype=object)[first], ""),
        **{f"region_{name}": name_codes(readings[:, i], regions["code"]) for i, name in enumerate(READINGS)},
    }
    columns = {name: pd.Series(cells, index=enterprises.index, dtype=str) for name, cells in texts.items()}
    conflict = (known & (readings != chosen[:, None])).any(axis=1)
    return enterprises.rename(columns={"region": "region_text"}).assign(**columns, region_conflict=conflict)


def lonlat(enterprises: pd.DataFrame) -> tuple[Floats, Floats]:
    """Longitude and latitude (n,) as the register has them, NaN where there is none."""
    lon, lat = (enterprises[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("lon", "lat"))
    return lon, lat
