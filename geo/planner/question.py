"""A planner's question: which service, how far, for whom, seen how, and when. As values, and as a URL writes it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args
from urllib.parse import unquote

from geo.coverage import LENS_UNION, LENSES, Lens
from geo.demand import Group, Measure, Who
from geo.errors import ParameterError
from geo.facilities import KINDS, FacilityKind
from geo.hours.calendar import WEEKDAYS
from geo.nearest import DETOUR, SPEEDS_M_S

ReachUnit = Literal["m", "walk", "ebike"]
REACH_UNITS: tuple[ReachUnit, ...] = get_args(ReachUnit)
REACH_AT_MOST: dict[ReachUnit, int] = {"m": 50_000, "walk": 240, "ebike": 120}
"""Metres, and minutes: farther than anybody goes for a rest, and so far that all of a district is in reach."""


@dataclass(frozen=True)
class Reach:
    """How far is in reach: ``value`` metres in a straight line, or ``value`` minutes on foot or by e-bike.

    Minutes become the straight line that a way of so long leads along: minutes x 60 x speed / detour, both assumed
    (``geo.nearest``). ParameterError for another unit and for a value that is not 0 to REACH_AT_MOST.
    """

    value: float = 1000
    unit: ReachUnit = "m"

    def __post_init__(self) -> None:
        if self.unit not in REACH_UNITS:
            raise ParameterError("question.unit", field="unit", value=self.unit)
        most = REACH_AT_MOST[self.unit]
        if not (math.isfinite(self.value) and 0 <= self.value <= most):
            raise ParameterError("question.reach", field="reach", value=self.value, most=most)
        # 1000.0 and 1000, -0.0 and 0 are one reach, and are written in one way.
        object.__setattr__(self, "value", int(self.value) if self.value == int(self.value) else float(self.value))

    @property
    def within_m(self) -> float:
        """The reach in metres of a straight line."""
        return float(self.value) if self.unit == "m" else self.value * 60 * SPEEDS_M_S[self.unit] / DETOUR


@dataclass(frozen=True)
class When:
    """The first minute of an hour, 0 to 23, of a weekday, 0 for Monday. ParameterError for others."""

    weekday: int
    hour: int

    def __post_init__(self) -> None:
        if self.weekday not in range(7):
            raise ParameterError("question.day", field="day", value=self.weekday)
        if self.hour not in range(24):
            raise ParameterError("question.hour", field="hour", value=self.hour)


@dataclass(frozen=True)
class Question:
    """What a planner asks of the district. ``when``: only what is open then counts; without it, all that is in service.

    Kinds are kept once each in the order of ``KINDS``, so that the same question is equal to itself; no kinds, no
    service. ParameterError, with ``field``, for a kind or lens that there is not.
    """

    kinds: tuple[FacilityKind, ...] = ("rest_station",)
    reach: Reach = field(default_factory=Reach)
    who: Who = field(default_factory=Who)
    lens: Lens = "service"
    when: When | None = None

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise ParameterError("facilities.kind", field="kinds", value=kind)
        if self.lens not in LENSES:
            raise ParameterError("coverage.lens", field="lens", value=self.lens)
        object.__setattr__(self, "kinds", tuple(kind for kind in KINDS if kind in self.kinds))

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Question:
        """The question that a URL's parameters ask; others than a question's own are passed over.

        ``kinds``, ``industry`` and ``groups`` are lists with commas between (a comma or per cent sign in a name is
        written %2C or %25), where ``kinds=`` asks for none; ``reach`` is a number of ``unit``; ``day`` is Mo to Su and
        comes with ``hour``. What is missing or empty is as the defaults have it, ``union`` as the lens has it: the
        unionised for ``service``, the ununionised for ``union``. ParameterError, with ``field``, for what cannot be.
        """
        default = cls()
        said = {name: text for name, text in params.items() if text}
        lens = cast(Lens, said.get("lens", default.lens))
        if lens not in LENSES:
            raise ParameterError("coverage.lens", field="lens", value=lens)
        kinds = default.kinds if params.get("kinds") is None else cast(tuple[FacilityKind, ...], _list(params["kinds"]))
        unit = cast(ReachUnit, said.get("unit", default.reach.unit))
        return cls(
            kinds=kinds,
            reach=Reach(_number(said.get("reach", str(default.reach.value)), unit), unit),
            who=Who(
                measure=cast(Measure, said.get("measure", default.who.measure)),
                union=cast(Group, said.get("union", LENS_UNION[lens])),
                industries=_list(said.get("industry", "")),
                groups=_list(said.get("groups", "")),
            ),
            lens=lens,
            when=_when(said.get("day", ""), said.get("hour", "")),
        )

    def params(self) -> dict[str, str]:
        """The parameters of a URL that ask this, so that ``read`` gives it back; defaults are left out."""
        written = {
            "kinds": _written(self.kinds),
            "reach": str(self.reach.value),
            "unit": self.reach.unit,
            "measure": self.who.measure,
            "union": self.who.union,
            "industry": _written(self.who.industries),
            "groups": _written(self.who.groups),
            "lens": self.lens,
            "day": WEEKDAYS[self.when.weekday] if self.when else "",
            "hour": str(self.when.hour) if self.when else "",
        }
        default = Question()
        left_out = {
            "kinds": _written(default.kinds),
            "reach": str(default.reach.value),
            "unit": default.reach.unit,
            "measure": default.who.measure,
            "union": LENS_UNION[self.lens],
            "lens": default.lens,
        }
        return {name: text for name, text in written.items() if text != left_out.get(name, "")}


def _list(text: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in text.split(",") if part)


def _written(names: tuple[str, ...]) -> str:
    return ",".join(name.replace("%", "%25").replace(",", "%2C") for name in names)


def _number(text: str, unit: str) -> float:
    """A reach as plain digits; ParameterError for anything else, as for a reach that is too far."""
    try:
        # float() also takes blanks, low lines, other alphabets' digits and the words nan and inf.
        if not set(text) <= set("0123456789.e-"):
            raise ValueError(text)
        return float(text)
    except ValueError:
        most = REACH_AT_MOST.get(cast(ReachUnit, unit), REACH_AT_MOST["m"])
        raise ParameterError("question.reach", field="reach", value=text, most=most) from None


def _when(day: str, hour: str) -> When | None:
    if not day and not hour:
        return None
    if day not in WEEKDAYS:
        raise ParameterError("question.day", field="day", value=day)
    if not (hour.isascii() and hour.isdigit() and len(hour) <= 2 and int(hour) < 24):
        raise ParameterError("question.hour", field="hour", value=hour)
    return When(WEEKDAYS.index(day), int(hour))
