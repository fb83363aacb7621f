"""The ledger, callers and photos apart from it, what the register is asked by, and since when a union status holds."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

CLOCK = sa.DateTime(timezone=True)
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXTS = {
    "entries": (
        *("campaign", "kind", "date", "team", "position", "region", "placed_by", "note", "enterprise", "facility"),
        *("programme", "programme_kind", "appeal_source", "appeal_type", "step", "step_on", "due", "closed_on"),
        *("handler", "channel", "claims", "outcome", "standing", "source", "as_of"),
    ),
    "enterprises": ("status_on", "next_on", "next_step"),
}
WHOLE = (
    *("people", "workers", "enterprises", "instructors", "model_workers", "collectives", "craftsmen", "problems"),
    *("volunteers", "drivers"),
)


def upgrade() -> None:
    for name in TEXTS["enterprises"]:
        op.add_column("enterprises", sa.Column(name, sa.Text))
    op.create_table(
        "entries",
        sa.Column("id", KEY, primary_key=True),
        *(sa.Column(name, sa.Text) for name in TEXTS["entries"]),
        *(sa.Column(name, sa.Double) for name in ("lon", "lat", "precision_m", "recovered")),
        *(sa.Column(name, sa.Boolean) for name in ("answered", "solved", "satisfied")),
        *(sa.Column(name, sa.BigInteger) for name in WHOLE),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("retired", sa.Text),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", CLOCK, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE entries ADD COLUMN geom geometry(Point, 4326)"
            " GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) STORED"
        )
        op.execute("CREATE INDEX ix_entries_geom ON entries USING gist (geom)")
    op.create_table(
        "callers",
        sa.Column("entry", KEY, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("erase_on", KEY, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", CLOCK, nullable=False),
    )
    op.create_index("ix_callers_erase_on", "callers", ["erase_on"])
    op.create_table(
        "photos",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("entry", KEY, nullable=False),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        sa.Column("width", sa.BigInteger, nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", CLOCK, nullable=False),
    )
    op.create_index("ix_photos_entry", "photos", ["entry"])
    op.create_table(
        "register",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("text", KEY, nullable=False),
        sa.Column("region", KEY, nullable=False),
        sa.Column("region_by", sa.Text, nullable=False),
        sa.Column("nearest_m", sa.Double),
        sa.Column("union_status", KEY, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("union_form", "route", "industry")),
        *(sa.Column(name, KEY) for name in ("union_id", "established_on", "status_on", "next_on", "touched_on")),
        *(sa.Column(name, sa.BigInteger) for name in ("workers", "members")),
        sa.Column("standing", sa.Text, nullable=False),
    )
    op.create_index("ix_register_text", "register", ["text", "id"])
    counted = ["region", "union_status", "members", "workers", "union_id", "id"]
    op.create_index("ix_register_counted", "register", counted)
    op.create_index("ix_changes_noun_revision", "changes", ["noun", "revision"])
    for noun in ("enterprises", "entries"):
        op.create_index(f"ix_{noun}_revision", noun, ["revision"])
