"""The register 企业名册 as it is searched, filtered, paged and counted in the database: a table that follows from the
records, brought up to date before it is asked (``Workspace.register``).
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from geo.enterprises import ON_THE_WAY
from geo.errors import ParameterError
from geo.search import LONGEST, plain_names
from geo.storage.engine import is_sqlite, reading
from geo.storage.tables import RECORDS, register
from geo.storage.values import FIELDS

Gap = Literal["", "served", "unserved", "unknown"]
Dimension = Literal["region", "union_status", "union_form", "route", "industry"]


@dataclass(frozen=True)
class Wanted:
    """Which enterprises; what is left as it is here asks for nothing. Several values of one field: any of them, and
    ``""`` among them: those of which it is not known. No ``ids`` at all, ``()``, are nobody.

    ``text``: any part of a name, a whole credit code or id or its beginning, written as ``geo.search`` writes names.
    ``low``, ``high``: workers, inclusive; who has not stated any is in neither, and in ``size_unknown`` only. ``gap``:
    whether a rest station is within ``reach_m`` metres, inclusive; unknown where the place is. ``untouched_since``:
    on its way to a union (contacted, willing, preparing), and nothing happened on that day or later. ``next_by``: the
    next step is due on that day or earlier. ``status_before``: of a status that is held since before that day.
    ``established_from``, ``established_to``: inclusive; who was founded in a month or a year is in a time that has all
    of it. Days are YYYY-MM-DD. ``ids``: None for any.

    ``lag_days``: those three days are so many earlier for synthetic records, or all of these would be long overdue; a
    next step that is due within ``PLANNED_DAYS`` of ``next_by`` was planned since, and counts by that.
    """

    text: str = ""
    regions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    size_unknown: bool = False
    gap: Gap = ""
    reach_m: float = 1000.0
    union: str = ""
    untouched_since: str = ""
    next_by: str = ""
    status_before: str = ""
    established_from: str = ""
    established_to: str = ""
    lag_days: int = 0
    ids: tuple[str, ...] | None = None
    standing: str = ""


@dataclass(frozen=True)
class Page:
    """Some of the enterprises that were asked for; ``total``: how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


ORDERS: Mapping[str, sa.Column[Any]] = MappingProxyType(
    {
        "id": register.c.id,
        "name": register.c.text,
        **{name: register.c[name] for name in ("workers", "status_on", "next_on", "touched_on", "nearest_m")},
    }
)
"""What a page can be ordered by; names by their code points, as they are written to be compared."""
PLANNED_DAYS = 60
MANY = 2_000  # records asked for by their ids at one time
OWN = ("region", "region_by", "nearest_m", "touched_on")
"""What a row has from here; everything else is the record's."""
Clauses = list[sa.ColumnElement[bool]]


