"""下载: any table and any layer, in the formats people need; what is not public for those who may have it."""

from functools import partial
from html import escape
from urllib.parse import quote

import streamlit as st

from geo.export import FORMATS, LAYERS, MAP
from geo.export.files import WHOLE_MAP
from geo.export.words import title
from geo.i18n import LANGUAGES, translate
from geo.search import Hit
from pages.ui import access, cached, state
from pages.ui.frame import NAMES

person = access.who()
language = state.language()
say = partial(translate, language=language)
POSTERS = {"facility": "station", "region": "town"}  # kinds of place that have a poster, and its name in addresses
HITS_AT_MOST = 20


def row(name: str, formats: tuple[str, ...], more: str = "") -> str:
    """A line of the table: what it is, and a link for each format."""
    links = "".join(
        f'<a href="/export/{name}.{format_}?lang={language}{more}" download target="_self">{format_.upper()}</a>'
        for format_ in formats
    )
    words = escape(title(name, language) + (say("downloads.contacts") if more else ""))
    return f"<tr><th scope='row'>{words}</th><td class='files'>{links}</td></tr>"


def poster_row(hit: Hit) -> str:
    """A line with a poster in both languages, of a station or a town."""
    address = f"/poster/{POSTERS[hit.kind]}/{quote(hit.id, safe='')}.pdf"
    links = "".join(f'<a href="{address}?lang={code}" target="_blank">{NAMES[code]}</a>' for code in LANGUAGES)
    words = escape(hit.label_en if language == "en" else hit.label_zh)
    return f"<tr><th scope='row'>{words}</th><td class='files'>{links}</td></tr>"


with st.container(key="text"):
    st.title(say("page.downloads.title"))
    st.markdown(say("downloads.lead"))
    every = tuple(FORMATS)
    rows = [row(MAP, WHOLE_MAP)]
    rows += [row(name, every) for name, layer in LAYERS.items() if layer.on_map and person.may(layer.role)]
    if person.may("leader"):
        rows.append(row("enterprises", every, "&contacts=1"))
    st.html(f"<table class='downloads'>{''.join(rows)}</table>")
    st.caption(say("downloads.question"))
    st.subheader(say("poster.title"))
    name = st.text_input(say("poster.of"), key="poster", max_chars=120)
    posters = [hit for hit in cached.district().place_index.find(name, HITS_AT_MOST) if hit.kind in POSTERS]
    if not cached.settings().public_url:
        st.caption(say("poster.own_address"))
    if posters:
        st.html(f"<table class='downloads'>{''.join(map(poster_row, posters))}</table>")
    elif name.strip():
        st.caption(say("poster.none"))
    if not person.id:
        st.caption(say("downloads.more"))
