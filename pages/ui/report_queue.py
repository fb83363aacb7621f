"""Reports on the screen: those that wait, by station, with what can be done about them; and those handled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from geo.district import District
from geo.errors import GongtuError
from geo.hours.words import posted
from geo.i18n import Language, explain
from geo.reporting import DISMISSED, Report, Waiting, confirm, dismiss, outcomes, should_be_open
from geo.storage import Conflict, Record
from geo.storage.reports import INDEPENDENT
from geo.words import Say, local_name
from pages.ui import access, cached, state
from pages.ui.record_form import reason_fault
from pages.ui.words import escape_markdown, moment, writer

AT_FIRST = 20
"""Stations shown before one asks for more."""
STYLE = (Path(__file__).parent / "report_queue.css").read_text(encoding="utf-8")
Shown = tuple[str, int, tuple[str, ...]]
"""A station, its version and its open reports, as they were when somebody saw them."""


def choose(queue: Sequence[Waiting], say: Say) -> str:
    """``waiting`` or ``handled``: which reports to show, kept in the URL; how many stations wait is said with it."""
    st.html(f"<style>{STYLE}</style>")
    options = ("waiting", "handled")
    return str(
        st.segmented_control(
            say("page.reports.title"),
            options,
            required=True,
            format_func=lambda one: say(f"report.{one}", count=len(queue)),
            label_visibility="collapsed",
            **state.in_url("show", "waiting", options),
        )
    )


def waiting(queue: Sequence[Waiting], district: District, say: Say, language: Language) -> None:
    """The open reports by station; the one in the URL is open to be handled."""
    if done := st.session_state.pop("done", ""):
        st.success(escape_markdown(done))
    if trouble := st.session_state.pop("report_trouble", ""):
        st.error(escape_markdown(trouble))
    if not queue:
        st.session_state.pop("report_shown", None)
        _nothing(say("report.none"), say("report.none_help"))
        return
    st.caption(say("report.help", count=INDEPENDENT))
    chosen = st.query_params.get("station", "")
    most = int(st.session_state.get("report_most", AT_FIRST))
    for one in [*queue[:most], *(late for late in queue[most:] if late.facility == chosen)]:
        record = cached.workspace().store.get("facilities", one.facility)
        with st.container(border=True, key=f"report-{one.facility}"):
            st.html(_summary(one, record, district, say, language))
            _buttons(one.facility, chosen, one.independent >= INDEPENDENT, say)
            if one.facility == chosen:
                _opened(one, record, district, say, language)
    left = len(queue) - most
    if left > 0 and st.button(say("report.more", count=min(left, AT_FIRST)), width="stretch"):
        st.session_state["report_most"] = most + AT_FIRST
        st.rerun()


def handled(district: District, say: Say, language: Language) -> None:
    """What became of the last reports, those handled together as one."""
    found = cached.workspace().store.reports.handled(200)
    if not found:
        _nothing(say("report.none_done"), say("report.none_done_help"))
        return
    zone, rows = district.about["time_zone"], []
    for (at, facility), group in groupby(found, lambda report: (report.handled_at, report.facility)):
        its = list(group)
        record = cached.workspace().store.get("facilities", facility)
        assert at is not None
        rows.append(
            f"<li>{_title(facility, record, say, language, state=False)}"
            f'<p class="what">{_outcome(its[0].outcome, say)}{_tally(its, say)}</p>'
            f"<blockquote>{escape(its[0].why)}</blockquote>"
            f'<p class="about">{escape(say("report.handled_by", by=its[0].handled_by, at=moment(at, zone)))}</p>'
            f"{_said(its, district, say)}</li>"
        )
    st.html(f'<ul class="handled">{"".join(rows)}</ul>')


def _nothing(title: str, words: str) -> None:
    st.html(f'<div class="nothing"><h2>{escape(title)}</h2><p>{escape(words)}</p></div>')


def _title(facility: str, record: Record | None, say: Say, language: Language, *, state: bool) -> str:
    """What the station is called, with ``state`` what it is now, and that it is made up where it is."""
    values = record.values if record else {}
    tags = _span("state", say(f"state.{values['state']}")) if state and values.get("state") else ""
    tags += _span("made-up", say("standing.synthetic")) if values.get("standing") == "synthetic" else ""
    return f"<h3>{escape(local_name(values, language) if values else facility)}{tags}</h3>"


def _summary(one: Waiting, record: Record | None, district: District, say: Say, language: Language) -> str:
    """Which station, what it is now, how many say what, and since when."""
    values = record.values if record else {}
    kind = say(f"kind.{values['kind']}") if values.get("kind") else ""
    region = cached.region_names(district, language).get(str(values.get("region") or ""), "")
    about = " · ".join(escape(str(part)) for part in (kind, region, values.get("address")) if part)
    people = say("report.people", count=one.independent) if one.independent else say("report.older")
    grave = ' class="grave"' if one.independent >= INDEPENDENT else ""
    last = say("report.last", at=moment(one.reports[0].at, district.about["time_zone"]))
    return (
        f'<div class="report">{_title(one.facility, record, say, language, state=True)}<p class="about">{about}</p>'
        f'<p class="what"><strong{grave}>{escape(people)}</strong>{_tally(one.reports, say)}</p>'
        f'<p class="about">{escape(last)}</p></div>'
    )


def _span(name: str, words: str) -> str:
    return f'<span class="{name}">{escape(words)}</span>'


def _tally(reports: Iterable[Report], say: Say) -> str:
    counts = Counter(report.what for report in reports)
    said = (say("report.tally", what=say(f"report_what.{what}"), count=n) for what, n in counts.most_common())
    return "".join(f"<span>{escape(words)}</span>" for words in said)


def _outcome(outcome: str, say: Say) -> str:
    if outcome == DISMISSED:
        return f"<strong>{escape(say('report.outcome_dismissed'))}</strong>"
    return f"<strong>{escape(say('report.outcome_state', state=say(f'state.{outcome}')))}</strong>"


def _said(reports: Sequence[Report], district: District, say: Say) -> str:
    """Each report: when, what, in whose words, and whether the door should have been open by the hours posted then."""
    rows = []
    for report in reports:
        at, should = moment(report.at, district.about["time_zone"]), should_be_open(report, district)
        words = f"<blockquote>{escape(report.words)}</blockquote>" if report.words else ""
        rows.append(
            f"<li><time>{escape(at)}</time> <b>{escape(say(f'report_what.{report.what}'))}</b>"
            f"{_span(f'posted {should}', say(f'report.was_{should}'))}{words}</li>"
        )
    return f'<ol class="said">{"".join(rows)}</ol>'


def _buttons(facility: str, chosen: str, grave: bool, say: Say) -> None:
    """To handle it, here, or to look at the record."""
    is_open = facility == chosen
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say("report.close_it" if is_open else "report.open_it"),
            type="primary" if grave and not is_open else "secondary",
            icon=":material/expand_less:" if is_open else ":material/fact_check:",
            key=f"report_open/{facility}",
            on_click=state.put,
            args=("station", "" if is_open else facility),
        )
        address = f"/records?noun=facilities&id={quote(facility, safe='')}&lang={state.language()}"
        st.html(f'<a class="onwards" target="_self" href="{address}">{escape(say("report.record"))}</a>')


def _opened(one: Waiting, record: Record | None, district: District, say: Say, language: Language) -> None:
    """All that is known for deciding, and the two ways to decide: verified, or dismissed."""
    seen: Shown | None = st.session_state.get("report_shown")
    now: Shown = (one.facility, record.version if record else 0, tuple(report.id for report in one.reports))
    seen = seen if seen and seen[0] == one.facility else now
    st.session_state["report_shown"] = now
    st.html(_said(one.reports, district, say))
    if record is None or record.retired:
        st.warning(say("report.gone_station"))
    else:
        st.html(_known(record, say))
        _verify(seen, record, say, language)
    with st.expander(say("report.dismiss"), icon=":material/block:"), st.form(f"dismiss/{one.facility}", border=False):
        why = st.text_input(say("report.dismiss_why"), key=f"dismiss_why/{one.facility}")
        if st.form_submit_button(say("report.dismiss_do", count=len(seen[2]))):
            if fault := reason_fault(why, say):
                st.error(fault)
            else:
                by, name = access.require("staff"), local_name(record.values, language) if record else one.facility
                act = partial(dismiss, cached.workspace(), seen[2], why=why, by=by)
                _do(act, say("report.dismissed_done", name=name), say, language)


def _known(record: Record, say: Say) -> str:
    """The hours posted now, and who was there last."""
    hours = posted(str(record.values.get("opening_hours") or ""), say) or say("total.none")
    on, by = record.values.get("verified_on"), record.values.get("verified_by")
    verified = say("report.verified", on=on, by=by or say("total.none")) if on else say("report.never_verified")
    return f'<p class="about">{escape(say("report.posted", hours=hours))}<br>{escape(verified)}</p>'


def _verify(seen: Shown, record: Record, say: Say, language: Language) -> None:
    """The form of somebody who went to see, or called."""
    facility, version, ids = seen
    states = outcomes(str(record.values.get("state") or ""))
    with st.form(f"verify/{facility}", border=False):
        found = st.segmented_control(
            say("report.found"), states, format_func=lambda one: say(f"state.{one}"), key=f"report_found/{facility}"
        )
        why = st.text_input(say("report.why"), placeholder=say("report.why_help"), key=f"report_why/{facility}")
        if st.form_submit_button(say("report.confirm", count=len(ids)), type="primary"):
            if not found:
                st.error(say("report.found_missing"))
            elif fault := reason_fault(why, say):
                st.error(fault)
            else:
                by, name = access.require("staff"), local_name(record.values, language)
                act = partial(confirm, cached.workspace(), facility, ids, version=version, state=found, why=why, by=by)
                _do(act, say("report.confirmed_done", name=name, state=say(f"state.{found}")), say, language)


def _do(act: Callable[[], None], done: str, say: Say, language: Language) -> None:
    """Does it and says so on the page that follows, or what somebody else did first."""
    try:
        act()
    except Conflict as error:
        by = error.records[0].changed_by if error.records else ""
        st.session_state["report_trouble"] = say("report.conflict", by=writer(by, say))
    except GongtuError as error:
        st.session_state["report_trouble"] = explain(error, language)
    else:
        st.session_state["done"] = done
        state.put("station", "")
    st.rerun()
