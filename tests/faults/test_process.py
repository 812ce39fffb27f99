"""The process driver and a real server: taken away and given back, and never anybody else's process."""

import os
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from tests.faults.bench import Thing, begin, entry, eventually, in_
from warroom.core.breakable import Process as Entry
from warroom.faults import FaultFailed, Order, Surroundings
from warroom.faults.process import Process


@pytest.fixture
def driver() -> Process:
    return Process(Surroundings(environment=os.environ))


@pytest.mark.parametrize("mode", ["stop", "terminate", "kill"])
async def test_taken_away_and_given_back(mode: str, thing: Thing, driver: Process) -> None:
    """In each mode the server holds before, does not while it is broken, and holds again; it is there once."""
    order = thing.order(mode)
    assert "runs, and" in await driver.ready(order)
    assert (await thing.see()).holds
    await driver.inject(order)
    assert not (await thing.see()).holds
    await driver.undo(order)
    await eventually(thing.answers)
    assert (await thing.see()).holds
    assert len(thing.processes()) == 1
    assert len(thing.starts()) == (1 if mode == "stop" else 2)


@pytest.mark.parametrize("mode", ["stop", "terminate", "kill"])
async def test_twice_is_once(mode: str, thing: Thing, driver: Process) -> None:
    """Breaking twice is breaking once; undoing twice, or what was never broken, starts nothing more."""
    order = thing.order(mode)
    assert "runs" in await driver.undo(order)
    await driver.inject(order)
    await driver.inject(order)
    await driver.undo(order)
    await driver.undo(order)
    assert len(thing.processes()) == 1
    assert len(thing.starts()) <= 2


async def test_stopped_and_then_killed_by_somebody(thing: Thing, driver: Process) -> None:
    """What was stopped and has ended in the meantime is started."""
    order = thing.order("stop")
    await driver.inject(order)
    thing.processes()[0].kill()
    assert "was started" in await driver.undo(order)
    await eventually(thing.answers)


async def test_an_old_pid_file_names_nobody(thing: Thing, driver: Process, tmp_path: Path) -> None:
    """A number in the file that by now is another process's is not believed: that process is not touched."""
    other = begin("/bin/sleep", "60")
    try:
        file = tmp_path / "pid"
        file.write_text(f"{other.pid}\n")
        how = Entry(argv=("/bin/sleep", "61"), pid_file=str(file))
        order = Order(fault="f", entry=entry(how), mode="kill", deadline=in_(9))
        with pytest.raises(FaultFailed, match="No process has the command line"):
            await driver.ready(order)
        assert "does not run any more" in await driver.inject(order)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


async def test_one_of_several(thing: Thing, driver: Process, tmp_path: Path) -> None:
    """Of two with the same command line none is touched, until a pid file says which; a child of one is no second."""
    argv = ("/bin/sleep", "62")
    several = [begin(*argv) for _ in range(2)]
    try:
        order = Order(fault="f", entry=entry(Entry(argv=argv)), mode="stop", deadline=in_(9))
        with pytest.raises(FaultFailed, match="Several processes"):
            await driver.inject(order)
        assert all(psutil.Process(each.pid).status() != psutil.STATUS_STOPPED for each in several)
        (tmp_path / "pid").write_text(f"{several[1].pid}\nand more lines, as PostgreSQL writes them\n")
        how = Entry(argv=argv, pid_file=str(tmp_path / "pid"))
        told = replace(order, entry=entry(how))
        assert f"process {several[1].pid}" in await driver.inject(told)
        assert psutil.Process(several[1].pid).status() == psutil.STATUS_STOPPED
        assert psutil.Process(several[0].pid).status() != psutil.STATUS_STOPPED
        assert "goes on" in await driver.undo(told)
    finally:
        for each in several:
            each.kill()
            each.wait()


