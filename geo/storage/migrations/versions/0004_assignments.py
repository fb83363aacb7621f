"""Campaigns that people made or changed, drafts of who takes which position, published versions, planned visits."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

CLOCK = sa.DateTime(timezone=True)
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("of_pack", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", CLOCK, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", CLOCK, nullable=False),
        sa.Column("closed_by", sa.Text),
        sa.Column("closed_at", CLOCK),
    )
    op.create_table(
        "assignment_drafts",
        sa.Column("campaign", KEY, primary_key=True),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", CLOCK, nullable=False),
    )
    op.create_table(
        "assignment_edits",
        sa.Column("campaign", KEY, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("edit", sa.JSON, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", CLOCK, nullable=False),
    )
    op.create_table(
        "assignment_versions",
        sa.Column("campaign", KEY, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("grounds", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("starts", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", CLOCK, nullable=False),
    )
    op.create_table(
        "planned_visits",
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
        sa.Column("created_at", CLOCK, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", CLOCK, nullable=False),
    )
    op.create_index("ix_planned_visits_campaign_date", "planned_visits", ["campaign", "date"])
