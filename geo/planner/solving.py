"""Solving in a child process: it can be watched and stopped, and whatever becomes of it, the app goes on."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass, field, replace
from functools import cache
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import GongtuError, ParameterError
from geo.settings import PROJECT_FOLDER
from geo.siting import Goal, Problem, Solution

logger = logging.getLogger(__name__)

AT_ONCE = {"staff": 2, "public": 1}
"""How many solve at the same time in this process, for staff and for everybody else, so that nobody keeps staff from
it; who comes then is told to wait.
"""
MEMORY_AT_MOST = 2 << 30
"""Bytes of address space of a child."""
CHILD = "geo.siting.child"
"""The module that a child runs."""
GRACE_S = 20.0
"""How much longer than it was given a child may take before it is ended: to start, to take the problem in, to check."""
STOPPED, TIMED_OUT = "stopped", "time"
"""Notes of a solution whose search was ended before it was proven: by somebody, by the clock."""


@dataclass(frozen=True)
class Seen:
    """How far a solve is. ``best``: the best so far, the answer once ``done``; None while there is none.

    ``curve``: the best with 1, 2, … new sites, as far as known. ``stage``: "start", then as ``geo.siting`` tells.
    ``stopped``: whether somebody stopped it before it had its answer. ``error``: what went wrong; ``best`` and
    ``curve`` stay what they were.
    """

    stage: str = "start"
    seconds: float = 0.0
    best: Solution | None = None
    curve: tuple[tuple[int, Solution], ...] = ()
    done: bool = False
    stopped: bool = False
    error: GongtuError | None = None


class Solving:
    """One solve in a child process, from ``start`` to when ``look`` says that it is done.

    Threads may share it. Who lets go of it (a page that is closed) ends the child, and so does the end of this process.
    """

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._let_go = weakref.finalize(self, run.stop)

    @classmethod
    def start(
        cls,
        problem: Problem,
        goal: Goal,
        *,
        n: int | None,
        within: float | None,
        time_s: float = 60.0,
        curve_most: int = 0,
        public: bool = False,
    ) -> Solving:
        """Starts a solve and answers at once. ``time_s`` is for the solve; with ``curve_most`` the answers for 1, 2, …
        that many sites follow it, for which there is as much time once more.

        GongtuError ``siting.busy`` where ``AT_ONCE`` others are under way; what else is wrong ``look`` tells.
        ``public``: for somebody who is not signed in.
        """
        who = "public" if public else "staff"
        turns = _turns(who)
        if not turns.acquire(blocking=False):
            raise GongtuError("siting.busy", most=AT_ONCE[who])
        try:
            asked = {"goal": goal, "n": n, "within": within, "time_s": time_s, "curve_most": curve_most}
            run = _Run(goal, time.monotonic(), time_s * (2 if curve_most else 1) + GRACE_S, turns)
            run.begin(problem, asked)
        except BaseException:
            turns.release()
            raise
        return cls(run)

    def look(self) -> Seen:
        """How far it is now."""
        return self._run.seen()

    def stop(self) -> Seen:
        """Ends the search, unless it has ended, and keeps the best so far."""
        self._let_go()
        self._run.wait()
        return self.look()

    def wait(self, timeout_s: float | None = None) -> Seen:
        """Waits until it is done, or for so long; how far it is then."""
        self._run.wait(timeout_s)
        return self.look()


@cache
def _turns(who: str) -> threading.BoundedSemaphore:
    """The turns that all solves of this process share."""
    return threading.BoundedSemaphore(AT_ONCE[who])


@dataclass
class _Run:
    """What the child and the thread that listens to it share with who looks."""

    goal: Goal
    began: float
    limit_s: float
    turns: threading.BoundedSemaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    now: Seen = field(default_factory=Seen)
    answered: bool = False
    asked_to_stop: bool = False
    timed_out: bool = False

    def begin(self, problem: Problem, asked: dict[str, Any]) -> None:
        """Starts the child and the thread; the thread gives the turn back when the child has ended."""
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - the thread closes it
        try:
            self.child = subprocess.Popen(
                [sys.executable, "-m", CHILD],
                cwd=PROJECT_FOLDER,
                env={
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                    "PYTHONIOENCODING": "utf-8",
                    # Neither threads nor pools of memory that count against the limit before they are used.
                    "OPENBLAS_NUM_THREADS": "1",
                    "PROJ_NETWORK": "OFF",
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C in a terminal is for the one who asked
            )
        except OSError as error:
            errors.close()
            raise GongtuError("planning.no_start", reason=str(error.strerror or error)) from error
        header, arrays = _parcel(problem, asked | {"memory": MEMORY_AT_MOST})
        arguments = (header, arrays, errors)
        self.thread = threading.Thread(target=self._listen, args=arguments, name="solving", daemon=True)
        try:
            self.thread.start()
        except RuntimeError:  # no more threads to be had
            self.child.kill()
            raise

    def seen(self) -> Seen:
        with self.lock:
            seconds = self.now.seconds if self.now.done else time.monotonic() - self.began
            return replace(self.now, seconds=seconds)

    def stop(self) -> None:
        with self.lock:
            self.asked_to_stop = True
        self.child.kill()

    def wait(self, timeout_s: float | None = None) -> None:
        self.thread.join(timeout_s)

    def _time_out(self) -> None:
        with self.lock:
            self.timed_out = True
        self.child.kill()

    def _listen(self, header: bytes, arrays: list[NDArray[Any]], errors: IO[bytes]) -> None:
        """Hands the problem over, hears the child out, and settles what became of it."""
        ended = -signal.SIGKILL
        clock = threading.Timer(self.limit_s, self._time_out)
        clock.daemon = True
        clock.start()
        try:
            assert self.child.stdin
            assert self.child.stdout
            with contextlib.suppress(OSError):  # the child has ended before it took all
                self.child.stdin.write(header)
                for array in arrays:
                    self.child.stdin.write(array.tobytes())
                self.child.stdin.flush()
            arrays.clear()
            for line in self.child.stdout:
                self._hear(json.loads(line))
            ended = self.child.wait()
        except Exception:
            logger.exception("what a solver said could not be heard")
            self.child.kill()
            self.child.wait()
        finally:
            clock.cancel()
            self.turns.release()  # before anybody can see that it is done, and start the next
            with errors:
                errors.seek(0)
                self._settle(ended, errors.read().decode("utf-8", "replace"))
            for pipe in (self.child.stdin, self.child.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]

    def _hear(self, said: dict[str, Any]) -> None:
        with self.lock:
            match said.pop("what"):
                case "progress":
                    best = self._so_far(**{name: said[name] for name in ("sites", "objective", "bound", "seconds")})
                    known = self.now.best if self.answered or best is None else best
                    self.now = replace(self.now, stage=said["stage"], best=known)
                case "solution":
                    self.answered = True
                    self.now = replace(self.now, best=_solution(said))
                case "curve":
                    n = said.pop("n")
                    self.now = replace(self.now, stage="curve", curve=(*self.now.curve, (n, _solution(said))))
                case "error":
                    kind = ParameterError if "field" in said["params"] else GongtuError
                    self.now = replace(self.now, error=kind(said["key"], **said["params"]))

    def _so_far(self, sites: list[int], objective: float, bound: float, seconds: float) -> Solution | None:
        """A solution of what is known on the way; None while nothing is."""
        if not sites:
            return None
        larger = max(abs(objective), abs(bound))
        gap = abs(bound - objective) / larger if larger else 0.0
        return Solution(self.goal, tuple(sites), objective, bound, False, gap, seconds)

    def _settle(self, ended: int, words: str) -> None:
        """What is left when the child has ended."""
        with self.lock:
            seconds, now, error = time.monotonic() - self.began, self.now, self.now.error
            stopped = self.asked_to_stop and bool(ended) and not self.answered
            best = now.best
            if best is not None and not self.answered:
                best = replace(best, note=STOPPED if stopped else TIMED_OUT if self.timed_out else "")
            failed = bool(ended) or not self.answered
            if failed and not self.asked_to_stop and error is None and not (self.timed_out and best is not None):
                logger.warning("solver ended with %d: %s", ended, words[-2000:])
                error = GongtuError("planning.no_time" if self.timed_out else "planning.crashed")
            self.now = replace(now, seconds=seconds, best=best, done=True, stopped=stopped, error=error)


def _solution(said: dict[str, Any]) -> Solution:
    return Solution(**said | {"sites": tuple(said["sites"])})


def _parcel(problem: Problem, asked: dict[str, Any]) -> tuple[bytes, list[NDArray[Any]]]:
    """A line of JSON that says what is asked and what arrays follow it, and the arrays, in that order."""
    arrays: dict[str, NDArray[Any]] = {
        "start": problem.table.start,
        "site": problem.table.site,
        "cost": problem.table.cost,
        "weight": problem.weight,
        "base": problem.base,
        "forced": problem.forced,
        "barred": problem.barred,
    }
    if problem.capacity is not None:
        arrays["capacity"] = problem.capacity
    shapes = [(name, np.asarray(array).dtype.str, len(array)) for name, array in arrays.items()]
    line = json.dumps(asked | {"sites": problem.table.sites, "arrays": shapes}) + "\n"
    return line.encode(), list(arrays.values())
