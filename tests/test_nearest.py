"""The nearest stations: by hand on the equator, by brute force anywhere, by PostGIS for 10,000 places."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo import nearest as module
from geo.errors import ParameterError
from geo.facilities import KINDS, SERVING_STATES, STATES, parse_amenities
from geo.hours import Calendar, opening
from geo.nearest import AT_MOST, Answer, Reason, Stations, Wish, duration_s

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(SHANGHAI, 116.34, 39.73, {}, {}, frozenset({2026}))
NOON = datetime(2026, 11, 25, 12, tzinfo=SHANGHAI)  # a Wednesday
DEGREE_M = 6_378_137 * math.pi / 180  # of the equator, which is a circle
REST = Wish(("rest_station",))


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Facilities with ids S00, S01, … in order, rest stations open at unknown hours unless a row says otherwise."""
    usual = {"kind": "rest_station", "lon": 0.0, "lat": 0.0, "state": "open", "opening_hours": "", "amenities": ""}
    return pd.DataFrame([{"id": f"S{number:02}", **usual, **row} for number, row in enumerate(rows)])


def at_degrees(*lons: float, **said: Any) -> list[dict[str, Any]]:
    """A station on the equator for each longitude."""
    return [{"lon": lon, **said} for lon in lons]


def ask(
    rows: list[dict[str, Any]], lon: float = 0.0, lat: float = 0.0, wish: Wish = REST, at: datetime = NOON
) -> Answer:
    return Stations.of(frame(*rows)).nearest(lon, lat, wish, at, CALENDAR)


def rows_of(answer: Answer) -> list[int]:
    return [one.row for one in answer.found]


def left(**counts: int) -> dict[Reason, int]:
    return {"closed": 0, "out_of_service": 0, "amenity": 0, "no_place": 0} | counts  # type: ignore[return-value]


# By hand


def test_nearest_first_in_metres_along_the_equator() -> None:
    answer = ask(at_degrees(0.03, -0.01, 0.02, 7.0))
    assert rows_of(answer) == [1, 2, 0, 3]
    expected = [DEGREE_M * degrees for degrees in (0.01, 0.02, 0.03, 7.0)]
    assert [one.distance_m for one in answer.found] == pytest.approx(expected, abs=0.001)
    assert answer.left_out == left()


def test_a_quarter_of_a_meridian_is_the_metre_s_old_definition() -> None:
    """From pole to equator 10,001,965.729 m on WGS-84, whichever meridian."""
    answer = ask([{"lon": lon} for lon in (0.0, 90.0, -180.0)], 55.0, 90.0)
    assert rows_of(answer) == [0, 1, 2]
    assert [one.distance_m for one in answer.found] == pytest.approx([10_001_965.729] * 3, abs=0.001)


def test_ties_go_by_id_on_both_sides_and_in_one_place() -> None:
    answer = ask(at_degrees(0.01, -0.01, 0.01, -0.01, 0.005), wish=Wish(("rest_station",), n=3))
    assert rows_of(answer) == [4, 0, 1]


def test_hundreds_in_one_place_go_by_id() -> None:
    rows = [*at_degrees(*[0.01] * 700), {"lon": 0.001}]
    answer = ask(rows, wish=Wish(("rest_station",), n=50))
    assert rows_of(answer) == [700, *range(49)]


def test_at_the_very_place() -> None:
    assert [one.distance_m for one in ask(at_degrees(0.0)).found] == [0.0]


def test_across_the_antimeridian() -> None:
    answer = ask(at_degrees(179.0, -179.999, 180.0, -180.0), 179.999)
    assert rows_of(answer) == [2, 3, 1, 0]
    assert answer.found[2].distance_m == pytest.approx(0.002 * DEGREE_M, abs=0.001)


@pytest.mark.parametrize("lon", [-180.0, 0.0, 77.7, 180.0])
def test_at_the_poles_longitude_does_not_matter(lon: float) -> None:
    rows = [{"lon": 10.0, "lat": 89.9}, {"lon": -170.0, "lat": 89.95}, {"lon": 44.0, "lat": -90.0}]
    north, south = ask(rows, lon, 90.0), ask(rows, lon, -90.0)
    assert rows_of(north) == [1, 0, 2]
    assert north.found[2].distance_m == pytest.approx(2 * 10_001_965.729, abs=0.002)
    assert rows_of(south) == [2, 0, 1]
    assert south.found[0].distance_m == 0.0


