"""Texts of records, made fit to be written: nothing a file cannot hold, nothing a spreadsheet would run."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd

# What XML and SQLite cannot hold or nobody can see: control characters but tab and line feed, non-characters.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
SURROGATE = re.compile("[\ud800-\udfff]")
LINE_END = re.compile("\r\n?")
UNFIT = re.compile(f"{UNSEEN.pattern[:-1]}\r\ud800-\udfff]")
# Spreadsheets run what begins so; some trim blanks first, some take the full-width signs for the plain ones.
FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def clean(text: str) -> str:
    """The text without what no file can hold: line ends become line feeds, other control characters go, a half of a
    surrogate pair becomes U+FFFD.
    """
    if not UNFIT.search(text):
        return text
    return SURROGATE.sub("\ufffd", UNSEEN.sub("", LINE_END.sub("\n", text)))


def tidy(text: str) -> str:
    """The cleaned text without marks that nobody sees (zero width, direction) and without blanks around it."""
    return HIDDEN.sub("", clean(text)).strip()


def harmless(text: str) -> str:
    """The cleaned text as a cell of a CSV file: with an apostrophe before what a spreadsheet would run as a formula.

    A number (-3.5, +8613800138000) is none.
    """
    cleaned = clean(text)
    return f"'{cleaned}" if FORMULA.match(cleaned) and not NUMBER.fullmatch(cleaned) else cleaned


def safe_csv(frame: pd.DataFrame) -> bytes:
    """A frame of texts as CSV that Excel opens in Chinese (UTF-8 with its mark), each cell and header ``harmless``."""
    named = frame.set_axis([harmless(str(name)) for name in frame.columns], axis=1)
    return named.astype(str).map(harmless).to_csv(index=False).encode("utf-8-sig")


def as_json(value: object) -> str:
    """The value as JSON to be read: numbers of numpy too, and what is no finite number is null."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, indent=2)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
