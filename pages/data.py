"""导入: bring a file in: what it is, what its columns mean, what would become of its rows; then all or none."""

from functools import partial

import streamlit as st

from geo.errors import GongtuError
from geo.i18n import translate
from pages.ui import access, cached, import_preview, import_steps, state
from pages.ui.words import commit_rows

access.require("admin")
language = state.language()
say = partial(translate, language=language)
district = cached.district()

with st.container(key="wide"):
    st.title(say("page.data.title"))
    bring, log = st.tabs([say("import.tab"), say("import.log")])
    with bring:
        try:
            if asked := import_steps.ask(district, say, language):
                import_preview.show(asked, district, say, language)
        except GongtuError as error:
            import_steps.explain_error(error, language)
    with log:
        st.caption(say("import.log_help"))
        written = cached.workspace().store.commits(limit=100)
        st.dataframe(commit_rows(written, district.about["time_zone"], say), hide_index=True)
