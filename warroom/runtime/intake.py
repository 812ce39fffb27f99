"""What was kept before it was handled is handled, by whichever process lives.

Whoever keeps a delivery has it under lease and handles it at once. When that process dies, or cannot handle it, another
takes it up when the lease or the backoff has run out. What fails too often is put aside, where a person can see it: one
delivery that nobody can handle must not be tried for ever. How long it has been tried is told by what was waited in between,
not by a clock: ten processes in a row may die within seconds, and the clock may be set meanwhile. Looking costs a read; an
idle process writes nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Concatenate, ParamSpec

from sqlalchemy import Connection

from warroom.failpoints import reached
from warroom.runtime.handle import Runtime
from warroom.store import inbox
from warroom.store.inbox import LEASE, Delivery

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=2)  # between two looks
AT_ONCE = 20
PATIENCE = timedelta(minutes=15)  # that something is tried for
MOST = PATIENCE // LEASE + inbox.SUSPECT  # tries: each is followed by a lease, or by a backoff that counts as so many
LONGEST = timedelta(minutes=5)  # between two tries

P = ParamSpec("P")
Take = Callable[[Delivery], Awaitable[None]]


class NotYet(Exception):
    """It cannot be handled now, through no fault of its own; it is tried again after this time, as often as need be."""

    def __init__(self, reason: str, after: timedelta) -> None:
        super().__init__(reason)
        self.after = after


class Intake:
    """Takes up deliveries, and gives each to whoever takes what its key begins with."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._takes: dict[str, Take] = {}
        self._db, self._wall = runtime.db, runtime.wall
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def takes(self, prefix: str, take: Take) -> None:
        """From now on what is kept under keys like this (`event:`) is given to `take`."""
        self._takes[prefix] = take

    async def run(self) -> None:
        """Until cancelled. What takes long, such as reading what was missed, keeps nothing else."""
        running = dict[str, asyncio.Task[bool]]()
        try:
            while True:
                for key in await self._due_beside(running):
                    running[key] = task = asyncio.create_task(self._take_up(key))
                    task.add_done_callback(partial(_ended, running, key))
                await self._wall.wait(self._wall.now() + LOOK, asyncio.Event())
        finally:
            left = list(running.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _due_beside(self, running: Collection[str]) -> list[str]:
        """What may be taken up while these are under way, also if the lease of one of them could not be renewed in time."""
        if len(running) >= AT_ONCE:
            return []
        try:
            due = await self._db.read(inbox.due, self._wall.now(), AT_ONCE)
        except Exception:  # the database may be away for a while; what was due is still due when it is back
            log.exception("could not look what was kept and not finished; trying again")
            return []
        return [each.key for each in due if each.key not in running][: AT_ONCE - len(running)]

    async def look(self) -> int:
        """Take up what is due now, until that is done. Returns how much that was."""
        due = await self._db.read(inbox.due, self._wall.now(), AT_ONCE)
        return sum(await asyncio.gather(*(self._take_up(each.key) for each in due)))

    async def finish(self) -> None:
        """Returns when nothing is being handled here."""
        await self._idle.wait()

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _take_up(self, key: str) -> bool:
        with self._busy():
            return await self._claimed(key)

    async def _claimed(self, key: str) -> bool:
        claimed = await self._db.tx(inbox.claim, key, self._wall.now())
        if claimed is None:
            return False
        if claimed.tries > MOST:  # whoever took it up did not even live to say that it had failed
            await self._put_aside(claimed)
            return True
        log.info("%s was kept and not finished; taking it up (%s)", key, claimed.tries)
        await self.tend(claimed)
        return True

    async def tend(self, delivery: Delivery) -> None:
        """Handle what this process has under lease. Does not raise: what fails is tried again later."""
        with self._busy():
            await self._tend(delivery)

    async def _tend(self, delivery: Delivery) -> None:
        try:
            async with self._alone_with(delivery.key):
                await self._takes[f"{delivery.key.partition(':')[0]}:"](delivery)
            await reached("event.taken")
            await self._db.tx(_finish, delivery, self._wall.now())
            await reached("event.finished")
        except NotYet as not_yet:
            log.info("%s has to wait: %s", delivery.key, not_yet)
            await self._settle(inbox.postpone, delivery.key, self._wall.now() + not_yet.after)
        except Exception:
            log.exception("%s was kept and could not be handled", delivery.key)
            await self._failed(delivery)

    async def _failed(self, delivery: Delivery) -> None:
        if delivery.tries >= MOST:
            await self._put_aside(delivery)
        else:
            after = min(timedelta(seconds=2 ** min(delivery.tries, 10)), LONGEST)
            await self._settle(inbox.put_off, delivery.key, self._wall.now() + after, after // LEASE)

    async def _put_aside(self, delivery: Delivery) -> None:
        log.error(
            "%s could not be handled for %s minutes, and is put aside; nobody tries it again",
            delivery.key,
            PATIENCE.seconds // 60,
        )
        await self._settle(inbox.put_aside, delivery.key)

    async def _settle(
        self, settle: Callable[Concatenate[Connection, P], object], *args: P.args, **more: P.kwargs
    ) -> None:
        try:
            await self._db.tx(settle, *args, **more)
        except Exception:  # then the lease runs out, which comes to the same
            log.exception("what came of a delivery could not be kept")

    @asynccontextmanager
    async def _alone_with(self, key: str) -> AsyncIterator[None]:
        """As long as this takes, nobody else takes it up."""
        renewing = asyncio.create_task(self._renew(key))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _renew(self, key: str) -> None:
        while True:
            await self._wall.wait(self._wall.now() + LEASE / 3, asyncio.Event())
            try:
                await self._db.tx(inbox.hold, key, self._wall.now() + LEASE)
            except Exception:
                log.exception("the lease of %s could not be renewed", key)


def _finish(conn: Connection, delivery: Delivery, now: datetime) -> None:
    """Unless more was said about it meanwhile: then it is due again."""
    if not inbox.finish(conn, delivery.key, delivery.payload):
        inbox.hold(conn, delivery.key, now)


def _ended(running: dict[str, asyncio.Task[bool]], key: str, task: asyncio.Task[bool]) -> None:
    del running[key]
    if not task.cancelled() and (error := task.exception()):
        log.error("%s was kept and could not be taken up; trying again", key, exc_info=error)
