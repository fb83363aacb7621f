"""Stations as a reader meets them: how far, open until when, what is there, how far any of it can be trusted.

One card a station, in words, for the page 找驿站 and the light page alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from geo.district import District
from geo.facilities import AMENITIES, SERVING_STATES, parse_amenities
from geo.finder.links import links
from geo.hours import Opening
from geo.hours.words import posted
from geo.i18n import Language
from geo.nearest import Answer, Found, Mode, duration_s
from geo.words import Say, day, distance, distance_parts, local_name

SOON_MINUTES = 60
"""From so many minutes before it closes on, a station is said to close soon."""
ROUGH_M = 500
"""From so many metres on a place is said to be rough, and a distance from or to it is told no more exactly."""
OLD_DAYS = 180
"""A verification older than this is told with its age: stations go, and lists stay."""


@dataclass(frozen=True)
class Amenity:
    """One thing a station has (``there``) or has not."""

    name: str
    words: str
    there: bool


@dataclass(frozen=True)
class Card:
    """One station in words. ``number``: its number on the map; ``tone``: open, soon (closes soon), closed, unknown."""

    id: str
    number: int
    name: str
    kind: str
    synthetic: bool
    tags: tuple[str, ...]
    distance: str
    unit: str
    duration: str
    tone: str
    opening: str
    posted: str
    address: str
    amenities: tuple[Amenity, ...]
    not_said: str
    checked: str
    grounds: str
    links: Mapping[str, str]
    lon: float
    lat: float


@dataclass(frozen=True)
class Reader:
    """Who reads the cards: their words, when (in the district's zone) and how they go, from where (lon, lat, WGS-84;
    None where only a place near them is known) and how far off that may be, the amenities they ask for, which come
    first, and whether they may read who verified a station: a person's name, which is for staff.
    """

    say: Say
    language: Language
    at: datetime
    mode: Mode
    origin: tuple[float, float] | None = None
    off_m: float = 0
    amenities: tuple[str, ...] = ()
    staff: bool = False


def cards(district: District, found: Sequence[Found], reader: Reader, *, first: int = 1) -> tuple[Card, ...]:
    """The stations found as cards, numbered from ``first``."""
    return tuple(
        _card(district.facilities.iloc[one.row].to_dict(), one, number, reader)
        for number, one in enumerate(found, first)
    )


def _card(record: Mapping[str, Any], found: Found, number: int, reader: Reader) -> Card:
    say, at, mode = reader.say, reader.at, reader.mode
    name, state = local_name(record, reader.language), say(f"state.{record['state']}")
    serving = record["state"] in SERVING_STATES
    known = parse_amenities(record["amenities"])
    order = sorted(known, key=lambda one: (one not in reader.amenities, not known[one], AMENITIES.index(one)))
    unsaid = [say(f"amenity.{one}") for one in AMENITIES if one not in known]
    way_s = duration_s(found.distance_m, mode)
    off_m = 0.0 if pd.isna(record["precision_m"]) else float(record["precision_m"])
    tags: tuple[str, ...] = (state,) if serving and record["state"] != "open" else ()
    if off_m >= ROUGH_M:
        tags += (say("near.rough", metres=distance(off_m, say)),)
    figure, unit = _far(found.distance_m, max(off_m, reader.off_m), say)
    lon, lat = _goal(record)
    return Card(
        id=record["id"],
        number=number,
        name=name,
        kind=say(f"kind.{record['kind']}"),
        synthetic=record["standing"] == "synthetic",
        tags=tags,
        distance=figure,
        unit=unit,
        duration=_way(way_s, mode, say) if serving and found.distance_m > max(off_m, reader.off_m) else "",
        tone=_tone(found.opening, at, way_s) if serving else "closed",
        opening=opening_words(found.opening, at, say, way_s) if serving else say("near.not_serving", state=state),
        posted=posted(record["opening_hours"], say),
        address=record["address"],
        amenities=tuple(Amenity(one, say(f"amenity.{one}"), known[one]) for one in order),
        not_said=say("near.list").join(unsaid),
        checked=_checked(record, reader),
        grounds=_grounds(record, say),
        links=links(name, lon, lat, mode, reader.origin),
        lon=float(record["lon"]),
        lat=float(record["lat"]),
    )


def _far(metres: float, off_m: float, say: Say) -> tuple[str, str]:
    """A distance as a figure and its unit, no more exact than it is: 574 米, 约 1.1 千米, 2 千米内."""
    if off_m < ROUGH_M:
        figure, unit = distance_parts(metres)
        return figure, say(f"near.{unit}")
    if metres <= off_m:
        figure, unit = distance_parts(off_m)
        return figure, say("near.at_most", unit=say(f"near.{unit}"))
    return say("near.about", figure=f"{metres / 1000:,.1f}".removesuffix(".0")), say("near.km")


def _way(seconds: int, mode: Mode, say: Say) -> str:
    """How long the way takes: minutes, from two hours on hours."""
    minutes = max(1, round(seconds / 60))
    if minutes < 120:
        return say(f"near.{mode}", minutes=minutes)
    return say(f"near.{mode}_hours", hours=f"{minutes / 60:,.0f}")


def _goal(record: Mapping[str, Any]) -> tuple[float, float]:
    """Where to lead to: the entrance if it is known, else the station's point; lon, lat, WGS-84."""
    lon, lat = record["entrance_lon"], record["entrance_lat"]
    return (float(record["lon"]), float(record["lat"])) if pd.isna(lon) else (float(lon), float(lat))


