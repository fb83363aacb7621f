"""The nearest stations, for programs: ``GET /api/v1/nearest``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Annotated, Any

import numpy as np
import pandas as pd
from fastapi import Depends, FastAPI, Query
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from geo.datum import Datum, convert
from geo.district import District
from geo.errors import ParameterError
from geo.facilities import FacilityKind, parse_amenities
from geo.finder.links import links_to
from geo.hours import Opening
from geo.nearest import AT_MOST, DETOUR, SPEEDS_M_S, Found, Mode, Wish, duration_s
from geo.web.access import Needs
from geo.workspace import Workspace

SEEN_AGAIN_S = 1.0
"""For so long a district is taken to be as it was: asking the pack's files and the store takes as long as an answer."""
YEARS = range(2000, 2101)
COLUMNS = (
    *("id", "name", "name_en", "kind", "region", "address", "state", "opening_hours", "note"),
    *("location_standing", "standing", "source", "as_of"),
)
DECIMALS = 6  # of a degree: a tenth of a metre
PLUS_LOST = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)")
"""An offset as it arrives from who did not write its plus sign as %2B."""
ASSUMPTIONS = {
    "detour": DETOUR,
    "speeds_m_s": {mode: round(speed, 3) for mode, speed in SPEEDS_M_S.items()},
    "standing": "assumed",
}

Said = Callable[[District], dict[str, Any]]


class Column:
    """A column as it is told, unknown values as ``unknown``: each is made ready once, however many rows have it."""

    def __init__(self, column: pd.Series, made: Callable[[Any], Any], unknown: Any = None) -> None:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        self._codes = codes
        self._values = [unknown if pd.isna(value) or value == "" else made(value) for value in values.tolist()]

    def __getitem__(self, row: int) -> Any:
        return self._values[self._codes.item(row)]


class Ready:
    """A district made ready to be asked. ``said``: what every answer says of its data."""

    def __init__(self, district: District, said: dict[str, Any]) -> None:
        self.district, self.said = district, said
        self.stations, self.calendar, self._regions = district.stations, district.calendar, district.region_index
        self._codes = district.regions["code"].tolist()
        frame = district.facilities
        self._told = {name: Column(frame[name], str) for name in COLUMNS}
        self._told["precision_m"] = Column(frame["precision_m"], float)
        self._told["amenities"] = Column(frame["amenities"], parse_amenities, {})
        self._told["verified_at"] = Column(frame["verified_on"], str)
        self._told |= {name: Column(frame[name].round(DECIMALS), float) for name in ("lon", "lat")}
        doors = frame[["entrance_lon", "entrance_lat"]].to_numpy(dtype=np.float64, na_value=np.nan)
        middles = frame[["lon", "lat"]].to_numpy(dtype=np.float64, na_value=np.nan)
        self._goals = np.where(np.isnan(doors).any(axis=1, keepdims=True), middles, doors)

    def region(self, lon: float, lat: float) -> str | None:
        """The code of the region that a place (WGS-84) lies in."""
        x, y = self.district.plane.project([lon], [lat])
        index = self._regions.locate_one(x[0], y[0])
        return None if index < 0 else self._codes[index]

    def station(self, row: int) -> dict[str, Any]:
        """A station as it is told."""
        return {name: column[row] for name, column in self._told.items()}

    def goal(self, row: int) -> tuple[float, float]:
        """Where a way to a station leads: its entrance if that is known, else its place; lon, lat, WGS-84."""
        lon, lat = self._goals[row].tolist()
        return lon, lat


class Lookout:
    """The district as it is, or was at most ``SEEN_AGAIN_S`` ago, ready."""

    def __init__(self, workspace: Workspace, said: Said) -> None:
        self._workspace, self._said = workspace, said
        self._looking = Lock()
        self._ready: Ready | None = None
        self._looked = 0.0

    async def ready(self) -> Ready:
        """What is ready; made so, where the district has changed, without holding up who asks for something else."""
        fresh = self._fresh()
        return fresh if fresh is not None else await run_in_threadpool(self._look)

    def _fresh(self) -> Ready | None:
        return self._ready if monotonic() - self._looked <= SEEN_AGAIN_S else None

    def _look(self) -> Ready:
        with self._looking:
            if fresh := self._fresh():  # somebody else looked while this one waited
                return fresh
            looked = monotonic()
            district = self._workspace.district()
            ready = self._ready
            if ready is None or ready.district is not district:
                ready = Ready(district, self._said(district))
            self._ready, self._looked = ready, looked
            return ready


