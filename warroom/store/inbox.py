"""Every delivery from outside, by its sender's own id, so that one that comes twice counts once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from warroom.store.db import insert
from warroom.store.tables import inbox

KEPT, DONE = "kept", "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Something that was accepted and is not handled yet."""

    key: str
    received_at: datetime
    payload: str


def first_time(conn: Connection, key: str, at: datetime, payload: str = "", room: int | None = None) -> bool:
    """Whether this delivery is new; for one that is handled in the same transaction."""
    return _add(conn, key, at, payload, room, DONE)


def went_to(conn: Connection, key: str, room: int) -> None:
    """A delivery has opened this room, which did not exist when it came."""
    conn.execute(update(inbox).where(inbox.c.key == key).values(room=room))


def room_of(conn: Connection, key: str) -> int | None:
    """The room a delivery went to, or opened."""
    return conn.execute(select(inbox.c.room).where(inbox.c.key == key)).scalar_one_or_none()


def keep(conn: Connection, key: str, at: datetime, payload: str) -> bool:
    """Keep a delivery that is acknowledged before it is handled. False if it is here already, handled or not."""
    return _add(conn, key, at, payload, None, KEPT)


def unfinished(conn: Connection, before: datetime) -> Sequence[Delivery]:
    """What was kept before this instant and is not finished, oldest first."""
    waiting = and_(inbox.c.state == KEPT, inbox.c.received_at < before)
    found = conn.execute(select(inbox).where(waiting).order_by(inbox.c.received_at, inbox.c.key))
    return [Delivery(key=each.key, received_at=each.received_at, payload=each.payload or "") for each in found]


def finish(conn: Connection, key: str) -> bool:
    """It is handled; its payload is not needed any more. False if it was finished before, or never kept."""
    waiting = and_(inbox.c.key == key, inbox.c.state == KEPT)
    return conn.execute(update(inbox).where(waiting).values(state=DONE, payload=None)).rowcount == 1


def finished(conn: Connection, key: str) -> bool:
    """Whether it has come and been handled."""
    there = and_(inbox.c.key == key, inbox.c.state == DONE)
    return conn.execute(select(inbox.c.key).where(there)).first() is not None


def _add(conn: Connection, key: str, at: datetime, payload: str, room: int | None, state: str) -> bool:
    added = insert(conn, inbox).values(key=key, received_at=at, room=room, payload=payload or None, state=state)
    once = added.on_conflict_do_nothing(index_elements=["key"])
    # Not rowcount: of an INSERT, SQLAlchemy does not promise it, and with psycopg it is -1.
    return conn.execute(once.returning(inbox.c.key)).first() is not None
