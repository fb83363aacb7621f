"""Opening hours as they are posted at a door: the plain part of OSM's ``opening_hours`` in words."""

from __future__ import annotations

import re

from geo.hours.calendar import WEEKDAYS
from geo.words import Say

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOLIDAY = "PH"

_DATE = rf"(?:{'|'.join(MONTHS)})(?: (?:0?[1-9]|[12][0-9]|3[01])(?!:?[0-9]))?"
_DAY = rf"(?:{'|'.join((*WEEKDAYS, HOLIDAY))})"
_CLOCK = r"[0-9]{1,2}:[0-5][0-9]"


def _listed(item: str) -> str:
    return rf"{item}(?:-{item})?(?: ?, ?{item}(?:-{item})?)*"


_RULE = re.compile(
    rf"(?:(?P<dates>{_listed(_DATE)}):? ?)?(?:(?P<days>{_listed(_DAY)}) ?)?"
    rf"(?P<times>{_CLOCK}-{_CLOCK}(?: ?, ?{_CLOCK}-{_CLOCK})*|24/7|off|closed)"
)


def hours_in_words(text: str, say: Say) -> str:
    """``text`` as a sentence, rule by rule in its order; ``""`` where it is empty or says more than plain rules do:
    dates, weekdays and public holidays with hours or ``off``. Nothing is left out, so that no door is misjudged.
    """
    rules = [_RULE.fullmatch(rule.strip()) for rule in text.split(";") if rule.strip()]
    said = [_rule(rule, say) for rule in rules if rule]
    return say("posted.rules").join(said) if len(said) == len(rules) and all(said) else ""


def posted(text: str, say: Say) -> str:
    """The hours of a record for a reader: in words where they are plain, else as they are written."""
    return hours_in_words(text, say) or text


def _rule(rule: re.Match[str], say: Say) -> str:
    """One rule in words, ``""`` for hours that no clock has."""
    when = [_list(rule[name], say) for name in ("dates", "days") if rule[name]]
    match rule["times"]:
        case "off" | "closed":
            hours = say("posted.closed")
        case "24/7":
            return say("posted.always") if not when else ""  # 24/7 with days is no OSM
        case times:
            spans = [_span(span.strip(), say) for span in times.split(",")]
            if not all(spans):
                return ""
            hours = say("posted.and").join(spans)
    if hours == say("posted.all_day") and not when:
        return say("posted.always")
    both = say("posted.when", dates=when[0], days=when[1]) if len(when) == 2 else "".join(when)
    return say("posted.rule", when=both or say("posted.every_day"), hours=hours)


def _span(span: str, say: Say) -> str:
    first, last = (60 * int(hour) + int(minute) for hour, minute in (end.split(":") for end in span.split("-")))
    if first >= 24 * 60 or last > 48 * 60 or (last > 24 * 60 and last - 24 * 60 > first):
        return ""
    if (first, last) == (0, 24 * 60):
        return say("posted.all_day")
    ends = f"{last // 60 % 24:02}:{last % 60:02}" if last != 24 * 60 else "24:00"
    begins = f"{first // 60:02}:{first % 60:02}"
    key = "posted.span_over" if last <= first or last > 24 * 60 else "posted.span"
    return say(key, first=begins, last=ends)


def _list(text: str, say: Say) -> str:
    items = [[_name(end, say) for end in item.strip().split("-")] for item in text.split(",")]
    if text in ("Mo-Su", "Mo-Su,PH", "PH,Mo-Su"):
        return say("posted.every_day")
    return say("posted.and").join(
        item[0] if len(item) == 1 else say("posted.range", first=item[0], last=item[1]) for item in items
    )


def _name(name: str, say: Say) -> str:
    if name == HOLIDAY:
        return say("posted.holidays")
    if name in WEEKDAYS:
        return say(f"weekday.{WEEKDAYS.index(name)}")
    month, _, day = name.partition(" ")
    words = say(f"month.{MONTHS.index(month) + 1}")
    return say("open.date", day=int(day), month=words) if day else words