def add_to(api: FastAPI, workspace: Workspace, said: Said) -> None:
    """Adds the route, open to the public."""
    lookout = Lookout(workspace, said)

    @api.get("/v1/nearest", tags=["map"], dependencies=[Depends(Needs("public", workspace))])
    async def nearest(
        lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False, description="Degrees, in ``datum``")],
        lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, description="Degrees, in ``datum``")],
        datum: Annotated[Datum, Query(description="What lon and lat are in; the answer is in WGS-84")] = "wgs84",
        n: Annotated[int, Query(ge=1, le=AT_MOST)] = 5,
        kind: Annotated[list[FacilityKind], Query(max_length=20, description="Repeat for several")] = ["rest_station"],  # noqa: B006
        amenity: Annotated[
            list[str], Query(max_length=40, description="Known to be there; repeat for several, all of which are meant")
        ] = [],  # noqa: B006 - FastAPI copies it
        at: Annotated[
            str, Query(max_length=40, description="ISO 8601; without an offset in the district's zone; default: now")
        ] = "",
        mode: Mode = "ebike",
        include_closed: bool = False,
    ) -> JSONResponse:
        """The stations nearest to a place anywhere, nearest first (ties by id), that are in service, have the amenities
        and are not closed at ``at``; those whose hours are not known are among them.

        ``distance_m``: straight (geodesic) metres; ``duration_s`` by ``assumptions``. ``left_out``: how many come
        before the last one listed (where fewer than ``n`` are: how many there are), and why; ``no_place``: in service,
        but nobody knows where. ``links`` open four map apps at the station's entrance, each in the datum it reads.
        """
        ready = await lookout.ready()
        moment = _moment(at, ready) if at else workspace.now()
        east, north = (lon, lat) if datum == "wgs84" else map(float, convert(lon, lat, datum, "wgs84"))
        wish = Wish(tuple(dict.fromkeys(kind)), tuple(dict.fromkeys(amenity)), n, include_closed)
        asked = (east, north, wish, moment, ready.calendar)
        answer = ready.stations.glance(*asked)
        if answer is None:  # a long search, as from another continent: others do not wait for it
            answer = await run_in_threadpool(ready.stations.nearest, *asked)
        local = moment.astimezone(ready.calendar.zone)
        results = _results(answer.found, mode, (east, north), ready)
        standings = [result["standing"] for result in results]
        return JSONResponse(
            {
                "origin": {
                    "lon": round(east, DECIMALS),
                    "lat": round(north, DECIMALS),
                    "region": ready.region(east, north),
                    "given": {"lon": lon, "lat": lat, "datum": datum},
                },
                "at": local.isoformat(timespec="seconds"),
                "holidays_known": local.year in ready.calendar.years,
                "mode": mode,
                "kinds": wish.kinds,
                "amenities": wish.amenities,
                "results": results,
                "left_out": answer.left_out,
                "standings": {standing: standings.count(standing) for standing in dict.fromkeys(standings)},
                "assumptions": ASSUMPTIONS,
                **ready.said,
            }
        )


def _moment(text: str, ready: Ready) -> datetime:
    """The moment an ISO 8601 text names, aware; ParameterError for anything else and for one that is far from now."""
    try:
        moment = datetime.fromisoformat(PLUS_LOST.sub(r"\1+\2", text))
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise ParameterError("nearest.moment", field="at", value=text, first=YEARS[0], last=YEARS[-1])
    return moment if moment.tzinfo else moment.replace(tzinfo=ready.calendar.zone)


def _results(found: tuple[Found, ...], mode: Mode, origin: tuple[float, float], ready: Ready) -> list[dict[str, Any]]:
    known = [ready.station(one.row) for one in found]
    ways = links_to([told["name"] for told in known], [ready.goal(one.row) for one in found], mode, origin)
    return [
        {
            **told,
            "distance_m": round(one.distance_m, 1),
            "duration_s": duration_s(one.distance_m, mode),
            "open": _open(one.opening),
            "links": way,
        }
        for one, told, way in zip(found, known, ways, strict=True)
    ]


def _open(opening: Opening) -> dict[str, Any]:
    changes_at = opening.changes_at
    return {
        "state": opening.state,
        "changes_at": changes_at.isoformat(timespec="minutes") if changes_at else None,
        "to": opening.to,
        "why": opening.why or None,
    }
