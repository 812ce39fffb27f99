"""What is next, looked up once for everybody who waits.

Several loops of a process wait for times that lie in the database, and each would ask for its own after every commit.
Here one statement answers all of them. It is asked again when something was committed in this process, and when it is
`STALE`, since other processes commit too.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from warroom.runtime.clock import Clock
from warroom.store import agenda
from warroom.store.db import Database

STALE = timedelta(seconds=1)  # what another process has committed is seen this late at most


class Agenda:
    def __init__(self, db: Database, wall: Clock) -> None:
        self._db, self._wall = db, wall
        self._times: Mapping[str, datetime | None] = {}
        self._asked: datetime | None = None
        self._version = self._seen = 0
        self._looking: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Something was committed, or is not being done any more."""
        self._version += 1

    async def upcoming(self, topic: str) -> datetime | None:
        """When there is next something to do about this; in the past if something waits, None if nothing ever does."""
        wanted, looked = self._version, self._is_fresh()
        while not looked or self._seen < wanted:  # what is committed from now on nudges whoever waits for it
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.shield(self._looking)
            looked = True
        return self._times[topic]

    def stale_at(self) -> datetime:
        """Until when what is known may be relied on, if nothing is committed here."""
        return (self._asked or self._wall.now()) + STALE

    def _is_fresh(self) -> bool:
        return self._asked is not None and self._seen == self._version and self._wall.now() < self.stale_at()

    async def _look(self) -> None:
        version, asked = self._version, self._wall.now()
        self._times = await self._db.read(agenda.next_times)
        self._seen, self._asked = version, asked
