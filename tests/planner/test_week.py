"""Coverage over a week and against the reach: each row is what the plain answer says, and some by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import ALWAYS, NIGHT, OFFICE, people, sites, stations

from geo.coverage import TOTAL
from geo.demand import MEASURES, UNIONS, Who
from geo.district import District
from geo.pack import open_pack
from geo.planner.coverage import Answer, answer, measure, moment, sites_at
from geo.planner.question import Question, Reach, When
from geo.planner.week import curve, week

COLUMNS = ["served", "unserved", "unknown", "n_served", "n_unserved", "n_unknown"]
TODAY = date(2026, 11, 23)
EVERYBODY = Who(union="all")


@pytest.fixture(scope="module")
def district(tiny: Path) -> District:
    return open_pack(tiny, demo=True)


def world(district: District, rows: list[dict[str, Any]], facilities: list[tuple[str, float, str]]) -> District:
    return replace(stations(facilities, district), demand=people(rows, district.demand.codes))


def plainly(district: District, question: Question, when: When, today: date) -> list[float]:
    """served, unserved, unknown of the whole district, asked at that hour and no other way."""
    at = moment(when, today, district.calendar)
    found = answer(district, question, at, measure(district, sites_at(district, question.kinds, at)))
    return list(found.rows.loc[TOTAL, COLUMNS])


def test_a_week_by_hand(district: District) -> None:
    """One by the office, two by the night station, four by one of unknown hours, eight with no place at all."""
    rows = [{"east": 0, "workers": 1}, {"east": 10_000, "workers": 2}, {"east": 20_000, "workers": 4}]
    rows += [{"east": None, "workers": 8}]
    made = world(district, rows, [("A", 0, OFFICE), ("B", 10_000, NIGHT), ("C", 20_000, "")])
    found = week(made, Question(who=Who("workers")), TODAY)
    assert found[["weekday", "hour"]].to_numpy().tolist() == [[day, hour] for day in range(7) for hour in range(24)]
    served = found["served"].to_numpy().reshape(7, 24)
    night = [2] * 6 + [0] * 16 + [2] * 2
    office = [0] * 8 + [1] * 10 + [0] * 6
    for day in range(7):
        assert served[day].tolist() == [n + o * (day < 5) for n, o in zip(night, office, strict=True)]
    assert (found["unknown"] == 4 + 8).all()
    assert (found["served"] + found["unserved"] + found["unknown"] == 15).all()
    np.testing.assert_array_equal(found["share_served"], found["served"] / 3)


def test_the_hours_are_those_of_ordinary_days(district: District) -> None:
    """From 5 October 2026, a holiday: Monday's hours are those of the 12th; Saturday the 10th is worked."""
    made = world(district, [{"east": 0}], [("A", 0, "Mo-Fr 08:00-18:00; PH off")])
    for today in (date(2026, 10, 5), TODAY):
        found = week(made, Question(), today).set_index(["weekday", "hour"])["served"]
        assert [found[day, 9] for day in range(7)] == [1, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("within_m", [0, 1500, 20_000])
def test_every_hour_of_the_tiny_world(district: District, within_m: int) -> None:
    question = Question(kinds=("rest_station", "mediation_kiosk"), reach=Reach(within_m), who=EVERYBODY)
    found = week(district, question, TODAY)
    for row in found.to_dict("records"):
        expected = plainly(district, question, When(row["weekday"], row["hour"]), TODAY)
        assert [row[name] for name in COLUMNS] == expected


def test_more_stations_than_bits_in_a_word(district: District) -> None:
    """150 stations 100 m apart, each open for a minute more than the last: 150 different weeks, of which at most 24
    differ on the hour, and 150 that are open for one hour each.
    """
    hours = [f"{day} {n:02}:00-{n:02}:59" for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su") for n in range(24)][
        :150
    ]
    made = world(
        district,
        [{"east": 100 * n, "workers": 1 + n} for n in range(0, 150, 7)],
        [(f"S{n:03}", 100 * n, text) for n, text in enumerate(hours)],
    )
    question = Question(reach=Reach(350), who=Who("workers"))
    found = week(made, question, TODAY)
    for row in found.iloc[::5].to_dict("records"):
        expected = plainly(made, question, When(row["weekday"], row["hour"]), TODAY)
        assert [row[name] for name in COLUMNS] == expected
    assert found["served"].iloc[150:].sum() == 0
    assert found["served"].iloc[:150].min() > 0


def test_nobody_and_no_stations(district: District) -> None:
    nobody = week(world(district, [], [("A", 0, ALWAYS)]), Question(), TODAY)
    assert nobody["share_served"].isna().all()
    assert (nobody[["served", "unserved", "unknown"]] == 0).all(axis=None)
    nowhere = week(world(district, [{"east": 0}, {"east": None}], []), Question(), TODAY)
    assert (nowhere["unserved"] == 1).all()
    assert (nowhere["unknown"] == 1).all()
    assert len(week(district, Question(kinds=()), TODAY)) == 168


HOURS = [
    "",
    "?!",
    ALWAYS,
    OFFICE,
    NIGHT,
    "Mo-Su 12:00-24:00",
    "Sa,Su 10:00-16:00",
    "Fr 20:00-26:00",
    "off",
    "Tu unknown",
]


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "east": st.none() | st.integers(-3_000, 3_000),
                "workers": st.just(math.nan) | st.integers(0, 9),
                "members": st.integers(0, 9),
                "union": st.booleans(),
            }
        ),
        max_size=12,
    ),
    facilities=st.lists(st.tuples(st.integers(-3_000, 3_000), st.sampled_from(HOURS)), max_size=8),
    who=st.builds(Who, st.sampled_from(MEASURES), st.sampled_from(UNIONS)),
    metres=st.integers(0, 3_000),
    whens=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23)), min_size=1, max_size=6),
)
def test_a_row_is_the_answer_at_that_hour(
    district: District,
    rows: list[dict[str, Any]],
    facilities: list[tuple[int, str]],
    who: Who,
    metres: int,
    whens: list[tuple[int, int]],
) -> None:
    made = world(district, rows, [(f"S{number}", east, hours) for number, (east, hours) in enumerate(facilities)])
    question = Question(reach=Reach(metres), who=who)
    found = week(made, question, TODAY).set_index(["weekday", "hour"])
    for when in whens:
        assert found.loc[when, COLUMNS].tolist() == plainly(made, question, When(*when), TODAY)


