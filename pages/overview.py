"""服务地图: one map of the district with its gaps, the totals beside it, the regions to choose from."""

from functools import partial

import streamlit as st

from geo.facilities import KINDS
from geo.i18n import translate
from geo.layers.base import basemaps
from pages.ui import access, cached, overview_panel, state
from pages.ui.map_view import show_map
from pages.ui.overview_map import overview_map

language = state.language()
say = partial(translate, language=language)
tiles = basemaps(cached.settings())


@st.fragment  # A changed control reruns this much, not the frame.
def view() -> None:
    district = cached.district()
    left, right = st.columns([7, 4], gap="small")
    panel = right.container(key="panel")
    with panel:
        kinds = [kind for kind in KINDS if (district.facilities["kind"] == kind).any()]
        staff, names = access.who().may("staff"), cached.region_names(district, language)
        asked = state.controls(say, kinds, names, list(tiles), staff=staff)
    answer = cached.answer(district, asked.kinds, asked.within_m, asked.lens, asked.measure)
    with left:  # before the panel's numbers: the map takes longest to draw
        base, layers = overview_map(district, asked, answer, tiles.get(asked.basemap), say, language)
        show_map(base, layers, lambda feature: feature.get("code") and state.pick_region(feature["code"]))
    with panel:
        overview_panel.empty_states(district, asked, say)
        overview_panel.totals(district, asked, answer, say)
        if asked.region:
            overview_panel.detail(district, asked, answer, say, language, named=staff)
        overview_panel.table(district, asked, answer, say, language)


view()
