"""工图 Gongtu: the one entry, ``streamlit run app.py``. Pages, HTTP API and map files in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware

from geo.commands import welcome_link
from geo.errors import GongtuError
from geo.i18n import LANGUAGES, translate
from geo.web.access import GuardUploads
from geo.web.routes import routes
from geo.web.shell import Shell
from geo.web.sockets import send_at_once
from pages.ui import cached, frame

workspace = cached.workspace()


def begin() -> None:
    """Tells who started the app how to become its first administrator, and answers the first questions in advance."""
    with suppress(GongtuError):  # left to the pages to explain
        if token := workspace.store.people.first_admin_link(workspace.now()):
            link = welcome_link(token, f"http://localhost:{st.get_option('server.port')}")
            print(
                "",
                *(translate("cli.first_admin", language, link=link) for language in LANGUAGES),
                sep="\n  ",
                flush=True,
            )
    cached.warm()


@asynccontextmanager
async def started(_: st.App) -> AsyncIterator[None]:
    """Begins while the first page is still on its way."""
    send_at_once()
    Thread(target=begin, name="begin", daemon=True).start()
    yield


app = st.App(
    "pages/__main__.py",
    routes=routes(workspace),
    middleware=[Middleware(Shell), Middleware(GuardUploads, workspace=workspace)],
    lifespan=started,
    on_script_error=frame.crash,
)
