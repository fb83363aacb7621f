"""The child process that solves one assignment: ``python -m geo.assignment.child``, asked by ``geo.fieldwork.solving``.

It knows numpy and scipy and nothing else, so that it starts quickly. It says progress, the solution, a clash or an
error; ``geo.solving.child`` has how.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from geo.assignment import Clash, Problem, Progress, solve
from geo.solving.child import Arrays, Say, serve


def main() -> None:
    """Solves what the request on standard input asks for, within the limits it sets."""
    serve(lambda asked, arrays, say: answer(read_problem(arrays, asked), asked, say))


def answer(problem: Problem, asked: dict[str, Any], say: Say) -> None:
    """The solution, or the demands that clash."""

    def tell(progress: Progress) -> None:
        say("progress", **asdict(progress))

    try:
        found = solve(problem, asked["goal"], time_s=asked["time_s"], tell=tell)
    except Clash as clash:
        say(
            "clash",
            demands=[asdict(demand) for demand in clash.demands],
            least_balance=clash.least_balance,
            least_proven=clash.least_proven,
            irreducible=clash.irreducible,
        )
    else:
        say("solution", **asdict(found))


def read_problem(arrays: Arrays, asked: dict[str, Any]) -> Problem:
    """The problem whose arrays these are."""
    return Problem(**arrays, balance=asked["balance"])


if __name__ == "__main__":
    main()
    os._exit(0)  # all is said; taking the libraries down would take longer than many a solve
