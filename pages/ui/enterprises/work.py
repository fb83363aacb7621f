"""What is done to enterprises on this page, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from geo.district import District
from geo.errors import GongtuError
from geo.i18n import Language, translate
from geo.organising.told import explain
from geo.people import Person
from geo.storage.register import Dimension, Register, Wanted
from pages.ui import access, cached, doing, state
from pages.ui.enterprises.asked import FILTERS


def attempt(do: Callable[[Person], Any], language: Language, done: str = "", **words: object) -> Any:
    """``doing.attempt``, with what went wrong told in this page's words: who was first, from which status to which."""
    try:
        result = do(access.who())
    except GongtuError as error:
        try:
            doing.refuse(explain(error, partial(translate, language=language)))
        except KeyError:  # an error that is not this page's
            raise error from None
        return None
    if done:
        st.session_state["done_well"] = translate(done, language, **words)
    return True if result is None else result


def tally(district: District, register: Register, wanted: Wanted, *by: Dimension) -> pd.DataFrame:
    """``Register.tally``, asked once while neither the register nor the ledger changes."""
    key = ("tally", district.revision, cached.workspace().entries_state(), wanted, by)
    return cached.once(key, lambda: register.tally(wanted, by))


def open_one(id_: str) -> None:
    """Shows one enterprise, ``""`` the list again."""
    state.put("id", id_)


def listed(**asked: str) -> None:
    """Shows the list with these filters and no others."""
    for name in ("id", "view", "p", *FILTERS):
        state.put(name, asked.get(name, ""))
