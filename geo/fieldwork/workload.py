"""The workload 工作量 of a campaign's positions: what there is to do, as points that the leader's weights share out.

The points of all positions together come to 100, besides the extra ones: each metric that has anything to count shares
out its part of the weights, in proportion to what it counts. So a team's share of the work can be read off as points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.coverage import UNSERVED, sites, statuses
from geo.distance import Floats, nearest_two
from geo.district import District
from geo.enterprises import counted
from geo.facilities import serving
from geo.fieldwork.ground import Ground, ground
from geo.fieldwork.plan import METRICS, Plan

if TYPE_CHECKING:
    from geo.fieldwork.campaign import Campaign

DEFAULTS: Mapping[str, float] = {
    "ununionised": 30.0,
    "workers": 20.0,
    "unserved": 20.0,
    "appeals": 10.0,
    "distance": 10.0,
    "each": 10.0,
}
"""The weights where the leader says nothing."""
EXTRA = "extra"
"""The points that the leader gives a position besides, as a column."""
REACH_M = 1_000.0
"""Who has no rest station within this is unserved."""
CATCHMENT_M = 1_000.0
"""Enterprises within this of a position that is no region are its own, and not its region's. Assumed."""
POINTS = 100.0
"""What the weights share out."""

Note = tuple[str, dict[str, object]]
"""A message's key, under ``workload``, and what fills it; ``positions`` is a tuple of ids for the teller to name."""


@dataclass(frozen=True, eq=False)
class Counts:
    """What there is to do, whatever the weights.

    ``values``: a row per position (index ids, in the campaign's order), columns ``METRICS``: enterprises without a
    union; workers stated; those of them with no rest station within ``REACH_M``, where the place is known; open
    appeals; kilometres from where the teams set out; 1. NaN where unknown. ``notes``: what was not counted, and why.
    """

    values: pd.DataFrame
    synthetic: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class Workload:
    """The points of each position, of ``Counts`` and the weights.

    ``ids`` (n,): the campaign's positions in its order. ``values``: those of ``Counts``. ``points``: same rows,
    columns ``METRICS`` and ``EXTRA``; ``total`` (n,) is the sum of each row, never below 0: extra points take no more
    than there is. ``counted``: the metrics that had anything to count and a weight.
    """

    ids: tuple[str, ...]
    values: pd.DataFrame
    points: pd.DataFrame
    total: Floats
    counted: tuple[str, ...]
    synthetic: bool
    notes: tuple[Note, ...]


def workload(district: District, campaign: Campaign, plan: Plan, entries: pd.DataFrame | None = None) -> Workload:
    """The workload of the campaign's positions under the plan's weights and extra points; ``entries`` as ``counts``."""
    land = ground(district, campaign.positions)
    return weigh(counts(district, campaign, land, entries), plan)


def weigh(found: Counts, plan: Plan) -> Workload:
    """The points that the plan's weights make of what there is to do. Unknown makes no points."""
    values = found.values[list(METRICS)].fillna(0.0)
    sums = values.sum()
    weights = {name: plan.weights.get(name, DEFAULTS[name]) for name in METRICS}
    used = tuple(name for name in METRICS if sums[name] > 0 and weights[name] > 0)
    whole = sum(weights[name] for name in used)
    points = pd.DataFrame(0.0, index=values.index, columns=[*METRICS, EXTRA])
    for name in used:
        points[name] = values[name] / sums[name] * (weights[name] / whole * POINTS)
    own = points.sum(axis=1)
    asked = pd.Series(plan.extra, dtype=np.float64).reindex(values.index).fillna(0.0)
    points[EXTRA] = np.maximum(asked, -own)
    total = np.maximum(points.sum(axis=1).to_numpy(np.float64), 0.0)  # rounding alone can be below
    ids = tuple(str(one) for one in values.index)
    less = tuple(one for one, below in zip(ids, asked < -own, strict=True) if below)
    taken: tuple[Note, ...] = (("workload.less", {"positions": less}),) if less else ()
    return Workload(ids, found.values, points, total, used, found.synthetic, (*found.notes, *taken))


def counts(district: District, campaign: Campaign, land: Ground, entries: pd.DataFrame | None = None) -> Counts:
    """What there is to do at each position of ``land``, the campaign's. ``entries`` is the ledger
    (``Workspace.entries``); without it nobody knows of appeals.

    An enterprise counts once: for the nearest position that is no region and within ``CATCHMENT_M`` (ties: the smaller
    id), if there is one whose place is known as precisely as that; else for the position that is its region (of two
    the smaller id); else nowhere. A position that is no region and whose place is less precise has unknown counts:
    which enterprises are about it cannot be told, and they stay with their region.

    An appeal that is not closed, of whichever campaign, counts for the position that its entry names, else for the one
    that is its region, else nowhere.
    """
    demand = district.demand
    stations = serving(district.facilities, ["rest_station"])
    owner, unsure = _owners(district, land)
    near = nearest_two(demand.x, demand.y, *sites(stations, district.plane)).metres[:, 0]
    appeals, lost, made_up = _appeals(district, land, entries)
    workers = np.nan_to_num(demand.workers)
    unserved = statuses(demand.placed, near, REACH_M, near) == UNSERVED
    values = pd.DataFrame(
        {
            "ununionised": _add_up(owner, ~demand.unionised, len(land.ids)),
            "workers": _add_up(owner, workers, len(land.ids)),
            "unserved": _add_up(owner, workers * unserved, len(land.ids)),
            "appeals": appeals,
            "distance": _kilometres(district, campaign, land),
            "each": 1.0,
        },
        index=pd.Index(land.ids, name="position"),
    )
    # Without a register nobody knows, which is not none.
    values.loc[unsure | (len(owner) == 0), ["ununionised", "workers", "unserved"]] = np.nan
    gone = np.isin(land.ids, land.missing)
    values.loc[gone, "ununionised":"distance"] = np.nan
    said = [frame["standing"] for frame in (counted(district.enterprises), stations)]
    synthetic = made_up or any(bool((standing == "synthetic").any()) for standing in said)
    notes: list[Note] = [("workload.no_appeals", {})] if entries is None else []
    notes += [("workload.appeals_elsewhere", {"count": lost})] if lost else []
    return Counts(values, synthetic, (*notes, *_notes(district, campaign, land, owner, unsure)))


