"""The store as it began: records with their history, and accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CLOCK = sa.DateTime(timezone=True)
PROVENANCE = (("standing", sa.Text), ("source", sa.Text), ("as_of", sa.Text))
PLACED = (("lon", sa.Double), ("lat", sa.Double), ("location_standing", sa.Text), ("precision_m", sa.Double))


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "commits",
        sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("at", CLOCK, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("noun", KEY, primary_key=True),
        sa.Column("record", KEY, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger, sa.ForeignKey("commits.revision"), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
    )
    op.create_index("ix_changes_revision", "changes", ["revision"])
    records(
        "regions",
        ("code", KEY),
        ("name", sa.Text),
        ("name_en", sa.Text),
        ("alias", sa.Text),
        ("kind", sa.Text),
        ("seat_lon", sa.Double),
        ("seat_lat", sa.Double),
        ("seat_confidence", sa.Text),
        ("seat_source", sa.Text),
        ("area_km2", sa.Double),
        ("population", sa.BigInteger),
        ("population_year", sa.BigInteger),
        ("in_campaign", sa.Boolean),
        ("extent_lon_min", sa.Double),
        ("extent_lat_min", sa.Double),
        ("extent_lon_max", sa.Double),
        ("extent_lat_max", sa.Double),
        *PROVENANCE,
        ("boundary_standing", sa.Text),
        ("boundary_label_zh", sa.Text),
        ("boundary_label_en", sa.Text),
        ("boundary_source", sa.Text),
        ("boundary_as_of", sa.Text),
    )
    records(
        "positions",
        ("id", KEY),
        ("name", sa.Text),
        ("name_en", sa.Text),
        ("kind", sa.Text),
        ("region", sa.Text),
        *PLACED,
        ("phrase", sa.Text),
        *PROVENANCE,
    )
    records(
        "facilities",
        ("id", KEY),
        ("kind", sa.Text),
        ("name", sa.Text),
        ("name_en", sa.Text),
        ("region", sa.Text),
        ("address", sa.Text),
        *PLACED,
        ("state", sa.Text),
        ("opening_hours", sa.Text),
        ("amenities", sa.Text),
        ("verified_on", sa.Text),
        ("verified_by", sa.Text),
        ("note", sa.Text),
        ("phrase", sa.Text),
        *PROVENANCE,
    )
    records(
        "enterprises",
        ("id", KEY),
        ("name", sa.Text),
        ("credit_code", sa.Text),
        ("address", sa.Text),
        ("region", sa.Text),
        ("nature", sa.Text),
        ("economic_type", sa.Text),
        ("industry", sa.Text),
        ("groups", sa.Text),
        ("workers", sa.BigInteger),
        ("members", sa.BigInteger),
        ("union_status", sa.Text),
        ("union_form", sa.Text),
        ("union_id", sa.Text),
        ("route", sa.Text),
        ("established_on", sa.Text),
        ("parent_union", sa.Text),
        ("contact", sa.Text),
        ("phone", sa.Text),
        ("lon", sa.Double),
        ("lat", sa.Double),
        *PROVENANCE,
    )
    if postgresql:
        # Real geometry, kept by the database itself, so that a desktop GIS can connect to the tables.
        op.execute("ALTER TABLE regions ADD COLUMN geometry geometry(MultiPolygon, 4326)")
        op.execute("CREATE INDEX ix_regions_geometry ON regions USING gist (geometry)")
        for noun in ("positions", "facilities", "enterprises"):
            op.execute(
                f"ALTER TABLE {noun} ADD COLUMN geom geometry(Point, 4326)"
                " GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED"
            )
            op.execute(f"CREATE INDEX ix_{noun}_geom ON {noun} USING gist (geom)")
    else:
        op.add_column("regions", sa.Column("geometry", sa.LargeBinary))
    op.create_table(
        "users",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("password", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("disabled", sa.Text),
        sa.Column("created_at", CLOCK, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("user", sa.Text, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("issued_at", CLOCK, nullable=False),
        sa.Column("expires_at", CLOCK, nullable=False),
        sa.Column("revoked_at", CLOCK),
        sa.Column("via", sa.Text, nullable=False),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "links",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("user", sa.Text, sa.ForeignKey("users.id")),
        sa.Column("role", sa.Text),
        sa.Column("expires_at", CLOCK, nullable=False),
        sa.Column("used_at", CLOCK),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", CLOCK, nullable=False),
    )
    op.create_index("ix_attempts_who_at", "attempts", ["who", "at"])


def records(noun: str, key: tuple[str, sa.Text], *columns: tuple[str, type]) -> None:
    """The table of a noun: its key, its columns, and what is known of its last change."""
    op.create_table(
        noun,
        sa.Column(*key, primary_key=True),
        *(sa.Column(*column) for column in columns),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("retired", sa.Text),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", CLOCK, nullable=False),
    )
