"""Scenarios as people use them: who may read one, and what becomes of the register when one is adopted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.district import District
from geo.enterprises import usable_location
from geo.errors import GongtuError, ParameterError
from geo.facilities import KINDS, SERVING_STATES, FacilityKind
from geo.i18n import translate
from geo.people import Person
from geo.records import TEXT_AT_MOST
from geo.storage import Change
from geo.storage.scenarios import Scenario
from geo.workspace import Workspace

__all__ = ["Scenario", "adopt", "may_read"]

BY_HAND_M = 50.0
"""How far off a site may be that somebody put on the map by hand."""
FACILITIES = "facilities"
"""The source of candidates that are stations of the register already."""


def may_read(scenario: Scenario, person: Person) -> bool:
    """Staff may read every scenario, anybody one that is shared and in use."""
    return person.may("staff") or (scenario.shared and not scenario.retired)


def adopt(workspace: Workspace, scenario: Scenario, person: Person, kind: FacilityKind) -> Scenario:
    """Makes its sites planned facilities of ``kind``, all of them or none, and marks it adopted.

    The n-th site becomes the facility ``S-ID-n``: planned, its standing and place assumed, its precision the half
    diagonal of the cell it is the middle of, that of the position it is, ``BY_HAND_M`` where it was moved, else
    unknown; its region the one it lies in. A site that is a facility already (candidates from facilities, not moved)
    is not made twice: where that is of the same kind and not in service it becomes planned, otherwise it keeps its
    state, and its note says what is planned there. Conflict where the scenario or a facility has changed meanwhile;
    GongtuError for who is no leader, for a scenario without sites and one adopted before; ParameterError for a kind
    that there is not and a site far from the district.
    """
    if not person.may("leader"):
        raise GongtuError("scenario.leader")
    if kind not in KINDS:
        raise ParameterError("facilities.kind", field="kind", value=kind)
    if not scenario.sites:
        raise GongtuError("scenario.no_sites", name=scenario.name)
    district, now = workspace.district(), workspace.now()
    today = now.astimezone(district.calendar.zone).date().isoformat()
    changes = [
        _change(number, site, scenario, district, kind, today) for number, site in enumerate(scenario.sites, start=1)
    ]
    why = translate("scenario.source", "zh", name=scenario.name, id=scenario.id)
    return workspace.store.scenarios.adopt(scenario.id, scenario.version, changes, by=person.name, at=now, why=why)


def _change(
    number: int, site: Mapping[str, Any], scenario: Scenario, district: District, kind: FacilityKind, today: str
) -> Change:
    said = {"name": scenario.name, "id": scenario.id, "kind": translate(f"kind.{kind}", "zh")}
    synthetic = translate("scenario.adopted_synthetic", "zh") if scenario.grounds.get("synthetic") else ""
    there = _facility(site, scenario, district)
    if there is not None:
        note = translate("scenario.adopted_here", "zh", **said) + synthetic
        whole = "；".join(filter(None, (str(there["note"]), note)))[:TEXT_AT_MOST]
        values: dict[str, object] = {"note": whole}
        if there["kind"] == kind and there["state"] not in SERVING_STATES:
            values["state"] = "planned"
        return Change(FACILITIES, str(there["id"]), values, int(there["version"]))
    lon, lat = float(site["lon"]), float(site["lat"])
    if not usable_location(np.array([lon]), np.array([lat]), district.regions.total_bounds).all():
        raise ParameterError("scenario.site_place", field="sites", site=site["id"])
    moved = translate("scenario.moved", "zh") if site["moved"] else ""
    label = site["name"] or site["id"]
    return Change(
        FACILITIES,
        f"S-{scenario.id}-{number}",
        {
            "kind": kind,
            "name": translate("scenario.facility", "zh", kind=said["kind"], site=label),
            "region": _region(lon, lat, district),
            "lon": lon,
            "lat": lat,
            "location_standing": "assumed",
            "precision_m": _precision(site, scenario, district),
            "state": "planned",
            "note": translate("scenario.adopted", "zh", **said) + moved + synthetic,
            "standing": "assumed",
            "source": translate("scenario.source", "zh", name=scenario.name.replace(";", "；"), id=scenario.id),
            "as_of": today,
        },
    )


def _facility(site: Mapping[str, Any], scenario: Scenario, district: District) -> pd.Series | None:
    """The facility that the site is, if it is one and still where it was."""
    if scenario.plan.get("from") != FACILITIES or site["moved"]:
        return None
    rows = district.facilities[district.facilities["id"] == site["id"]]
    return None if rows.empty else rows.iloc[0]


def _region(lon: float, lat: float, district: District) -> str:
    """The code of the region that the place lies in; ``""`` outside."""
    x, y = district.plane.project(np.array([lon]), np.array([lat]))
    found = int(district.region_index.locate(x, y)[0])
    return "" if found < 0 else str(district.regions["code"].iloc[found])


def _precision(site: Mapping[str, Any], scenario: Scenario, district: District) -> float | None:
    """How far off the place may be, metres; None where nobody knows."""
    if site["moved"]:
        return BY_HAND_M
    match scenario.plan.get("from", "cells"):
        case "cells":
            return round(float(scenario.plan.get("cell", "1000")) / math.sqrt(2), 1)
        case "positions":
            rows = district.positions[district.positions["id"] == site["id"]]
            return None if rows.empty else float(rows["precision_m"].iloc[0])
    return None
