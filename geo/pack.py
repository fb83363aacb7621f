"""The data pack: a folder of tables a person can read, loaded whole or refused with every fault at once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo import campaigns, enterprises, facilities, places, programmes, regions
from geo.distance import Plane
from geo.enterprises import Demand, assign_regions
from geo.errors import Fault, PackError, ParameterError
from geo.i18n import LANGUAGES
from geo.regions import RegionIndex, join_regions
from geo.schema import Table, empty_table, read_table

WGS84 = "EPSG:4326"


def _with_demo(table: Table) -> tuple[Table, Table]:
    return table, replace(table, file=f"demo/{table.file}", optional=True)


TABLES: dict[str, tuple[Table, ...]] = {
    "regions": (regions.TABLE,),
    "places": (places.TABLE,),
    "positions": (campaigns.POSITIONS,),
    "facilities": _with_demo(facilities.TABLE),
    "enterprises": _with_demo(enterprises.TABLE),
    "programmes": (programmes.TABLE,),
    "campaigns": (campaigns.CAMPAIGNS,),
    "teams": (campaigns.TEAMS,),
    "visits": (campaigns.VISITS,),
    "figures": (campaigns.FIGURES,),
    "contradictions": (campaigns.CONTRADICTIONS,),
}
"""Each noun's files; a second one holds its demonstration records."""
REFERENCES = {
    "positions": ("region", "regions"),
    "facilities": ("region", "regions"),
    "programmes": ("region", "regions"),
    "visits": ("region", "regions"),
    "places": ("region", "regions"),
    "teams": ("campaign", "campaigns"),
}
"""Columns that hold the key of another table, or nothing."""


@dataclass(frozen=True, eq=False)
class Pack:
    """A district's data, checked. Frames are in WGS-84 (geometry: longitude, latitude) and not to be changed.

    ``revision`` changes whenever a file of the pack does: the key of every cache. ``regions`` are sorted by code and
    carry their polygon and where it comes from (``boundary_standing``, ``boundary_label_zh``, ``_en``). Facilities and
    positions are sorted by id, without a geometry where their place is unknown; ``region_by`` says whether their
    region was ``declared`` or found by ``location``. ``enterprises`` carry the region they were given and how
    (``assign_regions``); ``demand`` holds them as arrays, without
    closed ones.
    """

    folder: Path
    revision: str
    about: dict[str, Any]
    sources: dict[str, dict[str, str]]
    files: dict[str, dict[str, Any]]
    plane: Plane
    outline: shapely.Geometry
    regions: gpd.GeoDataFrame
    places: pd.DataFrame
    positions: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    enterprises: pd.DataFrame
    programmes: pd.DataFrame
    campaigns: pd.DataFrame
    teams: pd.DataFrame
    visits: pd.DataFrame
    figures: pd.DataFrame
    contradictions: pd.DataFrame
    demand: Demand

    @cached_property
    def regions_m(self) -> gpd.GeoDataFrame:
        """The regions on the plane, in metres."""
        return self.regions.to_crs(self.plane.crs)

    @cached_property
    def region_index(self) -> RegionIndex:
        """Which region a point of the plane lies in."""
        return RegionIndex(self.regions_m.geometry)


def open_pack(folder: Path, *, demo: bool) -> Pack:
    """The pack in ``folder``, read anew only when one of its files changed. PackError lists every fault.

    Without ``demo`` no synthetic record is loaded, whichever file it is in.
    """
    return _load(folder, demo, revision(folder))


