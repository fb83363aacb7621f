"""One family of errors. Each names the message to show (a key of data/locale) and the values that fill it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GongtuError(Exception):
    """Something the user can understand and mend.

    ``key`` is the message's key in ``data/locale/*.toml``; ``params`` fill its placeholders.
    ``geo.i18n.explain`` turns the error into words in the user's language.
    """

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({values})"


class SettingError(GongtuError):
    """A setting has a value that cannot be used; ``params`` hold ``setting`` and ``value``."""


class ParameterError(GongtuError):
    """A value asked for (in a URL, a request, a call) cannot be used; ``params`` hold ``field``."""


class FrameError(GongtuError):
    """A frame or array came to a door it does not fit: wrong CRS, missing column, repeated id, degrees for metres."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one cell of a file that somebody wrote; ``allowed`` says what it may be, where that can be
    said.

    ``row`` counts as a spreadsheet does: the header is row 1; None when the whole file or column is meant.
    """

    file: str
    row: int | None
    column: str | None
    key: str
    value: str = ""
    allowed: str = ""


class FaultsError(GongtuError):
    """A file has faults; ``faults`` holds every one of them, in file and row order. ``params`` hold their ``count``."""

    def __init__(self, key: str, faults: Sequence[Fault], **params: object) -> None:
        super().__init__(key, count=len(faults), **params)
        self.faults = tuple(faults)


class PackError(FaultsError):
    """A data pack has faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("error.pack", faults)
