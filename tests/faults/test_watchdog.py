"""What outlives the bot: a watchdog for each fault, started before anything is broken, and what the next life finds."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.bench import ENOUGH, Machine, Thing, eventually
from warroom.core.breakable import Process
from warroom.faults import FaultFailed, Order
from warroom.faults.records import Filed, Over, Record, Records, state_folder

SECOND = timedelta(seconds=1)


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Machine]:
    """A machine whose bot has a variable that undoing needs, and one that it does not."""
    environment = {**os.environ, "NEEDED": "the-secret-itself", "OTHER": "something-else"}
    made = Machine(tmp_path / "state", environment=environment)
    yield made
    made.end_watchdogs()


@asynccontextmanager
async def living(machine: Machine) -> AsyncIterator[None]:
    """The bot gives its sign of life."""
    beating = asyncio.create_task(machine.keeper.run())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def over(record: Record) -> Over:
    await eventually(lambda: record.over() is not None)
    found = record.over()
    assert found is not None
    return found


async def test_undone_when_its_time_is_over(thing: Thing, machine: Machine) -> None:
    """A bot that lives but does not undo it keeps it broken until its deadline, and not longer."""
    async with living(machine):
        await machine.breaks(thing.order(lasts=3.5, alone=2 * SECOND))
        assert not thing.answers()
        ended = await over(machine.record())
    assert (ended.by, ended.why) == ("watchdog", "its time was over")
    await eventually(thing.answers)
    await machine.no_watchdog()
    assert len(thing.processes()) == 1


async def test_undone_when_the_bot_is_gone(thing: Thing, machine: Machine) -> None:
    """A bot that gives no sign of life for the entry's time is not waited for, though there is an hour left."""
    await machine.breaks(thing.order("stop", lasts=3600, alone=SECOND))
    assert not thing.answers()
    ended = await over(machine.record())
    assert (ended.by, ended.why) == ("watchdog", "the bot was not heard of any more")
    await eventually(thing.answers)


async def test_undone_by_the_bot(thing: Thing, machine: Machine) -> None:
    """What the bot has undone its watchdog leaves alone, and ends."""
    order = thing.order()
    await machine.breaks(order)
    assert len(machine.watchdogs()) == 1
    await machine.undoes(order)
    await machine.no_watchdog()
    assert machine.record().over() == Over(by="bot", why="it was asked for", said=(await over(machine.record())).said,
                                           at=(await over(machine.record())).at)  # fmt: skip
    assert len(thing.starts()) == 2


async def test_what_signals_do_to_it(thing: Thing, machine: Machine) -> None:
    """Nothing but SIGTERM and SIGKILL ends a watchdog, and SIGTERM has it undo first."""
    await machine.breaks(thing.order())
    (dog,) = machine.watchdogs()
    for each in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        dog.send_signal(each)
    assert not thing.answers()
    dog.send_signal(signal.SIGTERM)
    assert (await over(machine.record())).why == "the watchdog was told to end"
    await eventually(thing.answers)
    await machine.no_watchdog()


async def test_a_watchdog_that_dies(thing: Thing, machine: Machine) -> None:
    """While the bot lives, a watchdog that was killed is replaced; the new one does the same."""
    async with living(machine):
        await machine.breaks(thing.order(alone=2 * SECOND))
        dog = machine.watchdogs()[0]
        dog.kill()
        await eventually(lambda: {each.pid for each in machine.watchdogs()} - {dog.pid} != set())
        await eventually(machine.record().watched)
        machine.watchdogs()[0].terminate()
        assert (await over(machine.record())).by == "watchdog"
    await eventually(thing.answers)


async def test_no_watchdog_no_fault(thing: Thing, tmp_path: Path) -> None:
    """When its watchdog cannot be started nothing is broken, and no later attempt breaks it."""
    machine = Machine(tmp_path / "state", environment={**os.environ, "PYTHONHOME": "/nonexistent"})
    order = thing.order(how=Process(argv=thing.argv, environment=("PYTHONHOME",)))
    with pytest.raises(FaultFailed, match=r"Nothing was broken: its watchdog did not start .*watchdog\.log says why"):
        await machine.breaks(order)
    assert thing.answers()
    assert machine.record().log.read_text()
    with pytest.raises(FaultFailed, match="Nothing is broken: it was over already"):
        await Machine(tmp_path / "state").breaks(order)
    assert thing.answers()


async def test_over_is_over(thing: Thing, machine: Machine) -> None:
    """What the watchdog has undone is not broken again by an attempt that comes late."""
    order = thing.order(lasts=3600, alone=SECOND)
    await machine.breaks(order)
    await over(machine.record())
    await eventually(thing.answers)
    with pytest.raises(FaultFailed, match="because the bot was not heard of any more"):
        await machine.another().breaks(order)
    assert thing.answers()


async def test_the_second_attempt_finds_it_broken(thing: Thing, machine: Machine) -> None:
    """An attempt after a crash does not break it a second time, though somebody has started it since; nor is it lost."""
    order = thing.order()
    said = await machine.breaks(order)
    await machine.drivers["process"].undo(order)
    await eventually(thing.answers)
    assert await machine.another().breaks(order) == said
    assert thing.answers()
    assert len(machine.watchdogs()) == 1


