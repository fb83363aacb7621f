"""The search box of the frame: whatever the district has, by any part of its name, as one types."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.lookup import GROUPS
from geo.people import Person
from geo.words import Say
from pages.ui import state

FOLDER = Path(__file__).parent
_box = st.components.v2.component(
    "search_box",
    html="""<input type="search" role="combobox" aria-expanded="false" aria-controls="found" autocomplete="off"
 spellcheck="false" maxlength="200">
<div id="found" role="listbox" popover="manual"></div>
<p role="status"></p>""",
    css=(FOLDER / "search_box.css").read_text(encoding="utf-8"),
    js=(FOLDER / "search_box.js").read_text(encoding="utf-8"),
)


def search_box(person: Person, say: Say) -> None:
    """The box; the browser asks ``/api/v1/search`` itself, and no page runs before something found is opened."""
    words = {group: say(f"search.{group}") for group in GROUPS}
    what = say("search.staff" if person.may("staff") else "search.public")
    words |= {"what": what, "synthetic": say("standing.synthetic")}
    words |= {name: say(f"search.{name}") for name in ("placeholder", "found", "none", "failed")}
    _box(key="search_box", data={"language": state.language(), "words": words})
