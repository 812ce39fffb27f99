"""How bots live and die: forked and killed at random times and at failpoints, started cold, stopped and continued.

A slot is one place for a process, with a port and settings of its own. When one life ends, the next begins at once,
as a supervisor would have it.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.crash.forkserver import Order
from tests.crash.history import History
from tests.crash.shared import FAULTY, PLACES, Tally
from tests.crash.waiting import until

ZOMBIES = ("slack.calling", "slack.called", "deliver.claimed", "deliver.performed", "deliver.told")  # where some stop
READY_WITHIN = 12.0  # seconds a forked life is given to be ready at most; it usually takes a tenth of one
PATIENCE = 2.5  # seconds a life is given after that to come to the failpoint it is to die at
LATE, LONG = ("gap.read",), 7.0  # places that no short life comes to, and seconds for them
BRISK = 0.8  # and once enough have died at each
ENOUGH = 3  # deaths at each failpoint: the goal
FRAGILE = 6.0  # and to a place of a fault's life: a watchdog has to start before anything breaks
SELDOM = (*FAULTY, *LATE, "form.carried_out")  # every life that comes to one of these dies there, while too few have
COLD_PATIENCE = 40.0  # seconds a real start may take on a busy machine
EVERYDAY = tuple(each for each in PLACES if each not in FAULTY)
AMONG = {  # the places that are a lane's own to die at
    "all": PLACES,
    "early": tuple(each for each in EVERYDAY if each not in LATE),
    "late": (*FAULTY, *LATE),
}
DEEP = {"tx.begun": 30, "tx.filled": 30, "tx.committed": 30, "slack.calling": 12, "slack.called": 12}  # nth at most


class ForkServer:
    """The driver's end of `forkserver`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._started: dict[int, asyncio.Future[int]] = {}
        self._ended: dict[int, asyncio.Future[None]] = {}
        self._ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, news: str, definitions: Path) -> AsyncIterator["ForkServer"]:
        command = (sys.executable, "-m", "tests.crash.forkserver", str(folder), news, str(definitions))
        with (folder / "forkserver.log").open("w") as log:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        server = cls(process)
        try:
            await server._ready.wait()
            yield server
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await server._reading

    async def fork(self, order: Order) -> int:
        """The pid of the new process."""
        started = self._started[order.life] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(order.line())
        pid: int = await started
        return pid

    async def ended(self, pid: int) -> None:
        await asyncio.shield(self._ended[pid])

    def lives(self, pid: int) -> bool:
        return not self._ended[pid].done()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "started" in told:
                self._ended[told["pid"]] = asyncio.get_running_loop().create_future()
                self._started.pop(told["started"]).set_result(told["pid"])
            elif "ended" in told:
                self._ended[told["ended"]].set_result(None)
            else:
                self._ready.set()
        self._ready.set()


