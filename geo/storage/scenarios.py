"""Scenarios 方案: where somebody would put new stations, kept with what was asked, what it stands on and its notes."""

from __future__ import annotations

import builtins
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from geo.errors import GongtuError, ParameterError
from geo.storage.changes import Change, Conflict, write
from geo.storage.engine import reading, writing
from geo.storage.tables import scenarios
from geo.storage.values import KEY_AT_MOST, UNWRITABLE, written

NAME_AT_MOST, NOTES_AT_MOST, SITES_AT_MOST = 80, 2_000, 500
ENTRIES_AT_MOST, TEXT_AT_MOST = 50, 20_000
"""Entries of a question or a plan, and characters of each: an address line holds less."""
CURVE_AT_MOST = 200
CHANGEABLE = ("name", "notes", "question", "plan", "sites", "proof", "grounds", "shared")
"""The fields that ``change`` takes."""
FIXED = ("question", "plan", "sites", "proof", "grounds")
"""Those that no longer change once the sites are in the register."""


class Changed(Conflict):
    """Somebody else changed the scenario first; nothing was written."""

    def __init__(self, name: str) -> None:
        GongtuError.__init__(self, "scenario.conflict", name=name)
        self.records = ()


@dataclass(frozen=True)
class Scenario:
    """One scenario. ``question`` and ``plan`` are as their own ``params()`` give them, the plan without sites.

    Of each of the ``sites``: ``id``, ``name``, ``lon``, ``lat`` (WGS-84), ``moved`` (by hand). ``proof``: what the
    solver said of them (``goal``, ``objective``, ``bound``, ``proven``, ``gap``, ``seconds``; ``stopped``: whether
    somebody stopped it, so that it is the best it had; ``off_m``: by how many metres a distance may be off, above 0
    where the demand was gathered, and what is proven holds for that; ``curve`` of [n, objective, proven]), None where
    they are nobody's answer. ``grounds``: the ``revision`` of the data, its
    ``as_of``, and whether any of it is ``synthetic``. ``shared``: whoever has the link may read it. ``retired`` is the
    reason, or ``""``.
    """

    id: str
    name: str
    notes: str
    question: Mapping[str, str]
    plan: Mapping[str, str]
    sites: tuple[dict[str, Any], ...]
    proof: dict[str, Any] | None
    grounds: dict[str, Any]
    shared: bool
    version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    adopted_by: str
    adopted_at: datetime | None
    retired: str


