"""The map of a plan: regions in their team's colour, what nobody has seen at once, positions with a number."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
import shapely

from geo.layers import palette, teams
from geo.layers.geojson import GeoJsonLayer

SQUARE = '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}'


def drawn(layer: GeoJsonLayer) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in json.loads(f"[{layer.text}]")]


def ground(position: str, team: int, *, open: bool = False) -> teams.Ground:  # noqa: A002 - as the field is called
    return teams.Ground(position, SQUARE, team, position, (), open)


def test_each_ground_has_the_colour_of_its_team() -> None:
    filled, chosen = teams.grounds([ground("P1", 1), ground("P2", 2), ground("P3", 1), ground("", 0)])
    fills = [one["style"]["fillColor"] for one in drawn(filled)]
    assert fills == [palette.TEAMS[0], palette.TEAMS[1], palette.TEAMS[0], palette.GROUND]
    assert [one["position"] for one in drawn(filled)] == ["P1", "P2", "P3", ""]
    assert drawn(chosen) == []


def test_what_nobody_has_is_drawn_last_and_edged_in_the_accent() -> None:
    filled, _ = teams.grounds([ground("P1", 0, open=True), ground("P2", 1)])
    assert [one["position"] for one in drawn(filled)] == ["P2", "P1"]
    assert drawn(filled)[1]["style"] == {
        "fillColor": palette.UNASSIGNED,
        "fillOpacity": 1,
        "color": palette.NEW,
        "weight": 1.5,
    }


def test_the_one_picked_is_outlined_and_nothing_where_none_is() -> None:
    both = [ground("P1", 1), ground("", 0)]
    assert len(drawn(teams.grounds(both, selected="P1")[1])) == 1
    assert drawn(teams.grounds(both, selected="")[1]) == []


@pytest.mark.parametrize(("team", "number", "fill"), [(3, "3", palette.TEAMS[2]), (0, "?", "")])
def test_a_post_says_its_team_by_number(team: int, number: str, fill: str) -> None:
    (one,) = drawn(teams.posts([teams.Post("P9", 116.0, 39.0, team, "基地", (), open=not team)], selected="P9"))
    assert (one["number"], one["fill"], one["position"]) == (number, fill, "P9")
    assert "picked" in one["tone"]
    assert ("open-post" in one["tone"]) is (team == 0)


def test_beyond_nine_teams_colours_come_again() -> None:
    assert palette.team(0) == palette.team(len(palette.TEAMS)) != palette.team(1)
    assert len(set(palette.TEAMS)) == len(palette.TEAMS)


def test_the_ground_of_a_team_is_outlined_as_one() -> None:
    """Two squares side by side of one team are one outline; nobody's ground has none."""
    left, right = (
        f'{{"type":"Polygon","coordinates":[[[{x},0],[{x + 1},0],[{x + 1},1],[{x},1],[{x},0]]]}}' for x in (0, 1)
    )
    places = [
        teams.Ground("P1", left, 1, "甲", ()),
        teams.Ground("P2", right, 1, "乙", ()),
        teams.Ground("P3", left, 0, "丙", (), open=True),
    ]
    (whole,) = json.loads(f"[{teams.outlines(places).text}]")
    assert shapely.from_geojson(json.dumps(whole["geometry"])).equals(shapely.box(0, 0, 2, 1))


def test_a_small_map_has_the_numbers_on_the_grounds() -> None:
    square = '{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]}'
    address = teams.picture([square, square], [(1.0, 1.0), (1.0, 1.0)], [3, 0], 100)
    svg = base64.b64decode(address.removeprefix("data:image/svg+xml;base64,")).decode()
    assert re.findall(r"<text[^>]*>(\d+)</text>", svg) == ["3"], "nobody's ground has no number"
    assert re.findall(r'fill="(#[0-9a-f]+)"', svg) == [palette.TEAMS[2], palette.GROUND]
    assert 'x="50.0"' in svg, "at the middle of what is 100 wide"
