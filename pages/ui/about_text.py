"""The sections of the about page: the pack's own account of itself, as tables to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from geo.district import District
from geo.fieldwork.campaign import campaigns as every
from geo.i18n import Language
from geo.pack import TABLES
from geo.people import Person
from geo.schema import STANDINGS
from geo.words import Say, local_name, local_text
from pages.ui import cached
from pages.ui.words import escape_markdown


def _table(rows: list[Mapping[str, str]], *, alt: str) -> None:
    if not rows:
        return
    frame = pd.DataFrame(rows).map(escape_markdown)
    st.table(frame, border="horizontal", hide_index=True, alt=alt)


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
    sources = {name: local_text(source, "short", language) or name for name, source in district.sources.items()}
    _table(
        [
            {
                say("about.about"): local_text(row, "about", language),
                **{
                    say(f"about.claim_{side}"): say(
                        "about.claim",
                        claim=local_text(row, f"claim_{side}", language),
                        source=sources.get(row[f"source_{side}"], row[f"source_{side}"]),
                    )
                    for side in "ab"
                },
                say("about.handling"): local_text(row, "handling", language),
            }
            for row in district.contradictions.to_dict("records")
        ],
        alt=say("about.contradictions"),
    )


def campaigns(district: District, person: Person, say: Say, language: Language) -> None:
    """Each campaign with its teams, visits, programmes and published figures, the newest first."""
    for campaign in campaigns_for(district, person):
        st.subheader(escape_markdown(local_name(campaign, language)))
        told = []
        if campaign["starts"]:
            standing = say(f"standing.{campaign.get('year_standing') or campaign['standing']}")
            told.append(say("about.starts", date=campaign["starts"], standing=standing))
        if not campaign["of_pack"]:
            told.append(say("about.made_here"))
        if campaign["closed_at"]:
            told.append(say("about.over"))
        st.caption(escape_markdown(" · ".join(filter(None, (*told, local_text(campaign, "note", language))))))
        leads = [(local_name(team, language), team["lead"] or say("about.lead_unknown")) for team in campaign["teams"]]
        st.markdown("\n".join("- " + escape_markdown(say("about.team", team=team, lead=lead)) for team, lead in leads))
        mine = {name: getattr(district, name) for name in ("visits", "programmes", "figures")}
        mine = {name: frame[frame["campaign"] == campaign["id"]] for name, frame in mine.items()}
        _listing(mine["visits"], "visits", "text", say, language)
        _listing(mine["programmes"], "programmes", "name", say, language)
        _figures(mine["figures"], say, language)


def campaigns_for(district: District, person: Person) -> list[dict[str, Any]]:
    """The pack's campaigns as it has them; for staff all there are, as they are now."""
    teams = {id_: rows.to_dict("records") for id_, rows in district.teams.groupby("campaign")}
    pack = {
        row["id"]: {**row, "teams": teams.get(row["id"], []), "of_pack": True, "closed_at": None}
        for row in district.campaigns.sort_values("id", ascending=False).to_dict("records")
    }
    if not person.may("staff"):
        return [*pack.values()]
    return [pack.get(one.id, {}) | asdict(one) for one in every(district, cached.workspace().store)]


def _listing(frame: pd.DataFrame, title: str, name: str, say: Say, language: Language) -> None:
    _table(
        [
            {
                say(f"records.{title}"): local_text(row, name, language),
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
                + local_text(row, "unit", language),
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
                say("about.licence"): local_text(about, "licence", language),
                say("about.how"): local_text(about, "how", language),
            }
            for file, about in district.files.items()
        ],
        alt=say("about.files"),
    )
    st.subheader(say("about.sources"))
    _table(
        [
            {
                say("about.source"): f"{name} · {local_text(source, 'title', language)}",
                say("about.origin"): local_text(source, "origin", language),
                say("about.date"): source.get("date", ""),
                say("about.datum"): source.get("datum", ""),
                say("about.licence"): local_text(source, "licence", language),
                say("about.note"): local_text(source, "note", language),
            }
            for name, source in district.sources.items()
        ],
        alt=say("about.sources"),
    )
