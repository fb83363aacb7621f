"""服务地图: one map of the district with its gaps, the totals beside it, the regions to choose from."""

from functools import partial

import streamlit as st

from geo.facilities import KINDS
from geo.i18n import translate
from geo.layers.base import basemaps
from pages.ui import cached, coverage_panel, state
from pages.ui.coverage_map import coverage_map
from pages.ui.map_view import show_map
from pages.ui.words import local_name

language = state.language()
say = partial(translate, language=language)
pack = cached.pack()
tiles = basemaps(cached.settings())

left, right = st.columns([7, 4], gap="small")
with right, st.container(key="panel"):
    kinds = [kind for kind in KINDS if (pack.facilities["kind"] == kind).any()]
    regions = {region["code"]: local_name(region, language) for region in pack.regions.to_dict("records")}
    view = state.controls(say, kinds, regions, list(tiles))
    answer = cached.answer(pack, view.kinds, view.within_m, view.lens, view.measure)
    coverage_panel.empty_states(pack, view, say)
    coverage_panel.totals(pack, view, answer, say)
    if view.region:
        coverage_panel.detail(pack, view, answer, say, language)
    coverage_panel.table(pack, view, answer, say, language)
with left:
    base, layers = coverage_map(pack, view, answer, tiles.get(view.basemap), say, language)
    show_map(base, layers, lambda feature: feature.get("code") and state.pick_region(feature["code"]))
