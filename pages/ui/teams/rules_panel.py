"""台账规则: what a campaign asks of its ledger, set by leaders; which of the rules nobody has set."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from geo.fieldwork import deeds
from geo.fieldwork.campaign import ASSUMED, Campaign
from geo.i18n import Language
from geo.people import Person
from geo.words import Say
from pages.ui import cached, doing

GROUPS = (
    ("answer_days", "solve_days_12345", "solve_days_12351", "solve_days_visit", "escalate_days"),
    ("erase_days", "erase_open_days"),
    ("silent_days", "worker_meetings", "enterprise_meetings"),
)
"""The rules as they stand together: appeals, callers, the campaign's own work."""


def rules(campaign: Campaign, say: Say, language: Language) -> None:
    """The rules as numbers, each saying where it is only assumed."""
    st.caption(say("rules.help"))
    held, assumed = asdict(campaign.rules), asdict(ASSUMED)
    key = f"{campaign.id}_{campaign.version}"

    def save(who: Person) -> object:
        said = {name: st.session_state[f"rule_{name}_{key}"] for name in held}
        # an emptied box says nothing: the rule stays
        given = {name: int(number) for name, number in said.items() if number is not None}
        return deeds.change(cached.workspace(), who, campaign, rules=given)

    with st.form(f"rules_{key}", border=False, enter_to_submit=False):
        for group in GROUPS:
            with st.container(horizontal=True):
                for name in group:
                    label = say(f"rules.{name}")
                    label += say("rules.assumed") if held[name] == assumed[name] else ""
                    st.number_input(label, 0, deeds.RULE_AT_MOST, held[name], key=f"rule_{name}_{key}", width=220)
        st.form_submit_button(say("teams.save"), on_click=doing.attempt, args=(save, language, "teams.saved"))
