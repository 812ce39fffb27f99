"""The one way in: everything that changes a room goes through `Runtime.handle`, on a real database."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Connection, Engine, event

from tests.runtime.bench import events, game, incident, note
from warroom.core import commands as c
from warroom.core.events import IncidentAcknowledged, NoteTaken, RoomOpened
from warroom.core.refusals import Refused
from warroom.core.roomfold import fold
from warroom.errors import NotFound
from warroom.runtime.handle import Runtime
from warroom.store import outbox, rooms

Another = Callable[[], Runtime]


async def test_a_delivery_that_comes_twice_is_carried_out_once(runtime: Runtime) -> None:
    """The same key is carried out once, ever; its second time changes nothing and says so."""
    room = (await incident(runtime)).id
    first = await runtime.handle(room, note("once"), key="press:1")
    again = await runtime.handle(room, note("once"), key="press:1")
    assert (len(first.entries), first.repeated) == (1, False)
    assert (again.entries, again.repeated) == ((), True)
    assert again.room == first.room
    assert [each.text for each in await events(runtime, room, NoteTaken)] == ["once"]


async def test_a_room_is_opened_once_for_one_key(runtime: Runtime) -> None:
    """A command that opens a room and is delivered twice opens one room, and the second time is answered with that room."""

    def make(key: str) -> Sequence[c.Command]:
        return [c.OpenIncident(by="ana", key=key, workspace="T1", title="x")]

    first = await runtime.open(make, workspace="T1", kind="incident", mode="real", key="command:1")
    again = await runtime.open(make, workspace="T1", kind="incident", mode="real", key="command:1")
    assert (again.id, again.room, again.repeated, again.entries) == (first.id, first.room, True, ())
    assert [row.key for row in await runtime.db.read(rooms.listing, None, mode="all")] == ["INC-1"]


async def test_what_is_refused_leaves_no_trace(runtime: Runtime) -> None:
    """A refused command changes neither timeline nor outbox, takes its companions with it, and its key may come again."""
    room = (await incident(runtime)).id
    before, owed = await runtime.room(room), await runtime.db.read(outbox.pending)
    for _ in range(2):
        with pytest.raises(Refused):
            await runtime.handle(room, note("kept?"), c.Acknowledge(by="ana", incident="I9"), key="press:2")
    assert await runtime.room(room) == before
    assert await runtime.db.read(outbox.pending) == owed


async def test_nothing_is_done_in_a_room_that_is_not_there(runtime: Runtime) -> None:
    """A command for a room that does not exist is refused, and its key is not used up."""
    with pytest.raises(NotFound):
        await runtime.handle(77, note("hello"), key="k")
    room = (await incident(runtime)).id
    assert (await runtime.handle(room, note("hello"), key="k")).entries


async def test_two_processes_race_on_one_room_and_both_win(another: Another) -> None:
    """Simultaneous commands of two processes all count, in one order, and the chain is whole."""
    one, other = another(), another()
    room = (await incident(one)).id
    wanted = [f"{name} {number}" for name in ("one", "other") for number in range(15)]
    asked = [
        runtime.handle(room, note(f"{name} {number}"))
        for number in range(15)
        for name, runtime in (("one", one), ("other", other))
    ]
    handled = await asyncio.gather(*asked)
    entries = await one.db.read(rooms.entries, room)
    assert [each.seq for each in entries] == list(range(1, len(entries) + 1))
    assert sorted(each.text for each in await events(one, room, NoteTaken)) == sorted(wanted)
    assert len({each.entries[0].seq for each in handled}) == len(wanted)
    assert await one.room(room) == await other.room(room) == fold(entries)
    await one.db.read(rooms.verify, room)


async def test_only_one_of_many_acknowledges(another: Another) -> None:
    """Of ten simultaneous presses of one button, on two processes, one counts and nine are told that they are late."""
    one, other = another(), another()
    room = (await incident(one)).id
    presses = [
        runtime.handle(room, c.Acknowledge(by=f"U{number}", incident="I1"))
        for number in range(5)
        for runtime in (one, other)
    ]
    done = await asyncio.gather(*presses, return_exceptions=True)
    assert [isinstance(each, Refused) for each in done].count(True) == 9
    assert len(await events(one, room, IncidentAcknowledged)) == 1


async def test_what_another_process_did_is_seen(another: Another) -> None:
    """A process never serves or decides on a room as it remembers it when another has changed it since."""
    one, other = another(), another()
    room = (await incident(one)).id
    assert (await one.room(room)).incidents["I1"].acknowledged_by == ""
    await other.handle(room, c.Acknowledge(by="ben", incident="I1"))
    with pytest.raises(Refused):
        await one.handle(room, c.Acknowledge(by="ana", incident="I1"))
    assert (await one.room(room)).incidents["I1"].acknowledged_by == "ben"


async def test_one_alert_group_opens_one_room(another: Another) -> None:
    """Twenty simultaneous deliveries about the same thing open one room, and each of them counts in it once."""
    runtimes = [another(), another()]

    def make(key: str) -> Sequence[c.Command]:
        return [c.OpenIncident(by="am", key=key, workspace="T1", title="Errors")]

    handled = await asyncio.gather(
        *(
            runtime.open_or_handle(
                make,
                [note(f"alert {number}")],
                workspace="T1",
                kind="incident",
                mode="real",
                correlation="am:errors",
                keys=[f"alert:{number}"],
            )
            for number in range(10)
            for runtime in runtimes
        )
    )
    (row,) = await runtimes[0].db.read(rooms.listing, None, mode="all")
    assert [each is None for each in handled].count(True) == 10, "each was delivered to both processes"
    assert len(await events(runtimes[0], row.id, RoomOpened)) == 1
    assert len(await events(runtimes[0], row.id, NoteTaken)) == 10


async def test_entries_effects_and_the_next_wake_are_kept_together(runtime: Runtime) -> None:
    """When a command was carried out, its entries, what it owes to the world and when it wakes are all in the database."""
    handled = await game(runtime)
    row = (await runtime.db.read(rooms.listing, None, mode="drill"))[0]
    assert row.seq == handled.room.seq == len(await runtime.db.read(rooms.entries, handled.id))
    assert row.wake_at == handled.room.wake_at()
    assert row.wake_at is not None
    assert await runtime.db.read(outbox.pending, handled.id) > 0


async def test_a_long_timeline_is_read_before_anything_is_held(another: Another) -> None:
    """A process that does not know a room reads it before its transaction, which then only looks whether that is all."""
    room = (await incident(another())).id
    heard: list[str] = []

    def hear(conn: Connection, cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        cold = another()
        await cold.handle(room, note("first"))
        await cold.handle(room, note("second"))
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    first, second = (place for place, each in enumerate(heard) if each == "BEGIN IMMEDIATE")
    assert any("FROM entries" in each for each in heard[:first])
    assert not any("FROM entries" in each for each in heard[first:])
    assert any("INSERT INTO entries" in each for each in heard[second:])


async def test_what_another_process_added_is_read_in_the_transaction(another: Another) -> None:
    """What came between the reading and the lock is not missed: the row says how long the timeline is."""
    one, other = another(), another()
    room = (await incident(one)).id
    await other.handle(room, note("from the other"))
    handled = await one.handle(room, note("from the one"))
    assert [entry.seq for entry in handled.entries] == [handled.room.seq]
    assert [each.text for each in await events(one, room, NoteTaken)] == ["from the other", "from the one"]
