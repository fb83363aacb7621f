"""Which campaign and which version of its plan is shown; campaigns made, copied, changed, closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import streamlit as st

from geo.district import District
from geo.errors import GongtuError
from geo.fieldwork import deeds
from geo.fieldwork.campaign import Campaign, Team, campaigns, reported, team_of
from geo.i18n import Language
from geo.people import Person
from geo.words import Say, local_name, local_text
from pages.ui import cached, doing, state
from pages.ui.teams.rules_panel import rules
from pages.ui.words import escape_markdown, told_apart


def choose(district: District, person: Person, say: Say, language: Language) -> tuple[Campaign, str] | None:
    """The campaign and the version that the URL names; None where there is no campaign at all."""
    every = {one.id: one for one in campaigns(district, cached.workspace().store)}
    if not every:
        return None
    first = _first(tuple(every.values()), person)

    closed = say("teams.closed")
    names = told_apart(
        {one.id: local_name(asdict(one), language) + closed * bool(one.closed_at) for one in every.values()}
    )

    with st.container(horizontal=True, vertical_alignment="bottom", key="row"):
        with st.container(width="stretch"):
            id_ = st.selectbox(
                say("teams.campaign"),
                list(every),
                format_func=lambda one: names[one],
                **state.in_url("campaign", first, list(every)),
            )
        campaign = every[id_]
        versions = _versions(district, campaign, person)
        with st.container(width=190):
            version = st.selectbox(
                say("teams.version"),
                versions,
                format_func=lambda one: _version_name(one, say),
                **state.in_url("version", versions[0], versions),
            )
        if person.may("leader"):
            with st.popover(say("teams.manage"), icon=":material/settings:"):
                _manage(campaign, district, say, language)
    facts = [say("teams.from", starts=campaign.starts, ends=campaign.ends or "…")]
    facts.append(say("teams.of", teams=len(campaign.teams), positions=len(campaign.positions)))
    with st.expander(escape_markdown(" · ".join(facts))):
        st.caption("  \n".join(map(escape_markdown, _about(campaign, say, language))))
    return campaign, version


def _first(every: Sequence[Campaign], person: Person) -> str:
    """The campaign that is opened: of those under way the one that has one's own team; for leaders the newest, for
    others the newest that anything of was published.
    """
    store = cached.workspace().store.assignments
    open_ = [one for one in every if one.closed_at is None] or list(every)
    own = [one for one in open_ if team_of(one, person)]
    published = [] if person.may("leader") else [one for one in open_ if store.published(one.id)]
    return (own or published or open_)[0].id


def _about(campaign: Campaign, say: Say, language: Language) -> list[str]:
    """On what grounds the campaign is what it is, and where its teams set out from."""
    said = partial(local_text, asdict(campaign), language=language)
    lines = [said("name")]
    if campaign.of_pack:
        date = campaign.as_of or say("total.none")
        lines.append(say("tip.standing", standing=say(f"standing.{campaign.standing}"), date=date))
    if campaign.departments and not any(team.departments for team in campaign.teams):
        names = (language == "en" and campaign.departments_en) or campaign.departments
        lines.append(say("teams.departments", names=say("fieldwork.and").join(names)))
    if campaign.base:
        standing = say(f"standing.{campaign.base_standing}") if campaign.base_standing else say("total.none")
        lines.append(say("teams.base", name=said("base_name"), standing=standing))
    return [*lines, *filter(None, [said("note")])]


def _versions(district: District, campaign: Campaign, person: Person) -> list[str]:
    """What can be read, what is opened first before the others: for leaders the draft of a campaign under way."""
    published = [str(one.number) for one in cached.workspace().store.assignments.versions(campaign.id)]
    draft = ["draft"] if person.may("leader") else []
    said = ["reported"] if reported(district, campaign) else []
    over = campaign.closed_at or (said and not published)
    found = [*published, *said, *draft] if over else [*draft, *published, *said]
    return found or ["none"]


def _version_name(version: str, say: Say) -> str:
    return say("teams.version_number", number=version) if version.isdigit() else say(f"teams.version_{version}")


def _manage(campaign: Campaign, district: District, say: Say, language: Language) -> None:
    if campaign.closed_at:
        st.caption(say("teams.closed_help"))
        _button("reopen", say("teams.reopen"), lambda who: deeds.reopen(cached.workspace(), who, campaign), language)
        _copy(campaign, say, language)
        return
    tabs = st.tabs([say(f"teams.tab_{name}") for name in ("teams", "details", "rules", "new")])
    with tabs[0]:
        _teams(campaign, say, language)
    with tabs[1]:
        _details(campaign, district, say, language)
        st.divider()
        sure = st.checkbox(say("teams.close_sure"), key=f"close_sure_{campaign.id}")
        close = partial(_close, campaign)
        _button("close", say("teams.close"), close, language, disabled=not sure)
    with tabs[2]:
        rules(campaign, say, language)
    with tabs[3]:
        _copy(campaign, say, language)
        _make(district, say, language)


def _button(key: str, label: str, deed: Callable[[Person], Any], language: Language, *, disabled: bool = False) -> None:
    said = (deed, language, "teams.saved")
    st.button(label, key=f"campaign_{key}", on_click=doing.attempt, args=said, disabled=disabled)


def _close(campaign: Campaign, who: Person) -> Campaign:
    return deeds.close(cached.workspace(), who, campaign)


def _teams(campaign: Campaign, say: Say, language: Language) -> None:
    """A team's name, lead, departments and accounts."""
    by_id = {team.id: team for team in campaign.teams}
    if not by_id:
        return
    team_names = told_apart({team.id: local_name(asdict(team), language) for team in campaign.teams})
    accounts = {one.id: one.name for one in cached.workspace().store.people.list() if not one.disabled}
    chosen = st.selectbox(say("teams.team"), list(by_id), format_func=lambda id_: team_names[id_], key="edited_team")
    team = by_id[chosen]
    key = f"{campaign.id}_{team.id}_{campaign.version}"

    def save(who: Person) -> object:
        changed = replace(
            team,
            name=st.session_state[f"team_name_{key}"].strip(),
            lead=st.session_state[f"team_lead_{key}"].strip(),
            departments=tuple(st.session_state[f"team_departments_{key}"]),
            members=tuple(st.session_state[f"team_members_{key}"]),
        )
        teams = tuple(changed if one.id == team.id else one for one in campaign.teams)
        return deeds.change(cached.workspace(), who, campaign, teams=teams)

    known = sorted({*campaign.departments, *(name for one in campaign.teams for name in one.departments)})
    with st.form(f"team_{key}", border=False, enter_to_submit=False):
        st.text_input(say("teams.team_name"), team.name, key=f"team_name_{key}", max_chars=deeds.NAME_AT_MOST)
        st.text_input(say("teams.lead"), team.lead, key=f"team_lead_{key}", max_chars=deeds.NAME_AT_MOST)
        st.multiselect(
            say("teams.team_departments"),
            known,
            list(team.departments),
            key=f"team_departments_{key}",
            accept_new_options=True,
            placeholder=say("teams.choose"),
        )
        st.multiselect(
            say("teams.members"),
            list(accounts),
            [id_ for id_ in team.members if id_ in accounts],
            format_func=lambda id_: accounts[id_],
            key=f"team_members_{key}",
            help=say("teams.members_help"),
            placeholder=say("teams.choose"),
        )
        st.form_submit_button(say("teams.save"), on_click=doing.attempt, args=(save, language, "teams.saved"))
    _button("add_team", say("teams.add_team"), lambda who: _with_team(who, campaign, say), language)

    def drop(who: Person) -> object:
        rest = tuple(one for one in campaign.teams if one.id != team.id)
        return deeds.change(cached.workspace(), who, campaign, teams=rest)

    st.divider()
    held = sum(1 for one in cached.workspace().store.assignments.draft(campaign.id).fields.values() if one == team.id)
    sure = st.checkbox(say("teams.drop_sure", name=team_names[chosen], count=held), key=f"drop_sure_{key}")
    _button("drop_team", say("teams.drop_team", name=team_names[chosen]), drop, language, disabled=not sure)


