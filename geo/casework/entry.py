"""What an entry of the ledger must be before it is kept, and what follows from what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

import numpy as np
import pandas as pd

from geo.district import District
from geo.enterprises import project_usable, usable_location
from geo.errors import Fault, FaultsError, ParameterError
from geo.fieldwork.campaign import Campaign
from geo.ledger import AMOUNTS, ANY_OF, FEN, NEEDED, OF_KIND, OUTSIDE_AT_MOST_M, TABLE
from geo.schema import PROVENANCE, Column, is_day, read_record
from geo.text import tidy

OF_STEPS = ("step", "step_on", "due", "answered", "solved", "satisfied", "closed_on", "handler")
"""What is said of an appeal by what is done with it (geo.casework.appeals), and never typed in."""
SOURCE = "ledger"
"""The source of what people enter: whoever entered it, as the history says."""
ENTERED = tuple(
    column.name for column in TABLE.columns if column.name not in ("id", *OF_STEPS, *(one.name for one in PROVENANCE))
)
"""The fields that somebody types in."""
NOTE_AT_MOST, CLAIMS_AT_MOST, NAME_AT_MOST = 2_000, 500, 200  # characters
FORM = replace(TABLE, key=("_",), columns=(*(replace(one, required=False) for one in TABLE.columns), Column("_")))
"""The table with nothing required, and a column more, so that a record of empty cells is a record still."""

Values = dict[str, Any]


class EntryError(FaultsError):
    """An entry cannot be kept; ``faults`` say of each field why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("casework.faults", faults, fields=", ".join(str(fault.column) for fault in faults))


def read(given: Mapping[str, object]) -> tuple[Values, list[Fault]]:
    """What was given, as text or as JSON has it, as typed values (None and ``""``: unknown), and what cannot be read.

    ParameterError ``casework.field`` for a name that is none of ``ENTERED``.
    """
    cells: dict[str, str] = {}
    faults: list[Fault] = []
    for name, value in given.items():
        if name not in ENTERED:
            raise ParameterError("casework.field", field=name.encode(errors="replace").decode()[:80])
        match value:
            case None:
                cells[name] = ""
            case bool():
                cells[name] = "true" if value else "false"
            case int() | float():
                cells[name] = repr(value)
            case str() if len(value) <= 10 * NOTE_AT_MOST:
                cells[name] = tidy(value)
            case _:
                faults.append(_fault(name, "fault.text"))
    values, found = read_record({**cells, "_": "·"}, FORM)
    values.pop("_", None)
    known: Values = {name: None if pd.isna(cast(Any, value)) else value for name, value in values.items()}
    return known, faults + [replace(fault, row=None) for fault in found]


def complete(values: Values, district: District) -> Values:
    """With the region, where it was not said: the position's, else the enterprise's, else the one the point lies in;
    and with the kind of a programme that the pack knows. What has no point was not placed.
    """
    found = dict(values)
    if not found.get("region"):
        found["region"] = _region(found, district)
    if found.get("kind") == "programme" and not found.get("programme_kind"):
        found["programme_kind"] = _cell(district.programmes, found.get("programme"), "kind")
    if found.get("lon") is None:
        found |= {name: None if name == "precision_m" else "" for name in ("placed_by", "precision_m") if name in found}
    return found


