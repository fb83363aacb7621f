"""A problem out of CSV files: positions with their loads and places, and which of them hang together."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.assignment import Problem
from geo.distance import Floats
from geo.errors import GongtuError
from geo.fieldwork.ground import Ground, RegionBy
from geo.fieldwork.plan import Plan
from geo.fieldwork.posing import NONE, Posed
from geo.fieldwork.workload import EXTRA, Workload
from geo.text import tidy

ENCODINGS = ("utf-8-sig", "gb18030")
LOAD = "load"
"""The one part of a workload that a table has, besides extra points."""
POSITIONS_AT_MOST, TEAMS_AT_MOST = 2_000, 200


@dataclass(frozen=True, eq=False)
class Table:
    """``load``, ``x``, ``y`` (n,): NaN where a place is not known; ``neighbours`` (n, n). ``teams`` are "1" to "K"."""

    positions: tuple[str, ...]
    teams: tuple[str, ...]
    load: Floats
    x: Floats
    y: Floats
    neighbours: NDArray[np.bool_]

    def posed(self, plan: Plan) -> Posed:
        """The problem, with what the plan demands; its weights say nothing here. Extra points take no load below 0."""
        place, of_team = ({one: at for at, one in enumerate(ids)} for ids in (self.positions, self.teams))
        n, k = len(self.positions), len(self.teams)
        extra, strength = np.zeros(n), np.ones(k)
        fixed, never = np.full(n, NONE, dtype=np.int64), np.zeros((n, k), dtype=bool)
        for one, more in plan.extra.items():
            extra[place[one]] = more
        for one, value in plan.strength.items():
            strength[of_team[one]] = value
        for one, team in plan.fixed.items():
            fixed[place[one]] = of_team[team]
        for one, teams in plan.never.items():
            never[place[one], [of_team[team] for team in teams]] = True
        extra = np.maximum(extra, -self.load)
        load, nowhere = self.load + extra, np.full(n, NONE, dtype=np.int64)
        free = np.zeros(n, dtype=bool)
        problem = Problem(
            load=load,
            x=self.x,
            y=self.y,
            neighbours=self.neighbours,
            anywhere=free,
            strength=strength,
            balance=plan.balance,
            fixed=fixed,
            never=never,
            present=nowhere,
        )
        index = pd.Index(self.positions, name="position")
        points = pd.DataFrame({LOAD: self.load, EXTRA: extra}, index=index)
        values = pd.DataFrame({LOAD: self.load}, index=index)
        work = Workload(self.positions, values, points, load, (LOAD,), False, ())
        unsaid: RegionBy = ""
        land = Ground(self.positions, nowhere.copy(), (unsaid,) * n, self.x, self.y, self.neighbours, free.copy())
        return Posed(problem, self.positions, self.teams, work, land, nowhere.copy())


def read_table(positions: Path, edges: Path, teams: int) -> Table:
    """The positions of one file and the pairs of another, in UTF-8 or GBK, commas between the cells.

    ``positions``: columns id (each once) and load (0 or more); x and y in metres, if there are any, empty where
    unknown. ``edges``: columns a and b, ids; both orders and repetitions are one pair. GongtuError, with file, row (as
    a spreadsheet counts) and column, for whatever is otherwise; and for a number of teams below 1.
    """
    if not 1 <= teams <= TEAMS_AT_MOST:
        raise GongtuError("fieldwork.table_teams", value=teams, most=TEAMS_AT_MOST)
    place: dict[str, int] = {}
    numbers: dict[str, list[float]] = {"load": [], "x": [], "y": []}
    for row, cells in _rows(positions, ("id", "load")):
        one = cells["id"]
        if not one or one in place:
            raise GongtuError("fieldwork.table_id", file=positions.name, row=row, value=one[:80])
        if len(place) >= POSITIONS_AT_MOST:
            raise GongtuError("fieldwork.table_long", file=positions.name, most=POSITIONS_AT_MOST)
        place[one] = len(place)
        for name, column in numbers.items():
            column.append(_number(cells.get(name, ""), positions.name, row, name))
    if not place:
        raise GongtuError("fieldwork.table_empty", file=positions.name)
    neighbours = np.zeros((len(place), len(place)), dtype=bool)
    for row, cells in _rows(edges, ("a", "b")):
        for name in ("a", "b"):
            if cells[name] not in place:
                raise GongtuError("fieldwork.table_edge", file=edges.name, row=row, column=name, value=cells[name][:80])
        a, b = place[cells["a"]], place[cells["b"]]
        neighbours[a, b] = neighbours[b, a] = a != b
    load, x, y = (np.array(column, dtype=np.float64) for column in numbers.values())
    unknown = np.isnan(x) | np.isnan(y)
    x[unknown] = y[unknown] = np.nan
    return Table(tuple(place), tuple(str(number) for number in range(1, teams + 1)), load, x, y, neighbours)


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that are not blank, each with its number; columns by their name in the first of them."""
    header: list[str] | None = None
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    for row in itertools.count(1):
        try:
            cells = next(reader, None)
        except csv.Error:  # longer than any id or number
            raise GongtuError("fieldwork.table_cell", file=path.name, row=row) from None
        if cells is None:
            return
        said = [tidy(cell) for cell in cells]
        if not any(said):
            continue
        if header is None:
            header = [name.casefold() for name in said]
            for name in needed:
                if header.count(name) != 1:
                    raise GongtuError("fieldwork.table_column", file=path.name, column=name)
            continue
        if len(said) > len(header):
            raise GongtuError("fieldwork.table_width", file=path.name, row=row, cells=len(said), expected=len(header))
        yield row, dict(zip(header, said + [""] * (len(header) - len(said)), strict=True))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        raise GongtuError("fieldwork.table_unreadable", file=path.name) from None
    for encoding in ENCODINGS:
        try:
            return data.replace(b"\0", b"").decode(encoding)
        except UnicodeDecodeError:
            continue
    raise GongtuError("fieldwork.table_unreadable", file=path.name)


def _number(cell: str, file: str, row: int, column: str) -> float:
    """A load is a number of 0 or more; a coordinate any, NaN where the cell is empty."""
    if not cell and column != "load":
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (column == "load" and number < 0):
        raise GongtuError("fieldwork.table_number", file=file, row=row, column=column, value=cell[:80])
    return number
