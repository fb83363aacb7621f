"""The public HTTP API, version 1: what the map shows, as GeoJSON (WGS-84) and JSON. No enterprise's record is in it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from fastapi import Depends, FastAPI, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.routing import Mount, Route

from geo import __version__
from geo.coverage import NO_REGION, TOTAL, Lens
from geo.district import District
from geo.enterprises import counted
from geo.errors import GongtuError, ParameterError
from geo.facilities import FacilityKind, parse_amenities, serving
from geo.i18n import LANGUAGES, explain
from geo.planner import overview
from geo.web import campaigns, enterprises, entries, nearest, reports, search
from geo.web.access import Guard, Needs, asking, reason
from geo.web.forms import plain
from geo.workspace import Workspace

REACH_AT_MOST_M = 50_000
DECIMALS = 6
COLUMNS = {
    "regions": ("code", "name", "name_en", "alias", "kind", "area_km2", "population", "population_year", "in_campaign"),
    "positions": ("id", "kind", "name", "name_en", "region"),
    "facilities": (
        *("id", "kind", "name", "name_en", "region", "address", "state", "opening_hours", "amenities"),
        *("verified_on", "note"),
    ),
}
LOCATION = ("location_standing", "precision_m", "region_by")
BOUNDARY = ("boundary_standing", "boundary_label_zh", "boundary_label_en", "boundary_source", "boundary_as_of")
REPEATED = ("kind", "kinds", "amenity")
PROVENANCE = ("standing", "source", "as_of")

Kinds = Annotated[list[FacilityKind], Query(description="Kinds of facility; repeat for several")]


def create_api(workspace: Workspace) -> FastAPI:
    """The API over the district that the workspace has at each request."""
    api: FastAPI = FastAPIOffline(
        title="工图 Gongtu",
        version=__version__,
        description="Union service map: regions, positions, facilities and coverage gaps. Coordinates are WGS-84.",
        openapi_url="/openapi.json",
        docs_url="/docs",
        redoc_url=None,
        dependencies=[Depends(_known_parameters)],
    )
    for route in api.routes:  # so far only those of the documentation, which FastAPI makes
        assert isinstance(route, Route | Mount)
        route.app = Guard(route.app, "public", workspace)
    public = [Depends(Needs("public", workspace))]

    @api.exception_handler(ParameterError)
    def refuse(_: Request, error: ParameterError) -> JSONResponse:
        detail = [{"loc": ["query", error.params.get("field")], "msg": explain(error, "en"), "type": error.key}]
        return JSONResponse({"detail": detail}, status_code=422)

    @api.exception_handler(RequestValidationError)
    def refuse_type(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(
            {"detail": jsonable_encoder(error.errors(), exclude={"ctx", "url", "input"})}, status_code=422
        )

    @api.exception_handler(GongtuError)
    def out_of_order(_: Request, error: GongtuError) -> JSONResponse:
        return JSONResponse({"detail": reason(error, "en")}, status_code=503)

    @api.get("/v1/regions", tags=["map"], dependencies=public)
    def regions() -> JSONResponse:
        """The towns and subdistricts with their polygons, and how far the polygons can be trusted."""
        district = workspace.district()
        return _collection(district, district.regions, (*COLUMNS["regions"], *BOUNDARY, *PROVENANCE))

    @api.get("/v1/positions", tags=["map"], dependencies=public)
    def positions() -> JSONResponse:
        """The positions that teams are stationed at. Those that are no regions lie inside regions."""
        district = workspace.district()
        return _collection(district, district.positions, (*COLUMNS["positions"], *LOCATION, *PROVENANCE))

    @api.get("/v1/facilities", tags=["map"], dependencies=public)
    def facilities(
        kind: Kinds = [],  # noqa: B006 - FastAPI copies it
        region: Annotated[str, Query(description="A region's code", max_length=40)] = "",
        bbox: Annotated[
            str, Query(description="west,south,east,north in degrees; edges count as inside", max_length=120)
        ] = "",
    ) -> JSONResponse:
        """Facilities of the kinds, region and box asked for; all of them without. Their geometry may be null."""
        district = workspace.district()
        found = district.facilities
        if kind:
            found = found[found["kind"].isin(kind)]
        if region:
            if region not in set(district.regions["code"]):
                raise ParameterError("error.region_unknown", field="region", value=region)
            found = found[found["region"] == region]
        if bbox:
            west, south, east, north = _box(bbox)
            found = found[found["lon"].between(west, east) & found["lat"].between(south, north)]
        return _collection(district, found, (*COLUMNS["facilities"], *LOCATION, *PROVENANCE))

    @api.get("/v1/coverage", tags=["coverage"], dependencies=public)
    def coverage_of(
        kind: Kinds = ["rest_station"],  # noqa: B006
        within_m: Annotated[float, Query(ge=0, le=REACH_AT_MOST_M, allow_inf_nan=False)] = 1000,
        lens: Lens = "service",
        format: Literal["json", "geojson"] = "json",  # noqa: A002 - its name in the URL
    ) -> JSONResponse:
        """Enterprises and workers with and without a facility of the kinds within ``within_m`` metres (inclusive).

        ``lens=service`` counts enterprises with a union, ``lens=union`` those without; ``served + unserved + unknown
        = all``. ``standings`` says on what grounds the enterprises and facilities counted stand. Straight-line metres
        on the pack's plane. ``format=geojson`` gives the gap polygons instead, null where a region has no gap.
        """
        district = workspace.district()
        serve = serving(district.facilities, kind)
        rows, beyond = overview(district, kind, within_m, lens)
        grounds = {"enterprises": counted(district.enterprises), "facilities": serve}
        standings = {name: frame["standing"].value_counts().to_dict() for name, frame in grounds.items()}
        asked = {
            "kinds": list(dict.fromkeys(kind)),
            "within_m": abs(within_m),
            "lens": lens,
            "standings": standings,
            **_data(district),
        }
        names = district.regions[["code", "name", "name_en", *BOUNDARY]]
        if format == "geojson":
            shown = beyond.to_crs("EPSG:4326").merge(names.assign(**district.follows(serve)), on="code")
            columns = (*names.columns, "gap_area_km2", "covered_area_km2", *PROVENANCE)
            return _collection(district, shown, columns, asked)
        counts = rows.to_dict("index")
        about = names.set_index("code").to_dict("index")
        return JSONResponse(
            {
                **asked,
                "total": plain(counts[TOTAL]),
                "regions": [plain({"code": code, **about[code], **counts[code]}) for code in about],
                "no_region": plain(counts[NO_REGION]),
            }
        )

    nearest.add_to(api, workspace, _data)
    reports.add_to(api, workspace)
    campaigns.add_to(api, workspace, _data)
    enterprises.add_to(api, workspace, _data)
    entries.add_to(api, workspace, _data)
    search.add_to(api, workspace)

    @api.get("/v1/me", tags=["people"], dependencies=public)
    def me(request: Request) -> JSONResponse:
        """Whose session the request carries: id and name are null without one, and the role is ``public``."""
        person = asking(request, workspace)
        said = plain({"id": person.id, "name": person.name, "role": person.role})
        return JSONResponse(said, headers={"Cache-Control": "no-store"})

    return api


def health(workspace: Workspace) -> JSONResponse:
    """Whether the app can answer: 200 and what it serves, or 503 and why not."""
    try:
        district = workspace.district()
    except GongtuError as error:
        return JSONResponse({"status": "error", "reason": reason(error, "en")}, status_code=503)
    return JSONResponse(
        {"status": "ok", "version": __version__, "pack": district.about["id"], "revision": district.revision}
    )


async def _known_parameters(request: Request) -> None:
    """ParameterError for a parameter that the route does not have, or has once and was given twice."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):  # the documentation's own pages
        return
    known = {field.alias for field in route.dependant.query_params}
    for name in request.query_params:
        if name not in known:
            raise ParameterError("error.parameter_unknown", field=name[:80], value=name[:80])
        if name not in REPEATED and len(request.query_params.getlist(name)) > 1:
            raise ParameterError("error.parameter_repeated", field=name, value=name)


