"""Waking rooms: whoever's time has come gets a Tick, once, on whichever replica is first."""

import asyncio
import logging
from datetime import timedelta

from warroom.core.commands import Tick
from warroom.runtime.handle import Runtime
from warroom.store import rooms

log = logging.getLogger(__name__)

AT_ONCE = 50
POLL = timedelta(seconds=1)  # what another replica has scheduled is seen this late at most


class Waker:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._nudge = runtime.nudged()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._once()
            except Exception:  # the database may be away for a while; what was due is still due when it is back
                log.exception("could not look whose time has come; trying again")
                await self._pause()

    async def _once(self) -> None:
        self._nudge.clear()
        due = await self._runtime.db.read(rooms.due, self._runtime.clock.now(), AT_ONCE)
        if due:
            woken = await asyncio.gather(*(self._wake(room) for room in due))
            if not any(woken):
                await self._pause()
            return
        upcoming = await self._runtime.db.read(rooms.next_wake)
        soonest = self._runtime.clock.now() + POLL
        await self._runtime.clock.wait(min(upcoming, soonest) if upcoming else soonest, self._nudge)

    async def _wake(self, room: int) -> bool:
        """Whether it could be woken; one that cannot keeps no other room waiting."""
        try:
            await self._runtime.handle(room, Tick())
        except Exception:  # a timeline this release cannot read, a lock that is held too long: later, perhaps
            log.exception("room %s could not be woken", room)
            return False
        return True

    async def _pause(self) -> None:
        """Not woken by a nudge: what failed just now would fail again at once."""
        await self._runtime.wall.wait(self._runtime.wall.now() + POLL, asyncio.Event())
