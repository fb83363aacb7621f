"""The router: navigation, frame, language, data notice. Run through app.py, never by itself."""

import streamlit as st

from geo.errors import GongtuError
from geo.i18n import translate
from pages.ui import cached, frame

language = frame.open_frame()
try:
    with st.spinner(translate("app.loading", language)):
        district = cached.district()
except GongtuError as error:
    frame.refuse(error, language)
    st.stop()
frame.navigate(district, language)
