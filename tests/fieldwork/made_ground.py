"""The tiny world with positions, enterprises and a campaign of a test's own; places in kilometres from its corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.demand import Demand
from geo.district import WGS84, District
from geo.fieldwork.campaign import Campaign, Team

WEST, SOUTH = 430_000.0, 4_380_000.0
AT = datetime(2025, 10, 1, tzinfo=UTC)
WHERE = {"P1": "1", "P2": "1", "P3": "2"}
"""The plan that is published where a test needs one."""
REGIONS = ("110199001000", "110199002000", "110199003000")
JIA, YI, BING = REGIONS


def positions(district: District, rows: Sequence[dict[str, Any]]) -> District:
    """The district with these positions: id, name, kind, region (declared, unless ``region_by`` is said), at (east,
    north), precision_m, location_standing.
    """
    at = np.array([row.get("at", (np.nan, np.nan)) for row in rows], dtype=float).reshape(-1, 2)
    lon, lat = district.plane.unproject(WEST + 1000 * at[:, 0], SOUTH + 1000 * at[:, 1])
    frame = pd.DataFrame(
        {
            "id": [row["id"] for row in rows],
            "name": [row.get("name", row["id"]) for row in rows],
            "name_en": [row.get("name_en", "") for row in rows],
            "kind": [row.get("kind", "region") for row in rows],
            "region": [row.get("region", "") for row in rows],
            "region_by": [row.get("region_by", "declared" if row.get("region") else "") for row in rows],
            "precision_m": [row.get("precision_m", np.nan) for row in rows],
            "location_standing": [row.get("location_standing", "imported") for row in rows],
            "lon": lon,
            "lat": lat,
        }
    )
    made = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs=WGS84)
    return replace(district, positions=made)


def three_regions(district: District) -> District:
    """甲 乙 丙 in a row, each a position with a point in its middle."""
    names = ("甲镇", "乙街道", "丙镇")
    return positions(
        district,
        [
            {"id": f"P{i + 1}", "name": names[i], "name_en": "ABC"[i], "region": REGIONS[i], "at": (10 * i + 5, 5)}
            for i in range(3)
        ],
    )


def enterprises(district: District, rows: Sequence[dict[str, Any]]) -> District:
    """The district with these enterprises: at, region (index, -1 none), workers, unionised."""
    at = np.array([row.get("at", (np.nan, np.nan)) for row in rows], dtype=float).reshape(-1, 2)
    demand = Demand.bare(
        x=WEST + 1000 * at[:, 0],
        y=SOUTH + 1000 * at[:, 1],
        region=np.array([row.get("region", -1) for row in rows], dtype=np.int16),
        codes=district.demand.codes,
        workers=[row.get("workers", np.nan) for row in rows],
        unionised=np.array([row.get("unionised", False) for row in rows], dtype=bool),
    )
    return replace(district, demand=demand)


def campaign(ids: Sequence[str], teams: int = 2, base: tuple[float, float] | None = None, **more: Any) -> Campaign:
    """A campaign of these positions; teams "1", "2" … called 一组, 二组 …"""
    made = tuple(Team(str(i), f"{'一二三四五六七'[i - 1]}组", f"Team {i}") for i in range(1, teams + 1))
    return Campaign("c", "蹲点", positions=tuple(ids), teams=made, base=base, base_name="出发点", **more)


def base_at(district: District, east_km: float, north_km: float) -> tuple[float, float]:
    lon, lat = district.plane.unproject([WEST + 1000 * east_km], [SOUTH + 1000 * north_km])
    return float(lon[0]), float(lat[0])
