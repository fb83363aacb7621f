"""找驿站: the nearest open station from wherever one is; the list first, the map with the same numbers beside it."""

from functools import partial

import streamlit as st

from geo import finder, reporting
from geo.datum import convert
from geo.errors import GongtuError
from geo.i18n import explain, translate
from geo.layers.base import basemaps
from geo.web import page
from geo.web.session import network
from pages.ui import access, cached, finder_panel, state, widgets
from pages.ui.map_view import show_map
from pages.ui.nearest_map import nearest_map
from pages.ui.words import escape_markdown

language = state.language()
say = partial(translate, language=language)
tiles = basemaps(cached.settings())


def reported(report: dict[str, str]) -> None:
    """Sends a report on, and keeps what came of it for the answer."""
    workspace = cached.workspace()
    sender = network(st.context.ip_address or "127.0.0.1", st.context.headers.get("x-forwarded-for", ""))
    st.session_state["report_error"] = ""
    try:
        reporting.report(workspace, **report, sender=sender, at=workspace.now())
    except GongtuError as error:
        st.session_state["report_error"] = explain(error, language)
        return
    st.session_state["reported"] = (*st.session_state.get("reported", ()), report["facility"])


@st.fragment
def view() -> None:
    district = cached.district()
    now = cached.workspace().now()
    left, right = st.columns([5, 7], gap="small")
    with left, st.container(key="finder"):
        st.title(say("page.nearest.title"))
        origin = finder_panel.where(district, say, language)
        answer = finder.View()
        help_: finder.Help = "rest"
        if origin:
            asked = finder_panel.wishes(district, origin, now, say)
            help_ = asked.help
            if said := st.session_state.get("report_error"):
                st.error(escape_markdown(said))
            answer = finder.view(
                district,
                asked,
                say,
                language,
                staff=access.who().may("staff"),
                wechat=finder.in_wechat(st.context.headers.get("user-agent", "")),
            )
            widgets.stations(page.render("answer.html", view=answer, say=say), reported)
        else:
            st.info(say("near.start"))
        basemap = tiles.get(state.choose_basemap(say, list(tiles))) if origin else None
        st.markdown(f"[{say('near.light')}](/m{'?lang=en' if language == 'en' else ''})")
    with right:
        base, layers = nearest_map(district, origin, answer, help_, basemap, say, language)

        def tapped(lon: float, lat: float) -> None:
            there = convert([lon], [lat], basemap.datum if basemap else "wgs84", "wgs84")
            finder_panel.tapped(float(there[0][0]), float(there[1][0]))

        show_map(base, layers, on_tap=tapped)


view()
