"""Programmes 服务品牌: what the campaigns brought to workers, and where, as far as is said."""

from __future__ import annotations

from geo.schema import PLACED, PROVENANCE, Column, Table

KINDS = (
    "exhibition",
    "craftsmen",
    "summer_cool",
    "carnival",
    "exam_support",
    "health",
    "ideology_lecture",
    "membership",
    "online_quiz",
    "legal",
    "other",
)

TABLE = Table(
    file="programmes.csv",
    key=("id",),
    columns=(
        Column("id", required=True),
        Column("campaign", required=True),
        Column("name", required=True),
        Column("name_en"),
        Column("kind", "choice", required=True, choices=KINDS),
        Column("site"),
        Column("region"),
        Column("starts", "date"),
        Column("ends", "date"),
        *PLACED,
        Column("phrase", required=True),
        *PROVENANCE,
    ),
)
