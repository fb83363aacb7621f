"""How QGIS draws an exported layer: its style document (QML), with the colours and shapes of the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

import pandas as pd

from geo.enterprises import UNION_STATUSES
from geo.export.layer import Asked, Extract
from geo.export.words import choices, header
from geo.facilities import KINDS
from geo.i18n import translate
from geo.layers import palette
from geo.schema import STANDINGS, Column

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
VERSION = "3.28.0"
PAPER = "#ffffff"
GREY = "#8a8f98"
NOTHING_KNOWN = "#f1f0ed"

MARKS = {
    "rest_station": ("circle", "#2f6f5e"),
    "mediation_kiosk": ("square", "#c8161d"),
    "mediation_workstation": ("diamond", "#284b8f"),
    "six_party_workstation": ("hexagon", "#284b8f"),
    "workers_home": ("pentagon", "#6b4a8b"),
    "reading_room": ("star", "#5a6b2f"),
}
"""QGIS's marker nearest to the map's own (assets/marks.svg), and its colour, by kind of facility."""
STEPS = {
    "none": ("square", palette.UNSERVED),
    "contacted": ("diamond", palette.UNSERVED),
    "willing": ("pentagon", palette.UNSERVED),
    "preparing": ("hexagon", palette.UNSERVED),
    "established": ("circle", palette.SERVED),
    "declined": ("triangle", palette.GAP),
    "closed": ("cross_fill", GREY),
}
"""Marker and colour by union status."""
# What stands in "kind" for a facility: SYNTHETIC after it when made up, PLANNED when not there yet, GONE when no more.
SYNTHETIC, PLANNED, GONE = " synthetic", " planned", "gone"
FACILITY = f"""CASE WHEN "state" IN ('closed', 'removed') THEN '{GONE}'
WHEN "state" = 'planned' THEN "kind" || '{PLANNED}'
WHEN "standing" = 'synthetic' THEN "kind" || '{SYNTHETIC}' ELSE "kind" END"""
ENTERPRISE = f"""CASE WHEN "standing" = 'synthetic' THEN "union_status" || '{SYNTHETIC}' ELSE "union_status" END"""

WORKED = f"""CASE WHEN "standing" = 'synthetic' THEN "kind" || '{SYNTHETIC}' ELSE "kind" END"""
WORK = (
    ("circle", palette.SERVED),
    ("square", palette.SERVED),
    ("diamond", palette.SERVED),
    ("triangle", palette.NEW),
    ("pentagon", "#284b8f"),
    ("hexagon", "#284b8f"),
    ("cross_fill", "#284b8f"),
    ("star", palette.UNSERVED),
)
"""Marker and colour by kind of entry, in the order of geo.ledger.KINDS."""


@dataclass(frozen=True)
class Category:
    """Rows for which the layer's expression is ``value``, their words in the legend, and the layers of their symbol."""

    value: str
    label: str
    symbol: tuple[Element, ...]


def style(extract: Extract, asked: Asked) -> str:
    """The QML document of a layer that has a shape: symbols, names as labels, and the columns' names in words."""
    make, labelled = _STYLES[extract.layer.name]
    expression, categories = make(extract, asked)
    root = Element("qgis", version=VERSION, styleCategories="Symbology|Labeling|Fields")
    root.set("labelsEnabled", "1" if labelled else "0")
    renderer = SubElement(root, "renderer-v2", type="categorizedSymbol", attr=expression, enableorderby="0")
    renderer.set("symbollevels", "0")
    listed, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    kind = "marker" if extract.layer.shape == "Point" else "fill"
    for number, category in enumerate(categories):
        SubElement(
            listed,
            "category",
            value=category.value,
            label=category.label,
            symbol=str(number),
            render="true",
            type="string",
        )
        _symbol(symbols, kind, str(number), category.symbol)
    if labelled:
        _label(root, extract, asked)
    aliases = SubElement(root, "aliases")
    for index, column in enumerate(extract.columns, start=1):  # 0 is fid
        SubElement(
            aliases,
            "alias",
            index=str(index),
            field=column.name,
            name=header(column.name, extract.layer.name, asked.language),
        )
    return DOCTYPE + tostring(root, encoding="unicode")


