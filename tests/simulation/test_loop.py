"""The virtual clock, and processes that are killed and frozen."""

import asyncio
import contextvars
from datetime import timedelta

import pytest

from tests.simulation.loop import BASE, Deadlock, Loop, OwnClock, Process, SimClock, process


def in_process(loop: Loop, owner: Process, work: object) -> None:
    context = contextvars.copy_context()
    context.run(process.set, owner)
    loop.create_task(work, context=context)  # type: ignore[arg-type]


def test_time_jumps_to_what_comes_next() -> None:
    """An hour of sleep takes no time, and the clock says that it has passed."""
    loop = Loop("1")

    async def sleep() -> float:
        await asyncio.sleep(3600)
        return loop.time()

    assert loop.run_until_complete(sleep()) == 3600


def test_the_seed_says_who_comes_first() -> None:
    """Tasks that could all go on do so in an order that the seed decides, and nothing else."""

    def order(seed: str) -> list[int]:
        loop, seen = Loop(seed), list[int]()

        async def note(number: int) -> None:
            await asyncio.sleep(0)
            seen.append(number)

        async def all_of_them() -> None:
            await asyncio.gather(*(note(number) for number in range(8)))

        loop.run_until_complete(all_of_them())
        return seen

    assert order("a") == order("a")
    assert len({tuple(order(str(seed))) for seed in range(5)}) > 1


def test_of_a_dead_process_nothing_runs() -> None:
    """What a killed process was doing stops where it was, and its `finally` is never reached."""
    loop, owner, done = Loop("1"), Process("p"), list[str]()

    async def work() -> None:
        try:
            await asyncio.sleep(1)
            done.append("went on")
        finally:
            done.append("finally")

    async def kill() -> None:
        in_process(loop, owner, work())
        await asyncio.sleep(0.5)
        owner.dead = True
        await asyncio.sleep(5)
        assert done == []

    loop.run_until_complete(kill())


def test_a_frozen_process_goes_on_later() -> None:
    """While it is frozen nothing of it runs, though its timers pass; when it is thawed it goes on from there."""
    loop, owner, done = Loop("1"), Process("p"), list[float]()

    async def work() -> None:
        await asyncio.sleep(1)
        done.append(loop.time())

    async def freeze() -> None:
        in_process(loop, owner, work())
        await asyncio.sleep(0.5)
        owner.frozen = True
        await asyncio.sleep(9.5)
        assert done == []
        loop.thaw(owner)
        await asyncio.sleep(1)
        assert done == [10.0]

    loop.run_until_complete(freeze())


def test_a_deadlock_is_an_error() -> None:
    """Waiting for what nobody will do ends the day, and does not hang it."""
    loop = Loop("1")
    with pytest.raises(Deadlock):
        loop.run_until_complete(loop.create_future())


def test_polls_that_would_find_nothing_are_left_out() -> None:
    """Whoever polls each second sleeps until something is committed or falls due, and then wakes at a whole poll."""
    loop, version, due = Loop("1"), [0], [BASE + timedelta(seconds=90)]
    clock = SimClock(loop, lambda: version[0], lambda: due[0])
    woken = list[float]()

    async def poll() -> None:
        nudge = asyncio.Event()
        while loop.time() < 95:
            await clock.wait(clock.now() + timedelta(seconds=1), nudge)
            woken.append(round(loop.time(), 3))

    async def day() -> None:
        task = asyncio.ensure_future(poll())
        await asyncio.sleep(40.2)
        version[0] += 1
        clock.changed()
        await asyncio.sleep(54.8)
        await task

    loop.run_until_complete(day())
    assert woken[0] == 1.0
    assert 41.0 in woken  # the poll after the commit
    assert 90.0 in woken  # what fell due
    assert len(woken) < 12


def test_a_nudge_wakes_at_once() -> None:
    """A process that has committed something itself does not wait for a poll."""
    loop = Loop("1")
    clock = SimClock(loop, lambda: 0, lambda: None)

    async def nudged() -> float:
        nudge = asyncio.Event()
        loop.call_later(0.3, nudge.set)
        await clock.wait(None, nudge)
        return loop.time()

    assert loop.run_until_complete(nudged()) == 0.3


def test_a_process_keeps_its_own_time() -> None:
    """Who sets the machine's clock moves nothing for a process that runs; one that begins then has the new time."""
    loop = Loop("1")
    machines = SimClock(loop, lambda: 0, lambda: None)
    before = OwnClock(machines)

    async def day() -> None:
        await asyncio.sleep(10)
        machines.offset -= timedelta(hours=1)
        after = OwnClock(machines)
        assert before.now() == BASE + timedelta(seconds=10)
        assert after.now() == BASE + timedelta(seconds=10, hours=-1)
        for clock in (before, after):
            began = loop.time()
            await clock.wait(clock.now() + timedelta(seconds=7), asyncio.Event())
            assert loop.time() == began + 7

    loop.run_until_complete(day())
