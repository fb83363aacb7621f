"""Linear and integer programs for HiGHS, which scipy carries: smallest ``cost @ x``, with words for how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from geo.siting.problem import Bools, Floats

End = Literal["optimal", "infeasible", "time"]
"""``time`` is also whatever else stopped HiGHS: nothing but its bound is then to be trusted."""
SCALE = 1e6
"""What costs are stretched to: HiGHS stops at 1e-6 from the best, whatever the size of the costs."""
LARGE = 1e9
"""Whole costs that come to more are floats like others, and HiGHS is slow with them as they are."""


@dataclass(frozen=True, eq=False)
class Program:
    """``least <= matrix @ x <= most``, ``0 <= x <= upper``; ``whole`` says which x are whole numbers."""

    cost: Floats
    matrix: Any
    least: Floats
    most: Floats
    upper: Floats
    whole: Bools


@dataclass(frozen=True, eq=False)
class Ended:
    """``x`` None where none is known; ``bound``: no x costs less. ``price`` (rows,) of a linear program: how much
    dearer it is for one more of the row's limit."""

    how: End
    x: Floats | None
    bound: float
    price: Floats | None = None


def solve_whole(program: Program, time_s: float) -> Ended:
    """The whole numbers of the answer are rounded, the others as HiGHS left them."""
    largest = float(np.abs(program.cost).sum())
    scale = SCALE / largest if largest > 0 and not _small_whole(program.cost) else 1.0
    result = milp(
        program.cost * scale,
        integrality=program.whole.astype(np.int64),
        bounds=Bounds(np.zeros(len(program.cost)), program.upper),
        constraints=LinearConstraint(program.matrix, program.least, program.most),
        options={"time_limit": max(time_s, 0.01), "mip_rel_gap": 0.0},
    )
    bound = result.mip_dual_bound
    bound = -np.inf if bound is None or not np.isfinite(bound) else float(bound) / scale
    x = None
    if result.x is not None:
        x = np.asarray(result.x, dtype=np.float64)
        x[program.whole] = np.rint(x[program.whole])
    if result.status == 0:
        return Ended("optimal", x, bound)
    return Ended("infeasible", None, np.inf) if result.status == 2 else Ended("time", x, bound)


def solve_linear(program: Program, time_s: float) -> Ended:
    """The program with no x whole. ``bound`` is the optimum, -inf where the time ended it."""
    matrix = csr_array(program.matrix)
    has_most, has_least = np.isfinite(program.most), np.isfinite(program.least)
    stacked = [matrix[has_most], -matrix[has_least]]
    scale = 1.0 / (float(np.abs(program.cost).max(initial=0.0)) or 1.0)
    result = linprog(
        program.cost * scale,
        A_ub=vstack(stacked, format="csr"),
        b_ub=np.concatenate((program.most[has_most], -program.least[has_least])),
        bounds=np.column_stack((np.zeros(len(program.cost)), program.upper)),
        method="highs",
        options={"time_limit": max(time_s, 0.01)},
    )
    if result.status == 2:
        return Ended("infeasible", None, np.inf)
    if result.status != 0:
        return Ended("time", None, -np.inf)
    marginals = np.asarray(result.ineqlin.marginals) / scale
    price = np.zeros(len(program.most))
    price[has_most] += marginals[: has_most.sum()]
    price[has_least] -= marginals[has_most.sum() :]
    return Ended("optimal", np.asarray(result.x), float(result.fun) / scale, price)


def _small_whole(cost: Floats) -> bool:
    """Costs that need no stretching: whole numbers, so that no two objectives are closer than 1, and not large."""
    return bool((cost == np.rint(cost)).all()) and float(np.abs(cost).sum()) <= LARGE
