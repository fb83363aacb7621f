"""报告: what the public says is wrong with stations, to be verified and set right."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from pages.ui import access, cached, report_queue, state

access.require("staff")
language = state.language()
say = partial(translate, language=language)
district, workspace = cached.district(), cached.workspace()
queue = workspace.store.reports.waiting(workspace.now())

with st.container(key="text"):
    st.title(say("page.reports.title"))
    with st.container(key="reports"):
        if report_queue.choose(queue, say) == "waiting":
            report_queue.waiting(queue, district, say, language)
        else:
            report_queue.handled(district, say, language)
