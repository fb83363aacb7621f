"""What an import would write, before anything is decided to be written: cells, and for each row what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.intake.files import Note
from geo.intake.reasons import Mask

BATCH = 4_096  # rows that are Python objects at one time
Cells = dict[str, pd.Series]  # field → its typed cells, rows 0 … n - 1
Masks = dict[str, Mask]  # field → some of the rows


@dataclass(frozen=True, eq=False)
class Draft:
    """The rows 0 … n - 1 of a sheet, matched with the store.

    ``id``: of the record each is about, ``""`` where refused; ``version`` (n,): the one that record has, 0 where it is
    new; ``first``: whether a row is the first of its record. ``values``: typed cells by field; ``writes``: field →
    mask (n,) of the cells that would be written; ``before``: field → what stands in those cells now, by row, where the
    record is known. ``about``: what a preview shows of each row (see ``plan.Plan``). ``retires``: id → version of the
    records to be retired; ``settles``: id → the last day that its caller is kept, of appeals that have one. ``notes``:
    what there is to say of the import as a whole.
    """

    id: pd.Series
    version: NDArray[np.int64]
    first: Mask
    values: Cells
    writes: Masks
    before: Cells
    about: pd.DataFrame
    retires: Mapping[str, int] = field(default_factory=dict)
    settles: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def written(self) -> Mask:
        """The rows that something of would be written."""
        return any_of(self.writes.values(), len(self.id))

    def records(self) -> Iterator[tuple[str, int, dict[str, object]]]:
        """Id, version and values to be written of each record, in the order of their first rows; one by one."""
        rank = self.id.groupby(self.id, sort=False).ngroup().to_numpy()
        there = np.flatnonzero(self.written())
        order = there[np.argsort(rank[there], kind="stable")]
        for (name, version), cells in groupby(self._cells(order), key=itemgetter(0, 1)):
            yield name, version, dict(chain.from_iterable(values.items() for _, _, values in cells))

    def _cells(self, order: NDArray[np.intp]) -> Iterator[tuple[str, int, dict[str, object]]]:
        """Id, version and the cells to be written of each row of ``order``."""
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            values: list[dict[str, object]] = [{} for _ in part]
            for name, mask in self.writes.items():
                at = np.flatnonzero(mask[part])
                for row, value in zip(at, self.values[name].iloc[part[at]].array, strict=True):
                    values[row][name] = value
            yield from zip(self.id.iloc[part], self.version[part].tolist(), values, strict=True)


def any_of(masks: Iterable[Mask], count: int) -> Mask:
    """Where any of the masks (count,) holds; nowhere where there are none."""
    found: Mask = np.zeros(count, dtype=bool)
    for mask in masks:
        found |= mask
    return found
