"""Nearest 最近: which stations somebody can go to at a moment, nearest first, and what was left out and why."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import ParameterError
from geo.facilities import AMENITIES, KINDS, SERVING_STATES, FacilityKind, parse_amenities
from geo.globe import Globe, least
from geo.hours import Calendar, Opening, opening

Reason = Literal["closed", "out_of_service", "amenity", "no_place"]
REASONS: tuple[Reason, ...] = get_args(Reason)

Mode = Literal["walk", "ebike"]
MODES: tuple[Mode, ...] = get_args(Mode)

AT_MOST = 50
"""How many stations one answer lists at most."""
DETOUR = 1.3
"""How much longer than the straight line a way is taken to be: assumed, until road data is there. Cities' streets have
been found to make it 1.2 to 1.4."""
SPEEDS_M_S: dict[Mode, float] = {"walk": 1.25, "ebike": 15 / 3.6}
"""Assumed: 4.5 km/h on foot, the pace that crossings are planned for; by e-bike the 15 km/h that article 58 of the Road
Traffic Safety Law (道路交通安全法) allows in a cycle lane."""
FIRST, THEN = 16, 512
"""How many of a kind are looked at first (besides as many as are asked for), and then if need be, before all are."""


@dataclass(frozen=True)
class Wish:
    """What somebody is looking for: ``n`` stations of any of ``kinds`` that have all ``amenities``.

    ``without``: ids passed over in silence, as of the station that somebody has just found locked. ParameterError,
    with ``field``, for an unknown kind or amenity and for an ``n`` other than 1 to AT_MOST; no kinds, no stations.
    """

    kinds: tuple[FacilityKind, ...]
    amenities: tuple[str, ...] = ()
    n: int = 5
    include_closed: bool = False
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise ParameterError("facilities.kind", field="kind", value=kind)
        for amenity in self.amenities:
            if amenity not in AMENITIES:
                raise ParameterError("facilities.amenity", field="amenity", value=amenity)
        if not 1 <= self.n <= AT_MOST:
            raise ParameterError("nearest.count", field="n", value=self.n, most=AT_MOST)


@dataclass(frozen=True)
class Found:
    """A station by its ``row`` in the frame of facilities; ``distance_m``: the geodesic, to the millimetre."""

    row: int
    distance_m: float
    opening: Opening


@dataclass(frozen=True)
class Answer:
    """``found``: at most n stations by (distance, id). ``left_out``: how many of the kinds come before the last of
    them but are not listed, by the first reason that holds (out of service, amenity, closed); where fewer than n were
    found, how many there are at all. ``no_place`` counts, always, those in service whose location is not known.
    ``closed``: the nearest n of those left out as closed.
    """

    found: tuple[Found, ...]
    left_out: dict[Reason, int]
    closed: tuple[Found, ...]


@dataclass(frozen=True, eq=False)
class _Kind:
    """The facilities of one kind that have a location: their ``rows`` (n,), ascending, and in that order the ``globe``;
    and how many in service are ``unplaced``.
    """

    rows: NDArray[np.intp]
    globe: Globe
    unplaced: int


class _Hours:
    """What texts of hours say, kept for as long as they go on saying it: most are asked for now, again and again."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._kept: dict[int, tuple[Calendar, float, float, Opening]] = {}

    def at(self, text: int, at: datetime, calendar: Calendar, second: float) -> Opening:
        """``opening`` of a text by its index; ``second`` is ``at.timestamp()``."""
        kept = self._kept.get(text)
        if kept is not None and kept[0] is calendar and kept[1] <= second < kept[2]:
            return kept[3]
        found = opening(self._texts[text], at, calendar)
        # Hours are told, and looked ahead, to the minute; why they are unknown may change before they are known.
        change = found.changes_at if found.state != "unknown" else None
        until = change.timestamp() if change else (second // 60 + 1) * 60
        self._kept[text] = (calendar, second, until, found)
        return found


@dataclass(frozen=True, eq=False)
class _Question:
    """A wish at a place and a moment."""

    lon: float
    lat: float
    wish: Wish
    at: datetime
    calendar: Calendar
    second: float
    kinds: list[_Kind]
    amenities: int
    without: frozenset[int]


_Place = tuple[float, int]
"""Metres and row: the order of an answer."""
_NO_END: _Place = (math.inf, 0)


class Stations:
    """The facilities of a district, or of the country, in an index; safe to share between threads.

    By row (n,): ``serves``; ``amenities``, a bit for each that is known to be there; ``hours``, an index of ``texts``;
    and all three as ``facts``, because to read one cell of an array takes longer than of a list.
    """

    def __init__(
        self,
        kinds: dict[str, _Kind],
        serves: NDArray[np.bool_],
        amenities: NDArray[np.uint32],
        hours: NDArray[np.intp],
        texts: Sequence[str],
        row_of: dict[str, int],
    ) -> None:
        self._kinds, self._serves, self._amenities, self._hours = kinds, serves, amenities, hours
        self._facts = list(zip(serves.tolist(), amenities.tolist(), hours.tolist(), strict=True))
        self._openings, self._row_of = _Hours(texts), row_of

    @classmethod
    def of(cls, facilities: pd.DataFrame) -> Stations:
        """The index of a frame sorted by id, as ``geo.facilities.TABLE`` has it, WGS-84; rows are its positions."""
        lon, lat = (facilities[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("lon", "lat"))
        placed = np.isfinite(lon) & np.isfinite(lat)
        serves = facilities["state"].isin(SERVING_STATES).to_numpy(dtype=bool)
        kinds: dict[str, _Kind] = {}
        for kind in KINDS:
            named = (facilities["kind"] == kind).to_numpy(dtype=bool)
            rows = np.flatnonzero(named & placed)
            kinds[kind] = _Kind(rows, Globe.of(lon[rows], lat[rows]), int((named & serves & ~placed).sum()))
        hours, texts = pd.factorize(facilities["opening_hours"].fillna("").to_numpy(dtype=object))
        said, cells = pd.factorize(facilities["amenities"].fillna("").to_numpy(dtype=object))
        there = [_bits(name for name, has in parse_amenities(cell).items() if has) for cell in cells]
        return cls(
            kinds,
            serves,
            np.array(there, dtype=np.uint32)[said],
            hours,
            [str(text) for text in texts],
            {key: row for row, key in enumerate(facilities["id"])},
        )

    def nearest(self, lon: float, lat: float, wish: Wish, at: datetime, calendar: Calendar) -> Answer:
        """The stations nearest to (lon, lat), WGS-84 degrees anywhere on earth, that fit the wish at ``at`` (aware).

        In service, known to have the amenities (unknown is not enough), and not closed at ``at`` unless the wish has
        it so; those whose hours are unknown are listed. Exact, however many stations there are. ParameterError, with
        ``field``, for a position that is not on earth.
        """
        asked = self._question(lon, lat, wish, at, calendar)
        return self._among(asked, FIRST + wish.n) or self._among(asked, THEN) or self._everywhere(asked)

    def glance(self, lon: float, lat: float, wish: Wish, at: datetime, calendar: Calendar) -> Answer | None:
        """``nearest``, for who must not wait: None where looking at some hundreds of stations does not settle it."""
        asked = self._question(lon, lat, wish, at, calendar)
        return self._among(asked, FIRST + wish.n) or self._among(asked, THEN)

    def _question(self, lon: float, lat: float, wish: Wish, at: datetime, calendar: Calendar) -> _Question:
        for field, value, most in (("lon", lon, 180), ("lat", lat, 90)):
            if not abs(value) <= most:
                raise ParameterError("nearest.degrees", field=field, value=value, most=most)
        return _Question(
            *(lon, lat, wish, at, calendar, at.timestamp()),
            kinds=[self._kinds[kind] for kind in dict.fromkeys(wish.kinds)],
            amenities=_bits(wish.amenities),
            without=frozenset(self._row_of[key] for key in wish.without if key in self._row_of),
        )

    def one(self, key: str, lon: float, lat: float, at: datetime, calendar: Calendar) -> Found | None:
        """A station by its id, whatever its state, from (lon, lat); None for an unknown id and for one without a
        location.
        """
        row = self._row_of.get(key, -1)
        for kind in self._kinds.values():
            point = int(np.searchsorted(kind.rows, row))
            if point < len(kind.rows) and kind.rows[point] == row:
                opened = self._openings.at(self._hours.item(row), at, calendar, at.timestamp())
                return Found(row, kind.globe.far(lon, lat, point), opened)
        return None

    def _among(self, asked: _Question, k: int) -> Answer | None:
        """The answer by looking, in turn, at the ``k`` of each kind around; None where these do not settle it."""
        n, wanted, shut_too = asked.wish.n, asked.amenities, asked.wish.include_closed
        around: list[tuple[float, int, _Kind]] = []
        limit = math.inf  # every station that is not among these is farther
        for kind in asked.kinds:
            chords, points = kind.globe.around(asked.lon, asked.lat, k)
            around += [(chord, point, kind) for chord, point in zip(chords, points, strict=True)]
            if len(points) < len(kind.rows):
                limit = min(limit, least(chords[-1]))
        if len(asked.kinds) > 1:
            around.sort(key=_chord)
        found: list[_Place] = []
        closed: list[_Place] = []
        out_of_service: list[_Place] = []
        lacking: list[_Place] = []
        openings: dict[int, Opening] = {}
        for chord, point, kind in around:
            at_least = least(chord)
            if at_least > limit or (len(found) >= n and at_least > found[n - 1][0]):
                break
            row = kind.rows.item(point)
            if row in asked.without:
                continue
            place = (kind.globe.far(asked.lon, asked.lat, point), row)
            serves, has, hours = self._facts[row]
            if not serves:
                out_of_service.append(place)
            elif has & wanted != wanted:
                lacking.append(place)
            else:
                opened = openings[row] = self._openings.at(hours, asked.at, asked.calendar, asked.second)
                insort(closed if opened.state == "closed" and not shut_too else found, place)
        if limit < math.inf and (len(found) < n or limit <= found[n - 1][0]):
            return None
        last = found[n - 1] if len(found) >= n else _NO_END
        nearer = {
            "closed": closed[: bisect_left(closed, last)],
            "out_of_service": [place for place in out_of_service if place < last],
            "amenity": [place for place in lacking if place < last],
        }
        return Answer(
            tuple(Found(row, far, openings[row]) for far, row in found[:n]),
            _left_out(asked, **{reason: len(places) for reason, places in nearer.items()}),
            tuple(Found(row, far, openings[row]) for far, row in nearer["closed"][:n]),
        )

    def _everywhere(self, asked: _Question) -> Answer:
        """The answer by looking at every facility of the kinds: for wishes that few or none fulfil."""
        n, sorted_out = asked.wish.n, [self._sort_out(asked, kind) for kind in asked.kinds]

        def first(which: str) -> list[_Place]:
            places: list[_Place] = []
            for kind, points in zip(asked.kinds, sorted_out, strict=True):
                near = kind.globe.nearest_of(points[which], asked.lon, asked.lat, n)
                places += [(far, int(kind.rows[point])) for far, point in near]
            return sorted(places)[:n]

        def before(which: str) -> int:
            count = 0
            for kind, points in zip(asked.kinds, sorted_out, strict=True):
                end = (last[0], int(np.searchsorted(kind.rows, last[1])))
                count += kind.globe.before(points[which], asked.lon, asked.lat, end)
            return count

        def shown(places: list[_Place]) -> tuple[Found, ...]:
            hours = [(far, row, self._hours.item(row)) for far, row in places]
            return tuple(
                Found(row, far, self._openings.at(text, asked.at, asked.calendar, asked.second))
                for far, row, text in hours
            )

        found = first("found")
        last = found[-1] if len(found) == n else _NO_END
        counts = {reason: before(reason) for reason in ("closed", "out_of_service", "amenity")}
        closed = [place for place in first("closed") if place < last]
        return Answer(shown(found), _left_out(asked, **counts), shown(closed))

    def _sort_out(self, asked: _Question, kind: _Kind) -> dict[str, NDArray[np.intp]]:
        """The points of a kind by what becomes of them: ``found``, or a reason why not; without those passed over."""
        serves = self._serves[kind.rows]
        has = self._amenities[kind.rows] & asked.amenities == asked.amenities
        hours = self._hours[kind.rows]
        shut = np.zeros(self._hours.max(initial=0) + 1, dtype=bool)
        if not asked.wish.include_closed:
            for text in np.unique(hours[serves & has]).tolist():
                shut[text] = self._openings.at(text, asked.at, asked.calendar, asked.second).state == "closed"
        passed_over = np.isin(kind.rows, list(asked.without))
        sorted_out = {
            "out_of_service": ~serves,
            "amenity": serves & ~has,
            "closed": serves & has & shut[hours],
            "found": serves & has & ~shut[hours],
        }
        return {name: np.flatnonzero(chosen & ~passed_over) for name, chosen in sorted_out.items()}


def duration_s(distance_m: float, mode: Mode) -> int:
    """Whole seconds for a straight line of so many metres, 0 or more, by ``DETOUR`` and ``SPEEDS_M_S``."""
    return round(distance_m * DETOUR / SPEEDS_M_S[mode])


def _left_out(asked: _Question, *, closed: int, out_of_service: int, amenity: int) -> dict[Reason, int]:
    no_place = sum(kind.unplaced for kind in asked.kinds)
    return {"closed": closed, "out_of_service": out_of_service, "amenity": amenity, "no_place": no_place}


def _chord(around: tuple[float, int, _Kind]) -> float:
    return around[0]


def _bits(amenities: Iterable[str]) -> int:
    """A bit for each of the amenities."""
    return sum(1 << AMENITIES.index(name) for name in set(amenities))
