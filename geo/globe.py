"""Metres over the whole globe: geodesics on the WGS-84 ellipsoid, and the points nearest to anywhere on it.

For a question that a plane cannot take: asked from anywhere, of points anywhere. Within a district use
``geo.distance``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from scipy.spatial import cKDTree

from geo.distance import Floats

AXIS_M = 6_378_137.0  # of the equator
POLAR_M = 6_356_752.314245  # of the poles
ROUNDED = 3  # decimals of a metre: two ways to the same distance differ by less, and so count as equal
SLACK_M = 0.002  # more than what rounding, of numbers and to ROUNDED, can take from a bound
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class Globe:
    """Points (n,) in WGS-84 degrees, none unknown, in an index.

    The index is a k-d tree of the points on a unit sphere, each at its reduced latitude b: tan b = POLAR_M / AXIS_M *
    tan(latitude). There a step (db, dl) has the square db² + cos²b dl², and on the ellipsoid AXIS_M² cos²b dl² +
    (AXIS_M² sin²b + POLAR_M² cos²b) db². So of two points at an angle s on the sphere the geodesic lies between
    POLAR_M * s and AXIS_M * s (both inclusive), which is what makes a search by angle exact in metres.
    """

    lon: Floats
    lat: Floats
    tree: cKDTree

    @classmethod
    def of(cls, lon: ArrayLike, lat: ArrayLike) -> Globe:
        """The index of points (n,); n may be 0."""
        longitude, latitude = (np.asarray(values, dtype=np.float64) for values in (lon, lat))
        return cls(longitude, latitude, cKDTree(_on_sphere(longitude, latitude)))

    def around(self, lon: float, lat: float, k: int) -> tuple[list[float], list[int]]:
        """The ``k`` (over 0) points at the smallest angle from (lon, lat), degrees, or as many as there are: the chords
        of the angles, smallest first, and the points' indices. To every other point the chord is the last or longer.
        """
        count = min(k, len(self.lon))
        if not count:
            return [], []
        chords, points = self.tree.query(_one_on_sphere(lon, lat), count)
        return ([float(chords)], [int(points)]) if count == 1 else (chords.tolist(), points.tolist())

    def far(self, lon: float, lat: float, point: int) -> float:
        """The geodesic from (lon, lat) to one point, in metres rounded to ``ROUNDED``."""
        _, _, metres = _GEOD.inv(lon, lat, self.lon.item(point), self.lat.item(point))
        return round(float(metres), ROUNDED)

    def metres(self, lon: float, lat: float, points: NDArray[np.intp]) -> list[float]:
        """``far`` of ``points`` (m,)."""
        start_lon, start_lat = np.full(len(points), lon), np.full(len(points), lat)
        _, _, metres = _GEOD.inv(start_lon, start_lat, self.lon[points], self.lat[points])
        return [round(far, ROUNDED) for far in metres.tolist()]

    def nearest_of(self, points: NDArray[np.intp], lon: float, lat: float, n: int) -> list[tuple[float, int]]:
        """The ``n`` of ``points`` (m,) nearest to (lon, lat), or as many as there are, as (metres, index), sorted."""
        angles = self._angles(points, lon, lat)
        if n < len(points):
            reach = np.partition(angles, n - 1)[n - 1] * AXIS_M + SLACK_M
            points = points[angles * POLAR_M <= reach]
        return sorted(zip(self.metres(lon, lat, points), points.tolist(), strict=True))[:n]

    def before(self, points: NDArray[np.intp], lon: float, lat: float, last: tuple[float, int]) -> int:
        """How many of ``points`` (m,) come before ``last``, (metres, index), by their own metres and index."""
        angles = self._angles(points, lon, lat)
        surely = angles * AXIS_M < last[0] - SLACK_M
        unsure = points[~surely & (angles * POLAR_M <= last[0] + SLACK_M)]
        places = zip(self.metres(lon, lat, unsure), unsure.tolist(), strict=True)
        return int(surely.sum()) + sum(place < last for place in places)

    def _angles(self, points: NDArray[np.intp], lon: float, lat: float) -> Floats:
        chords = np.linalg.norm(self.tree.data[points] - _one_on_sphere(lon, lat), axis=1)
        angles: Floats = 2 * np.arcsin(np.minimum(chords / 2, 1))
        return angles


def least(chord: float) -> float:
    """A number of metres that every geodesic is longer than whose ends are a ``chord`` apart on the sphere."""
    return 2 * POLAR_M * math.asin(min(chord / 2, 1.0)) - SLACK_M


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    """Points (n,) of the ellipsoid on the unit sphere (n, 3), at their reduced latitudes."""
    longitude, latitude = np.radians(lon), np.radians(lat)
    reduced = np.arctan2(POLAR_M * np.sin(latitude), AXIS_M * np.cos(latitude))
    return np.column_stack(
        (np.cos(reduced) * np.cos(longitude), np.cos(reduced) * np.sin(longitude), np.sin(reduced))
    ).reshape(-1, 3)


def _one_on_sphere(lon: float, lat: float) -> tuple[float, float, float]:
    """``_on_sphere`` of one point, without arrays, which would take most of the time."""
    longitude, latitude = math.radians(lon), math.radians(lat)
    reduced = math.atan2(POLAR_M * math.sin(latitude), AXIS_M * math.cos(latitude))
    return math.cos(reduced) * math.cos(longitude), math.cos(reduced) * math.sin(longitude), math.sin(reduced)
