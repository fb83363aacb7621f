"""What a planner asks, as controls: which service, how far, for whom, when. The URL holds it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from geo.coverage import LENS_UNION, LENSES
from geo.demand import MEASURES, UNIONS, Who
from geo.district import District
from geo.enterprises import GROUPS
from geo.errors import ParameterError
from geo.facilities import KINDS
from geo.hours.calendar import WEEKDAYS
from geo.i18n import Language, explain
from geo.layers.base import Basemap
from geo.planner import REACH_UNITS, SIZES_M, Question, Reach, ReachUnit, When
from geo.words import Say, distance
from pages.ui import state
from pages.ui.planner.answers import Found, Look
from pages.ui.words import escape_markdown

REACHES: dict[ReachUnit, range] = {"m": range(250, 5001, 250), "walk": range(5, 61, 5), "ebike": range(5, 61, 5)}
REACH_AT_FIRST: dict[ReachUnit, int] = {"m": 1000, "walk": 15, "ebike": 15}
PARAMS = ("kinds", "reach", "unit", "measure", "union", "industry", "groups", "lens", "day", "hour")
NOON = 12


def read(language: Language) -> Question:
    """What the URL asks; what it cannot ask is left out, and that is said."""
    params = dict(st.query_params.items())
    while True:
        try:
            return Question.read(params)
        except ParameterError as error:
            st.warning(escape_markdown(explain(error, language)))
            field = str(error.params.get("field"))
            for name in ("day", "hour") if field in ("day", "hour") else (field,):
                params.pop(name, None)


def write(question: Question) -> None:
    """Puts a question into the URL."""
    params = question.params()
    for name in PARAMS:
        if name == "kinds" and not question.kinds:
            st.query_params[name] = ""  # none at all, which is not as if nothing was said
        else:
            state.put(name, params.get(name, ""))


def controls(district: District, asked: Question, say: Say) -> None:
    """The controls that change the question asked."""
    _choice("lens", LENSES, asked.lens, say("lens.label"), lambda one: say(f"lens.{one}"), hidden=True)
    with st.container(horizontal=True, vertical_alignment="center", key="reach_row"):
        _choice(
            "unit", REACH_UNITS, asked.reach.unit, say("blind.unit"), lambda one: say(f"blind.unit_{one}"), hidden=True
        )
        _reach(asked.reach, say)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choice("measure", MEASURES, asked.who.measure, say("blind.measure"), lambda one: say(f"blind.measure_{one}"))
        st.session_state["q_union"] = asked.who.union
        st.selectbox(
            say("blind.union"),
            UNIONS,
            format_func=lambda one: say(f"blind.union_{one}"),
            key="q_union",
            on_change=_changed,
            width=130,
        )


def filters(district: District, asked: Question, say: Say) -> None:
    """When, and for whom more exactly: two buttons that open on their controls."""
    _when(asked.when, say)
    _more(district, asked, say)


def _choice(name: str, options: tuple[str, ...], value: str, label: str, words: Say, *, hidden: bool = False) -> None:
    st.session_state[f"q_{name}"] = value
    st.segmented_control(
        label,
        options,
        required=True,
        format_func=words,
        label_visibility="collapsed" if hidden else "visible",
        key=f"q_{name}",
        on_change=_changed,
    )


def _reach(reach: Reach, say: Say) -> None:
    st.session_state["q_reach"] = reach.value
    st.select_slider(
        say(f"blind.reach_{reach.unit}"),
        sorted({*REACHES[reach.unit], reach.value}),
        format_func=lambda value: say(f"blind.reach_value_{'m' if reach.unit == 'm' else 'min'}", value=value),
        key="q_reach",
        on_change=_changed,
    )


def _when(when: When | None, say: Say) -> None:
    st.session_state["q_day"] = when.weekday if when else None
    st.session_state["q_hour"] = when.hour if when else NOON
    label = say("blind.any_time")
    if when:
        label = say("blind.at", day=say(f"weekday.{when.weekday}"), hour=f"{when.hour:02}:00")
    with st.popover(label, icon=":material/schedule:"):
        st.selectbox(
            say("blind.day"),
            (None, *range(len(WEEKDAYS))),
            format_func=lambda day: say("blind.any_time") if day is None else say(f"weekday.{day}"),
            key="q_day",
            on_change=_changed,
        )
        st.select_slider(
            say("blind.hour"),
            range(24),
            format_func=lambda hour: f"{hour:02}:00",
            key="q_hour",
            on_change=_changed,
            disabled=when is None,
        )
        st.caption(say("blind.when_help"))


def _more(district: District, asked: Question, say: Say) -> None:
    kinds = [kind for kind in KINDS if (district.facilities["kind"] == kind).any() or kind in asked.kinds]
    industries = [str(name) for name in district.demand.industries]
    st.session_state["q_kinds"] = list(asked.kinds)
    st.session_state["q_industry"] = [name for name in asked.who.industries if name in industries]
    st.session_state["q_groups"] = list(asked.who.groups)
    chosen = len(asked.who.industries) + len(asked.who.groups)
    label = say("blind.filters_some", count=chosen) if chosen else say("blind.filters")
    with st.popover(label, icon=":material/tune:"):
        st.pills(
            say("control.kinds"),
            kinds,
            selection_mode="multi",
            format_func=lambda kind: say(f"kind.{kind}"),
            key="q_kinds",
            on_change=_changed,
        )
        everything = say("blind.all")
        st.multiselect(say("blind.industry"), industries, placeholder=everything, key="q_industry", on_change=_changed)
        st.multiselect(
            say("blind.groups"),
            GROUPS,
            format_func=lambda group: say(f"worker_group.{group}"),
            placeholder=everything,
            key="q_groups",
            on_change=_changed,
        )
        st.caption(say("blind.groups_help"))


def _changed() -> None:
    """Puts what the controls say now into the URL. Another lens looks at its own side, another unit begins at its own
    first reach, as long as nobody chose otherwise."""
    said = {name: st.session_state[f"q_{name}"] for name in PARAMS}
    try:
        before = Question.read(dict(st.query_params.items()))
    except ParameterError:
        before = Question()
    unit: ReachUnit = said["unit"]
    reach = Reach(said["reach"] if unit == before.reach.unit else REACH_AT_FIRST[unit], unit)
    union = said["union"]
    if said["lens"] != before.lens and union == LENS_UNION[before.lens]:
        union = LENS_UNION[said["lens"]]
    who = Who(said["measure"], union, tuple(said["industry"]), tuple(said["groups"]))
    when = None if said["day"] is None else When(said["day"], said["hour"])
    write(Question(tuple(said["kinds"]), reach, who, said["lens"], when))


def at(question: Question, when: When) -> None:
    """The same question at another hour, in the URL."""
    write(replace(question, when=when))


def words(question: Question, say: Say) -> str:
    """A question in one line."""
    kinds = "、".join(say(f"kind.{kind}") for kind in question.kinds) or say("total.none")
    unit = question.reach.unit
    reach = say(f"blind.reach_value_{'m' if unit == 'm' else 'min'}", value=question.reach.value)
    if unit != "m":
        reach = f"{say(f'blind.unit_{unit}')} {reach}"
    who = f"{say(f'blind.union_{question.who.union}')} · {say(f'blind.measure_{question.who.measure}')}"
    chosen = [*question.who.industries, *(say(f"worker_group.{group}") for group in question.who.groups)]
    at_ = say("blind.any_time")
    if question.when:
        at_ = say("blind.at", day=say(f"weekday.{question.when.weekday}"), hour=f"{question.when.hour:02}:00")
    return " · ".join([kinds, reach, who, *chosen, at_])


def look(
    regions: Mapping[str, str], basemaps: Mapping[str, Basemap], say: Say, *, layers: tuple[str, ...], staff: bool
) -> Look:
    """The region to look at and how; ``regions``: code → name, in the order to offer; ``layers``: those that can be
    switched."""
    with st.popover(say("blind.look"), icon=":material/layers:"):
        chosen = st.pills(
            say("control.layers"),
            layers,
            selection_mode="multi",
            format_func=lambda layer: say(f"layer.{layer}"),
            **state.in_url("layers", tuple(layer for layer in layers if layer != "positions"), layers),
        )
        size = ""
        if staff:  # for the public there is one size: of two, one could be subtracted from the other
            size = st.selectbox(
                say("blind.cell_size"),
                ["", *map(str, SIZES_M)],
                format_func=lambda size: distance(int(size), say) if size else say("blind.cell_auto"),
                help=say("blind.cell_help"),
                **state.in_url("size", "", ["", *map(str, SIZES_M)]),
            )
        basemap = state.choose_basemap(say, list(basemaps))
    region = st.selectbox(
        say("control.region"),
        ["", *regions],
        format_func=lambda code: regions.get(code, say("control.district")),
        label_visibility="collapsed",
        width=120,
        **state.in_url("region", "", ["", *regions]),
    )
    return Look(region, tuple(chosen), int(size) if size else None, basemaps.get(basemap))


def empty_states(district: District, found: Found, say: Say) -> None:
    """What is missing for the numbers to mean anything, and what to do."""
    if not len(district.demand.id):
        st.info(say("empty.register_help"), title=say("empty.register"))
    elif not found.answer.chosen.any():
        st.info(say("empty.demand_help"), title=say("empty.demand"))
    if not len(district.facilities):
        st.info(say("empty.facilities_help"), title=say("empty.facilities"))
    elif not found.question.kinds:
        st.info(say("empty.kinds_help"), title=say("empty.kinds"))
    elif found.answer.at and not found.answer.measured.sites.sure.any():
        st.info(say("empty.closed_help"), title=say("empty.closed"))
