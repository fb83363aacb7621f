"""数据说明: what the data is, where it comes from, what is inferred or invented, what contradicts."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from pages.ui import about_text as text
from pages.ui import access, cached, state

language = state.language()
say = partial(translate, language=language)
district = cached.district()

with st.container(key="text"):
    st.title(say("page.about.title"))
    st.markdown(say("about.lead"))
    grounds, contradictions, campaigns, sources = st.tabs(
        [say("about.grounds"), say("about.contradictions"), say("about.campaigns"), say("about.sources")]
    )
    with grounds:
        text.standing(district, say)
        for note in district.about.get("notes", []):
            st.subheader(note["title"][language])
            st.markdown(note["text"][language])
        for section in ("region_order", "method", "api"):
            st.subheader(say(f"about.{section}"))
            st.markdown(say(f"about.{section}_text", crs=district.plane.crs))
    with contradictions:
        text.contradictions(district, say, language)
    with campaigns:
        text.campaigns(district, access.who(), say, language)
    with sources:
        text.sources(district, say, language)
