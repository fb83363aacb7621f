"""工图 Gongtu: the one entry, ``streamlit run app.py``. Pages, HTTP API and map files in one process."""

import streamlit as st

from geo.web.routes import routes
from pages.ui import cached, frame

app = st.App("pages/__main__.py", routes=routes(cached.pack), on_script_error=frame.crash)
