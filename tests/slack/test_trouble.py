"""People and the database in trouble: whoever asks for something is told at once and plainly, and the rooms are told once."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from tests.slack.test_review import Town, bot, town
from warroom.core.events import KeepingInterrupted
from warroom.main import Bot
from warroom.runtime.keeping import Interruption
from warroom.slack import outages
from warroom.slack.outages import Outages
from warroom.store import rooms
from warroom.store.rooms import Whereabouts
from warroom.store.trouble import Kind

__all__ = ["bot", "town"]  # fixtures

Doc = dict[str, Any]
SLACKS_PATIENCE = 3.0


@contextmanager
def held(town: Town) -> Iterator[None]:
    """Somebody else writes to the database, and does not let go as long as this is open."""
    file = town.settings.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def declared(town: Town, bot: Bot) -> str:
    """The war room of an incident that ana has declared."""
    await town.ana.say(town.workspace.channel("operations"), "/warroom declare It is dark")
    await bot.settled()
    (row,) = await bot.db.read(rooms.listing, None, mode="real")
    return (await bot.runtime.room(row.id)).channels["war-room"].id


async def told(town: Town, words: str) -> Doc:
    async with asyncio.timeout(20):
        return await town.ana.wait_for_message(lambda each: words in each["text"])


async def test_a_command(town: Town, bot: Bot) -> None:
    """A command that cannot be kept is answered within Slack's three seconds, to the asker alone, in a sentence."""
    room = await declared(town, bot)
    with held(town):
        began = time.monotonic()
        await town.ana.say(room, "/warroom note The lights are back")
        message = await told(town, "held by somebody else")
        assert time.monotonic() - began < SLACKS_PATIENCE
    assert message["is_ephemeral"]
    assert "Nothing of this was kept; ask again in a moment." in message["text"]
    assert "not part of any exercise" in message["text"]


async def test_a_press(town: Town, bot: Bot) -> None:
    """A press that cannot be kept is acknowledged, and the presser told."""
    room = await declared(town, bot)
    card = next(each for each in await town.ana.messages(room) if "Acknowledge" in str(each.get("blocks")))
    with held(town):
        await town.ana.press(card, "Acknowledge")
        message = await told(town, "Nothing of this was kept")
    assert message["is_ephemeral"]
    await town.ana.press(card, "Acknowledge")
    await bot.settled()
    (row,) = await bot.db.read(rooms.listing, None, mode="real")
    assert (await bot.runtime.room(row.id)).incidents["I1"].acknowledged_by == town.ana.user_id


async def test_the_war_room_is_told_once(town: Town, bot: Bot) -> None:
    """The war room is told that nothing can be kept, once, and once that it is over; the health page says it meanwhile."""
    room = await declared(town, bot)
    with held(town):
        await town.ana.say(room, "/warroom note Is anybody there?")
        await told(town, "Nothing can be kept just now")
        async with aiohttp.ClientSession() as http, http.get(f"{bot.web_address}/readyz") as answer:
            health = await answer.json()
            assert answer.status == 503
        assert health["troubles"][0] == "The database is held by somebody else, who does not let go."
    message = await told(town, "Everything is kept again")
    assert "REAL" in message["text"]
    said = [each["text"] for each in await town.ana.messages(room)]
    assert len([each for each in said if "Nothing can be kept just now" in each]) == 1
    (row,) = await bot.db.read(rooms.listing, None, mode="real")
    entries = await bot.db.read(rooms.entries, row.id)
    assert [type(each.event) for each in entries].count(KeepingInterrupted) == 1
    async with aiohttp.ClientSession() as http, http.get(f"{bot.web_address}/readyz") as answer:
        assert answer.status == 200


async def test_two_processes_say_it_once(town: Town, bot: Bot) -> None:
    """A second process that notices the same trouble two seconds later finds it said; a later trouble is said again."""
    channel = await declared(town, bot)
    now = bot.runtime.wall.now()
    (room,) = await bot.db.read(rooms.whereabouts, ("war-room", "backchannel"))
    assert (room.channel, room.mode) == (channel, "real")
    for later in (0, 2, 300):
        there = Interruption(since=now + timedelta(seconds=later), kind=Kind.LOST)
        assert await Outages(bot.client).tell(room, there)
    said = [each["text"] for each in await town.ana.messages(channel) if "Nothing can be kept" in each["text"]]
    assert len(said) == 2
    assert all("REAL" in each and "The database does not answer." in each for each in said)


def test_in_an_exercise_it_is_said_to_be_real() -> None:
    """In an exercise, which may be about a lost database, it says in words that it is not part of it."""
    room = Whereabouts(id=1, key="GD-1", workspace="T1", mode="drill", title="Blackout", channel="C1")
    text = outages.said(room, Interruption(since=datetime(2026, 3, 1, 14, 3, tzinfo=UTC), kind=Kind.FULL)).text
    assert "REAL" in text
    assert "not the exercise" in text
    assert "The disk of the database is full." in text
