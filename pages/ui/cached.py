"""The only shared caches of the pages. Each is keyed on the district's revision and all else its answer depends on."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Literal, TypeVar, cast

import numpy as np
import pandas as pd
import shapely
import streamlit as st
from numpy.typing import NDArray

from geo.coverage import TOTAL, Coverage, Lens, coverage, lens_table
from geo.datum import Datum, convert
from geo.distance import Nearest
from geo.district import District
from geo.enterprises import counted
from geo.errors import GongtuError
from geo.i18n import Language
from geo.layers.geojson import to_geojson
from geo.measures import Shade, shares
from geo.planner import Measured, Uncovered, sites_at
from geo.planner import measure as measure_all
from geo.planner import uncovered as uncovered_by
from geo.settings import SETTINGS, Setting, Settings, read_settings
from geo.words import local_name
from geo.workspace import Workspace
from pages.ui import state

T = TypeVar("T")
KEEP = 64
REGION_DETAIL_M = 60
GAP_DETAIL_M = 25
"""How far a drawn edge may lie from the true one: less than a pixel with the whole district in view."""


@cache
def _workspace(environment: tuple[tuple[str, str], ...]) -> Workspace:
    return Workspace(partial(read_settings, dict(environment)))


def workspace() -> Workspace:
    """The pack and the store that the environment names."""
    return _workspace(tuple((setting.name, os.environ.get(setting.name, "")) for setting in SETTINGS))


def environment(setting: Setting, hidden: str) -> str:
    """What the environment says of a setting, ``hidden`` in place of a secret; ``""`` where it says nothing."""
    value = os.environ.get(setting.name, "").strip()
    return hidden if value and setting.secret else value


def settings() -> Settings:
    """The settings of the process; SettingError for a bad one."""
    return workspace().settings


def district() -> District:
    """The district as pack and store have it now (geo.workspace keeps it in memory until one of them changes)."""
    return workspace().district()


@dataclass(frozen=True, eq=False)
class Drawing:
    """A district as drawn in one datum: outlines in region order, a point for each name, west/south/east/north, and
    the lower corner of the map that the district fills less: where the legend goes."""

    datum: Datum
    regions: list[str]
    centres: list[tuple[float, float]]
    bounds: tuple[float, float, float, float]
    free_corner: Literal["bottomleft", "bottomright"]


def drawing(district: District, datum: Datum) -> Drawing:
    """The district's outlines for the map."""
    return _drawing(district.revision, datum, district)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _drawing(revision: str, datum: Datum, _district: District) -> Drawing:
    plane = _district.plane
    outlines = shapely.coverage_simplify(_district.regions_m.geometry.to_numpy(), REGION_DETAIL_M)
    middles = shapely.get_coordinates([shapely.maximum_inscribed_circle(shape) for shape in outlines])[::2]
    lon, lat = convert(*plane.unproject(middles[:, 0], middles[:, 1]), "wgs84", datum)
    geometries = to_geojson(outlines, plane, datum)
    west, south, east, north = shapely.total_bounds(shapely.from_geojson(geometries))
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


def once(what: tuple[object, ...], make: Callable[[], T]) -> T:
    """What ``make`` gives, kept under ``what``, which holds all that it depends on; not to be changed."""
    return cast(T, _once(what, make))


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _once(what: tuple[object, ...], _make: Callable[[], object]) -> object:
    return _make()


def region_names(district: District, language: Language) -> dict[str, str]:
    """Code → name in the language, in region order."""
    columns = district.regions[["code", "name", "name_en"]]
    return once(
        ("region_names", district.revision, language),
        lambda: {row["code"]: local_name(row, language) for row in columns.to_dict("records")},
    )


def register(district: District) -> pd.DataFrame:
    """The enterprises that are counted, in the order of ``district.demand``."""
    return once(("register", district.revision), lambda: counted(district.enterprises).reset_index(drop=True))


@dataclass(frozen=True, eq=False)
class Answer:
    """Who is served, and where not: ``rows`` is the lens's table, indexed by code, with ``share`` (geo.measures) and,
    for regions, the areas; ``gaps`` the gap polygons in metres, in region order."""

    found: Coverage
    nearest: Nearest
    rows: pd.DataFrame
    gaps: NDArray[np.object_]


def answer(district: District, kinds: Sequence[str], within_m: float, lens: Lens, measure: Shade) -> Answer:
    """The coverage of one view."""
    nearest = measured(district, kinds).nearest
    found = _coverage(district.revision, tuple(sorted(kinds)), within_m, district, nearest)
    beyond = uncovered(district, kinds, within_m)
    areas = beyond.areas.drop(index=TOTAL)[["gap_area_km2", "covered_area_km2"]]
    rows = lens_table(found, lens).set_index("code").join(areas)
    return Answer(found, nearest, rows.assign(share=shares(found, areas, lens, measure)), beyond.gaps)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _coverage(
    revision: str, kinds: tuple[str, ...], within_m: float, _district: District, _nearest: Nearest
) -> Coverage:
    return coverage(_district.demand, _nearest, within_m)


def measured(district: District, kinds: Sequence[str], at: datetime | None = None) -> Measured:
    """Who is how far from the facilities of ``kinds``: of those in service, or of those not closed at ``at``."""
    return _measured(district.revision, tuple(sorted(kinds)), at, district)


@st.cache_resource(max_entries=16, show_spinner=False)
def _measured(revision: str, kinds: tuple[str, ...], at: datetime | None, _district: District) -> Measured:
    return measure_all(_district, sites_at(_district, kinds, at))


def uncovered(district: District, kinds: Sequence[str], within_m: float, at: datetime | None = None) -> Uncovered:
    """Where none of them is in reach."""
    return _uncovered(district.revision, tuple(sorted(kinds)), within_m, at, district)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _uncovered(
    revision: str, kinds: tuple[str, ...], within_m: float, at: datetime | None, _district: District
) -> Uncovered:
    return uncovered_by(_district, sites_at(_district, kinds, at), within_m)


def warm() -> None:
    """Answers in advance what the service map opens with, at every reach it offers, so that the first change is quick,
    and makes ready what is searched as one types.

    A pack with faults is left to the pages to explain.
    """
    with suppress(GongtuError):
        now = district()
        for within_m in state.REACHES_M:
            answer(now, state.KINDS_AT_FIRST, within_m, "service", "enterprises")
            gap_drawing(now, state.KINDS_AT_FIRST, within_m, "wgs84")
        _ = now.names, workspace().ledger().notes


def gap_drawing(district: District, kinds: Sequence[str], within_m: float, datum: Datum) -> list[str]:
    """The gap polygons for the map, simplified; regions without a gap are left out."""
    return _gap_drawing(district.revision, tuple(sorted(kinds)), within_m, datum, district)


@st.cache_resource(max_entries=KEEP, show_spinner=False)
def _gap_drawing(
    revision: str, kinds: tuple[str, ...], within_m: float, datum: Datum, _district: District
) -> list[str]:
    simple = shapely.simplify(_uncovered(revision, kinds, within_m, None, _district).gaps, GAP_DETAIL_M)
    return to_geojson(simple[~shapely.is_empty(simple)], _district.plane, datum)
