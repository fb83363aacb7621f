"""Widgets of our own, where Streamlit has none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

from geo.web import page

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


def figures(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A plain table of words and figures; the first cell of a row is its heading."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(text)}</td>" for text in cells)}</tr>'
        for name, *cells in rows
    )
    st.html(f'<table class="figures"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


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
    gives_way: Sequence[int],
    caption: str,
    selected: str,
    on_pick: Callable[[str], None],
) -> None:
    """A bar of the whole with its key (``parts``: words of served, unserved, unknown and whole), then a table of
    regions with a bar a row; ``selected`` is marked, a row picked by pointer or keyboard goes to
    ``on_pick`` before the page runs again.

    ``gives_way``: for each column when it makes room where the panel is narrow: 0 never, 1 first, then 2, 3.
    """

    def picked() -> None:
        on_pick(st.session_state["region_table"].picked)

    _region_table(
        key="region_table",
        data={
            "rows": list(rows),
            "total": total,
            "parts": parts,
            "columns": list(columns),
            "gives_way": list(gives_way),
            "caption": caption,
            "selected": selected,
        },
        on_picked_change=picked,
    )


_locate = st.components.v2.component(
    "locate",
    html="""<button type="button"></button>
<p role="status"></p>""",
    css=(FOLDER / "locate.css").read_text(encoding="utf-8"),
    js=(FOLDER / "locate.js").read_text(encoding="utf-8"),
)


def locate(words: Mapping[str, str], on_located: Callable[[float, float, float], None]) -> None:
    """A button that asks the browser where it is, then and only then: longitude, latitude (WGS-84 degrees) and how far
    off they may be in metres go to ``on_located`` before the page runs again. Why there is none is said under it.

    ``words``: of the button (``button``), while asking (``asking``), and for each reason there may be no location.
    """

    def located() -> None:
        said = _object(st.session_state["locate"].located)
        lon, lat, accuracy = (said.get(name) for name in ("lon", "lat", "accuracy"))
        if _within(lon, 180) and _within(lat, 90) and _within(accuracy, EARTH_M):
            on_located(float(lon), float(lat), abs(float(accuracy)))

    _locate(key="locate", data=dict(words), on_located_change=located)


_stations = st.components.v2.component(
    "stations",
    html=f"""{(page.FOLDER / "templates" / "icons.svg").read_text(encoding="utf-8")}
<div class="stations"></div>""",
    css=(page.STATIC / "stations.css").read_text(encoding="utf-8")
    + (FOLDER / "stations.css").read_text(encoding="utf-8"),
    js=(page.STATIC / "stations.js").read_text(encoding="utf-8") + (FOLDER / "stations.js").read_text(encoding="utf-8"),
)


def stations(html: str, on_report: Callable[[dict[str, str]], None]) -> None:
    """The cards of an answer, as ``stations.html`` makes them; a report that is sent goes to ``on_report`` with its
    ``facility``, ``what`` and ``words`` before the page runs again.
    """

    def reported() -> None:
        said = _object(st.session_state["stations"].reported)
        on_report({name: str(said.get(name, "")) for name in ("facility", "what", "words")})

    _stations(key="stations", data={"html": html}, on_reported_change=reported)


EARTH_M = 20_040_000
"""Half of the way around: nobody is farther off than that."""


def _object(said: Any) -> Mapping[str, Any]:
    """What a browser sent, where it is an object: anybody can send anything."""
    return said if isinstance(said, Mapping) else {}


def _within(value: Any, limit: float) -> bool:
    """Whether ``value`` is a number that far from zero at most; NaN is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= limit
