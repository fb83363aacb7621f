"""The other two looks: the funnel by town and by team, and who is to be followed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from geo.clock import AsOf, as_of
from geo.district import District
from geo.enterprises import ON_THE_WAY, UNION_STATUSES
from geo.fieldwork.campaign import Team, campaigns
from geo.i18n import Language
from geo.ledger import Rules
from geo.organising import deeds, following
from geo.organising.funnel import NOWHERE, TOTAL, Funnel, funnel
from geo.organising.ground import Ground
from geo.storage.register import Page, Register, Wanted
from geo.words import Say
from pages.ui import cached, state
from pages.ui.enterprises.listing import ROWS, rows_of
from pages.ui.enterprises.work import listed
from pages.ui.words import escape_markdown, told_apart

SOON_DAYS = 7
BEFORE = ("none", *ON_THE_WAY)
"""The steps of the funnel before there is a union."""


def counted(district: District, ground: Ground) -> Funnel:
    """The funnel of the whole register."""
    teams = tuple(team.id for team in ground.campaign.teams) if ground.campaign else ()
    codes = district.regions["code"].tolist()
    key = ("funnel", district.revision, teams, tuple(sorted(ground.team_of.items())))
    return cached.once(key, lambda: funnel(district.enterprises, codes, ground.team_of, teams))


def show_funnel(district: District, ground: Ground, say: Say, language: Language) -> None:
    """How far all of them are: the whole as bars, then a table by town and one by team; a cell opens who it counts."""
    found = counted(district, ground)
    names = cached.region_names(district, language)
    whole = found.towns.loc[TOTAL]
    with st.container(key="funnel"):
        _bars(whole, say)
        words = say(
            "founding.both_counts",
            units=f"{whole['units']:,}",
            standalone=f"{whole['units_standalone']:,}",
            joint=f"{whole['units_joint']:,}",
            unions=f"{whole['unions']:,}",
            members=f"{whole['members']:,}",
        )
        if invented := int((district.enterprises["standing"] == "synthetic").sum()):
            words = say("founding.invented", words=words.rstrip("。."), count=f"{invented:,}")
        st.markdown(escape_markdown(words))
    by = st.segmented_control(
        say("founding.by"),
        ("town", "team"),
        required=True,
        format_func=lambda one: say(f"founding.by_{one}"),
        label_visibility="collapsed",
        **state.in_url("by", "town", ("town", "team")),
    )
    with st.container(key="funnel_table"):
        if by == "team":
            _campaign(district, ground, say, language)
            _basis(ground, say)
            teams = {team.id: (language == "en" and team.name_en) or team.name for team in _teams(ground)}
            _table(found.teams, teams, "team", say("founding.nobody"), say)
        else:
            _table(found.towns, names, "region", say("table.no_region"), say)


def _campaign(district: District, ground: Ground, say: Say, language: Language) -> None:
    """Whose teams: the newest campaign's until another is chosen."""
    known = campaigns(district, cached.workspace().store)
    names = told_apart({one.id: (language == "en" and one.name_en) or one.name for one in known})
    if len(known) > 1 and ground.campaign:
        st.selectbox(
            say("founding.campaign"),
            list(names),
            format_func=lambda id_: names[id_],
            **state.in_url("campaign", known[0].id, list(names)),
        )


def _teams(ground: Ground) -> tuple[Team, ...]:
    return ground.campaign.teams if ground.campaign else ()


def _basis(ground: Ground, say: Say) -> None:
    """By which plan a region is a team's."""
    name = ground.campaign.name if ground.campaign else ""
    key = "none" if ground.number is None else "draft" if ground.number == 0 else "published"
    st.caption(escape_markdown(say(f"founding.basis_{key}", name=name, number=ground.number or 0)))


def _bars(whole: pd.Series[int], say: Say) -> None:
    """The steps as bars of one scale, with their words and numbers beside them."""
    steps = [*BEFORE, "established"]
    most = max(int(whole[one]) for one in steps) or 1
    rows = "".join(
        f'<tr><th scope="row">{say(f"union_status.{one}")}</th>'
        f'<td class="bar"><i class="{"done" if one == "established" else ""}" '
        f'style="width:{100 * int(whole[one]) / most:.1f}%"></i></td><td>{int(whole[one]):,}</td></tr>'
        for one in steps
    )
    st.html(f'<table class="funnel"><tbody>{rows}</tbody></table>')


