"""人员: accounts, their roles, links to hand over, open sessions."""

from functools import partial

import streamlit as st

from geo.errors import GongtuError
from geo.i18n import explain, translate
from geo.people import ROLES
from pages.ui import access, cached, people_panel, state
from pages.ui.words import escape_markdown

me = access.require("admin")
language = state.language()
say = partial(translate, language=language)
workspace = cached.workspace()
zone = cached.district().about["time_zone"]

with st.container(key="wide"):
    st.title(say("page.people.title"))
    people_panel.handed_over(say)
    try:
        listed, chosen = st.columns([5, 6], gap="medium")
        with listed:
            people_panel.add(workspace, me, ROLES[1:], say)
            account = people_panel.choose(workspace, zone, say)
        with chosen:
            if account:
                people_panel.edit(workspace, account, me, ROLES[1:], zone, say)
            else:
                st.info(say("people.none_open"))
    except GongtuError as error:
        st.error(escape_markdown(explain(error, language)))
