"""A search for sites on the screen: begun, followed, stopped; what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from geo.district import District
from geo.errors import GongtuError
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
        follow(say, language)


def proof() -> Proof | None:
    """What the last search said."""
    found: Proof | None = st.session_state.get("proof")
    return found


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
            posed.problem, plan.goal, n=plan.n, within=within, time_s=TIME_S[staff], curve_most=most
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
def follow(say: Say, language: Language) -> None:
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
            st.caption(f"{say('site.so_far')} {worth(seen.best, running.question, say)} · {quality(seen.best, say)}")
        st.button(say("site.stop"), icon=":material/stop_circle:", on_click=stop, key="stop_solving")


def _show(running: Running, seen: Seen, language: Language) -> None:
    """Puts what was found into the plan; an ended search is let go of."""
    plan = running.plan
    if seen.best is not None:
        plan = replace(plan, sites=_found(seen.best, running.offered))
    if seen.best is not None and not running.shown:
        plan_controls.write(plan)
    st.session_state["proof"] = Proof(running.question, plan, seen, running.posed.off_m, running.posed.total_off_m)
    if seen.done:
        st.session_state.pop("solving")
        st.session_state["solving_error"] = explain(seen.error, language) if seen.error is not None else ""
    else:
        st.session_state["solving"] = replace(running, shown=True)


def _found(best: Solution, offered: Candidates) -> tuple[Site, ...]:
    return tuple(offered.site(index) for index in best.sites)


def worth(best: Solution, question: Question, say: Say) -> str:
    """What an answer comes to by its goal, in words."""
    match best.goal:
        case "max-cover":
            return say("site.worth_max-cover", amount=amount(best.objective, question.who.measure, say))
        case "set-cover":
            return say("site.worth_set-cover", count=f"{best.objective:,.0f}")
        case "p-median":
            return say("site.worth_p-median", km=f"{best.objective / 1000:,.0f}")
        case "p-centre":
            return say("site.worth_p-centre", distance=distance(best.objective, say))


def quality(best: Solution, say: Say) -> str:
    """Whether an answer is proven best, or by how much a better one could beat it."""
    if best.proven:
        return say("site.proven")
    return say("site.gap", gap=percent(best.gap, say))


def verdict(proof: Proof | None, question: Question, plan: Plan, say: Say) -> None:
    """What is known of the sites shown: the answer of a search, or places that somebody put by hand."""
    if proof is None or proof.seen.best is None or not proof.of(question, plan):
        st.info(say("site.by_hand"), icon=":material/edit_location_alt:")
        return
    best = proof.seen.best
    words = (
        f"**{quality(best, say)}** · {worth(best, question, say)} · {say('site.took', seconds=f'{best.seconds:.2f}')}"
    )
    if proof.seen.stopped:
        words += f" · {say('site.stopped')}"
    if proof.off_m:
        words += f"  \n{say('site.gathered', metres=f'{proof.off_m:.0f}')}"
    (st.success if best.proven else st.warning)(words, icon=":material/verified:" if best.proven else ":material/info:")
