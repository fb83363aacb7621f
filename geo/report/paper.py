"""The pages of a report: where the next thing goes, when a page is full, what stands above and below each."""

from __future__ import annotations

from collections.abc import Sequence

from geo.report.content import Report
from geo.typeset import GREY, INK, LEADING, PAPER, PER_POINT, RED, Colour, Sheet
from geo.words import Say

# Millimetres.
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0
INNER = WIDTH - 2 * MARGIN
TOP, BOTTOM = 22.0, 277.0
MARK_WIDE = 70.0


class Paper(Sheet):
    """``y`` is where the next thing on the page begins."""

    def __init__(self, report: Report, say: Say, *, landscape: bool = False) -> None:
        """``landscape`` pages are for whoever sets them: ``turn`` and ``number`` know upright ones."""
        super().__init__(report.title, report.language, report.printed, landscape=landscape)
        self._report = report
        self._say = say
        self.y = TOP

    def write(self, line: str, x: float, top: float, size: float, colour: Colour = INK, *, bold: bool = False) -> None:
        """One line of what the font has of it."""
        line = "".join(" " if letter.isspace() else letter for letter in self.drawable(line))
        super().write(line, x, top, size, colour, bold=bold)

    def need(self, height: float) -> bool:
        """Turns the page unless so much room is left on it; whether it did."""
        if self.y + height <= BOTTOM:
            return False
        self.turn()
        return True

    def turn(self) -> None:
        """A new page with its running head."""
        self.pdf.add_page()
        report = self._report
        self.box(0, 0, WIDTH, 1.6, RED)
        mark = report.mark.split(" ")[0]
        end = WIDTH - MARGIN
        if mark:
            mark = self.cut(mark, MARK_WIDE, 8)
            wide = self.width(mark, 8) + 5
            self.box(end - wide, 9.2, wide, 5.4, INK)
            self.write(mark, end - wide + 2.5, 10.1, 8, PAPER, bold=True)
            end -= wide + 3
        self.write(self.cut(f"{report.title} · {report.subtitle}", end - MARGIN, 8), MARGIN, 10.1, 8, GREY)
        self.rule(MARGIN, 16.4, WIDTH - MARGIN)
        self.y = TOP

    def number(self) -> None:
        """What stands below every page, with its number: once all are there."""
        pages = self.pdf.page
        for page in range(1, pages + 1):
            self.pdf.page = page
            self.pdf.set_font_size(1)  # what was last set was set on another page
            self.pdf.set_draw_color(*INK)
            self.pdf.set_line_width(1)
            text = self._say("report_file.page", page=page, pages=pages)
            wide = self.width(text, 8)
            self.rule(MARGIN, 282.5, WIDTH - MARGIN)
            foot = self.wrap(self._report.foot, INNER - wide - 8, 7)[:2]
            self.lines(foot, MARGIN, 284, 7, GREY)
            self.write(text, WIDTH - MARGIN - wide, 284, 8, GREY)

    def rule(self, x: float, y: float, end: float, colour: Colour = (200, 196, 186), width: float = 0.2) -> None:
        """A level line."""
        self.line(x, y, end, y, colour, width)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: Colour, width: float = 0.2) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(width)
        self.pdf.line(x1, y1, x2, y2)

    def lines(
        self, lines: Sequence[str], x: float, y: float, size: float, colour: Colour = INK, *, bold: bool = False
    ) -> float:
        """Lines of text one below the other; where they end."""
        step = size * PER_POINT * LEADING
        for line in lines:
            self.write(line, x, y, size, colour, bold=bold)
            y += step
        return y

    def right(self, text: str, end: float, y: float, size: float, colour: Colour = INK, *, bold: bool = False) -> None:
        """A line of text that ends at ``end``."""
        self.write(text, end - self.width(text, size), y, size, colour, bold=bold)

    def middle(self, text: str, x: float, y: float, size: float, colour: Colour = INK, *, bold: bool = False) -> None:
        """A line of text with its middle at ``x``."""
        self.write(text, x - self.width(text, size) / 2, y, size, colour, bold=bold)
