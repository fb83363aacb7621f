"""One move of many enterprises: looked at first, then all of those that can be moved, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from geo.errors import ParameterError
from geo.organising.deeds import MOVED, known_unions, must, today
from geo.organising.moves import NEW, NOTE_AT_MOST, Move, change_for, new_union, text
from geo.people import Person
from geo.storage import Change
from geo.storage.register import Wanted
from geo.workspace import Workspace

AT_MOST = 2_000
Fate = Literal["moves", "already", "illegal", "missing"]
OF_ROW: Mapping[tuple[str, str], Fate] = {
    ("organising.illegal", "to"): "illegal",
    ("organising.ended", "to"): "illegal",
    ("organising.on_before", "on"): "illegal",
    ("organising.missing", "members"): "missing",
    ("organising.members", "members"): "missing",
}
"""The faults, with their field, that are one enterprise's; all others stand against the whole move."""


@dataclass(frozen=True)
class Row:
    """What becomes of one enterprise, now in the status ``status``. ``why``: the error's key and what fills it, None
    where it moves. ``change``: None where it does not.
    """

    id: str
    name: str
    status: str
    fate: Fate
    why: tuple[str, Mapping[str, object]] | None = None
    change: Change | None = None


@dataclass(frozen=True)
class Bulk:
    """A move of many, looked at and not made; ``rows`` in the order of their ids."""

    move: Move
    rows: tuple[Row, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each fate, those that move first."""
        found = Counter(row.fate for row in self.rows)
        return {fate: found[fate] for fate in ("moves", "missing", "illegal", "already")}


def preview(
    workspace: Workspace, asked: Sequence[str] | Wanted, move: Move, members: Mapping[str, int] = MappingProxyType({})
) -> Bulk:
    """What the move would make of each of these enterprises. Nothing is written.

    Fates: *already* in that status; *illegal*: no move from the status it has, or not on that day; *missing*: what it
    would have to say is not known (its members); *moves* the others. A joint union to be founded is one for all of
    them. Members are those that ``members`` says of an enterprise's id, else the move, else its record.

    ParameterError ``organising.many`` for more than ``AT_MOST``, and for what would stand against the move of any
    enterprise.
    """
    register = workspace.register()
    wanted = asked if isinstance(asked, Wanted) else Wanted(ids=tuple(dict.fromkeys(asked)))
    many = len(wanted.ids) if wanted.ids else 0
    if many > AT_MOST:
        raise ParameterError("organising.many", field="ids", value=str(many), most=AT_MOST)
    page = register.page(wanted, sort="id", limit=AT_MOST, offset=0)
    if page.total > AT_MOST:
        raise ParameterError("organising.many", field="ids", value=str(page.total), most=AT_MOST)
    return decide(page.rows, move, today(workspace), known_unions(workspace, move), members)


def decide(
    rows: Sequence[Mapping[str, Any]],
    move: Move,
    day: date,
    unions: Mapping[str, str],
    members: Mapping[str, int] = MappingProxyType({}),
) -> Bulk:
    """``preview`` of these rows (every field of the record, ``id``, ``name``, ``version``), on ``day``."""
    found = tuple(_row(row, move, day, unions, members) for row in rows)
    first = next((row.id for row in found if row.change), None)
    if first is None or move.form != "joint" or move.union_id != NEW:
        return Bulk(move, found)
    # One union for all, named for the first that moves: who is left out may found one of its own name meanwhile.
    founded = new_union(first, unions)
    return decide(rows, replace(move, union_id=founded), day, {**unions, founded: "joint"}, members)


def commit(workspace: Workspace, person: Person, bulk: Bulk) -> int:
    """Makes the moves of a preview, all or none, and gives how many they were. Staff.

    Conflict where somebody moved any of them since.
    """
    must(person, "staff")
    changes = [row.change for row in bulk.rows if row.change]
    if not changes:
        raise ParameterError("organising.nothing", field="ids", value="")
    why = text(bulk.move.note, "note", NOTE_AT_MOST)
    workspace.store.commit(changes, by=person.name, at=workspace.now(), why=why, what=MOVED)
    return len(changes)


def _row(row: Mapping[str, Any], move: Move, day: date, unions: Mapping[str, str], members: Mapping[str, int]) -> Row:
    id_, name, status = str(row["id"]), str(row["name"]), str(row["union_status"])
    if status == move.to:
        return Row(id_, name, status, "already", ("organising.already", {"value": status}))
    values = {field: None if value != value else value for field, value in row.items()}
    own = move
    if move.to == "established":
        said = (members.get(id_), move.members, values.get("members"))
        own = replace(move, members=next((int(one) for one in said if one is not None), None))
    try:
        return Row(
            id_, name, status, "moves", None, change_for(id_, int(row["version"]), values, own, day, unions=unions)
        )
    except ParameterError as error:
        if fate := OF_ROW.get((error.key, str(error.params["field"]))):
            return Row(id_, name, status, fate, (error.key, error.params))
        raise
