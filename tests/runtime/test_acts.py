"""Acts from the room's word to a real program and back: run once, told truthfully, whoever dies in between."""

import asyncio
import os
import select
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from tests.runtime.bench import ENOUGH, events, game, incident, running, until
from warroom.breaking import make_breaking
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.actions import RunCommand
from warroom.core.allowed import Allowed, AllowedCommand
from warroom.core.runbook import Runbook, Step
from warroom.core.runs import ActState
from warroom.core.steps.act import Act
from warroom.core.steps.do import Do
from warroom.definitions.library import Library
from warroom.outside.guard import Guard
from warroom.performers import Actors
from warroom.runtime.deliver import LEASES, Delivery
from warroom.runtime.handle import Handled, Runtime
from warroom.store import agenda
from warroom.testing import ManualClock

SHELL = "/bin/sh"


def runbook(script: str, undo: str = "") -> Runbook:
    act = Act(
        action=RunCommand(argv=(SHELL, "-c", script)),
        within=timedelta(minutes=5),
        undo=RunCommand(argv=(SHELL, "-c", undo)) if undo else None,
    )
    steps = (Step(id="run", title="Run it", what=act), Step(id="look", title="Look", what=Do(text="Look.")))
    return Runbook(id="acts", title="Acts", steps=steps)


def actors(runtime: Runtime, *, drills: bool = False, secrets: tuple[str, ...] = ()) -> Actors:
    line = AllowedCommand(argv=(SHELL, "-c", "(?s).*"), acts=True, drills=drills)
    allowed, guard = Allowed(commands=(line,)), Guard()
    breaking = make_breaking(
        allowed,
        {},
        state="",
        database="",
        environment={},
        resolve=lambda target: None,
        guard=guard,
        secrets=(),
        clock=runtime.clock,
        wall=runtime.wall,
    )
    return Actors(
        runtime,
        Library(),
        resolve=lambda target: None,
        guard=guard,
        allowed=allowed,
        breaking=breaking,
        environment=os.environ,
        secrets=secrets,
    )


@asynccontextmanager
async def acting(runtime: Runtime, worker: Actors) -> AsyncIterator[None]:
    """A process that performs what acts."""
    async with running(Delivery(runtime, worker.performers(), kind="act").run()):
        yield


async def approved(runtime: Runtime, book: Runbook) -> Handled:
    """An incident whose runbook stands at an act that Ana has approved."""
    opened = await incident(runtime)
    await runtime.handle(opened.id, c.Acknowledge(by="ana", incident="I1"))
    await runtime.handle(opened.id, c.StartRun(by="ana", incident="I1", runbook=book, digest="d"))
    return await runtime.handle(opened.id, c.ApproveAct(by="ana", run="R1", step="run"))


async def state(runtime: Runtime, room: int, act: int = 1) -> ActState:
    return (await runtime.room(room)).runs["R1"].acts[act].state


async def over(runtime: Runtime, room: int, act: int = 1) -> e.ActEnded:
    """How this act ended, as soon as it has."""

    async def ended() -> bool:
        return await state(runtime, room, act) is ActState.ENDED

    await until(ended, runtime)
    return next(each for each in await events(runtime, room, e.ActEnded) if each.act == act)


async def test_what_was_approved_runs_and_is_told(runtime: Runtime, tmp_path: Path) -> None:
    """The program runs once, its output is on the timeline without secrets, and the walk goes on."""
    trace = tmp_path / "trace"
    room = (await approved(runtime, runbook(f"echo once >> {trace}; echo the token is s3cr3t-t0ken"))).id
    async with acting(runtime, actors(runtime, secrets=("s3cr3t-t0ken",))):
        ended = await over(runtime, room)
    assert ended.outcome == "done"
    assert trace.read_text() == "once\n"
    said = "".join(each.text for each in await events(runtime, room, e.ActSaid))
    assert "the token is [secret]" in said
    assert (await runtime.room(room)).runs["R1"].at == "look"


async def test_a_failure_stays_and_can_be_taken_back(runtime: Runtime, tmp_path: Path) -> None:
    """A program that fails leaves the walk where it is, and its undo runs when somebody asks for it."""
    undone = tmp_path / "undone"
    room = (await approved(runtime, runbook("exit 3", undo=f"echo back > {undone}"))).id
    async with acting(runtime, actors(runtime)):
        assert (await over(runtime, room)).outcome == "failed"
        assert (await runtime.room(room)).runs["R1"].at == "run"
        await runtime.handle(room, c.UndoAct(by="ben", run="R1", act=1))
        assert (await over(runtime, room, 2)).outcome == "done"
    assert undone.read_text() == "back\n"


