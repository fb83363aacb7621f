"""Scenarios on the screen: opened by link, saved, shared, adopted, set side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from geo.coverage import TOTAL
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.facilities import KINDS
from geo.i18n import Language, explain
from geo.people import Person
from geo.planner import Question
from geo.planner.outcome import Outcome
from geo.planner.plan import Plan, Site
from geo.scenarios import Scenario, adopt, may_read
from geo.words import Say, percent
from pages.ui import cached, state
from pages.ui.planner import plan_controls, question_controls
from pages.ui.planner.amounts import amount, distance_or_dash
from pages.ui.planner.coverage_panel import table_html
from pages.ui.planner.plan_panel import served_share
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
    store = cached.workspace().store.scenarios

    def doing(work: Callable[[], Any], done: str) -> None:
        try:
            result = work()
        except GongtuError as error:
            st.session_state["scenario_error"] = explain(error, language)
            return
        st.session_state["scenario_done"] = say(done)
        if isinstance(result, Scenario):
            state.put("scenario", result.id)

    if said := st.session_state.pop("scenario_error", ""):
        st.error(escape_markdown(said))
    if said := st.session_state.pop("scenario_done", ""):
        st.toast(escape_markdown(said), icon=":material/check_circle:", duration="long")  # outlives the next run
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
    who = {"by": person.name, "at": cached.workspace().now()}
    with st.expander(say("scenario.keep"), icon=":material/bookmark:"):
        with st.form("scenario_form", border=False, enter_to_submit=False):
            name = st.text_input(say("scenario.name"), scenario.name if scenario else "", max_chars=80)
            notes = st.text_area(say("scenario.notes"), scenario.notes if scenario else "", max_chars=2000)
            both = {**fields, "name": name, "notes": notes}
            fixed = not scenario or scenario.retired or scenario.adopted_at
            if scenario and not fixed and st.form_submit_button(say("scenario.update")):
                doing(lambda: store.change(scenario.id, scenario.version, **who, **both), "scenario.saved")
                st.rerun(scope="app")
            if st.form_submit_button(say("scenario.save_new"), type="primary"):
                doing(lambda: store.add(**{**both, **who}), "scenario.saved")
                st.rerun(scope="app")
        if scenario:
            _share(scenario, who, doing, say)
            _adopt(scenario, person, doing, say)
            _retire(scenario, who, doing, say)


def _share(scenario: Scenario, who: dict[str, Any], doing: Callable[[Callable[[], Any], str], None], say: Say) -> None:
    store = cached.workspace().store.scenarios
    on = not scenario.shared
    st.button(
        say("scenario.share" if on else "scenario.unshare"),
        icon=":material/share:",
        disabled=bool(scenario.retired),
        on_click=doing,
        args=(lambda: store.change(scenario.id, scenario.version, **who, shared=on), "scenario.saved"),
    )
    if scenario.shared:
        st.caption(say("scenario.shared_help"))
    st.code(f"/siting?scenario={scenario.id}", language=None)


def _adopt(scenario: Scenario, person: Person, doing: Callable[[Callable[[], Any], str], None], say: Say) -> None:
    if scenario.adopted_at or scenario.retired or not person.may("leader"):
        return
    with st.form("adopt", border=True):
        st.caption(say("scenario.adopt_help", count=len(scenario.sites)))
        kind = st.selectbox(say("field.kind"), KINDS, format_func=lambda one: say(f"kind.{one}"))
        sure = st.checkbox(say("scenario.adopt_sure"))
        if st.form_submit_button(say("scenario.adopt")):
            if sure:
                doing(lambda: adopt(cached.workspace(), scenario, person, kind), "scenario.adopted_done")
            else:
                st.session_state["scenario_error"] = say("scenario.adopt_tick")
            st.rerun(scope="app")


def _retire(scenario: Scenario, who: dict[str, Any], doing: Callable[[Callable[[], Any], str], None], say: Say) -> None:
    store = cached.workspace().store.scenarios
    with st.form("retire", border=True, enter_to_submit=False):
        why = "" if scenario.retired else st.text_input(say("scenario.retire_why"))
        if st.form_submit_button(say("scenario.back" if scenario.retired else "scenario.retire")):
            if why.strip() or scenario.retired:
                doing(lambda: store.retire(scenario.id, scenario.version, why=why, **who), "scenario.saved")
            else:
                st.session_state["scenario_error"] = say("scenario.retire_needs")
            st.rerun(scope="app")


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
    st.html(table_html(heads, rows))
    names = cached.region_names(district, language)
    served = [found.after.rows["served"] for found in (one, other)]
    differing = (served[0] - served[1]).loc[district.demand.codes]
    differing = differing[differing != 0].sort_values(key=abs, ascending=False, kind="stable")
    lines = [
        (names[code], amount(served[0][code], measure, say), amount(served[1][code], measure, say), f"{gap:+,.0f}")
        for code, gap in differing.items()
    ]
    if lines:
        st.html(table_html((say("table.region"), *heads[1:], say("scenario.difference")), lines))
    mine, theirs = ({site.id for site in found.sites if not site.moved} for found in (one, other))
    st.caption(escape(say("scenario.common", both=len(mine & theirs), one=len(one.sites), other=len(other.sites))))
