"""The one way in: nothing changes a room except `Runtime.handle`.

One transaction locks the room, loads what is new since this process last looked, decides, and keeps entries, effects,
the next wake and the delivery's own key together. Only when that is committed does anything reach the world, through
the outbox (runtime.deliver). The last fold of a room is remembered, so a long timeline is not read again.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from warroom.core.commands import Command, RecordReplay, Redact, Tick
from warroom.core.deciding import decide
from warroom.core.declaring import dataclass
from warroom.core.effects import Effect
from warroom.core.events import ChannelOpened, Entry, TextRedacted
from warroom.core.room import Room
from warroom.core.roomfold import fold
from warroom.core.telling import cards
from warroom.errors import NotFound
from warroom.runtime.agenda import Agenda
from warroom.runtime.clock import Clock
from warroom.store import deadletters, inbox, outbox, redacting, rooms, schedules
from warroom.store.agenda import ROOM
from warroom.store.db import Database
from warroom.store.deadletters import Letter
from warroom.store.errors import AlreadyOpen
from warroom.store.inbox import Delivery
from warroom.store.redacting import Elsewhere
from warroom.store.rooms import Kind, RoomRow, Summary

log = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(milliseconds=50)
REMEMBERED = 256  # rooms whose last fold is kept in this process

Told = Callable[[str], Sequence[tuple[str, Command]]]  # of a place in a room: what was told there, each under its key


@dataclass(frozen=True, kw_only=True, slots=True)
class Handled:
    """`entries` is empty when the delivery had been handled before, or when nothing followed from it."""

    id: int
    room: Room
    entries: tuple[Entry, ...]
    repeated: bool = False
    touched: frozenset[str] | None = None  # whom it gives something to do, by topics of the agenda; None: anybody


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """`gone`: the text is in no file of the database any more. `elsewhere`: what else holds the same words."""

    handled: Handled
    gone: bool
    elsewhere: tuple[Elsewhere, ...]


class Runtime:
    """Handles commands for the rooms of one database. Any number of processes may do so at once."""

    def __init__(self, db: Database, clock: Clock, wall: Clock | None = None) -> None:
        """`clock` is the rooms' time; `wall` paces what is delivered, and differs only in a rehearsal at speed."""
        self.db = db
        self.clock = clock
        self.wall = wall or clock
        self._folds: OrderedDict[int, Room] = OrderedDict()
        self._generation = db.generation
        self.agenda = Agenda(db, self.wall)
        self._nudges: dict[asyncio.Event, str | None] = {}

    def nudged(self, topic: str | None = None) -> asyncio.Event:
        """An event that is set after every commit that gives something to do about this topic of the agenda, or any."""
        nudge = asyncio.Event()
        self._nudges[nudge] = topic
        return nudge

    def forget(self, nudge: asyncio.Event) -> None:
        """Nobody waits for this event any more."""
        del self._nudges[nudge]

    def nudge(self, topics: frozenset[str] | None = None) -> None:
        """Wake whoever waits for something to do about one of these topics; about anything, when none is named."""
        self.agenda.changed()
        for event, topic in self._nudges.items():
            if topic is None or topics is None or topic in topics:
                event.set()

    async def settled(self) -> None:
        """Returns when nothing is due, nothing waits to be delivered and nothing kept waits to be taken up."""
        nudge = self.nudged()
        try:
            while not await self.db.read(_is_quiet, self.clock.now(), self.wall.now()):
                await self.wall.wait(self.wall.now() + LOOK_AGAIN, nudge)
                nudge.clear()
        finally:
            self.forget(nudge)

    async def handle(self, room: int, *commands: Command, key: str | None = None) -> Handled:
        """Carry out these commands, all or none. The same `key` is carried out once, ever.

        Raises Refused (nothing has changed), NotFound, and CannotKeep when the database is in trouble.
        """
        # What carries a key, or is a tick, does nothing the second time: it may be asked again when the database broke
        # while it was committing, and nobody knows whether it was kept.
        harmless = key is not None or all(isinstance(each, Tick) for each in commands)
        tx = self.db.tx_again if harmless else self.db.tx
        await self._know(room)
        return self._remember(await tx(self._handle, room, commands, key))

    async def hear(self, delivery: Delivery, workspace: str, channel: str, told: Told) -> Handled | None:
        """Carry out what a delivery tells of a channel, and keep the delivery as finished, in one transaction.

        None when nothing of it is news, or the channel is no room's. Raises as `handle`; then nothing is kept, and the
        delivery must be. Unless it is CannotKeep: then perhaps it is, and keeping it says so.
        """
        handled = await self.db.tx_again(self._hear, delivery, workspace, channel, told)
        return self._remember(handled) if handled else None

    async def redact(self, room: int, command: Redact, *, key: str | None = None, thoroughly: bool = False) -> Redacted:
        """Remove a typed text, and look whether it is gone from the files. Raises as `handle`, and NotFound without it.

        Who can wait asks for it `thoroughly`; nobody can write for a while then.
        """
        await self._know(room)
        text, handled = await self.db.tx(self._redacted, room, command, key)
        self._remember(handled)
        gone = handled.repeated or await asyncio.to_thread(redacting.fold_in, self.db, text, thoroughly=thoroughly)
        others = await self.db.read(redacting.elsewhere, text)
        return Redacted(handled=handled, gone=gone, elsewhere=tuple(others))

    async def replay(self, room: int, letters: Sequence[Letter]) -> Handled:
        """Owe again what was given up in this room, all of it or nothing. Raises Refused when that cannot be."""
        await self._know(room)
        return self._remember(await self.db.tx(self._replayed, room, letters))

    async def open(
        self,
        make: Callable[[str], Sequence[Command]],
        *,
        workspace: str,
        kind: Kind,
        mode: str,
        correlation: str = "",
        key: str | None = None,
    ) -> Handled:
        """Open a room: `make` is given the room's key (`GD-3`) and returns the commands that open it.

        What was asked for under this `key` already is not opened again: it is the room that was opened then.
        """
        tx = self.db.tx if key is None else self.db.tx_again
        return self._remember(await tx(self._open, make, workspace, kind, mode, correlation, key))

    async def open_or_handle(
        self,
        make: Callable[[str], Sequence[Command]],
        further: Sequence[Command],
        *,
        workspace: str,
        kind: Kind,
        mode: str,
        correlation: str,
        keys: Sequence[str],
    ) -> Handled | None:
        """What belongs to the open room with this correlation goes there; otherwise `make` opens one, if it has a way.

        `keys` name what was delivered; when all of them are known already, nothing happens. None: nothing to do.
        """
        given = (make, further, workspace, kind, mode, correlation, keys)
        tx = self.db.tx_again if keys else self.db.tx
        try:
            handled = await tx(self._open_or_handle, *given)
        except AlreadyOpen:  # another replica was first by a hair: now there is a room to go to
            handled = await tx(self._open_or_handle, *given)
        return self._remember(handled) if handled else None

    async def room(self, room: int) -> Room:
        """The room as it is now."""
        found = await self.db.read(self._read, room)
        self._keep(room, found)
        return found

    async def _know(self, room: int) -> None:
        """Read a room that this process does not remember, before the transaction that needs it: a long timeline takes
        seconds, and nobody should hold the room, or SQLite's only writer, for so long."""
        if room not in self._folds and (found := await self.db.read(self._read, room)).seq:
            self._keep(room, found)

    # --- inside the transaction: plain functions that cannot wait for anything

    def _handle(self, conn: Connection, room: int, commands: Sequence[Command], key: str | None) -> Handled:
        row = rooms.lock(conn, room)
        if key is not None and not inbox.first_time(conn, key, self.clock.now(), room=room):
            return Handled(id=room, room=self._load(conn, row.id), entries=(), repeated=True)
        return self._carry_out(conn, row, commands)

    def _hear(self, conn: Connection, delivery: Delivery, workspace: str, channel: str, told: Told) -> Handled | None:
        """The room is locked before a key is written, as in `_handle`: whoever holds a key waits for no room."""
        here = rooms.lock_by_channel(conn, workspace, channel)
        if not inbox.first_time(conn, delivery.key, delivery.received_at) or here is None:
            return None
        row, place = here
        now = self.clock.now()
        news = [each for key, each in told(place) if inbox.first_time(conn, key, now, room=row.id)]
        return self._carry_out(conn, row, news) if news else None

    def _open(
        self,
        conn: Connection,
        make: Callable[[str], Sequence[Command]],
        workspace: str,
        kind: Kind,
        mode: str,
        correlation: str,
        key: str | None,
    ) -> Handled:
        now = self.clock.now()
        if key is not None and not inbox.first_time(conn, key, now):
            return self._opened(conn, key)
        row = rooms.create(conn, workspace=workspace, kind=kind, mode=mode, at=now, correlation=correlation)
        if key is not None:
            inbox.went_to(conn, key, row.id)
        return self._carry_out(conn, row, make(row.key))

    def _opened(self, conn: Connection, key: str) -> Handled:
        room = inbox.room_of(conn, key)
        if room is None:
            raise NotFound("That was asked for already.")  # by a release that did not write down which room it was
        return Handled(id=room, room=self._load(conn, room), entries=(), repeated=True)

    def _open_or_handle(
        self,
        conn: Connection,
        make: Callable[[str], Sequence[Command]],
        further: Sequence[Command],
        workspace: str,
        kind: Kind,
        mode: str,
        correlation: str,
        keys: Sequence[str],
    ) -> Handled | None:
        now = self.clock.now()
        new = [
            key for key in sorted(keys) if inbox.first_time(conn, key, now)
        ]  # in one order: no two can wait for one another
        if keys and not new:
            return None
        row = rooms.by_correlation(conn, workspace, correlation)
        if row is not None:
            return self._carry_out(conn, rooms.lock(conn, row.id), further)
        if not make("?"):
            return None
        row = rooms.create(conn, workspace=workspace, kind=kind, mode=mode, at=now, correlation=correlation)
        return self._carry_out(conn, row, [*make(row.key), *further])

    def _carry_out(self, conn: Connection, row: RoomRow, commands: Sequence[Command]) -> Handled:
        room, now = self._load(conn, row.id, row.seq), self.clock.now()
        entries: list[Entry] = []
        effects: list[Effect] = []
        for command in commands:
            decided = decide(room, command, now)
            room = decided.room
            entries += decided.entries
            effects += decided.effects
        if entries:
            row = rooms.append(conn, row, entries, summary(room))
            _bind_channels(conn, row, room, entries)
        if _redactions(entries):
            before, room = room, self._redact(conn, row, entries)
            effects += cards(before, room)
        if effects:
            outbox.put(conn, row.id, effects, self.wall.now())
        touched = {outbox.kind_of(effect) for effect in effects} | ({ROOM} if room.wake_at() != row.wake_at else set())
        return Handled(id=row.id, room=room, entries=tuple(entries), touched=frozenset(touched))

    def _redact(self, conn: Connection, row: RoomRow, entries: Sequence[Entry]) -> Room:
        """Remove what these entries say was removed; the room as its timeline tells it without."""
        for each in _redactions(entries):
            redacting.redact(conn, row.id, each.seq, each.field)
        room = fold(rooms.entries(conn, row.id))
        rooms.append(conn, row, [], summary(room))
        return room

    def _redacted(self, conn: Connection, room: int, command: Redact, key: str | None) -> tuple[str, Handled]:
        there = {each.field: each.text or "" for each in redacting.typed(conn, room, command.seq)}
        return there.get(command.field, ""), self._handle(conn, room, [command], key)

    def _replayed(self, conn: Connection, room: int, letters: Sequence[Letter]) -> Handled:
        row, now = rooms.lock(conn, room), self.wall.now()
        for each in letters:
            deadletters.replay(conn, each, now)
        return self._carry_out(conn, row, [RecordReplay(what=each.what) for each in letters])

    def _read(self, conn: Connection, room: int) -> Room:
        return self._load(conn, room)

    def _load(self, conn: Connection, room: int, seq: int | None = None) -> Room:
        """`seq` is that of its last entry, where that is known: then what is remembered up to there is all there is."""
        if self._generation != self.db.generation:
            # The server is perhaps another one, to which not everything had come: what is remembered may never have been.
            self._generation = self.db.generation
            self._folds.clear()
        known = self._folds.get(room)
        if known is not None and known.seq == seq:
            return known
        new = rooms.entries(conn, room, after=known.seq if known else 0)
        if known and _redactions(new):  # what is remembered here may hold what another process removed
            return fold(rooms.entries(conn, room))
        return fold(new, known)

    # --- after the commit

    def _remember(self, handled: Handled) -> Handled:
        self._keep(handled.id, handled.room)
        self.nudge(handled.touched)
        return handled

    def _keep(self, room: int, fold_: Room) -> None:
        known = self._folds.get(room)
        if known is None or known.seq < fold_.seq:
            self._folds[room] = fold_
        self._folds.move_to_end(room)
        while len(self._folds) > REMEMBERED:
            self._folds.popitem(last=False)


def summary(room: Room) -> Summary:
    """What lists and loops need to know of a room without folding it."""
    return Summary(title=room.title, state=room.state, open=room.open, wake_at=room.wake_at())


def _redactions(entries: Sequence[Entry]) -> list[TextRedacted]:
    return [entry.event for entry in entries if isinstance(entry.event, TextRedacted)]


def _is_quiet(conn: Connection, now: datetime, wall: datetime) -> bool:
    due = rooms.due(conn, now, 1) or schedules.due(conn, now, 1)
    return not (outbox.pending(conn) or due or inbox.unfinished(conn, wall + LOOK_AGAIN))


def _bind_channels(conn: Connection, row: RoomRow, room: Room, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if isinstance(entry.event, ChannelOpened):
            rooms.bind_channel(conn, room.workspace, entry.event.channel, row.id, entry.event.place)
