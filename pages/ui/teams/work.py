"""What is seen of a campaign's plan, and what is done to it: moved, taken back, done again, with what is told of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from geo.assignment import Finding, Parts, check, measure
from geo.district import District
from geo.errors import GongtuError
from geo.fieldwork import rights
from geo.fieldwork.campaign import Campaign, Reported, numbers, reported
from geo.fieldwork.plan import Edit, Plan, edit_between, inverse, moved
from geo.fieldwork.posing import Basis, Posed, basis, pose
from geo.fieldwork.told import as_it_was, weighed_as_then
from geo.fieldwork.words import Names, names_of
from geo.i18n import Language, translate
from geo.people import Person
from geo.storage.assignments import Draft, Published
from pages.ui import cached, doing
from pages.ui.words import told_apart

KEPT = 100
"""Edits that can be taken back."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A plan as the page shows it. ``version``: ``draft``, ``reported`` (what the pack's visits say), ``none`` or a
    number.

    ``campaign`` has the teams and positions of that version, ``present`` those that it has now: what is done, is done
    to that. ``draft`` is empty for who may not read it. ``findings`` are none where nobody planned it. ``editable``:
    whether who looks may change it. ``reported``: on what grounds a team is said to have been at a position.
    """

    campaign: Campaign
    present: Campaign
    version: str
    plan: Plan
    draft: Draft
    published: Published | None
    posed: Posed
    parts: Parts
    findings: tuple[Finding, ...]
    names: Names
    editable: bool
    reported: Mapping[str, Reported]

    def number(self, team: str | None) -> int:
        """The number that a team is known by; 0 for none."""
        return numbers(self.campaign).get(team or "", 0)


def see(district: District, campaign: Campaign, version: str, person: Person, language: Language) -> Seen:
    """The plan of this version, measured and checked. The draft is nobody's to see who may not read it: to them a
    version that is neither published nor reported is empty.
    """
    store = cached.workspace().store.assignments
    may = rights.read_plan(person, "draft")
    draft, present = store.draft(campaign.id) if may else Draft(campaign.id, {}), campaign
    said = reported(district, campaign) if version == "reported" else {}
    published = store.published(campaign.id, int(version)) if version.isdigit() else None
    if published:
        plan, campaign = Plan.read(published.fields), as_it_was(campaign, published)
    elif version == "reported":
        plan = Plan(where={position: one.team for position, one in said.items()})
    else:
        plan = Plan.read(draft.fields) if version == "draft" else Plan()
    plan = plan.within(campaign.positions, [team.id for team in campaign.teams])
    posed = _posed(district, campaign, plan)
    if published:
        posed = weighed_as_then(posed, published)
    findings = () if version in ("reported", "none") else check(posed.problem, posed.team)
    return Seen(
        campaign=campaign,
        present=present,
        version=version,
        plan=plan,
        draft=draft,
        published=published,
        posed=posed,
        parts=measure(posed.problem, posed.team),
        findings=findings,
        names=_names(district, campaign, language),
        editable=version == "draft" and campaign.closed_at is None and person.may("leader"),
        reported=said,
    )


def _names(district: District, campaign: Campaign, language: Language) -> Names:
    """The names, each of one thing only; of a position that was retired its last, and that it was."""
    names, store = names_of(district, campaign, language), cached.workspace().store
    gone = {}
    for id_ in set(campaign.positions) - set(district.positions["id"]):
        record = store.get("positions", id_)
        gone[id_] = translate("teams.retired", language, name=(record and record.values.get("name")) or id_)
    return Names(told_apart({**names.positions, **gone}), told_apart(names.teams))


def _posed(district: District, campaign: Campaign, plan: Plan) -> Posed:
    workspace = cached.workspace()
    about = (campaign.id, campaign.version, campaign.positions, tuple(team.id for team in campaign.teams))
    key = (district.revision, workspace.entries_state(), *about)
    known: Basis = cached.once(("basis", *key), lambda: basis(district, campaign, workspace.entries()))
    fields = json.dumps(plan.fields(), sort_keys=True)
    return cached.once(("posed", *key, fields), lambda: pose(district, campaign, plan, known))


def _stack(name: str, campaign: Campaign) -> list[Edit]:
    stacks: dict[str, list[Edit]] = st.session_state.setdefault(f"assignment_{name}", {})
    return stacks.setdefault(campaign.id, [])


def can(name: str, campaign: Campaign) -> bool:
    """Whether there is an edit to ``undo`` or ``redo``."""
    return bool(_stack(name, campaign))


def do(campaign: Campaign, edit: Edit, language: Language, done: str = "") -> None:
    """Changes the draft, and keeps how to take that back. Nothing where there is nothing to change."""
    if edit and doing.attempt(lambda person: rights.edit(cached.workspace(), person, campaign, edit), language, done):
        remember(campaign, edit)


def remember(campaign: Campaign, edit: Edit) -> None:
    """Keeps how an edit that was made can be taken back."""
    undo = _stack("undo", campaign)
    undo.append(edit)
    del undo[:-KEPT]
    _stack("redo", campaign).clear()


def step(name: str, campaign: Campaign, language: Language) -> None:
    """Takes the last edit back (``undo``), or does it again (``redo``). What somebody else changed meanwhile stays, and
    the edit is forgotten.
    """
    stack, other = _stack(name, campaign), _stack("redo" if name == "undo" else "undo", campaign)
    if not stack:
        return
    edit = stack.pop()
    change = inverse(edit) if name == "undo" else edit
    if doing.attempt(lambda person: rights.edit(cached.workspace(), person, campaign, change), language):
        other.append(edit)


def move(seen: Seen, position: str, team: str, language: Language) -> None:
    """The position to ``team``, ``""``: to none. What the browser says may be anything."""
    if position in seen.posed.positions and team in ("", *seen.posed.teams):
        try:
            edit = moved(seen.plan, position, team or None)
        except GongtuError as error:
            params = error.params | {
                "position": seen.names.positions.get(position, position),
                "team": seen.names.teams.get(seen.plan.fixed.get(position, ""), ""),
            }
            doing.refuse(translate(error.key, language, **params))
            return
        do(seen.campaign, edit, language)


def lock(seen: Seen, position: str, language: Language) -> None:
    """Keeps the position where it is, or no longer."""
    team = seen.plan.fixed.get(position) or seen.plan.where.get(position)
    if team is None:
        return
    fixed = dict(seen.plan.fixed)
    if fixed.pop(position, None) is None:
        fixed[position] = team
    do(seen.campaign, edit_between(seen.plan, replace(seen.plan, fixed=fixed)), language)
