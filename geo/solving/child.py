"""The side of the child process: what is asked comes in, lines of JSON go out.

On standard input come a line of JSON and the arrays that it names, one after the other; after them nothing, until
whoever asked is gone, and then this process goes too. On standard output goes a line of JSON for each thing to say.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import GongtuError

Say = Callable[..., None]
Arrays = dict[str, NDArray[Any]]


def serve(answer: Callable[[dict[str, Any], Arrays, Say], None]) -> None:
    """Reads the request on standard input and has it answered within the limits it sets."""
    say = _say(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # what a library prints is no answer
    asked = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        arrays = {name: _read(sys.stdin.buffer, np.dtype(kind), shape) for name, kind, shape in asked["arrays"]}
        threading.Thread(target=_leave_with_parent, daemon=True).start()
        answer(asked, arrays, say)
    except GongtuError as error:
        say("error", key=error.key, params=error.params)
    except MemoryError:
        say("error", key="planning.memory", params={})


def _read(stream: IO[bytes], kind: np.dtype[Any], shape: list[int]) -> NDArray[Any]:
    array = np.empty(int(np.prod(shape)), dtype=kind)
    left = array.view(np.uint8).data if array.size else memoryview(b"")
    while len(left):
        count = stream.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise SystemExit("the problem ended early")
        left = left[count:]
    return array.reshape(shape)


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
