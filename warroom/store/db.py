"""The one door to the database: a plain function in one transaction, off the event loop.

A plain function cannot await anything, so nothing slow ever happens while a lock is held. SQLite has a single writing
thread, because several only wait for each other in its busy handler; PostgreSQL has a few.

**What is tried again, and what is not.** A transaction that failed before its COMMIT was sent has done nothing, so it is
tried again if what failed may pass: a connection that was cut, a server that is being promoted, a deadlock, a lock of
somebody else's. It is tried for as long as a person waits (`PATIENCE`) and not longer, and when the trouble has lasted
longer than that, once. When the connection breaks while
COMMIT is under way, nobody knows whether it was kept. Then `tx` says so, and `tx_again` tries again: it is for what
may be done twice, because it carries a key that is kept with it, or does nothing the second time.

**Trouble.** `trouble` is what was wrong with the last attempt to write; None when it went well. Nothing is written to
find that out while all is well. `probe` is how one finds out whether it is over.
"""

import asyncio
import logging
import secrets
import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, StaticPool, Table, create_engine, delete, event, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from warroom.failpoints import passed
from warroom.store.addresses import connection_arguments, in_memory, read_url
from warroom.store.errors import CannotKeep, NotDurable, StoreUnusable
from warroom.store.tables import identities
from warroom.store.together import Job, Together
from warroom.store.trouble import Kind, Trouble, Verdict, judge

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

WRITERS, READERS, PROBES = 4, 2, 1  # threads; SQLite has one writer whatever this says
PATIENCE = 2.0  # seconds to go on trying; whoever pressed a button is shown an error after three
PAUSES = (0.02, 0.05, 0.1, 0.2, 0.3)  # seconds between attempts; the last one again and again
BUSY = 500  # ms of one attempt to get SQLite's lock; many short ones find a gap sooner than a long one
LOCKED = 2_000  # ms to wait for somebody else's lock on PostgreSQL
SCHEMA_PATIENCE = 30_000  # ms to wait for somebody else who changes the schema
IDLE = 10_000  # ms after which PostgreSQL ends the transaction of a process that has stopped
SILENT = 5.0  # seconds without an answer after which a database is looked at
AS_MUCH = 64 * 1024  # bytes that a probe writes: what a command may need, so that a disk with a last page free is full

# What every SQLite connection must answer, and the names of the settings. `secure_delete`: a redacted text is
# overwritten in the file, not just unlinked. `recursive_triggers`: or REPLACE walks past the append-only triggers.
PRAGMAS = {
    "busy_timeout": BUSY,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a committed entry survives a power cut
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
}
# What PostgreSQL may answer when it is asked when a commit is a commit.
DURABLE = ("on", "remote_write", "remote_apply")
# In a connection's info: PostgreSQL had something to say about a commit; and `Database.generation` at its first use.
WARNED, GENERATION = "warned", "generation"


@dataclass(slots=True, eq=False)
class _Attempt:
    """One attempt at a transaction. `committing` once there is no way back."""

    began: float = field(default_factory=time.monotonic)
    committing: bool = False


