"""What the tests of the store share: a moment, some records, and everything that is in a store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import shapely
import sqlalchemy as sa

from geo.storage import Change, Store
from geo.storage.engine import reading
from geo.storage.tables import DERIVED, metadata

NOW = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
ENGINES = ("sqlite", "postgresql")

UNDONE = {
    "0005": (
        *(f"DROP INDEX ix_{name}_revision" for name in ("enterprises", "changes_noun")),
        *(f"DROP TABLE {name}" for name in ("entries", "callers", "photos", "register")),
        *(f"ALTER TABLE enterprises DROP COLUMN {name}" for name in ("status_on", "next_on", "next_step")),
    ),
    "0004": tuple(
        f"DROP TABLE {name}"
        for name in ("campaigns", "planned_visits", "assignment_drafts", "assignment_edits", "assignment_versions")
    ),
    "0003": ("DROP TABLE scenarios",),
    "0002": (
        "DROP TABLE reports",
        *(f"ALTER TABLE facilities DROP COLUMN {name}" for name in ("entrance_lon", "entrance_lat")),
    ),
}
"""What takes back each migration, the newest first."""


def age(connection: sa.Connection, version: str) -> None:
    """Makes a store one of an older program."""
    for later, statements in UNDONE.items():
        for statement in statements if later > version else ():
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"UPDATE gongtu_version SET version_num = '{version}'")


def enterprises(count: int, *, start: int = 0, workers: int | None = None) -> Iterator[Change]:
    """New enterprises E000000, E000001 …; the n-th has n workers, where nothing else is said."""
    for number in range(start, start + count):
        values = {"name": f"企业{number}", "workers": number if workers is None else workers, "union_status": "none"}
        yield Change("enterprises", f"E{number:06d}", values)


def save(store: Store, *changes: Change, by: str = "li", why: str = "test") -> int:
    return store.commit(changes, by=by, at=NOW, why=why)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in an order of its own, but of those that follow from others."""

    def cell(value: object) -> object:
        return value.wkb if isinstance(value, shapely.Geometry) else value

    with reading(store.engine) as connection:
        return {
            table.name: sorted((tuple(map(cell, row)) for row in connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
            if table not in DERIVED
        }
