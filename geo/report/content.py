"""What a report holds, whatever it is rendered as: words, figures, tables, a map, charts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal

import shapely

from geo.i18n import Language
from geo.words import Say, distance, percent

Kind = Literal["text", "count", "share", "metres", "area", "points"]
"""What a column's numbers are: how they are written, and what they mean in a workbook."""
Look = Literal["station", "station_synthetic", "station_doubtful", "new", "new_moved"]
"""How a place is drawn: by shape first, by colour besides."""


class Hidden(Enum):
    """A number that is not told."""

    WITHHELD = "withheld"


WITHHELD = Hidden.WITHHELD
Cell = str | int | float | Hidden | None
"""None and NaN: not known."""


@dataclass(frozen=True)
class Column:
    """One column of a table; ``wide``: its part of the width, relative to the others."""

    label: str
    kind: Kind = "text"
    wide: float = 1.0


@dataclass(frozen=True)
class Heading:
    """Begins a section."""

    text: str


@dataclass(frozen=True)
class Words:
    """Paragraphs; ``small`` for notes."""

    paragraphs: tuple[str, ...]
    small: bool = False


@dataclass(frozen=True)
class Pairs:
    """What is said of each thing, line by line; ``beside``: two to a line, where they are short."""

    rows: tuple[tuple[str, str], ...]
    beside: bool = False


@dataclass(frozen=True)
class Figure:
    """One number to be seen first: what it is, how much, and what it is out of."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """The numbers to be seen first, side by side."""

    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Grid:
    """A table. ``total``: the last row sums the others up; ``name``: what its sheet is called."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class Area:
    """A region on the map: polygon on the plane (metres), its share (NaN: nothing known; ``hidden``: not told)."""

    polygon: shapely.Geometry
    share: float
    name: str
    hidden: bool = False


@dataclass(frozen=True)
class Spot:
    """A place on the map, metres; a ``label`` stands beside it."""

    x: float
    y: float
    look: Look
    label: str = ""


@dataclass(frozen=True, eq=False)
class Map:
    """A map drawn as vectors. ``measure``: what the shading shows; ``gap``, ``doubtful``, ``no_data``, ``hidden``,
    ``looks``: the legend's words, ``""`` and left out for what is not drawn; ``notice`` stands below.
    """

    title: str
    areas: tuple[Area, ...]
    gaps: tuple[shapely.Geometry, ...]
    doubtful: tuple[shapely.Geometry, ...]
    spots: tuple[Spot, ...]
    measure: str
    gap: str
    doubtful_words: str
    no_data: str
    hidden: str
    looks: tuple[tuple[Look, str], ...]
    north: str
    notice: str


@dataclass(frozen=True)
class Heat:
    """Shares of 0 to 1 by row and column (NaN: nothing known), darker for less; ``marked`` (row, column) is framed."""

    name: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]
    marked: tuple[int, int] | None
    low: str
    high: str
    note: str = ""


@dataclass(frozen=True)
class Curve:
    """A line through (x, y), drawn as steps where ``steps``; ``marked`` is an x that is pointed at.

    ``y_kind`` share: the y axis goes from 0 to 100 %.
    """

    name: str
    title: str
    x_label: str
    y_label: str
    points: tuple[tuple[float, float], ...]
    x_kind: Kind
    y_kind: Kind
    marked: float | None = None
    note: str = ""


Block = Heading | Words | Pairs | Figures | Grid | Map | Heat | Curve


@dataclass(frozen=True, eq=False)
class Report:
    """A whole report. ``mark``: said on every page of what is made up, ``""`` for none; ``dated``: as of when, and when
    made; ``foot`` stands below every page. ``words_sheet``: what a workbook's sheet of words is called where it is to
    be the last one, ``""`` where it is the first and called as usual.
    """

    title: str
    subtitle: str
    mark: str
    dated: str
    foot: str
    blocks: tuple[Block, ...]
    language: Language
    printed: datetime
    file: str
    words_sheet: str = ""


def known(cell: Cell) -> bool:
    """Whether there is anything to show."""
    return cell is not None and not isinstance(cell, Hidden) and not (isinstance(cell, float) and math.isnan(cell))


def shown(cell: Cell, kind: Kind, say: Say) -> str:
    """A cell in words: a dash for what is not known, a star for what is not told."""
    if isinstance(cell, Hidden):
        return say("report_file.withheld")
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return say("total.none")
    if isinstance(cell, str):
        return cell
    match kind:
        case "share":
            return percent(cell, say)
        case "metres":
            return distance(cell, say)
        case "area" | "points":
            return f"{cell:,.1f}"
    return f"{cell:,.0f}"
