"""Choices, times and commits as a screen says them: unknown as a dash."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from geo.intake.plan import RETIRED_AS
from geo.people import REPORTS
from geo.storage import Commit
from geo.storage.seed import ACTOR
from geo.words import Say


def choice_word(noun: str, column: str, value: Any, say: Say) -> str:
    """A choice of a noun's column in words (``kind`` means another thing for each noun); other values as they are."""
    if value is None or value == "" or value != value:
        return say("total.none")
    kinds = {"facilities": "kind", "positions": "position_kind", "regions": "region_kind", "entries": "entry_kind"}
    table = {"kind": kinds.get(noun, ""), "location_standing": "standing"}.get(column, column)
    try:
        return say(f"{table}.{value}")
    except KeyError:
        return str(value)


def writer(by: str, say: Say) -> str:
    """Who changed something: a person's name, that it came with the pack, or that several reported it."""
    return say({ACTOR: "commit.pack", REPORTS: "commit.reports"}[by]) if by in (ACTOR, REPORTS) else by


def retired_because(reason: str, say: Say) -> str:
    """Why a record was retired: a person's words, or what the program retired it for."""
    return say(f"retired_as.{reason}") if reason in (ACTOR, RETIRED_AS) else reason


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """The names by id; of those that several have, each with its id: a list of choices knows them by their words."""
    several = Counter(names.values())
    return {id_: f"{name}（{id_}）" if several[name] > 1 else name for id_, name in names.items()}


def moment(at: datetime, time_zone: str) -> str:
    """An instant to the minute, in the district's time."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"


def commit_rows(commits: Sequence[Commit], time_zone: str, say: Say) -> list[dict[str, str]]:
    """What was written and by whom, a row a commit, under its words."""

    def counted(counts: Mapping[str, int]) -> str:
        return " · ".join(
            say(f"commit.{'back' if action == 'restore' else action}", count=f"{count:,}")
            for action, count in counts.items()
        )

    return [
        {
            say("commit.revision"): str(commit.revision),
            say("commit.at"): moment(commit.at, time_zone),
            say("commit.by"): writer(commit.by, say),
            say("commit.what"): say(f"commit.{commit.what}"),
            say("commit.why"): commit.why,
            say("commit.counts"): counted(commit.counts),
        }
        for commit in commits
    ]


def escape_markdown(text: str) -> str:
    """A value of a record, to be read as it is where Streamlit reads Markdown: no markup, no link, icon or arrow.

    Streamlit makes links, icons and arrows out of plain text too, after Markdown is done with it; a word joiner, which
    is not seen, keeps their marks apart.
    """
    plain = re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])", r"\\\1", " ".join(text.split()))
    return re.sub(r"(?i)(:|/|www|-)", "\\1\u2060", plain)
