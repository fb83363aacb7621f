"""The store: what people entered, with all of its history, behind one class."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

import pandas as pd
import sqlalchemy as sa

from geo.storage import history, records
from geo.storage.assignments import Assignments
from geo.storage.callers import Callers
from geo.storage.campaigns import Campaigns
from geo.storage.changes import Change, write
from geo.storage.engine import Beside, connect, reading, scrub, writing
from geo.storage.history import Commit, Entry, State
from geo.storage.kept import Kept, refresh
from geo.storage.migrate import migrate
from geo.storage.people import People
from geo.storage.photos import Photos
from geo.storage.records import Record
from geo.storage.reports import Reports
from geo.storage.scenarios import Scenarios
from geo.storage.tables import meta
from geo.storage.visits import PlannedVisits


class Store:
    """Records of five nouns (``KEYS``) in one database, and the accounts of who may change them.

    Any number of threads and processes may use one database. GongtuError ``store.failed`` or ``store.busy`` where it
    cannot be used, from any method.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @cached_property
    def people(self) -> People:
        """The accounts."""
        return People(self.engine)

    @cached_property
    def reports(self) -> Reports:
        """What people at the door said of stations."""
        return Reports(self.engine)

    @cached_property
    def callers(self) -> Callers:
        """Who is behind the appeals."""
        return Callers(self.engine)

    @cached_property
    def photos(self) -> Photos:
        """The photos of ledger entries."""
        return Photos(self.engine)

    @cached_property
    def scenarios(self) -> Scenarios:
        """Where people would put new stations."""
        return Scenarios(self.engine)

    @cached_property
    def campaigns(self) -> Campaigns:
        """The campaigns that people made or changed."""
        return Campaigns(self.engine)

    @cached_property
    def assignments(self) -> Assignments:
        """Which team takes which position: drafts and published versions."""
        return Assignments(self.engine)

    @cached_property
    def visits(self) -> PlannedVisits:
        """Which team is to be where, and when."""
        return PlannedVisits(self.engine)

    def state(self, *nouns: str) -> State:
        """Revision and token of the last commit that changed a record of any of ``nouns``, without any of them the
        last commit: what a cache of anything read from here is keyed by. ``(0, "")`` where there was none.

        Revisions rise by one; tokens are random, so that a store and what its restored backup became never agree.
        """
        with reading(self.engine) as connection:
            return history.state(connection, *nouns)

    def read(self, noun: str, *, retired: bool = False) -> pd.DataFrame:
        """The living records of a noun, with ``retired`` all of them, sorted by key (code point order).

        The noun's columns, typed as ``geo.schema.read_table`` types them (unknown: ``""``, NaN, ``pd.NA``); of regions
        also the ``BOUNDARY`` columns and ``geometry`` (WGS-84, longitude first; None where there is no territory);
        of entries ``entered``, the revision they came with (Int64); then ``version`` (int64), ``retired`` (the reason,
        or ``""``) and ``changed_by``.
        """
        with reading(self.engine) as connection:
            return records.read(connection, noun, retired=retired)

    def refresh(self, nouns: Iterable[str], kept: Mapping[str, Kept]) -> tuple[State, dict[str, Kept]]:
        """The living records of ``nouns``, all as of one moment, and the last commit that touched any of them; of what
        is ``kept`` from earlier only what changed is read, and what did not change is the very same object.
        """
        with reading(self.engine) as connection:
            return refresh(connection, nouns, kept)

    def get(self, noun: str, key: str) -> Record | None:
        """One record, retired or not; None where there never was one."""
        with reading(self.engine) as connection:
            return records.get(connection, noun, key)

    def commit(
        self,
        changes: Iterable[Change],
        *,
        by: str,
        at: datetime,
        why: str,
        what: str = "save",
        progress: Callable[[int], None] | None = None,
        beside: Sequence[Beside] = (),
    ) -> int:
        """Makes all of the changes or none of them, and gives the revision they made.

        A change that changes nothing writes nothing; where none changes anything there is no commit, and the revision
        is the present one. Changes are taken as they are needed; ``progress`` is told how many are done, before any of
        them can be seen. What is kept ``beside`` the records is written with them, or none of it is. Writers go one
        after another. Conflict where a record is not of the version that its change was decided on; GongtuError for
        what cannot be stored.
        """
        with writing(self.engine, records=True) as connection:
            revision = write(connection, changes, by=by, at=at, why=why, what=what, progress=progress)
            gone = sum(one(connection) for one in beside)
        scrub(self.engine, gone)
        return revision

    def history(self, noun: str, key: str) -> list[Entry]:
        """Everything that was ever done to a record, newest first."""
        with reading(self.engine) as connection:
            return history.history(connection, noun, key)

    def histories(self, noun: str, keys: Collection[str]) -> dict[str, list[Entry]]:
        """What was done to each of these records after it began, newest first; nothing of those it was not."""
        with reading(self.engine) as connection:
            return history.histories(connection, noun, keys)

    def commits(self, *, limit: int = 50, before: int | None = None) -> list[Commit]:
        """The last commits, newest first; with ``before`` those with a smaller revision."""
        with reading(self.engine) as connection:
            return history.past(connection, limit=limit, before=before)

    def about(self) -> dict[str, str]:
        """What is known of the store itself."""
        with reading(self.engine) as connection:
            return about(connection)

    def describe(self, **entries: str) -> None:
        """Sets some of what ``about`` tells."""
        with writing(self.engine, records=True) as connection:
            describe(connection, entries)

    def close(self) -> None:
        """Lets go of the connections."""
        self.engine.dispose()


BEHIND_AT_MOST = timedelta(hours=12)
"""How far behind UTC the clocks of a district can be."""


def open_store(url: str, *, now: datetime) -> Store:
    """The store at a database URL (see ``connect``), made where there is none and brought up to date where it is old.

    SettingError for a URL that cannot be used; GongtuError for a database that cannot be reached, is of a newer
    program, holds something else, or has no PostGIS.
    """
    store = Store(connect(url))
    try:
        if migrate(store.engine):
            store.describe(created=now.isoformat())
        store.reports.forget(now)
        store.callers.forget((now - BEHIND_AT_MOST).date())  # the district, and so its day, is not known here
    except BaseException:
        store.close()
        raise
    return store


def about(connection: sa.Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(sa.select(meta))}


def describe(connection: sa.Connection, entries: dict[str, str]) -> None:
    if entries:
        connection.execute(meta.delete().where(meta.c.key.in_(entries)))
        connection.execute(meta.insert(), [{"key": key, "value": value} for key, value in entries.items()])
