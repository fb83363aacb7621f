"""What maps on paper are drawn with: metres set to millimetres, areas, patterns, names that keep apart, the scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from fpdf.enums import TextMode

from geo.layers import palette
from geo.report.charts import nice, rgb
from geo.report.paper import Paper
from geo.typeset import GREY, INK, PAPER, PER_POINT, Colour
from geo.words import Say

NO_DATA, DOUBT = (214, 214, 214), (88, 110, 140)
HATCH, DOTS = 1.7, 1.5
NAME_SIZE = 6.8
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


def framed(outline: shapely.Geometry, x: float, y: float, wide: float, high: float) -> Frame:
    west, south, east, north = outline.bounds
    margin = 5.0
    scale = min((wide - 2 * margin) / max(east - west, 1), (high - 2 * margin) / max(north - south, 1))
    left = x + (wide - (east - west) * scale) / 2
    top = y + (high - (north - south) * scale) / 2
    return Frame(west, north, scale, left, top)


def polygons(
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


def patterned(paper: Paper, shapes: Sequence[shapely.Geometry], pattern: str) -> None:
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


def names(
    paper: Paper,
    named: Sequence[tuple[shapely.Geometry, str]],
    frame: Frame,
    taken: Sequence[Rectangle],
    within: Rectangle,
    size: float = NAME_SIZE,
) -> None:
    """Every area's name, near its middle where nothing is yet, the smallest areas first; led to by a line from
    farther away. Areas in metres.
    """
    high = size * PER_POINT * 1.15
    taken = list(taken)
    for area, name in sorted(named, key=lambda one: (one[0].area, one[1])):
        if area.is_empty:
            continue
        middle = shapely.maximum_inscribed_circle(area, tolerance=200).coords[0]
        x, y = frame.at(*middle)
        text = paper.cut(name, 40, size)
        wide = paper.width(text, size)
        found = free(x, y, wide, high, taken, within)
        if found is None:
            continue
        place, across, down = found
        if math.hypot(across, down) > LED_FROM:
            paper.line(x, y, x + across * 0.75, y + down * 0.75, GREY, 0.15)
        taken.append(place)
        haloed(paper, text, place.left, place.top, size, INK)


def free(
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


def haloed(paper: Paper, text: str, x: float, y: float, size: float, colour: Colour, *, bold: bool = False) -> None:
    """Text on any ground: white around it."""
    with paper.pdf.local_context(draw_color=PAPER):
        paper.pdf.set_font_size(size)
        paper.pdf.set_line_width(0.7)
        paper.pdf.text_mode = TextMode.STROKE
        paper.pdf.text(x, y + size * PER_POINT * 1.05, text)
    paper.write(text, x, y, size, colour, bold=bold)


def north(paper: Paper, x: float, tip: float, word: str) -> None:
    """An arrow to the north with its tip at ``tip`` and the word below it."""
    paper.pdf.set_fill_color(*INK)
    paper.pdf.polygon([(x + 4, tip), (x + 1.6, tip + 8), (x + 4, tip + 6), (x + 6.4, tip + 8)], style="F")
    paper.middle(word, x + 4, tip + 8.4, 8, INK, bold=True)


def scale_bar(paper: Paper, frame: Frame, x: float, y: float, wide: float, say: Say) -> None:
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
