"""The weekly brief: one upright A4 page for leaders. No caller and no account is in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import shapely

from geo.casework.appeals import LATE
from geo.district import District
from geo.i18n import Language, translate
from geo.layers import legend, palette
from geo.progress.brief import Brief
from geo.progress.measures import MAIN, MEASURES, SHADE, Counted
from geo.progress.published import Compared
from geo.progress.words import as_of, decision, demo, number
from geo.report import asked
from geo.report.charts import rgb
from geo.report.content import Report
from geo.report.drawing import Rectangle, framed, names, polygons
from geo.report.paper import Paper
from geo.text import clean
from geo.typeset import GREY, INK, PAPER, PER_POINT, RED, Colour
from geo.words import Say, local_name, percent

# Millimetres.
WIDTH, MARGIN, GAP = 210.0, 13.0, 5.0
INNER = WIDTH - 2 * MARGIN
LEFT = 108.0
RIGHT = INNER - LEFT - GAP
FOOT = 287.0
HEAD: Colour = (238, 234, 226)
RULE: Colour = (220, 216, 206)
SIZE, SMALL, SMALLEST = 8.2, 6.9, 5.4
ROW = 4.55
TEAMS_AT_MOST = 10
FIGURES_AT_MOST = 36
PUBLISHED_ROW, NOTES = 3.55, 11.0


def brief_report(district: District, found: Brief, language: Language, printed: datetime) -> Report:
    """What the brief is called, marked and dated; what it holds is drawn by ``brief_sheet``."""
    say: Say = partial(translate, language=language)
    local = printed.astimezone(ZoneInfo(district.about["time_zone"]))
    campaign = found.scene.campaign
    name = (language == "en" and campaign.name_en) or campaign.name
    within = found.period
    made_up = translate("export.made_up", "en") if found.synthetic else ""
    return Report(
        title=clean(say("brief.title", week=found.week)),
        subtitle=clean(say("brief.subtitle", name=name, since=within.since, until=within.until)),
        mark=say("brief.synthetic") if found.synthetic else "",
        dated=say("brief.dated", day=found.scene.day.isoformat(), printed=f"{local:%Y-%m-%d %H:%M}"),
        foot=clean(district.notice(language)),
        blocks=(),
        language=language,
        printed=printed,
        file=f"gongtu-{district.about['id']}-brief-{campaign.id}-{found.week}{made_up}",
    )


def brief_sheet(district: District, found: Brief, language: Language, printed: datetime) -> bytes:
    """The brief as PDF, the same bytes for the same brief. GongtuError where there is no font."""
    say: Say = partial(translate, language=language)
    report = brief_report(district, found, language, printed)
    paper = Paper(report, say)
    paper.box(0, 0, WIDTH, 2.4, RED)
    end = WIDTH - MARGIN
    if report.mark:
        wide = paper.width(report.mark, 8.5) + 6
        paper.box(end - wide, 7.2, wide, 6.2, INK)
        paper.write(report.mark, end - wide + 3, 8.3, 8.5, PAPER, bold=True)
        end -= wide + 3
    paper.write(paper.cut(report.title, end - MARGIN, 17), MARGIN, 6.6, 17, INK, bold=True)
    y = paper.lines([paper.cut(report.subtitle, INNER, 9.4)], MARGIN, 15.2, 9.4, RED)
    y = paper.lines([paper.cut(report.dated, INNER, 7.4)], MARGIN, y + 0.3, 7.4, GREY) + 2
    bottom = _lines(paper, found, y, say)
    _map(paper, district, found, MARGIN + LEFT + GAP, y, RIGHT, bottom - y, say, language)
    y = _teams(paper, found, bottom + 3.4, say, language) + 3.4
    y = max(_appeals(paper, found, y, say), _decisions(paper, found, y, say)) + 3.4
    y = _published(paper, found, y, say, language)
    _notes(paper, district, found, y + 1.2, say, language)
    paper.rule(MARGIN, FOOT, WIDTH - MARGIN)
    paper.lines([paper.cut(report.foot, INNER, 6.6)], MARGIN, FOOT + 1, 6.6, GREY)
    return bytes(paper.pdf.output())


def _heading(paper: Paper, words: str, x: float, y: float) -> float:
    paper.write(words, x, y, 9.6, RED, bold=True)
    return y + 5.2


def _lines(paper: Paper, found: Brief, y: float, say: Say) -> float:
    """The measures: this week, the week before, the difference, and since the beginning."""
    y = _heading(paper, say("brief.week"), MARGIN, y)
    columns = (MARGIN + 56, MARGIN + 72.5, MARGIN + 88.5, MARGIN + LEFT)
    paper.box(MARGIN, y, LEFT, ROW, HEAD)
    for words, end in zip(("now", "before", "change", "so_far"), columns, strict=True):
        paper.right(say(f"brief.{words}"), end, y + 0.8, SMALL, INK, bold=True)
    y += ROW
    for line in found.lines:
        unit = MEASURES[line.measure].unit
        change = round(line.now.value - line.before.value, 2)
        _fitted(paper, say(f"progress_measure.{line.measure}"), MARGIN + 1, y + 0.6, 42)
        now, before = (number(one.value, unit) + _star(one) for one in (line.now, line.before))
        cells = (now, before, _signed(change, unit))
        for text, end, bold in zip(cells, columns, (True, False, False), strict=False):
            paper.right(text, end, y + 0.6, SIZE, INK, bold=bold)
        paper.right(number(line.so_far.value, unit) + _star(line.so_far), columns[3], y + 0.6, SIZE, INK)
        y += ROW
        paper.rule(MARGIN, y, MARGIN + LEFT, RULE, 0.12)
    return y


def _fitted(paper: Paper, words: str, x: float, y: float, wide: float, usual: float = SIZE) -> None:
    """A line in smaller type where it is too long, and cut where the smallest is not small enough."""
    size = usual * min(1.0, 0.999 * wide / (paper.width(words, usual) or 1.0))
    size = max(size, min(SMALLEST, usual))
    paper.write(paper.cut(words, wide, size), x, y + (usual - size) * PER_POINT / 2, size)


def _star(found: Counted) -> str:
    """The mark of a number that holds anything made up."""
    return "*" if found.synthetic else ""


def _starred(found: Brief, *names: str) -> str:
    """The mark of what is told of these measures in the week, where any of it is made up."""
    return "*" if any(line.now.synthetic for line in found.lines if line.measure in names) else ""


def _signed(value: float, unit: str) -> str:
    return f"{'+' if value > 0 else '−'}{number(abs(value), unit)}" if value else "0"


def _map(
    paper: Paper,
    district: District,
    found: Brief,
    x: float,
    y: float,
    wide: float,
    high: float,
    say: Say,
    language: Language,
) -> None:
    """The towns by the week's visits, with the classes below."""
    top = _heading(paper, say("brief.map", measure=say(f"progress_measure.{SHADE}")) + _starred(found, SHADE), x, y)
    inner = high - (top - y) - 8.5
    shapes = {
        str(code): shape
        for code, shape in zip(district.regions["code"], district.regions_m.geometry, strict=True)
        if shape is not None and not shape.is_empty
    }
    paper.box(x, top, wide, inner, (252, 251, 248))
    counts = found.towns.tolist()
    steps = legend.classes(counts, palette.AMOUNT_RAMP)
    fills = dict(zip(found.towns.index, palette.amounts(counts, palette.AMOUNT_RAMP), strict=True))
    if shapes:
        outline = shapely.union_all(list(shapes.values()))
        frame = framed(outline, x, top, wide, inner)
        with paper.pdf.rect_clip(x, top, wide, inner):
            for code, shape in shapes.items():
                polygons(paper, frame.drawn(shape), rgb(fills[code]), (150, 144, 132), 0.2)
            labels = [
                (shapes[row["code"]], f"{clean(local_name(row, language))} {found.towns.get(row['code'], 0.0):,.0f}")
                for row in district.regions[["code", "name", "name_en"]].to_dict("records")
                if row["code"] in shapes
            ]
            names(paper, labels, frame, [], Rectangle(x, top, x + wide, top + inner), 5.6)
        paper.pdf.set_fill_color(*PAPER)  # what was last set was set within the clip
    place, level = x, top + inner + 1.6
    for colour, words in (((palette.GROUND, "0"),) if 0.0 in counts else ()) + tuple(steps):
        paper.box(place, level, 4.6, 3.2, rgb(colour))
        paper.write(words, place + 5.4, level, SMALL)
        place += 8 + paper.width(words, SMALL)
    notice = asked.boundary(district, language)
    paper.write(paper.cut(notice, wide, 6.2), x, level + 4, 6.2, GREY)


