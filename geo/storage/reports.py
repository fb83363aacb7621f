"""Reports of what is wrong with a station: taken in from anybody, within limits, and handled by staff."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from geo.errors import GongtuError
from geo.people import REPORTS
from geo.storage.attempts import ThrottledError, secret
from geo.storage.changes import Change, write
from geo.storage.engine import reading, writing
from geo.storage.tables import RECORDS, reports
from geo.storage.values import UNWRITABLE, written

DAY = timedelta(hours=24)
"""How long a report counts with others, and how long its sender is known, if only as a hash."""
INDEPENDENT = 3
"""So many senders within ``DAY`` make a station 待核实."""
DOUBTED = ("open", "trial")
"""The states that reports take a station out of by themselves."""
LIMITS = ((timedelta(minutes=10), 5), (DAY, 20))
"""Reports that one sender may make within a time."""
AGAIN = timedelta(hours=1)
"""The same of one station by one sender is one report within this time."""
OPEN_AT_MOST, OPEN_AT_MOST_OF_ONE = 5_000, 100
"""Reports that may wait for staff, in all and of one station: more are turned away until some are handled, so that
nobody can fill the disk, and a flood at one station leaves room for the others."""
FULL_FOR = timedelta(hours=1)
"""How long whoever is turned away for that is told to wait."""
KEY = "reports.key"
"""The entry of ``meta`` that senders are hashed with: they are not kept themselves."""


class NoStationError(GongtuError):
    """There is no such station to report, or it is retired."""

    def __init__(self) -> None:
        super().__init__("report.no_station")


@dataclass(frozen=True)
class Receipt:
    """What became of a report. ``counted``: the senders of open reports of the station within a day, this one among
    them; ``unverified``: this very report made the station 待核实; ``state``: what the station's is now.
    """

    id: str
    counted: int
    unverified: bool
    state: str


@dataclass(frozen=True)
class Report:
    """One report. ``hours``: the opening hours as posted then. What became of it is empty while nobody has handled it:
    ``outcome`` is the state that the station was given, or ``dismissed``.
    """

    id: str
    facility: str
    what: str
    words: str
    hours: str
    at: datetime
    handled_at: datetime | None
    handled_by: str
    outcome: str
    why: str


@dataclass(frozen=True)
class Waiting:
    """The open reports of one station, the newest first; ``independent``: how many sent them within the last day."""

    facility: str
    reports: tuple[Report, ...]
    independent: int


class Reports:
    """The reports of a store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, facility: str, what: str, words: str, *, sender: str, at: datetime, why: str) -> Receipt:
        """Keeps a report; makes the station 待核实 where it is the one too many, in the same transaction.

        ``sender`` is whatever tells senders apart; ``why`` is what the history gives as the reason. The same said again
        within ``AGAIN`` is answered as the first time and changes nothing. One that is turned away leaves no trace.
        NoStationError; ThrottledError where a limit is reached.
        """
        self.forget(at)
        who = hmac.new(secret(self._engine, KEY), sender.encode(errors="replace"), hashlib.sha256).hexdigest()
        with reading(self._engine) as connection:  # repeating and turning away write nothing, and wait for nobody
            if receipt := _heard(connection, facility, what, who, at):
                return receipt
        with writing(self._engine, records=True) as connection:
            if receipt := _heard(connection, facility, what, who, at):  # asked again: many come at the same moment
                return receipt
            row = _station(connection, facility)
            name = secrets.token_hex(8)
            said = {"facility": facility, "what": what, "words": words, "hours": row["opening_hours"] or ""}
            connection.execute(reports.insert(), {"id": name, **said, "at": at, "sender": who})
            counted = _independent(connection, facility, at)
            doubted = counted >= INDEPENDENT and row["state"] in DOUBTED
            if doubted:
                change = Change("facilities", facility, {"state": "unverified"}, row["version"])
                write(connection, [change], by=REPORTS, at=at, why=why, what="report")
        return Receipt(name, counted, doubted, "unverified" if doubted else row["state"])

    def waiting(self, at: datetime) -> list[Waiting]:
        """The open reports by station: first what most people said within the last day, then the newest."""
        self.forget(at)
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(reports).where(reports.c.handled_at.is_(None)).order_by(reports.c.at.desc(), reports.c.id)
            ).mappings()
            of: dict[str, list[Report]] = {}
            for row in rows:
                of.setdefault(row["facility"], []).append(_report(row))
            senders = sa.func.count(sa.distinct(reports.c.sender))
            asked = sa.select(reports.c.facility, senders).where(*_counting(at)).group_by(reports.c.facility)
            counted = {row[0]: row[1] for row in connection.execute(asked)}
        found = [Waiting(facility, tuple(its), counted.get(facility, 0)) for facility, its in of.items()]
        return sorted(found, key=lambda one: (one.independent, one.reports[0].at), reverse=True)

    def handled(self, limit: int = 50) -> list[Report]:
        """Those last handled, the newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(reports)
                .where(reports.c.handled_at.is_not(None))
                .order_by(reports.c.handled_at.desc(), reports.c.at.desc(), reports.c.id)
                .limit(limit)
            ).mappings()
            return [_report(row) for row in rows]

    def handle(
        self, ids: Collection[str], *, by: str, at: datetime, outcome: str, why: str, change: Change | None = None
    ) -> None:
        """Says what became of open reports and makes the change of the station that goes with it, both or neither.

        Conflict where the station is not of the version that ``change`` was decided on; GongtuError
        ``report.handled_already`` where one of the reports is no longer open.
        """
        for name, text in (("handled_by", by), ("outcome", outcome), ("why", why)):
            written("reports", "", name, text)
        those = reports.c.id.in_(list(ids)) & reports.c.handled_at.is_(None)
        with writing(self._engine, records=True) as connection:
            said = {"handled_at": at, "handled_by": by, "outcome": outcome, "why": why}
            done = connection.execute(reports.update().where(those).values(said)).rowcount
            if done != len(set(ids)):
                raise GongtuError("report.handled_already")
            if change:
                write(connection, [change], by=by, at=at, why=why, what="report")

    def forget(self, at: datetime) -> None:
        """Lets go of the hashes older than ``DAY``; the reports stay. Done at every report, at every look at the queue
        and when the store is opened; backups have none.
        """
        old = reports.c.sender.is_not(None) & (reports.c.at <= at - DAY)
        with reading(self._engine) as connection:  # as a rule there is nothing to do, and nobody to wait for
            if connection.scalar(sa.select(reports.c.id).where(old).limit(1)) is None:
                return
        with writing(self._engine) as connection:
            connection.execute(reports.update().where(old).values(sender=None))


def _heard(connection: sa.Connection, facility: str, what: str, who: str, at: datetime) -> Receipt | None:
    """The receipt of the same report by the same sender not long ago, still open; None where this is a new one.

    NoStationError; ThrottledError where a limit is reached. What is as old as a time no longer counts within it.
    """
    state = _station(connection, facility)["state"]
    again = sa.select(reports.c.id).where(
        reports.c.sender == who,
        reports.c.facility == facility,
        reports.c.what == what,
        reports.c.at > at - AGAIN,
        reports.c.handled_at.is_(None),
    )
    if first := connection.scalar(again.order_by(reports.c.at.desc()).limit(1)):
        return Receipt(first, _independent(connection, facility, at), False, state)
    waits = []
    for window, most in LIMITS:
        asked = (
            sa.select(reports.c.at)
            .where(reports.c.sender == who, reports.c.at > at - window)
            .order_by(reports.c.at.desc())
            .offset(most - 1)
            .limit(1)
        )
        if (oldest := connection.scalar(asked)) is not None:
            waits.append(oldest + window - at)
    if waits:
        raise ThrottledError(max(waits), "report.wait")
    count = sa.select(sa.func.count()).where(reports.c.handled_at.is_(None))
    of_it = count.where(reports.c.facility == facility)
    if connection.scalar(of_it) >= OPEN_AT_MOST_OF_ONE or connection.scalar(count) >= OPEN_AT_MOST:  # type: ignore[operator]
        raise ThrottledError(FULL_FOR, "report.full")
    return None


def _station(connection: sa.Connection, facility: str) -> sa.RowMapping:
    """What is asked of the station; NoStationError where there is none."""
    table = RECORDS["facilities"]
    asked = sa.select(table.c.state, table.c.opening_hours, table.c.version)
    if UNWRITABLE.search(facility):  # which the database would not even be asked
        raise NoStationError
    row = connection.execute(asked.where(table.c.id == facility, table.c.retired.is_(None))).mappings().one_or_none()
    if row is None:
        raise NoStationError
    return row


def _independent(connection: sa.Connection, facility: str, at: datetime) -> int:
    """How many senders have open reports of the station that still count."""
    asked = sa.select(sa.func.count(sa.distinct(reports.c.sender)))
    return int(connection.scalar(asked.where(reports.c.facility == facility, *_counting(at))) or 0)


def _counting(at: datetime) -> Sequence[sa.ColumnElement[bool]]:
    """Open, and younger than ``DAY``."""
    return reports.c.handled_at.is_(None), reports.c.at > at - DAY


def _report(row: sa.RowMapping) -> Report:
    values: dict[str, Any] = {name: row[name] for name in Report.__dataclass_fields__}
    said = {name: values[name] or "" for name in ("handled_by", "outcome", "why")}
    return Report(**values | said)
