"""The schema. `migrations/` brings a database to it; a test holds the two together.

Two places have the same shape: a row that counts, and numbered rows under it. Lock the counting row (`rooms`, `lanes`)
and everything under it happens in one order. Locks are taken room first, then lanes by id.

`entries` is append-only and `texts` can only be redacted: triggers in the database refuse anything else.
Nothing cascades: on SQLite, rebuilding a parent table would silently delete its children.
Indexes with an `sqlite_where` cover the same rows on PostgreSQL; only to say so here would import its dialect at every start.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from warroom.store.columns import BigId, Escaped, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counters = Table(
    "counters",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("last_number", Integer, nullable=False),
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("uid", String(36), nullable=False, unique=True),
    Column("workspace", String, nullable=False),
    Column("kind", String, nullable=False),  # game-day | incident
    Column("mode", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", String, nullable=False),  # GD-1, INC-7
    Column("seq", Integer, nullable=False),  # of the last entry
    Column("head_hash", String(64), nullable=False),  # of the last entry
    Column("wake_at", Instant),
    Column("state", String, nullable=False),
    Column("title", Escaped, nullable=False),
    Column("correlation", Escaped),
    Column("open", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    UniqueConstraint("workspace", "key"),
    CheckConstraint("mode IN ('drill', 'real')", name="mode"),
)
Index("ix_rooms_wake_at", rooms.c.wake_at)
Index(
    "ix_rooms_open_correlation",
    rooms.c.workspace,
    rooms.c.correlation,
    unique=True,
    sqlite_where=rooms.c.open.is_(True),
)

entries = Table(
    "entries",
    metadata,
    Column("room", BigId, ForeignKey("rooms.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("occurred_at", Instant),
    Column("by", Escaped, nullable=False),
    Column("type", String, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON; not a JSON column, which may change what is hashed
    Column("hash", String(64), nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("room", BigId, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("field", Escaped, primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("kind", String, nullable=False),  # typed | hidden
    Column("text", Escaped),  # NULL once redacted
    ForeignKeyConstraint(["room", "seq"], ["entries.room", "entries.seq"]),
)

lanes = Table(
    "lanes",
    metadata,
    Column("id", Escaped, primary_key=True),
    Column("room", BigId, ForeignKey("rooms.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),  # talk | act | watch
    Column("last_number", Integer, nullable=False),
    Column("done_number", Integer, nullable=False),
    Column("ready_at", Instant, nullable=False),  # pace, Retry-After, backoff and lease at once
    Column("epoch", Integer, nullable=False),
    CheckConstraint("done_number <= last_number", name="order"),
)
Index(
    "ix_lanes_ready_at",  # idle lanes cost nothing
    lanes.c.ready_at,
    sqlite_where=lanes.c.done_number < lanes.c.last_number,
)

outbox = Table(
    "outbox",
    metadata,
    Column("lane", Escaped, ForeignKey("lanes.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("room", BigId, ForeignKey("rooms.id"), nullable=False, index=True),
    Column("type", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("collapse", Escaped),
    Column("attempts", Integer, nullable=False),
    Column("state", String, nullable=False),  # pending | done | failed
    Column("outcome", Text),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("sweep_at", Instant),  # when to look whether it was said twice; NULL when there is no reason to
)
Index(
    "ix_outbox_sweep_at",
    outbox.c.sweep_at,
    sqlite_where=outbox.c.sweep_at.is_not(None),
)

inbox = Table(
    "inbox",
    metadata,
    Column("key", Escaped, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("room", BigId, ForeignKey("rooms.id")),
    Column("payload", Escaped),
    Column("state", String, nullable=False),  # kept | done | failed
    Column("take_at", Instant),  # lease and backoff at once; NULL when it is done
    Column("tries", Integer, nullable=False, server_default="0"),
)
Index(
    "ix_inbox_unfinished",
    inbox.c.take_at,
    sqlite_where=inbox.c.take_at.is_not(None),
)
Index("ix_inbox_received_at", inbox.c.received_at)  # when something was last heard

cards = Table(
    "cards",
    metadata,
    Column("room", BigId, ForeignKey("rooms.id"), primary_key=True, autoincrement=False),
    Column("card", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("ts", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Index("ix_cards_message", "channel", "ts"),
)

channels = Table(
    "channels",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("room", BigId, ForeignKey("rooms.id"), nullable=False, index=True),
    Column("place", String, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("name", Escaped, nullable=False),
    Column("is_bot", Boolean, nullable=False),
    Column("tz", String, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", Escaped, nullable=False),
    Column("text", Escaped, nullable=False),
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("planned_by", String, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("scenario", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("people", Text, nullable=False),  # JSON: players, directors, evaluators, safety
    Column("environment", String, nullable=False),
    Column("surprise", String, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("zone", String, nullable=False),  # an IANA name
    Column("repeats", String, nullable=False),
    Column("window", Integer, nullable=False),  # minutes
    Column("seed", String, nullable=False),  # where in the window it starts is drawn from this
    Column("number", Integer, nullable=False),  # of the game day that comes next
    Column("begins_at", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("done", Text, nullable=False),  # JSON: what was done for it already
    Column("directed", Text, nullable=False),  # JSON: who directed before, the last one last
    Column("trouble", Escaped, nullable=False),  # why the last one could not be opened
    Column("wake_at", Instant),  # when something is to be done; NULL once it has ended
    Column("ended_at", Instant),
    Index("ix_schedules_wake_at", "wake_at"),
)

budgets = Table(
    "budgets",
    metadata,
    Column("workspace", String, primary_key=True),
    Column("name", String, primary_key=True),  # a method of Slack's, or a method in one channel
    Column("free_at", Instant, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("token", String(64), primary_key=True),  # the SHA-256 of a bot token
    Column("body", Text, nullable=False),  # JSON: who the bot is, so that a start does not need Slack
    Column("seen_at", Instant, nullable=False),
)
