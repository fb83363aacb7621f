"""How new sites are looked for, as controls: goal, number, candidates, conditions. The URL holds it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import streamlit as st

from geo.datum import DATUMS, Datum
from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.i18n import Language, explain
from geo.planner import SIZES_M, Question
from geo.planner.candidates import Candidates, candidates
from geo.planner.listed import read_list
from geo.planner.outcome import placed
from geo.planner.plan import SOURCES, Plan, Site
from geo.siting import GOALS
from geo.words import Say, distance
from pages.ui import cached, state
from pages.ui.planner.answers import HAND
from pages.ui.words import escape_markdown

N_AT_MOST = 50
FILE_TYPES = ("csv", "xlsx", "xls")


def read(district: District, language: Language) -> Plan:
    """What the URL plans; what it cannot plan, or nowhere near the district, is left out, and that is said."""
    params = dict(st.query_params.items())
    while True:
        try:
            plan = Plan.read(params)
            placed(district, plan.sites)
            return plan
        except ParameterError as error:
            st.warning(escape_markdown(explain(error, language)))
            if params.pop(str(error.params.get("field")), None) is None:
                return Plan()


def write(plan: Plan) -> None:
    """Puts a plan into the URL."""
    params = plan.params()
    for name in ("goal", "n", "from", "cell", "capacity", "in", "out", "sites"):
        state.put(name, params.get(name, ""))


def goal(plan: Plan, say: Say) -> None:
    """What for, and how many."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            say("site.goal"),
            GOALS,
            format_func=lambda one: say(f"site.goal_{one}"),
            help="\n\n".join(f"**{say(f'site.goal_{one}')}** {say(f'site.help_{one}')}" for one in GOALS),
            **state.in_url("goal", "max-cover", GOALS),
        )
        if plan.goal != "set-cover":
            st.session_state["n"] = plan.n
            st.number_input(say("site.n"), 1, max(N_AT_MOST, plan.n), key="n", on_change=_number_changed, width=110)


def _number_changed() -> None:
    state.put("n", "" if st.session_state["n"] == Plan().n else str(st.session_state["n"]))


def conditions(
    district: District, plan: Plan, question: Question, say: Say, language: Language, *, staff: bool
) -> Candidates | None:
    """Where new sites may stand and what they must keep to; the candidates, None where there are none to be had."""
    with st.expander(say("site.conditions"), icon=":material/tune:"):
        sources = SOURCES if staff else tuple(source for source in SOURCES if source != "list")
        st.segmented_control(
            say("site.from"),
            sources,
            required=True,
            format_func=lambda one: say(f"site.from_{one}"),
            help=say("site.from_help"),
            **state.in_url("from", "cells", sources),
        )
        if plan.source == "cells":
            sizes = [str(size) for size in SIZES_M]
            st.selectbox(
                say("blind.cell_size"),
                sizes,
                format_func=lambda size: distance(int(size), say),
                **state.in_url("cell", "1000", sizes),
            )
        elif plan.source == "list" and staff:
            _list(district, say, language)
        _capacity(plan, say)
        found = _candidates(district, plan, question, language)
        if found is not None and len(found):
            _conditions_of_each(plan, found, say)
    return found


def _candidates(district: District, plan: Plan, question: Question, language: Language) -> Candidates | None:
    listed: Listed | None = st.session_state.get("listed") if plan.source == "list" else None
    bare = replace(plan, n=1, forced=(), barred=(), sites=())

    def make() -> Candidates:
        return candidates(district, bare, question, listed.candidates if listed else None, language=language)

    key = ("candidates", district.revision, bare, question, language, listed.key if listed else None)
    try:
        return cached.once(key, make)
    except GongtuError as error:
        st.info(escape_markdown(explain(error, language)))
        return None


def _list(district: District, say: Say, language: Language) -> None:
    """A list of candidates that somebody brings."""
    file = st.file_uploader(say("site.list"), FILE_TYPES, key="list_file", help=say("site.list_help"))
    datum = st.selectbox(
        say("site.list_datum"),
        DATUMS,
        format_func=lambda one: say(f"datum.{one}"),
        key="list_datum",
    )
    if file is None:
        return
    key = ("listed", file.file_id, datum, district.revision)
    try:
        found = cached.once(key, lambda: _listed(file.getvalue(), file.name, district, datum))
        st.session_state["listed"] = Listed(key, found)
    except GongtuError as error:
        st.session_state.pop("listed", None)
        headline, *faults = explain(error, language).splitlines()
        st.error("\n".join(f"- {escape_markdown(fault)}" for fault in faults) or escape_markdown(headline))


