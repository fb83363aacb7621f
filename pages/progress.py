"""进展: for leaders: what a campaign has come to, what needs a decision, and whether the published figures hold."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from geo.progress.measures import SHADE, SHADED
from pages.ui import access, cached, state
from pages.ui.map_view import show_map
from pages.ui.progress import asked as asking
from pages.ui.progress import parts, tables, take, trend
from pages.ui.progress.progress_map import progress_map

language = state.language()
say = partial(translate, language=language)


@st.fragment
def view() -> None:
    access.require("leader")
    district = cached.district()
    with st.container(key="wide"):
        st.html(take.STYLE)
        st.title(say("page.progress.title"))
        asked = asking.ask(district, say, language)
        if asked is None:
            st.info(say("progress.no_campaign"))
            return
        parts.told(asked, say)
        with st.container(key="progress_decide"):
            parts.decide(asked, say, language)
        with st.container(key="progress_numbers"):
            parts.numbers(asked, say, language)
        left, right = st.columns([6, 7], gap="medium")
        with left, st.container(key="progress_map"):
            shade = st.selectbox(
                say("progress.shade"),
                SHADED,
                format_func=lambda one: say(f"progress_measure.{one}"),
                **state.in_url("shade", SHADE, SHADED),
            )
            base, layers = progress_map(district, asked, shade, say, language)
            show_map(base, layers, lambda feature: feature.get("code") and state.pick_region(feature["code"]))
            st.caption(say("progress.map_help"))
        with right, st.container(key="progress_kinds"):
            tables.kinds(asked, say, language)
        with st.container(key="progress_parts"):
            tables.parts(asked, say, language)
        with st.container(key="progress_trend"):
            trend.trends(asked, say)
        with st.container(key="progress_published"):
            tables.published(asked, say, language)
        with st.container(key="progress_take"):
            take.along(asked, say, language)


view()
