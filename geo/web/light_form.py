"""What the address of the light page asks for: where somebody is, what they look for, what they reported."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from geo import finder
from geo.datum import DATUMS, Datum
from geo.district import District
from geo.errors import ParameterError
from geo.facilities import AMENITIES
from geo.finder import HELPS, Asked, Help, Origin
from geo.i18n import Language, explain, translate
from geo.nearest import MODES, Mode
from geo.origin import read_point
from geo.search import Hit

HITS_AT_MOST = 6
REPORTED_AT_MOST = 20
"""Of the stations that somebody reported, so many of the last are passed over."""
WHOLE_CIRCLE, POLE = 180.0, 90.0
FIRST_MODE: Mode = "ebike"

T = TypeVar("T", bound=str)


class LightForm:
    """The fields of a query as the page shows them again, and the question they make (``asked``).

    ``error`` says what of it made no sense, ``missing`` whether that is a place that there is not; ``hits``: what a
    place's name may have meant instead; ``pasted``: whether the place was a pair of coordinates.
    """

    def __init__(self, query: QueryParams, now: datetime, district: District, language: Language) -> None:
        said = {name: query.get(name, "").strip() for name in ("place", "pick", "lon", "lat", "accuracy", "at")}
        self.place, self.pick, self.lon, self.lat, self.accuracy, self.at = said.values()
        self.region, self.station = (query.get(name, "").strip() for name in ("region", "station"))
        self.all = query.get("all") == "1"
        self.reported = tuple(dict.fromkeys(query.getlist("reported")))[-REPORTED_AT_MOST:]
        self.help: Help = HELPS[0]
        self.mode: Mode = FIRST_MODE
        self.datum: Datum = "wgs84"
        self.amenities: tuple[str, ...] = ()
        self.hits: list[Hit] = []
        self.error = ""
        self.missing = self.pasted = False
        self.asked: Asked | None = None
        self._language, self._say = language, partial(translate, language=language)
        try:
            self._read(query, now, district)
        except ParameterError as error:
            self.error = explain(error, language)

    @property
    def filters(self) -> list[tuple[str, str]]:
        """The filters as fields of a query, those left out that are as at first."""
        said: list[tuple[str, str]] = [("help", self.help if self.help != HELPS[0] else "")]
        said += [("mode", self.mode if self.mode != FIRST_MODE else "")]
        said += [("amenity", one) for one in self.amenities] + [("all", "1" if self.all else ""), ("at", self.at)]
        return [(name, value) for name, value in said if value]

    @property
    def chosen(self) -> list[str]:
        """The filters in words."""
        words = [self._say(f"near.help_{self.help}")] if self.help != HELPS[0] else []
        words += [self._say(f"amenity.{one}") for one in self.amenities]
        words += [self._say(f"near.mode_{self.mode}")] if self.mode != FIRST_MODE else []
        return (
            words + ([self._say("near.closed_too")] if self.all else []) + ([self.at.replace("T", " ")] * bool(self.at))
        )

    def query(self, *more: tuple[str, str]) -> str:
        """The same question again as a query, with some fields more."""
        where = [
            (name, getattr(self, name)) for name in ("place", "pick", "lon", "lat", "accuracy", "region", "station")
        ]
        where += [("datum", self.datum if self.datum != "wgs84" else "")]
        said = [(name, value) for name, value in where if value] + self.filters
        return urlencode([*said, *(("reported", one) for one in self.reported), *more])

    def link(self, **where: str) -> str:
        """The page for another place, with the same filters."""
        lang = [("lang", "en")] if self._language == "en" else []
        return f"/m?{urlencode([*where.items(), *self.filters, *lang])}"

    def _read(self, query: QueryParams, now: datetime, district: District) -> None:
        for name, allowed in (("help", HELPS), ("mode", MODES), ("datum", DATUMS)):
            if value := query.get(name):
                setattr(self, name, _one_of(name, value, allowed))
        self.amenities = tuple(dict.fromkeys(_one_of("amenity", one, AMENITIES) for one in query.getlist("amenity")))
        at = _moment(self.at, district) if self.at else now
        if origin := self._origin(district):
            self.asked = Asked(
                origin,
                at,
                self.help,
                self.amenities,
                self.mode,
                self.all,
                station="" if self.place or self.station in self.reported else self.station,
                without=self.reported,
                later=bool(self.at),
            )

    def _origin(self, district: District) -> Origin | None:
        """What says most of where somebody is: a place that was typed, a location, a station, a town."""
        if self.place:
            return self._named(district)
        if self.lon or self.lat:
            lon, lat = _degrees("lon", self.lon, WHOLE_CIRCLE), _degrees("lat", self.lat, POLE)
            accuracy = min(float(self.accuracy), finder.FARTHEST_M) if self.accuracy.isdecimal() else None
            return Origin(lon, lat, "located", accuracy_m=accuracy)
        if self.station:
            return self._known("facility", self.station, district, "light.no_station")
        return self._known("region", self.region, district, "light.no_region") if self.region else None

    def _named(self, district: District) -> Origin | None:
        """A place by its name, or pasted coordinates. Of several hits the first, or the one that was picked."""
        self.hits = district.place_index.find(self.place, HITS_AT_MOST)
        if not self.hits:
            try:
                point = read_point(self.place, self.datum)
            except ParameterError:
                if any(sign.isdecimal() for sign in self.place):
                    raise
                self.error, self.missing = self._say("light.nothing", text=self.place), True
                return None
            self.pasted = True
            return Origin(*point, "point")
        picked = next((hit for hit in self.hits if name_of(hit) == self.pick), self.hits[0])
        self.hits = [hit for hit in self.hits if hit != picked]
        return finder.origin_of(picked, district, self._language)

    def _known(self, kind: str, name: str, district: District, error: str) -> Origin | None:
        hit = district.place_index.get(kind, name)
        if hit is None:
            self.error, self.missing = self._say(error), True
            return None
        return finder.origin_of(hit, district, self._language)


def name_of(hit: Hit) -> str:
    """What a hit is picked by."""
    return f"{hit.kind}:{hit.id}"


def _one_of(field: str, value: str, allowed: tuple[T, ...]) -> T:
    for one in allowed:
        if one == value:
            return one
    raise ParameterError("light.bad", field=field, value=value[:40])


def _degrees(field: str, text: str, limit: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ParameterError("light.bad", field=field, value=text[:40]) from None
    if not abs(value) <= limit:  # NaN too
        raise ParameterError("light.bad", field=field, value=text[:40])
    return value


def _moment(text: str, district: District) -> datetime:
    """A time as the district's clocks show it, as ``<input type=datetime-local>`` writes it."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=district.calendar.zone)
    except ValueError:
        raise ParameterError("light.bad_time", field="at", value=text[:40]) from None
