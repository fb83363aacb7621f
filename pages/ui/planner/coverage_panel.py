"""The panel beside the map of a planner's question: totals, a region, and the answer as table, week, curve and list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from geo.coverage import NO_REGION, TOTAL
from geo.district import District
from geo.i18n import Language
from geo.planner import AT_LEAST, public_curve, public_week, worst
from geo.words import Say, local_name, percent, square_km
from pages.ui import cached, charts, state
from pages.ui.planner import question_controls
from pages.ui.planner.amounts import WITHHELD, amount, distance_or_dash, number, share
from pages.ui.planner.answers import Found, Look, curve, week
from pages.ui.planner.downloads import Files
from pages.ui.widgets import Bar, figures, region_table
from pages.ui.words import escape_markdown

VIEWS = ("table", "week", "curve", "worst")
LISTED = 20


def totals(found: Found, say: Say) -> None:
    """Three numbers for the whole district, each with what it counts."""
    total, measure = found.rows.loc[TOTAL], found.question.who.measure
    union = found.question.lens == "union"
    whole = found.answer.rows.loc[TOTAL, "share"]
    told = share(total["share"], whole, say) if union else share(1 - total["share"], whole, say)
    words = {name: amount(total[name], measure, say) for name in ("all", "served", "unserved", "unknown")}
    boxes = [
        ("without_union" if union else "served", told),
        ("unserved", number(total["unserved"])),
        ("median", distance_or_dash(total["median_m"], say)),
    ]
    helps = {"p90": distance_or_dash(total["p90_m"], say), "second": percent(total["share_second"], say)}
    with st.container(key="totals"):
        for column, (name, value) in zip(st.columns(3, gap="small"), boxes, strict=True):
            label = say(f"blind.total_{name}", unit=say(f"blind.unit_{measure}"))
            help_ = say(f"blind.help_{name}", **words, **helps)
            column.metric(label, value, help=help_, border=True, height="stretch")


def detail(district: District, found: Found, look: Look, say: Say, language: Language) -> None:
    """The region selected: its numbers against the district's."""
    region = district.regions.set_index("code").loc[look.region]
    here, whole = found.rows.loc[look.region], found.rows.loc[TOTAL]
    areas = found.uncovered.areas
    with st.container(border=True, key="detail"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape_markdown(local_name(region, language))}**", width="stretch")
            clear = partial(state.pick_region, "")
            st.button(say("detail.clear"), icon=":material/close:", type="tertiary", on_click=clear)
        unit = say(f"blind.unit_{found.question.who.measure}")
        lines: list[tuple[str, Callable[[pd.Series], str]]] = [
            (say("blind.share"), lambda row: percent(row["share"], say)),
            (f"{say('table.unserved')} ({unit})", lambda row: number(row["unserved"])),
            (f"{say('table.unknown')} ({unit})", lambda row: number(row["unknown"])),
            (say("blind.median"), lambda row: distance_or_dash(row["median_m"], say)),
            (say("blind.p90"), lambda row: distance_or_dash(row["p90_m"], say)),
            (say("blind.second"), lambda row: percent(row["share_second"], say)),
        ]
        cells = [(name, tell(here), tell(whole)) for name, tell in lines]
        gap = [square_km(areas.loc[code, "gap_area_km2"], say) for code in (look.region, TOTAL)]
        cells.append((say("blind.gap_area"), *gap))
        heads = ("", local_name(region, language), say("table.total"))
        figures(heads, cells)
        if here.isna().any() and not found.staff:
            st.caption(say("blind.withheld_note", mark=WITHHELD, few=AT_LEAST))


def answers(district: District, found: Found, look: Look, say: Say, language: Language) -> None:
    """One of the four ways to read the answer; which one, the URL says."""
    shown = st.segmented_control(
        say("blind.view"),
        VIEWS,
        required=True,
        format_func=lambda view: say(f"blind.view_{view}"),
        label_visibility="collapsed",
        width="stretch",
        **state.in_url("view", "table", VIEWS),
    )
    match shown:
        case "table":
            table(district, found, look, say, language)
        case "week":
            _week(district, found, say)
        case "curve":
            _curve(district, found, say)
        case "worst":
            _worst(district, found, look, say, language)


