"""Beside the map: what the plan comes to and what is wrong with it, the teams, the position that is picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from geo.assignment import Finding, explain
from geo.district import District
from geo.fieldwork.campaign import Team, team_of
from geo.fieldwork.flags import flagged
from geo.fieldwork.plan import edit_between
from geo.fieldwork.words import finding_words, note_words, why_words
from geo.i18n import Language
from geo.layers import palette
from geo.layers.base import Basemap
from geo.people import Person
from geo.words import Say, distance
from pages.ui import cached, doing, state
from pages.ui.teams import work
from pages.ui.teams.board import Chip, Section, board
from pages.ui.teams.words import deviation, load_words, points
from pages.ui.teams.work import Seen
from pages.ui.words import escape_markdown

VIEWS = ("teams", "loads", "propose", "versions", "visits")
FINDINGS_SHOWN = 6
LOOKED_EVERY_S = 15
"""How often an open page asks whether somebody else changed the draft."""
BAR = 2.0
"""A bar is as long as so many times what a team should have."""


def views(seen: Seen) -> list[str]:
    """The ways to look at the plan: proposals are for who may change it, and what was reported weighs nothing."""
    left_out = set() if seen.editable else {"propose"}
    return [one for one in VIEWS if one not in left_out | ({"loads"} if seen.version == "reported" else set())]


def summary(seen: Seen, say: Say) -> None:
    """Four numbers, and everything that is wrong, in words."""
    if seen.version == "none":
        st.info(say("teams.none_published"))
        return
    if seen.version == "reported":
        st.info(escape_markdown(say("teams.reported_help", count=len(seen.reported), all=len(seen.posed.positions))))
        return
    unassigned = int((seen.posed.team < 0).sum())
    whole = round(seen.parts.travel_m, -3) if seen.parts.travel_m >= 10_000 else seen.parts.travel_m
    travel = distance(whole, say) if unassigned < len(seen.posed.team) else "–"
    with st.container(key="four"), st.container(key="totals"):
        for column, (label, value, help_) in zip(
            st.columns(4),
            (
                (say("teams.nobody"), f"{unassigned}", None),
                (say("teams.worst"), "–" if unassigned else f"{100 * seen.parts.worst:.1f}%", say("teams.worst_help")),
                (say("teams.travel"), travel, say("teams.travel_help")),
                (say("teams.cut"), f"{seen.parts.cut}", say("teams.cut_help")),
            ),
            strict=True,
        ):
            column.metric(label, value, border=True, help=help_)
    with st.container(key="findings"):
        if seen.editable and unassigned == len(seen.posed.team):
            st.info(say("teams.begin", count=unassigned), icon=":material/lightbulb:")
            return
        if not seen.findings:
            st.success(say("teams.sound"), icon=":material/check_circle:")
            return
        wrong = [finding_words(finding, seen.posed, seen.names, say) for finding in _worst_first(seen)]
        lines = [f"- {escape_markdown(line)}" for line in wrong[:FINDINGS_SHOWN]]
        st.warning("\n".join(lines))
        if len(wrong) > FINDINGS_SHOWN:
            with st.expander(say("teams.more_findings", count=len(wrong) - FINDINGS_SHOWN)):
                st.markdown("\n".join(f"- {escape_markdown(line)}" for line in wrong[FINDINGS_SHOWN:]))


def _worst_first(seen: Seen) -> list[Finding]:
    """While positions are unassigned, teams that have too little or nothing yet are no news."""
    if not (seen.posed.team < 0).any():
        return list(seen.findings)
    return [finding for finding in seen.findings if finding.what not in ("light", "empty")]


def teams_board(seen: Seen, person: Person, selected: str, say: Say, language: Language) -> None:
    """The teams with their positions, one's own first; those that nobody has before all."""
    mine = team_of(seen.campaign, person)
    order = sorted(range(len(seen.posed.teams)), key=lambda index: seen.posed.teams[index] != (mine.id if mine else ""))
    sections = [_section(seen, index, mine, say) for index in order]
    loose = [position for position in seen.posed.positions if position not in seen.plan.where]
    if loose:
        sections.insert(0, _loose(seen, loose, say))
    board(
        sections,
        where={position: seen.plan.where.get(position, "") for position in seen.posed.positions},
        selected=selected,
        editable=seen.editable,
        words={name: say(f"teams.board_{name}") for name in ("board", "here", "out", "empty", "hint")},
        on_pick=pick,
        on_move=lambda position, team: work.move(seen, position, team, language),
        on_lock=lambda position: work.lock(seen, position, language),
        on_step=lambda name: work.step(name, seen.campaign, language),
    )


