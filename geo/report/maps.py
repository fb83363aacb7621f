"""The map on paper, drawn as vectors: regions shaded by share, gaps hatched, places by shape, names that keep apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely

from geo.layers import palette
from geo.report.charts import rgb
from geo.report.content import Look, Map, Spot
from geo.report.drawing import DOUBT, Frame, Rectangle, framed, haloed, names, north, patterned, polygons, scale_bar
from geo.report.paper import INNER, MARGIN, Paper
from geo.typeset import GREY, INK, PAPER, PER_POINT, RED, Colour
from geo.words import Say

LEGEND = 46.0
FRAME: Colour = (205, 200, 188)
WITHHELD = rgb(palette.WITHHELD)
STATION, STATION_EDGE = rgb(palette.SERVED), (255, 255, 255)
LABEL_SIZE = 8.6


def draw(paper: Paper, block: Map, y: float, height: float, say: Say) -> float:
    """The map with its legend from ``y`` down, ``height`` at most; where it ends."""
    if block.title:
        paper.lines(paper.wrap(block.title, INNER, 9.6)[:1], MARGIN, y, 9.6, INK, bold=True)
        y += 6.5
        height -= 6.5
    notice = paper.wrap(block.notice, INNER, 7.4)[:3]
    high = height - len(notice) * 7.4 * PER_POINT * 1.32 - 2
    wide = INNER - LEGEND
    outline = shapely.union_all([area.polygon for area in block.areas if not area.polygon.is_empty])
    if outline.is_empty:
        return y
    frame = framed(outline, MARGIN, y, wide, high)
    paper.box(MARGIN, y, wide, high, (252, 251, 248))
    with paper.pdf.rect_clip(MARGIN, y, wide, high):
        _areas(paper, block, frame)
        patterned(paper, [frame.drawn(gap) for gap in block.gaps], "hatch")
        patterned(paper, [frame.drawn(part) for part in block.doubtful], "dots")
        for area in block.areas:
            polygons(paper, frame.drawn(area.polygon), None, (255, 255, 255), 0.35)
        polygons(paper, frame.drawn(outline), None, (120, 115, 105), 0.35)
        ordered = sorted(block.spots, key=lambda spot: spot.look.startswith("new"))
        for spot in ordered:
            mark(paper, spot.look, *frame.at(spot.x, spot.y))
        taken = _labels(paper, [spot for spot in ordered if spot.label], frame)
        for x, y_ in (frame.at(spot.x, spot.y) for spot in ordered):
            taken.append(Rectangle(x - 1.1, y_ - 1.1, x + 1.1, y_ + 1.1))
        named = [(area.polygon, area.name) for area in block.areas]
        names(paper, named, frame, taken, Rectangle(MARGIN, y, MARGIN + wide, y + high))
    paper.pdf.set_draw_color(*FRAME)
    paper.pdf.set_line_width(0.25)
    paper.pdf.rect(MARGIN, y, wide, high, style="D")
    _legend(paper, block, frame, MARGIN + wide + 4, y, high, say)
    paper.lines(notice, MARGIN, y + high + 1.4, 7.4, GREY)
    return y + height


def _areas(paper: Paper, block: Map, frame: Frame) -> None:
    """The shading; what has no data is crossed, what is withheld is plain grey: no share looks like either."""
    for area in block.areas:
        shape = frame.drawn(area.polygon)
        if area.hidden:
            polygons(paper, shape, WITHHELD)
        elif area.share != area.share:
            polygons(paper, shape, (255, 255, 255))
            patterned(paper, [shape], "crosses")
        else:
            polygons(paper, shape, rgb(palette.shade(area.share)))


def mark(paper: Paper, look: Look, x: float, y: float, size: float = 1.0) -> None:
    """A place: a disc for a station, a ring where it is invented, a disc with a bar where its hours are not known, a
    star for a new one, open where it was moved by hand.
    """
    pdf = paper.pdf
    pdf.set_line_width(0.3 * size)
    pdf.set_draw_color(*STATION_EDGE)
    pdf.set_fill_color(*STATION)
    match look:
        case "station":
            pdf.circle(x, y, 1.25 * size, style="DF")
        case "station_synthetic":
            pdf.set_draw_color(*STATION)
            pdf.set_fill_color(*PAPER)
            pdf.circle(x, y, 1.0 * size, style="DF")
        case "station_doubtful":
            pdf.set_fill_color(*DOUBT)
            pdf.circle(x, y, 1.25 * size, style="DF")
            paper.line(x - 0.7 * size, y, x + 0.7 * size, y, PAPER, 0.3 * size)
        case "new" | "new_moved":
            moved = look == "new_moved"
            pdf.set_draw_color(*(RED if moved else PAPER))
            pdf.set_fill_color(*(PAPER if moved else RED))
            turns = [math.pi * (number / 5 - 0.5) for number in range(10)]
            radii = [2.3 * size if number % 2 == 0 else 1.0 * size for number in range(10)]
            corners = [(x + r * math.cos(t), y + r * math.sin(t)) for t, r in zip(turns, radii, strict=True)]
            pdf.polygon(corners, style="DF")


def _labels(paper: Paper, spots: Sequence[Spot], frame: Frame) -> list[Rectangle]:
    """What stands beside a place; where it is, so that names keep off."""
    taken = []
    for spot in spots:
        x, y = frame.at(spot.x, spot.y)
        high = LABEL_SIZE * PER_POINT
        wide = paper.width(spot.label, LABEL_SIZE)
        haloed(paper, spot.label, x + 2.0, y - high, LABEL_SIZE, RED, bold=True)
        taken.append(Rectangle(x - 2.2, y - 2.2, x + 2.6 + wide, y + 2.2))
    return taken


def _legend(paper: Paper, block: Map, frame: Frame, x: float, y: float, high: float, say: Say) -> None:
    """What the map's colours, patterns and shapes mean; north; the scale."""
    size, wide = 7.6, LEGEND - 4
    start = y
    y = paper.lines(paper.wrap(block.measure, wide, size), x, y, size, INK, bold=True) + 1
    step = 100 // len(palette.RAMP)
    for number, colour in enumerate(palette.RAMP):
        paper.box(x, y, 7, 3.6, rgb(colour))
        paper.write(f"{number * step}–{(number + 1) * step}%", x + 9, y, size, INK)
        y += 4.6
    y += 1
    swatches = ((block.gap, "gap"), (block.doubtful_words, "doubt"), (block.no_data, "none"), (block.hidden, "hidden"))
    for words, which in swatches:
        if words:
            _swatch(paper, which, x, y)
            y = max(paper.lines(paper.wrap(words, wide - 9, size)[:3], x + 9, y, size), y + 4.6) + 0.8
    for look, words in block.looks:
        mark(paper, look, x + 3.5, y + 1.9, 1.15)
        y = max(paper.lines(paper.wrap(words, wide - 9, size)[:3], x + 9, y, size), y + 4.2) + 0.8
    bottom = start + high
    scale_bar(paper, frame, x, bottom - 6, wide, say)
    tip = bottom - 24
    if tip > y:
        north(paper, x, tip, block.north)


def _swatch(paper: Paper, which: str, x: float, y: float) -> None:
    box = shapely.box(x, y, x + 7, y + 3.6)
    if which == "gap":
        paper.box(x, y, 7, 3.6, rgb(palette.RAMP[2]))
        patterned(paper, [box], "hatch")
    elif which == "hidden":
        paper.box(x, y, 7, 3.6, WITHHELD)
    else:
        paper.box(x, y, 7, 3.6, PAPER)
        patterned(paper, [box], "dots" if which == "doubt" else "crosses")
        paper.pdf.set_draw_color(*FRAME)
        paper.pdf.set_line_width(0.2)
        paper.pdf.rect(x, y, 7, 3.6, style="D")
