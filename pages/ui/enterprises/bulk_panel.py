"""One move of all that are asked for: looked at first, then made, all of it or nothing."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.district import District
from geo.enterprises import UNION_STATUSES
from geo.errors import GongtuError, ParameterError
from geo.i18n import Language
from geo.organising import bulk, deeds, moves
from geo.organising.bulk import Bulk, Row
from geo.organising.told import explain, status_word
from geo.storage.register import Wanted
from geo.words import Say
from pages.ui import cached
from pages.ui.enterprises import actions
from pages.ui.enterprises.work import attempt
from pages.ui.words import escape_markdown

PREFIX = "bulk/"
SHOWN = 200
TO = tuple(status for status in UNION_STATUSES if status != "none")


def panel(wanted: Wanted, total: int, district: District, say: Say, language: Language) -> None:
    """What is moved to where, its preview, and the button that makes it; made once, a preview is gone."""
    if not total:
        return
    with st.expander(say("founding.bulk", count=f"{total:,}"), icon=":material/playlist_add_check:", key="bulk"):
        if total > bulk.AT_MOST:
            st.info(say("organising.many", value=f"{total:,}", most=f"{bulk.AT_MOST:,}"))
            return
        now = deeds.today(cached.workspace())
        to = st.selectbox(
            say("founding.move_to"),
            TO,
            None,
            format_func=lambda one: say(f"union_status.{one}"),
            key=f"{PREFIX}to",
            placeholder="",
        )
        if to == "established":
            actions.founding(PREFIX, district, say, members=False)
            st.caption(say("founding.bulk_members"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.date_input(say("founding.on"), now, key=f"{PREFIX}on", format="YYYY-MM-DD", max_value=now)
            label = say("organising.field_note") + (" *" if to in moves.EXPLAINED else "")
            st.text_input(label, key=f"{PREFIX}note", max_chars=moves.NOTE_AT_MOST)
        st.button(say("founding.preview"), key="preview", disabled=not to, on_click=_preview, args=(wanted, say))
        with st.container(key="previewed"):
            _previewed(wanted, say, language)


def _preview(wanted: Wanted, say: Say) -> None:
    to = st.session_state.get(f"{PREFIX}to")
    st.session_state.pop("bulk_found", None)
    if not to:
        return
    try:
        move = actions.typed(PREFIX, to)
        found = bulk.preview(cached.workspace(), wanted, move, st.session_state.get("bulk_members", {}))
        st.session_state["bulk_found"] = wanted, found
    except ParameterError as error:
        st.session_state["bulk_error"] = explain(error, say)


def _previewed(wanted: Wanted, say: Say, language: Language) -> None:
    """What would become of each; only of what is asked for now."""
    if error := st.session_state.pop("bulk_error", ""):
        st.error(escape_markdown(error))
    asked, found = st.session_state.get("bulk_found", (None, None))
    if asked != wanted or not isinstance(found, Bulk):
        return
    counts = found.counts
    parts = " · ".join(f"{say(f'founding.fate_{fate}')} {count:,}" for fate, count in counts.items() if count)
    st.markdown(f"**{escape_markdown(parts)}**")
    rows = sorted(found.rows, key=lambda row: list(counts).index(row.fate))[:SHOWN]
    shown = pd.DataFrame([_row(row, found, say) for row in rows])
    st.dataframe(shown, hide_index=True, height=min(38 + 35 * len(rows), 260))
    if len(found.rows) > SHOWN:
        st.caption(say("founding.bulk_more", shown=SHOWN, count=f"{len(found.rows):,}"))

    _members(found, say)

    def go() -> None:
        made = attempt(
            lambda person: bulk.commit(cached.workspace(), person, found),
            language,
            "organising.done_bulk",
            count=f"{counts['moves']:,}",
            status=status_word(found.move.to, say),
        )
        st.session_state.pop("bulk_found", None)
        st.session_state.pop("bulk_members", None)
        if made is not None:
            st.session_state[f"{PREFIX}note"] = ""

    st.button(
        say("founding.bulk_go", count=f"{counts['moves']:,}", status=status_word(found.move.to, say)),
        type="primary",
        key="bulk_go",
        disabled=not counts["moves"],
        on_click=go,
    )


def _members(found: Bulk, say: Say) -> None:
    """Where the members of those that state none can be written down; the next preview takes them in."""
    lacking = [row for row in found.rows if row.fate == "missing"]
    if not lacking:
        return
    key = f"bulk_members_of/{len(lacking)}/{lacking[0].id}"

    def keep() -> None:
        edited: dict[int, dict[str, int | None]] = st.session_state[key]["edited_rows"]
        told = {lacking[at].id: cells["members"] for at, cells in edited.items() if cells.get("members") is not None}
        st.session_state["bulk_members"] = {**st.session_state.get("bulk_members", {}), **told}

    rows = pd.DataFrame({"name": [row.name for row in lacking], "members": pd.array([None] * len(lacking), "Int64")})
    st.caption(say("founding.fill_members"))
    st.data_editor(
        rows,
        key=key,
        hide_index=True,
        disabled=["name"],
        on_change=keep,
        placeholder=escape_markdown(say("total.none")),
        height=min(38 + 35 * len(rows), 260),
        column_config={
            "name": st.column_config.TextColumn(say("field.name")),
            "members": st.column_config.NumberColumn(say("field.members"), min_value=1, step=1),
        },
    )


def _row(row: Row, found: Bulk, say: Say) -> dict[str, str]:
    why = explain(GongtuError(row.why[0], **row.why[1]), say) if row.why else ""
    return {
        say("field.name"): row.name,
        say("founding.fate"): say(f"founding.fate_{row.fate}"),
        say("founding.why"): why,
        say("record.from"): status_word(row.status, say),
        say("record.to"): status_word(found.move.to, say) if row.change else say("total.none"),
    }
