"""What a planner's question comes to, as layers: coverage by region, gaps, cells, and each enterprise's own distances.

Those who have not signed in get no number of 1 to 4 enterprises, nor one that gives such a number away.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.coverage import COUNTED, LENSES, NO_REGION, STATUSES, TOTAL
from geo.demand import MEASURES, UNIONS
from geo.district import District
from geo.enterprises import GROUPS, counted
from geo.errors import ParameterError
from geo.export.layer import (
    BOUNDARY,
    BOUNDARY_NAMES,
    DECIMALS,
    NAMED,
    NAMES,
    PROVENANCE_DATUM,
    REGION,
    Asked,
    Layer,
)
from geo.facilities import KINDS
from geo.i18n import translate
from geo.planner.cells import SIZES_M, cells, shapes
from geo.planner.coverage import Answer, answer, measure, moment, sites_at, uncovered
from geo.planner.outcome import NEW, outcome
from geo.planner.privacy import PUBLIC_CELL_M, cells_withheld, public_rows
from geo.planner.question import REACH_UNITS, Question
from geo.regions import name_codes
from geo.schema import PROVENANCE, Column

GAP_GRID = 1e-7
"""Degrees (about 1 cm) that the corners of a computed area are rounded to."""
METRES = 2
"""Decimals of metres."""
WEEKDAYS = tuple(str(number) for number in range(7))

LENS = Column("lens", "choice", choices=LENSES)
SERVICE = (Column("kinds", "choices", choices=KINDS), Column("within_m", "number"))
WHEN = (Column("weekday", "choice", choices=WEEKDAYS), Column("hour", "integer"))
REACH = (Column("reach", "number"), Column("reach_unit", "choice", choices=REACH_UNITS))
WHO = (
    Column("measure", "choice", choices=MEASURES),
    Column("union", "choice", choices=UNIONS),
    Column("asked_industry"),
    Column("asked_groups", "choices", choices=GROUPS),
)
QUESTION = (LENS, *SERVICE, *REACH, *WHO, *WHEN)
"""Every part of a question, for each row to say what it answers."""
AREAS = (Column("gap_area_km2", "number"), Column("covered_area_km2", "number"), Column("doubtful_area_km2", "number"))
COUNTS = (
    *(Column(f"{prefix}{name}", "integer") for prefix in ("", "workers_") for name in COUNTED),
    Column("share_unserved", "number"),
    *(Column(name, "integer") for name in ("enterprises", "unionised", "ununionised")),
    Column("unionised_share", "number"),
)
AMOUNTS = (
    *(Column(f"amount_{name}", "number") for name in COUNTED),
    *(Column(name, "number") for name in ("share", "share_second", "median_m", "p90_m")),
)


def asked_at(district: District, asked: Asked) -> datetime | None:
    """The moment that the question is about, from the day it is asked on; None where it is about any time."""
    when = asked.question.when
    if when is None:
        return None
    if asked.at is None:
        raise ParameterError("question.day", field="day", value="")
    return moment(when, asked.at.astimezone(district.calendar.zone).date(), district.calendar)


def found(district: District, asked: Asked) -> Answer:
    """The answer to the question, the plan's new sites not among the facilities."""
    at = asked_at(district, asked)
    return answer(district, asked.question, at, measure(district, sites_at(district, asked.question.kinds, at)))


def rows_for(given: Answer, asked: Asked) -> pd.DataFrame:
    """The answer's rows as the one who asks may see them: NaN where they may not."""
    return given.rows if asked.person.may("staff") else public_rows(given)


def said(question: Question) -> dict[str, Any]:
    """The question as the columns ``QUESTION`` have it."""
    when = question.when
    return {
        "lens": question.lens,
        "kinds": ";".join(question.kinds),
        "within_m": question.reach.within_m,
        "reach": float(question.reach.value),
        "reach_unit": question.reach.unit,
        "measure": question.who.measure,
        "union": question.who.union,
        "asked_industry": ";".join(question.who.industries),
        "asked_groups": ";".join(question.who.groups),
        "weekday": "" if when is None else str(when.weekday),
        "hour": pd.array([when.hour if when else None], dtype="Int64")[0],
    }


