"""A planner's question in words, and how it was answered: what both reports say of themselves."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo.coverage import NO_REGION, TOTAL
from geo.district import District
from geo.export.words import source
from geo.i18n import Language, messages
from geo.nearest import DETOUR, SPEEDS_M_S
from geo.planner.coverage import Answer
from geo.planner.privacy import AT_LEAST
from geo.planner.question import Question
from geo.text import clean
from geo.words import Say, distance, local_name

SOURCES_AT_MOST = 12


def reach(question: Question, say: Say) -> str:
    """How far is in reach, minutes with the metres they stand for."""
    value, unit = question.reach.value, question.reach.unit
    metres = f"{question.reach.within_m:,.0f}"
    return say(f"report_file.reach_{unit}", value=f"{value:,g}", metres=metres)


def kinds(question: Question, say: Say) -> str:
    """The kinds of service asked about."""
    return say("export.and").join(say(f"kind.{kind}") for kind in question.kinds) or say("total.none")


def asked(answer: Answer, say: Say, language: Language) -> tuple[tuple[str, str], ...]:
    """The question, line by line."""
    question, who = answer.question, answer.question.who
    parts = [say(f"report_file.union_{who.union}")]
    if who.industries:
        parts.append(say("report_file.industries", names=say("export.and").join(map(clean, who.industries))))
    if who.groups:
        known = messages(language)
        named = [known.get(f"group.{name}", name) for name in who.groups]
        parts.append(say("report_file.groups", names=say("export.and").join(named)))
    return (
        (say("report_file.asked_kinds"), kinds(question, say)),
        (say("report_file.asked_reach"), reach(question, say)),
        (say("report_file.asked_who"), say("report_file.and_also").join(parts)),
        (say("report_file.asked_measure"), say(f"report_file.measure_{who.measure}")),
        (say("report_file.asked_when"), when(answer, say)),
        (say("report_file.asked_lens"), say(f"lens.{question.lens}")),
    )


def when(answer: Answer, say: Say) -> str:
    """The moment whose opening hours count."""
    if answer.question.when is None or answer.at is None:
        return say("report_file.any_time")
    weekday = say(f"weekday.{answer.question.when.weekday}")
    return say("report_file.at", weekday=weekday, time=f"{answer.at:%H:%M}", date=f"{answer.at:%Y-%m-%d}")


def subtitle(answer: Answer, say: Say) -> str:
    """The question in one line."""
    parts = [kinds(answer.question, say), reach(answer.question, say)]
    parts.append(say(f"report_file.union_{answer.question.who.union}"))
    if answer.question.when is not None:
        parts.append(f"{say(f'weekday.{answer.question.when.weekday}')} {answer.question.when.hour:02d}:00")
    return " · ".join(parts)


def share_words(question: Question, say: Say) -> str:
    """What the share of a row is."""
    return say(f"report_file.share_{question.lens}")


def method(answer: Answer, district: District, say: Say, language: Language) -> list[tuple[str, str]]:
    """How the numbers were worked out, with every assumption."""
    question = answer.question
    crs = district.about["metric_crs"]
    rows = [
        (say("report_file.method_distance"), say("report_file.method_distance_text", crs=crs)),
        (say("report_file.method_served"), say("report_file.method_served_text")),
        (share_words(question, say), say(f"report_file.share_{question.lens}_text")),
        (say("report_file.second"), say("report_file.second_text")),
        (say("report_file.method_quantiles"), say("report_file.method_quantiles_text")),
        (say("report_file.gap_area"), say("report_file.gap_area_text", boundary=boundary(district, language))),
    ]
    if question.reach.unit != "m":
        speed = f"{SPEEDS_M_S[question.reach.unit]:g}"
        rows.insert(
            1, (say("report_file.method_minutes"), say("report_file.method_minutes_text", speed=speed, detour=DETOUR))
        )
    if question.when is not None:
        rows.append((say("report_file.method_when"), say("report_file.method_when_text", when=when(answer, say))))
    if question.who.measure != "enterprises":
        words = say(
            "report_file.method_unstated_text",
            count=f"{answer.unstated:,}"
            if answer.unstated == 0 or answer.unstated >= AT_LEAST
            else say("report_file.few"),
            measure=say(f"report_file.measure_{question.who.measure}"),
        )
        rows.append((say("report_file.method_unstated"), words))
    return rows


def boundary(district: District, language: Language) -> str:
    """What the boundaries are."""
    labels = district.regions[f"boundary_label_{language}"]
    return str(labels.iloc[0]) if len(labels) else ""


def grounds(district: District, frames: Sequence[pd.DataFrame], say: Say, language: Language) -> list[tuple[str, str]]:
    """What the report stands on: as of when, which revision, the boundaries, whose records on what grounds."""
    names = ("records.enterprises", "records.facilities")
    rows = [
        (say("report_file.as_of"), str(district.about["as_of"])),
        (say("report_file.revision"), district.revision),
        (say("report_file.boundaries"), boundary(district, language)),
    ]
    cells: set[str] = set()
    for name, frame in zip(names, frames, strict=True):
        counts = frame["standing"].value_counts().sort_index()
        words = say("export.and").join(f"{say(f'standing.{key}')} {count:,}" for key, count in counts.items())
        rows.append((say(name), words or say("total.none")))
        cells |= {part.strip() for cell in frame["source"].unique() for part in str(cell).split(";")}
    cells |= {part.strip() for cell in district.regions["boundary_source"].unique() for part in str(cell).split(";")}
    for number, name in enumerate(sorted(cells - {""})[:SOURCES_AT_MOST]):
        rows.append(("" if number else say("field.source"), source(name, district, language)))
    standings = {key for frame in frames for key in frame["standing"].unique()} | set(
        district.regions["boundary_standing"]
    )
    for key in sorted(standings - {""}):
        rows.append((say(f"standing.{key}"), say(f"about.standing_{key}").replace("**", "")))
    return rows


def region_names(district: District, say: Say, language: Language) -> dict[str, str]:
    """The name of each row of an answer's table."""
    named = {
        str(row["code"]): local_name(row, language)
        for row in district.regions[["code", "name", "name_en"]].to_dict("records")
    }
    return {**named, NO_REGION: say("report_file.no_region"), TOTAL: say("report_file.whole")}


def metres(value: float, say: Say) -> str:
    """A distance in words, a dash where there is none."""
    return say("total.none") if value != value else distance(value, say)
