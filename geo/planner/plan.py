"""A plan: how new sites are looked for, and the sites that were found or moved by hand. It fits into a URL."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args
from urllib.parse import unquote

from geo.errors import ParameterError
from geo.planner.cells import SIZES_M
from geo.siting import GOALS, Goal

Choice = TypeVar("Choice", bound=str)
Source = Literal["cells", "positions", "facilities", "list"]
SOURCES: tuple[Source, ...] = get_args(Source)

N_AT_MOST, SITES_AT_MOST = 200, 500
"""New sites that one plan can ask for, and have: to cover all with the fewest may take more. A URL holds as many."""
ID_AT_MOST = 200
"""Letters of an id."""
DECIMALS = 5
"""Of the degrees in a URL: about a metre."""
MOVED = "m"

_APART = "%:;,"
"""What keeps the parts of ``sites``, ``in`` and ``out`` apart, and so is written as %XX within an id."""


@dataclass(frozen=True)
class Site:
    """A new site: ``id`` of the candidate it is, WGS-84 degrees, and whether somebody moved it from there by hand.

    ParameterError (``sites``) for a place that is none and an id that is empty or too long.
    """

    id: str
    name: str
    lon: float
    lat: float
    moved: bool = False

    def __post_init__(self) -> None:
        _check_id("sites", self.id)
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):  # nor NaN
            raise ParameterError("planning.place", field="sites", value=f"{self.lon},{self.lat}")


@dataclass(frozen=True)
class Plan:
    """How new sites are looked for (``goal``, ``n`` of them, among candidates from ``source``), and ``sites``, those
    that were chosen.

    ``cell_m``: the side of the cells whose middles are candidates, where the source is cells. ``capacity``: the most
    weight that a new site takes, None for any. ``forced`` and ``barred``: ids of candidates that must and must not be
    chosen. ``n`` says nothing where the goal is set-cover, which asks for the fewest. ParameterError, with the
    parameter of the URL as ``field``, for what cannot be.
    """

    goal: Goal = "max-cover"
    n: int = 5
    source: Source = "cells"
    cell_m: int = 1000
    capacity: float | None = None
    forced: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()

    def __post_init__(self) -> None:
        _check_choice("goal", self.goal, GOALS)
        _check_choice("from", self.source, SOURCES)
        _check_choice("cell", str(self.cell_m), tuple(map(str, SIZES_M)))
        if not 1 <= self.n <= N_AT_MOST:
            raise ParameterError("planning.number", field="n", value=self.n, most=N_AT_MOST)
        if self.capacity is not None and not (math.isfinite(self.capacity) and self.capacity > 0):
            raise ParameterError("planning.capacity", field="capacity", value=self.capacity)
        for field, ids in (("in", self.forced), ("out", self.barred), ("sites", tuple(s.id for s in self.sites))):
            for one in ids:
                _check_id(field, one)
            if len(set(ids)) < len(ids):
                raise ParameterError("planning.repeated", field=field, value=next(i for i in ids if ids.count(i) > 1))
        if len(self.sites) > SITES_AT_MOST:
            raise ParameterError("planning.many", field="sites", value=len(self.sites), most=SITES_AT_MOST)

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Plan:
        """What a URL says: ``goal``, ``n``, ``from``, ``cell``, ``capacity``, ``in`` and ``out`` (ids with commas
        between) and ``sites`` (``ID:lon,lat`` with semicolons between, ``:m`` after those moved by hand).

        What is left out has its default; other parameters are others' business. Ids write their own ``% : ; ,`` as
        %XX. A site's name is not in the URL and so empty: ``geo.planner.candidates.named`` finds it.
        """
        goal, source = params.get("goal", "max-cover"), params.get("from", "cells")
        capacity = params.get("capacity", "")
        return cls(
            goal=_choice("goal", goal, GOALS),
            n=_whole("n", params.get("n", "5")),
            source=_choice("from", source, SOURCES),
            cell_m=_whole("cell", params.get("cell", "1000")),
            capacity=_number("capacity", capacity) if capacity else None,
            forced=_ids(params.get("in", "")),
            barred=_ids(params.get("out", "")),
            sites=tuple(_site(text) for text in params.get("sites", "").split(";") if text),
        )

    def params(self) -> dict[str, str]:
        """The parameters that ``read`` makes the same plan of, sites without names and to ``DECIMALS``; what is as it
        would be anyway is left out.
        """
        said = {
            "goal": self.goal,
            "n": str(self.n),
            "from": self.source,
            "cell": str(self.cell_m),
            "capacity": "" if self.capacity is None else repr(float(self.capacity)).removesuffix(".0"),
            "in": ",".join(map(_quoted, self.forced)),
            "out": ",".join(map(_quoted, self.barred)),
            "sites": ";".join(map(_written, self.sites)),
        }
        usual = {"goal": "max-cover", "n": "5", "from": "cells", "cell": "1000"}
        return {name: text for name, text in said.items() if text and usual.get(name) != text}


def _check_choice(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ParameterError("planning.choice", field=field, value=value[:80], choices=", ".join(choices))


def _check_id(field: str, value: str) -> None:
    if not 1 <= len(value) <= ID_AT_MOST:
        raise ParameterError("planning.id", field=field, value=value[:80], most=ID_AT_MOST)


def _choice(field: str, value: str, choices: tuple[Choice, ...]) -> Choice:
    _check_choice(field, value, choices)
    return next(choice for choice in choices if choice == value)


def _whole(field: str, text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise ParameterError("planning.whole", field=field, value=text[:80])
    return int(text)


def _number(field: str, text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?", text):
        raise ParameterError("planning.no_number", field=field, value=text[:80])
    return float(text)


def _ids(text: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in text.split(",") if part)


def _site(text: str) -> Site:
    """One part of ``sites``."""
    parts = text.split(":")
    place = parts[1].split(",") if len(parts) in (2, 3) else []
    if len(place) != 2 or parts[2:] not in ([], [MOVED]):
        raise ParameterError("planning.site", field="sites", value=text[:80])
    lon, lat = (_number("sites", part) for part in place)
    return Site(unquote(parts[0]), "", lon, lat, moved=len(parts) == 3)


def _quoted(text: str) -> str:
    return "".join(f"%{ord(letter):02X}" if letter in _APART else letter for letter in text)


def _written(site: Site) -> str:
    place = f"{site.lon:.{DECIMALS}f},{site.lat:.{DECIMALS}f}"
    return f"{_quoted(site.id)}:{place}" + (f":{MOVED}" if site.moved else "")
