"""The panel beside the map of a coverage view: totals, the region selected, the table of regions."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.coverage import NO_REGION, TOTAL
from geo.district import District
from geo.enterprises import READINGS
from geo.i18n import Language
from geo.measures import headline, ranked, worst_served
from geo.words import Say, distance, local_name, percent, square_km
from pages.ui import cached
from pages.ui.overview_map import facility_lines
from pages.ui.state import View, pick_region
from pages.ui.widgets import Bar, region_table
from pages.ui.words import escape_markdown

LISTED = 5


def totals(district: District, view: View, answer: cached.Answer, say: Say) -> None:
    """Three numbers for the whole district, each with what it counts; a dash where nothing is known to count."""
    found = headline(answer.rows, district.demand.codes)
    total = answer.rows.loc[TOTAL]
    names = ("all", "unknown", "enterprises", "unionised", "workers_served", "workers_unknown")
    counts = {name: f"{total[name]:,.0f}" for name in names}
    counts |= {"workers_known": f"{found.workers_known:,.0f}", "reach": distance(view.within_m, say)}
    none = say("total.none")
    unserved = say("total.enterprises", count=f"{found.unserved:,}") if found.known else none
    half = say("total.regions", count=found.over_half_unserved) if found.known else none
    half_union = say("total.regions", count=found.over_half_ununionised) if total["enterprises"] else none
    boxes = {
        "service": [("served_workers", percent(found.workers_share, say)), ("unserved", unserved), ("half", half)],
        "union": [
            ("unionised", percent(total["unionised_share"], say)),
            ("blind", unserved),
            ("half_union", half_union),
        ],
    }[view.lens]
    with st.container(key="totals"):
        for column, (name, value) in zip(st.columns(3, gap="small"), boxes, strict=True):
            column.metric(
                say(f"total.{name}"), value, help=say(f"total.help_{name}", **counts), border=True, height="stretch"
            )


def empty_states(district: District, view: View, say: Say) -> None:
    """What is missing for the numbers to mean anything, and what to do."""
    if not len(district.demand.id):
        st.info(say("empty.register_help"), title=say("empty.register"))
    if not len(district.facilities):
        st.info(say("empty.facilities_help"), title=say("empty.facilities"))
    elif not view.kinds:
        st.info(say("empty.kinds_help"), title=say("empty.kinds"))


def table(district: District, view: View, answer: cached.Answer, say: Say, language: Language) -> None:
    """The regions, largest gap first, each with its bar; then those of no region, then the district."""
    names = cached.region_names(district, language)
    order = ranked(answer.rows.loc[district.demand.codes, "share"]).index
    extra = [NO_REGION] if answer.rows.loc[NO_REGION, "all"] else []
    bars = [_bar(code, names.get(code, ""), answer.rows.loc[code], say) for code in [*order, *extra]]
    columns = [say(f"table.{name}") for name in ("region", "share", f"all_{view.lens}", "unserved", "unknown", "gap")]
    parts = {part: say(f"table.{part}") for part in ("served", "unserved", "unknown", "whole")}
    region_table(
        bars,
        total=_bar(TOTAL, say("table.total"), answer.rows.loc[TOTAL], say),
        parts=parts,
        columns=columns,
        gives_way=(0, 0, 3, 0, 2, 0),
        caption=say("table.caption"),
        selected=view.region,
        on_pick=pick_region,
    )
    st.caption(cached.once(("basis", district.revision, language), lambda: _basis(district, answer, say)))


def _bar(code: str, name: str, row: pd.Series[Any], say: Say) -> Bar:
    name = name or say("table.no_region")
    counts = {part: int(row[part]) for part in ("served", "unserved", "unknown")}
    return Bar(
        code="" if code in (TOTAL, NO_REGION) else code,
        name=name,
        cells=[percent(row["share"], say), *(f"{int(row[column]):,}" for column in ("all", "unserved", "unknown"))],
        words=say("table.bar", name=name, **{part: f"{n:,}" for part, n in counts.items()}),
        **counts,
    )


def _basis(district: District, answer: cached.Answer, say: Say) -> str:
    """How the enterprises came by their region, and how often the readings disagree."""
    register = cached.register(district)
    by = register["region_by"].value_counts()
    return say(
        "table.basis",
        **{reading: f"{by.get(reading, 0):,}" for reading in READINGS},
        none=f"{by.get('', 0):,}",
        conflict=f"{int(register['region_conflict'].sum()):,}",
        unstated=f"{answer.found.table.set_index('code').loc[TOTAL, 'workers_unstated']:,}",
    )


def detail(district: District, view: View, answer: cached.Answer, say: Say, language: Language, *, named: bool) -> None:
    """The region selected: its share against the district's, its positions, facilities, worst-served enterprises;
    those of a real register by name only where ``named``.
    """
    region = district.regions.set_index("code").loc[view.region]
    row, whole = answer.rows.loc[view.region], answer.rows.loc[TOTAL]
    with st.container(border=True, key="detail"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape_markdown(local_name(region, language))}**", width="stretch")
            st.button(say("detail.clear"), icon=":material/close:", type="tertiary", on_click=pick_region, args=("",))
        facts = [say("detail.unionised", share=percent(row["unionised_share"], say))]
        if view.lens == "service":
            shares = {"share": row["share_unserved"], "district": whole["share_unserved"]}
            facts.insert(0, say("detail.share", **{k: percent(v, say) for k, v in shares.items()}))
        if not pd.isna(region["population"]):
            year = say("total.none") if pd.isna(region["population_year"]) else region["population_year"]
            facts.append(say("detail.population", population=f"{region['population']:,}", year=year))
        if not pd.isna(region["area_km2"]):
            facts.append(say("detail.area", area=square_km(region["area_km2"], say)))
        if not pd.isna(region["in_campaign"]) and not region["in_campaign"]:
            facts.append(say("detail.not_in_campaign"))
        st.caption(" · ".join(facts))
        here = _positions(district, view, say, language)
        if here:
            st.caption(escape_markdown(here))
        facilities, worst = st.tabs([say("detail.facilities"), say("detail.worst")])
        with facilities:
            _facilities(district, view, say, language)
        with worst:
            _worst(district, view, answer, say, named)


def _positions(district: District, view: View, say: Say, language: Language) -> str:
    here = district.positions[district.positions["region"] == view.region]
    comma = "、" if language == "zh" else ", "
    names = comma.join(local_name(record, language) for record in here.to_dict("records"))
    return names and say("detail.positions", names=names)


def _facilities(district: District, view: View, say: Say, language: Language) -> None:
    """The facilities of the region, those that exist before those invented."""
    here = district.facilities[district.facilities["region"] == view.region]
    here = here.iloc[(here["standing"] == "synthetic").argsort(kind="stable")]
    if not len(here):
        st.caption(say("detail.no_facilities"))
    for record in here.to_dict("records"):
        lines = escape_markdown(" · ".join(facility_lines(record, say)))
        st.caption(f"**{escape_markdown(local_name(record, language))}**  \n{lines}")


def _worst(district: District, view: View, answer: cached.Answer, say: Say, named: bool) -> None:
    """The unserved enterprises farthest from a site: by name where invented or ``named``, else only how many."""
    region = int(district.regions.index[district.regions["code"] == view.region][0])
    rows = worst_served(district.demand, answer.found, answer.nearest, view.lens, region, LISTED)
    records = cached.register(district).iloc[rows]
    if not len(rows):
        st.caption(say("detail.worst_none"))
    elif not named and (records["standing"] != "synthetic").any():
        st.caption(say("detail.worst_private", count=f"{int(answer.rows.loc[view.region, 'unserved']):,}"))
    else:
        for record, metres in zip(records.to_dict("records"), answer.nearest.metres[rows, 0], strict=True):
            far = say("detail.no_site") if metres != metres else say("detail.nearest", distance=distance(metres, say))
            astray = [say("detail.elsewhere")] if record["region_location"] != view.region else []
            st.caption(escape_markdown(" · ".join([record["name"], far, *astray])))
