"""What new sites come to: before and after, each site's gain, each town's, who changes, and how many are enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from geo.coverage import TOTAL
from geo.district import District
from geo.i18n import Language
from geo.planner import AT_LEAST
from geo.planner.candidates import Candidates
from geo.planner.outcome import Outcome
from geo.planner.plan import Plan
from geo.planner.privacy import public_change
from geo.words import Say, percent
from pages.ui import cached, charts, state
from pages.ui.planner import plan_controls
from pages.ui.planner.amounts import WITHHELD, amount, distance_or_dash, number, share
from pages.ui.planner.answers import Found, Look
from pages.ui.planner.downloads import Files
from pages.ui.widgets import Bar, figures, region_table
from pages.ui.words import escape_markdown

VIEWS = ("sites", "towns", "number", "changed")
LISTED = 200


def whole(
    district: District,
    found: Found,
    outcome: Outcome,
    plan: Plan,
    look: Look,
    said: Mapping[str, Any] | None,
    offered: Candidates | None,
    say: Say,
    language: Language,
) -> None:
    """Everything the panel says of a plan's sites; ``said``: what a search said of them (``search_panel.told``)."""
    capacities = () if offered is None or offered.capacity is None else offered.capacity.tolist()
    if any(math.isfinite(capacity) for capacity in capacities):
        st.warning(say("site.capacity_left_out"), icon=":material/info:")
    before = outcome.before.rows if found.staff else public_change(outcome)[0]
    totals(outcome, before, found, say)
    answers(district, found, outcome, plan, look, said, say, language)


def totals(outcome: Outcome, before: pd.DataFrame, found: Found, say: Say) -> None:
    """Three numbers, before and after, all of those of whom it was known before whether they are served: who had only
    stations of unknown hours in reach is no gain, and is told apart.
    """
    old, new, measure = before.loc[TOTAL], found.rows.loc[TOTAL], found.question.who.measure
    known = served_share(outcome.before.rows.loc[TOTAL])
    shares = [share(part, known, say) for part in (served_share(old), 1 - new["unserved"] / _known(old))]
    gained = old["unserved"] - new["unserved"]
    doubtful = number(new["served"] - old["served"] - gained)
    boxes = [
        ("served", shares[1], shares[0]),
        ("gained", number(gained), number(new["unserved"])),
        ("median", distance_or_dash(new["median_m"], say), distance_or_dash(old["median_m"], say)),
    ]
    worst = [distance_or_dash(metres, say) for metres in (outcome.worst_before_m, outcome.worst_after_m)]
    with st.container(key="totals"):
        for column, (name, value, was) in zip(st.columns(3, gap="small"), boxes, strict=True):
            help_ = say(f"site.help_total_{name}", before=worst[0], after=worst[1], doubtful=doubtful)
            column.metric(
                say(f"site.total_{name}", unit=say(f"blind.unit_{measure}")),
                value,
                help=help_,
                border=True,
                height="stretch",
                delta=say(f"site.was_{name}", was=was),
                delta_color="off",
                delta_arrow="off",
            )


def served_share(row: pd.Series) -> float:
    """The part of the known demand that is served; NaN where nothing is known or it is withheld."""
    return float(row["served"] / _known(row))


def _known(row: pd.Series) -> float:
    """The demand of which it is known whether it is served; NaN where there is none."""
    known = float(row["served"] + row["unserved"])
    return known if known > 0 else float("nan")


def answers(
    district: District,
    found: Found,
    outcome: Outcome,
    plan: Plan,
    look: Look,
    said: Mapping[str, Any] | None,
    say: Say,
    language: Language,
) -> None:
    """One of the four ways to read what the sites come to."""
    shown = st.segmented_control(
        say("blind.view"),
        VIEWS,
        required=True,
        format_func=lambda view: say(f"site.view_{view}"),
        label_visibility="collapsed",
        width="stretch",
        **state.in_url("view", "sites", VIEWS),
    )
    match shown:
        case "sites":
            _sites(outcome, plan, found, say)
        case "towns":
            _towns(district, found, outcome, look, say, language)
        case "number":
            _number(outcome, said, found, plan, say)
        case "changed":
            _changed(district, outcome, found, say, language)


def _sites(outcome: Outcome, plan: Plan, found: Found, say: Say) -> None:
    measure = found.question.who.measure
    gains = outcome.gains if found.staff else [one.in_public() for one in outcome.gains]

    def gain(value: float) -> str:
        return WITHHELD if value != value else amount(value, measure, say)

    rows = [
        (f"{number}  {one.site.name}", gain(one.reaches), gain(one.own)) for number, one in enumerate(gains, start=1)
    ]
    heads = (say("site.site"), say("site.reaches"), say("site.own"))
    figures(heads, rows)
    st.caption(say("site.own_help"))
    _edit(outcome, plan, say)


