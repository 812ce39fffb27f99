"""Socket Mode: tickets, connections, acknowledgements, redelivery - spoken by hand, without Slack's libraries."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck

from warroom.workspace import PersonAt
from warroom.workspace.people import PersonRefused

from .bench import HASTE, Arrive, Bench, StartBench, StartBot, bolt, manifest


class Line:
    """One WebSocket to the workspace."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            frame: dict[str, Any] = await self.socket.receive_json()
            return frame

    async def next_event(self) -> dict[str, Any]:
        """The next event, acknowledged."""
        frame = await self.next()
        await self.ack(frame)
        return frame

    async def ack(self, frame: dict[str, Any], payload: dict[str, Any] | None = None) -> None:
        await self.socket.send_str(json.dumps({"envelope_id": frame["envelope_id"], "payload": payload or {}}))


class Lines:
    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def url(self, bench: Bench) -> str:
        return str((await bench.call("apps.connections.open", token=bench.app.app_token))["url"])

    async def connect(self, bench: Bench, url: str = "") -> Line:
        session = await self._stack.enter_async_context(aiohttp.ClientSession())
        return Line(await self._stack.enter_async_context(session.ws_connect(url or await self.url(bench))))

    async def ready(self, bench: Bench) -> Line:
        """A connection that was greeted."""
        line = await self.connect(bench)
        assert (await line.next())["type"] == "hello"
        return line


@pytest.fixture
async def lines() -> AsyncIterator[Lines]:
    async with AsyncExitStack() as stack:
        yield Lines(stack)


ONLY_MESSAGES = manifest(events=["message.channels"])


@pytest.fixture
async def quiet(start_bench: StartBench) -> Bench:
    """An app that hears messages only, and a workspace that does not wait long for acknowledgements."""
    return await start_bench(app=ONLY_MESSAGES, timing=HASTE)


async def test_a_ticket_is_good_once(bench: Bench, lines: Lines) -> None:
    """A ticket opens one connection, and a used or made-up one is refused at the handshake."""
    url = await lines.url(bench)
    hello = await (await lines.connect(bench, url)).next()
    assert (hello["num_connections"], hello["connection_info"]["app_id"]) == (1, bench.app.app_id)
    for wrong in (url, url.replace("ticket=", "ticket=x")):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await lines.connect(bench, wrong)


async def test_an_app_has_ten_connections_at_most(bench: Bench, lines: Lines) -> None:
    """The eleventh connection is sent away with too_many_websockets."""
    for number in range(10):
        hello = await (await lines.connect(bench)).next()
        assert hello["num_connections"] == number + 1
    assert (await (await lines.connect(bench)).next())["reason"] == "too_many_websockets"


async def test_pings_are_answered(bench: Bench, lines: Lines) -> None:
    """A ping comes back as a pong with the same bytes, as slack_sdk expects."""
    session = aiohttp.ClientSession()
    async with session, session.ws_connect(await lines.url(bench), autoping=False) as socket:
        assert json.loads((await socket.receive()).data)["type"] == "hello"
        await socket.ping(b"sdk-ping-pong:1.5")
        pong = await socket.receive()
        assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1.5")


async def test_an_event_goes_to_one_connection(start_bench: StartBench, lines: Lines) -> None:
    """With two connections open every event reaches exactly one of them."""
    bench = await start_bench(app=ONLY_MESSAGES)
    room = await bench.room()
    both = [await lines.ready(bench), await lines.ready(bench)]
    await bench.client.chat_postMessage(channel=room, text="once")
    waiting = [asyncio.create_task(line.next_event()) for line in both]
    done, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result()["payload"]["event"]["text"] for task in done] == ["once"]
    await bench.client.chat_postMessage(channel=room, text="barrier")
    for task in left:
        task.cancel()
    assert len(bench.workspace.wire.payloads("event")) == 2


