"""The tiny world with people and stations of a test's own: on a line, metres east of its middle, 5 km north."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.demand import Demand
from geo.district import WGS84, District
from geo.enterprises import GROUPS
from geo.planner.coverage import Sites

X0, Y0 = 435_000.0, 4_385_000.0
ALWAYS, OFFICE, NIGHT = "24/7", "Mo-Fr 08:00-18:00", "22:00-06:00"


def people(rows: Sequence[dict[str, Any]], codes: Sequence[str]) -> Demand:
    """Enterprises by ``east`` (metres, None: no usable location), region, workers, members, union, industry, groups."""
    n = len(rows)

    def column(name: str, default: Any) -> list[Any]:
        return [row.get(name, default) for row in rows]

    east = np.array([np.nan if metres is None else metres for metres in column("east", 0)], dtype=float)
    industries = sorted({text for text in column("industry", "") if text})
    return Demand(
        id=np.array([row.get("id", f"E{number:03}") for number, row in enumerate(rows)], dtype=object),
        x=X0 + east,
        y=np.where(np.isnan(east), np.nan, Y0),
        region=np.array(column("region", 0), dtype=np.int16).reshape(n),
        workers=np.array(column("workers", np.nan), dtype=float),
        unionised=np.array(column("union", True), dtype=bool),
        codes=np.array(codes, dtype=object),
        members=np.array(column("members", np.nan), dtype=float),
        industry=np.array([industries.index(text) if text else -1 for text in column("industry", "")], dtype=np.int32),
        industries=np.array(industries, dtype=object),
        groups=np.array(
            [sum(1 << GROUPS.index(group) for group in some) for some in column("groups", ())], dtype=np.uint8
        ),
    )


def stations(rows: Sequence[tuple[str, float, str]], district: District, kind: str = "rest_station") -> District:
    """The district with these facilities and no others: id, metres east, opening hours."""
    lon, lat = district.plane.unproject(X0 + np.array([east for _, east, _ in rows]), np.full(len(rows), Y0))
    frame = pd.DataFrame(
        {
            "id": [name for name, _, _ in rows],
            "kind": kind,
            "name": [f"{name}站" for name, _, _ in rows],
            "state": "open",
            "opening_hours": [hours for _, _, hours in rows],
            "standing": "imported",
            "source": "test",
            "lon": lon,
            "lat": lat,
        }
    ).astype({"lon": float, "lat": float})
    placed = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs=WGS84)
    return replace(district, facilities=placed.sort_values("id", ignore_index=True))


def sites(east: Sequence[float], sure: Sequence[bool] | None = None) -> Sites:
    """Sites on the line to the metre, which degrees would not keep."""
    n = len(east)
    return Sites(
        rows=np.arange(n),
        x=X0 + np.array(east, dtype=float),
        y=np.full(n, Y0),
        sure=np.ones(n, dtype=bool) if sure is None else np.array(sure, dtype=bool),
    )
