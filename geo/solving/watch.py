"""The side of who asks: a child process is started, heard, watched and ended."""

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
from dataclasses import dataclass, replace
from typing import IO, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.errors import GongtuError, ParameterError
from geo.settings import PROJECT_FOLDER

logger = logging.getLogger(__name__)

MEMORY_AT_MOST = 2 << 30
"""Bytes of address space of a child."""
STOPPED, TIMED_OUT = "stopped", "time"
"""Notes of a solution whose search was ended before it was proven: by somebody, by the clock."""
A = TypeVar("A")


@dataclass(frozen=True)
class Watched(Generic[A]):
    """How far a solve is. ``best``: the best so far, the answer once ``done``; None while there is none.

    ``stage``: "start", then as the solver tells. ``stopped``: whether somebody stopped it before it had its answer.
    ``error``: what went wrong; ``best`` stays what it was.
    """

    stage: str = "start"
    seconds: float = 0.0
    best: A | None = None
    done: bool = False
    stopped: bool = False
    error: GongtuError | None = None


S = TypeVar("S", bound=Watched[Any])


class Run(Generic[S]):
    """What the child and the thread that listens to it share with who looks.

    A subclass says in ``hear`` what becomes of each thing that the child says; ``answered`` once the answer is in.
    """

    def __init__(self, now: S, limit_s: float, turns: threading.BoundedSemaphore) -> None:
        self.now, self.limit_s, self.turns = now, limit_s, turns
        self.began = time.monotonic()
        self.lock = threading.Lock()
        self.answered = self.asked_to_stop = self.timed_out = False

    def hear(self, what: str, said: dict[str, Any]) -> None:
        """Takes in a thing said, into ``now``; called with the lock held."""
        raise NotImplementedError

    def begin(self, child: str, asked: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        """Starts the child, a module, and the thread; the thread gives the turn back when the child has ended."""
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - the thread closes it
        try:
            self.child = subprocess.Popen(
                [sys.executable, "-m", child],
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
        shapes = [(name, np.asarray(array).dtype.str, list(np.shape(array))) for name, array in arrays.items()]
        line = json.dumps(asked | {"memory": MEMORY_AT_MOST, "arrays": shapes}) + "\n"
        arguments = (line.encode(), list(arrays.values()), errors)
        self.thread = threading.Thread(target=self._listen, args=arguments, name="solving", daemon=True)
        try:
            self.thread.start()
        except RuntimeError:  # no more threads to be had
            self.child.kill()
            raise

    def seen(self) -> S:
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
                self._heard(json.loads(line))
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

    def _heard(self, said: dict[str, Any]) -> None:
        what = said.pop("what")
        with self.lock:
            if what == "error":
                kind = ParameterError if "field" in said["params"] else GongtuError
                self.now = replace(self.now, error=kind(said["key"], **said["params"]))
            else:
                self.hear(what, said)

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


class Handle(Generic[S]):
    """A hold on a run that was begun. Threads may share it. Who lets go of it (a page that is closed) ends the child,
    and so does the end of this process.
    """

    def __init__(self, run: Run[S]) -> None:
        self._run = run
        self._let_go = weakref.finalize(self, run.stop)

    def look(self) -> S:
        """How far it is now."""
        return self._run.seen()

    def stop(self) -> S:
        """Ends the search, unless it has ended, and keeps the best so far."""
        self._let_go()
        self._run.wait()
        return self.look()

    def wait(self, timeout_s: float | None = None) -> S:
        """Waits until it is done, or for so long; how far it is then."""
        self._run.wait(timeout_s)
        return self.look()
