"""Planned visits as an iCalendar feed (RFC 5545), for calendar programs to subscribe to.

Each visit keeps its UID for good and its SEQUENCE rises with each change, so that a program that has it already takes
the change over; one that was called off stays in the feed as cancelled. Times are in UTC, which every program reads
the same way whatever it knows of time zones; a visit whose hour nobody has said is an event of the whole day. The
only names in it are those of teams and positions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from geo import __version__
from geo.district import District
from geo.fieldwork.campaign import Campaign, team_of
from geo.i18n import Language, translate
from geo.people import Person
from geo.storage import Store
from geo.storage.visits import PlannedVisit
from geo.text import tidy
from geo.words import Say, distance, local_name

PAST = timedelta(days=366)
"""How long ago a visit may have been to still be in a feed."""
REFRESH = timedelta(hours=1)
"""How often a program should ask again; some keep to it."""
GEO_DECIMALS = 6


@dataclass(frozen=True)
class Feed:
    """What a feed holds, by campaign, and of which campaigns."""

    visits: tuple[tuple[Campaign, PlannedVisit], ...]
    whose: str
    """The team's name where it is one team's."""


def feed(store: Store, campaigns: Iterable[Campaign], person: Person, today: date) -> Feed:
    """What a person has in their calendar: leaders every team's visits, others those of the teams they are in, none
    where they are in none. Visits of the past year and later, by day, hour and id.
    """
    since = (today - PAST).isoformat()
    found: list[tuple[Campaign, PlannedVisit]] = []
    teams: list[str] = []
    for campaign in campaigns:
        if person.may("leader"):
            found += [(campaign, visit) for visit in store.visits.list(campaign.id, since=since)]
        elif (own := team_of(campaign, person)) is not None:
            teams.append(own.name)
            found += [(campaign, visit) for visit in store.visits.list(campaign.id, team=own.id, since=since)]
    found.sort(key=lambda pair: (pair[1].date, pair[1].start, pair[1].id))
    return Feed(tuple(found), teams[0] if len(set(teams)) == 1 else "")


def ics(district: District, given: Feed, language: Language) -> bytes:
    """The feed as a file: UTF-8, lines folded at 75 bytes and ended by CR LF, texts escaped."""
    say: Say = partial(translate, language=language)
    zone = ZoneInfo(district.about["time_zone"])
    name = say("visits_calendar.name", district=district.about["name"][language])
    calendar = Calendar()
    calendar.add("prodid", f"-//Gongtu//Gongtu {__version__}//{'ZH' if language == 'zh' else 'EN'}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", f"{name} · {_line(given.whose)}" if given.whose else name)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    positions = {str(row["id"]): row for row in district.positions.to_dict("records")}
    for campaign, visit in given.visits:
        calendar.add_component(_event(district, campaign, visit, positions.get(visit.position), zone, say, language))
    return bytes(calendar.to_ical())


def uid(district: District, visit: PlannedVisit) -> str:
    """What the visit is known by everywhere, for good."""
    return f"visit-{visit.id}@{district.about['id']}.gongtu"


def _event(
    district: District,
    campaign: Campaign,
    visit: PlannedVisit,
    position: Mapping[Any, Any] | None,
    zone: ZoneInfo,
    say: Say,
    language: Language,
) -> Event:
    event = Event()
    event.add("uid", uid(district, visit))
    changed = visit.changed_at.astimezone(UTC)
    event.add("dtstamp", changed)
    event.add("created", visit.created_at.astimezone(UTC))
    event.add("last-modified", changed)
    event.add("sequence", visit.version)
    event.add("status", "CANCELLED" if visit.state == "cancelled" else "CONFIRMED")
    _when(event, visit, zone)
    team = next((local_name(_named(one), language) for one in campaign.teams if one.id == visit.team), visit.team)
    place = visit.position if position is None else local_name(position, language)
    event.add("summary", " · ".join(filter(None, map(_line, (team, place, visit.what)))))
    if place:
        event.add("location", _line(place))
    name = _text(local_name(_named(campaign), language))
    lines = [_text(visit.note), say("visits_calendar.campaign", name=name)]
    if visit.state == "done":
        lines.append(say("visits_calendar.done"))
    if position is not None and position["lon"] == position["lon"]:
        event.add("geo", (round(float(position["lat"]), GEO_DECIMALS), round(float(position["lon"]), GEO_DECIMALS)))
        lines.append(_precision(position, say))
    event.add("description", "\n".join(filter(None, lines)))
    return event


def _when(event: Event, visit: PlannedVisit, zone: ZoneInfo) -> None:
    """From when to when, on one day (``geo.storage.visits``); without an end there is none."""
    day = date.fromisoformat(visit.date)
    if not visit.start:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return
    start = datetime.combine(day, time.fromisoformat(visit.start), zone)
    event.add("dtstart", start.astimezone(UTC))
    if visit.end:
        event.add("dtend", datetime.combine(day, time.fromisoformat(visit.end), zone).astimezone(UTC))


def _precision(position: Mapping[Any, Any], say: Say) -> str:
    """On what grounds the point stands and how far off it may be."""
    metres, standing = position.get("precision_m"), str(position.get("location_standing") or "")
    words = say(f"standing.{standing}") if standing else say("total.none")
    if metres is None or metres != metres:
        return say("visits_calendar.place", standing=words)
    return say("visits_calendar.place_within", standing=words, metres=distance(float(metres), say))


def _named(one: Any) -> dict[str, str]:
    return {"name": one.name, "name_en": one.name_en}


def _line(text: str) -> str:
    """The text in one line."""
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """The text without what nobody sees, as icalendar writes it unchanged: it takes ``\\N`` for a line break."""
    return tidy(text).replace("\\N", "＼N")
