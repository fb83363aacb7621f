"""Who is asking, and whether what they ask for is open to them.

Asked at every run of a page and in every fragment: a session may have ended since the page was drawn.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from geo.i18n import translate
from geo.people import Person, Role
from geo.web import access
from pages.ui import cached, state


def who() -> Person:
    """The person whose browser shows this page."""
    workspace = cached.workspace()
    return access.who(st.context.cookies, workspace.store.people, workspace.now())


def require(role: Role) -> Person:
    """The person asking, if the role is theirs; else says what is missing, and nothing after this runs."""
    person = who()
    if not person.may(role):
        refuse(role, person)
        st.stop()
    return person


def refuse(role: Role, person: Person) -> None:
    """Instead of a page that asks for more than the person's role."""
    language = state.language()
    say = partial(translate, language=language)
    with st.container(key="text"):
        st.warning(
            say("frame.refused_low" if person.id else "frame.refused", role=say(f"role.{role}")),
            title=say("frame.refused_title"),
        )
        if not person.id:
            page = str(st.session_state.get("page", ""))
            st.html(f'<a class="action" target="_self" href="{sign_in(page)}">{say("frame.sign_in")}</a>')


def sign_in(page: str) -> str:
    """Where to sign in, and to come back to ``page`` afterwards."""
    language = state.language()
    back = f"/{page}" + (f"%3Flang={language}" if language != "zh" else "")
    return f"/signin?next={back}&lang={language}"
