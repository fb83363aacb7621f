"""Writing: many changes of records in one transaction, each checked against the version it was decided on."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from geo.errors import GongtuError
from geo.storage.engine import is_sqlite
from geo.storage.history import Action, state, to_json
from geo.storage.records import Record
from geo.storage.tables import KEYS, changes, commits, records
from geo.storage.values import FIELDS, KEY_AT_MOST, stored, written

BATCH = 2_000  # changes that are in memory at one time
TOLD_AT_MOST = 20


@dataclass(frozen=True)
class Change:
    """What is to become of one record. Fields that are not among ``values`` stay as they are.

    ``values``: None, ``""``, NaN and NA mean unknown; a region's ``geometry`` is a polygon in WGS-84, longitude first.
    ``version``: the one this was decided on, 0 where the record must not exist yet. ``retired``: None leaves it, a
    reason retires the record, ``""`` brings it back.
    """

    noun: str
    id: str
    values: Mapping[str, object] = field(default_factory=dict)
    version: int = 0
    retired: str | None = None


class Conflict(GongtuError):  # noqa: N818 - what a reader of a catalogue of errors looks for
    """Somebody else was first; nothing was written. ``records``: what they made of it, at most ``TOLD_AT_MOST``."""

    def __init__(self, first: Change, found: Sequence[Record]) -> None:
        super().__init__("store.conflict", noun=first.noun, id=first.id)
        self.records = tuple(found)


Row = dict[str, Any]


def write(
    connection: sa.Connection,
    todo: Iterable[Change],
    *,
    by: str,
    at: datetime,
    why: str,
    what: str,
    progress: Callable[[int], None] | None = None,
) -> int:
    """See ``Store.commit``; inside a transaction of ``writing(records=True)``."""
    for name, text in (("by", by), ("why", why), ("what", what)):
        written("commits", "", name, text)
    last, _ = state(connection)
    stamp = {"revision": last + 1, "changed_by": by, "changed_at": at}
    counts: Counter[str] = Counter()
    source, done = iter(todo), 0
    while batch := list(islice(source, BATCH)):
        found = _find(connection, batch)
        log, after = _decide(batch, found, stamp)
        if log and not counts:
            entry = {"revision": last + 1, "token": secrets.token_hex(8), "at": at, "by": by, "what": what, "why": why}
            connection.execute(commits.insert(), {**entry, "counts": {}})
        for noun, rows in after.items():
            _replace(connection, noun, [key for key in rows if key in found[noun]], list(rows.values()))
        insert(connection, changes, log)
        counts.update(entry["action"] for entry in log)
        done += len(batch)
        if progress:
            progress(done)
    if not counts:
        return last
    connection.execute(commits.update().where(commits.c.revision == last + 1).values(counts=dict(counts)))
    return last + 1


def note(
    connection: sa.Connection,
    kind: str,
    key: str,
    fields: Mapping[str, tuple[object, object]],
    *,
    by: str,
    at: datetime,
    why: str = "",
) -> None:
    """A line in the history of what is no record, under ``kind``, in a commit of its own; inside a transaction of
    ``writing(records=True)``.
    """
    last, _ = state(connection)
    mine = (changes.c.noun == kind) & (changes.c.record == key)
    version = connection.scalars(sa.select(sa.func.count()).where(mine)).one() + 1
    entry = {"revision": last + 1, "token": secrets.token_hex(8), "at": at, "by": by, "what": kind, "why": why}
    connection.execute(commits.insert(), {**entry, "counts": {"update": 1}})
    line = {"noun": kind, "record": key, "version": version, "revision": last + 1}
    connection.execute(changes.insert(), {**line, "action": "update", "fields": to_json(fields)})


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows, each with every column of ``table`` (two at least), as fast as the engine takes them."""
    if not rows:
        return
    dialect = connection.dialect
    processes = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
    conversions = [(place, process) for place, process in enumerate(processes) if process]
    pick = itemgetter(*table.columns.keys())

    def cells(row: Mapping[str, Any]) -> tuple[Any, ...]:
        found = list(pick(row))
        for place, process in conversions:
            found[place] = process(found[place])
        return tuple(found)

    names = ", ".join(map(dialect.identifier_preparer.quote, table.columns.keys()))
    target = f"{dialect.identifier_preparer.format_table(table)} ({names})"
    if is_sqlite(connection):
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {target} VALUES ({marks})", [cells(row) for row in rows])
        return
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(cells(row))


def _find(connection: sa.Connection, batch: Iterable[Change]) -> dict[str, dict[str, Row]]:
    """The records that the batch is about, as they are, by noun and key."""
    asked: defaultdict[str, list[str]] = defaultdict(list)
    for change in batch:
        asked[change.noun].append(change.id)
    found: dict[str, dict[str, Row]] = {}
    for noun, keys in asked.items():
        table = records(noun)
        for key in keys:
            if not 0 < len(key) <= KEY_AT_MOST:
                raise GongtuError("store.key", noun=noun, id=key[:80], at_most=KEY_AT_MOST)
            written(noun, key.encode("utf-8", "replace").decode(), KEYS[noun], key)
        rows = connection.execute(sa.select(table).where(table.c[KEYS[noun]].in_(keys))).mappings()
        found[noun] = {row[KEYS[noun]]: dict(row) for row in rows}
    return found


def _decide(
    batch: Iterable[Change], found: Mapping[str, Mapping[str, Row]], stamp: Mapping[str, object]
) -> tuple[list[Row], dict[str, dict[str, Row]]]:
    """Lines for the history, and the rows to be, by noun and key; one change after another, so that of two changes of
    one record the second is decided on what the first made of it. Raises Conflict.
    """
    log: list[Row] = []
    after: dict[str, dict[str, Row]] = {noun: {} for noun in found}
    refused: list[Change] = []
    for change in batch:
        noun, key = change.noun, change.id
        now = after[noun].get(key) or found[noun].get(key)
        if change.version != (now["version"] if now else 0):
            refused.append(change)
            continue
        row, action, fields = _step(change, now)
        if action:
            after[noun][key] = {**row, **stamp, "version": change.version + 1}
            line = {"noun": noun, "record": key, "version": change.version + 1, "revision": stamp["revision"]}
            log.append({**line, "action": action, "fields": to_json(fields)})
    if refused:
        known = (Record.of(c.noun, now) for c in refused if (now := found[c.noun].get(c.id)))
        raise Conflict(refused[0], list(islice(known, TOLD_AT_MOST)))
    return log, after


def _step(change: Change, now: Row | None) -> tuple[Row, Action | None, dict[str, tuple[object, object]]]:
    """The record after the change, what that is called (None: nothing changed), and each field from what to what."""
    given = stored(change.noun, change.id, change.values)
    if change.retired is not None:
        given["retired"] = written(change.noun, change.id, "retired", change.retired) or None
    if now is None:
        blank = {KEYS[change.noun]: change.id, "retired": None} | dict.fromkeys(FIELDS[change.noun])
        return blank | given, "create", {}
    fields = {name: (now[name], value) for name, value in given.items() if now[name] != value}
    action: Action = "update" if "retired" not in fields else "retire" if given["retired"] else "restore"
    return now | given, action if fields else None, fields


def _replace(connection: sa.Connection, noun: str, gone: Sequence[str], rows: Sequence[Row]) -> None:
    table = records(noun)
    if gone:
        connection.execute(table.delete().where(table.c[KEYS[noun]].in_(gone)))
    insert(connection, table, rows)
