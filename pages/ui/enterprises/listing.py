"""The list: how many, fifty of them at a time, and files of all that are asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import streamlit as st

from geo.clock import AsOf
from geo.district import District
from geo.export import FORMATS, export
from geo.export import Asked as Wish
from geo.i18n import Language
from geo.ledger import Rules
from geo.people import Person
from geo.storage.register import Page, Register, Wanted
from geo.web.access import who
from geo.words import Say
from pages.ui import cached, state
from pages.ui.enterprises.asked import Asked
from pages.ui.enterprises.cards import card, cards
from pages.ui.enterprises.work import open_one, tally
from pages.ui.words import choice_word, escape_markdown

ROWS = 50
ALL = 10_000_000
COLUMNS: Mapping[str, str] = {
    "name": "field.name",
    "union_status": "field.union_status",
    "status_on": "field.status_on",
    "region": "control.region",
    "standing": "field.standing",
    "workers": "field.workers",
    "members": "field.members",
    "touched_on": "founding.touched",
    "next": "field.next_step",
    "industry": "field.industry",
    "route": "field.route",
    "nearest_m": "founding.nearest",
    "id": "field.id",
}
"""The columns of the table, in their order, and what each is called."""
NUMBERS = ("workers", "members", "nearest_m")
WIDTHS = {"name": 230, "status_on": 94, "touched_on": 94, "next": 260}
"""Pixels, where a column is not as wide as its first rows."""


def ground_under(say: Say, tiles: Sequence[str]) -> str:
    """What lies under the map."""
    with st.popover(say("control.basemap"), icon=":material/layers:"):
        return state.choose_basemap(say, tiles)


def counts(district: District, register: Register, wanted: Wanted, say: Say) -> int:
    """Says how many are asked for, with unions counted both ways; gives how many that are."""
    found = tally(district, register, wanted, "union_status").set_index("union_status")
    total = int(found["count"].sum())
    established = found.reindex(["established"]).fillna(0).astype("int64").iloc[0]
    line = say(
        "founding.count",
        count=f"{total:,}",
        units=f"{established['count']:,}",
        unions=f"{established['unions']:,}",
        members=f"{established['members']:,}",
    )
    if invented := made_up(district, register, wanted):
        line = say("founding.invented", words=line, count=f"{invented:,}")
    with st.container(key="counted"):
        st.markdown(escape_markdown(line))
    return total


def made_up(district: District, register: Register, wanted: Wanted) -> int:
    """How many of those wanted are synthetic."""
    found = tally(district, register, replace(wanted, standing="synthetic"), "union_status")
    return int(found["count"].sum())


def table(register: Register, asked: Asked, names: Mapping[str, str], days: AsOf, rules: Rules, say: Say) -> Page:
    """Fifty rows of the list; one that is picked opens."""
    page = register.page(asked.wanted, sort=asked.sort, limit=ROWS, offset=(asked.page - 1) * ROWS)
    if not page.rows:
        st.info(say("founding.none" if not page.total else "founding.no_page"))
    else:
        rows_of(page.rows, names, days, rules, say, key="list")
    if page.total:
        _pager(asked.page, page.total, say)
    return page


def rows_of(
    rows: list[dict[str, Any]],
    names: Mapping[str, str],
    days: AsOf,
    rules: Rules,
    say: Say,
    *,
    key: str,
    first: str = "",
) -> None:
    """Enterprises as a table, and as cards: the browser shows what it has room for. One that is picked opens.

    ``first``: a column that comes right after the status.
    """
    with st.container(key=f"grid_{key}"):
        _grid(rows, names, say, key, first)
    with st.container(key=f"cards_{key}"):
        cards([card(row, names, days, rules, say) for row in rows], open_one, key=f"card_{key}")


def _grid(rows: list[dict[str, Any]], names: Mapping[str, str], say: Say, key: str, first: str) -> None:
    def picked() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen and chosen[0] < len(rows):
            open_one(str(rows[chosen[0]]["id"]))

    order = list(dict.fromkeys(("name", "union_status", *filter(None, [first]), *COLUMNS)))
    shown = pd.DataFrame([_row(row, names, say) for row in rows])[order]
    words = {column: say(key) for column, key in COLUMNS.items()}
    wide: dict[str, Any] = {"name": st.column_config.TextColumn(words["name"], width=WIDTHS["name"], pinned=True)}
    small = {
        column: st.column_config.NumberColumn(words[column], width="small", format="localized") for column in NUMBERS
    }
    texts = {column: st.column_config.TextColumn(word, width=WIDTHS.get(column)) for column, word in words.items()}
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        on_select=picked,
        selection_mode="single-row",
        height=min(38 + 35 * len(rows), 560),
        column_config={**texts, **wide, **small},
        placeholder=escape_markdown(say("total.none")),
    )


def _row(row: Mapping[str, Any], names: Mapping[str, str], say: Say) -> dict[str, Any]:
    far = row.get("nearest_m")
    return {
        **{name: row.get(name) or None for name in ("name", "status_on", "touched_on", "industry", "id")},
        "route": choice_word("enterprises", "route", row["route"], say) if row.get("route") else None,
        "workers": row.get("workers"),
        "members": row.get("members"),
        "union_status": say(f"union_status.{row['union_status']}"),
        "region": names.get(row["region"]),
        "standing": say(f"standing.{row['standing']}"),
        "next": " ".join(filter(None, (row.get("next_on"), row.get("next_step")))) or None,
        "nearest_m": None if far is None else round(far),
    }


def _pager(page: int, total: int, say: Say) -> None:
    pages = max(math.ceil(total / ROWS), 1)
    with st.container(horizontal=True, vertical_alignment="center", key="pager"):
        for name, to, icon in (("before", page - 1, "chevron_left"), ("after", page + 1, "chevron_right")):
            if name == "after":
                first, last = min((page - 1) * ROWS + 1, total), min(page * ROWS, total)
                st.markdown(say("founding.page", first=f"{first:,}", last=f"{last:,}", page=page, pages=f"{pages:,}"))
            st.button(
                say(f"founding.page_{name}"),
                icon=f":material/{icon}:",
                key=f"page_{name}",
                disabled=not 1 <= to <= pages,
                on_click=state.put,
                args=("p", str(to) if to > 1 else ""),
            )


def files(district: District, register: Register, wanted: Wanted, person: Person, say: Say, language: Language) -> None:
    """All that are asked for, as a workbook or CSV; contact and telephone for leaders who ask for them."""
    with st.popover(say("founding.files"), icon=":material/download:"):
        contacts = person.may("leader") and st.checkbox(say("founding.contacts"), key="contacts")
        st.caption(say("founding.contacts_in" if contacts else "founding.contacts_out"))
        cookies = dict(st.context.cookies)  # the file is made later, where nobody's browser is known
        name = f"gongtu-{district.about['id']}-enterprises-{district.about['as_of']}"
        name += say("export.made_up") if made_up(district, register, wanted) else ""
        for format_ in ("xlsx", "csv"):
            st.download_button(
                say(f"founding.file_{format_}"),
                lambda format_=format_: _file(format_, district, register, wanted, language, cookies, contacts),
                f"{name}.{format_}",
                FORMATS[format_],
                key=f"file_{format_}",
                on_click="ignore",
            )


def _file(
    format_: str,
    district: District,
    register: Register,
    wanted: Wanted,
    language: Language,
    cookies: Mapping[str, str],
    contacts: bool,
) -> bytes:
    """The file, made when it is asked for, for who that is then; RoleError where they may not have it any more."""
    workspace, frame = cached.workspace(), district.enterprises
    person = who(cookies, workspace.store.people, workspace.now())
    narrow = replace(district, enterprises=frame[frame["id"].isin(register.ids(wanted, ALL))].reset_index(drop=True))
    with TemporaryDirectory(prefix="gongtu-enterprises-") as folder:
        path = Path(folder) / "file"
        wish = Wish(person=person, language=language, contacts=contacts, at=workspace.now())
        export("enterprises", format_, path, narrow, wish)
        return path.read_bytes()
