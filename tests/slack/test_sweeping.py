"""What stands twice is removed, what is stale is told in one message, and whoever lost its lane says nothing."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from tests.runtime.bench import events, running, say, until
from tests.slack.test_talker import Bench, Doc, bench
from warroom.core import commands as c
from warroom.core.effects import ShowCard
from warroom.core.events import TwinRemoved
from warroom.core.views import mark
from warroom.runtime.leases import HELD, Lease, LeaseLost
from warroom.slack.calling import Caller
from warroom.slack.cards import notice
from warroom.slack.perform import METADATA, remember
from warroom.slack.sweeping import Sweeper
from warroom.store import agenda, cards, outbox, twins
from warroom.store.budgets import NOTHING
from warroom.store.cards import Card
from warroom.store.outbox import effect_id
from warroom.store.tables import outbox as outbox_table

__all__ = ["bench"]
SECOND = timedelta(seconds=1)


def caller(bench: Bench) -> Caller:
    return Caller(bench.client, bench.runtime.db, bench.runtime.wall, NOTHING)


async def zombie_says(bench: Bench, room: int, title: str) -> None:
    """A process that was stopped in the middle of its call wakes up and finishes it."""
    seen = await bench.runtime.room(room)
    row = await bench.runtime.db.read(
        lambda conn: conn.execute(
            outbox_table.select().where(outbox_table.c.room == room).where(outbox_table.c.body.contains(title))
        ).one()
    )
    uid = await bench.runtime.db.read(lambda conn: conn.exec_driver_sql("SELECT uid FROM rooms").scalar_one())
    message = notice(say(title), mark(seen), room, {})
    payload = {"id": effect_id(uid, row.lane, row.number)}
    await bench.client.chat_postMessage(
        channel=seen.channels["war-room"].id,
        text=message.text,
        blocks=message.blocks,
        metadata={"event_type": METADATA, "event_payload": payload},
    )


async def test_a_twin_is_removed_and_the_timeline_says_so(bench: Bench) -> None:
    """A message that Slack carried out twice, once too late, stands once in the end; the first stays, and it is written down."""
    room = (await bench.room()).id
    bench.faults.drop("chat.postMessage", applied=True)
    await bench.say(room, "only once", "after it")
    await bench.settled()
    (first,) = [each["ts"] for each in await bench.said() if "only once" in each["text"]]
    await zombie_says(bench, room, "only once")
    assert await bench.times_said("only once") == 2
    async with running(Sweeper(bench.runtime, caller(bench)).run()):
        await until(lambda: nothing_to_sweep(bench), bench.runtime)
    assert [each["ts"] for each in await bench.said() if "only once" in each["text"]] == [first]
    assert await bench.times_said("after it") == 1
    assert [each.place for each in await events(bench.runtime, room, TwinRemoved)] == ["war-room"]


async def said_twice(bench: Bench) -> int:
    """Nobody knew whether it was said, so it is to be looked for; and then it was said once more. The room."""
    room = (await bench.room()).id
    bench.faults.drop("chat.postMessage", applied=True)
    await bench.say(room, "only once")
    await bench.settled()
    await zombie_says(bench, room, "only once")
    return room


async def nothing_to_sweep(bench: Bench) -> bool:
    return await bench.runtime.db.read(agenda.next_time, "twin") is None


async def test_a_wrong_clock_puts_no_look_off_for_long(bench: Bench) -> None:
    """Said by a process whose clock was an hour ahead: it is looked for by the right clock all the same, within seconds."""
    await said_twice(bench)
    an_hour_ahead = bench.runtime.wall.now() + timedelta(hours=1)
    waits = outbox_table.c.sweep_at.is_not(None)
    await bench.runtime.db.tx(
        lambda conn: conn.execute(outbox_table.update().where(waits).values(sweep_at=an_hour_ahead)).rowcount
    )
    began = bench.runtime.wall.now()
    async with running(Sweeper(bench.runtime, caller(bench)).run()):
        await until(lambda: said_once(bench), bench.runtime)
    assert bench.runtime.wall.now() - began < timedelta(minutes=1)


async def test_a_zombie_does_not_make_its_card_the_one(bench: Bench) -> None:
    """It posts late and would remember that; but the lane is somebody else's, whose card stands where it stood."""
    room = (await bench.room()).id
    await bench.settled()
    lane = f"{room}:talk:war-room"
    war = (await bench.runtime.room(room)).channels["war-room"].id
    (before,) = await bench.runtime.db.read(cards.in_channel, room, war)
    await bench.runtime.db.tx(outbox.put, room, [ShowCard(place="war-room", card="status")], bench.runtime.wall.now())
    await bench.runtime.db.tx(cards.doubt, room, "status", "war-room")
    now = bench.runtime.wall.now()
    (zombie,) = await bench.runtime.db.tx(outbox.claim, now, timedelta(0), 9, ("talk",))
    assert zombie.lane == lane
    (other,) = await bench.runtime.db.tx(outbox.claim, now + SECOND, 60 * SECOND, 9, ("talk",))
    shown = Card(room_id=room, card="status", place="war-room", channel="C9", ts="9", digest="z", pinned=False)
    await bench.runtime.db.tx(remember, zombie, shown)
    assert await standing(bench, room) == before
    await bench.runtime.db.tx(remember, other, shown)
    assert await standing(bench, room) == "9"


async def standing(bench: Bench, room: int) -> str:
    """Which message is known as the status card."""
    kept = await bench.runtime.db.read(cards.get, room, "status", "war-room")
    assert kept is not None
    return kept.ts


async def said_once(bench: Bench) -> bool:
    return await bench.times_said("only once") == 1


