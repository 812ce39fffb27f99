"""One lane: a database, everything around it, some minutes of trouble, then quiet, and what is left is judged.

python -m tests.crash.lane '{"name": "sqlite", "seconds": 300, ...}'     (started by `tests.crash`)
"""

import asyncio
import itertools
import json
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from tests import postgres
from tests.crash import check, dbfaults
from tests.crash.history import History
from tests.crash.lives import AMONG, ENOUGH, READY_WITHIN, ForkServer, Lives, Plan, Slot, listening
from tests.crash.producers import Producers
from tests.crash.proxy import Proxy
from tests.crash.shared import FAULTY, PLACES, Tally, Weather
from tests.crash.slackfaults import Lines
from tests.crash.town import Town
from tests.crash.waiting import until
from tests.ports import free_port
from warroom.exporters import export
from warroom.runtime.clock import SystemClock
from warroom.store import agenda, inbox, migrate, outbox, rooms, tables, twins
from warroom.store.db import Database
from warroom.workspace.recording import VARIABLE as RECORD

DRAIN = 60.0  # seconds within which everything has come right after the trouble
PROGRESS = 10.0
LATEST_CALL = 11.0  # seconds after which no call of the troubled time can be carried out any more
SWEPT = 50.0  # seconds within which it is looked for what stands twice; less than a clock follows at once
NEVER = 1e6  # seconds
POSTGRESQL = postgres.SETTINGS | {"synchronous_commit": "on"}  # what is committed must outlive the server's end


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """The trouble lasts for `seconds`, and longer while a goal is not met, up to `longest`.

    Of the goals, `kills` and `cold` count all, `at_each` the kills at each failpoint of `places`. `troubled` False: nothing
    is wrong but the kills; `clock` False: the clocks are right; `breaking` False: no game breaks anything.
    """

    name: str  # sqlite | brisk | postgresql
    seconds: float
    seed: int
    folder: str
    replicas: int = 1
    cold_every: float = 0.0
    pause_every: float = 0.0
    restart_every: float = 0.0
    longest: float = 0.0
    kills: int = 0
    sent: int = 0
    at_each: int = 0
    places: str = "all"  # of `lives.AMONG`
    cold: int = 0
    broken: int = 0
    pauses: int = 0
    restarts: int = 0
    troubled: bool = True
    clock: bool = True
    breaking: bool = True
    json: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """A lane's database: how bots reach it, how the lane itself does, and what may go wrong with it."""

    url: str
    direct: str
    troubles: dbfaults.Troubles
    way: Proxy | None = None
    restart: Callable[[], Awaitable[None]] | None = None


@asynccontextmanager
async def _sqlite(folder: Path, weather: Weather, rng: random.Random, history: History) -> AsyncIterator[Base]:
    path = folder / "warroom.db"
    url = f"sqlite:///{path}"
    yield Base(url, url, dbfaults.on_sqlite(str(path), weather, rng, history))


@asynccontextmanager
async def _postgresql(folder: Path, weather: Weather, rng: random.Random, history: History) -> AsyncIterator[Base]:
    programs = postgres.programs()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed; --lane sqlite needs none.")
    server = postgres.Server(programs, Path(tempfile.mkdtemp(prefix="warroom-pg-", dir="/tmp")), POSTGRESQL)
    await asyncio.to_thread(server.start)
    name = server.new()
    nearby = Path(tempfile.mkdtemp(prefix="warroom-way-", dir="/tmp"))
    socket = ".s.PGSQL.5432"
    way = Proxy(lambda: asyncio.open_unix_connection(str(server.folder / socket)), rng)
    listener = await asyncio.start_unix_server(way.take, str(nearby / socket))
    direct = server.url(name)

    async def restart() -> None:
        await asyncio.to_thread(server.restart, "immediate")

    troubles = dbfaults.on_postgresql(server, name, way, rng, history)
    try:
        yield Base(direct.replace(str(server.folder), str(nearby)), direct, troubles, way, restart)
    finally:
        listener.close()
        await asyncio.to_thread(server.stop)
        shutil.rmtree(nearby)


