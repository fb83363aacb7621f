"""What somebody asks of 找驿站: where they are, by any of four ways, and what they look for.

Where somebody is stays in the session. Only a place with a name goes into the URL: a copied link says nothing of where
the person was who copied it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from geo.datum import DATUMS, Datum
from geo.district import District
from geo.errors import ParameterError
from geo.facilities import AMENITIES
from geo.finder import HELPS, Asked, Origin, origin_of
from geo.i18n import Language, explain
from geo.nearest import MODES
from geo.origin import read_point
from geo.search import Hit
from geo.words import Say
from pages.ui import cached, state, widgets
from pages.ui.words import escape_markdown

FIRST_AMENITIES = ("battery_charging", "water", "microwave", "toilet", "air_conditioning")
"""Those that couriers ask for most, in sight; the others are one touch away."""
HITS_AT_MOST = 6


def where(district: District, say: Say, language: Language) -> Origin | None:
    """The controls that say where one is, and where that is; None while nobody has said."""
    widgets.locate({word: say(f"light.{word}") for word in _LOCATE} | {"button": say("light.locate")}, located)
    st.text_input(
        say("light.place"),
        placeholder=say("near.place_hint"),
        label_visibility="collapsed",
        key="place",
        max_chars=120,
        on_change=_named(district, language, say),
    )
    if said := st.session_state.get("place_error"):
        st.warning(escape_markdown(said))
    hits: list[Hit] = st.session_state.get("hits", [])
    if len(hits) > 1:
        _choose(hits, district, say, language)
    if st.session_state.get("pasted"):
        st.segmented_control(
            say("near.datum"),
            DATUMS,
            key="datum",
            required=True,
            format_func=lambda datum: say(f"near.datum_{datum}"),
            on_change=_named(district, language, say),
        )
    return _origin(district, language)


_LOCATE = ("asking", "refused", "unavailable", "timeout", "insecure")


def located(lon: float, lat: float, accuracy_m: float) -> None:
    """The browser said where it is."""
    _set(Origin(lon, lat, "located", accuracy_m=accuracy_m))


def tapped(lon: float, lat: float) -> None:
    """A point of the map was touched; WGS-84 degrees."""
    _set(Origin(lon, lat, "tap"))


def _set(origin: Origin) -> None:
    st.session_state["origin"] = origin
    st.session_state.update(place="", hits=[], pasted=False, place_error="")
    state.put("near", "")


def _named(district: District, language: Language, say: Say) -> Callable[[], None]:
    """What becomes of a name, or of coordinates, that were typed."""

    def read() -> None:
        text = st.session_state["place"].strip()
        st.session_state.update(place_error="", pasted=False)
        hits = district.place_index.find(text, HITS_AT_MOST)
        st.session_state["hits"] = hits
        if hits:
            _go(hits[0], district, language)
        elif text:
            _point(text, say, language)

    return read


def _point(text: str, say: Say, language: Language) -> None:
    datum: Datum = st.session_state.get("datum") or "wgs84"
    try:
        lon, lat = read_point(text, datum)
    except ParameterError as error:
        number = any(sign.isdecimal() for sign in text)
        said = explain(error, language) if number else say("near.nothing", text=text)
        st.session_state.update(place_error=said, origin=None)  # what was listed before is no answer to this
        state.put("near", "")
        return
    st.session_state["origin"] = Origin(lon, lat, "point")
    st.session_state["pasted"] = True
    state.put("near", "")


def _go(hit: Hit, district: District, language: Language) -> None:
    st.session_state["origin"] = origin_of(hit, district, language)
    state.put("near", f"{hit.kind}:{hit.id}")


def _choose(hits: list[Hit], district: District, say: Say, language: Language) -> None:
    """Places of the same name, to choose from."""
    by_name = {f"{hit.kind}:{hit.id}": hit for hit in hits}

    towns = cached.region_names(district, language)

    def words(name: str) -> str:
        hit = by_name[name]
        town = towns.get(hit.within, "") if hit.kind != "region" else ""
        return f"{hit.label_en if language == 'en' else hit.label_zh} · {town or say(f'near.hit_{hit.kind}')}"

    def chosen() -> None:
        if picked := st.session_state["hit"]:
            _go(by_name[picked], district, language)

    said = st.query_params.get("near")
    st.session_state["hit"] = said if said in by_name else None
    st.pills(say("near.which"), list(by_name), format_func=words, key="hit", on_change=chosen)


def _origin(district: District, language: Language) -> Origin | None:
    """Where one is: what was said last, or the place that the URL names."""
    kind, _, name = st.query_params.get("near", "").partition(":")
    if name and (hit := district.place_index.get(kind, name)):
        return origin_of(hit, district, language)
    found: Origin | None = st.session_state.get("origin")
    return found


def wishes(district: District, origin: Origin, now: datetime, say: Say) -> Asked:
    """The filters, and the question they make."""
    chosen = st.pills(
        say("near.with"),
        [*FIRST_AMENITIES],
        selection_mode="multi",
        wrap=False,
        label_visibility="collapsed",
        format_func=lambda one: say(f"amenity.{one}"),
        **state.in_url("amenity", (), FIRST_AMENITIES),
    )
    with st.expander(say("light.filters"), icon=":material/tune:"):
        help_ = st.segmented_control(
            say("near.help"),
            HELPS,
            required=True,
            format_func=lambda one: say(f"near.help_{one}"),
            **state.in_url("help", "rest", HELPS),
        )
        others = [one for one in AMENITIES if one not in FIRST_AMENITIES]
        more = st.pills(
            say("near.with_more"),
            others,
            selection_mode="multi",
            format_func=lambda one: say(f"amenity.{one}"),
            **state.in_url("more", (), others),
        )
        mode = st.segmented_control(
            say("near.mode"),
            MODES,
            required=True,
            format_func=lambda one: say(f"near.mode_{one}"),
            **state.in_url("mode", "ebike", MODES),
        )
        closed_too = st.checkbox(say("near.closed_too"), **state.in_url("closed", False, (False, True)))
        then = st.datetime_input(say("near.at"), format="YYYY-MM-DD", **state.moment_in_url("at"))
    at = then.replace(tzinfo=district.calendar.zone) if then else now
    return Asked(
        origin,
        at,
        help_,
        (*chosen, *more),
        mode,
        closed_too,
        without=st.session_state.get("reported", ()),
        later=then is not None,
    )
