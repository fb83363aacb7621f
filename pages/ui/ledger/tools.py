"""What can be done from the ledger's page: entering something, taking what is listed along, the base map."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st

from geo.casework import listed
from geo.layers.base import Basemap
from geo.words import Say
from pages.ui import state
from pages.ui.ledger.asked import FIXED, Seen

FILES = ("xlsx", "csv", "geojson", "gpkg")


def tools(seen: Seen, tiles: Mapping[str, Basemap], say: Say) -> Basemap | None:
    """The buttons; the base map that is chosen."""
    with st.container(horizontal=True, vertical_alignment="center", key="ledger_tools"):
        if seen.open:
            asked = {"campaign": seen.campaign.id, "kind": FIXED.get(seen.view, ""), "lang": _lang()}
            address = f"/m/ledger?{urlencode({name: value for name, value in asked.items() if value})}"
            st.html(f'<a class="action" target="_self" href="{escape(address)}">{escape(say("ledger.enter"))}</a>')
        else:
            st.caption(say("ledger.closed"))
        with st.popover(say("ledger.take_along"), icon=":material/download:"):
            _files(seen, say)
        with st.popover(say("control.basemap"), icon=":material/layers:"):
            chosen = state.choose_basemap(say, list(tiles))
    return tiles.get(chosen)


def _files(seen: Seen, say: Say) -> None:
    """The entries that are listed as files, by the addresses that give them out."""
    asked = listed.address(seen.wanted, seen.person) | {
        "counted": st.query_params.get("counted", "") if seen.wanted.ids is not None else "",
        "lang": _lang(),
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    st.caption(say("ledger.files_help"))
    links = "".join(f'<a href="/export/ledger.{kind}?{escape(query)}">{kind}</a> ' for kind in FILES)
    st.html(f'<p class="files">{links}</p>')


def _lang() -> str:
    return "" if state.language() == "zh" else state.language()
