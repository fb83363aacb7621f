"""Reading the files people bring: each in a child process of its own, so that no file can take the app down."""

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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.intake import IntakeError as IntakeError
from geo.intake.sheet import Progress
from geo.settings import PROJECT_FOLDER

logger = logging.getLogger(__name__)

BYTES_AT_MOST = 300 << 20
MEMORY_AT_MOST = 900 << 20
"""Bytes of address space of the child."""
SECONDS_AT_MOST = 180
"""Of computing, and by the clock."""
OUT_OF_MEMORY = "memory allocation of"
"""What Rust's last words are about."""
TIMED_OUT = (signal.SIGXCPU, signal.SIGALRM)

Note = tuple[str, dict[str, object]]


@dataclass(frozen=True, eq=False)
class Sheet:
    """One worksheet, CSV file or layer, as text.

    ``name``: of the worksheet or layer, ``""`` for CSV; ``sheets``: all that the file has, hidden ones left out.
    ``header_row``: the row the (last line of the) header stands in, as a spreadsheet counts; 0 for layers.
    ``header``: one text for each column, ``""`` where there is none; may repeat. Two-line headers give the lower text,
    with the upper one before it where several columns have the same.
    ``cells``: texts, columns 0 … n - 1 as ``header``, tidy (``sheet.tidy``), ``""`` where empty; the index ``row``
    (int64, ascending) is the row as a spreadsheet counts, or the feature's number from 1. Merged cells are filled down.
    Empty rows, repeated headers, total rows and notes under the table are left out, and told in ``notes``.
    ``shapes``: shapely geometries in WGS-84 longitude, latitude (or in degrees of a datum not said: see the notes),
    aligned with ``cells``, None where a feature has none; None for tables.
    ``shape_faults``: texts aligned with ``shapes``: why a geometry is not valid, ``""`` where it is; None for tables.
    ``long_rows``: the rows that had more cells than the header has columns (the rest was cut off): likely shifted by a
    separator within a cell.
    ``notes``: pairs of message key and parameters, what was done on the way and what the user should know.
    """

    name: str
    sheets: tuple[str, ...]
    header_row: int
    header: tuple[str, ...]
    cells: pd.DataFrame
    shapes: NDArray[np.object_] | None = None
    shape_faults: NDArray[np.object_] | None = None
    long_rows: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()


def read_file(
    path: Path, *, name: str, sheet: str = "", header_row: int | None = None, progress: Progress | None = None
) -> Sheet:
    """What the file at ``path`` holds; what it is, its content says, not its name.

    ``name`` is what the user calls it, for messages. ``sheet`` chooses the worksheet or layer (the first visible one
    that looks like a table if not given), ``header_row`` the header, as a spreadsheet counts from 1 (found if not
    given). IntakeError, with ``file``, where it cannot be read or is refused. The bytes are read in a child process
    that has ``MEMORY_AT_MOST`` and ``SECONDS_AT_MOST``; this process only takes over the texts.
    """
    size = path.stat().st_size if path.is_file() else -1
    if size <= 0:
        raise IntakeError("intake.empty" if size == 0 else "intake.unreadable", file=name)
    if size > BYTES_AT_MOST:
        raise IntakeError("intake.too_large", file=name)
    with tempfile.TemporaryDirectory(prefix="intake-") as made:
        folder = Path(made)
        asked = {
            "path": str(path.resolve()),
            "folder": made,
            "name": name,
            "sheet": sheet,
            "header_row": header_row,
            "memory": MEMORY_AT_MOST,
            "seconds": SECONDS_AT_MOST,
        }
        ended = _run(json.dumps(asked), folder / "stderr.txt", progress)
        answer = folder / "about.json"
        if ended or not answer.exists():
            words = (folder / "stderr.txt").read_text(encoding="utf-8", errors="replace")
            logger.warning("reader of %r ended with %d: %s", name, ended, words[-2000:])
            reason = "too_slow" if -ended in TIMED_OUT else "too_large" if OUT_OF_MEMORY in words else "crashed"
            raise IntakeError(f"intake.{reason}", file=name)
        about = json.loads(answer.read_text(encoding="utf-8"))
        if "error" in about:
            raise IntakeError(about["error"], **about["params"])
        if progress:
            progress("load", 0, 0)
        return load(folder / "cells.arrow", about)


def _run(asked: str, stderr: Path, progress: Progress | None) -> int:
    """Runs the child; how it ended, as subprocess says: 0 where all is well, minus the signal that killed it."""
    environment = {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONIOENCODING": "utf-8",
        # Neither threads nor pools of memory that count against the limit before they are used.
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "PROJ_NETWORK": "OFF",
    }
    with (
        stderr.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "geo.intake.reader"],
            cwd=PROJECT_FOLDER,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as child,
    ):
        assert child.stdin
        assert child.stdout
        clock = threading.Timer(SECONDS_AT_MOST, child.send_signal, [signal.SIGALRM])
        clock.start()
        try:
            with contextlib.suppress(BrokenPipeError), child.stdin:
                child.stdin.write(asked)
            for line in child.stdout:
                phase, done, total = line.split()
                if progress:
                    progress(phase, int(done), int(total))
        except BaseException:
            child.kill()
            raise
        finally:
            clock.cancel()
        return child.wait()


def load(path: Path, about: dict[str, Any]) -> Sheet:
    """What the child left: the cells at ``path``, and ``about`` them."""
    with pa.OSFile(str(path)) as file:
        table = pa.ipc.open_file(file).read_all()
    width = len(about["header"])
    index = pd.Index(table["row"].to_numpy(), name="row")
    spatial = "shape" in table.column_names
    return Sheet(
        name=about["name"],
        sheets=tuple(about["sheets"]),
        header_row=about["header_row"],
        header=tuple(about["header"]),
        cells=pd.DataFrame({i: table[str(i)].to_pandas().set_axis(index) for i in range(width)}, index=index),
        shapes=shapely.from_wkb(table["shape"].to_numpy()) if spatial else None,
        shape_faults=table["fault"].to_numpy() if spatial else None,
        long_rows=tuple(about["long_rows"]),
        notes=tuple((key, params) for key, params in about["notes"]),
    )
