"""工图 Gongtu: the one entry, ``streamlit run app.py``. Pages, HTTP API and map files in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import streamlit as st

from geo.web.routes import routes
from pages.ui import cached, frame


@asynccontextmanager
async def warmed(_: st.App) -> AsyncIterator[None]:
    """Answers the first questions while the first page is still on its way."""
    Thread(target=cached.warm, name="warm", daemon=True).start()
    yield


app = st.App("pages/__main__.py", routes=routes(cached.pack), lifespan=warmed, on_script_error=frame.crash)
