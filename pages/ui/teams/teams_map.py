"""The map of a plan: every region in its team's colour, the positions that are no regions, what nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import folium
from branca.element import MacroElement

from geo.datum import Datum, convert
from geo.district import District
from geo.i18n import Language
from geo.layers import areas, legend, palette, points, teams
from geo.layers.base import Basemap
from geo.words import Say, local_name
from pages.ui import cached
from pages.ui.map_view import over
from pages.ui.overview_map import map_notice
from pages.ui.teams.words import load_words
from pages.ui.teams.work import Seen

LEGEND_AT_MOST = 12
"""Teams that the legend lists; beyond, the numbers on the ground tell."""


def teams_map(
    district: District, seen: Seen, basemap: Basemap | None, selected: str, say: Say, language: Language
) -> tuple[folium.Map, list[MacroElement]]:
    """The constant base map, and the layers of the plan over it."""
    datum: Datum = basemap.datum if basemap else "wgs84"
    drawing = cached.drawing(district, datum)
    here = district.positions[district.positions["id"].isin(seen.posed.positions)]
    records: list[dict[str, Any]] = here.drop(columns="geometry").to_dict("records")
    of_region = {row["region"]: row["id"] for row in records if row["kind"] == "region" and row["region"]}
    planned = seen.version not in ("reported", "none")
    grounds, labels, short = [], [], []
    for record, geometry in zip(district.regions.to_dict("records"), drawing.regions, strict=True):
        position = of_region.get(record["code"], "")
        number = seen.number(seen.plan.where.get(position))
        name = local_name(record, language)
        lines = _lines(seen, position, say) if position else (say("teams.outside"),)
        grounds.append(teams.Ground(position, geometry, number, name, lines, planned and bool(position) and not number))
        labels.append(f"{number} {name}" if number else name)
        short.append(str(number or ""))
    layers: list[MacroElement] = [
        *teams.grounds(grounds, selected=selected),
        teams.outlines(grounds),
        areas.names(drawing.centres, labels, selected=_label(grounds, labels, selected), short=short),
        teams.posts(_posts(seen, records, datum, say, language), selected=selected),
        _legend(district, seen, grounds, drawing.free_corner, say, language),
    ]
    return over(district, drawing, basemap, layers)


def _lines(seen: Seen, position: str, say: Say) -> tuple[str, ...]:
    team = seen.plan.where.get(position)
    lines = [
        seen.names.teams.get(team, team)
        if team
        else say("teams.nobody" if seen.version != "reported" else "teams.unreported")
    ]
    if seen.version != "reported":
        lines.append(load_words(seen, position, say))
    if said := seen.reported.get(position):
        lines.append(say("tip.standing", standing=say(f"standing.{said.standing}"), date=said.as_of))
    if position in seen.plan.fixed:
        lines.append(say("teams.locked"))
    return tuple(lines)


def _label(grounds: list[teams.Ground], labels: list[str], selected: str) -> str:
    return next(
        (label for one, label in zip(grounds, labels, strict=True) if selected and one.position == selected), ""
    )


def _posts(seen: Seen, records: list[dict[str, Any]], datum: Datum, say: Say, language: Language) -> list[teams.Post]:
    placed = [row for row in records if row["kind"] != "region" and row["lon"] == row["lon"]]
    if not placed:
        return []
    lon, lat = convert([row["lon"] for row in placed], [row["lat"] for row in placed], "wgs84", datum)
    marks = points.side_by_side(
        [
            points.Mark(row["id"], x, y, "post", local_name(row, language))
            for row, x, y in zip(placed, lon.tolist(), lat.tolist(), strict=True)
        ]
    )
    return [
        teams.Post(
            mark.id,
            mark.lon,
            mark.lat,
            seen.number(seen.plan.where.get(mark.id)),
            mark.title,
            (say(f"position_kind.{row['kind']}"), *_lines(seen, mark.id, say), *_precision(row, say)),
            seen.version not in ("reported", "none") and mark.id not in seen.plan.where,
            mark.aside,
        )
        for mark, row in zip(marks, placed, strict=True)
    ]


def _precision(row: Mapping[str, Any], say: Say) -> list[str]:
    if row["precision_m"] != row["precision_m"] or not row["location_standing"]:
        return []
    standing = say(f"standing.{row['location_standing']}")
    return [say("tip.precision", standing=standing, metres=f"{row['precision_m']:,.0f}")]


def _legend(
    district: District, seen: Seen, grounds: list[teams.Ground], corner: str, say: Say, language: Language
) -> legend.Legend:
    listed = seen.posed.teams[:LEGEND_AT_MOST]
    rows = [
        legend.Row(
            f"{seen.number(team)} {seen.names.teams.get(team, team)}", swatch=(palette.team(seen.number(team) - 1),)
        )
        for team in listed
    ]
    if any(one.open for one in grounds):
        rows.insert(0, legend.Row(say("teams.nobody"), swatch=(palette.UNASSIGNED,)))
    if len(seen.posed.teams) > len(listed):
        rows.append(legend.Row(say("teams.legend_more")))
    rows.append(legend.Row(say("teams.legend_post"), mark="post"))
    if any(not one.position or not (one.team or one.open) for one in grounds):
        words = say("teams.legend_unreported" if seen.version == "reported" else "teams.outside")
        rows.append(legend.Row(words, swatch=(palette.GROUND,)))
    notice = map_notice(district, say, language)
    return legend.Legend(say("legend.title"), tuple(rows), measure="", notice=notice, corner=corner)