async def test_two_undo_at_once(thing: Thing, machine: Machine) -> None:
    """However many undo at the same moment, it is started once."""
    order = thing.order()
    await machine.breaks(order)
    await asyncio.gather(*(machine.another().keeper.undo(order) for _ in range(3)))
    await eventually(thing.answers)
    assert len(thing.processes()) == 1
    assert len(thing.starts()) == 2


async def test_what_it_is_given(thing: Thing, secret: Machine) -> None:
    """A secret is in the watchdog's own environment and in no file; everything that is kept is the bot's user's alone."""
    order = thing.order("stop", how=Process(argv=thing.argv, environment=("NEEDED",)))
    await secret.breaks(order)
    (dog,) = secret.watchdogs()
    assert dog.environ()["NEEDED"] == "the-secret-itself"
    assert "OTHER" not in dog.environ()
    assert os.getsid(dog.pid) != os.getsid(0)
    for path in (secret.folder, *secret.folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
        assert path.is_dir() or b"the-secret-itself" not in path.read_bytes()
    await secret.undoes(order)


async def test_a_folder_that_others_may_write(thing: Thing, machine: Machine) -> None:
    """A state folder that is open to others is neither used nor believed."""
    machine.folder.mkdir(mode=0o700)
    machine.folder.chmod(0o755)
    with pytest.raises(FaultFailed, match=r"is open to others.*`chmod 700` it"):
        await machine.breaks(thing.order())
    assert await machine.keeper.recover() == []
    assert thing.answers()


def test_where_it_is(tmp_path: Path) -> None:
    """The setting wins; otherwise it lies where programs of this user keep such things, beside the demo's."""
    assert state_folder("/srv/state", {"XDG_STATE_HOME": "/x"}) == Path("/srv/state")
    assert state_folder("", {"XDG_STATE_HOME": "/x", "HOME": "/h"}) == Path("/x/warroom/bot")
    assert state_folder("", {"XDG_STATE_HOME": "not/absolute", "HOME": "/h"}) == Path("/h/.local/state/warroom/bot")
    records = Records(tmp_path / "warroom" / "bot")
    (tmp_path / "warroom").mkdir(mode=0o755)  # as the demo makes it
    records.prepare()
    assert records.folder.stat().st_mode & 0o777 == 0o700


# --- the next life


def left_behind(machine: Machine, thing: Thing, order: Order) -> None:
    """What there is when the bot and its watchdog were both killed."""
    machine.records.prepare()
    machine.record().file(Filed(order=order, keeper=machine.keeper.name, room=1, called="F1"))
    (there,) = thing.processes()
    there.kill()


async def test_recovering_what_is_late(thing: Thing, machine: Machine) -> None:
    """A fault past its time whose watchdog is gone, too, is undone at the start, and told."""
    left_behind(machine, thing, thing.order(lasts=-1))
    (found,) = await machine.another().keeper.recover()
    assert (found.room, found.fault, found.target) == (1, "F1", "thing")
    assert found.undone.startswith("by the bot, because its time was over")
    await eventually(thing.answers)
    assert machine.watchdogs() == []


async def test_recovering_what_is_in_time(thing: Thing, machine: Machine) -> None:
    """A fault that still has time gets a watchdog again and signs of life; the bot that came back undoes it."""
    order = thing.order()
    left_behind(machine, thing, order)
    back = machine.another()
    (found,) = await back.keeper.recover()
    assert found.undone == ""
    assert len(machine.watchdogs()) == 1
    assert not thing.answers()
    before = machine.record().pulse()
    async with living(back):
        await eventually(lambda: machine.record().pulse() != before)
    await back.undoes(order)
    await eventually(thing.answers)


async def test_recovering_what_is_another_bots(thing: Thing, machine: Machine) -> None:
    """A fault of another bot with the same folder is watched, but neither told nor kept alive."""
    left_behind(machine, thing, thing.order(lasts=3600, alone=SECOND))
    other = machine.another("other")
    async with living(other):
        assert await other.keeper.recover() == []
        assert (await over(machine.record())).why == "the bot was not heard of any more"
    await eventually(thing.answers)


async def test_recovering_what_the_watchdog_undid(thing: Thing, machine: Machine) -> None:
    """What a watchdog undid while the bot was away is told to the bot that comes back."""
    await machine.breaks(thing.order(lasts=3600, alone=SECOND))
    await over(machine.record())
    (found,) = await machine.another().keeper.recover()
    assert found.undone.startswith("by the watchdog, because the bot was not heard of any more: ")


async def test_recovering_half_a_record(thing: Thing, machine: Machine) -> None:
    """Of what a crash left before anything was broken nothing stays; what is long over is forgotten."""
    machine.records.prepare()
    half = machine.record("test-1-F2")
    half.folder.mkdir()
    half.order_file.write_text('{"order": {"fau')
    old = machine.record("test-1-F3")
    old.file(Filed(order=thing.order(), keeper="test"))
    old.finish(Over(by="bot", why="", said="", at=thing.order().deadline - timedelta(days=8)))
    assert await machine.keeper.recover() == []
    assert machine.records.every() == []


async def test_the_keeper_is_patient(thing: Thing, machine: Machine) -> None:
    """While somebody holds the lock, nothing is undone twice; when the holder dies, the lock is free."""
    order = thing.order()
    await machine.breaks(order)
    async with machine.record().alone(ENOUGH), machine.record().alone(0.1) as second:
        assert not second
    await machine.undoes(order)
    await eventually(thing.answers)
