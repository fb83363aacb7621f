"""Scenarios: where somebody would put new stations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CLOCK = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "scenarios",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("question", sa.JSON, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("sites", sa.JSON, nullable=False),
        sa.Column("proof", sa.JSON),
        sa.Column("grounds", sa.JSON, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", CLOCK, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", CLOCK, nullable=False),
        sa.Column("adopted_by", sa.Text),
        sa.Column("adopted_at", CLOCK),
        sa.Column("retired", sa.Text),
    )
