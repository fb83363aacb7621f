"""A problem out of CSV files: a table of costs, rows demand and columns sites, and weights."""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections import Counter
from pathlib import Path

import numpy as np

from geo.distance import CostTable
from geo.errors import GongtuError
from geo.siting.problem import Floats, Problem
from geo.text import tidy

ENCODINGS = ("utf-8-sig", "gb18030")
SEPARATORS = ",\t;"
NAMES = ("", "id", "name", "demand", "row", "编号", "名称", "需求", "需求点", "序号")
"""What may stand over a column of names, in any case."""
Rows = list[tuple[int, list[str]]]


def read_costs(path: Path, weights: Path | None = None) -> tuple[Problem, list[str], list[str]]:
    """The problem, with the names of its rows and of its sites; no site stands already, is forced or is barred.

    The first row that is not blank has the sites' names. The first column has the rows' names where its header is one
    of ``NAMES``, or any cell below is neither empty nor a number, or every row has one cell more than the header;
    else it is a site, and rows are named by their number, from 1. A cell is a cost of 0 or more; an empty one is a
    pair that cannot be used. UTF-8 or GBK; separated by commas, tabs or semicolons, whichever the header has most of.

    ``weights`` has one weight per row in the rows' order, or two columns, names and weights, in any order; a first
    row whose last cell is no number is a header. Without it every weight is 1. GongtuError, with file, row (as a
    spreadsheet counts) and column, for whatever is otherwise.
    """
    rows = _read(path)
    if len(rows) < 2:
        raise GongtuError("costs.empty", file=path.name)
    header, body = rows[0][1], rows[1:]
    header_row = rows[0][0]
    outside = all(len(cells) == len(header) + 1 for _, cells in body)
    named = (
        outside
        or header[0].casefold() in NAMES
        or any(cells[0] and _number(cells[0]) is None for _, cells in body if cells)
    )
    sites = header if outside or not named else header[1:]
    first = len(header) - len(sites) if not outside else 1
    if not sites:
        raise GongtuError("costs.no_sites", file=path.name)
    _refuse_repeated(sites, path.name, header_row)
    if all(_number(name) is not None for name in sites) and any("." in name for name in sites):
        raise GongtuError("costs.no_header", file=path.name, row=header_row)
    names = [cells[0] if named else str(number) for number, (_, cells) in enumerate(body, start=1)]
    if named:
        _refuse_repeated(names, path.name, 0, [row for row, _ in body])
    start, site, cost = array("q", [0]), array("l"), array("d")
    for row, cells in body:
        if len(cells) != len(sites) + first:
            raise GongtuError("costs.width", file=path.name, row=row, cells=len(cells), expected=len(sites) + first)
        for column, cell in enumerate(cells[first:]):
            if cell:
                site.append(column)
                cost.append(_at_least_0(cell, path.name, row, sites[column]))
        start.append(len(site))
    table = CostTable(
        np.array(start, dtype=np.int64), np.array(site, dtype=np.int32), np.array(cost, dtype=np.float64), len(sites)
    )
    weight = np.ones(len(names)) if weights is None else _weights(weights, names)
    none = np.zeros(len(sites), dtype=bool)
    return Problem(table, weight, np.full(len(names), np.inf), None, none, none.copy()), names, sites


def _weights(path: Path, names: list[str]) -> Floats:
    rows = _read(path)
    if rows and _number(rows[0][1][-1]) is None:
        rows = rows[1:]
    for row, cells in rows:
        if len(cells) != len(rows[0][1]) or len(cells) > 2:
            raise GongtuError("costs.width", file=path.name, row=row, cells=len(cells), expected=len(rows[0][1]))
    numbers = [_at_least_0(cells[-1], path.name, row, "weight") for row, cells in rows]
    if rows and len(rows[0][1]) == 2:
        _refuse_repeated([cells[0] for _, cells in rows], path.name, 0, [row for row, _ in rows])
        known = set(names)
        for row, cells in rows:
            if cells[0] not in known:
                raise GongtuError("costs.unknown_name", file=path.name, row=row, name=cells[0])
        given = {cells[0]: number for (_, cells), number in zip(rows, numbers, strict=True)}
        missing = [name for name in names if name not in given]
        if missing:
            raise GongtuError("costs.no_weight", file=path.name, name=missing[0])
        return np.array([given[name] for name in names])
    if len(numbers) != len(names):
        raise GongtuError("costs.count", file=path.name, count=len(numbers), expected=len(names))
    return np.array(numbers)


def _read(path: Path) -> Rows:
    """The rows that are not blank, each with its number, cells tidied."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GongtuError("costs.no_file", file=str(path)) from error
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise GongtuError("costs.encoding", file=path.name)
    line = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=line.count)
    rows: Rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            tidied = [tidy(cell) for cell in cells]
            if any(tidied):
                rows.append((number, tidied))
    except csv.Error as error:
        raise GongtuError("costs.quotes", file=path.name, row=reader.line_num) from error
    return rows


def _number(cell: str) -> float | None:
    """The number that a cell is; None where it is none. Python's own extras (1_000, infinity, nan) are none."""
    if "_" in cell or not cell.isascii():
        return None
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _at_least_0(cell: str, file: str, row: int, column: str) -> float:
    number = _number(cell)
    if number is None or number < 0:
        raise GongtuError("costs.cell", file=file, row=row, column=column, value=cell)
    return number


def _refuse_repeated(names: list[str], file: str, row: int, rows: list[int] | None = None) -> None:
    """GongtuError for an empty name or one that is there twice; ``row`` is that of all, or ``rows`` of each."""
    seen = Counter[str]()
    for place, name in enumerate(names):
        where = row if rows is None else rows[place]
        if not name:
            raise GongtuError("costs.no_name", file=file, row=where)
        seen[name] += 1
        if seen[name] > 1:
            raise GongtuError("costs.repeated", file=file, row=where, name=name)
