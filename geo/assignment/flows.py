"""Whether an assignment exists, as one integer program: who has what, and a flow that holds each ground together.

Any size and any demand left out, but slower than choosing among sets: for questions where balance is not asked.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from geo.assignment.partition import LIMIT_PART
from geo.assignment.problem import Ints
from geo.assignment.teams import View


def any_plan(view: View, *, teams: bool, time_s: float) -> tuple[str, Ints | None]:
    """ "found" with a plan (n,), "none", or "time". ``teams``: whether every team must have a position."""
    if not view.n:
        return ("none", None) if teams else ("found", np.zeros(0, dtype=np.int64))
    program = _Program(view)
    n, k = view.n, view.k
    for one in range(n):
        program.row([(program.has(one, team), 1.0) for team in range(k)], 1, 1)
    for team in range(k):
        if np.isfinite(view.limit):
            program.row(
                [(program.has(one, team), view.load[one]) for one in range(n)], view.least(team), view.most(team)
            )
        if teams:
            program.row([(program.has(one, team), 1.0) for one in range(n)], 1, n)
        if view.anywhere != view.all:
            program.hold(team)
    upper = np.ones(program.columns)
    for team in range(k):
        for one in range(n):
            if view.forbidden[team] >> one & 1:
                upper[program.has(one, team)] = 0
    upper[program.flows :] = n
    whole = np.ones(program.columns)
    whole[program.flows :] = 0
    result = milp(
        np.zeros(program.columns),
        integrality=whole,
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(program.matrix(), program.least, program.most),
        options={"time_limit": max(time_s * LIMIT_PART, 0.05)},
    )
    if result.x is not None:
        return "found", np.asarray(np.argmax(result.x[: n * k].reshape(n, k), axis=1), dtype=np.int64)
    return ("none" if result.status == 2 else "time"), None


class _Program:
    """Columns: who has what (n k), who is a root (n k), flows over borders of each team."""

    def __init__(self, view: View) -> None:
        self.view = view
        ties = np.argwhere(view.problem.ties)
        self.arcs = [(int(one), int(other)) for one, other in ties]
        self.flows = 2 * view.n * view.k
        self.columns = self.flows + len(self.arcs) * view.k
        self.cells: list[tuple[int, int, float]] = []
        self.least: list[float] = []
        self.most: list[float] = []

    def has(self, one: int, team: int) -> int:
        return one * self.view.k + team

    def root(self, one: int, team: int) -> int:
        return (self.view.n + one) * self.view.k + team

    def flow(self, arc: int, team: int) -> int:
        return self.flows + arc * self.view.k + team

    def row(self, cells: list[tuple[int, float]], least: float, most: float) -> None:
        self.cells += [(len(self.least), column, number) for column, number in cells]
        self.least.append(least)
        self.most.append(most)

    def hold(self, team: int) -> None:
        """Every position of the team but its root takes in one more than it gives on, from positions of the team."""
        n = self.view.n
        core = [one for one in range(n) if not self.view.anywhere >> one & 1]
        coming: dict[int, list[tuple[int, float]]] = {one: [] for one in core}
        both: dict[int, list[tuple[int, float]]] = {one: [] for one in core}
        for arc, (one, other) in enumerate(self.arcs):
            column = self.flow(arc, team)
            coming[other].append((column, 1.0))
            both[other].append((column, 1.0))
            both[one].append((column, -1.0))
        for one in core:
            has, root = self.has(one, team), self.root(one, team)
            self.row([*both[one], (has, -1.0), (root, float(n))], 0, np.inf)
            self.row([*coming[one], (has, -float(n))], -np.inf, 0)
            self.row([(root, 1.0), (has, -1.0)], -np.inf, 0)
        self.row([(self.root(one, team), 1.0) for one in core], 0, 1)

    def matrix(self) -> coo_array:
        rows, columns, numbers = zip(*self.cells, strict=True)
        return coo_array((numbers, (rows, columns)), shape=(len(self.least), self.columns)).tocsr()
