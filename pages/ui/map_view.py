"""The only place that puts a map on a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import folium
import streamlit as st
from branca.element import MacroElement
from streamlit_folium import st_folium

from geo.district import District
from geo.layers.base import Basemap, Tiles, base_map
from pages.ui import cached


def over(
    district: District, drawing: cached.Drawing, basemap: Basemap | None, layers: Sequence[MacroElement]
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map of the district, and the layers over it; its buttons keep clear of the legend's corner."""
    corner = "bottomright" if drawing.free_corner == "bottomleft" else "bottomleft"
    return base_map(cached.drawing(district, "wgs84").bounds, zoom_corner=corner), [Tiles(basemap), *layers]


def show_map(
    base: folium.Map,
    layers: Sequence[MacroElement],
    on_pick: Callable[[dict[str, Any]], None] | None = None,
    *,
    on_tap: Callable[[float, float], None] | None = None,
    placing: bool = False,
) -> None:
    """Shows ``layers`` over ``base``. Calls ``on_pick`` with the properties of a feature that is clicked, ``on_tap``
    with the longitude and latitude of a point of the ground, in the map's datum. Where a page has both, a click picks
    unless it is ``placing`` something.

    The browser keeps its map and view as long as ``base`` is the same; only layers that changed are sent and drawn.
    ``base`` must be made anew at each run: the component hangs the layers into it. Panning and zooming rerun nothing.
    """
    # The browser goes on telling what it was first asked for, so a page asks for the same in either mode.
    told = (["last_active_drawing"] if on_pick else []) + (["last_clicked"] if on_tap else [])

    def clicked() -> None:
        said = {name: st.session_state["map"].get(name) for name in told}
        before = st.session_state.get("map_clicked", {})
        st.session_state["map_clicked"] = said
        news = {name: value for name, value in said.items() if value and value != before.get(name)}
        feature, ground = news.get("last_active_drawing"), news.get("last_clicked")
        if on_tap and ground and (placing or not on_pick):
            on_tap(float(ground["lng"]), float(ground["lat"]))
        elif on_pick and feature and feature.get("properties") and not placing:
            on_pick(feature["properties"])

    group = folium.FeatureGroup()
    for layer in layers:
        layer.add_to(group)
    with st.container(key="map"):
        st_folium(
            base,
            key="map",
            height=760,
            use_container_width=True,
            feature_group_to_add=group,
            returned_objects=told or ["last_active_drawing"],
            on_change=clicked,
        )
