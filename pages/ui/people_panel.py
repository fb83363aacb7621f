"""Accounts as an administrator sees them: a list, a new one, and what can be done with one of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from geo.people import Person, Role
from geo.storage.accounts import Account
from geo.words import Say
from geo.workspace import Workspace
from pages.ui import state
from pages.ui.words import escape_markdown, moment


def handed_over(say: Say) -> None:
    """The link made by the last action, shown once: only its digest is kept."""
    if link := st.session_state.pop("link", ""):
        st.success(say("people.link_help"))
        st.code(link, language=None)
    if done := st.session_state.pop("done", ""):
        st.success(done)


def _link(token: str) -> str:
    return f"{str(st.context.url).split('/people')[0].rstrip('/')}/welcome?token={token}"


def add(workspace: Workspace, me: Person, roles: Sequence[Role], say: Say) -> None:
    """The form of a new account; its owner chooses the password through a link."""
    with st.expander(say("people.add"), icon=":material/person_add:"), st.form("person", border=False):
        name = st.text_input(say("people.name"))
        role = st.selectbox(say("people.role"), roles, format_func=lambda role: say(f"role.{role}"))
        if st.form_submit_button(say("people.add_do"), type="primary"):
            user = workspace.store.people.add(name, role, by=me.name, at=workspace.now())
            st.session_state["link"] = _link(workspace.store.people.invite(user, workspace.now()))
            state.put("user", user)
            st.rerun()


def choose(workspace: Workspace, zone: str, say: Say) -> Account | None:
    """The accounts, and the one picked."""
    accounts = workspace.store.people.list()
    table = pd.DataFrame(
        {
            say("people.name"): [account.name for account in accounts],
            say("people.role"): [say(f"role.{account.role}") for account in accounts],
            say("people.state"): [_state(account, say) for account in accounts],
            say("people.since"): [moment(account.created_at, zone) for account in accounts],
        }
    )

    def picked() -> None:
        rows = st.session_state["accounts"].selection.rows
        state.put("user", accounts[rows[0]].id if rows else "")

    st.dataframe(table, key="accounts", hide_index=True, on_select=picked, selection_mode="single-row")
    return next((account for account in accounts if account.id == st.query_params.get("user")), None)


def _state(account: Account, say: Say) -> str:
    if account.disabled:
        return say("people.is_disabled", why=account.disabled)
    return say("people.by_identity" if account.identity else "people.ready" if account.password else "people.waiting")


def edit(workspace: Workspace, account: Account, me: Person, roles: Sequence[Role], zone: str, say: Say) -> None:
    """Role, link, disabling and sessions of one account. Everything asks the store, which refuses what must not be."""
    people, now = workspace.store.people, workspace.now()
    st.subheader(escape_markdown(account.name))
    st.caption(escape_markdown(_state(account, say)))
    role = st.selectbox(
        say("people.role"),
        roles,
        index=roles.index(account.role),
        format_func=lambda role: say(f"role.{role}"),
        key=f"role/{account.id}/{account.role}",
        disabled=account.identity,
        help=say("people.role_identity") if account.identity else None,
    )
    with st.container(horizontal=True):
        if st.button(say("people.set_role"), disabled=role == account.role):
            people.set_role(account.id, role, by=me.name, at=now)
            _done(say("people.role_set"))
        if not account.identity and not account.disabled and st.button(say("people.new_link")):
            st.session_state["link"] = _link(people.invite(account.id, now))
            st.rerun()
        if account.disabled and st.button(say("people.enable")):
            people.enable(account.id, by=me.name, at=now)
            _done(say("people.enabled"))
    if not account.disabled:
        with st.expander(say("people.disable")):
            why = st.text_input(say("record.why"), key=f"why/{account.id}")
            if st.button(say("people.disable_do"), disabled=account.id == me.id, key="disable_do"):
                people.disable(account.id, why, by=me.name, now=now)
                _done(say("people.disabled"))
    sessions = people.sessions(account.id, now)
    st.markdown(say("people.sessions", count=len(sessions)))
    for session in sessions:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                say("people.session", at=moment(session.issued_at, zone), until=moment(session.expires_at, zone))
            )
            if st.button(say("people.revoke"), key=f"revoke/{session.id}"):
                people.revoke(account.id, now=now, session=session.id)
                _done(say("people.revoked"))
    _history(workspace, account, zone, say)


def _history(workspace: Workspace, account: Account, zone: str, say: Say) -> None:
    """What became of an account, newest first, down to how it began."""
    st.markdown(say("people.history"))
    for entry in workspace.store.people.history(account.id):
        told = (_told(name, *map(str, (old or "", new or "")), say) for name, (old, new) in entry.fields.items())
        st.caption(escape_markdown(" · ".join((moment(entry.at, zone), entry.by, *told))))
    made = (moment(account.created_at, zone), account.created_by, say("people.was_made"))
    st.caption(escape_markdown(" · ".join(made)))


def _told(name: str, old: str, new: str, say: Say) -> str:
    """A change of an account in words."""
    if name == "disabled":
        return say("people.is_disabled", why=new) if new else say("people.was_enabled", why=old)
    if name == "role":
        old, new = say(f"role.{old}"), say(f"role.{new}")
    return say(f"people.was_{name}", old=old, new=new)


def _done(words: str) -> None:
    st.session_state["done"] = words
    st.rerun()
