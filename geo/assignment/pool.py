"""The best plan of teams met on the way: a set partition among them, for problems too large to list all sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.sparse import csc_array

from geo.assignment.partition import Columns, cheapest
from geo.assignment.teams import Class, View, bits

SETS_AT_MOST = 12_000


def best_of(
    view: View,
    classes: Sequence[Class],
    pool: dict[tuple[int, int], float],
    masks: Sequence[int],
    left_s: Callable[[], float],
) -> list[int] | None:
    """A set for each team, of least travel; None where that is no better than ``masks``. ``pool`` has the travel of
    sets by their class and bits, all of which keep every limit."""
    kinds = {team: number for number, one in enumerate(classes) for team in one.teams}
    own = [(kinds[team], mask) for team, mask in enumerate(masks)]
    for team, mask in enumerate(masks):
        pool[own[team]] = view.travel(mask)
    keys = list(pool)
    if len(keys) > SETS_AT_MOST:
        keys = list(dict.fromkeys([*own, *keys[-SETS_AT_MOST:]]))
    cells = [(row, column) for column, key in enumerate(keys) for row in (*bits(key[1]), view.n + key[0])]
    rows, columns = zip(*cells, strict=True)
    count = len(keys)
    nothing = np.zeros(count)
    these = Columns(
        n=view.n,
        counts=np.array([len(one.teams) for one in classes]),
        sets=np.arange(count, dtype=np.uint64),
        of_class=np.array([key[0] for key in keys], dtype=np.int64),
        travel=np.array([pool[key] for key in keys]),
        load=nothing,
        deviation=nothing,
        matrix=csc_array((np.ones(len(cells)), (rows, columns)), shape=(view.n + len(classes), count)),
    )
    at = {key: number for number, key in enumerate(keys)}
    start = np.array([at[key] for key in own])
    found = cheapest(these, these.travel, start, left_s, lambda _: None).rows
    if found is None or these.travel[found].sum() >= these.travel[start].sum() * (1 - 1e-9):
        return None
    given: dict[int, list[int]] = {}
    for number in found.tolist():
        given.setdefault(keys[number][0], []).append(keys[number][1])
    return [given[kinds[team]].pop() for team in range(view.k)]
