"""What was done to the store, and what became of one record: newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import shapely
import sqlalchemy as sa

from geo.storage.tables import changes, commits, plain, records
from geo.storage.values import UNWRITABLE

Action = Literal["create", "update", "retire", "restore"]


@dataclass(frozen=True)
class Entry:
    """One step in a record's life: when, by whom, why, and each field from what to what (None: unknown).

    ``what`` the commit was said to be. A creation names no fields: what the record began as is found by walking back
    from what it is. ``retired`` is among the fields of ``retire`` and ``restore``.
    """

    revision: int
    version: int
    at: datetime
    by: str
    why: str
    action: Action
    fields: dict[str, tuple[object, object]]
    what: str = field(default="", compare=False)


@dataclass(frozen=True)
class Commit:
    """What one person did in one go; ``counts`` says how many records were created, updated, retired, restored."""

    revision: int
    at: datetime
    by: str
    what: str
    why: str
    counts: dict[str, int]


State = tuple[int, str]
"""Revision and token of a commit; 0 and ``""``: before the first."""


def state(connection: sa.Connection, *nouns: str) -> State:
    """The last commit that changed a record of any of ``nouns``, without any of them the last commit."""
    last = sa.select(sa.func.max(commits.c.revision)).scalar_subquery()
    if nouns:
        each = [  # one question for each: the index then answers it without a look at the lines
            sa.select(sa.func.max(changes.c.revision).label("revision")).where(changes.c.noun == records(noun).name)
            for noun in nouns
        ]
        last = sa.select(sa.func.max(sa.union_all(*each).subquery().c.revision)).scalar_subquery()
    found = connection.execute(
        sa.select(commits.c.revision, commits.c.token).where(commits.c.revision == last)
    ).one_or_none()
    return (0, "") if found is None else (found.revision, found.token)


def happened(connection: sa.Connection, state: State) -> bool:
    """Whether the store still has that commit: what a restored backup became has others."""
    revision, token = state
    asked = sa.select(commits.c.token).where(commits.c.revision == revision)
    return revision == 0 or connection.scalar(asked) == token


def history(connection: sa.Connection, noun: str, key: str) -> list[Entry]:
    """See ``Store.history``."""
    records(noun)
    return lines(connection, noun, key)


def lines(connection: sa.Connection, noun: str, key: str) -> list[Entry]:
    """The history of a record, or of what else has one (``geo.storage.changes.note``), newest first."""
    if UNWRITABLE.search(key):
        return []
    return [_entry(row) for row in connection.execute(_steps(noun).where(changes.c.record == key))]


def histories(connection: sa.Connection, noun: str, keys: Collection[str]) -> dict[str, list[Entry]]:
    """What was done to each of these records after it began, newest first; nothing of those it was not."""
    found: dict[str, list[Entry]] = {}
    for row in connection.execute(_steps(noun).where(changes.c.version > 1)):
        if row.record in keys:
            found.setdefault(row.record, []).append(_entry(row))
    return found


def _steps(noun: str) -> sa.Select[Any]:
    columns = (changes, commits.c.at, commits.c.by, commits.c.why, commits.c.what)
    return sa.select(*columns).join(commits).where(changes.c.noun == noun).order_by(changes.c.version.desc())


def _entry(row: sa.Row[Any]) -> Entry:
    return Entry(row.revision, row.version, row.at, row.by, row.why, row.action, from_json(row.fields), row.what)


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
