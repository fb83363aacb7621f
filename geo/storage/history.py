"""What was done to the store, and what became of one record: newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import shapely
import sqlalchemy as sa

from geo.storage.tables import changes, commits, plain, records
from geo.storage.values import UNWRITABLE

Action = Literal["create", "update", "retire", "restore"]


@dataclass(frozen=True)
class Entry:
    """One step in a record's life: when, by whom, why, and each field from what to what (None: unknown).

    A creation names no fields: what the record began as is found by walking back from what it is. ``retired`` is among
    the fields of ``retire`` and ``restore``.
    """

    revision: int
    version: int
    at: datetime
    by: str
    why: str
    action: Action
    fields: dict[str, tuple[object, object]]


@dataclass(frozen=True)
class Commit:
    """What one person did in one go; ``counts`` says how many records were created, updated, retired, restored."""

    revision: int
    at: datetime
    by: str
    what: str
    why: str
    counts: dict[str, int]


def state(connection: sa.Connection) -> tuple[int, str]:
    """Revision and token of the last commit; 0 and ``""`` where there is none."""
    last = connection.execute(
        sa.select(commits.c.revision, commits.c.token).order_by(commits.c.revision.desc()).limit(1)
    ).one_or_none()
    return (0, "") if last is None else (last.revision, last.token)


def history(connection: sa.Connection, noun: str, key: str) -> list[Entry]:
    """See ``Store.history``."""
    records(noun)
    if UNWRITABLE.search(key):
        return []
    rows = connection.execute(
        sa.select(changes, commits.c.at, commits.c.by, commits.c.why)
        .join(commits)
        .where(changes.c.noun == noun, changes.c.record == key)
        .order_by(changes.c.version.desc())
    )
    return [
        Entry(row.revision, row.version, row.at, row.by, row.why, row.action, from_json(row.fields)) for row in rows
    ]


def past(connection: sa.Connection, *, limit: int, before: int | None) -> list[Commit]:
    """See ``Store.commits``."""
    query = sa.select(commits).order_by(commits.c.revision.desc()).limit(limit)
    if before is not None:
        query = query.where(commits.c.revision < before)
    return [Commit(row.revision, row.at, row.by, row.what, row.why, row.counts) for row in connection.execute(query)]


def to_json(fields: Mapping[str, tuple[object, object]]) -> dict[str, list[object]]:
    """Old and new values as JSON holds them: a territory as hexadecimal WKB."""
    return {
        name: [shapely.to_wkb(value, hex=True) if isinstance(value, shapely.Geometry) else value for value in pair]
        for name, pair in fields.items()
    }


def from_json(fields: Mapping[str, list[object]]) -> dict[str, tuple[object, object]]:
    found: dict[str, tuple[object, object]] = {}
    for name, (old, new) in fields.items():
        if name == "geometry":
            old, new = (None if value is None else plain(shapely.from_wkb(str(value))) for value in (old, new))
        found[name] = old, new
    return found
