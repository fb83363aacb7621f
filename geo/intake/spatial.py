"""GeoJSON, GeoPackage and zipped Shapefiles: attributes as text, shapes in WGS-84."""

from __future__ import annotations

import codecs
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyogrio import list_layers, read_info
from pyogrio.raw import read
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.intake import IntakeError
from geo.intake.delimited import is_mostly_utf8
from geo.intake.excel import COLUMNS_AT_MOST, number_text
from geo.intake.formats import Format
from geo.intake.sheet import RECORDS_AT_MOST, tidy

DRIVERS: dict[Format, str] = {"geojson": "GeoJSON", "gpkg": "GPKG", "shapefile": "ESRI Shapefile"}
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
WGS84 = ("EPSG:4326", "OGC:CRS84", "EPSG:4979", "EPSG:4490")
"""CRS in which longitude and latitude are those of WGS-84: it itself, and CGCS2000, which is a few centimetres off."""

Objects = NDArray[np.object_]


class Layer(NamedTuple):
    """``header`` (c,) and ``columns``, c lists of n texts; ``shapes`` (n,) as WKB in WGS-84 degrees, None where there
    is none; ``faults`` (n,): why a shape is not valid, ``""`` where it is."""

    name: str
    layers: tuple[str, ...]
    header: tuple[str, ...]
    columns: list[list[str]]
    shapes: Objects
    faults: Objects
    notes: list[tuple[str, dict[str, object]]]


def read_layer(path: Path, kind: Format, folder: Path, *, name: str, layer: str) -> Layer:
    """The layer asked for, else the first that has shapes. ``folder``: an empty one, for what a zip holds.

    A Shapefile without .prj is taken to be in degrees where all of it lies within ±180, ±90, told in a note, and else
    refused. IntakeError besides for a file that GDAL cannot read, a layer that is not there, a CRS that cannot be
    converted, too many features.
    """
    try:
        sources = _unpack(path, folder, name) if kind == "shapefile" else {"": path}
        options: dict[str, Any] = {"IMMUTABLE": "YES"} if kind == "gpkg" else {}
        if kind == "shapefile":
            names = dict.fromkeys(sources)
        else:
            names = {str(title): kind for title, kind in list_layers(path)}
        if not names:
            raise IntakeError("intake.no_rows", file=name)
        if layer and layer not in names:
            raise IntakeError("intake.no_sheet", file=name, sheet=layer, sheets=" / ".join(names))
        chosen = layer or next((title for title, kind in names.items() if kind), next(iter(names)))
        encoding = ""
        if kind == "shapefile":
            source = sources[chosen]
            encoding = _dbf_encoding(source.with_suffix(".dbf"), source.with_suffix(".cpg"))
            options["encoding"] = "ISO-8859-1"  # byte for byte, for a .dbf may cut a character in two
        else:
            source, options["layer"] = path, chosen
        info = read_info(source, **options)
        if info["driver"] != DRIVERS[kind]:
            raise IntakeError("intake.other", file=name, format=info["driver"])
        if info["features"] > RECORDS_AT_MOST:
            raise IntakeError("intake.too_many", file=name, rows=info["features"], limit=RECORDS_AT_MOST)
        if len(info["fields"]) > COLUMNS_AT_MOST:
            raise IntakeError("intake.too_wide", file=name, columns=len(info["fields"]), limit=COLUMNS_AT_MOST)
        meta, _, wkb, columns = read(
            source, force_2d=True, datetime_as_string=True, max_features=RECORDS_AT_MOST + 1, **options
        )
        if not len(wkb if wkb is not None else columns[0] if columns else ()):
            raise IntakeError("intake.no_rows", file=name)
        shapes = shapely.from_wkb(wkb) if wkb is not None else np.full(len(columns[0]), None, dtype=object)
        shapes, notes = _to_wgs84(shapes, meta["crs"], name, may_lack_crs=kind == "shapefile")
    except (RuntimeError, ValueError, shapely.errors.ShapelyError) as error:  # pyogrio's are RuntimeErrors
        raise IntakeError("intake.damaged", file=name, format=DRIVERS[kind]) from error
    missing = int(shapely.is_missing(shapes).sum() + shapely.is_empty(shapes).sum())
    if missing:
        notes.append(("intake.note.no_shape", {"count": missing}))
    return Layer(
        name=chosen,
        layers=tuple(names),
        header=tuple(_text(field, encoding) for field in meta["fields"]),
        columns=[[_text(value, encoding) for value in values] for values in columns],
        shapes=shapely.to_wkb(shapes),
        faults=_faults(shapes),
        notes=notes,
    )