def _with_team(who: Person, campaign: Campaign, say: Say) -> object:
    id_ = deeds.next_team(campaign, cached.workspace().store)
    team = Team(id_, say("teams.new_team", number=id_))
    return deeds.change(cached.workspace(), who, campaign, teams=(*campaign.teams, team))


def _details(campaign: Campaign, district: District, say: Say, language: Language) -> None:
    key = f"{campaign.id}_{campaign.version}"
    names = _positions(district, language)

    def save(who: Person) -> object:
        said = {name: st.session_state[f"campaign_{name}_{key}"] for name in ("name", "starts", "ends", "note")}
        said["positions"] = tuple(st.session_state[f"campaign_positions_{key}"])
        return deeds.change(cached.workspace(), who, campaign, **said)

    with st.form(f"details_{key}", border=False, enter_to_submit=False):
        st.text_input(say("teams.name"), campaign.name, key=f"campaign_name_{key}", max_chars=deeds.NAME_AT_MOST)
        st.text_input(say("teams.starts"), campaign.starts, key=f"campaign_starts_{key}", help=say("teams.date_help"))
        st.text_input(say("teams.ends"), campaign.ends, key=f"campaign_ends_{key}", help=say("teams.date_help"))
        st.text_area(say("teams.note"), campaign.note, key=f"campaign_note_{key}", max_chars=deeds.NOTE_AT_MOST)
        st.multiselect(
            say("teams.positions"),
            list(names),
            [id_ for id_ in campaign.positions if id_ in names],
            format_func=lambda id_: names[id_],
            key=f"campaign_positions_{key}",
            placeholder=say("teams.choose"),
        )
        st.form_submit_button(say("teams.save"), on_click=doing.attempt, args=(save, language, "teams.saved"))


