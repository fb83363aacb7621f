"""The three datums of Chinese coordinates: WGS-84 (GPS, OSM, what is stored), GCJ-02 (Amap, Tencent), BD-09 (Baidu).

GCJ-02's shift was never published. The formula is the one known everywhere since "eviltransform" (2013), a sum of
sines on the Krasovsky 1940 ellipsoid; BD-09's is the polar offset that Baidu's own converter applies to GCJ-02.
Inverses have no closed form and are found by iteration.

No library of PyPI does better (looked at in November 2026): eviltransform, coord-convert and prcoords agree with the
formulas to 0.012 m, but had their last releases in 2018 and 2019, take one point at a time and at their best miss by
0.6, 0.2 and 0.02 m on the way back, where this misses by less than a millimetre. The tests hold pairs they published.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Datum = Literal["wgs84", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = get_args(Datum)  # each is made from the one before it

Lonlat = tuple[NDArray[np.float64], NDArray[np.float64]]

AXIS_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
# The rectangle beyond which the three are one, as map makers abroad use WGS-84: lon, then lat, in degrees.
CHINA = ((72.004, 137.8347), (0.8293, 55.8271))


def convert(lon: ArrayLike, lat: ArrayLike, source: Datum, target: Datum) -> Lonlat:
    """Longitudes and latitudes of ``source`` in ``target``, degrees, as arrays of the shape given.

    Exact to under 1e-9 degree there and back, except within a shift (about 0.01 degree) of the edge of ``CHINA``,
    where GCJ-02 and BD-09 jump. NaN stays NaN.
    """
    point = (np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64))
    start, end = DATUMS.index(source), DATUMS.index(target)
    for step in _STEPS[start:end]:
        point = step(*point)
    for step in reversed(_STEPS[end:start]):
        point = _inverse(step, *point)
    return point


def _gcj02_from_wgs84(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Lonlat:
    inside = _in_china(lon, lat)
    x, y = lon - 105.0, lat - 35.0
    shared = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    root = np.sqrt(np.abs(x))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (shared + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y)) * 2 / 3
    north_m += (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (shared + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)) * 2 / 3
    east_m += (150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)) * 2 / 3
    flattened = 1 - ECCENTRICITY_SQUARED * np.sin(np.radians(lat)) ** 2
    meridian_radius = AXIS_M * (1 - ECCENTRICITY_SQUARED) / flattened**1.5
    parallel_radius = AXIS_M / np.sqrt(flattened) * np.cos(np.radians(lat))
    shifted_lon = np.where(inside, lon + np.degrees(east_m / parallel_radius), lon)
    shifted_lat = np.where(inside, lat + np.degrees(north_m / meridian_radius), lat)
    return shifted_lon, shifted_lat


def _bd09_from_gcj02(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Lonlat:
    wave = 3000 * np.pi / 180
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * wave)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * wave)
    inside = _in_china(lon, lat)
    shifted_lon = np.where(inside, radius * np.cos(angle) + 0.0065, lon)
    shifted_lat = np.where(inside, radius * np.sin(angle) + 0.006, lat)
    return shifted_lon, shifted_lat


def _in_china(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    (west, east), (south, north) = CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


_Step = Callable[[NDArray[np.float64], NDArray[np.float64]], Lonlat]
_STEPS: tuple[_Step, ...] = (_gcj02_from_wgs84, _bd09_from_gcj02)


def _inverse(step: _Step, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Lonlat:
    """Where ``step`` leads to (lon, lat) from: fixed-point iteration, each round some 500 times nearer."""
    guess_lon, guess_lat = lon.copy(), lat.copy()
    for _ in range(10):
        reached_lon, reached_lat = step(guess_lon, guess_lat)
        miss_lon, miss_lat = lon - reached_lon, lat - reached_lat
        guess_lon, guess_lat = guess_lon + miss_lon, guess_lat + miss_lat
        if not (np.maximum(np.abs(miss_lon), np.abs(miss_lat)) > 1e-12).any():
            break
    return guess_lon, guess_lat