def _teams(paper: Paper, found: Brief, y: float, say: Say, language: Language) -> float:
    """A row for each team: the week's numbers, and the appeals overdue on the day."""
    star = _starred(found, *MAIN) or "*" * bool(found.appeals[1])
    y = _heading(paper, say("brief.by_team") + star, MARGIN, y)
    heads = [*(say(f"progress_short.{name}") for name in MAIN), say("progress_short.overdue")]
    first = 36.0
    wide = (INNER - first) / len(heads)
    longest = max(paper.width(word, SMALL) for words in heads for word in words.split())
    size = SMALL * min(1.0, (wide - 1.2) / longest)
    wrapped = [paper.wrap(words, wide - 1.0, size)[:2] for words in heads]
    step = size * PER_POINT * 1.2
    deep = ROW + (max(map(len, wrapped)) - 1) * step
    paper.box(MARGIN, y, INNER, deep, HEAD)
    paper.write(say("progress.team"), MARGIN + 1, y + 0.8, SMALL, INK, bold=True)
    for place, lines in enumerate(wrapped, start=1):
        for level, words in enumerate(lines):
            paper.right(words, MARGIN + first + place * wide - 1, y + 0.8 + level * step, size, INK, bold=True)
    y += deep
    named = {team.id: clean((language == "en" and team.name_en) or team.name) for team in found.scene.campaign.teams}
    rows = list(found.teams.iterrows())
    for key, row in rows[:TEAMS_AT_MOST]:
        name = named.get(str(key), str(key)) or say("progress.no_team")
        paper.write(paper.cut(name, first - 2, SIZE), MARGIN + 1, y + 0.6, SIZE)
        cells = [*(number(row[name], MEASURES[name].unit) for name in MAIN), f"{row['late']:,.0f}"]
        for place, text in enumerate(cells, start=1):
            paper.right(text, MARGIN + first + place * wide - 1, y + 0.6, SIZE, GREY if text == "0" else INK)
        y += ROW
        paper.rule(MARGIN, y, WIDTH - MARGIN, RULE, 0.12)
    if len(rows) > TEAMS_AT_MOST:
        y = paper.lines([say("brief.more_teams", count=len(rows) - TEAMS_AT_MOST)], MARGIN, y + 0.5, SMALL, GREY)
    return y


