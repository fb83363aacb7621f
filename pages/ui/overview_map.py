"""The map of a coverage view: its layers, their words, its legend."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
from branca.element import MacroElement

from geo.datum import Datum, convert
from geo.district import District
from geo.facilities import SERVING_STATES
from geo.hours.words import posted
from geo.i18n import Language
from geo.layers import areas, legend, points
from geo.layers.base import Basemap
from geo.layers.geojson import GeoJsonLayer
from geo.measures import in_lens
from geo.regions import name_codes
from geo.words import Say, distance, local_name, percent, square_km
from pages.ui import cached
from pages.ui.map_view import over
from pages.ui.programme_map import programme_marks
from pages.ui.state import View

ABOVE = {"position": 200, "not_serving": 100, "synthetic": 500, "real": 1000}
"""Which mark lies over which: the real over the invented, what serves over what does not."""


def overview_map(
    district: District, view: View, answer: cached.Answer, basemap: Basemap | None, say: Say, language: Language
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the layers that show ``answer`` over it."""
    drawing = cached.drawing(district, basemap.datum if basemap else "wgs84")
    key = (district.revision, view.kinds, drawing.datum, language)
    seen = cached.once(("marks", *key), lambda: facility_marks(district, view.kinds, drawing.datum, say, language))
    label_of = cached.region_names(district, language)
    rows = answer.rows.loc[district.demand.codes]
    chosen = set(view.layers)

    layers: list[MacroElement] = areas.regions(
        rows.index.tolist(),
        drawing.regions,
        rows["share"].tolist(),
        list(label_of.values()),
        [_region_lines(row, view, say) for row in rows.to_dict("records")],
        selected=view.region,
    )
    if "gaps" in chosen:
        layers.append(areas.gaps(cached.gap_drawing(district, view.kinds, view.within_m, drawing.datum)))
    cell_m = None
    if "enterprises" in chosen and len(district.demand.id):
        layer, cell_m = _enterprises(district, view, answer, drawing, say)
        layers.append(layer)
    if "names" in chosen:
        layers.append(areas.names(drawing.centres, list(label_of.values()), selected=label_of.get(view.region, "")))
    if "positions" in chosen:
        layers.append(GeoJsonLayer(seen.positions, "points"))
    if "facilities" in chosen:
        layers.append(GeoJsonLayer(seen.facilities, "points"))
    brought: list[legend.Row] = []
    if "programmes" in chosen:
        workspace = cached.workspace()
        key = ("programmes", district.revision, workspace.entries_state(), drawing.datum, language)
        marks, brought = cached.once(
            key, lambda: programme_marks(district, workspace.entries(), drawing.datum, say, language)
        )
        layers.append(GeoJsonLayer(marks, "points"))
    no_data = rows["share"].isna()
    layers.append(_legend(district, view, seen, no_data, cell_m, brought, drawing.free_corner, say, language))
    return over(district, drawing, basemap, layers)


@dataclass(frozen=True)
class Marks:
    """What does not change with reach or lens: positions and facilities as features, and the legend's rows of them."""

    positions: str
    facilities: str
    legend: tuple[legend.Row, ...]


def facility_marks(
    district: District,
    kinds: Sequence[str],
    datum: Datum,
    say: Say,
    language: Language,
    *,
    open_: Collection[str] | None = None,
) -> Marks:
    """The marks of all positions, of the facilities of the kinds chosen, and of every real one besides. ``open_``: ids
    of those that count at the moment asked about; the others of the kinds are faint. None: no moment was asked about.
    """
    facilities = district.facilities
    real = facilities["standing"] != "synthetic"
    invented = facilities[facilities["kind"].isin(kinds) & ~real]
    regional = district.positions["kind"] == "region"
    shut = set() if open_ is None else set(facilities["id"][facilities["kind"].isin(kinds)]) - set(open_)
    # What is real, and the positions that are no regions, must not hide one another.
    known = [_facility(*at, say, language, shut) for at in _placed(facilities[real], datum)]
    apart = points.side_by_side(
        known + [_position(*at, say, language) for at in _placed(district.positions[~regional], datum)]
    )
    marks = [_facility(*at, say, language, shut) for at in _placed(invented, datum)] + apart[: len(known)]
    positions = [_position(*at, say, language) for at in _placed(district.positions[regional], datum)] + apart[
        len(known) :
    ]
    return Marks(
        positions=",".join(points.marks(positions)),
        facilities=",".join(points.marks(marks)),
        legend=facility_rows(pd.concat([facilities[real], invented]), kinds, say),
    )


