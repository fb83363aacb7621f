"""Teams and positions: seconds to the proven best, and the worst deviation, against what else divides a map.

The same made-up grids and workloads for all, in processes of their own: ours (compact within the balance asked for),
spopt's max-p heuristic and SKATER, and a greedy growth from seeds far apart (first the least laden team). Of each: how
many teams there are, whether each hangs together, the worst deviation from an equal share, travel as ours counts it.
Max-p is asked for teams of at least the least load that the balance allows, with 3 constructions (with its 99 it does
not always end), SKATER for as many teams of at least two positions; both see places, neither has an upper bound.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

PATIENCE_S = 60.0
"""For any one division."""
ROOT = Path(__file__).parent.parent
Figures = dict[str, dict[str, object]]
WAYS = ("ours", "max_p", "skater", "greedy")
WORDS = {"ours": "ours", "max_p": "spopt max-p", "skater": "spopt SKATER", "greedy": "greedy growth"}


class Case(NamedTuple):
    """A grid of cells a kilometre wide, each bordering those beside it, above and below, and two across corners.
    ``aim_s``: within which we mean to answer; ``proven``: with the best there is."""

    rows: int
    columns: int
    teams: int
    balance: float
    aim_s: float
    proven: bool


CASES = {
    "24_7": Case(4, 6, 7, 0.15, 1.0, True),
    "50_12": Case(5, 10, 12, 0.15, 20.0, True),
    "200_20": Case(10, 20, 20, 0.05, 10.0, False),
}


def ground(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places (n, 2) metres, loads (n,), neighbours (n, n); seeded."""
    random = np.random.default_rng(0)
    count = case.rows * case.columns
    row, column = np.divmod(np.arange(count), case.columns)
    places = np.column_stack((column, row)) * 1_000.0 + random.normal(0, 150, (count, 2))
    loads = random.uniform(2, 6, count)
    down, right = row[:, None] - row[None], column[:, None] - column[None]
    near = (np.abs(down) + np.abs(right) == 1) | ((down * right == 1) & (np.abs(down) == 1))
    return places, loads, near


def ours(case: Case) -> tuple[np.ndarray, float, dict[str, object]]:
    from geo.assignment import Problem, solve

    places, loads, near = ground(case)
    n, k = len(loads), case.teams
    none = np.full(n, -1)
    begun = time.perf_counter()
    problem = Problem(
        load=loads,
        x=places[:, 0],
        y=places[:, 1],
        neighbours=near,
        anywhere=np.zeros(n, dtype=bool),
        strength=np.ones(k),
        balance=case.balance,
        fixed=none,
        never=np.zeros((n, k), dtype=bool),
        present=none,
    )
    found = solve(problem, "compact", time_s=case.aim_s * 0.85)
    took = time.perf_counter() - begun
    return np.array(found.team), took, {"proven": found.proven, "gap": 1 - found.bound[0] / found.value[0]}


def spopt(case: Case, way: str) -> tuple[np.ndarray, float, dict[str, object]]:
    import warnings

    warnings.simplefilter("ignore")
    import geopandas
    from libpysal.weights import W
    from spopt.region import MaxPHeuristic, Skater

    places, loads, near = ground(case)
    frame = geopandas.GeoDataFrame(
        {"load": loads, "x": places[:, 0], "y": places[:, 1]}, geometry=geopandas.points_from_xy(*places.T)
    )
    weights = W({one: np.flatnonzero(row).tolist() for one, row in enumerate(near)}, silence_warnings=True)
    floor = loads.sum() / case.teams * (1 - case.balance)
    np.random.seed(0)  # what spopt draws from
    begun = time.perf_counter()
    if way == "max_p":
        model = MaxPHeuristic(frame, weights, ["x", "y"], "load", floor, top_n=2, max_iterations_construction=3)
        model.solve()
        return np.asarray(model.labels_), time.perf_counter() - begun, {}
    model = Skater(frame, weights, ["x", "y"], n_clusters=case.teams, floor=2)
    model.solve()
    return np.asarray(model.labels_), time.perf_counter() - begun, {}


