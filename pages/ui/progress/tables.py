"""The same numbers by team, town or week, and published figures beside counted ones: tables whose numbers are links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from geo.casework.appeals import LATE
from geo.i18n import Language
from geo.progress import days
from geo.progress.dashboard import standing
from geo.progress.measures import ANYWHERE, MEASURES, By, Where, count, programme_kinds, table_and_demo
from geo.progress.measures import MAIN as COLUMNS
from geo.progress.published import Compared, compare
from geo.progress.words import demo, number, why
from geo.words import Say
from pages.ui import cached, state
from pages.ui.progress import links
from pages.ui.progress.asked import Asked

BYS: tuple[By, ...] = ("team", "town", "week")


def parts(asked: Asked, say: Say, language: Language) -> None:
    """A row for each team, town or week, those of nothing too, and the whole."""
    by = st.segmented_control(
        say("progress.by"),
        BYS,
        required=True,
        format_func=lambda one: say(f"progress.by_{one}"),
        label_visibility="collapsed",
        **state.in_url("by", "team", BYS),
    )
    rows, made = table_and_demo(asked.scene.work, COLUMNS, by, asked.where)
    late = _late(asked, by)
    names = _names(asked, by, rows, say)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in (say(f"progress.{by}"), *_heads(by, say)))
    body = "".join(_row(asked, by, key, name, rows, made, late, language) for key, name in names.items())
    foot = _total(asked, by, late, say, language)
    st.html(
        f'<p class="note swipe">{escape(say("progress.swipe"))}</p>'
        f'<div class="scroll"><table class="figures progress"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody><tfoot>{foot}</tfoot></table></div>"
        f'<p class="note">{escape(" ".join(say(f"progress.table_{name}") for name in ("note", "star", "links")))}</p>'
    )


def _heads(by: By, say: Say) -> list[str]:
    shown = [say(f"progress_short.{name}") for name in COLUMNS]
    if by != "week":
        shown.insert(COLUMNS.index("mediations"), say("progress_short.overdue"))
    return shown


def _names(asked: Asked, by: By, rows: pd.DataFrame, say: Say) -> dict[str, str]:
    """The rows in order: every team, town or week of the days asked for; what is of none last, if there is any."""
    where = asked.where
    if by == "week":
        weeks = days.weeks(where.period.since, where.period.until)[::-1]
        return {one: say("progress.week_from", week=one, since=days.week(one).since[5:]) for one in weeks}
    every = asked.teams if by == "team" else asked.towns
    only = where.team if by == "team" else where.town
    names = {key: name for key, name in every.items() if only is None or key == only}
    names |= {key: key for key in rows.index if key and key not in every}
    return names | ({"": say(f"progress.no_{by}")} if "" in rows.index else {})


def _late(asked: Asked, by: By) -> pd.DataFrame:
    """By team or town, how many appeals of the days asked for are overdue, escalated ones among them (``count``), and
    how many of these are made up (``synthetic``).
    """
    made = asked.scene
    seen = standing(made.work, made.asof, made.campaign.rules, asked.where)
    return seen[seen["state"].isin(LATE)].groupby(by)["synthetic"].agg(count="size", synthetic="sum")


def _row(
    asked: Asked,
    by: By,
    key: str,
    name: str,
    rows: pd.DataFrame,
    made: pd.DataFrame,
    late: pd.DataFrame,
    language: Language,
) -> str:
    where = _of(asked.where, by, key)
    known = rows.loc[key] if key in rows.index else None
    cells = [
        _cell(
            0.0 if known is None else float(known[column]),
            MEASURES[column].unit,
            links.to(asked, column, where, language),
            star=known is not None and bool(made.loc[key, column]),
        )
        for column in COLUMNS
    ]
    if by != "week":
        counted, part = late.loc[key].tolist() if key in late.index else (0, 0)
        cells.insert(COLUMNS.index("mediations"), _late_cell(asked, counted, where, language, star=bool(part)))
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>'


def _total(asked: Asked, by: By, late: pd.DataFrame, say: Say, language: Language) -> str:
    cells = []
    for column in COLUMNS:
        found = count(asked.scene.work, column, asked.where)
        note = demo(found.value, found.synthetic, say)
        href = links.to(asked, column, asked.where, language)
        cells.append(_cell(found.value, MEASURES[column].unit, href, note))
    if by != "week":
        counted, part = (int(late[name].sum()) for name in ("count", "synthetic"))
        late_cell = _late_cell(asked, counted, asked.where, language, demo(counted, part, say))
        cells.insert(COLUMNS.index("mediations"), late_cell)
    return f'<tr><th scope="row">{escape(say("progress.together"))}</th>{"".join(cells)}</tr>'


def _of(where: Where, by: By, key: str) -> Where:
    if by == "week":
        return replace(where, period=days.week(key).meet(where.period))
    return replace(where, team=key) if by == "team" else replace(where, town=key)


def _late_cell(
    asked: Asked, counted: int, where: Where, language: Language, note: str = "", *, star: bool = False
) -> str:
    href = links.to(asked, ",".join(LATE), where, language)
    return _cell(float(counted), "count", href, note, star=star)


def _cell(value: float, unit: str, href: str, note: str = "", *, star: bool = False) -> str:
    words = escape(number(value, unit) + "*" * star)
    if not value and not note:
        return f'<td class="nothing">{words}</td>'
    linked = f'<a target="_self" href="{escape(href)}">{words}</a>' if href else words
    return f"<td>{linked}{f'<i>{escape(note)}</i>' if note else ''}</td>"


def kinds(asked: Asked, say: Say, language: Language) -> None:
    """The programmes by kind: how many and whom they reached, whatever else their entries say."""
    found = programme_kinds(asked.scene.work, asked.where)
    st.html(f'<h2 class="part">{escape(say("progress.by_kind"))}</h2>')
    if found.empty:
        st.caption(say("progress.no_programmes"))
        return
    head = "".join(
        f'<th scope="col">{escape(say(f"progress.{name}"))}</th>' for name in ("programme_kind", "times", "people")
    )
    body = ""
    for kind, row in found.iterrows():
        times, reached = (
            links.to(asked, f"{name}:{kind}", asked.where, language) for name in ("programmes", "programme_people")
        )
        unsaid = say("progress.unsaid", count=int(row["unsaid"])) if row["unsaid"] else ""
        people = " · ".join(filter(None, (demo(row["people"], row["synthetic_people"], say), unsaid)))
        body += (
            f'<tr><th scope="row">{escape(say(f"programme_kind.{kind}"))}</th>'
            f"{_cell(row['count'], 'count', times, demo(row['count'], row['synthetic'], say))}"
            f"{_cell(row['people'], 'people', reached, people)}</tr>"
        )
    st.html(f'<table class="figures progress"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def published(asked: Asked, say: Say, language: Language) -> None:
    """Each published figure beside what is counted of the whole campaign, the difference, and the reason."""
    found = cached.once(("published", *asked.key), lambda: compare(asked.scene.district, asked.scene.work))
    st.html(f'<h2 class="part">{escape(say("progress.published"))}</h2>')
    if not found:
        st.caption(say("progress.published_none"))
        return
    heads = ("figure", "said", "counted", "difference", "verdict", "why")
    head = "".join(f'<th scope="col">{escape(say(f"progress.{name}"))}</th>' for name in heads)
    body = "".join(_published_row(asked, one, say, language) for one in found)
    st.html(
        f'<p class="note swipe">{escape(say("progress.swipe"))}</p>'
        f'<div class="scroll"><table class="figures progress published"><thead><tr>{head}</tr></thead>'
        f'<tbody>{body}</tbody></table></div><p class="note">{escape(say("progress.published_note"))}</p>'
    )


def _published_row(asked: Asked, one: Compared, say: Say, language: Language) -> str:
    unit = (one.unit_en if language == "en" else one.unit) or ""
    said = say(f"qualifier.{one.qualifier}", value=f"{one.value:,.10g}")
    grounds = say(f"standing.{one.standing}")
    counted, note, href, off = say("total.none"), "", "", say("total.none")
    if one.counted is not None:
        counted = number(one.counted.value, MEASURES[one.measure].unit)
        note = demo(one.counted.value, one.counted.synthetic, say)
        href = links.to(asked, one.measure, ANYWHERE, language) if one.counted.value else ""
        off = f"{one.difference:+,.10g}" if one.difference else "0"
    shown = f'<a target="_self" href="{escape(href)}">{escape(counted)}</a>' if href else escape(counted)
    name = (language == "en" and one.name_en) or one.name
    cells: Sequence[str] = (
        f'<th scope="row">{escape(name)}</th>',
        f'<td title="{escape(one.phrase)}">{escape(f"{said} {unit}".strip())}<i>{escape(grounds)}</i></td>',
        f"<td>{shown}{f'<i>{escape(note)}</i>' if note else ''}</td>",
        f"<td>{escape(off)}</td>",
        f'<td class="verdict {one.verdict}">{escape(say(f"verdict.{one.verdict}"))}</td>',
        f'<td class="why">{escape(why(one, say))}</td>',
    )
    return f"<tr>{''.join(cells)}</tr>"
