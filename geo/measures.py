"""Measures: the one share by which a map shades its regions and a table sorts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.coverage import LENS_UNION, TOTAL, UNSERVED, Coverage, Lens, farthest
from geo.demand import Demand
from geo.distance import Nearest
from geo.errors import ParameterError

Shade = Literal["enterprises", "workers", "area"]
SHADES: tuple[Shade, ...] = get_args(Shade)
"""What a region can be shaded by."""


def shares(found: Coverage, areas: pd.DataFrame, lens: Lens, measure: Shade) -> pd.Series:
    """The share (0 to 1) of each row of ``found.table``, indexed by code, that is amiss; NaN with nothing to divide.

    Service lens: unserved / (served + unserved) of the unionised, by enterprises or workers; unknown is on neither
    side. Union lens: ununionised / all, by enterprises or workers. ``area``, under either: the region's area beyond
    reach, from ``areas`` (index ``code``; columns gap_area_km2, covered_area_km2); NaN in rows that have no area.
    """
    if measure not in SHADES:
        raise ParameterError("coverage.measure", field="measure", value=measure)
    if measure == "area":
        whole = areas["gap_area_km2"] + areas["covered_area_km2"]
        return (areas["gap_area_km2"] / whole.where(whole > 0)).reindex(found.table["code"])
    table = found.table.set_index("code")
    if lens == "service":
        group = LENS_UNION[lens]
        amiss = table[f"{group}_{measure}_unserved"]
        whole = amiss + table[f"{group}_{measure}_served"]
    else:
        amiss, whole = table[f"ununionised_{measure}_all"], table[f"all_{measure}_all"]
    return amiss / whole.where(whole > 0)


def ranked(share: pd.Series) -> pd.Series:
    """The same shares, largest first; ties by code, then those that are NaN, by code."""
    by_code = share.sort_index()
    known = by_code.dropna().sort_values(ascending=False, kind="stable")
    order: pd.Series = pd.concat([known, by_code[by_code.isna()]])
    return order


@dataclass(frozen=True)
class Headline:
    """What a lens comes to for the whole district: enterprises whose place is known and those of them unserved, the
    workers of the former and the share of them served, and regions where more than half are unserved or ununionised.
    """

    known: int
    unserved: int
    workers_known: float
    workers_share: float
    over_half_unserved: int
    over_half_ununionised: int


def headline(rows: pd.DataFrame, codes: NDArray[np.object_]) -> Headline:
    """The headline of a lens's table (``lens_table``, indexed by code); ``codes`` are its regions. NaN: none known."""
    total, regions = rows.loc[[TOTAL]].iloc[0], rows.loc[pd.Index(codes)]
    workers = float(total["workers_served"] + total["workers_unserved"])
    return Headline(
        known=int(total["served"] + total["unserved"]),
        unserved=int(total["unserved"]),
        workers_known=workers,
        workers_share=float(total["workers_served"]) / workers if workers else float("nan"),
        over_half_unserved=int((regions["share_unserved"] > 0.5).sum()),
        over_half_ununionised=int((regions["unionised_share"] < 0.5).sum()),
    )


def in_lens(demand: Demand, lens: Lens) -> NDArray[np.bool_]:
    """Which enterprises (n,) the lens looks at: those with a union (``service``) or without (``union``)."""
    return demand.unionised if lens == "service" else ~demand.unionised


def worst_served(
    demand: Demand, found: Coverage, nearest: Nearest, lens: Lens, region: int, limit: int
) -> NDArray[np.intp]:
    """Rows of the ``limit`` unserved enterprises of a region that lie farthest from their nearest site.

    Farthest first; where there is no site at all, all are equally far. Ties go to the smaller id.
    """
    asked = in_lens(demand, lens) & (found.status == UNSERVED) & (demand.region == region)
    return farthest(demand, nearest, asked)[:limit]
