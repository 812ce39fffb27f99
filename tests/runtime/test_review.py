"""Loops that must not end, lanes that must not wait for ever, effects that must not be given up too early."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event, text

from tests.runtime.bench import clear, delivering, events, game, incident, owe, running, say, until
from warroom.core import effects as f
from warroom.core.events import ChannelRefused, DeliveryFailed, InjectPlayed
from warroom.core.room import Room
from warroom.runtime.deliver import Delivery, Done, Later, Result
from warroom.runtime.handle import Runtime
from warroom.runtime.wake import Waker
from warroom.store import agenda, outbox
from warroom.store.outbox import Claimed
from warroom.testing import ManualClock

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Logged(logging.Handler):
    """Whoever waits for something to go wrong is told when it has."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.wrong = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.wrong.set()


@contextmanager
def watching(logger: str) -> Iterator[asyncio.Event]:
    logged = Logged()
    logging.getLogger(logger).addHandler(logged)
    try:
        yield logged.wrong
    finally:
        logging.getLogger(logger).removeHandler(logged)


def rename(conn: Connection, before: str, after: str) -> None:
    conn.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))


@pytest.fixture
async def room(runtime: Runtime) -> int:
    opened = await incident(runtime)
    await clear(runtime)
    return opened.id


async def advancing(runtime: Runtime, clock: ManualClock, by: timedelta = MINUTE) -> None:
    """Time passes whenever nothing can be done, until nothing is owed."""
    nudge = runtime.nudged()
    async with asyncio.timeout(20):
        while await runtime.db.read(outbox.pending):
            ready = await runtime.db.read(agenda.next_time, "talk")
            if ready is not None and ready > clock.now():
                clock.advance(by)
            await nudge.wait()
            nudge.clear()


# --- the database goes away


async def test_the_waker_outlives_the_database(runtime: Runtime, clock: ManualClock) -> None:
    """When the database fails for a while, what falls due meanwhile happens when it is back."""
    room = (await game(runtime)).id
    await clear(runtime)
    await runtime.db.tx(rename, "rooms", "gone")
    with watching("warroom.runtime.wake") as wrong:
        async with running(Waker(runtime).run()), asyncio.timeout(10):
            await wrong.wait()
            await runtime.db.tx(rename, "gone", "rooms")
            clock.advance(MINUTE)
            await until(lambda: _played(runtime, room), runtime)


async def test_delivery_outlives_the_database(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """When the database fails for a while, what is owed is said when it is back."""
    said = asyncio.Event()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        said.set()
        return Done()

    await owe(runtime, room, say("news"))
    await runtime.db.tx(rename, "lanes", "gone")
    with watching("warroom.runtime.deliver") as wrong:
        async with delivering(runtime, {f.Say: perform}), asyncio.timeout(10):
            await wrong.wait()
            await runtime.db.tx(rename, "gone", "lanes")
            clock.advance(SECOND)
            await said.wait()


async def test_a_room_that_cannot_be_woken_keeps_no_other_waiting(runtime: Runtime, clock: ManualClock) -> None:
    """When one room's timeline cannot be read, the others are woken in time, and the process does not spin."""
    broken, sound = (await game(runtime)).id, (await game(runtime)).id
    await clear(runtime)
    future = text(
        'INSERT INTO entries (room, seq, at, "by", type, body, hash) '
        "SELECT room, max(seq) + 1, at, 'warroom', 'FromTheFuture', '{}', hash FROM entries WHERE room = :room"
    )
    await runtime.db.tx(lambda conn: conn.execute(future, {"room": broken}).rowcount)
    clock.advance(MINUTE)
    with watching("warroom.runtime.wake") as wrong:
        async with running(Waker(runtime).run()), asyncio.timeout(10):
            await wrong.wait()
            await until(lambda: _played(runtime, sound), runtime)


async def _played(runtime: Runtime, room: int) -> bool:
    return bool(await events(runtime, room, InjectPlayed))


# --- giving up


async def test_a_channel_that_never_comes_is_never_waited_for(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """However the opening of a channel fails, in the end the room knows that there is none, so nobody waits for it."""

    async def perform(claimed: Claimed, seen: Room) -> Result:
        raise LookupError("every name is taken")

    opening = f.OpenChannel(place=f.WAR_ROOM, name="x", topic="", purpose="", private=False, invite=())
    await owe(runtime, room, opening)
    async with delivering(runtime, {f.OpenChannel: perform}):
        await advancing(runtime, clock)
    (refused,) = await events(runtime, room, ChannelRefused)
    assert (refused.place, await events(runtime, room, DeliveryFailed)) == (f.WAR_ROOM, [])
    assert f.WAR_ROOM in (await runtime.room(room)).unopened


MANY = 40


async def test_a_rate_limit_brings_nobody_nearer_to_giving_up(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """After any number of rate limits a single failure is still a first failure: the news is said in the end."""
    tries = list[int]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        tries.append(claimed.tries)
        if claimed.attempts <= MANY:
            return Later(reason="ratelimited", after=SECOND)
        return Later(reason="HTTP 503") if claimed.attempts == MANY + 1 else Done()

    await owe(runtime, room, say("news"))
    async with delivering(runtime, {f.Say: perform}):
        await advancing(runtime, clock)
    assert tries == [1] * (MANY + 1) + [2]
    assert await runtime.db.read(outbox.failures) == []


async def test_nobody_is_still_at_it_when_the_next_one_begins(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """An effect that takes longer than its lane is leased for is broken off before anybody may begin it again."""
    ended, broken_off = list[str](), asyncio.Event()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        if claimed.attempts > 1:
            ended.append("done")
            return Done()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("broken off")
            broken_off.set()
        return Done()

    await owe(runtime, room, say("slow"))
    impatient = Delivery(runtime, {f.Say: perform}, kind="talk", within=timedelta(milliseconds=250))
    async with running(impatient.run()):
        async with asyncio.timeout(5):
            await broken_off.wait()  # in the world's time; no lease has ended yet, since nobody has moved the clock
        await advancing(runtime, clock)
    assert ended == ["broken off", "done"]


# --- idling


async def test_an_idle_bot_does_not_write(another: Callable[[], Runtime], clock: ManualClock) -> None:
    """While nothing is owed, looking for something to do takes no write lock."""
    begun, looked = list[str](), asyncio.Event()
    loop = asyncio.get_running_loop()

    def note(conn: Connection, cursor: object, statement: str, *rest: object) -> None:
        begun.append(statement)
        loop.call_soon_threadsafe(looked.set)

    event.listen(Engine, "before_cursor_execute", note)  # before there is an engine: later ones are not told
    try:
        runtime = another()
        async with delivering(runtime, {}), running(Waker(runtime).run()), asyncio.timeout(10):
            while len(begun) < 6 or not any("lanes" in each for each in begun):
                await looked.wait()
                looked.clear()
                clock.advance(2 * SECOND)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert any("lanes" in each for each in begun)
    assert "BEGIN IMMEDIATE" not in begun
