"""What can be taken out: each table and each map layer, the role it asks for, its columns and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo import campaigns, enterprises, facilities, places, programmes, regions
from geo.coverage import LENSES, NO_REGION, TOTAL, Lens, answer
from geo.district import District
from geo.enterprises import READINGS, counted, usable_location
from geo.facilities import KINDS, serving
from geo.i18n import Language, translate
from geo.people import NOBODY, Person, Role
from geo.schema import PROVENANCE, STANDINGS, Column, Table

CHUNK = 10_000
"""Rows written at once: what a file of any length takes in memory."""
DATUM = "WGS-84"
GAP_GRID = 1e-7
"""Degrees (about 1 cm) that the corners of a computed gap are rounded to."""

DECIMALS = 6
"""Of square kilometres and shares."""

Shape = Literal["", "Point", "MultiPolygon"]
Parameter = Literal["lens", "kind", "within_m", "contacts"]


@dataclass(frozen=True)
class Asked:
    """How something is asked for. ``person`` is who asks: the map has the layers that are open to them.

    ``lens``, ``kinds`` and ``within_m`` are the question that coverage and gaps answer; ``contacts`` takes the
    enterprises' contacts and telephones along; ``at`` is when, for the file to say.
    """

    person: Person = NOBODY
    language: Language = "zh"
    lens: Lens = "service"
    kinds: tuple[str, ...] = ("rest_station",)
    within_m: float = 1000.0
    contacts: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Layer:
    """One table or map layer. ``make`` gives its rows with ``columns``; ``geometry`` as well where it is made of areas.

    ``shape`` is what stands for a row on a map, nothing where nothing does; points are at lon, lat. ``parameters`` are
    the parts of what is asked that it depends on.
    """

    name: str
    columns: tuple[Column, ...]
    make: Callable[[District, Asked], pd.DataFrame]
    shape: Shape = ""
    role: Role = "public"
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, eq=False)
class Extract:
    """The rows of a layer. ``frame`` has the layer's ``columns`` in their order, typed as geo.schema types them;
    ``areas`` (n,) are shapely polygons in WGS-84 longitude, latitude, None where there is none or no row has any.
    """

    layer: Layer
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    areas: NDArray[np.object_] | None
    bounds: tuple[float, float, float, float]

    @property
    def synthetic(self) -> bool:
        """Whether any row is made up, or follows from one that is."""
        return bool((self.frame["standing"] == "synthetic").any())

    def chunks(self) -> Iterator[tuple[pd.DataFrame, NDArray[np.object_]]]:
        """The rows ``CHUNK`` at a time with what stands for them on a map: MultiPolygon, Point or None.

        A point outside the district's surroundings, as 0, 0 is, stands for nothing. At least one chunk, maybe of none.
        """
        for start in range(0, max(len(self.frame), 1), CHUNK):
            rows = self.frame.iloc[start : start + CHUNK]
            yield rows, self._shapes(rows, start)

    def _shapes(self, rows: pd.DataFrame, start: int) -> NDArray[np.object_]:
        shapes = np.full(len(rows), None, dtype=object)
        if self.areas is not None:
            shapes[:] = self.areas[start : start + len(rows)]
        elif self.layer.shape == "Point":
            lon, lat = (rows[name].to_numpy(np.float64, na_value=np.nan) for name in ("lon", "lat"))
            usable = usable_location(lon, lat, self.bounds)
            shapes[usable] = shapely.points(lon[usable], lat[usable])
        return shapes


def take(layer: Layer, district: District, asked: Asked) -> Extract:
    """The rows of ``layer`` as the district has them. ParameterError, with ``field``, for what cannot be asked."""
    columns = tuple(column for column in layer.columns if asked.contacts or column.name not in CONTACTS)
    made = layer.make(district, asked)
    if "region" in made:
        code = made["region_code" if "region_code" in made else "region"]
        made = made.assign(region_name=_names(district, asked.language).reindex(code).fillna("").to_numpy())
    areas = None
    if layer.shape == "MultiPolygon":
        areas = _areas(made["geometry"].to_numpy())
        placed = pd.Series(areas, index=made.index, dtype=object).notna()
    elif "lon" in made:
        placed = made["lon"].notna()
    else:
        placed = pd.Series(False, index=made.index)
    made = made.assign(datum=placed.map({True: DATUM, False: ""}).astype(str))
    frame = pd.DataFrame(made[[column.name for column in columns]])
    return Extract(layer, columns, frame, areas, tuple(district.regions.total_bounds))


def _names(district: District, language: Language) -> pd.Series:
    """The regions' names in the language, by code; the Chinese one where there is no English name."""
    frame = pd.DataFrame(district.regions).set_index("code")
    return frame["name"] if language == "zh" else frame["name_en"].where(frame["name_en"] != "", frame["name"])


