"""A report as an Excel workbook: the words on one sheet, each table and chart's numbers on its own. Texts are texts."""

from __future__ import annotations

import math
from functools import partial
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from geo.i18n import translate
from geo.report.content import Cell, Curve, Figures, Grid, Heading, Heat, Hidden, Kind, Map, Pairs, Report, Words
from geo.text import clean
from geo.words import Say

NUMBERS: dict[Kind, str] = {
    "count": "#,##0",
    "share": "0.0%",
    "metres": '#,##0" m"',
    "area": "#,##0.0",
    "points": "#,##0.0",
    "text": "@",
}
CELL_AT_MOST = 16_000
NAME_AT_MOST = 31  # of UTF-16, as Excel counts: a character beyond the first plane is two
A4 = 9  # as Excel numbers papers
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def workbook(report: Report) -> bytes:
    """The report as xlsx, the same bytes for the same report."""
    say: Say = partial(translate, language=report.language)
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        printed = report.printed.replace(tzinfo=None)
        book.set_properties({"title": report.title, "comments": report.mark or report.dated, "created": printed})
        if not report.words_sheet:
            _said(book, report, say)
        for block in report.blocks:
            match block:
                case Grid():
                    _grid(book, block, report, say)
                case Heat():
                    _heat(book, block, report)
                case Curve():
                    _curve(book, block, report)
        if report.words_sheet:
            _said(book, report, say)
    return content.getvalue()


def _said(book: Workbook, report: Report, say: Say) -> None:
    """The sheet of words: everything that is words or a single number, in the report's order."""
    sheet = book.add_worksheet(_name(book, report.words_sheet or say("report_file.sheet")))
    bold, wrapped = (
        book.add_format({"bold": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    large, warning = (
        book.add_format({"bold": True, "font_size": 16}),
        book.add_format({"bold": True, "font_color": "#c8161d"}),
    )
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, clean(report.title), large)
    sheet.write_string(1, 0, clean(report.subtitle), bold)
    row = 2
    for text, form in ((report.dated, None), (report.mark, warning), (report.foot, None)):
        if text:
            sheet.write_string(row, 0, clean(text), form)
            row += 1
    row += 1
    for block in report.blocks:
        match block:
            case Heading(text):
                sheet.write_string(row + 1, 0, clean(text), bold)
                row += 2
            case Pairs(rows):
                for heading, text in rows:
                    sheet.write_string(row, 0, clean(heading), bold)
                    sheet.write_string(row, 1, clean(text)[:CELL_AT_MOST], wrapped)
                    row += 1
            case Figures(items):
                for item in items:
                    sheet.write_string(row, 0, clean(item.label), bold)
                    note = say("report_file.noted", value=item.value, note=item.note) if item.note else item.value
                    sheet.write_string(row, 1, clean(note), wrapped)
                    row += 1
            case Words(paragraphs):
                for text in paragraphs:
                    sheet.write_string(row, 1, clean(text)[:CELL_AT_MOST], wrapped)
                    row += 1
            case Map():
                sheet.write_string(row, 1, clean(f"{say('report_file.map_in_pdf')} {block.notice}"), wrapped)
                row += 1
            case Grid() | Heat() | Curve():
                sheet.write_string(row, 1, say("report_file.on_sheet", name=_fit(block.name)), wrapped)
                row += 1


def _grid(book: Workbook, block: Grid, report: Report, say: Say) -> None:
    sheet = book.add_worksheet(_name(book, block.name))
    head, total = (
        book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}),
        {"bold": True, "top": 1},
    )
    top = _above(sheet, block.title, report)
    for place, column in enumerate(block.columns):
        sheet.write_string(top, place, clean(column.label), head)
        sheet.set_column(place, place, 10 + 4 * min(column.wide, 4))
    formats = {kind: book.add_format({"num_format": form}) for kind, form in NUMBERS.items()}
    last = {kind: book.add_format({"num_format": form, **total}) for kind, form in NUMBERS.items()}
    right = book.add_format({"align": "right"})
    for number, row in enumerate(block.rows):
        chosen = last if block.total and number == len(block.rows) - 1 else formats
        for place, (cell, column) in enumerate(zip(row, block.columns, strict=True)):
            _write(sheet, top + 1 + number, place, cell, chosen[column.kind], right, say)
    sheet.freeze_panes(top + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    if block.rows:
        sheet.autofilter(top, 0, top + len(block.rows) - block.total, len(block.columns) - 1)
    if block.note:
        sheet.write_string(top + 2 + len(block.rows), 0, clean(block.note))


def _heat(book: Workbook, block: Heat, report: Report) -> None:
    sheet = book.add_worksheet(_name(book, block.name))
    top = _above(sheet, block.title, report)
    bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0%"})
    sheet.set_column(1, len(block.columns), 6)
    for place, name in enumerate(block.columns, start=1):
        sheet.write_string(top, place, name, bold)
    for number, (name, shares) in enumerate(zip(block.rows, block.shares, strict=True), start=1):
        sheet.write_string(top + number, 0, name, bold)
        for place, value in enumerate(shares, start=1):
            if math.isfinite(value):
                sheet.write_number(top + number, place, value, share)
    end = top + len(block.rows)
    colours = {"type": "2_color_scale", "min_color": "#dd954b", "max_color": "#f4f1ea"}
    fixed = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    sheet.conditional_format(top + 1, 1, end, len(block.columns), {**colours, **fixed})
    sheet.write_string(end + 2, 0, clean(block.note))


def _curve(book: Workbook, block: Curve, report: Report) -> None:
    sheet = book.add_worksheet(_name(book, block.name))
    top = _above(sheet, block.title, report)
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 1, 26)
    formats = [book.add_format({"num_format": NUMBERS[kind]}) for kind in (block.x_kind, block.y_kind)]
    for place, label in enumerate((block.x_label, block.y_label)):
        sheet.write_string(top, place, clean(label), bold)
    for number, point in enumerate(block.points, start=1):
        for place, (value, form) in enumerate(zip(point, formats, strict=True)):
            if math.isfinite(value):
                sheet.write_number(top + number, place, value, form)
    if block.points:
        rows = (top + 1, top + len(block.points))
        chart = book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
        values = {
            "categories": [sheet.get_name(), rows[0], 0, rows[1], 0],
            "values": [sheet.get_name(), rows[0], 1, rows[1], 1],
            "line": {"color": "#2f6f5e"},
        }
        chart.add_series(values)
        chart.set_legend({"none": True})
        chart.set_title({"name": block.title, "name_font": {"size": 11}})
        chart.set_x_axis({"name": block.x_label})
        chart.set_y_axis({"name": block.y_label, "min": 0, **({"max": 1} if block.y_kind == "share" else {})})
        sheet.insert_chart(top, 3, chart, {"x_scale": 1.3, "y_scale": 1.2})
    sheet.write_string(top + len(block.points) + 2, 0, clean(block.note))


