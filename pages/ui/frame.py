"""The frame around every page: navigation, language, what the data is, and how errors look."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from geo.district import District
from geo.errors import GongtuError
from geo.i18n import LANGUAGES, Language, messages, translate
from geo.people import Person, Role
from geo.web.access import reason
from geo.words import Say
from pages.ui import access, checkup, identity, state
from pages.ui.search_box import search_box
from pages.ui.words import escape_markdown


class Entry(NamedTuple):
    """A page: its file and URL, its icon, the role it asks for, and whether the navigation lists it."""

    name: str
    icon: str
    role: Role
    listed: bool = True


NAVIGATION = (
    Entry("overview", "map", "public"),
    Entry("nearest", "near_me", "public"),
    Entry("coverage", "blur_on", "public"),
    Entry("siting", "add_location_alt", "public"),
    Entry("enterprises", "domain_add", "staff"),
    Entry("teams", "groups", "staff"),
    Entry("ledger", "menu_book", "staff"),
    Entry("progress", "monitoring", "leader"),
    Entry("reports", "report", "staff"),
    Entry("records", "edit_note", "staff"),
    Entry("data", "database_upload", "admin"),
    Entry("downloads", "download", "public"),
    Entry("about", "info", "public"),
    Entry("people", "group", "admin"),
    Entry("system", "monitor_heart", "admin"),
    Entry("identity", "badge", "public", listed=False),
)
"""The pages, the home page first. Who may not open a page is not shown it either. In one list: Streamlit's list of
sections is no list to a screen reader.
"""
FOLDER = Path(__file__).parent
STYLE = (FOLDER / "frame.css").read_text(encoding="utf-8")
SCRIPT = (FOLDER / "frame.js").read_text(encoding="utf-8")
NAMES: dict[Language, str] = {"zh": "中文", "en": "English"}


def open_frame() -> Language:
    """Sets the page up and asks for the language: in the sidebar, kept in the URL (``?lang=en``)."""
    st.set_page_config(page_title="工图 Gongtu", page_icon=str(FOLDER / "icon.svg"), layout="wide")
    st.html(f"<style>{STYLE}</style>")
    tag = {"zh": "zh-CN", "en": "en"}[state.language()]
    begin = f"document.documentElement.lang = '{tag}'\nwindow.gongtuWords = {_streamlit_words()}"
    st.html(f"<script>{begin}\n{SCRIPT}</script>", unsafe_allow_javascript=True)
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


@cache
def _streamlit_words() -> str:
    """What Streamlit's own widgets say, which is English only, and the Chinese for it, as JSON."""
    english, chinese = messages("en"), messages("zh")
    return json.dumps({text: chinese[key] for key, text in english.items() if key.startswith("streamlit.")})


def navigate(district: District, language: Language) -> None:
    """Runs the page the URL names, if it is open to who asks, under the district's name and over the data notice."""
    say = partial(translate, language=language)
    person = access.who()
    pages = [
        st.Page(
            f"{entry.name}.py" if person.may(entry.role) else _refusal(entry.role, person),
            title=say(f"page.{entry.name}.title"),
            icon=f":material/{entry.icon}:",
            url_path=entry.name,
            default=entry.name == "overview",
            visibility="visible" if entry.listed and person.may(entry.role) else "hidden",
        )
        for entry in NAVIGATION
    ]
    page = st.navigation(pages, expanded=True)
    st.set_page_config(page_title=f"{page.title} · 工图 Gongtu")
    with st.sidebar:
        search_box(person, say)
        _account(person, page.url_path, say)
        st.markdown(escape_markdown(say("app.of", district=district.about["name"][language])))
        st.caption(escape_markdown(f"{district.notice(language)} · {say('app.as_of', date=district.about['as_of'])}"))
    if identity.is_coming_back():
        identity.come_in(language)
        return
    state.come_back(page.url_path)
    page.run()


def _refusal(role: Role, person: Person) -> Callable[[], None]:
    """A page that says that it is not open to ``person``."""
    return partial(access.refuse, role, person)


def _account(person: Person, page: str, say: Say) -> None:
    """Who is signed in, or where to sign in. Plain links: these pages are no Streamlit pages."""
    if person.id:
        words, target = f"{person.name} · {say(f'role.{person.role}')}", f"/account?lang={state.language()}"
    else:
        words, target = say("frame.sign_in"), access.sign_in(page)
    st.html(f'<a class="account" target="_self" href="{target}">{escape(words)}</a>')


def refuse(error: GongtuError, language: Language) -> None:
    """Says what is wrong and what to do, instead of a page."""
    headline, *faults = reason(error, language).splitlines()
    listed = "\n".join(f"- {escape_markdown(fault)}" for fault in faults)
    with st.container(key="text"):
        st.error(listed or escape_markdown(headline), title=headline if faults else None)
        if faults:
            st.caption(translate("error.pack_help", language))
        _more(partial(translate, language=language))


def _more(say: Say) -> None:
    """What else is known, for administrators; others are told the command that says it. Without a store nobody can be
    known for one.
    """
    try:
        person = access.who()
    except GongtuError:
        person = None
    if person and person.may("admin"):
        checkup.findings(say)
        return
    st.caption(say("error.doctor_help"))
    if person and not person.id:
        st.html(f'<a href="{access.sign_in("")}" target="_self">{escape(say("frame.sign_in"))}</a>')


def crash(error: Exception) -> bool:
    """What a page shows when it fails for a reason nobody foresaw: words, no stack trace; the log has that."""
    language = state.language()
    if isinstance(error, GongtuError):  # a district that broke while the page was open
        refuse(error, language)
        return True
    logging.getLogger(__name__).error("page failed", exc_info=error)
    st.error(translate("error.crash_help", language), title=translate("error.crash", language))
    return True
