"""The clock of a room: time that passes only while the room is live.

Every deadline in a room is a reading of this clock, never a time of day. A game that is paused therefore does not age:
stopping the clock moves all deadlines at once. In a real incident the clock starts when the room opens and never stops.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from warroom.core.declaring import dataclass

NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class RoomClock:
    """`elapsed` is the reading at `since`; the clock runs from there, or stands still when `since` is None."""

    elapsed: timedelta = NOTHING
    since: datetime | None = None

    @property
    def running(self) -> bool:
        return self.since is not None

    def reading(self, now: datetime) -> timedelta:
        """How much room time has passed. A wall clock that jumps back does not make it negative."""
        if self.since is None:
            return self.elapsed
        return self.elapsed + max(NOTHING, now - self.since)

    def when(self, reading: timedelta) -> datetime | None:
        """The time of day at which the clock will show `reading`; None while it stands still."""
        return None if self.since is None else self.since + (reading - self.elapsed)

    def set_back(self, by: timedelta) -> "RoomClock":
        """The same reading at a time of day that is now called an earlier one."""
        return self if self.since is None else replace(self, since=self.since - by)

    def has_run_since(self, at: datetime) -> bool:
        """Whether it runs now and has not stood still since then."""
        return self.since is not None and self.since <= at

    def start(self, now: datetime) -> "RoomClock":
        return self if self.running else replace(self, since=now)

    def stop(self, now: datetime) -> "RoomClock":
        return RoomClock(elapsed=self.reading(now))