def _owners(district: District, land: Ground) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The position (m,) that each enterprise of the demand counts for, -1 none; and which positions (n,), no regions,
    are not known precisely enough to tell.
    """
    demand = district.demand
    order = np.argsort(np.array(land.ids, dtype=object), kind="stable")
    by = np.array(land.region_by, dtype=object)
    owner = _of_regions(land, len(demand.codes))[demand.region]
    points = (by != "region") & ~np.isin(land.ids, land.missing)
    precise = points & _precise(district, land.ids) & np.isfinite(land.x)
    sharp = order[precise[order]]
    if len(sharp):
        near = nearest_two(demand.x, demand.y, land.x[sharp], land.y[sharp])
        about = near.metres[:, 0] <= CATCHMENT_M
        owner[about] = sharp[near.site[about, 0]]
    return owner, points & ~precise


def _of_regions(land: Ground, count: int) -> NDArray[np.int64]:
    """The position that each region (count,) is, of several the one of the smallest id, -1 none; and a last -1, of what
    has no region.
    """
    found = np.full(count + 1, -1, dtype=np.int64)
    for at in np.argsort(np.array(land.ids, dtype=object), kind="stable")[::-1]:  # smaller ids write last
        if land.region_by[at] == "region":
            found[land.region[at]] = at
    return found


def _appeals(district: District, land: Ground, entries: pd.DataFrame | None) -> tuple[Floats, int, bool]:
    """The open appeals of each position (n,), NaN where nobody knows; how many are nowhere; whether any counted one is
    synthetic.
    """
    if entries is None:
        return np.full(len(land.ids), np.nan), 0, False
    open_ones = entries[(entries["kind"] == "appeal") & (entries["closed_on"] == "")]
    codes = district.regions["code"]
    region = pd.Index(codes).get_indexer(pd.Index(open_ones["region"]))
    named = pd.Index(land.ids, dtype=object).get_indexer(pd.Index(open_ones["position"], dtype=object))
    owner = np.where(named >= 0, named, _of_regions(land, len(codes))[region]).astype(np.int64)
    made_up = bool((open_ones["standing"].to_numpy()[owner >= 0] == "synthetic").any())
    return _add_up(owner, np.ones(len(owner)), len(land.ids)), int((owner < 0).sum()), made_up


def _precise(district: District, ids: tuple[str, ...]) -> NDArray[np.bool_]:
    """Whose place (n,) is known to ``CATCHMENT_M``; where nobody says how precise it is, unless it is assumed."""
    rows = district.positions.set_index("id").reindex(list(ids))
    metres = rows["precision_m"].to_numpy(np.float64)
    assumed = (rows["location_standing"] == "assumed").to_numpy(bool)
    precise: NDArray[np.bool_] = np.where(np.isnan(metres), ~assumed, metres <= CATCHMENT_M)
    return precise


def _kilometres(district: District, campaign: Campaign, land: Ground) -> Floats:
    """How far (n,) each position is from where the teams set out, in a straight line; NaN where that is not known."""
    if campaign.base is None:
        return np.full(len(land.ids), np.nan)
    x, y = district.plane.project([campaign.base[0]], [campaign.base[1]])
    far: Floats = np.hypot(land.x - x[0], land.y - y[0]) / 1000.0
    return far


def _add_up(owner: NDArray[np.int64], amounts: Floats | NDArray[np.bool_], count: int) -> Floats:
    """The amounts of each position's enterprises (count,); those of nobody are left out."""
    return np.asarray(np.bincount(owner + 1, amounts, minlength=count + 1)[1:], dtype=np.float64)


def _notes(
    district: District, campaign: Campaign, land: Ground, owner: NDArray[np.int64], unsure: NDArray[np.bool_]
) -> Iterator[Note]:
    ids, metres = np.array(land.ids, dtype=object), f"{CATCHMENT_M:,.0f}"
    if campaign.base is None:
        yield "workload.no_base", {}
    elif campaign.base_standing == "assumed":
        yield "workload.base_assumed", {"base": campaign.base_name}
    if land.missing:
        yield "workload.missing", {"positions": land.missing}
    if not len(owner):
        yield "workload.no_enterprises", {}
        return
    if unsure.any():
        yield "workload.imprecise", {"positions": tuple(ids[unsure]), "metres": metres}
    own = ~unsure & ~np.isin(land.region_by, ("region", "")) & np.isfinite(land.x)
    if own.any():
        yield "workload.around", {"positions": tuple(ids[own]), "metres": metres}
    if left := int((owner < 0).sum()):
        yield "workload.elsewhere", {"count": left}
    if unstated := int((np.isnan(district.demand.workers) & (owner >= 0)).sum()):
        yield "workload.unstated", {"count": unstated}
