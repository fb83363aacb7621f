"""The map on paper, drawn as vectors: regions shaded by share, gaps hatched, places by shape, names that keep apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from fpdf.enums import TextMode

from geo.layers import palette
from geo.report.charts import nice, rgb
from geo.report.content import Area, Look, Map, Spot
from geo.report.paper import INNER, MARGIN, Paper
from geo.typeset import GREY, INK, PAPER, PER_POINT, RED, Colour
from geo.words import Say

LEGEND = 46.0
FRAME: Colour = (205, 200, 188)
EDGE: Colour = (255, 255, 255)
WITHHELD, NO_DATA, DOUBT = rgb(palette.WITHHELD), (214, 214, 214), (88, 110, 140)
STATION, STATION_EDGE = rgb(palette.SERVED), (255, 255, 255)
HATCH, DOTS = 1.7, 1.5
NAME_SIZE, LABEL_SIZE = 6.8, 8.6
DETAIL = 0.06
RADII = (0.0, 2.4, 4.5, 7.0, 10.0, 13.0)
LED_FROM = 6.5


class Frame(NamedTuple):
    """Metres of the plane to millimetres of the page."""

    west: float
    north: float
    scale: float  # millimetres per metre
    x: float
    y: float

    def at(self, east: float, north: float) -> tuple[float, float]:
        return self.x + (east - self.west) * self.scale, self.y + (self.north - north) * self.scale

    def drawn(self, shape: shapely.Geometry) -> shapely.Geometry:
        """The shape in millimetres of the page, without detail that no eye sees."""
        on_page: shapely.Geometry = shapely.transform(shape, lambda p: np.column_stack(self.at(p[:, 0], p[:, 1])))
        return shapely.simplify(on_page, DETAIL)


class Rectangle(NamedTuple):
    """A part of the page that is taken."""

    left: float
    top: float
    right: float
    bottom: float

    def hits(self, other: Rectangle) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


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
    frame = _frame(outline, MARGIN, y, wide, high)
    paper.box(MARGIN, y, wide, high, (252, 251, 248))
    with paper.pdf.rect_clip(MARGIN, y, wide, high):
        _areas(paper, block, frame)
        _fill(paper, [frame.drawn(gap) for gap in block.gaps], "hatch")
        _fill(paper, [frame.drawn(part) for part in block.doubtful], "dots")
        for area in block.areas:
            _path(paper, frame.drawn(area.polygon), None, (255, 255, 255), 0.35)
        _path(paper, frame.drawn(outline), None, (120, 115, 105), 0.35)
        ordered = sorted(block.spots, key=lambda spot: spot.look.startswith("new"))
        for spot in ordered:
            mark(paper, spot.look, *frame.at(spot.x, spot.y))
        taken = _labels(paper, [spot for spot in ordered if spot.label], frame)
        for x, y_ in (frame.at(spot.x, spot.y) for spot in ordered):
            taken.append(Rectangle(x - 1.1, y_ - 1.1, x + 1.1, y_ + 1.1))
        _names(paper, block.areas, frame, taken, Rectangle(MARGIN, y, MARGIN + wide, y + high))
    paper.pdf.set_draw_color(*FRAME)
    paper.pdf.set_line_width(0.25)
    paper.pdf.rect(MARGIN, y, wide, high, style="D")
    _legend(paper, block, frame, MARGIN + wide + 4, y, high, say)
    paper.lines(notice, MARGIN, y + high + 1.4, 7.4, GREY)
    return y + height


def _frame(outline: shapely.Geometry, x: float, y: float, wide: float, high: float) -> Frame:
    west, south, east, north = outline.bounds
    margin = 5.0
    scale = min((wide - 2 * margin) / max(east - west, 1), (high - 2 * margin) / max(north - south, 1))
    left = x + (wide - (east - west) * scale) / 2
    top = y + (high - (north - south) * scale) / 2
    return Frame(west, north, scale, left, top)


def _areas(paper: Paper, block: Map, frame: Frame) -> None:
    """The shading; what has no data is crossed, what is withheld is plain grey: no share looks like either."""
    for area in block.areas:
        shape = frame.drawn(area.polygon)
        if area.hidden:
            _path(paper, shape, WITHHELD)
        elif area.share != area.share:
            _path(paper, shape, (255, 255, 255))
            _fill(paper, [shape], "crosses")
        else:
            _path(paper, shape, rgb(palette.shade(area.share)))


def _path(
    paper: Paper, shape: shapely.Geometry, fill: Colour | None, edge: Colour | None = None, width: float = 0.2
) -> None:
    """Polygons of millimetres, holes left out."""
    rings = [
        ring.coords
        for polygon in shapely.get_parts(shape)
        if polygon.geom_type == "Polygon" and not polygon.is_empty
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    if not rings:
        return
    with paper.pdf.new_path() as path:
        path.style.fill_color = None if fill is None else "#{:02x}{:02x}{:02x}".format(*fill)
        path.style.stroke_color = None if edge is None else "#{:02x}{:02x}{:02x}".format(*edge)
        path.style.stroke_width = width
        path.style.stroke_join_style = "round"
        path.style.intersection_rule = "evenodd"
        for ring in rings:
            points = iter(ring)
            path.move_to(*next(points)[:2])
            for point in points:
                path.line_to(*point[:2])
            path.close()


def _fill(paper: Paper, shapes: Sequence[shapely.Geometry], pattern: str) -> None:
    """The pattern within the shapes: lines aslant for gaps, crossed lines for no data, dots for doubt."""
    whole = shapely.union_all([shapely.make_valid(shape) for shape in shapes if not shape.is_empty])
    if whole.is_empty:
        return
    if pattern == "dots":
        left, top, right, bottom = whole.bounds
        x, y = np.meshgrid(np.arange(left, right, DOTS), np.arange(top, bottom, DOTS))
        x = x + np.where(np.arange(len(x))[:, None] % 2, DOTS / 2, 0)
        shapely.prepare(whole)
        inside = shapely.contains_xy(whole, x.ravel(), y.ravel())
        paper.pdf.set_fill_color(*DOUBT)
        for px, py in zip(x.ravel()[inside], y.ravel()[inside], strict=True):
            paper.pdf.rect(px - 0.22, py - 0.22, 0.44, 0.44, style="F")
        return
    colour, width = (rgb(palette.GAP), 0.22) if pattern == "hatch" else (NO_DATA, 0.18)
    for slope in (1.0, -1.0) if pattern == "crosses" else (1.0,):
        lines = shapely.intersection(whole, shapely.multilinestrings(list(_stripes(whole.bounds, slope))))
        for line in shapely.get_parts(shapely.get_parts(lines)):
            if line.geom_type == "LineString":
                (x1, y1), (x2, y2) = line.coords[0], line.coords[-1]
                paper.line(x1, y1, x2, y2, colour, width)


def _stripes(bounds: tuple[float, float, float, float], slope: float) -> Iterator[list[tuple[float, float]]]:
    left, top, right, bottom = bounds
    high = bottom - top
    step = HATCH * math.sqrt(2)
    for number in range(math.floor((left - high) / step), math.ceil((right + high) / step) + 1):
        start = number * step
        yield [(start, bottom), (start + high, top)] if slope > 0 else [(start, top), (start + high, bottom)]


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
        _haloed(paper, spot.label, x + 2.0, y - high, LABEL_SIZE, RED, bold=True)
        taken.append(Rectangle(x - 2.2, y - 2.2, x + 2.6 + wide, y + 2.2))
    return taken


def _names(paper: Paper, areas: Sequence[Area], frame: Frame, taken: list[Rectangle], within: Rectangle) -> None:
    """Every region's name, near its middle where nothing is yet, the smallest regions first; led to by a line from
    farther away.
    """
    high = NAME_SIZE * PER_POINT * 1.15
    taken = list(taken)
    for area in sorted(areas, key=lambda area: (area.polygon.area, area.name)):
        if area.polygon.is_empty:
            continue
        middle = shapely.maximum_inscribed_circle(area.polygon, tolerance=200).coords[0]
        x, y = frame.at(*middle)
        text = paper.cut(area.name, 40, NAME_SIZE)
        wide = paper.width(text, NAME_SIZE)
        found = _free(x, y, wide, high, taken, within)
        if found is None:
            continue
        place, across, down = found
        if math.hypot(across, down) > LED_FROM:
            paper.line(x, y, x + across * 0.75, y + down * 0.75, GREY, 0.15)
        taken.append(place)
        _haloed(paper, text, place.left, place.top, NAME_SIZE, INK)


def _free(
    x: float, y: float, wide: float, high: float, taken: Sequence[Rectangle], within: Rectangle
) -> tuple[Rectangle, float, float] | None:
    """The nearest place around x, y where nothing is yet, and how far off it is."""
    for across, down in _around():
        left, top = x + across - wide / 2, y + down - high / 2
        place = Rectangle(left, top, left + wide, top + high)
        inside = left > within.left and place.right < within.right and top > within.top and place.bottom < within.bottom
        if inside and not any(place.hits(other) for other in taken):
            return place, across, down
    return None


def _around() -> Iterator[tuple[float, float]]:
    """Steps away from the middle, nearer ones first."""
    for radius in RADII:
        turns = 1 if radius == 0 else 12
        for number in range(turns):
            turn = 2 * math.pi * number / turns + math.pi / 2
            yield radius * math.cos(turn) * 1.4, radius * math.sin(turn)


def _haloed(paper: Paper, text: str, x: float, y: float, size: float, colour: Colour, *, bold: bool = False) -> None:
    """Text on any ground: white around it."""
    with paper.pdf.local_context(draw_color=PAPER):
        paper.pdf.set_font_size(size)
        paper.pdf.set_line_width(0.7)
        paper.pdf.text_mode = TextMode.STROKE
        paper.pdf.text(x, y + size * PER_POINT * 1.05, text)
    paper.write(text, x, y, size, colour, bold=bold)


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
    _scale(paper, frame, x, bottom - 6, wide, say)
    tip = bottom - 24
    if tip > y:
        paper.pdf.set_fill_color(*INK)
        paper.pdf.polygon([(x + 4, tip), (x + 1.6, tip + 8), (x + 4, tip + 6), (x + 6.4, tip + 8)], style="F")
        paper.middle(block.north, x + 4, tip + 8.4, 8, INK, bold=True)


def _swatch(paper: Paper, which: str, x: float, y: float) -> None:
    box = shapely.box(x, y, x + 7, y + 3.6)
    if which == "gap":
        paper.box(x, y, 7, 3.6, rgb(palette.RAMP[2]))
        _fill(paper, [box], "hatch")
    elif which == "hidden":
        paper.box(x, y, 7, 3.6, WITHHELD)
    else:
        paper.box(x, y, 7, 3.6, PAPER)
        _fill(paper, [box], "dots" if which == "doubt" else "crosses")
        paper.pdf.set_draw_color(*FRAME)
        paper.pdf.set_line_width(0.2)
        paper.pdf.rect(x, y, 7, 3.6, style="D")


def _scale(paper: Paper, frame: Frame, x: float, y: float, wide: float, say: Say) -> None:
    """A bar of a round number of metres."""
    most = wide * 0.8 / frame.scale
    metres = next((step for step in (nice(most / 2), nice(most / 4), nice(most / 10)) if step <= most), most)
    end = x + metres * frame.scale
    paper.box(x, y, (end - x) / 2, 1.3, INK)
    paper.pdf.set_draw_color(*INK)
    paper.pdf.set_line_width(0.2)
    paper.pdf.rect(x, y, end - x, 1.3, style="D")
    words = say("unit.km", km=f"{metres / 1000:g}") if metres >= 1000 else say("unit.m", metres=f"{metres:g}")
    paper.write("0", x - 0.4, y + 1.8, 7, GREY)
    paper.middle(words, end, y + 1.8, 7, GREY)
