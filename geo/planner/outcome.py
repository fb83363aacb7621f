"""What new sites come to: the problem they solve, who is served before and after, and what each of them adds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.coverage import SERVED
from geo.distance import Floats, each_within
from geo.district import District
from geo.enterprises import usable_location
from geo.errors import ParameterError
from geo.planner.coverage import Answer, Measured, Sites, answer, measure
from geo.planner.plan import Site
from geo.planner.privacy import AT_LEAST
from geo.planner.question import Question

NEW = -1
"""The row, among ``Sites.rows``, of a site that is no facility yet."""


@dataclass(frozen=True, eq=False)
class Gain:
    """What one new site adds, in weight of the question (enterprises, workers or members).

    ``reaches``: what lies within its reach, inclusive. ``own``: the part of it that has no other site in reach, neither
    one there is (and is surely open at the moment asked about) nor another new one: what would be lost without this
    one alone. ``saved_m``: weight × metres that would be added to the sum of distances without this one alone; NaN
    where it is the only site there is. ``reaches_count``, ``own_count``: how many enterprises the first two are.
    """

    site: Site
    reaches: float
    own: float
    saved_m: float
    reaches_count: int
    own_count: int

    def in_public(self) -> Gain:
        """The gain with NaN for what the public may not see: what 1 to 4 enterprises are in reach, or its own; or are
        the difference of the two. ``saved_m`` never: between two questions it would tell single enterprises' workers.
        """
        few, own, rest = (
            0 < count < AT_LEAST for count in (self.reaches_count, self.own_count, self.reaches_count - self.own_count)
        )
        return replace(
            self,
            reaches=math.nan if few else self.reaches,
            own=math.nan if few or own or rest else self.own,
            saved_m=math.nan,
        )


@dataclass(frozen=True, eq=False)
class Outcome:
    """``before`` and ``after`` the new ``sites``, which are taken as open at any hour.

    ``changed``: rows of demand, ascending, that the question asks about and that are served after and were not before
    (unserved, or not known to be served). ``total_*_m``: sum of weight × metres to the nearest site, over those with a
    location; ``worst_*_m``: the largest such distance of anybody with weight; both NaN where there is no site, or
    nobody.
    """

    sites: tuple[Site, ...]
    before: Answer
    after: Answer
    gains: tuple[Gain, ...]
    changed: NDArray[np.int64]
    total_before_m: float
    total_after_m: float
    worst_before_m: float
    worst_after_m: float


def outcome(
    district: District, question: Question, at: datetime | None, measured: Measured, sites: Sequence[Site]
) -> Outcome:
    """What ``sites`` come to, whether they were solved for, moved by hand or kept in a scenario.

    ``measured`` is of the facilities there are at ``at`` (``geo.planner.coverage.measure``). ParameterError for a site
    that is nowhere near the district.
    """
    x, y = placed(district, sites)
    there = measured.sites
    together = Sites(
        rows=np.append(there.rows, np.full(len(x), NEW, dtype=there.rows.dtype)),
        x=np.append(there.x, x),
        y=np.append(there.y, y),
        sure=np.append(there.sure, np.ones(len(x), dtype=bool)),
    )
    before = answer(district, question, at, measured)
    after = answer(district, question, at, measure(district, together))
    changed = np.flatnonzero(after.chosen & (after.status == SERVED) & (before.status != SERVED))
    (total_before, worst_before), (total_after, worst_after) = _distances(before), _distances(after)
    return Outcome(
        tuple(sites),
        before,
        after,
        _gains(district, after, sites, x, y),
        changed,
        total_before,
        total_after,
        worst_before,
        worst_after,
    )


def placed(district: District, sites: Sequence[Site]) -> tuple[Floats, Floats]:
    """x and y (m,), metres, of the sites; ParameterError for one that is nowhere near the district."""
    lon, lat = (np.array([getattr(site, name) for site in sites], dtype=np.float64) for name in ("lon", "lat"))
    usable = usable_location(lon, lat, district.regions.total_bounds)
    if not usable.all():
        far = sites[int(np.argmin(usable))]
        raise ParameterError("planning.outside", field="sites", value=f"{far.lon:.5f}, {far.lat:.5f}")
    return district.plane.project(lon, lat)


def _distances(found: Answer) -> tuple[float, float]:
    """The sum of weight × metres to the nearest sure site, and the largest distance, of those asked about."""
    metres = found.measured.nearest.metres[:, 0]
    counted = (found.weight > 0) & np.isfinite(metres)
    if not counted.any():
        return float("nan"), float("nan")
    return float(found.weight[counted] @ metres[counted]), float(metres[counted].max())


def _gains(district: District, after: Answer, sites: Sequence[Site], x: Floats, y: Floats) -> tuple[Gain, ...]:
    """Each new site's part of ``after``: the new sites are the last of its sites."""
    first = len(after.measured.sites.x) - len(sites)
    asking = np.flatnonzero((after.weight > 0) & np.isfinite(district.demand.x))
    weight = after.weight[asking]
    metres = after.measured.nearest.metres[asking]
    # ``nearest`` numbers the sites of ``Sites``; those that are new start at ``first``.
    nearest = after.measured.nearest.site[asking, 0].astype(np.int64) - first
    new = nearest >= 0
    reach = after.question.reach.within_m
    alone = new & (metres[:, 0] <= reach) & ~(metres[:, 1] <= reach)  # NaN: there is no second
    own = np.bincount(nearest[alone], weight[alone], minlength=len(sites))
    own_count = np.bincount(nearest[alone], minlength=len(sites))
    saved = np.bincount(nearest[new], (weight * (metres[:, 1] - metres[:, 0]))[new], minlength=len(sites))
    reached = each_within(district.demand.x[asking], district.demand.y[asking], x, y, reach)
    return tuple(
        Gain(
            site,
            reaches=float(weight[rows].sum()),
            own=float(own[index]),
            saved_m=float(saved[index]),
            reaches_count=len(rows),
            own_count=int(own_count[index]),
        )
        for index, (site, (rows, _)) in enumerate(zip(sites, reached, strict=True))
    )
