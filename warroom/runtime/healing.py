"""What a wrong clock has put off is brought back.

A process whose clock is hours ahead leaves times that lie hours ahead, and whoever waits for the earliest time would not
see them behind others that are right. So it is looked for them at the start and once a minute; and at once when even the
earliest is later than anything waits.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from warroom.runtime.handle import Runtime

EVERY = timedelta(minutes=1)


class Healing:
    """`needed` says whether `heal` would find anything: a look that finds nothing writes nothing."""

    def __init__(
        self,
        runtime: Runtime,
        needed: Callable[[Connection, datetime], bool],
        heal: Callable[[Connection, datetime], None],
        *,
        farthest: timedelta,
    ) -> None:
        self._runtime, self._needed, self._heal, self._farthest = runtime, needed, heal, farthest
        self._next: datetime | None = None

    async def done(self, upcoming: datetime | None) -> bool:
        """Whether something was brought back. `upcoming` is the earliest time there is, and may be such a one."""
        now = self._runtime.wall.now()
        late = upcoming is not None and upcoming > now + self._farthest
        if not late and self._next is not None and now < self._next <= now + EVERY:
            return False
        self._next = now + EVERY
        if not await self._runtime.db.read(self._needed, now):
            return False
        await self._runtime.db.tx(self._heal, now)
        self._runtime.agenda.changed()
        return True
