"""A report as PDF: A4 pages with running heads, tables that go on over pages, maps and charts as vectors."""

from __future__ import annotations

from functools import partial

from geo.i18n import translate
from geo.report import charts, maps
from geo.report.content import Block, Curve, Figures, Grid, Heading, Heat, Map, Pairs, Report, Words
from geo.report.grids import grid
from geo.report.paper import BOTTOM, INNER, MARGIN, TOP, Paper
from geo.typeset import GREY, INK, PAPER, PER_POINT, RED
from geo.words import Say

MAP_HEIGHT, MAP_AT_LEAST = 150.0, 85.0
HEADING, GRID_AT_LEAST = 8.2, 45.0
PAIR_SIZE, PAIR_LEFT, PAIR_SHORT = 8.8, 32.0, 22.0
HEAT_HEIGHT, CURVE_HEIGHT = 57.0, 62.0
TINT, LINE = (247, 245, 240), (216, 211, 200)


def pdf(report: Report) -> bytes:
    """The report's pages, the same bytes for the same report. GongtuError where there is no font."""
    say: Say = partial(translate, language=report.language)
    paper = Paper(report, say)
    _head(paper, report)
    for block, following in zip(report.blocks, (*report.blocks[1:], None), strict=True):
        if isinstance(block, Heading):
            paper.need(HEADING + _least(following))  # never the last thing on a page
        _draw(paper, block, say)
    paper.number()
    return bytes(paper.pdf.output())


def _head(paper: Paper, report: Report) -> None:
    """The first page's head: whose report, what it asks, as of when; what is made up is said before anything else."""
    paper.box(0, 0, 210, 3.2, RED)
    y = paper.lines(paper.balanced(report.title, INNER, 21), MARGIN, 14, 21, INK, bold=True)
    y = paper.lines(paper.wrap(report.subtitle, INNER, 11.5), MARGIN, y + 1, 11.5, RED)
    y = paper.lines(paper.wrap(report.dated, INNER, 8.5), MARGIN, y + 1, 8.5, GREY)
    if report.mark:
        wrapped = paper.wrap(report.mark, INNER - 8, 10)
        high = len(wrapped) * 10 * PER_POINT * 1.32 + 3
        paper.box(MARGIN, y + 2, INNER, high, INK)
        paper.lines(wrapped, MARGIN + 4, y + 3.4, 10, PAPER, bold=True)
        y += high + 2
    paper.y = y + 4


def _least(block: Block | None) -> float:
    """How much of a block has to stand below its heading."""
    match block:
        case Map():
            return MAP_AT_LEAST
        case Heat():
            return HEAT_HEIGHT
        case Curve():
            return CURVE_HEIGHT
        case Grid():
            return GRID_AT_LEAST
    return 14.0


def _draw(paper: Paper, block: Block, say: Say) -> None:
    match block:
        case Heading():
            _heading(paper, block)
        case Words():
            _words(paper, block)
        case Pairs():
            _pairs(paper, block)
        case Figures():
            _figures(paper, block)
        case Grid():
            grid(paper, block, say)
        case Map():
            room = BOTTOM - paper.y
            if room < MAP_AT_LEAST:
                paper.turn()
                room = BOTTOM - paper.y
            paper.y = maps.draw(paper, block, paper.y, min(MAP_HEIGHT, room), say) + 3
        case Heat():
            paper.need(HEAT_HEIGHT + 8)
            paper.y = charts.heat(paper, block, paper.y, HEAT_HEIGHT) + 3
        case Curve():
            paper.need(CURVE_HEIGHT + 8)
            paper.y = charts.curve(paper, block, paper.y, CURVE_HEIGHT, say) + 3


def _heading(paper: Paper, block: Heading) -> None:
    """The heading, also in the list of contents that a reader's program shows."""
    paper.pdf.start_section(paper.drawable(block.text))
    paper.box(MARGIN, paper.y + 1.1, 1.4, 4.6, RED)
    paper.write(block.text, MARGIN + 3.4, paper.y + 0.5, 13, INK, bold=True)
    paper.y += HEADING


def _words(paper: Paper, block: Words) -> None:
    size = 8.0 if block.small else 9.6
    colour = GREY if block.small else INK
    for paragraph in block.paragraphs:
        wrapped = paper.wrap(paragraph, INNER, size, at_most=4000)
        for line in wrapped:
            step = size * PER_POINT * 1.5
            paper.need(step)
            paper.write(line, MARGIN, paper.y, size, colour)
            paper.y += step
        paper.y += 1.2
    paper.y += 1.5


def _pairs(paper: Paper, block: Pairs) -> None:
    """What is said, line by line; two to a line where all of it fits into half of one."""
    half = INNER / 2
    left = PAIR_SHORT if block.beside else PAIR_LEFT
    step = PAIR_SIZE * PER_POINT * 1.42
    todo = list(block.rows)
    while todo:
        short = block.beside and all(paper.width(text, PAIR_SIZE) <= half - left - 3 for _, text in todo[:2])
        rows, todo = (todo[:2], todo[2:]) if short else (todo[:1], todo[1:])
        wide = (half if short else INNER) - left
        said = [paper.wrap(text, wide, PAIR_SIZE, at_most=2000) for _, text in rows]
        named = [paper.wrap(heading, left - 3, PAIR_SIZE) for heading, _ in rows]
        high = max(map(len, (*said, *named))) * step + 1.4
        if high < BOTTOM - TOP:
            paper.need(high)
        for place, (heading, text) in enumerate(zip(named, said, strict=True)):
            x = MARGIN + place * half
            for number, line in enumerate(heading):
                paper.write(line, x, paper.y + number * step, PAIR_SIZE, RED, bold=True)
            for number, line in enumerate(text):
                paper.write(line, x + left, paper.y + number * step, PAIR_SIZE, INK)
        paper.y += high
    paper.y += 2


def _figures(paper: Paper, block: Figures) -> None:
    """Numbers side by side, four to a row, or five where they are five."""
    many, gap = (5 if len(block.items) == 5 else 4), 3.0
    wide = (INNER - (many - 1) * gap) / many
    for start in range(0, len(block.items), many):
        items = block.items[start : start + many]
        notes = [paper.wrap(item.note, wide - 6, 7.4)[:3] for item in items]
        high = 19.0 + max(len(lines) for lines in notes) * 7.4 * PER_POINT * 1.32
        paper.need(high + 2)
        for place, (item, lines) in enumerate(zip(items, notes, strict=True)):
            x = MARGIN + place * (wide + gap)
            paper.box(x, paper.y, wide, high, TINT)
            paper.box(x, paper.y, wide, 0.7, RED)
            paper.write(paper.cut(item.label, wide - 6, 8.4), x + 3, paper.y + 2.6, 8.4, GREY)
            size = next((s for s in (19, 17, 15, 13, 11) if paper.width(item.value, s) <= wide - 6), 9)
            paper.write(item.value, x + 3, paper.y + 7.6, size, INK, bold=True)
            paper.lines(lines, x + 3, paper.y + 16.4, 7.4, GREY)
        paper.y += high + 3
