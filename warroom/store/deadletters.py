"""What was given up, what waits, and giving up taken back.

An effect that is replayed becomes a new one at the end of its lane, so that order is kept; the one that was given up says
which one that is, and is never replayed a second time. What acted is not replayed: a machine acts once.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, true, update

from warroom.core import chain
from warroom.core.declaring import dataclass
from warroom.core.effects import Effect, FindRunbooks, OpenRealRoom, RollBack, Talk, in_words
from warroom.core.refusals import NotNow, Unknown
from warroom.store import codec
from warroom.store.errors import Unreadable
from warroom.store.outbox import EFFECTS, WATCH, effect_id
from warroom.store.tables import lanes, outbox, rooms

PENDING, FAILED, REPLAYED = "pending", "failed", "replayed"
SAFE = (Talk, FindRunbooks, OpenRealRoom, RollBack)  # may be done again, though nobody knows what came of it before


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """An effect that waits, or was given up. `id` is what it is called in the log; `reason` why it is not done."""

    id: str
    room_id: int
    room: str
    lane: str
    number: int
    what: str
    state: str
    since: datetime
    attempts: int
    reason: str


def waiting(conn: Connection, room_id: int | None = None) -> list[Letter]:
    """What is neither done nor given up, by room and in order. What is only watched is not waited for."""
    query = _query(outbox.c.state == PENDING, room_id).join(lanes, lanes.c.id == outbox.c.lane)
    return [_letter(each) for each in conn.execute(query.where(lanes.c.kind != WATCH))]


def given_up(conn: Connection, room_id: int | None = None) -> list[Letter]:
    """What was given up and not replayed, by room and in order."""
    return [_letter(each) for each in conn.execute(_query(outbox.c.state == FAILED, room_id))]


def count(conn: Connection) -> int:
    """How much was given up and not replayed."""
    query = select(func.count()).select_from(outbox).where(outbox.c.state == FAILED)
    return int(conn.execute(query).scalar_one())


def replay(conn: Connection, letter: Letter, now: datetime) -> int:
    """Owe it again, at the end of its lane; its new number there. The caller holds the room's lock, and says it there.

    Raises NotNow when it was replayed before, and Unknown when it is of a kind that is never done again.
    """
    this = and_(outbox.c.lane == letter.lane, outbox.c.number == letter.number)
    row = conn.execute(select(outbox).where(this)).one()
    if row.state != FAILED:
        raise NotNow(f"{letter.id} is not given up any more: it was replayed before.")
    effect = _effect(row.type, row.body)
    if not isinstance(effect, SAFE):
        raise Unknown(f"{letter.id} is not replayed: what acts, acts once. Go on in the room: {letter.what}.")
    step = update(lanes).where(lanes.c.id == letter.lane).values(last_number=lanes.c.last_number + 1)
    number: int = conn.execute(step.returning(lanes.c.last_number)).scalar_one()
    again = {name: getattr(row, name) for name in ("lane", "room", "type", "body", "collapse")}
    again |= {"number": number, "attempts": 0, "state": PENDING, "created_at": now}
    conn.execute(outbox.insert().values(again | {"outcome": chain.canonical({"replays": letter.number})}))
    told = chain.canonical({**json.loads(row.outcome or "{}"), "replayed_as": number})
    conn.execute(update(outbox).where(this).values(state=REPLAYED, outcome=told))
    return number


def _query(wanted: ColumnElement[bool], room_id: int | None) -> Any:
    of_room = true() if room_id is None else outbox.c.room == room_id
    query = select(outbox, rooms.c.uid, rooms.c.key).join(rooms, rooms.c.id == outbox.c.room)
    return query.where(wanted, of_room).order_by(outbox.c.room, outbox.c.created_at, outbox.c.lane, outbox.c.number)


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        id=effect_id(row.uid, row.lane, row.number),
        room_id=row.room,
        room=row.key,
        lane=row.lane,
        number=row.number,
        what=_what(row),
        state=row.state,
        since=row.settled_at or row.created_at,
        attempts=row.attempts,
        reason=str(json.loads(row.outcome or "{}").get("reason", "")),
    )


def _what(row: Row[Any]) -> str:
    try:
        return in_words(_effect(row.type, row.body))
    except Unreadable:
        return f"{row.type}, of another release"


def _effect(name: str, body: str) -> Effect:
    if name not in EFFECTS:
        raise Unreadable(f"{name} is an effect of another release")
    return codec.decode(EFFECTS[name], json.loads(body))
