"""建议分工: proposals are asked for, followed, set side by side, and taken over."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from geo.assignment import GOALS, Clash, Goal, Solution, check, measure
from geo.district import District
from geo.errors import GongtuError
from geo.fieldwork.plan import edit_between
from geo.fieldwork.posing import plan_of
from geo.fieldwork.proposals import Asked
from geo.fieldwork.words import clash_words, finding_words
from geo.i18n import Language, explain
from geo.layers.teams import picture
from geo.words import Say, distance
from pages.ui import access, cached
from pages.ui.teams import work
from pages.ui.teams.work import Seen
from pages.ui.widgets import figures
from pages.ui.words import escape_markdown

TIMES_S = (10, 30, 60)
PICTURE = 260
"""Width of a small map, pixels."""


def _asked(seen: Seen) -> Asked | None:
    """What was asked for in this campaign, unless the plan has become another since."""
    kept: dict[str, tuple[object, Asked]] = st.session_state.setdefault("proposals", {})
    key, asked = kept.get(seen.campaign.id, (None, None))
    return asked if asked is not None and key == _key(seen) else None


def _key(seen: Seen) -> object:
    """What a proposal depends on, besides who is where: one that was taken leaves the others to be taken still."""
    demands = {name: str(value) for name, value in seen.plan.fields().items() if not name.startswith("where.")}
    return (seen.campaign.version, tuple(sorted(demands.items())))


def ask(seen: Seen, goals: tuple[Goal, ...]) -> None:
    """Starts looking; a callback."""
    if not access.who().may("leader"):
        return
    time_s = float(st.session_state.get("proposal_time", TIMES_S[0]))
    asked = Asked(seen.posed.problem, time_s, list(goals))
    asked.step()
    st.session_state.setdefault("proposals", {})[seen.campaign.id] = (_key(seen), asked)


def controls(seen: Seen, say: Say) -> None:
    """Which proposal is asked for."""
    st.caption(say("teams.propose_help"))
    asked = _asked(seen)
    busy = asked is not None and asked.busy
    with st.container(horizontal=True, vertical_alignment="bottom", key="goals"):
        for goal in GOALS:
            st.button(
                say(f"teams.goal_{goal}"),
                help=say(f"teams.goal_{goal}_help"),
                key=f"goal_{goal}",
                disabled=busy,
                on_click=ask,
                args=(seen, (goal,)),
            )
        st.button(
            say("teams.goal_all"), type="primary", key="goal_all", disabled=busy, on_click=ask, args=(seen, GOALS)
        )
        st.selectbox(
            say("teams.time"),
            TIMES_S,
            format_func=lambda s: say("teams.at_most", seconds=s),
            key="proposal_time",
            label_visibility="collapsed",
            width=150,
        )


def follow(seen: Seen, say: Say) -> None:
    """Looks again every half second while a search goes on; the page is drawn anew at its end."""
    asked = _asked(seen)
    if asked is None or not asked.busy:
        return

    @st.fragment(run_every=0.5)
    def watch() -> None:
        asked.step()
        if not asked.busy:
            st.rerun(scope="app")
        now = asked.solving.look() if asked.solving else None
        goal = say(f"teams.goal_{asked.goal}") if asked.goal else ""
        with st.container(horizontal=True, vertical_alignment="center", key="solving"):
            st.markdown(
                say("teams.searching", goal=goal, seconds=f"{now.seconds:.0f}" if now else "0"), width="stretch"
            )
            st.button(say("teams.stop"), key="stop", on_click=asked.stop)

    watch()


def alternatives(district: District, seen: Seen, say: Say, language: Language) -> None:
    """What was found, side by side with what there is."""
    asked = _asked(seen)
    if asked is None:
        return
    for goal, error in asked.failed.items():
        _impossible(seen, goal, error, say, language)
    found = [(goal, asked.found[goal]) for goal in GOALS if goal in asked.found]
    if not found:
        return
    if len(found) > 1 and len({solution.team for _, solution in found}) == 1 and not asked.busy:
        st.info(say("teams.same_plan", count=len(found)))
        found = found[:1]
    drawing, codes = cached.drawing(district, "wgs84"), district.regions["code"].tolist()
    regional = district.positions[district.positions["kind"] == "region"]
    of_region = dict(zip(regional["region"], regional["id"], strict=True))
    problem = seen.posed.problem
    with st.container(key="alternatives"):
        columns = st.columns(max(len(found), 2), gap="small")
    for column, (goal, solution) in zip(columns, found, strict=False):
        with column.container(border=True, key=f"found_{goal}"):
            plan = plan_of(seen.posed, solution, seen.plan)
            teams = {position: seen.number(team) for position, team in plan.where.items()}
            numbers = [teams.get(of_region.get(code, ""), 0) for code in codes]
            svg = picture(drawing.regions, drawing.centres, numbers, PICTURE)
            st.markdown(f"**{escape_markdown(say(f'teams.goal_{goal}'))}**")
            words = escape(say("teams.small_map", goal=say(f"teams.goal_{goal}")))
            st.html(f'<img class="small-map" alt="{words}" src="{svg}">')
            parts = measure(problem, np.array(solution.team))
            facts = [
                f"{say('teams.worst')} {100 * parts.worst:.1f}%",
                f"{say('teams.travel')} {distance(parts.travel_m, say)}",
                f"{say('teams.cut')} {parts.cut}",
                say("teams.changes", count=parts.changes, new=int((seen.posed.team < 0).sum())),
            ]
            st.markdown("  \n".join(map(escape_markdown, facts)))
            st.caption(escape_markdown(verdict(solution, say)))
            wrong = check(problem, np.array(solution.team))
            if wrong:  # the fairest one is not bound by the balance
                st.caption(
                    escape_markdown("；".join(finding_words(one, seen.posed, seen.names, say) for one in wrong[:3]))
                )
            st.button(
                say("teams.take"),
                key=f"take_{goal}",
                type="primary",
                width="stretch",
                on_click=work.do,
                args=(seen.campaign, edit_between(seen.plan, plan), language, "teams.taken"),
            )
    with st.expander(say("teams.differences")):
        _differences(seen, found, say)


def verdict(solution: Solution, say: Say) -> str:
    """Whether there can be none better, else how much better one could be."""
    seconds = f"{solution.seconds:.2f}"
    if solution.proven:
        return say("teams.proven", seconds=seconds)
    first = next((i for i, (a, b) in enumerate(zip(solution.value, solution.bound, strict=True)) if a != b), 0)
    value, bound = solution.value[first], solution.bound[first]
    gap = abs(value - bound) / max(abs(value), 1e-12)
    return say("teams.unproven", seconds=seconds, gap=f"{100 * gap:.1f}%")


def _impossible(seen: Seen, goal: Goal, error: GongtuError, say: Say, language: Language) -> None:
    if isinstance(error, Clash):
        lines = clash_words(error, seen.posed, seen.names, say)
        head, *rest = lines or [explain(error, language)]
        listed = "\n".join(f"- {escape_markdown(line)}" for line in rest)
        st.error(f"**{escape_markdown(say(f'teams.goal_{goal}'))}**：{escape_markdown(head)}\n\n{listed}")
    else:
        st.error(escape_markdown(f"{say(f'teams.goal_{goal}')}：{explain(error, language)}"))


def _differences(seen: Seen, found: list[tuple[Goal, Solution]], say: Say) -> None:
    """Each position whose team is not the same in all, or not the present one."""
    rows = []
    for row, position in enumerate(seen.posed.positions):
        teams = [seen.posed.teams[solution.team[row]] for _, solution in found]
        if {seen.plan.where.get(position), *teams} != {teams[0]}:
            cells = [seen.plan.where.get(position), *teams]
            named = [seen.names.teams.get(team, team) if team else say("teams.nobody") for team in cells]
            rows.append((seen.names.positions.get(position, position), *named))
    heads = (say("teams.position"), say("teams.now"), *(say(f"teams.goal_{goal}") for goal, _ in found))
    figures(heads, rows)