def check(
    values: Values,
    district: District,
    campaign: Campaign | None,
    today: date,
) -> list[Fault]:
    """Everything wrong with an entry, typed as ``read`` gives it; ``campaign`` is the one it names, None where there is
    no such. ``column`` of a fault says of which field, or fields.
    """
    found: list[Fault] = []
    kind = str(values.get("kind") or "")
    must = ("campaign", "kind", "date", *NEEDED.get(kind, ()))
    found += [_fault(name, "fault.empty") for name in must if not values.get(name)]
    for what, any_of in ANY_OF.get(kind, {}).items():
        if all(values.get(name) in (None, "") for name in any_of):
            found.append(_fault(" + ".join(any_of), f"fault.{what}"))
    for name, kinds in {**OF_KIND, **AMOUNTS}.items():
        if kind and kind not in kinds and values.get(name) not in (None, ""):
            found.append(_fault(name, "casework.not_of_kind"))
    if campaign is None and values.get("campaign"):
        found.append(_fault("campaign", "fault.reference", values["campaign"]))
    found += _day(str(values.get("date") or ""), campaign, today)
    known = {
        "team": {team.id for team in campaign.teams} if campaign else set(),
        "position": set(campaign.positions) if campaign else set(),
        "region": set(district.regions["code"]),
    }
    for name, those in known.items():
        if values.get(name) and values[name] not in those and (campaign or name == "region"):
            found.append(_fault(name, "fault.reference", values[name]))
    for name in ("enterprise", "facility", "programme"):
        if values.get(name) and not _there(getattr(district, _NOUNS[name]), values[name]):
            found.append(_fault(name, "fault.reference", values[name]))
    lon, lat = values.get("lon"), values.get("lat")
    if lon is not None and lat is not None:
        if not usable_location(lon, lat, district.regions.total_bounds).all():
            found.append(_fault("lon + lat", "fault.far"))
        elif district.outside_m([lon], [lat])[0] > OUTSIDE_AT_MOST_M:
            found.append(_fault("lon + lat", "casework.elsewhere"))
    money = values.get("recovered")
    if money is not None and abs(money * 100 - round(money * 100)) > FEN:
        found.append(_fault("recovered", "casework.cents"))
    for name, most in (("note", NOTE_AT_MOST), ("claims", CLAIMS_AT_MOST)):
        if len(values.get(name) or "") > most:
            found.append(Fault("", None, name, "fault.long", allowed=str(most)))
    for name in ("enterprise", "facility", "programme", "team", "position"):
        if len(values.get(name) or "") > NAME_AT_MOST:
            found.append(Fault("", None, name, "fault.long", allowed=str(NAME_AT_MOST)))
    return found


_NOUNS = {"enterprise": "enterprises", "facility": "facilities", "programme": "programmes"}


def region_at(lon: float, lat: float, district: District) -> str:
    """The code of the region that a WGS-84 point lies in; ``""`` outside of all."""
    x, y = project_usable([lon], [lat], district.regions, district.plane)
    place = -1 if np.isnan(x).any() else int(district.region_index.locate(x, y)[0])
    return "" if place < 0 else str(district.regions["code"].iloc[place])


def _day(on: str, campaign: Campaign | None, today: date) -> list[Fault]:
    """A whole day, not after today, and one that the campaign states."""
    if not on:
        return []
    if not is_day(on):
        return [_fault("date", "fault.day", on)]
    if on > today.isoformat():
        return [_fault("date", "casework.future", on)]
    if campaign and not campaign.stated.has(on, on):
        return [Fault("", None, "date", "casework.outside", on, f"{campaign.starts or '…'} ~ {campaign.ends or '…'}")]
    return []


def _region(values: Values, district: District) -> str:
    for frame, name in ((district.positions, "position"), (district.enterprises, "enterprise")):
        if code := _cell(frame, values.get(name), "region"):
            return code
    lon, lat = values.get("lon"), values.get("lat")
    if lon is None or lat is None:
        return ""
    return region_at(lon, lat, district)


def _cell(frame: pd.DataFrame, id_: object, column: str) -> str:
    """What the record of this id says in a column; ``""`` where there is none."""
    if not id_:
        return ""
    rows = frame.loc[(frame["id"] == id_).to_numpy(bool), column]
    return str(rows.iloc[0]) if len(rows) else ""


def _there(frame: pd.DataFrame, id_: str) -> bool:
    return bool((frame["id"] == id_).any())


def _fault(name: str, key: str, value: object = "") -> Fault:
    return Fault("", None, name, key, str(value)[:80])