def pick(position: str) -> None:
    """Picks a position, or lets go of it where it is picked already."""
    state.put("position", "" if st.query_params.get("position") == position else position)


def _section(seen: Seen, index: int, mine: Team | None, say: Say) -> Section:
    team = seen.campaign.teams[index]
    load, target = float(seen.parts.load[index]), float(seen.parts.target[index])
    off, balance = float(seen.parts.deviation[index]), seen.plan.balance
    amiss = any(finding.team == index and finding.what != "not_fixed" for finding in seen.findings)
    planned = seen.version != "reported"
    held = [position for position in seen.posed.positions if seen.plan.where.get(position) == team.id]
    words = say("teams.team_words", name=seen.names.teams.get(team.id, team.id), count=len(held))
    if planned:
        words = say("teams.load_words", words=words, load=points(load, say), target=points(target, say))
    percent = 100 / BAR
    return {
        "id": team.id,
        "number": str(seen.number(team.id)),
        "colour": palette.team(seen.number(team.id) - 1),
        "name": seen.names.teams.get(team.id, team.id),
        "about": " · ".join(filter(None, (_hub(seen, index, say), team.lead, "、".join(team.departments)))),
        "load": points(load, say) if planned else "",
        "deviation": deviation(off, say) if held else "",
        "filled": round(min(load / target, BAR) * percent, 1) if target else 0.0,
        "target": percent,
        "low": round(max(1 - balance, 0) * percent, 1),
        "high": round(min(1 + balance, BAR) * percent, 1),
        "off": abs(off) > balance + 1e-9,
        "quiet": False,
        "own": mine is not None and mine.id == team.id,
        "amiss": amiss and bool(held),
        "words": words,
        "positions": [_chip(seen, position, say) for position in held],
    }


def _hub(seen: Seen, index: int, say: Say) -> str:
    """Where the team's travel is least from, and how much that is."""
    hub, members = int(seen.parts.hubs[index]), np.flatnonzero(seen.posed.team == index)
    if hub < 0 or len(members) < 2 or seen.version == "reported":
        return ""
    problem = seen.posed.problem
    metres = np.hypot(problem.x[members] - problem.x[hub], problem.y[members] - problem.y[hub])
    return say("teams.hub", km=distance(float(np.nansum(metres)), say))


def _loose(seen: Seen, loose: list[str], say: Say) -> Section:
    reported = seen.version == "reported"
    return {
        "id": "",
        "number": "–" if reported else "!",
        "quiet": reported,
        "colour": "#fff",
        "name": say("teams.unreported" if reported else "teams.nobody"),
        "about": say("teams.loose", count=len(loose)),
        "load": "",
        "deviation": "",
        "filled": 0.0,
        "target": 0.0,
        "low": 0.0,
        "high": 0.0,
        "off": False,
        "own": False,
        "amiss": False,
        "words": say("teams.loose", count=len(loose)),
        "positions": [_chip(seen, position, say) for position in loose],
    }


def _chip(seen: Seen, position: str, say: Say) -> Chip:
    name = seen.names.positions.get(position, position)
    standing = seen.reported.get(position)
    words = load_words(seen, position, say) if seen.version != "reported" else ""
    if standing:
        words = say("tip.standing", standing=say(f"standing.{standing.standing}"), date=standing.as_of)
    locked = position in seen.plan.fixed
    row = seen.posed.positions.index(position)
    load = f"{float(seen.posed.problem.load[row]):.1f}" if seen.version != "reported" else ""
    return {
        "id": position,
        "name": name,
        "load": load,
        "mark": say(f"standing.{standing.standing}") if standing else "",
        "locked": locked,
        "words": "，".join(filter(None, (name, words, say("teams.locked") if locked else ""))),
    }


def picked(seen: Seen, position: str, say: Say, language: Language) -> None:
    """The position that is picked: where it is and why, what it weighs, and where it could go."""
    if position not in seen.posed.positions:
        return
    row = seen.posed.positions.index(position)
    team = seen.plan.where.get(position)
    with st.container(border=True, key="detail"):
        with st.container(horizontal=True, vertical_alignment="center"):
            where = seen.names.teams.get(team, team) if team else say("teams.nobody")
            st.markdown(
                f"**{escape_markdown(seen.names.positions[position])}** · {escape_markdown(where)}", width="stretch"
            )
            st.button(
                say("teams.let_go"),
                icon=":material/close:",
                type="tertiary",
                key="let_go",
                on_click=pick,
                args=(position,),
            )
        if seen.version == "reported":
            return
        if seen.editable:
            _change(seen, position, team, say, language)
        why = explain(seen.posed.problem, seen.posed.team, row)
        with st.container(key="why"):
            st.markdown("\n".join(f"- {escape_markdown(line)}" for line in why_words(why, seen.posed, seen.names, say)))


