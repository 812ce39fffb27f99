"""The door: all or nothing, off the event loop, whoever is cancelled."""

import asyncio
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from tests.postgres import Server
from tests.store.building import NOON, new_room, take_note
from warroom.store import inbox, rooms
from warroom.store.db import PRAGMAS, READERS, Database
from warroom.store.errors import StoreUnusable
from warroom.store.tables import inbox as inbox_table


def deliveries(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(inbox_table)).scalar_one()


async def test_kept(database: Database) -> None:
    """What a transaction did is there for everybody once `tx` has returned."""
    assert await database.tx(inbox.first_time, "a", NOON)
    assert await database.read(deliveries) == 1


async def test_all_or_nothing(database: Database) -> None:
    """When the function raises, nothing it did is kept, and the caller is told what it raised."""

    def half(conn: Connection) -> None:
        inbox.first_time(conn, "a", NOON)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await database.tx(half)
    assert await database.read(deliveries) == 0


async def test_cancelled_while_it_runs(database: Database) -> None:
    """A caller that is cancelled meanwhile tears nothing: the transaction is finished, and the next one works."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(conn: Connection) -> None:
        inbox.first_time(conn, "a", NOON)
        begun.set()
        go_on.wait()
        inbox.first_time(conn, "b", NOON)

    caller = asyncio.create_task(database.tx(slow))
    await asyncio.to_thread(begun.wait)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    await database.tx(inbox.first_time, "c", NOON)
    database.close()  # waits for what is under way
    with Database(str(database.url.render_as_string(hide_password=False))) as again:
        assert again.read_sync(deliveries) == 3


async def test_cancelled_before_it_runs(sqlite_url: str) -> None:
    """A caller that is cancelled while it waits for its turn has done nothing."""
    go_on = threading.Event()
    with Database(sqlite_url) as database:
        first = asyncio.create_task(database.tx(lambda conn: go_on.wait()))
        second = asyncio.create_task(database.tx(inbox.first_time, "a", NOON))
        await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))
        second.cancel()
        go_on.set()
        await first
        assert await database.read(deliveries) == 0


async def test_many_at_once(database: Database) -> None:
    """Many callers at once all get their turn, and the event loop goes on meanwhile."""
    assert all(await asyncio.gather(*(database.tx(inbox.first_time, str(each), NOON) for each in range(50))))
    assert await database.read(deliveries) == 50


def test_reading_cannot_write(database: Database) -> None:
    """`read` refuses to change anything."""
    with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
        database.read_sync(inbox.first_time, "a", NOON)


def test_one_picture(database: Database) -> None:
    """A read sees one state of the database from its first look to its last, whatever is written meanwhile."""
    looked, written = threading.Event(), threading.Event()

    def twice(conn: Connection) -> tuple[int, int]:
        before = deliveries(conn)
        looked.set()
        written.wait()
        return before, deliveries(conn)

    seen: list[tuple[int, int]] = []
    reader = threading.Thread(target=lambda: seen.append(database.read_sync(twice)))
    reader.start()
    looked.wait()
    database.tx_sync(inbox.first_time, "a", NOON)
    written.set()
    reader.join()
    assert seen == [(0, 0)]
    assert database.read_sync(deliveries) == 1


def test_every_sqlite_connection(sqlite_url: str) -> None:
    """Every connection to SQLite, for reading or writing, has the settings that durability and T15 rest on."""
    together = threading.Barrier(READERS)

    def settings(conn: Connection, wait: bool) -> dict[str, object]:
        if wait:
            together.wait()  # so that each reading thread has a connection of its own
        return {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}

    durable = {"journal_mode": "wal", "synchronous": 2}
    safe = {"foreign_keys": 1, "recursive_triggers": 1, "secure_delete": 1}
    with Database(sqlite_url) as database:
        assert database.tx_sync(settings, False) == PRAGMAS == durable | safe | {"busy_timeout": 500}
        found: list[dict[str, object]] = []
        readers = [
            threading.Thread(target=lambda: found.append(database.read_sync(settings, True))) for _ in range(READERS)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        assert found == [PRAGMAS] * READERS


def test_memory() -> None:
    """A database in memory is one database, whichever thread asks."""
    with Database("sqlite://") as database:
        database.tx_sync(lambda conn: conn.execute(text("CREATE TABLE t (a integer)")))
        assert database.read_sync(lambda conn: conn.execute(text("SELECT count(*) FROM t")).scalar_one()) == 0


def write_notes(url: str, room_id: int, how_many: int) -> None:
    with Database(url) as database:
        for each in range(how_many):
            database.tx_sync(take_note, room_id, f"note {each}")


def test_two_processes(database: Database, url: str) -> None:
    """Two processes that write to one room at once: no note is lost, none is refused, and the chain verifies."""
    room = database.tx_sync(new_room)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        done = [processes.submit(write_notes, url, room.id, 40) for _ in range(2)]
        assert [each.result() for each in done] == [None, None]
    assert [entry.seq for entry in database.read_sync(rooms.entries, room.id)] == list(range(1, 81))
    database.read_sync(rooms.verify, room.id)


def test_server_restarted(postgresql_url: str, postgresql_server: Server) -> None:
    """When PostgreSQL has cut every connection, the next transaction finds a new one and nobody notices."""
    with Database(postgresql_url) as database:
        assert database.tx_sync(inbox.first_time, "a", NOON)
        postgresql_server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")
        assert database.tx_sync(inbox.first_time, "b", NOON)
        assert database.read_sync(deliveries) == 2


def test_closing_twice(database: Database) -> None:
    """Closing a second time does nothing; using a closed database is an error."""
    database.close()
    database.close()
    with pytest.raises(RuntimeError, match="shutdown"):
        database.tx_sync(deliveries)


def test_missing_folder(tmp_path: Path) -> None:
    """The folder of a new SQLite file is made."""
    with Database(f"sqlite:///{tmp_path}/var/lib/warroom.db") as database:
        assert database.read_sync(lambda conn: conn.execute(text("SELECT 1")).scalar_one()) == 1


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("warroom.db", "cannot be read"),
        ("mysql://localhost/warroom", "'mysql' is not a database warroom knows"),
    ],
)
def test_bad_urls(url: str, complaint: str) -> None:
    """A URL that will not do is refused in a sentence, which does not repeat it, for it may hold a password."""
    with pytest.raises(StoreUnusable, match=complaint):
        Database(url)


def test_bad_port() -> None:
    """A URL with a password and a mistake is refused without showing the password."""
    with pytest.raises(StoreUnusable) as refused:
        Database("postgresql://ana:hunter2@localhost:port/warroom")
    assert "hunter2" not in str(refused.value)
