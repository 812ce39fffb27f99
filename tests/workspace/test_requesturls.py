"""HTTP mode: signed requests to an app's own address, with slack-bolt's own verification behind it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp

from warroom.workspace import Timing
from warroom.workspace.requesturls import signature
from warroom.workspace.subscriptions import MOST_AN_HOUR, Subscriptions

from .bench import Arrive, StartBench, bolt, manifest

QUICK = Timing(ack=10.0, retries=(0.0, 0.01, 0.01))


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
    """An app's web server: it hands requests to slack-bolt, or answers a status that it was told.

    It answers the challenge itself, unless `challenge` says what to answer instead.
    """

    def __init__(self) -> None:
        self.bot: AsyncApp | None = None
        self.statuses: list[int] = []
        self.answers: dict[str, str] = {}  # headers of those answers
        self.got: asyncio.Queue[tuple[dict[str, str], dict[str, Any]]] = asyncio.Queue()
        self.challenge: str | None = None
        self.challenges = 0
        self.url = ""

    async def serve(self, request: web.Request) -> web.Response:
        text = await request.text()
        body = json.loads(text) if request.content_type == "application/json" else {}
        if body.get("type") == "url_verification":
            self.challenges += 1
            return web.Response(text=body["challenge"] if self.challenge is None else self.challenge)
        self.got.put_nowait((dict(request.headers), body))
        if self.statuses or self.bot is None:
            return web.Response(status=self.statuses.pop(0) if self.statuses else 200, headers=self.answers)
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
    bench = await start_bench(app=over_http(receiver.url), timing=QUICK)
    receiver.statuses = [500, 404, 200]
    room = await bench.room("talk")
    await bench.client.chat_postMessage(channel=room, text="x")
    (first, _), (second, _), (third, _) = [await receiver.got.get() for _ in range(3)]
    assert "X-Slack-Retry-Num" not in first
    assert (second["X-Slack-Retry-Num"], second["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert third["X-Slack-Retry-Num"] == "2"
    receiver.statuses = [500] * 4
    await bench.client.chat_postMessage(channel=room, text="y")
    await bench.workspace.settled()
    assert receiver.statuses == []
    assert [e.request["event"]["text"] for e in bench.workspace.wire.payloads("lost")] == ["y"]


async def test_an_app_can_decline_to_be_sent_an_event_again(start_bench: StartBench, receiver: Receiver) -> None:
    """The answer `x-slack-no-retry: 1` ends the retries of that event."""
    bench = await start_bench(app=over_http(receiver.url), timing=QUICK)
    room = await bench.room("talk")
    receiver.statuses, receiver.answers = [500], {"X-Slack-No-Retry": "1"}
    await bench.client.chat_postMessage(channel=room, text="x")
    await bench.workspace.settled()
    assert receiver.got.qsize() == 1
    assert len(bench.workspace.wire.payloads("lost")) == 1


async def test_no_event_reaches_an_address_that_has_not_proved_itself(
    start_bench: StartBench, receiver: Receiver
) -> None:
    """Before its first event an address must answer url_verification with the challenge; it is asked again until it does."""
    receiver.challenge = "something else"
    bench = await start_bench(app=over_http(receiver.url), timing=QUICK)
    room = await bench.room("talk")
    await bench.client.chat_postMessage(channel=room, text="unheard")
    await bench.workspace.settled()
    assert receiver.got.empty()
    assert receiver.challenges == 5  # at the install, and before each of four attempts
    unverified = bench.workspace.wire.payloads("unverified")[0].response
    assert unverified == f"{receiver.url} did not respond with the value of the challenge parameter."
    receiver.challenge = None
    await bench.client.chat_postMessage(channel=room, text="heard")
    await bench.client.chat_postMessage(channel=room, text="heard too")
    await bench.workspace.settled()
    assert receiver.challenges == 6
    assert receiver.got.qsize() == 2


@pytest.mark.parametrize("form", ["{}", "challenge={}", '{{"challenge": "{}"}}'], ids=["plain", "form", "JSON"])
async def test_a_challenge_may_be_answered_in_three_ways(start_bench: StartBench, form: str) -> None:
    """The challenge comes back as plain text, as a form or as JSON."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=form.format((await request.json())["challenge"]))

    application = web.Application()
    application.add_routes([web.post("/", answer)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bench = await start_bench(app=over_http(f"http://127.0.0.1:{runner.addresses[0][1]}/"))
    await bench.room("talk")
    await bench.workspace.settled()
    await runner.cleanup()
    assert bench.workspace.wire.payloads("unverified") == []


async def test_a_subscription_that_keeps_failing_is_switched_off(
    start_bench: StartBench, receiver: Receiver, arrive: Arrive
) -> None:
    """Over 95 % failures in an hour of over 1,000 deliveries end the events; people are told, and restoring ends that."""
    bench = await start_bench(app=over_http(receiver.url), timing=Timing(ack=2.0, retries=()))
    ana, room = await arrive(bench, "ana"), await bench.room("talk")
    await bench.workspace.settled()
    receiver.statuses = [500] * 999
    for number in range(999):
        await bench.client.chat_postMessage(channel=room, text=str(number))
    await bench.workspace.settled()
    assert ana.heard("notice") == []
    receiver.statuses = [500, 500]
    await bench.client.chat_postMessage(channel=room, text="the last one")
    notice = await ana.wait_for(lambda e: e["type"] == "notice")
    assert notice["text"] == "warden gets no more events: over 95 % of them failed within an hour."
    sent = receiver.got.qsize()
    await bench.client.chat_postMessage(channel=room, text="unheard")
    await bench.workspace.settled()
    assert receiver.got.qsize() == sent
    await bench.workspace.restore(bench.app)
    receiver.statuses = []
    await bench.client.chat_postMessage(channel=room, text="heard")
    await bench.workspace.settled()
    assert receiver.got.qsize() == sent + 1


def test_subscriptions_are_judged_as_slack_judges_them() -> None:
    """Few events are exempt, 95 % may fail, an hour is forgotten, and 30,000 deliveries an hour are the most."""
    now = [0.0]
    subscriptions = Subscriptions(lambda: now[0])
    for _ in range(999):
        subscriptions.count("A", failed=True)
    assert not subscriptions.has_failed("A")
    subscriptions.count("A", failed=True)
    assert subscriptions.has_failed("A")
    for _ in range(53):
        subscriptions.count("A", failed=False)
    assert not subscriptions.has_failed("A")  # 1,000 of 1,053 are 94.97 %
    assert not subscriptions.has_failed("B")
    now[0] = 3600.0
    for _ in range(MOST_AN_HOUR - 1):
        subscriptions.count("A", failed=False)
    assert not subscriptions.is_full("A")
    subscriptions.count("A", failed=False)
    assert subscriptions.is_full("A")
    assert [subscriptions.may_say_full("A"), subscriptions.may_say_full("A")] == [True, False]
    now[0] += 60
    assert subscriptions.may_say_full("A")
    now[0] += 3600
    assert not subscriptions.is_full("A")


async def test_an_app_that_is_sent_too_much_is_told_so(start_bench: StartBench, receiver: Receiver) -> None:
    """Beyond 30,000 deliveries an hour events are dropped and app_rate_limited comes in their place, once a minute."""
    bench = await start_bench(app=over_http(receiver.url))
    room = await bench.room("talk")
    await bench.workspace.settled()
    bench.workspace.faults.use_up_deliveries()
    for text in ("dropped", "dropped too"):
        await bench.client.chat_postMessage(channel=room, text=text)
    await bench.workspace.settled()
    bodies = [receiver.got.get_nowait()[1] for _ in range(receiver.got.qsize())]
    limited = [body for body in bodies if body["type"] == "app_rate_limited"]
    assert [set(body) for body in limited] == [{"token", "type", "team_id", "minute_rate_limited", "api_app_id"}]
    assert limited[0]["minute_rate_limited"] % 60 == 0


async def test_held_events_come_backwards_over_http_too(start_bench: StartBench, receiver: Receiver) -> None:
    """Events to request URLs can be held and let go in the wrong order, and lost, as over Socket Mode."""
    bench = await start_bench(app=over_http(receiver.url))
    room = await bench.room("talk")
    await bench.workspace.settled()
    while not receiver.got.empty():
        receiver.got.get_nowait()
    bench.workspace.faults.lose_events(1)
    await bench.client.chat_postMessage(channel=room, text="lost")
    bench.workspace.faults.hold_events()
    for text in ("one", "two"):
        await bench.client.chat_postMessage(channel=room, text=text)
    bench.workspace.faults.release_events(backwards=True)
    await bench.workspace.settled()
    got = [receiver.got.get_nowait()[1] for _ in range(receiver.got.qsize())]
    assert sorted(body["event"]["text"] for body in got) == ["one", "two"]


async def test_an_event_under_way_survives_a_restart(
    start_bench: StartBench, receiver: Receiver, tmp_path: Path
) -> None:
    """An event that was not accepted when the workspace stopped is sent again by the next, and counts as a retry."""
    file = tmp_path / "workspace.db"
    slow = Timing(ack=2.0, retries=(0.0, 3600.0))
    bench = await start_bench(app=over_http(receiver.url), state=file, timing=slow)
    room = await bench.room("talk")
    await bench.workspace.settled()
    while not receiver.got.empty():
        receiver.got.get_nowait()
    receiver.statuses = [500, 500]
    await bench.client.chat_postMessage(channel=room, text="owed")
    first, second = await receiver.got.get(), await receiver.got.get()
    await bench.workspace.stop()
    again = await start_bench(app=over_http(receiver.url), state=file, timing=QUICK)
    headers, body = await receiver.got.get()
    assert body == first[1] == second[1]
    assert headers["X-Slack-Retry-Num"] in ("1", "2")  # the second refusal may not have been noticed any more
    await again.workspace.settled()
    assert receiver.got.empty()
