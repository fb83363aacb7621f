"""One entry: all that is known of it, its photos, what became of it, and what can be done with it."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import streamlit as st

from geo.casework import deeds, told
from geo.district import District
from geo.i18n import Language
from geo.storage import Record
from geo.words import Say
from pages.ui import cached, doing, state
from pages.ui.ledger import appeal_panel
from pages.ui.ledger.asked import Seen
from pages.ui.words import escape_markdown, moment, retired_because, writer


def entry_panel(seen: Seen, district: District, say: Say, language: Language) -> None:
    """The entry that the URL names, if it names one."""
    id_ = st.query_params.get("entry", "")
    if not id_:
        return
    record = cached.workspace().store.get("entries", id_)
    with st.container(key="detail", border=True):
        if record is None:
            st.warning(say("ledger.gone"))
            return
        values = {"id": record.id, **record.values}
        with st.container(horizontal=True, vertical_alignment="center", key="row"):
            st.markdown(f"**{escape_markdown(told.title(values, seen.names, say))}**", width="stretch")
            st.button(
                say("ledger.close_entry"),
                icon=":material/close:",
                type="tertiary",
                on_click=state.put,
                args=("entry", ""),
            )
        if record.retired:
            st.warning(escape_markdown(say("ledger.retired", why=retired_because(record.retired, say))))
        _known(values, seen, say)
        _photos(record, say)
        may = seen.open and not record.retired and record.values["campaign"] == seen.campaign.id
        if record.values["kind"] == "appeal":
            appeal_panel.appeal_panel(record, seen, say, language, may=may)
        if may:
            _change(record, say, language)
        _history(record, seen, district, say)


def _known(values: dict[str, object], seen: Seen, say: Say) -> None:
    lines = told.lines(values, seen.names, say)
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(words)}</dd>" for label, words in lines)
    link = ""
    if enterprise := values.get("enterprise"):
        address = f"/enterprises?id={quote(str(enterprise))}" + _lang()
        link = f'<p><a target="_self" href="{escape(address)}">{escape(say("ledger.to_enterprise"))}</a></p>'
    st.html(f'<dl class="known">{rows}</dl>{link}')


def _photos(record: Record, say: Say) -> None:
    shown = ""
    for number, photo in enumerate(cached.workspace().store.photos.of(record.id), start=1):
        address, words = f"/ledger/photo/{quote(photo.id)}.jpg", escape(say("ledger.photo", number=number))
        shown += f'<a href="{address}" target="_blank"><img loading="lazy" src="{address}" alt="{words}"></a>'
    if shown:
        st.html(f'<div class="photos">{shown}</div>')


def _change(record: Record, say: Say, language: Language) -> None:
    """Correcting it, on the form it was entered with; taking it back, with a reason."""

    def go() -> None:
        why = st.session_state["retire_why"].strip()
        doing.attempt(
            lambda who: deeds.retire(cached.workspace(), who, record.id, record.version, why),
            language,
            "ledger.retired_now",
        )

    with st.container(horizontal=True, vertical_alignment="center", key="entry_tools"):
        address = f"/m/ledger/{quote(record.id)}" + _lang("?")
        st.html(f'<a class="action quiet" target="_self" href="{escape(address)}">{escape(say("ledger.correct"))}</a>')
        with st.popover(say("ledger.retire"), icon=":material/delete:"):
            st.caption(say("ledger.retire_help"))
            st.text_input(say("ledger.why"), key="retire_why", max_chars=200)
            st.button(say("ledger.retire_go"), on_click=go, key="retire_go")


def _history(record: Record, seen: Seen, district: District, say: Say) -> None:
    steps = cached.workspace().store.history("entries", record.id)
    zone = district.about["time_zone"]
    with st.expander(say("ledger.history", count=len(steps)), icon=":material/history:"):
        for one in told.history(record, steps, seen.names, say):
            head = f"**{moment(one.at, zone)}** {escape_markdown(writer(one.by, say))} · {escape_markdown(one.what)}"
            why = f"  \n{escape_markdown(one.why)}" if one.why else ""
            changes = "".join(
                f"\n- {escape_markdown(say('ledger.from_to', field=field, old=old or '—', new=new or '—'))}"
                for field, old, new in one.changes
            )
            st.markdown(f"{head}{why}\n{changes}")


def _lang(mark: str = "&") -> str:
    return "" if state.language() == "zh" else f"{mark}lang={state.language()}"
