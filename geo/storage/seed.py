"""Bringing a pack's records into the store, without touching what people have made of them since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain

import pandas as pd
import sqlalchemy as sa

from geo.errors import GongtuError
from geo.people import PACK
from geo.storage.changes import Change, write
from geo.storage.engine import writing
from geo.storage.history import state
from geo.storage.store import Store, about, describe
from geo.storage.tables import KEYS, records
from geo.storage.values import FIELDS

ACTOR = PACK
"""Who seeds, and why a record is retired that the pack has no more."""


def seed(store: Store, tables: Mapping[str, pd.DataFrame], *, pack: str, digest: str, demo: bool, at: datetime) -> int:
    """Makes the store's records those of a pack, in one commit of the actor ``pack``; gives the revision it made, or
    the present one where nothing was to do.

    ``tables``: noun to frame, with the key and any of the noun's fields as columns; others are not looked at, nouns
    left out are left alone. New records are created. Records that ``pack`` was the last to change are updated, brought
    back, or retired when the pack has them no more. Whatever a person was the last to change stays as it is. Without
    ``demo`` synthetic records are neither taken in nor retired. Nothing happens where a pack of this ``digest`` was the
    last to be seeded. GongtuError ``store.other_pack`` for a store that began with another pack.
    """
    with writing(store.engine, records=True) as connection:
        known = about(connection)
        if known.get("pack", pack) != pack:
            raise GongtuError("store.other_pack", pack=pack, seeded=known["pack"])
        if known.get("digest") == digest:
            return state(connection)[0]
        todo = chain.from_iterable(_changes(connection, noun, tables[noun], demo) for noun in KEYS if noun in tables)
        revision = write(connection, todo, by=ACTOR, at=at, why=f"{pack} {digest}", what="seed")
        describe(connection, {"pack": pack, "digest": digest})
        return revision


def _changes(connection: sa.Connection, noun: str, frame: pd.DataFrame, demo: bool) -> Iterator[Change]:
    table, key = records(noun), KEYS[noun]
    columns = (table.c[name] for name in (key, "version", "changed_by", "standing"))
    there = {row[0]: row for row in connection.execute(sa.select(*columns))}
    if not demo:
        frame = frame[frame["standing"] != "synthetic"]
    fields = [name for name in frame.columns if name in FIELDS[noun]]
    for name, *cells in frame[[key, *fields]].itertuples(index=False, name=None):
        found = there.pop(name, None)
        if found is None:
            yield Change(noun, name, dict(zip(fields, cells, strict=True)))
        elif found.changed_by == ACTOR:
            yield Change(noun, name, dict(zip(fields, cells, strict=True)), found.version, retired="")
    for name, found in there.items():
        if found.changed_by == ACTOR and (demo or found.standing != "synthetic"):
            yield Change(noun, name, {}, found.version, retired=ACTOR)
