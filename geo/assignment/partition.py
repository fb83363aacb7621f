"""The cheapest choice of sets, one for each team, that has every position once: a set partition.

A linear program over columns priced in as they pay (Garfinkel and Nemhauser 1970 for districts; column generation over
a list), columns that cannot be in any better plan dropped by their reduced cost, HiGHS for what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, csr_array, hstack, identity, vstack

from geo.assignment.problem import Floats, Ints
from geo.assignment.sets import Sets, members, travels
from geo.assignment.teams import Class, View

End = Literal["optimal", "infeasible", "time"]
SCALE = 1e6
"""What costs are stretched to: HiGHS stops at 1e-6 from the best, whatever the size of the costs."""
LIMIT_PART = 0.7
"""Of the time left, what HiGHS is told: it looks at its clock only between long steps."""
CELL_S = 8e-6
"""Seconds of a whole program for each number in it, at least: with less time none is begun."""
PRESOLVED_AT_MOST = 4_000
"""Columns of a whole program that HiGHS looks through before it begins."""
A_ROUND = 600
"""Columns taken into the linear program at a time."""
FIRST = 4_000
"""Columns of the first whole program, where more are left."""


@dataclass(frozen=True, eq=False)
class Columns:
    """(c,) columns: a set given to a team of a class. ``matrix`` (n + classes, c)."""

    n: int
    counts: Ints
    sets: Sets
    of_class: Ints
    travel: Floats
    load: Floats
    deviation: Floats
    matrix: Any

    def __len__(self) -> int:
        return len(self.sets)

    def only(self, rows: Ints) -> Columns:
        return Columns(
            self.n,
            self.counts,
            self.sets[rows],
            self.of_class[rows],
            self.travel[rows],
            self.load[rows],
            self.deviation[rows],
            self.matrix[:, rows],
        )

    @property
    def asked(self) -> Floats:
        """(n + classes,) what each row comes to."""
        return np.concatenate((np.ones(self.n), self.counts)).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Ended:
    """``rows``: the columns chosen, None where none are known. ``reduced`` (c,): how much dearer than ``linear`` a plan
    with the column is at least."""

    how: End
    rows: Ints | None
    bound: float
    linear: float = -np.inf
    reduced: Floats | None = None


def columns(view: View, classes: list[Class], sets: Sets) -> Columns:
    """A column for each set and class whose teams may have it, within the view's limit."""
    travel = travels(view, sets)
    row = members(sets, view.n) if len(sets) <= 100_000 else None
    if row is None:
        parts = [csr_array(members(sets[at : at + 50_000], view.n)) for at in range(0, len(sets), 50_000)]
        has = vstack(parts, format="csr")
    else:
        has = csr_array(row)
    load = np.asarray(has @ np.array(view.load))
    picked, of_class, off = [], [], []
    for order, one in enumerate(classes):
        must, forbidden = np.uint64(one.must), np.uint64(one.forbidden)
        team = one.teams[0]
        deviation = load / one.target - 1.0 if one.target > 0 else np.zeros(len(sets))
        fits = ((sets & must) == must) & ((sets & forbidden) == 0)
        fits &= (load >= view.least(team)) & (load <= view.most(team))
        rows = np.flatnonzero(fits)
        picked.append(rows)
        of_class.append(np.full(len(rows), order))
        off.append(deviation[rows])
    chosen = np.concatenate(picked)
    number = np.concatenate(of_class).astype(np.int64)
    count = len(chosen)
    kinds = csr_array((np.ones(count), (number, np.arange(count))), shape=(len(classes), count))
    return Columns(
        n=view.n,
        counts=np.array([len(one.teams) for one in classes]),
        sets=sets[chosen],
        of_class=number,
        travel=travel[chosen],
        load=load[chosen],
        deviation=np.concatenate(off),
        matrix=csc_array(vstack((csr_array(has[chosen].T), kinds))),
    )


