"""Waking: what falls due happens once, when it is due, and after an absence only what may."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from tests.runtime.bench import clear, events, game, note, running, until
from warroom.core import commands as c
from warroom.core.commands import Tick
from warroom.core.events import ClockSetBack, ExpectationMissed, InjectHeld, InjectPlayed
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.runtime.wake import Waker
from warroom.store import agenda, rooms
from warroom.testing import ManualClock

MINUTE = timedelta(minutes=1)


async def has(
    runtime: Runtime, room: int, kind: type[InjectPlayed | InjectHeld | ExpectationMissed], number: int
) -> bool:
    return len(await events(runtime, room, kind)) == number


async def test_an_inject_is_played_when_it_is_due_and_not_before(runtime: Runtime, clock: ManualClock) -> None:
    """A room that is to wake in a minute is woken in a minute, once."""
    room = (await game(runtime)).id
    await clear(runtime)
    began = clock.now()
    async with running(Waker(runtime).run()):
        clock.move_to(began + MINUTE - timedelta(milliseconds=1))
        await runtime.handle(room, note("still here", by="harriet"))
        assert await has(runtime, room, InjectPlayed, 0)
        clock.move_to(began + MINUTE)
        await until(lambda: has(runtime, room, InjectPlayed, 1), runtime)
        await clear(runtime)
    assert [each.at for each in await runtime.db.read(rooms.entries, room) if isinstance(each.event, InjectPlayed)] == [
        began + MINUTE
    ]


async def test_two_processes_wake_a_room_once(another: Callable[[], Runtime], clock: ManualClock) -> None:
    """However many processes watch the clock, what is due happens once."""
    one, other = another(), another()
    room = (await game(one)).id
    async with running(Waker(one).run()), running(Waker(other).run()):
        clock.advance(MINUTE)
        await until(lambda: has(one, room, InjectPlayed, 1), one, other)
        clock.advance(5 * MINUTE)
        await until(lambda: has(one, room, ExpectationMissed, 1), one, other)
        await clear(one)
    assert [each.inject for each in await events(one, room, InjectPlayed)] == ["gone", "hurry"]
    assert len(await events(one, room, ExpectationMissed)) == 1
    await one.db.read(rooms.verify, room)


async def test_what_fell_due_long_ago_is_held(runtime: Runtime, clock: ManualClock) -> None:
    """An inject that fell due an hour ago, while nobody was there, is not played but held for the dungeon master."""
    room = (await game(runtime)).id
    clock.advance(60 * MINUTE)
    async with running(Waker(runtime).run()):
        await until(lambda: has(runtime, room, InjectHeld, 1), runtime)
        await clear(runtime)
    assert [each.inject for each in await events(runtime, room, InjectHeld)] == ["gone"]
    assert await has(runtime, room, InjectPlayed, 0)


async def test_a_paused_game_is_not_woken(runtime: Runtime, clock: ManualClock) -> None:
    """While a game is paused nothing of it falls due; afterwards everything is due later by the length of the pause."""
    room = (await game(runtime)).id
    began = clock.now()
    await runtime.handle(room, c.PauseGame(by="harriet"))
    assert await runtime.db.read(agenda.next_time, "room") is None
    clock.advance(60 * MINUTE)
    await runtime.handle(room, c.ResumeGame(by="harriet"))
    assert await runtime.db.read(agenda.next_time, "room") == began + 61 * MINUTE


async def test_what_another_process_schedules_is_seen(another: Callable[[], Runtime], clock: ManualClock) -> None:
    """A process that sleeps looks again within a second, and so wakes a room that another process opened."""
    sleeper, other = another(), another()
    async with running(Waker(sleeper).run()), asyncio.timeout(20):
        room = (await game(other)).id
        clock.advance(MINUTE)
        await until(lambda: has(sleeper, room, InjectPlayed, 1), sleeper)


async def test_a_clock_at_speed_passes_faster() -> None:
    """On a clock at a thousandfold speed, a minute is waited for in a moment, and a nudge ends any wait."""
    clock, nudge = SystemClock(speed=1000), asyncio.Event()
    until_then = clock.now() + MINUTE
    async with asyncio.timeout(10):
        await clock.wait(until_then, nudge)
        assert clock.now() >= until_then - timedelta(seconds=1)
        nudge.set()
        await clock.wait(None, nudge)
        await clock.wait(clock.now() + timedelta(days=300), nudge)


async def test_instants_are_whole_milliseconds_in_utc() -> None:
    """What the clock says can be kept and read back as the same value."""
    for clock in (SystemClock(), SystemClock(speed=60), ManualClock()):
        now = clock.now()
        assert now.utcoffset() == timedelta(0)
        assert now.microsecond % 1000 == 0


async def plays_after_a_minute(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """What was to come after a minute comes after a minute of the new time, and not before."""
    set_at = clock.now()
    async with running(Waker(runtime).run()):
        await until(lambda: is_set_back(runtime, room), runtime)
        clock.move_to(set_at + MINUTE - timedelta(milliseconds=1))
        await runtime.handle(room, note("still here", by="harriet"))
        assert await has(runtime, room, InjectPlayed, 0)
        clock.move_to(set_at + MINUTE)
        await until(lambda: has(runtime, room, InjectPlayed, 1), runtime)


async def is_set_back(runtime: Runtime, room: int) -> bool:
    return bool(await events(runtime, room, ClockSetBack))


async def test_a_restart_with_an_earlier_clock_delays_nothing(
    another: Callable[[], Runtime], runtime: Runtime, clock: ManualClock
) -> None:
    """The clock is set back by an hour while nothing runs: whoever starts then makes the rooms go on, not wait an hour."""
    room = (await game(runtime)).id
    clock.move_to(clock.now() - 60 * MINUTE)
    await plays_after_a_minute(another(), room, clock)
    (told,) = await events(runtime, room, ClockSetBack)
    assert told.by == 60 * MINUTE


async def test_faults_are_undone_in_time_when_the_clock_was_set_back(
    another: Callable[[], Runtime], runtime: Runtime, clock: ManualClock
) -> None:
    """A breakage whose time of day moves an hour away with the clock is undone when its time has really passed."""
    room = (await game(runtime)).id
    clock.advance(MINUTE)
    await runtime.handle(room, Tick())
    (fault,) = (await runtime.room(room)).faults.values()
    left = fault.deadline - clock.now()
    clock.move_to(clock.now() - 60 * MINUTE)
    following = another()
    async with running(Waker(following).run()):
        await until(lambda: is_set_back(runtime, room), following)
    (moved,) = (await runtime.room(room)).faults.values()
    assert moved.deadline - clock.now() == left


async def test_machines_that_disagree_by_little_change_nothing(
    another: Callable[[], Runtime], runtime: Runtime, clock: ManualClock
) -> None:
    """A process whose clock is some seconds behind goes on from the time of the last entry, and the timeline stays in order."""
    room = (await game(runtime)).id
    clock.advance(MINUTE / 2)
    await runtime.handle(room, note("from one"))
    clock.move_to(clock.now() - timedelta(seconds=20))
    await another().handle(room, note("from the other"))
    entries = await runtime.db.read(rooms.entries, room)
    assert [each.at for each in entries] == sorted(each.at for each in entries)
    assert not await is_set_back(runtime, room)


async def test_what_a_wrong_clock_wrote_is_noticed_within_a_minute(
    another: Callable[[], Runtime], runtime: Runtime, clock: ManualClock
) -> None:
    """A machine whose clock is an hour ahead writes to a room: whoever has the right time brings it back, without a start."""
    room = (await game(runtime)).id
    right = clock.now()
    async with running(Waker(runtime).run()):
        await runtime.handle(room, note("all is well"))
        wrong = Runtime(another().db, ManualClock(right + 60 * MINUTE))
        await wrong.handle(room, note("from the future"))
        clock.move_to(right + MINUTE)
        await until(lambda: is_set_back(runtime, room), runtime)
