"""The board of teams: a widget of our own, for Streamlit has none that things are dragged on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

FOLDER = Path(__file__).parent


class Chip(TypedDict):
    """A position: what it is called, its workload in short, a mark for what is special, and all of it in words."""

    id: str
    name: str
    load: str
    mark: str
    locked: bool
    words: str


class Section(TypedDict):
    """A team, or with ``id`` ``""`` those that nobody has; ``quiet``: that nobody has them is nothing to act on.

    Lengths of the bar in percent of its width: ``filled`` the workload, ``target`` what it should be, ``low`` to
    ``high`` what the balance allows; ``off``: outside of that.
    """

    id: str
    number: str
    colour: str
    name: str
    about: str
    load: str
    deviation: str
    filled: float
    target: float
    low: float
    high: float
    off: bool
    own: bool
    quiet: bool
    amiss: bool
    words: str
    positions: list[Chip]


_board = st.components.v2.component(
    "board",
    html="""<div class="board" role="group"></div>
<p class="said" role="status"></p>
<p class="hint"></p>""",
    css=(FOLDER / "board.css").read_text(encoding="utf-8"),
    js=(FOLDER / "board.js").read_text(encoding="utf-8"),
)


def board(
    sections: Sequence[Section],
    *,
    where: Mapping[str, str],
    selected: str,
    editable: bool,
    words: Mapping[str, str],
    on_pick: Callable[[str], None],
    on_move: Callable[[str, str], None],
    on_lock: Callable[[str], None],
    on_step: Callable[[str], None],
) -> None:
    """The teams, one under the other, each with its positions. A position that is picked goes to ``on_pick``; one that
    is dragged, or moved by keyboard (a team's number, Delete), with its team to ``on_move`` (``""``: nobody's); ``L``
    on one to ``on_lock``; Ctrl+Z and Ctrl+Y, unless somebody is writing, to ``on_step`` as ``undo`` and ``redo``: all
    before the page runs again, and all but the first only where ``editable``.
    """

    def told(name: str, then: Callable[[Any], None]) -> Callable[[], None]:
        def run() -> None:
            said = getattr(st.session_state["board"], name)
            if said:
                then(said)

        return run

    def moved(said: Any) -> None:
        position, team = (said.get(name) for name in ("position", "team")) if isinstance(said, Mapping) else ("", "")
        if isinstance(position, str) and isinstance(team, str):
            on_move(position, team)

    _board(
        key="board",
        data={
            "teams": list(sections),
            "where": dict(where),
            "selected": selected,
            "editable": editable,
            "words": dict(words),
        },
        on_picked_change=told("picked", lambda said: on_pick(str(said))),
        on_moved_change=told("moved", moved),
        on_locked_change=told("locked", lambda said: on_lock(str(said))),
        on_stepped_change=told("stepped", lambda said: on_step("redo" if said == "redo" else "undo")),
    )
