"""蹲点分工: which team serves which position: proposed, moved, checked, published, and the visits that follow."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from geo.layers.base import basemaps
from pages.ui import access, cached, doing, state
from pages.ui.map_view import show_map
from pages.ui.teams import campaign_panel, panel, proposal, setup, versions, visits, work
from pages.ui.teams.teams_map import teams_map

language = state.language()
say = partial(translate, language=language)
tiles = basemaps(cached.settings())


@st.fragment
def view() -> None:
    district, person = cached.district(), access.require("staff")
    left, right = st.columns([7, 5], gap="small")
    with right.container(key="panel"):
        chosen = campaign_panel.choose(district, person, say, language)
        if chosen is None:
            st.info(say("teams.no_campaign"))
            return
        seen = work.see(district, *chosen, person, language)
        selected = st.query_params.get("position", "")
        doing.told()
        panel.overtaken(seen, say)
        panel.flags(seen, district, say)
        visits.coming(seen, district, person, say)
        panel.summary(seen, say)
        with st.container(horizontal=True, key="tools"):
            panel.tools(seen, say, language)
            basemap = panel.ground(tiles, say)
        views = panel.views(seen)
        shown = st.segmented_control(
            say("teams.view"),
            views,
            required=True,
            format_func=lambda one: say(f"teams.view_{one}"),
            label_visibility="collapsed",
            width="stretch",
            **state.in_url("view", "teams", views),
        )
        with st.container(key="picked"):
            panel.picked(seen, selected, say, language)
        match shown:
            case "teams":
                panel.teams_board(seen, person, selected, say, language)
            case "loads":
                setup.weights(seen, say, language)
                setup.table(seen, selected, say, language)
            case "propose":
                proposal.controls(seen, say)
                proposal.follow(seen, say)
                proposal.alternatives(district, seen, say, language)
            case "versions":
                if seen.editable:
                    versions.publish(seen, district, say, language)
                versions.history(seen, district, person, say, language)
            case "visits":
                visits.visits(seen, district, person, say, language)
        panel.notes(seen, say)
    with left:
        base, layers = teams_map(district, seen, basemap, selected, say, language)
        show_map(base, layers, lambda feature: panel.pick(str(feature.get("position") or "")))


view()
