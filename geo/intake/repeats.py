"""Rows of one file about one record: a later one may say the same, or more, but nothing else."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from geo.intake.draft import Cells, Masks
from geo.intake.identity import normal_address, normal_name
from geo.intake.reasons import Reasons
from geo.places import Gazetteer


def refuse_contradictions(
    values: Cells,
    given: Masks,
    ids: pd.Series,
    numbers: pd.Index,
    gazetteer: Gazetteer,
    district: str,
    reasons: Reasons,
) -> None:
    """Refuses each row that says of a record what an earlier row (not itself refused) says otherwise.

    Takes the cells that an earlier row has said already out of ``given``: a row that adds nothing writes nothing, one
    that adds something writes that. Texts are compared in their normal forms, regions as what they are read as.
    ``numbers``: what the file calls its rows.
    """
    again = (ids != "").to_numpy(bool) & ids.duplicated(keep=False).to_numpy(bool) & ~reasons.refused
    rows = np.flatnonzero(again)
    if not len(rows):
        return
    rows = rows[np.argsort(ids.iloc[rows].groupby(ids.iloc[rows], sort=False).ngroup().to_numpy(), kind="stable")]
    fields = list(given)
    said = {name: given[name][rows] for name in fields}
    forms = {name: _comparable(name, values[name].iloc[rows], gazetteer, district).tolist() for name in fields}
    against: defaultdict[str, dict[int, int]] = defaultdict(dict)  # field → row → the earlier row
    record = ""
    first_said: dict[str, tuple[object, int]] = {}  # field → its form, and the row that said it
    for turn, (row, named) in enumerate(zip(rows.tolist(), ids.iloc[rows], strict=True)):
        if named != record:
            record, first_said = named, {}
        here = [name for name in fields if said[name][turn]]
        differing = [name for name in here if name in first_said and first_said[name][0] != forms[name][turn]]
        for name in differing:
            against[name][row] = first_said[name][1]
        for name in here:
            if name in first_said:
                given[name][row] = False
            elif not differing:
                first_said[name] = (forms[name][turn], row)
    for name, earlier in against.items():
        where = np.zeros(len(ids), dtype=bool)
        where[list(earlier)] = True
        other = np.full(len(ids), "", dtype=object)
        other[list(earlier)] = [str(numbers[row]) for row in earlier.values()]
        reasons.refuse(where, "reason.contradicts", field=name, value=values[name], other=other)


def _comparable(name: str, cells: pd.Series, gazetteer: Gazetteer, district: str) -> pd.Series:
    """The cells in a form in which equal ones mean the same."""
    if cells.dtype != "str":
        return cells
    if name == "address":
        return cells.map(lambda text: normal_address(text, district))
    texts = cells.map(normal_name)
    if name == "region":
        read = gazetteer.declared(cells)
        return texts.astype(object).where(read < 0, pd.Series(read, index=cells.index, dtype=object))
    return texts
