"""Taking out what nobody needs any more: what was delivered, in rooms that were closed long ago.

Timelines are never pruned, and what was given up stays until it is replayed. The keys of alerts stay: an alert that still
fires is sent again and again, and must be known.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, or_, select, tuple_

from warroom.core.declaring import dataclass
from warroom.store.inbox import DONE
from warroom.store.tables import inbox, outbox, rooms

BATCH = 500  # rows in one transaction, so that nobody waits for long


@dataclass(frozen=True, kw_only=True, slots=True)
class Prunable:
    """`deliveries` that were made, and `keys` of what came in and was finished."""

    deliveries: int
    keys: int


def prunable(conn: Connection, before: datetime) -> Prunable:
    """How much of each has been over since before this instant."""
    deliveries = conn.execute(select(func.count()).select_from(outbox).where(_delivered(before))).scalar_one()
    keys = conn.execute(select(func.count()).select_from(inbox).where(_finished(before))).scalar_one()
    return Prunable(deliveries=deliveries, keys=keys)


def prune(conn: Connection, before: datetime) -> Prunable:
    """Take out a batch of each; how many those were. Nothing is left when both are 0."""
    some = conn.execute(select(outbox.c.lane, outbox.c.number).where(_delivered(before)).limit(BATCH)).all()
    keys = conn.execute(select(inbox.c.key).where(_finished(before)).limit(BATCH)).scalars().all()
    if some:
        conn.execute(delete(outbox).where(tuple_(outbox.c.lane, outbox.c.number).in_([tuple(each) for each in some])))
    if keys:
        conn.execute(delete(inbox).where(inbox.c.key.in_(keys)))
    return Prunable(deliveries=len(some), keys=len(keys))


def _delivered(before: datetime) -> ColumnElement[bool]:
    settled = and_(outbox.c.state.in_(("done", "replayed")), outbox.c.settled_at < before, outbox.c.sweep_at.is_(None))
    return and_(settled, outbox.c.room.in_(_closed(before)))


def _finished(before: datetime) -> ColumnElement[bool]:
    from_slack = and_(inbox.c.room.is_(None), func.substr(inbox.c.key, 1, 6) == "event:")
    over = and_(inbox.c.state == DONE, inbox.c.received_at < before)
    return and_(over, or_(inbox.c.room.in_(_closed(before)), from_slack))


def _closed(before: datetime) -> Select[tuple[int]]:
    return select(rooms.c.id).where(rooms.c.closed_at < before, rooms.c.open.is_(False))
