"""Week by week as lines: told apart by dash and mark as well as by colour, so that they hold in grey print."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from geo.layers import palette
from geo.progress import days
from geo.progress.measures import table_and_demo
from geo.words import Say
from pages.ui.charts import AXIS, FONT
from pages.ui.progress.asked import Asked

CHARTS: tuple[tuple[str, ...], ...] = (
    ("visits", "worker_meetings", "enterprise_meetings"),
    ("units", "unions"),
    ("appeals", "mediations", "legal_checkups"),
    ("recovered",),
    ("programmes",),
    ("programme_people",),
)
"""What is drawn together: numbers of one size."""
COLOURS = (palette.INK, palette.GAP, palette.SERVED)
DASHES = ([1, 0], [7, 3], [2, 2])
SHAPES = ("circle", "square", "triangle-up")
HIGH = 190
FEW, MANY = 10, 60
"""Up to so many weeks each has its Monday on the axis; beyond so many, months are named with their year."""


def trends(asked: Asked, say: Say) -> None:
    """A chart for each group of measures that has anything in the days asked for."""
    within = asked.where.period
    weeks = days.weeks(within.since, within.until)
    if len(weeks) < 2:
        return
    names = tuple(name for chart in CHARTS for name in chart)
    rows, invented = table_and_demo(asked.scene.work, names, "week", asked.where)
    made = invented.any()
    found = rows.reindex(weeks, fill_value=0.0)
    some = [chart for chart in CHARTS if found[list(chart)].to_numpy().any()]
    if not some:
        return
    st.html(f'<h2 class="part">{say("progress.trend")}</h2>')
    columns = st.columns(2, gap="medium")
    for place, chart in enumerate(some):
        with columns[place % 2], st.container(key=f"trend_{chart[0]}"):
            _chart(found[list(chart)], say)
            if marked := [say(f"progress_short.{name}") for name in chart if made[name]]:
                st.caption(say("progress.trend_synthetic", names=" · ".join(marked)))


def _chart(found: pd.DataFrame, say: Say) -> None:
    words = {name: say(f"progress_short.{name}") for name in found}
    shown = list(words.values())
    long = (
        found.rename(columns=words)
        .rename_axis("week")
        .reset_index()
        .melt("week", var_name="what", value_name="value")
        .assign(
            monday=lambda rows: pd.to_datetime([days.week(week).since for week in rows["week"]]),
            said=lambda rows: rows["what"] + " " + rows["week"] + ": " + rows["value"].map("{:,.10g}".format),
        )
    )
    title = f"{say('progress.trend')}: {' · '.join(shown)}"
    legend = alt.Legend(
        description=title,
        title=None,
        orient="top",
        labelFont=FONT,
        labelFontSize=12,
        symbolSize=90,
        symbolStrokeWidth=2,
    )
    mondays = [date.fromisoformat(days.week(week).since) for week in found.index]
    ticks: dict[str, Any] = {"tickCount": "month"}
    if len(mondays) <= FEW:
        ticks = {"values": [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in mondays]}
    written = "%Y-%m" if len(mondays) > MANY else "%m-%d"
    axis = alt.Axis(
        title=None, format=written, labelOverlap=True, grid=False, description=say("progress.week"), **ticks
    )
    x = alt.X("monday:T", axis=axis)
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format=",.0f", tickCount=4, description=say("progress.value")))
    tips = [
        alt.Tooltip("week:N", title=say("progress.week")),
        alt.Tooltip("what:N", title=say("progress.measure")),
        alt.Tooltip("value:Q", title=say("progress.value"), format=",.10~g"),
    ]
    drawn = (
        alt.Chart(long)
        .mark_line(point=alt.OverlayMarkDef(size=34, filled=True), strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "what:N", sort=shown, scale=alt.Scale(domain=shown, range=list(COLOURS[: len(shown)])), legend=legend
            ),
            strokeDash=alt.StrokeDash(
                "what:N", sort=shown, scale=alt.Scale(domain=shown, range=list(DASHES[: len(shown)])), legend=legend
            ),
            shape=alt.Shape(
                "what:N", sort=shown, scale=alt.Scale(domain=shown, range=list(SHAPES[: len(shown)])), legend=legend
            ),
            tooltip=tips,
            description=alt.Description("said:N"),
        )
    )
    st.altair_chart(drawn.properties(height=HIGH, description=title).configure_axis(**AXIS))
