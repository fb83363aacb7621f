"""A point that somebody pasted: a pair of degrees in any of the ways they are written, or a link of a map."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from geo.datum import CHINA, Datum, convert
from geo.errors import ParameterError

LONGEST = 4000  # characters; a link with more is none of a map's

# The signs of degrees, minutes and seconds in their many forms, and what else NFKC does not make plain.
_SIGNS = str.maketrans("º˚分′‘’秒″“”−–—、。", "°°''''\"\"\"\"---,.")
_EAST = ("东经", "经度", "经", "东", "longitude", "long", "lon", "lng", "e")
_WEST = ("西经", "西", "w")
_NORTH = ("北纬", "纬度", "纬", "北", "latitude", "lat", "n")
_SOUTH = ("南纬", "南", "s")
_NO_SIDE = ("经度", "经", "longitude", "long", "lon", "lng", "纬度", "纬", "latitude", "lat")  # may have a minus
_TOKEN = re.compile(
    rf"(?P<mark>{'|'.join(_EAST + _WEST + _NORTH + _SOUTH)})"
    r"|(?P<degrees>[+-]?[0-9]{1,3}(?:\.[0-9]+)?)(?![0-9.])\s*(?:[°度]\s*"
    r"(?:(?P<minutes>[0-9]{1,2}(?:\.[0-9]+)?)\s*'(?!')\s*(?:(?P<seconds>[0-9]{1,2}(?:\.[0-9]+)?)\s*(?:''|\"))?)?)?"
    r"|(?P<gap>[\s,;:=/|()\[\]{}<>]+)"
)

_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{0,20}://|geo:)[^\s\"'<>]+", re.IGNORECASE)
_PAIR = re.compile(r"(?<![0-9.])(-?[0-9]{1,3}\.[0-9]+)\s*[,;/|]\s*(-?[0-9]{1,3}\.[0-9]+)(?![0-9.])")
_NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]+)?")
# Where the links of maps say a point: where one goes before what the screen showed.
_GOALS = ("position", "location", "to", "tocoord", "destination", "daddr", "marker", "dest", "point", "p", "q", "query")
_VIEWS = ("ll", "center", "sll", "latlng", "coord", "c")
_HALVES = (("dlon", "dlat"), ("mlon", "mlat"), ("lon", "lat"), ("lng", "lat"), ("longitude", "latitude"))
_DATUM_SAID = ("datum", "coord_type", "coordinate", "coord")
# The datum of each map's links, by the end of its host's name, where the link does not say one.
_DATUM_OF_HOST: Mapping[str, Datum] = MappingProxyType(
    {
        "amap.com": "gcj02",
        "amap": "gcj02",
        "qq.com": "gcj02",
        "baidu.com": "bd09",
        "maps.apple.com": "gcj02",
        "openstreetmap.org": "wgs84",
    }
)
_DATUM_NAMED: Mapping[str, Datum] = MappingProxyType(
    {"wgs84": "wgs84", "gcj02": "gcj02", "gcj02ll": "gcj02", "gaode": "gcj02", "bd09": "bd09", "bd09ll": "bd09"}
)
_Numbers = tuple[float, float]


def read_point(text: str, datum: Datum) -> tuple[float, float]:
    """The longitude and latitude, WGS-84 degrees, of a point pasted in ``datum``.

    ``116.34, 39.73`` in either order, full-width or not; ``116°20′30″E 39°43′N``, ``东经116.34 北纬39.73``,
    ``lat 39.73 lon 116.34``; a link of Amap, Tencent, Baidu, Apple, OpenStreetMap or another map with the point in it,
    also amid other words; ``geo:39.73,116.34``. A link that says its datum, or whose map has only one, is in that.

    Unmarked, the order is the one that leads into ``CHINA``, where no longitude can be a latitude; else beyond 90 is a
    longitude. ParameterError, with ``field`` and ``value``, where it cannot be read, could be either way round, is
    nowhere on Earth, or is a link without a point, as short ones are.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST].translate(_SIGNS))
    try:
        if link := _LINK.search(plain):
            lon, lat, datum = _linked(link[0], datum)
        else:
            lon, lat = _written(plain.casefold().strip().rstrip("."))
        if len(text) > LONGEST or abs(lon) > 180 or abs(lat) > 90:
            raise _UnreadableError("error.point")
    except _UnreadableError as error:
        raise ParameterError(error.key, field="point", value=text.strip()[:80]) from None
    x, y = convert(lon, lat, datum, "wgs84")
    return float(x), float(y)


