"""One life of a bot: the real `Bot` on its real database, with somebody listening at the failpoints who may kill it.

The rest is what surrounds a process and cannot be had otherwise: a clock that is wrong, a disk that is full.
"""

import asyncio
import json
import logging
import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Pool, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import ExceptionContext

from tests.crash.forkserver import Order
from tests.crash.shared import Tally, Weather
from warroom import failpoints
from warroom.definitions.library import Library, load_library
from warroom.main import Bot, until_told_to_stop
from warroom.runtime import deliver
from warroom.runtime.clock import SystemClock
from warroom.settings import load

SHORT = 200  # ms that an impatient process waits for a lock
NEVER = 10**9  # the arrival at a place where nobody is to die
ENDLESS = 1_073_741_823  # pages; SQLite's own limit
LEASE = timedelta(seconds=3)  # shorter than in life, so that a pause can be longer than a lease twenty times in a run


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is made once, before anything is forked."""

    folder: Path
    news: str
    library: Library
    weather: Weather

    def live(self, order: Order) -> NoReturn:
        random.seed()
        self._log()
        deliver.LEASES.update(dict.fromkeys(deliver.LEASES, LEASE))
        tally = Tally(self.folder, order.slot)
        _listen(order, tally, self.tell)
        _surround(order, tally, self.weather)
        try:
            asyncio.run(self._run(order))
        except Exception as error:
            logging.getLogger(__name__).exception("life %s has ended", order.life)
            self.tell(failed=order.life, why=f"{type(error).__name__}: {error}"[:300])
            os._exit(1)
        os._exit(0)

    async def _run(self, order: Order) -> None:
        began = time.monotonic()
        bot = Bot(load(order.environment), library=self.library, wall=SystemClock(wall=time.time))
        try:
            await bot.start()
            self.tell(ready=order.life, took=round(time.monotonic() - began, 4))
            await until_told_to_stop()
        finally:
            await bot.stop()

    def _log(self) -> None:
        log = os.open(self.folder / "bots.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(log, 2)
        form = f"%(asctime)s {os.getpid()} %(levelname)s %(name)s %(message)s"
        logging.basicConfig(level=logging.WARNING, format=form, force=True)

    def tell(self, **what: Any) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.sendto(json.dumps(what).encode(), self.news)


def prepare(folder: Path, news: str, definitions: Path) -> Prepared:
    return Prepared(folder, news, load_library([definitions]), Weather(folder))


def _listen(order: Order, tally: Tally, tell: Callable[..., None]) -> None:
    """Every place is counted; at the one this life is to end at, it ends, as `kill -9` would end it."""
    came: Counter[str] = Counter()

    def passed(name: str) -> None:
        tally.arrive(name)
        came[name] += 1
        if came[name] >= order.die_at.get(name, NEVER):
            tell(died=order.life, at=name)
            os.kill(os.getpid(), signal.SIGKILL)
        if came[name] == order.stop_at.get(name, NEVER):
            tell(stopped=order.life, at=name)
            os.kill(os.getpid(), signal.SIGSTOP)

    async def reached(name: str) -> None:
        passed(name)

    failpoints.listen(reached, passed)


def _surround(order: Order, tally: Tally, weather: Weather) -> None:
    os.environ["TZ"] = order.environment["TZ"]
    time.tzset()
    real = time.time
    setattr(time, "time", lambda: real() + weather.offset)  # noqa: B010  # the whole process's time of day, as NTP sets it
    event.listen(Engine, "handle_error", lambda context: tally.err(_kind(context)))

    def checked_out(connection: Any, record: Any, _: object) -> None:
        if type(connection).__module__ == "sqlite3":
            _sqlite(connection, record, order, weather)
        elif order.impatient and "impatient" not in record.info:
            record.info["impatient"] = True
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {SHORT}")
            connection.commit()

    event.listen(Pool, "checkout", checked_out)


def _sqlite(connection: Any, record: Any, order: Order, weather: Weather) -> None:
    if "reads" not in record.info:
        record.info["reads"] = bool(connection.execute("PRAGMA query_only").fetchone()[0])
    if record.info["reads"]:
        return
    if order.impatient:
        connection.execute(f"PRAGMA busy_timeout = {SHORT}")
    connection.execute(f"PRAGMA max_page_count = {1 if weather.full else ENDLESS}")
    connection.execute(f"PRAGMA query_only = {int(weather.read_only)}")


_WORDS = {
    "database is locked": "locked",
    "database or disk is full": "full",
    "readonly database": "read-only",
    "read-only": "read-only",
    "could not serialize": "serialization",
    "deadlock detected": "deadlock",
    "lock timeout": "lock timeout",
}
_LOST = ("terminating connection", "server closed", "connection", "starting up", "shutting down", "recovery mode")


def _kind(context: ExceptionContext) -> str:
    said = str(context.original_exception).lower()
    for words, kind in _WORDS.items():
        if words in said:
            return kind
    return "connection lost" if any(each in said for each in _LOST) else "other"
