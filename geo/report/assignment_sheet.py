"""Who goes where on one sheet: A4 across, the map by team on the left, the table of teams on the right, notes below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import numpy as np
import shapely

from geo.district import District
from geo.fieldwork.told import Told, ToldPosition
from geo.i18n import Language, translate
from geo.report import asked
from geo.report.assignment import assignment_report, findings, grounds, mark, method, one_name
from geo.report.assignment_table import table, team_colour
from geo.report.drawing import Frame, Rectangle, framed, free, haloed, north, patterned, polygons, scale_bar
from geo.report.paper import Paper
from geo.text import clean
from geo.typeset import GREY, INK, PAPER, PER_POINT, RED, Colour
from geo.words import Say

# Millimetres.
WIDTH, HEIGHT, MARGIN = 297.0, 210.0, 10.0
MAP_WIDE, GAP = 152.0, 5.0
TABLE_LEFT = MARGIN + MAP_WIDE + GAP
TABLE_WIDE = WIDTH - MARGIN - TABLE_LEFT
LEGEND_HIGH, NOTES_TOP, FOOT = 11.0, 178.0, 203.0
NOTE_SIZES = (6.8, 6.2, 5.6, 5.0)
STEP = 1.4
GROUND, LINE = (252, 251, 248), (205, 200, 188)
OUTSIDE, FAINT, BORDER = (236, 233, 226), (160, 155, 145), (90, 86, 78)
TOGETHER = 2.6
LED_FROM, NEAR, FAR = 2.2, 5.0, 8.0
"""Marks nearer than this to one another are drawn side by side; a name farther than the second
from its middle is led to; within the third it is set in full size. The
name of a mark is never farther away than the last."""


class Label(NamedTuple):
    """A name near x, y of the page, and what stands there where that finds no place."""

    x: float
    y: float
    area: float
    text: str
    short: str


def assignment_sheet(district: District, found: Told, language: Language, printed: datetime) -> bytes:
    """The version on one page, the same bytes for the same version. GongtuError where there is no font."""
    say: Say = partial(translate, language=language)
    report = assignment_report(district, found, language, printed)
    paper = Paper(report, say, landscape=True)
    paper.box(0, 0, WIDTH, 2.6, RED)
    marks = mark(found, say)
    end = WIDTH - MARGIN
    for words in reversed(marks):
        wide = min(paper.width(words, 8.5) + 6, 120)
        paper.box(end - wide, 6.4, wide, 6.2, INK)
        paper.write(paper.cut(words, wide - 4, 8.5), end - wide + 3, 7.5, 8.5, PAPER, bold=True)
        end -= wide + 3
    paper.write(paper.cut(report.title, end - MARGIN - 4, 16), MARGIN, 6.2, 16, INK, bold=True)
    y = paper.lines(paper.wrap(report.subtitle, WIDTH - 2 * MARGIN, 9.6)[:2], MARGIN, 14.6, 9.6, RED)
    y = paper.lines([paper.cut(report.dated, WIDTH - 2 * MARGIN, 7.6)], MARGIN, y + 0.4, 7.6, GREY) + 1.6
    _map(paper, district, found, y, NOTES_TOP - 2 - y, say, language)
    table(paper, found, TABLE_LEFT, y, TABLE_WIDE, NOTES_TOP - 2 - y, say, language)
    _notes(paper, district, found, say, language)
    paper.rule(MARGIN, FOOT, WIDTH - MARGIN)
    paper.lines([paper.cut(report.foot, WIDTH - 2 * MARGIN, 6.8)], MARGIN, FOOT + 0.8, 6.8, GREY)
    return bytes(paper.pdf.output())


def _map(paper: Paper, district: District, found: Told, y: float, high: float, say: Say, language: Language) -> None:
    """Each region in its team's colour, with number and name; what is no region as a triangle; the legend below."""
    shapes = {
        str(code): shape
        for code, shape in zip(district.regions["code"], district.regions_m.geometry, strict=True)
        if shape is not None and not shape.is_empty
    }
    grounds = {one.region: one for one in found.positions if one.kind == "region" and one.region in shapes}
    points = [one for one in found.positions if grounds.get(one.region) is not one and math.isfinite(one.lon)]
    inner = high - LEGEND_HIGH
    paper.box(MARGIN, y, MAP_WIDE, inner, GROUND)
    if shapes:
        outline = shapely.union_all(list(shapes.values()))
        frame = framed(outline, MARGIN, y, MAP_WIDE, inner)
        with paper.pdf.rect_clip(MARGIN, y, MAP_WIDE, inner):
            _areas(paper, shapes, grounds, frame)
            polygons(paper, frame.drawn(outline), None, BORDER, 0.4)
            labels = [_ground_label(shape, code, grounds, frame, district, language) for code, shape in shapes.items()]
            marks = _marks(paper, district, points, frame, language)
            _labels(paper, labels, marks, Rectangle(MARGIN, y, MARGIN + MAP_WIDE, y + inner))
        paper.pdf.set_fill_color(*PAPER)  # what was last set was set within the clip, and fpdf does not set it again
        scale_bar(paper, frame, MARGIN + 3, y + inner - 7, 46, say)
        north(paper, MARGIN + 2, y + 3, say("report_file.north"))
    paper.pdf.set_draw_color(*LINE)
    paper.pdf.set_line_width(0.25)
    paper.pdf.rect(MARGIN, y, MAP_WIDE, inner, style="D")
    _legend(paper, district, found, bool(shapes.keys() - grounds.keys()), bool(points), y + inner + 1.6, say, language)


