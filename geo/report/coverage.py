"""The report of a coverage question: who is served, where not, at which hours, and how that was worked out."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geo.coverage import NO_REGION, TOTAL
from geo.district import District
from geo.i18n import Language, translate
from geo.planner.coverage import Answer, Uncovered, uncovered, worst
from geo.planner.privacy import AT_LEAST, public_curve, public_rows, public_week
from geo.planner.week import curve, week
from geo.report import asked
from geo.report.content import (
    WITHHELD,
    Area,
    Block,
    Cell,
    Column,
    Curve,
    Figure,
    Figures,
    Grid,
    Heading,
    Heat,
    Kind,
    Look,
    Map,
    Pairs,
    Report,
    Spot,
    Words,
    shown,
)
from geo.text import clean
from geo.words import Say

WORST_AT_MOST = 25
NAMED_AT_MOST = 3

TABLE: tuple[tuple[str, Kind], ...] = (
    ("all", "count"),
    ("served", "count"),
    ("unserved", "count"),
    ("unknown", "count"),
    ("share", "share"),
    ("share_second", "share"),
    ("median_m", "metres"),
    ("p90_m", "metres"),
)
UNION_TABLE: tuple[tuple[str, Kind], ...] = (
    ("enterprises", "count"),
    ("unionised", "count"),
    ("ununionised", "count"),
    ("share", "share"),
    ("all", "count"),
    ("unserved", "count"),
    ("unknown", "count"),
    ("median_m", "metres"),
)


def coverage_report(
    district: District, answer: Answer, *, public: bool, language: Language, printed: datetime, today: date
) -> Report:
    """The report of ``answer``. ``public``: without names, and without counts that the public may not see
    (``geo.planner.privacy``). ``today``: the day the week's hours are looked at from.
    """
    say: Say = partial(translate, language=language)
    rows = seen(answer, public)
    areas = uncovered(district, answer.measured.sites, answer.question.reach.within_m)
    blocks: list[Block] = [
        Pairs(asked.asked(answer, say, language), beside=True),
        headline(answer, rows, areas, public, say),
        Words((findings(district, answer, rows, say, language),)),
        Heading(say("report_file.map")),
        coverage_map(district, answer, rows, areas, say, language),
        Heading(say("report_file.by_region")),
        region_grid(district, answer, rows, areas, public, say, language),
        Heading(say("report_file.time_and_reach")),
        *charts(district, answer, rows, public, today, say),
        Heading(say("report_file.farthest")),
        *farthest(district, answer, rows, public, say, language),
        Heading(say("report_file.method")),
        Pairs(tuple(asked.method(answer, district, say, language))),
        *_private(public, say),
        Heading(say("report_file.grounds")),
        Pairs(tuple(asked.grounds(district, frames(district, answer), say, language))),
        Words((say("report_file.caveat"),), small=True),
    ]
    return cover(district, answer, say("report_file.coverage"), blocks, language, printed, name="coverage")


def cover(
    district: District,
    answer: Answer,
    title: str,
    blocks: list[Block],
    language: Language,
    printed: datetime,
    *,
    name: str,
    subtitle: str = "",
) -> Report:
    """The blocks as a report with its title, dates and marks."""
    say: Say = partial(translate, language=language)
    local = printed.astimezone(ZoneInfo(district.about["time_zone"]))
    made_up = any((frame["standing"] == "synthetic").any() for frame in frames(district, answer))
    as_of = str(district.about["as_of"])
    return Report(
        title=say("report_file.title", district=district.about["name"][language], title=title),
        subtitle=subtitle or asked.subtitle(answer, say),
        mark=say("report_file.synthetic") if made_up else "",
        dated=say("report_file.dated", as_of=as_of, printed=f"{local:%Y-%m-%d %H:%M}"),
        foot=clean(district.notice(language)),
        blocks=tuple(blocks),
        language=language,
        printed=printed,
        file=f"gongtu-{district.about['id']}-{name}-{as_of}{translate('export.made_up', 'en') if made_up else ''}",
    )


def frames(district: District, answer: Answer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the answer follows from: the register, and the facilities that count."""
    rows = answer.measured.sites.rows
    return district.enterprises, district.facilities.iloc[rows[rows >= 0]]


def seen(answer: Answer, public: bool) -> pd.DataFrame:
    """The rows of the answer as whoever reads the report may see them."""
    return public_rows(answer) if public else answer.rows


def number(frame: pd.DataFrame, code: str, name: str) -> float:
    """A number of a table."""
    value: Any = frame.at[code, name]
    return float(value) + 0.0  # never -0.0


def cell(answer: Answer, rows: pd.DataFrame, code: str, name: str) -> Cell:
    """A number of the table; WITHHELD where there is one that the reader may not see."""
    value, whole = number(rows, code, name), number(answer.rows, code, name)
    return WITHHELD if value != value and whole == whole else value