async def test_a_child_that_looks_like_its_parent(driver: Process) -> None:
    """Of a parent and its children with the same command line the parent is meant."""
    argv = ("/bin/sh", "-c", "(while :; do read x; done) < /dev/zero & wait; :")
    parent = begin(*argv)
    try:
        await eventually(lambda: len(psutil.Process(parent.pid).children()) == 1)
        order = Order(fault="f", entry=entry(Entry(argv=argv)), mode="stop", deadline=in_(9))
        assert f"process {parent.pid}" in await driver.inject(order)
        assert "goes on" in await driver.undo(order)
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()


async def test_what_preflight_finds(thing: Thing, driver: Process) -> None:
    """What could not be undone is not begun: no way to start it, stopped already, not there, or the bot itself."""
    nowhere = thing.order(how=Entry(argv=thing.argv, start=("/nonexistent/start",)))
    with pytest.raises(FaultFailed, match="/nonexistent/start, which would start it again, is not a program"):
        await driver.ready(nowhere)
    thing.processes()[0].suspend()
    with pytest.raises(FaultFailed, match="is stopped already"):
        await driver.ready(thing.order())
    thing.processes()[0].resume()
    ourselves = thing.order(how=Entry(argv=tuple(psutil.Process().cmdline()), start=("/bin/true",)))
    with pytest.raises(FaultFailed, match="is the bot itself"):
        await driver.ready(ourselves)


async def test_a_start_that_fails(thing: Thing, driver: Process) -> None:
    """A program that was to start it and ends with an error is said to have done so."""
    order = thing.order(how=Entry(argv=thing.argv, start=("/bin/false",)))
    await driver.inject(order)
    with pytest.raises(FaultFailed, match="/bin/false ended with 1, and did not start"):
        await driver.undo(order)


async def test_started_by_another_program(thing: Thing, driver: Process, tmp_path: Path) -> None:
    """Where `start` names one, that is run, with the variables that the entry names and no others."""
    script = tmp_path / "start"
    script.write_text(f'#!/bin/sh\nenv > {tmp_path}/environment\n"$@" < /dev/null > /dev/null 2>&1 &\n')
    script.chmod(0o700)
    how = Entry(argv=thing.argv, start=(str(script), *thing.argv), environment=("GIVEN",), folder=str(tmp_path))
    driver = Process(Surroundings(environment={**os.environ, "GIVEN": "yes", "KEPT": "no"}))
    order = thing.order(how=how)
    await driver.inject(order)
    assert "was started" in await driver.undo(order)
    await eventually(thing.answers)
    given = (tmp_path / "environment").read_text()
    assert "GIVEN=yes" in given
    assert "KEPT" not in given


@pytest.mark.parametrize("mode", ["stop", "kill"])
async def test_by_hand(mode: str, thing: Thing, driver: Process) -> None:
    """What a person is told to type makes it whole."""
    order = thing.order(mode, longest=timedelta(minutes=1))
    await driver.inject(order)
    assert not thing.answers()
    typed = begin("/bin/sh", "-c", driver.by_hand(order))
    await eventually(thing.answers)
    if mode == "kill":
        os.killpg(typed.pid, signal.SIGKILL)
    typed.wait()


async def test_a_folder_that_is_not_there(thing: Thing, driver: Process, tmp_path: Path) -> None:
    """What could not be started again in its folder, or from a folder, is not begun."""
    for how in (Entry(argv=thing.argv, folder=str(tmp_path / "gone")), Entry(argv=thing.argv, start=(str(tmp_path),))):
        with pytest.raises(FaultFailed, match=r"there is no folder|is not a program"):
            await driver.ready(thing.order(how=how))


async def test_what_takes_its_time_to_end(driver: Process, tmp_path: Path) -> None:
    """What was told to end and is still at it counts as broken: called unbroken, it would end later, owed by nobody."""
    argv = ("/bin/sh", "-c", f"trap '' TERM; : > {tmp_path}/ready; while :; do read x; done < /dev/zero")
    slow = begin(*argv)
    try:
        await eventually((tmp_path / "ready").exists)
        order = Order(fault="f", entry=entry(Entry(argv=argv)), mode="terminate", deadline=in_(60))
        assert "was told to end and has not yet" in await driver.inject(order)
    finally:
        slow.kill()
        slow.wait()