def _tone(opening: Opening, at: datetime, way_s: int) -> str:
    if opening.state == "open" and opening.changes_at and opening.to == "closed":
        return "soon" if _minutes(at, opening.changes_at) <= max(SOON_MINUTES, way_s / 60) else "open"
    return opening.state


def _minutes(at: datetime, then: datetime) -> int:
    """Whole minutes from one to the other, rounded down: what is left is never said to be more than it is."""
    return int((then - at).total_seconds() // 60)


def opening_words(opening: Opening, at: datetime, say: Say, way_s: int = 0) -> str:
    """``Opening`` at ``at`` as a line: 营业中 · 还有 40 分钟关门; 已关门 · 明天 07:00 开门; 开放时间未知.

    One that closes before somebody can be there, ``way_s`` seconds away, says so.
    """
    if opening.state == "unknown":
        return say(f"open.unknown_{opening.why or 'said'}")
    then = opening.changes_at
    if then is None:
        return say("open.always" if opening.state == "open" and opening.always else f"open.{opening.state}")
    local = at.astimezone(then.tzinfo)
    if opening.state == "open":
        if opening.to != "closed":
            return say("open.open")
        left = _minutes(at, then)
        if left * 60 <= way_s:
            return say("open.too_late", minutes=left)
        if left <= SOON_MINUTES:
            return say("open.soon", minutes=left)
        return say("open.until", time=_clock(local, then, say))
    return say("open.closed_until" if opening.to == "open" else "open.closed_unsure", time=_clock(local, then, say))


def _clock(now: datetime, then: datetime, say: Say) -> str:
    """A time to come as one says it: 20:00, 明天 07:00, 周六 08:00, 10月8日 08:00."""
    days = (then.date() - now.date()).days
    time = f"{then:%H:%M}"
    if days == 0:
        return time
    if days == 1:
        return say("open.tomorrow", time=time)
    if days < 7:
        return say("open.weekday", day=say(f"weekday.{then.weekday()}"), time=time)
    return say("open.day", day=day(then.date(), say), time=time)


def _checked(record: Mapping[str, Any], reader: Reader) -> str:
    """When and by whom a station was last looked at; else that it only is said to be there."""
    say = reader.say
    if not record["verified_on"]:
        return say("near.claimed")
    words = say("near.verified", date=record["verified_on"])
    if record["verified_by"]:
        who = record["verified_by"] if reader.staff else say("near.somebody")
        words += say("near.verified_by", who=who)
    if len(record["verified_on"]) == len("YYYY-MM-DD"):
        days = (reader.at.date() - date.fromisoformat(record["verified_on"])).days
        if days > OLD_DAYS:
            words += say("near.long_ago", days=f"{days:,}")
    return words


def _grounds(record: Mapping[str, Any], say: Say) -> str:
    """On what grounds the record stands, and how far its place can be off."""
    words = say("near.grounds", standing=say(f"standing.{record['standing']}"), date=record["as_of"])
    if record["standing"] == "synthetic":
        return say("near.synthetic")
    if record["location_standing"] in ("assumed", "inferred"):
        off = record["precision_m"]
        words += say("near.place", standing=say(f"standing.{record['location_standing']}"))
        words += "" if pd.isna(off) else say("near.off", metres=distance(float(off), say))
    return words


def left_out(answer: Answer, say: Say) -> list[str]:
    """What was filtered away, a line for each reason."""
    return [say(f"near.left_{reason}", count=f"{count:,}") for reason, count in answer.left_out.items() if count]


def special_day(district: District, at: datetime, say: Say) -> str:
    """A word where the day asked about is a public holiday or a shifted working day; else empty."""
    calendar = district.calendar
    date_ = at.astimezone(calendar.zone).date()
    kind = calendar.special(date_)
    if not kind:
        return ""
    weekday = say(f"weekday.{calendar.weekday(date_)}")
    return say(f"near.special_{kind}", day=day(date_, say), weekday=weekday)


def no_calendar(district: District, at: datetime, say: Say) -> str:
    """A word where the holidays of the year asked about are not in the pack's table; else empty."""
    year = at.astimezone(district.calendar.zone).year
    return "" if year in district.calendar.years else say("near.no_calendar", year=year)
