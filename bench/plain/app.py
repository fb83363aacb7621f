"""The page that bench/page.py compares with, served with the same local map files."""

from pathlib import Path

import streamlit as st

from geo.web.assets import routes

app = st.App(Path(__file__).parent / "page.py", routes=routes())