def facility_rows(facilities: pd.DataFrame, kinds: Sequence[str], say: Say) -> tuple[legend.Row, ...]:
    """A row of the legend for each mark that the facilities have; ``kinds``: those that are counted."""
    looks: dict[str, list[dict[str, Any]]] = {}
    for record in facilities[["kind", "standing", "state"]].drop_duplicates().to_dict("records"):
        looks.setdefault(points.sprite(record), []).append(record)
    return tuple(_legend_row(sprite, looks[sprite], kinds, say) for sprite in sorted(looks))


def _legend_row(sprite: str, records: Sequence[Mapping[str, Any]], kinds: Sequence[str], say: Say) -> legend.Row:
    """The words of one mark: its kind, on what grounds those that have it stand, whether they are counted."""
    kind = records[0]["kind"]
    look = sprite if sprite == "gone" else sprite.removeprefix(kind).removeprefix("-") or "reported"
    grounds = "、".join(say(f"standing.{standing}") for standing in sorted({r["standing"] for r in records}))
    words = say(f"legend.{look}", kind=say(f"kind.{kind}"), standing=grounds)
    if look == "reported" and kind not in kinds:
        words = say("legend.not_chosen", words=words)
    return legend.Row(words, mark=sprite)


def _placed(frame: gpd.GeoDataFrame, datum: Datum) -> list[tuple[dict[str, Any], float, float]]:
    """Records whose place is known, with their longitude and latitude in the map's datum."""
    known = frame[frame["lon"].notna()]
    lon, lat = convert(known["lon"], known["lat"], "wgs84", datum)
    return list(zip(known.drop(columns="geometry").to_dict("records"), lon.tolist(), lat.tolist(), strict=True))


def _region_lines(row: Mapping[str, Any], view: View, say: Say) -> list[str]:
    share = f"{say(f'measure.{view.lens}.{view.measure}.words')} {percent(row['share'], say)}"
    counts = {name: f"{row[name]:,.0f}" for name in row if name not in ("share", "share_unserved", "unionised_share")}
    counted = [say(f"tip.{kind}", **counts) for kind in ("service", "union") if kind in ("union", view.lens)]
    return [share, *counted, say("tip.gap", gap=square_km(row["gap_area_km2"], say))]


def _enterprises(
    district: District, view: View, answer: cached.Answer, drawing: cached.Drawing, say: Say
) -> tuple[GeoJsonLayer, int]:
    """The enterprises of the lens as circles, and how large the cells are that they were gathered in."""
    seen = in_lens(district.demand, view.lens)
    real = bool((district.enterprises["standing"] != "synthetic").any())
    cells = points.gather(district.demand.x[seen], district.demand.y[seen], answer.found.status[seen], private=real)
    lon, lat = convert(*district.plane.unproject(cells.x, cells.y), "wgs84", drawing.datum)
    codes = name_codes(district.region_index.locate(cells.x, cells.y), district.demand.codes)
    titles = [
        say("tip.cell", count=f"{count:,}", unserved=f"{unserved:,}")
        for count, unserved in zip(cells.count, cells.unserved, strict=True)
    ]
    return points.enterprises(cells, lon, lat, codes.tolist(), titles), cells.size_m


