"""When nothing can be kept: the rooms are told once, everything goes on by itself, and the gap is on the timeline."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from tests.runtime.bench import clear, delivering, events, game, incident, running, until
from warroom.core.commands import RecordChannel, RecordInterruption
from warroom.core.effects import Say
from warroom.core.events import KeepingInterrupted
from warroom.runtime.deliver import Done, Result
from warroom.runtime.handle import Runtime
from warroom.runtime.keeping import Interruption, Keeping
from warroom.store.rooms import Whereabouts
from warroom.testing import ManualClock

Another = Callable[[], Runtime]
SECOND = timedelta(seconds=1)


class Chat:
    """What was said directly, and whether it can be."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.recovered: list[datetime] = []
        self.there = True
        self.news = asyncio.Event()

    async def tell(self, room: Whereabouts, now: Interruption) -> bool:
        self.news.set()
        if self.there:
            self.said.append((room.key, room.channel, now.kind.value))
        return self.there

    async def on_recovered(self, since: datetime) -> None:
        self.recovered.append(since)
        self.news.set()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Somebody else writes to the database, and does not let go as long as this is open."""
    other = sqlite3.connect(folder / "warroom.db", isolation_level=None, check_same_thread=False)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def nothing(conn: Connection) -> None:
    """A look at the database, so that others get their turn."""


async def found(runtime: Runtime) -> None:
    """Somebody wants something kept, and is told that it cannot be."""
    with pytest.raises(Exception, match="held by somebody else"):
        await runtime.handle(1, RecordChannel(place="nowhere", channel="C9", name="nowhere"), key="in vain")


class Hurried(ManualClock):
    """A clock that, once it is told to, lets nobody wait: it is moved to when they wanted to go on."""

    hurries = False

    async def wait(self, until: datetime | None, nudge: asyncio.Event) -> None:
        if not self.hurries:
            await super().wait(until, nudge)
            return
        if until is not None and until > self.now():
            self.move_to(until)
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Hurried:
    return Hurried()


async def happens(news: asyncio.Event) -> None:
    async with asyncio.timeout(30):
        await news.wait()
    news.clear()


async def opened(runtime: Runtime) -> tuple[int, int]:
    """A real incident and a game, with a channel each."""
    real, drill = (await incident(runtime)).id, (await game(runtime)).id
    await runtime.handle(real, RecordChannel(place="war-room", channel="C1", name="inc-1"))
    await runtime.handle(drill, RecordChannel(place="backchannel", channel="C2", name="gd-1-back"))
    await runtime.handle(drill, RecordChannel(place="war-room", channel="C3", name="gd-1"))
    await clear(runtime)
    return real, drill


async def test_a_lock_that_is_not_let_go(runtime: Runtime, clock: Hurried, tmp_path: Path) -> None:
    """The rooms are told once, the real one first; when it is over each has one entry, what was missed is fetched, and it is said."""
    chat, (real, drill) = Chat(), await opened(runtime)
    keeping = Keeping(runtime, tell=chat.tell, on_recovered=chat.on_recovered)
    clock.hurries = True
    async with running(keeping.run()):
        with held(tmp_path):
            await found(runtime)
            since = clock.now()
            await happens(chat.news)
            clock.advance(10 * SECOND)
        await happens(chat.news)
    assert chat.said == [("INC-1", "C1", "locked"), ("GD-1", "C3", "locked")]
    for room in (real, drill):
        (entry,) = await events(runtime, room, KeepingInterrupted)
        assert since - 10 * SECOND <= entry.since <= since
        assert entry.until > entry.since + 10 * SECOND
        assert entry.why == "the database was held by somebody else"
    assert chat.recovered == [entry.since]
    assert runtime.db.trouble is None


async def test_it_is_said_when_it_is_over(runtime: Runtime) -> None:
    """An interruption that was written down is told in the war room, and in a game as something real."""
    real, drill = await opened(runtime)
    said: list[Say] = []

    async def hear(claimed: object, room: object) -> Result:
        said.append(claimed.effect)  # type: ignore[attr-defined]
        return Done()

    now = runtime.clock.now()
    for room in (real, drill):
        told = RecordInterruption(since=now, until=now + SECOND, why="the database did not answer")
        await runtime.handle(room, told)
    async with delivering(runtime, {Say: hear}):
        await until(lambda: heard(said, 2), runtime)
    assert {(each.title, each.place, each.real) for each in said} == {
        ("Everything is kept again", "war-room", False),
        ("Everything is kept again", "war-room", True),
    }


async def heard(said: list[Say], number: int) -> bool:
    return len(said) >= number


async def test_one_entry_for_many_processes(another: Another) -> None:
    """Each process tells of what it noticed, at slightly different times; the room takes the first, and the next time anew."""
    one, other = another(), another()
    room = (await incident(one)).id
    now = one.clock.now()

    def told(since: int, until: int) -> RecordInterruption:
        return RecordInterruption(since=now + since * SECOND, until=now + until * SECOND, why="it was away")

    await one.handle(room, told(0, 60), key="one")
    await other.handle(room, told(1, 62), key="other")
    await other.handle(room, told(60, 61), key="another")
    await one.handle(room, told(300, 400), key="later")
    assert [each.since for each in await events(one, room, KeepingInterrupted)] == [now, now + 300 * SECOND]


async def test_a_room_that_could_not_be_told_is_told_later(runtime: Runtime, clock: Hurried, tmp_path: Path) -> None:
    """When Slack is away as well, the rooms are told as soon as it is back."""
    chat = Chat()
    await opened(runtime)
    clock.hurries = True
    async with running(Keeping(runtime, tell=chat.tell).run()):
        with held(tmp_path):
            await found(runtime)
            chat.there = False
            await happens(chat.news)
            chat.there = True
            await happens(chat.news)
            async with asyncio.timeout(30):
                while len(chat.said) < 2:
                    await happens(chat.news)
    assert [key for key, *_ in chat.said] == ["INC-1", "GD-1"]


async def test_a_hiccup_is_no_interruption(runtime: Runtime, clock: Hurried, tmp_path: Path) -> None:
    """What is over before anybody would be told leaves no entry and nobody is told."""
    chat, (real, _) = Chat(), await opened(runtime)
    with held(tmp_path):
        await found(runtime)
    clock.hurries = True
    async with running(Keeping(runtime, tell=chat.tell, on_recovered=chat.on_recovered).run()):
        async with asyncio.timeout(20):
            while runtime.db.trouble is not None:
                await runtime.db.read(nothing)
        end = clock.now() + 30 * SECOND
        while clock.now() < end:
            await runtime.db.read(nothing)
    assert (chat.said, chat.recovered, await events(runtime, real, KeepingInterrupted)) == ([], [], [])


async def test_while_all_is_well_nothing_is_written(another: Another, clock: Hurried) -> None:
    """Looking after what is kept takes no write lock while nothing is wrong."""
    begun: list[str] = []

    def note(conn: Connection, cursor: object, statement: str, *rest: object) -> None:
        begun.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        runtime = another()
        clock.hurries = True
        async with running(Keeping(runtime, tell=Chat().tell).run()), asyncio.timeout(20):
            while len([each for each in begun if "rooms" in each]) < 3:
                await runtime.db.read(nothing)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert "BEGIN IMMEDIATE" not in begun
