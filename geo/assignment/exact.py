"""The best plan, proven: every set of positions that a team could have, and the best choice among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.assignment.measure import measure
from geo.assignment.partition import Columns, Ended, cheapest, columns
from geo.assignment.prices import keeper, priced
from geo.assignment.problem import Bools, Floats, Goal, Ints, Problem
from geo.assignment.sets import POSITIONS_AT_MOST, connected_sets
from geo.assignment.teams import Class, View, masks_of
from geo.assignment.ties import labelled, settle

SETS_AT_MOST = 1_000_000
COLUMNS_AT_MOST = 3_000_000
COLUMN_S = 1e-6
"""Seconds that a column takes to be made, about: with less time none are."""
STEPS = 150
"""Of the prices' ascent."""


@dataclass(frozen=True, eq=False)
class Proof:
    """``team`` (n,) None where none is known; ``bound`` part by part. ``how`` "optimal": the team is best;
    "infeasible": there is none; "time" and "size": neither is known.
    """

    how: str
    team: Ints | None
    bound: tuple[float, ...]


class Exact:
    """One problem, tried whole. ``known``: a plan (n,) within ``limit``, None where none is known."""

    def __init__(
        self,
        problem: Problem,
        goal: Goal,
        limit: float,
        known: Ints | None,
        left_s: Callable[[], float],
        tell: Callable[[Ints | None, tuple[float, ...]], object],
        at_most: int = SETS_AT_MOST,
    ) -> None:
        self.problem, self.goal, self.limit, self.known = problem, goal, limit, known
        self.left_s, self.tell, self.at_most = left_s, tell, at_most
        self.view = View(problem, goal, limit)
        self.classes: list[Class] = self.view.classes()

    @property
    def late(self) -> bool:
        return self.left_s() <= 0

    def prove(self) -> Proof:
        """The best plan, if size and time allow."""
        if self.problem.n > POSITIONS_AT_MOST:
            return Proof("size", self.known, ())
        keep = None
        if self.goal == "compact" and self.known is not None:
            upper = measure(self.problem, self.known).travel_m
            found = priced(self.view, upper, STEPS, lambda: self.late)
            self.tell(None, (max(found.bound, 0.0),))
            keep = keeper(self.view, found, upper)
        if self.goal == "least-change" and self.known is not None:
            keep = self._few_changes(measure(self.problem, self.known).changes)
        most = max(self.view.most(team) for team in range(self.view.k))
        sets = connected_sets(self.view, most, keep=keep, at_most=self.at_most, late=lambda: self.late)
        if sets is None:
            return Proof("time" if self.late else "size", self.known, ())
        if len(sets) * len(self.classes) > COLUMNS_AT_MOST:
            return Proof("size", self.known, ())
        if self.left_s() < len(sets) * len(self.classes) * COLUMN_S:
            return Proof("time", self.known, ())
        these = columns(self.view, self.classes, sets)
        if self.goal == "compact":
            return self._compact(these)
        return self._fair(these) if self.goal == "fair" else self._least_change(these)

    def rows_of(self, these: Columns, team: Ints | None) -> Ints | None:
        """The columns of a plan; None where one is not among them."""
        if team is None:
            return None
        kinds = {member: number for number, one in enumerate(self.classes) for member in one.teams}
        wanted = {(kinds[one], mask) for one, mask in enumerate(masks_of(team, self.view.k))}
        among = np.isin(these.sets, np.array([mask for _, mask in wanted], dtype=np.uint64))
        rows = [
            row for row in np.flatnonzero(among).tolist() if (int(these.of_class[row]), int(these.sets[row])) in wanted
        ]
        return np.array(rows) if len(rows) == self.view.k else None

    def team(self, these: Columns, rows: Ints) -> Ints:
        return labelled(
            self.view, self.classes, these.of_class[rows].tolist(), [int(mask) for mask in these.sets[rows]]
        )

    def _cheapest(
        self, these: Columns, cost: Floats, known: Ints | None, *before: float, besides: float = 0.0
    ) -> Ended:
        """``besides``: what every plan costs that is no part of its value, taken off the bounds that are told."""

        def tell(bound: float) -> None:
            self.tell(None, (*before, max(bound - besides, 0.0)))

        return cheapest(these, cost, self.rows_of(these, known), self.left_s, tell)

    def _settled(self, these: Columns, cost: Floats, ended: Ended) -> Ints:
        assert ended.rows is not None
        assert ended.reduced is not None
        room = float(cost[ended.rows].sum()) - ended.linear
        return settle(
            self.view,
            self.classes,
            these,
            cost,
            ended.rows,
            room=max(room, 0.0),
            reduced=ended.reduced,
            late=lambda: self.late,
        )

    def _travelled(self, these: Columns, known: Ints | None, *before: float) -> Proof:
        """The least travel of any choice of these columns, of which there is one."""
        ended = self._cheapest(these, these.travel, known, *before)
        if ended.how == "infeasible":
            return Proof("infeasible", None, ())
        if ended.how != "optimal":
            team = known if ended.rows is None else self.team(these, ended.rows)
            return Proof("time", team, (*before, max(ended.bound, 0.0)))
        team = self._settled(these, these.travel, ended)
        return Proof("optimal", team, (*before, measure(self.problem, team).travel_m))

    def _compact(self, these: Columns) -> Proof:
        return self._travelled(these, self.known)

    def _least_change(self, these: Columns) -> Proof:
        """The fewest changes; then the least travel with so many."""
        if self.known is not None:
            these = self._near(these, measure(self.problem, self.known).changes)
        changes = self._changes(these)
        ended = self._cheapest(these, changes, self.known)
        if ended.how == "infeasible":
            return Proof("infeasible", None, ())
        if ended.how != "optimal" or ended.rows is None or ended.reduced is None:
            team = self.known if ended.rows is None else self.team(these, ended.rows)
            return Proof("time", team, (float(np.ceil(max(ended.bound, 0.0) - 1e-6)), 0.0))
        fewest = float(changes[ended.rows].sum())
        few = np.flatnonzero(ended.reduced <= fewest - ended.linear + 1e-6)
        least, known = these.only(few), self.team(these, ended.rows)
        self.tell(known, (fewest, 0.0))
        # A change more than the fewest costs more than all travel of the plan in hand, so none is made.
        dear = float(np.ceil(these.travel[ended.rows].sum())) + 1.0
        cost = changes[few] * dear + least.travel
        ended = self._cheapest(least, cost, known, fewest, besides=fewest * dear)
        if ended.how != "optimal" or ended.rows is None:
            team = known if ended.rows is None else self.team(least, ended.rows)
            return Proof("time", team, (fewest, max(ended.bound - fewest * dear, 0.0)))
        team = self._settled(least, cost, ended)
        return Proof("optimal", team, (fewest, measure(self.problem, team).travel_m))

    def _few_changes(self, most: int) -> Callable[[Floats], Bools]:
        """Which sets (c, n) some team could have with at most so many changes: those that it takes in are changes."""
        problem = self.problem
        others = (problem.present >= 0)[:, None] & (problem.present[:, None] != np.arange(problem.k)[None])
        weights = others.astype(np.float64)
        return lambda members: np.asarray((members @ weights).min(axis=1) <= most)

    def _near(self, these: Columns, most: int) -> Columns:
        """The columns with which a plan can have at most so many changes: those that the team takes in, and those that
        it has now and gives away."""
        has = these.matrix[: these.n]
        given = np.zeros(len(these))
        for number, one in enumerate(self.classes):
            own = np.array([self.problem.present == team for team in one.teams]).any(axis=0)
            rows = np.flatnonzero(these.of_class == number)
            if len(one.teams) == 1:
                given[rows] = int(own.sum()) - np.asarray(has[:, rows].T @ own.astype(np.float64))
        return these.only(np.flatnonzero(self._changes(these) + given <= most))

    def _changes(self, these: Columns) -> Floats:
        """(c,) how many positions of each column change their team; classes of many teams have none at present, or
        all of them are counted when labels are chosen."""
        first = np.array([one.teams[0] for one in self.classes])
        present = self.problem.present
        other = ((present >= 0)[:, None] & (present[:, None] != first[None])).astype(np.float64)
        counted = np.asarray(these.matrix[: these.n].T @ other)
        return np.asarray(counted[np.arange(len(these)), these.of_class])

    def _fair(self, these: Columns) -> Proof:
        """The smallest worst deviation for which there is a plan, by halves; then the least travel within it."""
        off = np.abs(these.deviation)
        steps = np.unique(off)
        has = these.matrix[: these.n].tocsr()
        kinds = these.matrix[these.n :].tocsr()
        least = max(
            (
                float(off[part.indices[part.indptr[row] : part.indptr[row + 1]]].min(initial=np.inf))
                for part in (has, kinds)
                for row in range(part.shape[0])
            ),
            default=0.0,
        )
        if not np.isfinite(least):
            return Proof("infeasible", None, ())
        low = int(np.searchsorted(steps, least))
        known, high = self.known, len(steps)
        if known is not None:
            worst = measure(self.problem, known).worst
            high = int(np.searchsorted(steps, worst - 1e-12))
        stride = 1
        while low < high:
            middle = min(low + stride, (low + high) // 2) if stride else (low + high) // 2
            few = np.flatnonzero(off <= steps[middle])
            ended = self._cheapest(these.only(few), np.zeros(len(few)), None)
            if ended.how == "time":
                return Proof("time", known, (float(steps[low]), 0.0))
            if ended.how == "infeasible":
                low, stride = middle + 1, stride * 4
                if low < len(steps):
                    self.tell(None, (float(steps[low]), 0.0))
                continue
            assert ended.rows is not None
            known = self.team(these, few[ended.rows])
            reached = float(off[few[ended.rows]].max())
            high, stride = min(middle, int(np.searchsorted(steps, reached))), 0
            self.tell(known, (float(steps[low]), 0.0))
        if known is None:
            return Proof("infeasible", None, ())
        worst = measure(self.problem, known).worst
        self.tell(known, (worst, 0.0))
        within = these.only(np.flatnonzero(off <= worst + 1e-12))
        return self._travelled(within, known, worst)
