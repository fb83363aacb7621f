"""The page that bench/page.py compares with, served with the same local map files."""

import os
from pathlib import Path

import streamlit as st

from geo.settings import read_settings
from geo.web.assets import routes
from geo.workspace import Workspace

app = st.App(Path(__file__).parent / "page.py", routes=routes(Workspace(read_settings(os.environ))))
