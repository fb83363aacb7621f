"""Published figures beside what is counted: whether they agree, as the words of the article are to be read, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from geo.district import District
from geo.progress.days import last_day
from geo.progress.measures import ANYWHERE, MEASURES, Counted, count, counted_rows
from geo.progress.work import Work

Verdict = Literal["equal", "within", "differs", "not_counted"]
Reason = tuple[str, dict[str, object]]
"""A message's key, under ``published``, and what fills it; ``field``: the name of a column."""


@dataclass(frozen=True)
class Compared:
    """A published figure and what is counted of the same thing.

    ``verdict``: ``equal``: the same number; ``within`` what the word allows (see ``allows``); ``differs``;
    ``not_counted``: not a thing that ledger, register or pack count, and then ``counted`` is None. ``difference`` is
    counted - published. ``reasons`` say on what grounds both stand, and what is known of why they differ.
    """

    id: str
    name: str
    name_en: str
    value: float
    qualifier: str
    unit: str
    unit_en: str
    phrase: str
    standing: str
    source: str
    as_of: str
    measure: str
    counted: Counted | None
    verdict: Verdict
    reasons: tuple[Reason, ...]

    @property
    def difference(self) -> float | None:
        """Counted less published."""
        return None if self.counted is None else round(self.counted.value - self.value, 2)


def step_of(value: float) -> float:
    """The unit of the last digit that is not a zero: 10 of 530, 10,000 of 40,000; 1 of 0."""
    whole, step = round(value), 1
    while whole and whole % (step * 10) == 0:
        step *= 10
    return float(step)


def allows(value: float, qualifier: str, counted: float) -> bool:
    """Whether a published ``value`` with its word can mean what was counted. 余 (``over``): at least that, and less
    than the next round number (1,800余: 1,800 to 1,899). 近 (``nearly``): that at most, and nearer to it than to the
    round number before (近4万: 35,000 to 40,000). Neither word has a definition; this is how they are read here.
    """
    step = step_of(value)
    if qualifier == "over":
        return value <= counted < value + step
    if qualifier == "nearly":
        return value - step / 2 <= counted <= value
    return counted == value


def compare(district: District, work: Work) -> tuple[Compared, ...]:
    """Every figure that was published of the campaign, in the order of figures.csv."""
    rows = district.figures[district.figures["campaign"] == work.campaign.id]
    return tuple(_compared(row, work) for row in rows.to_dict("records"))


def _compared(row: Mapping[Any, Any], work: Work) -> Compared:
    name = str(row.get("measure") or "")
    value, qualifier = float(row["value"]), str(row["qualifier"])
    texts = {
        key: str(row[key])
        for key in ("id", "name", "name_en", "unit", "unit_en", "phrase", "standing", "source", "as_of")
    }
    if name not in MEASURES:
        return Compared(
            **texts,
            value=value,
            qualifier=qualifier,
            measure="",
            counted=None,
            verdict="not_counted",
            reasons=(("not_a_count", {}),),
        )
    found = count(work, name)
    verdict: Verdict = "differs"
    if found.value == value:
        verdict = "equal"
    elif allows(value, qualifier, found.value):
        verdict = "within"
    reasons = tuple(_reasons(work, name, found, verdict, value, texts["as_of"]))
    return Compared(
        **texts, value=value, qualifier=qualifier, measure=name, counted=found, verdict=verdict, reasons=reasons
    )


def _reasons(work: Work, name: str, found: Counted, verdict: Verdict, value: float, as_of: str) -> list[Reason]:
    one = MEASURES[name]
    if one.of == "pack":
        if name == "positions" and verdict == "differs":
            return [("list_inferred", {"count": len(work.campaign.positions)})]
        return [("of_pack", {})]
    left_out: list[Reason] = [("left_out", {"count": found.left_out, "field": one.says})] if found.left_out else []
    if not found.ids:
        ledger = one.of == "entries"
        none = "no_ledger" if ledger and not len(work.entries) else "nothing" if ledger else "no_unions"
        return left_out or [(none, {})]
    reasons: list[Reason] = []
    if found.synthetic >= found.value > 0:
        reasons.append(("demonstration", {}))
    elif found.synthetic:
        reasons.append(("partly", {"synthetic": f"{found.synthetic:,.10g}"}))
    end = last_day(as_of)
    rows = counted_rows(work, one, ANYWHERE)
    if later := int((rows["day"] > end).sum()):
        reasons.append(("since", {"count": later, "day": end}))
    if verdict == "differs":
        reasons.append(("more" if found.value > value else "fewer", {}))
        if found.unsaid:
            reasons.append(("unsaid", {"count": found.unsaid}))
    reasons = reasons or [("real", {})]
    return [*reasons, *left_out]
