"""The rules of an ``opening_hours`` text, and what they say of one day.

After the specification 0.7.3 (wiki.openstreetmap.org/wiki/Key:opening_hours/specification). The library that evaluates
hours knows no holidays but statutory ones and no shifted working days, so it is asked about one day at a time: which
rules are for that day is found here, and they are put to it as rules of that day's weekday.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from geo.hours.calendar import WEEKDAYS, Calendar

COMMENT = re.compile(r'"[^"]*"')
KEPT = re.compile(r'"(\d+)"')
SEPARATOR = re.compile(r" ?; ?| ?\|\| |, ")
_TIME = r"(?<![\d:])\d{1,2}:\d\d|\(? ?(?:dawn|sunrise|sunset|dusk)"
TIME = re.compile(_TIME, re.IGNORECASE)
ENDS_IN_TIME = re.compile(r"(?:\d:\d\d|/\d\d|\)|dawn|sunrise|sunset|dusk)\+?$", re.IGNORECASE)
STATE = re.compile(r"(?<![a-z])(?:open|closed|off|unknown)(?![a-z])", re.IGNORECASE)
_POINT = r"\([^()]*\)|[^-+()]+?"
OPEN_SPAN = re.compile(rf"(?P<start>{_POINT})(?: ?- ?(?P<end>{_POINT}))?\+")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_MOVED = r"(?: [+-]\d+ days?)?"
_NTH = r"\[-?[1-5](?:-[1-5])?(?:,-?[1-5](?:-[1-5])?)*\]"
_WEEK = rf"{_DAY}(?:-{_DAY}|{_NTH}{_MOVED})?"
_WEEKS = rf"{_WEEK}(?:,{_WEEK})*"
_FREE = rf"(?:PH{_MOVED}|SH)(?:,(?:PH{_MOVED}|SH))*"
DAYS = re.compile(rf"(?<![+-])(?:{_FREE}(?:[, ]{_WEEKS})?|{_WEEKS}(?:[, ]{_FREE})?) ?$", re.IGNORECASE)
ITEM = re.compile(
    rf"(?P<first>{_DAY})(?:-(?P<last>{_DAY})|\[(?P<nth>[-\d,]+)\](?: (?P<moved>[+-]\d+) days?)?)?"
    r"|(?P<free>PH|SH)(?: (?P<after>[+-]\d+) days?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Days:
    """One item of a weekday selector: ``first`` to ``last`` (0 for Monday), or of these the ``nth`` of the month, or a
    public (``PH``) or school (``SH``) holiday; ``after`` so many days after it.
    """

    first: int = 0
    last: int = 0
    nth: tuple[int, ...] = ()
    free: str = ""
    after: int = 0

    def has(self, day: date, calendar: Calendar) -> bool | None:
        """Whether ``day`` is one of them; None where that cannot be said.

        A holiday keeps its own weekday too. A shifted working day counts as the weekday it works for; which one of a
        month it then is has no answer. When school is out no table says.
        """
        if self.free == "SH":
            return None
        if self.free:
            return calendar.special(day - timedelta(self.after)) == "holiday"
        if self.nth:
            if calendar.special(day) == "workday":
                return None
            from_day = day - timedelta(self.after)
            last = monthrange(from_day.year, from_day.month)[1]
            places = ((from_day.day - 1) // 7 + 1, -((last - from_day.day) // 7 + 1))
            return from_day.weekday() == self.first and any(place in self.nth for place in places)
        return (calendar.weekday(day) - self.first) % 7 <= (self.last - self.first) % 7


@dataclass(frozen=True)
class Rule:
    """One rule: the dates it is for (``wide``), its days (none: all), its times and what it says then."""

    separator: str
    wide: str
    days: tuple[Days, ...]
    times: str
    says: str

    def has(self, day: date, calendar: Calendar) -> bool | None:
        """Whether the rule is for the weekday of ``day``, whatever its dates; None where that cannot be said."""
        answers = [item.has(day, calendar) for item in self.days]
        return True if any(answers) or not answers else None if None in answers else False

    @property
    def closes(self) -> bool:
        state = STATE.match(self.says)
        return state is not None and state[0].lower() in ("closed", "off")

    @property
    def replaces(self) -> bool:
        """Whether the rule, on a day it is for, takes the place of all before it: new hours, or closed all day."""
        return not self.times if self.closes else self.separator != ","

    def on(self, day: date) -> str:
        """The rule as one of ``day``'s weekday, whichever weekdays it is for."""
        return " ".join(filter(None, (self.wide, WEEKDAYS[day.weekday()], self.times, self.says)))

    def dates_on(self, day: date) -> str:
        """Hours that are open all ``day`` where it is one of the rule's dates."""
        return f"{self.wide} {WEEKDAYS[day.weekday()]} 00:00-24:00"


