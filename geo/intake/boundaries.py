"""Official boundaries: the polygons of a file against those of the regions they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.datum import convert
from geo.distance import Plane
from geo.district import District
from geo.enterprises import usable_location
from geo.errors import ParameterError
from geo.intake.asked import Asked
from geo.intake.draft import Draft
from geo.intake.files import Note, Sheet
from geo.intake.identity import NEW
from geo.intake.reasons import Mask, Reasons
from geo.places import NOWHERE, Gazetteer

GRID_DEGREES = 1e-7  # a centimetre
INSIDE_AT_LEAST = 0.5  # of a polygon's area in the district; less is refused
INSIDE_SURELY = 0.9  # less is doubtful
TOLERANCE_M2 = 10_000  # a hectare: overlaps and gaps smaller than this are not told
TOLD_AT_MOST = 8
Shapes = NDArray[np.object_]


def draft_boundaries(sheet: Sheet, asked: Asked, known: pd.DataFrame, district: District, reasons: Reasons) -> Draft:
    """What the polygons of ``sheet`` would make of ``known``, all regions as ``Store.read`` gives them.

    A polygon is of the region that its code or name says. ParameterError where the file has no shapes.
    """
    if sheet.shapes is None:
        raise ParameterError("plan.no_shapes", field="file", value=sheet.name)
    columns = asked.taken
    region, text = _regions_named(sheet, columns, district, reasons)
    shapes = _polygons(sheet, asked, district, reasons)
    codes = np.append(district.regions["code"].to_numpy(dtype=object), "")[region]
    _refuse_twice(codes, sheet.cells.index, text, reasons)
    accepted = ~reasons.refused
    ids = pd.Series(np.where(accepted, codes, ""), dtype="str")
    at = ids.map(pd.Series(range(len(known)), index=known["code"])).fillna(NEW).to_numpy(dtype=np.int64)
    retired = accepted & (known["retired"].reindex(at).fillna("") != "").to_numpy(bool)
    reasons.refuse(retired, "reason.retired", other=text)
    accepted &= ~retired
    old = known["geometry"].reindex(at).to_numpy(dtype=object)
    old = _only(old, shapely.is_geometry(old))
    differs = accepted & ~shapely.equals(shapes, old)
    texts = {
        "boundary_standing": "imported",
        "boundary_label_zh": asked.label_zh,
        "boundary_label_en": asked.label_en,
        "boundary_source": asked.source,
        "boundary_as_of": asked.as_of,
    }
    values = {name: pd.Series(text, index=range(len(ids)), dtype="str") for name, text in texts.items()}
    values |= {"geometry": pd.Series(shapes, dtype=object)}
    area, area_before = (_areas_km2(part, district.plane) for part in (shapes, old))
    about = pd.DataFrame(
        {
            "name": known["name"].reindex(at).reset_index(drop=True).fillna(pd.Series(text, dtype="str")),
            "region": codes,
            "region_by": np.where(region != NOWHERE, "declared", ""),
            "region_conflict": False,
            "lon": shapely.get_x(shapely.point_on_surface(shapes)),
            "lat": shapely.get_y(shapely.point_on_surface(shapes)),
            "area_km2": area,
            "area_before_km2": area_before,
            "geometry": pd.Series(shapes, dtype=object),
        }
    )
    return Draft(
        id=ids.mask(retired, ""),
        version=known["version"].reindex(at).fillna(0).to_numpy(dtype=np.int64),
        first=accepted,
        values=values,
        writes=dict.fromkeys(values, differs),
        before={name: known[name].reindex(at).reset_index(drop=True)[differs] for name in values},
        about=about,
        notes=tuple(_notes(ids, shapes, accepted, known, district)),
    )


def _regions_named(
    sheet: Sheet, columns: dict[str, int], district: District, reasons: Reasons
) -> tuple[NDArray[np.int16], NDArray[np.object_]]:
    """The index of the region each row names, NOWHERE where it names none or two; and what it says."""
    gazetteer = Gazetteer(district.regions, district.places, district=district.about["name"]["zh"])
    region = np.full(len(sheet.cells), NOWHERE, dtype=np.int16)
    text = np.full(len(sheet.cells), "", dtype=object)
    for name in ("code", "name"):
        if name not in columns:
            continue
        cells = sheet.cells[columns[name]].reset_index(drop=True)
        found = gazetteer.declared(cells)
        differ = (found != NOWHERE) & (region != NOWHERE) & (found != region)
        reasons.refuse(differ, "reason.code_name", field=name, value=cells, other=text)
        region = np.where(region != NOWHERE, region, found)
        text = np.where(text != "", text, cells.to_numpy(dtype=object))
    reasons.refuse(region == NOWHERE, "reason.no_region", value=text)
    return region, text


def _polygons(sheet: Sheet, asked: Asked, district: District, reasons: Reasons) -> Shapes:
    """The polygons in WGS-84 on a grid of ``GRID_DEGREES``, shells counter-clockwise; None where refused."""
    raw = np.asarray(sheet.shapes, dtype=object)
    faults = np.full(len(raw), "", dtype=object) if sheet.shape_faults is None else sheet.shape_faults
    none = shapely.is_missing(raw) | shapely.is_empty(raw)
    area = np.isin(shapely.get_type_id(raw), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    invalid = ~none & area & ((faults != "") | ~shapely.is_valid(raw))
    reasons.refuse(none, "reason.no_shape", field="geometry")
    reasons.refuse(~none & ~area, "reason.no_polygon", field="geometry")
    reasons.refuse(invalid, "reason.invalid", field="geometry", value=faults)
    shapes = shapely.force_2d(_only(raw, ~none & area & ~invalid))
    lonlat = shapely.transform(shapes, lambda points: _wgs84(points, asked))
    bounds = district.regions.total_bounds
    near = _near(lonlat, bounds)
    turned = ~near & _near(shapely.transform(lonlat, lambda points: points[:, ::-1]), bounds)
    there = ~shapely.is_missing(lonlat)
    reasons.refuse(there & turned, "reason.swapped", field="geometry")
    reasons.refuse(there & ~near & ~turned, "reason.outside", field="geometry", value="0%")
    # By way of WKB: GEOS would keep the grid with the shape, and use it in whatever is done with it.
    gridded = shapely.from_wkb(shapely.to_wkb(shapely.set_precision(_only(lonlat, near), GRID_DEGREES)))
    empty = shapely.is_empty(gridded)  # smaller than the grid
    reasons.refuse(empty, "reason.no_shape", field="geometry")
    gridded = _only(gridded, ~empty)
    outline = shapely.make_valid(district.outline)
    inside = shapely.area(shapely.intersection(gridded, outline)) / shapely.area(gridded)
    percent = np.array([f"{share:.0%}" if share == share else "" for share in inside], dtype=object)
    reasons.refuse(inside < INSIDE_AT_LEAST, "reason.outside", field="geometry", value=percent)
    doubtful = (inside >= INSIDE_AT_LEAST) & (inside < INSIDE_SURELY)
    reasons.doubt(doubtful, "reason.outside", field="geometry", value=percent)
    oriented: Shapes = shapely.orient_polygons(gridded)
    return oriented


def _only(shapes: Shapes, where: Mask) -> Shapes:
    """The shapes of the mask; None elsewhere."""
    kept = np.full(len(shapes), None, dtype=object)
    kept[where] = shapes[where]
    return kept


def _wgs84(points: NDArray[np.float64], asked: Asked) -> NDArray[np.float64]:
    lon, lat = points.T[::-1] if asked.swapped else points.T
    sane = (np.abs(lon) <= 360) & (np.abs(lat) <= 360)  # metres without a CRS stay where they are: far away
    x, y = convert(np.where(sane, lon, np.nan), np.where(sane, lat, np.nan), asked.datum, "wgs84")
    return np.column_stack((np.where(sane, x, lon), np.where(sane, y, lat)))


def _near(shapes: Shapes, bounds: Sequence[float]) -> NDArray[np.bool_]:
    """Which shapes lie in and around the district as a whole; those that are missing do not."""
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    near: NDArray[np.bool_] = usable_location(west, south, bounds) & usable_location(east, north, bounds)
    return near


def _refuse_twice(codes: NDArray[np.object_], numbers: pd.Index, text: NDArray[np.object_], reasons: Reasons) -> None:
    """All rows that name one region: which of them is meant, or whether all are parts of it, is not for us to say."""
    rows_of: defaultdict[str, list[str]] = defaultdict(list)
    for code, number, refused in zip(codes, numbers, reasons.refused, strict=True):
        if not refused:
            rows_of[code].append(str(number))
    other = np.array([", ".join(rows_of[code]) for code in codes], dtype=object)
    twice = ~reasons.refused & np.array([len(rows_of[code]) > 1 for code in codes], dtype=bool)
    reasons.refuse(twice, "reason.region_twice", value=text, other=other)


def _areas_km2(shapes: Shapes, plane: Plane) -> NDArray[np.float64]:
    """Areas (n,), NaN where there is no shape."""
    metres: NDArray[np.float64] = shapely.area(_on_plane(shapes, plane)) / 1e6
    return np.where(shapely.is_missing(shapes), np.nan, metres)


def _on_plane(shapes: Shapes, plane: Plane) -> Shapes:
    made: Shapes = shapely.transform(shapes, lambda points: np.column_stack(plane.project(*points.T)))
    return made


def _notes(
    ids: pd.Series, shapes: Shapes, accepted: NDArray[np.bool_], known: pd.DataFrame, district: District
) -> list[Note]:
    """Of the boundaries as they would be: regions that keep the old one, overlaps, and what no region has."""
    living = known[known["retired"] == ""]
    given = dict(zip(ids[accepted], shapes[accepted], strict=True))
    notes: list[Note] = []
    kept = living.loc[~living["code"].isin(list(given)), "name"].tolist()
    if given and kept:
        notes.append(("plan.note_kept", {"count": len(kept), "names": _listed(kept)}))
    after = np.array([given.get(code, old) for code, old in zip(living["code"], living["geometry"], strict=True)])
    metres = shapely.make_valid(_on_plane(after, district.plane))
    one, other = shapely.STRtree(metres).query(metres, predicate="intersects")
    pairs = one < other
    names = living["name"].to_numpy(dtype=object)
    shared = shapely.area(shapely.intersection(metres[one[pairs]], metres[other[pairs]]))
    overlaps = [
        f"{names[a]} + {names[b]} {area / 1e6:.2f} km²"
        for a, b, area in zip(one[pairs], other[pairs], shared, strict=True)
        if area > TOLERANCE_M2
    ]
    if given and overlaps:
        notes.append(("plan.note_overlaps", {"count": len(overlaps), "names": _listed(overlaps)}))
    outline = shapely.make_valid(_on_plane(np.array([district.outline]), district.plane))[0]
    bare = shapely.area(shapely.difference(outline, shapely.union_all(metres)))
    if given and bare > TOLERANCE_M2:
        notes.append(("plan.note_gaps", {"area": f"{bare / 1e6:.2f}"}))
    return notes


def _listed(texts: list[str]) -> str:
    return "、".join(texts[:TOLD_AT_MOST]) + " …" * (len(texts) > TOLD_AT_MOST)
