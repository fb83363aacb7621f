"""A version of a campaign's plan as a layer: a row for each position, its ground coloured by team in QGIS."""

from __future__ import annotations

import math
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from geo.campaigns import POSITION_KINDS
from geo.district import District
from geo.enterprises import counted
from geo.errors import ParameterError
from geo.export.layer import BOUNDARY, BOUNDARY_NAMES, NAMES, PROVENANCE_DATUM, Asked, Layer
from geo.fieldwork.told import PARTS, Told, ToldPosition
from geo.schema import STANDINGS, Column

POINTS = 6
"""Decimals of points of workload."""


def _told(asked: Asked) -> Told:
    if asked.assignment is None:
        raise ParameterError("assignment_file.which", field="campaign", value="")
    return asked.assignment


def _rows(district: District, asked: Asked) -> pd.DataFrame:
    """A row for each position, in the campaign's order; the ground of one that is a region is the region's polygon."""
    found = _told(asked)
    return _frame(district, found, found.positions)


def _points(district: District, asked: Asked) -> pd.DataFrame:
    """The positions that are no regions, which lie within some region's ground."""
    found = _told(asked)
    return _frame(district, found, [position for position in found.positions if not is_ground(position)])


def is_ground(position: ToldPosition) -> bool:
    """Whether the position's ground is a whole region."""
    return position.kind == "region" and bool(position.region)


def _frame(district: District, found: Told, positions: Sequence[ToldPosition]) -> pd.DataFrame:
    teams = {team.id: team for team in found.teams}
    zone = ZoneInfo(district.about["time_zone"])
    published_on = found.at.astimezone(zone).date().isoformat() if found.at and found.number else ""
    version = {
        "campaign": found.campaign.id,
        "published": found.number or None,
        "holds_from": found.starts,
        "published_on": published_on,
        "version_note": found.note,
    }
    rows = []
    for one in positions:
        team = teams.get(one.team)
        rows.append(
            {
                "id": one.id,
                "name": one.name,
                "name_en": one.name_en,
                "kind": one.kind,
                "region": one.region,
                "region_code": one.region,
                "ground": one.region if is_ground(one) else "",
                "lon": one.lon,
                "lat": one.lat,
                "location_standing": one.location_standing,
                "precision_m": one.precision_m,
                "position_standing": one.standing,
                "team": one.team,
                "team_number": one.number or None,
                "team_name": team.name if team else "",
                "team_name_en": team.name_en if team else "",
                "lead": team.lead if team else "",
                "departments": ";".join(team.departments) if team else "",
                "load": one.load,
                **{f"points_{part}": one.points[part] for part in PARTS},
                "points_total": total(one),
                **version,
            }
        )
    columns = [column.name for column in COLUMNS if column.name not in (*BOUNDARY_NAMES, "datum", "region_name")]
    names = [name for name in ("region", "ground", *columns) if name not in ("standing", "source", "as_of")]
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys(names)))
    numbers = [column.name for column in COLUMNS if column.kind == "number"]
    frame = frame.astype(dict.fromkeys(numbers, float)).astype({"published": "Int64", "team_number": "Int64"})
    texts = [name for name in frame.columns if name not in (*numbers, "published", "team_number")]
    frame = frame.astype(dict.fromkeys(texts, str)).round({name: POINTS for name in numbers if name not in NAMES})
    return _with_ground(district, frame).assign(**_grounds(district, found))


def total(position: ToldPosition) -> float:
    """The points that the data of today give the position; what is not known gives none. NaN where it is gone."""
    known = [points for points in position.points.values() if not math.isnan(points)]
    return math.fsum(known) if known else math.nan


def _with_ground(district: District, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the boundary that each position's ground has, and its polygon; none where it has none."""
    regions = district.regions.set_index("code")
    bounds = pd.DataFrame(regions[list(BOUNDARY_NAMES)]).reindex(frame["ground"]).fillna("")
    shapes = dict(zip(regions.index, regions.geometry.to_numpy(), strict=True))
    areas = np.array([shapes.get(code) or shapely.Polygon() for code in frame["ground"]] + [None], dtype=object)[:-1]
    return frame.assign(**{name: bounds[name].to_numpy() for name in BOUNDARY_NAMES}, geometry=areas)


def _grounds(district: District, found: Told) -> dict[str, str]:
    """The provenance of the rows: the workload follows from the register and the boundaries."""
    said = district.follows(counted(district.enterprises))
    made_up = found.synthetic or said["standing"] == "synthetic"
    return said | {"standing": "synthetic" if made_up else "inferred"}


COLUMNS = (
    Column("id"),
    *(Column(name) for name in NAMES),
    Column("kind", "choice", choices=POSITION_KINDS),
    Column("region_code"),
    Column("region_name"),
    Column("lon", "number"),
    Column("lat", "number"),
    Column("location_standing", "choice", choices=STANDINGS),
    Column("precision_m", "number"),
    Column("position_standing", "choice", choices=STANDINGS),
    Column("team"),
    Column("team_number", "integer"),
    Column("team_name"),
    Column("team_name_en"),
    Column("lead"),
    Column("departments"),
    Column("load", "number"),
    *(Column(f"points_{part}", "number") for part in (*PARTS, "total")),
    Column("campaign"),
    Column("published", "integer"),
    Column("holds_from", "date"),
    Column("published_on", "date"),
    Column("version_note"),
    *BOUNDARY,
    *PROVENANCE_DATUM,
)
ASSIGNMENT = Layer("assignment", COLUMNS, _rows, "MultiPolygon", role="staff", parts=("assignment",), on_map=False)
ASSIGNMENT_POINTS = Layer(
    "assignment_points", COLUMNS, _points, "Point", role="staff", parts=("assignment",), on_map=False
)
"""A GeoPackage has it beside ``ASSIGNMENT``: a table of areas shows no points."""
