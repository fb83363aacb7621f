"""The map of a plan: what is still out of reach, the stations there are, candidates, new sites under their numbers."""

from __future__ import annotations

from collections.abc import Sequence

import folium
import numpy as np
from branca.element import MacroElement

from geo.datum import Datum, convert
from geo.district import District
from geo.i18n import Language
from geo.layers import areas, legend, points
from geo.layers.base import Focus
from geo.layers.geojson import GeoJsonLayer
from geo.planner import AT_LEAST
from geo.planner.candidates import Candidates
from geo.planner.plan import Plan, Site
from geo.words import Say, distance
from pages.ui import cached
from pages.ui.map_view import over
from pages.ui.overview_map import map_notice
from pages.ui.planner.answers import Found, Look
from pages.ui.planner.coverage_map import cell_layer, cell_words, region_bounds, shown_counts, station_marks

CANDIDATES_DRAWN = 1500
"""More than these would hide the map and take long to draw; the list has them all."""


def plan_map(
    district: District,
    found: Found,
    look: Look,
    plan: Plan,
    sites: Sequence[Site],
    others: Sequence[Site],
    offered: Candidates | None,
    picked: int | None,
    say: Say,
    language: Language,
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the layers of a plan over it. ``found``: the answer with the plan's ``sites``, these
    with their names; ``others``: those of a plan it is compared with; ``picked``: which of the plan's is being moved.
    """
    question = found.question
    datum: Datum = look.basemap.datum if look.basemap else "wgs84"
    drawing, names = cached.drawing(district, datum), cached.region_names(district, language)
    marks = station_marks(district, found, datum, say, language)
    layers: list[MacroElement] = [areas.outlines(drawing.regions)]
    counts = shown_counts(found)
    layers.append(cell_layer(district, found, counts, datum, say))
    rows = list(marks.legend)
    new = _new(sites, datum, "new", picked, say) + _new(others, datum, "new-b", None, say)
    layers.append(points.reaches([(one.lon, one.lat) for one in new], question.reach.within_m))
    if "names" in look.layers:
        layers.append(areas.names(drawing.centres, list(names.values()), selected=names.get(look.region, "")))
    if offered is not None and "candidates" in look.layers:
        places = _offered(plan, offered, datum)
        layers += points.candidates(places, {choice: say(f"site.is_{choice or 'free'}") for choice in CHOICES})
        seen = {place.choice for place in places}
        rows += [
            legend.Row(say(f"site.legend_{choice or 'free'}"), mark=MARKS[choice])
            for choice in CHOICES
            if choice in seen
        ]
    if "facilities" in look.layers:
        layers.append(GeoJsonLayer(marks.facilities, "points"))
    layers.append(points.numbered(new))
    if new:
        reach = distance(question.reach.within_m, say)
        rows.insert(0, legend.Row(say("site.legend_site", reach=reach), mark="site"))
    if others:
        rows.insert(1, legend.Row(say("site.legend_other"), mark="site-b"))
    layers.append(
        legend.Legend(
            say("legend.title"),
            (*rows, *_notes(found, counts, say)),
            measure=cell_words(found, say),
            steps=legend.classes(counts.tolist()),
            notice=map_notice(district, say, language),
            corner=drawing.free_corner,
        )
    )
    layers.append(Focus(region_bounds(district, look.region, drawing, datum)))
    return over(district, drawing, look.basemap, layers)


def _notes(found: Found, counts: np.ndarray, say: Say) -> list[legend.Row]:
    """What is faint or grey on the map, where anything is."""
    rows = []
    if found.answer.at is not None:
        rows.append(legend.Row(say("blind.legend_shut"), mark="rest_station-shut"))
    if np.isnan(counts).any():
        rows.append(legend.Row(say("blind.cell_few", few=AT_LEAST), swatch=legend.WITHHELD_SWATCH))
    return rows


CHOICES = ("", "forced", "barred")
MARKS = {"": "candidate", "forced": "candidate-forced", "barred": "candidate-barred"}


def _new(sites: Sequence[Site], datum: Datum, tone: str, picked: int | None, say: Say) -> list[points.Numbered]:
    if not sites:
        return []
    lon, lat = convert([site.lon for site in sites], [site.lat for site in sites], "wgs84", datum)
    places = zip(sites, lon.tolist(), lat.tolist(), strict=True)
    return [
        points.Numbered(
            number,
            x,
            y,
            site.name,
            (say("site.moved"),) if site.moved else (),
            f"{tone} picked" if picked == number - 1 else tone,
            False,
        )
        for number, (site, x, y) in enumerate(places, start=1)
    ]


def _offered(plan: Plan, offered: Candidates, datum: Datum) -> list[points.Place]:
    lon, lat = convert(offered.lon, offered.lat, "wgs84", datum)
    choice = dict.fromkeys(plan.barred, "barred") | dict.fromkeys(plan.forced, "forced")
    taken = {site.id for site in plan.sites if not site.moved}
    rows = zip(offered.id.tolist(), lon.tolist(), lat.tolist(), offered.name.tolist(), strict=True)
    shown = [points.Place(id_, x, y, name, choice.get(id_, "")) for id_, x, y, name in rows if id_ not in taken]
    return [place for place in shown if place.choice or len(shown) <= CANDIDATES_DRAWN]
