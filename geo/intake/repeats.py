"""Rows of one file about one record: a later one may say the same, or more, but nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.intake.draft import Cells, Masks
from geo.intake.identity import normal_address, normal_name
from geo.intake.reasons import Mask, Reasons
from geo.places import Gazetteer

NOBODY = -1


def refuse_contradictions(
    values: Cells,
    given: Masks,
    ids: pd.Series,
    sure: Mask,
    numbers: pd.Index,
    gazetteer: Gazetteer,
    district: str,
    reasons: Reasons,
) -> None:
    """Refuses each row that says of a record what a row before it (not itself refused) says otherwise.

    First come the rows of the mask ``sure``, then the others, as they stand in the file; ``ids`` (n,) say which record
    each is about, ``""`` where none. Takes the cells that have been said already out of ``given``: a row that adds
    nothing writes nothing, one that adds something writes that. Texts are compared in their normal forms, regions as
    what they are read as. ``numbers``: what the file calls its rows.
    """
    again = (ids != "").to_numpy(bool) & ids.duplicated(keep=False).to_numpy(bool) & ~reasons.refused
    rows = np.flatnonzero(again)
    if not len(rows):
        return
    record = pd.factorize(ids.iloc[rows])[0]
    order = np.lexsort((~sure[rows], record))
    rows, record = rows[order], record[order]
    fields = list(given)
    said = np.column_stack([given[name][rows] for name in fields])
    forms = np.column_stack([_forms(name, values[name].iloc[rows], gazetteer, district) for name in fields])
    earlier = np.full(said.shape, NOBODY, dtype=np.int64)  # the row that a cell contradicts
    form, by = np.empty(len(fields), dtype=np.int64), np.empty(len(fields), dtype=np.int64)
    for turn, row in enumerate(rows):
        if not turn or record[turn] != record[turn - 1]:
            by[:] = NOBODY
        again = said[turn] & (by != NOBODY)
        differs = again & (form != forms[turn])
        if differs.any():
            earlier[turn, differs] = by[differs]
        else:
            first = said[turn] & ~again
            form[first], by[first] = forms[turn, first], row
        said[turn] &= ~again
    for column, name in enumerate(fields):
        given[name][rows] = said[:, column]
        against = np.full(len(ids), NOBODY, dtype=np.int64)
        against[rows] = earlier[:, column]
        other = np.append(numbers.astype(str), "")[against]
        reasons.refuse(against != NOBODY, "reason.contradicts", field=name, value=values[name], other=other)


def _forms(name: str, cells: pd.Series, gazetteer: Gazetteer, district: str) -> NDArray[np.int64]:
    """The cells numbered, so that those that mean the same have the same number."""
    if cells.dtype == "str":
        match name:
            case "address":
                cells = cells.map(lambda text: normal_address(text, district))
            case "region":
                read = gazetteer.declared(cells)
                cells = cells.map(normal_name).where(read < 0, pd.Series(read, index=cells.index).astype("str"))
            case _:
                cells = cells.map(normal_name)
    return pd.factorize(cells)[0].astype(np.int64)
