"""What a proposal weighs and keeps to: weights of the workload, balance, strength of teams, extra points."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from geo.fieldwork.plan import ALLOWED, BALANCE, EXTRA, METRICS, STRENGTH, WEIGHT, Plan, edit_between
from geo.fieldwork.workload import DEFAULTS
from geo.i18n import Language
from geo.words import Say
from pages.ui.teams import work
from pages.ui.teams.work import Seen
from pages.ui.widgets import figures


def weights(seen: Seen, say: Say, language: Language) -> None:
    """What a workload is made of, and how far teams may be apart; a change is at once one of the draft."""
    st.caption(say("teams.weights_help"))
    plan = seen.plan

    def put(part: str, key: str, name: str) -> None:
        said = st.session_state[name]  # None: emptied, and so as it is where nobody says anything
        if part == "balance":
            changed = replace(plan, balance=BALANCE if said is None else said / 100)
        else:
            held = {**getattr(plan, part), key: said}
            if said is None or (part == "weights" and said == DEFAULTS[key]):
                held.pop(key)
            changed = replace(plan, **{part: held})
        work.do(seen.campaign, edit_between(plan, Plan.read(changed.fields())), language)

    def number(part: str, key: str, label: str, value: float, limits: tuple[float, float], step: float) -> None:
        name = f"{part}_{key}"
        st.session_state[name] = value
        st.number_input(
            label,
            *limits,
            value=None,
            step=step,
            format="%g",
            key=name,
            disabled=not seen.editable,
            on_change=put,
            args=(part, key, name),
        )

    for index, metric in enumerate(METRICS):
        if index % 3 == 0:
            columns = st.columns(3)
        with columns[index % 3]:
            number(
                "weights", metric, say(f"workload.{metric}"), plan.weights.get(metric, DEFAULTS[metric]), WEIGHT, 5.0
            )
    allowed = (100 * ALLOWED[0], 100 * ALLOWED[1])
    number("balance", "", say("teams.balance_percent"), round(100 * plan.balance, 4), allowed, 1.0)
    st.markdown(f"**{say('teams.strengths')}**", help=say("teams.strengths_help"))
    for index, team in enumerate(seen.posed.teams):
        if index % 4 == 0:
            columns = st.columns(4)
        with columns[index % 4]:
            label = say("teams.strength_of", number=seen.number(team))
            number("strength", team, label, plan.strength.get(team, 1.0), STRENGTH, 0.1)


def table(seen: Seen, selected: str, say: Say, language: Language) -> None:
    """Every position with what its workload is made of; extra points for the one that is picked."""
    shares, used = seen.posed.workload.points, seen.posed.workload.counted
    counted = [name for name in METRICS if name in used]
    heads = (
        say("teams.position"),
        say("teams.team"),
        *(say(f"workload.{name}") for name in counted),
        say("teams.total"),
    )
    rows = []
    for index, position in enumerate(seen.posed.positions):
        cells = [f"{shares[name].iloc[index]:.1f}" for name in counted]
        load = f"{float(seen.posed.problem.load[index]):.1f}"
        number = seen.number(seen.plan.where.get(position))
        rows.append((seen.names.positions.get(position, position), str(number or "–"), *cells, load))
    left_out = [say(f"workload.{name}") for name in METRICS if name not in used]
    if left_out:
        st.caption(say("teams.left_out", names="、".join(left_out)))
    if selected in seen.posed.positions and not seen.published:
        _amounts(seen, selected, say)
    if selected in seen.posed.positions and seen.editable:
        name = f"extra_{selected}"
        st.session_state[name] = float(seen.plan.extra.get(selected, 0.0))

        def put() -> None:
            held = {**seen.plan.extra, selected: float(st.session_state[name] or 0)}
            plan = Plan.read(replace(seen.plan, extra=held).fields())
            work.do(seen.campaign, edit_between(seen.plan, plan), language)

        label = say("teams.extra_of", name=seen.names.positions.get(selected, selected))
        st.number_input(
            label, *EXTRA, value=None, step=0.5, format="%g", key=name, on_change=put, help=say("teams.extra_help")
        )
    with st.container(key="loads"):
        figures(heads, rows)


def _amounts(seen: Seen, position: str, say: Say) -> None:
    """What the workload of one position is made of, as counted and in points."""
    row = seen.posed.positions.index(position)
    values, shares = seen.posed.workload.values.iloc[row], seen.posed.workload.points.iloc[row]
    rows = [
        (
            say(f"workload.{name}"),
            _amount(float(values[name]), 1 if name == "distance" else 0, say),
            f"{shares[name]:.2f}" if name in seen.posed.workload.counted else say("teams.not_counted"),
        )
        for name in METRICS
    ]
    if shares["extra"]:
        rows.append((say("workload.extra"), "", f"{shares['extra']:+.2f}"))
    rows.append((say("teams.total"), "", f"{float(seen.posed.problem.load[row]):.2f}"))
    figures((say("teams.metric"), say("teams.amount"), say("teams.in_points")), rows)


def _amount(value: float, decimals: int, say: Say) -> str:
    return say("total.none") if value != value else f"{value:,.{decimals}f}"
