"""The one place where the time is read.

Instants are aware, in UTC, and whole milliseconds: what is kept and what is computed are then the same value.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

MILLISECOND = timedelta(milliseconds=1)


def whole(at: datetime) -> datetime:
    """The instant, cut to milliseconds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC, to the millisecond."""

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        """Return at `until` (never, when None) or as soon as `nudge` is set."""


class SystemClock:
    """The wall clock; with `speed` 10, ten seconds pass in one (a rehearsal, not for production)."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._began, self._monotonic = datetime.fromtimestamp(time.time(), UTC), time.monotonic()

    def now(self) -> datetime:
        if self._speed == 1.0:
            return whole(datetime.fromtimestamp(time.time(), UTC))
        passed = timedelta(seconds=(time.monotonic() - self._monotonic) * self._speed)
        return whole(self._began + passed)

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        if until is None:
            await nudge.wait()
            return
        seconds = (until - self.now()).total_seconds() / self._speed
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await nudge.wait()
        except TimeoutError:
            return
