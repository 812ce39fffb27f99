"""Schedules: game days that are planned, once or again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("planned_by", sa.String, nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("scenario", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.Column("environment", sa.String, nullable=False),
        sa.Column("surprise", sa.String, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("repeats", sa.String, nullable=False),
        sa.Column("window", sa.Integer, nullable=False),
        sa.Column("seed", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("done", sa.Text, nullable=False),
        sa.Column("directed", sa.Text, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("wake_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
    )
    op.create_index("ix_schedules_wake_at", "schedules", ["wake_at"])
