"""台账: what was done, entry by entry: appeals and what is overdue, meetings, mediation, programmes."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from geo.layers.base import basemaps
from pages.ui import access, cached, doing, state
from pages.ui.ledger import asked, summaries
from pages.ui.ledger.entry_list import entry_list, pick
from pages.ui.ledger.entry_panel import entry_panel
from pages.ui.ledger.ledger_map import ledger_map
from pages.ui.ledger.tools import tools
from pages.ui.map_view import show_map

language = state.language()
say = partial(translate, language=language)
tiles = basemaps(cached.settings())


@st.fragment
def view() -> None:
    district, person = cached.district(), access.require("staff")
    left, right = st.columns([5, 6], gap="small")
    with left.container(key="finder"):
        st.title(say("page.ledger.title"))
        doing.told()
        seen = asked.see(district, person, say, language)
        if seen is None:
            st.info(say("teams.no_campaign"))
            return
        basemap = tools(seen, tiles, say)
        with st.container(key="picked"):
            entry_panel(seen, district, say, language)
        summaries.summary(seen, say)
        entry_list(seen, say)
    with right:
        selected = st.query_params.get("entry", "")
        base, layers = ledger_map(district, seen, basemap, selected, say, language)
        show_map(base, layers, lambda feature: _pick(feature))


def _pick(feature: dict[str, object]) -> None:
    if feature.get("id"):
        pick(str(feature["id"]))
    elif feature.get("code"):
        code = str(feature["code"])
        state.put("region", "" if st.query_params.get("region") == code else code)


view()
