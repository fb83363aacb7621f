"""Posters: one A4 page with a large QR code, to be printed and hung at a station or in a town."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import segno

from geo.i18n import Language
from geo.typeset import GREY, INK, LEADING, PALE, PAPER, PER_POINT, RED, Colour, Sheet

# Millimetres.
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0
INNER = WIDTH - 2 * MARGIN
BAND, BAR, FOOT = 40.0, 13.0, 25.0
CODE, CODE_AT_LEAST = 134.0, 60.0
HEADINGS, GAP, FRAME = 28.0, 5.0, 1.2

QUIET_ZONE = 4  # modules, as the standard asks
SMALLEST = 7
WATERMARK_AT_MOST = 6  # characters


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


class _Sheet(Sheet):
    """The page being set."""

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
            lines = self.wrap(text, INNER, size)
            if len(lines) <= at_most:
                break
        if len(lines) <= at_most and bold:
            lines = self.balanced(text, INNER, size)
        if len(lines) > at_most:
            lines = [*lines[: at_most - 1], self.cut("".join(lines[at_most - 1 :]), INNER, size)]
        step = size * PER_POINT * LEADING
        for number, line in enumerate(lines if draw else ()):
            x = (WIDTH - self.width(line, size)) / 2 if centred else MARGIN
            self.write(line, x, y + number * step, size, colour, bold=bold)
        return y + len(lines) * step

    def rows(self, lines: Sequence[Line], y: float, *, size: float, until: float = HEIGHT, draw: bool = True) -> float:
        """Headings in one column, what is said in the other, from ``y`` down to ``until`` at most; where they end."""
        step = size * PER_POINT * LEADING
        for heading, text in lines:
            wrapped = self.wrap(text, INNER - HEADINGS, size)
            if draw and y + step > until:
                break
            if draw:
                room = max(1, int((until - y) / step))
                if len(wrapped) > room:
                    rest = "".join(wrapped[room - 1 :])
                    wrapped = [*wrapped[: room - 1], self.cut(rest, INNER - HEADINGS, size)]
                self.write(self.cut(heading, HEADINGS - 2, size), MARGIN, y, size, RED, bold=True)
                for number, line in enumerate(wrapped):
                    self.write(line, MARGIN + HEADINGS, y + number * step, size, INK)
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
                    self.write(word, x, y, 44, PALE, bold=True)
