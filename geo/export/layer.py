"""A table or map layer that can be taken out: what is asked for, its columns, and its rows when it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.district import District
from geo.enterprises import usable_location
from geo.fieldwork.told import Told
from geo.i18n import Language
from geo.people import NOBODY, Person, Role
from geo.planner.plan import Plan
from geo.planner.question import Question
from geo.schema import PROVENANCE, STANDINGS, Column

CHUNK = 10_000
"""Rows written at once: what a file of any length takes in memory."""
DATUM = "WGS-84"
DECIMALS = 6
"""Of square kilometres and shares."""

Shape = Literal["", "Point", "MultiPolygon"]
Part = Literal["question", "plan", "size", "contacts", "assignment", "entries"]
"""Parts of what is asked that a layer may depend on."""


NAMES = ("name", "name_en")
BOUNDARY_NAMES = ("boundary_standing", "boundary_label_zh", "boundary_label_en", "boundary_source", "boundary_as_of")
CONTACTS = ("contact", "phone")
NAMED = (Column("code"), *(Column(name) for name in NAMES))
PROVENANCE_DATUM = (*PROVENANCE, Column("datum"))
REGION = (Column("region"), Column("region_name"))
BOUNDARY = (
    Column("boundary_standing", "choice", choices=STANDINGS),
    *(Column(name) for name in BOUNDARY_NAMES[1:-1]),
    Column("boundary_as_of", "date"),
)


@dataclass(frozen=True)
class Asked:
    """How something is asked for. ``person`` is who asks: the map has the layers that are open to them, and some
    numbers are not for everybody.

    ``question`` is what coverage, gaps, cells and access answer, ``plan`` what new sites there are; ``size_m`` the side
    of the cells, None for one that is clear to read. ``contacts`` takes the enterprises' contacts and telephones along.
    ``assignment``: the version of a campaign's plan that is taken out. ``entries``: the entries of the ledger that are,
    as the store has them.
    ``at`` is when, for the file to say; a question about an hour of the week needs it.
    """

    person: Person = NOBODY
    language: Language = "zh"
    question: Question = Question()  # noqa: RUF009 - frozen
    plan: Plan = Plan()  # noqa: RUF009 - frozen
    size_m: int | None = None
    contacts: bool = False
    assignment: Told | None = None
    entries: pd.DataFrame | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Layer:
    """One table or map layer. ``make`` gives its rows with ``columns``; ``geometry`` as well where it is made of areas.

    ``shape`` is what stands for a row on a map, nothing where nothing does; points are at lon, lat. ``parts`` are the
    parts of what is asked that it depends on. ``on_map``: whether the map has it too.
    """

    name: str
    columns: tuple[Column, ...]
    make: Callable[[District, Asked], pd.DataFrame]
    shape: Shape = ""
    role: Role = "public"
    parts: tuple[Part, ...] = ()
    on_map: bool = True


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
        if "lon" in made:  # what has no area may still have a place
            placed |= made["lon"].notna()
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
