"""The ledger 台账: dated work, what of it is kept, and the rules a campaign sets for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal, get_args

from geo import programmes
from geo.schema import POINT, PROVENANCE, Column, Table

EntryKind = Literal[
    "visit",
    "worker_meeting",
    "enterprise_meeting",
    "appeal",
    "mediation",
    "bargaining",
    "legal_checkup",
    "programme",
]
KINDS: tuple[EntryKind, ...] = get_args(EntryKind)
APPEAL_SOURCES = ("12345", "12351", "visit")
APPEAL_TYPES = ("hardship", "reemployment", "wages", "insurance", "health", "dispute", "other")
Step = Literal["enterprise", "territory", "coordination", "explained"]
STEPS: tuple[Step, ...] = get_args(Step)
"""The four steps of an appeal (article S21): the enterprise resolves it; the party committee and government of the
place; the parties concerned are coordinated; it is explained with patience, reported, and resolved step by step.
"""
CHANNELS = ("hr_union", "court_union", "online", "workstation", "kiosk")
OUTCOMES = ("settled", "partly", "failed", "withdrawn", "pending")
FEN = 1e-4
"""Of a fen: how far an amount of money may be from a whole number of them."""
OUTSIDE_AT_MOST_M = 5_000.0
"""How far outside of every region something may have been done."""
PLACED_BY = ("tap", "phone")
"""How an entry came by its point: somebody tapped the map, or the phone said where it was."""

AMOUNTS: Mapping[str, tuple[EntryKind, ...]] = MappingProxyType(
    {
        "people": KINDS,
        "workers": ("mediation",),
        "recovered": ("mediation",),
        "enterprises": ("enterprise_meeting", "bargaining", "legal_checkup", "programme"),
        "instructors": ("bargaining",),
        "model_workers": ("programme",),
        "collectives": ("programme",),
        "craftsmen": ("programme",),
        "problems": ("programme",),
        "volunteers": ("programme",),
        "drivers": ("programme",),
    }
)
"""What an entry counts besides itself, and the kinds that may say it: people reached (attendances), workers helped,
yuan recovered, enterprises heard or guided, and who or what took part. Unknown is no zero, but adds nothing.
"""
OF_KIND: Mapping[str, tuple[EntryKind, ...]] = MappingProxyType(
    {
        "programme": ("programme",),
        "programme_kind": ("programme",),
        **dict.fromkeys(("channel", "claims", "outcome"), ("mediation",)),
        **dict.fromkeys(
            (
                "appeal_source",
                "appeal_type",
                "step",
                "step_on",
                "due",
                "answered",
                "solved",
                "satisfied",
                "closed_on",
                "handler",
            ),
            ("appeal",),
        ),
    }
)
"""The fields, besides amounts, that only some kinds have."""
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "appeal": ("appeal_source", "appeal_type"),
        "mediation": ("channel",),
        "programme": ("programme_kind",),
    }
)
"""What an entry of a kind cannot be counted without."""
NAMED = re.compile(r"[0-9A-Za-z-]{8,64}")
"""What the id of an entry may look like that a form, another program or a file makes."""
WHERE = ("position", "region", "enterprise", "facility", "lon")
"""Any of these says where it was, or with whom."""
ANY_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "visit": {"where": WHERE, "content": ("note", "people", "enterprise")},
        **{kind: {"where": WHERE} for kind in ("worker_meeting", "enterprise_meeting", "appeal", "mediation")},
    }
)
"""Of which fields an entry of a kind says at least one, under the word for what they say. Programmes, bargaining and
legal check-ups may be for the whole district.
"""
DAYS = ("date", "step_on", "due", "closed_on")
"""The fields that say a whole day, YYYY-MM-DD."""
PRIVATE = ("handler",)
"""Fields that no file and no table for others holds: the account of who sees to an appeal."""

TABLE = Table(
    file="ledger.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("campaign", required=True),
        Column("kind", "choice", required=True, choices=KINDS),
        Column("date", "date", required=True),
        Column("team"),
        Column("position"),
        Column("region"),
        *POINT,
        Column("placed_by", "choice", choices=PLACED_BY),
        Column("precision_m", "number", low=0),
        Column("note"),
        Column("enterprise"),
        Column("facility"),
        Column("programme"),
        Column("programme_kind", "choice", choices=programmes.KINDS),
        Column("appeal_source", "choice", choices=APPEAL_SOURCES),
        Column("appeal_type", "choice", choices=APPEAL_TYPES),
        Column("step", "choice", choices=STEPS),
        Column("step_on", "date"),
        Column("due", "date"),
        Column("answered", "flag"),
        Column("solved", "flag"),
        Column("satisfied", "flag"),
        Column("closed_on", "date"),
        Column("handler"),
        Column("channel", "choice", choices=CHANNELS),
        Column("claims"),
        Column("outcome", "choice", choices=OUTCOMES),
        *(
            Column(
                name,
                "number" if name == "recovered" else "integer",
                low=0,
                high=10**9 if name == "recovered" else 10**7,
            )
            for name in AMOUNTS
        ),
        *PROVENANCE,
    ),
    optional=True,
)
"""``date`` is a whole day, YYYY-MM-DD; so are ``step_on`` (since when an appeal is at its step), ``due`` (the last day
on which solving it is in time) and ``closed_on``. ``answered``: whether the caller was answered in time; ``solved`` and
``satisfied``: what the caller said when asked. ``recovered`` is in yuan, to the fen. ``lon``, ``lat``: WGS-84.
"""
DEMO_TABLE = replace(TABLE, file="demo/ledger.csv")


@dataclass(frozen=True)
class Rules:
    """What a campaign asks of its ledger; the values here are where it says nothing, and are assumed.

    Days are calendar days after the day of the entry, the last one inclusive. ``answer_days``: to answer a caller;
    ``solve_days_…``: by the appeal's source. ``escalate_days``: overdue by more than these, it is for the leaders.
    ``erase_days``: after an appeal is closed, the caller is forgotten; ``erase_open_days``: one that never is, after
    its day. ``silent_days``: an enterprise on its way that nobody touched for longer is silent. ``…_meetings``: how
    many each position is to hold.
    """

    answer_days: int = 1
    solve_days_12345: int = 7
    solve_days_12351: int = 15
    solve_days_visit: int = 15
    escalate_days: int = 3
    erase_days: int = 90
    erase_open_days: int = 365
    silent_days: int = 30
    worker_meetings: int = 8
    enterprise_meetings: int = 5

    def solve_days(self, source: str) -> int:
        """Days to solve an appeal of this source; of a source nobody said, those of a visit."""
        return {"12345": self.solve_days_12345, "12351": self.solve_days_12351}.get(source, self.solve_days_visit)


def erase_on(values: Mapping[Any, Any], rules: Rules) -> str:
    """The last day that the caller of an appeal is kept: so many days after it was closed, or, while it is not, after
    its day.
    """
    begins, days = values.get("closed_on"), rules.erase_days
    if not begins:
        begins, days = values["date"], rules.erase_open_days
    return (date.fromisoformat(str(begins)) + timedelta(days=days)).isoformat()


def tells(text: str, name: str, number: str) -> bool:
    """Whether a text holds a caller's name or number. Digits are compared without what stands between them, names
    without spaces; of a number with fewer than five digits, or a name of one character, nothing can be said.
    """
    digits, name = re.sub(r"\D", "", number), "".join(name.split())
    return (len(digits) >= 5 and digits in re.sub(r"\D", "", text)) or (
        len(name) >= 2 and name in "".join(text.split())
    )
