"""Tables as files: CSV as Excel reads it in Chinese, and workbooks, both a stretch of rows at a time."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from geo.district import District
from geo.errors import ParameterError
from geo.export.layer import Asked, Extract
from geo.export.words import about, header, in_words, title
from geo.i18n import translate
from geo.text import clean, harmless

CELL_AT_MOST = 32_767
"""UTF-16 units that Excel takes in a cell."""
ROWS_AT_MOST = 1_048_576
TOLD_AT_MOST = 20
"""How many cut cells are named one by one."""
CUT = "…"


def write_csv(path: Path, extract: Extract, asked: Asked) -> None:
    """The rows as CSV: UTF-8 with a byte order mark, or Excel takes it for GBK; every text in quotes."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        for number, (rows, _) in enumerate(extract.chunks()):
            in_words(rows, extract, asked.language, harmless).to_csv(
                file, index=False, header=number == 0, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC
            )


def write_workbook(path: Path, extracts: Sequence[Extract], district: District, asked: Asked) -> None:
    """A sheet for each extract and a last one that says what they are. Texts are texts: no formula, no link.

    A text longer than a cell takes is cut, and the last sheet says so. ParameterError, with ``field``, where a sheet
    cannot hold the rows.
    """
    for extract in extracts:
        if len(extract.frame) >= ROWS_AT_MOST:
            name = title(extract.layer.name, asked.language)
            raise ParameterError(
                "export.too_long", field="format", name=name, count=len(extract.frame), most=ROWS_AT_MOST - 1
            )
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        said = about(extracts, district, asked)
        book.set_properties({"title": said[0][1], "comments": said[1][1], "created": asked.at})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        cut = [cell for extract in extracts for cell in _sheet(book, extract, asked, bold)]
        if cut:
            told = translate(
                "export.cut", asked.language, count=len(cut), most=CELL_AT_MOST, cells=", ".join(cut[:TOLD_AT_MOST])
            )
            said.append((translate("export.about.cut", asked.language), told))
        sheet = book.add_worksheet(title("about", asked.language))
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 1, 100, wrapped)
        for number, (key, text) in enumerate(said):
            sheet.write_string(number, 0, key, bold)
            sheet.write_string(number, 1, _fit(text)[0])


def _sheet(book: xlsxwriter.Workbook, extract: Extract, asked: Asked, bold: object) -> list[str]:
    """Writes one extract; answers the cells that had to be cut, as 企业!B7."""
    name = title(extract.layer.name, asked.language)
    sheet = book.add_worksheet(name)
    headers = [header(column.name, extract.layer.name, asked.language) for column in extract.columns]
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headers) - 1, 16)
    sheet.autofilter(0, 0, len(extract.frame), len(headers) - 1)
    for position, text in enumerate(headers):
        sheet.write_string(0, position, text, bold)
    cut: list[str] = []
    numbers = count(1)
    for rows, _ in extract.chunks():
        words = in_words(rows, extract, asked.language, clean)
        columns = [words[text].astype(object).where(words[text].notna(), None).tolist() for text in headers]
        for cells in zip(*columns, strict=True):
            cut += [f"{name}!{place}" for place in _row(sheet, next(numbers), cells)]
    return cut


def _row(sheet: Worksheet, row: int, cells: Sequence[object]) -> list[str]:
    """Writes one row, numbers as numbers, all else as text, nothing where nothing is known; answers what was cut."""
    cut = []
    for position, value in enumerate(cells):
        if value is None or value == "":
            continue
        if isinstance(value, (int, float)):
            if math.isfinite(value):
                sheet.write_number(row, position, value)
            continue
        text, shortened = _fit(str(value))
        sheet.write_string(row, position, text)
        if shortened:
            cut.append(xlsxwriter.utility.xl_rowcol_to_cell(row, position))
    return cut


def _fit(text: str) -> tuple[str, bool]:
    """The text as far as a cell takes it, and whether it was cut. Excel counts a rare character as two."""
    if 2 * len(text) <= CELL_AT_MOST:
        return text, False
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_AT_MOST:
        return text, False
    return units[: 2 * (CELL_AT_MOST - 1)].decode("utf-16-le", "ignore") + CUT, True
