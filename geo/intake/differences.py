"""Which cells of a file differ from what the store has."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.facilities import ENTRANCE
from geo.intake.draft import Cells, Masks
from geo.intake.identity import NEW, Ints, normal_address, normal_name
from geo.intake.reading import DECIMALS
from geo.intake.reasons import Mask
from geo.places import Gazetteer

SAME_PLACE = 1.5 * 10.0**-DECIMALS  # degrees; nearer is the same place, rounded


def differences(
    values: Cells, given: Masks, known: pd.DataFrame, at: Ints, gazetteer: Gazetteer, district: str
) -> tuple[Masks, Cells]:
    """Field → mask (n,) of the cells to be written, and field → what stands in those of known records now, by row.

    ``given``: the cells that may be written, none of them empty; ``at``: each row's position in ``known``, NEW where
    it has none. No difference: another spelling of a name or address (see ``identity``; ``district`` is the full name
    at the head of addresses), other words for the same region. A location that moves by more than ``SAME_PLACE`` takes
    longitude, latitude, standing (imported, unless said), precision and entrance (unknown, unless said) with it: those
    of the old place say nothing of the new one. Adds columns to ``values`` for that.
    """
    there = at != NEW
    writes: Masks = {}
    before: Cells = {}
    if {"lon", "lat"} <= values.keys():
        moved = given["lon"] & given["lat"] & ~(_near("lon", values, known, at) & _near("lat", values, known, at))
        writes = {"lon": moved, "lat": moved}
        if "location_standing" in known:
            _take_along(values, given, writes, moved)
        for name in (column.name for column in ENTRANCE if column.name in known):
            _let_go(name, values, given, writes, moved & known[name].reindex(at).notna().to_numpy(bool))
    for name, cells in values.items():
        old = known[name].reindex(at).reset_index(drop=True)
        if name not in ("lon", "lat"):
            differs = given.get(name, np.zeros(len(at), dtype=bool)) & _differs(cells, old)
            if name == "region":
                differs &= ~_same_region(cells, old.fillna(""), gazetteer)
            elif name in ("name", "address"):
                at_odds = np.flatnonzero(differs & there)
                differs[at_odds] = _forms(name, cells.iloc[at_odds], district) != _forms(
                    name, old.iloc[at_odds], district
                )
            writes[name] = differs | writes.get(name, np.zeros(len(at), dtype=bool))
        before[name] = old[writes[name] & there]
    return writes, before


def _near(name: str, values: Cells, known: pd.DataFrame, at: Ints) -> Mask:
    old = known[name].reindex(at).to_numpy(dtype=np.float64)
    return np.asarray(np.abs(values[name].to_numpy(dtype=np.float64) - old) <= SAME_PLACE)


def _take_along(values: Cells, given: Masks, writes: Masks, moved: Mask) -> None:
    nothing = np.zeros(len(moved), dtype=bool)
    for name, unsaid in (("location_standing", "imported"), ("precision_m", np.nan)):
        silent = moved & ~given.get(name, nothing)
        cells = values.get(name, pd.Series(unsaid, index=range(len(moved))))
        values[name] = cells.mask(silent, unsaid)
        writes[name] = moved


def _let_go(name: str, values: Cells, given: Masks, writes: Masks, moved: Mask) -> None:
    """The entrance of the old place is none of the new one, unless the row says where that is."""
    silent = moved & ~given.get(name, np.zeros(len(moved), dtype=bool))
    values[name] = values.get(name, pd.Series(np.nan, index=range(len(moved)))).mask(silent, np.nan)
    writes[name] = silent


def _differs(new: pd.Series, old: pd.Series) -> Mask:
    """Where a known value is not what there is; unknown before is different."""
    same = (new == old.fillna("")) if new.dtype == "str" else (new == old).fillna(False)
    return ~same.to_numpy(dtype=bool)


def _same_region(new: pd.Series, old: pd.Series, gazetteer: Gazetteer) -> Mask:
    read, stood = gazetteer.declared(new), gazetteer.declared(old)
    return np.asarray((read == stood) & (read >= 0), dtype=bool)


def _forms(name: str, cells: pd.Series, district: str) -> NDArray[np.object_]:
    """Names or addresses as they are compared."""
    forms = cells.map(normal_name) if name == "name" else cells.map(lambda text: normal_address(text, district))
    return forms.to_numpy(dtype=object)