def _box(text: str) -> tuple[float, float, float, float]:
    """west, south, east, north out of a comma-separated text; ParameterError for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ParameterError("error.bbox", field="bbox", value=text) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ParameterError("error.bbox", field="bbox", value=text)
    return west, south, east, north


def _data(district: District) -> dict[str, Any]:
    """What every answer says of its data."""
    notice = {language: district.notice(language) for language in LANGUAGES}
    return {"datum": "WGS-84", "as_of": district.about["as_of"], "notice": notice, "revision": district.revision}


def _collection(
    district: District, frame: gpd.GeoDataFrame, columns: tuple[str, ...], about: dict[str, Any] | None = None
) -> JSONResponse:
    """A GeoJSON FeatureCollection of ``frame`` (WGS-84): six decimals of a degree, rings wound as RFC 7946 has them,
    unknown values and places null.
    """
    rounded = shapely.orient_polygons(shapely.set_precision(frame.geometry.to_numpy(), 10**-DECIMALS))
    shapes = shapely.to_geojson(np.where(shapely.is_empty(rounded), None, rounded))
    features = [
        {"type": "Feature", "geometry": shape and json.loads(shape), "properties": plain(row)}
        for shape, row in zip(shapes, frame[list(columns)].to_dict("records"), strict=True)
    ]
    for properties in (feature["properties"] for feature in features):
        if "amenities" in properties:
            properties["amenities"] = parse_amenities(properties["amenities"] or "")
    return JSONResponse(
        {"type": "FeatureCollection", **(about or _data(district)), "features": features},
        media_type="application/geo+json",
    )
