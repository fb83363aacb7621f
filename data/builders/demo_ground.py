"""Where the demonstration records may lie: the pack's regions, with an invented centre for every community and
village, and the dice that choose. Coordinates are WGS-84 longitude, latitude, at 5 decimals.

Only uniform draws of one seeded generator, sums of them and integer arithmetic decide anything, so that the same
inputs give the same bytes everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

SEED = 110115
DEGREE = np.array([85_700.0, 111_000.0])  # metres in a degree of longitude and latitude, at 39.7° north
TOUCHING = 0.0003  # degrees: regions nearer than this are neighbours
OUTSIDE_M = (1_000.0, 5_000.0)  # how far beyond the outline the outlying points lie

Points = NDArray[np.float64]
T = TypeVar("T")


class Dice:
    """Uniform draws from one seeded stream, and what can be made of them without rounding surprises."""

    def __init__(self, stream: int) -> None:
        self.generator = np.random.Generator(np.random.PCG64([SEED, stream]))

    def below(self, limit: int) -> int:
        """An integer from 0 to ``limit`` - 1."""
        return int(self.generator.random() * limit)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, items: Sequence[T], weights: Sequence[int] | None = None) -> T:
        """One of ``items``, in proportion to whole-number ``weights``."""
        if weights is None:
            return items[self.below(len(items))]
        return items[int(np.searchsorted(np.cumsum(weights), self.below(sum(weights)), side="right"))]

    def shuffled(self, count: int) -> list[int]:
        return [int(i) for i in np.argsort(self.generator.random(count), kind="stable")]

    def bell(self, count: int) -> Points:
        """(count, 2) draws of mean 0 and deviation 1: sums of twelve uniform ones."""
        return self.generator.random((count, 2, 12)).sum(axis=2) - 6.0


@dataclass(frozen=True)
class Place:
    """A spot that enterprises gather around: ``kind`` is seat, base, community or village."""

    name: str
    kind: str
    centre: Points
    spread_m: float


@dataclass(frozen=True)
class Region:
    code: str
    name: str
    name_en: str
    alias: str
    parent_union: str
    shape: shapely.Geometry
    places: tuple[Place, ...]
    neighbours: tuple[str, ...]

    @property
    def short(self) -> str:
        return self.name.removesuffix("镇").removesuffix("街道")


def read_regions(folder: Path) -> list[Region]:
    """The regions, by code, each with an invented centre for every one of its communities and villages."""
    table = pd.read_csv(folder / "regions.csv", dtype=str, keep_default_na=False).sort_values("code")
    places = pd.read_csv(folder / "places.csv", dtype=str, keep_default_na=False)
    places = places[places["kind"].isin(["community", "village"])]
    positions = pd.read_csv(folder / "positions.csv", dtype=str, keep_default_na=False)
    features = json.loads((folder / "regions.geojson").read_text("utf-8"))["features"]
    shapes = {f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in features}
    bases = positions[positions["kind"] == "industrial_base"]
    dice = Dice(1)
    regions = []
    for row in table.itertuples():
        shape = shapes[row.code]
        shapely.prepare(shape)
        seat = np.array([float(row.seat_lon), float(row.seat_lat)])
        if not shapely.contains_xy(shape, *seat):
            seat = np.array(shape.representative_point().coords[0])
        width_m = float((np.array(shape.bounds[2:]) - shape.bounds[:2]) @ DEGREE / 2)
        spots = [Place(row.name, "seat", seat, min(1_200.0, width_m / 6))]
        for base in bases.itertuples():
            centre = np.array([float(base.lon), float(base.lat)])
            if shapely.contains_xy(shape, *centre):
                spots.append(Place(base.name, "base", centre, 700.0))
        for place in places[places["region"] == row.code].itertuples():
            village = place.kind == "village"
            centre = uniform(dice, shape) if village else scatter(dice, shape, seat, width_m / 5)
            spots.append(Place(spoken(place.name), place.kind, centre, 350.0 if village else 200.0))
        regions.append(
            Region(
                code=row.code,
                name=row.name,
                name_en=row.name_en,
                alias=row.alias,
                parent_union=f"{row.name}总工会" if row.in_campaign == "true" else "北京经济技术开发区总工会",
                shape=shape,
                places=tuple(spots),
                neighbours=tuple(
                    code for code in sorted(shapes) if code != row.code and shape.dwithin(shapes[code], TOUCHING)
                ),
            )
        )
    return regions


def spoken(name: str) -> str:
    """A community's or village's name as addresses write it: without its committee, and without 社区 if that leaves
    a name of three characters or more.
    """
    for ending in ("居民委员会", "居委会", "村民委员会", "村委会"):
        name = name.removesuffix(ending)
    short = name.removesuffix("社区")
    return short if len(short) > 2 else name


def uniform(dice: Dice, shape: shapely.Geometry) -> Points:
    """A point anywhere in ``shape``, at 5 decimals."""
    low, high = np.array(shape.bounds[:2]), np.array(shape.bounds[2:])
    while True:
        point = np.round(low + dice.generator.random(2) * (high - low), 5)
        if shapely.contains_xy(shape, *point):
            return point


def scatter(dice: Dice, shape: shapely.Geometry, centre: Points, spread_m: float) -> Points:
    """A point of ``shape`` around ``centre``, at 5 decimals. ``centre`` lies in ``shape``, so one is found."""
    while True:
        points = np.round(centre + dice.bell(16) * spread_m / DEGREE, 5)
        inside = points[shapely.contains_xy(shape, points)]
        if len(inside):
            return inside[0]
        spread_m *= 0.8


def beyond(dice: Dice, outline: shapely.Geometry, count: int) -> list[Points]:
    """Points a few kilometres outside ``outline`` (``OUTSIDE_M``), at 5 decimals."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True).transform
    district = shapely.transform(outline, to_metres, interleaved=False)
    low, high = np.array(outline.bounds[:2]) - 0.06, np.array(outline.bounds[2:]) + 0.06
    found: list[Points] = []
    while len(found) < count:
        point = np.round(low + dice.generator.random(2) * (high - low), 5)
        if OUTSIDE_M[0] <= shapely.distance(district, shapely.Point(to_metres(*point))) <= OUTSIDE_M[1]:
            found.append(point)
    return found


def shares(weights: Sequence[int], total: int) -> list[int]:
    """``total`` split in proportion to ``weights``; the remainders go to the largest, then to the first."""
    exact = [weight * total for weight in weights]
    counts = [part // sum(weights) for part in exact]
    order = sorted(range(len(weights)), key=lambda i: -(exact[i] % sum(weights)))
    for i in order[: total - sum(counts)]:
        counts[i] += 1
    return counts
