"""What a table must look like: columns with their kinds and limits, checked all at once, every fault with its place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np
import pandas as pd

from geo.errors import Fault

Standing = Literal["reported", "inferred", "assumed", "synthetic", "imported"]
STANDINGS: tuple[str, ...] = get_args(Standing)
Kind = Literal["text", "number", "integer", "flag", "date", "choice", "choices"]
DATE = r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
WHOLE_AT_MOST = 2**53  # beyond, a float no longer tells one whole number from the next


@dataclass(frozen=True)
class Column:
    """One column: what its cells hold. An empty cell means unknown, and is a fault only where ``required``.

    ``low`` and ``high`` bound numbers, inclusive; ``choices`` lists what a ``choice`` (one) or ``choices``
    (several, joined by ``;``) may be. A ``date`` is YYYY, YYYY-MM or YYYY-MM-DD, of 1000 to 2999, and stays text,
    because a year alone is not its first of January. An ``integer`` is at most ``WHOLE_AT_MOST``.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    low: float = -np.inf
    high: float = np.inf
    choices: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What a cell may be, for a fault to say: the choices, or the limits, as plain numbers."""
        return " / ".join(self.choices) or f"{self.low:.15g} … {self.high:.15g}".replace("-inf", "−∞").replace(
            "inf", "∞"
        )


@dataclass(frozen=True)
class Table:
    """One CSV file of a pack. ``key`` columns together name a record; the file may be missing where ``optional``."""

    file: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False


PROVENANCE = (
    Column("standing", "choice", required=True, choices=STANDINGS),
    Column("source", required=True),
    Column("as_of", "date", required=True),
)
POINT = (
    Column("lon", "number", low=-180, high=180),
    Column("lat", "number", low=-90, high=90),
)
POINTS = (("lon", "lat"), ("entrance_lon", "entrance_lat"), ("base_lon", "base_lat"))
"""Columns that together say one place: both are known or neither is."""
PLACED = (
    *POINT,
    Column("location_standing", "choice", choices=STANDINGS),
    Column("precision_m", "number", low=0),
)


def read_table(content: bytes, table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """The rows of a CSV file (UTF-8, BOM allowed) as a typed frame, and every fault in it, in row order.

    Text cells are stripped; unknown is ``""`` in text, date and choice columns, NaN in numbers and ``pd.NA`` in
    integers and flags. Optional columns the file leaves out are added as unknown; a row of empty cells is no record.
    The frame is complete only where there are no faults: a cell at fault becomes unknown, a row of the wrong length
    and a column not known are left out.
    """
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        return empty_table(table), [Fault(table.file, content[: error.start].count(b"\n") + 1, None, "fault.encoding")]
    except csv.Error:
        return empty_table(table), [Fault(table.file, len(rows) + 1, None, "fault.csv")]
    if not rows:
        return empty_table(table), [Fault(table.file, None, None, "fault.no_header")]
    header = [name.strip() for name in rows[0]]
    if len(header) == 1 and any(separator in header[0] for separator in ";\t"):
        return empty_table(table), [Fault(table.file, 1, None, "fault.separator")]
    numbered = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    faults = _header_faults(header, table) + [
        Fault(table.file, number, None, "fault.cells", str(len(row)), str(len(header)))
        for number, row in numbered
        if len(row) != len(header)
    ]
    whole = [(number, row) for number, row in numbered if len(row) == len(header)]
    numbers = pd.Index([number for number, _ in whole], dtype="int64")
    raw = pd.DataFrame([row for _, row in whole], columns=header, index=numbers, dtype=str)
    raw = raw.loc[:, ~raw.columns.duplicated()]
    parsed: dict[str, pd.Series] = {}
    for column in table.columns:
        if column.name not in raw:
            parsed[column.name] = _unknown(column, numbers)
            continue
        cells = raw[column.name].str.strip()
        parsed[column.name], bad = _parse(cells, column)
        faults += [
            Fault(table.file, int(row), column.name, key, str(cells[row])[:80], column.allowed)
            for key, where in bad
            for row in numbers[where.to_numpy(bool)]
        ]
    if set(table.key) <= set(raw):
        faults += _key_faults(raw, table)
    for pair in POINTS:
        if parsed.keys() >= set(pair):
            half = parsed[pair[0]].isna() != parsed[pair[1]].isna()
            silent = ~numbers.isin([fault.row for fault in faults if fault.column in pair])
            name = " + ".join(pair)
            faults += [Fault(table.file, int(row), name, "fault.half_point") for row in numbers[half & silent]]
    frame = pd.DataFrame(parsed).reset_index(names="row")
    return frame, sorted(faults, key=lambda fault: fault.row or 0)


def _header_faults(header: list[str], table: Table) -> list[Fault]:
    known = {column.name for column in table.columns}
    needed = {column.name for column in table.columns if column.required} | set(table.key)
    return (
        [Fault(table.file, 1, name, "fault.column_missing") for name in sorted(needed - set(header))]
        + [Fault(table.file, 1, name, "fault.column_unknown") for name in dict.fromkeys(header) if name not in known]
        + [Fault(table.file, 1, name, "fault.column_twice") for name in sorted(known) if header.count(name) > 1]
    )


def _key_faults(raw: pd.DataFrame, table: Table) -> list[Fault]:
    keys = raw[list(table.key)].apply(lambda cells: cells.str.strip())
    again = keys.duplicated() & (keys != "").all(axis=1)
    name = " + ".join(table.key)
    return [Fault(table.file, int(row), name, "fault.repeated", " ".join(keys.loc[row])) for row in raw.index[again]]


def _parse(cells: pd.Series, column: Column) -> tuple[pd.Series, list[tuple[str, pd.Series]]]:
    """Typed values of one column and its faults, as pairs of message key and row mask."""
    given = cells != ""
    bad: list[tuple[str, pd.Series]] = [("fault.empty", ~given)] if column.required else []
    match column.kind:
        case "number" | "integer":
            values = pd.to_numeric(cells.where(given), errors="coerce").astype("float64")
            values = values.where(np.isfinite(values))
            bad.append(("fault.number", given & values.isna()))
            low, high = column.low, column.high
            if column.kind == "integer":
                low, high = max(low, -WHOLE_AT_MOST), min(high, WHOLE_AT_MOST)
            bad.append(("fault.range", (values < low) | (values > high)))
            values = values.where(values.between(low, high))
            if column.kind == "integer":
                bad.append(("fault.integer", values.notna() & (values % 1 != 0)))
                return values.where(values % 1 == 0).astype("Int64"), bad
            return values, bad
        case "flag":
            said = cells.str.lower()  # spreadsheets write TRUE
            bad.append(("fault.flag", given & ~said.isin(["true", "false"])))
            return said.map({"true": True, "false": False}).astype("boolean"), bad
        case "date":
            bad.append(("fault.date", given & ~_each(cells, is_date)))
        case "choice":
            bad.append(("fault.choice", given & ~cells.isin(column.choices)))
        case "choices":
            bad.append(("fault.choice", given & ~_each(cells, lambda cell: _parts(cell) <= {*column.choices})))
        case "text":
            pass
    return cells, bad


def _unknown(column: Column, index: pd.Index) -> pd.Series:
    """A column of which nothing is known, typed as ``_parse`` types it."""
    match column.kind:
        case "number":
            return pd.Series(np.nan, index=index, dtype="float64")
        case "integer":
            return pd.Series(pd.NA, index=index, dtype="Int64")
        case "flag":
            return pd.Series(pd.NA, index=index, dtype="boolean")
    return pd.Series("", index=index, dtype=str)


def _each(cells: pd.Series, good: Callable[[str], bool]) -> pd.Series:
    """``good`` of each cell, asked once for equal ones."""
    return cells.map({cell: good(cell) for cell in cells.unique()}).astype(bool)


def _parts(cell: str) -> set[str]:
    return {part.strip() for part in cell.split(";")}


def is_date(cell: str) -> bool:
    """Whether the cell is a year, a month or a day that the calendar has."""
    if not re.fullmatch(DATE, cell):
        return False
    try:
        date.fromisoformat(cell + "-01-01"[len(cell) - 4 :])
    except ValueError:
        return False
    return True


def is_day(cell: str) -> bool:
    """Whether the cell is a whole day of the calendar, YYYY-MM-DD."""
    return len(cell) == len("YYYY-MM-DD") and is_date(cell)


def read_record(cells: Mapping[str, str], table: Table) -> tuple[dict[str, object], list[Fault]]:
    """One record written as text, by column, as typed values (``read_table`` tells how) and every fault in it."""
    text = io.StringIO()
    csv.writer(text).writerows([list(cells), list(cells.values())])
    frame, faults = read_table(text.getvalue().encode("utf-8", "replace"), table)
    values = frame.iloc[0].to_dict() if len(frame) else {}
    return {name: values[name] for name in cells if name in values}, faults


def empty_table(table: Table) -> pd.DataFrame:
    """No rows, with the columns and types of ``table``: the frame of a file that is not there or cannot be read."""
    nothing = pd.RangeIndex(0)
    frame = pd.DataFrame({column.name: _unknown(column, nothing) for column in table.columns})
    frame.insert(0, "row", pd.Series([], dtype="int64"))
    return frame
