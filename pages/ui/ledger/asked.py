"""What the ledger's page was asked to show: the campaign, the view, the filters, all of it in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import streamlit as st

from geo.casework import appeals
from geo.casework.listed import NOBODY, Wanted, faults, select
from geo.casework.told import Names
from geo.clock import AsOf, as_of, today
from geo.district import District
from geo.fieldwork.campaign import Campaign, campaigns, team_of
from geo.i18n import Language
from geo.ledger import AMOUNTS, KINDS
from geo.people import Person
from geo.programmes import KINDS as PROGRAMME_KINDS
from geo.words import Say
from pages.ui import cached, counted, state
from pages.ui.words import escape_markdown, told_apart

VIEWS = ("entries", "appeals", "meetings", "mediation", "programmes")
FIXED = {"appeals": "appeal", "mediation": "mediation", "programmes": "programme"}
"""The views of one kind of entry."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What the page shows: the campaign, the entries that are wanted, the latest first (``rows``), and their names.

    ``every``: all entries of the campaign. ``as_of``: the days that appeals are judged by; ``today``: the day it is.
    """

    campaign: Campaign
    view: str
    wanted: Wanted
    every: pd.DataFrame
    rows: pd.DataFrame
    as_of: AsOf
    names: Names
    person: Person
    today: date

    @property
    def open(self) -> bool:
        """Whether anything can be entered or changed."""
        return self.campaign.closed_at is None


def see(district: District, person: Person, say: Say, language: Language) -> Seen | None:
    """The controls, and what they say now; None where there is no campaign."""
    workspace = cached.workspace()
    every = campaigns(district, workspace.store)
    if not every:
        return None
    entries = workspace.entries()
    accounts = {one.id: one.name for one in workspace.store.people.list()}
    names = Names(district, every, language, accounts)
    campaign = _campaign(every, person, names, say)
    view = st.segmented_control(
        say("ledger.view"),
        VIEWS,
        required=True,
        format_func=lambda one: say(f"ledger.view_{one}"),
        label_visibility="collapsed",
        width="stretch",
        **state.in_url("view", "entries", VIEWS),
    )
    wanted = _filters(campaign, view, district, person, names, say)
    mine, now = entries[entries["campaign"] == campaign.id], today(district, workspace.now())
    days = as_of(mine, now)
    if number := counted.asked(district, campaign.id, say, language):
        counted.chip(number)
        days = number.asof
        mine = appeals.known_on(mine, days.today) if number.number.on else mine
        if number.number.what == "meetings":
            wanted = replace(wanted, positions=number.ids or ("-",), until=days.today.isoformat())
        else:
            wanted = replace(wanted, ids=number.ids)
    rows = select(mine, wanted, today=days, rules={campaign.id: campaign.rules})
    return Seen(campaign, view, wanted, mine, rows, days, names, person, now)


def _campaign(every: Sequence[Campaign], person: Person, names: Names, say: Say) -> Campaign:
    """The one that the URL names, else that of the entry it names, else one's own under way, else the newest."""
    known = {one.id: one for one in every}
    opened = cached.workspace().store.get("entries", st.query_params.get("entry", ""))
    of_entry = known.get(str(opened.values["campaign"])) if opened else None
    open_ = [one for one in every if one.closed_at is None] or list(every)
    first = of_entry or next((one for one in open_ if team_of(one, person)), open_[0])
    labels = told_apart({id_: names.of("campaign", id_) for id_ in known})
    chosen = st.selectbox(
        say("field.campaign"),
        list(known),
        format_func=lambda id_: labels[id_],
        **state.in_url("campaign", first.id, list(known)),
    )
    return known[chosen]