def headline(answer: Answer, rows: pd.DataFrame, areas: Uncovered, public: bool, say: Say) -> Figures:
    """The district in eight numbers."""

    def told(name: str, kind: Kind = "count") -> str:
        return shown(cell(answer, rows, TOTAL, name), kind, say)

    measure = answer.question.who.measure
    unit = say(f"report_file.unit_{measure}")
    gap = number(areas.areas, TOTAL, "gap_area_km2")
    whole = float(areas.areas.loc[TOTAL].to_numpy(dtype=np.float64).sum())
    items = [
        Figure(
            asked.share_words(answer.question, say),
            told("share", "share"),
            say(f"report_file.share_{answer.question.lens}_short"),
        ),
        Figure(
            say("report_file.unserved"),
            f"{told('unserved')} {unit}",
            say("report_file.of_all", all=told("all"), unit=unit),
        ),
        Figure(
            say("report_file.served"),
            f"{told('served')} {unit}",
            say("report_file.sites", count=int(answer.measured.sites.sure.sum())),
        ),
        Figure(say("report_file.unknown"), f"{told('unknown')} {unit}", say("report_file.unknown_short")),
        Figure(say("report_file.median"), told("median_m", "metres"), say("report_file.median_short")),
        Figure(say("report_file.p90"), told("p90_m", "metres"), say("report_file.p90_short")),
        Figure(say("report_file.second"), told("share_second", "share"), say("report_file.second_short")),
        Figure(
            say("report_file.gap_area"),
            say("unit.km2", area=f"{gap:,.0f}"),
            say("report_file.gap_of", share=shown(gap / whole if whole else None, "share", say)),
        ),
    ]
    return Figures(tuple(items))


def findings(district: District, answer: Answer, rows: pd.DataFrame, say: Say, language: Language) -> str:
    """Where most of the unserved are, in a sentence."""
    names = asked.region_names(district, say, language)
    codes = [code for code in answer.demand.codes if number(rows, code, "unserved") > 0]
    first = sorted(codes, key=lambda code: (-number(rows, code, "unserved"), code))[:NAMED_AT_MOST]
    if not first:
        return say("report_file.finding_none")
    unit = say(f"report_file.unit_{answer.question.who.measure}")
    said = [
        say("report_file.finding_one", name=names[c], count=f"{number(rows, c, 'unserved'):,.0f}", unit=unit)
        for c in first
    ]
    return say("report_file.finding", names=say("report_file.and_also").join(said))


def coverage_map(
    district: District,
    answer: Answer,
    rows: pd.DataFrame,
    areas: Uncovered,
    say: Say,
    language: Language,
    *,
    title: str = "",
    new: tuple[Spot, ...] = (),
) -> Map:
    """The regions with their shares, the gaps over them, the sites that count, and ``new`` ones."""
    names = asked.region_names(district, say, language)
    polygons = district.regions_m.geometry
    drawn = tuple(
        Area(polygon, number(rows, code, "share"), names[code], cell(answer, rows, code, "share") is WITHHELD)
        for code, polygon in zip(answer.demand.codes, polygons, strict=True)
        if polygon is not None
    )
    spots = _spots(district, answer)
    looks: list[tuple[Look, str]] = []
    for look in ("station", "station_synthetic", "station_doubtful", "new", "new_moved"):
        if any(spot.look == look for spot in (*spots, *new)):
            looks.append((look, say(f"report_file.look_{look}")))
    gaps = tuple(shape for shape in areas.gaps if not shape.is_empty)
    doubtful = tuple(shape for shape in areas.doubtful if not shape.is_empty)
    within = asked.reach(answer.question, say)
    return Map(
        title=title,
        areas=drawn,
        gaps=gaps,
        doubtful=doubtful,
        spots=(*spots, *new),
        measure=asked.share_words(answer.question, say),
        gap=say("report_file.legend_gap", reach=within) if gaps else "",
        doubtful_words=say("report_file.legend_doubtful") if doubtful else "",
        no_data=say("legend.no_data") if any(a.share != a.share and not a.hidden for a in drawn) else "",
        hidden=say("report_file.legend_hidden") if any(area.hidden for area in drawn) else "",
        looks=tuple(looks),
        north=say("report_file.north"),
        notice=say("report_file.map_notice", boundary=asked.boundary(district, language)),
    )


def _spots(district: District, answer: Answer) -> tuple[Spot, ...]:
    sites = answer.measured.sites
    found = []
    standing = district.facilities["standing"].to_numpy(dtype=object)
    for row, x, y, sure in zip(sites.rows, sites.x, sites.y, sites.sure, strict=True):
        if row < 0:
            continue
        invented = standing[row] == "synthetic"
        look: Look = "station_doubtful" if not sure else "station_synthetic" if invented else "station"
        found.append(Spot(float(x), float(y), look))
    return tuple(sorted(found, key=lambda spot: spot.look == "station"))


