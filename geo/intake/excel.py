"""Worksheets of .xlsx and .xls files as rows of text. Formulas give what the program that wrote the file got."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from geo.intake import IntakeError
from geo.intake.sheet import HEAD_ROWS, RECORDS_AT_MOST, Merge, Progress, Row, score, tidy

COLUMNS_AT_MOST = 256
EXACT_TO = 1e15
"""From here on a spreadsheet's number no longer holds every digit that was typed."""
BLOCK = 1 << 20
CELL_REFERENCE = re.compile(rb'r="([A-Z]{1,3})([0-9]{1,7})"')
FAR_RIGHT = re.compile(rb'r="([J-Z][A-Z]|[A-Z]{3})[0-9]{1,7}"[^>]{0,200}(?<!/)>\s{0,9}<(?:\w{1,9}:)?(?:v|is|f)\b')
UNREADABLE = (
    CalamineError,
    ElementTree.ParseError,
    EOFError,
    NotImplementedError,
    OSError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What calamine and zipfile raise for files that are not what they should be."""
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Worksheet(NamedTuple):
    """``sheets``: all worksheets that are shown; ``rows`` and ``merges`` of the one named ``name``."""

    name: str
    sheets: tuple[str, ...]
    rows: Iterator[Row]
    merges: list[Merge]


def read_worksheet(path: Path, *, name: str, sheet: str, zipped: bool, progress: Progress) -> Worksheet:
    """The worksheet asked for, else the first shown whose head has header words, else the first shown that has rows.

    ``zipped``: .xlsx. IntakeError for a password, a damaged file, macros, a worksheet that is not there or too large.
    """
    progress("open", 0, 0)
    try:
        # Worksheets are sized up before they are opened: opening one lays out every cell of its rectangle.
        reaches = _reaches(path, name) if zipped else {}
        with CalamineWorkbook.from_path(path) as workbook:
            sheets = _worksheets(workbook, name)
            if sheet and sheet not in sheets:
                raise IntakeError("intake.no_sheet", file=name, sheet=sheet, sheets=" / ".join(sheets))
            chosen: tuple[str, CalamineSheet] | None = None
            for title in (sheet,) if sheet else sheets:
                _check_reach(reaches.get(title, (0, 0)), name, title)
                content = workbook.get_sheet_by_name(title)
                if content.end is None:
                    continue
                chosen = chosen or (title, content)
                if score([row for row in islice(_rows(content, _silent), HEAD_ROWS) if any(row[1])]) >= 2:
                    chosen = title, content
                    break
            if chosen is None:
                raise IntakeError("intake.no_rows", file=name)
    except PasswordError as error:
        raise IntakeError("intake.encrypted", file=name) from error
    except UNREADABLE as error:
        raise IntakeError("intake.damaged", file=name, format="Excel") from error
    title, content = chosen
    merges = [
        Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in content.merged_cell_ranges or ()
    ]
    return Worksheet(title, sheets, _rows(content, progress), merges)


def _silent(phase: str, done: int, total: int) -> None:
    """No progress."""


def _worksheets(workbook: CalamineWorkbook, name: str) -> tuple[str, ...]:
    """The worksheets that are shown. IntakeError where there are macros besides, or none at all."""
    if any(sheet.typ in (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba) for sheet in workbook.sheets_metadata):
        raise IntakeError("intake.macros", file=name)
    sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    shown = tuple(s.name for s in sheets if s.visible == SheetVisibleEnum.Visible)
    if not shown:
        raise IntakeError("intake.no_rows", file=name)
    return shown


def _rows(sheet: CalamineSheet, progress: Progress) -> Iterator[Row]:
    """The rows from the first on, cells from column A on."""
    first = (sheet.start or (0, 0))[1]
    last = (sheet.end or (0, 0))[0] + 1
    pad = [""] * first
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number % 10_000 == 0:
            progress("read", number, last)
        yield number, pad + [tidy(cell) if type(cell) is str else _text(cell) for cell in cells]


def _text(value: object) -> str:
    """A cell that is no text as one; numbers with all the digits they have and no more, dates as YYYY-MM-DD."""
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return tidy(str(value).upper() if isinstance(value, bool) else str(value))


def number_text(value: float) -> str:
    """A number as people write it: 12 and not 12.0, 116.32457 in full; NaN is empty.

    From ``EXACT_TO`` on as spreadsheets show it, 9.1110115E+17: what was a code of 18 digits has lost its last ones,
    and must not look as if it had them.
    """
    if value != value:
        return ""
    if abs(value) >= EXACT_TO:
        return f"{value:.14G}"
    return str(int(value)) if value.is_integer() else repr(value)


def _check_reach(reach: tuple[int, int], name: str, title: str) -> None:
    rows, columns = reach
    if rows > RECORDS_AT_MOST + HEAD_ROWS:
        raise IntakeError("intake.too_many", file=name, rows=rows, limit=RECORDS_AT_MOST)
    if columns > COLUMNS_AT_MOST:
        raise IntakeError("intake.too_wide", file=name, columns=columns, limit=COLUMNS_AT_MOST)


def _reaches(path: Path, name: str) -> dict[str, tuple[int, int]]:
    """Worksheet → how many rows and columns it reaches to, empty cells with borders not counted.

    Read from the packed XML as it streams by; every other entry is only unpacked, so that sizes that were lied about
    and damage come out here. Columns are told from ``COLUMNS_AT_MOST`` on, else 0.
    """
    with zipfile.ZipFile(path) as archive:
        titles = _titles(archive)
        reaches = {}
        for entry in archive.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                reaches[titles.get(entry.filename, "")] = _reach(archive, entry.filename)
        return reaches


def _titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Entry → the worksheet it holds."""
    relations = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", "")))[1:]
        for relation in _parse(archive, "xl/_rels/workbook.xml.rels").iter()
    }
    workbook = _parse(archive, "xl/workbook.xml")
    return {
        relations.get(sheet.get(RELATION), ""): sheet.get("name", "")
        for sheet in workbook.iter()
        if sheet.tag.endswith("}sheet")
    }


def _parse(archive: zipfile.ZipFile, entry: str) -> ElementTree.Element:
    try:
        content = archive.read(entry)
    except KeyError as error:
        raise zipfile.BadZipFile(entry) from error
    _refuse_entities(content, entry)
    return ElementTree.fromstring(content)


def _refuse_entities(content: bytes, entry: str) -> None:
    """No workbook declares a document type; declaring entities in one is how XML is made to explode."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise zipfile.BadZipFile(entry)


def _reach(archive: zipfile.ZipFile, entry: str) -> tuple[int, int]:
    """The last row that has a cell with content, and the last column beyond I… that has, of one XML entry."""
    rows = columns = 0
    rest = b""
    with archive.open(entry) as file:
        while block := file.read(BLOCK):
            block = rest + block
            _refuse_entities(block, entry)
            end = max(block.rfind(b"</v>"), block.rfind(b"</is>"))
            if end >= 0:
                cell = CELL_REFERENCE.search(block, max(block.rfind(b'r="', 0, end), 0))
                rows = max(rows, int(cell[2])) if cell else rows
            columns = max([columns, *(_column(found[1]) for found in FAR_RIGHT.finditer(block))])
            rest = block[-256:]
    return rows, columns


def _column(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
