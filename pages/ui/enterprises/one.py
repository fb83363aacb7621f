"""One enterprise: what is known of it, what can be done with it, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd
import streamlit as st

from geo.clock import AsOf
from geo.district import District
from geo.errors import ParameterError
from geo.i18n import Language
from geo.ledger import Rules
from geo.organising import deeds, told
from geo.organising.following import SUGGESTED, is_silent
from geo.organising.told import Step, step_words
from geo.people import Person
from geo.storage import Record
from geo.storage.register import Register, Wanted
from geo.storage.seed import ACTOR
from geo.words import Say, distance
from pages.ui import cached, doing
from pages.ui.enterprises import actions
from pages.ui.enterprises.work import listed, open_one
from pages.ui.words import choice_word, escape_markdown, moment, retired_because, writer

ENTRIES_SHOWN, OTHERS_SHOWN = 20, 8
FACTS = (
    *("credit_code", "address", "industry", "economic_type", "groups", "workers"),
    *("members", "route", "contact", "phone"),
)
QUIET = ("contact", "phone")


@dataclass(frozen=True)
class Seen:
    """An enterprise as the page shows it. ``row``: what the register found out about it besides; empty for one that was
    retired.
    """

    record: Record
    row: Mapping[str, Any]

    @property
    def status(self) -> str:
        return str(self.record.values["union_status"])

    def get(self, name: str) -> Any:
        """A field, None where it is not known."""
        value = self.record.values.get(name)
        return None if value in ("", None) or value != value else value


def see(register: Register, id_: str) -> Seen | None:
    """The enterprise of this id; None where there is none."""
    try:
        record = deeds.enterprise(cached.workspace(), id_)
    except ParameterError:
        return None
    rows = register.page(Wanted(ids=(id_,)), limit=1).rows
    return Seen(record, rows[0] if rows else {})


def overtaken(seen: Seen, person: Person, say: Say) -> None:
    """Says that somebody else has changed what this browser was shown; whatever was begun on that is gone."""
    key = "enterprise_seen"
    id_, version = st.session_state.get(key, ("", 0))
    st.session_state[key] = seen.record.id, seen.record.version
    if id_ == seen.record.id and version != seen.record.version and seen.record.changed_by != person.name:
        doing.refuse(told.first_words(seen.record, 0, say))


def show(
    seen: Seen,
    register: Register,
    district: District,
    person: Person,
    rules: Rules,
    days: AsOf,
    say: Say,
    language: Language,
) -> None:
    """All of it, the next thing to do first. ``days``: those that the register is told as of."""
    _head(seen, district, rules, days, say, language)
    if not seen.record.retired:
        actions.panel(seen, register, district, person, say, language)
    _facts(seen, district, say)
    _union(seen, register, say)
    _entries(seen, say, language)
    _history(seen, district, say)


def back(say: Say) -> None:
    """The way back to the list."""
    st.button(say("founding.back"), icon=":material/arrow_back:", key="back", on_click=open_one, args=("",))


def _head(seen: Seen, district: District, rules: Rules, days: AsOf, say: Say, language: Language) -> None:
    record = seen.record
    with st.container(horizontal=True, vertical_alignment="center", key="one_head"):
        back(say)
        link = f"/records?noun=enterprises&id={quote(record.id, safe='')}&lang={language}"
        st.html(f'<a class="action quiet" target="_self" href="{link}">{escape(say("founding.record"))}</a>')
    st.subheader(escape_markdown(str(record.values["name"])), anchor=False)
    region = cached.region_names(district, language).get(str(seen.row.get("region", "")), say("table.no_region"))
    words = [
        say(f"union_status.{seen.status}"),
        say("founding.since", on=seen.get("status_on")) if seen.get("status_on") else "",
        region,
        say("tip.standing", standing=say(f"standing.{record.values['standing']}"), date=record.values["as_of"]),
        record.id,
    ]
    st.markdown(f"**{escape_markdown(words[0])}** · " + escape_markdown(" · ".join(filter(None, words[1:]))))
    if record.retired:
        st.warning(escape_markdown(say("record.is_retired", why=retired_because(record.retired, say))))
    day = days.of(str(record.values["standing"]))
    if seen.row and is_silent(seen.status, seen.row.get("touched_on"), day, rules):
        last = seen.row.get("touched_on") or say("founding.never")
        st.warning(
            escape_markdown(say("founding.is_silent", days=rules.silent_days, last=last)), icon=":material/bedtime:"
        )
    with st.container(key="next"):
        planned = " ".join(str(part) for part in (seen.get("next_on"), seen.get("next_step")) if part)
        if planned:
            st.info(escape_markdown(say("founding.planned", step=planned)), icon=":material/event:")
        elif key := SUGGESTED.get(told.known(seen.status)):
            st.info(escape_markdown(say("founding.suggested", step=say(key))), icon=":material/lightbulb:")


def _facts(seen: Seen, district: District, say: Say) -> None:
    """What the register has, as a list of terms; contact and telephone are for this page alone."""
    facts = [(say(f"field.{name}"), _fact(name, seen, say)) for name in FACTS]
    far = seen.row.get("nearest_m")
    facts.append((say("founding.nearest_station"), distance(far, say) if far is not None else ""))
    facts.append((say("founding.touched"), str(seen.row.get("touched_on") or "")))
    terms = "".join(f"<dt>{escape(term)}</dt><dd>{escape(said)}</dd>" for term, said in facts if said)
    with st.container(border=True, key="facts"):
        st.html(f'<dl class="known">{terms}</dl>')


def _fact(name: str, seen: Seen, say: Say) -> str:
    value = seen.get(name)
    if value is None:
        return "" if name in QUIET else say("total.none")
    return f"{value:,}" if isinstance(value, int) else choice_word("enterprises", name, value, say)


def _union(seen: Seen, register: Register, say: Say) -> None:
    """Its union: which, how, since when; of a joint one the other enterprises it covers."""
    if seen.status not in ("established", "closed") or not (seen.get("union_form") or seen.get("union_id")):
        return
    with st.container(border=True, key="union"):
        form = say(f"union_form.{seen.get('union_form')}") if seen.get("union_form") else say("total.none")
        parts = [form, seen.get("union_id"), seen.get("parent_union"), seen.get("established_on")]
        st.markdown(f"**{say('founding.union')}** " + escape_markdown(" · ".join(str(one) for one in parts if one)))
        if seen.get("union_form") != "joint" or not seen.get("union_id"):
            return
        wanted = Wanted(union=str(seen.get("union_id")), statuses=("established",))
        page = register.page(wanted, limit=OTHERS_SHOWN + 1)
        others = [row for row in page.rows if row["id"] != seen.record.id][:OTHERS_SHOWN]
        st.caption(escape_markdown(say("founding.covers", count=f"{page.total:,}")))
        for row in others:
            id_ = str(row["id"])
            st.button(
                escape_markdown(str(row["name"])), key=f"other_{id_}", type="tertiary", on_click=open_one, args=(id_,)
            )
        if page.total > len(others) + 1:
            union = str(seen.get("union_id"))
            st.button(say("founding.all_of_union"), key="of_union", on_click=listed, kwargs={"union": union})


def _entries(seen: Seen, say: Say, language: Language) -> None:
    """What the ledger has of it, the newest first, and where to enter more."""
    entries = cached.workspace().entries()
    own = entries[entries["enterprise"] == seen.record.id].sort_values(["date", "id"], ascending=False)
    with st.container(border=True, key="entries"):
        st.markdown(f"**{say('founding.entries', count=len(own))}**")
        lines = []
        for row in own.head(ENTRIES_SHOWN).to_dict("records"):
            invented = say("standing.synthetic") if row["standing"] == "synthetic" else ""
            words = " · ".join(filter(None, (row["date"], say(f"entry_kind.{row['kind']}"), invented)))
            link = f"/ledger?{urlencode({'entry': row['id'], 'lang': language})}"
            note = f"<br>{escape(row['note'][:160])}" if row["note"] else ""
            lines.append(f'<li><a target="_self" href="{escape(link)}">{escape(words)}</a>{note}</li>')
        more = {"enterprise": seen.record.id, "lang": language}
        lines.append(
            f'<li><a target="_self" href="/m/ledger?{urlencode(more)}">{escape(say("founding.enter"))}</a></li>'
        )
        st.html(f"<ul>{''.join(lines)}</ul>")


def _history(seen: Seen, district: District, say: Say) -> None:
    """What became of it, the newest first: moves with the day they happened, then what else was changed."""
    steps = told.steps(cached.workspace().store.history(deeds.NOUN, seen.record.id))
    with st.container(border=True, key="history"):
        st.markdown(f"**{say('founding.history')}**")
        for step in steps:
            _step(step, district, say)


def _step(step: Step, district: District, say: Say) -> None:
    by, at = writer(step.by, say), moment(step.at, district.about["time_zone"])
    words, entered = step_words(step, say), say("founding.entered", by=by, at=at)
    strong = (
        f"**{escape_markdown(words)}**" if step.kind in ("move", "correction", "status") else escape_markdown(words)
    )
    why = f"  \n{escape_markdown(step.why)}" if step.why and step.by != ACTOR else ""  # of the pack: its digest
    st.markdown(f"{strong}  \n{escape_markdown(entered)}{why}")
    if step.fields:
        rows = [
            [say(f"field.{name}"), *(_short(name, value, say) for value in pair)] for name, pair in step.fields.items()
        ]
        headers = [say(f"record.{name}") for name in ("field", "from", "to")]
        with st.expander(say("founding.changed", count=len(rows))):
            st.dataframe(pd.DataFrame(rows, columns=headers), hide_index=True)


def _short(name: str, value: object, say: Say) -> str:
    return choice_word("enterprises", name, value, say)[:200]
