"""Signing in with an identity provider: Streamlit speaks OpenID Connect, a one-time ticket makes a session of it.

So there is one cookie and one answer to who is asking, however somebody came in.
"""

from __future__ import annotations

import json
from functools import partial

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from geo.i18n import Language, translate
from geo.storage.accounts import holds
from geo.web import cookies
from geo.web.access import oidc_role
from pages.ui import access, cached


def is_coming_back() -> bool:
    """Whether this browser has just been let in by the identity provider it was sent to, and has no session yet."""
    return cookies.NEXT in st.context.cookies and _known() and not access.who().id


def come_in(language: Language) -> None:
    """Sends the browser to the provider, or on into its session; else says why not."""
    say = partial(translate, language=language)
    workspace = cached.workspace()
    with st.container(key="text"):
        if not workspace.settings.oidc_roles or not _set_up():
            st.warning(say("identity.not_set_up"))
        elif not _known():
            st.login()
        elif (role := oidc_role(st.user.to_dict(), workspace.settings)) is None:
            st.warning(say("identity.no_role"))
            st.button(say("identity.other"), on_click=st.logout)
        else:
            browser = cookies.browser(st.context.cookies)
            people = workspace.store.people
            ticket = people.ticket(st.user.to_dict(), role, browser=browser, now=workspace.now())
            onwards = json.dumps(f"/session?ticket={ticket}")
            st.caption(say("identity.on_its_way"))
            st.html(f"<script>window.location.replace({onwards})</script>", unsafe_allow_javascript=True)


def _known() -> bool:
    """Whether an identity provider has signed this browser in, not too long ago."""
    said = st.user.to_dict()
    return bool(said.get("is_logged_in")) and holds(said, cached.workspace().now())


def _set_up() -> bool:
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:  # no file of secrets at all
        return False
