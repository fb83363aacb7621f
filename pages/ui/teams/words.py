"""Workloads and changes of a plan in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.fieldwork.plan import METRICS, Edit
from geo.words import Say

if TYPE_CHECKING:
    from geo.fieldwork.words import Names
    from pages.ui.teams.work import Seen


def points(load: float, say: Say) -> str:
    """A workload, to a tenth of a point."""
    return say("teams.points", points=f"{load:.1f}")


def deviation(off: float, say: Say) -> str:
    """How far a workload is from what it should be: +12%, −3%, as it should be."""
    if abs(off) < 0.0005:
        return say("teams.even")
    return f"{100 * off:+.0f}%".replace("-", "−") if abs(off) >= 0.095 else f"{100 * off:+.1f}%".replace("-", "−")


def load_words(seen: Seen, position: str, say: Say) -> str:
    """A position's workload, and the two metrics that most of it comes from."""
    row = seen.posed.positions.index(position)
    load = float(seen.posed.problem.load[row])
    if seen.published:
        return say("teams.load_then", points=points(load, say))
    shares = seen.posed.workload.points.iloc[row]
    most = [
        name for name in shares[list(METRICS)].sort_values(ascending=False, kind="stable").index if shares[name] > 0
    ]
    parts = "、".join(f"{say(f'workload.{name}')} {shares[name]:.1f}" for name in most[:2])
    return say("teams.load", points=points(load, say), parts=parts)


def edit_words(edit: Edit, names: Names, say: Say) -> list[tuple[str, str, str]]:
    """What an edit changes: the thing, from, to; a row each, in the order of the fields."""
    rows = []
    for field, (before, after) in edit.items():
        part, _, key = field.partition(".")
        if part in ("where", "fixed", "never"):
            thing = say(f"teams.of_{part}", name=names.positions.get(key, key))
        elif part == "extra":
            thing = say("teams.of_extra", name=names.positions.get(key, key))
        elif part == "strength":
            thing = say("teams.of_strength", name=names.teams.get(key, key))
        elif part == "weights":
            thing = say("teams.of_weight", name=say(f"workload.{key}"))
        else:
            thing = say("teams.balance")
        rows.append((thing, *(_value(part, value, names, say) for value in (before, after))))
    return rows


def _value(part: str, value: object, names: Names, say: Say) -> str:
    if value is None:
        return say("teams.nobody") if part == "where" else say("teams.usual")
    if part in ("where", "fixed"):
        return names.teams.get(str(value), str(value))
    if isinstance(value, list | tuple):
        return "、".join(names.teams.get(str(one), str(one)) for one in value)
    if part == "balance" and isinstance(value, int | float):
        return f"±{100 * value:g}%"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
