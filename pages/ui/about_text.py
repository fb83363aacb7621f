"""The sections of the about page: the pack's own account of itself, as tables to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from geo.district import District
from geo.i18n import Language
from geo.pack import TABLES
from geo.schema import STANDINGS
from geo.words import Say, local_name
from pages.ui import cached
from pages.ui.words import escape_markdown


def _table(rows: list[Mapping[str, str]], *, alt: str) -> None:
    if not rows:
        return
    frame = pd.DataFrame(rows).map(escape_markdown)
    st.table(frame, border="horizontal", hide_index=True, alt=alt)


def _in(language: Language, record: Mapping[str, Any], name: str) -> str:
    """The field in the language; the Chinese one where there is no English."""
    return str((language == "en" and record.get(f"{name}_en")) or record.get(name, ""))


def standing(district: District, say: Say) -> None:
    """What each standing means, and how many records of each noun have it."""
    st.subheader(say("about.standing"))
    st.markdown("\n".join(f"- {say(f'about.standing_{standing}')}" for standing in STANDINGS))
    frames = {name: getattr(district, name) for name in TABLES if name != "entries"}
    frames["entries"] = cached.workspace().entries()
    counts = {name: frame["standing"].value_counts() for name, frame in frames.items()}
    st.subheader(say("about.count"))
    _table(
        [
            {say("about.records"): say(f"records.{name}")}
            | {say(f"standing.{s}"): f"{count.get(s, 0):,}" if s in count else "" for s in STANDINGS}
            for name, count in counts.items()
        ],
        alt=say("about.count"),
    )


def contradictions(district: District, say: Say, language: Language) -> None:
    """What the sources say against one another or themselves, and what the map makes of it."""
    sources = {name: _in(language, source, "short") or name for name, source in district.sources.items()}
    _table(
        [
            {
                say("about.about"): _in(language, row, "about"),
                say("about.claim_a"): f"{row['claim_a']}（{sources.get(row['source_a'], row['source_a'])}）",
                say("about.claim_b"): f"{row['claim_b']}（{sources.get(row['source_b'], row['source_b'])}）",
                say("about.handling"): _in(language, row, "handling"),
            }
            for row in district.contradictions.to_dict("records")
        ],
        alt=say("about.contradictions"),
    )


def campaigns(district: District, say: Say, language: Language) -> None:
    """Each campaign with its teams, visits, programmes and published figures, the newest first."""
    for campaign in district.campaigns.sort_values("id", ascending=False).to_dict("records"):
        st.subheader(escape_markdown(local_name(campaign, language)))
        mine = {name: getattr(district, name) for name in ("teams", "visits", "programmes", "figures")}
        mine = {name: frame[frame["campaign"] == campaign["id"]] for name, frame in mine.items()}
        started = ""
        if campaign["starts"]:
            standing = say(f"standing.{campaign['year_standing'] or campaign['standing']}")
            started = say("about.starts", date=campaign["starts"], standing=standing)
        note = campaign["note"] if language == "zh" else ""  # the pack has it in Chinese only
        st.caption(escape_markdown(" · ".join(filter(None, (started, note)))))
        for team in mine["teams"].to_dict("records"):
            lead = team["lead"] or say("about.lead_unknown")
            st.markdown("- " + escape_markdown(say("about.team", team=local_name(team, language), lead=lead)))
        _listing(mine["visits"], "visits", "text", say, language)
        _listing(mine["programmes"], "programmes", "name", say, language)
        _figures(mine["figures"], say, language)


def _listing(frame: pd.DataFrame, title: str, name: str, say: Say, language: Language) -> None:
    _table(
        [
            {
                say(f"records.{title}"): _in(language, row, name),
                say("about.date"): row.get("date", "") or row["as_of"],
                say("about.basis"): say(f"standing.{row['standing']}"),
                say("about.phrase"): row["phrase"],
            }
            for row in frame.to_dict("records")
        ],
        alt=say(f"records.{title}"),
    )


def _figures(frame: pd.DataFrame, say: Say, language: Language) -> None:
    _table(
        [
            {
                say("about.figure"): local_name(row, language),
                say("about.value"): say(f"qualifier.{row['qualifier']}", value=f"{row['value']:,.0f}")
                + " "
                + _in(language, row, "unit"),
                say("about.phrase"): row["phrase"],
            }
            for row in frame.to_dict("records")
        ],
        alt=say("about.figures"),
    )


def sources(district: District, say: Say, language: Language) -> None:
    """Each file of the pack, and each source its records name."""
    st.subheader(say("about.files"))
    _table(
        [
            {
                say("about.file"): file,
                say("about.date"): about.get("as_of", ""),
                say("about.datum"): about.get("datum", ""),
                say("about.licence"): _in(language, about, "licence"),
                say("about.how"): _in(language, about, "how"),
            }
            for file, about in district.files.items()
        ],
        alt=say("about.files"),
    )
    st.subheader(say("about.sources"))
    _table(
        [
            {
                say("about.source"): f"{name} · {_in(language, source, 'title')}",
                say("about.origin"): _in(language, source, "origin"),
                say("about.date"): source.get("date", ""),
                say("about.datum"): source.get("datum", ""),
                say("about.licence"): _in(language, source, "licence"),
                say("about.note"): _in(language, source, "note"),
            }
            for name, source in district.sources.items()
        ],
        alt=say("about.sources"),
    )
