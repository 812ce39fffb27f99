"""Events are taken up by whoever lives, twins are swept, budgets are shared, a start does not need Slack."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("take_at", INSTANT))
    op.add_column("inbox", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE inbox SET take_at = received_at WHERE state = 'kept'")
    op.drop_index("ix_inbox_unfinished", "inbox")
    kept = sa.column("take_at", INSTANT).is_not(None)
    op.create_index("ix_inbox_unfinished", "inbox", ["take_at"], sqlite_where=kept, postgresql_where=kept)
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.add_column("outbox", sa.Column("sweep_at", INSTANT))
    owed = sa.column("sweep_at", INSTANT).is_not(None)
    op.create_index("ix_outbox_sweep_at", "outbox", ["sweep_at"], sqlite_where=owed, postgresql_where=owed)
    op.create_table(
        "budgets",
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("free_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name", name="pk_budgets"),
    )
    op.create_table(
        "identities",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_identities"),
    )
