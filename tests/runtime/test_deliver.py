"""Delivery: lanes in order and side by side, what comes back, and what is given up. Performers are plain functions."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest

from tests.runtime.bench import clear, delivering, events, incident, note, nothing_is_owed, owe, say, until
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.events import DeliveryFailed, NoteTaken, RunbooksOffered
from warroom.core.room import Room
from warroom.runtime.agenda import STALE, Agenda
from warroom.runtime.deliver import (
    LONGEST_PAUSE,
    PATIENCE,
    POLL,
    Delivery,
    Done,
    Later,
    Never,
    Performer,
    Result,
)
from warroom.runtime.handle import Runtime
from warroom.runtime.leases import LeaseLost
from warroom.store import agenda, outbox
from warroom.store.db import Database
from warroom.store.outbox import Claimed
from warroom.testing import ManualClock

SECOND = timedelta(seconds=1)
Another = Callable[[], Runtime]


def title(claimed: Claimed) -> str:
    assert isinstance(claimed.effect, f.Say)
    return claimed.effect.title


@pytest.fixture
async def room(runtime: Runtime) -> int:
    """A room that owes nothing yet."""
    opened = await incident(runtime)
    await clear(runtime)
    return opened.id


async def test_a_lane_is_performed_in_order_one_at_a_time(runtime: Runtime, room: int) -> None:
    """In each lane the next effect begins when the one before is settled; lanes run side by side."""
    begun, under_way, together = defaultdict[str, list[str]](list), Counter[str](), list[int]()
    both = asyncio.Barrier(2)

    async def perform(claimed: Claimed, seen: Room) -> Result:
        begun[claimed.lane].append(title(claimed))
        under_way[claimed.lane] += 1
        assert under_way[claimed.lane] == 1
        await both.wait()
        together.append(under_way.total())
        await both.wait()
        under_way[claimed.lane] -= 1
        return Done()

    wanted = [str(number) for number in range(6)]
    await owe(runtime, room, *(say(each, place) for each in wanted for place in ("a", "b")))
    async with delivering(runtime, {f.Say: perform}):
        await runtime.settled()
    assert list(begun.values()) == [wanted, wanted]
    assert set(together) == {2}


async def test_what_acts_never_waits_for_what_talks(runtime: Runtime, room: int) -> None:
    """While every message hangs, breakages are still undone."""
    hanging, undone = asyncio.Event(), asyncio.Event()

    async def hang(claimed: Claimed, seen: Room) -> Result:
        hanging.set()
        await asyncio.Event().wait()
        return Done()

    async def undo(claimed: Claimed, seen: Room) -> Result:
        undone.set()
        return Done()

    await owe(runtime, room, *(say("x", f"place {number}") for number in range(40)))
    async with delivering(runtime, {f.Say: hang}), asyncio.timeout(10):
        await hanging.wait()
        await owe(runtime, room, f.RollBack(fault="F1", driver="pretend", target="db", mode="down"))
        async with delivering(runtime, {f.RollBack: undo}, "act"):
            await undone.wait()


async def test_a_lane_that_waits_does_not_hold_up_the_others(runtime: Runtime, room: int) -> None:
    """A channel that is to be left alone for a while is left alone; the other channels go on."""
    said = list[str]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        if title(claimed) == "slow down":
            return Later(reason="ratelimited", after=30 * SECOND)
        said.append(title(claimed))
        return Done()

    await owe(runtime, room, say("slow down", "a"), say("after it", "a"), say("elsewhere", "b"))
    async with delivering(runtime, {f.Say: perform}):
        await until(lambda: _is_pending(runtime, room, 2), runtime)
    assert said == ["elsewhere"]


async def _is_pending(runtime: Runtime, room: int, number: int) -> bool:
    return await runtime.db.read(outbox.pending, room) == number


async def test_retry_after_is_obeyed(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """What is put back for 30 s is ready again after 30 s and not a millisecond before; the tries are counted."""
    tries = list[int]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        tries.append(claimed.attempts)
        return Later(reason="ratelimited", after=30 * SECOND) if claimed.attempts == 1 else Done()

    await owe(runtime, room, say("hello"))
    began = clock.now()
    async with delivering(runtime, {f.Say: perform}):
        await until(lambda: _is_ready_at(runtime, began + 30 * SECOND), runtime)
        clock.move_to(began + 30 * SECOND - timedelta(milliseconds=1))
        assert await runtime.db.tx(outbox.claim, clock.now(), SECOND, 10) == []
        assert tries == [1]
        clock.move_to(began + 30 * SECOND)
        await runtime.settled()
    assert tries == [1, 2]


async def _is_ready_at(runtime: Runtime, when: object) -> bool:
    return await runtime.db.read(agenda.next_time, "talk") == when


async def test_a_lane_rests_between_two_messages(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """After something was said in a channel, the next thing waits for as long as the pace says."""
    said = list[str]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        said.append(title(claimed))
        return Done(pace=SECOND)

    await owe(runtime, room, say("one"), say("two"))
    began = clock.now()
    async with delivering(runtime, {f.Say: perform}):
        await until(lambda: _is_ready_at(runtime, began + SECOND), runtime)
        assert said == ["one"]
        clock.advance(SECOND)
        await runtime.settled()
    assert said == ["one", "two"]


async def test_what_cannot_be_done_is_given_up_in_the_end(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """After fifteen minutes of failing an effect is given up: the timeline says so, and the lane goes on."""
    tries, said = list[int](), list[str]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        if title(claimed) == "never":
            tries.append(claimed.attempts)
            return Later(reason="HTTP 503")
        said.append(title(claimed))
        return Done()

    await owe(runtime, room, say("never"), say("next"))
    async with delivering(runtime, {f.Say: perform}):
        for attempt in range(1, 16):
            await until(partial(_was_put_back, runtime, tries, attempt, clock), runtime)
            clock.advance(timedelta(seconds=60))
        await runtime.settled()
    assert tries == list(range(1, 17))
    assert said == ["next"]
    (failed,) = await events(runtime, room, DeliveryFailed)
    assert "never" in failed.what
    assert "503" in failed.reason
    assert [each.reason for each in await runtime.db.read(outbox.failures, room)] == [failed.reason]


async def test_nothing_is_given_up_early_however_often_processes_start(
    another: Another, runtime: Runtime, room: int, clock: ManualClock
) -> None:
    """A new process every five seconds, each of which tries at once: what fails is given up after fifteen minutes of that."""
    tries, given_up_after = list[int](), list[timedelta]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        tries.append(claimed.tries)
        return Later(reason="HTTP 503")

    await owe(runtime, room, say("never"))
    began = clock.now()
    while not given_up_after:
        process = another()
        await process.db.tx(outbox.reclaim, clock.now())
        async with delivering(process, {f.Say: perform}):
            before = len(tries)
            await until(partial(_came_back, process, tries, before), process)
        if await runtime.db.read(outbox.failures, room):
            given_up_after.append(clock.now() - began)
        clock.advance(5 * SECOND)
    assert PATIENCE <= given_up_after[0] <= PATIENCE + 2 * LONGEST_PAUSE
    assert tries == list(range(1, len(tries) + 1))
    assert len(tries) > 100


async def _came_back(runtime: Runtime, tries: list[int], before: int) -> bool:
    """Whether it was tried once more, and what came of that is kept."""
    rows = await runtime.db.read(lambda conn: conn.exec_driver_sql("SELECT outcome, state FROM outbox").all())
    failed = [json.loads(each.outcome or "{}").get("failed") for each in rows]
    return len(tries) > before and (tries[-1] in failed or rows[-1].state == "failed")


async def _rests(runtime: Runtime) -> bool:
    """Whether it was put back, to be tried in a moment; a lease is longer than that."""
    return await runtime.db.read(agenda.next_time, "talk") == runtime.wall.now() + POLL


async def test_a_lost_lease_is_no_failure(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """Whoever was too slow has not failed: it is tried again soon, and brings nobody nearer to giving up."""
    tries = list[int]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        tries.append(claimed.tries)
        if claimed.attempts <= 25:
            raise LeaseLost("the lease ran out meanwhile")
        return Done()

    await owe(runtime, room, say("hello"))
    async with delivering(runtime, {f.Say: perform}):
        for _ in range(25):
            await until(lambda: _rests(runtime), runtime)
            clock.advance(POLL)
        await runtime.settled()
    assert tries == [1] * 26
    assert await events(runtime, room, DeliveryFailed) == []


@pytest.mark.parametrize("ends", [TimeoutError(), LeaseLost("the lease ran out meanwhile"), None])
async def test_who_was_too_late_and_does_not_know_is_looked_after(
    runtime: Runtime, room: int, clock: ManualClock, ends: Exception | None
) -> None:
    """Whoever stood still in a call while another said it may have said it, too: it is looked for when Slack must be through."""

    async def perform(claimed: Claimed, seen: Room) -> Result:
        await runtime.db.tx(outbox.reclaim, clock.now())
        (other,) = await runtime.db.tx(outbox.claim, clock.now(), 20 * SECOND, 1, ("talk",))
        said = partial(outbox.settle, outcome={"channel": "C1", "ts": "1.2"})
        assert await runtime.db.tx(said, other, clock.now())
        clock.advance(5 * SECOND)  # it is looked for because of the other's attempt, too, and that is too early
        if ends is not None:
            raise ends
        return Later(
            reason="pins.add is rate limited", after=SECOND, clean=True
        )  # which says nothing of the calls before

    await owe(runtime, room, say("hello"))
    async with delivering(runtime, {f.Say: perform}):
        await until(lambda: _is_looked_for(runtime, clock.now() + outbox.UNSURE), runtime)


async def _is_looked_for(runtime: Runtime, at: datetime) -> bool:
    return await runtime.db.read(agenda.next_time, "twin") == at


async def _was_put_back(runtime: Runtime, tries: list[int], attempt: int, clock: ManualClock) -> bool:
    """The lease is 20 s long: if the lane is ready within a pause of another length, it was put back."""
    ready = await runtime.db.read(agenda.next_time, "talk")
    pause = min(timedelta(seconds=2 ** min(attempt - 1, 10)), timedelta(seconds=60))
    return tries[-1:] == [attempt] and ready == clock.now() + pause


@pytest.mark.parametrize(("told", "kind"), [(None, DeliveryFailed), ((note("the channel is archived"),), NoteTaken)])
async def test_what_is_hopeless_is_given_up_at_once(
    runtime: Runtime, room: int, told: tuple[c.Command, ...] | None, kind: type[NoteTaken | DeliveryFailed]
) -> None:
    """What will never succeed is not tried again; the room is told, in its performer's words if it has any."""

    async def perform(claimed: Claimed, seen: Room) -> Result:
        return Never(reason="is_archived", commands=told)

    await owe(runtime, room, say("hello"))
    async with delivering(runtime, {f.Say: perform}):
        await runtime.settled()
    assert len(await events(runtime, room, kind)) == 1
    assert [each.attempts for each in await runtime.db.read(outbox.failures, room)] == [1]


