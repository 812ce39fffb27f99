"""Breaks and undoes so that everything is undone in its time, whatever becomes of the bot.

    filed ──> watched ──> injecting ──> injected ──> active ──> undoing ──> undone ──> over

The order is kept first; then its watchdog is started, and only when that says that it watches, something is broken. From
then on there are two who will undo it: the bot, and the watchdog when the bot does not. Both take the lock of the fault
first, and what is over is never broken again, so it does not matter in which order they come.

Each place of that life is logged with the record's `stage`; the kill tests end the process there.
"""

import asyncio
import logging
import os
import select
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import warroom
from warroom.core.declaring import dataclass
from warroom.failpoints import passed
from warroom.faults.driver import Driver, FaultFailed, Order
from warroom.faults.records import Filed, Over, Record, Records
from warroom.faults.watchdog import READY
from warroom.outside.program import surroundings
from warroom.runtime.clock import Clock

log = logging.getLogger(__name__)

STAGES = ("filed", "starting", "watched", "injecting", "injected", "active", "undoing", "undone", "over")
_PATIENCE = 15.0  # seconds that the watchdog may undo before we say so and come back
_STARTS = 20.0  # seconds until a watchdog must have said that it watches
_SLOWEST_BEAT = 5.0  # seconds
_KEPT = timedelta(days=7)  # so long it is known that something is over, and may not be broken again
WhyNot = Callable[[], Awaitable[str]]  # a sentence; empty when it may be broken


class Uncertain(FaultFailed):
    """It may be broken, and could not be made whole at once. Its rollback is owed."""


class Undone(FaultFailed):
    """Something may have been broken, and was undone at once. Nobody has seen yet whether it is whole."""


