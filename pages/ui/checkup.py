"""What the doctor finds, on the page of the system and on the screen that stands for pages when none can be shown."""

from __future__ import annotations

import streamlit as st

from geo.doctor import examine
from geo.words import Say
from pages.ui import cached
from pages.ui.words import escape_markdown


def findings(say: Say) -> None:
    """Every check of the installation, what needs somebody first: for administrators."""
    st.subheader(say("system.checks"))
    for finding in sorted(examine(cached.workspace()), key=lambda finding: finding.ok):
        words = escape_markdown(say(finding.key, **finding.params))
        if finding.ok:
            st.markdown(f":material/check: {words}")
        else:
            st.error(words, icon=":material/error:")
