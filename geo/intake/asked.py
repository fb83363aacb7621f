"""What the user asks for when bringing a file in: which column is what, in which datum, on what grounds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from geo.datum import DATUMS, Datum
from geo.errors import ParameterError
from geo.intake.cells import parse
from geo.intake.columns import KINDS, ImportKind, fields
from geo.intake.files import Sheet
from geo.schema import DATE, POINTS, PROVENANCE, Column

NOUNS: Mapping[str, str] = MappingProxyType(
    {
        "enterprises": "enterprises",
        "facilities": "facilities",
        "positions": "positions",
        "boundaries": "regions",
        "entries": "entries",
    }
)
"""The noun whose records an import of each kind writes."""
IDENTITY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "enterprises": frozenset({"id", "name", "credit_code"}),
        "facilities": frozenset({"id", "name"}),
        "positions": frozenset({"id", "name"}),
        "boundaries": frozenset({"code", "name"}),
        "entries": frozenset({"id", "date"}),
    }
)
"""The fields one of which a file must have, to say what its rows are about."""
OWN_PROVENANCE = frozenset(column.name for column in PROVENANCE)
"""Fields that are never taken from a file: what was imported stands as imported, from the source and date said."""
CALLER = frozenset({"caller", "caller_number"})
"""Columns of whoever called about an appeal: known, and never taken from a file (geo.casework keeps them apart)."""


@dataclass(frozen=True)
class Asked:
    """How a sheet is to be taken.

    ``columns``: position of a column → the field it is (see ``columns.fields``). ``source`` and ``as_of`` (YYYY,
    YYYY-MM or YYYY-MM-DD) go with every record written. ``datum`` is the one the file's coordinates are in,
    ``swapped`` says that they stand latitude first (a column headed longitude holds the latitude). ``defaults``:
    field → what a new record gets (written as a cell would be) where no row of it says; a record that is there already
    never gets one. ``retire_demo``: retire the demonstration records of this noun that the file does not have.
    ``label_zh``, ``label_en``: what the map says of imported boundaries.
    """

    kind: ImportKind
    columns: Mapping[int, str]
    source: str
    as_of: str
    datum: Datum = "wgs84"
    swapped: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)
    retire_demo: bool = False
    label_zh: str = "导入边界"
    label_en: str = "imported boundary"

    @property
    def noun(self) -> str:
        return NOUNS[self.kind]

    @property
    def taken(self) -> dict[str, int]:
        """Field → position of its column, provenance and callers left out."""
        return {name: position for position, name in self.columns.items() if name not in OWN_PROVENANCE | CALLER}


def known_fields(kind: str) -> dict[str, Column]:
    """The fields of a kind by name; ParameterError, with ``field`` and ``value``, where there is no such kind."""
    if kind not in KINDS:
        raise ParameterError("plan.kind", field="kind", value=kind)
    return {column.name: column for column in fields(kind)}


def check(asked: Asked, sheet: Sheet) -> None:
    """ParameterError, with ``field`` and ``value``, where ``asked`` does not fit the sheet or itself."""
    known = known_fields(asked.kind)
    for position, name in asked.columns.items():
        if name not in known:
            raise ParameterError("plan.field", field="columns", value=name)
        if not 0 <= position < len(sheet.header):
            raise ParameterError("plan.position", field="columns", value=position + 1)
    for name, times in Counter(asked.columns.values()).items():
        if times > 1:
            raise ParameterError("plan.twice", field="columns", value=name)
    for one, other in POINTS:
        if (one in asked.taken) != (other in asked.taken):
            raise ParameterError("plan.half", field="columns", value=f"{one}, {other}")
    if not IDENTITY[asked.kind] & asked.taken.keys():
        lacking = {"boundaries": "plan.no_key", "entries": "plan.no_date"}
        raise ParameterError(lacking.get(asked.kind, "plan.no_identity"), field="columns", value="")
    if not asked.source.strip():
        raise ParameterError("plan.source", field="source", value="")
    if not re.fullmatch(DATE, asked.as_of) or parse(pd.Series([asked.as_of]), Column("as_of", "date"))[1].iloc[0]:
        raise ParameterError("plan.as_of", field="as_of", value=asked.as_of)
    if asked.datum not in DATUMS:
        raise ParameterError("plan.datum", field="datum", value=asked.datum)
    for name, text in asked.defaults.items():
        if name not in known or name in OWN_PROVENANCE:
            raise ParameterError("plan.field", field="defaults", value=name)
        if text and parse(pd.Series([text]), known[name])[1].iloc[0]:
            raise ParameterError("plan.default", field=name, value=text)
