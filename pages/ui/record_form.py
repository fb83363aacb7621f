"""One record: its fields to change, what others changed meanwhile, retiring it, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from geo.district import District
from geo.errors import Fault, GongtuError
from geo.facilities import AMENITIES, parse_amenities
from geo.i18n import Language, explain
from geo.people import Person
from geo.records import EDITORS, TABLES, check
from geo.schema import Column
from geo.storage import KEYS, Change, Conflict, Record
from geo.text import tidy
from geo.words import Say
from pages.ui import access, cached, state
from pages.ui.words import choice_word, escape_markdown, moment, retired_because, writer

LONG = ("note", "phrase", "amenities")
WHY_AT_MOST = 500
MOVED_ELSEWHERE = {"enterprises": ("union_status", "status_on")}
"""The fields of a record that there is already which another page changes, by its own rules."""
AT_FIRST = {"standing": "imported", "state": "unverified", "union_status": "none"}
"""What a new record is taken to be until something else is said."""


POSTERS = {"facilities": "station", "regions": "town"}
"""The nouns that have a poster to print, and what its address calls them."""


def show(noun: str, key: str, district: District, person: Person, say: Say, language: Language) -> None:
    """The record ``key`` of ``noun``; ``new`` is one that does not exist yet."""
    store = cached.workspace().store
    now = None if key == "new" else store.get(noun, key)
    if key != "new" and now is None:
        st.warning(say("record.gone", id=key))
        return
    opened = _opened(noun, key, now)
    with st.container():  # one element whatever it says, so that what is open below stays open
        _head(noun, key, now, opened, district, person, say)
    edit, history = st.tabs([say("record.edit"), say("record.history")])
    with edit:
        _form(noun, key, opened, district, person, say, language)
        if now and person.may(EDITORS[noun]):
            _retire(noun, now, say, language)
    with history:
        if now:
            _history(noun, key, district, say)


def _head(
    noun: str, key: str, now: Record | None, opened: Record | None, district: District, person: Person, say: Say
) -> None:
    """Whose record this is, when it was last changed, and what to know before changing it."""
    name = opened.values.get("name") if opened else say("record.add")
    st.subheader(escape_markdown(str(name)))
    if done := st.session_state.pop("done", ""):
        st.success(done)
    if now:
        by, at = writer(now.changed_by, say), moment(now.changed_at, district.about["time_zone"])
        st.caption(escape_markdown(say("record.last", id=key, by=by, at=at, version=now.version)))
        if poster := POSTERS.get(noun):
            st.markdown(f"[{say('poster.print')}](/poster/{poster}/{quote(key, safe='')}.pdf?lang={state.language()})")
        if now.retired:
            st.warning(say("record.is_retired", why=escape_markdown(retired_because(now.retired, say))))
    if now and opened and now.version != opened.version:
        _meanwhile(noun, opened, now, say)
    if not person.may(EDITORS[noun]):
        st.info(say("record.read_only", role=say(f"role.{EDITORS[noun]}")))


def _opened(noun: str, key: str, now: Record | None) -> Record | None:
    """The record as it was when this person opened it: what the form's changes are changes of."""
    kept: Record | None = st.session_state.get("opened")
    if now is None:
        st.session_state.pop("opened", None)
        return None
    if kept is None or (kept.noun, kept.id) != (noun, key):
        st.session_state["opened"] = kept = now
    return kept


