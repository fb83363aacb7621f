"""Moves 建会推进: from which union status an enterprise may go to which, and what a move must say. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from geo.enterprises import NEXT as NEXT
from geo.enterprises import ROUTES, UNION_FORMS, UnionStatus
from geo.errors import ParameterError
from geo.schema import is_day
from geo.storage import Change, Record
from geo.text import tidy

EXPLAINED: tuple[UnionStatus, ...] = ("declined", "closed")
"""What a move to must say why of."""
NEW = "new"
"""In the place of a joint union's id: one that is founded with this move."""
NOTE_AT_MOST, STEP_AT_MOST, NAME_AT_MOST, MEMBERS_AT_MOST = 500, 200, 80, 10**7
OF_FOUNDING = ("form", "members", "union_id", "parent_union", "route")
"""What only a move to ``established`` says."""


@dataclass(frozen=True)
class Move:
    """A move to the status ``to``, that happened ``on`` (YYYY-MM-DD), with a ``note``.

    To ``established`` also: ``form`` (standalone, joint), ``members``, ``union_id`` (joint: that of a joint union or
    ``NEW``), ``parent_union`` and ``route`` where known; it was established ``on`` that day. ``next_on`` and
    ``next_step``: what is to be done next, and by when, in the place of what stood there, which the move has settled.
    """

    to: str
    on: str
    note: str = ""
    form: str = ""
    members: int | None = None
    union_id: str = ""
    parent_union: str = ""
    route: str = ""
    next_on: str = ""
    next_step: str = ""


def change_of(record: Record, move: Move, today: date, *, unions: Mapping[str, str]) -> Change:
    """What the move makes of the enterprise ``record``, decided on the version that it has.

    ``unions``: the form of each union there is, by its id. A standalone union gets an id of its own. Days: not before
    the status it has now (``status_on``; as precisely as that is known), not after ``today``; the same day is legal.
    ParameterError, with ``field``, for the first thing that cannot be.
    """
    return change_for(record.id, record.version, record.values, move, today, unions=unions)


def change_for(
    id_: str, version: int, values: Mapping[str, Any], move: Move, today: date, *, unions: Mapping[str, str]
) -> Change:
    """``change_of`` of an enterprise known by its id, its version and its fields (None or ``""``: unknown)."""
    status = str(values["union_status"])
    _check_step(status, move.to)
    day = whole_day(move.on, "on")
    if day > today.isoformat():
        raise ParameterError("organising.on_future", field="on", value=day, today=today.isoformat())
    since = str(values.get("status_on") or "")
    if day[: len(since)] < since:
        raise ParameterError("organising.on_before", field="on", value=day, since=since)
    text(move.note, "note", NOTE_AT_MOST, needed=move.to in EXPLAINED)
    then: dict[str, object] = {"union_status": move.to, "status_on": day}
    then |= next_values(move.next_on, move.next_step, today)
    if move.to == "established":
        then |= _founding(id_, move, unions) | {"established_on": day}
    elif said := [name for name in OF_FOUNDING if getattr(move, name) not in ("", None)]:
        raise ParameterError("organising.not_with", field=said[0], value=str(getattr(move, said[0]))[:80], to=move.to)
    return Change("enterprises", id_, then, version)


def doubts(record: Record, move: Move) -> tuple[str, ...]:
    """What is legal and yet to be looked at twice, as message keys: more members than the workers it states."""
    workers: Any = record.values.get("workers")
    more = move.to == "established" and move.members is not None and workers is not None and move.members > workers
    return ("organising.doubt_members",) if more else ()


def new_union(enterprise: str, unions: Collection[str]) -> str:
    """The id of a union founded at an enterprise, which none of ``unions`` has."""
    first = f"U-{enterprise}"
    return next(
        one for one in (first, *(f"{first}.{number}" for number in range(2, len(unions) + 3))) if one not in unions
    )


def next_values(next_on: str, next_step: str, today: date) -> dict[str, object]:
    """What is to be done next, as the record keeps it; both ``""``: nothing is planned. A day from ``today`` on."""
    step = text(next_step, "next_step", STEP_AT_MOST)
    if not next_on:
        return {"next_on": "", "next_step": step}
    if whole_day(next_on, "next_on") < today.isoformat():
        raise ParameterError("organising.next_past", field="next_on", value=next_on, today=today.isoformat())
    if not step:
        raise ParameterError("organising.next_missing", field="next_step", value="")
    return {"next_on": next_on, "next_step": step}


def whole_day(value: str, field: str) -> str:
    """A day that the calendar has, as YYYY-MM-DD."""
    if not is_day(value):
        raise ParameterError("organising.day", field=field, value=value[:80])
    return value


def text(value: str, field: str, most: int, *, needed: bool = False) -> str:
    """A text as it is kept."""
    said = tidy(value)
    if needed and not said:
        raise ParameterError("organising.missing", field=field, value="")
    if len(said) > most:
        raise ParameterError("organising.long", field=field, value=said[:80], most=most)
    return said


def known_status(value: str, field: str) -> UnionStatus:
    """A union status."""
    if value not in get_args(UnionStatus):
        raise ParameterError("organising.status", field=field, value=value[:80], choices=", ".join(NEXT))
    return value  # type: ignore[return-value]


def _check_step(status: str, to: str) -> None:
    known_status(to, "to")
    legal = NEXT[known_status(status, "union_status")]
    if to == status:
        raise ParameterError("organising.already", field="to", value=to)
    if not legal:
        raise ParameterError("organising.ended", field="to", value=to)
    if to not in legal:
        raise ParameterError("organising.illegal", field="to", value=to, **{"from": status, "to": to})


def _founding(id_: str, move: Move, unions: Mapping[str, str]) -> dict[str, object]:
    """What an enterprise is told to have once its union is founded."""
    if move.form not in UNION_FORMS:
        key = "organising.form" if move.form else "organising.missing"
        raise ParameterError(key, field="form", value=move.form[:80], choices=", ".join(UNION_FORMS))
    if move.members is None:
        raise ParameterError("organising.missing", field="members", value="")
    if not 1 <= move.members <= MEMBERS_AT_MOST:
        raise ParameterError("organising.members", field="members", value=str(move.members)[:80], most=MEMBERS_AT_MOST)
    if move.route and move.route not in ROUTES:
        raise ParameterError("organising.route", field="route", value=move.route[:80], choices=", ".join(ROUTES))
    values: dict[str, object] = {
        "union_form": move.form,
        "members": move.members,
        "union_id": _union(id_, move, unions),
    }
    if parent := text(move.parent_union, "parent_union", NAME_AT_MOST):
        values["parent_union"] = parent
    return values | ({"route": move.route} if move.route else {})


def _union(id_: str, move: Move, unions: Mapping[str, str]) -> str:
    """The id of the union that covers the enterprise from then on."""
    asked = move.union_id
    if move.form == "standalone":
        if asked not in ("", NEW):
            raise ParameterError("organising.union_own", field="union_id", value=asked[:80])
        return new_union(id_, unions)
    if not asked:
        raise ParameterError("organising.missing", field="union_id", value="")
    if asked != NEW and unions.get(asked) != "joint":
        raise ParameterError("organising.union_unknown", field="union_id", value=asked[:80])
    return new_union(id_, unions) if asked == NEW else asked
