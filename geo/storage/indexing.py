"""Keeping the register's table what follows from the records: all of it made again, or the rows that can be different.

Several processes may do so at once: one after another, and none puts the table back to an earlier moment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from geo.coverage import sites
from geo.distance import Floats, nearest_two
from geo.district import District
from geo.enterprises import lonlat, project_usable
from geo.errors import GongtuError
from geo.facilities import serving
from geo.search import plain_names
from geo.storage.changes import insert
from geo.storage.engine import is_sqlite, reading, writing
from geo.storage.history import State, happened
from geo.storage.kept import FEW
from geo.storage.register import MANY, line
from geo.storage.tables import CHUNK, RECORDS, REGISTER, changes, meta, register

MAKERS = 0x67_72
"""The advisory lock, in PostgreSQL, of who brings the table up to date."""
READER_WAITS_S = 3
"""How long who only wants to look waits for somebody who writes."""
TEXTS = ("union_form", "union_id", "route", "industry", "established_on", "status_on", "next_on")


@dataclass(frozen=True, eq=False)
class Grounds:
    """What the register follows from: a pack's digest, the district of ``states`` (by noun; entries among them) and the
    ledger, as they are shown.
    """

    digest: str
    states: Mapping[str, State]
    district: District
    entries: pd.DataFrame

    @cached_property
    def stamp(self) -> str:
        return json.dumps({"pack": self.digest, "states": self.states, "stations": self.stations}, sort_keys=True)

    @cached_property
    def stations(self) -> str:
        """A digest of where the rest stations in service are."""
        places = np.column_stack(_stations(self.district))
        return hashlib.sha256(np.ascontiguousarray(places).tobytes()).hexdigest()[:16]


def bring_up_to_date(engine: sa.Engine, grounds: Grounds) -> bool:
    """Makes the table what follows from the grounds. False where another process had later ones: the table is left to
    them, and whoever asks should look at the records again.

    While somebody else writes for longer than ``WAIT_S``, an import say, the table stays what it was a moment before,
    where it was something.
    """
    with reading(engine) as connection:
        was = _stamp(connection)
        if was == grounds.stamp:
            return True
        usable = _usable(connection, was, grounds)
    try:
        with writing(engine, wait_s=READER_WAITS_S if usable else None) as connection:
            return _write(connection, grounds)
    except GongtuError as error:
        if not (usable and error.key == "store.busy"):
            raise
        return True


def _write(connection: sa.Connection, grounds: Grounds) -> bool:
    if not is_sqlite(connection):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MAKERS)))
    was = _stamp(connection)
    if was == grounds.stamp:
        return True
    touched: list[str] | None = None
    if _usable(connection, was, grounds):
        said = json.loads(was)
        states: dict[str, State] = {noun: (one[0], one[1]) for noun, one in said["states"].items()}
        if any(states[noun][0] > state[0] for noun, state in grounds.states.items()):
            return False
        if states["regions"] == grounds.states["regions"]:
            touched = _touched(connection, states)
        if touched is not None and said.get("stations") != grounds.stations:
            touched = sorted({*touched, *_moved(connection, grounds)})
    if touched is None:
        connection.execute(register.delete())
    for start in range(0, len(touched or ()), MANY):
        connection.execute(register.delete().where(register.c.id.in_((touched or [])[start : start + MANY])))
    for rows in _rows(grounds, touched):
        insert(connection, register, rows)
    if touched is None and not is_sqlite(connection):
        connection.exec_driver_sql("ANALYZE register")
    connection.execute(meta.delete().where(meta.c.key == REGISTER))
    connection.execute(meta.insert(), {"key": REGISTER, "value": grounds.stamp})
    return True


def _stamp(connection: sa.Connection) -> str:
    return connection.scalar(sa.select(meta.c.value).where(meta.c.key == REGISTER)) or ""


def _usable(connection: sa.Connection, stamp: str, grounds: Grounds) -> bool:
    """Whether the table is of the same pack, and of a moment that this store had."""
    said = json.loads(stamp) if stamp else {}
    states: dict[str, list[Any]] = said.get("states", {})
    return said.get("pack") == grounds.digest and all(happened(connection, (one[0], one[1])) for one in states.values())


def _touched(connection: sa.Connection, states: Mapping[str, State]) -> list[str] | None:
    """The enterprises whose row can be different from what it was at ``states``: changed ones, and those that changed
    entries name or named. None where they are more than ``FEW``.
    """
    found: set[str] = set()
    for noun, column in (("enterprises", "id"), ("entries", "enterprise")):
        table = RECORDS[noun]
        asked = sa.select(table.c[column]).where(table.c.revision > states[noun][0]).limit(FEW + 1)
        rows = connection.scalars(asked).all()
        if len(rows) > FEW:
            return None
        found.update(rows)
    later = (changes.c.noun == "entries") & (changes.c.revision > states["entries"][0])
    for fields in connection.scalars(sa.select(changes.c.fields).where(later, changes.c.action != "create")):
        if "enterprise" in fields:
            found.add(fields["enterprise"][0])
    return sorted(found - {None})


def _moved(connection: sa.Connection, grounds: Grounds) -> list[str]:
    """The enterprises whose nearest rest station is at another distance than the table says."""
    frame = grounds.district.enterprises
    metres = dict(zip(frame["id"], _nearest(grounds.district, frame), strict=True))
    rows = connection.execute(sa.select(register.c.id, register.c.nearest_m))
    return [row.id for row in rows if row.id in metres and not _same(row.nearest_m, metres[row.id])]


def _same(kept: float | None, metres: float) -> bool:
    return np.isnan(metres) if kept is None else bool(kept == metres)


def _rows(grounds: Grounds, ids: Collection[str] | None) -> Iterator[list[dict[str, object]]]:
    """The table's rows of these enterprises, None: of all, some thousands at a time."""
    district, frame, entries = grounds.district, grounds.district.enterprises, grounds.entries
    named = entries["enterprise"] != ""
    if ids is not None:
        frame, named = frame[frame["id"].isin(ids)], entries["enterprise"].isin(ids)
    last = entries.loc[named].groupby("enterprise")["date"].max().to_dict() if named.any() else {}
    metres = _nearest(district, frame)
    columns = {name: frame[name].tolist() for name in ("id", "region", "region_by", "union_status", "standing", *TEXTS)}
    whole = {name: [None if pd.isna(one) else int(one) for one in frame[name]] for name in ("workers", "members")}
    texts = zip(*(plain_names(frame[name].tolist()) for name in ("name", "credit_code", "id")), strict=True)
    made = {
        **{name: [one or None for one in cells] if name in TEXTS else cells for name, cells in columns.items()},
        **whole,
        "text": [line(*parts) for parts in texts],
        "nearest_m": [None if np.isnan(one) else float(one) for one in metres],
        "touched_on": [
            max(filter(None, (on, last.get(one))), default=None)
            for one, on in zip(columns["id"], columns["status_on"], strict=True)
        ],
    }
    for start in range(0, len(frame), CHUNK):
        part = {name: cells[start : start + CHUNK] for name, cells in made.items()}
        yield [dict(zip(part, cells, strict=True)) for cells in zip(*part.values(), strict=True)]


def _nearest(district: District, frame: pd.DataFrame) -> Floats:
    """Metres to the nearest rest station in service: NaN where the place is unknown, infinite where there is none."""
    x, y = project_usable(*lonlat(frame), district.regions, district.plane)
    metres: Floats = nearest_two(x, y, *_stations(district)).metres[:, 0]
    return np.where(np.isnan(metres) & np.isfinite(x), np.inf, metres)


def _stations(district: District) -> tuple[Floats, Floats]:
    return sites(serving(district.facilities, ["rest_station"]), district.plane)
