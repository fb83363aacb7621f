"""What the page was asked to show: campaign, stretch of days, team and town, all of it in the URL."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import streamlit as st

from geo.district import District
from geo.fieldwork.campaign import Campaign, campaigns
from geo.i18n import Language
from geo.progress import days
from geo.progress.days import Period
from geo.progress.measures import Where
from geo.progress.scene import Scene, key
from geo.words import Say, local_name
from pages.ui import cached, counted, state
from pages.ui.words import told_apart

PERIODS = ("whole", "month", "week", "days")


@dataclass(frozen=True, eq=False)
class Asked:
    """A campaign's work, and what of it is shown. ``where``: the days, team and town; ``on``: the day that was asked
    for to tell appeals and what is due as of, ``""`` for none. ``teams``, ``towns``: names by id and code. ``key``:
    what all of it follows from.
    """

    scene: Scene
    where: Where
    on: str
    teams: dict[str, str]
    towns: dict[str, str]
    key: tuple[object, ...]

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.scene.campaign


def ask(district: District, say: Say, language: Language) -> Asked | None:
    """The controls, and what they say now; None where there is no campaign."""
    workspace = cached.workspace()
    every = {one.id: one for one in campaigns(district, workspace.store)}
    if not every:
        return None
    names = told_apart({one.id: local_name(asdict(one), language) for one in every.values()})
    first = next((one.id for one in every.values() if one.closed_at is None), next(iter(every)))
    with st.container(horizontal=True, vertical_alignment="bottom", key="progress_campaign"):
        chosen = st.selectbox(
            say("progress.campaign"), list(every), format_func=names.get, **state.in_url("campaign", first, list(every))
        )
        found = counted.scene_of(district, chosen)
        period = st.segmented_control(
            say("progress.period"),
            PERIODS,
            required=True,
            format_func=lambda one: say(f"progress.period_{one}"),
            **state.in_url("period", "whole", PERIODS),
        )
        on = st.date_input(
            say("progress.on"), None, format="YYYY-MM-DD", help=say("progress.on_help"), **state.day_in_url("on")
        )
    day = on.isoformat() if on else ""
    found = found.on(day)
    with st.container(horizontal=True, vertical_alignment="bottom", key="progress_where"):
        within = _period(found, period, say)
        teams = told_apart({one.id: local_name(asdict(one), language) for one in found.campaign.teams})
        towns = cached.region_names(district, language)
        team = st.selectbox(
            say("progress.team"),
            ["", *teams],
            format_func=lambda one: teams.get(one, say("progress.every_team")),
            **state.in_url("team", "", ["", *teams]),
        )
        town = st.selectbox(
            say("progress.town"),
            ["", *towns],
            format_func=lambda one: towns.get(one, say("progress.every_town")),
            **state.in_url("region", "", ["", *towns]),
        )
    where = Where(within, team or None, town or None)
    return Asked(found, where, day, teams, towns, key(workspace, district, chosen))


def _period(found: Scene, period: str, say: Say) -> Period:
    """The days asked for; never after the day that is told as of."""
    whole = found.whole
    if period == "month":
        months = days.months(whole.since, whole.until)[::-1]
        return days.month(st.selectbox(say("progress.month"), months, **state.in_url("month", months[0], months)))
    if period == "week":
        weeks = days.weeks(whole.since, whole.until)[::-1]
        return days.week(
            st.selectbox(
                say("progress.week"),
                weeks,
                format_func=lambda one: week_words(one, say),
                **state.in_url("week", weeks[0], weeks),
            )
        )
    if period == "days":
        said = [
            st.date_input(say(f"progress.{name}"), None, format="YYYY-MM-DD", **state.day_in_url(name))
            for name in ("since", "until")
        ]
        since, until = (one.isoformat() if isinstance(one, date) else "" for one in said)
        return Period(since or whole.since, until or whole.until)
    return whole


def week_words(week: str, say: Say) -> str:
    """A week with its first and last day."""
    within = days.week(week)
    return say("progress.week_named", week=week, since=within.since, until=within.until)
