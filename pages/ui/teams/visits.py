"""走访计划: which team is to be where on which day, one's own team first, and the calendar feed of it."""

from __future__ import annotations

from datetime import date, time
from html import escape
from urllib.parse import urlencode

import streamlit as st

from geo.clock import today
from geo.district import District
from geo.fieldwork import rights
from geo.fieldwork.campaign import team_of
from geo.i18n import Language
from geo.people import Person
from geo.storage.visits import STATES, PlannedVisit
from geo.words import Say
from pages.ui import access, cached, counted, doing
from pages.ui.teams.work import Seen
from pages.ui.words import escape_markdown

SHOWN_AT_MOST = 60


def coming(seen: Seen, district: District, person: Person, say: Say) -> None:
    """What one's own team has before it: the next few visits."""
    team = team_of(seen.present, person)
    if team is None:
        return
    now = today(district, cached.workspace().now()).isoformat()
    visits = cached.workspace().store.visits.list(seen.campaign.id, team=team.id, since=now)
    next_ = [visit for visit in visits if visit.state == "planned"][:3]
    with st.container(border=True, key="mine"):
        lead = f" · {team.lead}" if team.lead else ""
        st.markdown(f"**{escape_markdown(say('teams.mine', name=team.name) + lead)}**")
        lines = [_line(visit, seen) for visit in next_] or [say("teams.no_tasks")]
        st.markdown("\n".join(f"- {escape_markdown(line)}" for line in lines))


def _line(visit: PlannedVisit, seen: Seen) -> str:
    hours = "–".join(filter(None, (visit.start, visit.end)))
    place = seen.names.positions.get(visit.position, visit.position)
    return " ".join(filter(None, (visit.date, hours, place, visit.what)))


def visits(seen: Seen, district: District, person: Person, say: Say, language: Language) -> None:
    """The visits planned from today on, and those of before on demand; a form for the next; the feed."""
    store = cached.workspace().store.visits
    mine = team_of(seen.present, person)
    now = today(district, cached.workspace().now()).isoformat()
    past = st.toggle(say("teams.past_visits"), key="past_visits")
    number = counted.asked(district, seen.campaign.id, say, language)
    listed = store.list(seen.campaign.id, since=None if past or number else now)
    if number:
        counted.chip(number)
        listed = [visit for visit in listed if visit.id in number.ids]
    listed.sort(key=lambda one: (one.team != (mine.id if mine else one.team), one.date, one.start, one.id))
    if not listed:
        st.info(say("teams.no_visits"))
    for visit in listed[:SHOWN_AT_MOST]:
        _visit(visit, seen, person, say, language)
    if len(listed) > SHOWN_AT_MOST:
        st.caption(say("teams.more_visits", count=len(listed) - SHOWN_AT_MOST))
    if seen.present.closed_at is None and (person.may("leader") or mine):
        _add(seen, person, now, say, language)
    _feed(say, language)


def _visit(visit: PlannedVisit, seen: Seen, person: Person, say: Say, language: Language) -> None:
    team = seen.names.teams.get(visit.team, visit.team)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"visit_{visit.id}"):
        words = f"{_line(visit, seen)} · {team} · {say(f'teams.visit_{visit.state}')}"
        note = f"  \n{escape_markdown(visit.note)}" if visit.note else ""
        st.markdown(escape_markdown(words) + note, width="stretch")
        if seen.present.closed_at is None and rights.may_plan(seen.present, person, visit.team):

            def change(to: str) -> None:
                doing.attempt(
                    lambda who: rights.change_visit(cached.workspace(), who, seen.present, visit, state=to),
                    language,
                    "teams.saved",
                )

            for to in STATES:
                if to != visit.state:
                    label = say(f"teams.visit_to_{to}")
                    st.button(label, key=f"{to}_{visit.id}", type="tertiary", on_click=change, args=(to,))
            if visit.state == "done":
                st.link_button(say("teams.visit_enter"), _entry_form(visit, language), icon=":material/edit_note:")


