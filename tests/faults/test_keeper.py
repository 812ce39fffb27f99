"""What the keeper does when things go wrong around it: nothing that may be broken is ever taken for whole."""

import asyncio
import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.bench import NOW, Machine, Thing, eventually
from warroom.core.breakable import Process
from warroom.faults import Driver, FaultFailed, Order
from warroom.faults.keeper import Uncertain
from warroom.faults.records import Filed


class Hanging:
    """A driver that breaks as another does, and then never says so."""

    def __init__(self, real: Driver) -> None:
        self._real = real

    async def ready(self, order: Order) -> str:
        return await self._real.ready(order)

    async def inject(self, order: Order) -> str:
        await self._real.inject(order)
        return await asyncio.Event().wait() and ""  # never

    async def undo(self, order: Order) -> str:
        return await self._real.undo(order)

    def by_hand(self, order: Order) -> str:
        return self._real.by_hand(order)


async def broken_and_never_told(machine: Machine, order: Order, thing: Thing) -> None:
    """An attempt that has broken it, and ended before it could say so."""
    hanging = Machine(machine.folder, drivers={"process": Hanging(machine.drivers["process"])})
    attempt = asyncio.create_task(hanging.breaks(order))
    await eventually(lambda: not thing.answers())
    attempt.cancel()
    await asyncio.gather(attempt, return_exceptions=True)


@pytest.fixture
def starter(tmp_path: Path, thing: Thing) -> Path:
    """A program that starts the thing, and may not be run yet."""
    script = tmp_path / "start"
    script.write_text('#!/bin/sh\nexec "$@"\n')
    script.chmod(0o600)
    return script


async def test_an_attempt_that_comes_too_late_ends_nothing(thing: Thing, machine: Machine, starter: Path) -> None:
    """What an earlier attempt broke stays owed when the next one comes after the deadline and cannot undo it either."""
    how = Process(argv=thing.argv, start=(str(starter), *thing.argv))
    order = thing.order(lasts=3, how=how)
    await broken_and_never_told(machine, order, thing)
    await eventually(lambda: NOW() > order.deadline)
    with pytest.raises(Uncertain, match="Whether something is broken is not known, and undoing it failed"):
        await machine.another().breaks(order)
    assert machine.record().over() is None
    os.chmod(starter, 0o700)
    await eventually(thing.answers)


async def test_an_attempt_that_cannot_be_watched_undoes_the_one_before(thing: Thing, machine: Machine) -> None:
    """When no watchdog can be started any more, what an earlier attempt broke is made whole, not called unbroken."""
    how = Process(argv=thing.argv, environment=("PYTHONHOME",))
    order = thing.order(how=how)
    await machine.breaks(order)
    machine.end_watchdogs()
    await machine.no_watchdog()
    second = Machine(machine.folder, environment={**os.environ, "PYTHONHOME": "/nonexistent"}, drivers=machine.drivers)
    with pytest.raises(FaultFailed, match=r"its watchdog did not start .* An earlier attempt may have broken it"):
        await second.breaks(order)
    await eventually(thing.answers)
    assert machine.record().over() is not None


async def test_an_order_of_another_release(thing: Thing, machine: Machine) -> None:
    """An order that this release cannot read is kept when something may be broken on its account."""
    await machine.breaks(thing.order("stop"))
    machine.end_watchdogs()
    order_file = machine.record().order_file
    order_file.write_text('{"of": "another release"}')
    assert await machine.another().keeper.recover() == []
    assert order_file.exists()
    assert machine.another().keeper.begun("test-1-F1")


async def test_whole_though_it_cannot_be_written_down(thing: Thing, machine: Machine) -> None:
    """What was undone and seen to be whole is over for the bot, though the disk takes no more notes."""
    order = thing.order()
    await machine.breaks(order)
    (machine.record().folder / "over.json").mkdir()
    await machine.undoes(order)
    await eventually(thing.answers)


@contextmanager
def many_files_open() -> Iterator[None]:
    """As in a bot with a thousand connections: the next file's number is above 1023."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2048), before[1]))
    with ExitStack() as stack:
        while stack.enter_context(Path(os.devnull).open()).fileno() < 1100:
            pass
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_with_many_files_open(thing: Thing, machine: Machine) -> None:
    """A bot with more than a thousand open files hears its watchdog all the same."""
    order = thing.order()
    with many_files_open():
        await machine.breaks(order)
    assert not thing.answers()
    await machine.undoes(order)


async def test_an_unexpected_failure_is_let_go(thing: Thing, machine: Machine) -> None:
    """Whatever keeps a fault from being broken, nothing of it is kept alive."""
    unknown = Machine(machine.folder, drivers={"hosts": machine.drivers["hosts"]})
    filed = Filed(order=replace(thing.order()), keeper="test")
    with pytest.raises(FaultFailed, match="There is no driver `process`"):
        await unknown.keeper.inject(filed)
    assert machine.record().over() is not None
    assert thing.answers()
