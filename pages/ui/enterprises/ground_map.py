"""The map of what is asked for: one mark for each while they are few, gathered where they are many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import folium
import numpy as np
import pandas as pd
import streamlit as st
from branca.element import MacroElement

from geo.coverage import SERVED, UNSERVED
from geo.datum import Datum, convert
from geo.district import District
from geo.enterprises import usable_location
from geo.i18n import Language
from geo.layers import areas, enterprises, legend, points, teams
from geo.layers.base import Basemap, Focus
from geo.layers.enterprises import Dot
from geo.layers.geojson import GeoJsonLayer
from geo.regions import name_codes
from geo.storage.register import Register, Wanted
from geo.words import Say, distance
from pages.ui import cached, state
from pages.ui.enterprises.work import open_one, tally
from pages.ui.map_view import over
from pages.ui.overview_map import map_notice

POINTS_AT_MOST = 20_000
"""Beyond, how many are in each region is all that is drawn."""
NEAR_DEGREES = 0.02
"""How far around the one that is open the map shows."""


def enterprise_map(
    district: District,
    register: Register,
    wanted: Wanted,
    opened: Mapping[str, object],
    basemap: Basemap | None,
    say: Say,
    language: Language,
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, the regions, those wanted over them. ``opened``: the row of the one that is open."""
    datum: Datum = basemap.datum if basemap else "wgs84"
    drawing = cached.drawing(district, datum)
    names = cached.region_names(district, language)
    chosen = wanted.regions[0] if len(wanted.regions) == 1 else ""
    grounds = [
        teams.Ground(code, geometry, 0, name, ())
        for (code, name), geometry in zip(names.items(), drawing.regions, strict=True)
    ]
    layers: list[MacroElement] = [*teams.grounds(grounds, selected=chosen)]
    total = int(tally(district, register, wanted, "union_status")["count"].sum())
    drawn, rows = _drawn(district, register, wanted, total, str(opened.get("id", "")), datum, drawing, say)
    layers += drawn
    layers.append(areas.names(drawing.centres, list(names.values()), selected=names.get(chosen, "")))
    if focus := _focus(district, opened, datum):
        layers.append(focus)
    notice = map_notice(district, say, language)
    corner = drawing.free_corner
    layers.append(legend.Legend(say("legend.title"), tuple(rows), measure="", notice=notice, corner=corner))
    return over(district, drawing, basemap, layers)


def picked(feature: Mapping[str, Any]) -> None:
    """An enterprise that was clicked opens; in the list a region becomes the one asked for, or no longer."""
    if id_ := str(feature.get("id") or ""):
        open_one(id_)
    elif not st.query_params.get("id") and (code := str(feature.get("position") or feature.get("code") or "")):
        state.put("p", "")
        state.pick_region(code)


def _drawn(
    district: District,
    register: Register,
    wanted: Wanted,
    total: int,
    opened: str,
    datum: Datum,
    drawing: cached.Drawing,
    say: Say,
) -> tuple[list[GeoJsonLayer], list[legend.Row]]:
    """The layers, and what the legend says of them."""
    if total > POINTS_AT_MOST:
        return [_by_region(register, wanted, drawing, district, say)], [
            legend.Row(say("founding.mark_regions"), mark="enterprises")
        ]
    found = register.points(wanted, POINTS_AT_MOST)
    known = usable_location(found["lon"], found["lat"], district.regions.total_bounds) if len(found) else []
    found = found[known] if len(found) else found
    if len(found) <= points.MARKS_AT_MOST:
        return [enterprises.dots(_dots(found, datum, say), selected=opened)], _dot_rows(found, say)
    x, y = district.plane.project(found["lon"].to_numpy(np.float64), found["lat"].to_numpy(np.float64))
    status = np.where(found["union_status"] == "established", SERVED, UNSERVED).astype(np.int8)
    cells = points.gather(x, y, status, private=False)
    lon, lat = convert(*district.plane.unproject(cells.x, cells.y), "wgs84", datum)
    codes = name_codes(district.region_index.locate(cells.x, cells.y), district.regions["code"])
    titles = [_cell(count, without, say) for count, without in zip(cells.count, cells.unserved, strict=True)]
    rows = [legend.Row(say("founding.mark_cells", size=distance(cells.size_m, say)), mark="enterprises")]
    one = found[found["id"] == opened]
    layers = [points.enterprises(cells, lon, lat, codes.tolist(), titles)]
    return [*layers, enterprises.dots(_dots(one, datum, say), selected=opened)], rows


def _by_region(
    register: Register, wanted: Wanted, drawing: cached.Drawing, district: District, say: Say
) -> GeoJsonLayer:
    """A circle for each region."""
    found = tally(district, register, wanted, "region", "union_status")
    has = found["union_status"] == "established"
    counts = found.groupby("region")["count"].sum()
    without = found[~has].groupby("region")["count"].sum()
    codes = district.regions["code"].tolist()
    every, short = (part.reindex(codes).fillna(0).astype("int64").to_numpy() for part in (counts, without))
    lon, lat = (np.array(axis) for axis in zip(*drawing.centres, strict=True))
    some = every > 0
    cells = points.Cells(0, lon[some], lat[some], every[some], short[some])
    titles = [_cell(count, unserved, say) for count, unserved in zip(cells.count, cells.unserved, strict=True)]
    return points.enterprises(cells, lon[some], lat[some], np.array(codes)[some].tolist(), titles)


def _cell(count: int, without: int, say: Say) -> str:
    return say("founding.cell", count=f"{count:,}", without=f"{without:,}")


def _dots(found: pd.DataFrame, datum: Datum, say: Say) -> list[Dot]:
    lon, lat = convert(found["lon"].to_numpy(np.float64), found["lat"].to_numpy(np.float64), "wgs84", datum)
    return [
        Dot(row["id"], x, y, row["union_status"], row["name"], (_line(row, say),))
        for row, x, y in zip(found.to_dict("records"), lon.tolist(), lat.tolist(), strict=True)
    ]


def _line(row: Mapping[object, object], say: Say) -> str:
    return " · ".join((say(f"union_status.{row['union_status']}"), say(f"standing.{row['standing']}")))


def _dot_rows(found: pd.DataFrame, say: Say) -> list[legend.Row]:
    there = {enterprises.look_of(status) for status in found["union_status"]}
    return [enterprises.row(look, say(f"founding.look_{look}")) for look in enterprises.LOOKS if look in there]


def _focus(district: District, opened: Mapping[str, object], datum: Datum) -> Focus | None:
    """The surroundings of the one that is open, where its place is known."""
    lon, lat = (opened.get(name) for name in ("lon", "lat"))
    if not isinstance(lon, float) or not isinstance(lat, float):
        return None
    if not usable_location(lon, lat, district.regions.total_bounds).all():
        return None
    x, y = convert([lon], [lat], "wgs84", datum)
    west, south = float(x[0]) - NEAR_DEGREES, float(y[0]) - NEAR_DEGREES
    return Focus((west, south, west + 2 * NEAR_DEGREES, south + 2 * NEAR_DEGREES))
