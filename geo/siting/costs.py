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
CELL_AT_MOST = 131_072  # characters, as csv has it unless somebody says otherwise
NAMES = frozenset(
    ["", "id", "name", "index", "no", "demand", "demand_id", "demand id", "demand_name", "row", "row_id", "row id"]
)
NAMES |= {"编号", "名称", "序号", "行号", "需求", "需求点", "需求编号", "需求名称", "需求点编号", "需求点名称"}
"""What may stand over a column of names, in any case."""
FEWEST_NUMBERED = 3
"""Columns from which on a first row of 1, 2, 3 … or 0, 1, 2 … counts them: fewer may as well be costs."""
Rows = list[tuple[int, list[str]]]


def read_costs(path: Path, weights: Path | None = None) -> tuple[Problem, list[str], list[str]]:
    """The problem, with the names of its rows and of its sites; no site stands already, is forced or is barred.

    The first row that is not blank has the sites' names. The first column has the rows' names where its header is one
    of ``NAMES``, or a cell below is a word, or every row has one cell more than the header, or there are two rows or
    more and they are numbered there by ones from 0 or 1 under a header that is no number. The last is not so in a
    square table with only noughts from its first corner to its last: those are costs from places to themselves. Else
    the first column is a site, and rows are named by their number, from 1.

    A first row of numbers only is taken for costs, and refused, unless it counts the columns from 0 or 1 and there
    are ``FEWEST_NUMBERED`` or more. A cell is a cost of 0 or more; an empty one is a pair that cannot be used. UTF-8
    or GBK; separated by commas, tabs or semicolons, whichever the header has most of.

    ``weights`` has one weight per row in the rows' order, or two columns, names and weights, in any order; a first
    row whose last cell is a word is a header. Without it every weight is 1. GongtuError, with file, row (as a
    spreadsheet counts) and column, for whatever is otherwise.
    """
    rows = _read(path)
    if len(rows) < 2:
        raise GongtuError("costs.empty", file=path.name)
    header, body = rows[0][1], rows[1:]
    header_row = rows[0][0]
    outside = all(len(cells) == len(header) + 1 for _, cells in body)
    named = outside or _has_names(header, body)
    if not outside and _only_costs(header):
        raise GongtuError("costs.no_header", file=path.name, row=header_row)
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


def _has_names(header: list[str], body: Rows) -> bool:
    """Whether the first column names the rows, where each has as many cells as the header."""
    if header[0].casefold() in NAMES or any(_word(cells[0]) for _, cells in body):
        return True
    first = [cells[0] for _, cells in body]
    if len(header) < 2 or len(first) < 2 or _number(header[0]) is not None or not _counts(first):
        return False
    square = len(first) == len(header) and all(len(cells) == len(header) for _, cells in body)
    return not (square and all(_number(cells[place]) == 0 for place, (_, cells) in enumerate(body)))


def _only_costs(header: list[str]) -> bool:
    """Whether a first row is numbers only, and not those of the columns."""
    numbers = all(_number(cell) is not None for cell in header)
    return numbers and not (len(header) >= FEWEST_NUMBERED and _counts(header))


def _counts(cells: list[str]) -> bool:
    """Whether the cells are whole numbers one after the other, from 0 or 1."""
    return any(cells == [str(number) for number in range(start, start + len(cells))] for start in (0, 1))


def _weights(path: Path, names: list[str]) -> Floats:
    rows = _read(path)
    if rows and len(rows[0][1]) > 2:
        raise GongtuError("costs.weight_cells", file=path.name, row=rows[0][0], cells=len(rows[0][1]))
    if rows and _word(rows[0][1][-1]):
        rows = rows[1:]
    for row, cells in rows:
        if len(cells) > 2:
            raise GongtuError("costs.weight_cells", file=path.name, row=row, cells=len(cells))
        if len(cells) != len(rows[0][1]):
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
            if any(len(cell) > CELL_AT_MOST for cell in cells):  # csv's own limit is the whole process's to change
                raise GongtuError("costs.long_cell", file=path.name, row=reader.line_num, most=CELL_AT_MOST)
            tidied = [tidy(cell) for cell in cells]
            if any(tidied):
                rows.append((number, tidied))
    except csv.Error as error:
        if "field larger" in str(error):
            raise GongtuError("costs.long_cell", file=path.name, row=reader.line_num, most=CELL_AT_MOST) from error
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


def _word(cell: str) -> bool:
    """Whether a cell says something that nobody can have meant as a number; nan, inf and 1e999 can."""
    if not cell or _number(cell) is not None:
        return False
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return True


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
