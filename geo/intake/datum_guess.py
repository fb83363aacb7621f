"""Which datum the coordinates of a file are likely in: the one that puts most rows into the town they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from geo.datum import DATUMS, Datum
from geo.district import District
from geo.enterprises import project_usable
from geo.intake.files import Sheet
from geo.intake.reading import read_points
from geo.intake.reasons import Mask, Reasons
from geo.places import NOWHERE, Gazetteer

LOOKED_AT_MOST = 20_000  # rows
ROWS_AT_LEAST = 30
LEAD = 0.03  # of the rows: by how much the best must be ahead of the next
SIGMAS = 3.0  # and by how many standard deviations of the rows that the two tell apart

Reading = tuple[Datum, bool]


@dataclass(frozen=True)
class DatumGuess:
    """``count``: the rows looked at, which say a town and have coordinates. ``shares``: for each datum and whether
    longitude and latitude are swapped, the share of them that falls into that town. ``best``: the reading that is
    clearly ahead of all others, or None.
    """

    count: int
    shares: Mapping[Reading, float]
    best: Reading | None


def guess_datum(sheet: Sheet, columns: Mapping[int, str], district: District) -> DatumGuess:
    """What the points of a sheet suggest, given its ``columns`` (position → field). To be offered, never applied.

    Of many rows every so-manieth is looked at. A town is the one declared, else the one the address names; where both
    are said and differ the row says nothing.
    """
    position_of = {name: position for position, name in columns.items()}
    every = slice(None, None, -(-len(sheet.cells) // LOOKED_AT_MOST) or 1)
    shapes = None if sheet.shapes is None else sheet.shapes[every]
    sheet = replace(sheet, cells=sheet.cells.iloc[every], shapes=shapes)
    points = read_points(sheet, position_of, Reasons(len(sheet.cells)))
    if points is None:
        return DatumGuess(0, dict.fromkeys(product(DATUMS, (False, True)), 0.0), None)
    gazetteer = Gazetteer(district.regions, district.places, district=district.about["name"]["zh"])
    said = ~np.isnan(points.lon) & ~np.isnan(points.lat)
    at = np.flatnonzero(said)

    def cells(name: str) -> pd.Series:
        return sheet.cells[position_of[name]].iloc[at] if name in position_of else pd.Series([""] * len(at))

    declared, address = gazetteer.declared(cells("region")), gazetteer.resolve(cells("address"))["region"].to_numpy()
    town = np.where(declared != NOWHERE, declared, address)
    sure = (town != NOWHERE) & ((declared == NOWHERE) | (address == NOWHERE) | (declared == address))
    at, town = at[sure], town[sure]
    hits = {}
    for datum, swapped in product(DATUMS, (False, True)):
        lon, lat = (part[at] for part in points.wgs84(datum, swapped))
        x, y = project_usable(lon, lat, district.regions, district.plane)
        hits[datum, swapped] = district.region_index.locate(x, y) == town
    return DatumGuess(len(at), {of: float(hit.mean()) if len(hit) else 0.0 for of, hit in hits.items()}, _best(hits))


def _best(hits: dict[Reading, Mask]) -> Reading | None:
    """The reading with most hits, if it is ahead of each other by ``LEAD`` and ``SIGMAS``.

    Rows that both or neither put right say nothing about which of two is; of those that tell them apart, each is a
    coin toss if neither is better, and the lead then has the standard deviation √n.
    """
    first, *others = sorted(hits, key=lambda reading: -int(hits[reading].sum()))
    count = len(hits[first])
    if count < ROWS_AT_LEAST or hits[first].mean() < 0.5:
        return None
    for other in others:
        lead = int(hits[first].sum()) - int(hits[other].sum())
        apart = int((hits[first] != hits[other]).sum())
        if lead < max(LEAD * count, SIGMAS * np.sqrt(apart)):
            return None
    return first