def cheapest(
    these: Columns, cost: Floats, start: Ints | None, left_s: Callable[[], float], tell: Callable[[float], object]
) -> Ended:
    """The choice of least ``cost`` (c,). ``start``: the columns of a known plan. ``tell`` hears bounds."""
    if not len(these):
        return Ended("infeasible", None, np.inf)
    linear = _linear(these, cost, start, left_s)
    if linear is None:
        return Ended("time", start, -np.inf)
    if linear.how == "infeasible":
        return linear
    tell(linear.bound)
    assert linear.reduced is not None
    best, upper = start, np.inf if start is None else float(cost[start].sum())
    tolerance = 1e-7 * max(abs(upper) if np.isfinite(upper) else abs(linear.bound), 1e-9)
    reduced = linear.reduced
    if linear.rows is not None:
        return Ended("optimal", linear.rows, linear.bound, linear.bound, reduced)
    kept = np.flatnonzero(reduced <= upper - linear.bound + tolerance)
    limit = FIRST
    while len(kept) > limit:
        some = kept[np.argsort(reduced[kept], kind="stable")[:limit]]
        reach = float(reduced[some[-1]])
        tried = _whole(these, cost, some, left_s() / 2)
        if tried.rows is not None and float(cost[tried.rows].sum()) < upper:
            best, upper = tried.rows, float(cost[tried.rows].sum())
        if tried.how == "optimal" and upper - linear.bound <= reach:
            return Ended("optimal", best, upper, linear.bound, reduced)
        if left_s() <= 0 or tried.how == "time":
            return Ended("time", best, linear.bound, linear.bound, reduced)
        kept = np.flatnonzero(reduced <= upper - linear.bound + tolerance)
        limit *= 4
    ended = _whole(these, cost, kept, left_s())
    if ended.rows is not None and float(cost[ended.rows].sum()) <= upper + tolerance:
        best = ended.rows
    elif ended.how == "infeasible" and best is not None:
        return Ended("optimal", best, upper, linear.bound, reduced)
    bound = max(min(ended.bound, upper), linear.bound)
    return Ended(ended.how, best, bound, linear.bound, reduced)


def _linear(these: Columns, cost: Floats, start: Ints | None, left_s: Callable[[], float]) -> Ended | None:
    """The program without wholeness; None where time ends it. ``rows`` where it is whole as it is."""
    count, asked = len(these), these.asked
    scale = 1.0 / (float(np.abs(cost).max()) or 1.0)
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[np.argsort(cost / np.maximum(np.asarray(these.matrix[: these.n].sum(axis=0)), 1), kind="stable")[:300]] = (
        True
    )
    if start is not None:
        chosen[start] = True
    if count <= 2_000:
        chosen[:] = True
    transposed = csr_array(these.matrix.T)
    seeking = start is None
    while True:
        rows = np.flatnonzero(chosen)
        part = these.matrix[:, rows]
        prices = np.zeros(len(rows)) if seeking else cost[rows] * scale
        if seeking:
            part = hstack((part, identity(len(asked))), format="csc")
            prices = np.concatenate((prices, np.ones(len(asked))))
        left = left_s()
        if left <= 0:
            return None
        limit = {"time_limit": max(left * LIMIT_PART, 0.01)}
        result = linprog(prices, A_eq=part, b_eq=asked, method="highs", options=limit)
        if result.status != 0:
            return None
        dual = np.asarray(result.eqlin.marginals)
        reduced = (0.0 if seeking else cost * scale) - transposed @ dual
        if seeking and result.fun <= 1e-7:
            seeking = False
            continue
        paying = np.flatnonzero((reduced < -1e-9) & ~chosen)
        if not len(paying):
            break
        if len(paying) > A_ROUND:
            paying = paying[np.argpartition(reduced[paying], A_ROUND)[:A_ROUND]]
        chosen[paying] = True
    if seeking:
        return Ended("infeasible", None, np.inf)
    # What the prices prove, whatever the solver's tolerance left undone: each row of teams has so many columns.
    slack = sum(
        int(number) * min(float(reduced[these.of_class == one].min()), 0.0) for one, number in enumerate(these.counts)
    )
    bound = (float(dual @ asked) + slack) / scale
    x = np.asarray(result.x)
    whole = None
    if float(np.abs(x - np.rint(x)).max()) < 1e-7:
        whole = rows[np.rint(x) > 0]
        if int(np.rint(x).sum()) != int(these.counts.sum()):
            whole = None
    return Ended("optimal", whole, bound, bound, np.maximum(reduced, 0.0) / scale)


def _whole(these: Columns, cost: Floats, rows: Ints, time_s: float) -> Ended:
    """The whole program over some of the columns; "time" at once where there is too little for so many."""
    part = these.matrix[:, rows]
    if time_s < part.nnz * CELL_S:
        return Ended("time", None, -np.inf)
    largest = float(np.abs(cost[rows]).sum())
    whole = bool((cost[rows] == np.rint(cost[rows])).all()) and largest < 1e9
    scale = 1.0 if whole or not largest else SCALE / (float(np.abs(cost[rows]).max()) or 1.0)
    result = milp(
        cost[rows] * scale,
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(part, these.asked, these.asked),
        # Presolve of many columns takes many seconds and never looks at the clock.
        options={
            "time_limit": max(time_s * LIMIT_PART, 0.01),
            "mip_rel_gap": 0.0,
            "presolve": len(rows) <= PRESOLVED_AT_MOST,
        },
    )
    bound = result.mip_dual_bound
    bound = -np.inf if bound is None or not np.isfinite(bound) else float(bound) / scale
    found = None if result.x is None else rows[np.rint(result.x) > 0]
    if result.status == 0:
        return Ended("optimal", found, bound)
    return Ended("infeasible", None, np.inf) if result.status == 2 else Ended("time", found, bound)
