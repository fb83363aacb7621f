"""What can be taken out: each table and each map layer, the role it asks for, its columns and how it is made."""

from __future__ import annotations

from functools import partial

import pandas as pd

from geo import campaigns, enterprises, facilities, places, programmes, regions
from geo.district import District
from geo.enterprises import READINGS
from geo.export import answers, plans
from geo.export.assignment import ASSIGNMENT, ASSIGNMENT_POINTS
from geo.export.layer import BOUNDARY, PROVENANCE_DATUM, REGION, Asked, Layer
from geo.export.ledger import LEDGER
from geo.people import Person
from geo.schema import PROVENANCE, Column, Table


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


REGION_BY = (
    Column("region"),
    Column("region_code"),
    Column("region_name"),
    Column("region_by", "choice", choices=READINGS),
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


_ALL = (
    Layer("regions", _columns(regions.TABLE, more=BOUNDARY), partial(_noun, "regions"), "MultiPolygon"),
    answers.COVERAGE,
    answers.GAPS,
    answers.CELLS,
    plans.REGIONS,
    Layer(
        "enterprises",
        _columns(enterprises.TABLE, REGION_BY, (Column("region_conflict", "flag"),)),
        _enterprises,
        "Point",
        role="staff",
        parts=("contacts",),
    ),
    answers.ACCESS,
    Layer("positions", _columns(campaigns.POSITIONS, REGION_BY), partial(_points, "positions"), "Point"),
    # Who verified a facility is a person, and nobody's business outside.
    Layer(
        "facilities",
        _without(_columns(facilities.TABLE, REGION_BY), "verified_by"),
        partial(_points, "facilities"),
        "Point",
    ),
    Layer("programmes", _columns(programmes.TABLE), partial(_noun, "programmes"), "Point"),
    plans.SITES,
    ASSIGNMENT,
    LEDGER,
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
WHOLE_MAP = ("xlsx", "gpkg")
"""The formats that hold several layers."""


def layers(name: str, format_: str, person: Person) -> tuple[Layer, ...]:
    """The layers that ``name`` means to ``person`` in a file of ``format_``: where several fit into one, the regions go
    with a plan of new sites, and with an assignment's areas its points. KeyError for a name there is none of.
    """
    if name == MAP:
        return tuple(layer for layer in _ALL if layer.on_map and person.may(layer.role))
    if name == plans.SITES.name and format_ in WHOLE_MAP:
        return (plans.SITES, plans.REGIONS)
    if name == ASSIGNMENT.name and format_ == "gpkg":
        return (ASSIGNMENT, ASSIGNMENT_POINTS)
    return (LAYERS[name],)
