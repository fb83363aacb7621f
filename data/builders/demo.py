"""The demonstration data, demo/enterprises.csv (builders/demo_register.py), demo/ledger.csv (builders/demo_ledger.py)
and demo/facilities.csv (here), from a fixed seed. Nothing in them exists except the names of towns, communities and
villages and the positions and programmes that the articles name, and points have nothing to do with where the villages
lie. The same pack gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import shapely

from builders import demo_words as words
from builders.demo_ground import DEGREE, Dice, Points, Region, read_regions, scatter
from builders.demo_ledger import add_progress, entries, workdays
from builders.demo_ledger_words import LEDGER_HEADER
from builders.demo_register import AS_OF, Row, enterprises, weekday

APART_M = 400.0  # least distance between two demonstration facilities


def build_demo(folder: Path) -> None:
    """Write demo/enterprises.csv, demo/ledger.csv and demo/facilities.csv under the pack in ``folder``, from its
    regions.csv, regions.geojson, outline.geojson, places.csv, positions.csv and holidays.csv.
    """
    regions = read_regions(folder)
    outline = shapely.from_geojson(json.dumps(json.loads((folder / "outline.geojson").read_text("utf-8"))["geometry"]))
    (folder / "demo").mkdir(exist_ok=True)
    register = enterprises(regions, outline)
    add_progress(register, workdays(folder))
    write(folder / "demo/enterprises.csv", words.ENTERPRISE_HEADER, register)
    write(folder / "demo/ledger.csv", LEDGER_HEADER, entries(folder, regions, register))
    write(folder / "demo/facilities.csv", words.FACILITY_HEADER, facilities(regions))


def write(path: Path, header: str, rows: Iterable[Row]) -> None:
    """A CSV file with the comma-separated ``header``; what a row leaves out is empty.

    Fields that begin with _ are not written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header.split(","), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: cell for name, cell in row.items() if not name.startswith("_")} for row in rows)


def facilities(regions: Sequence[Region]) -> list[Row]:
    """Rest stations, dense in the north and sparse in the south, and a few mediation points."""
    dice = Dice(3)
    rows: list[Row] = []
    taken: list[Points] = []
    sites = [region for region in regions for _ in range(words.REGIONS[region.name][1])]
    states = list(words.STATION_STATES) + [("open", "")] * (len(sites) - len(words.STATION_STATES))
    states = [states[i] for i in dice.shuffled(len(sites))]
    hours = [words.OPENING_HOURS[i % len(words.OPENING_HOURS)] for i in dice.shuffled(len(sites))]
    for number, region in enumerate(sites, start=1):
        first = number == 1 or sites[number - 2] is not region
        row = facility(dice, region, taken, first)
        row |= {
            "id": f"DS{number:03d}",
            "kind": "rest_station",
            "name": f"示例{region.short}暖心驿站{number:02d}",
            "name_en": f"Demo Rest Station {number:02d}, {region.name_en}",
            "opening_hours": hours[number - 1],
            "amenities": "; ".join(amenities(dice)),
        }
        row["state"], row["note"] = states[number - 1]
        rows.append(row)
    by_name = {region.name: region for region in regions}
    for number, (kind, name, name_en, where) in enumerate(words.MEDIATION, start=1):
        region = by_name[where]
        row = facility(dice, region, taken, False)
        row |= {
            "id": f"DM{number:03d}",
            "kind": kind,
            "name": f"示例{region.short}{name}",
            "name_en": f"Demo {name_en}, {region.name_en}",
            "state": "open",
            "opening_hours": "24/7" if kind == "mediation_kiosk" else "Mo-Fr 09:00-17:30; PH off",
        }
        rows.append(row)
    return rows


def facility(dice: Dice, region: Region, taken: list[Points], at_seat: bool) -> Row:
    """What every facility has: a place of its own, an address, when it was verified."""
    while True:
        place = region.places[0] if at_seat else dice.pick(region.places)
        point = scatter(dice, region.shape, place.centre, place.spread_m / 2)
        if all(np.hypot(*((point - other) * DEGREE)) >= APART_M for other in taken):
            break
        at_seat = False
    taken.append(point)
    verified = dice.chance(75)
    return {
        "region": region.code,
        "address": f"北京市大兴区{region.name}示例路{1 + dice.below(200)}号",
        "lon": f"{point[0]:.5f}",
        "lat": f"{point[1]:.5f}",
        "location_standing": "synthetic",
        "verified_on": weekday(dt.date(2025, 1, 6), dice.below(299)) if verified else "",
        "verified_by": f"示例核实员{1 + dice.below(9):02d}" if verified else "",
        "standing": "synthetic",
        "source": "demo",
        "as_of": AS_OF,
    }


def amenities(dice: Dice) -> Iterable[str]:
    """``code=yes`` or ``code=no``; left out where unknown."""
    for code, (yes, no) in words.AMENITIES.items():
        answer = dice.pick(("yes", "no", ""), (yes, no, 100 - yes - no))
        if answer:
            yield f"{code}={answer}"
