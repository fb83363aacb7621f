"""建会: the register on its way to unions: found, moved on, counted, followed up."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from geo.layers.base import basemaps
from geo.ledger import Rules
from geo.organising.ground import ground
from pages.ui import access, cached, doing, state
from pages.ui.enterprises import actions, asked, bulk_panel, follow, listing, one
from pages.ui.enterprises.ground_map import enterprise_map, picked
from pages.ui.map_view import show_map
from pages.ui.words import escape_markdown

language = state.language()
say = partial(translate, language=language)
tiles = basemaps(cached.settings())
VIEWS = ("list", "funnel", "follow")


@st.fragment
def view() -> None:
    district, person = cached.district(), access.require("staff")
    register, days = cached.workspace().register(), follow.told_on()
    land = ground(district, cached.workspace().store, person, st.query_params.get("campaign", ""))
    rules = land.campaign.rules if land.campaign else Rules()
    wish = asked.read(district, land, days, say, language)
    opened = st.query_params.get("id", "")
    seen = one.see(register, opened) if opened else None
    left, right = st.columns([7, 5], gap="small")
    with left.container(key="enterprises"), st.container(key="panel"):
        if seen:
            one.overtaken(seen, person, say)
        doing.told()
        if seen:
            actions.doubted(seen, say)
            with st.container(key=f"one_{seen.record.id}"):
                one.show(seen, register, district, person, rules, days, say, language)
        elif opened:
            st.warning(escape_markdown(say("record.gone", id=opened)))
            one.back(say)
        else:
            shown = st.segmented_control(
                say("founding.view"),
                VIEWS,
                required=True,
                format_func=lambda name: say(f"founding.view_{name}"),
                label_visibility="collapsed",
                width="stretch",
                **state.in_url("view", "list", VIEWS),
            )
            with st.container(key=f"view_{shown}"):
                match shown:
                    case "funnel":
                        follow.show_funnel(district, land, say, language)
                    case "follow":
                        with st.container(horizontal=True, key="ask"):
                            asked.where(district, land, say, language)
                        follow.show_following(register, wish.wanted.regions, district, rules, days, say, language)
                    case _:
                        asked.controls(district, land, wish.number, say, language)
                        total = listing.counts(district, register, wish.wanted, say)
                        listing.table(register, wish, cached.region_names(district, language), days, rules, say)
                        with st.container(key="with_all"):
                            listing.files(district, register, wish.wanted, person, say, language)
                            bulk_panel.panel(wish.wanted, total, district, say, language)
        basemap = tiles.get(listing.ground_under(say, list(tiles)))
    with right:
        silent = not opened and st.query_params.get("view") == "follow"
        wanted = follow.followed(wish.wanted, days, rules) if silent else wish.wanted
        base, layers = enterprise_map(district, register, wanted, seen.row if seen else {}, basemap, say, language)
        show_map(base, layers, picked)


view()
