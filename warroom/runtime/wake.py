"""Waking rooms: whoever's time has come gets a Tick, once, on whichever replica is first."""

import asyncio
import logging
from datetime import timedelta

from warroom.core.commands import Tick
from warroom.core.refusals import Refused
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
            self._nudge.clear()
            due = await self._runtime.db.read(rooms.due, self._runtime.clock.now(), AT_ONCE)
            if due:
                await asyncio.gather(*(self._wake(room) for room in due))
                continue
            upcoming = await self._runtime.db.read(rooms.next_wake)
            soonest = self._runtime.clock.now() + POLL
            await self._runtime.clock.wait(min(upcoming, soonest) if upcoming else soonest, self._nudge)

    async def _wake(self, room: int) -> None:
        try:
            await self._runtime.handle(room, Tick())
        except Refused as refused:  # a Tick asks for nothing that could be refused; if it is, the room is at fault
            log.error("room %s refused a Tick: %s", room, refused)
