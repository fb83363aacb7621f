"""Posing the problem that a plan solves: who asks, from where, and what each new site would be to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.distance import CostTable, Floats, cost_table, nearest_two
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.planner.candidates import Candidates
from geo.planner.coverage import Measured
from geo.planner.plan import Plan
from geo.planner.question import Question
from geo.siting import Problem
from geo.siting.problem import COVERING

ENTRIES_AT_MOST = 4_000_000
"""Pairs of demand and candidate up to which every enterprise is asked one by one where all distances count: what is
proven in half a minute.
"""
REACHED_AT_MOST = 16_000_000
"""Pairs within reach that are solved at all: a gigabyte for the solver."""
SAMPLE = 2_000
NEAR_M = 500
"""Rows that reach no farther than this, than twice this, and so on, are looked up together."""
GATHERED_M = (50, 100, 250, 500, 1000, 2000)
"""Sides of the squares that demand is gathered in where it is too much, the smallest that does is taken."""


@dataclass(frozen=True, eq=False)
class Posed:
    """``problem``: its rows are demand, its columns the candidates.

    ``off_m``: how much farther or nearer, in metres, anybody may be than the problem has it, and so the most that the
    largest distance can be off; ``total_off_m``: the same of the sum of weight × metres. Both 0 unless demand was
    gathered, each square's at the middle of its weight: a distance to the middle differs from the one to an enterprise
    by no more than these two are apart (triangle inequality). The sites that solve the problem are then within twice
    that of the best.
    """

    problem: Problem
    off_m: float = 0.0
    total_off_m: float = 0.0


def pose(district: District, question: Question, plan: Plan, candidates: Candidates, measured: Measured) -> Posed:
    """The problem of the plan. Rows: the demand the question asks about that has a location and weight; for the goals
    that ask about reach without those who have only sites of unknown hours in reach: they are unknown, not unserved,
    and to serve them is no gain that could be counted on.

    The sites there are stay: a row's ``base`` is the distance to the nearest that is surely open then. For the goals
    that ask about reach a pair is one within reach (inclusive) of somebody not served yet; for the others any that
    brings a site nearer than the base. Where those would be more than ``ENTRIES_AT_MOST`` pairs, demand is gathered in
    squares. ParameterError for a forced id that is no candidate; GongtuError for more pairs than can be held.
    """
    demand = district.demand
    weight = question.who.weights(demand)
    rows = np.flatnonzero((weight > 0) & np.isfinite(demand.x))
    if plan.goal in COVERING:
        reach = question.reach.within_m
        sure, any_ = measured.nearest.metres[rows, 0], measured.doubtful_m[rows]
        rows = rows[(sure <= reach) | ~(any_ <= reach)]  # NaN: there is none
    x, y, weight = demand.x[rows], demand.y[rows], weight[rows]
    base = _base(measured.nearest.metres[rows, 0])
    off = (0.0, 0.0)
    if plan.goal in COVERING:
        within = np.where(base <= question.reach.within_m, np.nan, question.reach.within_m)
        if (count := _count(x, y, within, candidates)) > REACHED_AT_MOST:
            raise GongtuError("planning.too_much", count=count, most=REACHED_AT_MOST)
    else:
        within = _nearer(x, y, base, candidates)
        if (count := _count(x, y, within, candidates)) > ENTRIES_AT_MOST:
            x, y, weight, off = _gather(x, y, weight, len(rows) * ENTRIES_AT_MOST // count)
            sure = measured.sites.sure
            base = _base(nearest_two(x, y, measured.sites.x[sure], measured.sites.y[sure]).metres[:, 0])
            within = _nearer(x, y, base, candidates)
    table = _table(x, y, within, candidates)
    return Posed(_problem(table, weight, base, plan, candidates), *off)


def _table(x: Floats, y: Floats, within: Floats, candidates: Candidates) -> CostTable:
    """``cost_table``, made of tables of rows that reach about as far: each is looked for no farther than its own rows
    reach, and a few that are far from everything do not make the others dear.
    """
    band = np.ceil(np.log2(np.fmax(within, NEAR_M) / NEAR_M))
    parts = []
    counts = np.zeros(len(x), dtype=np.int64)
    for one in np.unique(band):
        rows = np.flatnonzero(band == one)
        part = cost_table(x[rows], y[rows], candidates.x, candidates.y, within[rows])
        counts[rows] = np.diff(part.start)
        parts.append((rows, part))
    start = np.concatenate(([0], np.cumsum(counts)))
    site, cost = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
    for rows, part in parts:
        place = np.arange(len(part.site)) + np.repeat(start[rows] - part.start[:-1], np.diff(part.start))
        site[place], cost[place] = part.site, part.cost
    return CostTable(start, site, cost, len(candidates))


def _problem(table: CostTable, weight: Floats, base: Floats, plan: Plan, candidates: Candidates) -> Problem:
    known = set(candidates.id)
    there = [one for one in plan.barred if one in known]  # what is no candidate is barred as it is
    return Problem(
        table=table,
        weight=weight,
        base=base,
        capacity=candidates.capacity,
        forced=chosen_ids(plan.forced, candidates.id, "in"),
        barred=chosen_ids(there, candidates.id, "out"),
    )


def chosen_ids(chosen: Sequence[str], ids: Sequence[str] | NDArray[np.object_], field: str) -> NDArray[np.bool_]:
    """Which of ``ids`` (m,) are ``chosen``; ParameterError, with ``field``, for one that is not there."""
    places = {str(one): place for place, one in enumerate(ids)}
    found = np.zeros(len(ids), dtype=bool)
    for one in chosen:
        if one not in places:
            raise ParameterError("planning.not_candidate", field=field, value=one)
        found[places[one]] = True
    return found


def _base(metres: Floats) -> Floats:
    """Infinite where there is no site."""
    return np.where(np.isnan(metres), np.inf, metres)


def _nearer(x: Floats, y: Floats, base: Floats, candidates: Candidates) -> Floats:
    """How far a site may be to be of use to each row: its base, and where that is infinite, more than any pair has."""
    if not len(x) or not len(candidates):
        return np.zeros(len(x))
    wide = max(x.max(), candidates.x.max()) - min(x.min(), candidates.x.min())
    high = max(y.max(), candidates.y.max()) - min(y.min(), candidates.y.min())
    return np.where(np.isfinite(base), base, np.hypot(wide, high) + 1.0)


def _count(x: Floats, y: Floats, within: Floats, candidates: Candidates) -> int:
    """About how many pairs the table will have: of a sample of the rows, where they are many."""
    asked = np.flatnonzero(~np.isnan(within))
    sample = asked[:: max(1, len(asked) // SAMPLE)]
    found = cost_table(x[sample], y[sample], candidates.x, candidates.y, within[sample])
    return len(found.site) * len(asked) // max(1, len(sample))


def _gather(x: Floats, y: Floats, weight: Floats, most: int) -> tuple[Floats, Floats, Floats, tuple[float, float]]:
    """The demand of each square as one, at the middle of its weight: x, y, weight, and how far that may be off.

    The squares are the smallest of ``GATHERED_M`` of which at most ``most`` hold any, or the largest.
    """
    for size in GATHERED_M:
        square = _squares(x, y, size)
        count = int(square.max()) + 1
        if count <= most:
            break
    total: Floats = np.bincount(square, weight, minlength=count).astype(np.float64)
    mx, my = (np.bincount(square, weight * part, minlength=count) / total for part in (x, y))
    away = np.hypot(x - mx[square], y - my[square])
    return mx, my, total, (float(away.max()), float(weight @ away))


def _squares(x: Floats, y: Floats, size_m: int) -> NDArray[np.intp]:
    """The number (n,) of the square each point lies in, of those that hold any, from 0."""
    column, row = np.floor(x / size_m).astype(np.int64), np.floor(y / size_m).astype(np.int64)
    row -= row.min()
    return np.unique((column - column.min()) * (int(row.max()) + 1) + row, return_inverse=True)[1].reshape(-1)
