"""Datums: there and back, how far apart, and where they are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import DATUMS, Datum, convert

BEIJING = (116.34, 39.73)
METRES_PER_DEGREE = 111_000.0


def metres_apart(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Roughly, which is enough here."""
    east = (a[0] - b[0]) * np.cos(np.radians(a[1])) * METRES_PER_DEGREE
    return np.hypot(east, (a[1] - b[1]) * METRES_PER_DEGREE)


@pytest.mark.parametrize("source", DATUMS)
@pytest.mark.parametrize("target", DATUMS)
@given(lon=st.floats(73, 136), lat=st.floats(2, 55))
def test_there_and_back_is_the_same_place(source: Datum, target: Datum, lon: float, lat: float) -> None:
    back = convert(*convert([lon], [lat], source, target), target, source)
    np.testing.assert_allclose(back, [[lon], [lat]], rtol=0, atol=1e-9)


def test_amap_is_300_to_600_metres_from_gps_in_beijing() -> None:
    lon, lat = np.meshgrid(np.linspace(116.2, 116.7, 20), np.linspace(39.4, 39.9, 20))
    shifted = convert(lon, lat, "wgs84", "gcj02")
    assert shifted[0].shape == (20, 20)
    distance = metres_apart((lon, lat), shifted)
    assert distance.min() > 300
    assert distance.max() < 700


KNOWN_PAIRS: tuple[tuple[Datum, tuple[float, float], Datum, tuple[float, float]], ...] = (
    # The tests of eviltransform: Shanghai, Shenzhen, Beijing; its ellipsoid is 0.012 m off the others'.
    ("wgs84", (121.5272106, 31.1774276), "gcj02", (121.531541859215, 31.17530398364597)),
    ("wgs84", (113.912316, 22.543847), "gcj02", (113.9171764808363, 22.540796131694766)),
    ("wgs84", (116.377817, 39.911954), "gcj02", (116.38404722455657, 39.91334545536069)),
    # The tests of coordtransform.
    ("wgs84", (116.404, 39.915), "gcj02", (116.41024449916938, 39.91640428150164)),
    ("gcj02", (116.404, 39.915), "bd09", (116.41036949371029, 39.92133699351021)),
    # The manual of gcoord.
    ("wgs84", (116.403988, 39.914266), "bd09", (116.41661560068297, 39.92196580126834)),
)


@pytest.mark.parametrize(("source", "here", "target", "there"), KNOWN_PAIRS)
def test_pairs_that_others_published(
    source: Datum, here: tuple[float, float], target: Datum, there: tuple[float, float]
) -> None:
    """Both ways, to 0.05 m."""
    for start, point, end, expected in ((source, here, target, there), (target, there, source, here)):
        assert metres_apart(convert(*point, start, end), (np.array(expected[0]), np.array(expected[1]))) < 0.05


@given(lon=st.floats(73.5, 135.1), lat=st.floats(3.8, 53.6), source=st.sampled_from(DATUMS))
def test_there_and_back_across_china_is_under_a_metre(lon: float, lat: float, source: Datum) -> None:
    """And by far: under a millimetre, from each datum by way of each other."""
    point = (np.array([lon]), np.array([lat]))
    for target in DATUMS:
        back = convert(*convert(*point, source, target), target, source)
        assert metres_apart(back, point).max() < 0.001


def test_baidu_by_way_of_amap_is_the_way_itself() -> None:
    gcj = convert(*BEIJING, "wgs84", "gcj02")
    np.testing.assert_array_equal(convert(*gcj, "gcj02", "bd09"), convert(*BEIJING, "wgs84", "bd09"))


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.86), (-74.0, 40.7), (116.0, -30.0), (140.0, 36.0)])
def test_outside_china_nothing_is_shifted(lon: float, lat: float) -> None:
    for source in DATUMS:
        for target in DATUMS:
            assert convert(lon, lat, source, target) == (lon, lat)


def test_same_datum_same_numbers_in_a_new_array() -> None:
    given_lon = np.array([116.3])
    lon, _ = convert(given_lon, [39.7], "bd09", "bd09")
    assert lon[0] == 116.3
    assert lon is not given_lon


def test_empty_and_unknown() -> None:
    assert convert([], [], "bd09", "wgs84")[0].shape == (0,)
    lon, lat = convert([np.nan, 116.3], [np.nan, 39.7], "bd09", "wgs84")
    assert np.isnan([lon[0], lat[0]]).all()
    assert np.isfinite([lon[1], lat[1]]).all()
