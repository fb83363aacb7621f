"""The dashboard taken along: the weekly brief, and everything as a workbook."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode

import streamlit as st

from geo.i18n import Language
from geo.progress import days
from geo.words import Say
from pages.ui import state
from pages.ui.progress.asked import Asked, week_words

STYLE = f"<style>{(Path(__file__).parent / 'progress.css').read_text(encoding='utf-8')}</style>"


def along(asked: Asked, say: Say, language: Language) -> None:
    """One button for the brief of a week, one for the workbook of the days asked for."""
    whole, id_ = asked.scene.whole, quote(asked.campaign.id, safe="")
    weeks = days.weeks(whole.since, whole.until)[::-1]
    st.html(f'<h2 class="part">{say("progress.take")}</h2>')
    with st.container(horizontal=True, vertical_alignment="bottom"):
        week = st.selectbox(
            say("progress.brief_week"),
            weeks,
            format_func=lambda one: week_words(one, say),
            **state.in_url("brief", weeks[0], weeks),
        )
        brief = f"/report/brief/{id_}.pdf?{urlencode({'week': week, 'lang': language})}"
        st.link_button(say("progress.brief"), brief, icon=":material/picture_as_pdf:")
        within = asked.where.period
        said = {"since": within.since, "until": within.until, "lang": language}
        if asked.on:
            said["on"] = asked.on
        book = f"/report/progress/{id_}.xlsx?{urlencode(said)}"
        st.link_button(say("progress.workbook"), book, icon=":material/table_view:")