class Busy(FaultFailed):
    """Somebody else is just breaking or undoing it; to be tried again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """What was found of a fault at the start. `undone` says by whom and why; empty when it is still broken and watched."""

    room: int
    fault: str
    target: str
    undone: str = ""


class Keeper:
    """One bot's, on one machine. `name` tells its faults from those of other bots with the same state folder."""

    def __init__(
        self,
        records: Records,
        drivers: Mapping[str, Driver],
        *,
        environment: Mapping[str, str],
        wall: Clock,
        name: str,
    ) -> None:
        self._records, self._drivers, self._environment = records, drivers, environment
        self._wall, self.name = wall, name
        self._kept: dict[str, Filed] = {}
        self._guarded = set[str]()  # of those, the ones whose watchdog was heard
        self._replacing: dict[str, asyncio.Task[None]] = {}
        self._more = asyncio.Event()

    # --- a fault's life

    def known(self, fault: str) -> Filed | None:
        """What is on record about it on this machine."""
        return self._records.record(fault).filed()

    def on_record(self, fault: str) -> bool:
        """Whether there is anything of it on this machine, readable or not."""
        return self._records.record(fault).order_file.exists()

    def begun(self, fault: str) -> bool:
        """Whether it may have been broken from this machine."""
        return self._records.record(fault).begun()

    async def inject(self, filed: Filed, why_not: WhyNot | None = None) -> str:
        """Have it watched, break it, and say what was done. Raises FaultFailed when nothing is broken, or Uncertain.

        `why_not` is asked at the last moment, when everything else is ready.
        """
        order = filed.order
        self._records.prepare()
        record = self._records.record(order.fault)
        if over := record.over():
            failed = Undone if record.begun() else FaultFailed
            raise failed(f"Nothing is broken: it was over already, because {over.why}.")
        try:
            if record.filed() is None:
                record.file(filed)
                _stage("filed", order)
                passed("fault.filed")
            self._keep(filed)
            await self._watched(record, order)
            async with self._alone(record):
                said = await self._inject(record, order, why_not)
        except Busy:
            raise
        except Uncertain:  # no more signs of life for this one: its watchdog is to undo it soon
            self._kept.pop(order.fault, None)
            raise
        except Exception as error:  # of the driver, the watchdog or the state folder
            not_broken = await self._not_broken(record, order, error)
            self._let_go(record)
            raise not_broken from error
        _stage("active", order)
        return said

    async def undo(self, order: Order) -> str:
        """Make it whole, and say what was done; the fault is over only when `finish` says so. Raises FaultFailed."""
        self._records.prepare()
        record = self._records.record(order.fault)
        if not record.folder.exists():  # never broken from here, or long ago; undoing does no harm
            return await self._driver(order).undo(order)
        async with record.alone(_PATIENCE) as alone:
            if not alone:
                raise Busy("Its watchdog is undoing it, and is not done yet.")
            _stage("undoing", order)
            passed("fault.undoing")
            said = await self._driver(order).undo(order)
            _stage("undone", order)
            passed("fault.undone")
        return said

    def finish(self, fault: str, said: str) -> None:
        """It is whole again, and was seen to be. The watchdog ends."""
        passed("fault.whole")
        record = self._records.record(fault)
        filed = record.filed()
        self._kept.pop(fault, None)
        if filed is not None and record.over() is None:
            _note_over(record, Over(by="bot", why="it was asked for", said=said, at=self._wall.now()))
        if filed is not None:
            _stage("over", filed.order)
            passed("fault.over")

    # --- while it lasts

    async def run(self) -> None:
        """Until cancelled: tell the watchdogs that the bot lives, and put a new one where one has died."""
        try:
            while True:
                self._more.clear()
                for fault, filed in list(self._kept.items()):
                    self._tend(fault, filed)
                try:
                    async with asyncio.timeout(self._beat()):
                        await self._more.wait()
                except TimeoutError:
                    continue
        finally:
            for task in self._replacing.values():
                task.cancel()
            await asyncio.gather(*self._replacing.values(), return_exceptions=True)

    def _tend(self, fault: str, filed: Filed) -> None:
        """Waits for nothing: a sign of life that comes late is none."""
        try:
            record = self._records.record(fault)
            if record.over():
                self._kept.pop(record.fault, None)
                return
            record.beat()
            if record.fault in self._guarded and record.fault not in self._replacing and not record.watched():
                log.warning("the watchdog of %s has died; starting another", record.fault)
                task = asyncio.create_task(self._leave_to_a_watchdog(record, filed.order))
                self._replacing[record.fault] = task
                task.add_done_callback(lambda _: self._replacing.pop(record.fault, None))
        except (FaultFailed, OSError):
            log.exception("fault %s could not be tended", fault)

    def _beat(self) -> float:
        """Seconds: well within the shortest time that a watchdog waits."""
        return min([_SLOWEST_BEAT, *(each.order.entry.alone.total_seconds() / 4 for each in self._kept.values())])

    # --- at the start

    async def recover(self) -> list[Recovered]:
        """What an earlier life left. What is past its time and unwatched is undone; the rest is watched, ours kept alive."""
        found = list[Recovered]()
        try:
            records = self._records.every()
        except FaultFailed as error:  # nothing in it can be believed, and nothing will be broken either
            log.error("%s", error)
            return []
        for record in records:
            filed, over = record.filed(), record.over()
            if filed is None and record.begun():  # another release may be able to read it
                log.error("%s cannot be read, and what it is about may be broken; undo it by hand", record.order_file)
            elif filed is None:
                record.remove()
            elif over is None:
                found += await self._take_up(record, filed)
            elif self._wall.now() - over.at > _KEPT:
                record.remove()
            elif filed.keeper == self.name:
                found.append(_told(filed, f"by the {over.by}, because {over.why}: {over.said}"))
        return found

    async def _take_up(self, record: Record, filed: Filed) -> list[Recovered]:
        ours = filed.keeper == self.name
        try:
            if self._wall.now() >= filed.order.deadline and not record.watched():
                said = await self.undo(filed.order)
                record.finish(Over(by="bot", why="its time was over", said=said, at=self._wall.now()))
                return [_told(filed, f"by the bot, because its time was over: {said}")] if ours else []
            if not record.watched():
                await self._start_watchdog(record, filed.order)
        except Exception:  # of one fault; the others must be looked at, too
            log.exception("fault %s, which was left by an earlier life, could not be taken up", record.fault)
            await self._leave_to_a_watchdog(record, filed.order)
        if not ours:
            return []
        self._keep(filed)
        self._guarded.add(record.fault)
        return [_told(filed, "")]

    async def _leave_to_a_watchdog(self, record: Record, order: Order) -> None:
        try:
            await self._start_watchdog(record, order)
        except (FaultFailed, OSError):
            log.exception("fault %s is not watched; undo it by hand", record.fault)

    # --- within

    def _driver(self, order: Order) -> Driver:
        driver = self._drivers.get(order.entry.driver)
        if driver is None:
            raise FaultFailed(f"There is no driver `{order.entry.driver}` in this bot.")
        return driver

    def _keep(self, filed: Filed) -> None:
        record = self._records.record(filed.order.fault)
        record.beat()
        self._kept[filed.order.fault] = filed
        self._more.set()

    def _let_go(self, record: Record) -> None:
        """Nothing is broken: neither is there anything to be undone, nor may an old attempt break it later."""
        self._kept.pop(record.fault, None)
        if record.over() is None:
            _note_over(record, Over(by="bot", why="nothing was broken", said="", at=self._wall.now()))

    async def _not_broken(self, record: Record, order: Order, error: Exception) -> FaultFailed:
        """What to raise when this attempt did not break it. What an earlier one may have broken is undone first.

        Raises Uncertain when it cannot be, and Busy.
        """
        if isinstance(error, Undone):
            return error
        why = f"{record.folder} cannot be used ({error})" if isinstance(error, OSError) else str(error)
        if not record.begun() or record.over() is not None:
            return error if isinstance(error, FaultFailed) else FaultFailed(f"Nothing was broken: {why}.")
        async with self._alone(record):
            await self._make_whole(self._driver(order), order, why)
        return Undone(f"{why} An earlier attempt may have broken it; that was undone.")

    @asynccontextmanager
    async def _alone(self, record: Record) -> AsyncIterator[None]:
        async with record.alone(_PATIENCE) as alone:
            if not alone:
                raise Busy("Somebody else is just breaking or undoing it.")
            yield

    async def _inject(self, record: Record, order: Order, why_not: WhyNot | None) -> str:
        """With the lock."""
        before = record.injected()
        if before is not None and record.over() is None:  # an earlier life of the bot had come so far
            return before.said
        if why := self._too_late(record, order):
            raise FaultFailed(f"Nothing was broken: {why}.")
        if not record.watched():
            raise FaultFailed("Nothing was broken: its watchdog has died.")
        if why_not is not None and (why := await why_not()):
            raise FaultFailed(why)
        driver = self._driver(order)
        record.note_begun(self._wall.now())
        _stage("injecting", order)
        passed("fault.begun")
        try:
            said = await driver.inject(order)
        except Exception as error:  # a driver may fail in any way, and half of it may be done
            await self._make_whole(driver, order, str(error))
            raise Undone(f"{error} What may have been done was undone.") from error
        _stage("injected", order)
        passed("fault.broken")
        if why := self._too_late(record, order):
            await self._make_whole(driver, order, f"when it was broken, {why}")
            raise Undone(f"It took too long to break it: {why}. It was undone at once.")
        try:
            record.note_injected(said)
        except OSError:  # it is broken all the same; an attempt after a crash would only break it once more
            log.exception("that %s is broken could not be noted", order.fault)
        passed("fault.recorded")
        return said

    async def _make_whole(self, driver: Driver, order: Order, why: str) -> None:
        try:
            await driver.undo(order)
        except Exception as error:  # the watchdog goes on trying when its time has come, and the room is told
            raise Uncertain(
                f"{why} Whether something is broken is not known, and undoing it failed: {error}"
            ) from error

    def _too_late(self, record: Record, order: Order) -> str:
        if over := record.over():
            return f"it was over already ({over.why})"
        return "its time is over" if self._wall.now() >= order.deadline else ""

    async def _watched(self, record: Record, order: Order) -> None:
        if not record.watched():
            await self._start_watchdog(record, order)
        self._guarded.add(order.fault)
        _stage("watched", order)
        passed("fault.watched")

    async def _start_watchdog(self, record: Record, order: Order) -> None:
        """Returns when it watches. Raises FaultFailed, and then there is none."""
        environment = surroundings(order.entry.how.variables(), self._environment)
        source = str(Path(warroom.__file__).parent.parent)
        environment["PYTHONPATH"] = os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])
        said = await asyncio.to_thread(_start_and_hear, record, order, environment)
        if said != READY:
            raise FaultFailed(
                f"Nothing was broken: its watchdog did not start within {_STARTS:.0f} s. {record.log} says why."
            )


