"""Finding a record: its noun, any part of its name, its region; the first that fit as a table to pick from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.district import District
from geo.i18n import Language
from geo.people import Person
from geo.records import EDITORS
from geo.storage import KEYS
from geo.words import Say
from pages.ui import cached, state
from pages.ui.words import choice_word, escape_markdown

LISTED = 200
SEARCHED = ("name", "name_en", "alias", "credit_code", "address", "contact", "phone")
SHOWN = {
    "enterprises": ("name", "region", "union_status"),
    "facilities": ("name", "kind", "region", "state"),
    "positions": ("name", "kind", "region"),
    "regions": ("name", "kind"),
}


def choose(district: District, person: Person, say: Say, language: Language) -> tuple[str, str]:
    """The noun and the key of the record picked, ``""`` where none is; ``new`` where one is to be made."""
    nouns = list(SHOWN)
    noun = st.segmented_control(
        say("record.noun"),
        nouns,
        required=True,
        format_func=lambda noun: say(f"noun.{noun}"),
        label_visibility="collapsed",
        **state.in_url("noun", nouns[0], nouns),
    )
    names = cached.region_names(district, language)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(say("record.search"), placeholder=say("record.search_help"), **state.text_in_url("q"))
        region = st.selectbox(
            say("control.region"),
            ["", *names],
            format_func=lambda code: names.get(code, say("control.district")),
            **state.in_url("region", "", ["", *names]),
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        retired = st.toggle(say("record.retired"), **state.in_url("retired", False, [False, True]))
        if noun != "regions" and person.may(EDITORS[noun]):
            st.button(say("record.add"), icon=":material/add:", on_click=state.put, args=("id", "new"))
    found = search(_records(district, noun, retired), words, region)
    st.caption(say("record.found", count=f"{len(found):,}", listed=f"{min(len(found), LISTED):,}"))
    _table(noun, found.head(LISTED), names, say)
    return noun, st.query_params.get("id", "")


def _records(district: District, noun: str, retired: bool) -> pd.DataFrame:
    """The living records, with the region each was found to be in; or the retired ones, as they were written."""
    if not retired:
        frame = getattr(district, noun)
        return frame.assign(region=frame["code"]) if noun == "regions" else frame
    everything = cached.workspace().store.read(noun, retired=True)
    return everything[everything["retired"] != ""].assign(region=lambda frame: frame.get("region", frame.get("code")))


def search(records: pd.DataFrame, words: str, region: str) -> pd.DataFrame:
    """The records of the region (a code; ``""``: all) that have each of the words, in any case, in their names, codes,
    address or contact; in their own order.
    """
    found = records[records["region"] == region] if region else records
    for word in words.split():
        hit = pd.Series(False, index=found.index)
        for column in {*SEARCHED, "id", "code"} & set(found):
            hit |= found[column].fillna("").str.contains(word, case=False, regex=False)
        found = found[hit]
    return found


def _table(noun: str, found: pd.DataFrame, names: dict[str, str], say: Say) -> None:
    key = KEYS[noun]
    shown = pd.DataFrame(index=found.index)
    for column in SHOWN[noun]:
        cells = found[column].map(lambda code: names.get(code, code)) if column == "region" else found[column]
        cells = cells.map(lambda value, column=column: choice_word(noun, column, value, say))
        shown[say(f"field.{column}")] = cells
    shown[say("field.standing")] = found["standing"].map(lambda standing: say(f"standing.{standing}"))

    def picked() -> None:
        rows = st.session_state[f"list_{noun}"].selection.rows
        state.put("id", str(found[key].iloc[rows[0]]) if rows else "")

    st.dataframe(
        shown,
        key=f"list_{noun}",
        hide_index=True,
        on_select=picked,
        selection_mode="single-row",
        height=560,
        placeholder=escape_markdown(say("total.none")),
    )
