"""A place by any part of its name, Chinese or English: what somebody types who says where they are. Offline."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import accumulate, chain, islice
from typing import Any, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.distance import Plane
from geo.places import COMMITTEE, TOWN_SUFFIX, Gazetteer, normalise

HitKind = Literal["region", "position", "facility", "community", "village", "zone"]
KINDS: tuple[HitKind, ...] = get_args(HitKind)  # of equally good matches the earlier kind comes first
SCATTERED_FROM, SCATTERED_TO = 3, 12
"""A text of so many letters may have others between them in a name: fewer say too little, more are no abbreviation."""
END = "\0"
"""What stands between texts that are looked at together."""
LONGEST = 200  # characters of what is typed that are looked at

# A former township is found as the zone that it was.
_KIND_OF_PLACE: Mapping[str, HitKind] = {
    "community": "community",
    "village": "village",
    "zone": "zone",
    "former_township": "zone",
}
_BRACKETED = re.compile(r"[(（]地区[)）]")  # 西红门(地区)镇


@dataclass(frozen=True)
class Hit:
    """A place found. ``id``: a region's or place's code, else the record's id. ``lon``, ``lat``: WGS-84 degrees.

    ``accuracy_m``: about how far from the point one may be and still be at the place, None where nothing says so.
    ``within``: the code of the region it lies in (a region's own), ``""`` where none. ``standing``: of the point.
    """

    label_zh: str
    label_en: str
    kind: HitKind
    id: str
    lon: float
    lat: float
    accuracy_m: float | None
    within: str
    standing: str


_FIELDS = tuple(field.name for field in fields(Hit))


class Places:
    """The names of a district, ready to be searched; made once for a revision, safe to share between threads."""

    def __init__(self, named: pd.DataFrame, addresses: Gazetteer, codes: Iterable[str]) -> None:
        """``named``: the fields of each place's ``Hit`` (NaN for an accuracy not known) and its ``names``, a tuple;
        ``addresses`` knows the regions, ``codes``, by their number.
        """
        rank = named["kind"].map(KINDS.index)
        ordered = named.assign(rank=rank).sort_values(["rank", "label_zh", "id"], kind="stable", ignore_index=True)
        self._columns = {name: ordered[name].tolist() for name in _FIELDS}
        # All names in one text, each on its own line and those of a place on adjacent ones: to search it is to search
        # them in the order of the answer, at the speed of memory.
        letters = _Letters()
        texts = ["".join(f"\n{_plain(name, letters)}" for name in names) for names in ordered["names"]]
        self._text = "".join(texts) + "\n"
        self._starts = list(accumulate(map(len, texts), initial=0))
        self._addresses = addresses
        self._codes = list(codes)
        self._numbers = {key: number for number, key in enumerate(zip(ordered["kind"], ordered["id"], strict=True))}

    @classmethod
    def of(
        cls,
        regions: gpd.GeoDataFrame,
        places: pd.DataFrame,
        positions: pd.DataFrame,
        facilities: pd.DataFrame,
        plane: Plane,
        *,
        district: str,
    ) -> Places:
        """The places of a district's frames (WGS-84, regions by code); ``district``: its full name, 北京市大兴区.

        What has no point on the map is left out, such as a zone that lies in several regions; so are the positions
        that are regions.
        """
        seats = _seats(regions, plane)
        named = [
            _regions(regions, seats),
            _places(places, seats),
            _points(positions[positions["kind"] != "region"], "position"),
            _points(facilities, "facility"),
        ]
        known = [frame for frame in named if len(frame)] or named[:1]  # pandas warns of empty ones
        return cls(pd.concat(known, ignore_index=True), Gazetteer(regions, places, district=district), regions["code"])

    def find(self, text: str, limit: int = 8) -> list[Hit]:
        """The best ``limit`` places of which ``text`` is the name or a part of it; none for a text without a letter.

        A whole name comes before a beginning, that before an inner part; of equally good ones the kinds in the order
        of ``KINDS``, then by name, then by id. Blanks, signs, capitals, full-width and traditional forms make no
        difference. Where no name has it, those that have its letters with others between; where there are none either,
        the region that ``text`` names as an address, if it says just one.
        """
        asked = text[:LONGEST]
        key = _plain(asked, _Letters())
        if not key or limit < 1:
            return []
        matching = chain.from_iterable(map(self._matching, (f"\n{key}\n", f"\n{key}", key)))
        found = list(dict.fromkeys(islice(matching, 3 * limit)))[:limit]  # one may match all three ways
        if not found and SCATTERED_FROM <= len(key) <= SCATTERED_TO:
            found = list(islice(self._scattered(key), limit))
        return [self._hit(number) for number in found] or self._addressed(asked)

    def get(self, kind: str, id: str) -> Hit | None:  # noqa: A002 - its name everywhere
        """The place of a kind by its id; None where there is none that has a point on the map."""
        number = self._numbers.get((kind, id))
        return None if number is None else self._hit(number)

    def _scattered(self, key: str) -> Iterator[int]:
        """The numbers of the places one of whose names has the letters of ``key`` in their order, with others between:
        大兴机场 for 大兴国际机场.
        """
        # Each letter where it first stands after the last: if there is a way, that is one, so none is tried again.
        pattern = re.compile(re.escape(key[0]) + "".join(f"(?>[^\n]*?{re.escape(letter)})" for letter in key[1:]))
        found = pattern.search(self._text)
        while found:
            number = bisect_right(self._starts, found.start()) - 1
            yield number
            found = pattern.search(self._text, self._starts[number + 1])

    def _matching(self, part: str) -> Iterator[int]:
        """The numbers of the places one of whose names holds ``part``, ascending, each once."""
        at = self._text.find(part)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number
            at = self._text.find(part, self._starts[number + 1])

    def _hit(self, number: int) -> Hit:
        values = {name: column[number] for name, column in self._columns.items()}
        accuracy = values.pop("accuracy_m")
        return Hit(**values, accuracy_m=None if np.isnan(accuracy) else accuracy)

    def _addressed(self, address: str) -> list[Hit]:
        number = int(self._addresses.resolve(pd.Series([address]))["region"].iloc[0])
        region = self.get("region", self._codes[number]) if number >= 0 else None
        return [region] if region else []


@dataclass(frozen=True)
class _Seat:
    """The point that stands for a region, and about how far its territory reaches from there (NaN: not known)."""

    lon: float
    lat: float
    radius_m: float


def _seats(regions: gpd.GeoDataFrame, plane: Plane) -> dict[str, _Seat]:
    """By code the seat of each region, or a point inside its territory where the seat is not known; nothing where there
    is neither. It reaches as far as a circle of its territory's area, drawn or stated: farther corners there are, but
    most of the region is nearer.
    """
    found = {}
    grounds = regions.to_crs(plane.crs).geometry
    for row, ground in zip(regions.to_dict("records"), grounds, strict=True):
        lon, lat = row.get("seat_lon", np.nan), row.get("seat_lat", np.nan)
        drawn = ground is not None and not ground.is_empty
        if pd.isna(lon) or pd.isna(lat):
            if not drawn:
                continue
            inner = shapely.point_on_surface(ground)
            lon, lat = (float(value[0]) for value in plane.unproject([inner.x], [inner.y]))
        area_m2 = ground.area if drawn else row.get("area_km2", np.nan) * 1e6
        radius = float(np.sqrt(area_m2 / np.pi))
        found[str(row["code"])] = _Seat(float(lon), float(lat), radius)
    return found


def _regions(regions: pd.DataFrame, seats: Mapping[str, _Seat]) -> pd.DataFrame:
    rows = []
    for row in regions.drop(columns="geometry").to_dict("records"):
        if seat := seats.get(row["code"]):
            full = (row["name"], row.get("alias", ""))
            en = row.get("name_en", "")
            names = (*full, *(TOWN_SUFFIX.sub("", name) for name in full), en)
            said = {"label_zh": row["name"], "label_en": en or row["name"], "kind": "region", "within": row["code"]}
            rows.append({**said, **_at(seat, row), "names": names})
    return pd.DataFrame(rows, columns=[*_FIELDS, "names"])


def _places(places: pd.DataFrame, seats: Mapping[str, _Seat]) -> pd.DataFrame:
    rows = []
    for row in places.to_dict("records"):
        if seat := seats.get(row["region"]):
            short = COMMITTEE.sub("", row["name"]) or row["name"]
            label = f"{short}社区" if row["kind"] == "community" else short
            said = {"label_zh": label, "label_en": label, "kind": _KIND_OF_PLACE[row["kind"]], "within": row["region"]}
            rows.append({**said, **_at(seat, row), "names": (row["name"], short)})
    return pd.DataFrame(rows, columns=[*_FIELDS, "names"])


def _at(seat: _Seat, row: Mapping[Hashable, Any]) -> dict[str, object]:
    """A place that has no point of its own: where its region's stands, as inexact as the region is large."""
    standing = "synthetic" if row["standing"] == "synthetic" else "inferred"
    point = {"lon": seat.lon, "lat": seat.lat, "accuracy_m": seat.radius_m}
    return {"id": row["code"], **point, "standing": standing}


def _points(frame: pd.DataFrame, kind: HitKind) -> pd.DataFrame:
    """Records that have a point of their own; columns that a frame may leave out: see ``_optional``."""
    known = frame[frame["lon"].notna() & frame["lat"].notna()]
    zh, en = known["name"], _optional(known, "name_en", "")
    standing, of_point = known["standing"], _optional(known, "location_standing", "")
    return pd.DataFrame(
        {
            "label_zh": zh,
            "label_en": en.where(en != "", zh),
            "kind": kind,
            "id": known["id"],
            "lon": known["lon"],
            "lat": known["lat"],
            "accuracy_m": _optional(known, "precision_m", np.nan),
            "within": _optional(known, "region", ""),
            "standing": of_point.where((of_point != "") & (standing != "synthetic"), standing),
            "names": list(zip(zh, en, strict=True)),
        }
    )


def _optional(frame: pd.DataFrame, column: str, unknown: object) -> pd.Series:
    return frame[column] if column in frame else pd.Series(unknown, index=frame.index)


def plain_names(names: Iterable[str]) -> list[str]:
    """Each name as names are compared here: letters and digits, written one way, without capitals; maybe ``""``."""
    lines = [name.replace(END, " ") for name in names]
    letters = _Letters({ord(END): END})
    return _plain(END.join(lines), letters).split(END) if lines else []  # all at once: a fraction of the time


def place_of(text: str, part: str) -> tuple[int, int]:
    """Where in a text as it is written ``part`` stands, as both are compared here: the first character and, exclusive,
    the last; 0 and 0 where it does not.
    """
    letters = _Letters()
    plain = [letters[ord(character)] for character in text]
    key = _plain(part, letters)
    at = "".join(plain).find(key)
    if at < 0:
        return 0, 0
    ends = [*accumulate(map(len, plain))]
    return bisect_right(ends, at), bisect_left(ends, at + len(key)) + 1


class _Letters(dict[int, str]):
    """By code point, what ``str.translate`` shall make of a character: letters and digits one way, the rest nothing."""

    def __missing__(self, code: int) -> str:
        self[code] = "".join(filter(str.isalnum, normalise(chr(code)).casefold()))
        return self[code]


def _plain(name: str, letters: _Letters) -> str:
    """The letters and digits of a name, written one way and without capitals; ``""`` where there are none."""
    return _BRACKETED.sub("", unicodedata.normalize("NFKC", name)).translate(letters)