async def test_in_an_exercise_nothing_is_run(runtime: Runtime, tmp_path: Path) -> None:
    """An exercise pretends, unless the operator has allowed it for exercises too."""
    trace = tmp_path / "trace"
    for drills, outcome in ((False, "pretended"), (True, "done")):
        opened = await game(runtime)
        await runtime.handle(opened.id, c.PlayInject(by="harriet", inject="gone"))
        await runtime.handle(
            opened.id, c.StartRun(by="ana", incident="I1", runbook=runbook(f"echo x >> {trace}"), digest="d")
        )
        await runtime.handle(opened.id, c.ApproveAct(by="ana", run="R1", step="run"))
        async with acting(runtime, actors(runtime, drills=drills)):
            assert (await over(runtime, opened.id)).outcome == outcome
    assert trace.read_text() == "x\n"


async def test_it_is_stopped_when_somebody_cancels_it(runtime: Runtime, tmp_path: Path) -> None:
    """A cancellation, wherever it was asked for, ends the program; nothing of it is left."""
    ready, pipe = fifos(tmp_path)
    room = (await approved(runtime, runbook(f"echo $$ > {ready}; cat {pipe}"))).id
    async with acting(runtime, actors(runtime)):
        program = await begun(ready)
        await runtime.handle(room, c.CancelAct(by="ben", run="R1", act=1))
        assert (await over(runtime, room)).outcome == "cancelled"
    assert has_ended(program)
    assert (await runtime.room(room)).runs["R1"].of("run").state == "failed"


def fifos(folder: Path) -> tuple[Path, Path]:
    """Two pipes: the program says its number into the first, and reads from the second until somebody writes."""
    pipes = folder / "ready", folder / "pipe"
    for each in pipes:
        os.mkfifo(each)
    return pipes


async def begun(ready: Path) -> int:
    """The number of the program, as soon as it runs."""
    async with asyncio.timeout(ENOUGH):
        return int(await asyncio.to_thread(ready.read_text))


async def test_a_worker_that_died_leaves_it_unknown(
    another: Callable[[], Runtime], clock: ManualClock, tmp_path: Path
) -> None:
    """When the process that ran it is gone, the next one says that nobody knows, and does not run it again."""
    trace = tmp_path / "trace"
    first, second = another(), another()
    room = (await approved(first, runbook(f"echo again >> {trace}"))).id
    # the first worker said that it begins, and died before it could say anything else
    await first.handle(room, c.RecordActBegun(run="R1", act=1, worker="somebody who died"))
    async with acting(second, actors(second)):
        ended = await over(second, room)
    assert ended.outcome == "unknown"
    assert not trace.exists()
    assert (await second.room(room)).runs["R1"].of("run").state == "failed"


async def test_one_that_never_began_runs_after_all(another: Callable[[], Runtime], tmp_path: Path) -> None:
    """What was asked for and not begun is known not to have run; whoever comes next runs it, once."""
    trace = tmp_path / "trace"
    first, second = another(), another()
    room = (await approved(first, runbook(f"echo x >> {trace}"))).id
    async with acting(second, actors(second)):
        assert (await over(second, room)).outcome == "done"
    assert trace.read_text() == "x\n"


async def pass_time(runtime: Runtime, clock: ManualClock, length: timedelta) -> None:
    """Let time pass, in steps, and never past a lease that is about to be renewed."""
    end, step = clock.now() + length, timedelta(seconds=5)
    async with asyncio.timeout(ENOUGH):
        while clock.now() < end:
            ready = await runtime.db.read(agenda.next_time, "act")
            if ready is None or ready - clock.now() > LEASES["act"] / 3:
                clock.advance(step)


async def test_a_long_act_keeps_its_lease(another: Callable[[], Runtime], clock: ManualClock, tmp_path: Path) -> None:
    """While it runs, no other process takes it for dead, however long its lease was."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    first, second = another(), another()
    room = (await approved(first, runbook(f"read line < {pipe}; echo $line"))).id
    async with acting(first, actors(first)):

        async def runs() -> bool:
            return await state(first, room) is ActState.RUNNING

        await until(runs, first)
        async with acting(second, actors(second)):
            await pass_time(first, clock, 6 * LEASES["act"])
            await asyncio.to_thread(pipe.write_text, "alive\n")
            ended = await over(first, room)
    assert ended.outcome == "done", ended.detail
    assert len(await events(first, room, e.ActBegun)) == 1


def has_ended(program: int) -> bool:
    """Whether it ends; the kernel says when, which may be a moment after it was told to."""
    try:
        ending = os.pidfd_open(program)
    except ProcessLookupError:
        return True
    with os.fdopen(ending):
        return bool(select.select([ending], [], [], ENOUGH)[0])


async def test_when_warroom_is_stopped_the_program_is_too(runtime: Runtime, tmp_path: Path) -> None:
    """An orderly stop ends the program and says so; it is not unknown."""
    ready, pipe = fifos(tmp_path)
    room = (await approved(runtime, runbook(f"echo $$ > {ready}; cat {pipe}"))).id
    async with acting(runtime, actors(runtime)):
        program = await begun(ready)
    (ended,) = await events(runtime, room, e.ActEnded)
    assert ended.outcome == "cancelled"
    assert has_ended(program)
