"""The frame around every page: navigation, language, what the data is, and how errors look."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import streamlit as st

from geo.errors import GongtuError
from geo.i18n import LANGUAGES, Language, translate
from geo.district import District
from geo.pack import public_reason
from pages.ui import state
from pages.ui.words import escape_markdown

NAVIGATION = {"look": [("overview", "map")], "data": [("about", "info")]}
"""Section → its pages, each with its icon; the first page is the home page."""
FOLDER = Path(__file__).parent
STYLE = (FOLDER / "frame.css").read_text(encoding="utf-8")
NAMES: dict[Language, str] = {"zh": "中文", "en": "English"}


def open_frame() -> Language:
    """Sets the page up and asks for the language: in the sidebar, kept in the URL (``?lang=en``)."""
    st.set_page_config(page_title="工图 Gongtu", page_icon=str(FOLDER / "icon.svg"), layout="wide")
    st.html(f"<style>{STYLE}</style>")
    tag = {"zh": "zh-CN", "en": "en"}[state.language()]
    st.html(f"<script>document.documentElement.lang = '{tag}'</script>", unsafe_allow_javascript=True)
    st.logo(FOLDER / "logo.svg", size="large", icon_image=FOLDER / "icon.svg")
    with st.sidebar:
        st.segmented_control(
            "语言 / Language",
            LANGUAGES,
            required=True,
            format_func=lambda language: NAMES[language],
            label_visibility="collapsed",
            **state.in_url("lang", "zh", LANGUAGES),
        )
    return state.language()


def navigate(district: District, language: Language) -> None:
    """Runs the page the URL names, under the district's name and over the data notice."""
    say = partial(translate, language=language)
    pages = {
        say(f"section.{section}"): [
            st.Page(
                f"{name}.py",
                title=say(f"page.{name}.title"),
                icon=f":material/{icon}:",
                help=say(f"page.{name}.help"),
                url_path=name,
                default=(section, name) == ("look", "overview"),
            )
            for name, icon in entries
        ]
        for section, entries in NAVIGATION.items()
    }
    page = st.navigation(pages)
    with st.sidebar:
        st.markdown(escape_markdown(say("app.of", district=district.about["name"][language])))
        st.caption(escape_markdown(f"{district.notice(language)} · {say('app.as_of', date=district.about['as_of'])}"))
    state.come_back(page.url_path)
    page.run()


def refuse(error: GongtuError, language: Language) -> None:
    """Says what is wrong and what to do, instead of a page."""
    headline, *faults = public_reason(error, language).splitlines()
    listed = "\n".join(f"- {escape_markdown(fault)}" for fault in faults)
    with st.container(key="text"):
        st.error(listed or escape_markdown(headline), title=headline if faults else None)
        if faults:
            st.caption(translate("error.pack_help", language))


def crash(error: Exception) -> bool:
    """What a page shows when it fails for a reason nobody foresaw: words, no stack trace; the log has that."""
    language = state.language()
    if isinstance(error, GongtuError):  # a district that broke while the page was open
        refuse(error, language)
        return True
    logging.getLogger(__name__).error("page failed", exc_info=error)
    st.error(translate("error.crash_help", language), title=translate("error.crash", language))
    return True
