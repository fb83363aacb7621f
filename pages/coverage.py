"""覆盖盲区: who has no service in reach, where, at which hour, and how that depends on the reach."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from geo.layers.base import basemaps
from pages.ui import access, cached, state
from pages.ui.map_view import show_map
from pages.ui.planner import answers, coverage_panel, question_controls
from pages.ui.planner.coverage_map import coverage_map
from pages.ui.planner.downloads import take_along

language = state.language()
say = partial(translate, language=language)
tiles = basemaps(cached.settings())


@st.fragment  # A changed control reruns this much, not the frame.
def view() -> None:
    district = cached.district()
    staff = access.who().may("staff")
    left, right = st.columns([7, 5], gap="small")
    panel = right.container(key="panel")
    with panel:
        question = question_controls.read(language)
        question_controls.controls(district, question, say)
        with st.container(horizontal=True, key="row"):
            question_controls.filters(district, question, say)
            names = cached.region_names(district, language)
            look = question_controls.look(names, tiles, say, layers=answers.LAYERS, staff=staff)
    found = answers.found(district, question, look.size_m, staff=staff)
    with left:  # before the panel's numbers: the map takes longest to draw
        base, layers = coverage_map(district, found, look, say, language)
        show_map(base, layers, lambda feature: feature.get("code") and state.pick_region(feature["code"]))
    with panel:
        question_controls.empty_states(district, found, say)
        coverage_panel.totals(found, say)
        if look.region:
            coverage_panel.detail(district, found, look, say, language)
        coverage_panel.answers(district, found, look, say, language)
        files = coverage_panel.files(found, say)
        params = question.params()
        take_along(files, params, say, language, report="/report/coverage", asked=params)


view()