class Listed(NamedTuple):
    """A list that somebody brought, and what tells it from others."""

    key: tuple[object, ...]
    candidates: Candidates


def _listed(content: bytes, name: str, district: District, datum: Datum) -> Candidates:
    with TemporaryDirectory(prefix="gongtu-list-") as folder:
        path = Path(folder) / f"list{Path(name).suffix.lower()}"
        path.write_bytes(content)
        return read_list(path, name, district, datum)


def _capacity(plan: Plan, say: Say) -> None:
    st.session_state["capacity"] = plan.capacity
    st.number_input(
        say("site.capacity"),
        min_value=min(1.0, plan.capacity or 1.0),
        step=50.0,
        format="%.0f",
        key="capacity",
        placeholder=say("site.no_capacity"),
        help=say("site.capacity_help"),
        on_change=_capacity_changed,
    )


def _capacity_changed() -> None:
    value = st.session_state["capacity"]
    state.put("capacity", f"{value:.0f}" if value else "")


def _conditions_of_each(plan: Plan, found: Candidates, say: Say) -> None:
    """Which candidates must be chosen and which must not; on the map a click does the same."""
    names = dict(zip(found.id.tolist(), found.name.tolist(), strict=True))
    for name, chosen in (("in", plan.forced), ("out", plan.barred)):
        others = set(plan.barred if name == "in" else plan.forced)
        options = [one for one in names if one not in others]
        st.session_state[f"ids_{name}"] = [one for one in chosen if one in options]
        st.multiselect(
            say(f"site.{name}"),
            options,
            format_func=names.__getitem__,
            placeholder=say("site.none"),
            key=f"ids_{name}",
            on_change=_ids_changed,
        )
    st.caption(say("site.click_help"))


def _ids_changed() -> None:
    plan = Plan.read(dict(st.query_params.items()))
    write(replace(plan, forced=tuple(st.session_state["ids_in"]), barred=tuple(st.session_state["ids_out"])))


def clicked(plan: Plan, candidate: str) -> None:
    """A candidate on the map goes from free to forced to barred and back."""
    forced, barred = list(plan.forced), list(plan.barred)
    if candidate in forced:
        forced.remove(candidate)
        barred.append(candidate)
    elif candidate in barred:
        barred.remove(candidate)
    else:
        forced.append(candidate)
    write(replace(plan, forced=tuple(forced), barred=tuple(barred)))


def moved(plan: Plan, index: int, lon: float, lat: float) -> None:
    """Puts one of the plan's sites somewhere else, WGS-84."""
    sites = list(plan.sites)
    sites[index] = Site(sites[index].id, sites[index].name, round(lon, 5), round(lat, 5), moved=True)
    write(replace(plan, sites=tuple(sites)))


def added(plan: Plan, lon: float, lat: float) -> None:
    """One more site, by hand."""
    st.session_state["adding"] = False
    taken = {site.id for site in plan.sites}
    number = next(number for number in range(1, 1000) if f"{HAND}{number}" not in taken)
    site = Site(f"{HAND}{number}", "", round(lon, 5), round(lat, 5), moved=True)
    write(replace(plan, sites=(*plan.sites, site)))


def add(say: Say) -> bool:
    """The button for one more site; whether the next click on the map puts one."""

    def turn() -> None:
        st.session_state["adding"] = not st.session_state.get("adding")

    adding = bool(st.session_state.get("adding"))
    st.button(say("site.add_stop" if adding else "site.add"), icon=":material/add_location:", on_click=turn)
    return adding


def removed(plan: Plan, index: int) -> None:
    """The plan without one of its sites."""
    write(replace(plan, sites=plan.sites[:index] + plan.sites[index + 1 :]))


def on_feature(plan: Plan, properties: Mapping[str, Any]) -> None:
    """A click on the map: a candidate changes its condition, a new site is picked to be moved, a cell its town."""
    if candidate := properties.get("candidate"):
        clicked(plan, str(candidate))
    elif number := properties.get("number"):
        st.session_state["picked"] = int(number) - 1
        state.put("view", "")  # the list of sites, where one is moved
    elif code := properties.get("code"):
        state.pick_region(str(code))


def picked(plan: Plan) -> int | None:
    """Which of the plan's sites is picked to be moved."""
    index = st.session_state.get("picked")
    if index is not None and index >= len(plan.sites):
        st.session_state["picked"] = index = None
    return index
