"""What a view of the ledger adds up to: appeals and their rates, meetings by position, mediation, programmes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.casework import appeals
from geo.casework.appeals import LATE
from geo.ledger import CHANNELS, STEPS, Rules
from geo.programmes import KINDS as PROGRAMME_KINDS
from geo.progress.dashboard import meetings as meetings_of
from geo.words import Say, money, percent
from pages.ui.ledger.asked import Seen
from pages.ui.widgets import figures
from pages.ui.words import escape_markdown


def summary(seen: Seen, say: Say) -> None:
    """What the view's entries add up to; nothing for the view of all kinds."""
    with st.container(key="ledger_summary"):
        match seen.view:
            case _ if not len(seen.rows) and seen.view != "meetings":
                pass  # of which there is nothing to add up
            case "appeals":
                _appeals(seen, say)
            case "meetings":
                _meetings(seen, say)
            case "mediation":
                _mediation(seen, say)
            case "programmes":
                _programmes(seen, say)


def _appeals(seen: Seen, say: Say) -> None:
    """Open ones by step and how they stand, and the three rates."""
    stands = appeals.states(seen.rows, seen.as_of, {seen.campaign.id: seen.campaign.rules})
    steps = seen.rows["step"].where(seen.rows["step"] != "", STEPS[0])
    rows = []
    for step in STEPS:
        of_step = stands[steps == step]
        still = int((of_step != "closed").sum())
        rows.append(
            (say(f"step.{step}"), f"{still:,}", f"{int(of_step.isin(LATE).sum()):,}", f"{len(of_step) - still:,}")
        )
    figures([say("field.step"), *(say(f"ledger.{name}") for name in ("still_open", "late", "done"))], rows)
    found = appeals.rates(seen.rows)
    shares = {"answered": found.answered, "solved": found.solved, "satisfied": found.satisfied}
    figures(
        [say("ledger.rate"), say("ledger.share"), say("ledger.yes"), say("ledger.no"), say("ledger.unknown")],
        [
            (say(f"ledger.rate_{name}"), percent(one.value, say), f"{one.yes:,}", f"{one.no:,}", f"{one.unknown:,}")
            for name, one in shares.items()
        ],
    )
    rules = seen.campaign.rules
    with st.expander(say("ledger.rules")):
        st.caption(
            escape_markdown(
                say(
                    "ledger.rules_said",
                    answer=rules.answer_days,
                    hotline=rules.solve_days_12345,
                    workers=rules.solve_days_12351,
                    visit=rules.solve_days_visit,
                    escalate=rules.escalate_days,
                    erase=rules.erase_days,
                )
                + (say("ledger.assumed") if rules == Rules() else "")
            )
        )


def _meetings(seen: Seen, say: Say) -> None:
    """双沟通: what each position held, against what it is to hold."""
    table = meetings_of(seen.rows, seen.campaign, seen.campaign.rules)
    if seen.wanted.positions:
        table = table[table.index.isin(seen.wanted.positions)]
    heads = [say("field.position"), say("entry_kind.worker_meeting"), say("entry_kind.enterprise_meeting")]
    rows = [
        (
            seen.names.of("position", str(position), seen.campaign.id),
            _against(row["worker"], row["worker_target"], say),
            _against(row["enterprise"], row["enterprise_target"], say),
        )
        for position, row in table.to_dict("index").items()
    ]
    total = table[["worker", "worker_target", "enterprise", "enterprise_target"]].sum()
    st.caption(
        escape_markdown(
            say(
                "ledger.meetings_said",
                worker=f"{total['worker']:,}",
                enterprise=f"{total['enterprise']:,}",
                worker_target=f"{total['worker_target']:,}",
                enterprise_target=f"{total['enterprise_target']:,}",
            )
            + (say("ledger.assumed") if seen.campaign.rules == Rules() else "")
        )
    )
    figures(heads, rows)


def _against(held: int, target: int, say: Say) -> str:
    """What was held of what is to be held, and what is missing in words."""
    short = max(target - held, 0)
    return f"{held:,} / {target:,}" + (f" {say('ledger.short', count=f'{short:,}')}" if short else " ✓")


def _mediation(seen: Seen, say: Say) -> None:
    """By channel: cases, workers, what was recovered, how many came to an end."""
    heads = [
        say("field.channel"),
        *(say(f"ledger.{name}") for name in ("cases", "settled")),
        say("field.workers_helped"),
    ]
    rows = [_mediated(say(f"channel.{channel}"), seen.rows[seen.rows["channel"] == channel]) for channel in CHANNELS]
    figures([*heads, say("field.recovered")], [*rows, _mediated(say("ledger.total"), seen.rows)])


def _mediated(name: str, rows: pd.DataFrame) -> tuple[str, ...]:
    settled = int(rows["outcome"].isin(("settled", "partly")).sum())
    return name, f"{len(rows):,}", f"{settled:,}", f"{int(rows['workers'].sum()):,}", money(rows["recovered"].sum())


def _programmes(seen: Seen, say: Say) -> None:
    """By kind: how often, from when to when, how many people."""
    rows = []
    for kind in PROGRAMME_KINDS:
        its = seen.rows[seen.rows["programme_kind"] == kind]
        if len(its):
            days = (its["date"].min(), its["date"].max())
            between = (
                days[0]
                if days[0] == days[1]
                else f"{days[0]} – {days[1][5:] if days[0][:4] == days[1][:4] else days[1]}"
            )
            rows.append((say(f"programme_kind.{kind}"), f"{len(its):,}", f"{int(its['people'].sum()):,}", between))
    if rows:
        figures([say("field.programme_kind"), say("ledger.times"), say("field.people"), say("ledger.when")], rows)
