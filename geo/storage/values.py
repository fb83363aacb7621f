"""What a column can hold: any value made the one form that the store keeps, or refused with its record and field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import shapely

from geo.errors import GongtuError
from geo.schema import Kind
from geo.storage.tables import COLUMNS, KEYS, plain

UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL or UTF-8 cannot hold: NUL, and half of a surrogate pair."""
WHOLE = range(-(2**63), 2**63)
KEY_AT_MOST = 200  # characters; an index of PostgreSQL refuses what is longer than some 2,700 bytes

FIELDS: Mapping[str, Mapping[str, Kind | None]] = MappingProxyType(
    {
        noun: {column.name: column.kind for column in columns if column.name != KEYS[noun]}
        | ({"geometry": None} if noun == "regions" else {})
        for noun, columns in COLUMNS.items()
    }
)
"""The fields of each noun that a change may set, with their kind; None for a territory."""


def stored(noun: str, key: str, values: Mapping[str, object]) -> dict[str, object]:
    """``values`` as the store keeps them, None where unknown: ``""``, NaN, an infinite number, NA, an empty shape.

    Text is kept as it is; an integer may come as a float without a fraction and is at most 64 bits long; a territory
    is made flat. GongtuError for what is no field, is of another type, or holds what cannot be written. The key may be
    among ``values`` where it is ``key``.
    """
    fields = FIELDS[noun]
    found = {}
    for name, value in values.items():
        if name not in fields:
            if name == KEYS[noun] and value == key:
                continue
            raise GongtuError("store.field", noun=noun, id=key, field=name)
        try:
            found[name] = _fit(value, fields[name])
        except (TypeError, OverflowError):
            raise GongtuError("store.value", noun=noun, id=key, field=name, value=repr(value)[:80]) from None
        except ValueError:
            raise GongtuError("store.text", noun=noun, id=key, field=name) from None
    return found


def written(noun: str, key: str, field: str, value: str) -> str:
    """``value``, where it can be written; GongtuError otherwise."""
    if UNWRITABLE.search(value):
        raise GongtuError("store.text", noun=noun, id=key, field=field)
    return value


def _fit(value: object, kind: Kind | None) -> object:
    """``value`` as a column of ``kind`` holds it. TypeError or OverflowError where it cannot, ValueError for text that
    cannot be written.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str):
        if not value:
            return None
        if kind in ("number", "integer", "flag", None):
            raise TypeError
        if UNWRITABLE.search(value):
            raise ValueError
        return str(value)
    if isinstance(value, float | np.floating) and not np.isfinite(value):
        return None
    match kind:
        case "flag" if isinstance(value, bool | np.bool_):
            return bool(value)
        case "number" if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
            return float(value)
        case "integer" if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
            whole = int(value)
            if whole != value or whole not in WHOLE:
                raise OverflowError
            return whole
        case None if isinstance(value, shapely.MultiPolygon | shapely.Polygon):
            if value.is_empty:
                return None
            if not np.isfinite(shapely.bounds(value)).all():
                raise TypeError
            return plain(value)
    raise TypeError
