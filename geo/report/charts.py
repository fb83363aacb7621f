"""Charts on paper: shares over the hours of a week, and a curve with the asked point on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from geo.layers import palette
from geo.report.content import Curve, Heat, shown
from geo.report.paper import INNER, MARGIN, Paper
from geo.typeset import GREY, INK, PER_POINT, RED, Colour
from geo.words import Say

LABELS = 15.0
AXIS_SIZE = 7.4
TICKS = 6
HALF = 0.5
GRID: Colour = (226, 222, 213)
UNKNOWN: Colour = (205, 205, 205)


def rgb(colour: str) -> Colour:
    """``#rrggbb`` as numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def heat(paper: Paper, block: Heat, y: float, height: float) -> float:
    """The shares as coloured cells, from ``y`` down; where it ends."""
    paper.write(paper.cut(block.title, INNER, 9.6), MARGIN, y, 9.6, INK, bold=True)
    top, left = y + 7, MARGIN + LABELS
    wide = (INNER - LABELS) / max(len(block.columns), 1)
    high = (height - 23) / max(len(block.rows), 1)
    for row, (name, shares) in enumerate(zip(block.rows, block.shares, strict=True)):
        paper.write(name, MARGIN, top + row * high + (high - AXIS_SIZE * PER_POINT * 1.35) / 2, AXIS_SIZE, INK)
        for column, share in enumerate(shares):
            colour = UNKNOWN if share != share else rgb(palette.shade(1 - share))
            paper.box(left + column * wide + 0.15, top + row * high + 0.15, wide - 0.3, high - 0.3, colour)
            if share != share:
                x = left + column * wide
                paper.line(x + 1, top + (row + 1) * high - 1, x + wide - 1, top + row * high + 1, GREY, 0.15)
            else:
                paper.middle(
                    f"{100 * share:.0f}", left + (column + 0.5) * wide, top + (row + 0.5) * high - 1.45, 6, INK
                )
    for column, name in enumerate(block.columns):
        if column % 2 == 0 or len(block.columns) < 16:
            paper.middle(name, left + (column + 0.5) * wide, top + len(block.rows) * high + 0.6, AXIS_SIZE, GREY)
    if block.marked:
        row, column = block.marked
        paper.pdf.set_draw_color(*RED)
        paper.pdf.set_line_width(0.7)
        paper.pdf.rect(left + column * wide, top + row * high, wide, high, style="D")
    y = top + len(block.rows) * high + 5.4
    x = left
    paper.write(block.high, x, y, AXIS_SIZE, GREY)
    x += paper.width(block.high, AXIS_SIZE) + 2
    for number in range(len(palette.RAMP)):
        paper.box(x, y + 0.3, 8, 3, rgb(palette.RAMP[number]))
        x += 8
    paper.write(block.low, x + 2, y, AXIS_SIZE, GREY)
    if block.note:
        y += 4.2
        paper.write(paper.cut(block.note, INNER - LABELS, AXIS_SIZE), left, y, AXIS_SIZE, GREY)
    return y + 6


def curve(paper: Paper, block: Curve, y: float, height: float, say: Say) -> float:
    """The curve on its axes, from ``y`` down; where it ends."""
    paper.write(paper.cut(block.title, INNER, 9.6), MARGIN, y, 9.6, INK, bold=True)
    paper.write(block.y_label, MARGIN, y + 6, AXIS_SIZE, GREY)
    left, right, top, base = MARGIN + LABELS, MARGIN + INNER - 6, y + 12.5, y + height - 11
    points = [(px, py) for px, py in block.points if px == px and py == py]
    low_x = min((px for px, _ in points), default=0.0)
    high_x = max((px for px, _ in points), default=1.0)
    high_y = max((py for _, py in points), default=1.0) or 1.0
    high_y = 1.0 if block.y_kind == "share" and high_y > HALF else high_y
    step_y = 0.25 if high_y == 1.0 and block.y_kind == "share" else nice(high_y / 4)
    high_y = step_y * math.ceil(high_y / step_y - 1e-9)
    span = (high_x - low_x) or 1.0

    def at(px: float, py: float) -> tuple[float, float]:
        return left + (px - low_x) / span * (right - left), base - py / high_y * (base - top)

    for number in range(round(high_y / step_y) + 1):
        _, level = at(low_x, number * step_y)
        paper.rule(left, level, right, GRID, 0.15)
        words = shown(number * step_y, block.y_kind, say)
        words = words.replace(".0%", "%")
        paper.right(words, left - 1.6, level - 1.7, AXIS_SIZE, GREY)
    step_x = max(nice(span / (2 * TICKS if block.x_kind == "count" else TICKS)), 1.0)
    tick = math.ceil(low_x / step_x) * step_x
    while tick <= high_x + 1e-9:
        across, _ = at(tick, 0)
        paper.line(across, base, across, base + 1, GREY, 0.2)
        paper.middle(shown(tick, block.x_kind, say), across, base + 1.2, AXIS_SIZE, GREY)
        tick += step_x
    paper.rule(left, base, right, GREY, 0.25)
    paper.right(block.x_label, right, base + 5, AXIS_SIZE, GREY)
    drawn = [at(*point) for point in points]
    paper.pdf.set_draw_color(*rgb(palette.SERVED))
    paper.pdf.set_line_width(0.7)
    for start, end in pairwise(drawn):
        paper.pdf.line(*start, *end)
    if len(drawn) <= 60:
        for across, level in drawn:
            paper.pdf.set_fill_color(*rgb(palette.SERVED))
            paper.pdf.circle(across, level, 0.75, style="F")
    _mark(paper, block, points, at, say, base)
    if block.note:
        lines = paper.wrap(block.note, INNER - 60, AXIS_SIZE)[:2]
        paper.lines(lines, MARGIN, base + 5, AXIS_SIZE, GREY)
    return base + 12


def _mark(
    paper: Paper,
    block: Curve,
    points: list[tuple[float, float]],
    at: Callable[[float, float], tuple[float, float]],
    say: Say,
    base: float,
) -> None:
    """The asked point, with what it says."""
    if block.marked is None or not points:
        return
    asked = block.marked
    px, py = min(points, key=lambda point: abs(point[0] - asked))
    across, level = at(px, py)
    paper.line(across, base, across, level, RED, 0.25)
    paper.pdf.set_fill_color(*RED)
    paper.pdf.circle(across, level, 1.3, style="F")
    words = f"{shown(px, block.x_kind, say)} · {shown(py, block.y_kind, say)}"
    wide = paper.width(words, 8.2)
    x = across + 2 if across + 2 + wide < MARGIN + INNER else across - 2 - wide
    paper.write(words, x, level + 1.2 if base - level > 6 else level - 5, 8.2, RED, bold=True)


def nice(step: float) -> float:
    """1, 2 or 5 times a power of ten: the smallest that is ``step`` or more."""
    if not step > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * (1 - 1e-9))
