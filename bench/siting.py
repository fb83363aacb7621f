"""Siting: seconds from a table of costs to the proven best, ours and spopt's with the CBC that PuLP carries.

The same made-up places and weights, the same question, each answer found in a process of its own; equal objectives or
SystemExit. Theirs is given the matrix of costs ready, as it wants it; ours builds its table in the time measured. Both
build their model in the time measured. ``max-cover`` and ``set-cover`` at 2,000 x 500; p-median and p-centre at what
spopt proves in a minute or so, and p-median at 2,000 x 500 alone, with its peak memory, against the aim.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).parent.parent
BOX_M = 40_000.0
Figures = dict[str, dict[str, object]]


class Case(NamedTuple):
    """``n`` sites of ``candidates`` for ``demand``; ``within`` metres for the covering goals."""

    goal: str
    demand: int
    candidates: int
    n: int
    within: float | None
    compared: bool


CASES = {
    "max_cover": Case("max-cover", 2_000, 500, 10, 2_000.0, True),
    "max_cover_far": Case("max-cover", 2_000, 500, 10, 4_000.0, True),
    "set_cover": Case("set-cover", 2_000, 500, 0, 3_000.0, True),
    "p_median": Case("p-median", 300, 100, 10, None, True),
    "p_centre": Case("p-centre", 120, 40, 5, None, True),
    "p_median_2000x500": Case("p-median", 2_000, 500, 10, None, False),
}
AIM_S, AIM_MB = 5.0, 200.0


def places(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Demand (n, 2), candidates (m, 2), metres, and weights (n,), seeded: two in three around 25 centres.

    For ``set-cover`` only demand that a candidate reaches: spopt has no answer otherwise.
    """
    random = np.random.default_rng(0)

    def scattered(count: int) -> np.ndarray:
        points = random.uniform(0, BOX_M, (25, 2))[random.integers(0, 25, count)] + random.normal(0, 2_500, (count, 2))
        anywhere = random.random(count) < 0.35
        points[anywhere] = random.uniform(0, BOX_M, (int(anywhere.sum()), 2))
        return points

    demand, candidates = scattered(case.demand), scattered(case.candidates)
    weights = random.integers(1, 300, case.demand).astype(float)
    if case.goal == "set-cover":
        reached = (matrix(demand, candidates) <= case.within).any(axis=1)
        demand, weights = demand[reached], weights[reached]
    return demand, candidates, weights


def matrix(demand: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    return np.hypot(*(demand[:, None] - candidates[None]).transpose(2, 0, 1))


def ours(case: Case) -> dict[str, float]:
    from geo.distance import cost_table
    from geo.siting import Problem, solve

    demand, candidates, weights = places(case)
    begun = time.perf_counter()
    table = cost_table(*demand.T, *candidates.T, np.inf if case.within is None else case.within)
    none = np.zeros(len(candidates), dtype=bool)
    problem = Problem(table, weights, np.full(len(demand), np.inf), None, none, none)
    found = solve(problem, case.goal, n=case.n, within=case.within, time_s=300)
    took = time.perf_counter() - begun
    if not found.proven:
        raise SystemExit(f"{case.goal}: not proven in {took:.0f} s")
    return {"seconds": took, "objective": found.objective}


def spopt(case: Case) -> dict[str, float]:
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    demand, candidates, weights = places(case)
    costs, solver = matrix(demand, candidates), pulp.PULP_CBC_CMD(msg=False)
    begun = time.perf_counter()
    if case.goal == "max-cover":
        model = MCLP.from_cost_matrix(costs, weights, case.within, p_facilities=case.n)
    elif case.goal == "set-cover":
        model = LSCP.from_cost_matrix(costs, case.within)
    elif case.goal == "p-median":
        model = PMedian.from_cost_matrix(costs, weights, p_facilities=case.n)
    else:
        model = PCenter.from_cost_matrix(costs, p_facilities=case.n)
    model = model.solve(solver, results=False)
    took = time.perf_counter() - begun
    chosen = [site for site, variable in enumerate(model.fac_vars) if (variable.value() or 0) > 0.5]
    least = costs[:, chosen].min(axis=1)
    objective = {
        "max-cover": lambda: weights[least <= case.within].sum(),
        "set-cover": lambda: len(chosen),
        "p-median": lambda: weights @ least,
        "p-centre": lambda: least.max(),
    }[case.goal]()
    return {"seconds": took, "objective": float(objective)}


def measure(way: str, name: str) -> None:
    """One answer, printed as JSON, with the peak memory in MB of this process."""
    said = {"ours": ours, "spopt": spopt}[way](CASES[name])
    said["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(said))


def run() -> Figures:
    """The figures of this benchmark, printed as they are found; SystemExit where objectives differ."""
    figures: Figures = {}
    for name, case in CASES.items():
        said = {}
        for way in ("ours", "spopt") if case.compared else ("ours",):
            command = [sys.executable, "-m", "bench.siting", way, name]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
            said[way] = json.loads(output.splitlines()[-1])
        took, memory = said["ours"]["seconds"], said["ours"]["megabytes"]
        size = f"{case.demand:,} x {case.candidates}, {case.n or 'fewest'} sites"
        print(f"siting: {case.goal:9} {size:26} proven in {took:6.2f} s, {memory:4.0f} MB", end="")
        if not case.compared:
            print(f" (aim {AIM_S:.0f} s, {AIM_MB:.0f} MB)")
            against = "the aim: 5 s, 200 MB"
            for key, value, unit, aim in (("", took, "s", AIM_S), ("_memory", memory, "MB", AIM_MB)):
                said_figure = {"value": round(value, 2), "unit": unit, "ratio": round(aim / value, 2)}
                figures[f"siting_{name}{key}"] = said_figure | {"against": against}
            continue
        other = said["spopt"]
        if not np.isclose(said["ours"]["objective"], other["objective"], rtol=1e-9, atol=0):
            raise SystemExit(f"{name}: {said['ours']['objective']} is not spopt's {other['objective']}")
        ratio = other["seconds"] / took
        print(f", spopt {other['seconds']:6.2f} s, {other['megabytes']:4.0f} MB, {ratio:.0f}x as long")
        figures[f"siting_{name}"] = {
            "value": round(took, 3),
            "unit": "s",
            "ratio": round(ratio, 1),
            "against": "spopt 0.7 with PuLP's CBC",
        }
    return figures


if __name__ == "__main__":
    measure(sys.argv[1], sys.argv[2])