def _above(sheet: Worksheet, title: str, report: Report) -> int:
    """What a sheet that is passed on alone must say of itself; the row its table begins in."""
    lines = [line for line in (title, f"{report.title} · {report.subtitle} · {report.dated}", report.mark) if line]
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, clean(line))
    return len(lines) + 1


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, form: Format, right: Format, say: Say) -> None:
    """A number as a number, all else as text, nothing where nothing is known."""
    if isinstance(cell, Hidden):
        sheet.write_string(row, place, say("report_file.withheld"), right)
    elif isinstance(cell, str):
        sheet.write_string(row, place, clean(cell)[:CELL_AT_MOST], form)
    elif cell is not None and math.isfinite(cell):
        sheet.write_number(row, place, cell, form)


def _name(book: Workbook, name: str) -> str:
    """A sheet's name as Excel takes it, and that none has yet."""
    fitted = _fit(name)
    taken = {sheet.get_name().casefold() for sheet in book.worksheets()}
    number, found = 2, fitted
    while found.casefold() in taken:
        found = f"{_cut(fitted, NAME_AT_MOST - 4)} {number}"
        number += 1
    return found


def _fit(name: str) -> str:
    return _cut(" ".join(clean(name).translate(FORBIDDEN).split()), NAME_AT_MOST) or "1"


def _cut(text: str, units: int) -> str:
    """So much of the text as is at most ``units`` of UTF-16, no character halved."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")