def _facilities(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """Those there are, one for each kind and whether it is made up, planned or gone."""
    words = choices("facilities", _column(extract, "kind"), asked.language)
    found: list[Category] = []
    for kind in KINDS:
        shape, colour = MARKS[kind]
        found += [
            Category(kind, words[kind], (_marker(shape, colour, PAPER, 4),)),
            Category(
                kind + SYNTHETIC,
                translate("legend.synthetic", asked.language, kind=words[kind]),
                _made_up(shape, colour, 4),
            ),
            Category(
                kind + PLANNED,
                translate("legend.planned", asked.language, kind=words[kind]),
                (_marker(shape, PAPER, colour, 4, outline_style="dot"),),
            ),
        ]
    found.append(Category(GONE, translate("legend.gone", asked.language), (_marker("cross2", GREY, GREY, 3),)))
    frame = extract.frame
    values = frame["kind"] + _made_up_sign(frame)
    values = values.where(frame["state"] != "planned", frame["kind"] + PLANNED)
    values = values.where(~frame["state"].isin(["closed", "removed"]), GONE)
    return FACILITY, _present(found, values)


def _enterprises(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    words = choices("enterprises", _column(extract, "union_status"), asked.language)
    found: list[Category] = []
    for status in UNION_STATUSES:
        shape, colour = STEPS[status]
        synthetic = translate("legend.synthetic", asked.language, kind=words[status])
        found += [
            Category(status, words[status], (_marker(shape, colour, PAPER, 2),)),
            Category(status + SYNTHETIC, synthetic, _made_up(shape, colour, 2)),
        ]
    frame = extract.frame
    return ENTERPRISE, _present(found, frame["union_status"] + _made_up_sign(frame))


def _made_up_sign(frame: pd.DataFrame) -> pd.Series:
    return (frame["standing"] == "synthetic").map({True: SYNTHETIC, False: ""})


def _positions(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    words = choices("positions", _column(extract, "kind"), asked.language)
    region = _marker("triangle", PAPER, palette.INK, 3)
    found = [
        Category(kind, words[kind], (region if kind == "region" else _marker("triangle", palette.INK, PAPER, 4),))
        for kind in words
    ]
    return "kind", _present(found, extract.frame["kind"])


def _programmes(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    words = choices("programmes", _column(extract, "kind"), asked.language)
    found = [Category(kind, words[kind], (_marker("star", palette.UNSERVED, palette.INK, 3),)) for kind in words]
    return "kind", _present(found, extract.frame["kind"])


def _regions(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """By what the boundary stands on: a line that was not surveyed is dashed."""
    sure = ("reported", "imported")
    found = [
        Category(
            name,
            translate("export.boundary", asked.language, standing=translate(f"standing.{name}", asked.language)),
            (_fill(palette.RAMP[0], palette.INK, 0.3, outline_style="solid" if name in sure else "dash"),),
        )
        for name in STANDINGS
    ]
    return "boundary_standing", _present(found, extract.frame["boundary_standing"])


def _coverage(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """By the share amiss."""
    share = '"share_unserved"' if asked.question.lens == "service" else '1 - "unionised_share"'
    return _by_share(share, translate(f"measure.{asked.question.lens}.enterprises.words", asked.language), asked)


def _by_share(share: str, words: str, asked: Asked) -> tuple[str, list[Category]]:
    """By an expression that is a share, in five equal steps, each including its lower bound, as the map shades it."""
    count = len(palette.RAMP)
    steps = "".join(f" WHEN {share} < {(step + 1) / count} THEN '{step}'" for step in range(count - 1))
    expression = f"CASE WHEN {share} IS NULL THEN 'none'{steps} ELSE '{count - 1}' END"
    found = [
        Category(
            str(step),
            f"{words} {100 * step // count}–{100 * (step + 1) // count}%",
            (_fill(colour, palette.INK, 0.2),),
        )
        for step, colour in enumerate(palette.RAMP)
    ]
    nothing = Category("none", translate("legend.no_data", asked.language), (_fill(NOTHING_KNOWN, GREY, 0.2),))
    return expression, [*found, nothing]


def _gaps(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    hatch = _layer(
        "LinePatternFill", angle=45, distance=2, distance_unit="MM", color=_rgba(palette.GAP), line_width=0.3
    )
    line = _layer("SimpleLine", line_color=_rgba(palette.GAP), line_width=0.3, line_width_unit="MM", line_style="solid")
    _symbol(hatch, "line", "@0@0", (line,))
    edge = _layer("SimpleFill", style="no", outline_color=_rgba(palette.GAP), outline_width=0.2, outline_style="solid")
    reach = translate("unit.m", asked.language, metres=f"{asked.question.reach.within_m:g}")
    return "'gap'", [Category("gap", translate("legend.gap", asked.language, reach=reach), (hatch, edge))]


def _cells(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """By the part of what is asked about that is unserved."""
    words = translate("measure.service.enterprises.words", asked.language)
    return _by_share('"amount_unserved" / "amount_all"', words, asked)


def _plan_regions(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """By the share amiss with the new sites there."""
    words = translate(f"measure.{asked.question.lens}.enterprises.words", asked.language)
    return _by_share('"after_share"', words, asked)


def _access(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    words = choices("access", _column(extract, "status"), asked.language)
    marks = {
        "served": _marker("circle", palette.SERVED, PAPER, 2),
        "unserved": _marker("square", palette.UNSERVED, PAPER, 2),
        "unknown": _marker("diamond", PAPER, GREY, 2),
    }
    found = [Category(status, words[status], (marks[status],)) for status in words]
    return "status", _present(found, extract.frame["status"])


def _plan(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """Those that somebody moved by hand are pale, with a dotted edge."""
    found = [
        Category("0", translate("export.layer.plan", asked.language), (_marker("star", palette.GAP, PAPER, 5),)),
        Category(
            "1",
            translate("export.moved", asked.language),
            (_marker("star", PAPER, palette.GAP, 5, outline_style="dot"),),
        ),
    ]
    return "CASE WHEN \"moved\" THEN '1' ELSE '0' END", found


def _assignment(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """By team, numbered as on the page; what no team has is white with a red edge."""
    assert asked.assignment is not None
    point = extract.layer.shape == "Point"

    def symbol(fill: str, line: str, style: str = "solid") -> tuple[Element, ...]:
        return (_marker("triangle", fill, line, 4, style) if point else _fill(fill, line, 0.3, style),)

    found = [
        Category(
            team.id,
            " · ".join((f"{team.number} {(asked.language == 'en' and team.name_en) or team.name}", *team.departments)),
            symbol(palette.team(team.number - 1), palette.INK),
        )
        for team in asked.assignment.teams
    ]
    nobody = Category("", translate("assignment_file.unassigned", asked.language), symbol(PAPER, palette.NEW, "dash"))
    return "coalesce(\"team\", '')", _present([*found, nobody], extract.frame["team"])


def _ledger(extract: Extract, asked: Asked) -> tuple[str, list[Category]]:
    """By kind of work; what is made up is pale, with a dashed edge."""
    words = choices("ledger", _column(extract, "kind"), asked.language)
    found: list[Category] = []
    for kind, (shape, colour) in zip(words, WORK, strict=True):
        synthetic = translate("legend.synthetic", asked.language, kind=words[kind])
        found += [
            Category(kind, words[kind], (_marker(shape, colour, PAPER, 3),)),
            Category(kind + SYNTHETIC, synthetic, _made_up(shape, colour, 3)),
        ]
    return WORKED, _present(found, extract.frame["kind"] + _made_up_sign(extract.frame))


_Style = Callable[[Extract, Asked], tuple[str, list[Category]]]
_STYLES: dict[str, tuple[_Style, bool]] = {
    "regions": (_regions, True),
    "coverage": (_coverage, True),
    "gaps": (_gaps, False),
    "cells": (_cells, False),
    "plan_regions": (_plan_regions, True),
    "access": (_access, False),
    "plan": (_plan, True),
    "assignment": (_assignment, True),
    "assignment_points": (_assignment, True),
    "enterprises": (_enterprises, False),
    "positions": (_positions, True),
    "facilities": (_facilities, True),
    "programmes": (_programmes, True),
    "ledger": (_ledger, False),
}
"""How each layer with a shape is drawn, and whether its names are written beside."""


def _present(categories: Iterable[Category], values: Iterable[str]) -> list[Category]:
    """The categories that some row has; all where there is no row."""
    there = set(values)
    return [category for category in categories if category.value in there or not there]


def _column(extract: Extract, name: str) -> Column:
    return next(column for column in extract.columns if column.name == name)


def _rgba(colour: str, alpha: int = 255) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + f",{alpha}"


def _layer(kind: str, **properties: object) -> Element:
    """A layer of a symbol. Its properties stand twice: as QGIS reads them since 3.18, and as it did before."""
    layer = Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    options = SubElement(layer, "Option", type="Map")
    for name, value in properties.items():
        SubElement(options, "Option", type="QString", name=name, value=str(value))
    for name, value in properties.items():
        SubElement(layer, "prop", k=name, v=str(value))
    return layer


def _symbol(parent: Element, kind: str, name: str, layers: Iterable[Element]) -> None:
    SubElement(parent, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1").extend(layers)


def _marker(shape: str, fill: str, line: str, size: float, outline_style: str = "solid") -> Element:
    return _layer(
        "SimpleMarker",
        name=shape,
        color=_rgba(fill),
        outline_color=_rgba(line),
        outline_style=outline_style,
        outline_width=0.4,
        outline_width_unit="MM",
        size=size,
        size_unit="MM",
    )


def _made_up(shape: str, colour: str, size: float) -> tuple[Element, ...]:
    """The mark of what is made up: pale, its edge dashed."""
    pale = "#" + "".join(f"{(int(colour[at : at + 2], 16) + 3 * 255) // 4:02x}" for at in (1, 3, 5))
    return (_marker(shape, pale, colour, size, outline_style="dash"),)


def _fill(fill: str, line: str, width: float, outline_style: str = "solid") -> Element:
    return _layer(
        "SimpleFill",
        color=_rgba(fill),
        style="solid",
        outline_color=_rgba(line),
        outline_width=width,
        outline_width_unit="MM",
        outline_style=outline_style,
        joinstyle="bevel",
    )


def _label(root: Element, extract: Extract, asked: Asked) -> None:
    """Names with a white edge: in the middle of areas, beside points."""
    name = 'coalesce("name_en", "name")' if asked.language == "en" else '"name"'
    if any(column.name == "team_number" for column in extract.columns):
        name = f"coalesce(\"team_number\" || ' ', '') || {name}"
    settings = SubElement(SubElement(root, "labeling", type="simple"), "settings", calloutType="simple")
    text = SubElement(
        settings,
        "text-style",
        fieldName=name,
        isExpression="1",
        fontFamily="Noto Sans CJK SC",
        fontSize="9",
        fontSizeUnit="Point",
        textColor=_rgba(palette.INK),
        textOpacity="1",
    )
    SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=_rgba(PAPER),
        bufferOpacity="1",
    )
    point = extract.layer.shape == "Point"
    SubElement(settings, "placement", placement="6" if point else "4", dist="1.5", distUnits="MM", priority="5")