def _areas(paper: Paper, shapes: dict[str, shapely.Geometry], grounds: dict[str, ToldPosition], frame: Frame) -> None:
    """The fills, then the borders: thick between teams, thin within one."""
    for code, shape in shapes.items():
        position = grounds.get(code)
        polygons(paper, frame.drawn(shape), OUTSIDE if position is None else team_colour(position.number))
    nobody = [code for code, position in grounds.items() if not position.number]
    if nobody:
        patterned(paper, [frame.drawn(shapes[code]) for code in nobody], "hatch")
    for code, shape in shapes.items():
        of_team = code in grounds and grounds[code].number
        polygons(paper, frame.drawn(shape), None, *((PAPER, 0.3) if of_team else (FAINT, 0.2)))
    for number in {position.number for position in grounds.values()} - {0}:
        own = [shapes[code] for code, position in grounds.items() if position.number == number]
        polygons(paper, frame.drawn(shapely.union_all(own)), None, BORDER, 0.45)


def _ground_label(
    shape: shapely.Geometry,
    code: str,
    grounds: dict[str, ToldPosition],
    frame: Frame,
    district: District,
    language: Language,
) -> Label:
    position = grounds.get(code)
    middle = shapely.maximum_inscribed_circle(shape, tolerance=200).coords[0]
    x, y = frame.at(*middle)
    if position is None:
        row = district.regions[district.regions["code"] == code].iloc[0]
        name = str((language == "en" and row["name_en"]) or row["name"])
        return Label(x, y, shape.area, clean(name), "")
    return Label(x, y, shape.area, *_text(position, language))


def _text(position: ToldPosition, language: Language) -> tuple[str, str]:
    name = clean(one_name(position, language))
    return (f"{position.number} {name}", str(position.number)) if position.number else (name, "")


def _marks(
    paper: Paper, district: District, points: Sequence[ToldPosition], frame: Frame, language: Language
) -> list[Label]:
    """Draws the triangles, those at one place side by side; the labels that belong to them."""
    if not points:
        return []
    lon, lat = ([getattr(one, part) for one in points] for part in ("lon", "lat"))
    x, y = district.plane.project(np.array(lon), np.array(lat))
    taken: list[tuple[float, float]] = []
    labels = []
    for one, east, up in zip(points, x.tolist(), y.tolist(), strict=True):
        px, py = frame.at(east, up)
        while any(math.hypot(px - ox, py - oy) < TOGETHER for ox, oy in taken):
            px += TOGETHER + 0.6
        taken.append((px, py))
        triangle(paper, px, py, team_colour(one.number))
        labels.append(Label(px, py, 0.0, *_text(one, language)))
    return labels


def triangle(paper: Paper, x: float, y: float, colour: Colour, size: float = 1.7) -> None:
    """The mark of a position that is no region."""
    paper.pdf.set_fill_color(*colour)
    paper.pdf.set_draw_color(*INK)
    paper.pdf.set_line_width(0.35)
    corners = [(x, y - size), (x + size, y + 0.8 * size), (x - size, y + 0.8 * size)]
    paper.pdf.polygon(corners, style="DF")


