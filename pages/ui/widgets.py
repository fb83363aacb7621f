"""Widgets of our own, where Streamlit has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import streamlit as st

FOLDER = Path(__file__).parent


class Bar(TypedDict):
    """A row of the region table: ``code`` (empty: not a region, cannot be picked), words, numbers of the bar."""

    code: str
    name: str
    cells: list[str]
    served: int
    unserved: int
    unknown: int
    words: str


_region_table = st.components.v2.component(
    "region_table",
    html="""<div class="total"></div>
<div class="scroll"><table><caption></caption><thead></thead><tbody></tbody></table></div>""",
    css=(FOLDER / "region_table.css").read_text(encoding="utf-8"),
    js=(FOLDER / "region_table.js").read_text(encoding="utf-8"),
)


def region_table(
    rows: Sequence[Bar],
    *,
    total: Bar,
    parts: dict[str, str],
    columns: Sequence[str],
    caption: str,
    selected: str,
    on_pick: Callable[[str], None],
) -> None:
    """A bar of the whole with its key (``parts``: words of served, unserved, unknown and whole), then a table of
    regions with a bar a row; ``selected`` is marked, a row picked by pointer or keyboard goes to
    ``on_pick`` before the page runs again."""

    def picked() -> None:
        on_pick(st.session_state["region_table"].picked)

    _region_table(
        key="region_table",
        data={
            "rows": list(rows),
            "total": total,
            "parts": parts,
            "columns": list(columns),
            "caption": caption,
            "selected": selected,
        },
        on_picked_change=picked,
    )
