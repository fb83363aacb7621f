"""What the rows of a sheet say: typed values by field, and points brought to WGS-84."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.datum import Datum, Lonlat, convert
from geo.enterprises import usable_location
from geo.intake.asked import Asked, known_fields
from geo.intake.cells import clean_code, in_ones, parse, split_lonlat
from geo.intake.draft import Cells
from geo.intake.files import Sheet
from geo.intake.reasons import Reasons
from geo.schema import POINTS, Column

DECIMALS = 6  # of a degree: a decimetre
ID_AT_MOST = 100  # characters
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Points:
    """Where the rows of a sheet say they are, as written: first the column that is called longitude; NaN unknown."""

    lon: Floats
    lat: Floats
    text: NDArray[np.object_]

    def wgs84(self, datum: Datum, swapped: bool) -> Lonlat:
        """Longitude and latitude (n,) in WGS-84 to ``DECIMALS``, taken as of ``datum``, latitude first if ``swapped``.

        NaN where either is unknown or beyond ±360.
        """
        lon, lat = (self.lat, self.lon) if swapped else (self.lon, self.lat)
        sane = (np.abs(lon) <= 360) & (np.abs(lat) <= 360)
        x, y = convert(np.where(sane, lon, np.nan), np.where(sane, lat, np.nan), datum, "wgs84")
        return np.round(x, DECIMALS), np.round(y, DECIMALS)


def read_points(
    sheet: Sheet, columns: dict[str, int], reasons: Reasons, pair: tuple[str, str] = POINTS[0]
) -> Points | None:
    """The points of a sheet: ``pair``, one of ``POINTS``; of lon and lat also both in one (lonlat), or shapes. None
    where there are none.

    ``columns``: field → position.
    """
    if set(pair) <= columns.keys():
        texts = [_cells(sheet, columns[name]) for name in pair]
        lon, lat = (_number(name, cells, reasons) for name, cells in zip(pair, texts, strict=True))
        return Points(lon, lat, (texts[0] + ", " + texts[1]).to_numpy(dtype=object))
    if pair != POINTS[0]:
        return None
    if "lonlat" in columns:
        cells = _cells(sheet, columns["lonlat"])
        first, second, faults = split_lonlat(cells)
        reasons.refuse((faults != "").to_numpy(bool), faults, field="lonlat", value=cells)
        return Points(first.to_numpy(np.float64), second.to_numpy(np.float64), cells.to_numpy(dtype=object))
    if sheet.shapes is not None:
        shapes = sheet.shapes
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
        reasons.refuse(there & ~point, "reason.no_point", field="geometry")
        lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
        return Points(lon, lat, np.array([f"{x:.6f}, {y:.6f}" for x, y in zip(lon, lat, strict=True)], dtype=object))
    return None


def _number(name: str, cells: pd.Series, reasons: Reasons) -> Floats:
    """Any number: which of them can be a longitude or latitude is judged afterwards."""
    values, faults = parse(cells, Column(name, "number"))
    reasons.refuse((faults != "").to_numpy(bool), faults, field=name, value=cells)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def read_values(sheet: Sheet, asked: Asked, bounds: Sequence[float], reasons: Reasons) -> Cells:
    """Typed cells as geo.schema has them, of each field that the sheet has.

    ``lon`` and ``lat``, of an entrance too, are in WGS-84, unknown where the location cannot be used within ``bounds``
    (see ``usable_location``); ``credit_code`` is plain where it is one, else as written, and ``code_valid`` tells.
    """
    known = known_fields(asked.kind)
    columns = asked.taken
    values: Cells = {}
    for name, position in columns.items():
        if name == "lonlat" or any(name in pair for pair in POINTS):
            continue
        cells = _cells(sheet, position)
        if name == "credit_code":
            values |= _codes(cells, known[name], reasons)
            continue
        if known[name].kind in ("number", "integer"):
            cells = in_ones(cells, str(sheet.header[position]))
        values[name], faults = parse(cells, known[name])
        reasons.refuse((faults != "").to_numpy(bool), faults, field=name, value=cells)
        if name == "id":
            reasons.refuse(
                (cells.str.len() > ID_AT_MOST).to_numpy(bool), "reason.id_long", field=name, other=ID_AT_MOST
            )
    for pair in POINTS:
        field = "lonlat" if pair == POINTS[0] else pair[0]
        points = read_points(sheet, columns, reasons, pair)
        if points is not None:
            judged = _judge(points, asked, bounds, reasons, field)
            values |= {name: pd.Series(part) for name, part in zip(pair, judged, strict=True)}
    reasons.refuse(sheet.cells.index.isin(sheet.long_rows), "reason.shifted", other=len(sheet.header))
    return values


def _cells(sheet: Sheet, position: int) -> pd.Series:
    return sheet.cells[position].reset_index(drop=True)


def _codes(cells: pd.Series, column: Column, reasons: Reasons) -> Cells:
    """Credit codes made plain, and which are valid; a doubt about each that is said and is not."""
    numbers, distinct = pd.factorize(cells)
    cleaned = [clean_code(text) for text in distinct]
    valid = pd.Series(np.array([good for _, good in cleaned], dtype=bool)[numbers])
    plain = pd.Series(np.array([code for code, _ in cleaned], dtype=object)[numbers], dtype="str")
    other, faults = parse(cells.mask(valid, ""), column)
    reasons.refuse((faults != "").to_numpy(bool), faults, field="credit_code", value=cells)
    reasons.doubt((other != "").to_numpy(bool), "reason.code", field="credit_code", value=cells)
    return {"credit_code": other.mask(valid, plain), "code_valid": valid}


def _judge(points: Points, asked: Asked, bounds: Sequence[float], reasons: Reasons, field: str) -> Lonlat:
    """The points in WGS-84; those that cannot be used are unknown, and doubtful: swapped, too far, or only half said.

    A swapped point is not turned round: whether all are is for the user to say (``Asked.swapped``).
    """
    lon, lat = points.wgs84(asked.datum, asked.swapped)
    turned = points.wgs84(asked.datum, not asked.swapped)
    said = ~np.isnan(points.lon) & ~np.isnan(points.lat)
    half = np.isnan(points.lon) != np.isnan(points.lat)
    usable = usable_location(lon, lat, bounds)
    swapped = said & ~usable & usable_location(*turned, bounds)
    reasons.doubt(swapped, "reason.swapped", field=field, value=points.text)
    reasons.doubt(said & ~usable & ~swapped, "reason.far", field=field, value=points.text)
    reasons.doubt(half & ~reasons.refused, "reason.half", field=field, value=points.text)
    return np.where(usable, lon, np.nan), np.where(usable, lat, np.nan)