def _text(value: object, encoding: str) -> str:
    """An attribute as a text; lists by semicolons. ``encoding``: of the bytes that texts stand for, if they do."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value.encode("latin-1").decode(encoding, "replace").rstrip("\ufffd") if encoding else value)
    if isinstance(value, float | np.floating):
        return number_text(float(value))
    if isinstance(value, np.ndarray | list):
        return tidy("; ".join(map(str, value)))
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value)
    return tidy(str(value))


def _to_wgs84(
    shapes: Objects, crs: str | None, name: str, *, may_lack_crs: bool
) -> tuple[Objects, list[tuple[str, dict[str, object]]]]:
    """The shapes in WGS-84, and what is to be noted. What is said, or taken, to be in degrees must mostly be."""
    degrees = _are_degrees(shapes)
    if (crs is None and not (may_lack_crs and degrees.all())) or (crs in WGS84 and degrees.mean() <= 0.5):
        raise IntakeError("intake.no_crs", file=name)
    if crs is None:
        return shapes, [("intake.note.no_crs", {})]
    if crs in WGS84:
        return shapes, []
    try:
        known = CRS.from_user_input(crs)
        convert = Transformer.from_crs(known, "EPSG:4326", always_xy=True)
        moved = shapely.transform(shapes, lambda xy: np.column_stack(convert.transform(xy[:, 0], xy[:, 1])))
    except (CRSError, ProjError) as error:
        raise IntakeError("intake.bad_crs", file=name, crs=crs[:80]) from error
    return moved, [("intake.note.crs", {"crs": known.name})]


def _are_degrees(shapes: Objects) -> NDArray[np.bool_]:
    """Which shapes (n,) lie within ±180, ±90; those that lie nowhere do."""
    bounds: NDArray[np.float64] = shapely.bounds(shapes)
    return np.asarray(~(np.abs(bounds) > [180, 90, 180, 90]).any(axis=1))


def _faults(shapes: Objects) -> Objects:
    """Why each shape is not valid, with the place, in GEOS's words; ``""`` where it is, or where there is none."""
    faults = np.full(len(shapes), "", dtype=object)
    bad = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    faults[bad] = shapely.is_valid_reason(shapes[bad])
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1) | shapely.is_missing(shapes) | shapely.is_empty(shapes)
    faults[~finite] = "Invalid Coordinate"
    return faults


def _unpack(path: Path, folder: Path, name: str) -> dict[str, Path]:
    """The Shapefiles of a zip, under names of our own: entry without its suffix → its .shp."""
    sources: dict[str, Path] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {entry.filename: entry for entry in archive.infolist()}
            lower = {filename.lower(): filename for filename in parts}
            for number, filename in enumerate(sorted(f for f in parts if f.lower().endswith(".shp"))):
                stem = filename[:-4]
                if stem.startswith("__MACOSX/"):
                    continue
                source = folder / f"layer{number}.shp"
                for suffix in SHAPEFILE_PARTS:
                    entry = lower.get((stem + suffix).lower())
                    if entry:
                        with archive.open(entry) as packed, source.with_suffix(suffix).open("wb") as file:
                            shutil.copyfileobj(packed, file)
                    elif suffix in (".shx", ".dbf"):
                        raise IntakeError("intake.shapefile_parts", file=name)
                sources[_title(parts[filename])] = source
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
        raise IntakeError("intake.damaged", file=name, format="ZIP") from error
    return sources


def _title(entry: zipfile.ZipInfo) -> str:
    """An entry's name without folder and suffix; names that the zip does not say to be UTF-8 are mostly GBK here."""
    title = PurePosixPath(entry.filename.replace("\\", "/")).stem
    if not entry.flag_bits & 0x800:
        try:
            return title.encode("cp437").decode("gb18030")
        except UnicodeError:
            return title
    return title


def _dbf_encoding(dbf: Path, cpg: Path) -> str:
    """What the .cpg says where it says something sensible, else UTF-8 where the table reads as such, else GB18030."""
    said = cpg.read_text("ascii", "ignore").strip()[:20] if cpg.exists() else ""
    try:
        return codecs.lookup(said).name if said else ("utf-8" if _is_utf8(dbf.read_bytes()) else "gb18030")
    except LookupError:
        return "gb18030"


def _is_utf8(table: bytes) -> bool:
    """Whether the texts of a .dbf are UTF-8: those of its records, which begin where bytes 8 and 9 say."""
    texts = table[int.from_bytes(table[8:10], "little") :]
    return texts.isascii() or is_mostly_utf8(texts)
