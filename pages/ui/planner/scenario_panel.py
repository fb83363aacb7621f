"""Scenarios on the screen: opened by link, saved, shared, adopted, set side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any

import streamlit as st

from geo.coverage import TOTAL
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.facilities import KINDS
from geo.i18n import Language, explain, translate
from geo.people import Person
from geo.planner import Question
from geo.planner.outcome import Outcome
from geo.planner.plan import Plan, Site
from geo.scenarios import Scenario, adopt, may_read
from geo.words import Say, percent
from pages.ui import access, cached, state
from pages.ui.planner import plan_controls, question_controls
from pages.ui.planner.amounts import amount, distance_or_dash
from pages.ui.planner.plan_panel import served_share
from pages.ui.widgets import figures
from pages.ui.words import escape_markdown, moment


def sites_of(scenario: Scenario) -> tuple[Site, ...]:
    """The sites a scenario keeps."""
    names = ("id", "name", "lon", "lat", "moved")
    return tuple(Site(**{name: site[name] for name in names}) for site in scenario.sites)


def opened(person: Person, say: Say, language: Language) -> Scenario | None:
    """The scenario that the URL names, its question, plan and sites in the URL unless that has sites of its own."""
    id_ = st.query_params.get("scenario", "")
    if not id_:
        return None
    scenario = cached.workspace().store.scenarios.get(id_)
    if scenario is None or not may_read(scenario, person):
        st.warning(say("scenario.unreadable"))
        return None
    if "sites" not in st.query_params:
        try:
            question, plan = Question.read(scenario.question), Plan.read(scenario.plan)
        except ParameterError as error:  # of a program that could ask what this one cannot
            st.warning(escape_markdown(explain(error, language)))
            return None
        question_controls.write(question)
        plan_controls.write(replace(plan, sites=sites_of(scenario)))
    return scenario


def header(scenario: Scenario, question: Question, plan: Plan, district: District, person: Person, say: Say) -> None:
    """Which scenario is open, who made it (for staff), and whether what is shown is what was saved."""
    with st.container(border=True, key="scenario"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape_markdown(scenario.name)}**", width="stretch")
            st.button(say("scenario.close"), icon=":material/close:", type="tertiary", on_click=_close)
        zone = district.about["time_zone"]
        staff = person.may("staff")
        saved = {"by": scenario.changed_by if staff else "", "at": moment(scenario.changed_at, zone)}
        facts = [say("scenario.made", **saved).strip()]
        if scenario.adopted_at:
            adopted = {"by": scenario.adopted_by if staff else "", "at": moment(scenario.adopted_at, zone)}
            facts.append(say("scenario.adopted_at", **adopted).strip())
        if scenario.grounds.get("synthetic"):
            facts.append(say("scenario.synthetic"))
        if scenario.retired:
            facts.append(say("scenario.is_retired", why=scenario.retired))
        if scenario.grounds.get("revision") != district.revision:
            facts.append(say("scenario.older"))
        if not as_saved(scenario, question, plan):
            facts.append(say("scenario.unsaved"))
        st.caption(escape_markdown(" · ".join(facts)))
        if scenario.notes:
            st.caption(escape_markdown(scenario.notes))


def as_saved(scenario: Scenario, question: Question, plan: Plan) -> bool:
    """Whether what is shown is what the scenario keeps, so that its proof is of it."""
    return scenario.question == question.params() and _places(plan.sites) == _places(sites_of(scenario))


def _places(sites: tuple[Site, ...]) -> list[tuple[str, float, float]]:
    return [(site.id, round(site.lon, 5), round(site.lat, 5)) for site in sites]


def _close() -> None:
    for name in ("scenario", "sites", "with"):
        state.put(name, "")


Work = Callable[[Person, datetime], Any]
"""Something to be done to scenarios, by whom and when."""


def _do(work: Work, done: str, language: Language) -> None:
    """Does it, if who asks may still; what came of it is told in the next run. Called by buttons before that run, which
    another may cut short: what a button says is lost then.
    """
    person, now = access.who(), cached.workspace().now()
    try:
        if not person.may("staff"):
            raise GongtuError("scenario.staff")
        result = work(person, now)
    except GongtuError as error:
        st.session_state["scenario_error"] = explain(error, language)
        return
    st.session_state["scenario_done"] = translate(done, language)
    if isinstance(result, Scenario):
        state.put("scenario", result.id)


def keep(
    scenario: Scenario | None,
    question: Question,
    plan: Plan,
    proof: dict[str, Any] | None,
    district: District,
    person: Person,
    say: Say,
    language: Language,
) -> None:
    """Saving, sharing, adopting and retiring: for staff."""
    # Forgotten once it is on its way: another run may cut this one short at whatever it draws.
    with st.container(key="scenario_told"):
        if said := st.session_state.get("scenario_error", ""):
            st.error(escape_markdown(said))
            st.session_state.pop("scenario_error", None)
    if said := st.session_state.get("scenario_done", ""):
        st.toast(escape_markdown(said), icon=":material/check_circle:", duration="long")  # outlives the next run
        st.session_state.pop("scenario_done", None)
    fields: dict[str, Any] = {
        "question": question.params(),
        "plan": {name: text for name, text in plan.params().items() if name != "sites"},
        "sites": [vars(site) for site in plan.sites],
        "proof": proof,
        "grounds": {
            "revision": district.revision,
            "as_of": district.about["as_of"],
            "synthetic": district.invented,
        },
    }
    with st.expander(say("scenario.keep"), icon=":material/bookmark:"):
        _save(scenario, fields, say, language)
        if scenario:
            _share(scenario, say, language)
            _adopt(scenario, person, say, language)
            _retire(scenario, say, language)


def _save(scenario: Scenario | None, fields: Mapping[str, Any], say: Say, language: Language) -> None:
    store = cached.workspace().store.scenarios
    names = [f"scenario_{part}_{scenario.id if scenario else ''}" for part in ("name", "notes")]

    def said() -> dict[str, Any]:
        return {**fields, "name": st.session_state[names[0]], "notes": st.session_state[names[1]]}

    def add(by: Person, at: datetime) -> Scenario:
        return store.add(**{**said(), "by": by.name, "at": at})

    # The page is drawn again when a search ends: what a button says at that very moment could be lost.
    searching = "solving" in st.session_state
    with st.form("scenario_form", border=False, enter_to_submit=False):
        st.text_input(say("scenario.name"), scenario.name if scenario else "", key=names[0], max_chars=80)
        st.text_area(say("scenario.notes"), scenario.notes if scenario else "", key=names[1], max_chars=2000)
        if scenario and not scenario.retired and not scenario.adopted_at:
            kept = scenario

            def change(by: Person, at: datetime) -> Scenario:
                return store.change(kept.id, kept.version, by=by.name, at=at, **said())

            words = (change, "scenario.saved", language)
            st.form_submit_button(say("scenario.update"), on_click=_do, args=words, disabled=searching)
        words = (add, "scenario.saved", language)
        new = say("scenario.save_new")
        st.form_submit_button(new, type="primary", on_click=_do, args=words, disabled=searching)
        if searching:
            st.caption(say("scenario.searching"))


def _share(scenario: Scenario, say: Say, language: Language) -> None:
    store = cached.workspace().store.scenarios
    on = not scenario.shared

    def share(by: Person, at: datetime) -> Scenario:
        return store.change(scenario.id, scenario.version, by=by.name, at=at, shared=on)

    st.button(
        say("scenario.share" if on else "scenario.unshare"),
        icon=":material/share:",
        disabled=bool(scenario.retired),
        on_click=_do,
        args=(share, "scenario.saved", language),
    )
    if scenario.shared:
        st.caption(say("scenario.shared_help"))
    st.code(f"/siting?scenario={scenario.id}", language=None)


def _adopt(scenario: Scenario, person: Person, say: Say, language: Language) -> None:
    if scenario.adopted_at or scenario.retired or not person.may("leader"):
        return

    def taken(by: Person, _: datetime) -> Scenario:
        if not st.session_state["adopt_sure"]:
            raise GongtuError("scenario.adopt_tick")
        return adopt(cached.workspace(), scenario, by, st.session_state["adopt_kind"])

    with st.form("adopt", border=True):
        st.caption(say("scenario.adopt_help", count=len(scenario.sites)))
        st.selectbox(say("field.kind"), KINDS, format_func=lambda one: say(f"kind.{one}"), key="adopt_kind")
        st.checkbox(say("scenario.adopt_sure"), key="adopt_sure")
        words = (taken, "scenario.adopted_done", language)
        st.form_submit_button(say("scenario.adopt"), on_click=_do, args=words)


def _retire(scenario: Scenario, say: Say, language: Language) -> None:
    def retire(by: Person, at: datetime) -> Scenario:
        why = "" if scenario.retired else st.session_state["retire_why"].strip()
        if not why and not scenario.retired:
            raise GongtuError("scenario.retire_needs")
        store = cached.workspace().store.scenarios
        return store.retire(scenario.id, scenario.version, why=why, by=by.name, at=at)

    with st.form("retire", border=True, enter_to_submit=False):
        if not scenario.retired:
            st.text_input(say("scenario.retire_why"), key="retire_why")
        words = (retire, "scenario.saved", language)
        st.form_submit_button(say("scenario.back" if scenario.retired else "scenario.retire"), on_click=_do, args=words)


def choose(person: Person, district: District, say: Say) -> Scenario | None:
    """The list of scenarios to open one from, and the one to compare with what is shown, if any."""
    if not person.may("staff"):
        return None
    scenarios = {one.id: one for one in cached.workspace().store.scenarios.list()}
    if not scenarios:
        return None
    zone = district.about["time_zone"]

    def label(id_: str) -> str:
        if not id_:
            return say("site.none")
        one = scenarios[id_]
        return f"{one.name}（{len(one.sites)}）{moment(one.changed_at, zone)}"

    def open_() -> None:
        if id_ := st.session_state["open_scenario"]:
            state.put("sites", "")
            state.put("scenario", id_)
            st.session_state["open_scenario"] = ""

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(say("scenario.open"), ["", *scenarios], format_func=label, key="open_scenario", on_change=open_)
        other = st.selectbox(
            say("scenario.compare"), ["", *scenarios], format_func=label, **state.in_url("with", "", ["", *scenarios])
        )
    return scenarios.get(other)


def compare(
    district: District,
    question: Question,
    one: Outcome,
    other: Outcome,
    scenario: Scenario,
    say: Say,
    language: Language,
) -> None:
    """What is shown and a scenario side by side: both asked the question shown."""
    measure = question.who.measure
    total = [found.after.rows.loc[TOTAL] for found in (one, other)]
    rows = [
        (say("scenario.sites"), *(str(len(found.sites)) for found in (one, other))),
        (say("site.total_served"), *(percent(served_share(row), say) for row in total)),
        (say("table.served"), *(amount(row["served"], measure, say) for row in total)),
        (say("table.unserved"), *(amount(row["unserved"], measure, say) for row in total)),
        (say("blind.median"), *(distance_or_dash(row["median_m"], say) for row in total)),
        (say("blind.p90"), *(distance_or_dash(row["p90_m"], say) for row in total)),
        (say("site.worst"), *(distance_or_dash(found.worst_after_m, say) for found in (one, other))),
    ]
    heads = ("", say("scenario.shown"), scenario.name)
    figures(heads, rows)
    names = cached.region_names(district, language)
    served = [found.after.rows["served"] for found in (one, other)]
    differing = (served[0] - served[1]).loc[district.demand.codes]
    differing = differing[differing != 0].sort_values(key=abs, ascending=False, kind="stable")
    lines = [
        (names[code], amount(served[0][code], measure, say), amount(served[1][code], measure, say), f"{gap:+,.0f}")
        for code, gap in differing.items()
    ]
    if lines:
        figures((say("table.region"), *heads[1:], say("scenario.difference")), lines)
    mine, theirs = ({site.id for site in found.sites if not site.moved} for found in (one, other))
    st.caption(escape(say("scenario.common", both=len(mine & theirs), one=len(one.sites), other=len(other.sites))))