class _UnreadableError(Exception):
    """There is no point in it; ``key`` says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _written(plain: str) -> _Numbers:
    """Longitude and latitude of two angles, both marked before, both after or neither."""
    tokens, end = [], 0
    for token in _TOKEN.finditer(plain):
        if token.start() != end:
            break
        end = token.end()
        if token.lastgroup != "gap":
            tokens.append(token)
    order = "".join("m" if token["mark"] else "a" for token in tokens)
    if end != len(plain) or order not in ("aa", "mama", "amam"):
        raise _UnreadableError("error.point")
    values = [_angle(token) for token in tokens if not token["mark"]]
    marks = [token["mark"] for token in tokens if token["mark"]]
    if not marks:
        return _ordered(*values)
    eastward = [mark in _EAST + _WEST for mark in marks]
    if eastward[0] == eastward[1]:
        raise _UnreadableError("error.point")
    for number, mark in enumerate(marks):
        if values[number] < 0 and mark not in _NO_SIDE:
            raise _UnreadableError("error.point")
        if mark in _WEST + _SOUTH:
            values[number] = -values[number]
    return (values[0], values[1]) if eastward[0] else (values[1], values[0])


def _angle(token: re.Match[str]) -> float:
    """Degrees, with the minutes and seconds that follow; those are below 60 and follow whole numbers."""
    degrees, minutes, seconds = (token[name] or "0" for name in ("degrees", "minutes", "seconds"))
    if (token["minutes"] and "." in degrees) or (token["seconds"] and "." in minutes):
        raise _UnreadableError("error.point")
    if float(minutes) >= 60 or float(seconds) >= 60:
        raise _UnreadableError("error.point")
    value = abs(float(degrees)) + float(minutes) / 60 + float(seconds) / 3600
    return -value if degrees.startswith("-") else value


def _ordered(first: float, second: float) -> _Numbers:
    """Two unmarked numbers as longitude and latitude."""
    (west, east), (south, north) = CHINA
    for lon, lat in ((first, second), (second, first)):
        if west <= lon <= east and south <= lat <= north:
            return lon, lat
    if (abs(first) > 90) == (abs(second) > 90):
        raise _UnreadableError("error.point" if abs(first) > 90 else "error.point_order")
    return (first, second) if abs(first) > 90 else (second, first)


def _linked(link: str, datum: Datum) -> tuple[float, float, Datum]:
    """Longitude, latitude and their datum out of a link."""
    if link[:4].casefold() == "geo:":
        numbers = _NUMBER.findall(link.partition(";")[0].partition("?")[0])
        if len(numbers) not in (2, 3):  # a third is the height
            raise _UnreadableError("error.point")
        return float(numbers[1]), float(numbers[0]), "wgs84"
    try:
        parts = urlsplit(link)
    except ValueError:  # a host in brackets that is no address
        raise _UnreadableError("error.point_link") from None
    query = {name.casefold(): value for name, value in reversed(parse_qsl(f"{parts.query}&{parts.fragment}"))}
    return *_point_of(parts, query), _datum_of(parts, query) or datum


def _point_of(parts: SplitResult, query: Mapping[str, str]) -> _Numbers:
    for lon, lat in _HALVES:
        if _NUMBER.fullmatch(query.get(lon, "")) and _NUMBER.fullmatch(query.get(lat, "")):
            return float(query[lon]), float(query[lat])
    said = [query[name] for name in (*_GOALS, *_VIEWS) if name in query]
    for text in (*said, unquote(parts.path), unquote(parts.fragment)):
        if pair := _PAIR.search(text):
            return _ordered(float(pair[1]), float(pair[2]))
    raise _UnreadableError("error.point_link")


def _datum_of(parts: SplitResult, query: Mapping[str, str]) -> Datum | None:
    for name in _DATUM_SAID:
        if said := _DATUM_NAMED.get(query.get(name, "").casefold()):
            return said
    host = (parts.hostname or "").casefold()
    hosts = (known for end, known in _DATUM_OF_HOST.items() if host == end or host.endswith(f".{end}"))
    return next(hosts, None)