def greedy(case: Case) -> tuple[np.ndarray, float, dict[str, object]]:
    """Seeds one by one furthest from those there are; then the least laden team takes its nearest free neighbour."""
    places, loads, near = ground(case)
    begun = time.perf_counter()
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    seeds = [int(np.argmax(apart.sum(axis=1)))]
    while len(seeds) < case.teams:
        seeds.append(int(np.argmax(apart[:, seeds].min(axis=1))))
    team = np.full(len(loads), -1)
    team[seeds] = np.arange(case.teams)
    while (team < 0).any():
        laden = np.array([loads[team == one].sum() for one in range(case.teams)])
        for one in np.argsort(laden, kind="stable"):
            free = np.flatnonzero(near[team == one].any(axis=0) & (team < 0))
            if len(free):
                team[free[np.argmin(apart[seeds[one], free])]] = one
                break
    return team, time.perf_counter() - begun, {}


def worth(case: Case, labels: np.ndarray) -> dict[str, object]:
    """What a division is worth, whoever made it."""
    from scipy.sparse.csgraph import connected_components

    places, loads, near = ground(case)
    kinds = np.unique(labels)
    sums = np.array([loads[labels == one].sum() for one in kinds])
    share = loads.sum() / case.teams
    travel, split = 0.0, 0
    for one in kinds:
        own = np.flatnonzero(labels == one)
        split += connected_components(near[np.ix_(own, own)])[0] > 1
        travel += np.hypot(*(places[own][:, None] - places[own][None]).transpose(2, 0, 1)).sum(axis=1).min()
    return {
        "teams": len(kinds),
        "split": int(split),
        "worst": float(np.abs(sums / share - 1).max()),
        "km": travel / 1e3,
    }


def measure(way: str, name: str) -> None:
    """One division, printed as JSON."""
    case = CASES[name]
    labels, took, more = {"ours": ours, "greedy": greedy}[way](case) if way in ("ours", "greedy") else spopt(case, way)
    print(json.dumps({"seconds": took, **worth(case, labels), **more}))


def run() -> Figures:
    """The figures of this benchmark, printed as they are found; SystemExit where ours is not what was asked for."""
    figures: Figures = {}
    for name, case in CASES.items():
        said = {}
        for way in WAYS:
            command = [sys.executable, "-m", "bench.assignment", way, name]
            try:
                done = subprocess.run(
                    command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE_S
                )
            except subprocess.TimeoutExpired:
                if way == "ours":
                    raise
                print(f"assignment: {name:7} {WORDS[way]:14} no answer in {PATIENCE_S:.0f} s")
                continue
            if done.returncode:
                words = done.stderr.strip().splitlines()[-1:] or ["no answer"]
                print(f"assignment: {name:7} {WORDS[way]:14} {words[0][:90]}")
                if way == "ours":
                    raise SystemExit(done.stderr)
                continue
            said[way] = one = json.loads(done.stdout.splitlines()[-1])
            ends = (
                "" if way != "ours" else ", proven best" if one["proven"] else f", within {one['gap']:.1%} of the bound"
            )
            print(
                f"assignment: {name:7} {WORDS[way]:14} {one['seconds']:6.2f} s, "
                f"{one['teams']:2} of {case.teams} teams, {one['split']} split, "
                f"worst {one['worst']:4.0%} off, {one['km']:6.1f} km{ends}"
            )
        own = said["ours"]
        if own["split"] or own["teams"] != case.teams or own["worst"] > case.balance + 1e-9:
            raise SystemExit(f"{name}: {own} is not what was asked for")
        if case.proven and not own["proven"]:
            raise SystemExit(f"{name}: not proven in {own['seconds']:.1f} s")
        figures[f"assignment_{name}"] = {
            "value": round(own["seconds"], 2),
            "unit": "s",
            "ratio": round(case.aim_s / own["seconds"], 2),
            "against": f"the aim: {case.aim_s:.0f} s",
        }
        others = {way: one["worst"] for way, one in said.items() if way != "ours"}
        if others:
            best = min(others, key=lambda way: others[way])
            figures[f"assignment_{name}_worst"] = {
                "value": round(own["worst"] * 100, 1),
                "unit": "% off an equal share",
                "ratio": round(others[best] / own["worst"], 1) if own["worst"] else None,
                "against": f"{WORDS[best]}, the best of the others",
            }
    return figures


if __name__ == "__main__":
    measure(sys.argv[1], sys.argv[2])