def revision(folder: Path) -> str:
    """A short digest of the names, sizes and times of the pack's files."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("**/*.*")):
        if file.suffix in (".csv", ".geojson", ".toml"):
            stat = file.stat()
            digest.update(f"{file.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=2)
def _load(folder: Path, demo: bool, digest: str) -> Pack:
    reader = _Reader(folder)
    about = reader.toml("pack.toml", _about_faults)
    described = reader.toml("SOURCES.toml", lambda _: ())
    sources: dict[str, dict[str, str]] = described.get("sources", {})
    tables = {name: reader.tables(name, files, demo) for name, files in TABLES.items()}
    for name, frame in tables.items():
        reader.sources(TABLES[name][0], frame, sources)
    for name, (column, target) in REFERENCES.items():
        reader.references(name, tables[name], column, tables[target])
    reader.amenities(tables["facilities"])
    outline = reader.shapes("outline.geojson")
    shapes = reader.shapes("regions.geojson", key="code", among=set(tables["regions"]["code"]))
    if reader.faults:
        raise PackError(reader.faults)

    plane = Plane(about["metric_crs"])
    known = tables["regions"].merge(shapes, on="code").sort_values("code", ignore_index=True)
    district = gpd.GeoDataFrame(known, geometry="geometry", crs=WGS84)
    register = assign_regions(
        tables["enterprises"], district, tables["places"], plane, district=about["name"]["zh"]
    )
    return Pack(
        folder=folder,
        revision=digest + ("+demo" if demo else ""),
        about=about,
        sources=sources,
        files=described.get("files", {}),
        plane=plane,
        regions=district,
        outline=shapely.union_all(outline["geometry"].to_numpy()),
        enterprises=register,
        demand=Demand.of(register, district, plane),
        positions=_points(tables["positions"], district, plane),
        facilities=_points(tables["facilities"], district, plane),
        **{name: tables[name] for name in ("places", "programmes", "campaigns", "teams", "visits", "figures")},
        contradictions=tables["contradictions"],
    )


def _points(frame: pd.DataFrame, regions: gpd.GeoDataFrame, plane: Plane) -> gpd.GeoDataFrame:
    """Records as points, sorted by id; a region that is not declared is the one the point lies in, if any."""
    placed = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=WGS84)
    placed.loc[frame["lon"].isna(), "geometry"] = None
    located = join_regions(placed.to_crs(plane.crs), regions.to_crs(plane.crs))
    declared = placed["region"] != ""
    placed["region_by"] = declared.map({True: "declared", False: "location"}).where(declared | (located != ""), "")
    placed["region"] = placed["region"].where(declared, located)
    return placed.sort_values("id", ignore_index=True)


class _Reader:
    """Reads the files of one folder and gathers their faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []

    def bytes(self, file: str, optional: bool = False) -> bytes | None:
        path = self.folder / file
        if path.is_file():
            return path.read_bytes()
        if not optional:
            self.faults.append(Fault(file, None, None, "fault.file_missing"))
        return None

    def toml(self, file: str, check: Callable[[dict[str, Any]], Iterable[Fault]]) -> dict[str, Any]:
        content = self.bytes(file)
        if content is None:
            return {}
        try:
            table = tomllib.loads(content.decode("utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            self.faults.append(Fault(file, None, None, "fault.toml", str(error)))
            return {}
        self.faults += check(table)
        return table

    def tables(self, name: str, files: tuple[Table, ...], demo: bool) -> pd.DataFrame:
        """All rows of a noun, each with the ``file`` and ``row`` it came from; synthetic ones only with ``demo``."""
        frames = []
        for table in files:
            content = self.bytes(table.file, table.optional) if demo or table.file == files[0].file else None
            frame, faults = read_table(content, table) if content is not None else (empty_table(table), [])
            self.faults += faults
            frames.append(frame.assign(file=table.file))
        rows = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
        if len(files) > 1:
            self._repeated(rows, files[0])
        return rows if demo else rows[rows["standing"] != "synthetic"].reset_index(drop=True)

    def _repeated(self, rows: pd.DataFrame, table: Table) -> None:
        """An id of the demonstration file that the first file has already."""
        first = rows["file"] == table.file
        again = rows[~first & rows["id"].isin(rows.loc[first, "id"])]
        self.faults += [Fault(r.file, r.row, "id", "fault.repeated", r.id) for r in again.itertuples()]

    def sources(self, table: Table, frame: pd.DataFrame, sources: dict[str, dict[str, str]]) -> None:
        known = {cell: {part.strip() for part in cell.split(";")} <= set(sources) for cell in frame["source"].unique()}
        strange = frame[~frame["source"].map(known).astype(bool) & (frame["source"] != "")]
        self.faults += [Fault(r.file, r.row, "source", "fault.source", r.source) for r in strange.itertuples()]

    def references(self, name: str, frame: pd.DataFrame, column: str, target: pd.DataFrame) -> None:
        keys = set(target["code" if "code" in target else "id"])
        lost = frame[~frame[column].isin(keys | {""})]
        self.faults += [
            Fault(r.file, r.row, column, "fault.reference", str(getattr(r, column))) for r in lost.itertuples()
        ]

    def amenities(self, frame: pd.DataFrame) -> None:
        for row in frame.itertuples():
            try:
                facilities.parse_amenities(row.amenities)
            except ParameterError:
                self.faults.append(Fault(row.file, row.row, "amenities", "fault.amenities", row.amenities[:80]))

    def shapes(self, file: str, key: str = "", among: set[str] | None = None) -> pd.DataFrame:
        """The polygons of a GeoJSON file, one row a feature; with ``key``, exactly one for each of ``among``."""
        nothing = pd.DataFrame({key or "code": [], "geometry": []})
        content = self.bytes(file)
        if content is None:
            return nothing
        try:
            data = json.loads(content)
            features = data["features"] if data["type"] == "FeatureCollection" else [data]
            rows = [{**f["properties"], "geometry": shapely.from_geojson(json.dumps(f["geometry"]))} for f in features]
        except (ValueError, KeyError, TypeError, shapely.errors.GEOSException) as error:
            self.faults.append(Fault(file, None, None, "fault.geojson", str(error)[:120]))
            return nothing
        seen: set[str] = set()
        for number, row in enumerate(rows, start=1):
            shape = row["geometry"]
            if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
                self.faults.append(Fault(file, number, "geometry", "fault.polygon"))
            elif not shape.is_valid:
                reason = shapely.is_valid_reason(shape)
                self.faults.append(Fault(file, number, "geometry", "fault.invalid", reason))
            elif not shapely.box(-180, -90, 180, 90).contains(shape):
                self.faults.append(Fault(file, number, "geometry", "fault.degrees"))
            if key:
                code = str(row.get(key, ""))
                if code not in (among or ()):
                    self.faults.append(Fault(file, number, key, "fault.reference", code))
                elif code in seen:
                    self.faults.append(Fault(file, number, key, "fault.repeated", code))
                seen.add(code)
        self.faults += [Fault(file, None, key, "fault.shape_missing", code) for code in sorted((among or set()) - seen)]
        return pd.DataFrame(
            {
                key or "code": [str(row.get(key, "")) for row in rows],
                "geometry": [row["geometry"] for row in rows],
                "boundary_standing": [str(row.get("standing", "assumed")) for row in rows],
                "boundary_label_zh": [str(row.get("label_zh", "")) for row in rows],
                "boundary_label_en": [str(row.get("label_en", "")) for row in rows],
            }
        )


def _about_faults(about: dict[str, Any]) -> Iterable[Fault]:
    file = "pack.toml"
    for name in ("id", "adcode", "metric_crs", "time_zone", "as_of"):
        if not isinstance(about.get(name), str) or not about[name].strip():
            yield Fault(file, None, name, "fault.empty")
    for name in ("name", "notice"):
        for language in LANGUAGES:
            if not str((about.get(name) or {}).get(language, "")).strip():
                yield Fault(file, None, f"{name}.{language}", "fault.empty")
    if isinstance(crs := about.get("metric_crs"), str):
        try:
            system = CRS.from_user_input(crs)
            if not system.is_projected or {axis.unit_name for axis in system.axis_info} != {"metre"}:
                yield Fault(file, None, "metric_crs", "fault.metric_crs", crs)
        except CRSError:
            yield Fault(file, None, "metric_crs", "fault.metric_crs", crs)
    if isinstance(zone := about.get("time_zone"), str) and zone not in available_timezones():
        yield Fault(file, None, "time_zone", "fault.time_zone", zone)


def time_zone(pack: Pack) -> ZoneInfo:
    """The zone the district's clocks show."""
    return ZoneInfo(pack.about["time_zone"])
