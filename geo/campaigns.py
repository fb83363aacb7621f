"""Campaigns 蹲点行动: their teams, the positions they serve, what was visited, what was published, what contradicts."""

from __future__ import annotations

from geo.schema import PLACED, PROVENANCE, STANDINGS, Column, Table

POSITION_KINDS = ("region", "industrial_base", "airport_zone", "drivers_home")
QUALIFIERS = ("exact", "over", "nearly")

CAMPAIGNS = Table(
    file="campaigns.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("name", required=True),
        Column("name_en"),
        Column("starts", "date"),
        Column("ends", "date"),
        Column("year_standing", "choice", choices=("reported", "inferred")),
        Column("teams", "integer", low=0),
        Column("positions", "integer", low=0),
        Column("members"),
        Column("departments"),
        Column("departments_en"),
        Column("base_name"),
        Column("base_name_en"),
        Column("base_lon", "number", low=-180, high=180),
        Column("base_lat", "number", low=-90, high=90),
        Column("base_standing", "choice", choices=STANDINGS),
        Column("phrase", required=True),
        Column("note"),
        Column("note_en"),
        *PROVENANCE,
    ),
)
"""``teams`` and ``positions`` are the numbers that are published. ``members``: the ids of its positions, joined by
``;``; every one of positions.csv where it is empty. ``base_…``: where its teams set out from.
"""
TEAMS = Table(
    file="teams.csv",
    key=("campaign", "id"),
    columns=(
        Column("campaign", required=True),
        Column("id", required=True),
        Column("name", required=True),
        Column("name_en"),
        Column("lead"),
        Column("departments"),
        Column("phrase", required=True),
        *PROVENANCE,
    ),
)
POSITIONS = Table(
    file="positions.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("name", required=True),
        Column("name_en"),
        Column("kind", "choice", required=True, choices=POSITION_KINDS),
        Column("region"),
        *PLACED,
        Column("phrase"),
        *PROVENANCE,
    ),
)
VISITS = Table(
    file="visits.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("campaign", required=True),
        Column("team"),
        Column("region"),
        Column("date", "date"),
        Column("text", required=True),
        Column("text_en"),
        Column("phrase", required=True),
        *PROVENANCE,
    ),
)
FIGURES = Table(
    file="figures.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("campaign", required=True),
        Column("name", required=True),
        Column("name_en"),
        Column("value", "number", required=True),
        Column("qualifier", "choice", required=True, choices=QUALIFIERS),
        Column("unit"),
        Column("unit_en"),
        Column("measure"),
        Column("phrase", required=True),
        *PROVENANCE,
    ),
)
CONTRADICTIONS = Table(
    file="contradictions.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("about", required=True),
        Column("about_en"),
        Column("claim_a", required=True),
        Column("claim_a_en"),
        Column("source_a", required=True),
        Column("claim_b", required=True),
        Column("claim_b_en"),
        Column("source_b", required=True),
        Column("handling", required=True),
        Column("handling_en"),
        *PROVENANCE,
    ),
)


def parts(cell: str) -> tuple[str, ...]:
    """What a cell names that holds several names joined by ``;``, in its order."""
    return tuple(part for one in cell.split(";") if (part := one.strip()))
