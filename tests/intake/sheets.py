"""Sheets, as reading a file gives them, made by hand; and imports of them into the tiny world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from stdnum.cn import uscc

from geo.fieldwork.campaign import campaigns
from geo.intake.files import Sheet
from geo.intake.plan import Asked, Plan, commit, plan
from geo.workspace import Workspace

AS_OF = "2025-10"
CORNER = (430_000.0, 4_380_000.0)  # of the tiny world (tests/conftest.py), metres


def at(east_km: float, north_km: float) -> tuple[float, float]:
    """The point so far east and north of the world's corner, metres."""
    return CORNER[0] + 1_000 * east_km, CORNER[1] + 1_000 * north_km


def sheet_of(
    header: Sequence[str], *rows: Sequence[object], shapes: Sequence[shapely.Geometry | None] | None = None
) -> Sheet:
    """A sheet whose header stands in row 1; a layer, its features numbered from 1, where there are ``shapes``."""
    start = 2 if shapes is None else 1
    index = pd.Index(range(start, start + len(rows)), dtype="int64", name="row")
    texts = [[str(cell) for cell in row] for row in rows]
    geometry = None
    if shapes is not None:
        geometry = np.full(len(rows), None, dtype=object)
        geometry[:] = shapes
    return Sheet(
        name="",
        sheets=("",),
        header_row=0 if shapes is not None else 1,
        header=tuple(header),
        cells=pd.DataFrame(texts, columns=range(len(header)), index=index, dtype="str"),
        shapes=geometry,
        shape_faults=None if geometry is None else np.full(len(rows), "", dtype=object),
    )


def code_of(number: int) -> str:
    """A valid 统一社会信用代码, another for each number."""
    body = f"91110199{number:09d}"
    return body + uscc.calc_check_digit(body)


@dataclass
class Office:
    """Somebody who brings files into a workspace. Columns are headed by the names of their fields."""

    workspace: Workspace
    kind: Any = "enterprises"

    def plan(self, header: str, *rows: Sequence[object], shapes: Any = None, **asked: Any) -> Plan:
        """The plan of a sheet; ``header``: fields, ``-`` for a column that is none."""
        return self.plan_sheet(sheet_of(header.split(), *rows, shapes=shapes), **asked)

    def plan_sheet(self, sheet: Sheet, **asked: Any) -> Plan:
        columns = {position: name for position, name in enumerate(sheet.header) if name != "-"}
        options = {"kind": self.kind, "columns": columns, "source": "名册", "as_of": AS_OF} | asked
        district, store = self.workspace.district(), self.workspace.store
        return plan(sheet, Asked(**options), store, district, campaigns(district, store))

    def write(self, made: Plan) -> int:
        return commit(made, self.workspace.store, by="wang", at=self.workspace.now(), why="试")

    def bring(self, header: str, *rows: Sequence[object], **asked: Any) -> Plan:
        """Plans, writes, and gives the plan that was written."""
        made = self.plan(header, *rows, **asked)
        self.write(made)
        return made

    def values(self, key: str, noun: str = "") -> dict[str, object]:
        """What the store has of a record, unknown left out."""
        record = self.workspace.store.get(noun or self.kind, key)
        assert record is not None
        return {name: value for name, value in record.values.items() if value is not None}


def fates(made: Plan) -> list[str]:
    return made.rows["fate"].tolist()


def reasons(made: Plan, row: int) -> list[tuple[str, str]]:
    """Key and field of each reason about a row."""
    told = made.reasons[made.reasons["row"] == row]
    return list(zip(told["key"].str.removeprefix("reason."), told["field"], strict=True))