def test_closed_ones_are_left_out_and_told() -> None:
    rows = [
        {"lon": 0.01, "opening_hours": "20:00-22:00"},
        {"lon": 0.02, "opening_hours": "08:00-20:00"},
        {"lon": 0.03, "opening_hours": "off"},
        {"lon": 0.04},
        {"lon": 0.05, "opening_hours": "Mo 09:00-10:00"},
        {"lon": 0.06, "opening_hours": "24/7"},
    ]
    answer = ask(rows, wish=Wish(("rest_station",), n=2))
    assert rows_of(answer) == [1, 3]
    assert [one.opening.state for one in answer.found] == ["open", "unknown"]
    assert answer.left_out == left(closed=2), "the one farther than the last listed is not counted"
    assert [one.row for one in answer.closed] == [0, 2]
    assert answer.closed[0].opening.changes_at == NOON.replace(hour=20)
    everything = ask(rows, wish=Wish(("rest_station",), n=3, include_closed=True))
    assert (rows_of(everything), everything.left_out, everything.closed) == ([0, 1, 2], left(), ())


def test_hours_hold_to_the_minute_and_in_any_zone() -> None:
    stations = Stations.of(frame({"opening_hours": "08:00-20:00"}))
    begins = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
    moments = {
        begins - timedelta(seconds=1): 0,
        begins: 1,
        begins + timedelta(hours=12, seconds=-1): 1,
        begins + timedelta(hours=12): 0,
    }
    for _ in range(2):  # whatever was asked before
        for moment, count in (*moments.items(), *reversed(moments.items())):
            assert len(stations.nearest(0, 0, REST, moment, CALENDAR).found) == count
            assert len(stations.nearest(0, 0, REST, moment.astimezone(SHANGHAI), CALENDAR).found) == count


def test_another_calendar_another_answer() -> None:
    stations = Stations.of(frame({"opening_hours": "Mo-Fr 08:00-20:00; PH off"}))
    holiday = Calendar(SHANGHAI, 116.34, 39.73, {NOON.date(): "节"}, {}, frozenset({2026}))
    asked = [stations.nearest(0, 0, REST, NOON, calendar).left_out["closed"] for calendar in (CALENDAR, holiday) * 2]
    assert asked == [0, 1, 0, 1]


@pytest.mark.parametrize("state", STATES)
def test_only_what_serves_is_listed(state: str) -> None:
    answer = ask([{"lon": 0.01, "state": state}, {"lon": 0.02}])
    serves = state in SERVING_STATES
    assert rows_of(answer) == ([0, 1] if serves else [1])
    assert answer.left_out == left(out_of_service=0 if serves else 1)


def test_an_amenity_has_to_be_known_to_be_there() -> None:
    said = ("water=yes; toilet=yes", "water=no; toilet=yes", "toilet=yes", "", "toilet=no; water=yes")
    rows = [{"lon": 0.01 * number, "amenities": text} for number, text in enumerate(said)]
    for amenities, expected in ((("water",), [0, 4]), (("water", "toilet"), [0]), (("toilet", "toilet"), [0, 1, 2])):
        answer = ask(rows, wish=Wish(("rest_station",), amenities))
        assert rows_of(answer) == expected
        assert answer.left_out == left(amenity=5 - len(expected))


def test_without_a_place_is_told_apart_from_out_of_service() -> None:
    nowhere = {"lon": math.nan, "lat": math.nan}
    rows = [nowhere, nowhere | {"state": "closed"}, nowhere | {"kind": "reading_room"}, {"lon": math.nan}, {}]
    answer = ask(rows)
    assert rows_of(answer) == [4]
    assert answer.left_out == left(no_place=2)


def test_kinds_and_ids_passed_over() -> None:
    rows = [{"lon": 0.01, "kind": kind} for kind in KINDS] + at_degrees(0.02, 0.03)
    assert rows_of(ask(rows, wish=Wish(KINDS))) == [0, 1, 2, 3, 4]
    assert rows_of(ask(rows, wish=Wish(("reading_room", "workers_home", "reading_room")))) == [4, 5]
    assert rows_of(ask(rows, wish=Wish(("rest_station",), without=("S00", "S07", "nobody's")))) == [6]
    assert ask(rows, wish=Wish(())) == Answer((), left(), ())


def test_nothing_there() -> None:
    empty = Stations.of(frame({}).iloc[:0])
    assert empty.nearest(0, 0, REST, NOON, CALENDAR) == Answer((), left(), ())
    assert empty.one("S00", 0, 0, NOON, CALENDAR) is None


