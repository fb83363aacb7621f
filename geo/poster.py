"""Posters: one A4 page with a large QR code, to be printed and hung at a station or in a town.

The font is Noto Sans SC (SIL Open Font License), which a package brings along: no font has to be installed, neither
here nor where the page is read or printed, and only the characters used are embedded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

import segno
from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont
from pylopdf_fonts_zh_cn import sans_path

from geo.i18n import Language

# Millimetres.
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0
INNER = WIDTH - 2 * MARGIN
BAND, BAR, FOOT = 40.0, 13.0, 25.0
CODE, CODE_AT_LEAST = 134.0, 60.0
HEADINGS, GAP, FRAME = 28.0, 5.0, 1.2
PER_POINT = 25.4 / 72

LEADING = 1.32
QUIET_ZONE = 4  # modules, as the standard asks
SMALLEST = 7
WATERMARK_AT_MOST = 6  # characters
FONT = "NotoSansSC"
TAGS = MappingProxyType({"zh": "zh-CN", "en": "en"})

Colour = tuple[int, int, int]
INK, GREY, PAPER, RED, PALE = (33, 37, 41), (92, 99, 106), (255, 255, 255), (200, 22, 29), (250, 226, 226)

# Lines break at blanks and between Chinese characters, not before CLOSING and not after OPENING.
CLOSING, OPENING = "，。、；：！？）》」』”’…—·", "（《「『“‘"
TEXT_AT_MOST = 300
"""Characters of one text that are set: more would not fit on the page, and to measure them takes long."""
UNIT = re.compile(rf"\s+|[{OPENING}]*(?:[!-~\u00a1-\u024f–]+|[^\s{OPENING}]|[{OPENING}](?=\s|$))[{CLOSING}]*")
QUOTES = ((re.compile(r"(?<=[A-Za-z])[‘’]|[‘’](?=[A-Za-z])"), "'"), (re.compile(r"(?<=[!-~])”|“(?=[!-~])"), '"'))


class Line(NamedTuple):
    """One thing said below the code: what it is about, and what is said."""

    heading: str
    text: str


def poster(
    *,
    over: str,
    headline: str,
    title: str,
    subtitle: str,
    address: str,
    url: str,
    language: Language,
    lines: Sequence[Line],
    foot: str,
    printed: datetime,
    mark: str = "",
) -> bytes:
    """A page of A4 as PDF, the same bytes for the same words and the same time ``printed``: a band with ``headline``
    and, smaller, ``over``; the ``title``, what it is and where; the code that leads to ``url``, and the URL to be
    typed; ``lines``; the ``foot``.

    A ``mark`` stands below the band, above the foot and behind everything, for what is made up. Words too long for
    their place are set smaller, then cut with an ellipsis; the code keeps at least ``CODE_AT_LEAST`` mm. Characters
    that the font does not have are left out.
    """
    sheet = _Sheet(title, language, printed)
    sheet.watermark(mark)
    sheet.box(0, 0, WIDTH, BAND, RED)
    sheet.block(over, 6, sizes=(13, 11, 9), colour=PAPER)
    sheet.block(headline, 16, sizes=(36, 32, 28, 24, 20), colour=PAPER, bold=True)
    y = sheet.bar(mark, BAND)
    y = sheet.block(title, y + GAP, sizes=(42, 36, 30, 26, 22), at_most=2, bold=True)
    y = sheet.block(subtitle, y, sizes=(16, 14, 12), at_most=2, colour=GREY)
    y = sheet.block(address, y + 1, sizes=(14, 12, 10), at_most=2)

    bottom = HEIGHT - FOOT - (BAR if mark else 0)
    below = sheet.block(url, 0, sizes=(13, 11, 9), at_most=2, draw=False) + 4 * GAP
    room = bottom - y - below
    side = max(CODE_AT_LEAST, min(CODE, room - sheet.rows(lines, 0, size=14, draw=False)))
    sheet.code(url, (WIDTH - side) / 2, y + GAP, side)
    y = sheet.block(url, y + 1.5 * GAP + side, sizes=(13, 11, 9), at_most=2, centred=True, colour=GREY) + GAP
    sizes = range(16, SMALLEST, -1)
    fits = (size for size in sizes if y + sheet.rows(lines, 0, size=size, draw=False) <= bottom)
    sheet.rows(lines, y, size=next(fits, SMALLEST), until=bottom)
    sheet.bar(mark, bottom)
    sheet.block(foot, HEIGHT - FOOT + 4, sizes=(9, 8, SMALLEST), at_most=3, colour=GREY)
    return bytes(sheet.pdf.output())


class _Sheet:
    """The page being set. Lengths are millimetres from the top left corner, sizes of type are points."""

    def __init__(self, title: str, language: Language, printed: datetime) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.set_creation_date(printed)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_lang(TAGS[language])
        self.pdf.set_title(title)
        self.pdf.add_font(FONT, fname=sans_path())
        self.pdf.set_font(FONT)
        self.pdf.add_page()
        font = self.pdf.current_font
        assert isinstance(font, TTFFont)
        self._known = font.cmap

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(x, y, width, height, style="F")

    def block(
        self,
        text: str,
        y: float,
        *,
        sizes: Sequence[float],
        at_most: int = 1,
        colour: Colour = INK,
        bold: bool = False,
        centred: bool = False,
        draw: bool = True,
    ) -> float:
        """``text`` from ``y`` down in the largest of ``sizes`` in which it takes ``at_most`` lines; where it ends."""
        for size in sizes:
            lines = self._wrap(text, INNER, size)
            if len(lines) <= at_most:
                break
        if len(lines) <= at_most and bold:  # lines of about one length
            narrower = (self._wrap(text, INNER * part / 20, size) for part in range(10, 20))
            lines = next((tried for tried in narrower if len(tried) == len(lines)), lines)
        if len(lines) > at_most:
            lines = [*lines[: at_most - 1], self._cut("".join(lines[at_most - 1 :]), INNER, size)]
        step = size * PER_POINT * LEADING
        for number, line in enumerate(lines if draw else ()):
            x = (WIDTH - self._width(line, size)) / 2 if centred else MARGIN
            self._write(line, x, y + number * step, size, colour, bold=bold)
        return y + len(lines) * step

    def rows(self, lines: Sequence[Line], y: float, *, size: float, until: float = HEIGHT, draw: bool = True) -> float:
        """Headings in one column, what is said in the other, from ``y`` down to ``until`` at most; where they end."""
        step = size * PER_POINT * LEADING
        for heading, text in lines:
            wrapped = self._wrap(text, INNER - HEADINGS, size)
            if draw and y + step > until:
                break
            if draw:
                room = max(1, int((until - y) / step))
                if len(wrapped) > room:
                    rest = "".join(wrapped[room - 1 :])
                    wrapped = [*wrapped[: room - 1], self._cut(rest, INNER - HEADINGS, size)]
                self._write(self._cut(heading, HEADINGS - 2, size), MARGIN, y, size, RED, bold=True)
                for number, line in enumerate(wrapped):
                    self._write(line, MARGIN + HEADINGS, y + number * step, size, INK)
            y += max(1, len(wrapped)) * step + size * PER_POINT * 0.35
        return y

    def code(self, url: str, x: float, y: float, side: float) -> None:
        """The QR code of ``url`` with its quiet zone, on white, ``side`` wide."""
        matrix = [list(row) for row in segno.make_qr(url, error="m").matrix_iter(border=QUIET_ZONE)]
        module = side / len(matrix)
        self.box(x, y, side, side, PAPER)
        with self.pdf.local_context(draw_color=RED, line_width=FRAME):
            self.pdf.rect(x, y, side, side, style="D", round_corners=True, corner_radius=4)
        self.pdf.set_fill_color(0, 0, 0)
        for row, modules in enumerate(matrix):
            column = 0
            for dark, run in groupby(modules):
                length = len(list(run))
                if dark:  # a little higher than the row, so that no hairline shows between two
                    self.pdf.rect(x + column * module, y + row * module, length * module, module * 1.02, style="F")
                column += length

    def bar(self, mark: str, y: float) -> float:
        """A black bar across the page that says ``mark``; where it ends. Nothing for no mark."""
        if not mark:
            return y
        self.box(0, y, WIDTH, BAR, INK)
        self.block(mark, y + 3, sizes=(17, 14, 11, 9), colour=PAPER, bold=True, centred=True)
        return y + BAR

    def watermark(self, mark: str) -> None:
        """The first word of ``mark`` all over the page and its edges, pale and aslant."""
        word = mark.split(" ")[0][:WATERMARK_AT_MOST]
        for row in range(7 if word else 0):
            for column in range(4):
                x, y = column * 58.0 + row % 2 * 29 - 20, 70 + row * 36.0
                with self.pdf.rotation(30, x, y):
                    self._write(word, x, y, 44, PALE, bold=True)

    def _write(self, line: str, x: float, top: float, size: float, colour: Colour, *, bold: bool = False) -> None:
        """One line of text; bold by an outline in its colour, as the font has one weight."""
        self.pdf.set_font_size(size)
        baseline = top + size * PER_POINT * 1.05
        with self.pdf.local_context(text_color=colour, draw_color=colour, fill_color=colour):
            if bold:
                self.pdf.set_line_width(size * PER_POINT / 32)
                self.pdf.text_mode = TextMode.FILL_STROKE
            self.pdf.text(x, baseline, line)

    def _width(self, text: str, size: float) -> float:
        self.pdf.set_font_size(size)
        return float(self.pdf.get_string_width(text))

    def _wrap(self, text: str, width: float, size: float) -> list[str]:
        """The lines of ``text``; a word wider than a line is broken where the line ends."""
        lines, line = [], ""
        for unit in UNIT.findall(self._drawable(text)):
            if self._width(line + unit.rstrip(), size) <= width:
                line += " " if unit.isspace() else unit
                continue
            if line.strip():
                lines.append(line.strip())
            line = unit.lstrip()
            while self._width(line, size) > width:
                fits = (end for end in range(len(line) - 1, 1, -1) if self._width(line[:end], size) <= width)
                end = next(fits, 1)
                lines.append(line[:end])
                line = line[end:]
        return [*lines, line.strip()] if line.strip() else lines

    def _cut(self, text: str, width: float, size: float) -> str:
        """``text`` if it fits in one line, else as much of it as does, and an ellipsis."""
        text = self._drawable(text)
        if self._width(text, size) <= width:
            return text
        while text and self._width(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text}…"

    def _drawable(self, text: str) -> str:
        """What the font has of ``text``; English quotes straight, as the font's curled ones are as wide as Chinese."""
        text = text[:TEXT_AT_MOST]
        for curled, straight in QUOTES:
            text = curled.sub(straight, text)
        return "".join(c for c in text if c.isspace() or ord(c) in self._known)
