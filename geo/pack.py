"""The data pack: a folder of tables a person can read, taken whole or refused with every fault at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

import pandas as pd
import shapely

from geo import campaigns, enterprises, facilities, ledger, places, programmes, regions
from geo.district import Description, District, assemble
from geo.errors import GongtuError, PackError, SettingError
from geo.hours import calendar
from geo.i18n import Language, explain, explain_fault, translate
from geo.pack_reader import SHAPE_COLUMNS, Reader, about_faults, sources_faults
from geo.schema import Table

FAULTS_AT_MOST = 50
"""How many faults of a pack a screen or an answer lists."""


TABLES: dict[str, tuple[Table, ...]] = {
    "regions": (regions.TABLE,),
    "places": (places.TABLE,),
    "positions": (campaigns.POSITIONS,),
    "facilities": (facilities.TABLE, facilities.DEMO_TABLE),
    "enterprises": (enterprises.TABLE, enterprises.DEMO_TABLE),
    "entries": (ledger.TABLE, ledger.DEMO_TABLE),
    "programmes": (programmes.TABLE,),
    "campaigns": (campaigns.CAMPAIGNS,),
    "teams": (campaigns.TEAMS,),
    "visits": (campaigns.VISITS,),
    "figures": (campaigns.FIGURES,),
    "contradictions": (campaigns.CONTRADICTIONS,),
    "holidays": (calendar.TABLE,),
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
    ("entries", ("campaign",), "campaigns"),
    ("entries", ("campaign", "team"), "teams"),
    ("entries", ("position",), "positions"),
    ("entries", ("region",), "regions"),
    ("entries", ("enterprise",), "enterprises"),
    ("entries", ("facility",), "facilities"),
    ("entries", ("programme",), "programmes"),
)
"""Noun, columns that together hold the key of a record of another noun (nothing where the last is empty), that noun."""
PLACED_NOUNS = ("positions", "facilities", "programmes", "campaigns", "entries")


@dataclass(frozen=True, eq=False)
class Pack:
    """What a folder holds, checked: its records by noun, the regions with their polygon, and what is said of them.

    ``digest`` is of what the files hold, wherever they are, and differs with and without demonstration records
    (``demo``).
    """

    digest: str
    demo: bool
    description: Description
    tables: dict[str, pd.DataFrame]


_LOADING = Lock()
"""Whoever asks while a pack is being read waits for it, instead of reading it too."""


def read_pack(folder: Path, *, demo: bool) -> Pack:
    """The pack in ``folder``, read anew only when one of its files changed. PackError lists every fault;
    SettingError where there is no such folder.

    Without ``demo`` no synthetic record is read, whichever file it is in.
    """
    if not folder.is_dir():
        raise SettingError("error.pack_folder", setting="GONGTU_PACK", value=folder.name)
    with _LOADING:
        found = _read(folder, demo, revision(folder))
    if isinstance(found, PackError):
        raise PackError(found.faults)  # anew: an error that is raised again gathers every trace it was raised in
    return found


def open_pack(folder: Path, *, demo: bool) -> District:
    """The district as the pack's files have it, without a store; errors as ``read_pack`` has them."""
    return _assembled(read_pack(folder, demo=demo))


@lru_cache(maxsize=2)
def _assembled(pack: Pack) -> District:
    return assemble(pack.description, pack.tables, revision=pack.digest)


def public_reason(error: GongtuError, language: Language) -> str:
    """Why there is no answer, as anybody may read it: the first of a pack's faults, without what they quote from the
    register or the ledger, where a shifted column may hold a person's name or telephone. ``python -m geo check`` tells
    all.
    """
    if not isinstance(error, PackError):
        return explain(error, language)
    private = {table.file for noun in ("enterprises", "entries") for table in TABLES[noun]}
    shown = [replace(fault, value="…") if fault.file in private else fault for fault in error.faults[:FAULTS_AT_MOST]]
    lines = [translate(error.key, language, **error.params), *(explain_fault(fault, language) for fault in shown)]
    return "\n".join(lines + ["…"] * (len(error.faults) > len(shown)))


def revision(folder: Path) -> str:
    """A short digest of the names, sizes and times of the pack's files."""
    digest = hashlib.sha256(str(folder).encode())
    for file in _files(folder):
        stat = file.stat()
        digest.update(f"{file.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _contents(folder: Path) -> str:
    """A short digest of what the pack's files hold: the same for two copies of a pack."""
    digest = hashlib.sha256()
    for file in _files(folder):
        digest.update(f"{file.relative_to(folder)} {file.stat().st_size}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    """The pack's files, in the same order wherever they are."""
    found = (file for file in folder.glob("**/*.*") if file.suffix in (".csv", ".geojson", ".toml"))
    return sorted(file for file in found if file.is_file())  # an editor's lock is a link to nothing


@lru_cache(maxsize=2)
def _read(folder: Path, demo: bool, digest: str) -> Pack | PackError:
    reader = Reader(folder)
    about = reader.toml("pack.toml", about_faults)
    described = reader.toml("SOURCES.toml", sources_faults)
    tables = {name: reader.tables(files, demo) for name, files in TABLES.items()}
    for frame in tables.values():
        reader.sources(frame, described.get("sources"))
    for name, columns, target in REFERENCES:
        reader.references(tables[name], columns, TABLES[target][0], tables[target])
    reader.members(tables["campaigns"], campaigns.POSITIONS, tables["positions"])
    reader.amenities(tables["facilities"])
    reader.hours(tables["facilities"])
    reader.days(tables["holidays"])
    reader.entries(tables["entries"])
    outline = reader.shapes("outline.geojson", described.get("sources"))
    shapes = reader.shapes("regions.geojson", described.get("sources"), key="code")
    reader.one_shape_each(shapes, TABLES["regions"][0], tables["regions"])
    reader.near(outline, shapes, *(tables[name] for name in PLACED_NOUNS))
    reader.plane(about.get("metric_crs"), outline)
    if reader.faults:
        return PackError(sorted(reader.faults, key=lambda fault: (fault.file, fault.row or 0)))
    return Pack(
        digest=_contents(folder) + ("+demo" if demo else ""),
        demo=demo,
        description=Description(
            about=about,
            sources=described.get("sources", {}),
            files=described.get("files", {}),
            outline=shapely.union_all(outline["geometry"].to_numpy()),
        ),
        tables=tables | {"regions": tables["regions"].merge(shapes[list(SHAPE_COLUMNS)], on="code")},
    )