async def test_a_performer_that_fails_is_tried_again(
    runtime: Runtime, room: int, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A performer that raises stops nothing: it is logged, and the effect is tried again after a second."""

    async def perform(claimed: Claimed, seen: Room) -> Result:
        if claimed.attempts == 1:
            raise ZeroDivisionError("a bug")
        return Done()

    await owe(runtime, room, say("hello"))
    began = clock.now()
    async with delivering(runtime, {f.Say: perform}):
        await until(lambda: _is_ready_at(runtime, began + SECOND), runtime)
        clock.advance(SECOND)
        await runtime.settled()
    assert "a bug" in caplog.text


async def test_what_was_under_way_at_a_stop_is_done_by_the_next(another: Another, runtime: Runtime, room: int) -> None:
    """When a process stops in the middle of an effect, the next one performs it again and knows that it is not the first."""
    begun = asyncio.Event()

    async def hang(claimed: Claimed, seen: Room) -> Result:
        begun.set()
        await asyncio.Event().wait()
        return Done()

    tries = list[int]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        tries.append(claimed.attempts)
        return Done()

    await owe(runtime, room, say("hello"))
    async with delivering(runtime, {f.Say: hang}), asyncio.timeout(10):
        await begun.wait()
    following = another()
    await following.db.tx(outbox.reclaim, following.wall.now())
    async with delivering(following, {f.Say: perform}):
        await following.settled()
    assert tries == [2]


async def test_two_processes_perform_everything_once(another: Another, runtime: Runtime, room: int) -> None:
    """Two processes that deliver from one database share the work: each effect is performed once, in its lane's order."""
    performed = list[tuple[str, int]]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        performed.append((claimed.lane, claimed.number))
        return Done()

    other = another()
    await owe(runtime, room, *(say(str(number), f"p{number % 5}") for number in range(40)))
    async with delivering(runtime, {f.Say: perform}), delivering(other, {f.Say: perform}):
        await until(lambda: nothing_is_owed(runtime), runtime, other)
    assert len(performed) == len(set(performed)) == 40
    for lane in {lane for lane, _ in performed}:
        numbers = [number for each, number in performed if each == lane]
        assert numbers == sorted(numbers)


async def test_a_result_is_recorded_once_even_if_the_effect_was_done_twice(runtime: Runtime) -> None:
    """A process that died between recording a result and settling its effect leaves nothing to be recorded twice."""
    room = (await incident(runtime)).id
    performer, recorded = _finds_nothing()
    (claimed,) = await runtime.db.tx(outbox.claim, runtime.wall.now(), SECOND, 1, ("act",))
    result = await performer(claimed, await runtime.room(room))
    assert isinstance(result, Done)
    await runtime.handle(room, *result.commands, key=f"effect:{claimed.effect_id}")  # and here it died
    await runtime.db.tx(outbox.reclaim, runtime.wall.now())
    async with delivering(runtime, {f.FindRunbooks: performer}, "act"):
        await until(lambda: _nothing_acts(runtime), runtime)
    assert recorded == [1, 2]
    assert len(await events(runtime, room, RunbooksOffered)) == 1


def _finds_nothing() -> tuple[Performer, list[int]]:
    tries = list[int]()

    async def find(claimed: Claimed, seen: Room) -> Result:
        assert isinstance(claimed.effect, f.FindRunbooks)
        tries.append(claimed.attempts)
        return Done(commands=(c.RecordOffers(incident=claimed.effect.incident, offers=()),))

    return find, tries


async def _nothing_acts(runtime: Runtime) -> bool:
    return await runtime.db.read(agenda.next_time, "act") is None


async def test_a_result_that_comes_too_late_settles_its_effect(runtime: Runtime, room: int) -> None:
    """When the room has moved on and refuses a result, the effect is settled all the same and the lane goes on."""
    said = list[str]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        said.append(title(claimed))
        return Done(commands=(c.Acknowledge(by="ana", incident="I9"),))

    await owe(runtime, room, say("one"), say("two"))
    async with delivering(runtime, {f.Say: perform}):
        await runtime.settled()
    assert said == ["one", "two"]


async def test_a_performer_sees_the_room_as_it_is(another: Another, runtime: Runtime, room: int) -> None:
    """What is performed late is performed on the room as it has become meanwhile, also by another process."""
    seen_by = list[str]()

    async def perform(claimed: Claimed, seen: Room) -> Result:
        seen_by.append(seen.incidents["I1"].acknowledged_by)
        return Done()

    await owe(runtime, room, say("hello", "z"))
    await another().handle(room, c.Acknowledge(by="ben", incident="I1"))
    performers = dict.fromkeys(f.vocabulary().values(), perform)
    async with delivering(runtime, performers), delivering(runtime, performers, "act"):
        await runtime.settled()
    assert set(seen_by) == {"ben"}


async def test_no_more_than_so_many_at_once(runtime: Runtime, room: int) -> None:
    """A process has at most `at_once` effects under way, however many lanes are ready."""
    under_way, most, three = Counter[str](), list[int](), asyncio.Barrier(3)

    async def perform(claimed: Claimed, seen: Room) -> Result:
        under_way["now"] += 1
        most.append(under_way["now"])
        await three.wait()
        under_way["now"] -= 1
        return Done()

    await owe(runtime, room, *(say("x", f"place {number}") for number in range(12)))
    loop = asyncio.create_task(Delivery(runtime, {f.Say: perform}, kind="talk", at_once=3).run())
    await runtime.settled()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert len(most) == 12
    assert max(most) == 3


async def test_a_lane_that_a_wrong_clock_put_off_is_found_behind_others(
    runtime: Runtime, room: int, clock: ManualClock
) -> None:
    """While another lane of the kind is busy all the time, one that rests for hours is brought back within a minute."""
    seen = Counter[str]()

    async def perform(claimed: Claimed, room: Room) -> Result:
        seen[title(claimed)] += 1
        return Later(reason="it goes on", after=10 * SECOND)

    await owe(runtime, room, say("busy", "a"), say("put off", "b"))
    ahead = clock.now() + timedelta(hours=5)
    for each in await runtime.db.tx(outbox.claim, ahead, SECOND, 9):
        at = ahead if title(each) == "put off" else clock.now()
        await runtime.db.tx(outbox.put_back, each, at, "a clock that was wrong")
    async with delivering(runtime, {f.Say: perform}):
        for turn in range(1, 8):
            await until(partial(_seen, seen, "busy", turn), runtime)
            clock.advance(10 * SECOND)
        await until(partial(_seen, seen, "put off", 1), runtime)


async def _seen(seen: Counter[str], what: str, times: int) -> bool:
    return seen[what] >= times


class _Slow:
    """A database each look at which takes longer than what is known may be relied on."""

    def __init__(self, runtime: Runtime, clock: ManualClock) -> None:
        self._runtime, self._clock = runtime, clock

    async def read(self, fn: Any) -> Any:
        self._clock.advance(5 * STALE)
        return await self._runtime.db.read(fn)


async def test_a_look_that_takes_long_is_believed(runtime: Runtime, room: int, clock: ManualClock) -> None:
    """Where one look takes longer than it may be relied on, what it has found is used all the same."""
    await owe(runtime, room, say("hello"))
    looked = Agenda(cast(Database, _Slow(runtime, clock)), clock)
    async with asyncio.timeout(5):
        assert await looked.upcoming("talk") is not None
