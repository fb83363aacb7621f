"""The data pack: a folder of tables a person can read, loaded whole or refused with every fault at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo import campaigns, enterprises, facilities, places, programmes, regions
from geo.distance import Plane
from geo.enterprises import Demand, assign_regions
from geo.errors import GongtuError, PackError, SettingError
from geo.i18n import Language, explain, explain_fault, translate
from geo.pack_reader import SHAPE_COLUMNS, Reader, about_faults, sources_faults
from geo.regions import RegionIndex, join_regions
from geo.schema import Table

WGS84 = "EPSG:4326"
FAULTS_AT_MOST = 50
"""How many faults of a pack a screen or an answer lists."""


TABLES: dict[str, tuple[Table, ...]] = {
    "regions": (regions.TABLE,),
    "places": (places.TABLE,),
    "positions": (campaigns.POSITIONS,),
    "facilities": (facilities.TABLE, facilities.DEMO_TABLE),
    "enterprises": (enterprises.TABLE, enterprises.DEMO_TABLE),
    "programmes": (programmes.TABLE,),
    "campaigns": (campaigns.CAMPAIGNS,),
    "teams": (campaigns.TEAMS,),
    "visits": (campaigns.VISITS,),
    "figures": (campaigns.FIGURES,),
    "contradictions": (campaigns.CONTRADICTIONS,),
}
"""Each noun's files; a second one holds its demonstration records."""
REFERENCES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("places", ("region",), "regions"),
    ("positions", ("region",), "regions"),
    ("facilities", ("region",), "regions"),
    ("programmes", ("region",), "regions"),
    ("visits", ("region",), "regions"),
    ("teams", ("campaign",), "campaigns"),
    ("visits", ("campaign",), "campaigns"),
    ("visits", ("campaign", "team"), "teams"),
    ("programmes", ("campaign",), "campaigns"),
    ("figures", ("campaign",), "campaigns"),
)
"""Noun, columns that together hold the key of a record of another noun (nothing where the last is empty), that noun."""
PLACED_NOUNS = ("positions", "facilities", "programmes")


@dataclass(frozen=True, eq=False)
class Pack:
    """A district's data, checked. Frames are in WGS-84 (geometry: longitude, latitude) and not to be changed.

    ``revision`` changes whenever a file of the pack does: the key of every cache. ``regions`` are sorted by code and
    carry their polygon and where it comes from (``boundary_standing``, ``boundary_label_zh``, ``_en``). Facilities and
    positions are sorted by id, without a geometry where their place is unknown; ``region_by`` says whether their
    region was ``declared`` or found by ``location``. ``enterprises`` carry the region they were given and how
    (``assign_regions``); ``demand`` holds them as arrays, without closed ones.
    """

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
    def invented(self) -> bool:
        """Whether any enterprise or facility is synthetic, which every screen and answer must say."""
        return any((frame["standing"] == "synthetic").any() for frame in (self.enterprises, self.facilities))

    def notice(self, language: Language) -> str:
        """What a reader must know of the data before believing it."""
        said: str = self.about["notice"][language]
        return f"{said} · {translate('app.invented', language)}" if self.invented else said

    @cached_property
    def regions_m(self) -> gpd.GeoDataFrame:
        """The regions on the plane, in metres."""
        return self.regions.to_crs(self.plane.crs)

    @cached_property
    def region_index(self) -> RegionIndex:
        """Which region a point of the plane lies in."""
        return RegionIndex(self.regions_m.geometry)


_LOADING = Lock()
"""Whoever asks while a pack is being read waits for it, instead of reading it too."""


def open_pack(folder: Path, *, demo: bool) -> Pack:
    """The pack in ``folder``, read anew only when one of its files changed. PackError lists every fault;
    SettingError where there is no such folder.

    Without ``demo`` no synthetic record is loaded, whichever file it is in.
    """
    if not folder.is_dir():
        raise SettingError("error.pack_folder", setting="GONGTU_PACK", value=folder.name)
    with _LOADING:
        found = _load(folder, demo, revision(folder))
    if isinstance(found, PackError):
        raise PackError(found.faults)  # anew: an error that is raised again gathers every trace it was raised in
    return found


def public_reason(error: GongtuError, language: Language) -> str:
    """Why there is no answer, as anybody may read it: the first of a pack's faults, without what they quote from the
    register, where a shifted column may hold a person's name or telephone. ``python -m geo check`` tells all.
    """
    if not isinstance(error, PackError):
        return explain(error, language)
    private = {table.file for table in TABLES["enterprises"]}
    shown = [replace(fault, value="…") if fault.file in private else fault for fault in error.faults[:FAULTS_AT_MOST]]
    lines = [translate(error.key, language, **error.params), *(explain_fault(fault, language) for fault in shown)]
    return "\n".join(lines + ["…"] * (len(error.faults) > len(shown)))


def revision(folder: Path) -> str:
    """A short digest of the names, sizes and times of the pack's files."""
    digest = hashlib.sha256(str(folder).encode())
    for file in sorted(folder.glob("**/*.*")):
        if file.suffix in (".csv", ".geojson", ".toml") and file.is_file():  # an editor's lock is a link to nothing
            stat = file.stat()
            digest.update(f"{file.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=2)
def _load(folder: Path, demo: bool, digest: str) -> Pack | PackError:
    reader = Reader(folder)
    about = reader.toml("pack.toml", about_faults)
    described = reader.toml("SOURCES.toml", sources_faults)
    tables = {name: reader.tables(files, demo) for name, files in TABLES.items()}
    for frame in tables.values():
        reader.sources(frame, described.get("sources"))
    for name, columns, target in REFERENCES:
        reader.references(tables[name], columns, TABLES[target][0], tables[target])
    reader.amenities(tables["facilities"])
    outline = reader.shapes("outline.geojson", described.get("sources"))
    shapes = reader.shapes("regions.geojson", described.get("sources"), key="code")
    reader.one_shape_each(shapes, TABLES["regions"][0], tables["regions"])
    reader.near(outline, shapes, *(tables[name] for name in PLACED_NOUNS))
    reader.plane(about.get("metric_crs"), outline)
    if reader.faults:
        return PackError(sorted(reader.faults, key=lambda fault: (fault.file, fault.row or 0)))

    plane = Plane(about["metric_crs"])
    known = tables["regions"].merge(shapes[list(SHAPE_COLUMNS)], on="code").sort_values("code", ignore_index=True)
    district = gpd.GeoDataFrame(known, geometry="geometry", crs=WGS84)
    register = assign_regions(tables["enterprises"], district, tables["places"], plane, district=about["name"]["zh"])
    return Pack(
        revision=digest + ("+demo" if demo else ""),
        about=about,
        sources=described.get("sources", {}),
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
