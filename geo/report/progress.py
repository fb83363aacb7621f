"""All that is counted of a campaign in some days, as tables: for a workbook."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd

from geo.i18n import Language, translate
from geo.progress.dashboard import Decision, by_state, meetings, standing
from geo.progress.days import Period
from geo.progress.measures import MEASURES, By, Where, count, lies, programme_kinds, table
from geo.progress.published import compare
from geo.progress.scene import Scene
from geo.progress.words import as_of, assumed, decision, demo_of, why
from geo.report import asked
from geo.report.content import Block, Cell, Column, Grid, Heading, Pairs, Report
from geo.text import clean
from geo.words import Say, local_name

COUNTED = tuple(name for name, one in MEASURES.items() if one.of != "pack")


def progress_report(
    made: Scene,
    within: Period,
    found: tuple[Decision, ...],
    language: Language,
    printed: datetime,
) -> Report:
    """Every measure, by team, town and week, programmes by kind, and the appeals, of the days ``within``; meetings,
    published figures and what is to be decided, which are of the whole campaign, as each sheet says.
    """
    say: Say = partial(translate, language=language)
    district, campaign = made.district, made.campaign
    local = printed.astimezone(ZoneInfo(district.about["time_zone"]))
    invented = bool(made.work.entries["synthetic"].any() or made.work.units["synthetic"].any())
    blocks: list[Block] = [
        _measures(made, within, say),
        *(_by(made, within, by, say, language) for by in ("team", "town", "week")),
        _programmes(made, within, say),
        _appeals(made, within, say),
        _meetings(made, say, language),
        _published(made, say, language),
        _decided(made, found, say),
        Heading(say("report_file.grounds")),
        Pairs(tuple(_grounds(made, within, say, language))),
    ]
    made_up = translate("export.made_up", "en") if invented else ""
    name = clean(local_name(asdict(campaign), language))
    return Report(
        title=clean(say("progress.file_title", name=name)),
        subtitle=say("progress.chosen_days", since=within.since, until=within.until),
        mark=say("brief.synthetic") if invented else "",
        dated=say("brief.dated", day=made.day.isoformat(), printed=f"{local:%Y-%m-%d %H:%M}"),
        foot=clean(district.notice(language)),
        blocks=tuple(blocks),
        language=language,
        printed=printed,
        file=f"gongtu-{district.about['id']}-progress-{campaign.id}{made_up}",
        words_sheet=say("progress.file_words"),
    )


def _measures(made: Scene, within: Period, say: Say) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for name in MEASURES:
        one = count(made.work, name, Where(within))
        rows.append((say(f"progress_measure.{name}"), one.value, one.synthetic, float(one.unsaid + one.left_out)))
    columns = (
        Column(say("progress.measure"), "text", 3),
        Column(say("progress.value"), "points"),
        Column(say("progress.of_it_synthetic"), "points"),
        Column(say("progress.not_said"), "count"),
    )
    return Grid(say("progress.sheet_measures"), _of(say("progress.numbers"), within, say), columns, tuple(rows))


def _of(title: str, within: Period, say: Say) -> str:
    """The heading of a sheet with the days that it is of."""
    return f"{title} · {say('progress.counted_days', since=within.since, until=within.until)}"


def _of_whole(title: str, made: Scene, say: Say) -> str:
    return f"{title} · {say('progress.whole_days', since=made.whole.since, until=made.whole.until)}"


def _by(made: Scene, within: Period, by: By, say: Say, language: Language) -> Grid:
    frame = table(made.work, COUNTED, by, Where(within))
    teams = {team.id: clean(local_name(asdict(team), language)) for team in made.campaign.teams}
    towns = asked.region_names(made.district, say, language)
    names = {"team": teams, "town": towns}.get(by, {})
    # How many of the row's entries and units are made up, whatever they add to any one number.
    work, where = made.work, Where(within)
    invented = pd.concat([rows.loc[lies(rows, where) & rows["synthetic"], by] for rows in (work.entries, work.units)])
    part = invented.value_counts()
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            names.get(str(key), str(key)) if key else say(f"progress.no_{by}"),
            *(float(value) for value in row),
            float(part.get(key, 0)),
        )
        for key, row in zip(frame.index, frame.to_numpy(), strict=True)
    )
    columns = (
        Column(say(f"progress.{by}"), "text", 2),
        *(Column(say(f"progress_measure.{name}"), "points") for name in COUNTED),
        Column(say("progress.synthetic_rows"), "count"),
    )
    title = say(f"progress.by_{by}")
    return Grid(title, _of(title, within, say), columns, rows, note=say("progress.table_note"))


def _programmes(made: Scene, within: Period, say: Say) -> Grid:
    found = programme_kinds(made.work, Where(within))
    heads = ("count", "synthetic", "people", "synthetic_people", "unsaid")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (say(f"programme_kind.{kind}"), *(float(row[name]) for name in heads)) for kind, row in found.iterrows()
    )
    words = ("times", "of_it_synthetic", "people", "of_it_synthetic", "not_said")
    columns = (
        Column(say("progress.programme_kind"), "text", 2),
        *(Column(say(f"progress.{one}"), "count") for one in words),
    )
    title = say("progress.by_kind")
    return Grid(title, _of(title, within, say), columns, rows)


def _appeals(made: Scene, within: Period, say: Say) -> Grid:
    """The appeals of the days by their state as of a day, as the page has them."""
    seen = standing(made.work, made.asof, made.campaign.rules, Where(within))
    part = by_state(seen[seen["synthetic"]])
    rows = tuple(
        (say(f"appeal_state.{state}"), float(counted), float(part[state])) for state, counted in by_state(seen).items()
    )
    columns = (
        Column(say("progress.group_appeals"), "text", 2),
        Column(say("progress.value"), "count"),
        Column(say("progress.of_it_synthetic"), "count"),
    )
    title = say("progress.group_appeals")
    return Grid(title, f"{_of(title, within, say)} {as_of(made, say)}", columns, rows)


def _meetings(made: Scene, say: Say, language: Language) -> Grid:
    entries = made.work.entries
    frame = meetings(entries, made.campaign, made.campaign.rules)
    part = meetings(entries[entries["synthetic"]], made.campaign, made.campaign.rules)
    frame = frame.assign(synthetic=part["worker"] + part["enterprise"])
    positions = {
        row["id"]: clean(local_name(row, language))
        for row in made.district.positions[["id", "name", "name_en"]].to_dict("records")
    }
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (positions.get(str(key), str(key)), *(float(value) for value in row))
        for key, row in zip(frame.index, frame.to_numpy(), strict=True)
    )
    heads = (
        "worker_meetings",
        "target",
        "missing",
        "enterprise_meetings",
        "target",
        "missing",
        "of_it_synthetic",
    )
    words = (say(f"progress_short.{head}") if head.endswith("meetings") else say(f"progress.{head}") for head in heads)
    columns = (Column(say("progress_short.position"), "text", 2), *(Column(one, "count") for one in words))
    title = say("progress.sheet_meetings")
    return Grid(title, _of_whole(title, made, say), columns, rows)


def _published(made: Scene, say: Say, language: Language) -> Grid:
    rows: list[tuple[Cell, ...]] = [
        (
            clean((language == "en" and one.name_en) or one.name),
            say(f"qualifier.{one.qualifier}", value=f"{one.value:,.10g}"),
            None if one.counted is None else one.counted.value,
            None if one.counted is None else one.counted.synthetic,
            one.difference,
            say(f"verdict.{one.verdict}"),
            why(one, say),
            clean(one.phrase),
            clean(one.source),
        )
        for one in compare(made.district, made.work)
    ]
    columns = (
        Column(say("progress.figure"), "text", 2),
        Column(say("progress.said")),
        Column(say("progress.counted"), "points"),
        Column(say("progress.of_it_synthetic"), "points"),
        Column(say("progress.difference"), "points"),
        Column(say("progress.verdict")),
        Column(say("progress.why"), "text", 3),
        Column(say("field.phrase"), "text", 3),
        Column(say("field.source")),
    )
    title = say("progress.published")
    return Grid(title, _of_whole(title, made, say), columns, tuple(rows), note=say("progress.published_note"))


def _decided(made: Scene, found: tuple[Decision, ...], say: Say) -> Grid:
    rows = tuple((decision(one.what, made, say), float(one.count), demo_of(one, say)) for one in found)
    title = say("progress.decide")
    columns = (
        Column(title, "text", 3),
        Column(say("progress.value"), "count"),
        Column(say("progress.of_it_synthetic"), "text", 2),
    )
    return Grid(title, f"{_of_whole(title, made, say)} {as_of(made, say)}", columns, rows)


def _grounds(made: Scene, within: Period, say: Say, language: Language) -> list[tuple[str, str]]:
    rows = [
        (say("progress.period"), say("progress.counted_days", since=within.since, until=within.until)),
        (say("progress.on"), as_of(made, say)),
        (say("report_file.boundaries"), asked.boundary(made.district, language)),
    ]
    if known := assumed(made, say):
        rows.append((say("progress.campaign"), known))
    if made.guessed:
        rows.append((say("progress.team"), say("progress.guessed")))
    return rows
