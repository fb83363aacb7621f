"""What became of one enterprise, in words: its moves, its corrections, what else was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from geo.enterprises import UnionStatus
from geo.errors import GongtuError
from geo.organising.deeds import CORRECTED, MOVED, PLANNED
from geo.organising.moves import known_status
from geo.storage import Conflict, Entry, Record
from geo.words import Say

StepKind = Literal["move", "correction", "status", "next", "change", "create", "retire", "restore"]


@dataclass(frozen=True)
class Step:
    """One thing that was done to an enterprise. ``on``: the day it happened, where that is said; ``at``: when it was
    entered, ``by`` whom, ``why``. Of a *move* and a *correction* the status ``before`` and ``after``, also of a
    *status* that came another way (a file, a form). ``fields``: the other fields that changed, from what to what.
    """

    kind: StepKind
    on: str
    at: datetime
    by: str
    why: str
    version: int
    before: str = ""
    after: str = ""
    fields: Mapping[str, tuple[object, object]] | None = None


def steps(history: Sequence[Entry]) -> list[Step]:
    """The steps of an enterprise's history, newest first, as ``Store.history`` has them."""
    return [_step(entry) for entry in history]


def _step(entry: Entry) -> Step:
    fields = dict(entry.fields)
    said = (entry.at, entry.by, entry.why, entry.version)
    if entry.action != "update":
        return Step(entry.action, "", *said, fields=fields)
    if "union_status" not in fields:
        return Step("next" if entry.what == PLANNED else "change", "", *said, fields=fields)
    before, after = (str(value or "") for value in fields.pop("union_status"))
    _, on = fields.pop("status_on", (None, None))
    kinds: dict[str, StepKind] = {MOVED: "move", CORRECTED: "correction"}
    return Step(kinds.get(entry.what, "status"), str(on or ""), *said, before, after, fields)


def step_words(step: Step, say: Say) -> str:
    """One step in a line, without who and when it was entered."""
    match step.kind:
        case "move" | "correction" | "status":
            words = say(
                f"organising.did_{step.kind}",
                before=status_word(step.before, say),
                after=status_word(step.after, say),
            )
            return say("organising.did_on", words=words, on=step.on) if step.on else words
        case _:
            return say(f"organising.did_{step.kind}")


def known(status: str) -> UnionStatus:
    """A status as the type knows it."""
    return known_status(status, "union_status")


def status_word(status: str, say: Say) -> str:
    """A union status in words; a dash for none."""
    return say(f"union_status.{status}") if status else say("total.none")


def first_words(record: Record, more: int, say: Say) -> str:
    """Who was first with an enterprise, and what they made of it; ``more``: how many others changed as well."""
    status = status_word(str(record.values["union_status"]), say)
    words = {"name": record.values["name"], "by": record.changed_by, "status": status}
    return say("organising.first_more", **words, more=more) if more else say("organising.first", **words)


def explain(error: GongtuError, say: Say) -> str:
    """What stands against a move, with statuses in words; of a Conflict who was first, and what they made of it."""
    if isinstance(error, Conflict) and error.records:
        return first_words(error.records[0], len(error.records) - 1, say)
    params = dict(error.params)
    for name in ("from", "to"):
        if name in params:
            params[name] = status_word(str(params[name]), say)
    if error.key == "organising.already":
        params["value"] = status_word(str(params["value"]), say)
    if "field" in params:
        params["field"] = say(f"organising.field_{params['field']}")
    return say(error.key, **params)
