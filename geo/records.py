"""Records as people write them: who may, and what must hold before one is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from geo import campaigns, enterprises, facilities, regions
from geo.district import District
from geo.enterprises import usable_location
from geo.errors import Fault, ParameterError
from geo.facilities import parse_amenities
from geo.hours import well_formed
from geo.people import Role
from geo.schema import POINTS, Column, Table, read_record
from geo.text import tidy

TABLES: dict[str, Table] = {
    "enterprises": enterprises.TABLE,
    "facilities": facilities.TABLE,
    "positions": campaigns.POSITIONS,
    "regions": regions.TABLE,
}
TEXT_AT_MOST = 2_000
"""Characters of one cell, as for a file that is brought in."""
EDITORS: dict[str, Role] = {"enterprises": "staff", "facilities": "staff", "positions": "leader", "regions": "admin"}
"""The role that writing a record of each noun asks for."""


def check(noun: str, cells: Mapping[str, str], district: District) -> tuple[dict[str, object], list[Fault]]:
    """A record written as text, by column, as typed values, and everything wrong with it.

    ``column`` and ``key`` of a fault say what; ``row`` means nothing here. Texts are made ``tidy`` first. A blank
    record has one fault for each column it must have.
    """
    table = TABLES[noun]
    cells = {name: tidy(text) for name, text in cells.items()}
    long = [name for name, text in cells.items() if len(text) > TEXT_AT_MOST]
    if long:
        return {}, [Fault(table.file, None, name, "fault.long", allowed=str(TEXT_AT_MOST)) for name in long]
    values, faults = read_record({**cells, "_": "·"}, _with_mark(table))
    values.pop("_", None)
    found = [replace(fault, row=None) for fault in faults]
    region = cells.get("region", "").strip()
    if noun != "enterprises" and region and region not in set(district.regions["code"]):
        found.append(Fault(table.file, None, "region", "fault.reference", region))
    try:
        parse_amenities(cells.get("amenities", ""))
    except ParameterError:
        found.append(Fault(table.file, None, "amenities", "fault.amenities", cells["amenities"]))
    if not well_formed(cells.get("opening_hours", "")):
        found.append(Fault(table.file, None, "opening_hours", "fault.hours", cells["opening_hours"]))
    for pair in POINTS:
        point = np.array([values.get(name, np.nan) for name in pair], dtype=np.float64)
        if not np.isnan(point).any() and not usable_location(point[0], point[1], district.regions.total_bounds):
            found.append(Fault(table.file, None, " + ".join(pair), "fault.far"))
    return values, found


def _with_mark(table: Table) -> Table:
    """The table with a column more, so that a record of empty cells is a record still."""
    return replace(table, columns=(*table.columns, Column("_")))