def _appeals(paper: Paper, found: Brief, y: float, say: Say) -> float:
    """The appeals by state on the day, and the three rates."""
    y = _heading(paper, " · ".join(filter(None, (say("brief.appeals"), demo(*found.appeals, say)))), MARGIN, y)
    wide = 88.0 / len(found.states)
    for place, (state, counted) in enumerate(found.states.items()):
        middle = MARGIN + (place + 0.5) * wide
        urgent = state in LATE and counted
        paper.middle(f"{counted:,}", middle, y, 13, RED if urgent else INK, bold=True)
        paper.middle(paper.cut(say(f"appeal_state.{state}"), wide, SMALL), middle, y + 6, SMALL, GREY)
    y += 10.6
    for name in ("answered", "solved", "satisfied"):
        share = getattr(found.rates, name)
        of = say("progress.rate_of", yes=share.yes, all=share.yes + share.no, unknown=share.unknown)
        paper.write(f"{say(f'progress.rate_{name}')} {percent(share.value, say)}", MARGIN + 1, y, SIZE, INK, bold=True)
        paper.write(paper.cut(of, 54, SMALL), MARGIN + 36, y + 0.3, SMALL, GREY)
        y += ROW
    return y


def _decisions(paper: Paper, found: Brief, y: float, say: Say) -> float:
    """What needs a decision, the most pressing first."""
    left = MARGIN + 96
    y = _heading(paper, say("progress.decide"), left, y)
    if not found.decisions:
        return paper.lines([say("progress.decide_none")], left, y, SIZE, INK)
    for one in found.decisions:
        star = "*" if one.synthetic or one.rests else ""
        paper.right(f"{one.count:,}{star}", left + 12, y, SIZE, INK, bold=True)
        _fitted(paper, decision(one.what, found.scene, say), left + 14, y, INNER - 96 - 14)
        y += ROW - 0.35
    return y


