"""What people say of campaigns and plans, made what JSON and both databases hold, or refused with its field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from geo.errors import ParameterError
from geo.schema import is_day
from geo.storage.values import UNWRITABLE

Json = Any
"""What JSON holds: None, a flag, a number, a text, a list, a mapping."""
DEEP_AT_MOST = 8
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def text(value: object, field: str, most: int) -> str:
    """``value`` as a text that can be written, without blanks around it. ParameterError for one of more than ``most``
    characters, and for what is no text.
    """
    found = value.strip() if isinstance(value, str) else None
    if found is None or UNWRITABLE.search(found):
        raise ParameterError("kept.text", field=field)
    if len(found) > most:
        raise ParameterError("kept.long", field=field, most=most)
    return found


def name(value: object, field: str, most: int) -> str:
    """A text of one line, not empty."""
    found = " ".join(text(value, field, 10 * most).split())
    if not 0 < len(found) <= most:
        raise ParameterError("kept.nameless", field=field, most=most)
    return found


def key(value: object, field: str, most: int) -> str:
    """A text that names something, not empty."""
    found = text(value, field, most)
    if not found:
        raise ParameterError("kept.nameless", field=field, most=most)
    return found


def day(value: object, field: str) -> str:
    """A day of the calendar, YYYY-MM-DD, of 1000 to 2999."""
    found = text(value, field, 80)
    if is_day(found):
        return found
    raise ParameterError("kept.day", field=field, value=found)


def time(value: object, field: str) -> str:
    """A time of the day, HH:MM, or ``""``."""
    found = text(value, field, 80)
    if found and not TIME.fullmatch(found):
        raise ParameterError("kept.time", field=field, value=found)
    return found


def plain(value: object, field: str, *, most: int, deep: int = DEEP_AT_MOST) -> Json:
    """``value`` as JSON gives it back: tuples as lists, names of mappings as texts, NaN and infinite numbers as None.

    ParameterError for a text of more than ``most`` characters, for what cannot be written, and for other objects.
    """
    match value.item() if isinstance(value, np.generic) else value:
        case None | bool() | int() as found:
            return found
        case float(number):
            return number if math.isfinite(number) else None
        case str(found):
            if len(found) > most:
                raise ParameterError("kept.long", field=field, most=most)
            if not UNWRITABLE.search(found):
                return found
        case list() | tuple() as found if deep:
            return [plain(one, field, most=most, deep=deep - 1) for one in found]
        case Mapping() as found if deep:
            said = ((str(key), plain(one, field, most=most, deep=deep - 1)) for key, one in found.items())
            return {plain(key, field, most=most): one for key, one in said}
    raise ParameterError("kept.text", field=field)