async def test_what_is_not_acknowledged_comes_again(quiet: Bench, lines: Lines) -> None:
    """An event without acknowledgement is sent again with attempt and reason, under the same event_id, until it is given up."""
    bench = quiet
    room = await bench.room()
    line = await lines.ready(bench)
    await bench.client.chat_postMessage(channel=room, text="hear me")
    frames = [await line.next() for _ in range(4)]
    assert [f["retry_attempt"] for f in frames] == [0, 1, 2, 3]
    assert {f["retry_reason"] for f in frames[1:]} == {"timeout"}
    assert len({f["payload"]["event_id"] for f in frames}) == 1
    assert len({f["envelope_id"] for f in frames}) == 4
    await line.ack(frames[-1])
    await bench.client.chat_postMessage(channel=room, text="next")
    assert (await line.next_event())["payload"]["event"]["text"] == "next"


async def test_a_lost_connection_gives_back_what_it_held(start_bench: StartBench, lines: Lines) -> None:
    """What a connection had not acknowledged when it broke is sent to the next one."""
    bench = await start_bench(app=ONLY_MESSAGES)
    room = await bench.room()
    first = await lines.ready(bench)
    await bench.client.chat_postMessage(channel=room, text="hold this")
    assert (await first.next())["payload"]["event"]["text"] == "hold this"
    await first.socket.close()
    again = await (await lines.ready(bench)).next_event()
    assert (again["payload"]["event"]["text"], again["retry_attempt"]) == ("hold this", 1)
    assert again["retry_reason"] == "connection_failed"


async def test_events_wait_for_a_connection(start_bench: StartBench, lines: Lines) -> None:
    """What happens while no connection is open is delivered in order when one opens - unless Slack throws it away."""
    bench = await start_bench(app=ONLY_MESSAGES)
    room = await bench.room()
    for text in ("one", "two"):
        await bench.client.chat_postMessage(channel=room, text=text)
    line = await lines.ready(bench)
    events = [(await line.next_event())["payload"]["event"] for _ in range(2)]
    assert [event["text"] for event in events] == ["one", "two"]
    await line.socket.close()
    await bench.workspace.wait_for_connections(bench.app, 0)
    await bench.client.chat_postMessage(channel=room, text="lost")
    assert bench.workspace.faults.discard_backlog() == 1
    line = await lines.ready(bench)
    await bench.client.chat_postMessage(channel=room, text="kept")
    assert (await line.next_event())["payload"]["event"]["text"] == "kept"


async def test_events_that_are_too_late_are_not_delivered(start_bench: StartBench, lines: Lines) -> None:
    """An event that waited longer than two hours is dropped."""
    clock = [1_700_000_000.0]
    bench = await start_bench(now=lambda: clock[0])
    room = await bench.room()
    await bench.client.chat_postMessage(channel=room, text="old")
    clock[0] += 7201
    await bench.client.chat_postMessage(channel=room, text="new")
    assert (await (await lines.ready(bench)).next_event())["payload"]["event"]["text"] == "new"


async def test_stopping_says_goodbye(bench: Bench, lines: Lines) -> None:
    """A workspace that stops asks its connections to go before it closes them."""
    line = await lines.ready(bench)
    await bench.workspace.stop()
    assert await line.next() == {
        "type": "disconnect",
        "reason": "refresh_requested",
        "debug_info": {"host": "local"},
    }


async def test_a_connection_is_refreshed(start_bench: StartBench, lines: Lines) -> None:
    """A connection is warned and then asked to reconnect when its time is over."""
    bench = await start_bench(timing=replace(HASTE, debug_connection=0.05, disconnect_warning=0.02))
    line = await lines.connect(bench, await lines.url(bench) + "&debug_reconnects=true")
    assert [(await line.next()).get("reason") for _ in range(3)] == [None, "warning", "refresh_requested"]