def with_names(rows: pd.DataFrame, district: District) -> pd.DataFrame:
    """Rows by code, with the regions' names, boundaries and polygons; the two that are no region have words."""
    named = district.regions.set_index("code")[[*NAMES, *BOUNDARY_NAMES, "geometry"]]
    whole = rows.join(named).rename_axis("code").reset_index()
    for code, key in ((NO_REGION, "table.no_region"), (TOTAL, "table.total")):
        words = {"name": translate(key, "zh"), "name_en": translate(key, "en")}
        whole.loc[whole["code"] == code, list(words)] = list(words.values())
    whole[list(BOUNDARY_NAMES)] = whole[list(BOUNDARY_NAMES)].fillna("")
    return whole


def asking(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The frame with the question in each row."""
    return frame.assign(**said(question)).astype({"hour": "Int64"})


def _coverage(district: District, asked: Asked) -> pd.DataFrame:
    """A row for each region, then those in no region and the whole district."""
    question, given = asked.question, found(district, asked)
    workers = replace(question, who=replace(question.who, measure="workers"))
    by_workers = answer(district, workers, given.at, given.measured)
    rows, their = rows_for(given, asked), rows_for(by_workers, asked)
    columns = {name: rows[f"n_{name}"] for name in COUNTED} | {f"workers_{name}": their[name] for name in COUNTED}
    columns |= {name: rows[name] for name in ("enterprises", "unionised", "ununionised")}
    table = pd.DataFrame(columns, index=rows.index).astype("Int64")
    counts = rows.astype(np.float64)
    table["share_unserved"] = _share(counts["n_unserved"], counts["n_served"] + counts["n_unserved"])
    table["unionised_share"] = _share(counts["unionised"], counts["enterprises"])
    for column in AMOUNTS:
        table[column.name] = rows[column.name.removeprefix("amount_")]
    table = table.join(uncovered(district, given.measured.sites, question.reach.within_m).areas)
    grounds = district.facilities.iloc[given.measured.sites.rows], counted(district.enterprises)
    whole = _areas_said(with_names(table, district).round(DECIMALS))
    return asking(whole, question).assign(**district.follows(*grounds))


def _areas_said(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with no area of -0.0: what is left over of a subtraction."""
    names = [column.name for column in AREAS if column.name in frame]
    return frame.assign(**{name: frame[name] + 0.0 for name in names})


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


def _gaps(district: District, asked: Asked) -> pd.DataFrame:
    """What of each region lies beyond reach; a region without a gap has none drawn."""
    sites = sites_at(district, asked.question.kinds, asked_at(district, asked))
    beyond = uncovered(district, sites, asked.question.reach.within_m)
    degrees = beyond.frame(district).to_crs("EPSG:4326")
    degrees["geometry"] = shapely.set_precision(degrees.geometry.to_numpy(), GAP_GRID)
    degrees["doubtful_area_km2"] = beyond.areas.loc[degrees["code"], "doubtful_area_km2"].to_numpy()
    named = pd.DataFrame(district.regions[["code", *NAMES, *BOUNDARY_NAMES]])
    whole = _areas_said(pd.DataFrame(degrees).round(DECIMALS)).merge(named, on="code")
    return asking(whole, asked.question).assign(**district.follows(district.facilities.iloc[sites.rows]))


def _cells(district: District, asked: Asked) -> pd.DataFrame:
    """The cells that anybody asked about lies in; for the public of one size alone."""
    public = not asked.person.may("staff")
    if asked.size_m is not None and asked.size_m not in SIZES_M:
        choices = ", ".join(map(str, SIZES_M))
        raise ParameterError("planning.choice", field="size", value=asked.size_m, choices=choices)
    if public and asked.size_m not in (None, PUBLIC_CELL_M):
        raise ParameterError("planning.public_cells", field="size", value=asked.size_m, size=PUBLIC_CELL_M)
    given = found(district, asked)
    squares = cells(given, PUBLIC_CELL_M if public else asked.size_m)
    region = name_codes(district.region_index.locate(squares.x, squares.y), district.demand.codes)
    names = [f"c{squares.size_m}.{column}.{row}" for column, row in zip(squares.column, squares.row, strict=True)]
    frame = pd.DataFrame(
        {
            "id": np.array(names, dtype=object),
            "region": region,
            "cell_m": float(squares.size_m),
            "cell_all": squares.count,
            "cell_unserved": squares.count_unserved,
            "amount_all": squares.weight_all,
            "amount_unserved": squares.weight_unserved,
            "amount_unknown": squares.weight_unknown,
        }
    ).astype({"id": str, "region": str, "cell_all": "Int64", "cell_unserved": "Int64"})
    if public:
        few, some = cells_withheld(squares)
        frame.loc[few, ["cell_all", "amount_all"]] = pd.NA
        frame.loc[some, ["cell_unserved", "amount_unserved", "amount_unknown"]] = pd.NA
    degrees = shapely.transform(shapes(squares), lambda at: np.column_stack(district.plane.unproject(*at.T)))
    frame["geometry"] = shapely.set_precision(degrees, GAP_GRID)
    return asking(frame, asked.question).assign(**district.follows(counted(district.enterprises)))


def _access(district: District, asked: Asked) -> pd.DataFrame:
    """Each enterprise asked about with its own answer: anybody can recount a table from it. Where there is a plan, its
    new sites are among the facilities, and there is said how it was before.
    """
    before = given = found(district, asked)
    if asked.plan.sites:
        given = outcome(district, asked.question, given.at, given.measured, asked.plan.sites).after
    rows = np.flatnonzero(given.chosen)
    register = counted(district.enterprises).iloc[rows].reset_index(drop=True)
    sites, near = given.measured.sites, given.measured.nearest
    ids = district.facilities["id"].to_numpy(dtype=object)[sites.rows]
    ids[sites.rows == NEW] = [site.id for site in asked.plan.sites]
    ids, statuses = np.append(ids, ""), np.array(STATUSES, dtype=object)
    frame = register[["id", "name", "region", "lon", "lat", *(column.name for column in PROVENANCE)]]
    return asking(
        frame.assign(
            amount=given.weight[rows],
            status=statuses[given.status[rows]],
            nearest_id=ids[near.site[rows, 0]],
            nearest_m=near.metres[rows, 0].round(METRES),
            second_id=ids[near.site[rows, 1]],
            second_m=near.metres[rows, 1].round(METRES),
            doubtful_m=given.measured.doubtful_m[rows].round(METRES),
            before_status=statuses[before.status[rows]] if asked.plan.sites else "",
            before_nearest_m=before.measured.nearest.metres[rows, 0].round(METRES) if asked.plan.sites else np.nan,
        ),
        asked.question,
    ).astype({"status": str, "nearest_id": str, "second_id": str, "before_status": str})


COVERAGE = Layer(
    "coverage",
    (*NAMED, LENS, *SERVICE, *COUNTS, *AREAS, *AMOUNTS, *REACH, *WHO, *WHEN, *BOUNDARY, *PROVENANCE_DATUM),
    _coverage,
    "MultiPolygon",
    parts=("question",),
)
GAPS = Layer(
    "gaps",
    (*NAMED, *SERVICE, *AREAS, *REACH, *WHEN, *BOUNDARY, *PROVENANCE_DATUM),
    _gaps,
    "MultiPolygon",
    parts=("question",),
)
CELLS = Layer(
    "cells",
    (
        Column("id"),
        *REGION,
        Column("cell_m", "number"),
        Column("cell_all", "integer"),
        Column("cell_unserved", "integer"),
        *(Column(f"amount_{name}", "number") for name in ("all", "unserved", "unknown")),
        *QUESTION,
        *PROVENANCE_DATUM,
    ),
    _cells,
    "MultiPolygon",
    parts=("question", "size"),
    on_map=False,
)
ACCESS = Layer(
    "access",
    (
        Column("id"),
        Column("name"),
        *REGION,
        Column("lon", "number"),
        Column("lat", "number"),
        Column("amount", "number"),
        Column("status", "choice", choices=STATUSES),
        Column("nearest_id"),
        Column("nearest_m", "number"),
        Column("second_id"),
        Column("second_m", "number"),
        Column("doubtful_m", "number"),
        Column("before_status", "choice", choices=STATUSES),
        Column("before_nearest_m", "number"),
        *QUESTION,
        *PROVENANCE_DATUM,
    ),
    _access,
    "Point",
    role="staff",
    parts=("question", "plan"),
    on_map=False,
)
