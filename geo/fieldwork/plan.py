"""A plan 分工: which team takes which position, and under what demands; as a draft holds it, and what changes it.

A plan is flat where it is kept: one field for each thing that somebody can change (``where.P01``, ``balance``), so
that two people who change different things of one draft do not get in each other's way. What is as it would be if
nobody had said anything (a strength of 1, no extra points, the usual balance) has no field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from geo.errors import GongtuError, ParameterError
from geo.storage.assignments import Edit, Fields, Json

__all__ = ["BALANCE", "METRICS", "Edit", "Fields", "Json", "Plan", "edit_between", "inverse", "moved"]

METRICS = ("ununionised", "workers", "unserved", "appeals", "distance", "each")
"""What a position's workload is made of: enterprises without a union, workers, workers without a rest station near,
open appeals, the way there, and that it is a position at all.
"""
BALANCE = 0.15
"""How far a team's workload may be from its share, as a part of that, where nobody says otherwise."""
STRENGTH = (0.1, 10.0)
WEIGHT = (0.0, 100.0)
EXTRA = (-50.0, 50.0)
ALLOWED = (0.0, 10.0)
"""What a team's strength, a metric's weight, a position's extra points and the balance may be, inclusive. A team may
have many times its share, where locks or a heavy position leave nothing else.
"""
ID_AT_MOST = 200


@dataclass(frozen=True)
class Plan:
    """A plan of a campaign. Positions and teams by their ids, none of which needs to be one of the campaign's.

    ``where``: the team of each position; one that is absent has none. ``fixed``: the team a position must go to;
    ``never``: those that must not take it, in ascending order. ``strength``: of a team against the others, 1 where
    absent. ``weights``: of a metric, of ``METRICS``; the usual one where absent. ``extra``: points that a position's
    workload has besides. ``balance``: how far a team's workload may be from its share.
    """

    where: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strength: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    extra: Mapping[str, float] = field(default_factory=dict)
    balance: float = BALANCE

    def fields(self) -> dict[str, Json]:
        """The plan flat, in ascending order of the names; ``Plan.read`` of it is the plan again."""
        found: dict[str, Json] = {}
        for name in ("where", "fixed"):
            found |= {f"{name}.{position}": team for position, team in getattr(self, name).items()}
        found |= {f"never.{position}": sorted(set(teams)) for position, teams in self.never.items() if teams}
        found |= {f"strength.{team}": value for team, value in self.strength.items() if value != 1}
        found |= {f"weights.{metric}": value for metric, value in self.weights.items()}
        found |= {f"extra.{position}": value for position, value in self.extra.items() if value != 0}
        if self.balance != BALANCE:
            found["balance"] = self.balance
        return dict(sorted(found.items()))

    @classmethod
    def read(cls, fields: Fields) -> Plan:
        """The plan of these fields. ParameterError, its ``field`` the name, for one that there is not and a value that
        it cannot have.
        """
        parts: dict[str, dict[str, Any]] = {name: {} for name in _READ}
        balance = BALANCE
        for name, value in fields.items():
            part, _, key = name.partition(".")
            if name == "balance":
                balance = _number(name, value, *ALLOWED)
            elif part in _READ and 0 < len(key) <= ID_AT_MOST and (part != "weights" or key in METRICS):
                parts[part][key] = _READ[part](name, value)
            else:
                raise ParameterError("assignment.field", field=name[:80], value=str(value)[:80])
        parts["strength"] = {team: value for team, value in parts["strength"].items() if value != 1}
        parts["extra"] = {position: value for position, value in parts["extra"].items() if value != 0}
        return cls(**parts, balance=balance)

    def within(self, positions: Iterable[str], teams: Iterable[str]) -> Plan:
        """The plan without what it says of other positions and teams than these."""
        here, those = set(positions), set(teams)

        def kept(part: Mapping[str, str]) -> dict[str, str]:
            return {position: team for position, team in part.items() if position in here and team in those}

        never = {position: tuple(team for team in its if team in those) for position, its in self.never.items()}
        return replace(
            self,
            where=kept(self.where),
            fixed=kept(self.fixed),
            never={position: its for position, its in never.items() if its and position in here},
            strength={team: value for team, value in self.strength.items() if team in those},
            extra={position: value for position, value in self.extra.items() if position in here},
        )


def inverse(edit: Edit) -> Edit:
    """What takes the edit back."""
    return {name: (then, now) for name, (now, then) in edit.items()}


def edit_between(plan: Plan | Fields, other: Plan | Fields) -> Edit:
    """What makes the one the other: the fields that differ, in ascending order."""
    now, then = (one.fields() if isinstance(one, Plan) else one for one in (plan, other))
    names = sorted(now.keys() | then.keys())
    return {name: (now.get(name), then.get(name)) for name in names if now.get(name) != then.get(name)}


def moved(plan: Plan, position: str, team: str | None) -> Edit:
    """The position taken to another team, None: to none. GongtuError ``assignment.fixed`` for one that must go to
    another team; nothing where it is there already.
    """
    must = plan.fixed.get(position)
    if must is not None and team != must:
        raise GongtuError("assignment.fixed", position=position, team=must)
    where = (
        {**plan.where, position: team} if team is not None else {k: v for k, v in plan.where.items() if k != position}
    )
    return edit_between(plan, replace(plan, where=where))


def _team(name: str, value: Json) -> str:
    if isinstance(value, str) and 0 < len(value) <= ID_AT_MOST:
        return value
    raise ParameterError("assignment.value", field=name[:80], value=str(value)[:80])


def _teams(name: str, value: Json) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ParameterError("assignment.value", field=name[:80], value=str(value)[:80])
    return tuple(sorted({_team(name, one) for one in value}))


def _number(name: str, value: Json, low: float, high: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if low <= value <= high:  # what is no number is in no range
            return float(value)
        raise ParameterError(
            "assignment.range", field=name[:80], value=str(value)[:80], low=f"{low:g}", high=f"{high:g}"
        )
    raise ParameterError("assignment.value", field=name[:80], value=str(value)[:80])


_READ: Mapping[str, Callable[[str, Json], object]] = {
    "where": _team,
    "fixed": _team,
    "never": _teams,
    "strength": lambda name, value: _number(name, value, *STRENGTH),
    "weights": lambda name, value: _number(name, value, *WEIGHT),
    "extra": lambda name, value: _number(name, value, *EXTRA),
}
