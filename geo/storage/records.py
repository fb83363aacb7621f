"""Records as they are now: all of a noun as a frame, or one by its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from geo.schema import Kind
from geo.storage.tables import CHUNK, COLUMNS, KEYS, changes, records
from geo.storage.values import UNWRITABLE


@dataclass(frozen=True)
class Record:
    """One record as it is. ``values``: every field but the key, None where unknown. ``retired``: why, or ``""``."""

    noun: str
    id: str
    version: int
    values: dict[str, object]
    retired: str
    changed_by: str
    changed_at: datetime

    @classmethod
    def of(cls, noun: str, row: dict[str, Any]) -> Record:
        """From a row of the noun's table."""
        kept = {name: row[name] for name in ("version", "changed_by", "changed_at")}
        beside = {KEYS[noun], "revision", "retired", *kept}
        values = {name: value for name, value in row.items() if name not in beside}
        return cls(noun, row[KEYS[noun]], values=values, retired=row["retired"] or "", **kept)


def get(connection: sa.Connection, noun: str, key: str) -> Record | None:
    table = records(noun)
    if UNWRITABLE.search(key):  # which the database would not even be asked
        return None
    row = connection.execute(sa.select(table).where(table.c[KEYS[noun]] == key)).mappings().one_or_none()
    return None if row is None else Record.of(noun, dict(row))


def read(connection: sa.Connection, noun: str, *, retired: bool = False, since: int = 0) -> pd.DataFrame:
    """See ``Store.read``; with ``since`` only what a later revision changed."""
    table = records(noun)
    key = table.c[KEYS[noun]]
    kinds: dict[str, Kind | None] = {column.name: column.kind for column in COLUMNS[noun]}
    kinds |= {"geometry": None} if noun == "regions" else {}
    kinds |= {"entered": "integer"} if noun == "entries" else {}
    kinds |= {"version": "integer", "retired": "text", "changed_by": "text"}
    first = (changes.c.noun == noun) & (changes.c.record == key) & (changes.c.version == 1)
    entered = sa.select(changes.c.revision).where(first).scalar_subquery()
    chosen = [
        entered if name == "entered" else table.c[name] if _typed(kind) else sa.func.coalesce(table.c[name], "")
        for name, kind in kinds.items()
    ]
    query = sa.select(*chosen)
    if not retired:
        query = query.where(table.c.retired.is_(None))
    # Asked for an order, SQLite would read all of them in it to find those few.
    query = query.where(table.c.revision > since) if since else query.order_by(key)
    rows = connection.execute(query.execution_options(yield_per=CHUNK))
    chunks = [_frame(chunk, kinds) for chunk in rows.partitions()] or [_frame([], kinds)]
    found = pd.concat(chunks, ignore_index=True).astype({"version": "int64"})
    return found.sort_values(KEYS[noun], ignore_index=True) if since else found


def _typed(kind: Kind | None) -> bool:
    """Whether a column is no text."""
    return kind in ("number", "integer", "flag", None)


def _frame(rows: Sequence[sa.Row[Any]], kinds: dict[str, Kind | None]) -> pd.DataFrame:
    """Rows as columns of the types that ``geo.schema.read_table`` gives."""
    columns = zip(*rows, strict=True) if rows else [()] * len(kinds)
    return pd.DataFrame(
        {name: _column(cells, kind) for (name, kind), cells in zip(kinds.items(), columns, strict=True)}
    )


def _column(cells: Sequence[Any], kind: Kind | None) -> Any:
    match kind:
        case "number":
            return np.array(cells, dtype=np.float64)  # None becomes NaN
        case "integer":
            return pd.array(cells, dtype="Int64")
        case "flag":
            return pd.array(cells, dtype="boolean")
        case None:
            return pd.Series(list(cells), dtype=object)
        case _:
            return pd.array(cells, dtype="str")