class Register:
    """The register of a store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def page(self, wanted: Wanted, *, sort: str = "id", limit: int = 50, offset: int = 0) -> Page:
        """``limit`` of those wanted in an order of ``ORDERS``, with ``-`` in front the other way round; of equal ones
        the smaller id first, unknown last either way. ParameterError, with ``field``, for another order.

        A row: every field of the record as ``Store.get`` gives it (None: unknown), ``id``, ``version``; ``region`` (the
        code it was given, ``""`` none), ``region_text`` (what the register says), ``region_by``, ``nearest_m`` (metres
        to the nearest rest station in service; None where its place is unknown or there is no station) and
        ``touched_on`` (the last day on which its status changed or the ledger names it).
        """
        order = _order(sort)
        clauses = self._clauses(wanted)
        with reading(self._engine) as connection:
            total = connection.scalar(sa.select(sa.func.count()).select_from(register).where(*clauses)) or 0
            asked = _own().where(*clauses).order_by(*order).limit(limit).offset(offset)
            return Page(_rows(connection, asked), total)

    def after(self, wanted: Wanted, *, after: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Rows as those of ``page``, by id, from the first whose id is greater than ``after``."""
        asked = _own().where(register.c.id > after, *self._clauses(wanted)).order_by(register.c.id).limit(limit)
        with reading(self._engine) as connection:
            return _rows(connection, asked)

    def ids(self, wanted: Wanted, limit: int) -> list[str]:
        """The ids of those wanted, the smallest first, at most ``limit``."""
        asked = sa.select(register.c.id).where(*self._clauses(wanted)).order_by(register.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [*connection.scalars(asked)]

    def points(self, wanted: Wanted, limit: int) -> pd.DataFrame:
        """Those wanted whose place is known, by id: id, name, lon, lat (WGS-84), union_status, standing."""
        table = RECORDS["enterprises"]
        asked = (
            sa.select(table.c.id, table.c.name, table.c.lon, table.c.lat, register.c.union_status, register.c.standing)
            .join_from(register, table, register.c.id == table.c.id)
            .where(register.c.nearest_m.is_not(None), *self._clauses(wanted))
            .order_by(register.c.id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            found = connection.execute(asked).all()
        return pd.DataFrame(found, columns=[column.name for column in asked.selected_columns])

    def tally(self, wanted: Wanted, by: Sequence[Dimension] = ()) -> pd.DataFrame:
        """Those wanted, counted by the columns ``by`` (``""`` unknown), sorted by them; one row where ``by`` is empty.

        ``count``; ``members`` and ``workers``, as far as they are stated; ``unions``: of the established ones, each
        union (``union_id``) once, one that names none for itself. All int64. A union in two groups counts in both.
        """
        columns = [register.c[name] for name in by]
        groups = [sa.func.coalesce(one, "").label(one.name) if one.nullable else one for one in columns]
        own = sa.literal("\n").concat(register.c.id)  # no union is called that
        union = sa.case((register.c.union_status == "established", sa.func.coalesce(register.c.union_id, own)))
        counts = {
            "count": sa.func.count(),
            "members": _sum(register.c.members),
            "workers": _sum(register.c.workers),
            "unions": sa.func.count(sa.distinct(union)),
        }
        asked = sa.select(*groups, *(what.label(name) for name, what in counts.items())).select_from(register)
        with reading(self._engine) as connection:
            found = connection.execute(asked.where(*self._clauses(wanted)).group_by(*groups)).all()
        frame = pd.DataFrame(found, columns=[*by, *counts]).astype(dict.fromkeys(counts, "int64"))
        return frame.sort_values([*by], ignore_index=True) if by else frame

    def _clauses(self, wanted: Wanted) -> Clauses:
        """What a row of the table must fulfil."""
        c = register.c
        either = (
            (c.region, wanted.regions),
            (c.union_status, wanted.statuses),
            (c.union_form, wanted.forms),
            (c.route, wanted.routes),
            (c.industry, wanted.industries),
        )
        found = [_any(column, values) for column, values in either if values]
        if wanted.text.strip():
            found += self._named(_key(wanted.text))
        if wanted.low is not None:
            found.append(c.workers >= wanted.low)
        if wanted.high is not None:
            found.append(c.workers <= wanted.high)
        if wanted.size_unknown:
            found.append(c.workers.is_(None))
        match wanted.gap:
            case "served":
                found.append(c.nearest_m <= wanted.reach_m)
            case "unserved":
                found.append(c.nearest_m > wanted.reach_m)
            case "unknown":
                found.append(c.nearest_m.is_(None))
        if day := wanted.untouched_since:
            found += [c.union_status.in_(ON_THE_WAY), c.touched_on.is_(None) | _told(day, wanted, c.touched_on.__lt__)]
        if wanted.next_by:
            planned = (c.next_on >= _earlier(wanted.next_by, PLANNED_DAYS)) & (c.next_on <= wanted.next_by)
            found.append(planned | _told(wanted.next_by, wanted, c.next_on.__le__))
        if wanted.status_before:
            found.append(_told(wanted.status_before, wanted, _last_day(c.status_on).__lt__))
        if wanted.established_from:
            found.append(_first_day(c.established_on) >= wanted.established_from)
        if wanted.established_to:
            found.append(_last_day(c.established_on) <= _month_end(wanted.established_to))
        if wanted.ids is not None:
            found.append(self._among(wanted.ids))
        if wanted.union:
            found.append(c.union_id == wanted.union)
        if wanted.standing:
            found.append(c.standing == wanted.standing)
        return found

    def _among(self, ids: Sequence[str]) -> sa.ColumnElement[bool]:
        """Any of these, however many: as one parameter, for PostgreSQL takes 65,535 of them."""
        if is_sqlite(self._engine):
            each = sa.func.json_each(json.dumps(ids)).table_valued("value")
            return register.c.id.in_(sa.select(each.c.value))
        return register.c.id == sa.any_(sa.literal(list(ids), ARRAY(sa.Text)))

    def _named(self, key: str) -> Clauses:
        """Rows a part of whose name is ``key``, or with whose code or id begins with it."""
        if not key:
            return [sa.false()]
        of = self._position
        # Either engine's faster way to see that it is not there at all, which is so of most; a key has letters only.
        there = of(key) > 0 if is_sqlite(self._engine) else register.c.text.like(f"%{key}%")
        return [there, (of(key) < of("\n")) | (of(f"\n{key}") > 0)]

    def _position(self, part: str) -> sa.ColumnElement[int]:
        """Where ``part`` first stands in the text of a row, from 1; 0 where it does not."""
        name = "instr" if is_sqlite(self._engine) else "strpos"
        return sa.Function(name, register.c.text, part, type_=sa.Integer)


def line(name: str, code: str, id: str) -> str:  # noqa: A002 - its name everywhere
    """What a row is found by, of parts as ``plain_names`` writes them; short enough for an index of PostgreSQL."""
    return f"{name[:LONGEST]}\n{code[:40]}\n{id[:LONGEST]}\n"


def _key(text: str) -> str:
    return plain_names([text[:LONGEST]])[0]


def _any(column: sa.Column[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """Any of ``values``; ``""`` is what is not known, which is NULL or ``""``."""
    found = column.in_(values)
    return found | column.is_(None) if "" in values else found


def _told(day: str, wanted: Wanted, holds: Callable[[str], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """``holds`` of the day, for synthetic records of a day ``lag_days`` earlier."""
    if not wanted.lag_days:
        return holds(day)
    made_up = register.c.standing == "synthetic"
    return sa.or_(~made_up & holds(day), made_up & holds(_earlier(day, wanted.lag_days)))


def _earlier(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def _first_day(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    """A year or a month as its first day."""
    return column.concat(sa.func.substr("-01-01", sa.func.length(column) - 3))


def _last_day(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    """A year as its last day, a month as its 31st, whether it has one or not: see ``_month_end``."""
    return column.concat(sa.func.substr("-12-31", sa.func.length(column) - 3))


def _month_end(day: str) -> str:
    """The last day of a month as its 31st; others as they are."""
    year, month, number = map(int, day.split("-"))
    return f"{day[:8]}31" if number == monthrange(year, month)[1] else day


def _sum(column: sa.Column[Any]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)


def _order(sort: str) -> list[sa.ColumnElement[Any]]:
    name = sort.removeprefix("-")
    if name not in ORDERS:
        raise ParameterError("register.sort", field="sort", value=sort)
    column = ORDERS[name]
    first = column.desc() if sort != name else column.asc()
    return [first] if name == "id" else [first.nulls_last(), register.c.id]


def _own() -> sa.Select[Any]:
    return sa.select(register.c.id, *(register.c[name] for name in OWN))


def _rows(connection: sa.Connection, asked: sa.Select[Any]) -> list[dict[str, Any]]:
    """The rows of the register with their records, in the order asked for."""
    own = {row.id: dict(row._mapping) for row in connection.execute(asked)}
    records = dict(_records(connection, [*own]))
    found = []
    for one, said in own.items():
        if record := records.get(one):  # retired a moment ago, and not yet gone from here
            far = said["nearest_m"]
            known = None if far is None or far == float("inf") else far
            found.append({**record, "region_text": record["region"], **said, "nearest_m": known})
    return found


def _records(connection: sa.Connection, ids: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    table = RECORDS["enterprises"]
    columns = [table.c[name] for name in ("id", *FIELDS["enterprises"], "version")]
    for start in range(0, len(ids), MANY):
        some = table.c.id.in_(ids[start : start + MANY])
        for row in connection.execute(sa.select(*columns).where(some, table.c.retired.is_(None))):
            yield row.id, dict(row._mapping)
