"""A list that a number of 进展 opens: which rows the number counts, and in words what was asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

from geo.casework.appeals import STATES
from geo.clock import AsOf
from geo.district import District
from geo.i18n import Language
from geo.progress.measures import MEASURES
from geo.progress.opened import Number, counted_ids
from geo.progress.scene import Scene, key, scene
from geo.progress.words import decision
from geo.words import Say, local_name
from pages.ui import access, cached, state
from pages.ui.words import escape_markdown

NAME = "counted"
"""The parameter of the address."""


@dataclass(frozen=True)
class Counted:
    """``ids``: what the number counts (see ``counted_ids``); ``asof``: the days that it is told as of; ``words``."""

    number: Number
    ids: tuple[str, ...]
    asof: AsOf
    words: str


def scene_of(district: District, campaign: str) -> Scene:
    """The work of a campaign, put together once while nothing of it changes."""
    workspace = cached.workspace()
    kept = key(workspace, district, campaign)
    return cached.once(("progress", *kept), lambda: scene(workspace, district, campaign))


def asked(district: District, campaign: str, say: Say, language: Language) -> Counted | None:
    """What the address asks for; None where it asks for no number."""
    text = st.query_params.get(NAME, "")
    if not text:
        return None
    number = Number.read(text).open_to(access.who())
    made = scene_of(district, campaign)
    ids = counted_ids(cached.workspace(), made, number)
    return Counted(number, ids, made.on(number.on).asof, _words(number, made, say, language))


def chip(found: Counted) -> None:
    """What the list is of; a press lets go of it."""
    words = escape_markdown(found.words)
    st.button(words, icon=":material/close:", key=f"chip_{NAME}", on_click=state.put, args=(NAME, ""))


def _words(number: Number, made: Scene, say: Say, language: Language) -> str:
    where, within = number.where, number.where.period
    name, _, kind = number.what.partition(":")
    if name in MEASURES:
        words = [say(key) for key in ([f"programme_kind.{kind}"] if kind else []) + [f"progress_measure.{name}"]]
    elif states := [state for state in STATES if state in number.what.split(",")]:
        words = [say(f"appeal_state.{state}") for state in states]
    else:
        words = [decision(number.what, made, say) if number.what else say("progress.no_number")]
    teams = {team.id: local_name(asdict(team), language) for team in made.campaign.teams}
    towns = cached.region_names(made.district, language)
    for by, names, id_ in (("team", teams, where.team), ("town", towns, where.town)):
        if id_ is not None:
            words.append(names.get(id_, id_) if id_ else say(f"progress.no_{by}"))
    words += [f"{within.since or '…'} – {within.until or '…'}"] * bool(within.since or within.until)
    words += [f"{say('progress.on')} {number.on}"] * bool(number.on)
    return " · ".join(words)