def _provenance(record: Mapping[str, Any], say: Say) -> list[str]:
    """On what grounds a mark is there, and how far its place can be trusted."""
    lines = [say("tip.standing", standing=say(f"standing.{record['standing']}"), date=record["as_of"])]
    if record["standing"] != "synthetic" and record["location_standing"] and not pd.isna(record["precision_m"]):
        standing = say(f"standing.{record['location_standing']}")
        lines.append(say("tip.precision", standing=standing, metres=f"{record['precision_m']:,.0f}"))
    return lines


def _position(record: Mapping[str, Any], lon: float, lat: float, say: Say, language: Language) -> points.Mark:
    lines = (say(f"position_kind.{record['kind']}"), *_provenance(record, say))
    sprite, size = ("position-region", 13) if record["kind"] == "region" else ("position", 20)
    return points.Mark(record["id"], lon, lat, sprite, local_name(record, language), lines, size, ABOVE["position"])


def facility_lines(record: Mapping[str, Any], say: Say) -> list[str]:
    """What is known of a facility: kind and state, hours, standing, precision."""
    known = posted(record["opening_hours"], say)
    hours = say("tip.hours", hours=known) if known else say("tip.hours_unknown")
    kind, state = say(f"kind.{record['kind']}"), say(f"state.{record['state']}")
    return [f"{kind} · {state}", hours, *_provenance(record, say)]


def _facility(
    record: Mapping[str, Any], lon: float, lat: float, say: Say, language: Language, shut: Collection[str]
) -> points.Mark:
    rank = "synthetic" if record["standing"] == "synthetic" else "real"
    if record["state"] not in SERVING_STATES:
        rank = "not_serving"
    faint = record["id"] in shut
    return points.Mark(
        record["id"],
        lon,
        lat,
        points.sprite(record),
        local_name(record, language),
        (*facility_lines(record, say), *([say("blind.shut")] if faint else [])),
        size=24 if record["standing"] != "synthetic" else 16,
        order=ABOVE[rank],
        faint=faint,
    )


def _legend(
    district: District,
    view: View,
    seen: Marks,
    no_data: pd.Series,
    cell_m: int | None,
    brought: Sequence[legend.Row],
    corner: str,
    say: Say,
    language: Language,
) -> legend.Legend:
    rows = [*(seen.legend if "facilities" in view.layers else ()), *brought]
    if "positions" in view.layers:
        regional = district.positions["kind"] == "region"
        for which, mark in (
            (district.positions[~regional], "position"),
            (district.positions[regional], "position-region"),
        ):
            grounds = "、".join(say(f"standing.{standing}") for standing in sorted(set(which["standing"])))
            if len(which):
                rows.append(legend.Row(say(f"legend.{mark.replace('-', '_')}", standing=grounds), mark=mark))
    if cell_m is not None:
        words = say("legend.enterprises", size=distance(cell_m, say)) if cell_m else say("legend.enterprises_one")
        rows.append(legend.Row(words, mark="enterprises"))
    if "gaps" in view.layers:
        rows.append(legend.Row(say("legend.gap", reach=distance(view.within_m, say)), swatch=legend.GAP_SWATCH))
    if no_data.any():
        rows.append(legend.Row(say("legend.no_data"), swatch=legend.NO_DATA_SWATCH))
    nothing = bool(no_data.all())
    return legend.Legend(
        say("legend.title"),
        tuple(rows),
        measure="" if nothing else say(f"measure.{view.lens}.{view.measure}.words"),
        low=say("legend.low"),
        high=say("legend.high"),
        notice=map_notice(district, say, language),
        corner=corner,
    )


def map_notice(district: District, say: Say, language: Language) -> str:
    """What every map says of its data: its boundaries, whether anything is invented, as of when."""
    said = (
        district.regions[f"boundary_label_{language}"].iloc[0],
        say("legend.invented") if district.invented else "",
        say("app.as_of", date=district.about["as_of"]),
    )
    return " · ".join(filter(None, said))
