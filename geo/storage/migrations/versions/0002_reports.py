"""Reports of what is wrong with a station, and where its entrance is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CLOCK = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("facilities", sa.Column("entrance_lon", sa.Double))
    op.add_column("facilities", sa.Column("entrance_lat", sa.Double))
    op.create_table(
        "reports",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("facility", KEY, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("hours", sa.Text, nullable=False),
        sa.Column("at", CLOCK, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("handled_at", CLOCK),
        sa.Column("handled_by", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("why", sa.Text),
    )
    op.create_index("ix_reports_sender_at", "reports", ["sender", "at"])
    op.create_index("ix_reports_handled_at_facility", "reports", ["handled_at", "facility"])
