"""A list of candidates that somebody brings: names and coordinates in a CSV file or a worksheet."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.datum import Datum
from geo.distance import Floats
from geo.district import District
from geo.enterprises import usable_location
from geo.errors import Fault, FaultsError
from geo.intake import IntakeError
from geo.intake.cells import parse
from geo.intake.columns import guess_columns
from geo.intake.files import Sheet, read_file
from geo.intake.reading import read_points
from geo.intake.reasons import Reasons
from geo.intake.synonyms import ImportKind, readings
from geo.planner.candidates import CANDIDATES_AT_MOST, Candidates
from geo.planner.plan import ID_AT_MOST
from geo.schema import Column

CAPACITY_WORDS = frozenset(
    ("容量", "每站容量", "承载量", "承载力", "服务能力", "可服务人数", "接待能力", "上限", "capacity", "maxcapacity")
)
"""Headers of a column of capacities, as ``plain`` leaves them."""
LISTS: tuple[ImportKind, ...] = ("facilities", "positions")
CAPACITY = Column("capacity", "number", low=0)


def read_list(path: Path, name: str, district: District, datum: Datum = "wgs84") -> Candidates:
    """The candidates that the file at ``path`` lists; ``name`` is what the user calls it.

    CSV or a workbook's first sheet that looks like a table, as ``geo.intake`` reads them: a column for the name, one
    each for longitude and latitude or one for both, in ``datum``, and if there is one a column for the capacity, the
    most weight a site takes there (empty: any). A layer of points will do as well. IntakeError where the file cannot be
    read or a column is missing; FaultsError with every row that has no name, no usable place in or near the district,
    or a capacity that is none.

    A candidate's id is its name, with a number where the name is there more than once or is the id of a record of the
    district. Two rows of one name and place are one candidate twice: a fault.
    """
    sheet = read_file(path, name=name)
    if len(sheet.cells) > CANDIDATES_AT_MOST:
        raise IntakeError("planning.list_long", file=name, count=len(sheet.cells), most=CANDIDATES_AT_MOST)
    columns = _columns(sheet)
    capacity_at = next((i for i, header in enumerate(sheet.header) if CAPACITY_WORDS & set(readings(header))), None)
    reasons = Reasons(len(sheet.cells))
    points = read_points(sheet, {field: at for field, at in columns.items() if at != capacity_at}, reasons)
    if "name" not in columns or points is None:
        raise IntakeError("planning.list_columns", file=name, header="、".join(filter(None, sheet.header)))
    lon, lat = points.wgs84(datum, swapped=False)
    usable = usable_location(lon, lat, district.regions.total_bounds)
    unsaid = np.isnan(points.lon) | np.isnan(points.lat)
    place = "lonlat" if "lonlat" in columns and "lon" not in columns else "lon" if "lon" in columns else "geometry"
    reasons.refuse(unsaid & ~reasons.refused, "planning.list_no_place", field=place)
    reasons.refuse(~usable & ~unsaid, "planning.list_far", field=place, value=points.text)
    names = sheet.cells[columns["name"]].reset_index(drop=True)
    reasons.refuse((names == "").to_numpy(bool), "fault.empty", field="name")
    reasons.refuse((names.str.len() > ID_AT_MOST).to_numpy(bool), "planning.list_name", field="name", value=names)
    twice = pd.DataFrame({"name": names, "lon": lon, "lat": lat}).duplicated().to_numpy(bool)
    reasons.refuse(twice & usable & (names != "").to_numpy(bool), "planning.list_twice", field="name", value=names)
    capacity = None if capacity_at is None else _capacity(sheet, capacity_at, reasons)
    if reasons.refused.any():
        at = columns | ({} if capacity_at is None else {"capacity": capacity_at})
        raise FaultsError("planning.list_faults", _faults(sheet, name, at, reasons), file=name)
    ids = _ids(names, district)
    return Candidates.at(district.plane, ids, names.to_numpy(dtype=np.object_), lon, lat, capacity)


def _columns(sheet: Sheet) -> dict[str, int]:
    """Field → position of its column, by the words of lists of facilities or else of positions."""
    guesses = [guess_columns(sheet, kind) for kind in LISTS]
    found = [{field: position for position, field in guess.items()} for guess in guesses]
    return found[0] if "name" in found[0] else found[1]


def _capacity(sheet: Sheet, position: int, reasons: Reasons) -> Floats:
    cells = sheet.cells[position].reset_index(drop=True)
    values, faults = parse(cells, CAPACITY)
    reasons.refuse((faults != "").to_numpy(bool), faults, field="capacity", value=cells)
    limits: Floats = np.nan_to_num(values.to_numpy(np.float64), nan=np.inf)
    return limits


def _faults(sheet: Sheet, name: str, columns: dict[str, int], reasons: Reasons) -> list[Fault]:
    """The reasons as faults of the file: rows as a spreadsheet counts, columns as the file heads them."""
    allowed = {"capacity": CAPACITY.allowed}
    return [
        Fault(
            file=name,
            row=int(sheet.cells.index[at]),
            column=(sheet.header[columns[field]] or str(columns[field] + 1)) if field in columns else None,
            key=str(key),
            value=value,
            allowed=allowed.get(str(field), ""),
        )
        for at, key, field, value in reasons.frame()[["at", "key", "field", "value"]].itertuples(index=False)
    ]


def _ids(names: pd.Series, district: District) -> NDArray[np.object_]:
    """The names, each made the only one of its kind by a number behind it where need be."""
    taken = {*district.facilities["id"], *district.positions["id"]}
    often = Counter(names)
    found = []
    for name in names:
        number, one = 1, name
        while one in taken or (number == 1 and often[name] > 1):
            one = f"{name[: ID_AT_MOST - 8]} ({number})"
            number += 1
        taken.add(one)
        found.append(one)
    return np.array(found, dtype=np.object_)
