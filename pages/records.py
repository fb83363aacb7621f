"""登记: find a record, change it, retire it, see what became of it."""

from functools import partial

import streamlit as st

from geo.i18n import translate
from pages.ui import access, cached, record_form, record_list, state

person = access.require("staff")
language = state.language()
say = partial(translate, language=language)
district = cached.district()

with st.container(key="wide"):
    st.title(say("page.records.title"))
    found, opened = st.columns([5, 6], gap="medium")
    with found:
        noun, picked = record_list.choose(district, person, say, language)
    with opened:
        if picked:
            record_form.show(noun, picked, district, person, say, language)
        else:
            st.info(say("record.none_open"))
