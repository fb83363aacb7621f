"""An answer taken along: one button for the report, and files for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from geo.i18n import Language
from geo.words import Say

Files = tuple[str, str, Sequence[str]]
"""What it is called, its address without the ending, and the endings it comes with."""


def take_along(
    files: Sequence[Files],
    params: Mapping[str, str],
    say: Say,
    language: Language,
    *,
    report: str,
    asked: Mapping[str, str],
) -> None:
    """The report at the address ``report``, which is asked ``asked``, and ``files``, which are asked ``params``."""
    with st.container(horizontal=True, key="take_along"):
        address = _address(report, "pdf", asked, language)
        st.link_button(say("blind.report_button"), address, icon=":material/picture_as_pdf:")
        with st.popover(say("blind.take"), icon=":material/download:"):
            kinds = [(kind, _address(report, kind, asked, language)) for kind in ("pdf", "xlsx")]
            st.html(_links(say("blind.report"), kinds))
            for title, base, endings in files:
                st.html(_links(title, [(kind, _address(base, kind, params, language)) for kind in endings]))
            st.caption(say("blind.take_help"))


def _address(base: str, kind: str, params: Mapping[str, str], language: Language) -> str:
    return f"{base}.{kind}?{urlencode({**params, 'lang': language})}"


def _links(title: str, links: Sequence[tuple[str, str]]) -> str:
    made = "".join(f'<a href="{escape(address)}" target="_blank">{kind}</a>' for kind, address in links)
    return f'<div class="files"><b>{escape(title)}</b><br>{made}</div>'
