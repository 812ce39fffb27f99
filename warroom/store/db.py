"""The one door to the database: a plain function in one transaction, off the event loop.

A plain function cannot await anything, so nothing slow ever happens while a lock is held. SQLite has a single writing
thread, because several only wait for each other in its busy handler; PostgreSQL has a few.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, StaticPool, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError

from warroom.failpoints import passed
from warroom.store.errors import StoreUnusable

P = ParamSpec("P")
T = TypeVar("T")

WRITERS, READERS = 4, 2  # threads; SQLite has one writer whatever this says
PATIENCE = 10_000  # ms to wait for somebody else's lock
IDLE = 30_000  # ms after which PostgreSQL ends the transaction of a process that has stopped

# What every SQLite connection must answer, and the names of the settings. `secure_delete`: a redacted text is
# overwritten in the file, not just unlinked. `recursive_triggers`: or REPLACE walks past the append-only triggers.
PRAGMAS = {
    "busy_timeout": PATIENCE,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a committed entry survives a power cut
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
}


class Database:
    """`url` is `sqlite:///path`, `sqlite://` (in memory, for tests) or `postgresql://user@host/name`.

    Close it, or use it as a context manager; closing waits for what is under way. Raises StoreUnusable if the URL or
    the driver will not do. Nothing is connected until it is used.
    """

    def __init__(self, url: str) -> None:
        self.url = _read_url(url)
        self.dialect = self.url.get_backend_name()
        on_sqlite = self.dialect == "sqlite"
        self._writing = _sqlite(self.url) if on_sqlite else _postgresql(self.url)
        self._writers = ThreadPoolExecutor(1 if on_sqlite else WRITERS, "store-write")
        if on_sqlite and _in_memory(self.url):
            self._reading, self._readers = self._writing, self._writers
        else:
            self._reading = _sqlite(self.url, read_only=True) if on_sqlite else _snapshots(self._writing)
            self._readers = ThreadPoolExecutor(READERS, "store-read")

    async def tx(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, ...)` in one transaction: all of it is kept when this returns, or none of it.

        A caller that is cancelled meanwhile may still have it kept, never half of it.
        """
        return await asyncio.wrap_future(self._submit(self._writers, self._writing, fn, *args, **kwargs))

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` on one unchanging picture of what is committed. It cannot write."""
        return await asyncio.wrap_future(self._submit(self._readers, self._reading, fn, *args, **kwargs))

    def tx_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`tx` for callers without an event loop. Not from within another transaction: it would wait for itself."""
        return self._submit(self._writers, self._writing, fn, *args, **kwargs).result()

    def read_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` for callers without an event loop."""
        return self._submit(self._readers, self._reading, fn, *args, **kwargs).result()

    def change_schema(self, fn: Callable[[Connection], T]) -> T:
        """`tx_sync`, but SQLite checks foreign keys only at the end, so that a table can be rebuilt."""
        return self._writers.submit(_change_schema, self._writing, fn).result()

    def close(self) -> None:
        """Wait for what is under way, then let go of every connection. Safe to do twice."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _submit(
        self,
        threads: ThreadPoolExecutor,
        engine: Engine,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        writes = engine is self._writing

        def run() -> T:
            with engine.begin() as conn:
                if writes:
                    passed("tx.begun")
                result = fn(conn, *args, **kwargs)
                if writes:
                    passed("tx.filled")
            if writes:
                passed("tx.committed")
            return result

        return threads.submit(run)


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows `on_conflict_do_...`, which both databases have and SQLAlchemy spells once for each."""
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)


def _read_url(url: str) -> URL:
    try:
        read = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        # Without its cause, which may quote the password.
        raise StoreUnusable("The database URL cannot be read; write it like sqlite:///var/warroom.db.") from None
    match read.get_backend_name():
        case "sqlite":
            return read
        case "postgresql":
            return read.set(drivername="postgresql+psycopg")
        case other:
            raise StoreUnusable(f"{other!r} is not a database warroom knows; use sqlite or postgresql.")


def _in_memory(url: URL) -> bool:
    return not url.database or url.database == ":memory:"


def _sqlite(url: URL, *, read_only: bool = False) -> Engine:
    options: dict[str, Any] = {"connect_args": {"isolation_level": None, "check_same_thread": False}}
    if _in_memory(url):
        options["poolclass"] = StaticPool  # another connection would be another database
    else:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
        options |= {"pool_size": READERS if read_only else 1, "max_overflow": 0}
    engine = create_engine(url, **options)
    # A deferred BEGIN that reads before it writes fails when another process wrote meanwhile, whatever the timeout.
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql(begin))
    event.listen(engine, "connect", lambda dbapi, _: _prepare_sqlite(dbapi, url, read_only=read_only))
    return engine


def _prepare_sqlite(connection: DBAPIConnection, url: URL, *, read_only: bool) -> None:
    wanted = PRAGMAS | ({"journal_mode": "memory"} if _in_memory(url) else {})
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
    try:
        engine = create_engine(url, pool_size=WRITERS + READERS, max_overflow=0, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreUnusable("PostgreSQL needs a driver: pip install 'warroom[postgres]'.") from error
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE}")
    cursor.execute(f"SET lock_timeout = {PATIENCE}")
    connection.commit()
    cursor.close()


def _snapshots(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _change_schema(engine: Engine, fn: Callable[[Connection], T]) -> T:
    with engine.connect() as conn, _foreign_keys_at_the_end(conn), conn.begin():
        result = fn(conn)
        if engine.dialect.name == "sqlite" and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise StoreUnusable(
                f"The change would leave rows that refer to nothing: {broken[:3]}. Nothing was changed."
            )
    return result


@contextmanager
def _foreign_keys_at_the_end(conn: Connection) -> Iterator[None]:
    """SQLite takes this setting only between transactions, so it goes straight to the driver."""
    if conn.dialect.name != "sqlite":
        yield
        return
    cursor = conn.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = 0")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys = 1")
        cursor.close()
