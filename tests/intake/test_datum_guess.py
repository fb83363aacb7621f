"""Which datum points are in: three squares of 10 km, and points so near their edges that a shift carries them over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sheets import Office, at, fates, reasons, sheet_of

from geo.datum import Datum, convert
from geo.district import District
from geo.intake.datum_guess import ROWS_AT_LEAST, DatumGuess, guess_datum
from geo.workspace import Workspace

NAMES = ("甲原镇", "乙河街道", "丙山镇")
FIELDS = {0: "region", 1: "lon", 2: "lat"}


@pytest.fixture
def district(workspace: Workspace) -> District:
    return workspace.district()


def points(district: District, datum: Datum, east: Sequence[float], north: Sequence[float]) -> list[tuple[Any, ...]]:
    """Rows of points so many kilometres east and north, with the town each lies in, in the datum."""
    x, y = np.array([at(e, n) for e, n in zip(east, north, strict=True)]).T
    lon, lat = convert(*district.plane.unproject(x, y), "wgs84", datum)
    towns = [NAMES[int(e // 10)] for e in east]
    return list(zip(towns, lon.round(6), lat.round(6), strict=True))


def near_edges(district: District, datum: Datum) -> list[tuple[Any, ...]]:
    """36 points 100 to 300 m within the edges between towns: GCJ-02 (470 m east) and BD-09 carry half of them out."""
    away = np.tile([0.1, 0.2, 0.3], 12)
    edges = np.repeat([10.0, 20.0], 18)
    side = np.where(np.arange(36) % 2 == 0, -1.0, 1.0)
    return points(district, datum, edges + side * away, np.linspace(2, 8, 36))


def guess(district: District, rows: list[tuple[Any, ...]], fields: dict[int, str] = FIELDS) -> DatumGuess:
    return guess_datum(sheet_of(["", "", ""], *rows), fields, district)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_the_datum_that_puts_points_into_their_towns_is_found(district: District, datum: Datum) -> None:
    found = guess(district, near_edges(district, datum))
    assert found.best == (datum, False)
    assert found.count == 36
    assert found.shares[datum, False] == 1
    assert all(0 <= share <= 0.6 for reading, share in found.shares.items() if reading != (datum, False))


def test_swapped_columns_are_found_too(district: District) -> None:
    turned = [(town, lat, lon) for town, lon, lat in near_edges(district, "bd09")]
    assert guess(district, turned).best == ("bd09", True)


def test_points_deep_within_their_towns_tell_the_order_but_not_the_datum(district: District) -> None:
    rows = points(district, "gcj02", np.tile([5.0, 15.0, 25.0], 20), np.linspace(4, 6, 60))
    found = guess(district, rows)
    assert found.best is None
    assert {found.shares[datum, False] for datum in ("wgs84", "gcj02", "bd09")} == {1}
    assert found.shares["wgs84", True] == 0


def test_too_few_rows_tell_nothing(district: District) -> None:
    rows = near_edges(district, "bd09")
    assert guess(district, rows[: ROWS_AT_LEAST - 1]).best is None
    assert guess(district, rows[:ROWS_AT_LEAST]).best == ("bd09", False)


def test_rows_without_a_sure_town_or_a_point_are_not_counted(district: District) -> None:
    rows = [("", 116.3, 39.6), ("东庄村", 116.3, 39.6), ("甲原镇", "", ""), ("甲原镇", 116.3, "")]
    assert guess(district, rows).count == 0
    assert guess(district, []).best is None
    assert guess_datum(sheet_of(["name"], ("甲",)), {0: "name"}, district).count == 0
    addressed = guess_datum(
        sheet_of(["", "", ""], ("柳树村", 116.2, 39.6)), {0: "address", 1: "lon", 2: "lat"}, district
    )
    assert addressed.count == 1


def test_one_column_of_coordinates_is_read_as_well(district: District) -> None:
    rows = [(town, f"{lon},{lat}", "") for town, lon, lat in near_edges(district, "gcj02")]
    assert guess(district, rows, {0: "region", 1: "lonlat"}).best == ("gcj02", False)


def test_a_guess_is_offered_and_not_applied(district: District, office: Office) -> None:
    rows = [(f"公司{n}", *row) for n, row in enumerate(near_edges(district, "bd09"))]
    made = office.plan("name region lon lat", *rows)
    assert dict(made.notes)["plan.note_datum"] == {"datum": "BD09", "count": 36, "best": "100%", "now": "50%"}
    assert made.rows["lon"].tolist() == [float(row[2]) for row in rows]
    told = office.plan("name region lon lat", *rows, datum="bd09")
    assert "plan.note_datum" not in dict(told.notes)
    truth = near_edges(district, "wgs84")
    assert np.allclose(told.rows["lon"], [float(row[1]) for row in truth], atol=2e-6, rtol=0)
    assert np.allclose(told.rows["lat"], [float(row[2]) for row in truth], atol=2e-6, rtol=0)
    assert told.rows["lon"].tolist() == told.rows["lon"].round(6).tolist()


def test_single_swapped_stray_and_half_points_are_left_out_and_told(office: Office) -> None:
    made = office.plan(
        "name lon lat",
        ("甲公司", "116.3", "39.6"),
        ("乙公司", "39.6", "116.3"),
        ("丙公司", "0", "0"),
        ("丁公司", "39466123.5", "4380123.2"),
        ("戊公司", "116.3", ""),
        ("己公司", "", ""),
        ("庚公司", "121.5", "31.2"),
    )
    assert fates(made) == ["new", *["doubtful"] * 4, "new", "doubtful"]
    assert [reasons(made, row) for row in (3, 4, 5, 6, 8)] == [
        [(why, "lonlat")] for why in ("swapped", "far", "far", "half", "far")
    ]
    assert made.rows["lon"].notna().tolist() == [True] + [False] * 6
    assert made.swapped == 1
    assert dict(made.notes)["plan.note_swapped"] == {"count": 1}
    assert all("lon" not in change.values for change in list(made.changes())[1:])
    turned = office.plan_sheet(made.sheet, swapped=True)
    assert turned.rows["lon"].notna().tolist() == [False, True] + [False] * 5
    assert turned.rows["lon"].iloc[1] == 116.3


def test_a_stray_point_does_not_take_the_place_of_a_known_one(office: Office) -> None:
    office.bring("name lon lat", ("甲公司", "116.3", "39.6"))
    made = office.plan("name lon lat workers", ("甲公司", "0", "0", "5"))
    assert [set(change.values) for change in made.changes()] == [{"workers", "standing", "source", "as_of"}]
