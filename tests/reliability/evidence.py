"""What a run has left behind. Plain frozen values; `kept` reads the database's part, the rest comes from whoever ran it.

Times are wall-clock instants. `Slack` here means whatever stood in for it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DatabaseError

from warroom.core.events import Entry
from warroom.core.room import Room
from warroom.store import rooms, tables
from warroom.store.outbox import effect_id
from warroom.store.rooms import RoomRow, StoredEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """One room as the database has it."""

    row: RoomRow
    stored: tuple[StoredEntry, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """One row of the outbox, with the id that travels with its message."""

    room: int
    lane: str
    number: int
    effect_id: str
    type: str
    body: Mapping[str, Any]
    state: str
    attempts: int
    outcome: Mapping[str, Any]
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptCard:
    room: int
    card: str
    place: str
    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """All that the database says. `lanes` are (id, last_number, done_number)."""

    timelines: tuple[Timeline, ...] = ()
    owed: tuple[Owed, ...] = ()
    lanes: tuple[tuple[str, int, int], ...] = ()
    cards: tuple[KeptCard, ...] = ()
    inbox: Mapping[str, str] = field(default_factory=dict)  # key -> state
    held: bool = True  # whether every attempt to change the past was refused
    broken_by: tuple[str, ...] = ()  # the attempts that were not refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message of the bot as it stands in Slack now; an answer for one person alone has `to`.

    `gone_at` is when it was deleted, if it was. `blocks` and `metadata` are JSON.
    """

    channel: str
    ts: str
    at: datetime
    text: str
    blocks: str = "[]"
    metadata: str = "{}"
    thread: str = ""
    to: str = ""
    gone_at: datetime | None = None
    refused: bool = False  # whether Slack would not take it with blocks right before it was last written
    promised: bool = (
        True  # False: Slack applied it later than `guarantees` allows for, so that a twin may be for a while
    )

    @property
    def payload(self) -> Mapping[str, Any]:
        return json.loads(self.metadata or "{}").get("event_payload") or {}

    @property
    def effect_id(self) -> str:
        return str(self.payload.get("id", ""))

    @property
    def stands_for(self) -> int:
        """How many announcements it stands for: more than one for a digest."""
        return int(self.payload.get("count", 1) or 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """Something that was sent to the bot. `mark` stands in nothing else that was sent, and `entry` is the name of the
    event that must hold it, once, if it was acknowledged and not refused.

    `may_miss` says that it may rightly be nowhere although it was acknowledged: it was, for example, said in a room that
    was closed by then. `unheard`: it never reached the bot, which must have found it in its channel's history since.
    `hasty`: it was acknowledged at an instant at which it was not in the database, as far as somebody could look.
    """

    kind: str  # event | press | command | form | alert
    mark: str
    entry: str
    acknowledged: bool
    may_miss: bool = False
    unheard: bool = False
    hasty: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """What a fault's driver, or its target, has counted for one thing that can be broken."""

    target: str
    injected: int
    undone: int
    broken: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    kept: Kept
    messages: tuple[Message, ...] = ()
    sent: tuple[Sent, ...] = ()
    outlets: Mapping[str, int] = field(default_factory=dict)  # real outlets that no drill may reach, and their requests
    broken: tuple[Broken, ...] = ()
    canaries: tuple[str, ...] = ()  # words that stand in hidden notes and in secrets
    until_the_end: tuple[str, ...] = ()  # words that only the report of a game that is over may hold
    logs: str = ""
    exports: Mapping[str, str] = field(default_factory=dict)  # players' exports, by name
    exported_twice: Sequence[tuple[str, str, str]] = ()  # name, before a restart, after it
    remembered: Sequence[tuple[str, int, Room]] = ()  # which process, which room, and what it remembers of it
    idle: Sequence[
        tuple[datetime, datetime]
    ] = ()  # when nobody could work: no process, no database, a clock that jumped
    muted: Sequence[tuple[datetime, datetime]] = ()  # when Slack let nobody look for twins, nor delete any
    ended_at: datetime | None = None
    quiet: bool = True  # whether everything was given the time to come right
    late: timedelta = timedelta(seconds=5)  # how late a timer may be while somebody can work
    swept: timedelta = timedelta(seconds=60)  # how long a twin may stand


def kept(conn: Connection, *, attack: bool = True) -> Kept:
    """Everything the database says; with `attack`, whether it lets anybody change the past. Changes nothing."""
    rows = rooms.listing(conn, None, mode="all")
    timelines = []
    for row in sorted(rows, key=lambda each: each.id):
        stored = tuple(rooms.stored(conn, row.id))
        timelines.append(Timeline(row=row, stored=stored, entries=tuple(map(rooms.read, stored))))
    uids = {row.id: row.uid for row in rows}
    broken_by = _attacks(conn) if attack and timelines else ()
    return Kept(
        timelines=tuple(timelines),
        owed=_owed(conn, uids),
        lanes=tuple(
            (each.id, each.last_number, each.done_number)
            for each in conn.execute(select(tables.lanes).order_by(tables.lanes.c.id))
        ),
        cards=tuple(
            KeptCard(room=each.room, card=each.card, place=each.place, channel=each.channel, ts=each.ts)
            for each in conn.execute(
                select(tables.cards).order_by(tables.cards.c.room, tables.cards.c.card, tables.cards.c.place)
            )
        ),
        inbox={each.key: each.state for each in conn.execute(select(tables.inbox.c.key, tables.inbox.c.state))},
        held=not broken_by,
        broken_by=broken_by,
    )


def _owed(conn: Connection, uids: Mapping[int, str]) -> tuple[Owed, ...]:
    found = conn.execute(select(tables.outbox).order_by(tables.outbox.c.lane, tables.outbox.c.number))
    return tuple(
        Owed(
            room=each.room,
            lane=each.lane,
            number=each.number,
            effect_id=effect_id(uids[each.room], each.lane, each.number),
            type=each.type,
            body=json.loads(each.body),
            state=each.state,
            attempts=each.attempts,
            outcome=json.loads(each.outcome or "{}"),
            created_at=each.created_at,
            settled_at=each.settled_at,
        )
        for each in found
    )


ATTACKS = (
    "UPDATE entries SET body = '{}' WHERE seq = 1",
    "DELETE FROM entries WHERE seq = 1",
    "UPDATE texts SET text = 'forged' WHERE seq >= 0",
    "DELETE FROM texts",
)


def _attacks(conn: Connection) -> tuple[str, ...]:
    """Those that went through, each put back. Without texts there is nothing that two of them could do."""
    some_texts = conn.execute(select(tables.texts.c.room).limit(1)).first() is not None
    return tuple(each for each in ATTACKS if ("texts" not in each or some_texts) and _succeeds(conn, each))


def _succeeds(conn: Connection, statement: str) -> bool:
    attempt = conn.begin_nested()
    try:
        conn.exec_driver_sql(statement)
    except DatabaseError:
        return False
    else:
        return True
    finally:
        attempt.rollback()
