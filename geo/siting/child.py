"""The child process that solves one siting: ``python -m geo.siting.child``, asked by ``geo.planner.solving``.

It may crash, hang or run out of memory without harm. On standard input come a line of JSON and the arrays that it
names, one after the other; after them nothing, until whoever asked is gone, and then this process goes too. On standard
output goes a line of JSON for each thing to say: progress, the solution, the points of the curve, or an error.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from geo.distance import CostTable
from geo.errors import GongtuError
from geo.siting import Problem, Progress, curve, solve

Say = Callable[..., None]


def main() -> None:
    """Solves what the request on standard input asks for, within the limits it sets."""
    say = _say(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # what a library prints is no answer
    asked = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        problem = read_problem(sys.stdin.buffer, asked)
        threading.Thread(target=_leave_with_parent, daemon=True).start()
        answer(problem, asked, say)
    except GongtuError as error:
        say("error", key=error.key, params=error.params)
    except MemoryError:
        say("error", key="planning.memory", params={})


def answer(problem: Problem, asked: dict[str, Any], say: Say) -> None:
    """The solution, then the curve if that is asked for."""
    goal, within, time_s = asked["goal"], asked["within"], asked["time_s"]

    def tell(progress: Progress) -> None:
        say("progress", **asdict(progress))

    say("solution", **asdict(solve(problem, goal, n=asked["n"], within=within, time_s=time_s, tell=tell)))
    if asked["curve_most"]:
        for n, found in curve(problem, goal, most=asked["curve_most"], within=within, time_s=time_s, tell=tell):
            say("curve", n=n, **asdict(found))


def read_problem(stream: IO[bytes], asked: dict[str, Any]) -> Problem:
    """The problem whose arrays follow on ``stream``."""
    arrays = {name: _read(stream, np.dtype(kind), length) for name, kind, length in asked["arrays"]}
    table = CostTable(start=arrays["start"], site=arrays["site"], cost=arrays["cost"], sites=asked["sites"])
    return Problem(
        table=table,
        weight=arrays["weight"],
        base=arrays["base"],
        capacity=arrays.get("capacity"),
        forced=arrays["forced"],
        barred=arrays["barred"],
    )


def _read(stream: IO[bytes], kind: np.dtype[Any], length: int) -> NDArray[Any]:
    array = np.empty(length, dtype=kind)
    left = array.view(np.uint8).data if length else memoryview(b"")
    while len(left):
        count = stream.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise SystemExit("the problem ended early")
        left = left[count:]
    return array


def _say(stream: IO[str]) -> Say:
    """How a line is said: at once, and whole."""

    def say(what: str, **more: object) -> None:
        stream.write(json.dumps({"what": what, **more}, default=_plain) + "\n")
        stream.flush()

    return say


def _plain(value: Any) -> Any:
    """numpy's numbers as Python's; anything else as its words."""
    return value.item() if isinstance(value, np.generic) else str(value)


def _leave_with_parent() -> None:
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
    os._exit(0)  # all is said; taking the libraries down would take longer than many a solve
