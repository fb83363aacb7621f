"""The child process that reads one file: ``python -m geo.intake.reader``, asked on standard input by ``files``.

It may crash, hang or run out of memory without harm. What it read it writes into a folder: ``cells.arrow`` (int64
``row``, texts ``0`` … ``n - 1`` and, of layers, WKB ``shape`` and text ``fault``) and ``about.json``, or an error there
instead. Progress goes to standard output, a line for each step.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from geo.intake import IntakeError
from geo.intake.formats import Format, recognise
from geo.intake.sheet import Header, Left, Merge, Row, read_table

BATCH = 10_000


def main() -> None:
    """Reads the file that the request on standard input names, within the limits it sets."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder = Path(asked["folder"])
    try:
        about = read(Path(asked["path"]), folder, asked["name"], asked["sheet"], asked["header_row"])
    except IntakeError as error:
        about = {"error": error.key, "params": error.params}
    except MemoryError:
        about = {"error": "intake.too_large", "params": {"file": asked["name"]}}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def read(path: Path, folder: Path, name: str, sheet: str, header_row: int | None) -> dict[str, Any]:
    """Writes the cells and gives what else there is to say, as ``files.Sheet`` has it."""
    try:
        kind = recognise(path, name)
    except OSError as error:
        raise IntakeError("intake.unreadable", file=name) from error
    if kind in ("geojson", "gpkg", "shapefile"):
        return _read_layer(path, kind, folder, name, sheet)
    return _read_table(path, kind, folder, name, sheet, header_row)


def _read_table(
    path: Path, kind: Format, folder: Path, name: str, sheet: str, header_row: int | None
) -> dict[str, Any]:
    merges: list[Merge] = []
    sheets: tuple[str, ...] = ("",)
    notes: list[tuple[str, dict[str, object]]] = []
    if kind == "csv":
        from geo.intake import delimited

        if sheet:
            raise IntakeError("intake.no_sheet", file=name, sheet=sheet, sheets="—")
        encoding, rows = delimited.read_rows(path, name=name, progress=say)
        title = ""
        if not encoding.startswith("utf-8"):
            notes.append(("intake.note.encoding", {"encoding": encoding.upper()}))
    else:
        from geo.intake import excel

        title, sheets, rows, merges = excel.read_worksheet(
            path, name=name, sheet=sheet, zipped=kind == "xlsx", progress=say
        )
        if len(sheets) > 1:
            notes.append(("intake.note.sheets", {"sheet": title, "count": len(sheets) - 1}))
    left = Left()
    try:
        header, records = read_table(rows, merges, left, name=name, header_row=header_row)
        count = _write(records, header, folder)
    except IntakeError as error:
        if error.key == "intake.too_many" and kind == "csv":
            error.params["rows"] = delimited.count_lines(path)
        raise
    if not count:
        raise IntakeError("intake.only_header", file=name, row=header.row)
    if header.skipped:
        notes.append(("intake.note.titles", {"count": header.skipped}))
    return {
        "name": title,
        "sheets": sheets,
        "header_row": header.row,
        "header": header.names,
        "long_rows": left.long,
        "notes": notes + left.notes(),
    }


def _read_layer(path: Path, kind: Format, folder: Path, name: str, sheet: str) -> dict[str, Any]:
    from geo.intake.spatial import read_layer

    say("open", 0, 0)
    layer = read_layer(path, kind, folder, name=name, layer=sheet)
    rows = pa.array(range(1, len(layer.shapes) + 1), pa.int64())
    columns = [pa.array(column, pa.large_string()) for column in layer.columns]
    shapes = pa.array(layer.shapes, pa.large_binary()), pa.array(layer.faults, pa.large_string())
    schema = (
        _schema(len(columns)).append(pa.field("shape", pa.large_binary())).append(pa.field("fault", pa.large_string()))
    )
    with pa.ipc.new_file(str(folder / "cells.arrow"), schema) as file:
        file.write_batch(pa.record_batch([rows, *columns, *shapes], schema=schema))
    if len(layer.layers) > 1:
        layer.notes.append(("intake.note.sheets", {"sheet": layer.name, "count": len(layer.layers) - 1}))
    return {
        "name": layer.name,
        "sheets": layer.layers,
        "header_row": 0,
        "header": layer.header,
        "long_rows": [],
        "notes": layer.notes,
    }


def _schema(columns: int) -> pa.Schema:
    return pa.schema([("row", pa.int64()), *((str(i), pa.large_string()) for i in range(columns))])


def _write(records: Iterator[Row], header: Header, folder: Path) -> int:
    """Writes the records batch by batch; how many there were."""
    schema = _schema(len(header.names))
    count = 0
    with pa.ipc.new_file(str(folder / "cells.arrow"), schema) as file:
        while batch := list(islice(records, BATCH)):
            count += len(batch)
            columns = zip(*(cells for _, cells in batch), strict=True)
            arrays = [pa.array(column, pa.large_string()) for column in columns]
            file.write_batch(pa.record_batch([pa.array([row for row, _ in batch], pa.int64()), *arrays], schema=schema))
    return count


def say(phase: str, done: int, total: int) -> None:
    """Tells the parent how far this is."""
    print(phase, done, total, flush=True)


if __name__ == "__main__":
    main()