def _note_over(record: Record, over: Over) -> None:
    """It is whole, whether or not that can be written down; unwritten, its watchdog will undo it once more."""
    try:
        record.finish(over)
    except OSError:
        log.exception("that %s is over could not be noted", record.fault)


def _told(filed: Filed, undone: str) -> Recovered:
    return Recovered(room=filed.room, fault=filed.called, target=filed.order.entry.target, undone=undone)


def _start_and_hear(record: Record, order: Order, environment: Mapping[str, str]) -> bytes:
    """To its end even when nobody waits for it any more: what was started is not left half heard."""
    popen = _start(record, environment)
    _stage("starting", order)
    return _hear(popen)


def _start(record: Record, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    log_file = os.open(record.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "warroom.faults.watchdog", str(record.order_file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log_file,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(log_file)


def _hear(popen: "subprocess.Popen[bytes]") -> bytes:
    """What the watchdog says first; it goes on as a process of its own, and what we started is over. Empty: nothing."""
    assert popen.stdout is not None
    with popen.stdout as pipe:
        poll = select.poll()  # `select` knows no file numbers above 1023
        poll.register(pipe, select.POLLIN)
        heard = poll.poll(_STARTS * 1000)
        said = pipe.readline() if heard else b""
    if said != READY:
        popen.kill()
    popen.wait()
    return said


def _stage(stage: str, order: Order) -> None:
    log.info("fault %s of %s: %s", order.fault, order.entry.target, stage, extra={"stage": stage})
