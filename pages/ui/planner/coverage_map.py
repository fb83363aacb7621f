"""The map of a planner's question: regions or cells shaded, gaps hatched, what is doubtful apart."""

from __future__ import annotations

from typing import Literal

import folium
import numpy as np
import shapely
from branca.element import MacroElement

from geo.datum import Datum
from geo.district import District
from geo.i18n import Language
from geo.layers import areas, legend
from geo.layers.base import Focus
from geo.layers.geojson import GeoJsonLayer, to_geojson
from geo.planner import AT_LEAST, Question
from geo.planner.privacy import cells_withheld
from geo.regions import name_codes
from geo.words import Say, distance, percent
from pages.ui import cached
from pages.ui.map_view import over
from pages.ui.overview_map import Marks, facility_marks, map_notice
from pages.ui.planner import answers
from pages.ui.planner.amounts import amount, distance_or_dash
from pages.ui.planner.answers import Found, Look


def coverage_map(
    district: District, found: Found, look: Look, say: Say, language: Language
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the layers that show ``found`` over it."""
    datum = look.basemap.datum if look.basemap else "wgs84"
    drawing, names = cached.drawing(district, datum), cached.region_names(district, language)
    marks = station_marks(district, found, datum, say, language)
    rows = found.rows.loc[district.demand.codes]
    shaded = "cells" not in look.layers
    whole = found.answer.rows.loc[district.demand.codes, "share"]
    withheld = set(rows.index[rows["share"].isna() & whole.notna()])
    layers: list[MacroElement] = areas.regions(
        rows.index.tolist(),
        drawing.regions,
        rows["share"].tolist(),
        list(names.values()),
        [_region_lines(row, found, say) for row in rows.to_dict("records")],
        selected=look.region,
        clear=not shaded,
        withheld=withheld,
    )
    if "gaps" in look.layers:
        layers.append(areas.gaps(_drawn(district, found, "gaps", datum)))
        layers.append(areas.doubtful(_drawn(district, found, "doubtful", datum)))
    counts = shown_counts(found)
    if not shaded:
        layers.append(cell_layer(district, found, counts, datum, say))
    if "names" in look.layers:
        layers.append(areas.names(drawing.centres, list(names.values()), selected=names.get(look.region, "")))
    if "positions" in look.layers:
        layers.append(GeoJsonLayer(marks.positions, "points"))
    if "facilities" in look.layers:
        layers.append(GeoJsonLayer(marks.facilities, "points"))
    legend_rows = list(marks.legend) if "facilities" in look.layers else []
    legend_rows += _legend_rows(found, look, counts, shaded, bool(whole.isna().any()), bool(withheld), say)
    measure = _shading(found.question, say) if shaded and rows["share"].notna().any() else ""
    layers.append(
        legend.Legend(
            say("legend.title"),
            tuple(legend_rows),
            measure=measure if shaded else cell_words(found, say),
            low=say("legend.low"),
            high=say("legend.high"),
            steps=() if shaded else legend.classes(counts.tolist()),
            notice=map_notice(district, say, language),
            corner=drawing.free_corner,
        )
    )
    layers.append(Focus(region_bounds(district, look.region, drawing, datum)))
    return over(district, drawing, look.basemap, layers)


def station_marks(district: District, found: Found, datum: Datum, say: Say, language: Language) -> Marks:
    """The marks of facilities and positions; those of the kinds asked about that are not open then are faint."""
    kinds, at = found.question.kinds, found.answer.at

    def make() -> Marks:
        rows = found.answer.measured.sites.rows
        open_ = None if at is None else set(district.facilities["id"].iloc[rows[rows >= 0]])
        return facility_marks(district, kinds, datum, say, language, open_=open_)

    return cached.once(("marks", district.revision, kinds, datum, language, at), make)


def region_bounds(
    district: District, code: str, drawing: cached.Drawing, datum: Datum
) -> tuple[float, float, float, float]:
    """West, south, east, north of a region as drawn; of the district where ``code`` is none."""
    codes = district.demand.codes.tolist()
    if code not in codes:
        return drawing.bounds

    def make() -> tuple[float, float, float, float]:
        west, south, east, north = shapely.bounds(shapely.from_geojson(drawing.regions[codes.index(code)])).tolist()
        return (west, south, east, north)

    return cached.once(("region_bounds", district.revision, code, datum), make)


def shown_counts(found: Found) -> np.ndarray:
    """What each cell is shaded by: the demand unserved; NaN where the reader may not know it."""
    if found.staff:
        return found.cells.weight_unserved
    return np.where(cells_withheld(found.cells)[1], np.nan, found.cells.weight_unserved)


def _drawn(district: District, found: Found, which: Literal["gaps", "doubtful"], datum: Datum) -> list[str]:
    question = found.question
    if which == "gaps" and found.answer.at is None:
        return cached.gap_drawing(district, question.kinds, question.reach.within_m, datum)
    key = ("drawn", which, district.revision, question.kinds, found.answer.at, question.reach, datum)

    def make() -> list[str]:
        simple = shapely.simplify(getattr(found.uncovered, which), cached.GAP_DETAIL_M)
        return to_geojson(simple[~shapely.is_empty(simple)], district.plane, datum)

    return cached.once(key, make)


def cell_layer(district: District, found: Found, counts: np.ndarray, datum: Datum, say: Say) -> GeoJsonLayer:
    """The demand unserved, in square cells (``counts``: ``shown_counts``)."""
    cells, measure = found.cells, found.question.who.measure
    key = (district.revision, found.question, found.answer.at, cells.size_m, found.new)
    drawn = answers.cell_drawing(district, cells, key, datum)
    codes = name_codes(district.region_index.locate(cells.x, cells.y), district.demand.codes)
    titles = [
        say("blind.cell", amount=amount(count, measure, say)) if count == count else say("blind.cell_few", few=AT_LEAST)
        for count in counts.tolist()
    ]
    wholes = cells.weight_all.tolist()
    lines = [[say("blind.cell_whole", amount=amount(whole, measure, say))] if found.staff else [] for whole in wholes]
    seen = np.flatnonzero(counts != 0)  # NaN too; what is served is not drawn
    columns = (drawn, counts.tolist(), codes.tolist(), titles, lines)
    return areas.cells(*([column[row] for row in seen] for column in columns))


def _region_lines(row: dict[str, float], found: Found, say: Say) -> list[str]:
    measure = found.question.who.measure
    return [
        f"{_shading(found.question, say)} {percent(row['share'], say)}",
        say(
            "blind.tip",
            **{name: amount(row[name], measure, say) for name in ("served", "unserved", "unknown")},
        ),
        say("blind.tip_median", median=distance_or_dash(row["median_m"], say)),
    ]


def _shading(question: Question, say: Say) -> str:
    return say(f"blind.shading_{question.lens}", measure=say(f"blind.measure_{question.who.measure}"))


def _legend_rows(
    found: Found, look: Look, counts: np.ndarray, shaded: bool, no_data: bool, withheld: bool, say: Say
) -> list[legend.Row]:
    rows = []
    if found.answer.at is not None and "facilities" in look.layers:
        rows.append(legend.Row(say("blind.legend_shut"), mark="rest_station-shut"))
    if "gaps" in look.layers:
        reach = distance(found.question.reach.within_m, say)
        rows.append(legend.Row(say("legend.gap", reach=reach), swatch=legend.GAP_SWATCH))
        if found.uncovered.areas["doubtful_area_km2"].sum() > 0:
            rows.append(legend.Row(say("blind.legend_doubtful", reach=reach), swatch=legend.DOUBTFUL_SWATCH))
    if np.isnan(counts).any() if not shaded else withheld:
        words = say("blind.cell_few" if not shaded else "blind.withheld", few=AT_LEAST)
        rows.append(legend.Row(words, swatch=legend.WITHHELD_SWATCH))
    if no_data:
        rows.append(legend.Row(say("legend.no_data"), swatch=legend.NO_DATA_SWATCH))
    return rows


def cell_words(found: Found, say: Say) -> str:
    """What the shades of the cells show."""
    unit = say(f"blind.unit_{found.question.who.measure}")
    return say("blind.legend_cells", size=distance(found.cells.size_m, say), unit=unit)