def test_one_station_by_its_id() -> None:
    stations = Stations.of(frame({"lon": 0.02, "state": "removed"}, {"lon": math.nan}, {"opening_hours": "24/7"}))
    one = stations.one("S00", 0.0, 0.0, NOON, CALENDAR)
    assert one is not None
    assert (one.row, one.opening.state) == (0, "unknown")
    assert one.distance_m == pytest.approx(0.02 * DEGREE_M, abs=0.001)
    assert stations.one("S01", 0, 0, NOON, CALENDAR) is None
    assert stations.one("S09", 0, 0, NOON, CALENDAR) is None
    last = stations.one("S02", 0, 0, NOON, CALENDAR)
    assert last is not None
    assert last.opening.always


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        ("kind", {"kinds": ("sauna",)}),
        ("amenity", {"kinds": ("rest_station",), "amenities": ("water", "gold")}),
        ("n", {"kinds": ("rest_station",), "n": 0}),
        ("n", {"kinds": ("rest_station",), "n": AT_MOST + 1}),
    ],
)
def test_a_wish_that_nobody_can_have(field: str, wish: dict[str, Any]) -> None:
    with pytest.raises(ParameterError) as refused:
        Wish(**wish)
    assert refused.value.params["field"] == field


@pytest.mark.parametrize(
    ("lon", "lat", "field"), [(180.001, 0, "lon"), (math.nan, 0, "lon"), (0, -90.001, "lat"), (0, math.inf, "lat")]
)
def test_nowhere_on_earth(lon: float, lat: float, field: str) -> None:
    with pytest.raises(ParameterError) as refused:
        ask([{}], lon, lat)
    assert refused.value.params["field"] == field


def test_minutes_on_the_way() -> None:
    """1,000 m straight are 1,300 m to go: at 1.25 m/s 1,040 s, at 15 km/h 312 s."""
    assert duration_s(1_000, "walk") == 1_040
    assert duration_s(1_000, "ebike") == 312
    assert duration_s(0, "walk") == 0


# By brute force


