"""Setting type on PDF pages, in Chinese and English: what posters and reports share.

The font is Noto Sans SC (SIL Open Font License), which a package brings along: no font has to be installed, neither
here nor where a page is read or printed, and only the characters used are embedded. Where the package is not there,
one of the system's is taken; where there is none either, that is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from geo.errors import GongtuError
from geo.i18n import Language

PACKAGE = "pylopdf_fonts_zh_cn"
SYSTEM_FONTS = (
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/simhei.ttf",
    "C:/Windows/Fonts/msyh.ttc",
)
"""Fonts with Chinese outlines of a kind that can be embedded, where systems have them."""
BEGINNINGS = (b"\x00\x01\x00\x00", b"true", b"OTTO", b"ttcf")
"""What a font's file begins with."""
NEEDED = "工图盲区覆盖职工"
"""What a font must have at least to be one for Chinese."""

PER_POINT = 25.4 / 72
"""Millimetres."""
LEADING = 1.32
TEXT_AT_MOST = 300
"""Characters of one text that are set, where nothing else is said: to measure more takes long."""
FONT = "NotoSansSC"
TAGS = MappingProxyType({"zh": "zh-CN", "en": "en"})

Colour = tuple[int, int, int]
INK, GREY, PAPER, RED, PALE = (33, 37, 41), (92, 99, 106), (255, 255, 255), (200, 22, 29), (250, 226, 226)

# Lines break at blanks and between Chinese characters, not before CLOSING and not after OPENING.
CLOSING, OPENING = "，。、；：！？）》」』”’…—·%℃", "（《「『“‘"
UNIT = re.compile(rf"\s+|[{OPENING}]*(?:[!-~\u00a1-\u024f–]+|[^\s{OPENING}]|[{OPENING}](?=\s|$))[{CLOSING}]*")
QUOTES = ((re.compile(r"(?<=[A-Za-z])[‘’]|[‘’](?=[A-Za-z])"), "'"), (re.compile(r"(?<=[!-~])”|“(?=[!-~])"), '"'))


def font_file() -> Path:
    """The file of a font that has Chinese. GongtuError where there is none, with what to do."""
    if find_spec(PACKAGE) is not None:
        packaged = Path(import_module(PACKAGE).sans_path())
        if packaged.is_file():
            return packaged
    for name in SYSTEM_FONTS:
        if Path(name).is_file():
            return Path(name)
    raise GongtuError("typeset.no_font", package=PACKAGE.replace("_", "-"))


class Sheet:
    """The pages being set. Lengths are millimetres from the top left corner, sizes of type are points; no page breaks
    by itself. The same words at the same time ``printed`` give the same bytes.
    """

    def __init__(self, title: str, language: Language, printed: datetime, *, landscape: bool = False) -> None:
        """GongtuError where there is no font, or the one there is has no Chinese."""
        file = font_file()
        with file.open("rb") as begun:
            if begun.read(4) not in BEGINNINGS:
                raise GongtuError("typeset.bad_font", file=file.name)
        self.pdf = FPDF("landscape" if landscape else "portrait", format="A4")
        self.pdf.set_creation_date(printed)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_lang(TAGS[language])
        self.pdf.set_title(title)
        try:
            self.pdf.add_font(FONT, fname=str(file))
        except Exception as error:  # fontTools says of a damaged file whatever it stumbles on
            raise GongtuError("typeset.bad_font", file=file.name) from error
        self.pdf.set_font(FONT)
        self.pdf.add_page()
        font = self.pdf.current_font
        assert isinstance(font, TTFFont)
        self._known = font.cmap
        if any(ord(letter) not in self._known for letter in NEEDED):
            font.ttfont.close()
            raise GongtuError("typeset.bad_font", file=file.name)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(x, y, width, height, style="F")

    def write(self, line: str, x: float, top: float, size: float, colour: Colour = INK, *, bold: bool = False) -> None:
        """One line of text; bold by an outline in its colour, as the font has one weight."""
        self.pdf.set_font_size(size)
        baseline = top + size * PER_POINT * 1.05
        with self.pdf.local_context(text_color=colour, draw_color=colour, fill_color=colour):
            if bold:
                self.pdf.set_line_width(size * PER_POINT / 32)
                self.pdf.text_mode = TextMode.FILL_STROKE
            self.pdf.text(x, baseline, line)

    def width(self, text: str, size: float) -> float:
        """How wide a line is, in millimetres."""
        self.pdf.set_font_size(size)
        return float(self.pdf.get_string_width(text))

    def wrap(self, text: str, width: float, size: float, *, at_most: int = TEXT_AT_MOST) -> list[str]:
        """The lines of the first ``at_most`` characters; a word wider than a line is broken where the line ends."""
        lines, line = [], ""
        for unit in UNIT.findall(self.drawable(text, at_most)):
            if self.width(line + unit.rstrip(), size) <= width:
                line += " " if unit.isspace() else unit
                continue
            if line.strip():
                lines.append(line.strip())
            line = unit.lstrip()
            while self.width(line, size) > width:
                fits = (end for end in range(len(line) - 1, 1, -1) if self.width(line[:end], size) <= width)
                end = next(fits, 1)
                lines.append(line[:end])
                line = line[end:]
        return [*lines, line.strip()] if line.strip() else lines

    def cut(self, text: str, width: float, size: float) -> str:
        """``text`` if it fits in one line, else as much of it as does, and an ellipsis."""
        text = self.drawable(text)
        if self.width(text, size) <= width:
            return text
        while text and self.width(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text}…"

    def balanced(self, text: str, width: float, size: float) -> list[str]:
        """``wrap``, with lines of about one length."""
        lines = self.wrap(text, width, size)
        narrower: Sequence[list[str]] = [self.wrap(text, width * part / 20, size) for part in range(10, 20)]
        return next((tried for tried in narrower if len(tried) == len(lines)), lines)

    def drawable(self, text: str, at_most: int = TEXT_AT_MOST) -> str:
        """What the font has of ``text``; English quotes straight, as the font's curled ones are as wide as Chinese."""
        text = text[:at_most]
        for curled, straight in QUOTES:
            text = curled.sub(straight, text)
        return "".join(c for c in text if c.isspace() or ord(c) in self._known)