def _text(value: Any) -> str:
    """A typed value as a form shows it: unknown is empty, a whole number without a point, yes and no as codes."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _meanwhile(noun: str, opened: Record, now: Record, say: Say) -> None:
    """Somebody saved this record after it was opened here: both versions, and the choice."""
    st.error(
        say("record.conflict_help", by=escape_markdown(writer(now.changed_by, say)), version=now.version),
        title=say("record.conflict"),
    )
    rows = []
    for column in TABLES[noun].columns:
        mine = _typed(noun, opened, column)
        texts = [_text(opened.values.get(column.name)), mine, _text(now.values.get(column.name))]
        if len(set(texts)) > 1:
            rows.append([say(f"field.{column.name}"), *texts])
    headers = [say(f"record.{name}") for name in ("field", "before", "mine", "theirs")]
    st.dataframe(pd.DataFrame(rows, columns=headers), hide_index=True)
    with st.container(horizontal=True):
        st.button(say("record.take_theirs"), on_click=_reopen, args=(noun, now, False), key="theirs")
        st.button(say("record.keep_mine"), on_click=_reopen, args=(noun, now, True), key="keep")


def _typed(noun: str, opened: Record, column: Column) -> str:
    """What stands in the form for the column."""
    field = _field(noun, opened.id, opened.version, column.name)
    if column.name == "amenities" and f"{field}/yes" in st.session_state:
        return _amenities_said(field)
    said = st.session_state.get(field, _text(opened.values.get(column.name)))
    return ";".join(said) if isinstance(said, list) else str(said)


def _reopen(noun: str, now: Record, keep: bool) -> None:
    """Takes the record as it is now for the one opened; with ``keep``, the fields changed here stay changed."""
    opened: Record = st.session_state["opened"]
    for column in TABLES[noun].columns:
        if keep and _typed(noun, opened, column) != _text(opened.values.get(column.name)):
            mine, then = (_field(noun, now.id, version, column.name) for version in (opened.version, now.version))
            for part in ("", "/yes", "/no"):
                if mine + part in st.session_state:
                    st.session_state[then + part] = st.session_state[mine + part]
    st.session_state["opened"] = now


def _field(noun: str, key: str, version: int, column: str) -> str:
    return f"field/{noun}/{key}/{version}/{column}"


def _form(
    noun: str, key: str, opened: Record | None, district: District, person: Person, say: Say, language: Language
) -> None:
    version = opened.version if opened else 0
    values = opened.values if opened else dict(AT_FIRST)
    locked = not person.may(EDITORS[noun])
    with st.form(f"form/{noun}/{key}", border=False):
        cells: dict[str, str] = {}
        columns = [c for c in TABLES[noun].columns if opened is None or c.name != KEYS[noun]]
        left, right = st.columns(2)
        for number, column in enumerate([c for c in columns if c.name not in LONG]):
            with (left, right)[number % 2]:
                cells[column.name] = _input(noun, key, version, column, values, district, locked, say, language)
        for column in [c for c in columns if c.name in LONG]:
            cells[column.name] = _input(noun, key, version, column, values, district, locked, say, language)
        if opened and noun in MOVED_ELSEWHERE:
            link = f"/enterprises?id={quote(key, safe='')}&lang={language}"
            st.markdown(f"[{say('record.moved_elsewhere')}]({link})")
        why = st.text_input(say("record.why"), help=say("record.why_help"), disabled=locked)
        if st.form_submit_button(say("record.save"), type="primary", disabled=locked):
            _save(noun, key, opened, cells, why, district, say, language)


def _input(
    noun: str,
    key: str,
    version: int,
    column: Column,
    values: Mapping[str, Any],
    district: District,
    locked: bool,
    say: Say,
    language: Language,
) -> str:
    """The widget of one column, and what it says, as a pack's file would write it."""
    label = say(f"field.{column.name}") + (" *" if column.required else "")
    name, text = _field(noun, key, version, column.name), _text(values.get(column.name))
    elsewhere = version > 0 and column.name in MOVED_ELSEWHERE.get(noun, ())
    common: dict[str, Any] = {"key": name, "disabled": locked or elsewhere}
    if column.name == "amenities":
        return _amenities(name, text, locked, say)
    if column.kind in ("choice", "flag") or (column.name == "region" and noun != "enterprises"):
        regions = cached.region_names(district, language)
        options: list[str] = list(
            {"choice": column.choices, "flag": ("true", "false")}.get(column.kind, tuple(regions))
        )
        options = options if column.required else ["", *options]
        options += [text] if text not in options else []
        st.session_state.setdefault(name, text)
        return st.selectbox(
            label,
            options,
            format_func=lambda code: regions.get(code) or choice_word(noun, column.name, code, say),
            **common,
        )
    if column.kind == "choices":
        st.session_state.setdefault(name, [part.strip() for part in text.split(";") if part.strip()])
        return ";".join(st.multiselect(label, column.choices, placeholder="", **common))
    st.session_state.setdefault(name, text)
    return st.text_area(label, **common) if column.name in LONG else st.text_input(label, **common)


