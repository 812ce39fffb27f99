"""The store's own code on a database in memory: inline, one transaction at a time, with faults and places to die at.

There are no threads, so the same seed gives the same order. A transaction takes a moment of virtual time before it
begins and after it is kept, in which others may come first and the process may die. The tables, the SQL and the hash
chain are the product's; tests/store runs its tests on this as well.
"""

import asyncio
import contextvars
import inspect
import re
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

from sqlalchemy import Connection, RootTransaction, event, make_url

from tests.simulation.loop import Loop, Process
from warroom.failpoints import passed
from warroom.store import migrate
from warroom.store.db import PATIENCE, PAUSES, Database, _sqlite
from warroom.store.errors import CannotKeep
from warroom.store.tables import lanes, metadata, rooms, schedules
from warroom.store.trouble import Kind, Trouble, Verdict

P = ParamSpec("P")
T = TypeVar("T")
MOMENT = 0.001  # seconds
_NOBODY = contextvars.Context()

FAULTS = ("locked", "full", "read-only", "lost before", "lost after", "away 3", "away 20")
_VERDICTS = {
    "locked": Verdict(kind=Kind.LOCKED, undone=True, passing=True),
    "full": Verdict(kind=Kind.FULL, undone=True),
    "read-only": Verdict(kind=Kind.READ_ONLY, undone=True),
    "lost before": Verdict(kind=Kind.LOST, undone=True, passing=True),
    "lost after": Verdict(kind=Kind.LOST, passing=True),
    "away": Verdict(kind=Kind.LOST, undone=True, passing=True),
}


class Died(BaseException):
    """The process dies inside a transaction; raised by whoever listens to the places in it."""


