"""状态: what is checked of the installation, and its settings."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from geo.settings import SETTINGS
from pages.ui import access, cached, checkup, state

access.require("admin")
language = state.language()
say = partial(translate, language=language)

with st.container(key="text"):
    st.title(say("page.system.title"))
    checkup.findings(say)
    st.subheader(say("system.settings"))
    st.caption(say("system.settings_help"))
    rows = [
        {
            say("system.name"): setting.name,
            say("system.value"): cached.environment(setting, say("system.hidden")) or say("system.default"),
            say("system.help"): setting.help_zh if language == "zh" else setting.help_en,
        }
        for setting in SETTINGS
    ]
    st.dataframe(rows, hide_index=True)
