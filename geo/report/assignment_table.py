"""The table of teams on the sheet: who has what, in type so large that all of it fits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from geo.fieldwork.told import Told
from geo.i18n import Language
from geo.layers import palette
from geo.report.assignment import one_name
from geo.report.charts import rgb
from geo.report.paper import Paper
from geo.text import clean
from geo.typeset import INK, PAPER, PER_POINT, Colour
from geo.words import Say

SIZES = (9.2, 8.6, 8.0, 7.4, 6.8, 6.2, 5.6, 5.0, 4.4)
"""Of type in the table, largest first: the first that all of it fits in is taken."""
HEAD_SIZE = 7.6
COLUMNS = (0.06, 0.25, 0.37, 0.115, 0.095, 0.11)
"""Parts of the table's width: number, team, positions, workload, share, deviation."""
PAD, LEADING = 1.0, 1.28  # millimetres; parts of the size
HEAD: Colour = (238, 234, 226)


def team_colour(number: int) -> Colour:
    """The colour of the team of a number, white for nobody's (0)."""
    return rgb(palette.team(number - 1)) if number else PAPER


class Row(NamedTuple):
    """A row of the table: lines of each cell, and the team's number for its colour."""

    number: int
    cells: tuple[list[tuple[str, bool]], ...]  # of each cell its lines, and whether they are bold
    bold: bool

    @property
    def lines(self) -> int:
        return max(map(len, self.cells))


def table(
    paper: Paper, found: Told, left: float, y: float, wide: float, high: float, say: Say, language: Language
) -> None:
    """The teams from ``y`` down, in type so large that all of them fit; what does not even then ends with a dot of
    each kind left out, and the workbook has it.
    """
    widths = [part * wide for part in COLUMNS]
    heads = ("number", "team", "positions", "load", "target", "deviation")
    size = SIZES[-1]
    rows: list[Row] = []
    for size in SIZES:
        rows = _rows(paper, found, widths, size, say, language)
        if _height(rows, size) + _head_height(size) <= high:
            break
    limit = max((row.lines for row in rows), default=1)
    while limit > 1 and _height(rows, size) + _head_height(size) > high:
        limit -= 1
        rows = [Row(row.number, tuple(_shorter(lines, limit) for lines in row.cells), row.bold) for row in rows]
    x, head = left, _head_height(size)
    paper.box(left, y, wide, head, HEAD)
    for name, width in zip(heads, widths, strict=True):
        words = paper.cut(say(f"assignment_file.head_{name}"), width - PAD, min(size, HEAD_SIZE))
        if name in ("load", "target", "deviation"):
            paper.right(words, x + width - PAD / 2, y + 0.8, min(size, HEAD_SIZE), INK, bold=True)
        else:
            paper.write(words, x + PAD, y + 0.8, min(size, HEAD_SIZE), INK, bold=True)
        x += width
    y += head
    for row in rows:
        deep = _deep(row, size)
        x = left
        if row.number:
            paper.box(x, y, widths[0], deep, team_colour(row.number))
        for place, (lines, width) in enumerate(zip(row.cells, widths, strict=True)):
            for number, (line, bold) in enumerate(lines):
                top = y + PAD / 2 + number * size * PER_POINT * LEADING
                if place == 0:
                    paper.middle(line, x + width / 2, top, size, INK, bold=True)
                elif place >= 3:
                    paper.right(line, x + width - PAD / 2, top, size, INK, bold=bold or row.bold)
                else:
                    paper.write(line, x + PAD, top, size, INK, bold=bold or row.bold)
            x += width
        y += deep
        paper.rule(left, y, left + wide, width=0.15)


def _rows(paper: Paper, found: Told, widths: list[float], size: float, say: Say, language: Language) -> list[Row]:
    """The rows set in ``size``."""
    names = {position.id: clean(one_name(position, language)) for position in found.positions}
    together = say("export.and")

    def cell(text: str, place: int, bold: bool = False) -> list[tuple[str, bool]]:
        wrapped = paper.wrap(text, widths[place] - 2 * PAD + 0.6, size, at_most=4000)
        return [(line, bold) for line in wrapped]

    def several(texts: Iterable[str], place: int) -> list[tuple[str, bool]]:
        return [(line, False) for line in _listed(paper, list(texts), together, widths[place] - 2 * PAD + 0.6, size)]

    def points(value: float) -> list[tuple[str, bool]]:
        return [(say("total.none") if math.isnan(value) else f"{value:,.1f}", False)]

    rows = []
    for team in found.teams:
        who = cell(clean(one_name(team, language)), 1, True)
        who += cell(clean(team.lead), 1) + several(map(clean, team.departments), 1)
        off = say("total.none") if math.isnan(team.deviation) else _signed(team.deviation)
        listed = several((names[one] for one in team.positions), 2) or [(say("total.none"), False)]
        numbers = points(team.load), points(team.target), [(off, False)]
        rows.append(Row(team.number, ([(str(team.number), True)], who, listed, *numbers), False))
    if nobody := found.unassigned:
        load = math.fsum(one.load for one in nobody if not math.isnan(one.load))
        words = cell(say("assignment_file.unassigned"), 1, True)
        listed = several((names[one.id] for one in nobody), 2)
        rows.append(Row(0, ([], words, listed, points(load), [], []), False))
    whole = math.fsum(one.load for one in found.positions if not math.isnan(one.load))
    worst = "" if math.isnan(found.worst) else say("assignment_file.worst", part=f"{found.worst:.1%}")
    count = say("assignment_file.count_words", count=len(found.positions))
    rows.append(
        Row(0, ([], cell(say("assignment_file.total"), 1), cell(count, 2), points(whole), [], [(worst, False)]), True)
    )
    return rows


def _listed(paper: Paper, texts: Sequence[str], together: str, wide: float, size: float) -> list[str]:
    """The texts one after the other in lines, each of them in one piece where it fits in a line."""
    lines: list[str] = []
    for number, text in enumerate(texts):
        piece = text if number == len(texts) - 1 else text + together
        if lines and paper.width(lines[-1] + piece.rstrip(), size) <= wide:
            lines[-1] += piece
        else:
            lines += paper.wrap(piece, wide, size) or [""]  # of signs that the font has none of, nothing is left
            lines[-1] += " " * piece.endswith(" ")
    return [line.rstrip() for line in lines]


def _signed(part: float) -> str:
    return (f"{part:+.1%}" if abs(part) < 1 else f"{part:+.0%}").replace("-", "−")


def _shorter(lines: list[tuple[str, bool]], limit: int) -> list[tuple[str, bool]]:
    return (
        lines if len(lines) <= limit else [*lines[: limit - 1], (f"{lines[limit - 1][0][:-1]}…", lines[limit - 1][1])]
    )


def _head_height(size: float) -> float:
    return size * PER_POINT * LEADING + 1.8


def _deep(row: Row, size: float) -> float:
    return row.lines * size * PER_POINT * LEADING + PAD


def _height(rows: Sequence[Row], size: float) -> float:
    return sum(_deep(row, size) for row in rows)
