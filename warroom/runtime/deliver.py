"""Doing what rooms ask of the world: claim, perform, settle.

A sender leases a lane, not a message: one in flight per lane, in order, so whoever holds the lane holds the order. What
acts (checks, faults, rollbacks) has lanes of its own and a loop of its own, and never waits behind what talks. The
answer to an effect comes back as a command under the effect's own key, so doing an effect twice records its result once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from warroom.core.commands import (
    Command,
    RecordActEnded,
    RecordCheck,
    RecordFailure,
    RecordNoChannel,
    RecordPreflight,
)
from warroom.core.declaring import dataclass
from warroom.core.effects import Effect, LookAround, OpenChannel, RunAct, RunCheck, in_words
from warroom.core.readiness import Finding
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.failpoints import reached
from warroom.runtime.clock import Clock
from warroom.runtime.handle import Runtime
from warroom.runtime.healing import Healing
from warroom.runtime.leases import HELD, Lease, LeaseLost
from warroom.store import outbox
from warroom.store.outbox import Claimed

log = logging.getLogger(__name__)

LEASES = {  # renewed while somebody is at it; when a process dies, others go on after this time at the latest
    "talk": timedelta(seconds=10),
    "act": timedelta(seconds=20),
    "watch": timedelta(seconds=20),
}
WITHIN = {  # what one effect may take, unless it says otherwise by its own account
    "talk": timedelta(seconds=30),
    "act": timedelta(seconds=54),
    "watch": timedelta(seconds=54),
}
POLL = timedelta(seconds=1)  # what another replica has committed is seen this late at most
PATIENCE = timedelta(minutes=15)  # of failing, until something is given up
LONGEST_PAUSE = timedelta(seconds=60)
MARGIN = timedelta(minutes=5)  # for telling the room, beyond the time an effect takes by its own account


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """It was done, with the `together` messages behind it. `commands` tell the room what came of it; the lane rests
    for `pace`."""

    outcome: Mapping[str, str] = field(default_factory=dict)
    commands: Sequence[Command] = ()
    pace: timedelta = timedelta(0)
    together: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """It could not be done now, and may be in `after`, which is no failure; None leaves the pause to the failures.

    `clean`: it has certainly changed nothing, so nobody has to look for it before it is tried again.
    """

    reason: str
    after: timedelta | None = None
    clean: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Never:
    """It will not succeed by being tried again. `commands` tell the room, instead of the usual note of failure."""

    reason: str
    commands: Sequence[Command] | None = None


Result = Done | Later | Never
Performer = Callable[[Claimed, Room], Awaitable[Result]]


class Delivery:
    """Performs one kind of lane (`talk`, `act` or `watch`) of all rooms."""

    def __init__(
        self,
        runtime: Runtime,
        performers: Mapping[type[Effect], Performer],
        *,
        kind: str,
        at_once: int = 16,
        within: timedelta | None = None,
    ) -> None:
        """`within` is how long one effect may take."""
        self._runtime, self._performers, self._wall = runtime, performers, runtime.wall
        self._kind, self._at_once = kind, at_once
        self._within = within or WITHIN[kind]
        self._nudge = runtime.nudged(kind)
        self._healing = Healing(runtime, outbox.needs_healing, outbox.heal, farthest=outbox.FARTHEST[kind])
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. What is under way when that happens is claimed again by whoever comes next."""
        try:
            while True:
                try:
                    await self._once()
                except Exception:  # the database may be away for a while; what is owed is still owed when it is back
                    log.exception("%s lanes could not be claimed; trying again", self._kind)
                    await self._wall.wait(self._wall.now() + POLL, asyncio.Event())
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _once(self) -> None:
        self._nudge.clear()
        ready = await self._runtime.agenda.upcoming(self._kind)
        if await self._healing.done(ready):
            return
        until = self._wall.now() + LEASES[self._kind]
        claimed = await self._claim() if ready and ready <= self._wall.now() else []
        for each in claimed:
            self._start(each, Lease(until))
        if not claimed:
            await self._rest(ready)

    async def _claim(self) -> list[Claimed]:
        room_for = self._at_once - len(self._running)
        if room_for <= 0:
            return []
        lease = LEASES[self._kind]
        claimed = await self._runtime.db.tx(outbox.claim, self._wall.now(), lease, room_for, (self._kind,))
        self._runtime.agenda.changed()
        return claimed

    def _start(self, claimed: Claimed, lease: Lease) -> None:
        task = asyncio.create_task(self._deliver(claimed, lease))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._runtime.nudge(frozenset({self._kind}))
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery failed: %s", error, exc_info=error)

    async def _rest(self, ready: datetime | None) -> None:
        """Until something is ready, or somebody commits; what other replicas left is seen when the agenda is stale."""
        soonest = self._runtime.agenda.stale_at()
        await self._wall.wait(min(ready, soonest) if ready and not self._running else soonest, self._nudge)

    async def _deliver(self, claimed: Claimed, lease: Lease) -> None:
        await reached("deliver.claimed")
        result = await self._perform(claimed, lease)
        await reached("deliver.performed")
        match result:
            case Done():
                await self._tell(claimed, result.commands)
                await reached("deliver.told")
                await self._settle(claimed, result)
                await reached("deliver.settled")
            case Later() if result.after is not None or not is_spent(claimed, self._wall.now()):
                await self._put_back(claimed, result)
            case Later(reason=reason):
                await self._give_up(claimed, Never(reason=f"{reason} (tried {claimed.tries} times)"))
            case Never():
                await self._give_up(claimed, result)

    async def _put_back(self, claimed: Claimed, later: Later) -> None:
        now, fails = self._wall.now(), later.after is None
        at = now + (_pause(claimed.tries) if later.after is None else later.after)
        log.info("%s put back: %s", claimed.effect_id, later.reason)
        put_back = partial(outbox.put_back, failed_at=now if fails else None, clean=later.clean)
        if not await self._runtime.db.tx_again(put_back, claimed, at, later.reason):
            await self._is_suspect(claimed)  # also when this call changed nothing: one before it may have

    async def _settle(self, claimed: Claimed, done: Done) -> None:
        now = self._wall.now()
        settle = partial(outbox.settle, outcome=dict(done.outcome), pace=done.pace, together=done.together)
        if not await self._runtime.db.tx_again(settle, claimed, now):
            log.warning("%s was done after its lease had gone to somebody else", claimed.effect_id)
            await self._runtime.db.tx(outbox.suspect, claimed, now)

    async def _is_suspect(self, claimed: Claimed) -> None:
        """It was somebody else's before we were through; perhaps a call of ours is still on its way."""
        await self._runtime.db.tx(outbox.suspect, claimed, self._wall.now() + outbox.UNSURE)

    async def _perform(self, claimed: Claimed, lease: Lease) -> Result:
        lasts = claimed.effect.lasts
        within = max(self._within, lasts + MARGIN) if lasts else self._within
        keeping = asyncio.create_task(self._keep(claimed, lease))
        held = HELD.set(lease)
        try:
            async with asyncio.timeout(within.total_seconds()):
                room = await self._runtime.room(claimed.room_id)
                return await self._performers[type(claimed.effect)](claimed, room)
        except LeaseLost as lost:  # it did not fail: we were too slow, or stood still; perhaps in the middle of a call
            return Later(reason=str(lost), after=POLL)
        except Exception as error:
            log.exception("performing %s failed", claimed.effect_id)
            return Later(reason=f"{type(error).__name__}: {error}")
        finally:
            HELD.reset(held)
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _keep(self, claimed: Claimed, lease: Lease) -> None:
        """Renew the lease while somebody is at it; if this process dies, others know it within one lease."""
        lasts = LEASES[self._kind]
        while not lease.lost:
            await self._wall.wait(lease.until - lasts * 2 / 3, asyncio.Event())
            until = self._wall.now() + lasts
            try:
                lease.lost = not await self._runtime.db.tx(outbox.renew, claimed, until)
            except Exception:  # the database may be away for a while; the next turn tries again
                log.exception("the lease of %s could not be renewed", claimed.effect_id)
                await self._wall.wait(self._wall.now() + POLL, asyncio.Event())
            else:
                lease.until = until

    async def _tell(self, claimed: Claimed, commands: Sequence[Command]) -> None:
        if not commands:
            return
        try:
            await self._runtime.handle(claimed.room_id, *commands, key=f"effect:{claimed.effect_id}")
        except Refused as refused:
            log.info("the room has moved on from %s: %s", claimed.effect_id, refused)

    async def _give_up(self, claimed: Claimed, never: Never) -> None:
        log.warning("%s given up: %s", claimed.effect_id, never.reason)
        told = never.commands
        if told is None:
            told = (_note(claimed.effect, never.reason),)
        await self._tell(claimed, told)
        if not await self._runtime.db.tx(_failed, claimed, self._wall, never.reason):
            await self._is_suspect(claimed)


def _failed(conn: Connection, claimed: Claimed, wall: Clock, reason: str) -> bool:
    return outbox.give_up(conn, claimed, wall.now(), reason)


def is_spent(claimed: Claimed, now: datetime) -> bool:
    """Whether it is given up when it fails now. How often it has failed does not matter: many starts in a row are many tries."""
    return claimed.failing_for(now) >= PATIENCE


def _pause(attempts: int) -> timedelta:
    """1, 2, 4 ... seconds, at most a minute."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def _note(effect: Effect, reason: str) -> Command:
    """What the room is told when nobody else said what. What never comes must not be waited for."""
    match effect:
        case OpenChannel():
            return RecordNoChannel(place=effect.place, reason=reason)
        case RunCheck(run=run, step=step, attempt=attempt):
            return RecordCheck(run=run, step=step, attempt=attempt, holds=False, detail=f"Nobody could look: {reason}")
        case RunAct(run=run, act=act):
            return RecordActEnded(run=run, act=act, outcome="unknown", detail=f"It was given up: {reason}")
        case LookAround(attempt=attempt):
            return RecordPreflight(
                attempt=attempt, findings=(Finding(what="a machine looks", holds=False, detail=reason),)
            )
    return RecordFailure(what=in_words(effect), reason=reason)
