"""Planned visits 走访计划: which team is to be at which position, on which day."""

from __future__ import annotations

import builtins
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from geo.errors import GongtuError, ParameterError
from geo.storage import plain
from geo.storage.campaigns import must_be_open
from geo.storage.changes import Conflict
from geo.storage.engine import reading, writing
from geo.storage.tables import visits
from geo.storage.values import KEY_AT_MOST, UNWRITABLE, written

State = Literal["planned", "done", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
WHAT_AT_MOST, NOTE_AT_MOST = 200, 2_000
VISITS_AT_MOST = 5_000
"""Visits of one campaign, in any state."""
CHANGEABLE = ("team", "position", "date", "start", "end", "what", "note", "state")


class Changed(Conflict):
    """Somebody else changed the visit first; nothing was written."""

    def __init__(self, date: str) -> None:
        GongtuError.__init__(self, "visit.conflict", date=date)
        self.records = ()


@dataclass(frozen=True)
class PlannedVisit:
    """One planned visit. ``date`` is YYYY-MM-DD; ``start`` and ``end`` are HH:MM of the district's clock, ``""`` where
    only the day is known; ``state`` is one of ``STATES``.
    """

    id: str
    campaign: str
    team: str
    position: str
    date: str
    start: str
    end: str
    what: str
    note: str
    state: State
    version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


class PlannedVisits:
    """The planned visits of a store. That team and position are the campaign's is for the caller to see to."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(
        self,
        campaign: str,
        *,
        team: str,
        position: str,
        date: str,
        by: str,
        at: datetime,
        start: str = "",
        end: str = "",
        what: str = "",
        note: str = "",
        state: State = "planned",
        campaign_version: int | None = None,
    ) -> PlannedVisit:
        """Keeps a new one. ParameterError, with ``field``, for what it cannot be; GongtuError ``campaign.closed``, and
        ``visit.many`` where the campaign has ``VISITS_AT_MOST``; Conflict where it is not of ``campaign_version``.
        """
        said: dict[str, Any] = {"team": team, "position": position, "date": date, "start": start, "end": end}
        said = _fit({**said, "what": what, "note": note, "state": state})
        _times(said)
        id_ = secrets.token_hex(8)
        written("planned_visits", id_, "created_by", by)
        row = {"id": id_, "campaign": plain.key(campaign, "campaign", KEY_AT_MOST), **said}
        stamp = {"version": 1, "created_by": by, "created_at": at, "changed_by": by, "changed_at": at}
        with writing(self._engine, records=True) as connection:
            must_be_open(connection, campaign, campaign_version)
            counted = sa.select(sa.func.count()).where(visits.c.campaign == campaign)
            if (connection.scalar(counted) or 0) >= VISITS_AT_MOST:
                raise GongtuError("visit.many", most=VISITS_AT_MOST)
            connection.execute(visits.insert(), {**row, **stamp})
            return _visit(_row(connection, id_))

    def change(
        self, id_: str, version: int, *, by: str, at: datetime, campaign_version: int | None = None, **fields: Any
    ) -> PlannedVisit:
        """Sets some of ``CHANGEABLE``; what changes nothing writes nothing.

        Conflict (``Changed``) where it is not of ``version``; ParameterError for a visit that is not there and for what
        it cannot be; GongtuError ``campaign.closed``.
        """
        if unknown := [name for name in fields if name not in CHANGEABLE]:
            raise TypeError(f"a planned visit has no field {unknown[0]} to change")
        said = _fit(fields)
        written("planned_visits", "", "changed_by", by)
        with writing(self._engine, records=True) as connection:
            row = _row(connection, id_)
            must_be_open(connection, row["campaign"], campaign_version)
            if row["version"] != version:
                raise Changed(row["date"])
            said = {name: value for name, value in said.items() if row[name] != value}
            _times({**row, **said})
            if said:
                stamp = {"version": version + 1, "changed_by": by, "changed_at": at}
                connection.execute(visits.update().where(visits.c.id == id_).values({**said, **stamp}))
            return _visit(_row(connection, id_))

    def get(self, id_: str) -> PlannedVisit | None:
        """One visit; None where there never was one."""
        with reading(self._engine) as connection:
            try:
                return _visit(_row(connection, id_))
            except ParameterError:
                return None

    def list(self, campaign: str, *, team: str | None = None, since: str | None = None) -> builtins.list[PlannedVisit]:
        """Those of a campaign, or of one of its teams, or of the day ``since`` and later: in the order of their days
        and times (those of no time first), then of their ids.
        """
        if any(text is not None and UNWRITABLE.search(text) for text in (campaign, team, since)):
            return []
        asked = sa.select(visits).where(visits.c.campaign == campaign)
        if team is not None:
            asked = asked.where(visits.c.team == team)
        if since is not None:
            asked = asked.where(visits.c.date >= since)
        with reading(self._engine) as connection:
            rows = connection.execute(asked.order_by(visits.c.date, visits.c.start, visits.c.id)).mappings()
            return [_visit(row) for row in rows]


def _row(connection: sa.Connection, id_: str) -> sa.RowMapping:
    row = None
    if not UNWRITABLE.search(id_):
        row = connection.execute(sa.select(visits).where(visits.c.id == id_)).mappings().one_or_none()
    if row is None:
        raise ParameterError("visit.unknown", field="id", value=id_[:80].encode("utf-8", "replace").decode())
    return row


def _visit(row: sa.RowMapping) -> PlannedVisit:
    return PlannedVisit(**row)


def _fit(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the table keeps them. ParameterError, with ``field``, for what cannot be kept."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        match name:
            case "team" | "position":
                found[name] = plain.key(value, name, KEY_AT_MOST)
            case "date":
                found[name] = plain.day(value, name)
            case "start" | "end":
                found[name] = plain.time(value, name)
            case "what":
                found[name] = " ".join(plain.text(value, name, WHAT_AT_MOST).split())
            case "note":
                found[name] = plain.text(value, name, NOTE_AT_MOST)
            case _:
                if value not in STATES:
                    raise ParameterError("visit.state", field="state", value=str(value)[:80])
                found[name] = value
    return found


def _times(fields: Mapping[str, Any]) -> None:
    """An end comes after a start, and only with one."""
    if fields["end"] and not "" < fields["start"] < fields["end"]:
        raise ParameterError("visit.end", field="end", value=fields["end"])