def table(district: District, found: Found, look: Look, say: Say, language: Language) -> None:
    """The regions, most unserved first, each with its bar; then those of no region."""
    names = cached.region_names(district, language)
    regions = found.rows.loc[district.demand.codes]
    order = regions.sort_values(["unserved", "share"], ascending=False, kind="stable").index
    extra = [NO_REGION] if found.rows.loc[NO_REGION, "n_all"] else []
    columns = ("share", "unserved", "unknown", "median", "p90", "second")
    region_table(
        [_bar(code, names.get(code, ""), found.rows.loc[code], say) for code in [*order, *extra]],
        total=_bar(TOTAL, say("table.total"), found.rows.loc[TOTAL], say),
        parts={part: say(f"table.{part}") for part in ("served", "unserved", "unknown", "whole")},
        columns=[say("table.region"), *(say(f"blind.column_{name}") for name in columns), say("table.gap")],
        gives_way=(0, 0, 0, 3, 2, 1, 1, 0),
        caption=say("blind.caption"),
        selected=look.region,
        on_pick=state.pick_region,
    )
    unstated = found.answer.unstated
    hidden = not found.staff and 0 < unstated < AT_LEAST
    basis = say("blind.basis", unstated=WITHHELD if hidden else f"{unstated:,}")
    notes = [basis] if found.question.who.measure != "enterprises" else []
    if not found.staff and found.rows.isna().any(axis=None):
        notes.append(say("blind.withheld_note", mark=WITHHELD, few=AT_LEAST))
    for note in notes:
        st.caption(note)


def _bar(code: str, name: str, row: pd.Series, say: Say) -> Bar:
    name = name or say("table.no_region")
    parts = {part: row[part] for part in ("served", "unserved", "unknown")}
    hidden = any(count != count for count in parts.values())
    counts = {part: 0 if hidden else round(count) for part, count in parts.items()}
    told = [percent(row["share"], say), number(row["unserved"]), number(row["unknown"])]
    told += [distance_or_dash(row[column], say) for column in ("median_m", "p90_m")]
    told.append(percent(row["share_second"], say))
    cells = [WITHHELD if hidden and text == say("total.none") else text for text in told]
    return Bar(
        code="" if code in (TOTAL, NO_REGION) else code,
        name=name,
        cells=cells,
        words=say("table.bar", name=name, **{part: number(count) for part, count in parts.items()}),
        **counts,
    )


def _week(district: District, found: Found, say: Say) -> None:
    hours = week(district, found.question)
    picked = charts.week(hours if found.staff else public_week(hours), found.question.when, say)
    if picked:
        question_controls.at(found.question, picked)
        st.rerun(scope="fragment")
    st.caption(say("blind.week_help"))


def _curve(district: District, found: Found, say: Say) -> None:
    points = curve(district, found.question)
    charts.curve(points if found.staff else public_curve(points), found.question.reach.within_m, say)
    st.caption(say("blind.curve_help"))


def _worst(district: District, found: Found, look: Look, say: Say, language: Language) -> None:
    """The unserved farthest from a site: by name for staff, for the public only how many."""
    codes = district.demand.codes.tolist()
    region = codes.index(look.region) if look.region in codes else None
    if not found.staff:
        count = found.rows.loc[look.region or TOTAL, "n_unserved"]
        hidden = say("blind.worst_withheld", few=AT_LEAST)
        words = say("blind.worst_public", count=amount(count, "enterprises", say))
        st.caption(hidden if count != count else words)
        return
    rows = worst(found.answer, region, LISTED)
    if not len(rows):
        st.caption(say("detail.worst_none"))
        return
    names = cached.region_names(district, language)
    records = cached.register(district).iloc[rows]
    metres = found.answer.measured.nearest.metres[rows, 0]
    unstated = say("total.none")
    shown = {
        say("field.name"): records["name"].tolist(),
        say("table.region"): [_town(record, names, say) for record in records.to_dict("records")],
        say("blind.nearest"): [distance_or_dash(far, say) for far in metres.tolist()],
        say("field.workers"): [unstated if pd.isna(count) else f"{count:,}" for count in records["workers"]],
        say("field.standing"): [say(f"standing.{one}") for one in records["standing"]],
    }
    st.dataframe(pd.DataFrame(shown), hide_index=True, height=420)
    st.caption(say("blind.worst_help", count=LISTED))


def _town(record: Mapping[str, Any], names: Mapping[str, str], say: Say) -> str:
    """The town of an enterprise, and whether its coordinates lie in another: far away may mean badly placed."""
    name = names.get(record["region"], say("table.no_region"))
    astray = record["region_location"] != record["region"]
    return f"{name}（{say('detail.elsewhere')}）" if astray else name


def files(found: Found, say: Say) -> list[Files]:
    """The layers that say what the page says."""
    everybody = [
        ("coverage", ("gpkg", "geojson", "xlsx", "csv")),
        ("gaps", ("gpkg", "geojson")),
        ("cells", ("gpkg", "geojson")),
    ]
    layers = [*everybody, *([("access", ("gpkg", "xlsx", "csv"))] if found.staff else [])]
    return [(say(f"export.layer.{layer}"), f"/export/{layer}", kinds) for layer, kinds in layers]