def _amenities(name: str, text: str, locked: bool, say: Say) -> str:
    """Which amenities there are and which there are not; the others are unknown."""
    try:
        known = parse_amenities(text)
    except GongtuError:
        known = {}
    for answer, column in zip(("yes", "no"), st.columns(2), strict=True):
        field = f"{name}/{answer}"
        st.session_state.setdefault(field, [one for one in AMENITIES if known.get(one) is (answer == "yes")])
        column.multiselect(
            say(f"record.amenities_{answer}"),
            AMENITIES,
            format_func=lambda one: say(f"amenity.{one}"),
            key=field,
            disabled=locked,
            placeholder="",
        )
    return _amenities_said(name)


def _amenities_said(name: str) -> str:
    said = {answer: st.session_state[f"{name}/{answer}"] for answer in ("yes", "no")}
    return "; ".join(f"{one}={answer}" for one in AMENITIES for answer in said if one in said[answer])


def _save(
    noun: str,
    key: str,
    opened: Record | None,
    cells: dict[str, str],
    why: str,
    district: District,
    say: Say,
    language: Language,
) -> None:
    """Keeps what was changed, or says what stands against it."""
    person = access.require(EDITORS[noun])
    before = {name: _text(value) for name, value in opened.values.items()} if opened else {}
    changed = {name for name, text in cells.items() if text.strip() != before.get(name, "").strip()}
    changed -= set(MOVED_ELSEWHERE.get(noun, ())) if opened else set()
    values, faults = check(noun, ({KEYS[noun]: key} if opened else {}) | cells, district)
    faults = [fault for fault in faults if not opened or not changed.isdisjoint(str(fault.column).split(" + "))]
    if not changed:
        st.info(say("record.unchanged"))
    elif faults:
        st.error("\n".join(f"- {escape_markdown(_fault(fault, say))}" for fault in faults), title=say("record.faults"))
    elif refused := reason_fault(why, say):
        st.error(refused)
    else:
        record = key if opened else cells[KEYS[noun]].strip()
        change = Change(noun, record, {name: values[name] for name in changed}, opened.version if opened else 0)
        _commit(change, person, why, say, language)


def reason_fault(why: str, say: Say) -> str:
    """What is wrong with a reason; nothing where it will do."""
    if not tidy(why):
        return say("record.why_missing")
    return say("record.why_long", most=WHY_AT_MOST) if len(why) > WHY_AT_MOST else ""


def _commit(change: Change, person: Person, why: str, say: Say, language: Language) -> None:
    workspace = cached.workspace()
    try:
        workspace.store.commit([change], by=person.name, at=workspace.now(), why=tidy(why))
    except Conflict:
        if change.version:
            st.rerun()  # shows both versions
        st.error(escape_markdown(say("record.exists", id=change.id)))
    except GongtuError as error:
        st.error(escape_markdown(explain(error, language)))
    else:
        st.session_state.pop("opened", None)
        st.session_state["done"] = say("record.saved")
        st.query_params["id"] = change.id
        st.rerun()


def _fault(fault: Fault, say: Say) -> str:
    fields = "、".join(say(f"field.{name}") for name in str(fault.column).split(" + "))
    return say("record.fault", field=fields, reason=say(fault.key, value=fault.value, allowed=fault.allowed))


def _retire(noun: str, now: Record, say: Say, language: Language) -> None:
    word = "restore" if now.retired else "retire"
    with st.expander(say(f"record.{word}"), icon=":material/archive:"):
        why = st.text_input(say("record.why"), key=f"why/{word}/{noun}/{now.id}/{now.version}")
        if st.button(say(f"record.{word}_do"), key="retire_do"):
            if refused := reason_fault(why, say):
                st.error(refused)
            else:
                person = access.require(EDITORS[noun])
                change = Change(noun, now.id, {}, now.version, retired="" if now.retired else tidy(why))
                _commit(change, person, why, say, language)


def _history(noun: str, key: str, district: District, say: Say) -> None:
    """Who changed what, when, from what to what, and why; newest first."""
    for entry in cached.workspace().store.history(noun, key):
        at = moment(entry.at, district.about["time_zone"])
        st.markdown(
            escape_markdown(
                say(
                    f"record.entry_{entry.action}",
                    version=entry.version,
                    at=at,
                    by=writer(entry.by, say),
                    why=entry.why,
                )
            )
        )
        rows = [[say(f"field.{name}"), _short(old), _short(new)] for name, (old, new) in entry.fields.items()]
        if rows:
            headers = [say(f"record.{name}") for name in ("field", "from", "to")]
            st.dataframe(pd.DataFrame(rows, columns=headers), hide_index=True)


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= 200 else text[:200] + "…"
