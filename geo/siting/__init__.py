"""Where sites should go: a table of costs in, sites out, with the bound that says how good they are.

Four goals: cover the most weight with n sites (``max-cover``), cover all that can be with the fewest (``set-cover``),
the least total of weight times cost (``p-median``), the least worst cost (``p-centre``). Existing sites stay.
"""

from __future__ import annotations

from geo.siting.problem import GOALS, Goal, Problem, Progress, Solution, Tell, reached
from geo.siting.solve import curve, solve
from geo.siting.value import value

__all__ = ["GOALS", "Goal", "Problem", "Progress", "Solution", "Tell", "curve", "reached", "solve", "value"]
