"""What is wrong with the database, and with the time of day.

SQLite: somebody else holds the lock, the disk is full, the file cannot be written. PostgreSQL: backends are terminated,
tables locked, transactions fail to serialize or may only read, the network between is bad, the server is ended at once
(`pg_ctl -m immediate`) and recovers. A full disk cannot be had on PostgreSQL without another file system: it is missing.
"""

import asyncio
import contextlib
import itertools
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import psycopg

from tests.crash.history import History
from tests.crash.proxy import Proxy
from tests.crash.shared import Weather
from tests.crash.waiting import until
from tests.postgres import Server

JUMPS = (3600.0, -3600.0, 30.0, -30.0, 0.0)  # NTP steps, and an hour either way
LATEST = max(JUMPS)  # where the clock ends, so that nothing is left in its future
LONGEST_PEACE = 10.0  # seconds without trouble, when nobody comes to be ready
TABLES = ("rooms", "entries", "outbox", "lanes", "inbox")
Trouble = Callable[[], Awaitable[None]]


class Troubles:
    """Something is wrong every second or two. `done` counts what was done; errors are counted where they are met."""

    def __init__(self, rng: random.Random, history: History, does: Mapping[str, tuple[float, Trouble]]) -> None:
        self._rng, self._history, self._does = rng, history, does
        self.done: Counter[str] = Counter()

    async def run(self, lived: Callable[[], int]) -> None:
        """Until cancelled; what is under way then is put right again. `lived` counts those who were ready.

        On a slow machine trouble waits for somebody to be ready again, or nobody would ever be.
        """
        names, weights = list(self._does), [weight for weight, _ in self._does.values()]
        while True:
            before = lived()
            await until(lambda before=before: lived() > before, within=LONGEST_PEACE)  # type: ignore[misc]
            await asyncio.sleep(self._rng.uniform(0.1, 1.2))
            name = self._rng.choices(names, weights)[0]
            self.done[name] += 1
            self._history.write("database fault", kind=name)
            await self._does[name][1]()
            self._history.write("database fault over", kind=name)


def on_sqlite(path: str, weather: Weather, rng: random.Random, history: History) -> Troubles:
    async def locked() -> None:
        await asyncio.to_thread(_hold, path, rng.uniform(0.1, 1.2))

    async def full() -> None:
        weather.full = True
        try:
            await asyncio.sleep(rng.uniform(0.2, 0.8))
        finally:
            weather.full = False

    async def read_only() -> None:
        weather.read_only = True
        try:
            await asyncio.sleep(rng.uniform(0.2, 0.8))
        finally:
            weather.read_only = False

    does = {"lock held by another": (3.0, locked), "disk full": (2.0, full), "read-only": (1.5, read_only)}
    return Troubles(rng, history, does)


def _hold(path: str, seconds: float) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return
        other.execute("SELECT 1")
        time.sleep(seconds)
        other.execute("ROLLBACK")


def on_postgresql(server: Server, name: str, way: Proxy, rng: random.Random, history: History) -> Troubles:
    url = server.url(name)

    async def terminated() -> None:
        await _say(url, TERMINATE_ONE if rng.random() < 0.6 else TERMINATE_ALL)

    async def locked() -> None:
        with contextlib.suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(url) as other:
                await other.execute("SET lock_timeout = '2s'")
                await other.execute(f"LOCK TABLE {rng.choice(TABLES)} IN ACCESS EXCLUSIVE MODE")
                await asyncio.sleep(rng.uniform(0.1, 1.2))

    async def serializable() -> None:
        await _for_a_while(url, name, "default_transaction_isolation", "'serializable'", rng.uniform(1.5, 4.0))

    async def read_only() -> None:
        await _for_a_while(url, name, "default_transaction_read_only", "on", rng.uniform(0.2, 0.8))

    async def partition() -> None:
        way.cut(rng.choice(("black hole", "reset", "slow", "slice")))
        await asyncio.sleep(rng.uniform(0.2, 1.5))
        way.heal()

    does = {
        "pg_terminate_backend": (4.0, terminated),
        "table locked by another": (3.0, locked),
        "serializable": (2.0, serializable),
        "read-only": (1.5, read_only),
        "network to the database": (2.0, partition),
    }
    return Troubles(rng, history, does)


OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
TERMINATE_ALL = f"SELECT pg_terminate_backend(pid) {OTHERS}"
TERMINATE_ONE = f"SELECT pg_terminate_backend(pid) FROM (SELECT pid {OTHERS} ORDER BY random() LIMIT 1) AS one"


async def _for_a_while(url: str, name: str, setting: str, value: str, seconds: float) -> None:
    """For sessions that begin, so those that stand are ended, before and after."""
    try:
        await _say(url, f"ALTER DATABASE {name} SET {setting} = {value}", TERMINATE_ALL)
        await asyncio.sleep(seconds)
    finally:
        await asyncio.shield(_reset(url, name, setting))


async def _reset(url: str, name: str, setting: str) -> None:
    statements = ("SET default_transaction_read_only = off", f"ALTER DATABASE {name} RESET {setting}", TERMINATE_ALL)
    for _ in itertools.count():
        if await _say(url, *statements):
            return
        await asyncio.sleep(0.2)


async def _say(url: str, *statements: str) -> bool:
    """Whether it could be said; the server may be away just now."""
    try:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            for each in statements:
                await connection.execute(each)
    except psycopg.Error:
        return False
    return True


def zone(forward: datetime, back: datetime) -> str:
    """A time zone (for TZ) whose clocks are put forward an hour at the one instant, and back at the other."""
    back += timedelta(hours=1)  # as the clocks there show it by then
    return "WIN0SUM," + ",".join(f"{each.timetuple().tm_yday - 1}/{each:%H:%M:%S}" for each in (forward, back))


async def clock_jumps(
    weather: Weather, rng: random.Random, history: History, done: Counter[str], not_now: Callable[[], bool]
) -> None:
    """Until cancelled: the time of day jumps and stays wrong for some seconds.

    An hour is more than anything lasts that is broken, and than an approval or a preflight counts: `not_now` is asked.
    """
    while True:
        await asyncio.sleep(rng.uniform(4.0, 12.0))
        if not_now():
            continue
        weather.offset = rng.choice([each for each in JUMPS if each != weather.offset])
        done[f"clock at {weather.offset:+.0f} s"] += 1
        history.write("clock", offset=weather.offset)
        await asyncio.sleep(rng.uniform(1.0, 4.0))
        weather.offset = 0.0
        done["clock right again"] += 1
        history.write("clock", offset=0.0)
