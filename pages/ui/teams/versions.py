"""Publishing, and what was published: versions, their differences, one brought back as the draft, files."""

from __future__ import annotations

from functools import partial

import streamlit as st

from geo.clock import today
from geo.district import District
from geo.fieldwork import rights
from geo.fieldwork.plan import edit_between
from geo.i18n import Language
from geo.people import Person
from geo.storage.assignments import Published
from geo.words import Say
from pages.ui import cached, doing
from pages.ui.teams import work
from pages.ui.teams.words import edit_words, team_words
from pages.ui.teams.work import Seen
from pages.ui.widgets import figures
from pages.ui.words import escape_markdown, moment

FILES = {"pdf": "/report/assignment", "xlsx": "/report/assignment", "gpkg": "/export/assignment"}
EDITS_SHOWN = 20


def publish(seen: Seen, district: District, say: Say, language: Language) -> None:
    """The draft becomes the next version, with the day it holds from and a note."""
    last = cached.workspace().store.assignments.published(seen.campaign.id)
    if last is not None and not rights.news(seen.present, seen.draft, last):
        st.caption(say("teams.nothing_new", number=last.number))
        return

    def go() -> None:
        note, starts = st.session_state["publish_note"], st.session_state["publish_starts"]
        day = starts.isoformat() if starts else ""
        doing.attempt(
            lambda person: rights.publish(cached.workspace(), person, seen.present, seen.draft, note, day),
            language,
            "teams.published_done",
        )

    with st.form("publish", border=True, enter_to_submit=False):
        st.markdown(f"**{say('teams.publish')}**")
        if seen.findings:
            st.caption(say("teams.publish_anyway", count=len(seen.findings)))
        now = cached.workspace().now()
        first = today(district, now)
        st.date_input(say("teams.starts"), first, key="publish_starts", format="YYYY-MM-DD")
        st.text_area(say("teams.note"), key="publish_note", max_chars=2000, height=80)
        st.form_submit_button(say("teams.publish"), type="primary", icon=":material/publish:", on_click=go)


def history(seen: Seen, district: District, person: Person, say: Say, language: Language) -> None:
    """The versions, newest first: what changed from one to the next, their files, and bringing one back."""
    store, zone = cached.workspace().store.assignments, district.about["time_zone"]
    versions = list(store.versions(seen.campaign.id))
    if not versions:
        st.info(say("teams.none_published"))
    for index, one in enumerate(versions):
        before = versions[index + 1] if index + 1 < len(versions) else None
        with st.container(border=True, key=f"version_{one.number}"):
            who = one.by if person.may("leader") else say("teams.a_leader")
            head = say("teams.version_head", number=one.number, starts=one.starts, at=moment(one.at, zone), by=who)
            st.markdown(f"**{escape_markdown(head)}**")
            if one.note:
                st.markdown(escape_markdown(one.note))
            if one.grounds.get("synthetic"):
                st.caption(say("teams.synthetic"))
            st.html(_files(one, say, language))
            if before:
                with st.expander(say("teams.differs", number=before.number)):
                    difference(seen, before, one, say)
            if person.may("leader") and seen.present.closed_at is None:
                restore = partial(_restore, seen, one.number, language)
                st.button(
                    say("teams.restore"), key=f"restore_{one.number}", on_click=restore, icon=":material/history:"
                )
    if person.may("leader"):
        _edits(seen, zone, say)


def _restore(seen: Seen, number: int, language: Language) -> None:
    def back(person: Person) -> object:
        draft, edit = rights.restore(cached.workspace(), person, seen.present, number, seen.draft)
        work.remember(seen.present, edit)
        return draft

    doing.attempt(back, language, "teams.restored")


def difference(seen: Seen, before: Published, after: Published, say: Say) -> None:
    """What changed from one version to another, a row each."""
    rows = [
        *edit_words(edit_between(before.fields, after.fields), seen.names, say),
        *team_words(before.grounds.get("teams", ()), after.grounds.get("teams", ()), say),
    ]
    if not rows:
        st.caption(say("teams.same"))
        return
    heads = (say("teams.what"), say("teams.before"), say("teams.after"))
    figures(heads, rows)


def _files(one: Published, say: Say, language: Language) -> str:
    links = []
    for kind, path in FILES.items():
        if kind == "gpkg":
            href = f"{path}.gpkg?campaign={one.campaign}&version={one.number}&lang={language}"
        else:
            href = f"{path}/{one.campaign}.{kind}?version={one.number}&lang={language}"
        target = "_blank" if kind == "pdf" else "_self"  # a sheet is read beside the page, not in its place
        links.append(f'<a target="{target}" rel="noopener" href="{href}">{say(f"teams.file_{kind}")}</a>')
    return f'<div class="files">{"".join(links)}</div>'


def _edits(seen: Seen, zone: str, say: Say) -> None:
    edits = cached.workspace().store.assignments.edits(seen.campaign.id, EDITS_SHOWN)
    if not edits:
        return
    with st.expander(say("teams.edits")):
        rows = []
        for edited in edits:
            said = edit_words(edited.edit, seen.names, say)
            first = "；".join(f"{thing} {before} → {after}" for thing, before, after in said[:3])
            more = say("teams.edits_more", count=len(said) - 3) if len(said) > 3 else ""
            rows.append((moment(edited.at, zone), edited.by, first + more))
        figures((say("commit.at"), say("commit.by"), say("teams.what")), rows)
