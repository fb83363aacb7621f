"""What can be done with one enterprise: move it on, plan what comes next, and for leaders correct its status."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from geo.district import District
from geo.enterprises import ROUTES, UNION_FORMS, UNION_STATUSES
from geo.i18n import Language
from geo.organising import deeds, moves
from geo.organising.moves import NEW, NEXT, Move
from geo.organising.told import known
from geo.people import Person
from geo.storage.register import Register
from geo.words import Say
from pages.ui import cached
from pages.ui.enterprises.work import attempt
from pages.ui.words import choice_word, escape_markdown, told_apart

if TYPE_CHECKING:
    from pages.ui.enterprises.one import Seen

MOVED = "organising.done_move"


def panel(seen: Seen, register: Register, district: District, person: Person, say: Say, language: Language) -> None:
    """The legal moves, the next step, the correction."""
    now = deeds.today(cached.workspace())
    with st.container(border=True, key="act"):
        legal = NEXT[known(seen.status)]
        if legal:
            chosen = st.segmented_control(
                say("founding.move_to"),
                legal,
                format_func=lambda one: say(f"union_status.{one}"),
                key=_key(seen, "to"),
            )
            if chosen:
                _move(seen, str(chosen), district, now, say, language)
        else:
            st.caption(say("founding.over"))
        if seen.status != "closed":
            with st.expander(say("founding.plan"), icon=":material/event:"):
                _plan(seen, now, say, language)
        if person.may("leader"):
            with st.expander(say("founding.correct"), icon=":material/history_edu:"):
                _correct(seen, now, say, language)


def _key(seen: Seen, name: str) -> str:
    """A widget's key, of one version of one enterprise: what was typed goes once it is kept."""
    return f"one/{seen.record.id}/{seen.record.version}/{name}"


