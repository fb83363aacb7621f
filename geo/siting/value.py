"""What sites are worth by each goal, counted from the problem itself: no answer is given that was not counted here."""

from __future__ import annotations

import numpy as np

from geo.siting.flow import capacity_value
from geo.siting.problem import Goal, Problem, coverable, total


def value(problem: Problem, goal: Goal, sites: tuple[int, ...], within: float | None) -> float:
    """What the sites are worth by the goal: weight reached (``max-cover``), how many (``set-cover``), sum of weight
    times cost (``p-median``), largest cost of a row with weight (``p-centre``).

    inf (-inf for ``max-cover``) where they do not do what the goal demands: rows that they must reach and do not, a
    capacity passed. With capacities the weight goes where it does most good (``geo.siting.flow``).
    """
    if problem.capacity is not None:
        return capacity_value(problem, goal, sites, within)
    counts = problem.weight > 0
    least = problem.nearest(sites)[counts]
    if goal == "max-cover":
        assert within is not None
        return total(problem.weight[counts][least <= within])
    if goal == "set-cover":
        assert within is not None
        must = (coverable(problem, within) | (problem.base <= within))[counts]
        return float(len(sites)) if (least <= within)[must].all() else np.inf
    if goal == "p-median":
        return total(problem.weight[counts] * least)
    return float(least.max(initial=0.0))
