"""All that is counted of a campaign in some days, as tables: for a workbook."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from geo.casework.clock import AsOf
from geo.i18n import Language, translate
from geo.ledger import Rules
from geo.organising.following import PREPARING_DAYS
from geo.progress.dashboard import ERASED_SOON_DAYS, NEXT_DAYS, Decision, by_state, meetings, standing
from geo.progress.days import Period
from geo.progress.measures import MEASURES, By, Where, count, table
from geo.progress.published import compare
from geo.progress.scene import Scene
from geo.progress.words import as_of, last_day
from geo.report import asked
from geo.report.content import Block, Cell, Column, Grid, Heading, Pairs, Report
from geo.text import clean
from geo.words import Say, local_name

COUNTED = tuple(name for name, one in MEASURES.items() if one.of != "pack")


def progress_report(
    made: Scene,
    within: Period,
    asof: AsOf,
    found: tuple[Decision, ...],
    language: Language,
    printed: datetime,
) -> Report:
    """Every measure, by team, town and week; appeals, meetings, published figures; what is to be decided."""
    say: Say = partial(translate, language=language)
    district, campaign = made.district, made.campaign
    local = printed.astimezone(ZoneInfo(district.about["time_zone"]))
    invented = bool(made.work.entries["synthetic"].any() or made.work.founded["synthetic"].any())
    blocks: list[Block] = [
        _measures(made, within, say),
        *(_by(made, within, by, say, language) for by in ("team", "town", "week")),
        _appeals(made, asof, say),
        _meetings(made, say, language),
        _published(made, say, language),
        _decided(found, campaign.rules, say),
        Heading(say("report_file.grounds")),
        Pairs(tuple(_grounds(made, within, asof, say, language))),
    ]
    made_up = translate("export.made_up", "en") if invented else ""
    name = clean(local_name(asdict(campaign), language))
    return Report(
        title=clean(say("progress.file_title", name=name)),
        subtitle=say("progress.counted_days", since=within.since, until=within.until),
        mark=say("brief.synthetic") if invented else "",
        dated=say("brief.dated", day=last_day(made, asof).isoformat(), printed=f"{local:%Y-%m-%d %H:%M}"),
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
        rows.append((say(f"progress_measure.{name}"), one.value, one.synthetic, float(one.unsaid)))
    columns = (
        Column(say("progress.measure"), "text", 3),
        Column(say("progress.value"), "points"),
        Column(say("progress.of_it_synthetic"), "points"),
        Column(say("progress.not_said"), "count"),
    )
    return Grid(say("progress.sheet_measures"), say("progress.numbers"), columns, tuple(rows))


def _by(made: Scene, within: Period, by: By, say: Say, language: Language) -> Grid:
    frame = table(made.work, COUNTED, by, Where(within))
    teams = {team.id: clean(local_name(asdict(team), language)) for team in made.campaign.teams}
    towns = asked.region_names(made.district, say, language)
    names = {"team": teams, "town": towns}.get(by, {})
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (names.get(str(key), str(key)) if key else say(f"progress.no_{by}"), *(float(value) for value in row))
        for key, row in zip(frame.index, frame.to_numpy(), strict=True)
    )
    columns = (
        Column(say(f"progress.{by}"), "text", 2),
        *(Column(say(f"progress_measure.{name}"), "points") for name in COUNTED),
    )
    return Grid(say(f"progress.by_{by}"), say(f"progress.by_{by}"), columns, rows, note=say("progress.table_note"))


def _appeals(made: Scene, asof: AsOf, say: Say) -> Grid:
    seen = standing(made.work, asof, made.campaign.rules)
    rows = tuple((say(f"appeal_state.{state}"), float(counted)) for state, counted in by_state(seen).items())
    columns = (Column(say("progress.group_appeals"), "text", 2), Column(say("progress.value"), "count"))
    return Grid(say("progress.group_appeals"), as_of(made, asof, say), columns, rows)


def _meetings(made: Scene, say: Say, language: Language) -> Grid:
    frame = meetings(made.work.entries, made.campaign, made.campaign.rules)
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
    )
    words = (say(f"progress_short.{head}") if head.endswith("meetings") else say(f"progress.{head}") for head in heads)
    columns = (Column(say("progress_short.position"), "text", 2), *(Column(one, "count") for one in words))
    return Grid(say("progress.sheet_meetings"), say("progress.sheet_meetings"), columns, rows)


def _published(made: Scene, say: Say, language: Language) -> Grid:
    rows: list[tuple[Cell, ...]] = [
        (
            clean((language == "en" and one.name_en) or one.name),
            say(f"qualifier.{one.qualifier}", value=f"{one.value:,.10g}"),
            None if one.counted is None else one.counted.value,
            None if one.counted is None else one.counted.synthetic,
            one.difference,
            say(f"verdict.{one.verdict}"),
            " ".join(say(f"published.{key}", **values) for key, values in one.reasons),
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
    return Grid(title, title, columns, tuple(rows), note=say("progress.published_note"))


def _decided(found: tuple[Decision, ...], rules: Rules, say: Say) -> Grid:
    words = {"days": ERASED_SOON_DAYS, "silent": rules.silent_days, "preparing": PREPARING_DAYS, "next": NEXT_DAYS}
    rows = tuple((say(f"decision.{one.what}", **words), float(one.count)) for one in found)
    columns = (Column(say("progress.decide"), "text", 3), Column(say("progress.value"), "count"))
    return Grid(say("progress.decide"), say("progress.decide"), columns, rows)


def _grounds(made: Scene, within: Period, asof: AsOf, say: Say, language: Language) -> list[tuple[str, str]]:
    rows = [
        (say("progress.period"), say("progress.counted_days", since=within.since, until=within.until)),
        (
            say("progress.on"),
            as_of(made, asof, say),
        ),
        (say("report_file.boundaries"), asked.boundary(made.district, language)),
    ]
    if made.work.span.assumed:
        rows.append((say("progress.campaign"), say("progress.end_assumed")))
    if made.guessed:
        rows.append((say("progress.team"), say("progress.guessed")))
    return rows
