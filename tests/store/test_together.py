"""What waits for SQLite's one writer is kept by one commit, and to each it is as if it had been alone."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, func, select

from tests.examples import many
from warroom import failpoints
from warroom.store import inbox
from warroom.store.db import Database
from warroom.store.tables import inbox as table
from warroom.store.together import MOST

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def add(conn: Connection, key: str) -> bool:
    """Whether it is new."""
    return inbox.first_time(conn, key, NOON)


def add_and_refuse(conn: Connection, key: str) -> bool:
    """What is refused has done something already."""
    inbox.first_time(conn, key, NOON)
    raise LookupError(key)


def add_twice(conn: Connection, key: str) -> bool:
    """The database says no to this one alone."""
    for _ in range(2):
        conn.execute(table.insert().values(key=key, received_at=NOON, state="done", tries=0))
    return True


WAYS: dict[str, Callable[[Connection, str], bool]] = {
    "add": add,
    "refuse": add_and_refuse,
    "clash": add_twice,
}
JOBS = st.lists(st.tuples(st.sampled_from(sorted(WAYS)), st.sampled_from("abcd")), min_size=2, max_size=12)


def keys(conn: Connection) -> set[str]:
    return set(conn.execute(select(table.c.key)).scalars())


def forget(conn: Connection) -> None:
    conn.execute(delete(table))


@contextmanager
def counted(at: str, then: Callable[[int], None] = lambda _: None) -> Iterator[list[int]]:
    """How often a place in a transaction was reached; `then` is told each time."""
    found = [0]

    def hook(name: str) -> None:
        if name == at:
            found[0] += 1
            then(found[0])

    failpoints.listen(None, hook)
    try:
        yield found
    finally:
        failpoints.listen(None)


async def gathered(database: Database, jobs: Sequence[tuple[str, str]]) -> list[bool | str]:
    """All of them while every writer is held up, and what each was told: its result, or the kind of its error."""
    held, go = threading.Barrier(2), threading.Event()

    def hold(conn: Connection) -> None:
        held.wait(10)
        go.wait(10)

    holding = asyncio.create_task(database.tx(hold))
    await asyncio.to_thread(held.wait, 10)
    asked = [asyncio.create_task(database.tx_again(WAYS[way], key)) for way, key in jobs]
    await asyncio.sleep(0)  # each has asked
    go.set()
    await holding
    told = await asyncio.gather(*asked, return_exceptions=True)
    return [type(each).__name__ if isinstance(each, BaseException) else each for each in told]


def alone(jobs: Sequence[tuple[str, str]]) -> tuple[list[bool | str], set[str]]:
    """What each would be told, and what would be there, if they came one after another."""
    there, told = set[str](), list[bool | str]()
    for way, key in jobs:
        if way == "add":
            told.append(key not in there)
            there.add(key)
        else:
            told.append("LookupError" if way == "refuse" else "IntegrityError")
    return told, there


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    with Database(sqlite_url) as opened:
        yield opened


async def test_many_that_wait_are_kept_by_one_commit(sqlite: Database) -> None:
    """As many as may be in one transaction, and then the rest: two commits for all that had gathered."""
    jobs = [("add", f"k{number}") for number in range(MOST + 8)]
    with counted("tx.committed") as commits:
        assert await gathered(sqlite, jobs) == [True] * len(jobs)
    assert commits == [3]  # one of whoever held up the writer
    assert await sqlite.read(keys) == {key for _, key in jobs}


@settings(max_examples=many(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JOBS)
def test_each_is_told_what_it_would_be_told_alone(sqlite: Database, jobs: list[tuple[str, str]]) -> None:
    """Whoever fails, by itself or in the database, takes nobody along and leaves nothing; the others see each other."""
    sqlite.tx_sync(forget)
    assert (asyncio.run(gathered(sqlite, jobs)), sqlite.read_sync(keys)) == alone(jobs)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JOBS)
def test_when_the_whole_fails_each_is_done_alone(sqlite: Database, jobs: list[tuple[str, str]]) -> None:
    """What breaks before the common commit has kept nothing, and each is then what it would be alone."""
    sqlite.tx_sync(forget)

    def fail(time: int) -> None:
        if time == 2:  # the first is whoever holds up the writer
            raise OSError("the disk is on fire")

    with counted("tx.filled", fail):
        assert asyncio.run(gathered(sqlite, jobs)) == alone(jobs)[0]
    assert sqlite.read_sync(keys) == alone(jobs)[1]


async def test_nobody_is_told_before_the_commit(sqlite: Database) -> None:
    """At the moment before it all is there and kept by nobody; another reader sees none of it."""
    seen = list[int]()

    def look(time: int) -> None:
        if time == 2:
            seen.append(
                sqlite.read_sync(lambda conn: conn.execute(select(func.count()).select_from(table)).scalar_one())
            )

    with counted("tx.filled", look):
        await gathered(sqlite, [("add", "a"), ("add", "b")])
    assert seen == [0]
    assert await sqlite.read(keys) == {"a", "b"}


async def test_whoever_does_not_wait_any_more_is_left_out(sqlite: Database) -> None:
    """One that was cancelled before its turn is not done, and the others are."""
    held, go = threading.Barrier(2), threading.Event()

    def hold(conn: Connection) -> None:
        held.wait(10)
        go.wait(10)

    holding = asyncio.create_task(sqlite.tx(hold))
    await asyncio.to_thread(held.wait, 10)
    asked = [asyncio.create_task(sqlite.tx_again(add, key)) for key in "abc"]
    await asyncio.sleep(0)
    asked[1].cancel()
    await asyncio.gather(asked[1], return_exceptions=True)
    go.set()
    await asyncio.gather(holding, asked[0], asked[2])
    assert await sqlite.read(keys) == {"a", "c"}
