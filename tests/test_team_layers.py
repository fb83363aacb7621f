"""The map of a plan: regions in their team's colour, what nobody has seen at once, positions with a number."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
