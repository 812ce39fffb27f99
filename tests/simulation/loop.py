"""An event loop on which time passes only when nobody has anything to do, and in which processes can die.

Time begins at 0 and jumps to the next timer. Which of those that could go on goes on next is drawn from the seed. Every
task belongs to the process whose context it was made in; of one that was killed nothing runs any more, not even a
`finally`, and of one that is frozen nothing runs until it is thawed.
"""

import asyncio
import heapq
import itertools
import random
from asyncio.events import Handle, TimerHandle
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from warroom.runtime.clock import whole

BASE = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)  # a Friday
MOST = 200_000  # turns in a day; one in which Slack wants ten minutes of silence takes a third of that
process: ContextVar["Process | None"] = ContextVar("process", default=None)
asked_at: ContextVar[float] = ContextVar("asked_at", default=0.0)  # when this task last asked whether it may call Slack


class Deadlock(Exception):
    """Nobody can go on, and no timer will change that; or everybody goes on and nothing comes of it."""


class Process:
    """What can be killed and frozen. Its tasks are those that were made while it was the context's."""

    def __init__(self, name: str) -> None:
        self.name, self.dead, self.frozen = name, False, False
        self.held: list[Handle] = []
        self.frozen_at, self.thawed_at = 0.0, -1.0
        self.zombie_until = 0.0  # until then it cannot keep to what Slack has said while it was frozen for too long
        self.zombie_since = -1.0  # when it went on after that; what it had decided to call before nobody can call back

    def __repr__(self) -> str:
        return self.name


class _Task(asyncio.Task[Any]):
    """Numbered, so that a set of tasks is gone through in the same order each time a day is played, wherever they lie."""

    def __init__(self, number: int, coro: Any, **given: Any) -> None:
        self._number = number
        super().__init__(coro, **given)

    def __hash__(self) -> int:
        return self._number


class Loop(asyncio.BaseEventLoop):
    """`turns` counts what was run; `until` is the time after which a day is taken to be stuck."""

    def __init__(self, seed: str) -> None:
        super().__init__()
        self._draw = random.Random(f"loop:{seed}").random
        self._time, self.turns = 0.0, 0
        self.trace: Callable[[str], None] | None = None
        numbers = itertools.count(1)
        self.set_task_factory(lambda loop, coro, **given: _Task(next(numbers), coro, loop=loop, **given))

    def time(self) -> float:
        return self._time

    def _run_once(self) -> None:
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        while scheduled and scheduled[0]._cancelled:
            heapq.heappop(scheduled)._scheduled = False
        if not ready:
            if not scheduled:
                raise Deadlock(f"at {self._time:.3f} s nobody could go on")
            self._time = max(self._time, scheduled[0]._when)
        while scheduled and scheduled[0]._when <= self._time:
            due: TimerHandle = heapq.heappop(scheduled)
            due._scheduled = False
            ready.append(due)
        if len(ready) > 1:
            place = int(self._draw() * len(ready))
            ready[0], ready[place] = ready[place], ready[0]
        handle = ready.popleft()
        if handle._cancelled:
            return
        owner = handle._context.get(process)
        if owner is not None and owner.dead:
            return
        if owner is not None and owner.frozen:
            owner.held.append(handle)
            return
        self.turns += 1
        if self.turns > MOST:
            raise Deadlock(f"at {self._time:.3f} s it goes round in circles")
        handle._run()

    def thaw(self, one: Process) -> None:
        one.frozen = False
        self._ready.extend(one.held)  # type: ignore[attr-defined]
        one.held.clear()

    def _timer_handle_cancelled(self, handle: TimerHandle) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    def _process_events(self, event_list: Any) -> None:
        pass

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        """At once: there are no threads here."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """Nobody closes what a killed process has left: when the collector of garbage finds it is no part of a day."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tasks and generators of killed processes are never finished, and that is meant."""
        unfinished = "was destroyed but it is pending" in context.get("message", "")
        if not unfinished and "generator is already running" not in str(context.get("exception", "")):
            super().call_exception_handler(context)

    def __del__(self) -> None:
        """It holds nothing that must be given back."""


class SimClock:
    """The machines' clock of one day: the loop's time, and by how much somebody has set it forward or back.

    A loop that polls for what other processes have committed waits here for the next second, again and again. While
    nothing is committed and nothing falls due, those polls would find nothing; they are left out. `version` is a number
    that changes with every commit, `horizon` the next time at which something in the database falls due.
    """

    def __init__(self, loop: Loop, version: Callable[[], int], horizon: Callable[[], datetime | None]) -> None:
        self._loop, self._version, self._horizon = loop, version, horizon
        self.offset = timedelta(0)
        self._sleeping: dict[asyncio.Future[None], tuple[float, float]] = {}
        self._polled: dict[int, tuple[asyncio.Event, int]] = {}

    def now(self) -> datetime:
        return whole(BASE + timedelta(seconds=self._loop.time()) + self.offset)

    def seconds(self, at: datetime) -> float:
        """The loop's time at that instant."""
        return (at - BASE - self.offset).total_seconds()

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        if nudge.is_set():
            return
        seconds = None if until is None else (until - self.now()).total_seconds()
        if seconds is not None and seconds <= 0:
            return
        future = self._loop.create_future()
        nudge._waiters.append(future)  # type: ignore[attr-defined]
        timer = None
        known = self._polled.get(id(nudge))
        poll = seconds == 1.0
        if poll and known is not None and known[0] is nudge and known[1] == self._version():
            self._sleep(future, self._loop.time())
        elif seconds is not None:
            timer = self._loop.call_at(self._loop.time() + seconds, _wake, future)
        if poll:
            self._polled[id(nudge)] = (nudge, self._version())
        try:
            await future
        finally:
            self._sleeping.pop(future, None)
            if timer is not None:
                timer.cancel()
            if future in nudge._waiters:  # type: ignore[attr-defined]
                nudge._waiters.remove(future)  # type: ignore[attr-defined]

    def _sleep(self, future: "asyncio.Future[None]", since: float) -> None:
        """Until the last poll before something falls due; `changed` may wake it at an earlier one."""
        self._sleeping[future] = (since, self._loop.time())
        due = self._horizon()
        if due is not None:
            polls = max(1, int(self.seconds(due) - since))
            self._loop.call_at(since + polls, _wake, future)

    def changed(self) -> None:
        """Something was committed, or the clock was set: those who poll find it at their next poll."""
        now = self._loop.time()
        for future, (since, _) in self._sleeping.items():
            self._loop.call_at(since + int(now - since) + 1, _wake, future)
        self._sleeping.clear()


class OwnClock:
    """A process's own, as `SystemClock` is: what the machine's said when it began, and what has passed since."""

    def __init__(self, machines: SimClock) -> None:
        self._machines, self._offset = machines, machines.offset

    def now(self) -> datetime:
        return self._machines.now() - self._machines.offset + self._offset

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        since_set = self._machines.offset - self._offset
        await self._machines.wait(until + since_set if until is not None else None, nudge)


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