def _labels(paper: Paper, labels: Sequence[Label], marks: Sequence[Label], within: Rectangle) -> None:
    """Names where nothing is yet and off the middles of other grounds, those of marks first, then the smallest grounds;
    smaller rather than far away; led to from farther off; the number alone where the name finds no place.
    """
    count = len(labels) + len(marks)
    size = 6.8 if count <= 60 else 5.4 if count <= 120 else 4.4
    taken = [Rectangle(one.x - 1.9, one.y - 1.9, one.x + 1.9, one.y + 1.6) for one in marks]
    middles = {one: Rectangle(one.x - 0.8, one.y - 0.8, one.x + 0.8, one.y + 0.8) for one in labels}
    for one in (*marks, *sorted(labels, key=lambda label: (label.area, label.text))):
        others = [*taken, *(middle for label, middle in middles.items() if label is not one)]
        far = math.inf if one.area else FAR
        tries = ((one.text, size, NEAR), (one.text, 0.85 * size, far), (one.short, size, far))
        for text, points, most in tries:
            text = paper.cut(text, 46, points)
            spot = free(one.x, one.y, paper.width(text, points), points * PER_POINT * 1.15, others, within)
            if not text or spot is None or math.hypot(spot[1], spot[2]) > most:
                continue
            place, across, down = spot
            if math.hypot(across, down) > (LED_FROM if one.area else NEAR):
                _lead(paper, one, place)
            taken.append(place)
            haloed(paper, text, place.left, place.top, points, INK)
            break


def _lead(paper: Paper, one: Label, place: Rectangle) -> None:
    """A line from the mark, or from a dot in the middle of the ground, to the nearest side of its name."""
    x = min(max(one.x, place.left), place.right)
    y = min(max(one.y, place.top), place.bottom)
    paper.line(one.x, one.y, x, y, INK, 0.15)
    if one.area:
        paper.pdf.set_fill_color(*INK)
        paper.pdf.circle(one.x, one.y, 0.45, style="F")


def _legend(
    paper: Paper,
    district: District,
    found: Told,
    outside: bool,
    points: bool,
    y: float,
    say: Say,
    language: Language,
) -> None:
    """What is drawn besides the teams' colours, which the table has; and what the boundaries are."""
    size, x = 7.0, MARGIN
    for there, key in ((points, "points"), (bool(found.unassigned), "unassigned"), (outside, "outside")):
        if not there:
            continue
        box = shapely.box(x, y, x + 6, y + 3.2)
        if key == "points":
            triangle(paper, x + 3, y + 1.7, OUTSIDE, 1.5)
        elif key == "outside":
            paper.box(x, y, 6, 3.2, OUTSIDE)
        else:
            paper.box(x, y, 6, 3.2, PAPER)
            patterned(paper, [box], "hatch")
            polygons(paper, box, None, LINE, 0.2)
        words = say(f"assignment_file.legend_{key}")
        paper.write(words, x + 7.2, y, size, INK)
        x += 7.2 + paper.width(words, size) + 6
    notice = say("assignment_file.map_notice", boundary=asked.boundary(district, language))
    paper.lines([paper.cut(notice, MAP_WIDE, size)], MARGIN, y + 4.4, size, GREY)


def _ended(sentence: str, say: Say) -> str:
    """The sentence with a full stop."""
    return sentence if sentence[-1:] in "。.!?" else sentence + say("assignment_file.stop")


def _notes(paper: Paper, district: District, found: Told, say: Say, language: Language) -> None:
    """How it was worked out, on what it stands, whether it holds on today's ground: in three columns."""

    def told(pairs: Sequence[tuple[str, str]]) -> str:
        colon = say("assignment_file.colon")
        return " ".join(_ended(f"{head}{colon}{text}" if head else text, say) for head, text in pairs)

    texts = (
        (say("report_file.method"), told(method(found, say))),
        (say("report_file.grounds"), told(grounds(district, found, say, language))),
        (
            say("assignment_file.checked"),
            " ".join(_ended(one, say) for one in findings(district, found, say, language)),
        ),
    )
    parts, x = (0.4, 0.36, 0.24), MARGIN
    for (head, words), part in zip(texts, parts, strict=True):
        wide = (WIDTH - 2 * MARGIN - 2 * GAP) * part
        paper.write(head, x, NOTES_TOP, 7.4, RED, bold=True)
        room = FOOT - NOTES_TOP - 4.6
        for size in NOTE_SIZES:
            lines = paper.wrap(words, wide, size, at_most=4000)
            most = int(room / (size * PER_POINT * STEP))
            if len(lines) <= most:
                break
        else:
            lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
        for number, line in enumerate(lines):
            paper.write(line, x, NOTES_TOP + 4.0 + number * size * PER_POINT * STEP, size, INK)
        x += wide + GAP