def _table(frame: pd.DataFrame, names: Mapping[str, str], field: str, nowhere: str, say: Say) -> None:
    """A row each; a cell that is picked opens the list of those it counts."""
    rows = frame if frame.loc[NOWHERE].any() else frame.drop(index=NOWHERE)
    labels = {**names, NOWHERE: nowhere, TOTAL: say("table.total")}
    columns = [*UNION_STATUSES[:5], "units_standalone", "units_joint", "unions", "members", *UNION_STATUSES[5:]]
    words = {one: say(f"union_status.{one}") if one in UNION_STATUSES else say(f"founding.{one}") for one in columns}
    head = say("founding.team" if field == "team" else "control.region")
    shown = rows[columns].rename(columns=words)
    shown.insert(0, head, [labels.get(str(one), str(one)) for one in rows.index])
    of_word = {word: column for column, word in words.items()}

    def picked() -> None:
        cells = st.session_state[f"funnel_{field}"].selection.cells
        if not cells:
            return
        row, word = cells[0]
        where, column = str(rows.index[row]), of_word.get(word, "")
        asked = {} if where == TOTAL else {field: where}
        if column and (where == NOWHERE or column == "unions"):  # what no other filter asks for
            asked = {"cell": f"{'town' if field == 'region' else field}:{where}:{column}"}
        elif column in UNION_STATUSES:
            asked["status"] = column
        elif column:
            asked["status"] = "established"
            asked |= {"form": column.removeprefix("units_")} if column.startswith("units_") else {}
        listed(**asked)

    wide = max(map(len, shown[head])) > 6  # of Chinese names only a team's
    pinned = {head: st.column_config.TextColumn(pinned=True, width="medium" if wide else 100)}
    numbers = {word: st.column_config.NumberColumn(format="localized", width="small") for word in words.values()}
    st.dataframe(
        shown,
        key=f"funnel_{field}",
        hide_index=True,
        on_select=picked,
        selection_mode="single-cell",
        height=38 + 35 * len(shown),
        column_config={**pinned, **numbers},
    )
    st.caption(say("founding.funnel_help"))


def told_on() -> AsOf:
    """The days that the page tells as of."""
    workspace = cached.workspace()
    return as_of(workspace.entries(), deeds.today(workspace))


def followed(wanted: Wanted, days: AsOf, rules: Rules) -> Wanted:
    """The silent ones of those wanted: what the map shows beside them."""
    before = following.silent_before(days.today, rules)
    return replace(wanted, untouched_since=before, lag_days=following.lag(days))


def show_following(
    register: Register,
    regions: tuple[str, ...],
    district: District,
    rules: Rules,
    days: AsOf,
    say: Say,
    language: Language,
) -> None:
    """Who has been silent for too long, and whose next step is due within a week; what usually comes next."""
    names = cached.region_names(district, language)
    quiet = following.silent(register, days, rules, regions=regions, limit=ROWS)
    soon = following.due(register, days, SOON_DAYS, regions=regions, limit=ROWS)
    if following.lag(days):
        st.caption(say("founding.told_on", day=days.made_up.isoformat()))
    with st.container(key="due_ones"):
        title = say("founding.due", count=f"{soon.total:,}", days=SOON_DAYS)
        _some("due", "next", soon, title, names, days, rules, say)
    with st.container(key="silent_ones"):
        title = say("founding.silent_count", count=f"{quiet.total:,}", days=rules.silent_days)
        _some("quiet", "touched_on", quiet, title, names, days, rules, say)
        if quiet.total > len(quiet.rows):
            st.button(
                say("founding.all_silent"),
                key="all_silent",
                on_click=listed,
                kwargs={"silent": "True"},
            )
    with st.container(border=True, key="rules"):
        st.markdown(f"**{say('founding.rule')}**")
        st.caption(say("founding.rule_help", days=rules.silent_days))
        lines = [f"{say(f'union_status.{one}')}: {say(key)}" for one, key in following.SUGGESTED.items()]
        st.markdown("\n".join(f"- {escape_markdown(line)}" for line in lines))


def _some(
    key: str, first: str, page: Page, title: str, names: Mapping[str, str], days: AsOf, rules: Rules, say: Say
) -> None:
    st.markdown(f"**{escape_markdown(title)}**")
    if page.rows:
        rows_of(page.rows, names, days, rules, say, key=key, first=first)
    else:
        st.caption(say("founding.none_of_these"))