async def test_faults_of_delivery(start_bench: StartBench, lines: Lines) -> None:
    """Events can be doubled, held back and reversed, and acknowledgements lost."""
    bench = await start_bench(app=ONLY_MESSAGES)
    room = await bench.room()
    line = await lines.ready(bench)
    faults = bench.workspace.faults
    faults.duplicate_events(1)
    await bench.client.chat_postMessage(channel=room, text="twice")
    pair = [(await line.next_event())["payload"] for _ in range(2)]
    assert pair[0]["event_id"] == pair[1]["event_id"]
    faults.hold_events()
    for text in ("first", "second"):
        await bench.client.chat_postMessage(channel=room, text=text)
    faults.release_events(backwards=True)
    assert [(await line.next_event())["payload"]["event"]["text"] for _ in range(2)] == ["second", "first"]
    faults.refuse_tickets(1)
    assert (await bench.call("apps.connections.open", token=bench.app.app_token))["error"] == "internal_error"
    assert (await bench.call("apps.connections.open", token=bench.app.app_token))["ok"] is True
    faults.close_sockets()
    assert (await line.socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


async def test_a_lost_acknowledgement_means_redelivery(quiet: Bench, lines: Lines) -> None:
    """If an acknowledgement gets lost the event comes again although it was handled."""
    bench = quiet
    room = await bench.room()
    line = await lines.ready(bench)
    bench.workspace.faults.lose_acks(1)
    await bench.client.chat_postMessage(channel=room, text="x")
    first, second = await line.next_event(), await line.next_event()
    assert first["payload"] == second["payload"]
    assert second["retry_attempt"] == 1


async def test_nobody_answers_a_command(start_bench: StartBench, start_bot: StartBot, arrive: Arrive) -> None:
    """A command that is not acknowledged in time, or finds no connection, is shown to its caller as an error."""
    bench = await start_bench(timing=HASTE)
    room = await bench.room("talk", "ana")
    ana = await arrive(bench, "ana")
    assert await _refusal(ana, room) == "dispatch_failed"
    bot = bolt(bench)

    @bot.command("/warden")
    async def silent(ack: AsyncAck) -> None:
        assert ack is not None

    await start_bot(bench, bot)
    assert await _refusal(ana, room) == "operation_timeout"
    notice = await ana.wait_for(lambda e: e["type"] == "notice" and "operation_timeout" in e["text"])
    assert notice["text"] == "/warden failed with the error “operation_timeout”"


async def _refusal(person: PersonAt, room: str) -> str:
    with pytest.raises(PersonRefused) as refused:
        await person.say(room, "/warden")
    return refused.value.code


async def test_slack_bolt_reconnects(bench: Bench, start_bot: StartBot) -> None:
    """slack-bolt's own handler comes back by itself after a disconnect, with a fresh ticket."""
    handler = await start_bot(bench, bolt(bench))
    assert bench.workspace.connections(bench.app) == 1
    first = handler.client.current_session
    bench.workspace.faults.close_sockets()
    await handler.client.connect_to_new_endpoint(force=True)
    assert handler.client.current_session is not first
    room = await bench.room()
    assert room
    assert bench.workspace.connections(bench.app) == 1


async def test_apps_hear_what_they_subscribed_to(start_bench: StartBench, lines: Lines) -> None:
    """An event is delivered only if the manifest subscribes to it and the app holds its scope and is there to hear it."""
    everything = await start_bench()
    bench = await start_bench(
        app=manifest(events=["message.channels", "reaction_added"], without_scopes=("reactions:read",))
    )
    for each, expected in (
        (everything, ["channel_created", "member_joined_channel", "message", "reaction_added"]),
        (bench, ["message"]),
    ):
        room = await each.room()
        ts = (await each.client.chat_postMessage(channel=room, text="x"))["ts"]
        await each.client.reactions_add(channel=room, timestamp=ts, name="eyes")
        line = await lines.ready(each)
        await each.client.chat_postMessage(channel=room, text="last")
        heard = []
        while (event := (await line.next_event())["payload"]["event"]).get("text") != "last":
            heard.append(event["type"])
        assert heard == expected
