"""The report of who goes where: a version of a campaign's plan in words and tables; the sheet and the workbook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from geo.assignment import check
from geo.district import District
from geo.fieldwork.plan import METRICS
from geo.fieldwork.told import PARTS, Told, ToldPosition, ToldTeam
from geo.fieldwork.words import finding_words, names_of, note_words
from geo.fieldwork.workload import DEFAULTS
from geo.i18n import Language, translate
from geo.report import asked
from geo.report.content import Block, Cell, Column, Grid, Heading, Pairs, Report, Words
from geo.text import clean
from geo.words import Say, distance, percent

METHOD = ("load", "target", "ground", "travel")


def assignment_report(district: District, found: Told, language: Language, printed: datetime) -> Report:
    """The version's tables: who has what, the workload of each position, what changed since the version before; and in
    words how it was worked out and on what it stands.
    """
    say: Say = partial(translate, language=language)
    blocks: list[Block] = [
        teams_grid(found, say, language),
        _positions(district, found, say, language),
        _changes(found, say, language),
        Heading(say("assignment_file.version_title")),
        Pairs(tuple(_version(district, found, say))),
        Heading(say("assignment_file.checked")),
        Words(tuple(findings(district, found, say, language))),
        Heading(say("report_file.method")),
        Pairs(tuple(method(found, say))),
        Heading(say("report_file.grounds")),
        Pairs(tuple(grounds(district, found, say, language))),
    ]
    as_of = str(district.about["as_of"])
    local = printed.astimezone(ZoneInfo(district.about["time_zone"]))
    made_up = translate("export.made_up", "en") if found.synthetic else ""
    version = found.number or "draft"
    return Report(
        title=clean(one_name(found.campaign, language)),
        subtitle=subtitle(found, say),
        mark=" · ".join(mark(found, say)),
        dated=say("report_file.dated", as_of=as_of, printed=f"{local:%Y-%m-%d %H:%M}"),
        foot=clean(district.notice(language)),
        blocks=tuple(blocks),
        language=language,
        printed=printed,
        file=f"gongtu-{district.about['id']}-assignment-{found.campaign.id}-{version}{made_up}",
        words_sheet=say("assignment_file.sheet_words"),
    )


def one_name(of: Any, language: Language) -> str:
    """The name of a campaign, team or position in the language."""
    return str((language == "en" and of.name_en) or of.name)


def subtitle(found: Told, say: Say) -> str:
    """Which version it is, from when it holds, and its note."""
    if not found.number:
        return say("assignment_file.draft")
    said = say("assignment_file.numbered", number=found.number, starts=found.starts or say("total.none"))
    note = clean(" ".join(found.note.split()))
    return f"{said} · {note}" if note else said


def mark(found: Told, say: Say) -> list[str]:
    """What has to be seen before anything else: that loads are made up, that it is a draft."""
    marks = [say("assignment_file.synthetic")] if found.synthetic else []
    return marks if found.number else [*marks, say("assignment_file.draft_mark")]


def teams_grid(found: Told, say: Say, language: Language) -> Grid:
    """A row for each team, then one for what nobody has, where there is any, and the sum."""
    names = {position.id: one_name(position, language) for position in found.positions}
    together = say("export.and")

    def row(team: ToldTeam) -> tuple[Cell, ...]:
        return (
            str(team.number),
            clean(one_name(team, language)),
            clean(team.lead),
            clean(together.join(team.departments)),
            clean(together.join(names[one] for one in team.positions)),
            float(len(team.positions)),
            team.load,
            team.target,
            team.deviation,
        )

    rows = [row(team) for team in found.teams]
    if left := found.unassigned:
        listed = clean(together.join(names[one.id] for one in left))
        load = math.fsum(one.load for one in left if not math.isnan(one.load))
        empty: tuple[Cell, ...] = ("", say("assignment_file.unassigned"), "", "", listed, float(len(left)))
        rows.append((*empty, load, None, None))
    loads = [one.load for one in found.positions if not math.isnan(one.load)]
    whole: tuple[Cell, ...] = ("", say("assignment_file.total"), "", "", "", float(len(found.positions)))
    targets = math.fsum(team.target for team in found.teams)
    rows.append((*whole, math.fsum(loads), targets if found.teams else None, None))
    columns = (
        Column(say("assignment_file.number"), "text", 0.4),
        Column(say("assignment_file.team"), "text", 2.0),
        Column(say("assignment_file.lead"), "text", 1.2),
        Column(say("assignment_file.departments"), "text", 2.0),
        Column(say("assignment_file.positions"), "text", 4.0),
        Column(say("assignment_file.count"), "count", 0.8),
        Column(say("assignment_file.load"), "points", 1.0),
        Column(say("assignment_file.target"), "points", 1.0),
        Column(say("assignment_file.deviation"), "share", 1.0),
    )
    note = say("assignment_file.teams_note", balance=percent(found.plan.balance, say))
    return Grid(say("assignment_file.sheet_teams"), "", columns, tuple(rows), total=True, note=note)


def _positions(district: District, found: Told, say: Say, language: Language) -> Grid:
    """A row for each position: its team, its load in this version, and what the data of today make of it."""
    teams = {team.id: one_name(team, language) for team in found.teams}
    regions = asked.region_names(district, say, language)

    def row(one: ToldPosition) -> tuple[Cell, ...]:
        return (
            str(one.number) if one.number else "",
            clean(teams.get(one.team, say("assignment_file.unassigned"))),
            one.id,
            clean(one_name(one, language)),
            say(f"position_kind.{one.kind}") if one.kind else "",
            regions.get(one.region, "") if one.region else "",
            say("export.yes") if one.fixed else say("export.no"),
            one.load,
            *(one.points[part] for part in PARTS),
            say(f"standing.{one.location_standing}") if one.location_standing else "",
            say(f"standing.{one.standing}") if one.standing else say("assignment_file.gone"),
        )

    columns = (
        Column(say("assignment_file.number"), "text", 0.4),
        Column(say("assignment_file.team"), "text", 2.0),
        Column(say("field.id")),
        Column(say("assignment_file.position"), "text", 2.0),
        Column(say("field.kind"), "text", 1.4),
        Column(say("export.field.region_name"), "text", 1.4),
        Column(say("assignment_file.fixed"), "text", 0.6),
        Column(say("assignment_file.load"), "points"),
        *(Column(say("assignment_file.today", part=say(f"workload.{part}")), "points") for part in PARTS),
        Column(say("field.location_standing")),
        Column(say("field.standing")),
    )
    rows = tuple(row(one) for one in found.positions)
    title = say("assignment_file.positions_title")
    return Grid(say("assignment_file.sheet_load"), title, columns, rows, note=say("assignment_file.positions_note"))


def _changes(found: Told, say: Say, language: Language) -> Grid:
    """What is different from the version before."""
    columns = (
        Column(say("assignment_file.what"), "text", 1.6),
        Column(say("assignment_file.of_whom"), "text", 2.4),
        Column(say("assignment_file.was"), "text", 2.4),
        Column(say("assignment_file.is"), "text", 2.4),
    )
    rows = tuple(changes(found, say, language)) if found.before else ()
    key = ("changes_since" if rows else "changes_none") if found.before else "changes_first"
    words = say(f"assignment_file.{key}", number=found.before)
    return Grid(say("assignment_file.sheet_changes"), words, columns, rows)


def changes(found: Told, say: Say, language: Language) -> Iterator[tuple[Cell, ...]]:
    """Line by line: what was changed, of whom, from what, to what. First who goes where, then the demands; last teams
    whose name, lead or departments are not what they were.
    """
    names = {one.id: one_name(one, language) for one in found.positions}
    teams = {one.id: one_name(one, language) for one in found.teams}
    names = {key: str(said.get("name", key)) for key, said in found.grounds_before.get("names", {}).items()} | names
    before: dict[str, Mapping[str, Any]] = {str(said["id"]): said for said in found.grounds_before.get("teams", ())}
    teams = {key: str(said.get("name", key)) for key, said in before.items()} | teams

    def shown(part: str, value: Any) -> str:
        if value is None:
            return {"where": say("assignment_file.unassigned"), "weights": say("assignment_file.usual")}.get(part, "")
        if part in ("where", "fixed"):
            return clean(teams.get(str(value), str(value)))
        if isinstance(value, list | tuple):
            return clean(say("export.and").join(teams.get(str(one), str(one)) for one in value))
        return f"{100 * value:g}%" if part == "balance" else f"{value:g}"

    order = {part: number for number, part in enumerate(("where", "fixed", "never", "strength", "weights", "extra"))}
    said = [(field.partition("."), was, now) for field, (was, now) in found.changed.items()]
    for (part, _, key), was, now in sorted(said, key=lambda one: (order.get(one[0][0], 9), one[0][2])):
        subject = teams if part == "strength" else names
        words = say(f"workload.{key}") if part == "weights" and key in METRICS else clean(subject.get(key, key))
        yield say(f"assignment_file.change_{part}"), words, shown(part, was), shown(part, now)
    for team in found.teams:
        then = before.get(team.id)
        if then is None:
            yield say("assignment_file.change_team"), clean(team.name), "", say("assignment_file.new_team")
            continue
        was_text, now_text = (
            clean(" · ".join(filter(None, (name, lead, say("export.and").join(departments)))))
            for name, lead, departments in (
                (str(then.get("name", "")), str(then.get("lead", "")), [*map(str, then.get("departments", ()))]),
                (team.name, team.lead, [*team.departments]),
            )
        )
        if was_text != now_text:
            yield say("assignment_file.change_team"), clean(team.name), was_text, now_text
    for gone in before.keys() - {team.id for team in found.teams}:
        yield say("assignment_file.change_team"), clean(teams[gone]), clean(teams[gone]), say("assignment_file.no_team")


def _version(district: District, found: Told, say: Say) -> Iterator[tuple[str, str]]:
    zone = ZoneInfo(district.about["time_zone"])
    yield say("assignment_file.campaign"), clean(found.campaign.name)
    yield say("assignment_file.version_title"), subtitle(found, say)
    if found.at and found.number:
        yield say("assignment_file.published"), f"{found.at.astimezone(zone):%Y-%m-%d %H:%M}"
    yield say("report_file.as_of"), found.data_as_of
    yield say("report_file.revision"), found.revision


def findings(district: District, found: Told, say: Say, language: Language) -> list[str]:
    """What is wrong with the plan on the boundaries and workload of today, in words."""
    if not found.teams:
        return [say("assignment_file.no_teams")]
    names = names_of(district, found.campaign, language)
    wrong = check(found.posed.problem, found.posed.team)
    said = [clean(finding_words(one, found.posed, names, say)) for one in wrong]
    return said or [say("assignment_file.sound")]


def method(found: Told, say: Say) -> list[tuple[str, str]]:
    """How the numbers were worked out."""
    weights = [
        say(
            "assignment_file.weight",
            part=say(f"workload.{metric}"),
            points=f"{found.plan.weights.get(metric, usual):g}",
        )
        for metric, usual in DEFAULTS.items()
        if metric in found.counted
    ]
    said = {
        "weights": say("export.and").join(weights) or say("total.none"),
        "balance": percent(found.plan.balance, say),
        "metres": distance(found.travel_m, say),
    }
    return [(say(f"assignment_file.method_{key}"), say(f"assignment_file.method_{key}_text", **said)) for key in METHOD]


def grounds(district: District, found: Told, say: Say, language: Language) -> list[tuple[str, str]]:
    """What the plan stands on: boundaries, the list of positions, their places, and what the workload does not know."""
    names = names_of(district, found.campaign, language)
    rows = [(say("report_file.boundaries"), asked.boundary(district, language))]
    for key, part in (("positions_standing", "standing"), ("places_standing", "location_standing")):
        counts: dict[str, int] = {}
        for position in found.positions:
            standing = getattr(position, part)
            counts[standing] = counts.get(standing, 0) + 1
        words = [
            f"{say(f'standing.{standing}') if standing else say('total.none')} {count}"
            for standing, count in sorted(counts.items())
        ]
        rows.append((say(f"assignment_file.{key}"), say("export.and").join(words) or say("total.none")))
    notes = [clean(note_words(note, names, say)) for note in found.posed.workload.notes]
    return rows + [("" if number else say("assignment_file.notes"), note) for number, note in enumerate(notes)]
