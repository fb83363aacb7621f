"""What was asked, and the answer as a whole: where from, what to know, which stations, what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args

from geo.district import District
from geo.facilities import FacilityKind
from geo.finder.cards import ROUGH_M, Card, Reader, cards, left_out, no_calendar, special_day
from geo.i18n import Language, translate
from geo.nearest import DETOUR, SPEEDS_M_S, Answer, Found, Mode, Wish
from geo.search import Hit
from geo.words import Say, day, distance

Help = Literal["rest", "mediation", "reading"]
HELPS: tuple[Help, ...] = get_args(Help)
KINDS_OF: Mapping[Help, tuple[FacilityKind, ...]] = MappingProxyType(
    {
        "rest": ("rest_station", "workers_home"),
        "mediation": ("mediation_kiosk", "mediation_workstation", "six_party_workstation"),
        "reading": ("reading_room",),
    }
)
"""What somebody looks for, and the kinds of facility that give it."""
FARTHEST_M = 1_000_000.0
"""More than this nobody needs to be told of how far off a location may be."""
ELSEWHERE_M = 50_000
"""From so far to the nearest station on, somebody is told that they are not in the district."""

How = Literal["located", "place", "within", "point", "tap", "station"]
"""``within``: a place whose own location is not known, only its town's."""
EXACT: tuple[How, ...] = ("located", "point", "tap")
"""Those that say where somebody is, not only what they are near."""


@dataclass(frozen=True)
class Origin:
    """Where somebody is: WGS-84 degrees, how that is known, the words for it, and how far off it may be in metres."""

    lon: float
    lat: float
    how: How
    label: str = ""
    accuracy_m: float | None = None


@dataclass(frozen=True)
class Asked:
    """Everything an answer depends on but the district. ``at``: aware, ``later`` where somebody chose it; ``station``:
    the id of one to be shown first; ``without``: those that they reported.
    """

    origin: Origin
    at: datetime
    help: Help = "rest"
    amenities: tuple[str, ...] = ()
    mode: Mode = "ebike"
    include_closed: bool = False
    station: str = ""
    without: tuple[str, ...] = ()
    later: bool = False

    @property
    def wish(self) -> Wish:
        """The question that is put to the stations."""
        passed_over = self.without + ((self.station,) if self.station else ())
        return Wish(KINDS_OF[self.help], self.amenities, include_closed=self.include_closed, without=passed_over)


@dataclass(frozen=True)
class View:
    """An answer in words. ``this``: the station that was asked for by its id; ``here``: lon, lat of the origin, WGS-84;
    ``closed``: the nearest of those left out as closed, numbered on after ``cards``.
    """

    here: tuple[float, float] | None = None
    where: str = ""
    notes: tuple[str, ...] = ()
    this: Card | None = None
    cards: tuple[Card, ...] = ()
    left_out: tuple[str, ...] = ()
    closed: tuple[Card, ...] = ()
    assumed: str = ""
    receipt: str = ""
    wechat: bool = False


def in_wechat(user_agent: str) -> bool:
    """Whether a page is open inside WeChat, which lets no other app be called."""
    return "MicroMessenger" in user_agent


def origin_of(hit: Hit, district: District, language: Language) -> Origin:
    """A place that was found by its name, as somewhere to start from. A community or village stands at the middle of
    its town, and its label says so.
    """
    label = hit.label_en if language == "en" else hit.label_zh
    if hit.kind in ("community", "village", "zone"):
        town = district.place_index.get("region", hit.within)
        named = (town.label_en if language == "en" else town.label_zh) if town else ""
        label = translate("near.in_town", language, place=label, town=named)
        return Origin(hit.lon, hit.lat, "within", label, hit.accuracy_m)
    return Origin(hit.lon, hit.lat, "station" if hit.kind == "facility" else "place", label, hit.accuracy_m)


def view(
    district: District,
    asked: Asked,
    say: Say,
    language: Language,
    *,
    staff: bool = False,
    wechat: bool = False,
) -> View:
    """The stations for what was asked, in words; ``staff`` may read who verified them."""
    origin = asked.origin
    here = (origin.lon, origin.lat)
    answer = district.stations.nearest(*here, asked.wish, asked.at, district.calendar)
    reader = Reader(
        say=say,
        language=language,
        at=asked.at.astimezone(district.calendar.zone),
        mode=asked.mode,
        origin=here if origin.how in EXACT else None,
        off_m=0 if origin.how == "station" else origin.accuracy_m or 0,
        amenities=asked.amenities,
        staff=staff,
    )
    this = cards(district, _this(district, asked), reader)
    listed = cards(district, answer.found, reader, first=1 + len(this))
    return View(
        here=here,
        where=_where(asked, district, say),
        notes=_notes(district, asked, answer, say),
        this=this[0] if this else None,
        cards=listed,
        left_out=tuple(left_out(answer, say)),
        closed=cards(district, answer.closed, reader, first=1 + len(this) + len(listed)),
        assumed=say(
            "near.assumed",
            detour=DETOUR,
            walk=f"{SPEEDS_M_S['walk'] * 3.6:.1f}",
            ebike=f"{SPEEDS_M_S['ebike'] * 3.6:.0f}",
        ),
        receipt=say("near.thanks", count=len(asked.without)) if asked.without else "",
        wechat=wechat,
    )


def _this(district: District, asked: Asked) -> tuple[Found, ...]:
    """The station asked for by its id, as far as it is from the origin."""
    if not asked.station:
        return ()
    one = district.stations.one(asked.station, asked.origin.lon, asked.origin.lat, asked.at, district.calendar)
    return (one,) if one else ()


def _where(asked: Asked, district: District, say: Say) -> str:
    """What the distances are from, how far off that may be, and what time the answer is for if not for now."""
    origin = asked.origin
    words = say(f"near.from_{origin.how}", place=origin.label or f"{origin.lon:.5f}, {origin.lat:.5f}")
    if origin.accuracy_m is not None and origin.how != "station":
        words += say("near.accuracy", metres=distance(origin.accuracy_m, say))
    if asked.later:
        local = asked.at.astimezone(district.calendar.zone)
        words += say("near.at_time", day=day(local.date(), say), time=f"{local:%H:%M}")
    return words


def _notes(district: District, asked: Asked, answer: Answer, say: Say) -> tuple[str, ...]:
    """What a reader should know before trusting the order of the list, or the hours."""
    rough = (asked.origin.accuracy_m or 0) > ROUGH_M
    located = asked.origin.how == "located"
    notes = [
        say("near.elsewhere") if answer.found and answer.found[0].distance_m > ELSEWHERE_M else "",
        say("near.rough_located" if located else "near.rough_place") if rough and asked.origin.how != "station" else "",
        special_day(district, asked.at, say),
        no_calendar(district, asked.at, say),
        say("near.all_invented") if _invented(district, answer) else "",
    ]
    return tuple(filter(None, notes))


def _invented(district: District, answer: Answer) -> bool:
    rows = [one.row for one in answer.found]
    return bool(rows) and bool((district.facilities["standing"].iloc[rows] == "synthetic").all())
