"""选址: where the next stations help most, what they change, and the scenarios kept of it."""

from functools import partial

import streamlit as st

from geo.datum import convert
from geo.i18n import translate
from geo.layers.base import basemaps
from pages.ui import access, cached, state
from pages.ui.map_view import show_map
from pages.ui.planner import answers, plan_controls, plan_panel, question_controls, search_panel
from pages.ui.planner import scenario_panel as scenarios
from pages.ui.planner.downloads import take_along
from pages.ui.planner.plan_map import plan_map

language = state.language()
say = partial(translate, language=language)
tiles = basemaps(cached.settings())
LAYERS = ("candidates", "facilities", "names")


@st.fragment
def view() -> None:
    district, person = cached.district(), access.who()
    staff = person.may("staff")
    left, right = st.columns([7, 5], gap="small")
    panel = right.container(key="panel")
    with panel:
        scenario = scenarios.opened(person, say, language)
        question, plan = question_controls.read(language), plan_controls.read(district, language)
        with st.expander(question_controls.words(question, say), icon=":material/help_center:"):
            question_controls.controls(district, question, say)
            with st.container(horizontal=True):
                question_controls.filters(district, question, say)
        plan_controls.goal(plan, say)
        offered = plan_controls.conditions(district, plan, question, say, language, staff=staff)
        with st.container(horizontal=True, key="row"):
            names = cached.region_names(district, language)
            look = question_controls.look(names, tiles, say, layers=LAYERS, staff=staff)
        search_panel.begin(district, question, plan, offered, say, language, staff=staff)
        adding = plan_controls.add(say)
        with st.container(key="scenarios"):
            other = scenarios.choose(person, district, say)
    outcome = answers.outcome(district, question, plan.sites, language)
    theirs = answers.outcome(district, question, scenarios.sites_of(other), language) if other else None
    found = answers.after(district, question, outcome, look.size_m, staff=staff)
    with left:
        picked, also = plan_controls.picked(plan), theirs.sites if theirs else ()
        base, layers = plan_map(district, found, look, plan, outcome.sites, also, offered, picked, say, language)

        def tapped(lon: float, lat: float) -> None:
            there = convert([lon], [lat], look.basemap.datum if look.basemap else "wgs84", "wgs84")
            put = plan_controls.added if adding else partial(plan_controls.moved, index=picked or 0)
            put(plan, lon=float(there[0][0]), lat=float(there[1][0]))

        on_feature = partial(plan_controls.on_feature, plan)
        show_map(base, layers, on_feature, on_tap=tapped, placing=adding or picked is not None)
    with panel, st.container(key="shown"):  # in one place: what is below must not be drawn anew while it is used
        if scenario:
            scenarios.header(scenario, question, plan, district, person, say)
        if theirs and other:
            scenarios.compare(district, question, outcome, theirs, other, say, language)
        said = search_panel.told(question, plan)
        kept = scenario if scenario and scenarios.as_saved(scenario, question, plan) else None
        if plan.sites:
            proof = said or (kept.proof if kept else None)
            search_panel.verdict(proof, question, say, saved=said is None, staff=staff)
            plan_panel.whole(district, found, outcome, plan, look, proof, offered, say, language)
            files, params = plan_panel.files(say, staff=staff), {**question.params(), **plan.params()}
            report = f"/report/scenario/{kept.id}" if kept else "/report/plan"
            take_along(files, params, say, language, report=report, asked={} if kept else params)
        else:
            st.info(say("site.start"))
    if staff:
        with panel:
            scenarios.keep(scenario, question, plan, said, district, person, say, language)


view()