@pytest.fixture(params=[(16, 512), (1, 4), (0, 1)], ids=["as it is", "in three steps", "nearly all at once"])
def _steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many are looked at first must not matter."""
    first, then = request.param
    monkeypatch.setattr(module, "FIRST", first)
    monkeypatch.setattr(module, "THEN", then)


def brute_force(facilities: pd.DataFrame, lon: float, lat: float, wish: Wish, at: datetime) -> Any:
    """The answer by sorting everything: rows found, closed rows, metres, counts."""
    geod = Geod(ellps="WGS84")
    kept, counts = [], left()
    records = list(enumerate(facilities.to_dict("records")))
    for row, one in records:
        if one["kind"] in wish.kinds and math.isnan(one["lon"]):
            counts["no_place"] += one["state"] in SERVING_STATES
        elif one["kind"] in wish.kinds and one["id"] not in wish.without:
            kept.append((round(geod.inv(lon, lat, one["lon"], one["lat"])[2], 3), row))
    found: list[tuple[float, int]] = []
    closed: list[int] = []
    for metres, row in sorted(kept):
        one = facilities.iloc[row]
        if one["state"] not in SERVING_STATES:
            counts["out_of_service"] += 1
        elif not all(parse_amenities(one["amenities"]).get(name) for name in wish.amenities):
            counts["amenity"] += 1
        elif not wish.include_closed and opening(one["opening_hours"], at, CALENDAR).state == "closed":
            counts["closed"] += 1
            closed.append(row)
        else:
            found.append((metres, row))
            if len(found) == wish.n:
                break
    return found, counts, closed[: wish.n]


PLACES = st.one_of(
    st.tuples(st.integers(-3, 3).map(lambda n: n / 1000), st.integers(-3, 3).map(lambda n: n / 1000)),
    st.tuples(
        st.sampled_from([-180.0, 180.0, 179.9999, -179.9999, 0.0, 116.3]), st.sampled_from([-90.0, 90.0, 0.0, 1e-4])
    ),
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
)
ROWS = st.fixed_dictionaries(
    {
        "place": st.one_of(PLACES, st.just((math.nan, math.nan))),
        "kind": st.sampled_from(["rest_station", "rest_station", "workers_home", "reading_room"]),
        "state": st.sampled_from(["open", "open", "unverified", "closed", "planned"]),
        "opening_hours": st.sampled_from(
            ["", "24/7", "08:00-20:00", "20:00-08:00", "nonsense", "Mo off; Tu-Su 10:00-12:30"]
        ),
        "amenities": st.sampled_from(["", "water=yes", "water=no", "water=yes; toilet=yes"]),
    }
)
WISHES = st.builds(
    Wish,
    kinds=st.lists(st.sampled_from(["rest_station", "workers_home", "reading_room"]), max_size=3).map(tuple),
    amenities=st.sampled_from([(), ("water",), ("water", "toilet")]),
    n=st.sampled_from([1, 2, 5, 50]),
    include_closed=st.booleans(),
    without=st.sampled_from([(), ("S00", "S03")]),
)


@pytest.mark.usefixtures("_steps")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=80)
@given(rows=st.lists(ROWS, max_size=40), origin=PLACES, wish=WISHES, minutes=st.integers(0, 7 * 1440))
@example(rows=[], origin=(0.0, 90.0), wish=REST, minutes=0)
def test_the_answer_is_that_of_looking_at_everything(
    rows: list[dict[str, Any]], origin: tuple[float, float], wish: Wish, minutes: int
) -> None:
    records = [{**row, "lon": row["place"][0], "lat": row["place"][1]} for row in rows]
    facilities = frame({}, *records).iloc[1:].reset_index(drop=True)
    at = NOON + timedelta(minutes=minutes)
    stations = Stations.of(facilities)
    answer = stations.nearest(*origin, wish, at, CALENDAR)
    assert stations.glance(*origin, wish, at, CALENDAR) in (answer, None)
    found, counts, closed = brute_force(facilities, *origin, wish, at)
    assert [(one.distance_m, one.row) for one in answer.found] == found
    assert answer.left_out == counts
    assert [one.row for one in answer.closed] == closed
    for one in (*answer.found, *answer.closed):
        assert one.opening == opening(facilities["opening_hours"][one.row], at, CALENDAR)


def scattered(count: int, west: float, east: float, south: float, north: float) -> pd.DataFrame:
    """Stations at random places in a box: of all kinds and states, some in one place with another, some nowhere."""
    random = np.random.default_rng(20261122)
    lon, lat = random.uniform(west, east, count), random.uniform(south, north, count)
    lon[::10], lat[::10] = lon[1::10], lat[1::10]
    lon[5::40] = lat[5::40] = math.nan
    columns = {
        "id": [f"S{number:06}" for number in range(count)],
        "kind": random.choice(["rest_station", "rest_station", "reading_room"], count),
        "lon": lon,
        "lat": lat,
        "state": random.choice(["open", "open", "unverified", "trial", "removed", "planned"], count),
        "opening_hours": random.choice(["", "24/7", "08:00-20:00", "20:00-02:00", "Sa,Su 09:00-18:00"], count),
        "amenities": random.choice(["", "water=yes", "water=no", "water=yes; blood_pressure=yes"], count),
    }
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(87.6, 43.8), (-74.0, 40.7), (180.0, 0.0), (-180.0, -17.0), (0.0, 90.0), (0.0, -90.0), (-63.66, -39.73)],
    ids=["Urumqi", "New York", "antimeridian", "another side of it", "north pole", "south pole", "antipode"],
)
@pytest.mark.parametrize("amenities", [(), ("water", "blood_pressure"), ("fridge",)])
def test_from_far_away_among_thousands(lon: float, lat: float, amenities: tuple[str, ...]) -> None:
    facilities = scattered(3_000, 116.2, 116.6, 39.4, 39.9)
    wish = Wish(("rest_station", "reading_room"), amenities, n=50)
    answer = Stations.of(facilities).nearest(lon, lat, wish, NOON, CALENDAR)
    found, counts, closed = brute_force(facilities, lon, lat, wish, NOON)
    assert [(one.distance_m, one.row) for one in answer.found] == found
    assert (answer.left_out, [one.row for one in answer.closed]) == (counts, closed)


def test_a_glance_is_enough_where_stations_are_near_and_tells_where_it_is_not() -> None:
    stations = Stations.of(scattered(3_000, 116.2, 116.6, 39.4, 39.9))
    asked = (116.4, 39.6, REST, NOON, CALENDAR)
    assert stations.glance(*asked) == stations.nearest(*asked)
    assert stations.glance(-74.0, 40.7, REST, NOON, CALENDAR) is None, "all are about as far"
    assert stations.glance(116.4, 39.6, Wish(("rest_station",), ("fridge",)), NOON, CALENDAR) is None, "none has one"


def test_many_ask_at_once() -> None:
    facilities = scattered(500, 116.2, 116.6, 39.4, 39.9)
    stations, once = Stations.of(facilities), Stations.of(facilities)
    random = np.random.default_rng(1)
    asked = [(float(lon), float(lat)) for lon, lat in random.uniform((116, 39), (117, 40), (400, 2))]
    moments = [NOON + timedelta(minutes=int(minute)) for minute in random.integers(0, 10_000, 400)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda place, at: stations.nearest(*place, REST, at, CALENDAR), asked, moments))
    assert together == [once.nearest(*place, REST, at, CALENDAR) for place, at in zip(asked, moments, strict=True)]


# By PostGIS

NEAREST_FIVE = """
SELECT p.number, array_agg(s.id ORDER BY rank), array_agg(s.metres ORDER BY rank)
FROM asked p CROSS JOIN LATERAL (
    SELECT id, metres, row_number() OVER (ORDER BY round(metres::numeric, 3), id) AS rank FROM (
        SELECT id, ST_Distance(place, p.place) AS metres FROM station
        WHERE kind = 'rest_station' AND state IN ('open', 'trial', 'unverified') AND place IS NOT NULL
    ) AS every ORDER BY round(metres::numeric, 3), id LIMIT 5
) AS s GROUP BY p.number ORDER BY p.number
"""


@pytest.fixture(scope="module")
def asked_of() -> tuple[pd.DataFrame, np.ndarray]:
    """300 stations in the district, and 10,000 places: in it, around it, in the country, anywhere on earth."""
    random = np.random.default_rng(20261123)
    boxes = [((116.2, 39.4), (116.6, 39.9)), ((115, 38), (118, 41)), ((73, 18), (135, 54)), ((-180, -90), (180, 90))]
    return scattered(300, 116.2, 116.6, 39.4, 39.9), np.concatenate([random.uniform(*box, (2_500, 2)) for box in boxes])


@pytest.fixture(scope="module")
def five(postgis: str, asked_of: tuple[pd.DataFrame, np.ndarray]) -> Iterator[list[tuple[int, list[str], list[float]]]]:
    """The five nearest of each place, by geodesics of PostGIS over all stations."""
    facilities, places = asked_of
    point = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography"
    with psycopg.connect(postgis) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE station (id text, kind text, state text, place geography(Point, 4326))")
        cursor.execute("CREATE TEMP TABLE asked (number int, place geography(Point, 4326))")
        known = facilities[["id", "kind", "state", "lon", "lat"]].astype(object).where(facilities.notna(), None)
        cursor.executemany(f"INSERT INTO station VALUES (%s, %s, %s, {point})", known.to_numpy().tolist())
        numbered = [(number, *place) for number, place in enumerate(places.tolist())]
        cursor.executemany(f"INSERT INTO asked VALUES (%s, {point})", numbered)
        yield cursor.execute(NEAREST_FIVE).fetchall()


def test_the_nearest_five_of_ten_thousand_places_are_those_postgis_finds(
    five: list[tuple[int, list[str], list[float]]], asked_of: tuple[pd.DataFrame, np.ndarray]
) -> None:
    facilities, places = asked_of
    stations, wish = Stations.of(facilities), Wish(("rest_station",), include_closed=True)
    assert len(five) == len(places) == 10_000
    apart = 0.0
    for (lon, lat), (_, ids, metres) in zip(places.tolist(), five, strict=True):
        found = stations.nearest(lon, lat, wish, NOON, CALENDAR).found
        apart = max(apart, *(abs(one.distance_m - far) for one, far in zip(found, metres, strict=True)))
        assert [facilities["id"][one.row] for one in found] == ids, (lon, lat)
    assert apart < 0.001, "millimetres, rounded"


def test_what_comes_into_sight_is_seen_on_the_minute() -> None:
    """Two weeks before 1 June, 10:00: what was said half a minute earlier holds no longer."""
    stations = Stations.of(frame({"opening_hours": "Jun 01-Sep 30: 10:00-22:00"}))
    wish = Wish(("rest_station",), include_closed=True)
    for second, expected in ((30, None), (60, datetime(2026, 6, 1, 10, tzinfo=SHANGHAI))):
        asked = datetime(2026, 5, 18, 9, 59, tzinfo=SHANGHAI) + timedelta(seconds=second)
        (found,) = stations.nearest(0, 0, wish, asked, CALENDAR).found
        assert found.opening.changes_at == expected
