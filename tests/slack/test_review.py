"""What Slack sends that nobody expects, and what it does at the wrong moment: a whole bot against the local workspace."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.content import shipped_library
from tests.runtime.bench import events, incident, owe
from tests.slack.test_talker import Bench, bench
from warroom.core import effects as f
from warroom.core.events import ChannelOpened, DeliveryFailed
from warroom.main import Bot
from warroom.settings import load
from warroom.slack.manifest import manifest
from warroom.store import inbox, migrate
from warroom.store.db import Database
from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Workspace

__all__ = ["bench"]  # a fixture

Doc = dict[str, Any]
LONG_AGO = datetime(2012, 10, 21, 9, 0, tzinfo=UTC)
SEED = Seed(people=(Person(name="ana"), Person(name="ben")), channels=("general", "operations"))


class Town:
    """A workspace and a bot that has not started yet."""

    def __init__(self, workspace: Workspace, app: InstalledApp, folder: Path, ana: PersonAt) -> None:
        self.workspace, self.app, self.ana = workspace, app, ana
        self.settings = load(
            {},
            database=f"sqlite:///{folder / 'warroom.db'}",
            slack_bot_token=app.bot_token,
            slack_app_token=app.app_token,
            slack_api=f"{workspace.url}/api/",
            slack_pace=0.0,
            slack_connections=1,
            web_port=0,
        )

    async def keep(self, **events: Doc) -> None:
        """Events that an earlier process had kept and not finished when it died."""
        with Database(self.settings.database) as db:
            await asyncio.to_thread(migrate.upgrade, db)
            for key, event in events.items():
                payload = json.dumps({"team_id": "T1", "event": event})
                await db.tx(inbox.keep, f"event:{key}", LONG_AGO, payload)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(seed=SEED))
        app = await workspace.install(manifest())
        ana = await stack.enter_async_context(PersonAt(workspace.url, workspace.person("ana")))
        yield Town(workspace, app, tmp_path, ana)


@pytest.fixture
async def bot(town: Town) -> AsyncIterator[Bot]:
    bot = Bot(town.settings, library=shipped_library())
    try:
        await bot.start()
        yield bot
    finally:
        await bot.stop()


# --- events


async def test_an_event_that_cannot_be_taken_does_not_keep_the_bot_down(town: Town) -> None:
    """What an earlier process kept and choked on is tried again, and whatever comes of it the bot starts."""
    await town.keep(odd={}, older={"type": "app_home_opened"}, bots={"type": "app_mention", "bot_id": "B1", "text": ""})
    bot = Bot(town.settings, library=shipped_library())
    try:
        await bot.start()
        left = {each.key for each in await bot.db.read(inbox.unfinished, bot.runtime.wall.now())}
    finally:
        await bot.stop()
    assert left == {"event:odd", "event:older"}, "a mention by another bot is nobody's question"


async def test_an_event_that_comes_twice_is_answered_once(town: Town, bot: Bot) -> None:
    """Slack delivers again what was not acknowledged in time; the asker is not told everything twice."""
    channel = await town.ana.open_dm(town.app.bot_user_id)
    town.workspace.faults.duplicate_events()
    await town.ana.say(channel, "rooms")
    await town.ana.wait_for_message(lambda each: "No room is open" in each["text"])
    await bot.settled()
    assert len(town.workspace.wire.calls("chat.postMessage")) == 1


async def test_an_answer_that_slack_will_not_take_is_no_reason_to_ask_again(town: Town) -> None:
    """When an answer cannot be posted, the question still counts as handled."""
    channel = await town.ana.open_dm(town.app.bot_user_id)
    asked = {"type": "message", "channel_type": "im", "channel": channel, "user": town.ana.user_id, "text": "help"}
    await town.keep(question=asked)
    town.workspace.faults.error("chat.postMessage", "channel_not_found")
    bot = Bot(town.settings, library=shipped_library())
    try:
        await bot.start()
        assert len(town.workspace.wire.calls("chat.postMessage")) == 1
        assert not await bot.db.read(inbox.unfinished, bot.runtime.wall.now())
    finally:
        await bot.stop()


async def test_a_form_that_slack_will_not_open_is_not_silence(town: Town, bot: Bot) -> None:
    """When the trigger has expired, whoever asked for the form is told to ask again."""
    town.workspace.faults.error("views.open", "expired_trigger_id")
    await town.ana.say(town.workspace.channel("operations"), "/warroom declare")
    message = await town.ana.wait_for_message(lambda each: bool(each.get("is_ephemeral")))
    assert "Ask for it again" in message["text"]


# --- what is said, and where


async def test_a_rate_limit_after_the_channel_was_made_searches_for_nothing(bench: Bench) -> None:
    """The channel just made is remembered: no list of all channels is read, which in a large workspace never ends."""
    bench.faults.rate_limit("conversations.setTopic", times=2)
    room = (await bench.room()).id
    assert [each.name for each in await events(bench.runtime, room, ChannelOpened)] == ["inc-1-lights-out"]
    assert bench.calls("conversations.list") == []
    assert len(bench.calls("conversations.create")) == 1


async def test_who_is_there_already_keeps_nobody_out(bench: Bench) -> None:
    """When the bot itself is among those who are called, or somebody who has come already, the others are invited."""
    itself = str((await bench.client.auth_test())["user_id"])
    room = (await incident(bench.runtime, "Lights out", responders=(itself, bench.ana.user_id))).id
    await bench.settled()
    channel = (await bench.runtime.room(room)).channels[f.WAR_ROOM].id
    assert bench.ana.user_id in (await bench.client.conversations_members(channel=channel))["members"]
    ben = bench.workspace.person("ben")
    await owe(bench.runtime, room, f.Invite(place=f.WAR_ROOM, people=(bench.ana.user_id, ben)))
    await bench.settled()
    members = (await bench.client.conversations_members(channel=channel))["members"]
    assert ben in members


async def test_in_a_long_thread_nothing_is_said_twice(bench: Bench) -> None:
    """However long a thread is, what was said in it and not answered is found there."""
    room = (await bench.room()).id
    (card,) = [each for each in await bench.said() if each.get("pinned_to")]
    await owe(bench.runtime, room, *(_reply("x") for _ in range(220)))
    await bench.settled()
    bench.faults.drop("chat.postMessage", applied=True)
    await owe(bench.runtime, room, _reply("the last one"))
    await bench.settled()
    thread = await bench.ana.messages(card["channel"], thread_ts=card["ts"])
    assert len([each for each in thread if "the last one" in each["text"]]) == 1


def _reply(title: str) -> f.Say:
    return f.Say(place=f.WAR_ROOM, tone=f.Tone.ALERT, title=title, under="status")


async def test_a_token_that_is_being_replaced_loses_nothing(bench: Bench) -> None:
    """While Slack does not know the token, what is owed waits; it is said when the token is good again."""
    room = (await bench.room()).id
    bench.faults.error("chat.postMessage", "invalid_auth", times=2)
    await bench.say(room, "news")
    await bench.settled()
    assert await bench.times_said("news") == 1
    assert await events(bench.runtime, room, DeliveryFailed) == []
