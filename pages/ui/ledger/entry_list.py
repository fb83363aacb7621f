"""Entries as a list that fingers can use: what, where, what it counts, how an appeal stands; a tap opens one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd
import streamlit as st

from geo.casework import appeals
from geo.ledger import AMOUNTS
from geo.words import Say, money
from pages.ui import state
from pages.ui.ledger.asked import Seen

FOLDER = Path(__file__).parent
ON_A_PAGE = 50
TONES = {"escalated": "late", "overdue": "late", "due_soon": "soon", "closed": "done", "open": ""}


class Tag(TypedDict):
    """A word beside a title; ``tone`` is a class of entry_list.css, ``""`` for a plain one."""

    words: str
    tone: str


_list = st.components.v2.component(
    "entry_list",
    html="<ol></ol>",
    css=(FOLDER / "entry_list.css").read_text(encoding="utf-8"),
    js=(FOLDER / "entry_list.js").read_text(encoding="utf-8"),
)


def entry_list(seen: Seen, say: Say) -> None:
    """The entries that are wanted, ``ON_A_PAGE`` at a time."""
    count = len(seen.rows)
    if not count:
        _nothing(seen, say)
        return
    pages = -(-count // ON_A_PAGE)
    number = _page(pages)
    shown = seen.rows.iloc[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    made_up = int((seen.rows["standing"] == "synthetic").sum())
    st.caption(say("ledger.count", count=f"{count:,}", made_up=f"{made_up:,}"))

    def picked() -> None:
        pick(str(st.session_state["entry_list"].picked or ""))

    rows = [_row(row, seen, say) for row in shown.to_dict("records")]
    selected = st.query_params.get("entry", "")
    _list(
        key="entry_list",
        data={"rows": rows, "selected": selected, "label": say("page.ledger.title")},
        on_picked_change=picked,
    )
    if pages > 1:
        _turn(number, pages, say)


def pick(id_: str) -> None:
    """Opens an entry, or lets go of it where it is open."""
    state.put("entry", "" if st.query_params.get("entry") == id_ else id_)


def _page(pages: int) -> int:
    said = st.query_params.get("page", "")
    return min(int(said), pages) if said.isascii() and said.isdigit() and said != "0" and len(said) < 7 else 1


def _turn(number: int, pages: int, say: Say) -> None:
    def to(page: int) -> None:
        state.put("page", str(page) if page > 1 else "")

    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", key="ledger_pages"):
        st.button(say("ledger.before"), disabled=number == 1, on_click=to, args=(number - 1,), key="page_before")
        st.markdown(say("ledger.page", page=f"{number:,}", pages=f"{pages:,}"))
        st.button(say("ledger.after"), disabled=number == pages, on_click=to, args=(number + 1,), key="page_after")


def _nothing(seen: Seen, say: Say) -> None:
    if len(seen.every):
        st.info(say("ledger.none_wanted"))
    else:
        st.info(say("ledger.none"))


def _row(row: Mapping[Any, Any], seen: Seen, say: Say) -> dict[str, Any]:
    return {
        "id": row["id"],
        "day": row["date"],
        "day_words": row["date"],
        "title": _title(row, seen, say),
        "tags": list(_tags(row, seen, say)),
        "note": row["note"],
        "about": " · ".join(_about(row, seen, say)),
    }


def _title(row: Mapping[Any, Any], seen: Seen, say: Say) -> str:
    what = say(f"entry_kind.{row['kind']}")
    if row["programme_kind"]:
        what = say(f"programme_kind.{row['programme_kind']}")
    if row["appeal_type"]:
        type_ = say(f"appeal_type.{row['appeal_type']}")
        what = say("ledger.of_type", what=what, type=type_)
    field = next((name for name in ("enterprise", "facility", "position", "region") if row[name]), "")
    where = seen.names.of(field, row[field], seen.campaign.id) if field else ""
    return " · ".join(filter(None, (what, where)))


def _tags(row: Mapping[Any, Any], seen: Seen, say: Say) -> Iterator[Tag]:
    if row["kind"] == "appeal":
        stands = appeals.state(row, seen.as_of.of(row["standing"]), seen.campaign.rules)
        yield Tag(words=say(f"appeal_state.{stands}"), tone=TONES[stands])
    if row["outcome"]:
        yield Tag(words=say(f"outcome.{row['outcome']}"), tone="done" if row["outcome"] == "settled" else "")
    if row["standing"] == "synthetic":
        yield Tag(words=say("standing.synthetic"), tone="made-up")


def _about(row: Mapping[Any, Any], seen: Seen, say: Say) -> Iterator[str]:
    if row["team"]:
        yield seen.names.of("team", row["team"], seen.campaign.id)
    if row["kind"] == "appeal":
        if row["appeal_source"]:
            yield say(f"appeal_source.{row['appeal_source']}")
        if not row["closed_on"]:
            yield say("ledger.due", day=appeals.due(row, seen.campaign.rules))
    for name in AMOUNTS:
        if not pd.isna(row[name]):
            figure = money(row[name]) if name == "recovered" else f"{row[name]:,}"
            yield f"{say(f'field.{name}')} {figure}"
