"""Workloads and changes of a plan in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geo.fieldwork.plan import BALANCE, METRICS, Edit
from geo.fieldwork.workload import DEFAULTS
from geo.words import Say

if TYPE_CHECKING:
    from geo.fieldwork.words import Names
    from pages.ui.teams.work import Seen


USUAL = {"strength": 1.0, "extra": 0.0}
"""What a field that nobody set is."""


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
        rows.append((thing, *(_value(part, key, value, names, say) for value in (before, after))))
    return rows


def team_words(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], say: Say
) -> list[tuple[str, str, str]]:
    """What changed of the teams from one version to another: their names, who leads them, their departments."""
    old, new = ({str(team["id"]): team for team in teams} for teams in (before, after))
    rows = []
    for id_ in [*old, *(id_ for id_ in new if id_ not in old)]:
        for part in ("name", "lead", "departments"):
            was, now = (_said(teams.get(id_, {}).get(part), say) for teams in (old, new))
            if was != now:
                name = (new.get(id_) or old[id_])["name"]
                rows.append((say("teams.of_team", name=name, part=say(f"teams.part_{part}")), was, now))
    return rows


def _said(value: object, say: Say) -> str:
    text = "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return text or say("total.none")


def _value(part: str, key: str, value: object, names: Names, say: Say) -> str:
    if value is None and part in USUAL:
        return say("teams.usual_value", value=f"{USUAL[part]:g}")
    if value is None and part == "weights":
        return say("teams.usual_value", value=f"{DEFAULTS[key]:g}")
    if value is None and part == "balance":
        return say("teams.usual_value", value=f"±{100 * BALANCE:g}%")
    if value is None:
        return say("teams.nobody") if part == "where" else say("teams.usual")
    if part in ("where", "fixed"):
        return names.teams.get(str(value), str(value))
    if isinstance(value, list | tuple):
        return "、".join(names.teams.get(str(one), str(one)) for one in value)
    if part == "balance" and isinstance(value, int | float):
        return f"±{100 * value:g}%"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