@dataclass(frozen=True)
class Reading:
    """A text read into rules. ``alternatives``: lists of rules, the first of which that does not say closed is right:
    a rule behind ``||`` is asked only where those before it say closed, and hours with an open end (``08:00-12:00+``)
    are not known behind it. ``text`` is the whole, with single blanks.
    """

    text: str
    alternatives: tuple[tuple[Rule, ...], ...]


def read(text: str) -> Reading:
    """The rules of ``text``, whether or not they are good ones: what is made of them is for the library to refuse."""
    comments = COMMENT.findall(text)
    numbers = iter(range(len(comments)))
    masked = " ".join(COMMENT.sub(lambda _: f'"{next(numbers)}"', text).split())

    def back(part: str) -> str:
        return KEPT.sub(lambda number: comments[int(number[1])], part)

    groups: list[list[tuple[Rule, ...]]] = []
    for separator, part in _split(masked):
        variants = tuple(_variants(_rule(separator, part, back)))
        if separator == "||" or not groups:
            groups.append([variants])
            continue
        for group in groups:
            group.append(variants)
    layers = (tuple(variants[end] for variants in group) for group in groups for end in (0, -1))
    return Reading(back(masked), tuple(dict.fromkeys(layers)))


def _split(masked: str) -> Iterator[tuple[str, str]]:
    """The rules of a text, each with what stands before it. A comma between two times joins them in one rule."""
    separator, start = ";", 0
    for found in SEPARATOR.finditer(masked):
        before = masked[start : found.start()]
        if found[0] == ", " and ENDS_IN_TIME.search(before) and TIME.match(masked, found.end()):
            continue
        yield separator, before
        separator, start = found[0].strip(), found.end()
    yield separator, masked[start:]


def _rule(separator: str, masked: str, back: Callable[[str], str]) -> Rule:
    said = min((found.start() for found in (STATE.search(masked), KEPT.search(masked)) if found), default=len(masked))
    timed = TIME.search(masked, 0, said)
    at = timed.start() if timed else said
    dates, times, says = masked[:at], masked[at:said].strip(), masked[said:]
    if dates.strip() == "24/7":
        dates, times = "", "00:00-24:00"
    if KEPT.match(says):  # a comment alone leaves it open: the specification calls it unknown
        says = f"unknown {says}"
    named = DAYS.search(dates)
    wide = dates[: named.start()] if named else dates
    return Rule(separator, wide.strip(), tuple(_days(named[0])) if named else (), times, back(says))


def _days(selector: str) -> Iterator[Days]:
    for found in ITEM.finditer(selector):
        if found["free"]:
            yield Days(free=found["free"].upper(), after=int(found["after"] or 0))
            continue
        first = WEEKDAYS.index(found["first"].capitalize())
        last = WEEKDAYS.index((found["last"] or found["first"]).capitalize())
        yield Days(first, last, tuple(_places(found["nth"] or "")), after=int(found["moved"] or 0))


def _places(nth: str) -> Iterator[int]:
    """1,3-5,-1 → 1, 3, 4, 5, -1."""
    for part in filter(None, nth.split(",")):
        first, dash, last = part.partition("-") if part[0] != "-" else (part, "", "")
        yield from range(int(first), int(last or first) + 1) if dash else (int(first),)


def _variants(rule: Rule) -> Iterator[Rule]:
    """The rule as far as its hours are firm, and as they may go on behind an open end."""
    state = STATE.match(rule.says)
    spans = [span.strip() for span in rule.times.split(",")]
    ends = [OPEN_SPAN.fullmatch(span) for span in spans]
    if not any(ends) or (state and state[0].lower() != "open"):
        yield rule
        return
    firm = [
        span if not end else f"{end['start']}-{end['end']}"
        for span, end in zip(spans, ends, strict=True)
        if not end or end["end"]
    ]
    loose = [f"{end['start']}-{_guessed_end(end['start'], end['end'])}" for end in ends if end]
    if firm:
        yield replace(rule, times=",".join(firm))
    yield replace(rule, times=",".join(loose), says="unknown")


def _guessed_end(start: str, end: str | None) -> str:
    """How long hours with an open end may go on, as opening_hours.js has it: from before 17:00 until midnight, from
    before 22:00 for ten hours, else for eight. Behind an end that the sun sets, until midnight.
    """
    first, last = CLOCK.fullmatch(start), CLOCK.fullmatch(end or start)
    if not last:
        return "24:00"
    begins, known = (60 * int(found[1]) + int(found[2]) if found else 0 for found in (first, last))
    if known < begins:
        known += 24 * 60
    by_day = known % (24 * 60)
    guessed = known + 600 if 17 * 60 <= by_day < 22 * 60 else known + 480 if by_day >= 22 * 60 or known > 1440 else 1440
    return "{:02d}:{:02d}".format(*divmod(min(guessed, 48 * 60), 60))
