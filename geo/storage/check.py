"""Whether a store is sound: what ``doctor`` looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import shapely
import sqlalchemy as sa
from shapely.errors import ShapelyError

from geo.errors import GongtuError
from geo.people import ROLES
from geo.storage import drafts
from geo.storage.engine import is_sqlite, reading
from geo.storage.migrate import known, version
from geo.storage.store import Store
from geo.storage.tables import CHUNK, KEYS, RECORDS, at_once, callers, changes, edits, metadata, photos, users, versions
from geo.storage.tables import drafts as draft_rows

POSTGRESQL_AT_LEAST = 15
NAMED_AT_MOST = 5


class Finding(NamedTuple):
    """One thing that was looked at: the message that tells what was found, and whether that is as it should be."""

    key: str
    ok: bool
    params: dict[str, object]


def check(store: Store) -> list[Finding]:
    """Every check of the store; one that cannot be made is a finding too."""
    found: list[Finding] = []
    for look in (_database, _tables, _values, _history, _boundaries, _plans, _ledger):
        try:
            with reading(store.engine) as connection:
                found += look(connection)
        except GongtuError as error:
            found.append(Finding(error.key, False, error.params))
        except (sa.exc.DBAPIError, ShapelyError, ValueError) as error:
            found.append(_finding("values", False, reason=str(getattr(error, "orig", error)).strip()[:80]))
    return found


def faults(ask: Callable[[str], Iterable[Sequence[object]]]) -> list[str]:
    """What SQLite finds wrong with its own file; ``ask`` gives the rows of a statement."""
    lines = [str(row[0]) for row in ask("PRAGMA integrity_check")]
    if lines != ["ok"]:
        return lines
    return [f"{row[0]} → {row[2]}" for row in ask("PRAGMA foreign_key_check")]


def _database(connection: sa.Connection) -> Iterable[Finding]:
    if is_sqlite(connection):
        try:
            found = faults(connection.exec_driver_sql)
        except sa.exc.DatabaseError as error:  # damaged where SQLite begins to look
            found = [str(error.orig)]
        return [_finding("integrity", not found, reason="; ".join(found[:NAMED_AT_MOST]))]
    server = connection.exec_driver_sql("SHOW server_version").scalar()
    number = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    postgis = connection.exec_driver_sql("SELECT extversion FROM pg_extension WHERE extname = 'postgis'").scalar()
    return [
        _finding("server", int(number) // 10_000 >= POSTGRESQL_AT_LEAST, version=server, at_least=POSTGRESQL_AT_LEAST),
        _finding("postgis", postgis is not None, version=postgis or ""),
    ]


def _tables(connection: sa.Connection) -> Iterable[Finding]:
    found = version(connection)
    names = set(sa.inspect(connection).get_table_names()) & set(metadata.tables)
    there = {name: {*connection.execute(sa.text(f'SELECT * FROM "{name}" LIMIT 0')).keys()} for name in names}
    lost = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in there.get(table.name, set())
    ]
    return [
        _finding("version", found == known()[0], found=found, known=known()[0]),
        _finding("tables", not lost, lost=_some(lost)),
    ]


def _values(connection: sa.Connection) -> Iterable[Finding]:
    """Every value is one of its kind, and every account has a role that there is."""
    amiss: list[str] = []
    for table in metadata.sorted_tables:
        try:
            for _ in connection.execute(sa.select(table).execution_options(yield_per=at_once(table))):
                pass
        except (ValueError, TypeError, ShapelyError) as error:
            amiss.append(f"{table.name}: {str(error)[:80]}")
    strange = connection.execute(sa.select(users.c.name).where(users.c.role.not_in(ROLES[1:]))).scalars()
    amiss += [f"users: {name}" for name in strange]
    return [_finding("values", not amiss, reason="; ".join(amiss[:NAMED_AT_MOST]))]


def _history(connection: sa.Connection) -> Iterable[Finding]:
    """A record of version n has n lines of history, from 1 to n, and no line is without its record."""
    amiss: list[str] = []
    for noun, table in RECORDS.items():
        key = table.c[KEYS[noun]]
        lines = (
            sa.select(changes.c.record, sa.func.count().label("lines"), sa.func.max(changes.c.version).label("last"))
            .where(changes.c.noun == noun)
            .group_by(changes.c.record)
            .subquery()
        )
        disagrees = sa.or_(lines.c.last.is_(None), lines.c.last != table.c.version, lines.c.lines != table.c.version)
        amiss += _names(connection, noun, sa.select(key).outerjoin(lines, key == lines.c.record).where(disagrees))
        amiss += _names(
            connection, noun, sa.select(lines.c.record).outerjoin(table, key == lines.c.record).where(key.is_(None))
        )
    return [_finding("history", not amiss, count=len(amiss), records=_some(amiss))]


def _boundaries(connection: sa.Connection) -> Iterable[Finding]:
    table = RECORDS["regions"]
    rows = connection.execute(sa.select(table.c.code, table.c.geometry).where(table.c.geometry.is_not(None)))
    amiss = sorted(code for code, territory in rows if not shapely.is_valid(territory))
    return [_finding("boundaries", not amiss, count=len(amiss), records=_some(amiss))]


def _plans(connection: sa.Connection) -> Iterable[Finding]:
    """A draft is what its edits make of nothing, one after another from the first, and published versions count from 1
    without a gap.
    """
    amiss: list[str] = []
    made: dict[str, tuple[int, dict[str, Any]]] = {}
    torn: set[str] = set()
    asked = sa.select(edits.c.campaign, edits.c.number, edits.c.edit).order_by(edits.c.campaign, edits.c.number)
    for campaign, number, edit in connection.execute(asked.execution_options(yield_per=CHUNK)):
        last, fields = made.get(campaign, (0, {}))
        if number != last + 1 or any(fields.get(name) != was for name, (was, _) in edit.items()):
            torn.add(campaign)
        made[campaign] = number, drafts.after(fields, edit)
    kept = {row.campaign: (row.version, row.fields) for row in connection.execute(sa.select(draft_rows))}
    torn |= {campaign for campaign in made.keys() | kept.keys() if made.get(campaign) != kept.get(campaign)}
    amiss += [f"{campaign} (draft)" for campaign in sorted(torn)]
    counted = sa.select(versions.c.campaign).group_by(versions.c.campaign)
    gap = sa.or_(sa.func.min(versions.c.number) != 1, sa.func.max(versions.c.number) != sa.func.count())
    amiss += [f"{campaign} (published)" for campaign in sorted(connection.scalars(counted.having(gap)))]
    return [_finding("plans", not amiss, count=len(amiss), campaigns=_some(amiss))]


def _ledger(connection: sa.Connection) -> Iterable[Finding]:
    """Callers and photos are of entries that there are."""
    entries = RECORDS["entries"]
    amiss: set[str] = set()
    for table in (callers, photos):
        orphans = (
            sa.select(table.c.entry).outerjoin(entries, entries.c.id == table.c.entry).where(entries.c.id.is_(None))
        )
        amiss.update(connection.scalars(orphans))
    return [_finding("ledger", not amiss, count=len(amiss), records=_some(sorted(amiss)))]


def _names(connection: sa.Connection, noun: str, query: sa.Select[tuple[str]]) -> list[str]:
    return [f"{noun} {key}" for key in connection.scalars(query)]


def _finding(name: str, ok: bool, **params: object) -> Finding:
    return Finding(f"store.check_{name}{'' if ok else '_bad'}", ok, params)


def _some(names: list[str]) -> str:
    return ", ".join(names[:NAMED_AT_MOST]) + " …" * (len(names) > NAMED_AT_MOST)
