"""What a position has to do, in points: added up by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_ground import BING, JIA, YI, base_at, campaign, enterprises, positions, three_regions

from geo.district import District
from geo.fieldwork.ground import ground
from geo.fieldwork.plan import METRICS, Plan
from geo.fieldwork.workload import CATCHMENT_M, DEFAULTS, EXTRA, Counts, counts, weigh, workload

STATION = (5.0, 5.0)
"""Where the rest station F1 of the tiny world is."""


@pytest.fixture(scope="module")
def two(world: District) -> District:
    """甲: A, 10 workers, no union, beside the station; B, 30 workers, a union, 4 km from it. 乙: C, 60 workers, no
    union, place not known. D, 1,000 workers, is in 丙, and E nobody knows where.
    """
    return enterprises(
        three_regions(world),
        [
            {"region": 0, "at": STATION, "workers": 10},
            {"region": 0, "at": (5, 9), "workers": 30, "unionised": True},
            {"region": 1, "workers": 60},
            {"region": 2, "at": (25, 5), "workers": 1000},
            {"region": -1, "workers": 5},
        ],
    )


def test_what_is_counted_at_each_position(two: District) -> None:
    """Those of 丙, which the campaign leaves out, count nowhere; who is nowhere on the map is not unserved."""
    found = workload(two, campaign(["P1", "P2"], base=base_at(two, 5, 5)), Plan())
    assert found.ids == ("P1", "P2")
    assert found.values["ununionised"].tolist() == [1, 1]
    assert found.values["workers"].tolist() == [40, 60]
    assert found.values["unserved"].tolist() == [30, 0]
    assert found.values["appeals"].isna().all()
    assert found.values["distance"].tolist() == pytest.approx([0, 10], abs=1e-3)
    assert found.values["each"].tolist() == [1, 1]
    assert ("workload.elsewhere", {"count": 2}) in found.notes
    assert not found.synthetic


def appeals(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """A ledger: kind, position, region, the day it was closed, standing."""
    return pd.DataFrame(rows, columns=["kind", "position", "region", "closed_on", "standing"], dtype="str")


def test_open_appeals_count_for_their_position_else_for_their_region(two: District) -> None:
    jia, yi, bing = two.regions["code"]
    entries = appeals(
        ("appeal", "P1", yi, "", "reported"),  # the position, whatever the region
        ("appeal", "P9", yi, "", "reported"),  # a position of another campaign: its region
        ("appeal", "", yi, "", "reported"),
        ("appeal", "", bing, "", "reported"),  # nobody's
        ("appeal", "", "", "", "reported"),
        ("appeal", "P1", jia, "2025-07-01", "reported"),
        ("visit", "P1", jia, "", "reported"),
    )
    found = workload(two, campaign(["P1", "P2"]), Plan(), entries)
    assert found.values["appeals"].tolist() == [1, 2]
    assert ("workload.appeals_elsewhere", {"count": 2}) in found.notes
    assert "workload.no_appeals" not in [key for key, _ in found.notes]
    assert "appeals" in found.counted
    only = Plan(weights={**dict.fromkeys(METRICS, 0.0), "appeals": 1.0})
    assert workload(two, campaign(["P1", "P2"]), only, entries).total.tolist() == pytest.approx([100 / 3, 200 / 3])


def test_a_ledger_without_open_appeals_says_none_and_made_up_ones_make_the_workload_so(two: District) -> None:
    found = workload(two, campaign(["P1", "P2"]), Plan(), appeals())
    assert found.values["appeals"].tolist() == [0, 0]
    assert ("appeals" in found.counted, found.synthetic) == (False, False)
    made_up = appeals(("appeal", "P2", "", "", "synthetic"))
    assert workload(two, campaign(["P1", "P2"]), Plan(), made_up).synthetic
    assert not workload(two, campaign(["P1"]), Plan(), made_up).synthetic  # it is not counted there


def test_what_follows_from_made_up_records_is_made_up(two: District) -> None:
    for noun in ("enterprises", "facilities"):
        frame = getattr(two, noun)
        made_up = replace(two, **{noun: frame.assign(standing="synthetic")})
        assert workload(made_up, campaign(["P1"]), Plan()).synthetic


def test_each_metric_shares_out_its_part_of_the_weights(two: District) -> None:
    """Appeals have nothing to count, so 90 of the weights are left: 100/90 of each. 甲: half of 30, 40 of 100 workers
    of 20, all of the 20 unserved, none of the way, half of 10: 48. 乙: 15 + 12 + 0 + 10 + 5 = 42.
    """
    found = workload(two, campaign(["P1", "P2"], base=base_at(two, 5, 5)), Plan())
    assert found.total.tolist() == pytest.approx([48 / 0.9, 42 / 0.9], rel=1e-3)
    assert found.points.loc["P1"].tolist() == pytest.approx([15 / 0.9, 8 / 0.9, 20 / 0.9, 0, 0, 5 / 0.9, 0], abs=0.01)
    assert found.counted == ("ununionised", "workers", "unserved", "distance", "each")


def test_the_leaders_weights_and_extra_points(two: District) -> None:
    plan = Plan(weights={**dict.fromkeys(METRICS, 0.0), "workers": 7.0}, extra={"P2": 5.0, "P9": 3.0})
    found = workload(two, campaign(["P1", "P2"]), plan)
    assert found.points["workers"].tolist() == pytest.approx([40, 60])
    assert found.total.tolist() == pytest.approx([40, 65])
    assert found.counted == ("workers",)


def test_no_more_is_taken_off_than_there_is(two: District) -> None:
    plan = Plan(weights={**dict.fromkeys(METRICS, 0.0), "workers": 7.0}, extra={"P1": -50.0})
    found = workload(two, campaign(["P1", "P2"]), plan)
    assert found.total.tolist() == [0, pytest.approx(60)]
    assert found.points[EXTRA].tolist() == pytest.approx([-40, 0])
    assert ("workload.less", {"positions": ("P1",)}) in found.notes


def test_nothing_counts_without_weights(two: District) -> None:
    found = workload(two, campaign(["P1", "P2"]), Plan(weights=dict.fromkeys(METRICS, 0.0)))
    assert found.total.tolist() == [0, 0]
    assert found.counted == ()


def test_without_a_register_nothing_is_known_of_enterprises(two: District) -> None:
    found = workload(enterprises(two, []), campaign(["P1", "P2"]), Plan())
    assert found.values[["ununionised", "workers", "unserved"]].isna().all(axis=None)
    assert [key for key, _ in found.notes] == ["workload.no_appeals", "workload.no_base", "workload.no_enterprises"]
    assert found.total.tolist() == [50, 50]


def test_where_the_teams_set_out_from_is_not_known(two: District) -> None:
    found = workload(two, campaign(["P1", "P2"]), Plan())
    assert found.values["distance"].isna().all()
    assert "distance" not in found.counted
    assert "workload.no_base" in [key for key, _ in found.notes]
    assumed = workload(two, campaign(["P1"], base=base_at(two, 5, 5), base_standing="assumed"), Plan())
    assert ("workload.base_assumed", {"base": "出发点"}) in assumed.notes


def with_bases(world: District, *rows: dict[str, Any]) -> District:
    """甲 as P1 and these besides; one enterprise of 甲, 10 workers, in its middle, and one 900 m farther north."""
    made = positions(world, [{"id": "P1", "region": JIA, "at": (5, 5)}, *rows])
    those = [{"region": 0, "at": (5, 5 + 0.9 * i), "workers": 10 + i} for i in range(2)]
    return enterprises(made, those)


def workers(district: District, ids: list[str]) -> list[float]:
    return counts(district, campaign(ids), ground(district, ids)).values["workers"].tolist()


def test_a_base_has_what_is_within_a_kilometre_of_it_and_its_region_the_rest(world: District) -> None:
    base = {"id": "B", "kind": "industrial_base", "precision_m": 1000}
    near = with_bases(world, {**base, "at": (5.3, 4.5)})  # 580 m from the one, 1,430 m from the other
    assert workers(near, ["P1", "B"]) == [11, 10]
    assert workers(near, ["B"]) == [10]
    both = with_bases(world, {**base, "at": (5, 5.4)})
    assert workers(both, ["P1", "B"]) == [0, 21]
    assert workers(with_bases(world, {**base, "at": (5, 7)}), ["P1", "B"]) == [21, 0]


def test_a_kilometre_is_within_a_kilometre(world: District) -> None:
    """Inclusive, to the last digit that a float has."""
    made = with_bases(world, {"id": "B", "kind": "industrial_base", "at": (5, 5)})
    x, y = (float(part[1]) for part in (ground(made, ["P1", "B"]).x, ground(made, ["P1", "B"]).y))
    for far, expected in ((CATCHMENT_M, [0, 10]), (np.nextafter(CATCHMENT_M, 2e3) + 1e-6, [10, 0])):
        there = replace(made.demand, x=np.array([x + far, np.nan]), y=np.array([y, np.nan]))
        assert workers(replace(made, demand=replace(there, workers=np.array([10.0, 0.0]))), ["P1", "B"]) == expected


def test_of_two_bases_the_nearer_has_it_and_of_equals_the_smaller_id(world: District) -> None:
    rows = [{"id": one, "kind": "industrial_base", "at": at} for one, at in (("C", (5, 5.2)), ("B", (5, 5.2)))]
    made = with_bases(world, *rows, {"id": "A", "kind": "industrial_base", "at": (5, 5.8)})
    assert workers(made, ["C", "A", "B", "P1"]) == [0, 11, 10, 0]


@pytest.mark.parametrize("said", [{"precision_m": 2000}, {"location_standing": "assumed"}, {}])
def test_a_base_that_is_only_roughly_known_has_unknown_work(world: District, said: dict[str, Any]) -> None:
    """Its surroundings cannot be told from others', so the enterprises stay with their region."""
    at = {"at": (5, 5)} if said else {}
    made = with_bases(world, {"id": "B", "kind": "industrial_base", **at, **said})
    found = workers(made, ["P1", "B"])
    assert found[0] == 21
    assert np.isnan(found[1])
    load = workload(made, campaign(["P1", "B"]), Plan())
    assert ("workload.imprecise", {"positions": ("B",), "metres": "1,000"}) in load.notes
    assert load.points.loc["B", "workers"] == 0
    assert load.points.loc["B", "each"] > 0


