"""下载: any table and any layer, in the formats people need; what is not public for those who may have it."""

from functools import partial
from html import escape

import streamlit as st

from geo.export import FORMATS, LAYERS, MAP
from geo.export.files import WHOLE_MAP
from geo.export.words import title
from geo.i18n import translate
from pages.ui import access, state

person = access.who()
language = state.language()
say = partial(translate, language=language)


def row(name: str, formats: tuple[str, ...], more: str = "") -> str:
    """A line of the table: what it is, and a link for each format."""
    links = "".join(
        f'<a href="/export/{name}.{format_}?lang={language}{more}" download target="_self">{format_.upper()}</a>'
        for format_ in formats
    )
    words = escape(title(name, language) + (say("downloads.contacts") if more else ""))
    return f"<tr><th scope='row'>{words}</th><td class='files'>{links}</td></tr>"


with st.container(key="text"):
    st.title(say("page.downloads.title"))
    st.markdown(say("downloads.lead"))
    every = tuple(FORMATS)
    rows = [row(MAP, WHOLE_MAP)]
    rows += [row(name, every) for name, layer in LAYERS.items() if person.may(layer.role)]
    if person.may("leader"):
        rows.append(row("enterprises", every, "&contacts=1"))
    st.html(f"<table class='downloads'>{''.join(rows)}</table>")
    st.caption(say("downloads.question"))
    if not person.id:
        st.caption(say("downloads.more"))