def _filters(campaign: Campaign, view: str, district: District, person: Person, names: Names, say: Say) -> Wanted:
    """What is wanted of the campaign's entries."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ledger_filters"):
        text = st.text_input(
            say("ledger.text"), placeholder=say("ledger.text"), label_visibility="collapsed", **state.text_in_url("q")
        )
        with st.popover(say("ledger.filters"), icon=":material/tune:"):
            wanted = _more(campaign, view, district, names, say)
    url = st.query_params
    wanted = replace(wanted, text=text.strip(), enterprise=url.get("enterprise", ""), facility=url.get("facility", ""))
    if view == "appeals" and st.toggle(say("ledger.mine"), **state.in_url("mine", False, (False, True))):
        wanted = replace(wanted, handler=person.id)
    elif view == "appeals" and url.get("handler") == NOBODY:
        wanted = replace(wanted, handler=NOBODY)
    if url.get("says", "") in AMOUNTS:
        wanted = replace(wanted, says=url["says"])
    if view in FIXED:
        wanted = replace(wanted, kinds=(FIXED[view],))
    elif view == "meetings":
        wanted = replace(wanted, kinds=("worker_meeting", "enterprise_meeting"))
    _said(wanted, view, names, say)
    _not_understood(campaign, district, person, say)
    return wanted


def _more(campaign: Campaign, view: str, district: District, names: Names, say: Say) -> Wanted:
    def several(field: str, key: str, options: Sequence[str], words: dict[str, str]) -> tuple[str, ...]:
        return tuple(
            st.multiselect(
                say(f"field.{field}"),
                options,
                format_func=lambda one: words[one],
                placeholder=say("ledger.any"),
                **state.in_url(key, (), options),
            )
        )

    def named(field: str, ids: Sequence[str]) -> dict[str, str]:
        return told_apart({id_: names.of(field, id_, campaign.id) for id_ in ids})

    teams = [team.id for team in campaign.teams]
    regions = list(district.regions["code"])
    kinds, states, programme_kinds = (), (), ()
    if view == "entries":
        kinds = several("kind", "kind", KINDS, {kind: say(f"entry_kind.{kind}") for kind in KINDS})
    if view == "appeals":
        words = {one: say(f"appeal_state.{one}") for one in appeals.STATES}
        states = several("state", "state", appeals.STATES, words)
    if view in ("entries", "programmes"):
        words = {one: say(f"programme_kind.{one}") for one in PROGRAMME_KINDS}
        programme_kinds = several("programme_kind", "programme_kind", PROGRAMME_KINDS, words)
    found = Wanted(
        campaign=campaign.id,
        kinds=kinds,
        states=states,
        programme_kinds=programme_kinds,
        teams=several("team", "team", teams, named("team", teams)),
        positions=several("position", "position", campaign.positions, named("position", campaign.positions)),
        regions=several("region", "region", regions, named("region", regions)),
    )
    with st.container(horizontal=True):
        days = [
            st.date_input(say(f"ledger.{key}"), None, format="YYYY-MM-DD", **state.day_in_url(key))
            for key in ("since", "until")
        ]
    since, until = (day.isoformat() if day else "" for day in days)
    st.button(say("ledger.all"), type="tertiary", icon=":material/filter_alt_off:", on_click=_forget)
    return replace(found, since=since, until=until)


def _forget() -> None:
    """Lets go of every filter."""
    for key in (
        "kind",
        "state",
        "programme_kind",
        "team",
        "position",
        "region",
        "since",
        "until",
        "q",
        "enterprise",
        "facility",
        "handler",
        "says",
        counted.NAME,
        "page",
    ):
        state.put(key, "")


def _not_understood(campaign: Campaign, district: District, person: Person, say: Say) -> None:
    """What the address asks for and nobody can make out: the rest is shown."""
    known = {
        "view": VIEWS,
        "team": [team.id for team in campaign.teams],
        "position": campaign.positions,
        "region": district.regions["code"].tolist(),
    }
    if found := faults(st.query_params, person, known):
        words = "; ".join(f"{one.params['field']}={one.params['value']}" for one in found)
        st.warning(escape_markdown(say("ledger.not_understood", what=words)))


def _said(wanted: Wanted, view: str, names: Names, say: Say) -> None:
    """The filters that are set, in words, so that nobody takes a part for the whole."""
    parts = [say(f"entry_kind.{kind}") for kind in wanted.kinds if view == "entries"]
    parts += [say(f"appeal_state.{one}") for one in wanted.states]
    parts += [say(f"programme_kind.{one}") for one in wanted.programme_kinds]
    for field, ids in (("team", wanted.teams), ("position", wanted.positions), ("region", wanted.regions)):
        parts += [names.of(field, id_, wanted.campaign) for id_ in ids]
    parts += [names.of(field, id_) for field in ("enterprise", "facility") if (id_ := getattr(wanted, field))]
    parts += [say("ledger.only_nobody")] * (wanted.handler == NOBODY)
    parts += [say("ledger.only_says", what=say(f"field.{wanted.says}"))] if wanted.says else []
    if wanted.since or wanted.until:
        parts.append(f"{wanted.since or '…'} – {wanted.until or '…'}")
    with st.container(key="ledger_said"):
        if parts:
            st.caption(escape_markdown(say("ledger.only", what=" · ".join(parts))))
