"""Deliveries are taken up by whichever process lives, once, and never for ever."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from warroom.runtime.handle import Runtime
from warroom.runtime.intake import LONGEST, LOOK, MOST, PATIENCE, Intake, NotYet
from warroom.store import inbox
from warroom.store.inbox import LEASE, Delivery
from warroom.store.tables import inbox as table
from warroom.testing import ManualClock

SECOND = timedelta(seconds=1)


class Taker:
    """Handles what it is given, or fails as often as it is told to; waits when a gate is shut."""

    def __init__(self, fails: int = 0) -> None:
        self.taken: list[Delivery] = []
        self.fails = fails
        self.error: Exception = ArithmeticError("no")
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def take(self, delivery: Delivery) -> None:
        self.begun.set()
        await self.gate.wait()
        if self.fails:
            self.fails -= 1
            raise self.error
        self.taken.append(delivery)


def process(runtime: Runtime, taker: Taker) -> Intake:
    intake = Intake(runtime)
    intake.takes("event:", taker.take)
    return intake


async def keep(runtime: Runtime, key: str = "event:1") -> Delivery:
    now = runtime.wall.now()
    assert await runtime.db.tx(inbox.keep, key, now, "{}")
    return Delivery(key=key, received_at=now, payload="{}")


async def test_what_a_dead_process_has_left_is_taken_up_by_another(
    another: Callable[[], Runtime], clock: ManualClock
) -> None:
    """Not while its keeper may be handling it; after its lease it is taken up, by one of those that live, once."""
    await keep(another())
    takers = [Taker(), Taker()]
    living = [process(another(), taker) for taker in takers]
    assert [await each.look() for each in living] == [0, 0]
    clock.advance(LEASE)
    await asyncio.gather(*(each.look() for each in living))
    assert [each.key for taker in takers for each in taker.taken] == ["event:1"]
    clock.advance(LEASE)
    assert [await each.look() for each in living] == [0, 0]


async def test_what_is_being_handled_is_left_alone_however_long_it_takes(
    another: Callable[[], Runtime], clock: ManualClock
) -> None:
    """Whoever handles it renews its lease."""
    runtime, slow, other = another(), Taker(), Taker()
    slow.gate.clear()
    handling = asyncio.create_task(process(runtime, slow).tend(await keep(runtime)))
    await slow.begun.wait()
    beside = process(another(), other)
    for _ in range(12):
        clock.advance(LEASE / 3)
        await until_held(runtime, clock)
        assert await beside.look() == 0
    slow.gate.set()
    await handling
    assert [each.key for each in slow.taken] == ["event:1"]
    assert other.taken == []


async def until_held(runtime: Runtime, clock: ManualClock) -> None:
    """Returns when the lease has been renewed lately; time goes on meanwhile."""
    async with asyncio.timeout(10):
        while (await runtime.db.read(take_at)) < clock.now() + LEASE * 2 / 3:
            clock.advance(timedelta(milliseconds=100))


def take_at(conn):  # type: ignore[no-untyped-def]  # a query
    return conn.execute(select(table.c.take_at)).scalar_one()


async def test_what_fails_is_tried_again_later_and_later(runtime: Runtime, clock: ManualClock) -> None:
    """A failure is tried again after a second, then after two, four, eight; what then goes well is finished."""
    taker = Taker(fails=3)
    intake = process(runtime, taker)
    await intake.tend(await keep(runtime))
    for wait in (1, 2, 4):
        clock.advance(wait * SECOND - timedelta(milliseconds=1))
        assert await intake.look() == 0
        clock.advance(timedelta(milliseconds=1))
        assert await intake.look() == 1
    assert [each.tries for each in taker.taken] == [3]
    assert await runtime.db.read(inbox.finished, "event:1")


async def test_what_fails_too_often_is_put_aside(runtime: Runtime, clock: ManualClock) -> None:
    """After so many tries nobody tries again, it is counted, and the others go on."""
    taker = Taker(fails=10**6)
    intake = process(runtime, taker)
    await intake.tend(await keep(runtime))
    began, last = clock.now(), clock.now()
    for _ in range(10 * MOST):
        clock.advance(timedelta(seconds=20))
        if await intake.look():
            last = clock.now()
    assert PATIENCE <= last - began <= PATIENCE + 3 * LONGEST
    assert await runtime.db.read(inbox.failures) == 1
    assert not await runtime.db.read(inbox.finished, "event:1")
    taker.fails = 0
    await keep(runtime, "event:2")
    clock.advance(LEASE)
    await intake.look()
    assert [each.key for each in taker.taken] == ["event:2"]


async def test_what_kills_whoever_takes_it_up_is_put_aside_too(
    another: Callable[[], Runtime], clock: ManualClock
) -> None:
    """A try counts when it begins: a delivery that ends every process that touches it does not do so for ever."""
    runtime = another()
    await keep(runtime)
    for _ in range(MOST):
        clock.advance(LEASE)
        assert await runtime.db.tx(inbox.claim, "event:1", clock.now()) is not None  # and there that process ends
    clock.advance(LEASE)
    taker = Taker()
    assert await process(another(), taker).look() == 1
    assert taker.taken == []
    assert await runtime.db.read(inbox.failures) == 1


async def test_many_deaths_in_a_row_are_not_held_against_it(another: Callable[[], Runtime], clock: ManualClock) -> None:
    """Processes may die one after another, for reasons of their own, and the clock may be set: it is taken up all the same."""
    runtime = another()
    await keep(runtime)
    clock.advance(timedelta(hours=1))
    for _ in range(30):
        clock.advance(LEASE)
        assert await runtime.db.tx(inbox.claim, "event:1", clock.now()) is not None
    clock.advance(LEASE)
    taker = Taker()
    assert await process(another(), taker).look() == 1
    assert [each.key for each in taker.taken] == ["event:1"]


async def test_what_has_to_wait_waits_as_often_as_need_be(runtime: Runtime, clock: ManualClock) -> None:
    """What cannot be done yet through no fault of its own is never put aside."""
    taker = Taker(fails=10 * MOST)
    taker.error = NotYet("the moon is not full", timedelta(minutes=1))
    intake = process(runtime, taker)
    await intake.tend(await keep(runtime))
    for _ in range(20 * MOST):
        clock.advance(timedelta(minutes=1))
        await intake.look()
    assert [each.key for each in taker.taken] == ["event:1"]


async def test_what_is_of_no_known_kind_is_put_aside_in_the_end(runtime: Runtime, clock: ManualClock) -> None:
    """What another release has kept is tried, and then put aside."""
    intake = process(runtime, Taker())
    await intake.tend(await keep(runtime, "telegram:1"))
    for _ in range(2 * MOST):
        clock.advance(timedelta(minutes=5))
        await intake.look()
    assert await runtime.db.read(inbox.failures) == 1


async def test_it_looks_by_itself(another: Callable[[], Runtime], clock: ManualClock) -> None:
    """A living process takes up what is due without being told, and an idle one changes nothing in the database."""
    runtime, taker = another(), Taker()
    await keep(another())
    looking = asyncio.create_task(process(runtime, taker).run())
    try:
        clock.advance(LEASE)
        async with asyncio.timeout(10):
            await taker.begun.wait()
            while not await runtime.db.read(inbox.finished, "event:1"):
                pass
        written = Path(f"{runtime.db.url.database}-wal")  # whatever is committed goes there first
        before = await asyncio.to_thread(written.read_bytes)
        for _ in range(20):
            clock.advance(LOOK)
            await runtime.db.read(inbox.due, clock.now(), 1)
        assert await asyncio.to_thread(written.read_bytes) == before
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def test_what_takes_long_keeps_nothing_else(another: Callable[[], Runtime], clock: ManualClock) -> None:
    """While a gap is filled, which may take minutes, what falls due meanwhile is taken up by the same process."""
    runtime, long, quick = another(), Taker(), Taker()
    long.gate.clear()
    intake = process(runtime, quick)
    intake.takes("gap:", long.take)
    await keep(runtime, "gap:1")
    loop = asyncio.create_task(intake.run())
    async with asyncio.timeout(10):
        while not long.begun.is_set():
            clock.advance(LOOK)
            await asyncio.sleep(0)
        await keep(runtime)
        while not quick.taken:
            clock.advance(LOOK)
            await asyncio.sleep(0)
        assert long.taken == []
        long.gate.set()
        await intake.finish()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert [each.key for each in long.taken + quick.taken] == ["gap:1", "event:1"]
