"""找驿站: from what a courier asked to what a page shows, for the page and the light page alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args

from geo.cards import Card, Reader, cards, left_out, no_calendar
from geo.district import District
from geo.facilities import FacilityKind
from geo.i18n import Language
from geo.nearest import DETOUR, SPEEDS_M_S, Answer, Found, Mode, Wish
from geo.reporting import Receipt
from geo.search import Hit
from geo.words import Say, distance

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
ROUGH_M = 500
"""A location less exact than this is said to be rough: the order of the nearest may then be another."""

How = Literal["located", "place", "point", "tap", "station"]


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
    """Everything an answer depends on but the district. ``at``: aware; ``station``: the id of one to be shown first."""

    origin: Origin
    at: datetime
    help: Help = "rest"
    amenities: tuple[str, ...] = ()
    mode: Mode = "ebike"
    include_closed: bool = False
    station: str = ""
    without: tuple[str, ...] = ()

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


def origin_of(hit: Hit, language: Language) -> Origin:
    """A place that was found by its name, as somewhere to start from."""
    how: How = "station" if hit.kind == "facility" else "place"
    return Origin(hit.lon, hit.lat, how, hit.label_en if language == "en" else hit.label_zh, hit.accuracy_m)


def view(
    district: District,
    asked: Asked,
    say: Say,
    language: Language,
    *,
    staff: bool = False,
    wechat: bool = False,
    receipt: str = "",
) -> View:
    """The stations for what was asked, in words; ``staff`` may read who verified them."""
    origin = asked.origin
    here = (origin.lon, origin.lat)
    answer = district.stations.nearest(*here, asked.wish, asked.at, district.calendar)
    reader = Reader(say, language, asked.at, asked.mode, here, asked.amenities, staff)
    this = cards(district, _this(district, asked), reader)
    listed = cards(district, answer.found, reader, first=1 + len(this))
    return View(
        here=here,
        where=_where(origin, say),
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
        receipt=receipt,
        wechat=wechat,
    )


def _this(district: District, asked: Asked) -> tuple[Found, ...]:
    """The station asked for by its id, as far as it is from the origin."""
    if not asked.station:
        return ()
    one = district.stations.one(asked.station, asked.origin.lon, asked.origin.lat, asked.at, district.calendar)
    return (one,) if one else ()


def _where(origin: Origin, say: Say) -> str:
    words = say(f"near.from_{origin.how}", place=origin.label or f"{origin.lon:.5f}, {origin.lat:.5f}")
    if origin.accuracy_m is not None and origin.how != "station":
        words += say("near.accuracy", metres=distance(origin.accuracy_m, say))
    return words


def _notes(district: District, asked: Asked, answer: Answer, say: Say) -> tuple[str, ...]:
    """What a reader should know before trusting the order of the list."""
    rough = (asked.origin.accuracy_m or 0) > ROUGH_M
    notes = [
        say(f"near.rough_{'located' if asked.origin.how == 'located' else 'place'}") if rough else "",
        no_calendar(district, asked.at, say),
        say("near.all_invented") if _invented(district, answer) else "",
    ]
    return tuple(filter(None, notes))


def _invented(district: District, answer: Answer) -> bool:
    rows = [one.row for one in answer.found]
    return bool(rows) and bool((district.facilities["standing"].iloc[rows] == "synthetic").all())


def thanks(receipt: Receipt, say: Say) -> str:
    """What somebody is told who reported a station."""
    return say("near.thanks_unverified" if receipt.unverified else "near.thanks")
