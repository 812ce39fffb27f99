"""Every delivery from outside, by its sender's own id, so that one that comes twice counts once.

What is acknowledged before it is handled is leased to whoever kept it: `take_at` is when somebody else may take it up,
because its keeper has died or could not handle it. So lease and backoff are one column, and an idle inbox costs nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, func, literal_column, or_, select, update

from warroom.core.declaring import dataclass
from warroom.store.prepared import Prepared, given
from warroom.store.tables import inbox

KEPT, DONE, FAILED = "kept", "done", "failed"
FARTHEST = timedelta(minutes=15)  # longer, nothing is leased or put off: such a time was written by a wrong clock
LEASE = timedelta(seconds=15)  # how long whoever takes up a delivery has it alone; renewed while it is handled
SUSPECT = 4  # tries after which it is no accident that nobody finishes it
EVENTS = ("event:", "event;")  # the keys of what Slack tells by itself lie from the one to the other,
SAID = ("heard:", "heard;")  # and those of what people said in war rooms

# Spelled out, not bound: a partial index is used only by a question that can be seen to fall within it.
_KEPT = inbox.c.state == literal_column(f"'{KEPT}'")
_FAILED = inbox.c.state == literal_column(f"'{FAILED}'")
_LEASED = inbox.c.take_at.is_not(None)

_DUE = Prepared(
    select(inbox)
    .where(_KEPT, or_(inbox.c.take_at <= bindparam("now"), inbox.c.take_at > bindparam("farthest")))
    .order_by(inbox.c.received_at, inbox.c.key)
    .limit(bindparam("limit", type_=Integer))
)
_FINISH = Prepared(
    update(inbox)
    .where(inbox.c.key == bindparam("key"), _KEPT)
    .values(state=literal_column(f"'{DONE}'"), payload=None, take_at=None)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Something that was accepted and is not handled yet.

    `tries` is how often it was taken up again, and besides how many leases were waited through after failures.
    """

    key: str
    received_at: datetime
    payload: str
    tries: int = 0


def first_time(conn: Connection, key: str, at: datetime, payload: str = "", room: int | None = None) -> bool:
    """Whether this delivery is new; for one that is handled in the same transaction."""
    return _add(conn, key, at, payload, DONE, room=room)


def went_to(conn: Connection, key: str, room: int) -> None:
    """A delivery has opened this room, which did not exist when it came."""
    conn.execute(update(inbox).where(inbox.c.key == key).values(room=room))


def room_of(conn: Connection, key: str) -> int | None:
    """The room a delivery went to, or opened."""
    return conn.execute(select(inbox.c.room).where(inbox.c.key == key)).scalar_one_or_none()


def keep(conn: Connection, key: str, at: datetime, payload: str, lease: timedelta = LEASE) -> bool:
    """Keep a delivery that is acknowledged before it is handled. False if it is here already, handled or not.

    Whoever has kept it handles it, and has it alone as long as the lease lasts.
    """
    return _add(conn, key, at, payload, KEPT, take_at=at + lease)


def unfinished(conn: Connection, before: datetime) -> Sequence[Delivery]:
    """What was told before this instant and is not finished, oldest first; not what was put aside, nor what we look for."""
    ours = (inbox.c.key.not_like("gap:%"), inbox.c.key.not_like("opened:%"))
    told = and_(_KEPT, _LEASED, inbox.c.received_at < before, *ours)
    return _found(conn, told)


def finish(conn: Connection, key: str, payload: str | None = None) -> bool:
    """It is handled; its payload is not needed any more. False if it was finished before, or never kept.

    With the payload that was handled it is finished only if that has not changed since.
    """
    if payload is None:
        return _FINISH.change(conn, key=key) == 1
    same = inbox.c.payload == (payload or None)
    return _change(conn, key, same, state=DONE, payload=None, take_at=None)


def finished(conn: Connection, key: str) -> bool:
    """Whether it has come and been handled."""
    there = and_(inbox.c.key == key, inbox.c.state == DONE)
    return conn.execute(select(inbox.c.key).where(there)).first() is not None


def any_under(conn: Connection, prefix: str) -> bool:
    """Whether something with a key that begins so has come; `prefix` ends in a colon."""
    within = and_(inbox.c.key >= prefix, inbox.c.key < f"{prefix[:-1]};")
    return conn.execute(select(inbox.c.key).where(within).limit(1)).first() is not None


# --- taken up by whoever lives