def test_a_position_that_is_gone_has_nothing_to_count(two: District) -> None:
    found = workload(two, campaign(["P1", "gone"], base=base_at(two, 5, 5)), Plan())
    assert found.values.loc["gone", ["ununionised", "workers", "unserved", "distance"]].isna().all()
    assert ("workload.missing", {"positions": ("gone",)}) in found.notes


def test_two_positions_of_one_region(world: District) -> None:
    """The smaller id has the enterprises: each counts once."""
    made = enterprises(
        positions(world, [{"id": "B", "region": YI}, {"id": "A", "region": YI}, {"id": "C", "region": BING}]),
        [{"region": 1, "workers": 9}],
    )
    assert workers(made, ["B", "A", "C"]) == [0, 9, 0]


def test_without_any_station_everybody_placed_is_unserved(two: District) -> None:
    none = replace(two, facilities=two.facilities.iloc[:0])
    assert counts(none, campaign(["P1", "P2"]), ground(none, ["P1", "P2"])).values["unserved"].tolist() == [40, 0]


def test_a_campaign_without_positions(two: District) -> None:
    assert len(workload(two, campaign([]), Plan()).total) == 0


def test_the_defaults_are_a_hundred() -> None:
    assert tuple(DEFAULTS) == METRICS
    assert sum(DEFAULTS.values()) == 100


@pytest.fixture(scope="module")
def kept(two: District) -> Counts:
    return counts(two, campaign(["P1", "P2"]), ground(two, ["P1", "P2"]))


@given(st.dictionaries(st.sampled_from(METRICS), st.floats(0, 100)), st.floats(-50, 50))
def test_points_add_up(kept: Counts, weights: dict[str, float], extra: float) -> None:
    """A hundred in all, if anything counts; a row's points are its total; no total is below 0."""
    found = weigh(kept, Plan(weights=weights, extra={"P1": extra}))
    assert found.points[list(METRICS)].to_numpy().sum() == pytest.approx(100 if found.counted else 0)
    assert found.points.sum(axis=1).tolist() == pytest.approx(found.total.tolist(), abs=1e-9)
    assert (found.total >= 0).all()


def test_weighing_again_is_the_same_work(two: District, kept: Counts) -> None:
    assert weigh(kept, Plan()).total.tolist() == workload(two, campaign(["P1", "P2"]), Plan()).total.tolist()
