"""Which enterprises are asked for: filters that the URL keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st

from geo.clock import AsOf
from geo.district import District
from geo.enterprises import ROUTES, UNION_FORMS, UNION_STATUSES
from geo.fieldwork.campaign import Team
from geo.i18n import Language
from geo.ledger import Rules
from geo.organising.following import PREPARING_DAYS, lag, silent_before, slow_before
from geo.organising.funnel import NOWHERE, TOTAL, cell_ids
from geo.organising.ground import Ground
from geo.schema import is_day
from geo.storage.register import Gap, Wanted
from geo.text import clean
from geo.words import Say
from pages.ui import cached, counted, state
from pages.ui.counted import Counted
from pages.ui.words import choice_word, escape_markdown, told_apart

SIZES: Mapping[str, tuple[int | None, int | None]] = {
    "0-24": (0, 24),
    "25-99": (25, 99),
    "100-299": (100, 299),
    "300-999": (300, 999),
    "1000-": (1000, None),
}
"""Bands of workers, inclusive; from 25 members on a union has a committee of its own."""
UNKNOWN = "unknown"
NO_REGION = "-"
"""No region's code: of a team that has none."""
PAGE = re.compile("[1-9][0-9]{0,6}")
GAPS = ("served", "unserved", "unknown")
SORTS = ("id", "name", "-workers", "-status_on", "next_on", "touched_on", "-nearest_m")
MORE = ("cell", "form", "route", "industry", "size", "gap", "silent", "slow", "since", "until", "union", "sort")
"""The filters that are not seen at first."""
FILTERS = ("q", "region", "team", "status", counted.NAME, *MORE)


@dataclass(frozen=True)
class Asked:
    """What the URL asks for. ``sort`` as ``Register.page`` takes it; ``page`` from 1; ``number``: that of 进展 that
    the list is of, if any.
    """

    number: Counted | None
    wanted: Wanted
    sort: str
    page: int


def read(district: District, ground: Ground, days: AsOf, say: Say, language: Language) -> Asked:
    """What the URL says. A team is its regions by the plan that holds; one without any is no enterprise's."""
    said = st.query_params
    region, team = said.get("region", ""), said.get("team", "")
    regions = (region,) if region in set(district.regions["code"]) else ()
    if team in [one.id for one in _teams(ground)]:
        own = ground.regions(team)
        regions = tuple(code for code in own if not regions or code in regions) or (NO_REGION,)
    low, high = SIZES.get(said.get("size", ""), (None, None))
    rules = ground.campaign.rules if ground.campaign else Rules()
    gap = said.get("gap", "")
    number = counted.asked(district, ground.campaign.id, say, language) if ground.campaign else None
    wanted = Wanted(
        text=said.get("q", ""),
        regions=regions,
        statuses=tuple(one for one in UNION_STATUSES if one in said.get("status", "").split(",")),
        forms=_known("form", UNION_FORMS),
        routes=_known("route", ROUTES),
        industries=tuple(filter(None, [clean(said.get("industry", ""))])),
        low=low,
        high=high,
        size_unknown=said.get("size") == UNKNOWN,
        gap=cast("Gap", gap) if gap in GAPS else "",
        union=clean(said.get("union", "")),
        untouched_since=silent_before(days.today, rules) if said.get("silent") == "True" else "",
        status_before=slow_before(days.today) if said.get("slow") == "True" else "",
        lag_days=lag(days),
        established_from=_day("since"),
        established_to=_day("until"),
        ids=number.ids if number else _cell(district, ground),
    )
    sort, page = said.get("sort", SORTS[0]), said.get("p", "")
    return Asked(number, wanted, sort if sort in SORTS else SORTS[0], int(page) if PAGE.fullmatch(page) else 1)