def _change(seen: Seen, position: str, team: str | None, say: Say, language: Language) -> None:
    def go() -> None:
        work.move(seen, position, st.session_state[key] or "", language)

    def never() -> None:
        teams = tuple(sorted(st.session_state[f"never_{position}"]))
        if seen.plan.fixed.get(position) in teams:
            locked = seen.names.teams.get(seen.plan.fixed[position], "")
            doing.refuse(say("teams.never_locked", name=seen.names.positions[position], team=locked))
            return
        kept = (
            {**seen.plan.never, position: teams}
            if teams
            else {k: v for k, v in seen.plan.never.items() if k != position}
        )
        plan = replace(seen.plan, never=kept)
        work.do(seen.campaign, edit_between(seen.plan, plan), language)

    key = f"to_{position}"
    st.session_state[key] = team or ""
    st.session_state[f"never_{position}"] = list(seen.plan.never.get(position, ()))
    name = partial(_team_name, seen, say)
    fixed = position in seen.plan.fixed
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            say("teams.move_to"), ["", *seen.posed.teams], format_func=name, key=key, on_change=go, disabled=fixed
        )
        st.button(
            say("teams.unlock" if fixed else "teams.lock"),
            icon=":material/lock_open:" if fixed else ":material/lock:",
            key="lock",
            disabled=not fixed and team is None,
            on_click=work.lock,
            args=(seen, position, language),
        )
        with st.popover(say("teams.restrict")):
            st.multiselect(
                say("teams.never"),
                seen.posed.teams,
                format_func=name,
                key=f"never_{position}",
                on_change=never,
                placeholder=say("teams.never_none"),
            )


def _team_name(seen: Seen, say: Say, team: str) -> str:
    if not team:
        return say("teams.nobody")
    return f"{seen.number(team)} {seen.names.teams.get(team, team)}"


def notes(seen: Seen, say: Say) -> None:
    """What the numbers stand on."""
    lines = [*(note_words(note, seen.names, say) for note in seen.posed.workload.notes), say("teams.method")]
    with st.expander(say("teams.notes")):
        st.caption("  \n".join(map(escape_markdown, lines)))


def flags(seen: Seen, district: District, say: Say) -> None:
    """That a published version no longer hangs together, since the boundaries moved."""
    versions = cached.workspace().store.assignments.versions(seen.campaign.id)
    last = [seen.published] if seen.published else list(versions)[:1]
    with st.container(key="flags"):
        for flag in flagged(district, [seen.campaign], [one for one in last if one]):
            names = "、".join(seen.names.teams.get(team, team) for team in flag.teams)
            st.warning(
                escape_markdown(say("teams.flag", number=flag.number, names=names)), icon=":material/broken_image:"
            )


def overtaken(seen: Seen, say: Say) -> None:
    """Says, while the page is open, that somebody else has changed the draft; nothing is drawn anew unasked."""
    if not seen.editable:
        return

    @st.fragment(run_every=LOOKED_EVERY_S)
    def look() -> None:
        now = cached.workspace().store.assignments.draft(seen.campaign.id)
        with st.container(key="overtaken"):
            if now.version != seen.draft.version:
                with st.container(horizontal=True, vertical_alignment="center", border=True):
                    st.markdown(escape_markdown(say("teams.overtaken", by=now.changed_by)), width="stretch")
                    if st.button(say("teams.look"), key="look"):
                        st.rerun(scope="app")

    look()


def tools(seen: Seen, say: Say, language: Language) -> None:
    """Undo, redo, and emptying the plan."""
    if not seen.editable:
        return
    for name in ("undo", "redo"):
        st.button(
            say(f"teams.{name}"),
            icon=f":material/{name}:",
            key=name,
            help=say(f"teams.{name}_help"),
            disabled=not work.can(name, seen.campaign),
            on_click=work.step,
            args=(name, seen.campaign, language),
        )


def ground(tiles: Mapping[str, Basemap], say: Say) -> Basemap | None:
    """What lies under the map."""
    with st.popover(say("control.more"), icon=":material/tune:"):
        return tiles.get(state.choose_basemap(say, list(tiles)))
