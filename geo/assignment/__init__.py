"""Which team takes which position: workloads, places and who borders whom in; teams out, with the bound that proves it.

Three goals: little travel (``compact``), the most even workloads (``fair``), few changes from the present
(``least-change``). Every team's ground hangs together. Nothing here knows districts or names.
"""

from __future__ import annotations

from geo.assignment.check import Finding, check
from geo.assignment.clash import Clash, Demand
from geo.assignment.measure import Parts, measure
from geo.assignment.problem import GOALS, Goal, Problem, Progress, Solution, Tell
from geo.assignment.solve import solve
from geo.assignment.why import Elsewhere, Why, explain

__all__ = [
    "GOALS",
    "Clash",
    "Demand",
    "Elsewhere",
    "Finding",
    "Goal",
    "Parts",
    "Problem",
    "Progress",
    "Solution",
    "Tell",
    "Why",
    "check",
    "explain",
    "measure",
    "solve",
]
