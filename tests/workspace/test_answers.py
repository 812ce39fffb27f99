"""Answers at a response URL and in acknowledgements: who sees them, what they replace, what is refused."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck

from warroom.workspace import PersonAt

from .bench import Arrive, Bench, StartBot, bolt

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
CARD = [{"type": "actions", "elements": [BUTTON]}]
NOT_A_BLOCK = {"type": "section", "text": {"type": "mrkdwn", "text": ""}}


class Scene:
    """A room with a card on it, Ana who has pressed it, Ben who looks on, and the response URL of the press."""

    def __init__(self, bench: Bench, room: str, ana: PersonAt, ben: PersonAt, url: str, ts: str) -> None:
        self.bench, self.room, self.ana, self.ben, self.url, self.ts = bench, room, ana, ben, url, ts

    async def answer(self, **body: Any) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.post(self.url, json=body) as response:
            return response.status, await response.text()

    async def seen_by(self, person: PersonAt) -> list[str]:
        return [m["text"] for m in await person.messages(self.room) if m.get("subtype") != "channel_join"]


@pytest.fixture
async def scene(bench: Bench, start_bot: StartBot, arrive: Arrive) -> Scene:
    bot, urls = bolt(bench), asyncio.Queue[str]()

    @bot.action("go")
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        urls.put_nowait(body["response_url"])

    await start_bot(bench, bot)
    room = await bench.room("cards", "ana", "ben")
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    ts = (await bench.client.chat_postMessage(channel=room, text="card", blocks=CARD))["ts"]
    await ana.press(await ana.wait_for_message(lambda m: m["ts"] == ts), "Go")
    return Scene(bench, room, ana, ben, await urls.get(), ts)


async def test_an_answer_is_for_the_person_alone_unless_it_says_otherwise(scene: Scene) -> None:
    """Without a response_type an answer is ephemeral; in_channel is for all; a thread_ts puts it into the thread."""
    assert await scene.answer(text="psst") == (200, "ok")
    assert await scene.answer(text="hear", response_type="in_channel") == (200, "ok")
    assert await scene.answer(text="aside", response_type="in_channel", thread_ts=scene.ts) == (200, "ok")
    assert await scene.seen_by(scene.ana) == ["card", "psst", "hear"]
    assert await scene.seen_by(scene.ben) == ["card", "hear"]
    assert [m["text"] for m in await scene.ben.messages(scene.room, thread_ts=scene.ts)] == ["card", "aside"]


async def test_a_replacement_takes_the_place_of_all_of_the_message(scene: Scene) -> None:
    """replace_original leaves nothing of the message: text alone takes its blocks away; it stays visible to all."""
    assert await scene.answer(text="done", replace_original=True, response_type="ephemeral") == (200, "ok")
    (changed,) = [m for m in await scene.ben.messages(scene.room) if m["ts"] == scene.ts]
    assert (changed["text"], changed["blocks"]) == ("done", [])
    assert await scene.answer(delete_original=True) == (200, "ok")
    assert await scene.seen_by(scene.ben) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "no_text"),
        ({"blocks": [NOT_A_BLOCK]}, "invalid_blocks"),
        ({"blocks": "x"}, "invalid_blocks"),
        ({"text": "x", "attachments": [{"blocks": [NOT_A_BLOCK]}]}, "invalid_attachments"),
        ({"text": "x" * 4001, "replace_original": True}, "msg_too_long"),
    ],
)
async def test_an_answer_that_is_wrong_changes_nothing(scene: Scene, body: dict[str, Any], code: str) -> None:
    """An answer without content, with broken blocks or too long is refused with its code, and nothing is shown."""
    status, text = await scene.answer(**body)
    assert (status, code in text) == (400, True)
    assert await scene.seen_by(scene.ana) == ["card"]


async def test_an_app_can_answer_where_it_is_not(scene: Scene) -> None:
    """A response URL works after the bot has left the channel."""
    await scene.bench.client.conversations_leave(channel=scene.room)
    assert await scene.answer(text="still here", response_type="in_channel") == (200, "ok")
    assert (await scene.seen_by(scene.ben))[-1] == "still here"


async def test_opening_the_messages_tab_is_told(bench: Bench, start_bot: StartBot, arrive: Arrive) -> None:
    """An app hears app_home_opened for both of its tabs, with the tab's name."""
    bot, opened = bolt(bench), asyncio.Queue[dict[str, Any]]()

    @bot.event("app_home_opened")
    async def home(event: dict[str, Any]) -> None:
        opened.put_nowait(event)

    await start_bot(bench, bot)
    ana = await arrive(bench, "ana")
    direct = await ana.open_dm(bench.app.bot_user_id)
    await ana.home(bench.app.app_id)
    assert [((e := await opened.get())["tab"], e["channel"]) for _ in range(2)] == [
        ("messages", direct),
        ("home", direct),
    ]
