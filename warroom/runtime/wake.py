"""Waking rooms: whoever's time has come gets a Tick, once, on whichever replica is first.

`Rounds` is how a process looks after anything whose next time lies in the database; rooms are one such thing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import Connection

from warroom.core.commands import Tick
from warroom.core.deciding import DISAGREE
from warroom.failpoints import reached
from warroom.runtime.clock import Clock
from warroom.runtime.handle import Runtime
from warroom.runtime.healing import Healing
from warroom.store import rooms
from warroom.store.agenda import ROOM

log = logging.getLogger(__name__)

AT_ONCE = 50
POLL = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
Due = TypeVar("Due")


class Rounds(Generic[Due]):
    """Looks what is due by `clock` (the rooms', unless said otherwise), has it tended, and waits until the next is. One
    that cannot be keeps no other.

    `topic` is what the agenda calls it; `due` finds at most so many. What was tended is due no more. `what` is for the log.
    `healing` brings back what a wrong clock has put off.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        topic: str,
        due: Callable[[Connection, datetime, int], Sequence[Due]],
        tend: Callable[[Due], Awaitable[object]],
        what: str,
        clock: Clock | None = None,
        healing: Healing | None = None,
    ) -> None:
        self._healing = healing
        self._runtime, self._topic, self._due, self._tend, self._what = runtime, topic, due, tend, what
        self._clock = clock or runtime.clock
        self._nudge = runtime.nudged(topic)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._once()
            except Exception:  # the database may be away for a while; what was due is still due when it is back
                log.exception("could not look which %s is due; trying again", self._what)
                await self._pause()

    async def _once(self) -> None:
        self._nudge.clear()
        upcoming = await self._runtime.agenda.upcoming(self._topic)
        if self._healing and await self._healing.done(upcoming):
            return
        if upcoming is None or upcoming > self._clock.now():
            soonest = self._clock.now() + POLL
            await self._clock.wait(min(upcoming, soonest) if upcoming else soonest, self._nudge)
            return
        waiting = await self._runtime.db.read(self._due, self._clock.now(), AT_ONCE)
        tended = await asyncio.gather(*map(self._tended, waiting))
        self._runtime.agenda.changed()
        if waiting and not any(tended):
            await self._pause()

    async def _tended(self, due: Due) -> bool:
        try:
            await self._tend(due)
        except Exception:  # a timeline this release cannot read, a lock that is held too long: later, perhaps
            log.exception("%s %s could not be looked after", self._what, due)
            return False
        return True

    async def _pause(self) -> None:
        """Not woken by a nudge: what failed just now would fail again at once."""
        await self._runtime.wall.wait(self._runtime.wall.now() + POLL, asyncio.Event())


class Waker:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._rounds = Rounds(runtime, topic=ROOM, due=rooms.due, tend=self._wake, what="room")

    async def run(self) -> None:
        """Until cancelled."""
        while not await self._knows_the_time():
            await self._runtime.wall.wait(self._runtime.wall.now() + POLL, asyncio.Event())
        async with asyncio.TaskGroup() as both:
            both.create_task(self._rounds.run())
            both.create_task(self._watch_the_clock())

    async def _watch_the_clock(self) -> None:
        """Another process, on a machine whose clock is wrong, may write to rooms at a time that is still to come."""
        while True:
            await self._runtime.wall.wait(self._runtime.wall.now() + MINUTE, asyncio.Event())
            await self._knows_the_time()

    async def _knows_the_time(self) -> bool:
        """Rooms that were written to at a time that is still to come have to learn that the clock was set back
        meanwhile, since what they wait for is later than it should be."""
        try:
            for room in await self._runtime.db.read(rooms.ahead_of, self._runtime.clock.now() + DISAGREE):
                await self._wake(room)
        except Exception:  # as above; nobody is woken too early meanwhile
            log.exception("could not look whether the clock was set back; trying again")
            return False
        return True

    async def _wake(self, room: int) -> None:
        await reached("wake.due")
        await self._runtime.handle(room, Tick())
