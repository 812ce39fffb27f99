"""Whole bots, as an operator runs them: the database moves to the other site, or one of two bots is cut off from it.

What happens to the store and the runtime then is in `test_failover.py`; here a room goes on, with people in it.
"""

import asyncio
import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from tests.crash.proxy import Proxy
from tests.crash.waiting import until
from tests.e2e.test_crash import everything_stands_there_once
from tests.e2e.town import Town
from tests.pair import pair
from tests.postgres import Server, postgresql_server, postgresql_url, programs
from warroom.core import events as e
from warroom.core.effects import WAR_ROOM
from warroom.core.roomfold import fold
from warroom.demo.alert import payload
from warroom.runtime.deliver import LEASES
from warroom.store import migrate, outbox, rooms
from warroom.store.db import Database
from warroom.store.errors import CannotKeep

__all__ = ["postgresql_server", "postgresql_url"]
pytestmark = [
    pytest.mark.long,  # bots that are processes, servers of their own, and a lease that has to run out
    pytest.mark.timeout(300),
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed"),
]
ALERT = payload(datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
CHANNEL = "inc-1-"
MOST_REFUSED = 6  # presses; the two have a few connections each, which are dealt to in turn
E = TypeVar("E", bound=e.Event)


async def test_a_room_goes_on_at_the_other_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The primary is killed in the middle of a talk and the standby promoted: every word is there once, and so is every message."""
    with pair() as sites:
        with Database(sites.address) as fresh:
            await asyncio.to_thread(migrate.upgrade, fresh)
        async with Town.open(tmp_path, sites.address) as town:
            await an_incident(town)
            said = await talk(town, "before", 12)
            assert await has_heard(town, said)
            lost = time.monotonic()
            await asyncio.to_thread(sites.east.kill)
            said += await talk(town, "nowhere to keep it", 6)
            await asyncio.to_thread(sites.west.promote)
            promoted = time.monotonic()
            said += await talk(town, "after", 6)
            assert await has_heard(town, said[-1:])
            again = time.monotonic()
            assert await has_heard(town, said)
            filled = time.monotonic()
            await acknowledge(town)
            await everything_is_there_once(town, said)
    with capsys.disabled():
        print(
            f"\nprimary killed under a whole bot: promoted after {promoted - lost:.2f} s; a word is on the timeline "
            f"{again - promoted:.2f} s after that, and all that was said meanwhile {filled - promoted:.2f} s after it"
        )


async def test_who_is_cut_off_from_the_database_says_nothing_twice(
    tmp_path: Path, postgresql_server: Server, postgresql_url: str
) -> None:
    """A bot has just said something when its database is out of reach, for longer than its lease: the other goes on from there."""
    cut = False

    async def dial() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if cut:
            raise OSError("cut off")
        return await asyncio.open_unix_connection(str(postgresql_server.folder / ".s.PGSQL.5432"))

    way = Proxy(dial, random.Random(0))
    listener = await asyncio.start_server(way.take, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    user, _, rest = postgresql_url.removeprefix("postgresql://").partition("@")
    name = rest.lstrip("/").partition("?")[0]
    async with (
        listener,
        Town.open(tmp_path, postgresql_url, way=f"postgresql://{user}@127.0.0.1:{port}/{name}") as town,
    ):
        posted = town.line.trap("chat.postMessage", 2)
        await town.start()
        await town.ready()
        assert (await town.alert(ALERT))["room"] == "INC-1"
        async with asyncio.timeout(30):
            await posted.sprung.wait()
        cut = True
        way.cut("black hole")
        since = time.monotonic()
        async with town.beside(postgresql_url):
            assert await until(lambda: owed(town) == 0, within=60.0)
            assert time.monotonic() - since > LEASES["talk"].total_seconds() * 0.8, "nobody waited for the lease"
            said = await talk(town, "while one is cut off", 8)
            town.line.release()  # now the one that is cut off hears what came of its call
            await acknowledge_or_be_told(town)
            cut = False
            way.heal()
            assert await has_heard(town, said)
        said += await talk(town, "with the one that was cut off, alone", 4)
        assert await has_heard(town, said)
        await everything_is_there_once(town, said)


# --- what people do


async def an_incident(town: Town) -> None:
    await town.start()
    await town.ready()
    assert (await town.alert(ALERT))["room"] == "INC-1"
    await town.quiet()


async def talk(town: Town, what: str, times: int) -> list[str]:
    """What Ana has said, one after the other."""
    channel = await town.channel("ana", CHANNEL)
    said = [f"{what}: {number}" for number in range(times)]
    for each in said:
        await town.people["ana"].say(channel, each)
    return said


async def acknowledge(town: Town) -> None:
    await town.press("ana", await town.channel("ana", CHANNEL), "Acknowledge")
    assert await until(lambda: bool(happened(town, e.IncidentAcknowledged)), within=30.0)


async def acknowledge_or_be_told(town: Town) -> None:
    """A press counts, or whoever pressed is told that nothing was kept, because it met the bot that is cut off; and presses again."""
    ana, channel = town.people["ana"], await town.channel("ana", CHANNEL)

    async def refused() -> int:
        return sum("Nothing of this was kept" in each["text"] for each in await ana.messages(channel))

    for before in range(MOST_REFUSED):
        await town.press("ana", channel, "Acknowledge")
        async with asyncio.timeout(30):
            while (now := await refused()) == before:
                if await until(lambda: bool(happened(town, e.IncidentAcknowledged)), within=0.5):
                    return
        assert now == before + 1, "one press is refused once"
    raise AssertionError("no press met the bot that reaches its database")


# --- what must be true


async def has_heard(town: Town, said: list[str]) -> bool:
    """Whether all of it comes onto the timeline, soon enough for people who wait for it."""
    return await until(lambda: set(said) <= {each.text for each in happened(town, e.MessageHeard)}, within=90.0)


async def everything_is_there_once(town: Town, said: list[str]) -> None:
    assert await until(lambda: owed(town) == 0, within=60.0)
    heard = Counter(each.text for each in happened(town, e.MessageHeard))
    assert heard == Counter(said)
    (row,) = await town.db.read(rooms.listing, None, mode="all")
    await town.db.read(rooms.verify, row.id)
    assert await town.db.read(outbox.failures, row.id) == []
    room = fold(await town.db.read(rooms.entries, row.id))
    await everything_stands_there_once(town, row.id, room, WAR_ROOM)


def happened(town: Town, kind: type[E]) -> list[E]:
    """The events of this kind on the incident's timeline; none while the database cannot be asked."""
    try:
        found = town.db.read_sync(rooms.listing, None, mode="all")
        kept = [entry.event for row in found for entry in town.db.read_sync(rooms.entries, row.id)]
    except CannotKeep:
        return []
    return [each for each in kept if isinstance(each, kind)]


def owed(town: Town) -> int:
    return town.db.read_sync(outbox.pending)