class Store:
    """One database. It is emptied for the next day, because making one takes longer than a day."""

    def __init__(self) -> None:
        self._engine = _sqlite(make_url("sqlite://"))
        event.listen(self._engine, "before_cursor_execute", self._noticed)
        with Database("sqlite://") as template:
            migrate.upgrade(template)
            self._empty: bytes = template.read_sync(lambda conn: _driver(conn).serialize())
        self.conn = self._engine.connect()
        self._reading: RootTransaction | None = None
        self._lock = threading.RLock()  # for tests that use threads; a day has none
        self.empty()

    def empty(self) -> None:
        if self._reading is not None:
            self._reading.rollback()
        self._reading = None
        _driver(self.conn).deserialize(self._empty)
        self.version, self.statements = 0, 0
        self._horizon: tuple[int, datetime | None] | None = None
        self._changed: dict[str, int] = {}  # by table: how often it was written
        self._known: dict[Any, tuple[Any, tuple[tuple[str, int], ...]]] = {}
        self._read: set[str] = set()
        self.committed: Callable[[], None] = lambda: None

    def run(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """To read. Reads that follow one another see the same, so they share a transaction."""
        with self._lock:
            if self._reading is None:
                self._reading = self.conn.begin()
            return fn(self.conn, *args, **kwargs)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: kept at its end, or not at all."""
        with self._lock:
            if self._reading is not None:
                self._reading.rollback()
                self._reading = None
            with self.conn.begin():
                yield self.conn

    def _noticed(self, conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        self.statements += 1
        tables = _TABLES.get(statement)
        if tables is None:
            tables = _TABLES[statement] = _tables(statement)
        self._read.update(tables[0])
        for table in tables[1]:
            self._changed[table] = self._changed.get(table, 0) + 1

    def read(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What was read a moment ago, from tables that nobody has written since, is not read again.

        The loops of each process ask again after every commit of any; that is nine in ten of all reads.
        """
        if kwargs or inspect.ismethod(fn):
            return self.run(fn, *args, **kwargs)
        name = (fn, args)
        if (closure := getattr(fn, "__closure__", None)) is not None:  # made anew for each call
            name = (fn.__code__, tuple([each.cell_contents for each in closure]))  # type: ignore[attr-defined, assignment]
        try:
            known = self._known.get(name)
        except TypeError:  # a list among the arguments
            return self.run(fn, *args)
        if known is not None and all(self._changed.get(table, 0) == version for table, version in known[1]):
            return list(known[0]) if isinstance(known[0], list) else known[0]  # type: ignore[return-value]
        self._read = set()
        found = self.run(fn, *args)
        self._known[name] = (found, tuple((table, self._changed.get(table, 0)) for table in self._read))
        return found

    def horizon(self) -> datetime | None:
        """When something in it falls due next."""
        if self._horizon is None or self._horizon[0] != self.version:
            self._horizon = (self.version, self.run(_horizon))
        return self._horizon[1]

    def close(self) -> None:
        self.conn.close()
        self._engine.dispose()


def _driver(conn: Connection) -> Any:
    return conn.connection.driver_connection


_TABLES: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
_WRITTEN = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")


def _tables(statement: str) -> tuple[frozenset[str], frozenset[str]]:
    """Those that a statement reads and writes. What is not one of ours does not matter."""
    ours = metadata.tables.keys()
    words = frozenset(re.findall(r"\w+", statement)) & ours
    return words, frozenset(_WRITTEN.findall(statement)) & words


_DUE = " UNION ALL ".join(
    (
        f"SELECT min({lanes.c.ready_at.name}) FROM lanes WHERE done_number < last_number",
        f"SELECT min({rooms.c.wake_at.name}) FROM rooms",
        f"SELECT min({schedules.c.wake_at.name}) FROM schedules",
        "SELECT min(sweep_at) FROM outbox WHERE sweep_at IS NOT NULL",
        "SELECT min(take_at) FROM inbox WHERE state = 'kept'",
    )
)


def _horizon(conn: Connection) -> datetime | None:
    found = [each for (each,) in _driver(conn).execute(_DUE).fetchall() if each]
    return datetime.fromisoformat(min(found).replace("Z", "+00:00")) if found else None


@dataclass(frozen=True, kw_only=True)
class SimTrouble(Trouble):
    """As long as it lasts by the day's clock."""

    loop: Loop

    @property
    def lasts(self) -> timedelta:
        return timedelta(seconds=self.loop.time() - self.began)


class Failed(Exception):
    """One attempt at a transaction that came to nothing, or of which nobody knows."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.verdict = _VERDICTS[fault]


class SimDatabase(Database):
    """One process's door to the store. Of a process that is dead nothing comes through, and nothing comes back.

    What fails is tried again, and told, as the real door does it; only the pauses are of virtual time. What waits is not
    kept by one commit, as on SQLite: each takes a moment of its own, so a process dies between any two, and that is more.
    """

    def __init__(self, store: Store, owner: Process, *, plan: "Troubles", shared: bool = False, loop: Loop) -> None:
        """`shared` says that other processes use it too, as only PostgreSQL lets them."""
        self.store, self.owner, self._plan, self._loop = store, owner, plan, loop
        self.url = make_url("sqlite://")
        self.dialect = "postgresql" if shared else "sqlite"
        self._trouble = None
        self.generation = 0

    async def tx(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._patiently(partial(self._attempt, fn, *args, **kwargs), again=False)

    async def tx_again(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._patiently(partial(self._attempt, fn, *args, **kwargs), again=True)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._patiently(partial(self._look, fn, *args, **kwargs), again=True, writes=False)

    async def _patiently(self, attempt: Callable[[], Awaitable[T]], *, again: bool, writes: bool = True) -> T:
        until, pauses = self._loop.time() + PATIENCE, iter(PAUSES)
        while True:
            try:
                result = await attempt()
            except Failed as failed:
                verdict, unknown = failed.verdict, not failed.verdict.undone
                began = self._trouble.began if self._trouble else self._loop.time()
                self._trouble = SimTrouble(kind=verdict.kind, began=began, loop=self._loop)
                pause = next(pauses, PAUSES[-1])
                if self._loop.time() + pause > until or not verdict.passing or (unknown and not again):
                    raise CannotKeep(verdict.kind, verdict.kind.sentence, perhaps=unknown) from failed
                await asyncio.sleep(pause)
            else:
                if writes:
                    self._trouble = None
                return result

    async def _attempt(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        await asyncio.sleep(MOMENT)
        fault = self._plan.next(self._loop.time())
        if fault in ("locked", "away", "lost before", "read-only"):
            raise Failed(fault)
        try:
            result = self._written(fault, fn, *args, **kwargs)
        except Died:
            return await self._never()
        self.store.version += 1
        self.store.committed()
        if self.owner.dead:
            return await self._never()
        await asyncio.sleep(MOMENT)
        if fault == "lost after":
            raise Failed(fault)
        return result

    def _written(self, fault: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        with self.store.writing() as conn:
            passed("tx.begun")
            result = fn(conn, *args, **kwargs)
            passed("tx.filled")
            if fault == "full":
                raise Failed(fault)
        try:
            passed("tx.committed")
        except Died:
            self.owner.dead = True
        return result

    async def _look(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        await asyncio.sleep(0)
        if self._plan.away(self._loop.time()):
            raise Failed("away")
        return self.store.read(fn, *args, **kwargs)

    @property
    def suspected(self) -> bool:
        return self._trouble is not None

    async def probe(self) -> Trouble | None:
        with suppress(CannotKeep):
            await self.tx(_nothing)
        return self._trouble

    async def skew(self) -> timedelta:
        return timedelta(0)

    def tx_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self._written("", fn, *args, **kwargs)

    def read_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.store.run(fn, *args, **kwargs)

    def change_schema(self, fn: Callable[[Connection], T]) -> T:
        return self._written("", fn)

    def close(self) -> None:
        pass

    async def _never(self) -> NoReturn:
        await self._loop.create_future()
        raise AssertionError("a dead process went on")


def _nothing(conn: Connection) -> None:
    """A transaction that leaves nothing behind."""


class Troubles:
    """What happens to transactions, by their number; shared by all processes of a day."""

    def __init__(self, faults: Mapping[int, str]) -> None:
        self._faults, self.transactions = faults, 0
        self._away = (0.0, 0.0)
        self.happened: dict[str, int] = {}
        self.periods: list[tuple[float, float]] = []

    def next(self, now: float) -> str:
        self.transactions += 1
        fault = self._faults.get(self.transactions, "")
        if fault.startswith("away"):
            self._away = (now, now + float(fault.partition(" ")[2]))
            self.periods.append(self._away)
            self.happened["away"] = self.happened.get("away", 0) + 1
        elif fault and not self.away(now):
            self.happened[fault] = self.happened.get(fault, 0) + 1
        return "away" if self.away(now) else fault

    def away(self, now: float) -> bool:
        return self._away[0] <= now < self._away[1]