# ---- against the reach ----


def asked(district: District, rows: list[dict[str, Any]], reach: Reach, who: Who = EVERYBODY) -> Answer:
    made = replace(district, demand=people(rows, district.demand.codes))
    return answer(made, Question(reach=reach, who=who), None, measure(made, sites([0], [True])))


def test_the_curve_by_hand(district: District) -> None:
    rows = [{"east": 0}, {"east": 250}, {"east": 251}, {"east": 9000}, {"east": None}]
    found = curve(asked(district, rows, Reach(300)))
    assert found["within_m"].tolist() == sorted([*range(0, 5001, 250), 300])
    share = found.set_index("within_m")["share_served"]
    assert share[[0, 250, 300, 500, 5000]].tolist() == [0.25, 0.5, 0.75, 0.75, 0.75]
    assert found[["n_within", "n_beyond"]].iloc[[0, -1]].to_numpy().tolist() == [[1, 3], [3, 1]]


def test_the_reach_asked_is_on_the_curve_once(district: District) -> None:
    rows = [{"east": 9000}]
    assert len(curve(asked(district, rows, Reach(1000)))) == 21
    far = curve(asked(district, rows, Reach(50_000)))
    assert far.iloc[-1].tolist() == [50_000, 1, 1, 0]


def test_the_curve_of_nobody_and_of_no_sites(district: District) -> None:
    assert curve(asked(district, [{"east": None}], Reach()))["share_served"].isna().all()
    assert curve(asked(district, [{"east": 0}], Reach(), Who("workers")))["share_served"].isna().all()
    made = replace(district, demand=people([{"east": 0}], district.demand.codes))
    nowhere = answer(made, Question(), None, measure(made, sites([])))
    assert (curve(nowhere)["share_served"] == 0).all()


@given(
    rows=st.lists(
        st.fixed_dictionaries({"east": st.none() | st.integers(-6_000, 6_000), "workers": st.integers(0, 9)}),
        max_size=15,
    ),
    metres=st.integers(0, 6_000),
)
def test_the_curve_rises_and_meets_the_answer(district: District, rows: list[dict[str, Any]], metres: int) -> None:
    given_ = asked(district, rows, Reach(metres), Who("workers", "all"))
    found = curve(given_).set_index("within_m")["share_served"]
    total = given_.rows.loc[TOTAL]
    known = total["served"] + total["unserved"]
    if known == 0:
        assert found.isna().all()
    else:
        assert found.is_monotonic_increasing
        assert found[float(metres)] == total["served"] / known