def _published(paper: Paper, found: Brief, y: float, say: Say, language: Language) -> float:
    """Published and counted, in two columns; only what both can say."""
    rows = [one for one in found.published if one.counted is not None][:FIGURES_AT_MOST]
    y = _heading(paper, say("progress.published"), MARGIN, y)
    if not rows:
        return paper.lines([say("progress.published_none")], MARGIN, y, SMALL, GREY)
    half = (len(rows) + 1) // 2
    step = min(PUBLISHED_ROW, (FOOT - NOTES - y) / half)
    size = min(SMALL, step / PER_POINT / 1.3)
    wide = (INNER - GAP) / 2
    for place, one in enumerate(rows):
        x, level = MARGIN + (place // half) * (wide + GAP), y + (place % half) * step
        _figure(paper, one, x, level, wide, size, say, language)
    return y + half * step


def _figure(
    paper: Paper, one: Compared, x: float, y: float, wide: float, size: float, say: Say, language: Language
) -> None:
    assert one.counted is not None
    name = clean((language == "en" and one.name_en) or one.name)
    said = say(f"qualifier.{one.qualifier}", value=f"{one.value:,.10g}")
    sign = {"equal": "=", "within": "≈", "differs": "≠"}.get(one.verdict, "")
    counted = number(one.counted.value, MEASURES[one.measure].unit) + _star(one.counted)
    _fitted(paper, name, x, y, wide - 24 - paper.width(said, size), size)
    paper.right(said, x + wide - 22, y, size, GREY)
    paper.middle(sign, x + wide - 18.5, y, size, RED if one.verdict == "differs" else INK, bold=True)
    paper.right(counted, x + wide, y, size, INK, bold=one.verdict == "differs")


def _notes(paper: Paper, district: District, found: Brief, y: float, say: Say, language: Language) -> None:
    """What has to be known of the numbers, in type as large as there is room for."""
    texts: list[str] = [say("brief.note_star")] if found.synthetic else []
    if found.scene.asof.made_up < found.scene.asof.today:
        texts.append(as_of(found.scene, say))
    if found.scene.guessed:
        texts.append(say("progress.guessed"))
    texts.append(say("brief.note_published"))
    words = " ".join(texts)
    for size in (6.8, 6.2, 5.6):
        lines: Sequence[str] = paper.wrap(words, INNER, size, at_most=2000)
        if y + len(lines) * size * PER_POINT * 1.4 <= FOOT - 1:
            break
    room = max(int((FOOT - 1 - y) / (size * PER_POINT * 1.4)), 0)
    paper.lines(lines[:room], MARGIN, y, size, GREY)
