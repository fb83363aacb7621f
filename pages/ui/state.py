"""What a page was asked to show. The URL holds it all: a link copied from the browser reopens the same view.

Streamlit's own binding (``bind="query-params"``) writes a widget's words into the URL, which differ by language, and
lags one change behind what the page sets itself; so the values are kept here, as codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import streamlit as st

from geo.coverage import LENSES, Lens
from geo.i18n import LANGUAGES, Language
from geo.measures import SHADES, Shade
from geo.words import Say

LAYERS = ("gaps", "facilities", "positions", "enterprises", "names")
STAFF_LAYERS = ("programmes",)
"""What staff may lay over the map besides; off until asked for."""
KINDS_AT_FIRST = ("rest_station",)
REACHES_M = range(250, 5001, 250)


@dataclass(frozen=True)
class View:
    """One view of the coverage: everything a copied link reopens."""

    lens: Lens
    kinds: tuple[str, ...]
    within_m: int
    measure: Shade
    layers: tuple[str, ...]
    basemap: str
    region: str


def in_url(key: str, default: Any, options: Sequence[Any]) -> dict[str, Any]:
    """The ``key`` and ``on_change`` of a widget that keeps its value in the URL as ``?key=``.

    ``default`` is an option or, for a widget of several values, a tuple of options; the URL leaves a default out, and
    a value there that is no option is as good as none.
    """
    several = isinstance(default, tuple)
    code = {str(option): option for option in options}

    def remember() -> None:
        value = st.session_state[key]
        if (tuple(value) if several else value) == default:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = ",".join(map(str, value)) if several else str(value)
        _keep()

    said = st.query_params.get(key)
    if several:
        asked = None if said is None else [code[part] for part in said.split(",") if part in code]
        st.session_state[key] = list(default) if asked is None else asked
    else:
        st.session_state[key] = code.get(said or "", default)
    return {"key": key, "on_change": remember}


def text_in_url(key: str) -> dict[str, Any]:
    """The ``key`` and ``on_change`` of a text widget that keeps its value in the URL as ``?key=``."""

    def remember() -> None:
        put(key, st.session_state[key].strip())

    st.session_state[key] = st.query_params.get(key, "")
    return {"key": key, "on_change": remember}


def moment_in_url(key: str) -> dict[str, Any]:
    """The ``key`` and ``on_change`` of a widget of a time that keeps it in the URL as ``?key=YYYY-MM-DDTHH:MM``."""

    def remember() -> None:
        value: datetime | None = st.session_state[key]
        put(key, f"{value:%Y-%m-%dT%H:%M}" if value else "")

    try:
        said = datetime.fromisoformat(st.query_params.get(key, "")).replace(tzinfo=None)
    except ValueError:
        said = None
    st.session_state[key] = said
    return {"key": key, "on_change": remember}


def day_in_url(key: str) -> dict[str, Any]:
    """The ``key`` and ``on_change`` of a widget of a day that keeps it in the URL as ``?key=YYYY-MM-DD``."""

    def remember() -> None:
        value: date | None = st.session_state[key]
        put(key, value.isoformat() if value else "")

    try:
        said = date.fromisoformat(st.query_params.get(key, ""))
    except ValueError:
        said = None
    st.session_state[key] = said
    return {"key": key, "on_change": remember}


def put(key: str, value: str) -> None:
    """Writes ``value`` into the URL as ``?key=``; an empty one is left out."""
    if value:
        st.query_params[key] = value
    else:
        st.query_params.pop(key, None)
    _keep()


def language() -> Language:
    """The language the frame's switch is set to."""
    said = st.query_params.get("lang")
    return cast(Language, said) if said in LANGUAGES else "zh"


def come_back(page: str) -> None:
    """Puts the view that ``page`` was left with back into the URL, which a change of page empties; the language goes
    along from page to page. A URL that says something itself is left as it is.
    """
    left: dict[str, dict[str, str]] = st.session_state.setdefault("left", {})
    came_from = st.session_state.get("page")
    st.session_state["page"] = page
    if came_from in (None, page):
        _keep()
        return
    kept = left.get(page, {}) | {k: v for k, v in left.get(str(came_from), {}).items() if k == "lang"}
    if kept and not st.query_params:
        st.query_params.update(kept)
        st.rerun()


def _keep() -> None:
    """Remembers what the URL of the present page says."""
    left: dict[str, dict[str, str]] = st.session_state.setdefault("left", {})
    left[str(st.session_state.get("page", ""))] = st.query_params.to_dict()


def pick_region(code: str) -> None:
    """Selects a region, or lets go of it where it is selected already."""
    if code and st.query_params.get("region") != code:
        st.query_params["region"] = code
    else:
        st.query_params.pop("region", None)
    _keep()


def controls(
    say: Say, kinds: Sequence[str], regions: dict[str, str], basemaps: Sequence[str], *, staff: bool = False
) -> View:
    """The controls of a coverage view, and what they say now. ``regions``: code → name, in the order to offer;
    ``staff``: who asks is staff, who may see more.
    """
    offered = LAYERS + STAFF_LAYERS * staff
    lens = st.segmented_control(
        say("lens.label"),
        LENSES,
        required=True,
        format_func=lambda lens: say(f"lens.{lens}"),
        label_visibility="collapsed",
        width="stretch",
        **in_url("lens", "service", LENSES),
    )
    within_m = st.slider(
        say("control.reach"),
        REACHES_M[0],
        REACHES_M[-1],
        step=REACHES_M.step,
        format=say("unit.slider_m"),
        **in_url("reach", 1000, REACHES_M),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        region = st.selectbox(
            say("control.region"),
            ["", *regions],
            format_func=lambda code: regions.get(code, say("control.district")),
            **in_url("region", "", ["", *regions]),
        )
        with st.popover(say("control.more"), icon=":material/tune:"):
            chosen = st.pills(
                say("control.kinds"),
                kinds,
                selection_mode="multi",
                format_func=lambda kind: say(f"kind.{kind}"),
                **in_url("kinds", KINDS_AT_FIRST, kinds),
            )
            measure = st.segmented_control(
                say("control.measure"),
                SHADES,
                required=True,
                format_func=lambda measure: say(f"measure.{lens}.{measure}.short"),
                **in_url("measure", "enterprises", SHADES),
            )
            layers = st.pills(
                say("control.layers"),
                offered,
                selection_mode="multi",
                format_func=lambda layer: say(f"layer.{layer}"),
                **in_url("layers", LAYERS, offered),
            )
            basemap = choose_basemap(say, basemaps)
    return View(lens, tuple(chosen), within_m, measure, tuple(layers), basemap, region)


def choose_basemap(say: Say, basemaps: Sequence[str]) -> str:
    """Which base map lies under the layers: ``none`` until one is chosen, for most are other people's servers."""
    return st.selectbox(
        say("control.basemap"),
        ["none", *basemaps],
        format_func=lambda basemap: say(f"basemap.{basemap}"),
        help=say("control.basemap_help"),
        **in_url("basemap", "none", ["none", *basemaps]),
    )
