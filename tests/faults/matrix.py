"""The kill matrix: a process that breaks something is ended by each signal at each point of the fault's life.

python -m tests.faults.matrix [SEED]

Whatever ended it, and wherever, it is undone at the fault's deadline at the latest, and then the system is whole: it
answers, it is there once, no watchdog is left, and the record says that it is over. A last row ends the watchdog too; then
the bot's next life has it done. What is drawn is how the thing is broken; the seed is printed, and the same seed draws the
same.
"""

import asyncio
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.faults.bench import NOW, Machine, Thing, eventually
from tests.faults.life import LASTS, POINTS

ENDINGS = ("SIGTERM", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGKILL")
BOTH = "SIGKILL to both"
SLACK = 5.0  # seconds beyond the deadline, for a machine that is busy: a process has to start, another to be started


@dataclass(frozen=True)
class Case:
    point: str
    ending: str
    mode: str

    @property
    def number(self) -> int:
        return signal.SIGKILL if self.ending == BOTH else signal.Signals[self.ending]


@dataclass(frozen=True)
class Restored:
    """How many seconds after the process was gone everything was as it should be, and after the fault's deadline."""

    after: float
    late: float
    by: str


async def play(case: Case, folder: Path) -> Restored:
    """Raises TimeoutError when the system was not restored in time, AssertionError when it is not as it should be."""
    state, thing = folder / "state", Thing(folder)
    machine = Machine(state)
    with thing.running():
        try:
            await _live_and_die(case, state, thing)
            gone = time.monotonic()
            async with _next_life(case, machine):
                await eventually(lambda: whole(thing, machine) and _is_over(case, machine), LASTS + SLACK)
            return Restored(time.monotonic() - gone, _late(machine), _by(machine))
        finally:
            machine.end_watchdogs()


def whole(thing: Thing, machine: Machine) -> bool:
    """Whether nothing of the fault is left, and nothing of what guarded it."""
    if machine.watched() or not thing.answers():
        return False
    there = thing.processes()
    return len(there) == 1 and there[0].status() != psutil.STATUS_STOPPED


def _is_over(case: Case, machine: Machine) -> bool:
    """Whether the record says so. Where nothing was broken and nobody watched yet, the next life will have it say so."""
    return case.point in ("asked", "filed") or all(each.over() for each in machine.records.every())


@asynccontextmanager
async def _next_life(case: Case, machine: Machine) -> AsyncIterator[None]:
    """Where the watchdog was ended, too: the bot starts again, and the room has not yet asked for anything."""
    if case.ending != BOTH:
        yield
        return
    machine.end_watchdogs()
    keeper = machine.another().keeper
    await keeper.recover()
    beating = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _live_and_die(case: Case, state: Path, thing: Thing) -> None:
    command = [sys.executable, "-m", "tests.faults.life", state, thing.port, thing.folder, case.mode, case.point,
               int(case.number)]  # fmt: skip
    with (thing.folder / "life.log").open("w") as log:
        root = Path(__file__).parents[2]
        code = await asyncio.to_thread(
            subprocess.call, list(map(str, command)), stdout=log, stderr=log, cwd=root, start_new_session=True
        )
    said = (thing.folder / "life.log").read_text()
    expected = {-int(case.number), 1, 130} if case.ending == "SIGINT" else {-int(case.number)}
    assert code in ({0} if case.point == "none" else expected), f"the process ended with {code}: {said[-2000:]}"


def _late(machine: Machine) -> float:
    """Negative when there was time left."""
    deadlines = [filed.order.deadline for each in machine.records.every() if (filed := each.filed())]
    return (NOW() - deadlines[0]).total_seconds() if deadlines else -LASTS


def _by(machine: Machine) -> str:
    ended = [over for each in machine.records.every() if (over := each.over())]
    return f"{ended[0].by}: {ended[0].why}" if ended else "nobody: nothing was broken yet"


def cases(seed: int) -> list[Case]:
    draw = random.Random(seed)
    return [
        Case(point, ending, draw.choice(("stop", "kill", "terminate")))
        for ending in (*ENDINGS, BOTH)
        for point in POINTS
    ]


async def main(seed: int) -> int:
    print(f"seed {seed}: {len(POINTS)} points, {len(ENDINGS)} signals, and both processes at once")
    failed, latest = 0, -LASTS
    for case in cases(seed):
        with tempfile.TemporaryDirectory() as folder:
            try:
                restored = await play(case, Path(folder))
            except (TimeoutError, AssertionError) as error:
                failed += 1
                print(f"LEFT BROKEN  {case.ending:16}{case.point:11}{case.mode:10} {error}", flush=True)
                continue
        latest = max(latest, restored.late)
        print(f"restored     {case.ending:16}{case.point:11}{case.mode:10} after {restored.after:4.1f} s by the "
              f"{restored.by}", flush=True)  # fmt: skip
    print(
        f"{len(cases(seed)) - failed} of {len(cases(seed))} restored; the last was whole {latest:+.1f} s from its deadline"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(10**6))))