async def test_several_sweepers_look_once_each_time(bench: Bench) -> None:
    """Two processes sweep: each look is made by one of them, and a twin is written down once."""
    room = await said_twice(bench)
    looked = len(bench.calls("conversations.history"))
    async with (
        running(Sweeper(bench.runtime, caller(bench)).run()),
        running(Sweeper(bench.runtime, caller(bench)).run()),
    ):
        await until(lambda: nothing_to_sweep(bench), bench.runtime)
    assert len(bench.calls("conversations.history")) - looked == len(twins.LOOKS)
    assert len(await events(bench.runtime, room, TwinRemoved)) == 1


async def test_a_sweeper_waits_when_slack_wants_it(bench: Bench) -> None:
    """A look that meets a rate limit or an outage is made later, not left out."""
    await said_twice(bench)
    bench.faults.rate_limit("conversations.history")
    bench.faults.status("chat.delete", 503)
    async with running(Sweeper(bench.runtime, caller(bench)).run()):
        await until(lambda: nothing_to_sweep(bench), bench.runtime)
    assert await bench.times_said("only once") == 1


@pytest.mark.parametrize("crash", [False, True])
async def test_what_is_stale_is_told_in_one_message(bench: Bench, crash: bool) -> None:
    """After a long silence everything that waited is said in one message, with its words, in order, and only once."""
    room = (await bench.room()).id
    said = [say(f"news {number}") for number in range(12)]
    if crash:
        bench.faults.drop("chat.postMessage", applied=True)
    await bench.runtime.db.tx(outbox.put, room, said, bench.runtime.wall.now() - outbox.STALE - SECOND)
    bench.runtime.nudge()
    await bench.settled()
    (digest,) = [each["text"] for each in await bench.said() if "news 0" in each["text"]]
    places = [digest.index(f"news {number}") for number in range(12)]
    assert places == sorted(places)
    assert "REAL INCIDENT" in digest
    assert "12 messages are late" in digest
    await bench.say(room, "fresh")
    await bench.settled()
    assert await bench.times_said("fresh") == 1
    assert await bench.times_said("news 0") == 1
    assert await bench.runtime.db.read(outbox.failures, room) == []


async def test_what_does_not_fit_follows_in_the_next(bench: Bench) -> None:
    """A digest holds as much as one message may; the rest follows in another, and nothing is left out."""
    room = (await bench.room()).id
    said = [say(f"news {number}: {'blah ' * 25}") for number in range(30)]
    await bench.runtime.db.tx(outbox.put, room, said, bench.runtime.wall.now() - outbox.STALE - SECOND)
    bench.runtime.nudge()
    await bench.settled()
    texts = [each["text"] for each in await bench.said() if "news" in each["text"]]
    assert 1 < len(texts) < 10
    for number in range(30):
        assert sum(f"news {number}:" in text for text in texts) == 1


async def test_whoever_lost_its_lane_says_nothing(bench: Bench) -> None:
    """A process that was stopped for longer than its lease calls nobody when it goes on."""
    room = (await bench.room()).id
    before = len(bench.calls("chat.postMessage"))
    channel = (await bench.runtime.room(room)).channels["war-room"].id

    async def say_it(lease: Lease) -> None:
        HELD.set(lease)
        await caller(bench).call("chat.postMessage", channel=channel, text="too late")

    lost = Lease(bench.runtime.wall.now() + 60 * SECOND)
    lost.lost = True
    for lease in (Lease(bench.runtime.wall.now()), lost):
        with pytest.raises(LeaseLost):
            await asyncio.create_task(say_it(lease))
    assert len(bench.calls("chat.postMessage")) == before
    await asyncio.create_task(say_it(Lease(bench.runtime.wall.now() + 60 * SECOND)))
    assert len(bench.calls("chat.postMessage")) == before + 1


def words(message: Doc) -> list[str]:
    """What a message shows, without the ids that Slack gives its blocks."""
    return [str({name: held for name, held in block.items() if name != "block_id"}) for block in message["blocks"]]


async def test_an_edit_that_comes_late_does_not_stay(bench: Bench) -> None:
    """A card whose edit was not answered is shown once more: an old edit that Slack makes late does not stay."""
    room = (await bench.room()).id
    (card,) = [each for each in await bench.said() if each.get("pinned_to")]
    bench.faults.drop("chat.update", applied=False)
    await bench.runtime.handle(room, c.Acknowledge(by="ana", incident="I1"))
    await bench.settled()
    (new,) = [each for each in await bench.said() if each.get("pinned_to")]
    await bench.client.chat_update(channel=card["channel"], ts=card["ts"], text=card["text"], blocks=card["blocks"])
    async with running(Sweeper(bench.runtime, caller(bench)).run()):
        await until(lambda: nothing_to_sweep(bench), bench.runtime)
        await bench.settled()
    (shown,) = [each for each in await bench.said() if each.get("pinned_to")]
    assert shown["ts"] == card["ts"]
    assert words(shown) == words(new) != words(card)


async def test_what_another_release_wrote_is_put_off(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A message that this release cannot read is left for one that can, and the others are looked for."""
    await said_twice(bench)
    room = (await bench.room("Another one")).id
    await bench.runtime.db.tx(_write_otherwise, room, bench.runtime.wall.now())
    async with running(Sweeper(bench.runtime, caller(bench)).run()):
        await until(lambda: said_once(bench), bench.runtime)
    assert "another release wrote it" in caplog.text


def _write_otherwise(conn: Connection, room: int, now: datetime) -> None:
    of_the_room = outbox_table.c.room == room
    conn.execute(outbox_table.update().where(of_the_room).values(sweep_at=now - SECOND, type="Sing"))
