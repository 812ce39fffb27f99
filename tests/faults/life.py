"""One fault's whole life in a process of its own, which a signal ends at a named point. Run by the kill matrix.

python -m tests.faults.life STATE PORT FOLDER MODE POINT SIGNAL

It breaks the server on PORT with the performer that a bot uses, and has it undone by the same. The process sends the
signal to itself when the log says that the point has come. At the point `none` nothing happens.
"""

import asyncio
import logging
import os
import sys
from datetime import timedelta
from pathlib import Path

from tests.faults.bench import Machine, Thing, in_, listed
from warroom.breaking import Breaking
from warroom.core import effects as f
from warroom.core.faults import Fault
from warroom.core.room import Room
from warroom.faults.keeper import STAGES
from warroom.runtime.clock import SystemClock
from warroom.runtime.deliver import Done, Later, Performer
from warroom.store.outbox import Claimed

POINTS = ("asked", *STAGES)  # ten of them
LASTS, ALONE = 6.0, timedelta(seconds=2)


class Signal(logging.Handler):
    def __init__(self, point: str, number: int) -> None:
        super().__init__()
        self._point, self._number = point, number

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "stage", "") == self._point:
            os.kill(os.getpid(), self._number)


async def perform(performer: Performer, effect: f.Effect, room: Room) -> None:
    """Until it is done, as the outbox would have it."""
    attempts = 0
    result: object = Later(reason="")
    while isinstance(result, Later):
        attempts += 1
        claimed = Claimed(lane="l", number=1, epoch=1, room_id=1, effect=effect, attempts=attempts, effect_id="e")
        result = await performer(claimed, room)
    assert isinstance(result, Done)
    (told,) = result.commands
    print(told, flush=True)
    assert getattr(told, "injected", True)
    assert getattr(told, "undone", True)


async def live(state: Path, thing: Thing, mode: str) -> None:
    machine, clock = Machine(state), SystemClock()
    breaking = Breaking(
        listed(thing.entry(alone=ALONE)), machine.drivers, machine.keeper, look=thing.see, clock=clock, wall=clock
    )
    fault = Fault(id="F1", driver="process", target="thing", mode=mode, deadline=in_(LASTS))
    room, performers = Room(faults={"F1": fault}), breaking.performers()
    beating = asyncio.create_task(breaking.run())
    await perform(
        performers[f.InjectFault],
        f.InjectFault(fault="F1", driver="process", target="thing", mode=mode, deadline=fault.deadline),
        room,
    )
    await perform(performers[f.RollBack], f.RollBack(fault="F1", driver="process", target="thing", mode=mode), room)
    beating.cancel()


if __name__ == "__main__":
    state, port, folder, mode, point, number = sys.argv[1:]
    logging.getLogger("warroom").setLevel(logging.INFO)
    logging.getLogger("warroom").addHandler(Signal(point, int(number)))
    asyncio.run(live(Path(state), Thing(Path(folder), int(port)), mode))