class Lane:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.folder = Path(config.folder)
        self.folder.mkdir(parents=True)
        self.rng = random.Random(config.seed)
        self.history = History(self.folder / "history.jsonl")
        self.weather = Weather(self.folder)
        self.clock: Counter[str] = Counter()
        self.began = time.monotonic()
        self.drained = -1.0
        self.restarts = 0
        self.database = "postgresql" if config.name == "postgresql" else "sqlite"
        self.places = AMONG[config.places]

    def say(self, words: str) -> None:
        print(f"[{self.config.name:10}] {time.monotonic() - self.began:5.0f} s  {words}", flush=True)

    async def run(self) -> dict[str, Any]:
        """Everything; what the table shows, and `violations`."""
        self.say(f"seed {self.config.seed}; evidence in {self.folder}")
        self.history.write("lane", **asdict(self.config))
        opens = {"sqlite": _sqlite, "postgresql": _postgresql}[self.database]
        async with AsyncExitStack() as stack:
            self.base = await stack.enter_async_context(opens(self.folder, self.weather, self.rng, self.history))
            with Database(self.base.direct) as fresh:
                await asyncio.to_thread(migrate.upgrade, fresh)
            self.town = await stack.enter_async_context(Town.open(self.folder, self.rng, self.history))
            self.slots = [self._slot(number) for number in range(self.config.replicas)]
            news = f"{tempfile.mkdtemp(prefix='warroom-news-', dir='/tmp')}/news"
            stack.callback(shutil.rmtree, str(Path(news).parent), ignore_errors=True)
            opening = ForkServer.open(self.folder, news, self.town.definitions)
            await stack.enter_async_context(listening(news, lambda told: self.lives.hear(told)))
            server = await stack.enter_async_context(opening)
            plan = Plan(cold_every=self.config.cold_every, pause_every=self.config.pause_every)
            self.lives = Lives(self.slots, server, self.rng, self.history, plan, self.places)
            self.producers = Producers(self.town, self.slots, self.rng, self.history, self.lives.wanted)
            self.producers.breaking = self.config.breaking
            self.lives.fragile = lambda: self.producers.fragile
            self.lives.peaceful = lambda: self.producers.peaceful
            self.producers.enough = self._enough_is_broken
            try:
                return await self._play()
            finally:
                for slot in self.slots:
                    with suppress(ProcessLookupError):
                        os.kill(slot.pid, signal.SIGKILL)

    def _slot(self, number: int) -> Slot:
        port = free_port()
        state = self.folder / "state"  # one machine: whoever comes next finds what is broken
        now, third = SystemClock().now(), timedelta(seconds=self.config.seconds / 3)
        environment = self.town.environment(self.base.url, port, str(state))
        environment["TZ"] = dbfaults.zone(now + third, now + 2 * third)
        return Slot(number, port, environment, Tally(self.folder, number))

    # --- the course of it

    async def _play(self) -> dict[str, Any]:
        living = [asyncio.create_task(self.lives.run(slot)) for slot in self.slots]
        producing = [asyncio.create_task(each()) for each in self.producers.tasks()]
        knocking = [asyncio.create_task(self.producers.knock(slot)) for slot in self.slots]
        await self._trouble([*living, *producing])
        self.say("the trouble is over; everything is given time to come right")
        self.lives.over = self.producers.over = True
        await asyncio.gather(*living)
        for each in knocking:
            each.cancel()
        await asyncio.gather(*knocking, return_exceptions=True)
        ended = time.monotonic()
        for slot in self.slots:
            await self.lives.live_on(slot)
        for slot in self.slots:
            with suppress(TimeoutError):
                async with asyncio.timeout(READY_WITHIN):
                    await slot.ready.wait()
        self.history.write("alive", offset=self.weather.offset)
        quiet = await self._drain(producing)
        self.drained = time.monotonic() - ended
        self.history.write("drained", offset=self.weather.offset)
        self.say(f"quiet after {self.drained:.1f} s" if quiet else f"not quiet after {self.drained:.0f} s")
        await self._sweep()
        before = await self._exports()
        await self._stop_in_order()
        return await self._judge(quiet, before)

    async def _trouble(self, watched: list[asyncio.Task[Any]]) -> None:
        """Until its time is over. Whatever else ends meanwhile, ends in an error."""
        going: list[Coroutine[Any, Any, None]] = [self._progress()]
        if self.config.troubled:
            self.town.faults.rough = self.town.proxy.rough = True
            lines = Lines(self.town.connected, self.town.faults, self.rng, self.history)
            troubles = self.base.troubles.run(lambda: self.lives.lived)
            going += [lines.run(), self._disturb(), troubles, self._restarts()]
            if self.config.clock:
                going.append(
                    dbfaults.clock_jumps(
                        self.weather, self.rng, self.history, self.clock, lambda: self.producers.peaceful
                    )
                )
        tasks = [asyncio.create_task(each) for each in going]
        over = asyncio.create_task(self._long_enough())
        done, _ = await asyncio.wait([over, *tasks, *watched], return_when=asyncio.FIRST_COMPLETED)
        for each in [over, *tasks]:
            each.cancel()
        await asyncio.gather(over, *tasks, return_exceptions=True)
        for each in done - {over}:
            each.result()
            raise RuntimeError(f"{each} has ended")
        self._calm()

    async def _long_enough(self) -> None:
        await asyncio.sleep(self.config.seconds)
        await until(self._met, every=0.5, within=self.config.longest - self.config.seconds)

    def _met(self) -> bool:
        goals, lives = self.config, self.lives
        return (
            sum(lives.kills.values()) >= goals.kills
            and self.history.counts["sent"] >= goals.sent
            and min(lives.died_at[place] for place in self.places) >= goals.at_each
            and lives.cold >= goals.cold
            and len(self.town.glass.faults) >= goals.broken
            and lives.pauses >= goals.pauses
            and self.restarts >= goals.restarts
        )

    def _enough_is_broken(self) -> bool:
        """Whether games that break something have served their purpose: while they last there is less of everything else."""
        enough = len(self.town.glass.faults) >= self.config.broken
        return enough and not self.lives.lacking(FAULTY, self.config.at_each or ENOUGH)

    def _calm(self) -> None:
        self.town.faults.rough = False
        self.town.faults.clear()
        for way in (self.town.proxy, self.base.way):
            if way is not None:
                way.heal()
        self.weather.full = self.weather.read_only = False
        self.weather.offset = dbfaults.LATEST if self.config.clock else 0.0
        self.calm_at = time.monotonic()
        self.history.write("calm")

    async def _disturb(self) -> None:
        while True:
            await asyncio.sleep(self.rng.uniform(0.5, 2.5))
            if how := self.town.proxy.disturb():
                self.history.write("network fault", kind=how)

    async def _restarts(self) -> None:
        """The server is ended as a crash would end it, and recovers."""
        while True:
            await asyncio.sleep(self.config.restart_every * self.rng.uniform(0.7, 1.2) or NEVER)
            if self.base.restart is not None:
                self.history.write("restart")
                self.restarts += 1
                await asyncio.shield(self.base.restart())

    async def _progress(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS)
            lives, counts = self.lives, self.history.counts
            fewest = min(lives.died_at[place] for place in self.places)
            self.say(
                f"{sum(lives.kills.values())} kills ({lives.kills['at failpoints']} at failpoints, each {fewest} or "
                f"more times), {lives.cold} cold, {lives.pauses} pauses, "
                f"{self.restarts} restarts, {len(self.town.glass.faults)} broken; {counts['sent']} sent, "
                f"{counts['acknowledged']} acknowledged; {sum(self.town.faults.done.values())} faults of Slack"
            )
            self.history.flush()

    async def _drain(self, producing: list[asyncio.Task[None]]) -> bool:
        """Whether everything is quiet within its time: games ended, nothing owed, nothing kept, nothing unacknowledged."""
        try:
            async with asyncio.timeout(DRAIN):
                await asyncio.gather(*producing)
                await self.producers.end_everything()
                with Database(self.base.direct) as db:
                    await self._until_quiet(db)
                return True
        except TimeoutError:
            for each in producing:
                each.cancel()
            await asyncio.gather(*producing, return_exceptions=True)
        return False

    async def _until_quiet(self, db: Database) -> None:
        for _ in itertools.count():
            if await self._is_quiet(db):
                return
            await asyncio.sleep(0.2)

    async def _is_quiet(self, db: Database) -> bool:
        owed = await db.read(_owed, SystemClock().now() + timedelta(seconds=self.weather.offset))
        self.still = {**owed, "events": len(self.town.workspace.office.state.events)}
        return not any(self.still.values())

    async def _sweep(self) -> None:
        """Two looks for what stands twice are due later; the clock is moved on, so that they are due now.

        What is found is said, and cards are shown again: after each look everything is quiet once more, or will not be.
        """
        await asyncio.sleep(max(0.0, self.calm_at + LATEST_CALL - time.monotonic()))
        with Database(self.base.direct) as db:
            for _ in twins.LOOKS:
                self.weather.offset += SWEPT
                for _ in range(100):
                    upcoming = await db.read(agenda.next_time, "twin")
                    if upcoming is None or upcoming > SystemClock().now() + timedelta(seconds=self.weather.offset):
                        break
                    await asyncio.sleep(0.2)
                with suppress(TimeoutError):
                    async with asyncio.timeout(DRAIN):
                        await self._until_still(db)

    async def _until_still(self, db: Database) -> None:
        """Quiet, and still so a second later: with the clock moved on, everybody looks at once what goes on beside games."""
        for _ in itertools.count():
            await self._until_quiet(db)
            await asyncio.sleep(1.0)
            if await self._is_quiet(db):
                return

    async def _exports(self) -> dict[str, str]:
        """What players would be given of every room."""
        with Database(self.base.direct) as db:
            found = {}
            for row in await db.read(rooms.listing, None, mode="all"):
                for file in await db.read(export, row.id):
                    found[f"{file.name} with {row.seq} entries"] = file.content.decode()
            return found

    async def _stop_in_order(self) -> None:
        """As an operator stops them; each says that it has ended."""
        for slot in self.slots:
            with suppress(ProcessLookupError):
                os.kill(slot.pid, signal.SIGTERM)
        for slot in self.slots:
            with suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await self.lives.ended(slot)

    async def _judge(self, quiet: bool, before: dict[str, str]) -> dict[str, Any]:
        after = await self._exports()
        check.write_slack(self.history, self.town)
        self.history.write(
            "end",
            offset=self.weather.offset,
            quiet=quiet,
            still=getattr(self, "still", {}),
            drained=round(self.drained, 1),
        )
        self.history.close()
        with Database(self.base.direct) as db:
            evidence = await db.tx(check.gather, self.folder / "history.jsonl", before, after)
            if self.database == "postgresql":
                await asyncio.to_thread(check.copy, db, self.folder / "warroom.db")
        found = check.judge(evidence, self.folder / "history.jsonl")
        return self._figures(quiet) | found

    def _figures(self, quiet: bool) -> dict[str, Any]:
        lives, arrivals, errors = self.lives, Counter[str](), Counter[str]()
        for slot in self.slots:
            arrivals += slot.tally.arrivals()
            errors += slot.tally.errors()
        return {
            "lane": self.config.name,
            "database": self.database,
            "seed": self.config.seed,
            "seconds": round(self.calm_at - self.began),
            "replicas": self.config.replicas,
            "kills": dict(lives.kills),
            "failpoints": {place: {"hit": arrivals[place], "killed": lives.died_at[place]} for place in PLACES},
            "cold_starts": lives.cold,
            "pauses": lives.pauses,
            "restarts": self.restarts,
            "failed_starts": lives.failed_starts,
            "no_duffs": self.producers.no_duffs,
            "calls": self.town.faults.calls,
            "slack_faults": dict(self.town.faults.done),
            "network_faults": dict(self.town.proxy.done + (self.base.way.done if self.base.way else Counter())),
            "database_faults": dict(self.base.troubles.done),
            "database_errors": {kind: count for kind, count in errors.items() if count},
            "clock": dict(self.clock),
            "ready_after": _spread(lives.ready_after),
            "accept_after": _spread(self.producers.accept_after),
            "cold_after": _spread(lives.cold_after),
            "drained": round(self.drained, 1),
            "quiet": quiet,
            "still": getattr(self, "still", {}),
            "wall": round(time.monotonic() - self.began, 1),
            "evidence": str(self.folder),
        }


def _owed(conn: Connection, now: datetime) -> dict[str, int]:
    kept = select(func.count()).select_from(tables.inbox).where(tables.inbox.c.state == inbox.KEPT)
    return {
        "effects": outbox.pending(conn),
        "kept": conn.execute(kept).scalar_one(),
        "due": len(rooms.due(conn, now, 100)),
    }


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {"n": 0}
    ordered = sorted(values)
    return {
        "n": len(ordered),
        "p50": round(ordered[len(ordered) // 2], 3),
        "p99": round(ordered[int(len(ordered) * 0.99)], 3),
        "max": round(ordered[-1], 3),
    }


def main(given: str) -> int:
    config = Config(**json.loads(given))
    os.environ.pop(RECORD, None)  # what crosses the wire of a lane is bad on purpose; nobody is to judge it
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # that requests are cut short is wanted here
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a server of PostgreSQL is stopped as well
    result = asyncio.run(Lane(config).run())
    if config.json:
        Path(config.json).write_text(json.dumps(result, indent=1))
    return 1 if result["violations"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
