"""Charts by Streamlit's own charting (Vega): readable in print and for colour-blind eyes, their words translated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import pandas as pd
import streamlit as st

from geo.layers import palette
from geo.planner import When
from geo.words import Say, percent

FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
AXIS = {"labelFont": FONT, "titleFont": FONT, "labelFontSize": 12, "titleFontSize": 12, "labelColor": palette.INK}
SHARES = alt.Scale(domain=[0, 0.2, 0.4, 0.6, 0.8], range=["#fff", *reversed(palette.RAMP)], type="threshold")
"""Coverage: the darker, the less is covered, as on the map."""


def week(hours: pd.DataFrame, asked: When | None, say: Say) -> When | None:
    """Coverage at each hour of a week as 7 rows of 24 cells; answers the hour that somebody clicks."""
    days = [say(f"weekday.{day}") for day in range(7)]
    frame = pd.DataFrame(
        {
            "weekday": hours["weekday"].to_numpy(),
            "day": [days[day] for day in hours["weekday"]],
            "hour": hours["hour"].to_numpy(),
            "share": hours["share_served"].to_numpy(),
            "words": [say("blind.hour_share", share=percent(s, say)) for s in hours["share_served"]],
        }
    )
    frame["said"] = frame["day"] + " " + frame["hour"].astype(str) + ": " + frame["words"]
    pick = alt.selection_point(name="pick", fields=["weekday", "hour"], on="click", empty=False)
    cells = (
        alt.Chart(frame)
        .mark_rect(stroke="#fff", strokeWidth=1, cursor="pointer")
        .encode(
            x=alt.X(
                "hour:O",
                title=say("blind.axis_hour"),
                axis=alt.Axis(labelAngle=0, values=list(range(0, 24, 3)), description=say("blind.axis_hour")),
            ),
            y=alt.Y("day:O", sort=days, title=None, axis=alt.Axis(labelOverlap=False, description=say("blind.day"))),
            color=alt.Color(
                "share:Q",
                scale=SHARES,
                legend=alt.Legend(
                    format=".0%",
                    orient="top",
                    title=None,
                    labelFont=FONT,
                    gradientLength=260,
                    description=say("blind.axis_share"),
                ),
            ),
            description=alt.Description("said:N"),
            tooltip=[
                alt.Tooltip("day:N", title=say("blind.day")),
                alt.Tooltip("hour:O", title=say("blind.hour")),
                alt.Tooltip("words:N", title=say("blind.axis_share")),
            ],
        )
        .add_params(pick)
    )
    drawn: alt.Chart | alt.LayerChart = cells
    if asked:
        one = frame[(frame["weekday"] == asked.weekday) & (frame["hour"] == asked.hour)]
        mark = alt.Chart(one).mark_rect(fillOpacity=0, stroke=palette.INK, strokeWidth=2.5)
        drawn = cells + mark.encode(x="hour:O", y=alt.Y("day:O", sort=days))
    said = st.altair_chart(
        drawn.properties(height=330, description=say("blind.axis_share")).configure_axis(**AXIS),
        on_select="rerun",
        selection_mode="pick",
        key="week_chart",
    )
    chosen = (said.get("selection") or {}).get("pick") or []
    if not chosen:
        return None
    picked = When(int(chosen[0]["weekday"]), int(chosen[0]["hour"]))
    last, st.session_state["week_picked"] = st.session_state.get("week_picked"), picked
    return picked if picked not in (last, asked) else None


def curve(points: pd.DataFrame, within_m: float, say: Say) -> None:
    """The share covered against reach, the reach asked marked."""
    frame = pd.DataFrame({"km": points["within_m"] / 1000, "share": points["share_served"]})
    reach, share = say("blind.axis_reach"), say("blind.axis_share_placed")
    frame["said"] = [f"{reach} {km:.2f}: {percent(one, say)}" for km, one in frame.to_numpy()]
    axis_x = alt.Axis(format="~g", title=reach, description=reach)
    x = alt.X("km:Q", axis=axis_x, scale=alt.Scale(domain=[0, max(5.0, float(frame["km"].max()))], nice=False))
    axis_y = alt.Axis(format=".0%", title=share, description=share)
    y = alt.Y("share:Q", axis=axis_y, scale=alt.Scale(domain=[0, 1]))
    tips = [
        alt.Tooltip("km:Q", title=reach, format=".2f"),
        alt.Tooltip("share:Q", title=share, format=".1%"),
    ]
    said = alt.Description("said:N")
    line = (
        alt.Chart(frame.dropna())
        .mark_line(point=alt.OverlayMarkDef(color=palette.SERVED), color=palette.SERVED)
        .encode(x=x, y=y, tooltip=tips, description=said)
    )
    asked = frame[(frame["km"] - within_m / 1000).abs() < 1e-9]
    rule = alt.Chart(asked).mark_rule(color=palette.NEW, strokeDash=[5, 3], strokeWidth=1.6).encode(x="km:Q")
    dot = (
        alt.Chart(asked)
        .mark_point(filled=True, size=110, color=palette.NEW)
        .encode(x=x, y=y, tooltip=tips, description=said)
    )
    words = alt.Chart(asked).mark_text(align="left", dx=8, dy=14, fontSize=13, font=FONT, fontWeight="bold")
    drawn = line + rule + dot + words.encode(x=x, y=y, text=alt.Text("share:Q", format=".1%"))
    st.altair_chart(drawn.properties(height=300, description=f"{share} · {reach}").configure_axis(**AXIS))


class Step(NamedTuple):
    """A point of the curve over the number of new sites: the share covered, or the distance, and whether proven."""

    n: int
    value: float
    proven: bool


def steps(points: Sequence[Step], chosen: int, *, share: bool, title: str, say: Say) -> None:
    """What 0, 1, 2 … new sites come to; filled where proven best, hollow where that is the best found."""
    frame = pd.DataFrame(points, columns=["n", "value", "proven"])
    format_ = ".0%" if share else ",.0f"
    number = say("site.axis_n")
    frame["said"] = [
        f"{number} {n}: {percent(value, say) if share else f'{value:,.0f}'}"
        for n, value in zip(frame["n"], frame["value"], strict=True)
    ]
    x = alt.X("n:O", title=number, axis=alt.Axis(labelAngle=0, description=number))
    y = alt.Y("value:Q", axis=alt.Axis(format=format_, title=title, description=title), scale=alt.Scale(zero=False))
    tips = [
        alt.Tooltip("n:O", title=number),
        alt.Tooltip("value:Q", title=title, format=".1%" if share else ",.0f"),
    ]
    line = alt.Chart(frame).mark_line(color=palette.SERVED).encode(x=x, y=y)
    fill = alt.condition("datum.proven", alt.value(palette.SERVED), alt.value("#fff"))
    dots = alt.Chart(frame).mark_point(filled=True, size=70, stroke=palette.SERVED, strokeWidth=1.6, opacity=1)
    drawn = line + dots.encode(x=x, y=y, fill=fill, tooltip=tips, description=alt.Description("said:N"))
    here = frame[frame["n"] == chosen]
    ring = alt.Chart(here).mark_point(size=260, color=palette.NEW, strokeWidth=2).encode(x=x, y=y)
    st.altair_chart((drawn + ring).properties(height=220, description=f"{title} · {number}").configure_axis(**AXIS))
