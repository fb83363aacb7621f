"""Which cells of a file differ from what the store has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.intake.draft import Cells, Masks
from geo.intake.identity import NEW, Ints
from geo.intake.reading import DECIMALS
from geo.intake.reasons import Mask
from geo.places import Gazetteer

SAME_PLACE = 1.5 * 10.0**-DECIMALS  # degrees; nearer is the same place, rounded


def differences(
    values: Cells, given: Masks, known: pd.DataFrame, at: Ints, gazetteer: Gazetteer
) -> tuple[Masks, Cells]:
    """Field → mask (n,) of the cells to be written, and field → what stands in those of known records now, by row.

    ``given``: the cells that may be written, none of them empty; ``at``: each row's position in ``known``, NEW where
    it has none. The words of a region that are read as the same region are no difference. A location that moves by
    more than ``SAME_PLACE`` takes longitude, latitude, standing (imported, unless said) and precision (unknown,
    unless said) with it: those of the old place say nothing of the new one. Adds columns to ``values`` for that.
    """
    old = {name: known[name].reindex(at).reset_index(drop=True) for name in values}
    writes = {name: given[name] & _differs(cells, old[name]) for name, cells in values.items()}
    if "region" in values:
        writes["region"] &= ~_same_region(values["region"], old["region"].fillna(""), gazetteer)
    if {"lon", "lat"} <= values.keys():
        moved = np.logical_or.reduce(
            [~((values[name] - old[name]).abs() <= SAME_PLACE).to_numpy(bool) for name in ("lon", "lat")]
        )
        moved &= given["lon"] & given["lat"]
        writes["lon"] = writes["lat"] = moved
        if "location_standing" in known:
            _take_along(values, given, writes, moved)
            for name in ("location_standing", "precision_m"):
                old[name] = known[name].reindex(at).reset_index(drop=True)
    there = at != NEW
    return writes, {name: old[name][mask & there] for name, mask in writes.items()}


def _take_along(values: Cells, given: Masks, writes: Masks, moved: Mask) -> None:
    nothing = np.zeros(len(moved), dtype=bool)
    for name, unsaid in (("location_standing", "imported"), ("precision_m", np.nan)):
        silent = moved & ~given.get(name, nothing)
        cells = values.get(name, pd.Series(unsaid, index=range(len(moved))))
        values[name] = cells.mask(silent, unsaid)
        writes[name] = writes.get(name, nothing) | moved


def _differs(new: pd.Series, old: pd.Series) -> Mask:
    """Where a known value is not what there is; unknown before is different."""
    same = (new == old.fillna("")) if new.dtype == "str" else (new == old).fillna(False)
    return ~same.to_numpy(dtype=bool)


def _same_region(new: pd.Series, old: pd.Series, gazetteer: Gazetteer) -> Mask:
    read, stood = gazetteer.declared(new), gazetteer.declared(old)
    return np.asarray((read == stood) & (read >= 0), dtype=bool)
