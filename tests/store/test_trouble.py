"""When the database is in trouble: what is tried again, what is told, and that it goes on by itself when it is over.

Each trouble is a real one: a lock of somebody else's, a disk that is full, a server that is killed.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, func, select, text

from tests.postgres import Server
from tests.store.building import NOON
from warroom import failpoints
from warroom.store import inbox
from warroom.store.db import PATIENCE, Database
from warroom.store.errors import CannotKeep, StoreUnusable
from warroom.store.tables import inbox as inbox_table
from warroom.store.trouble import Kind, Trouble

SMALL_DISK = "2m"
MANAGEABLE = 6.0  # seconds: within a person's patience, on a machine that has much to do


def deliveries(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(inbox_table)).scalar_one()


def keep(database: Database, name: str = "a") -> bool:
    return database.tx_sync(inbox.first_time, name, NOON)


def cannot(database: Database, name: str = "a") -> CannotKeep:
    """What somebody is told who would have something kept, within the time that a person waits."""
    began = time.monotonic()
    with pytest.raises(CannotKeep) as refused:
        keep(database, name)
    assert time.monotonic() - began < MANAGEABLE
    return refused.value


def trouble(database: Database) -> Kind | None:
    there = database.trouble
    return there.kind if there else None


def over(database: Database) -> None:
    """A probe finds out that it is over, and everything goes on."""
    assert asyncio.run(database.probe()) is None
    assert keep(database, "when it is over")
    assert database.trouble is None


# --- SQLite


@contextmanager
def held(url: str) -> Iterator[Callable[[], None]]:
    """Somebody else writes, and does not let go until told to."""
    with closing(
        sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield lambda: other.execute("ROLLBACK").close()


def test_locked_for_a_moment(sqlite_url: str) -> None:
    """A lock that is let go while somebody waits is not noticed by anybody."""
    with Database(sqlite_url) as database, held(sqlite_url) as let_go:
        waits = threading.Timer(PATIENCE / 3, let_go)
        waits.start()
        assert keep(database)
        waits.join()
        assert database.trouble is None


def test_locked(sqlite_url: str) -> None:
    """A lock that is not let go is told in time; while it lasts reading goes on, and when it is over so does writing."""
    with Database(sqlite_url) as database:
        with held(sqlite_url) as let_go:
            told = cannot(database)
            assert (told.kind, told.perhaps) == ("locked", False)
            assert str(told) == (
                "The database is held by somebody else, who does not let go. "
                "Nothing of this was kept; ask again in a moment."
            )
            assert trouble(database) is Kind.LOCKED
            assert database.read_sync(deliveries) == 0
            assert trouble(database) is Kind.LOCKED, "that it can be read is no sign that it can be written"
            assert database.suspected
            let_go()
        over(database)
        assert not database.suspected


async def test_those_who_waited_with_it_are_told_at_once(sqlite_url: str) -> None:
    """When many wait behind a lock, each is told within the time that a person waits, not one after another."""
    with Database(sqlite_url) as database, held(sqlite_url):
        began = time.monotonic()
        many = [database.tx(inbox.first_time, str(each), NOON) for each in range(20)]
        told = await asyncio.gather(*many, return_exceptions=True)
        assert all(isinstance(each, CannotKeep) for each in told)
        assert time.monotonic() - began < 2 * MANAGEABLE


def fill(conn: Connection) -> None:
    for each in range(200):
        inbox.keep(conn, f"large {each}", NOON, "x" * 20_000)


def test_no_page_left(sqlite_url: str) -> None:
    """A database that may not grow is full: told as such, nothing of it is kept, and nothing is tried again."""
    with Database(sqlite_url) as database:
        pages = database.tx_sync(lambda conn: conn.exec_driver_sql("PRAGMA page_count").scalar_one())
        database.tx_sync(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}").scalar_one())
        with pytest.raises(CannotKeep, match="disk of the database is full"):
            database.tx_sync(fill)
        assert trouble(database) is Kind.FULL
        assert database.read_sync(deliveries) == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, which may be mounted anew."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or not mounted(folder, "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none"):
        pytest.skip("mounting a file system is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def mounted(folder: Path, *how: str) -> bool:
    return subprocess.run(["mount", *how, folder], check=False, capture_output=True).returncode == 0


def test_the_disk_is_full(sqlite_url: str, disk: Path) -> None:
    """When the disk is full it is told, a probe finds it full while a command would, and when there is room it goes on."""
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), disk / "warroom.db")
    with Database(f"sqlite:///{disk / 'warroom.db'}") as database:
        assert keep(database, "before")
        (disk / "logs").write_bytes(b"x" * (free(disk) - 4096))
        with pytest.raises(CannotKeep, match="disk of the database is full"):
            database.tx_sync(fill)
        assert asyncio.run(database.probe()) is not None, (
            "there is room for a line, but not for what a command may need"
        )
        assert trouble(database) is Kind.FULL
        assert database.read_sync(deliveries) == 1
        (disk / "logs").unlink()
        over(database)
        database.tx_sync(fill_a_little)


def fill_a_little(conn: Connection) -> None:
    inbox.keep(conn, "large", NOON, "x" * 20_000)


def free(disk: Path) -> int:
    return os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize


def test_the_disk_is_read_only(sqlite_url: str, disk: Path) -> None:
    """A disk that may only be read, as after an error of it: told, and when it may be written to it goes on."""
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), disk / "warroom.db")
    assert mounted(disk, "-o", "remount,ro")
    with Database(f"sqlite:///{disk / 'warroom.db'}") as database:
        assert cannot(database).kind in ("read-only", "lost")
        assert database.trouble is not None
        assert mounted(disk, "-o", "remount,rw")
        over(database)


def test_the_file_was_moved(sqlite_url: str) -> None:
    """When somebody moves the file away nothing is written into it or into a new, empty one; when it is back it goes on."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with Database(sqlite_url) as database:
        assert keep(database, "before")
        moved = file.rename(file.with_suffix(".moved"))
        assert cannot(database).kind == "lost"
        assert cannot(database).kind == "lost"
        assert not file.exists()
        moved.rename(file)
        over(database)
        assert database.read_sync(deliveries) == 2