class Database:
    """`url` is `sqlite:///path`, `sqlite://` (in memory, for tests), `postgresql://user@host/name`, or the same with
    several servers: `postgresql://user@east:5432,west:5432/name`.

    Close it, or use it as a context manager; closing waits for what is under way. Raises StoreUnusable if the URL or
    the driver will not do. Nothing is connected until it is used.
    """

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.dialect = self.url.get_backend_name()
        on_sqlite = self.dialect == "sqlite"
        self._writing = _sqlite(self.url) if on_sqlite else _postgresql(self.url)
        self._writers = ThreadPoolExecutor(1 if on_sqlite else WRITERS, "store-write")
        self._probing = self._writers if on_sqlite else ThreadPoolExecutor(PROBES, "store-probe")
        if on_sqlite and in_memory(self.url):
            self._reading, self._readers = self._writing, self._writers
        else:
            self._reading = _sqlite(self.url, read_only=True) if on_sqlite else _snapshots(self._writing)
            self._readers = ThreadPoolExecutor(READERS, "store-read")
        self._trouble: Trouble | None = None
        self._attempts: set[_Attempt] = set()
        self._state = threading.Lock()
        self._probe: Future[None] | None = None
        self._together = Together(self._writers, self._alone, self._try_once) if on_sqlite else None
        self.generation = 0  # another one: it may be another server, or another file, which may know less
        for engine in {self._writing, self._reading} if on_sqlite else {self._writing}:
            event.listen(engine, "checkout", self._checked_out)

    # --- the two ways in

    async def tx(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, ...)` in one transaction: all of it is kept when this returns, or none of it.

        A caller that is cancelled meanwhile may still have it kept, never half of it. `fn` may be run several times, the
        last of which counts. Raises CannotKeep when the database is in trouble.
        """
        return await asyncio.wrap_future(self._submit(self._writers, self._write, False, fn, *args, **kwargs))

    async def tx_again(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`tx` for what may be done twice: it is also tried again when nobody knows whether it was kept.

        On SQLite several that wait are kept by one commit (`store/together.py`).
        """
        if self._together is not None:
            return await asyncio.wrap_future(self._together.add(lambda conn: fn(conn, *args, **kwargs)))
        return await asyncio.wrap_future(self._submit(self._writers, self._write, True, fn, *args, **kwargs))

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` on one unchanging picture of what is committed. It cannot write."""
        return await asyncio.wrap_future(self._submit(self._readers, self._read, True, fn, *args, **kwargs))

    def tx_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`tx` for callers without an event loop. Not from within another transaction: it would wait for itself."""
        return self._submit(self._writers, self._write, False, fn, *args, **kwargs).result()

    def read_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` for callers without an event loop."""
        return self._submit(self._readers, self._read, True, fn, *args, **kwargs).result()

    def change_schema(self, fn: Callable[[Connection], T]) -> T:
        """`tx_sync`, but SQLite checks foreign keys only at the end, so that a table can be rebuilt. Nothing is tried again."""
        try:
            return self._writers.submit(_change_schema, self._writing, fn).result()
        except Exception as error:
            verdict = judge(error)
            if verdict is None or isinstance(error, NotDurable):
                raise
            raise CannotKeep(verdict.kind, verdict.kind.sentence, perhaps=not verdict.undone) from error

    def close(self) -> None:
        """Wait for what is under way, then let go of every connection. Safe to do twice."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._probing.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # --- trouble

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with writing, and since when; None when the last write went well."""
        return self._trouble

    @property
    def suspected(self) -> bool:
        """Whether somebody should look: there is trouble, or an answer is long in coming."""
        with self._state:
            oldest = min((each.began for each in self._attempts), default=None)
        return self._trouble is not None or (oldest is not None and time.monotonic() - oldest > SILENT)

    async def probe(self) -> Trouble | None:
        """Really writes something, which leaves nothing behind, and says what is wrong, if anything still is.

        It does not wait longer than an answer may take; what has not answered then is asked no second time meanwhile.
        """
        if self._probe is None or self._probe.done():
            self._probe = self._probing.submit(self._try_to_write)
        asked, began = self._probe, time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENT):
                await asyncio.shield(asyncio.wrap_future(asked))
        if not asked.done() and self._trouble is None:
            self._in_trouble(Kind.LOST, began)
        return self._trouble

    async def skew(self) -> timedelta:
        """How far the server's clock is before ours; nothing on SQLite, where they are one. Only reads."""
        return await self.read(_skew)

    def _try_to_write(self) -> None:
        with suppress(Exception):  # what was wrong is in `trouble`
            self._write(True, _write_and_remove, time.monotonic())

    def _in_trouble(self, kind: Kind, began: float) -> None:
        with self._state:
            there = self._trouble
            self._trouble = Trouble(kind=kind, began=there.began if there else began)
        if there is None or there.kind is not kind:
            log.error("the database: %s", kind.sentence)

    def _went_well(self) -> None:
        if self._trouble is not None:
            log.warning("the database takes what it is given again")
            self._trouble = None

    # --- one transaction, in a thread

    def _submit(
        self,
        threads: ThreadPoolExecutor,
        way: Callable[[bool, Callable[[Connection], Any], float], Any],
        again: bool,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        asked = time.monotonic()

        def run() -> T:
            self._must_have_hope(asked)
            result: T = way(again, lambda conn: fn(conn, *args, **kwargs), asked)
            return result

        return threads.submit(run)

    def _must_have_hope(self, asked: float) -> None:
        """What has waited behind others that failed is told at once, as they were."""
        if (there := self._trouble) is not None and time.monotonic() - asked > PATIENCE:
            raise CannotKeep(there.kind, there.sentence, perhaps=False)

    def _alone(self, job: Job) -> Any:
        self._must_have_hope(job.asked)
        return self._write(True, job.fn, job.asked)

    def _try_once(self, fn: Callable[[Connection], T]) -> T:
        """One attempt, of which nobody is told when it fails. Raises at once while there is trouble."""
        if self._trouble is not None:
            raise CannotKeep(self._trouble.kind, self._trouble.sentence, perhaps=False)
        attempt = _Attempt()
        with self._watched(attempt):
            return self._once(attempt, fn)

    def _write(self, again: bool, fn: Callable[[Connection], T], asked: float) -> T:
        until, pauses = self._until(asked), iter(PAUSES)
        while True:
            attempt = _Attempt()
            try:
                with self._watched(attempt):
                    result = self._once(attempt, fn)
            except Exception as error:
                verdict = judge(error)
                if verdict is None:
                    raise
                self._failed(verdict, attempt)
                unknown = attempt.committing and not verdict.undone
                pause = next(pauses, PAUSES[-1])
                late = time.monotonic() + pause > until
                if late or not verdict.passing or (unknown and not again):
                    if isinstance(error, NotDurable):
                        raise
                    raise CannotKeep(verdict.kind, verdict.kind.sentence, perhaps=unknown) from error
                time.sleep(pause)
            else:
                self._went_well()
                return result

    def _once(self, attempt: _Attempt, fn: Callable[[Connection], T]) -> T:
        with self._writing.begin() as conn:
            passed("tx.begun")
            result = fn(conn)
            passed("tx.filled")
            info = conn.info
            info.pop(WARNED, None)
            attempt.committing = True
        if warned := info.pop(WARNED, None):
            # Somebody has cancelled the wait for the standby. The primary has it; if it dies now, nobody has.
            log.error("PostgreSQL would not say that it is kept: %s", warned)
            self._in_trouble(Kind.UNSAFE, attempt.began)
            raise CannotKeep(Kind.UNSAFE, Kind.UNSAFE.sentence, perhaps=True)
        passed("tx.committed")
        return result

    def _until(self, asked: float) -> float:
        """How long it is tried. When it is known that nothing can be kept, nobody is made to wait for being told so."""
        there = self._trouble
        return asked if there is not None and asked - there.began > PATIENCE else asked + PATIENCE

    def _read(self, again: bool, fn: Callable[[Connection], T], asked: float) -> T:
        until, pauses = self._until(asked), iter(PAUSES)
        while True:
            try:
                with self._reading.begin() as conn:
                    return fn(conn)
            except Exception as error:
                verdict = judge(error)
                if verdict is None or (verdict.kind is Kind.READ_ONLY and not self._unconnected(error)):
                    raise  # the last one is ours: something meant to read has tried to write
                self._failed(verdict, _Attempt())
                pause = next(pauses, PAUSES[-1])
                if not verdict.passing or time.monotonic() + pause > until:
                    if isinstance(error, NotDurable):
                        raise
                    raise CannotKeep(verdict.kind, verdict.kind.sentence, perhaps=False) from error
                time.sleep(pause)

    def _unconnected(self, error: Exception) -> bool:
        """Whether this came of connecting, when PostgreSQL has no code for it."""
        return self.dialect == "postgresql" and getattr(getattr(error, "orig", error), "sqlstate", None) is None

    def _failed(self, verdict: Verdict, attempt: _Attempt) -> None:
        self._in_trouble(verdict.kind, attempt.began)
        if verdict.kind is not Kind.LOCKED and not in_memory(self.url):
            self.generation += 1

    def _checked_out(self, _: object, record: ConnectionPoolEntry, __: object) -> None:
        """Whoever is no primary any more, or gone, or another file: no connection to it is used again.

        Each is closed when somebody would use it. The pool is not disposed of: what others use meanwhile would come back
        to a pool that nobody has any more, and would never be closed.
        """
        if record.info.setdefault(GENERATION, self.generation) != self.generation:
            raise DisconnectionError("it was made before the last trouble")

    @contextmanager
    def _watched(self, attempt: _Attempt) -> Iterator[None]:
        with self._state:
            self._attempts.add(attempt)
        try:
            yield
        finally:
            with self._state:
                self._attempts.discard(attempt)


def announce(conn: Connection, cursor: DBAPICursor, statement: str, values: Any, *, many: bool) -> None:
    """Whoever listens to `before_cursor_execute` hears of a statement that does not go through SQLAlchemy, too."""
    for hear in conn.dispatch.before_cursor_execute:
        hear(conn, cursor, statement, values, None, many)


def insert(conn: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that knows `on_conflict_do_...`, which both databases have and SQLAlchemy spells once for each."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _skew(conn: Connection) -> timedelta:
    if conn.dialect.name == "sqlite":
        return timedelta(0)
    before = _now()
    there: datetime = conn.execute(text("SELECT clock_timestamp()")).scalar_one()
    after = _now()
    return there - (before + (after - before) / 2)


def _write_and_remove(conn: Connection) -> None:
    token = f"probe:{secrets.token_hex(16)}"
    conn.execute(identities.insert().values(token=token, body=secrets.token_hex(AS_MUCH // 2), seen_at=_now()))
    conn.execute(delete(identities).where(identities.c.token == token))


def _sqlite(url: URL, *, read_only: bool = False) -> Engine:
    options: dict[str, Any] = {"connect_args": {"isolation_level": None, "check_same_thread": False}}
    if in_memory(url):
        options["poolclass"] = StaticPool  # another connection would be another database
    else:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        options |= {"pool_size": READERS if read_only else 1, "max_overflow": 0}
    engine = create_engine(url, **options)
    # A deferred BEGIN that reads before it writes fails when another process wrote meanwhile, whatever the timeout.
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda conn: _begin(conn, begin))
    event.listen(engine, "connect", lambda dbapi, _: _prepare_sqlite(dbapi, url, read_only=read_only))
    if not in_memory(url):
        _the_same_file(engine, Path(url.database or ""))
    return engine


def _begin(conn: Connection, begin: str) -> None:
    """Straight to the driver: it is done for every transaction, and SQLAlchemy's own way costs ten times as much."""
    cursor = conn.connection.cursor()
    announce(conn, cursor, begin, (), many=False)
    cursor.execute(begin)


def _the_same_file(engine: Engine, file: Path) -> None:
    """One that was moved away or put in another's place is written to no more: who starts next would not find it there.

    Nor does SQLite make a new, empty one in place of one that has gone. Opened again is what lies there then.
    """
    opened: tuple[int, int] | None = None

    def connecting(*_: object) -> None:
        if opened is not None:
            _identity(file)

    def connected(*_: object) -> None:
        nonlocal opened
        opened = _identity(file)

    def beginning(_: Connection) -> None:
        if _identity(file) != opened:
            raise FileNotFoundError(file)

    event.listen(engine, "do_connect", connecting)
    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", beginning)


def _identity(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


def _prepare_sqlite(connection: DBAPIConnection, url: URL, *, read_only: bool) -> None:
    wanted = PRAGMAS | ({"journal_mode": "memory"} if in_memory(url) else {})
    cursor = connection.cursor()
    for name, value in wanted.items():
        cursor.execute(f"PRAGMA {name} = {value}")
        answer = cursor.execute(f"PRAGMA {name}").fetchone()
        if answer != (value,):
            raise StoreUnusable(f"SQLite will not set {name} to {value} on {url.database}; it says {answer}.")
    if read_only:
        cursor.execute("PRAGMA query_only = 1")
    cursor.close()


def _postgresql(url: URL) -> Engine:
    options: dict[str, Any] = {"connect_args": connection_arguments(url)}
    try:
        engine = create_engine(url, pool_size=WRITERS + READERS + PROBES, max_overflow=0, **options)
    except ModuleNotFoundError as error:
        how = f"{shlex.quote(sys.executable)} -m pip install 'warroom[postgres]'"
        raise StoreUnusable(f"PostgreSQL needs a driver. Install it for this Python: {how}") from error
    event.listen(engine, "connect", _prepare_or_close)
    return engine


def _prepare_or_close(connection: Any, record: ConnectionPoolEntry) -> None:
    """What cannot be prepared is nobody's: the pool has not got it yet."""
    try:
        _prepare_postgresql(connection, record)
    except BaseException:
        connection.close()
        raise


def _prepare_postgresql(connection: Any, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false), set_config('lock_timeout', %s, false), "
        "current_setting('synchronous_commit')",
        (str(IDLE), str(LOCKED)),
    )
    durable = cursor.fetchone()[2]
    connection.commit()
    cursor.close()
    if durable not in DURABLE:
        raise NotDurable(
            f"PostgreSQL has synchronous_commit = {durable}: it confirms what it may still lose. Set it to on, in "
            "postgresql.conf, or for warroom alone with ALTER ROLE … SET synchronous_commit = on."
        )
    info = record.info

    def warned(notice: Any) -> None:
        if notice.sqlstate == "01000" and notice.severity_nonlocalized == "WARNING":
            info[WARNED] = notice.message_primary

    connection.add_notice_handler(warned)


def _snapshots(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _change_schema(engine: Engine, fn: Callable[[Connection], T]) -> T:
    with engine.connect() as conn, _foreign_keys_at_the_end(conn), conn.begin():
        if engine.dialect.name == "postgresql":
            conn.exec_driver_sql(f"SET LOCAL lock_timeout = {SCHEMA_PATIENCE}")
        result = fn(conn)
        if engine.dialect.name == "sqlite" and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise StoreUnusable(
                f"The change would leave rows that refer to nothing: {broken[:3]}. Nothing was changed."
            )
    return result


@contextmanager
def _foreign_keys_at_the_end(conn: Connection) -> Iterator[None]:
    """SQLite takes this setting only between transactions, so it goes straight to the driver; others are waited for."""
    if conn.dialect.name != "sqlite":
        yield
        return
    cursor = conn.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = 0")
    cursor.execute(f"PRAGMA busy_timeout = {SCHEMA_PATIENCE}")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys = 1")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY}")
        cursor.close()