def _positions(district: District, language: Language) -> dict[str, str]:
    records = district.positions[["id", "name", "name_en"]].to_dict("records")
    return told_apart({row["id"]: local_name(row, language) for row in records})


def _copy(campaign: Campaign, say: Say, language: Language) -> None:
    def go(who: Person) -> object:
        made = deeds.copy(
            cached.workspace(),
            who,
            campaign,
            name=st.session_state["copy_name"].strip(),
            starts=st.session_state["copy_starts"].strip(),
        )
        return _open(made)

    with st.form("copy_campaign", border=True, enter_to_submit=False):
        st.markdown(f"**{escape_markdown(say('teams.copy', name=local_name(asdict(campaign), language)))}**")
        st.text_input(say("teams.name"), key="copy_name", max_chars=deeds.NAME_AT_MOST)
        st.text_input(say("teams.starts"), key="copy_starts", help=say("teams.date_help"))
        st.form_submit_button(say("teams.copy_go"), on_click=doing.attempt, args=(go, language, "teams.saved"))


def _make(district: District, say: Say, language: Language) -> None:
    names = _positions(district, language)

    def go(who: Person) -> object:
        count = int(st.session_state["make_teams"])
        teams: Sequence[Team] = [Team(str(n), say("teams.new_team", number=n)) for n in range(1, count + 1)]
        positions = tuple(st.session_state["make_positions"])
        if not positions:
            raise GongtuError("teams.no_positions")
        made = deeds.make(
            cached.workspace(),
            who,
            name=st.session_state["make_name"].strip(),
            starts=st.session_state["make_starts"].strip(),
            positions=positions,
            teams=teams,
        )
        return _open(made)

    with st.form("make_campaign", border=True, enter_to_submit=False):
        st.markdown(f"**{say('teams.make')}**")
        st.text_input(say("teams.name"), key="make_name", max_chars=deeds.NAME_AT_MOST)
        st.text_input(say("teams.starts"), key="make_starts", help=say("teams.date_help"))
        st.number_input(say("teams.how_many"), 1, deeds.TEAMS_AT_MOST, 7, key="make_teams")
        st.multiselect(
            say("teams.positions"), list(names), list(names), format_func=lambda id_: names[id_], key="make_positions"
        )
        st.form_submit_button(say("teams.make_go"), on_click=doing.attempt, args=(go, language, "teams.saved"))


def _open(made: Campaign) -> Campaign:
    for name in ("version", "position"):
        state.put(name, "")
    state.put("campaign", made.id)
    return made