def test_another_file_was_put_there(sqlite_url: str, sqlite_template: Path) -> None:
    """When somebody puts another file in its place, such as a backup, nothing more goes into the old one."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with Database(sqlite_url) as database:
        assert keep(database, "in the old one")
        for each in file.parent.glob("warroom.db-*"):
            each.unlink()
        shutil.copy(sqlite_template, file.with_suffix(".restored")).replace(file)
        assert cannot(database).kind == "lost"
        over(database)
        assert database.read_sync(deliveries) == 1


# --- PostgreSQL


def test_cut_in_the_middle(postgresql_url: str) -> None:
    """A connection that is cut before COMMIT was sent: it is done again, and kept once."""
    times = []

    def cut_at_first(conn: Connection) -> None:
        inbox.first_time(conn, "a", NOON)
        times.append(1)
        if len(times) == 1:
            conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with Database(postgresql_url) as database:
        database.tx_sync(cut_at_first)
        assert (len(times), database.read_sync(deliveries), database.trouble) == (2, 1, None)


@contextmanager
def cut_before_commit(server: Server, times: int) -> Iterator[None]:
    """The next connections are cut in the moment in which they would commit."""
    left = [times]

    def hook(name: str) -> None:
        if name == "tx.filled" and left[0] > 0:
            left[0] -= 1
            server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")

    failpoints.listen(None, hook)
    try:
        yield
    finally:
        failpoints.listen(None)


def test_cut_while_it_commits(postgresql_url: str, postgresql_server: Server) -> None:
    """A connection that is cut during COMMIT: nobody knows, so it is told and not done again by itself."""
    with Database(postgresql_url) as database:
        with cut_before_commit(postgresql_server, 1):
            told = cannot(database)
        assert (told.kind, told.perhaps) == ("lost", True)
        assert "not known whether this was kept" in str(told)
        over(database)


async def test_what_may_be_done_twice_is(postgresql_url: str, postgresql_server: Server) -> None:
    """What may be done twice is tried again when nobody knows whether it was kept."""
    with Database(postgresql_url) as database:
        with cut_before_commit(postgresql_server, 2):
            assert await database.tx_again(inbox.first_time, "a", NOON)
        assert (await database.read(deliveries), database.trouble) == (1, None)


def test_the_server_is_restarted(postgresql_url: str, postgresql_server: Server) -> None:
    """A server that crashes and starts again: those who ask meanwhile wait or are told, and everything goes on."""
    with Database(postgresql_url) as database:
        assert keep(database, "before")
        restart = threading.Thread(target=postgresql_server.restart, args=("immediate",))
        restart.start()
        kept, number = [], 0
        while restart.is_alive() or len(kept) < 3:
            number += 1
            with suppress(CannotKeep):
                database.tx_sync(inbox.first_time, str(number), NOON)
                kept.append(str(number))
        restart.join()
        over(database)
        there = database.read_sync(lambda conn: set(conn.execute(select(inbox_table.c.key)).scalars()))
        assert {"before", *kept} <= there


def test_a_table_is_locked(postgresql_url: str) -> None:
    """A table that somebody else holds: told in time, and over when they let go."""
    with Database(postgresql_url) as database:
        with psycopg.connect(postgresql_url) as other:
            other.execute("LOCK TABLE inbox")
            told = cannot(database)
            assert (told.kind, told.perhaps) == ("locked", False)
        over(database)


def test_a_server_that_takes_nothing_new(postgresql_url: str, postgresql_server: Server) -> None:
    """A server that has become read-only: its connections are thrown away, it is told, and over when it takes something."""
    name = postgresql_url.partition("@/")[2].partition("?")[0]
    with Database(postgresql_url) as database:
        assert keep(database, "before")
        postgresql_server.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            postgresql_server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            told = cannot(database)
            assert (told.kind, told.perhaps) == ("read-only", False)
        finally:
            postgresql_server.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        over(database)


async def test_a_deadlock(postgresql_url: str) -> None:
    """Two that wait for each other: PostgreSQL ends one of them, which is done again; both are kept."""
    both = threading.Barrier(2)
    first = threading.local()

    def one_then_other(conn: Connection, mine: str, theirs: str) -> None:
        conn.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": mine})
        if not hasattr(first, "passed"):
            first.passed = True
            both.wait(10)
        conn.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": theirs})
        inbox.first_time(conn, mine, NOON)

    with Database(postgresql_url) as database:
        await asyncio.gather(database.tx(one_then_other, "east", "west"), database.tx(one_then_other, "west", "east"))
        assert await database.read(deliveries) == 2


@pytest.mark.parametrize("answer", ["off", "local"])
def test_a_commit_that_is_none(postgresql_url: str, postgresql_server: Server, answer: str) -> None:
    """A server that confirms what it may still lose is not used, and the sentence says what to set."""
    name = postgresql_url.partition("@/")[2].partition("?")[0]
    postgresql_server.sql(f"ALTER DATABASE {name} SET synchronous_commit = {answer}")
    try:
        with Database(postgresql_url) as database, pytest.raises(StoreUnusable, match=f"synchronous_commit = {answer}"):
            keep(database)
        assert trouble(database) is Kind.UNSAFE
    finally:
        postgresql_server.sql(f"ALTER DATABASE {name} RESET synchronous_commit")


# --- both


def test_a_mistake_of_ours_is_no_trouble(database: Database) -> None:
    """What is wrong with a statement, or with what it is given, says nothing about the database."""

    def wrong(conn: Connection) -> None:
        conn.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(Exception, match="nowhere"):
        database.tx_sync(wrong)
    with pytest.raises(Exception, match="nowhere"):
        database.read_sync(wrong)
    assert (database.trouble, database.suspected) == (None, False)


async def test_a_probe_leaves_nothing_behind(database: Database) -> None:
    """A probe writes and removes what it wrote."""

    def rows(conn: Connection) -> int:
        return int(conn.execute(text("SELECT count(*) FROM identities")).scalar_one())

    assert await database.probe() is None
    assert await database.read(rows) == 0


async def test_one_clock(database: Database) -> None:
    """On one machine the database's clock is ours."""
    assert abs((await database.skew()).total_seconds()) < 0.5


def test_every_word_has_its_sentences() -> None:
    """Each kind of trouble is told in a sentence of its own, and in a clause of its own when it is over."""
    assert len({kind.sentence for kind in Kind}) == len({kind.was for kind in Kind}) == len(Kind)
    for kind in Kind:
        assert kind.sentence[0].isupper()
        assert kind.sentence[-1] == "."
        assert kind.was[0].islower()
        assert kind.was[-1] != "."
        assert Trouble(kind=kind).lasts.total_seconds() < 1
