"""The one place where the time is read.

Instants are aware, in UTC, and whole milliseconds: what is kept and what is computed are then the same value.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

MILLISECOND = timedelta(milliseconds=1)
SLEWED = 60.0  # seconds; what the machine's clock is corrected by, rather than set


def whole(at: datetime) -> datetime:
    """The instant, cut to milliseconds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC, to the millisecond."""

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        """Return at `until` (never, when None) or as soon as `nudge` is set."""


class SystemClock:
    """The time of day when it was made, and from then on what really passed, a suspended machine included.

    Somebody who sets the machine's clock therefore moves nothing: an hour of play stays an hour. What differs by less
    than `SLEWED` is followed, forwards at once and backwards by going slower, so that it never goes back. With `speed`
    10, ten seconds pass in one (a rehearsal, not for production).
    """

    def __init__(
        self, speed: float = 1.0, *, wall: Callable[[], float] = time.time, passed: Callable[[], float] | None = None
    ) -> None:
        """`wall` and `passed` are in seconds; the second never goes back."""
        self._speed, self._wall, self._passed = speed, wall, passed or _passed
        self._began, self._seen = self._passed(), self._passed()
        self._ahead = wall() - self._began  # of what passed since the machine was started

    def now(self) -> datetime:
        passed = self._passed()
        if self._speed != 1.0:
            passed = self._began + (passed - self._began) * self._speed
        else:
            self._follow(passed)
        return whole(datetime.fromtimestamp(passed + self._ahead, UTC))

    def set_by(self) -> timedelta:
        """By how much somebody has set the machine's clock since this process began; nothing when nobody has."""
        off = self._off(self._passed())
        return timedelta(seconds=round(off)) if abs(off) > SLEWED else timedelta(0)

    def _follow(self, passed: float) -> None:
        since, self._seen = passed - self._seen, passed
        off = self._off(passed)
        if 0 < off <= SLEWED:
            self._ahead += off
        elif -SLEWED <= off < 0:
            self._ahead += max(off, -since / 2)

    def _off(self, passed: float) -> float:
        """How far the machine's clock is ahead of ours, in seconds."""
        return 0.0 if self._speed != 1.0 else self._wall() - (passed + self._ahead)

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


def _passed() -> float:
    """Seconds since the machine was started; where the system says so, with the time it was suspended."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return time.monotonic() if boot is None else time.clock_gettime(boot)
