"""A search for sites on the screen: begun, followed, stopped; what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from geo.district import District
from geo.errors import GongtuError, ParameterError
from geo.i18n import Language, explain
from geo.planner import Question
from geo.planner.candidates import Candidates
from geo.planner.plan import Plan, Site
from geo.planner.posing import Posed, pose
from geo.planner.solving import Seen, Solving
from geo.siting import Solution
from geo.words import Say, distance, percent
from pages.ui.planner import answers, plan_controls
from pages.ui.planner.amounts import amount
from pages.ui.words import escape_markdown

TIME_S = {True: 120.0, False: 20.0}
"""How long a search may take: for staff, and for everybody else."""
CURVE_AT_MOST = 20


@dataclass(frozen=True, eq=False)
class Proof:
    """What a search said of its answer: of which question and plan, with which sites, how far that may be off."""

    question: Question
    plan: Plan
    seen: Seen
    off_m: float
    total_off_m: float

    def of(self, question: Question, plan: Plan) -> bool:
        """Whether this is the answer to just that question, its sites untouched."""
        return self.question == question and _bare(self.plan) == _bare(plan) and _places(self.plan) == _places(plan)


@dataclass(frozen=True, eq=False)
class Running:
    """A search under way, and whether its answer is on the page already, while it goes on with the curve."""

    solving: Solving
    question: Question
    plan: Plan
    offered: Candidates
    posed: Posed
    shown: bool = False


def _bare(plan: Plan) -> Plan:
    return replace(plan, sites=())


def _places(plan: Plan) -> list[tuple[str, float, float]]:
    return [(site.id, round(site.lon, 5), round(site.lat, 5)) for site in plan.sites]


def begin(
    district: District,
    question: Question,
    plan: Plan,
    offered: Candidates | None,
    say: Say,
    language: Language,
    *,
    staff: bool,
) -> None:
    """The button that begins a search, how a search that runs goes, and why there is none."""
    with st.container(key="search"):  # one place whatever stands in it, or what is below would be drawn anew
        count = len(offered) if offered is not None else 0
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                say("site.solve"),
                type="primary",
                icon=":material/play_arrow:",
                disabled=not count or "solving" in st.session_state,
                on_click=lambda: start(district, question, plan, offered, language, staff=staff),
            )
            st.caption(say("site.candidates", count=f"{count:,}"))
        if said := st.session_state.get("solving_error"):
            st.error(escape_markdown(said))
        if "solving" in st.session_state:
            follow(say, language, staff=staff)


def start(
    district: District, question: Question, plan: Plan, offered: Candidates | None, language: Language, *, staff: bool
) -> None:
    """Begins a search in place of one that may be running."""
    stop()
    st.session_state.pop("proof", None)
    if offered is None:
        return
    try:
        posed = pose(district, question, plan, offered, answers.measured(district, question))
        within = question.reach.within_m
        most = 0 if plan.goal == "set-cover" else min(plan.n, CURVE_AT_MOST)
        solving = Solving.start(
            posed.problem, plan.goal, n=plan.n, within=within, time_s=TIME_S[staff], curve_most=most, public=not staff
        )
    except GongtuError as error:
        st.session_state["solving_error"] = explain(error, language)
        return
    st.session_state["solving_error"] = ""
    st.session_state["solving"] = Running(solving, question, plan, offered, posed)


def stop() -> None:
    """Ends the search; what was best so far is kept."""
    if "solving" in st.session_state:
        st.session_state["solving"].solving.stop()


@st.fragment(run_every=0.5)
def follow(say: Say, language: Language, *, staff: bool) -> None:
    """How the search goes. Its answer becomes the plan's sites, and the page is drawn again, as soon as it is proven or
    the search has ended; the curve may take longer.
    """
    running: Running | None = st.session_state.get("solving")
    if running is None:
        return
    seen = running.solving.look()
    if seen.done or (seen.best is not None and seen.best.proven and not running.shown):
        _show(running, seen, language)
        st.rerun(scope="app")
    with st.container(border=True, key="solving"):
        stage = "curve" if running.shown else seen.stage
        st.markdown(f"**{say('site.solving')}** {say(f'site.stage_{stage}')}")
        st.caption(say("site.seconds", seconds=f"{seen.seconds:.0f}"))
        if seen.best is not None and not running.shown:
            best = seen.best
            come_to = f"{worth(best.goal, best.objective, running.question, say)} · " if staff else ""
            st.caption(f"{say('site.so_far')} {come_to}{quality(best.proven, best.gap, say)}")
        st.button(say("site.stop"), icon=":material/stop_circle:", on_click=stop, key="stop_solving")


def _show(running: Running, seen: Seen, language: Language) -> None:
    """Puts what was found into the plan; an ended search is let go of."""
    plan = running.plan
    if seen.done:  # let go of before anything can fail
        st.session_state.pop("solving")
    if seen.best is not None:
        try:
            plan = replace(plan, sites=_found(seen.best, running.offered))
        except ParameterError as error:
            stop()
            st.session_state.pop("solving", None)
            st.session_state["solving_error"] = explain(error, language)
            return
    if seen.best is not None and not running.shown:
        plan_controls.write(plan)
    st.session_state["proof"] = Proof(running.question, plan, seen, running.posed.off_m, running.posed.total_off_m)
    if seen.done:
        st.session_state["solving_error"] = explain(seen.error, language) if seen.error is not None else ""
    else:
        st.session_state["solving"] = replace(running, shown=True)


def _found(best: Solution, offered: Candidates) -> tuple[Site, ...]:
    return tuple(offered.site(index) for index in best.sites)


def worth(goal: str, objective: float, question: Question, say: Say) -> str:
    """What an answer comes to by its goal, in words."""
    match goal:
        case "max-cover":
            return say("site.worth_max-cover", amount=amount(objective, question.who.measure, say))
        case "set-cover":
            return say("site.worth_set-cover", count=f"{objective:,.0f}")
        case "p-median":
            return say("site.worth_p-median", km=f"{objective / 1000:,.0f}")
        case _:
            return say("site.worth_p-centre", distance=distance(objective, say))


def quality(proven: bool, gap: float | None, say: Say) -> str:
    """Whether an answer is proven best, or by how much a better one could beat it."""
    if proven:
        return say("site.proven")
    return say("site.gap", gap=percent(float("nan") if gap is None else gap, say))


def told(question: Question, plan: Plan) -> dict[str, Any] | None:
    """What the last search said of the sites shown, as a scenario keeps it; None where they are not its answer."""
    proof: Proof | None = st.session_state.get("proof")
    best = proof.seen.best if proof else None
    if proof is None or best is None or not proof.of(question, plan):
        return None
    numbers = {name: getattr(best, name) for name in ("goal", "objective", "bound", "proven", "gap", "seconds")}
    curve = [[n, one.objective, one.proven] for n, one in proof.seen.curve]
    return {**numbers, "stopped": proof.seen.stopped, "curve": curve, "off_m": proof.off_m}


def verdict(said: Mapping[str, Any] | None, question: Question, say: Say, *, saved: bool, staff: bool) -> None:
    """What is known of the sites shown: the answer of a search, now or when they were ``saved``, or places that
    somebody put by hand. The public is not told what the answer comes to in numbers that nobody withheld.
    """
    if said is None:
        st.info(say("site.by_hand"), icon=":material/edit_location_alt:")
        return
    parts = [f"**{quality(bool(said['proven']), said['gap'], say)}**"]
    if staff and said["objective"] is not None:
        parts.append(worth(said["goal"], said["objective"], question, say))
    parts += [say("site.took", seconds=f"{said['seconds'] or 0:.2f}"), *([say("site.when_saved")] if saved else [])]
    parts += [say("site.stopped")] if said["stopped"] else []
    words = " · ".join(parts)
    if said.get("off_m"):
        metres = f"{said['off_m']:.0f}"
        words += f"  \n{say('site.gathered', metres=metres)}"
    good = bool(said["proven"])
    (st.success if good else st.warning)(words, icon=":material/verified:" if good else ":material/info:")