@dataclass(eq=False)
class Slot:
    """One place for a process, and what became of those who lived there."""

    number: int
    port: int
    environment: Mapping[str, str]
    tally: Tally
    life: int = 0
    pid: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    died_at: float = 0.0  # on the monotonic clock: when the last one was killed
    died_how: str = ""
    stopped: bool = False  # by SIGSTOP

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a lane is to do: how many cold starts and pauses in all, and how long a pause is."""

    cold_every: float = 0.0  # seconds from the end of a cold life of the lane to the next; 0: none
    pause_every: float = 0.0
    pause: tuple[float, float] = (3.8, 5.5)  # the lease is `living.LEASE`


class Lives:
    """Everybody's lives in one lane. `counts` and `waits` are what the table shows."""

    def __init__(
        self,
        slots: list[Slot],
        server: ForkServer,
        rng: random.Random,
        history: History,
        plan: Plan,
        own: Sequence[str] = PLACES,
    ) -> None:
        self.slots, self._server, self._rng, self._history, self._plan = slots, server, rng, history, plan
        self._own = own
        self._log = history.path.parent / "cold.log"
        self._lives = 0
        self._news: dict[int, dict[str, Any]] = {}
        self.kills: Counter[str] = Counter()  # random, at failpoints, cold
        self.died_at: Counter[str] = Counter()  # by failpoint
        self.wanted: Counter[str] = Counter()  # places that some life is to come to; the producers help
        self.cold = self.pauses = self.failed_starts = self.lived = 0
        self.ready_after: list[float] = []
        self._took: list[float] = []
        self.cold_after: list[float] = []
        self.over = False
        self.fragile: Callable[[], bool] = lambda: False  # whether something may be broken or undone now
        self.peaceful: Callable[[], bool] = lambda: False  # whether that is being prepared, which takes some presses
        self._cold_due = time.monotonic() + plan.cold_every / 2
        self._pause_due = time.monotonic() + plan.pause_every / 2

    # --- what the processes tell

    def hear(self, told: dict[str, Any]) -> None:
        if "ready" in told:
            for slot in self.slots:
                if slot.life == told["ready"]:
                    slot.ready.set()
                    self.lived += 1
                    self._took.append(told["took"])
                    if slot.died_at:
                        self.ready_after.append(time.monotonic() - slot.died_at)
        elif "died" in told or "stopped" in told:
            self._news[told.get("died") or told["stopped"]] = told
        elif "failed" in told:
            self.failed_starts += 1
            self._history.write("failed start", life=told["failed"], why=told["why"])

    # --- lives

    async def run(self, slot: Slot) -> None:
        """Life after life, until `over`."""
        while not self.over:
            now = time.monotonic()
            if self._plan.cold_every and now >= self._cold_due:
                self._cold_due = float("inf")
                await self._cold_life(slot)
                self._cold_due = time.monotonic() + self._plan.cold_every * self._rng.uniform(0.7, 1.3)
            elif self._plan.pause_every and now >= self._pause_due and not any(each.stopped for each in self.slots):
                self._pause_due = now + self._plan.pause_every
                await self._paused_life(slot)
            elif self.fragile() and self.lacking(FAULTY) and self._rng.random() < 0.7:
                await self._life_to_a_place(slot, FAULTY, FRAGILE)
            elif self.peaceful() and not self.fragile() and self._rng.random() < self._steady():
                await self._life_of_some_length(slot, least=3.0, longest=7.0)
            elif self._rng.random() < 0.45:
                await self._life_to_a_place(slot)
            else:
                await self._life_of_some_length(slot)

    def _steady(self) -> float:
        """How many of the lives in peace are long ones: somebody has to be there to prepare things with."""
        return 0.85 if len(self.slots) == 1 else 0.6

    async def live_on(self, slot: Slot) -> None:
        """The last life of a slot: nobody kills it."""
        await self._fork(slot)

    async def ended(self, slot: Slot) -> None:
        await self._server.ended(slot.pid)

    async def _life_of_some_length(self, slot: Slot, least: float = 0.0, longest: float = 0.0) -> None:
        await self._fork(slot, impatient=self._rng.random() < 0.4)
        if self._rng.random() < 0.1:
            await self._gone_within(slot, self._rng.uniform(0.0, 0.12))  # before it is ready
        else:
            drawn = self._rng.random()
            longest = longest or (0.3 if drawn < 0.85 else 1.2 if drawn < 0.97 else 4.0)
            await self._gone_within(slot, self._patience(), slot.ready.wait())
            await self._gone_within(slot, self._rng.uniform(least, longest))
        await self._end(slot)

    def lacking(self, places: Sequence[str], enough: int = ENOUGH) -> list[str]:
        """Those of these failpoints, as far as they are the lane's own, at which too few have died."""
        return [place for place in places if place in self._own and self.died_at[place] < enough]

    async def _life_to_a_place(self, slot: Slot, places: Sequence[str] = EVERYDAY, patience: float = PATIENCE) -> None:
        """To whichever it comes to first of the failpoints at which too few have died; then of all."""
        lacking = self.lacking(places)
        late, wanted = [each for each in lacking if each in LATE], [each for each in lacking if each not in LATE]
        if late and self._rng.random() < 0.3:
            wanted, patience = late, LONG
        elif not wanted:
            wanted, patience = list(places), patience if places is FAULTY else BRISK
        await self._fork(slot, die_at={place: self._rng.randint(1, DEEP.get(place, 2)) for place in wanted})
        self.wanted.update(wanted)
        try:
            await self._gone_within(slot, self._patience(), slot.ready.wait())
            await self._gone_within(slot, patience)
        finally:
            self.wanted.subtract(wanted)
        await self._end(slot)

    async def _paused_life(self, slot: Slot) -> None:
        """It holds leases, stands still for longer than they last, goes on as if nothing had been, and is killed.

        Mostly it stops by itself where it is about to do something with a lane that is somebody else's by then.
        """
        await self._fork(slot, stop_at={self._rng.choice(ZOMBIES): self._rng.randint(1, 3)})
        await self._gone_within(slot, self._patience(), slot.ready.wait())
        await self._gone_within(slot, PATIENCE, self._stopped_by_itself(slot))
        if not self._lives_still(slot):
            await self._end(slot)
            return
        where = self._news.pop(slot.life, {}).get("at", "somewhere")
        length = self._rng.uniform(*self._plan.pause)
        self._history.write("pause", slot=slot.number, life=slot.life, place=where, seconds=round(length, 2))
        with contextlib.suppress(ProcessLookupError):
            os.kill(slot.pid, signal.SIGSTOP)
        slot.stopped = True
        try:
            await asyncio.sleep(length)
        finally:
            slot.stopped = False
            with contextlib.suppress(ProcessLookupError):
                os.kill(slot.pid, signal.SIGCONT)
        self.pauses += 1
        self._history.write("continue", slot=slot.number, life=slot.life)
        await self._gone_within(slot, self._rng.uniform(0.5, 1.5))
        await self._end(slot)

    async def _stopped_by_itself(self, slot: Slot) -> None:
        await until(lambda: slot.life in self._news, every=0.02)

    async def _cold_life(self, slot: Slot) -> None:
        """`warroom serve` as an operator starts it, killed at some time; one in four while it starts."""
        self._lives += 1
        slot.life, slot.ready = self._lives, asyncio.Event()
        began = time.monotonic()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WARROOM_", "SLACK_"))}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "warroom.cli", "serve",
            env=kept | dict(slot.environment) | {"WARROOM_LOG_LEVEL": "INFO"}, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        slot.pid = process.pid
        self._history.write("cold start", slot=slot.number, life=slot.life, pid=slot.pid)
        dying_early = self._rng.random() < 0.25
        reading = asyncio.create_task(_read(process, slot, self._log))
        patience = self._rng.uniform(0.5, 3.0) if dying_early else COLD_PATIENCE
        ready = asyncio.create_task(slot.ready.wait())
        await asyncio.wait([reading, ready], timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if slot.ready.is_set():
            self.cold += 1
            self.cold_after.append(time.monotonic() - began)
            await asyncio.sleep(self._rng.uniform(0.3, 1.5))
        with contextlib.suppress(ProcessLookupError):
            os.kill(slot.pid, signal.SIGKILL)  # not process.kill(), which reaps it before asyncio can
        await process.wait()
        await reading
        self._has_died(slot, "cold")

    # --- steps

    def _patience(self) -> float:
        """Seconds that a life is given to be ready: some times what it takes on this machine, at this time."""
        usual = sorted(self._took[-15:])
        return min(READY_WITHIN, 1.0 + 4 * usual[len(usual) // 2]) if usual else READY_WITHIN

    async def _end(self, slot: Slot) -> None:
        """It is killed, unless it has died already, at the failpoint that its last words name."""
        told = await self._last_words(slot)
        if told is None or "died" not in told:
            await self._kill(slot, "random")
            return
        await self._server.ended(slot.pid)
        self.died_at[told["at"]] += 1
        self._has_died(slot, "at failpoints", place=told["at"])

    async def _last_words(self, slot: Slot) -> dict[str, Any] | None:
        """What it said at the failpoint where it died; its end and its words come on two ways."""
        for _ in range(20):
            if slot.life in self._news or self._lives_still(slot):
                break
            await asyncio.sleep(0.01)
        return self._news.pop(slot.life, None)

    async def _fork(self, slot: Slot, die_at: Mapping[str, int] | None = None, **order: Any) -> None:
        self._lives += 1
        slot.life, slot.ready = self._lives, asyncio.Event()
        where = {} if self.over else dict.fromkeys(self.lacking(SELDOM), 1) | dict(die_at or {})
        made = Order(life=self._lives, slot=slot.number, environment=dict(slot.environment), die_at=where, **order)
        slot.pid = await self._server.fork(made)

    async def _gone_within(self, slot: Slot, seconds: float, other: Awaitable[Any] | None = None) -> None:
        """Until the process has ended by itself, `other` has happened, or so many seconds have passed."""
        ended = asyncio.ensure_future(self._server.ended(slot.pid))
        waiting = [ended, *([asyncio.ensure_future(other)] if other is not None else [])]
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    def _lives_still(self, slot: Slot) -> bool:
        return self._server.lives(slot.pid)

    async def _kill(self, slot: Slot, how: str) -> None:
        if not self._lives_still(slot):  # it had ended by itself: a start that failed
            slot.died_at, slot.died_how = time.monotonic(), "ended by itself"
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(slot.pid, signal.SIGKILL)
        self._has_died(slot, how)
        await self._server.ended(slot.pid)

    def _has_died(self, slot: Slot, how: str, **more: str) -> None:
        slot.died_at, slot.died_how = time.monotonic(), how
        self.kills[how] += 1
        self._history.write("kill", slot=slot.number, life=slot.life, how=how, ready=slot.ready.is_set(), **more)


async def _read(process: asyncio.subprocess.Process, slot: Slot, log: Path) -> None:
    """Until it has ended; it is ready when it says so. What it says is kept: no secret may be in it."""
    assert process.stderr is not None
    with log.open("ab") as kept:
        async for line in process.stderr:
            kept.write(line)
            if b"alerts may be sent to" in line:
                slot.ready.set()


@asynccontextmanager
async def listening(path: str, hear: Callable[[dict[str, Any]], None]) -> AsyncIterator[None]:
    """Where the processes send their news."""

    class News(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, _: object) -> None:
            hear(json.loads(data))

    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.bind(path)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(News, sock=made)
    try:
        yield
    finally:
        transport.close()
