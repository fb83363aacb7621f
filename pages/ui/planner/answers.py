"""What the planner's pages ask, kept: each answer under the district's revision and all else that it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from geo import clock, planner
from geo.datum import Datum
from geo.district import District
from geo.i18n import Language, translate
from geo.layers.base import Basemap
from geo.layers.geojson import to_geojson
from geo.planner import Answer, Cells, Measured, Question, Uncovered
from geo.planner.candidates import named
from geo.planner.cells import cells as gather
from geo.planner.outcome import Outcome
from geo.planner.outcome import outcome as come_to
from geo.planner.plan import Site
from geo.planner.privacy import PUBLIC_CELL_M, public_change
from geo.planner.week import week as hours_of
from pages.ui import cached

HAND = "hand"
"""What the ids of sites begin with that somebody put on the map."""
LAYERS = ("cells", "gaps", "facilities", "positions", "names")


@dataclass(frozen=True)
class Look:
    """How an answer is shown: everything of a view besides the question. ``size_m``: of the cells, None for any."""

    region: str
    layers: tuple[str, ...]
    size_m: int | None
    basemap: Basemap | None


@dataclass(frozen=True, eq=False)
class Found:
    """An answer as one reader may see it: ``rows`` of the regions; numbers withheld from the public are NaN. ``new``:
    the new sites that it counts, lon and lat.
    """

    question: Question
    answer: Answer
    rows: pd.DataFrame
    uncovered: Uncovered
    cells: Cells
    staff: bool
    new: tuple[tuple[float, float], ...] = ()


def found(district: District, question: Question, size_m: int | None, *, staff: bool) -> Found:
    """All that the page shows of a question."""
    given = answer(district, question)
    rows = given.rows if staff else planner.public_rows(given)
    gathered = _cells(given, size_m, ("cells", district.revision, question, given.at), staff=staff)
    return Found(question, given, rows, uncovered(district, question), gathered, staff)


def today(district: District) -> date:
    """The day that it is in the district."""
    return clock.today(district, cached.workspace().now())


def at(district: District, question: Question) -> datetime | None:
    """The moment whose open stations count; None where all count."""
    return planner.moment(question.when, today(district), district.calendar) if question.when else None


def measured(district: District, question: Question) -> Measured:
    """Who is how far from what is open."""
    return cached.measured(district, question.kinds, at(district, question))


def answer(district: District, question: Question) -> Answer:
    """Who is served, by region."""
    when = at(district, question)
    key = ("planner", district.revision, question, when)
    return cached.once(key, lambda: planner.answer(district, question, when, measured(district, question)))


def uncovered(district: District, question: Question) -> Uncovered:
    """Where nothing is in reach."""
    return cached.uncovered(district, question.kinds, question.reach.within_m, at(district, question))


def _cells(given: Answer, size_m: int | None, key: tuple[object, ...], *, staff: bool) -> Cells:
    """The demand in cells of ``size_m``, None: of the smallest that is clear to read; for the public of the one size
    that is public.
    """
    size = size_m if staff else PUBLIC_CELL_M
    return cached.once((*key, size), lambda: gather(given, size))


def cell_drawing(district: District, cells: Cells, key: Sequence[object], datum: Datum) -> list[str]:
    """The cells as the map draws them; ``key`` says which cells these are."""
    shapes = planner.shapes(cells)
    return cached.once(("cell_drawing", *key, datum), lambda: to_geojson(shapes, district.plane, datum))


def week(district: District, question: Question) -> pd.DataFrame:
    """Coverage at each hour of a week."""
    day = today(district)
    asked = Question(question.kinds, question.reach, question.who, question.lens)
    return cached.once(("week", district.revision, asked, day), lambda: hours_of(district, asked, day))


def curve(district: District, question: Question) -> pd.DataFrame:
    """Coverage against reach."""
    found = answer(district, question)
    return cached.once(("curve", district.revision, question, found.at), lambda: planner.curve(found))


def outcome(district: District, question: Question, sites: Sequence[Site], language: Language) -> Outcome:
    """What new sites come to, each under its name."""
    when = at(district, question)
    bare = tuple(replace(site, name="") for site in sites)
    key = ("outcome", district.revision, question, when, bare, language)

    def make() -> Outcome:
        known = [_by_hand(site, language) for site in named(district, sites, language=language)]
        return come_to(district, question, when, measured(district, question), known)

    return cached.once(key, make)


def _by_hand(site: Site, language: Language) -> Site:
    """A site that somebody put on the map, under a name."""
    if not site.id.startswith(HAND):
        return site
    return replace(site, name=translate("site.by_hand_name", language, number=site.id.removeprefix(HAND)))


def after(district: District, question: Question, outcome: Outcome, size_m: int | None, *, staff: bool) -> Found:
    """All that the map shows of what the sites come to."""
    given = outcome.after
    rows = given.rows if staff else public_change(outcome)[1]
    places = tuple((site.lon, site.lat) for site in outcome.sites)
    key = ("after", district.revision, question, given.at, places)
    cells = _cells(given, size_m, (*key, "cells"), staff=staff)
    beyond = cached.once(key, lambda: planner.uncovered(district, given.measured.sites, question.reach.within_m))
    return Found(question, given, rows, beyond, cells, staff, places)