class Scenarios:
    """The scenarios of a store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(
        self,
        name: str,
        *,
        by: str,
        at: datetime,
        notes: str = "",
        question: Mapping[str, str] | None = None,
        plan: Mapping[str, str] | None = None,
        sites: Sequence[Mapping[str, Any]] = (),
        proof: Mapping[str, Any] | None = None,
        grounds: Mapping[str, Any] | None = None,
        shared: bool = False,
    ) -> Scenario:
        """Keeps a new scenario. ParameterError, with ``field``, for what it cannot be."""
        said = {"name": name, "notes": notes, "question": question or {}, "plan": plan or {}, "sites": sites}
        values = _fit({**said, "proof": proof, "grounds": grounds or {}, "shared": shared})
        id_ = secrets.token_hex(8)
        who = {"version": 1, "created_by": by, "created_at": at, "changed_by": by, "changed_at": at}
        blank = dict.fromkeys(("adopted_by", "adopted_at", "retired"))
        written("scenarios", id_, "created_by", by)
        with writing(self._engine) as connection:
            connection.execute(scenarios.insert(), {"id": id_, **values, **who, **blank})
            return _scenario(_row(connection, id_))

    def get(self, id_: str) -> Scenario | None:
        """One scenario, retired or not; None where there never was one."""
        if UNWRITABLE.search(id_):
            return None
        with reading(self._engine) as connection:
            asked = sa.select(scenarios).where(scenarios.c.id == id_)
            row = connection.execute(asked).mappings().one_or_none()
        return None if row is None else _scenario(row)

    def list(self, *, retired: bool = False) -> builtins.list[Scenario]:
        """The scenarios in use, with ``retired`` all of them: those made last first."""
        asked = sa.select(scenarios).order_by(scenarios.c.created_at.desc(), scenarios.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(asked if retired else asked.where(scenarios.c.retired.is_(None))).mappings()
            return [_scenario(row) for row in rows]

    def change(self, id_: str, version: int, *, by: str, at: datetime, **fields: Any) -> Scenario:
        """Sets some of ``CHANGEABLE``; what changes nothing writes nothing.

        Conflict (``Changed``) where it is not of ``version``; ParameterError for a scenario that is not there and for
        what it cannot be; GongtuError where it is retired, or adopted and one of ``FIXED`` would change.
        """
        if unknown := [name for name in fields if name not in CHANGEABLE]:
            raise TypeError(f"a scenario has no field {unknown[0]} to change")
        values = _fit(fields)
        with writing(self._engine, records=True) as connection:
            row = _row(connection, id_, version)
            values = {name: value for name, value in values.items() if row[name] != value}
            if values and row["retired"]:
                raise GongtuError("scenario.retired", name=row["name"])
            if row["adopted_at"] and any(name in FIXED for name in values):
                raise GongtuError("scenario.adopted_already", name=row["name"])
            if values:
                _update(connection, id_, version, by, at, values)
            return _scenario(_row(connection, id_))

    def adopt(self, id_: str, version: int, changes: Sequence[Change], *, by: str, at: datetime, why: str) -> Scenario:
        """Marks it adopted and makes the changes of the register that this means, both or neither.

        Conflict where the scenario or one of the records is of another version; GongtuError where it was adopted
        before or is retired.
        """
        with writing(self._engine, records=True) as connection:
            row = _row(connection, id_, version)
            if row["retired"]:
                raise GongtuError("scenario.retired", name=row["name"])
            if row["adopted_at"]:
                raise GongtuError("scenario.adopted_already", name=row["name"])
            write(connection, changes, by=by, at=at, why=why, what="scenario")
            _update(connection, id_, version, by, at, {"adopted_by": by, "adopted_at": at})
            return _scenario(_row(connection, id_))

    def retire(self, id_: str, version: int, *, why: str, by: str, at: datetime) -> Scenario:
        """Takes it out of use, for a reason; ``""`` brings it back. What it put in the register stays there."""
        why = _text(why, "why", NOTES_AT_MOST)
        with writing(self._engine, records=True) as connection:
            _row(connection, id_, version)
            _update(connection, id_, version, by, at, {"retired": why or None})
            return _scenario(_row(connection, id_))


def _row(connection: sa.Connection, id_: str, version: int | None = None) -> sa.RowMapping:
    row = None
    if not UNWRITABLE.search(id_):
        asked = sa.select(scenarios).where(scenarios.c.id == id_)
        row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise ParameterError("scenario.unknown", field="id", value=id_[:80].encode("utf-8", "replace").decode())
    if version is not None and row["version"] != version:
        raise Changed(row["name"])
    return row


def _update(
    connection: sa.Connection, id_: str, version: int, by: str, at: datetime, values: Mapping[str, Any]
) -> None:
    written("scenarios", id_, "changed_by", by)
    stamp = {"version": version + 1, "changed_by": by, "changed_at": at}
    connection.execute(scenarios.update().where(scenarios.c.id == id_).values({**values, **stamp}))


def _scenario(row: sa.RowMapping) -> Scenario:
    values: dict[str, Any] = {name: row[name] for name in Scenario.__dataclass_fields__}
    said = {name: values[name] or "" for name in ("adopted_by", "retired")}
    return Scenario(**values | said | {"sites": tuple(values["sites"])})


def _fit(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the table keeps them. ParameterError, with ``field``, for what cannot be kept."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        match name:
            case "name":
                found[name] = _text(" ".join(str(value).split()), name, NAME_AT_MOST)
                if not found[name]:
                    raise ParameterError("scenario.nameless", field="name", most=NAME_AT_MOST)
            case "notes":
                found[name] = _text(value.strip(), name, NOTES_AT_MOST)
            case "question" | "plan":
                found[name] = _params(value, name)
            case "sites":
                found[name] = _sites(value)
            case "proof":
                found[name] = None if value is None else _proof(value)
            case "grounds":
                found[name] = {key: _plain(one, name) for key, one in value.items()}
            case _:
                found[name] = bool(value)
    return found


def _text(text: str, field: str, most: int) -> str:
    if len(text) > most:
        raise ParameterError("scenario.long", field=field, most=most)
    if UNWRITABLE.search(text):
        raise ParameterError("scenario.text", field=field)
    return text


def _params(params: Mapping[str, str], field: str) -> dict[str, str]:
    if len(params) > ENTRIES_AT_MOST:
        raise ParameterError("scenario.long", field=field, most=ENTRIES_AT_MOST)
    return {_text(key, field, TEXT_AT_MOST): _text(value, field, TEXT_AT_MOST) for key, value in params.items()}


def _sites(sites: Sequence[Mapping[str, Any]]) -> builtins.list[dict[str, Any]]:
    if len(sites) > SITES_AT_MOST:
        raise ParameterError("scenario.sites_many", field="sites", most=SITES_AT_MOST)
    found: builtins.list[dict[str, Any]] = []
    for site in sites:
        id_ = _text(str(site["id"]), "sites", KEY_AT_MOST)
        lon, lat = float(site["lon"]), float(site["lat"])
        if not (abs(lon) <= 180 and abs(lat) <= 90):  # and so nothing that is no number
            raise ParameterError("scenario.site_place", field="sites", site=id_[:80])
        name = _text(str(site.get("name", "")), "sites", KEY_AT_MOST)
        found.append({"id": id_, "name": name, "lon": lon, "lat": lat, "moved": bool(site.get("moved", False))})
    ids = [site["id"] for site in found]
    if len(set(ids)) < len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        raise ParameterError("scenario.site_twice", field="sites", site=twice[:80])
    return found


def _proof(proof: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: _plain(value, "proof") for key, value in proof.items() if key != "curve"}
    steps: Sequence[Sequence[Any]] = proof.get("curve") or ()
    return {**found, "curve": [[_plain(cell, "proof") for cell in step] for step in steps[:CURVE_AT_MOST]]}


def _plain(value: object, field: str) -> object:
    """A flag, a number or a text that JSON holds; None for a number that is none."""
    match value.item() if isinstance(value, np.generic) else value:
        case None | bool() | int() as plain:
            return plain
        case float(number):
            return number if math.isfinite(number) else None
        case str(text):
            return _text(text, field, TEXT_AT_MOST)
    raise ParameterError("scenario.text", field=field)
