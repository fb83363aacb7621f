"""A number of 进展 as an address says it, so that a list can show what it counts and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from geo.casework.appeals import STATES
from geo.people import Person
from geo.programmes import KINDS
from geo.progress.brief import to_decide
from geo.progress.dashboard import WHATS, standing
from geo.progress.days import Period
from geo.progress.measures import ANYWHERE, MEASURES, Where, counted_rows
from geo.progress.scene import Scene
from geo.schema import is_day
from geo.workspace import Workspace

OF_WHERE = ("team", "town", "position")
OF_CALLERS = ("erased_soon",)
"""What tells of which appeals a caller is kept, as leaders alone may know of all of them."""


@dataclass(frozen=True)
class Number:
    """A number of a campaign. ``what``: a measure, ``programmes:`` or ``programme_people:`` with a kind of programme,
    states of appeals joined by commas, or a decision. ``on``: the day (YYYY-MM-DD) that was asked for to tell it as of,
    ``""`` for none.
    """

    what: str
    where: Where = ANYWHERE
    on: str = ""

    def written(self) -> str:
        """As an address has it: ``what=visits&since=2025-09-01&team=``; what is left out asks for nothing."""
        within = self.where.period
        said = {"what": self.what, "since": within.since, "until": within.until, "on": self.on}
        places = {name: getattr(self.where, name) for name in OF_WHERE}
        return urlencode(
            {name: value for name, value in said.items() if value}
            | {name: value for name, value in places.items() if value is not None}
        )

    @classmethod
    def read(cls, text: str) -> Number:
        """What was ``written``; of a text that was not, ``Number("")``, which counts nothing."""
        said = dict(parse_qsl(text, keep_blank_values=True))
        what = said.get("what", "")
        kinds = (f"{name}:{kind}" for name in ("programmes", "programme_people") for kind in KINDS)
        if what not in {*MEASURES, *WHATS, *kinds} and not set(what.split(",")) <= set(STATES):
            return cls("")
        days = {name: said.get(name, "") for name in ("since", "until", "on")}
        if not all(is_day(day) for day in days.values() if day):
            return cls("")
        where = Where(Period(days["since"], days["until"]), **{name: said.get(name) for name in OF_WHERE})
        return cls(what, where, days["on"])

    def open_to(self, person: Person) -> Number:
        """The same, or ``Number("")`` where it is not for the person to know."""
        return self if self.what not in OF_CALLERS or person.may("leader") else Number("")


def counted_ids(workspace: Workspace, made: Scene, number: Number) -> tuple[str, ...]:
    """The ids of what it counts: of entries, of enterprises (of a union that of its first unit), for meetings that are
    missing of positions, for visits of planned ones. Of an amount, of those that say it. None of what is no number.
    """
    made = made.on(number.on)
    name, _, kind = number.what.partition(":")
    if name in MEASURES:
        one = replace(MEASURES[name], programme_kinds=(kind,)) if kind else MEASURES[name]
        rows = counted_rows(made.work, one, number.where)
        return tuple((rows[rows["amount"].notna()] if one.amount else rows)["id"])
    if set(states := number.what.split(",")) <= set(STATES):
        seen = standing(made.work, made.asof, made.campaign.rules, number.where)
        return tuple(seen.loc[seen["state"].isin(states), "id"])
    found = to_decide(workspace, made) if number.what else ()
    return next((one.ids for one in found if one.what == number.what), ())
