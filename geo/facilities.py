"""Facilities 服务设施: the points that serve workers, what they are, which can be counted on, what they have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, get_args

import pandas as pd

from geo.errors import ParameterError
from geo.schema import PLACED, PROVENANCE, Column, Table

FacilityKind = Literal[
    "rest_station",
    "mediation_kiosk",
    "mediation_workstation",
    "six_party_workstation",
    "workers_home",
    "reading_room",
]
KINDS: tuple[FacilityKind, ...] = get_args(FacilityKind)
STATES = ("open", "trial", "planned", "closed", "removed", "unverified")
SERVING_STATES = ("open", "trial", "unverified")
AMENITIES = (
    "water",
    "microwave",
    "phone_charging",
    "battery_charging",
    "wifi",
    "air_conditioning",
    "first_aid",
    "seating",
    "umbrella",
    "books",
    "pump",
    "fridge",
    "blood_pressure",
    "toilet",
    "pickup_locker",
)

ENTRANCE = (
    Column("entrance_lon", "number", low=-180, high=180),
    Column("entrance_lat", "number", low=-90, high=90),
)
"""Where the door is, WGS-84, if known: what a way leads to. ``lon`` and ``lat`` may be the building's middle."""
TABLE = Table(
    file="facilities.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("kind", "choice", required=True, choices=KINDS),
        Column("name", required=True),
        Column("name_en"),
        Column("region"),
        Column("address"),
        *PLACED,
        *ENTRANCE,
        Column("state", "choice", required=True, choices=STATES),
        Column("opening_hours"),
        Column("amenities"),
        Column("verified_on", "date"),
        Column("verified_by"),
        Column("note"),
        Column("phrase"),
        *PROVENANCE,
    ),
)
DEMO_TABLE = replace(TABLE, file="demo/facilities.csv", optional=True)


def parse_amenities(text: str) -> dict[str, bool]:
    """What ``wifi=yes; toilet=no`` says a facility has and has not; what it leaves out is unknown.

    ParameterError, with ``field`` and ``value``, for an unknown or repeated amenity or an answer other than yes or no.
    """
    said: dict[str, bool] = {}
    for item in filter(None, (part.strip() for part in text.split(";"))):
        amenity, _, answer = (part.strip() for part in item.partition("="))
        if amenity not in AMENITIES or amenity in said or answer not in ("yes", "no"):
            raise ParameterError("facilities.amenity", field="amenities", value=item)
        said[amenity] = answer == "yes"
    return said


def serving(facilities: pd.DataFrame, kinds: Collection[str]) -> pd.DataFrame:
    """The facilities of ``kinds`` that can be counted on (``SERVING_STATES``) and have a location, sorted by id.

    ParameterError, with ``field`` and ``value``, for an unknown kind; no kinds, no facilities.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise ParameterError("facilities.kind", field="kind", value=kind)
    chosen = facilities["kind"].isin(list(kinds)) & facilities["state"].isin(SERVING_STATES)
    return facilities[chosen & facilities[["lon", "lat"]].notna().all(axis=1)].sort_values("id")
