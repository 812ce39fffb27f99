"""The dead-man: a process of its own that undoes one fault when its time is over, or when the bot is not heard of any more.

    python -m warroom.faults.watchdog <state folder>/faults/<fault>/order.json

The bot starts it before anything is broken. It needs no database and no Slack; what it undoes with is in the order, and
the variables that undoing needs are in its own environment. It outlives the bot and the bot's session. It ends when the
fault is over, whoever undid it. Asked to end (SIGTERM), it undoes first.

What it cannot do: outlive the machine, or a service manager or container that ends all processes of the bot with it.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from pathlib import Path

from warroom.faults import Driver, every_driver
from warroom.faults.records import Filed, Over, Record
from warroom.runtime.clock import SystemClock

log = logging.getLogger("warroom.faults.watchdog")

READY = b"watching\n"
_OFTEN = 0.2  # seconds between two looks
_PATIENCE = 20.0  # seconds that somebody else may hold the lock; then a second undoing is the lesser evil
_WITHIN = 60.0  # seconds that one attempt may take
_LONGEST_PAUSE = 30.0
_GIVES_UP = 24 * 3600.0  # seconds after the first attempt: a target that is gone for good must not be tried for ever


class Watchdog:
    """One fault's. `clock` is the wall; beside it a clock that nobody can set counts the same time."""

    def __init__(self, record: Record, filed: Filed, driver: Driver) -> None:
        self._record, self._order, self._driver = record, filed.order, driver
        self._wall = SystemClock()
        self._began = time.monotonic()
        self._left = (self._order.deadline - self._wall.now()).total_seconds()
        self._pulse, self._heard = record.pulse(), self._began
        self.told_to_end = False

    async def watch(self) -> None:
        """Returns when the fault is over."""
        while not (why := self._why()):
            if self._record.over():
                return
            await asyncio.sleep(_OFTEN)
        await self._until_undone(why)

    def _why(self) -> str:
        """Why it must be undone now; empty when it need not be."""
        now = time.monotonic()
        if now - self._began >= self._left or self._wall.now() >= self._order.deadline:
            return "its time was over"
        if (pulse := self._record.pulse()) != self._pulse:
            self._pulse, self._heard = pulse, now
        if now - self._heard >= self._order.entry.alone.total_seconds():
            return "the bot was not heard of any more"
        return "the watchdog was told to end" if self.told_to_end else ""

    async def _until_undone(self, why: str) -> None:
        first, pause = time.monotonic(), 0.5
        while not self._record.over():
            try:
                await self._undo(why)
            except Exception:  # a driver may fail in any way; it is owed until it is done
                log.exception("%s could not be undone yet (%s)", self._order.fault, why)
                if time.monotonic() - first > _GIVES_UP:
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _undo(self, why: str) -> None:
        async with self._record.alone(_PATIENCE):
            if self._record.over():
                return
            async with asyncio.timeout(_WITHIN):
                said = await self._driver.undo(self._order)
            self._record.finish(Over(by="watchdog", why=why, said=said, at=self._wall.now()))
            log.info("%s was undone because %s: %s", self._order.fault, why, said)


async def watch(record: Record, filed: Filed, say_ready: int) -> None:
    """Be the watchdog of this fault, if it has none. `say_ready` is told when it is watched, and closed."""
    driver = every_driver(os.environ, record.folder.parent.parent)[filed.order.entry.driver]
    async with record.watching() as alone:
        dog = Watchdog(record, filed, driver)
        _mind_signals(dog)
        with contextlib.suppress(OSError):  # whoever started this has died; what may be broken is watched all the same
            os.write(say_ready, READY)
        os.close(say_ready)
        if alone:
            await dog.watch()


def _mind_signals(dog: Watchdog) -> None:
    """Only SIGTERM means something here, which the system sends to everybody before it goes down."""
    for each in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE):
        signal.signal(each, signal.SIG_IGN)

    def told() -> None:
        dog.told_to_end = True

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told)


def main(file: str) -> int:
    record = Record(Path(file).absolute().parent)
    filed = record.filed()
    if filed is None:
        sys.stderr.write(f"{file} holds no order that can be read; nothing is watched.\n")
        return 1
    if os.fork():  # whoever started this waits for it, and is not to wait long
        os._exit(0)
    say_ready = os.dup(1)
    os.dup2(2, 1)
    logging.basicConfig(level="INFO", stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(watch(record, filed, say_ready))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