def due(conn: Connection, now: datetime, limit: int) -> Sequence[Delivery]:
    """What may be taken up now, the longest waiting first."""
    return [_delivery(each) for each in _DUE.all(conn, now=now, farthest=now + FARTHEST, limit=limit)]


def claim(conn: Connection, key: str, now: datetime, lease: timedelta = LEASE) -> Delivery | None:
    """Take up what is due. None if somebody else has: of several that ask at once, one gets it."""
    free = or_(inbox.c.take_at <= now, inbox.c.take_at > now + FARTHEST)
    mine = and_(inbox.c.key == key, _KEPT, free)
    taken = update(inbox).where(mine).values(take_at=now + lease, tries=inbox.c.tries + 1)
    found = conn.execute(taken.returning(inbox.c.key)).first()
    return _found(conn, inbox.c.key == key)[0] if found else None


def hold(conn: Connection, key: str, until: datetime) -> bool:
    """Nobody takes it up before this instant: a lease that goes on."""
    return _change(conn, key, take_at=until)


def put_off(conn: Connection, key: str, until: datetime, leases: int) -> bool:
    """It failed, and is tried again at this instant, which is so many leases away."""
    return _change(conn, key, take_at=until, tries=inbox.c.tries + leases)


def postpone(conn: Connection, key: str, until: datetime) -> bool:
    """It could not be handled yet, for no fault of its own: this does not count as a try."""
    return _change(conn, key, take_at=until, tries=inbox.c.tries - 1)


def put_aside(conn: Connection, key: str) -> bool:
    """Nobody takes it up any more; it stays here with its payload, for a person to look at."""
    return _change(conn, key, state=FAILED)


def reclaim(conn: Connection, now: datetime) -> None:
    """End every lease: for the only process of a database, which has just started.

    Not of what many have taken up already: it may be what they died of, and then nobody could start any more.
    """
    harmless = inbox.c.tries < SUSPECT
    conn.execute(update(inbox).where(_KEPT, harmless, inbox.c.take_at > now).values(take_at=now))


def failures(conn: Connection) -> int:
    """How many deliveries were put aside."""
    aside = and_(_FAILED, _LEASED)
    return int(conn.execute(select(func.count()).select_from(inbox).where(aside)).scalar_one())


def last_heard(conn: Connection, now: datetime) -> datetime | None:
    """When something last came that Slack tells by itself. Until then it was surely heard, for we were there to hear.

    What is later than `now` was written by a clock that was ahead, and says nothing.
    """
    found = _newest(conn, EVENTS, inbox.c.received_at <= now)
    return found.received_at if found else None


def newest_said(conn: Connection) -> tuple[datetime, str] | None:
    """What people said and was heard last: when that was by our clock, and its `ts`, which is by Slack's."""
    found = _newest(conn, SAID)
    return (found.received_at, found.key.rpartition(":")[2]) if found else None


def _newest(conn: Connection, keys: tuple[str, str], *more: ColumnElement[bool]) -> Any:
    within = and_(inbox.c.key >= keys[0], inbox.c.key < keys[1], *more)
    newest = select(inbox.c.key, inbox.c.received_at).where(within).order_by(inbox.c.received_at.desc()).limit(1)
    return conn.execute(newest).first()


# --- what all of them share


def _add(
    conn: Connection,
    key: str,
    at: datetime,
    payload: str,
    state: str,
    *,
    room: int | None = None,
    take_at: datetime | None = None,
) -> bool:
    values = {"key": key, "received_at": at, "room": room, "payload": payload or None, "state": state}
    return _ADD.first(conn, **values, take_at=take_at) is not None


def _adding(insert: Any) -> Any:
    new = insert(inbox).values(given("key", "received_at", "room", "payload", "state", "take_at"))
    # Not a count: of an INSERT, the drivers do not agree about that.
    return new.on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.key)


_ADD = Prepared(_adding)


def _change(conn: Connection, key: str, *more: ColumnElement[bool], **values: object) -> bool:
    waiting = and_(inbox.c.key == key, _KEPT, *more)
    return conn.execute(update(inbox).where(waiting).values(**values)).rowcount == 1


def _found(conn: Connection, where: ColumnElement[bool]) -> Sequence[Delivery]:
    found = select(inbox).where(where).order_by(inbox.c.received_at, inbox.c.key)
    return [_delivery(each) for each in conn.execute(found)]


def _delivery(found: Any) -> Delivery:
    return Delivery(key=found.key, received_at=found.received_at, payload=found.payload or "", tries=found.tries)