def region_grid(
    district: District, answer: Answer, rows: pd.DataFrame, areas: Uncovered, public: bool, say: Say, language: Language
) -> Grid:
    """A row per region, those of no region, and the total."""
    names = asked.region_names(district, say, language)
    fields = UNION_TABLE if answer.question.lens == "union" else TABLE
    unit = say(f"report_file.unit_{answer.question.who.measure}")
    columns = [Column(say("report_file.region"), "text", 2.7)]
    for name, kind in fields:
        label = (
            asked.share_words(answer.question, say) if name == "share" else say(f"report_file.column_{name}", unit=unit)
        )
        columns.append(Column(label, kind, 1.15))
    columns.append(Column(say("report_file.column_gap"), "area", 1.1))
    found: list[tuple[Cell, ...]] = []
    for code in rows.index:
        if code == NO_REGION and not answer.rows.at[code, "n_all"] and not answer.rows.at[code, "enterprises"]:
            continue
        gap: Cell = number(areas.areas, code, "gap_area_km2") if code in areas.areas.index else None
        found.append((names[code], *(cell(answer, rows, code, name) for name, _ in fields), gap))
    hidden = any(WITHHELD in row for row in found)
    note = " ".join(filter(None, (say("report_file.grid_note"), say("report_file.star") if hidden else "")))
    return Grid(say("report_file.by_region"), "", tuple(columns), tuple(found), total=True, note=note)


def charts(district: District, answer: Answer, rows: pd.DataFrame, public: bool, today: date, say: Say) -> list[Block]:
    """Coverage over the hours of a week, and against the reach. In public by whole per cents, without the hours and
    the reaches that would tell a count of 1 to 4 (``geo.planner.privacy``).
    """
    if cell(answer, rows, TOTAL, "n_all") is WITHHELD:
        return [Words((say("report_file.charts_withheld"),))]
    hours, line = week(district, answer.question, today), curve(answer)
    if public:
        hours, line = public_week(hours), public_curve(line)
        line = line[line["share_served"].notna()]
    shares, heights = (frame["share_served"].to_numpy(dtype=np.float64) for frame in (hours, line))
    if public:
        shares, heights = np.round(shares, 2), np.round(heights, 2)
    reach_m = answer.question.reach.within_m
    asked_at = answer.question.when
    kinds = asked.kinds(answer.question, say)
    note = say("report_file.curve_note")
    if public:
        note += " " + say("report_file.curve_note_public", least=AT_LEAST)
    heat = Heat(
        say("report_file.week"),
        say("report_file.week_title", kinds=kinds, reach=asked.reach(answer.question, say)),
        tuple(say(f"weekday.{day}") for day in range(7)),
        tuple(str(hour) for hour in range(24)),
        tuple(tuple(float(share) for share in day) for day in shares.reshape(7, 24)),
        (asked_at.weekday, asked_at.hour) if asked_at else None,
        say("report_file.week_low"),
        say("report_file.week_high"),
        say("report_file.week_note_public" if public else "report_file.week_note"),
    )
    points = zip(line["within_m"].tolist(), heights.tolist(), strict=True)
    return [
        heat,
        Curve(
            say("report_file.curve"),
            say("report_file.curve_title"),
            say("report_file.curve_x"),
            say("report_file.curve_y"),
            tuple((float(x), float(y)) for x, y in points),
            "metres",
            "share",
            reach_m if reach_m in line["within_m"].to_numpy() else None,
            note,
        ),
    ]


def farthest(
    district: District, answer: Answer, rows: pd.DataFrame, public: bool, say: Say, language: Language
) -> list[Block]:
    """Who is served worst: by name for staff; how many there are, where that may be told, for the public."""
    if public:
        count = cell(answer, rows, TOTAL, "n_unserved")
        return [Words((say("report_file.farthest_public", count=shown(count, "count", say), least=AT_LEAST),))]
    found = worst(answer, None, WORST_AT_MOST)
    if not len(found):
        return [Words((say("report_file.farthest_none"),))]
    return [enterprise_grid(district, answer, found, say("report_file.farthest"), say, language)]


def enterprise_grid(
    district: District, answer: Answer, found: Any, title: str, say: Say, language: Language, note: str = ""
) -> Grid:
    """Enterprises by name, in the order of ``found`` (rows of the demand); for staff."""
    names = asked.region_names(district, say, language)
    demand = answer.demand
    called = district.enterprises.set_index("id")["name"]
    codes = np.append(demand.codes, NO_REGION)
    weights = answer.question.who.amounts(demand)
    columns = (
        Column(say("report_file.enterprise"), "text", 4.0),
        Column(say("report_file.region"), "text", 2.0),
        Column(say("report_file.union"), "text", 1.2),
        Column(say(f"report_file.measure_{answer.question.who.measure}"), "count", 1.2),
        Column(say("report_file.nearest"), "metres", 1.3),
    )
    rows = tuple(
        (
            clean(str(called[demand.id[row]])),
            names[codes[demand.region[row]]],
            say("report_file.has_union" if demand.unionised[row] else "report_file.no_union"),
            float(weights[row]),
            float(answer.measured.nearest.metres[row, 0]),
        )
        for row in found
    )
    return Grid(title, "", columns, rows, note=note or say("report_file.staff_only"))


def _private(public: bool, say: Say) -> list[Block]:
    return [Words((say("report_file.private", least=AT_LEAST),), small=True)] if public else []
