"""The tables of the store, the same on SQLite and PostgreSQL. Unknown is NULL; every time is UTC."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import shapely
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from geo import campaigns, enterprises, facilities, ledger, regions
from geo.errors import GongtuError
from geo.schema import STANDINGS, Column, Kind

KEYS: Mapping[str, str] = MappingProxyType(
    {"regions": "code", "positions": "id", "facilities": "id", "enterprises": "id", "entries": "id"}
)
"""The nouns that the store keeps, and the column that names a record of each."""
MAPPED = ("regions", "positions", "facilities", "enterprises")
"""Those of them that make the district."""
BOUNDARY = (
    Column("boundary_standing", "choice", choices=STANDINGS),
    Column("boundary_label_zh"),
    Column("boundary_label_en"),
    Column("boundary_source"),
    Column("boundary_as_of", "date"),
)
COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "regions": (*regions.TABLE.columns, *BOUNDARY),
        "positions": campaigns.POSITIONS.columns,
        "facilities": facilities.TABLE.columns,
        "enterprises": enterprises.TABLE.columns,
        "entries": ledger.TABLE.columns,
    }
)
"""What is kept of a record, its key among them; of a region its ``geometry`` besides."""


class Utc(TypeDecorator[datetime]):
    """A moment, aware, in UTC. A naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None if dialect.name == "sqlite" else UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _MultiPolygon(UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "geometry(MultiPolygon,4326)"


class Territory(TypeDecorator[shapely.Geometry]):
    """A territory in WGS-84 (longitude, latitude): PostGIS geometry there, WKB here. One part comes as a Polygon."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        return sa.LargeBinary() if dialect.name == "sqlite" else _MultiPolygon()

    def process_bind_param(self, value: shapely.Geometry | None, dialect: sa.Dialect) -> bytes | str | None:
        if value is None:
            return None
        parts = shapely.multipolygons(shapely.get_parts(value))
        if dialect.name == "sqlite":
            return bytes(shapely.to_wkb(parts))
        return str(shapely.to_wkb(shapely.set_srid(parts, 4326), hex=True, include_srid=True))

    def process_result_value(self, value: bytes | str | None, dialect: sa.Dialect) -> shapely.Geometry | None:
        return None if value is None else plain(shapely.from_wkb(value))


def plain(territory: shapely.Geometry) -> shapely.Geometry:
    """The territory as the store gives it: flat, without an SRID, a Polygon where it has one part."""
    parts = shapely.get_parts(shapely.set_srid(shapely.force_2d(territory), 0))
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by code point on either engine."""
TYPES: Mapping[Kind, TypeEngine[Any]] = MappingProxyType(
    {
        "text": sa.Text(),
        "date": sa.Text(),
        "choice": sa.Text(),
        "choices": sa.Text(),
        "number": sa.Double(),
        "integer": sa.BigInteger(),
        "flag": sa.Boolean(),
    }
)

metadata = sa.MetaData()
meta = sa.Table(
    "meta", metadata, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
commits = sa.Table(
    "commits",
    metadata,
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
)
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("noun", KEY, primary_key=True),
    sa.Column("record", KEY, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.ForeignKey(commits.c.revision), nullable=False, index=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Index("ix_changes_noun_revision", "noun", "revision"),
)


def _records(noun: str) -> sa.Table:
    """On PostgreSQL, nouns with lon and lat have a point besides, ``geom``, that the database keeps: see migrations."""
    territory = [sa.Column("geometry", Territory)] if noun == "regions" else []
    many = [sa.Index(f"ix_{noun}_revision", "revision")] if noun in ("enterprises", "entries") else []
    return sa.Table(
        noun,
        metadata,
        sa.Column(KEYS[noun], KEY, primary_key=True),
        *(sa.Column(column.name, TYPES[column.kind]) for column in COLUMNS[noun] if column.name != KEYS[noun]),
        *territory,
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("retired", sa.Text),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", Utc, nullable=False),
        *many,
    )


RECORDS: Mapping[str, sa.Table] = MappingProxyType({noun: _records(noun) for noun in KEYS})

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("password", sa.Text),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("disabled", sa.Text),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("user", sa.ForeignKey(users.c.id), nullable=False, index=True),
    sa.Column("issued_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("revoked_at", Utc),
    sa.Column("via", sa.Text, nullable=False),
)
links = sa.Table(
    "links",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("user", sa.ForeignKey(users.c.id)),
    sa.Column("role", sa.Text),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("used_at", Utc),
)
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, default=lambda: secrets.token_hex(8)),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Index("ix_attempts_who_at", "who", "at"),
)
reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("facility", KEY, nullable=False),  # no foreign key: a record's row is replaced when it changes
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("hours", sa.Text, nullable=False),  # the opening hours as they stood then
    sa.Column("at", Utc, nullable=False),
    sa.Column("sender", sa.Text),  # a keyed hash, for a day
    sa.Column("handled_at", Utc),
    sa.Column("handled_by", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("why", sa.Text),
    sa.Index("ix_reports_sender_at", "sender", "at"),
    sa.Index("ix_reports_handled_at_facility", "handled_at", "facility"),
)
scenarios = sa.Table(
    "scenarios",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("question", sa.JSON, nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("sites", sa.JSON, nullable=False),
    sa.Column("proof", sa.JSON(none_as_null=True)),
    sa.Column("grounds", sa.JSON, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("adopted_by", sa.Text),
    sa.Column("adopted_at", Utc),
    sa.Column("retired", sa.Text),
)
campaign_rows = sa.Table(  # ``campaigns`` is the noun, which the pack has
    "campaigns",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("of_pack", sa.Boolean, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("closed_by", sa.Text),
    sa.Column("closed_at", Utc),
)
# None of these refers to ``campaigns``: those of the pack are not there until somebody changes them.
drafts = sa.Table(
    "assignment_drafts",
    metadata,
    sa.Column("campaign", KEY, primary_key=True),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
)
edits = sa.Table(
    "assignment_edits",
    metadata,
    sa.Column("campaign", KEY, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("edit", sa.JSON, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
versions = sa.Table(
    "assignment_versions",
    metadata,
    sa.Column("campaign", KEY, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("grounds", sa.JSON, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("starts", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
visits = sa.Table(
    "planned_visits",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("campaign", KEY, nullable=False),
    sa.Column("team", KEY, nullable=False),
    sa.Column("position", KEY, nullable=False),
    sa.Column("date", KEY, nullable=False),
    sa.Column("start", KEY, nullable=False),
    sa.Column("end", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Index("ix_planned_visits_campaign_date", "campaign", "date"),
)
callers = sa.Table(  # apart from the ledger, so that none of it is ever in a history, a search or an export
    "callers",
    metadata,
    sa.Column("entry", KEY, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("erase_on", KEY, nullable=False, index=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
photos = sa.Table(
    "photos",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("entry", KEY, nullable=False, index=True),
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
    sa.Column("width", sa.BigInteger, nullable=False),
    sa.Column("height", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
register = sa.Table(  # follows from the records: what the register is searched, filtered and counted by
    "register",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("text", KEY, nullable=False),
    sa.Column("region", KEY, nullable=False),
    sa.Column("region_by", sa.Text, nullable=False),
    sa.Column("nearest_m", sa.Double),
    sa.Column("union_status", KEY, nullable=False),
    sa.Column("union_form", sa.Text),
    sa.Column("union_id", KEY),
    sa.Column("route", sa.Text),
    sa.Column("industry", sa.Text),
    sa.Column("workers", sa.BigInteger),
    sa.Column("members", sa.BigInteger),
    sa.Column("established_on", KEY),
    sa.Column("status_on", KEY),
    sa.Column("next_on", KEY),
    sa.Column("touched_on", KEY),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Index("ix_register_text", "text", "id"),
    # All that counts by town and status read, so that SQLite need not sort for it.
    sa.Index("ix_register_counted", "region", "union_status", "members", "workers", "union_id", "id"),
)
CHUNK = 20_000
"""Rows that are Python objects at one time."""


def at_once(table: sa.Table) -> int:
    """As many rows of a table as may be in memory together: few photos, of up to a megabyte."""
    return 50 if table is photos else CHUNK


DERIVED = (register,)
"""What is made again from the rest: no backup has it."""
REGISTER = "register"
"""The entry of ``meta`` that says what the register was made from."""


def records(noun: str) -> sa.Table:
    """The table of a noun; GongtuError for a word that is none."""
    if noun not in RECORDS:
        raise GongtuError("store.noun", noun=noun)
    return RECORDS[noun]
