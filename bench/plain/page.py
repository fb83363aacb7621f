"""The usual way: everything added to one folium.Map, one Marker a facility, shown with st_folium."""

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.coverage import coverage, gaps, lens_table, sites
from geo.distance import nearest_two
from geo.facilities import serving
from geo.layers.base import base_map
from geo.pack import open_pack
from geo.settings import read_settings

st.set_page_config(layout="wide")
district = open_pack(read_settings({}).pack, demo=True)
within_m = st.slider("Reach", 250, 5000, 1000, 250)
stations = serving(district.facilities, ["rest_station"])
where = sites(stations, district.plane)
nearest = nearest_two(district.demand.x, district.demand.y, *where)
table = lens_table(coverage(district.demand, nearest, within_m), "service")
beyond = gaps(district.regions_m, where, within_m)

drawn = base_map(tuple(district.regions.total_bounds))
shapes = district.regions[["code", "name", "geometry"]].merge(pd.DataFrame(table), on="code")
style = {"fillColor": "#efcf9f", "color": "#fff", "weight": 1.5, "fillOpacity": 1}
folium.GeoJson(shapes, style_function=lambda _: style).add_to(drawn)
folium.GeoJson(beyond[["code", "geometry"]].to_crs(4326)).add_to(drawn)
for station in stations.to_dict("records"):
    folium.CircleMarker((station["lat"], station["lon"]), radius=6, tooltip=station["name"]).add_to(drawn)
st_folium(drawn, height=760, use_container_width=True)
st.dataframe(table)
