"""A plan's new sites as layers: what each of them adds, and each region before and after."""

from __future__ import annotations

import pandas as pd

from geo.coverage import COUNTED
from geo.district import District
from geo.enterprises import counted
from geo.export.answers import METRES, QUESTION, asking, found, with_names
from geo.export.layer import BOUNDARY, DECIMALS, NAMED, PROVENANCE_DATUM, Asked, Layer
from geo.planner.candidates import named
from geo.planner.outcome import Outcome, outcome
from geo.planner.privacy import public_change
from geo.schema import Column

FIGURES = (*COUNTED, "share", "share_second", "median_m", "p90_m")
BEFORE, AFTER = "before_", "after_"


def _outcome(district: District, asked: Asked) -> Outcome:
    given = found(district, asked)
    sites = named(district, asked.plan.sites, language=asked.language)
    return outcome(district, asked.question, given.at, given.measured, sites)


def _grounds(district: District, come_to: Outcome) -> dict[str, str]:
    facilities = district.facilities.iloc[come_to.before.measured.sites.rows]
    return district.follows(facilities, counted(district.enterprises))


def _sites(district: District, asked: Asked) -> pd.DataFrame:
    """A row for each new site, with gains as the one who asks may see them."""
    come_to = _outcome(district, asked)
    gains = come_to.gains if asked.person.may("staff") else tuple(gain.in_public() for gain in come_to.gains)
    frame = pd.DataFrame(
        {
            **{name: [getattr(gain.site, name) for gain in gains] for name in ("id", "name", "lon", "lat", "moved")},
            "reaches": [gain.reaches for gain in gains],
            "own": [gain.own for gain in gains],
            "saved_m": [gain.saved_m for gain in gains],
        }
    ).astype({"id": str, "name": str, "lon": float, "lat": float, "moved": "boolean"})
    frame = frame.astype({"reaches": float, "own": float, "saved_m": float}).round({"saved_m": METRES})
    return asking(frame, asked.question).assign(**_grounds(district, come_to))


def _regions(district: District, asked: Asked) -> pd.DataFrame:
    """A row for each region, then those in no region and the whole district, as they were and as they would be."""
    come_to = _outcome(district, asked)
    staff = asked.person.may("staff")
    sides = (come_to.before.rows, come_to.after.rows) if staff else public_change(come_to)
    named_so = zip((BEFORE, AFTER), sides, strict=True)
    rows = pd.concat([side[list(FIGURES)].add_prefix(prefix) for prefix, side in named_so], axis=1)
    whole = with_names(rows, district).round(DECIMALS)
    return asking(whole, asked.question).assign(**_grounds(district, come_to))


SITES = Layer(
    "plan",
    (
        Column("id"),
        Column("name"),
        Column("lon", "number"),
        Column("lat", "number"),
        Column("moved", "flag"),
        Column("reaches", "number"),
        Column("own", "number"),
        Column("saved_m", "number"),
        *QUESTION,
        *PROVENANCE_DATUM,
    ),
    _sites,
    "Point",
    parts=("question", "plan"),
    on_map=False,
)
REGIONS = Layer(
    "plan_regions",
    (
        *NAMED,
        *(Column(f"{prefix}{name}", "number") for prefix in (BEFORE, AFTER) for name in FIGURES),
        *QUESTION,
        *BOUNDARY,
        *PROVENANCE_DATUM,
    ),
    _regions,
    "MultiPolygon",
    parts=("question", "plan"),
    on_map=False,
)