def _areas(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """The shapes as flat MultiPolygons with rings wound as RFC 7946 has them; None where there is no area."""
    found = np.full(len(shapes), None, dtype=object)
    for index, shape in enumerate(shapes):
        parts = [part for part in shapely.get_parts(shapely.force_2d(shape)) if part.geom_type == "Polygon"]
        parts = [part for part in parts if not part.is_empty]
        if parts:
            found[index] = shapely.orient_polygons(shapely.multipolygons(parts))
    return found


def _noun(name: str, district: District, _: Asked) -> pd.DataFrame:
    """The records of a noun as they are."""
    frame: pd.DataFrame = getattr(district, name)
    return frame


def _points(name: str, district: District, _: Asked) -> pd.DataFrame:
    """Positions or facilities: ``region`` is what they say themselves, ``region_code`` the one they are in."""
    frame: pd.DataFrame = getattr(district, name)
    return frame.assign(region=frame["region"].where(frame["region_by"] == "declared", ""), region_code=frame["region"])


def _enterprises(district: District, _: Asked) -> pd.DataFrame:
    """The enterprises: ``region`` is what the register says, ``region_code`` the one they were given."""
    return district.enterprises.rename(columns={"region": "region_code", "region_text": "region"})


def _coverage(district: District, asked: Asked) -> pd.DataFrame:
    """A row for each region, then those in no region and the whole district."""
    serve = serving(district.facilities, asked.kinds)
    rows, _ = answer(district.demand, serve, district.regions_m, district.plane, asked.within_m, asked.lens)
    named = district.regions.set_index("code")[[*NAMES, *BOUNDARY_NAMES, "geometry"]]
    found = rows.join(named).reset_index()
    for code, key in ((NO_REGION, "table.no_region"), (TOTAL, "table.total")):
        said = {"name": translate(key, "zh"), "name_en": translate(key, "en")}
        found.loc[found["code"] == code, list(said)] = list(said.values())
    found[list(BOUNDARY_NAMES)] = found[list(BOUNDARY_NAMES)].fillna("")
    found = found.round(DECIMALS)
    return found.assign(**_question(asked), **district.follows(serve, counted(district.enterprises)))


def _gaps(district: District, asked: Asked) -> pd.DataFrame:
    """What of each region lies beyond reach; a region without a gap has none drawn."""
    serve = serving(district.facilities, asked.kinds)
    _, beyond = answer(district.demand, serve, district.regions_m, district.plane, asked.within_m, asked.lens)
    degrees = beyond.to_crs("EPSG:4326")
    degrees["geometry"] = shapely.set_precision(degrees.geometry.to_numpy(), GAP_GRID)
    named = pd.DataFrame(district.regions[["code", *NAMES, *BOUNDARY_NAMES]])
    found = pd.DataFrame(degrees).round(DECIMALS).merge(named, on="code")
    return found.assign(**_question(asked), **district.follows(serve))


def _question(asked: Asked) -> dict[str, str | float]:
    return {"lens": asked.lens, "kinds": ";".join(dict.fromkeys(asked.kinds)), "within_m": float(asked.within_m)}


NAMES = ("name", "name_en")
BOUNDARY_NAMES = ("boundary_standing", "boundary_label_zh", "boundary_label_en", "boundary_source", "boundary_as_of")
CONTACTS = ("contact", "phone")
PROVENANCE_DATUM = (*PROVENANCE, Column("datum"))
REGION = (Column("region"), Column("region_name"))
REGION_BY = (
    Column("region"),
    Column("region_code"),
    Column("region_name"),
    Column("region_by", "choice", choices=READINGS),
)
BOUNDARY = (
    Column("boundary_standing", "choice", choices=STANDINGS),
    *(Column(name) for name in BOUNDARY_NAMES[1:-1]),
    Column("boundary_as_of", "date"),
)
QUESTION = (Column("kinds", "choices", choices=KINDS), Column("within_m", "number"))
AREAS = (Column("gap_area_km2", "number"), Column("covered_area_km2", "number"))
COUNTS = (
    *(
        Column(f"{prefix}{name}", "integer")
        for prefix in ("", "workers_")
        for name in ("all", "served", "unserved", "unknown")
    ),
    Column("share_unserved", "number"),
    *(Column(name, "integer") for name in ("enterprises", "unionised", "ununionised")),
    Column("unionised_share", "number"),
)


def _columns(table: Table, region: tuple[Column, ...] = REGION, more: tuple[Column, ...] = ()) -> tuple[Column, ...]:
    """The table's columns, with ``region`` in place of its region and ``more`` before the provenance and the datum."""
    own = [column for column in table.columns if column not in PROVENANCE]
    at = next((number for number, column in enumerate(own) if column.name == "region"), None)
    if at is not None:
        own[at : at + 1] = region
    return (*own, *more, *PROVENANCE_DATUM)


def _without(columns: tuple[Column, ...], *names: str) -> tuple[Column, ...]:
    return tuple(column for column in columns if column.name not in names)


_NAMED = (Column("code"), *(Column(name) for name in NAMES))
_ALL = (
    Layer("regions", _columns(regions.TABLE, more=BOUNDARY), partial(_noun, "regions"), "MultiPolygon"),
    Layer(
        "coverage",
        (*_NAMED, Column("lens", "choice", choices=LENSES), *QUESTION, *COUNTS, *AREAS, *BOUNDARY, *PROVENANCE_DATUM),
        _coverage,
        "MultiPolygon",
        parameters=("lens", "kind", "within_m"),
    ),
    Layer(
        "gaps",
        (*_NAMED, *QUESTION, *AREAS, *BOUNDARY, *PROVENANCE_DATUM),
        _gaps,
        "MultiPolygon",
        parameters=("kind", "within_m"),
    ),
    Layer(
        "enterprises",
        _columns(enterprises.TABLE, REGION_BY, (Column("region_conflict", "flag"),)),
        _enterprises,
        "Point",
        role="staff",
        parameters=("contacts",),
    ),
    Layer("positions", _columns(campaigns.POSITIONS, REGION_BY), partial(_points, "positions"), "Point"),
    # Who verified a facility is a person, and nobody's business outside.
    Layer(
        "facilities",
        _without(_columns(facilities.TABLE, REGION_BY), "verified_by"),
        partial(_points, "facilities"),
        "Point",
    ),
    Layer("programmes", _columns(programmes.TABLE), partial(_noun, "programmes"), "Point"),
    Layer("places", _columns(places.TABLE), partial(_noun, "places")),
    Layer("campaigns", _columns(campaigns.CAMPAIGNS), partial(_noun, "campaigns")),
    Layer("teams", _columns(campaigns.TEAMS), partial(_noun, "teams")),
    Layer("visits", _columns(campaigns.VISITS), partial(_noun, "visits")),
    Layer("figures", _columns(campaigns.FIGURES), partial(_noun, "figures")),
    Layer("contradictions", _columns(campaigns.CONTRADICTIONS), partial(_noun, "contradictions")),
)
LAYERS: dict[str, Layer] = {layer.name: layer for layer in _ALL}
"""By name, areas before points: the order in which a map draws them."""
MAP = "map"
"""The name of all layers together, as far as they are open to who asks."""


def layers(name: str, person: Person) -> tuple[Layer, ...]:
    """The layers that ``name`` means to ``person``; KeyError for a name there is none of."""
    if name == MAP:
        return tuple(layer for layer in _ALL if person.may(layer.role))
    return (LAYERS[name],)
