"""Reading a pack's files: what is in them, and everything that is wrong with them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import numpy as np
import pandas as pd
import shapely
from pyproj import Proj
from pyproj.exceptions import ProjError

from geo import facilities, ledger
from geo.campaigns import parts
from geo.distance import Plane
from geo.enterprises import usable_location
from geo.errors import Fault, FrameError, ParameterError
from geo.hours import well_formed
from geo.i18n import LANGUAGES
from geo.schema import DATE, POINTS, STANDINGS, Table, empty_table, read_table

SOURCE_COLUMNS = ("source", "source_a", "source_b")
SHAPE_COLUMNS = (
    "code",
    "geometry",
    "boundary_standing",
    "boundary_label_zh",
    "boundary_label_en",
    "boundary_source",
    "boundary_as_of",
)
STRETCH_AT_MOST = 0.01
"""By how much a length on the plane may differ from the one on the ground, as a share of it."""


class Reader:
    """Reads the files of one folder and gathers their faults.

    ``unread``: the files nothing could be had from. What refers to them is not checked, so that one missing file is
    one fault.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.unread: set[str] = set()

    def bytes(self, file: str, optional: bool = False) -> bytes | None:
        try:
            return (self.folder / file).read_bytes()
        except FileNotFoundError:
            if not optional:
                self.refuse(file, "fault.file_missing")
        except OSError as error:
            self.refuse(file, "fault.file_unreadable", str(error.strerror))
        return None

    def refuse(self, file: str, key: str, value: str = "") -> None:
        """Nothing can be had from ``file``."""
        self.faults.append(Fault(file, None, None, key, value))
        self.unread.add(file)

    def blame(self, rows: pd.DataFrame, column: str, key: str, cells: str = "") -> None:
        """A fault for each of ``rows``, quoting its cell of the column ``cells``."""
        values = rows[cells].astype(str).str[:80] if cells else [""] * len(rows)
        self.faults += [
            Fault(str(file), int(row), column, key, value)
            for file, row, value in zip(rows["file"], rows["row"], values, strict=True)
        ]

    def toml(self, file: str, check: Callable[[dict[str, Any]], Iterable[Fault]]) -> dict[str, Any]:
        content = self.bytes(file)
        if content is None:
            return {}
        try:
            table = tomllib.loads(content.decode("utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            self.refuse(file, "fault.toml", str(error))
            return {}
        self.faults += check(table)
        return table

    def tables(self, files: tuple[Table, ...], demo: bool) -> pd.DataFrame:
        """All rows of a noun, each with the ``file`` and ``row`` it came from; synthetic ones only with ``demo``."""
        frames = []
        for table in files:
            content = self.bytes(table.file, table.optional) if demo or table.file == files[0].file else None
            if content is None:
                continue
            frame, faults = read_table(content, table)
            self.faults += faults
            if faults and not len(frame):
                self.unread.add(table.file)
            frames.append(frame.assign(file=table.file))
        frames = [frame for frame in frames if len(frame)] or [empty_table(files[0]).assign(file=files[0].file)]
        rows = pd.concat(frames, ignore_index=True)
        if len(files) > 1:
            self._repeated(rows, files[0])
        return rows if demo else rows[rows["standing"] != "synthetic"].reset_index(drop=True)

    def _repeated(self, rows: pd.DataFrame, table: Table) -> None:
        """An id of the demonstration file that the first file has already."""
        first = rows["file"] == table.file
        given = set(rows.loc[first, "id"]) - {""}
        self.blame(rows[~first & rows["id"].isin(given)], "id", "fault.repeated", "id")

    def sources(self, frame: pd.DataFrame, sources: object) -> None:
        """Cells that name a source, or several joined by ``;``, that is none of ``sources`` (of SOURCES.toml)."""
        if not isinstance(sources, dict):
            return
        for column in (name for name in SOURCE_COLUMNS if name in frame):
            known = {
                cell: {part.strip() for part in cell.split(";")} <= set(sources) for cell in frame[column].unique()
            }
            strange = ~frame[column].map(known).astype(bool) & (frame[column] != "")
            self.blame(frame[strange], column, "fault.source", column)

    def references(self, frame: pd.DataFrame, columns: tuple[str, ...], table: Table, target: pd.DataFrame) -> None:
        if table.file in self.unread:
            return
        keys = set(target[list(table.key)].itertuples(index=False, name=None))
        given = list(frame[list(columns)].itertuples(index=False, name=None))
        lost = np.array([bool(key[-1]) and key not in keys for key in given], dtype=bool)
        self.blame(frame[lost], columns[-1], "fault.reference", columns[-1])

    def members(self, frame: pd.DataFrame, table: Table, positions: pd.DataFrame) -> None:
        """Campaigns with a position that there is not, or the same one twice."""
        if table.file in self.unread:
            return
        known = set(positions["id"])
        named = frame["members"].map(parts)
        self.blame(
            frame[~named.map(lambda ids: known.issuperset(ids)).astype(bool)], "members", "fault.reference", "members"
        )
        self.blame(
            frame[named.map(lambda ids: len(set(ids)) < len(ids)).astype(bool)], "members", "fault.repeated", "members"
        )

    def amenities(self, frame: pd.DataFrame) -> None:
        def readable(text: str) -> bool:
            try:
                facilities.parse_amenities(text)
            except ParameterError:
                return False
            return True

        self.blame(frame[~frame["amenities"].map(readable).astype(bool)], "amenities", "fault.amenities", "amenities")

    def hours(self, frame: pd.DataFrame) -> None:
        good = frame["opening_hours"].map(well_formed).astype(bool)
        self.blame(frame[~good], "opening_hours", "fault.hours", "opening_hours")

    def days(self, frame: pd.DataFrame) -> None:
        """Special days that are no whole day, and days off that count as a weekday."""
        self.blame(frame[frame["date"].str.len().isin([4, 7])], "date", "fault.day", "date")
        self.blame(
            frame[(frame["kind"] == "holiday") & (frame["counts_as"] != "")], "counts_as", "fault.day_off", "counts_as"
        )

    def entries(self, frame: pd.DataFrame) -> None:
        """Entries of the ledger with a field that their kind does not have, without what it needs, on a day that is
        no whole day, or with a part of a fen.
        """
        for name, kinds in {**ledger.OF_KIND, **ledger.AMOUNTS}.items():
            said = frame[name].notna() & (frame[name].astype(str) != "")
            self.blame(frame[said & ~frame["kind"].isin([*kinds, ""])], name, "fault.of_kind", "kind")
        for kind, names in ledger.NEEDED.items():
            for name in names:
                self.blame(frame[(frame["kind"] == kind) & (frame[name] == "")], name, "fault.empty")
        for kind, groups in ledger.ANY_OF.items():
            for what, those in groups.items():
                silent = (frame[[*those]].isna() | (frame[[*those]] == "")).all(axis=1)
                self.blame(frame[(frame["kind"] == kind) & silent], " + ".join(those), f"fault.{what}")
        for name in ledger.DAYS:
            self.blame(frame[frame[name].str.len().isin([4, 7])], name, "fault.day", name)
        fen = frame["recovered"] * 100
        self.blame(frame[(fen - fen.round()).abs() > ledger.FEN], "recovered", "fault.fen", "recovered")

    def shapes(self, file: str, sources: object, key: str = "") -> pd.DataFrame:
        """The polygons of a GeoJSON file, a row a feature, and the text of its property ``key``.

        ``row`` counts the features from 1. A feature that is no valid polygon in degrees has no geometry here.
        """
        rows = []
        for number, feature in enumerate(self._features(file), start=1):
            geometry, said = (
                feature.get(name) if isinstance(feature, dict) else None for name in ("geometry", "properties")
            )
            said = said if isinstance(said, dict) else {}
            shape = shapely.from_geojson(json.dumps(geometry), on_invalid="ignore")
            if fault := _shape_fault(shape):
                self.faults.append(Fault(file, number, "geometry", *fault))
            rows.append(
                {
                    "file": file,
                    "row": number,
                    "code": _text(said.get(key)),
                    "geometry": None if fault else shape,
                    "source": _text(said.get("source")),
                    "boundary_standing": _text(said.get("standing", "assumed")),
                    "boundary_label_zh": _text(said.get("label_zh")),
                    "boundary_label_en": _text(said.get("label_en")),
                    "boundary_source": _text(said.get("source")),
                    "boundary_as_of": _text(said.get("as_of")),
                }
            )
        frame = pd.DataFrame(rows, columns=["file", "row", *SHAPE_COLUMNS, "source"]).astype({"geometry": object})
        if not rows and file not in self.unread:
            self.refuse(file, "fault.no_rows")
        strange = frame[~frame["boundary_standing"].isin(STANDINGS)]
        self.blame(strange, "standing", "fault.choice", "boundary_standing")
        self.sources(frame, sources)
        return frame

    def _features(self, file: str) -> list[Any]:
        content = self.bytes(file)
        if content is None:
            return []
        try:
            data = json.loads(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.refuse(file, "fault.encoding")
            return []
        except (ValueError, RecursionError) as error:
            self.refuse(file, "fault.geojson", str(error)[:120])
            return []
        kind = data.get("type") if isinstance(data, dict) else None
        if kind == "Feature":
            return [data]
        if kind == "FeatureCollection" and isinstance(data.get("features"), list):
            return list(data["features"])
        self.refuse(file, "fault.geojson", "Feature, FeatureCollection?")
        return []

    def one_shape_each(self, shapes: pd.DataFrame, table: Table, regions: pd.DataFrame) -> None:
        """Regions without a polygon or with two, polygons of no region, and no regions at all."""
        file = "regions.geojson"
        if table.file in self.unread or file in self.unread:
            return
        if not len(regions):
            self.faults.append(Fault(table.file, None, None, "fault.no_rows"))
        lost = ~shapes["code"].isin(regions["code"])
        self.blame(shapes[lost], "code", "fault.reference", "code")
        self.blame(shapes[shapes["code"].duplicated() & ~lost], "code", "fault.repeated", "code")
        bare = sorted(set(regions["code"]) - set(shapes["code"]) - {""})
        self.faults += [Fault(file, None, "code", "fault.shape_missing", code) for code in bare]

    def near(self, outline: pd.DataFrame, shapes: pd.DataFrame, *placed: pd.DataFrame) -> None:
        """Places and polygons too far from the district to be of it: a digit wrong, another datum, another city."""
        known = [shape for shape in outline["geometry"] if shape is not None]
        if not known:
            return
        bounds = shapely.total_bounds(known)
        corners = shapely.bounds(shapes["geometry"].to_numpy(dtype=object)).reshape(-1, 2, 2)
        for frame, column, points in (
            (shapes, "geometry", corners),
            *(
                (frame, " + ".join(pair), frame[[*pair]].to_numpy().reshape(-1, 1, 2))
                for frame in placed
                for pair in POINTS
                if {*pair} <= {*frame}
            ),
        ):
            near = usable_location(points[..., 0], points[..., 1], bounds) | np.isnan(points).any(axis=-1)
            self.blame(frame[~near.all(axis=1)], column, "fault.far")

    def plane(self, crs: object, outline: pd.DataFrame) -> None:
        """Whether lengths on the plane are those on the ground, at the corners of the district's box."""
        known = [shape for shape in outline["geometry"] if shape is not None]
        if not (known and _is_metric(crs)):
            return
        west, south, east, north = shapely.total_bounds(known)
        try:
            scale = Proj(crs).get_factors(np.array([west, west, east, east]), np.array([south, north, south, north]))
            stretch = np.abs(np.concatenate([scale.tissot_semimajor, scale.tissot_semiminor]) - 1).max()
        except ProjError:
            stretch = np.inf
        if not stretch <= STRETCH_AT_MOST:
            self.faults.append(Fault("pack.toml", None, "metric_crs", "fault.stretched", str(crs)))


def _shape_fault(shape: shapely.Geometry | None) -> tuple[str, ...]:
    """Message key and value of what is wrong with a region's or outline's shape; nothing where nothing is."""
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return ("fault.polygon",)
    if not shape.is_valid:
        return ("fault.invalid", shapely.is_valid_reason(shape))
    return () if shapely.box(-180, -90, 180, 90).covers(shape) else ("fault.degrees",)


def _text(value: object) -> str:
    """A JSON value as text that can be written out again, which half of a surrogate pair cannot."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8")


def _is_metric(crs: object) -> bool:
    try:
        Plane(str(crs))
    except FrameError:
        return False
    return True


def _said(table: object, *names: str) -> bool:
    """Whether there is text at that path of nested tables."""
    for name in names:
        table = table.get(name) if isinstance(table, dict) else None
    return isinstance(table, str) and bool(table.strip())


def about_faults(about: dict[str, Any]) -> Iterable[Fault]:
    """What is wrong with pack.toml."""
    wanted: list[tuple[str, ...]] = [(name,) for name in ("id", "adcode", "metric_crs", "time_zone", "as_of")]
    wanted += product(("name", "notice"), LANGUAGES)
    for names in wanted:
        if not _said(about, *names):
            yield Fault("pack.toml", None, ".".join(names), "fault.text")
    notes = about.get("notes", [])
    for number, note in enumerate(notes if isinstance(notes, list) else [None], start=1):
        for part, language in product(("title", "text"), LANGUAGES):
            if not _said(note, part, language):
                yield Fault("pack.toml", None, f"notes.{number}.{part}.{language}", "fault.text")
    checks: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        ("metric_crs", "fault.metric_crs", _is_metric),
        ("time_zone", "fault.time_zone", available_timezones().__contains__),
        ("as_of", "fault.date", re.compile(DATE).fullmatch),
    )
    for name, key, good in checks:
        if _said(about, name) and not good(about[name]):
            yield Fault("pack.toml", None, name, key, about[name])


def sources_faults(described: dict[str, Any]) -> Iterable[Fault]:
    """What is wrong with SOURCES.toml: every entry a table of text, every source with a title, every id known."""
    file = "SOURCES.toml"
    for section in ("sources", "files"):
        entries = described.get(section, None if section == "sources" else {})
        if not isinstance(entries, dict):
            yield Fault(file, None, section, "fault.table")
            continue
        for name, entry in entries.items():
            if not isinstance(entry, dict):
                yield Fault(file, None, f"{section}.{name}", "fault.table")
                continue
            texts = dict(entry)
            if section == "sources":
                texts.setdefault("title", "")
            elif isinstance(named := texts.pop("sources", []), list):
                strange = [str(source) for source in named if not _said(described, "sources", str(source), "title")]
                yield from (Fault(file, None, f"files.{name}.sources", "fault.source", source) for source in strange)
            else:
                yield Fault(file, None, f"files.{name}.sources", "fault.source", str(named))
            for field, value in texts.items():
                if not isinstance(value, str) or (field == "title" and not value.strip()):
                    yield Fault(file, None, f"{section}.{name}.{field}", "fault.text")
