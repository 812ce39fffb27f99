"""HTTP mode: signed requests to an app's own address, with slack-bolt's own verification behind it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp

from warroom.workspace.requesturls import signature

from .bench import HASTE, Arrive, StartBench, bolt, manifest


def test_the_signature_is_slacks() -> None:
    """A signature is the one of the worked example in Slack's documentation."""
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = signature("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, body)
    assert headers["X-Slack-Signature"] == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


class Receiver:
    """An app's web server: it hands requests to slack-bolt, or answers a status that it was told."""

    def __init__(self) -> None:
        self.bot: AsyncApp | None = None
        self.statuses: list[int] = []
        self.headers: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.url = ""

    async def serve(self, request: web.Request) -> web.Response:
        self.headers.put_nowait(dict(request.headers))
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        assert self.bot is not None
        return await to_aiohttp_response(await self.bot.async_dispatch(await to_bolt_request(request)))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.add_routes([web.post("/slack/events", receiver.serve)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield receiver
    await runner.cleanup()


def over_http(url: str) -> dict[str, Any]:
    """The test app's manifest with request URLs in place of Socket Mode."""
    document = manifest()
    settings = document["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"] = {"request_url": url, "bot_events": ["message.channels"]}
    settings["interactivity"]["request_url"] = url
    document["features"]["slash_commands"][0]["url"] = url
    return document


async def test_bolt_trusts_what_the_workspace_sends(
    start_bench: StartBench, receiver: Receiver, arrive: Arrive
) -> None:
    """Events, commands and interactions pass slack-bolt's signature check, and its answers are obeyed."""
    bench = await start_bench(app=over_http(receiver.url))
    bot, heard = bolt(bench), asyncio.Queue[str]()
    receiver.bot = bot

    @bot.event("message")
    async def message(event: dict[str, Any]) -> None:
        heard.put_nowait(event["text"])

    @bot.command("/warden")
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(f"You said {body['text']}")

    @bot.shortcut("begin")
    async def begin(ack: AsyncAck) -> None:
        await ack()
        heard.put_nowait("begun")

    room = await bench.room("talk")
    ana = await arrive(bench, "ana")
    await ana.join(room)
    assert "joined" in await heard.get()
    await ana.say(room, "hello")
    assert await heard.get() == "hello"
    await ana.say(room, "/warden over http")
    await ana.wait_for_message(lambda m: m["text"] == "You said over http")
    await ana.shortcut("begin")
    assert await heard.get() == "begun"


async def test_a_failed_request_is_sent_again_with_its_reason(start_bench: StartBench, receiver: Receiver) -> None:
    """An event that is not answered with 2xx comes again, numbered and with a reason, until it is or four were sent."""
    bench = await start_bench(app=over_http(receiver.url), timing=HASTE)
    receiver.statuses = [500, 404, 200]
    room = await bench.room("talk")
    await bench.client.chat_postMessage(channel=room, text="x")
    first, second, third = [await receiver.headers.get() for _ in range(3)]
    assert "X-Slack-Retry-Num" not in first
    assert (second["X-Slack-Retry-Num"], second["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert third["X-Slack-Retry-Num"] == "2"
    receiver.statuses = [500] * 4
    await bench.client.chat_postMessage(channel=room, text="y")
    for _ in range(4):
        await receiver.headers.get()
    assert receiver.statuses == []