def founding(prefix: str, district: District, say: Say, *, members: bool = True) -> None:
    """The fields of a move to ``established``, under keys that begin with ``prefix``."""
    st.segmented_control(
        say("field.union_form"),
        UNION_FORMS,
        format_func=lambda one: say(f"union_form.{one}"),
        key=f"{prefix}form",
    )
    if st.session_state.get(f"{prefix}form") == "joint":
        unions = joint_unions(district, say)
        st.selectbox(
            say("organising.field_union_id"),
            [NEW, *unions],
            None,
            format_func=lambda one: unions.get(one, say("founding.new_union")),
            key=f"{prefix}union_id",
            placeholder=say("founding.choose_union"),
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if members:
            st.number_input(
                say("field.members"), 1, moves.MEMBERS_AT_MOST, None, key=f"{prefix}members", placeholder=""
            )
        st.selectbox(
            say("field.route"),
            ["", *ROUTES],
            format_func=lambda one: choice_word("enterprises", "route", one, say),
            key=f"{prefix}route",
        )
    st.text_input(say("field.parent_union"), key=f"{prefix}parent_union", max_chars=moves.NAME_AT_MOST)


def typed(prefix: str, to: str) -> Move:
    """The move that the fields under ``prefix`` say."""
    said = st.session_state
    day: date | None = said.get(f"{prefix}on")
    own = {}
    if to == "established":
        own = {name: said.get(f"{prefix}{name}") or "" for name in ("form", "route", "parent_union")}
        own |= {"union_id": said.get(f"{prefix}union_id") or "" if own["form"] == "joint" else ""}
        own |= {"members": said.get(f"{prefix}members")}
    return Move(to, day.isoformat() if day else "", said.get(f"{prefix}note") or "", **own)


def joint_unions(district: District, say: Say) -> dict[str, str]:
    """The joint unions there are, by id, each called by its higher union and how many enterprises it covers, the
    largest first.
    """

    def make() -> dict[str, tuple[str, int]]:
        frame = district.enterprises
        found = frame[(frame["union_status"] == "established") & (frame["union_form"] == "joint")]
        known_ = found[found["union_id"] != ""].groupby("union_id")["parent_union"].agg(["first", "size"])
        ordered = known_.sort_values("size", ascending=False, kind="stable")
        return {str(one): (str(row["first"]), int(row["size"])) for one, row in ordered.iterrows()}

    unions = cached.once(("joint_unions", district.revision), make)
    words = {
        one: say("founding.joint", id=one, parent=parent or say("total.none"), count=f"{count:,}")
        for one, (parent, count) in unions.items()
    }
    return told_apart(words)


def _move(seen: Seen, to: str, district: District, now: date, say: Say, language: Language) -> None:
    """What the move must say, and the button that makes it."""
    prefix = _key(seen, f"{to}/")

    def go() -> None:
        move = typed(prefix, to)
        made = attempt(
            lambda person: deeds.move(cached.workspace(), person, seen.record.id, seen.record.version, move),
            language,
            MOVED,
            status=say(f"union_status.{to}"),
        )
        if made is not None:
            st.session_state["doubted"] = moves.doubts(seen.record, move)

    if to == "established":
        founding(prefix, district, say)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.date_input(say("founding.on"), now, key=f"{prefix}on", format="YYYY-MM-DD", max_value=now)
        needed = to in moves.EXPLAINED
        label = say("organising.field_note") + (" *" if needed else "")
        st.text_input(label, key=f"{prefix}note", max_chars=moves.NOTE_AT_MOST)
    st.button(say("founding.move", status=say(f"union_status.{to}")), type="primary", key="move_go", on_click=go)


def _plan(seen: Seen, now: date, say: Say, language: Language) -> None:
    day, step = _key(seen, "next_on"), _key(seen, "next_step")
    planned = seen.get("next_on")

    def go() -> None:
        on, what = st.session_state.get(day), st.session_state.get(step) or ""
        attempt(
            lambda person: deeds.plan_next(
                cached.workspace(), person, seen.record.id, seen.record.version, on.isoformat() if on else "", what
            ),
            language,
            "organising.done_next",
        )

    was = date.fromisoformat(planned) if planned and len(planned) == len("YYYY-MM-DD") else None
    st.date_input(say("organising.field_next_on"), was, key=day, format="YYYY-MM-DD")
    st.text_input(
        say("organising.field_next_step"), seen.get("next_step") or "", key=step, max_chars=moves.STEP_AT_MOST
    )
    st.button(say("founding.plan_go"), key="plan_go", on_click=go)


def _correct(seen: Seen, now: date, say: Say, language: Language) -> None:
    status, on, note = (_key(seen, f"correct_{name}") for name in ("status", "on", "note"))

    def go() -> None:
        said = st.session_state
        day: date | None = said.get(on)
        attempt(
            lambda person: deeds.correct(
                cached.workspace(),
                person,
                seen.record.id,
                seen.record.version,
                said.get(status) or "",
                said.get(note) or "",
                on=day.isoformat() if day else "",
            ),
            language,
            "organising.done_correct",
        )

    st.caption(say("founding.correct_help"))
    st.selectbox(
        say("organising.field_status"),
        [one for one in UNION_STATUSES if one != seen.status],
        None,
        format_func=lambda one: say(f"union_status.{one}"),
        key=status,
        placeholder="",
    )
    st.date_input(say("founding.correct_on"), None, key=on, format="YYYY-MM-DD", max_value=now)
    st.text_input(say("organising.field_note") + " *", key=note, max_chars=moves.NOTE_AT_MOST)
    st.button(say("founding.correct_go"), key="correct_go", on_click=go)


def doubted(seen: Seen, say: Say) -> None:
    """Says, once, what of the last move is to be looked at twice."""
    with st.container(key="doubts"):
        for key in st.session_state.pop("doubted", ()):
            workers = seen.get("workers")
            st.warning(escape_markdown(say(key, workers="" if pd.isna(workers) else f"{workers:,}")))
