"""Records kept in memory, and read again only as far as somebody changed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from geo.splice import splice
from geo.storage import records
from geo.storage.history import State, happened, state
from geo.storage.tables import KEYS
from geo.storage.tables import records as table_of

FEW = 5_000
"""So many changed records are read one by one; where there are more, all are."""


@dataclass(frozen=True, eq=False)
class Kept:
    """The living records of a noun as ``Store.read`` gives them, as of a commit. Not to be changed.

    ``was``: the state of those that these were made from, where few are different: ``changed`` are the keys of these,
    of new ones and of those that are gone among them, ``rows`` those of them that are living; None where all were read.
    """

    state: State
    frame: pd.DataFrame
    was: State | None = None
    changed: tuple[str, ...] = ()
    rows: pd.DataFrame | None = None


def refresh(connection: sa.Connection, nouns: Iterable[str], kept: Mapping[str, Kept]) -> tuple[State, dict[str, Kept]]:
    """The last commit that touched any of ``nouns``, and their records as of that moment; the very same object for a
    noun that nobody changed. ``kept``: what there is of earlier.
    """
    found = {noun: _again(connection, noun, kept.get(noun)) for noun in nouns}
    return max((one.state for one in found.values()), default=(0, "")), found


def _again(connection: sa.Connection, noun: str, kept: Kept | None) -> Kept:
    now = state(connection, noun)
    if kept is not None and kept.state == now:
        return kept
    if kept is None or not happened(connection, kept.state) or not _few(connection, noun, kept.state[0]):
        return Kept(now, records.read(connection, noun))
    rows = records.read(connection, noun, retired=True, since=kept.state[0])
    key = KEYS[noun]
    living = rows[rows["retired"] == ""].reset_index(drop=True)
    changed = tuple(rows[key])
    return Kept(now, splice(kept.frame, living, key, changed), kept.state, changed, living)


def _few(connection: sa.Connection, noun: str, since: int) -> bool:
    table = table_of(noun)
    asked = sa.select(sa.literal(1)).where(table.c.revision > since).limit(FEW + 1)
    return len(connection.execute(asked).all()) <= FEW
