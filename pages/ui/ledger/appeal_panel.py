"""An appeal: its four steps, its days, who sees to it, what the caller said, and the caller, for those who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from geo.casework import appeals, callers
from geo.i18n import Language
from geo.ledger import STEPS
from geo.people import Person
from geo.storage import Record
from geo.words import Say
from pages.ui import access, cached, doing
from pages.ui.ledger.asked import Seen
from pages.ui.words import escape_markdown, told_apart

ANSWERS: dict[str, bool | None] = {"unknown": None, "yes": True, "no": False}


def appeal_panel(record: Record, seen: Seen, say: Say, language: Language, *, may: bool) -> None:
    """How it stands, and where ``may`` what can be done."""
    day = seen.as_of.of(str(record.values["standing"]))
    stands = appeals.state(record.values, day, seen.campaign.rules)
    due = appeals.due(record.values, seen.campaign.rules)
    answer = appeals.answer_due(str(record.values["date"]), seen.campaign.rules)
    tell = {"escalated": st.error, "overdue": st.warning, "due_soon": st.info}.get(stands, st.caption)
    with st.container(key="appeal_stands"):
        tell(escape_markdown(say(f"ledger.stands_{stands}", due=due, answer=answer, day=day.isoformat())))
    _caller(record, seen, say, language)
    if may:
        _deeds(record, seen, say, language)


def _deeds(record: Record, seen: Seen, say: Say, language: Language) -> None:
    now = record.values

    def own(key: str) -> str:  # once something is done, what was open for it is closed, and what was typed is gone
        return f"appeal_{key}_{record.id}_{record.version}"

    def do(work: Callable[..., Any], **said: Any) -> Callable[[], None]:
        return lambda: _do(
            work, record, {name: get() if callable(get) else get for name, get in said.items()}, language
        )

    def typed(key: str) -> Callable[[], str]:
        return lambda: str(st.session_state[own(key)] or "").strip()

    def day(key: str) -> Callable[[], str]:
        return lambda: st.session_state[own(key)].isoformat() if st.session_state[own(key)] else ""

    def said(key: str) -> Callable[[], bool | None]:
        return lambda: ANSWERS[st.session_state[own(key)] or "unknown"]

    def three(name: str, key: str) -> None:
        words = {one: say(f"ledger.{key}_{one}") for one in ANSWERS}
        present = next(one for one, value in ANSWERS.items() if value is now[name])
        st.segmented_control(
            say(f"field.{name}"),
            list(ANSWERS),
            default=present,
            required=True,
            format_func=words.get,
            key=own(name),
        )

    def answer() -> None:
        with st.popover(say("ledger.answer"), icon=":material/call:"):
            three("answered", "said")
            st.text_area(say("field.note"), key=own("answer_note"), max_chars=2000, height=80)
            go = do(appeals.answer, answered=said("answered"), note=typed("answer_note"))
            st.button(say("ledger.save"), on_click=go, key=own("answer"), type="primary")

    with st.container(horizontal=True, key=own("tools")):
        if now["closed_on"]:
            with st.popover(say("ledger.reopen"), icon=":material/undo:"):
                st.text_area(say("field.note"), key=own("reopen_note"), max_chars=2000, height=80)
                st.button(
                    say("ledger.reopen"), on_click=do(appeals.reopen, note=typed("reopen_note")), key=own("reopen")
                )
            answer()
            return
        options = _steps(str(now["step"] or STEPS[0]), seen.person)
        if options:
            with st.popover(say("ledger.advance"), icon=":material/arrow_forward:"):
                words = {step: say(f"step.{step}") for step in options}
                st.selectbox(say("field.step"), options, format_func=words.get, key=own("step"))
                st.date_input(
                    say("field.step_on"), seen.today, max_value=seen.today, format="YYYY-MM-DD", key=own("step_on")
                )
                st.text_area(say("ledger.what_was_done"), key=own("step_note"), max_chars=2000, height=80)
                go = do(appeals.advance, step=typed("step"), on=day("step_on"), note=typed("step_note"))
                st.button(say("ledger.advance_go"), on_click=go, key=own("advance"), type="primary")
        answer()
        with st.popover(say("ledger.close"), icon=":material/check:"):
            st.date_input(
                say("field.closed_on"), seen.today, max_value=seen.today, format="YYYY-MM-DD", key=own("closed_on")
            )
            three("solved", "said")
            three("satisfied", "said")
            st.text_area(say("ledger.what_was_done"), key=own("close_note"), max_chars=2000, height=80)
            go = do(
                appeals.close,
                on=day("closed_on"),
                solved=said("solved"),
                satisfied=said("satisfied"),
                note=typed("close_note"),
            )
            st.button(say("ledger.close_go"), on_click=go, key=own("close"), type="primary")
        if callers.may_see(seen.person, record):
            _assign(record, seen, say, do, own)


def _assign(
    record: Record, seen: Seen, say: Say, do: Callable[..., Callable[[], None]], own: Callable[[str], str]
) -> None:
    accounts = told_apart({one.id: one.name for one in appeals.hands(cached.workspace())})
    with st.popover(say("ledger.assign"), icon=":material/person_add:"):
        ids = list(accounts)
        now = str(record.values["handler"] or "")
        st.selectbox(
            say("field.handler"),
            ids,
            ids.index(now) if now in ids else None,
            format_func=accounts.get,
            placeholder=say("ledger.nobody"),
            key=own("handler"),
        )
        go = do(appeals.assign, handler=lambda: str(st.session_state[own("handler")] or ""))
        st.button(say("ledger.save"), on_click=go, key=own("assign"), type="primary")


def _steps(now: str, person: Person) -> list[str]:
    """The steps that the person may put it at: the next one, and for a leader those before, as a correction."""
    ahead = appeals.next_step(now)
    back = list(STEPS[: STEPS.index(now)]) if person.may("leader") and now in STEPS else []  # type: ignore[arg-type]
    return ([ahead] if ahead else []) + back


def _do(work: Callable[..., Any], record: Record, said: dict[str, Any], language: Language) -> None:
    doing.attempt(
        lambda who: work(cached.workspace(), who, record.id, record.version, **said), language, "ledger.saved"
    )


def _caller(record: Record, seen: Seen, say: Say, language: Language) -> None:
    """The caller, after a press of the button and until the page is left; others are not told whether there is one."""
    with st.container(key="caller", horizontal=True, vertical_alignment="center"):
        if not callers.may_see(seen.person, record):
            st.caption(say("ledger.caller_kept"), width="stretch")
            return
        if record.id not in cached.workspace().store.callers.has([record.id], seen.today):
            st.caption(say("ledger.no_caller"))
            return

        def show() -> None:
            found = doing.attempt(lambda who: callers.see(cached.workspace(), who, record.id), language)
            st.session_state["caller_shown"] = (record.id, found) if found and found is not True else None

        shown = st.session_state.pop("caller_shown", None)
        if shown and shown[0] == record.id and callers.may_see(access.who(), record):
            one = shown[1]
            st.markdown(
                escape_markdown(say("ledger.caller", name=one.name or "—", number=one.number or "—", day=one.erase_on))
            )
        else:
            st.button(say("ledger.show_caller"), icon=":material/visibility:", on_click=show, key="show_caller")
