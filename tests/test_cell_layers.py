"""Cells of unserved demand, candidates and new sites on the map: which shade, which mark, what a click reports."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.layers import areas, legend, palette, points

SQUARE = '{"type":"Polygon","coordinates":[[[116,39],[117,39],[117,40],[116,39]]]}'


@pytest.mark.parametrize(
    ("most", "bounds"),
    [
        (0, (1,)),
        (1, (1,)),
        (4, (1, 2)),
        (10, (1, 2, 5, 10)),
        (37, (1, 2, 5, 10, 20)),
        (99, (1, 2, 10, 50)),
        (2500, (1, 20, 100, 500, 2000)),
    ],
)
def test_classes_begin_at_one_and_go_up_by_round_numbers(most: float, bounds: tuple[int, ...]) -> None:
    assert palette.classes(most) == bounds


@given(st.integers(1, 10**9))
def test_every_count_has_a_class_and_there_are_never_too_many(most: int) -> None:
    bounds = palette.classes(most)
    assert bounds[0] == 1
    assert bounds[-1] <= most
    assert list(bounds) == sorted(set(bounds))
    assert len(bounds) <= len(palette.CELL_RAMP)


def features(layer: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(f"[{layer.text}]")  # type: ignore[attr-defined]
    return found


def test_cells_are_shaded_by_their_class_and_withheld_ones_by_none() -> None:
    layer = areas.cells([SQUARE] * 4, [1, 4, 10, math.nan], list("abcd"), list("abcd"), [[]] * 4)
    fills = [feature["properties"]["style"]["fillColor"] for feature in features(layer)]  # type: ignore[index]
    # classes 1, 2, 5, 10: the first, the second, the fourth
    assert fills == [palette.CELL_RAMP[0], palette.CELL_RAMP[1], palette.CELL_RAMP[3], palette.WITHHELD]
    assert [feature["properties"]["code"] for feature in features(layer)] == list("abcd")  # type: ignore[index]
    assert layer.pane == "cells"


def test_no_cells_are_no_layer_of_anything() -> None:
    assert features(areas.cells([], [], [], [], [])) == []


def test_the_legend_names_the_classes_that_are_drawn() -> None:
    assert legend.classes([1, 4, 10, math.nan, 0]) == [
        (palette.CELL_RAMP[0], "1"),
        (palette.CELL_RAMP[1], "2–4"),
        (palette.CELL_RAMP[3], "10"),
    ]
    assert legend.classes([12]) == [(palette.CELL_RAMP[3], "10–")], "more than the last bound"
    assert legend.classes([]) == []


def test_regions_left_clear_still_tell_no_data_from_withheld() -> None:
    def fills(*, clear: bool, withheld: tuple[str, ...]) -> list[object]:
        layer = areas.regions(
            ["a", "b", "c"],
            [SQUARE] * 3,
            [0.5, math.nan, math.nan],
            list("abc"),
            [[]] * 3,
            clear=clear,
            withheld=withheld,
        )[0]
        return [feature["properties"]["style"]["fillColor"] for feature in features(layer)]  # type: ignore[index]

    assert fills(clear=True, withheld=("c",)) == [palette.GROUND, palette.NO_DATA, palette.GROUND]
    assert fills(clear=False, withheld=("c",)) == [palette.shade(0.5), palette.NO_DATA, palette.WITHHELD]


def test_a_click_on_a_candidate_reports_it_whatever_its_condition() -> None:
    words = {"": "候选", "forced": "必选", "barred": "排除"}
    places = [points.Place("c1", 116, 39, "一", ""), points.Place("c2", 116, 39, "二", "forced")]
    free, chosen = points.candidates(places, words)
    assert (free.pane, chosen.pane) == ("cells", "points")
    (ring,), (mark,) = features(free), features(chosen)
    assert (ring["properties"]["candidate"], ring["properties"]["lines"]) == ("c1", ["候选"])  # type: ignore[index]
    assert (mark["properties"]["candidate"], mark["properties"]["mark"]) == ("c2", "candidate-forced")  # type: ignore[index]


def test_reach_is_drawn_in_metres() -> None:
    (circle,) = features(points.reaches([(116.3, 39.7)], 865.4))
    assert circle["properties"] == {"metres": 865.4}
