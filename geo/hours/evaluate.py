"""Opening hours: whether a place is open at a moment, by OSM's ``opening_hours`` and China's holidays and shifted days.

Hours belong to the day they begin on: what a day's rules say past midnight holds into the next day, whatever that one's
rules say. So what is known at a moment is what today's rules say of it and what yesterday's do; open comes before
unknown, unknown before closed. ``geo.hours.rules`` finds the rules that are for a day; the library is asked about one
day at a time, and evaluates dates, seasons, weeks, times and the sun.

Where this differs from the library (opening-hours-py 2.1.4): holidays and shifted days are those of the calendar; a day
that is closed, or has other hours, has no hours past midnight left over, and takes none from the day before; what
stands behind ``||`` holds at every minute that the rest leaves closed, not on whole days; a comment without ``open`` or
``closed`` says unknown, as the specification has it; hours with an open end are unknown behind it, as in
opening_hours.js; a rule for school holidays cannot be read, because there is no calendar of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stub leaves the error out
from opening_hours import State as Said

from geo.hours.calendar import Calendar
from geo.hours.rules import Reading, Rule, read

State = Literal["open", "closed", "unknown"]
Why = Literal["", "missing", "malformed", "said", "holiday"]
HORIZON_DAYS = 14
TEXT_AT_MOST = 255
"""Characters of hours, as OSM allows a tag; longer ones are malformed."""
YEARS = range(1902, 2999)
"""Years that hours are told of; the library knows 1900 to 9999."""
DAY_MIN = 24 * 60

Span = tuple[int, int, State]
"""From and until, in minutes of the day that it begins on (up to 48 hours), and what is said then; never ``closed``."""
Part = tuple[int, State, Why]
"""From which minute of a day, what is known, and why it is not."""


@dataclass(frozen=True)
class Opening:
    """What is known of a place at a moment.

    ``changes_at`` (aware, in the calendar's zone, whole minutes) is when ``state`` becomes ``to``; both are None where
    that is not within ``HORIZON_DAYS`` from the moment, where there are no hours, and where they cannot be read.
    ``why`` the state is unknown: no hours (``missing``), none that can be read (``malformed``), the hours say so
    (``said``), or their rules cannot be read for this day (``holiday``). ``always``: open, or closed, for as long as
    is looked ahead.
    """

    state: State
    changes_at: datetime | None
    to: State | None
    why: Why
    always: bool


MISSING = Opening("unknown", None, None, "missing", False)
MALFORMED = Opening("unknown", None, None, "malformed", False)
OUT_OF_RANGE = Opening("unknown", None, None, "holiday", False)


def opening(text: str, at: datetime, calendar: Calendar) -> Opening:
    """What the hours ``text`` say at the moment ``at`` (aware, in any zone).

    Hours hold from their first minute to before their last: 08:00-20:00 is open at 08:00:00 and closed at 20:00:00.
    """
    if not text or not (text := text.strip()):
        return MISSING
    if _reading(text) is None:
        return MALFORMED
    if at.year not in YEARS:
        return OUT_OF_RANGE
    local = at.astimezone(calendar.zone)
    today = local.date()
    parts = _parts(calendar, text, today)
    current = bisect_right(parts, local.hour * 60 + local.minute, key=_begins) - 1
    _, state, why = parts[current]
    limit = (local + timedelta(HORIZON_DAYS)).replace(tzinfo=None)
    for day, (minute, then, _) in _later(calendar, text, today, parts[current + 1 :]):
        if then != state:
            changes_at = datetime.combine(day, time(*divmod(minute, 60)))
            if changes_at > limit:
                break
            return Opening(state, changes_at.replace(tzinfo=calendar.zone), then, why, False)
    return Opening(state, None, None, why, state != "unknown")


def states(text: str, day: date, minutes: Iterable[int], calendar: Calendar) -> tuple[State, ...]:
    """What the hours say at each of ``minutes`` of ``day``, 0 to 1439: the ``state`` that ``opening`` gives, without
    looking ahead for when it changes.
    """
    text = text.strip()
    known = text and _reading(text) is not None and day.year in YEARS
    parts: tuple[Part, ...] = _parts(calendar, text, day) if known else ((0, "unknown", "missing"),)
    return tuple(parts[bisect_right(parts, minute, key=_begins) - 1][1] for minute in minutes)


def well_formed(text: str) -> bool:
    """Whether the hours can be read; no hours can be. White space of any length counts as one blank."""
    return not text.strip() or _reading(text.strip()) is not None


def _begins(part: Part) -> int:
    return part[0]


def _later(calendar: Calendar, text: str, today: date, rest: tuple[Part, ...]) -> Iterator[tuple[date, Part]]:
    """The parts of today that are left, and those of the days after, as far as is looked ahead."""
    for part in rest:
        yield today, part
    for number in range(1, HORIZON_DAYS + 1):
        day = today + timedelta(number)
        for part in _parts(calendar, text, day):
            yield day, part


@lru_cache(maxsize=16_384)
def _reading(text: str) -> Reading | None:
    """The rules of ``text``; None where the library refuses it."""
    if len(text) > TEXT_AT_MOST:
        return None
    reading = read(text)
    try:
        OpeningHours(reading.text)
    except (ParserError, UnicodeEncodeError):  # half of a surrogate pair
        return None
    return reading


@lru_cache(maxsize=65_536)
def _parts(calendar: Calendar, text: str, day: date) -> tuple[Part, ...]:
    """What is known from which minute of ``day`` on: the first part begins at 0, each next one is of another state."""
    own = _spans(calendar, text, day)
    if own is None:
        return ((0, "unknown", "holiday"),)
    spill = _spans(calendar, text, day - timedelta(1)) or ((),) * len(own)
    spans = [
        [(max(begin, 0), end, state) for begin, end, state in (*mine, *_moved(left)) if end > 0 and begin < DAY_MIN]
        for mine, left in zip(own, spill, strict=True)
    ]
    cuts = {0, *(minute for some in spans for begin, end, _ in some for minute in (begin, end) if minute < DAY_MIN)}
    parts = [(minute, _state_at(spans, minute)) for minute in sorted(cuts)]
    changed = [parts[0], *(part for last, part in pairwise(parts) if part[1] != last[1])]
    return tuple((minute, state, "said" if state == "unknown" else "") for minute, state in changed)


def _moved(spans: tuple[Span, ...]) -> Iterator[Span]:
    """Yesterday's spans, in minutes of today."""
    return ((begin - DAY_MIN, end - DAY_MIN, state) for begin, end, state in spans)


def _state_at(alternatives: list[list[Span]], minute: int) -> State:
    """What the first alternative that does not say closed says at ``minute``."""
    for spans in alternatives:
        said = {state for begin, end, state in spans if begin <= minute < end}
        if said:
            return "open" if "open" in said else "unknown"
    return "closed"


@lru_cache(maxsize=65_536)
def _spans(calendar: Calendar, text: str, day: date) -> tuple[tuple[Span, ...], ...] | None:
    """What each alternative says of the hours that begin on ``day``; None where a rule cannot be read for that day."""
    reading = _reading(text)
    assert reading is not None
    try:
        own = [_own(rules, day, calendar) for rules in reading.alternatives]
    except ParserError:  # rules that cannot be made into those of one day: an ordinary day's hours are the library's
        whole = None if calendar.special(day) else tuple(_ask(_hours(reading.text, calendar), day, 1, calendar))
        own = [whole, *[()] * (len(reading.alternatives) - 1)]
    return None if None in own else tuple(spans for spans in own if spans is not None)


def _own(rules: Iterable[Rule], day: date, calendar: Calendar) -> tuple[Span, ...] | None:
    """What the rules say of the hours that begin on ``day``; None where one cannot be read for that day.

    ParserError where the library refuses the rules that are left.
    """
    kept: list[Rule | None] = []
    for rule in rules:
        chosen = rule.has(day, calendar)
        if chosen is False or (rule.wide and not any(_ask(_hours(rule.dates_on(day), calendar), day, 1, calendar))):
            continue
        if chosen and rule.replaces:
            kept.clear()
        if chosen is None or not (rule.closes and rule.replaces):
            kept.append(rule if chosen else None)
    said = [rule for rule in kept if rule]
    if len(said) < len(kept):
        return None
    text = "".join(f"{rule.separator} {rule.on(day)}" for rule in said).lstrip(";,| ")
    return tuple(_ask(_hours(text, calendar), day, 2, calendar)) if said else ()


@lru_cache(maxsize=8_192)
def _hours(text: str, calendar: Calendar) -> OpeningHours:
    """``text`` as the library reads it, without its own holidays; ParserError."""
    return OpeningHours(text, timezone=calendar.zone, coords=(calendar.lat, calendar.lon), auto_country=False)


def _ask(hours: OpeningHours, day: date, days: int, calendar: Calendar) -> Iterator[Span]:
    """What the library says of ``days`` days from ``day`` on, but closed."""
    midnight = datetime.combine(day, time())
    start = midnight.replace(tzinfo=calendar.zone)
    for begin, end, state, _ in hours.intervals(start, start + timedelta(days)):
        if state != Said.CLOSED:
            yield _minutes(begin, midnight), _minutes(end, midnight), "open" if state == Said.OPEN else "unknown"


def _minutes(moment: datetime, midnight: datetime) -> int:
    return int((moment.replace(tzinfo=None) - midnight) / timedelta(minutes=1))
