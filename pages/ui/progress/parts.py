"""Decisions, numbers and appeals of a campaign: each number a link to what it counts, what is made up marked."""

from __future__ import annotations

from html import escape

import streamlit as st

from geo.casework import appeals
from geo.i18n import Language
from geo.progress.brief import to_decide
from geo.progress.dashboard import by_state, standing
from geo.progress.measures import ANYWHERE, MEASURES, count
from geo.progress.words import as_of, assumed, decision, demo, demo_of, number
from geo.words import Say, percent
from pages.ui import cached
from pages.ui.progress import links
from pages.ui.progress.asked import Asked
from pages.ui.words import escape_markdown

GROUPS: dict[str, tuple[str, ...]] = {
    "heard": ("visits", "worker_meetings", "enterprise_meetings", "enterprises_heard"),
    "unions": ("units", "units_standalone", "units_joint", "unions", "members"),
    "rights": ("mediations", "mediation_workers", "recovered", "bargaining", "enterprises_guided", "legal_checkups"),
    "programmes": (
        "programmes",
        "programme_people",
        "exhibition_visitors",
        "craft_workers",
        "carnival_trainings",
        "carnival_attendances",
        "exam_people",
        "health_workers",
        "summer_cool_people",
    ),
}


def told(asked: Asked, say: Say) -> None:
    """As of which day, over which days, and what is assumed: before any number."""
    made, within = asked.scene, asked.where.period
    lines = [as_of(made, say)]
    lines.append(say("progress.counted_days", since=within.since, until=within.until))
    if known := assumed(made, say):
        lines.append(known)
    if made.guessed:
        lines.append(say("progress.guessed"))
    with st.container(key="progress_told"):
        st.caption(escape_markdown(" ".join(lines)))
        if not len(made.work.entries):
            st.info(say("progress.empty"))


def decide(asked: Asked, say: Say, language: Language) -> None:
    """What needs a decision, the most pressing first; of the whole campaign, whatever is picked."""
    made = asked.scene
    found = to_decide(cached.workspace(), made)
    cards = []
    for one in found:
        words = decision(one.what, made, say)
        urgent = ' class="urgent"' if one.what in appeals.LATE else ""
        href = escape(links.to(asked, one.what, ANYWHERE, language))
        note = demo_of(one, say)
        told = f"<b>{one.count:,}</b><span>{escape(words)}</span>" + (f"<i>{escape(note)}</i>" if note else "")
        cards.append(f'<a{urgent} target="_self" href="{href}">{told}</a>')
    body = "".join(cards) or f"<p>{escape(say('progress.decide_none'))}</p>"
    narrowed = asked.where.team is not None or asked.where.town is not None
    head = say("progress.decide_whole" if narrowed else "progress.decide")
    st.html(f'<section class="decide"><h2>{escape(head)}</h2><div>{body}</div></section>')


def numbers(asked: Asked, say: Say, language: Language) -> None:
    """What was done in the days asked for, in groups."""
    sections = [_appeals(asked, say, language)]
    for group, names in GROUPS.items():
        tiles = "".join(_tile(asked, name, say, language) for name in names)
        sections.append(f'<div class="tiles"><h3>{escape(say(f"progress.group_{group}"))}</h3>{tiles}</div>')
    order = [*sections[1:4], sections[0], *sections[4:]]
    st.html(f'<section class="did"><h2>{escape(say("progress.numbers"))}</h2>{"".join(order)}</section>')


def _tile(asked: Asked, name: str, say: Say, language: Language) -> str:
    found = count(asked.scene.work, name, asked.where)
    href = links.to(asked, name, asked.where, language) if found.ids else ""
    unsaid = say("progress.unsaid", count=found.unsaid) if found.unsaid else ""
    left_out = ""
    if found.left_out:
        left_out = say("progress.left_out", count=found.left_out, field=say(f"field.{MEASURES[name].says}"))
    note = " · ".join(filter(None, (demo(found.value, found.synthetic, say), unsaid, left_out)))
    return tile(number(found.value, MEASURES[name].unit), say(f"progress_measure.{name}"), note, href)


def tile(value: str, words: str, note: str, href: str) -> str:
    """A number with its words, as HTML; a link where it leads anywhere."""
    inner = f"<b>{escape(value)}</b><span>{escape(words)}</span>" + (f"<i>{escape(note)}</i>" if note else "")
    return f'<a target="_self" href="{escape(href)}">{inner}</a>' if href else f"<div>{inner}</div>"


def _appeals(asked: Asked, say: Say, language: Language) -> str:
    """The appeals of the days asked for by their state on the day named, and the three rates."""
    made = asked.scene
    seen = standing(made.work, made.asof, made.campaign.rules, asked.where)
    made_up = by_state(seen[seen["synthetic"]])
    tiles = [
        tile(
            f"{counted:,}",
            say(f"appeal_state.{state}"),
            demo(counted, made_up[state], say),
            links.to(asked, state, asked.where, language) if counted else "",
        )
        for state, counted in by_state(seen).items()
    ]
    every = links.to(asked, ",".join(appeals.STATES), asked.where, language) if len(seen) else ""
    rates = appeals.rates(seen)
    for name in ("answered", "solved", "satisfied"):
        share = getattr(rates, name)
        of = say("progress.rate_of", yes=share.yes, all=share.yes + share.no, unknown=share.unknown)
        note = " · ".join(filter(None, (of, demo(len(seen), int(seen["synthetic"].sum()), say))))
        tiles.append(tile(percent(share.value, say), say(f"progress.rate_{name}"), note, every))
    head, told = escape(say("progress.group_appeals")), escape(say("progress.rates_note"))
    return f'<div class="tiles"><h3>{head}</h3>{"".join(tiles)}<p class="note">{told}</p></div>'
