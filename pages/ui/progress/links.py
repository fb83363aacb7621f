"""Where a number leads: the ledger or the register, with the filters that give what it counts."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from geo.progress.dashboard import Decision
from geo.progress.measures import MEASURES, Where
from geo.progress.scene import Scene

PAGES = {
    "escalated": ("/ledger", {"view": "appeals", "state": "escalated"}),
    "overdue": ("/ledger", {"view": "appeals", "state": "overdue"}),
    "unassigned": ("/ledger", {"view": "appeals", "handler": "-", "state": "open,due_soon,overdue,escalated"}),
    "erased_soon": ("/ledger", {"view": "appeals", "state": "open,due_soon,overdue,escalated"}),
    "meetings": ("/ledger", {"view": "meetings"}),
    "silent": ("/enterprises", {"silent": "True"}),
    "next_due": ("/enterprises", {"view": "follow"}),
    "preparing": ("/enterprises", {"status": "preparing", "slow": "True"}),
    "visits": ("/teams", {"view": "visits"}),
}
"""The page on which a decision is taken, and what it is asked."""


def address(page: str, asked: dict[str, str], language: str) -> str:
    """A page with what it is asked; what is empty is left out, and so is the usual language."""
    said = {name: value for name, value in asked.items() if value}
    if language != "zh":
        said["lang"] = language
    return f"{page}?{urlencode(said, safe=',')}" if said else page


def counted(scene: Scene, name: str, where: Where, language: str) -> str:
    """Where the rows are that a measure counts; ``""`` where no list can show just these: of no team, of no town, of
    the pack, unions (the register lists the units that they have), or units of a team where no plan says which towns
    it has.
    """
    one = MEASURES[name]
    if one.of == "pack" or one.unions or "" in (where.team, where.town, where.position):
        return ""
    if one.of == "founded":
        if where.position is not None or (where.team is not None and scene.guessed):
            return ""
        within = where.period.meet(scene.work.span)
        said = {
            "status": "established",
            "form": one.form,
            "team": where.team or "",
            "campaign": scene.campaign.id if where.team else "",
            "region": where.town or "",
            "since": within.since,
            "until": within.until,
        }
        return address("/enterprises", said, language)
    said = {
        "campaign": scene.campaign.id,
        "kind": ",".join(one.kinds),
        "programme_kind": ",".join(one.programme_kinds),
        "says": one.says,
        "team": where.team or "",
        "region": where.town or "",
        "position": where.position or "",
        "since": where.period.since,
        "until": where.period.until,
    }
    return address("/ledger", said, language)


def programmes(scene: Scene, kind: str, where: Where, language: str) -> str:
    """Where the programmes of a kind are; ``""`` of no team and no town."""
    if "" in (where.team, where.town):
        return ""
    said = {
        "campaign": scene.campaign.id,
        "kind": "programme",
        "programme_kind": kind,
        "team": where.team or "",
        "region": where.town or "",
        "since": where.period.since,
        "until": where.period.until,
    }
    return address("/ledger", said, language)


def appeals(scene: Scene, states: str, where: Where, language: str) -> str:
    """Where the appeals of some states are, and of the days asked for; ``""`` where the page is told as of another day
    than the list would be.
    """
    if "" in (where.team, where.town) or st.query_params.get("on"):
        return ""
    said = {
        "view": "appeals",
        "campaign": scene.campaign.id,
        "state": states,
        "team": where.team or "",
        "region": where.town or "",
        "since": where.period.since,
        "until": where.period.until,
    }
    return address("/ledger", said, language)


def decision(scene: Scene, one: Decision, language: str) -> str:
    """Where a decision is taken."""
    page, asked = PAGES[one.what]
    campaign = {} if page == "/enterprises" else {"campaign": scene.campaign.id}
    return address(page, {**campaign, **asked}, language)