def _edit(outcome: Outcome, plan: Plan, say: Say) -> None:
    """One site to be moved or taken away, and one more to be put."""
    indexes = range(len(plan.sites))
    with st.container(horizontal=True, vertical_alignment="bottom", key="edit_site"):
        names = [f"{index + 1} {one.site.name}" for index, one in enumerate(outcome.gains)]
        st.selectbox(
            say("site.pick"),
            [None, *indexes],
            key="picked",
            format_func=lambda index: say("site.pick_none") if index is None else names[index],
        )
        picked = st.session_state.get("picked")
        st.button(
            say("site.remove"),
            icon=":material/delete:",
            disabled=picked is None,
            on_click=_remove,
            args=(plan, picked),
        )
    if picked is not None:
        st.info(say("site.move_help", name=escape_markdown(names[picked])), icon=":material/touch_app:")
        lon, lat = plan.sites[picked].lon, plan.sites[picked].lat
        with st.form("place", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            keys = f"lon_{picked}_{lon}", f"lat_{picked}_{lat}"
            st.number_input(say("site.lon"), -180.0, 180.0, lon, 0.001, "%.5f", key=keys[0])
            st.number_input(say("site.lat"), -90.0, 90.0, lat, 0.001, "%.5f", key=keys[1])
            st.form_submit_button(say("site.move"), on_click=_move, args=(plan, picked, *keys))


def _move(plan: Plan, index: int, lon: str, lat: str) -> None:
    plan_controls.moved(plan, index, st.session_state[lon], st.session_state[lat])


def _remove(plan: Plan, index: int) -> None:
    plan_controls.removed(plan, index)
    st.session_state["picked"] = None


def _towns(district: District, found: Found, outcome: Outcome, look: Look, say: Say, language: Language) -> None:
    """Each town before and after, those that gain most first."""
    names = cached.region_names(district, language)
    before = outcome.before.rows if found.staff else public_change(outcome)[0]
    codes = district.demand.codes
    gained = before["unserved"] - found.rows["unserved"]
    order = gained.loc[codes].sort_values(ascending=False, kind="stable").index

    def bar(code: str, name: str) -> Bar:
        row, old = found.rows.loc[code], before.loc[code]
        parts = {part: row[part] for part in ("served", "unserved", "unknown")}
        hidden = any(count != count for count in parts.values())
        cells = [percent(served_share(old), say), percent(served_share(row), say), number(gained.loc[code])]
        return Bar(
            code="" if code == TOTAL else code,
            name=name,
            cells=cells,
            words=say("table.bar", name=name, **{part: number(count) for part, count in parts.items()}),
            **{part: 0 if hidden else round(count) for part, count in parts.items()},
        )

    region_table(
        [bar(code, names[code]) for code in order],
        total=bar(TOTAL, say("table.total")),
        parts={part: say(f"table.{part}") for part in ("served", "unserved", "unknown", "whole")},
        columns=[
            say("table.region"),
            *(say(f"site.column_{name}") for name in ("before", "after", "gained")),
            say("site.column_bar"),
        ],
        gives_way=(0, 0, 0, 0, 0),
        caption=say("site.caption"),
        selected=look.region,
        on_pick=state.pick_region,
    )


def _number(outcome: Outcome, said: Mapping[str, Any] | None, found: Found, plan: Plan, say: Say) -> None:
    """What 0, 1, 2 … sites come to, as a search found it; for the public in round numbers."""
    points = said["curve"] if said else []
    if not said or not points:
        st.caption(say("site.no_curve"))
        return
    goal = said["goal"]
    share_ = goal == "max-cover"
    known = _known(outcome.before.rows.loc[TOTAL])
    start = {
        "max-cover": served_share(outcome.before.rows.loc[TOTAL]),
        "p-median": outcome.total_before_m / 1000,
        "p-centre": outcome.worst_before_m,
    }[goal]
    scale = {"max-cover": known, "p-median": 1000.0, "p-centre": 1.0}[goal]
    steps = [charts.Step(0, start, True)] if start == start else []
    steps += [charts.Step(n, objective / scale, proven) for n, objective, proven in points]
    if not found.staff:
        steps = [step._replace(value=float(f"{step.value:.2f}" if share_ else f"{step.value:.2g}")) for step in steps]
    charts.steps(steps, len(plan.sites), share=share_, title=say(f"site.axis_{goal}"), say=say)
    st.caption(say("site.curve_help"))


def _changed(district: District, outcome: Outcome, found: Found, say: Say, language: Language) -> None:
    """The enterprises that the new sites serve: by name for staff, for the public only how many."""
    count = len(outcome.changed)
    if not found.staff:
        shown = say("blind.withheld", few=AT_LEAST) if 0 < count < AT_LEAST else amount(count, "enterprises", say)
        st.caption(say("site.changed_public", count=shown))
        return
    if not count:
        st.caption(say("site.changed_none"))
        return
    rows = outcome.changed[:LISTED]
    names, records = cached.region_names(district, language), cached.register(district).iloc[rows]
    was, now = (one.measured.nearest.metres[rows, 0] for one in (outcome.before, outcome.after))
    shown = {
        say("field.name"): records["name"].tolist(),
        say("table.region"): [names.get(code, say("table.no_region")) for code in records["region"]],
        say("site.was"): [distance_or_dash(far, say) for far in was.tolist()],
        say("site.now"): [distance_or_dash(far, say) for far in now.tolist()],
        say("field.standing"): [say(f"standing.{one}") for one in records["standing"]],
    }
    st.dataframe(pd.DataFrame(shown), hide_index=True, height=380)
    st.caption(say("site.changed_count", count=f"{count:,}", listed=f"{len(rows):,}"))


def files(say: Say, *, staff: bool) -> list[Files]:
    """The plan as files, for staff with who changes."""
    changed = [(say("site.changed_files"), "/export/access", ("gpkg", "xlsx", "csv"))]
    return [(say("site.files"), "/export/plan", ("gpkg", "geojson", "xlsx", "csv")), *(changed if staff else [])]
