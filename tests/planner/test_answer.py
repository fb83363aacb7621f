"""Who is served as a planner asks it, by hand on a line and in the tiny world; and the laws that hold for any."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_world import ALWAYS, NIGHT, OFFICE, X0, Y0, people, sites, stations

from geo.coverage import NO_REGION, SERVED, TOTAL, UNKNOWN, UNSERVED, coverage, lens_table
from geo.demand import MEASURES, UNIONS, Who
from geo.district import District
from geo.errors import ParameterError
from geo.measures import worst_served
from geo.pack import open_pack
from geo.planner.coverage import Answer, Sites, answer, measure, moment, overview, sites_at, uncovered, worst
from geo.planner.question import Question, Reach, When

NAN = math.nan
EVERYBODY = Who(union="all")
JIA, YI, BING = "110199001000", "110199002000", "110199003000"


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def asked(district: District, rows: list[dict[str, Any]], at: Sites, question: Question) -> Answer:
    world = replace(district, demand=people(rows, district.demand.codes))
    return answer(world, question, None, measure(world, at))


# ---- the moment ----


@pytest.mark.parametrize(
    ("weekday", "day"),
    [
        (3, "2026-10-01"),  # the first of October is a Thursday: today counts
        (4, "2026-10-02"),
        (2, "2026-10-07"),
        (0, "2026-10-12"),  # the 5th is a holiday
        (5, "2026-10-03"),
    ],
)
def test_an_hour_is_asked_of_the_next_ordinary_day(district: District, weekday: int, day: str) -> None:
    found = moment(When(weekday, 22), date(2026, 10, 1), district.calendar)
    assert found == datetime.fromisoformat(f"{day}T22:00").replace(tzinfo=district.calendar.zone)


def test_a_shifted_working_day_is_not_ordinary(district: District) -> None:
    """Saturdays the 10th and the 17th are worked."""
    assert moment(When(5, 0), date(2026, 10, 4), district.calendar).date() == date(2026, 10, 24)


def test_where_no_day_is_ordinary_it_is_the_first(district: District) -> None:
    calendar = replace(district.calendar, holidays={date.fromordinal(n): "" for n in range(739_000, 741_000)})
    assert moment(When(3, 0), date(2026, 10, 1), calendar).date() == date(2026, 10, 1)


# ---- the sites ----


def test_without_a_moment_all_in_service_count(district: District) -> None:
    found = sites_at(district, ("rest_station", "mediation_kiosk"), None)
    assert district.facilities["id"].to_numpy()[found.rows].tolist() == ["F1", "F2", "F4"]
    np.testing.assert_allclose(found.x, [435_000, 445_000, 455_000], rtol=0, atol=1e-6)
    assert found.sure.all()
    assert len(sites_at(district, (), None).rows) == 0


@pytest.mark.parametrize(
    ("when", "ids", "sure"),
    [
        ("2026-11-23T17:59", "ABD", "AB"),  # Monday
        ("2026-11-23T18:00", "AD", "A"),
        ("2026-11-23T22:00", "ACD", "AC"),
        ("2026-11-24T05:59", "ACD", "AC"),  # left over from the evening before
        ("2026-11-28T12:00", "AD", "A"),  # Saturday
    ],
)
def test_at_a_moment_what_is_open_counts_and_what_is_not_known_is_in_doubt(
    district: District, when: str, ids: str, sure: str
) -> None:
    world = stations([("A", 0, ALWAYS), ("B", 0, OFFICE), ("C", 0, NIGHT), ("D", 0, ""), ("E", 0, "")], district)
    world.facilities.loc[world.facilities["id"] == "E", "state"] = "closed"
    found = sites_at(world, ("rest_station",), datetime.fromisoformat(when).replace(tzinfo=world.calendar.zone))
    names = world.facilities["id"].to_numpy()[found.rows]
    assert ("".join(names), "".join(names[found.sure])) == (ids, sure)


def test_a_moment_may_be_said_in_any_zone(district: District) -> None:
    world = stations([("B", 0, OFFICE)], district)
    assert len(sites_at(world, ("rest_station",), datetime.fromisoformat("2026-11-23T09:59+00:00")).rows) == 1
    assert len(sites_at(world, ("rest_station",), datetime.fromisoformat("2026-11-23T10:00+00:00")).rows) == 0


# ---- the answer ----

LINE: list[dict[str, Any]] = [
    {"id": "a", "east": 100, "workers": 10, "members": 1, "industry": "物流", "groups": ("快递员",)},
    {"id": "b", "east": 1000, "workers": 20, "members": 2},
    {"id": "c", "east": 1001, "workers": 40, "members": 4, "union": False},
    {"id": "d", "east": 5000, "workers": 80, "union": False, "industry": "物流"},
    {"id": "e", "east": None, "workers": 160},
    {"id": "f", "east": 500, "region": 1},
    {"id": "g", "east": 3000, "region": -1, "workers": 320, "union": False},
]
"""One site at 0, another at 1200: c, at 1001, has the second at 199 m; b the first at 1000 and the second at 200."""


def test_a_line_by_hand(district: District) -> None:
    found = asked(district, LINE, sites([0]), Question(who=EVERYBODY))
    assert found.status.tolist() == [SERVED, SERVED, UNSERVED, UNSERVED, UNKNOWN, SERVED, UNSERVED]
    assert found.rows.index.tolist() == [JIA, YI, BING, NO_REGION, TOTAL]
    columns = ["all", "served", "unserved", "unknown"]
    assert found.rows[columns].to_numpy().tolist() == [
        [5, 2, 2, 1],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [1, 0, 1, 0],
        [7, 3, 3, 1],
    ]
    assert (found.rows[[f"n_{name}" for name in columns]].to_numpy() == found.rows[columns].to_numpy()).all()
    assert found.rows["n_all"].dtype == np.int64
    np.testing.assert_array_equal(found.rows["share"], [1 / 2, 0, NAN, 1, 1 / 2])
    # 100, 1000, 1001, 5000: half of the four are at or under 1000, nine tenths only at 5000.
    np.testing.assert_array_equal(found.rows["median_m"], [1000, 500, NAN, 3000, 1000])
    np.testing.assert_array_equal(found.rows["p90_m"], [5000, 500, NAN, 3000, 5000])
    assert found.rows["share_second"].tolist()[:2] == [0, 0]
    assert (found.unstated, found.at) == (0, None)


def test_in_workers(district: District) -> None:
    """f does not state its workers and adds none, and so 乙 has nobody to divide by."""
    found = asked(district, LINE, sites([0]), Question(who=Who("workers", "all")))
    assert found.rows["all"].tolist() == [310, 0, 0, 320, 630]
    assert found.rows["served"].tolist() == [30, 0, 0, 0, 30]
    assert found.rows["unknown"].tolist() == [160, 0, 0, 0, 160]
    assert found.rows["n_served"].tolist() == [2, 1, 0, 0, 3]
    np.testing.assert_array_equal(found.rows["share"], [120 / 150, NAN, NAN, 1, 440 / 470])
    # Of 150 workers half are at 1001 m or nearer (70 of 150 are not half), nine tenths at 5000.
    np.testing.assert_array_equal(found.rows["median_m"], [5000, NAN, NAN, 3000, 3000])
    assert found.unstated == 1
    assert asked(district, LINE, sites([0]), Question(who=Who("workers", "ununionised"))).unstated == 0


@pytest.mark.parametrize(
    ("weights", "median", "p90"),
    [
        ([1, 1], 1, 2),
        ([1, 1, 1], 2, 3),
        ([9, 1], 1, 1),  # nine tenths exactly
        ([89, 11], 1, 2),
        ([0, 0, 7], 3, 3),
        ([1] * 10, 5, 9),
        ([0, 0], NAN, NAN),
    ],
)
def test_quantiles_are_of_the_weight(district: District, weights: list[int], median: float, p90: float) -> None:
    rows = [{"east": 1.0 + n, "workers": weight} for n, weight in enumerate(weights)]
    found = asked(district, rows[::-1], sites([0]), Question(who=Who("workers")))
    np.testing.assert_array_equal(found.rows.loc[TOTAL, ["median_m", "p90_m"]].astype(float), [median, p90])


def test_a_second_choice(district: District) -> None:
    """With sites at 0 and 1200: b has both within 1 km (1000 and 200), c has both (1001 is not), a only one."""
    found = asked(district, LINE, sites([0, 1200]), Question(who=EVERYBODY))
    assert found.status.tolist() == [SERVED, SERVED, SERVED, UNSERVED, UNKNOWN, SERVED, UNSERVED]
    assert found.rows.loc[JIA, "share_second"] == 1 / 4  # b, of a, b, c and d
    assert found.rows.loc[YI, "share_second"] == 1  # f, at 500 and 700
    assert found.rows.loc[TOTAL, "share_second"] == 2 / 6
    assert found.rows["n_second"].tolist() == [1, 1, 0, 0, 2]


def test_reach_is_inclusive(district: District) -> None:
    rows = [{"east": 1000.0}, {"east": math.nextafter(1000.0, math.inf) + 1e-9}]
    assert asked(district, rows, sites([0]), Question()).status.tolist() == [SERVED, UNSERVED]


def test_the_union_lens_shares_by_union_whoever_is_asked_about(district: District) -> None:
    for union in UNIONS:
        found = asked(district, LINE, sites([0]), Question(who=Who("workers", union), lens="union"))
        np.testing.assert_array_equal(found.rows["share"], [120 / 310, NAN, NAN, 1, 440 / 630])
    found = asked(district, LINE, sites([0]), Question(who=Who(industries=("物流",)), lens="union"))
    assert found.rows.loc[JIA, "share"] == 1 / 2, "d, of a and d"
    assert found.rows.loc[JIA, ["enterprises", "unionised", "ununionised"]].tolist() == [2, 1, 1]


def test_who_is_within_reach_of_a_station_of_unknown_hours_only_is_not_known(district: District) -> None:
    """Sure at 0, in doubt at 4500: d, 500 m from it, is neither served nor unserved; g, at 3000, is unserved."""
    found = asked(district, LINE, sites([0, 4500], [True, False]), Question(who=EVERYBODY))
    assert found.status.tolist() == [SERVED, SERVED, UNSERVED, UNKNOWN, UNKNOWN, SERVED, UNSERVED]
    assert found.measured.nearest.metres[3, 0] == 5000, "the nearest that is sure"
    assert found.measured.doubtful_m[3] == 500
    assert found.measured.nearest.site[:, 0].tolist() == [0, 0, 0, 0, -1, 0, 0]


def test_the_sure_sites_keep_their_numbers(district: District) -> None:
    world = replace(district, demand=people([{"east": 0.0}], district.demand.codes))
    found = measure(world, sites([900, 500, 700, 10], [False, True, True, False]))
    assert found.nearest.site.tolist() == [[1, 2]]
    assert found.nearest.metres.tolist() == [[500, 700]]
    assert found.doubtful_m.tolist() == [10]


def test_nobody_and_nothing(district: District) -> None:
    none = asked(district, [], sites([0]), Question())
    assert none.rows["n_all"].tolist() == [0] * 5
    assert none.rows[["share", "share_second", "median_m", "p90_m"]].isna().all(axis=None)
    nothing = asked(district, LINE, sites([]), Question(who=EVERYBODY))
    assert nothing.rows.loc[TOTAL, ["served", "unserved", "unknown"]].tolist() == [0, 6, 1]
    assert nothing.rows["median_m"].isna().all()


def test_the_worst_served_are_the_farthest_of_those_asked_about(district: District) -> None:
    found = asked(district, LINE, sites([0]), Question(reach=Reach(500), who=EVERYBODY))

    def ids(region: int | None, limit: int = 9) -> str:
        return "".join(found.demand.id[worst(found, region, limit)])

    assert (ids(None), ids(0), ids(1), ids(-1), ids(None, 2)) == ("dgcb", "dcb", "", "g", "dg")
    union = asked(district, LINE, sites([0]), Question(reach=Reach(500)))
    assert "".join(union.demand.id[worst(union, None, 9)]) == "b"


rows_of = st.lists(
    st.fixed_dictionaries(
        {
            "east": st.none() | st.integers(-6_000, 6_000),
            "region": st.integers(-1, 2),
            "workers": st.just(NAN) | st.integers(0, 500),
            "members": st.just(NAN) | st.integers(0, 500),
            "union": st.booleans(),
            "industry": st.sampled_from(["", "物流", "餐饮"]),
            "groups": st.sampled_from([(), ("快递员",), ("快递员", "保安员")]),
        }
    ),
    max_size=25,
)
places_of = st.lists(st.tuples(st.integers(-6_000, 6_000), st.booleans()), max_size=5)
who_of = st.builds(
    Who,
    st.sampled_from(MEASURES),
    st.sampled_from(UNIONS),
    st.sampled_from([(), ("物流",)]),
    st.sampled_from([(), ("快递员",)]),
)


@given(
    rows=rows_of, places=places_of, who=who_of, metres=st.integers(0, 6_000), lens=st.sampled_from(["service", "union"])
)
def test_laws(
    district: District, rows: list[dict[str, Any]], places: list[tuple[int, bool]], who: Who, metres: int, lens: Any
) -> None:
    at = sites([east for east, _ in places], [sure for _, sure in places])
    found = asked(district, rows, at, Question(reach=Reach(metres), who=who, lens=lens))
    table, n = found.rows, found.demand
    for prefix in ("", "n_"):
        parts = table[[f"{prefix}{name}" for name in ("served", "unserved", "unknown")]]
        assert (parts.sum(axis=1) == table[f"{prefix}all"]).all()
        assert (table[f"{prefix}all"].iloc[:-1].sum() == table[f"{prefix}all"].iloc[-1]).all()
    assert table.loc[TOTAL, "all"] == np.nansum(who.weights(n))
    assert table.loc[TOTAL, "n_all"] == found.chosen.sum()
    assert (table["unionised"] + table["ununionised"] == table["enterprises"]).all()
    for share in ("share", "share_second"):
        assert table[share].dropna().between(0, 1).all()
    assert (table["median_m"].dropna() <= table["p90_m"].dropna()).all()
    assert (found.status[np.isnan(n.x)] == UNKNOWN).all()
    # Farther never serves fewer, nor makes anybody unserved who was not.
    farther = asked(district, rows, at, Question(reach=Reach(metres + 700), who=who, lens=lens))
    assert ((farther.status == SERVED) >= (found.status == SERVED)).all()
    assert ((farther.status == UNSERVED) <= (found.status == UNSERVED)).all()
    # To know that a station is open can only settle what was in doubt.
    settled = asked(district, rows, replace(at, sure=np.ones(len(places), dtype=bool)), found.question)
    located = np.isfinite(n.x)
    assert ((found.status == SERVED) <= (settled.status == SERVED)).all()
    assert ((settled.status == UNSERVED) == (found.status == UNSERVED)).all()
    assert (settled.status[located] != UNKNOWN).all()


# ---- one way to tell it ----


@pytest.mark.parametrize("within_m", [0, 500, 1500, 20_000])
@pytest.mark.parametrize("lens", ["service", "union"])
def test_the_service_map_counts_as_the_planner_does(district: District, within_m: int, lens: Any) -> None:
    union = "unionised" if lens == "service" else "ununionised"
    at = sites_at(district, ("rest_station",), None)
    measured = measure(district, at)
    rows, gaps = overview(district, ("rest_station",), within_m, lens)
    for prefix, kind in (("", "enterprises"), ("workers_", "workers")):
        question = Question(reach=Reach(within_m), who=Who(kind, union), lens=lens)  # type: ignore[arg-type]
        found = answer(district, question, None, measured)
        for name in ("all", "served", "unserved", "unknown"):
            assert rows[f"{prefix}{name}"].tolist() == found.rows[name].tolist()
    for name in ("enterprises", "unionised", "ununionised"):
        assert rows[name].tolist() == found.rows[name].tolist()
    table = lens_table(coverage(district.demand, measured.nearest, within_m), lens).set_index("code")
    np.testing.assert_array_equal(table["share_unserved"], rows["share_unserved"])
    found_m = uncovered(district, at, within_m)
    assert gaps["gap_area_km2"].tolist() == found_m.areas["gap_area_km2"].tolist()[:-1]
    assert rows.loc[TOTAL, "gap_area_km2"] == found_m.areas.loc[TOTAL, "gap_area_km2"]
    assert math.isnan(rows.loc[NO_REGION, "gap_area_km2"])
    question = Question(reach=Reach(within_m), who=Who(union=union))
    for region in (-1, 0, 1, 2):
        planned = worst(answer(district, question, None, measured), region, 9)
        shown = worst_served(
            district.demand, coverage(district.demand, measured.nearest, within_m), measured.nearest, lens, region, 9
        )
        assert planned.tolist() == shown.tolist()


def test_the_tiny_world_by_hand(district: District) -> None:
    """At 1.5 km (see conftest): E1 and E3 served, E2 and E4 not, E5 and E6 without a place."""
    question = Question(reach=Reach(1500), who=Who("workers", "all"))
    found = answer(district, question, None, measure(district, sites_at(district, question.kinds, None)))
    assert found.rows["served"].tolist() == [10, 30, 0, 0, 40]
    assert found.rows["unserved"].tolist() == [20, 40, 0, 0, 60]
    assert found.rows["unknown"].tolist() == [0, 0, 0, 5, 5]
    assert found.unstated == 1


@pytest.mark.parametrize("reach", [-1.0, NAN, math.inf])
def test_a_reach_is_a_number_of_metres(reach: float) -> None:
    with pytest.raises(ParameterError):
        Reach(reach)


# ---- where nothing is in reach ----


def test_gaps_doubt_and_cover_tile_each_region(district: District) -> None:
    """A sure site in the middle of 甲, one in doubt in the middle of 乙, 2 km each: two circles of 4π km²."""
    at = sites([0, 10_000], [True, False])
    found = uncovered(district, at, 2000)
    circle = 4 * math.pi
    rows = found.areas.loc[[JIA, YI, BING, TOTAL]]
    np.testing.assert_allclose(rows["covered_area_km2"], [circle, 0, 0, circle], rtol=1e-3)
    np.testing.assert_allclose(rows["doubtful_area_km2"], [0, circle, 0, circle], rtol=1e-3)
    np.testing.assert_allclose(rows["gap_area_km2"], [100 - circle, 100 - circle, 100, 300 - 2 * circle], rtol=1e-3)
    np.testing.assert_allclose(rows.sum(axis=1), [100, 100, 100, 300], rtol=1e-9)
    np.testing.assert_allclose(shapely.area(found.gaps) / 1e6, rows["gap_area_km2"].to_numpy()[:3], rtol=1e-9)
    np.testing.assert_allclose(shapely.area(found.doubtful) / 1e6, rows["doubtful_area_km2"].to_numpy()[:3], atol=1e-9)
    assert shapely.intersects_xy(found.doubtful[1], X0 + 10_000, Y0)
    assert not shapely.intersects_xy(found.gaps[1], X0 + 10_000, Y0)


def test_where_a_sure_site_reaches_there_is_no_doubt(district: District) -> None:
    found = uncovered(district, sites([0, 0], [True, False]), 2000)
    np.testing.assert_allclose(found.areas["doubtful_area_km2"], 0, atol=1e-9)
    plain = uncovered(district, sites([0]), 2000)
    np.testing.assert_allclose(found.areas["gap_area_km2"], plain.areas["gap_area_km2"], rtol=1e-9)
    assert shapely.is_empty(plain.doubtful).all()


def test_without_sites_all_is_gap(district: District) -> None:
    found = uncovered(district, sites([]), 2000)
    np.testing.assert_allclose(found.areas["gap_area_km2"], [100, 100, 100, 300], rtol=1e-6)
