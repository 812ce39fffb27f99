"""The first schema: rooms and timelines, lanes and outbox, inbox, cards, channels, people, sources."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    rooms()
    timeline()
    deliveries()
    surroundings()
    append_only_on_sqlite() if op.get_bind().dialect.name == "sqlite" else append_only_on_postgresql()


def rooms() -> None:
    op.create_table(
        "counters",
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", name="pk_counters"),
    )
    op.create_table(
        "rooms",
        sa.Column("id", ID, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("head_hash", sa.String(64), nullable=False),
        sa.Column("wake_at", INSTANT),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("correlation", sa.Text),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
        sa.UniqueConstraint("uid", name="uq_rooms_uid"),
        sa.UniqueConstraint("workspace", "key", name="uq_rooms_workspace_key"),
        sa.CheckConstraint("mode IN ('drill', 'real')", name="ck_rooms_mode"),
    )
    op.create_index("ix_rooms_wake_at", "rooms", ["wake_at"])
    still_open = sa.column("open", sa.Boolean).is_(True)
    op.create_index(
        "ix_rooms_open_correlation",
        "rooms",
        ["workspace", "correlation"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def timeline() -> None:
    op.create_table(
        "entries",
        sa.Column("room", ID, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("occurred_at", INSTANT),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("room", "seq", name="pk_entries"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_entries_room"),
    )
    op.create_table(
        "texts",
        sa.Column("room", ID, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("room", "seq", "field", name="pk_texts"),
        sa.ForeignKeyConstraint(["room", "seq"], ["entries.room", "entries.seq"], name="fk_texts_room_seq"),
    )


def deliveries() -> None:
    op.create_table(
        "lanes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("room", ID, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.Column("done_number", sa.Integer, nullable=False),
        sa.Column("ready_at", INSTANT, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lanes"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_lanes_room"),
        sa.CheckConstraint("done_number <= last_number", name="ck_lanes_order"),
    )
    op.create_index("ix_lanes_room", "lanes", ["room"])
    waiting = sa.column("done_number") < sa.column("last_number")
    op.create_index("ix_lanes_ready_at", "lanes", ["ready_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "outbox",
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("room", ID, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("collapse", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.PrimaryKeyConstraint("lane", "number", name="pk_outbox"),
        sa.ForeignKeyConstraint(["lane"], ["lanes.id"], name="fk_outbox_lane"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_outbox_room"),
    )
    op.create_index("ix_outbox_room", "outbox", ["room"])
    op.create_table(
        "inbox",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("room", ID),
        sa.Column("payload", sa.Text),
        sa.Column("state", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_inbox"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_inbox_room"),
    )
    kept = sa.column("state") == sa.literal_column("'kept'")
    op.create_index("ix_inbox_unfinished", "inbox", ["received_at"], sqlite_where=kept, postgresql_where=kept)


def surroundings() -> None:
    op.create_table(
        "cards",
        sa.Column("room", ID, nullable=False),
        sa.Column("card", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("ts", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("room", "card", "place", name="pk_cards"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_cards_room"),
    )
    op.create_index("ix_cards_message", "cards", ["channel", "ts"])
    op.create_table(
        "channels",
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("room", ID, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", name="pk_channels"),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name="fk_channels_room"),
    )
    op.create_index("ix_channels_room", "channels", ["room"])
    op.create_table(
        "people",
        sa.Column("workspace", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_bot", sa.Boolean, nullable=False),
        sa.Column("tz", sa.String, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "person", name="pk_people"),
    )
    op.create_table(
        "sources",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sources"),
    )


# What redaction may do to a row of texts: empty it. Nothing else, and nothing at all to a hidden one.
REDACTED = (
    "NEW.text IS NULL AND OLD.kind = 'typed' AND NEW.room = OLD.room AND NEW.seq = OLD.seq "
    "AND NEW.field = OLD.field AND NEW.salt = OLD.salt AND NEW.kind = OLD.kind"
)


def append_only_on_sqlite() -> None:
    for table, change, when in (
        ("entries", "UPDATE", ""),
        ("entries", "DELETE", ""),
        ("texts", "UPDATE", f"WHEN NOT ({REDACTED})"),
        ("texts", "DELETE", ""),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{change.lower()} BEFORE {change} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END"
        )


def append_only_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the timeline is append-only'; END $$"
    )
    for table, change, when in (
        ("entries", "UPDATE", ""),
        ("entries", "DELETE", ""),
        ("texts", "UPDATE", f"WHEN (NOT ({REDACTED}))"),
        ("texts", "DELETE", ""),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_{change.lower()} BEFORE {change} ON {table} "
            f"FOR EACH ROW {when} EXECUTE FUNCTION refuse_change()"
        )
    for table in ("entries", "texts"):
        op.execute(
            f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
