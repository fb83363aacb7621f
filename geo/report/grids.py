"""Tables on paper: numbers right, headers again on every page, the last row set off where it is the total."""

from __future__ import annotations

from geo.report.content import Cell, Grid, shown
from geo.report.paper import BOTTOM, INNER, MARGIN, TOP, Paper
from geo.typeset import GREY, INK, LEADING, PER_POINT
from geo.words import Say

SIZE, HEAD_SIZE = 8.2, 7.6
PAD = 1.3
TINT, HEAD = (250, 248, 244), (238, 234, 226)
STEP = SIZE * PER_POINT * LEADING
ROW = STEP + 1.7


def grid(paper: Paper, block: Grid, say: Say) -> None:
    """The table from the paper's ``y`` on; turns pages as it needs them."""
    whole = sum(column.wide for column in block.columns)
    widths = [INNER * column.wide / whole for column in block.columns]
    paper.need(min(14 + 5 * ROW, BOTTOM - TOP))
    if block.title:
        paper.lines(paper.wrap(block.title, INNER, 9.6), MARGIN, paper.y, 9.6, INK, bold=True)
        paper.y += 6
    _header(paper, block, widths)
    for number, row in enumerate(block.rows):
        last = block.total and number == len(block.rows) - 1
        cells = _cells(paper, block, row, widths, say)
        high = max(map(len, cells)) * STEP + 1.7
        if paper.need(high):
            _header(paper, block, widths)
        if last:
            paper.box(MARGIN, paper.y, INNER, high, HEAD)
        elif number % 2:
            paper.box(MARGIN, paper.y, INNER, high, TINT)
        _row(paper, block, cells, widths, bold=last)
        paper.y += high
    paper.rule(MARGIN, paper.y, MARGIN + INNER, width=0.3)
    paper.y += 1.2
    if block.note:
        for line in paper.wrap(block.note, INNER, 7.6, at_most=1500):
            paper.need(4)
            paper.write(line, MARGIN, paper.y, 7.6, GREY)
            paper.y += 7.6 * PER_POINT * 1.4
    paper.y += 4


def _header(paper: Paper, block: Grid, widths: list[float]) -> None:
    wrapped = [
        paper.wrap(column.label, width - 2 * PAD, HEAD_SIZE)[:3]
        for column, width in zip(block.columns, widths, strict=True)
    ]
    step = HEAD_SIZE * PER_POINT * 1.25
    high = max(map(len, wrapped)) * step + 2
    paper.box(MARGIN, paper.y, INNER, high, HEAD)
    x = MARGIN
    for column, width, lines in zip(block.columns, widths, wrapped, strict=True):
        for number, line in enumerate(lines):
            y = paper.y + high - 1 - (len(lines) - number) * step
            if column.kind == "text":
                paper.write(line, x + PAD, y, HEAD_SIZE, INK, bold=True)
            else:
                paper.right(line, x + width - PAD, y, HEAD_SIZE, INK, bold=True)
        x += width
    paper.y += high
    paper.rule(MARGIN, paper.y, MARGIN + INNER, width=0.3)


def _cells(paper: Paper, block: Grid, row: tuple[Cell, ...], widths: list[float], say: Say) -> list[list[str]]:
    """Each cell's lines: text is wrapped to two, a number stays in one."""
    found = []
    for cell, column, width in zip(row, block.columns, widths, strict=True):
        text = shown(cell, column.kind, say)
        lines = paper.wrap(text, width - 2 * PAD, SIZE)
        if len(lines) > 2:
            lines = [lines[0], paper.cut("".join(lines[1:]), width - 2 * PAD, SIZE)]
        found.append(lines if column.kind == "text" else [paper.drawable(text)])
    return found


def _row(paper: Paper, block: Grid, cells: list[list[str]], widths: list[float], *, bold: bool) -> None:
    x = MARGIN
    for column, width, lines in zip(block.columns, widths, cells, strict=True):
        for number, line in enumerate(lines):
            y = paper.y + 0.75 + number * STEP
            if column.kind == "text":
                paper.write(line, x + PAD, y, SIZE, INK, bold=bold)
            else:
                size = next((s for s in (SIZE, 7.4, 6.6) if paper.width(line, s) <= width - PAD), 5.8)
                paper.right(line, x + width - PAD, y, size, INK, bold=bold)
        x += width