def controls(district: District, ground: Ground, number: Counted | None, say: Say, language: Language) -> None:
    """The filters, and what is asked for besides what they show."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ask"):
        help_ = say("founding.search_help")
        st.text_input(say("founding.search"), placeholder=help_, **_first(state.text_in_url("q")))
        where(district, ground, say, language)
        with st.popover(say("founding.more"), icon=":material/filter_list:"):
            _more(district, say)
    st.pills(
        say("founding.status"),
        UNION_STATUSES,
        selection_mode="multi",
        format_func=lambda one: say(f"union_status.{one}"),
        label_visibility="collapsed",
        **_first(state.in_url("status", (), UNION_STATUSES)),
    )
    if number:
        counted.chip(number)
    _chips(district, ground, say, language)


def where(district: District, ground: Ground, say: Say, language: Language) -> None:
    """Which town, and whose: the filters that every look at the register has but the funnel."""
    names = cached.region_names(district, language)
    teams = _team_names(ground, language)
    _choice("region", list(names), say("control.region"), lambda code: names[code], say("control.district"))
    if ground.team_of:
        _choice("team", list(teams), say("founding.team"), lambda id_: teams[id_], say("founding.any"))


def clear() -> None:
    """Asks for all enterprises again."""
    for name in (*FILTERS, "p"):
        state.put(name, "")


def _more(district: District, say: Say) -> None:
    _choice("form", UNION_FORMS, say("field.union_form"), lambda one: say(f"union_form.{one}"), say("founding.any"))
    _choice(
        "route",
        ROUTES,
        say("field.route"),
        lambda one: choice_word("enterprises", "route", one, say),
        say("founding.any"),
    )
    industries = cached.once(
        ("industries", district.revision), lambda: sorted(set(district.enterprises["industry"]) - {""})
    )
    _choice("industry", industries, say("field.industry"), str, say("founding.any"))
    sizes = [*SIZES, UNKNOWN]
    _choice("size", sizes, say("field.workers"), lambda one: say(f"founding.size_{_code(one)}"), say("founding.any"))
    _choice("gap", GAPS, say("founding.gap"), lambda one: say(f"founding.gap_{one}"), say("founding.any"))
    st.toggle(say("founding.silent"), **_first(state.in_url("silent", False, [False, True])))
    st.selectbox(
        say("founding.sort"),
        SORTS,
        format_func=lambda one: say(f"founding.sort_{one.strip('-')}"),
        **_first(state.in_url("sort", SORTS[0], SORTS)),
    )
    st.button(say("founding.clear"), icon=":material/filter_list_off:", on_click=clear, key="clear")


def _code(size: str) -> str:
    return size.replace("-", "_")


def _choice(key: str, options: Sequence[str], label: str, words: Callable[[str], str], none: str) -> None:
    choices = ["", *options]
    st.selectbox(
        label, choices, format_func=lambda one: words(one) if one else none, **_first(state.in_url(key, "", choices))
    )


def _first(kept: dict[str, Any]) -> dict[str, Any]:
    """A widget of the URL; what is asked anew begins on its first page."""
    remember = kept["on_change"]

    def then() -> None:
        remember()
        state.put("p", "")

    return {**kept, "on_change": then}


def _chips(district: District, ground: Ground, say: Say, language: Language) -> None:
    """What is asked for and not seen above, each to be let go of."""
    said = {name: st.query_params[name] for name in MORE if name in st.query_params and name != "sort"}
    with st.container(horizontal=True, key="chips"):
        for name, value in said.items():
            shown = _cell_words(value, district, ground, say, language) if name == "cell" else _value(name, value, say)
            words = say(f"founding.chip_{name}", value=shown, days=PREPARING_DAYS)
            st.button(
                escape_markdown(words), icon=":material/close:", key=f"chip_{name}", on_click=state.put, args=(name, "")
            )


def _value(name: str, value: str, say: Say) -> str:
    if name == "form" and value in UNION_FORMS:
        return say(f"union_form.{value}")
    if name == "size" and value in (*SIZES, UNKNOWN):
        return say(f"founding.size_{_code(value)}")
    return say(f"founding.gap_{value}") if name == "gap" and value in GAPS else value[:40]


def _cell(district: District, ground: Ground) -> tuple[str, ...] | None:
    """What a cell of the funnel counts that no other filter says; None where none is asked for."""
    cell = st.query_params.get("cell", "")
    if not cell:
        return None
    teams, codes = tuple(team.id for team in _teams(ground)), district.regions["code"].tolist()
    key = ("cell", cell, district.revision, teams, tuple(sorted(ground.team_of.items())))
    return cached.once(key, lambda: cell_ids(district.enterprises, codes, ground.team_of, teams, cell))


def _cell_words(cell: str, district: District, ground: Ground, say: Say, language: Language) -> str:
    by, _, rest = cell.partition(":")
    row, _, column = rest.rpartition(":")
    names = _team_names(ground, language) if by == "team" else cached.region_names(district, language)
    none = say("founding.nobody" if by == "team" else "table.no_region")
    where = {**names, NOWHERE: none, TOTAL: say("table.total")}.get(row, row[:40])
    if column in UNION_STATUSES:
        return f"{say(f'union_status.{column}')} · {where}"
    known = column in ("units_standalone", "units_joint", "unions", "members")
    return f"{say(f'founding.{column}' if known else 'founding.view_funnel')} · {where}"


def _team_names(ground: Ground, language: Language) -> dict[str, str]:
    return told_apart({team.id: (language == "en" and team.name_en) or team.name for team in _teams(ground)})


def _teams(ground: Ground) -> Sequence[Team]:
    return ground.campaign.teams if ground.campaign else ()


def _known(name: str, options: Sequence[str]) -> tuple[str, ...]:
    value = st.query_params.get(name, "")
    return (value,) if value in options else ()


def _day(name: str) -> str:
    value = st.query_params.get(name, "")
    return value if is_day(value) else ""
