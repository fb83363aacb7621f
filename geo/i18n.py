"""The words of the screen: two languages, one file each in data/locale, complete in both (tests/test_i18n.py)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from geo.errors import Fault, FaultsError, GongtuError

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
TABLES = (".csv", ".txt", ".xlsx", ".xlsm", ".xls")
"""Endings of files whose faults stand in columns; those of others stand in items."""
LOCALE_FOLDER = Path(__file__).parent.parent / "data" / "locale"


@cache
def messages(language: Language) -> dict[str, str]:
    """All messages of one language, their TOML tables flattened to dotted keys (``page.overview.title``)."""

    def flatten(table: dict[str, object], prefix: str) -> dict[str, str]:
        flat: dict[str, str] = {}
        for name, value in table.items():
            flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: str(value)}
        return flat

    with (LOCALE_FOLDER / f"{language}.toml").open("rb") as file:
        return flatten(tomllib.load(file), "")


def translate(key: str, language: Language, **params: object) -> str:
    """The message ``key`` in ``language``, its ``{placeholders}`` filled; an unknown key raises KeyError."""
    return messages(language)[key].format(**params)


def explain(error: GongtuError, language: Language) -> str:
    """What went wrong, in the user's words; a file's faults come one to a line, all of them."""
    lines = [translate(error.key, language, **error.params)]
    if isinstance(error, FaultsError):
        lines += [explain_fault(fault, language) for fault in error.faults]
    return "\n".join(lines)


def explain_fault(fault: Fault, language: Language) -> str:
    """One fault of a pack as a line: file, row, column, reason."""
    place = fault.file
    if fault.row is not None:
        place += translate("fault.row", language, row=fault.row)
    if fault.column is not None:
        place += translate(
            "fault.column" if fault.file.endswith(TABLES) else "fault.item", language, column=fault.column
        )
    reason = translate(fault.key, language, value=fault.value, allowed=fault.allowed)
    return translate("fault.line", language, place=place, reason=reason)
