"""The only caches of the pages. Each is keyed on the pack's revision and all else its answer depends on."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import shapely
import streamlit as st
from numpy.typing import NDArray

from geo.coverage import Coverage, Lens, Sites, coverage, gaps, lens_table, sites
from geo.datum import Datum, convert
from geo.distance import Nearest, nearest_two
from geo.facilities import serving
from geo.layers.areas import Geometry, geojson_geometries
from geo.measures import Measure, shares
from geo.pack import Pack, open_pack
from geo.settings import Settings, read_settings

KEEP = 64
REGION_DETAIL_M = 60
GAP_DETAIL_M = 15
"""How far a drawn edge may lie from the true one: less than a pixel with the whole district in view."""


def settings() -> Settings:
    """The settings of the process."""
    return read_settings(os.environ)


def pack() -> Pack:
    """The pack as it is on disk (geo.pack keeps it in memory until a file of it changes)."""
    now = settings()
    return open_pack(now.pack, demo=now.demo)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A district as drawn in one datum: outlines in region order, a point for each name, west/south/east/north, and
    the lower corner of the map that the district fills less: where the legend goes."""

    datum: Datum
    regions: list[Geometry]
    centres: list[tuple[float, float]]
    bounds: tuple[float, float, float, float]
    free_corner: Literal["bottomleft", "bottomright"]


def drawing(pack: Pack, datum: Datum) -> Drawing:
    """The district's outlines for the map."""
    return _drawing(pack.revision, datum, pack)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _drawing(revision: str, datum: Datum, _pack: Pack) -> Drawing:
    plane = _pack.plane
    outlines = shapely.coverage_simplify(_pack.regions_m.geometry.to_numpy(), REGION_DETAIL_M)
    middles = shapely.get_coordinates([shapely.maximum_inscribed_circle(shape) for shape in outlines])[::2]
    lon, lat = convert(*plane.unproject(middles[:, 0], middles[:, 1]), "wgs84", datum)
    geometries = geojson_geometries(outlines, plane, datum)
    west, south, east, north = shapely.total_bounds(shapely.from_geojson([json.dumps(shape) for shape in geometries]))
    return Drawing(
        datum,
        geometries,
        list(zip(lon.round(5).tolist(), lat.round(5).tolist(), strict=True)),
        (float(west), float(south), float(east), float(north)),
        _free_corner(outlines),
    )


def _free_corner(outlines: NDArray[np.object_]) -> Literal["bottomleft", "bottomright"]:
    left, bottom, right, top = shapely.total_bounds(outlines)
    middle, half = (left + right) / 2, (bottom + top) / 2
    corners = [shapely.box(left, bottom, middle, half), shapely.box(middle, bottom, right, half)]
    filled = [shapely.area(shapely.intersection(outlines, corner)).sum() for corner in corners]
    return "bottomleft" if filled[0] < filled[1] else "bottomright"


@dataclass(frozen=True, eq=False)
class Answer:
    """Who is served, and where not: ``rows`` is the lens's table, indexed by code, with ``share`` (geo.measures) and,
    for regions, the areas; ``gaps`` the gap polygons in metres, in region order."""

    found: Coverage
    nearest: Nearest
    rows: pd.DataFrame
    gaps: NDArray[np.object_]


def answer(pack: Pack, kinds: Sequence[str], within_m: float, lens: Lens, measure: Measure) -> Answer:
    """The coverage of one view."""
    kinds = tuple(sorted(kinds))
    nearest = _nearest(pack.revision, kinds, pack)
    found = _coverage(pack.revision, kinds, within_m, pack, nearest)
    beyond, areas = _gaps(pack.revision, kinds, within_m, pack)
    rows = lens_table(found, lens).set_index("code").join(areas)
    return Answer(found, nearest, rows.assign(share=shares(found, areas, lens, measure)), beyond)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _sites(revision: str, kinds: tuple[str, ...], _pack: Pack) -> Sites:
    return sites(serving(_pack.facilities, kinds), _pack.plane)


@st.cache_resource(max_entries=8, show_spinner=False)
def _nearest(revision: str, kinds: tuple[str, ...], _pack: Pack) -> Nearest:
    return nearest_two(_pack.demand.x, _pack.demand.y, *_sites(revision, kinds, _pack))


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _coverage(revision: str, kinds: tuple[str, ...], within_m: float, _pack: Pack, _nearest: Nearest) -> Coverage:
    return coverage(_pack.demand, _nearest, within_m)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _gaps(
    revision: str, kinds: tuple[str, ...], within_m: float, _pack: Pack
) -> tuple[NDArray[np.object_], pd.DataFrame]:
    found = gaps(_pack.regions_m, _sites(revision, kinds, _pack), within_m)
    return found.geometry.to_numpy(), found.set_index("code")[["gap_area_km2", "covered_area_km2"]]


def gap_drawing(pack: Pack, kinds: Sequence[str], within_m: float, datum: Datum) -> list[Geometry]:
    """The gap polygons for the map, simplified; regions without a gap are left out."""
    return _gap_drawing(pack.revision, tuple(sorted(kinds)), within_m, datum, pack)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _gap_drawing(
    revision: str, kinds: tuple[str, ...], within_m: float, datum: Datum, _pack: Pack
) -> list[Geometry]:
    beyond, _ = _gaps(revision, kinds, within_m, _pack)
    simple = shapely.simplify(beyond, GAP_DETAIL_M)
    return geojson_geometries(simple[~shapely.is_empty(simple)], _pack.plane, datum)
