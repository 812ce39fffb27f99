"""When nothing can be kept: noticing it, saying so, finding out that it is over, and writing down that it was.

While all is well this only reads, now and then. When a write has failed, or an answer is long in coming, it writes a probe
every few seconds until that succeeds; nothing has to be restarted. If it lasts, the open rooms are told once, past the
outbox, which is in the database. When it is over every open room gets an entry that says from when to when, so that
the gap can be seen; telling it is the entry's affair, as with any other.

With several replicas each of them does this. A room takes the first entry about a time and no second one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from warroom.core.commands import RecordInterruption
from warroom.core.declaring import dataclass
from warroom.core.effects import BACKCHANNEL, WAR_ROOM
from warroom.core.refusals import Refused
from warroom.errors import NotFound
from warroom.runtime.clock import whole
from warroom.runtime.handle import Runtime
from warroom.store import rooms
from warroom.store.rooms import Whereabouts
from warroom.store.trouble import Kind

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=1)  # how often it is asked, without asking the database, whether all is well
PROBE = timedelta(seconds=2)  # between two attempts to write, while it is not
TOLD_AFTER = timedelta(seconds=3)  # what is over sooner was a hiccup: whoever asked then has been told
ROOMS, ROOMS_AT_LEAST = timedelta(seconds=5), timedelta(seconds=30)  # between two looks at who would have to be told
SKEW = timedelta(minutes=5)  # between two comparisons of clocks


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruption:
    """Since when nothing can be kept, and why."""

    since: datetime
    kind: Kind


Tell = Callable[[Whereabouts, Interruption], Awaitable[bool]]
Recovered = Callable[[datetime], Awaitable[None]]


class Keeping:
    """`tell` says it in one channel, and whether it could; `on_recovered` is called with the start of what is over."""

    def __init__(self, runtime: Runtime, *, tell: Tell, on_recovered: Recovered | None = None) -> None:
        self._runtime, self._wall, self._tell, self._on_recovered = runtime, runtime.wall, tell, on_recovered
        self._nudge = runtime.nudged()
        self._now: Interruption | None = None
        self._told: set[int] = set()
        self._rooms: Sequence[Whereabouts] = ()
        self._seen: datetime | None = None
        self._compared: datetime | None = None
        self._after: set[asyncio.Task[None]] = set()
        self.skew: timedelta | None = None  # how far the database's clock is before ours

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                try:
                    await self._once()
                except Exception:  # whatever it is, somebody must go on looking
                    log.exception("could not look after what is kept; trying again")
                    await self._pause(PROBE)
        finally:
            for each in self._after:
                each.cancel()
            await asyncio.gather(*self._after, return_exceptions=True)

    async def _once(self) -> None:
        trouble = await self._runtime.db.probe() if self._runtime.db.suspected else None
        if trouble is not None:
            since = self._now.since if self._now else whole(self._wall.now() - trouble.lasts)
            self._now = Interruption(since=since, kind=trouble.kind)
            if self._lasts(self._now):
                await self._tell_rooms(self._now)
            await self._pause(PROBE)
            return
        if self._now is not None:
            await self._over(self._now)
        await self._look_around()
        await self._pause(LOOK)

    def _lasts(self, there: Interruption) -> bool:
        return self._wall.now() - there.since >= TOLD_AFTER

    # --- while it lasts

    async def _tell_rooms(self, now: Interruption) -> None:
        """Those that could not be told are told with the next look. What is real is told first."""
        try:
            self._rooms = await self._runtime.db.read(_told_of)
        except Exception:
            log.info("the rooms that are open cannot be read; those that are remembered are told")
        for room in self._rooms:
            if room.id not in self._told and await self._tell(room, now):
                self._told.add(room.id)

    # --- when it is over

    async def _over(self, was: Interruption) -> None:
        """May fail, if it was not over after all: then it goes on, and the room takes no second entry."""
        if self._lasts(was):
            until = self._wall.now()
            for room in await self._runtime.db.read(_told_of):
                await self._write_down(room, was, until)
            if self._on_recovered is not None:
                self._begin(self._on_recovered(was.since))
        self._now = None
        self._told.clear()

    async def _write_down(self, room: Whereabouts, was: Interruption, until: datetime) -> None:
        told = RecordInterruption(since=was.since, until=until, why=was.kind.was)
        try:
            await self._runtime.handle(room.id, told, key=f"interruption:{room.id}:{was.since.isoformat()}")
        except (Refused, NotFound) as refused:
            log.info("%s takes no entry about what could not be kept: %s", room.key, refused)

    def _begin(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            try:
                await work
            except Exception:
                log.exception("what was missed could not be fetched")

        task = asyncio.create_task(done())
        self._after.add(task)
        task.add_done_callback(self._after.discard)

    # --- while all is well

    async def _look_around(self) -> None:
        now = self._wall.now()
        if self._compared is None or now - self._compared >= SKEW:
            self._compared = now
            self.skew = await self._runtime.db.skew()
        since = None if self._seen is None else now - self._seen
        if since is None or since >= ROOMS_AT_LEAST or (self._nudge.is_set() and since >= ROOMS):
            self._nudge.clear()
            self._seen = now
            self._rooms = await self._runtime.db.read(_told_of)

    async def _pause(self, length: timedelta) -> None:
        await self._wall.wait(self._wall.now() + length, asyncio.Event())


def _told_of(conn: Connection) -> Sequence[Whereabouts]:
    """Every open room and the channel where people are; real ones first. A game that has not begun has its backchannel."""
    return rooms.whereabouts(conn, (WAR_ROOM, BACKCHANNEL))
