"""The hot backup in the West: the primary is lost, the standby is promoted, and nothing that was acknowledged is lost."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.pair import Pair, pair
from tests.postgres import programs
from tests.runtime.bench import incident, note
from warroom.core.events import NoteTaken
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.store import migrate, rooms
from warroom.store.db import Database
from warroom.store.errors import CannotKeep

pytestmark = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")
PEOPLE = 4
BEFORE, AFTER = 40, 40  # commands acknowledged before the primary is lost, and after


@pytest.fixture(scope="module")
def sites() -> Iterator[Pair]:
    with pair() as found:
        yield found


class Crowd:
    """People who press and press. Each asks again, under the same key, until what they asked for is acknowledged."""

    def __init__(self, runtime: Runtime, room: int) -> None:
        self._runtime, self._room = runtime, room
        self.acknowledged: list[tuple[float, str]] = []
        self.refused = 0
        self._was_refused = asyncio.Event()
        self._waits: list[tuple[int, asyncio.Event]] = []

    async def press(self, name: str) -> None:
        number = 0
        while True:
            said = f"{name} {number}"
            try:
                await self._runtime.handle(self._room, note(said), key=f"press:{said}")
            except CannotKeep:
                self.refused += 1
                self._was_refused.set()
                continue  # it has waited by itself
            self.acknowledged.append((time.monotonic(), said))
            number += 1
            for wanted, reached in self._waits:
                if len(self.acknowledged) >= wanted:
                    reached.set()

    async def be_refused(self) -> None:
        """Until somebody has been told that nothing can be kept."""
        async with asyncio.timeout(30):
            await self._was_refused.wait()

    async def have(self, number: int) -> None:
        """Until so many are acknowledged."""
        reached = asyncio.Event()
        self._waits.append((number, reached))
        async with asyncio.timeout(30):
            await reached.wait()


@pytest.mark.parametrize("how", ["pg_terminate_backend", "pg_cancel_backend"])
async def test_the_standby_is_silent(sites: Pair, how: str) -> None:
    """While the standby is silent nothing is acknowledged, even when somebody ends the wait; then everything is there once."""
    with Database(sites.address) as db:
        await asyncio.to_thread(migrate.upgrade, db)
        runtime = Runtime(db, SystemClock())
        room = (await incident(runtime)).id
        with sites.west.silent():
            asked = asyncio.create_task(runtime.handle(room, note("once"), key=how))
            await asyncio.to_thread(sites.waits_for_standby)
            await asyncio.to_thread(
                sites.east.sql, f"SELECT {how}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            )
            if how == "pg_cancel_backend":
                with pytest.raises(CannotKeep) as told:
                    await asked
                assert told.value.perhaps
            else:
                await asyncio.to_thread(sites.waits_for_standby)
            assert not asked.done() or asked.exception() is not None
        again = await runtime.handle(room, note("once"), key=how)
        assert again.repeated, "it was there, and nobody had been told so"
        if how == "pg_terminate_backend":
            assert (await asked).id == room
        kept = [each.event.text for each in await db.read(rooms.entries, room) if isinstance(each.event, NoteTaken)]
        assert kept == ["once"]


async def test_the_primary_is_lost(sites: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    """When the primary is killed and the standby promoted, the bot goes on by itself, and every acknowledged command is there once."""
    with Database(sites.address) as db:
        await asyncio.to_thread(migrate.upgrade, db)
        runtime = Runtime(db, SystemClock())
        room = (await incident(runtime)).id
        crowd = Crowd(runtime, room)
        pressing = [asyncio.create_task(crowd.press(f"person {each}")) for each in range(PEOPLE)]
        await crowd.have(BEFORE)
        lost = time.monotonic()
        await asyncio.to_thread(sites.east.kill)
        before = len(crowd.acknowledged)
        await crowd.be_refused()
        promoting = time.monotonic()
        await asyncio.to_thread(sites.west.promote)
        promoted = time.monotonic()
        await crowd.have(before + AFTER)
        for each in pressing:
            each.cancel()
        await asyncio.gather(*pressing, return_exceptions=True)

        kept = Counter(
            each.event.text for each in await db.read(rooms.entries, room) if isinstance(each.event, NoteTaken)
        )
        assert [said for _, said in crowd.acknowledged if kept[said] != 1] == []
        assert max(kept.values()) == 1, "what was acknowledged by nobody may be there, but not twice"
        await db.read(rooms.verify, room)
        assert db.trouble is None
    again = next(at for at, _ in crowd.acknowledged[before:])
    with capsys.disabled():
        print(
            f"\nprimary killed: acknowledged {len(crowd.acknowledged)}, lost 0, refused {crowd.refused}; promotion asked for "
            f"{promoting - lost:.2f} s after the kill and done in {promoted - promoting:.2f} s; accepting again "
            f"{again - promoted:.2f} s after it"
        )


@pytest.mark.long  # two servers of its own
async def test_without_synchronous_replication_something_is_lost() -> None:
    """What the standby had not got when the primary died is lost; the bot goes on from what there is, and the chain is whole."""
    with pair(synchronous=False) as sites, Database(sites.address) as db:
        await asyncio.to_thread(migrate.upgrade, db)
        runtime = Runtime(db, SystemClock())
        room = (await incident(runtime)).id
        await runtime.handle(room, note("before"), key="press:1")
        await asyncio.to_thread(sites.caught_up)
        with sites.west.silent(for_good=True):
            await runtime.handle(room, note("lost"), key="press:2")
            await asyncio.to_thread(sites.east.kill)
        await asyncio.to_thread(sites.west.promote)
        crowd = Crowd(runtime, room)
        pressing = asyncio.create_task(crowd.press("ana"))
        await crowd.have(3)
        pressing.cancel()
        await asyncio.gather(pressing, return_exceptions=True)
        kept = [each.event.text for each in await db.read(rooms.entries, room) if isinstance(each.event, NoteTaken)]
        assert kept[:4] == ["before", "ana 0", "ana 1", "ana 2"]
        assert "lost" not in kept
        await db.read(rooms.verify, room)