def _entry_form(visit: PlannedVisit, language: Language) -> str:
    """The address of the ledger's form, filled with what was planned."""
    said = {"kind": "visit", "campaign": visit.campaign, "team": visit.team, "position": visit.position}
    asked = {**said, "date": visit.date, "note": visit.what, "lang": "en" if language == "en" else ""}
    return f"/m/ledger?{urlencode({name: value for name, value in asked.items() if value})}"


def _add(seen: Seen, person: Person, now: str, say: Say, language: Language) -> None:
    mine = team_of(seen.present, person)
    teams = [team.id for team in seen.present.teams] if person.may("leader") or mine is None else [mine.id]
    first = teams.index(mine.id) if mine and mine.id in teams else 0

    def go() -> None:
        said = {name: st.session_state[f"visit_{name}"] for name in ("team", "position", "what", "note")}
        day, hours = st.session_state["visit_date"], {}
        for name in ("start", "end"):
            at: time | None = st.session_state[f"visit_{name}"]
            hours[name] = f"{at:%H:%M}" if at else ""
        date_ = day.isoformat() if day else ""
        doing.attempt(
            lambda who: rights.plan_visit(cached.workspace(), who, seen.present, date=date_, **said, **hours),
            language,
            "teams.saved",
        )

    with st.form("visit", border=True, enter_to_submit=False, clear_on_submit=True):
        st.markdown(f"**{say('teams.plan_visit')}**")
        with st.container(horizontal=True):
            st.selectbox(
                say("teams.team"),
                teams,
                first,
                format_func=lambda id_: seen.names.teams.get(id_, id_),
                key="visit_team",
            )
            st.selectbox(
                say("teams.position"),
                _own_first(seen, mine.id if mine else ""),
                format_func=lambda id_: _with_team(seen, id_),
                key="visit_position",
            )
        with st.container(horizontal=True):
            st.date_input(say("teams.day"), date.fromisoformat(now), key="visit_date", format="YYYY-MM-DD")
            st.time_input(say("teams.start"), None, key="visit_start")
            st.time_input(say("teams.end"), None, key="visit_end")
        st.text_input(say("teams.visit_what"), key="visit_what", max_chars=200)
        st.text_area(say("teams.note"), key="visit_note", max_chars=2000, height=80)
        st.form_submit_button(say("teams.plan_visit_go"), type="primary", on_click=go)


def _own_first(seen: Seen, team: str) -> list[str]:
    return sorted(seen.present.positions, key=lambda one: seen.plan.where.get(one) != team)


def _with_team(seen: Seen, position: str) -> str:
    name, number = seen.names.positions.get(position, position), seen.number(seen.plan.where.get(position))
    return f"{name}（{number}）" if number else name


def _feed(say: Say, language: Language) -> None:
    """The secret address of the calendar, shown once when it is made."""
    with st.expander(say("teams.feed"), icon=":material/calendar_month:"):
        st.caption(say("teams.feed_help"))

        def make() -> None:
            who, workspace = access.who(), cached.workspace()
            if who.id:
                st.session_state["feed"] = workspace.store.people.calendar_link(who.id, workspace.now())

        def end() -> None:
            who = access.who()
            st.session_state.pop("feed", None)
            if who.id:
                cached.workspace().store.people.end_calendar(who.id)

        if token := st.session_state.get("feed"):
            st.code(f"{_address()}/calendar/{token}.ics?lang={language}", language=None)
            st.caption(escape(say("teams.feed_secret")))
        with st.container(horizontal=True):
            st.button(say("teams.feed_make"), key="feed_make", on_click=make)
            st.button(say("teams.feed_end"), key="feed_end", type="tertiary", on_click=end)


def _address() -> str:
    """Where others reach the app: as the settings say, else as this browser does."""
    if said := cached.settings().public_url:
        return said.rstrip("/")
    scheme, _, rest = st.context.url.partition("://")
    return f"{scheme}://{rest.split('/')[0]}"
