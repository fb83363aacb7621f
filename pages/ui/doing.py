"""What people do on a page, in callbacks: done as who asks at that moment, and what came of it told at the next run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from geo.errors import GongtuError
from geo.i18n import Language, explain, translate
from geo.people import Person
from pages.ui import access
from pages.ui.words import escape_markdown


def attempt(work: Callable[[Person], Any], language: Language, done: str = "") -> Any:
    """Does it as who asks now; what goes wrong is told at the next run, and None given. ``done``: the message to tell
    where it went well.
    """
    try:
        result = work(access.who())
    except GongtuError as error:
        refuse(explain(error, language))
        return None
    if done:
        st.session_state["done_well"] = translate(done, language)
    return result if result is not None else True


def refuse(words: str) -> None:
    """Tells at the next run why something was not done."""
    st.session_state["done_ill"] = words


def told() -> None:
    """Says what came of the last thing done, once."""
    with st.container(key="told"):
        if said := st.session_state.pop("done_ill", ""):
            st.error(escape_markdown(said))
            st.toast(escape_markdown(said), icon=":material/error:", duration="long")  # seen wherever one has scrolled
    if said := st.session_state.pop("done_well", ""):
        st.toast(escape_markdown(said), icon=":material/check_circle:")
