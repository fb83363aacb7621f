"""The child process that solves one siting: ``python -m geo.siting.child``, asked by ``geo.planner.solving``.

It may crash, hang or run out of memory without harm. It says progress, the solution, the points of the curve, or an
error; ``geo.solving.child`` has how.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from geo.distance import CostTable
from geo.siting import Problem, Progress, curve, solve
from geo.solving.child import Arrays, Say, serve


def main() -> None:
    """Solves what the request on standard input asks for, within the limits it sets."""
    serve(lambda asked, arrays, say: answer(read_problem(arrays, asked), asked, say))


def answer(problem: Problem, asked: dict[str, Any], say: Say) -> None:
    """The solution, then the curve if that is asked for."""
    goal, within, time_s = asked["goal"], asked["within"], asked["time_s"]

    def tell(progress: Progress) -> None:
        say("progress", **asdict(progress))

    say("solution", **asdict(solve(problem, goal, n=asked["n"], within=within, time_s=time_s, tell=tell)))
    if asked["curve_most"]:
        for n, found in curve(problem, goal, most=asked["curve_most"], within=within, time_s=time_s, tell=tell):
            say("curve", n=n, **asdict(found))


def read_problem(arrays: Arrays, asked: dict[str, Any]) -> Problem:
    """The problem whose arrays these are."""
    table = CostTable(start=arrays["start"], site=arrays["site"], cost=arrays["cost"], sites=asked["sites"])
    return Problem(
        table=table,
        weight=arrays["weight"],
        base=arrays["base"],
        capacity=arrays.get("capacity"),
        forced=arrays["forced"],
        barred=arrays["barred"],
    )


if __name__ == "__main__":
    main()
    os._exit(0)  # all is said; taking the libraries down would take longer than many a solve
