"""Programmes on the map: where something was brought to workers, a mark for each kind; many together as one mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.distance import Plane
from geo.layers.points import CELL_SIZES_M

MARKS_AT_MOST = 150
"""Marks with a sign in them, more of which would hide one another and the towns below."""
ONE_PLACE_M = 50
"""What is of one kind and within so many metres (a square of them) is always one mark: it would hide itself."""


@dataclass(frozen=True)
class Stop:
    """Entries of one kind at one place. ``lon``, ``lat``: WGS-84, their middle. ``ids`` by date, then id; ``first`` and
    ``last`` day; ``people`` reached, None where nobody said; ``synthetic``: any of them is; ``assumed``: the place is
    that of the pack's programme, not one that the entry says; ``names``: ids of those programmes.
    """

    kind: str
    lon: float
    lat: float
    ids: tuple[str, ...]
    first: str
    last: str
    people: int | None
    synthetic: bool
    assumed: bool
    names: tuple[str, ...]

    @property
    def sprite(self) -> str:
        """Its mark: pale and dashed where any of it is invented."""
        return f"programme-{self.kind}" + "-synthetic" * self.synthetic


def placed(entries: pd.DataFrame, programmes: pd.DataFrame) -> pd.DataFrame:
    """The programme entries that have a place, their own or else that of the programme of the pack that they are of.

    ``assumed`` says which is whose. Those of neither are left out: how many is for the caller to say.
    """
    rows = entries[entries["kind"] == "programme"]
    places = programmes.drop_duplicates("id").set_index("id")[["lon", "lat"]]
    known = places.reindex(rows["programme"]).set_axis(rows.index)
    own = rows["lon"].notna()
    found = rows.assign(
        lon=rows["lon"].astype(np.float64).where(own, known["lon"]),
        lat=rows["lat"].astype(np.float64).where(own, known["lat"]),
        assumed=~own,
    )
    return found[found["lon"].notna() & found["lat"].notna()]


def stops(rows: pd.DataFrame, plane: Plane) -> list[Stop]:
    """The marks that ``placed`` entries take, at most ``MARKS_AT_MOST``: those of one kind and place together, in
    square cells of ``ONE_PLACE_M`` or, where that were too many, of the smallest of ``CELL_SIZES_M`` that keeps to the
    limit (the largest, where none does). By kind, then west to east.
    """
    if not len(rows):
        return []
    rows = rows.sort_values(["date", "id"])
    x, y = plane.project(rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64))
    for size in (ONE_PLACE_M, *CELL_SIZES_M):
        cells = pd.DataFrame(
            {"kind": rows["programme_kind"].to_numpy(), "column": np.floor(x / size), "row": np.floor(y / size)}
        )
        if len(cells.drop_duplicates()) <= MARKS_AT_MOST:
            break
    groups = rows.groupby([cells[name].to_numpy() for name in cells], sort=True)
    return [_stop(str(key[0]), group) for key, group in groups]


def _stop(kind: str, rows: pd.DataFrame) -> Stop:
    people = rows["people"].dropna()
    return Stop(
        kind=kind,
        lon=float(rows["lon"].mean()),
        lat=float(rows["lat"].mean()),
        ids=tuple(rows["id"]),
        first=str(rows["date"].iloc[0]),
        last=str(rows["date"].iloc[-1]),
        people=int(people.sum()) if len(people) else None,
        synthetic=bool((rows["standing"] == "synthetic").any()),
        assumed=bool(rows["assumed"].any()),
        names=tuple(dict.fromkeys(name for name in rows["programme"] if name)),
    )


def sprites(those: Sequence[Stop], kinds: Sequence[str], said: Callable[[str], str]) -> list[tuple[str, str]]:
    """The marks that are on the map, in the order of ``kinds``, each with what ``said`` calls its kind."""
    there = {stop.sprite for stop in those}
    marks = ((f"programme-{kind}{look}", kind) for kind in kinds for look in ("", "-synthetic"))
    return [(mark, said(kind)) for mark, kind in marks if mark in there]
