"""A clock that stands still until it is moved: a whole game day passes in a moment, and no test sleeps."""

import asyncio
from datetime import UTC, datetime, timedelta

from warroom.runtime.clock import whole


class ManualClock:
    """`advance` moves it; whoever waits for a time that has come is woken."""

    def __init__(self, now: datetime = datetime(2012, 10, 21, 9, 0, tzinfo=UTC)) -> None:
        self._now = whole(now)
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self.move_to(self._now + by)

    def move_to(self, at: datetime) -> None:
        """Never backwards, except by a test that wants to see what a clock jump does."""
        self._now = whole(at)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        while not nudge.is_set() and (until is None or self._now < until):
            waits = [asyncio.ensure_future(nudge.wait()), asyncio.ensure_future(self._moved.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()
                await asyncio.gather(*waits, return_exceptions=True)
