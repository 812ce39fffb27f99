"""What goes wrong on purpose: rate limits and faults on demand."""

import asyncio
import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from .bench import Bench, StartBench


async def test_posting_is_limited_to_one_a_second_and_channel(start_bench: StartBench) -> None:
    """After a short burst a channel takes one message a second; other channels and methods are not held up."""
    clock = [time.time()]
    bench = await start_bench(rate_limits=True, now=lambda: clock[0])
    one, two = await bench.room("one"), await bench.room("two")
    for _ in range(4):
        await bench.client.chat_postMessage(channel=one, text="x")
    with pytest.raises(SlackApiError) as caught:
        await bench.client.chat_postMessage(channel=one, text="x")
    response = caught.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    assert response.data == {"ok": False, "error": "ratelimited"}
    await bench.client.chat_postMessage(channel=two, text="x")
    await bench.client.auth_test()
    clock[0] += 1
    await bench.client.chat_postMessage(channel=one, text="x")
    assert len((await bench.client.conversations_history(channel=one))["messages"]) == 5


async def test_methods_are_limited_by_tier(start_bench: StartBench) -> None:
    """A tier 2 method takes 20 calls a minute and says how long to wait after that."""
    clock = [time.time()]
    bench = await start_bench(rate_limits=True, now=lambda: clock[0])
    for _ in range(20):
        await bench.client.users_list()
    with pytest.raises(SlackApiError) as caught:
        await bench.client.users_list()
    assert caught.value.response.headers["Retry-After"] == "3"
    clock[0] += 3
    await bench.client.users_list()


async def test_without_rate_limits_nothing_is_held_up(bench: Bench) -> None:
    """Rate limits are off unless asked for."""
    room = await bench.room()
    for _ in range(30):
        await bench.client.chat_postMessage(channel=room, text="x")


async def _texts(bench: Bench, room: str) -> list[str]:
    return [m["text"] for m in (await bench.client.conversations_history(channel=room))["messages"]]


async def test_calls_can_be_made_to_fail(bench: Bench) -> None:
    """Faults happen in the order they were asked for, only to their method, and change nothing."""
    room, faults = await bench.room(), bench.workspace.faults
    faults.rate_limit("chat.postMessage", retry_after=7)
    faults.status("chat.postMessage", 503)
    faults.error("chat.postMessage", "fatal_error")
    seen = []
    for _ in range(3):
        with pytest.raises(SlackApiError) as caught:
            await bench.client.chat_postMessage(channel=room, text="x")
        seen.append((caught.value.response.status_code, caught.value.response["error"]))
    assert seen == [(429, "ratelimited"), (503, "service_unavailable"), (200, "fatal_error")]
    await bench.client.chat_postMessage(channel=room, text="through")
    assert await _texts(bench, room) == ["through"]
    tried = [(e.status, e.request["text"]) for e in bench.workspace.wire.calls("chat.postMessage")]
    assert tried == [(429, "x"), (503, "x"), (200, "x"), (200, "through")]


async def test_a_web_page_instead_of_json(bench: Bench) -> None:
    """A proxy's web page can be had in place of an answer."""
    bench.workspace.faults.html("auth.test", status=502)
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{bench.workspace.api_url}auth.test") as response,
    ):
        assert (response.status, response.content_type) == (502, "text/html")


@pytest.mark.parametrize("applied", [True, False])
async def test_a_dropped_connection_may_have_been_carried_out(bench: Bench, applied: bool) -> None:
    """The connection can be cut before the call is carried out or after; the caller cannot tell which."""
    room = await bench.room()
    bench.workspace.faults.drop("chat.postMessage", applied=applied)
    with pytest.raises(aiohttp.ClientError):
        await bench.client.chat_postMessage(channel=room, text="did it land?")
    assert await _texts(bench, room) == (["did it land?"] if applied else [])


async def test_a_call_can_hang(bench: Bench) -> None:
    """A hanging call is answered when it is let go."""
    room = await bench.room()
    bench.workspace.faults.hang("chat.postMessage")
    posting = asyncio.create_task(bench.client.chat_postMessage(channel=room, text="slow"))
    assert await _texts(bench, room) == []
    assert not posting.done()
    bench.workspace.faults.release_hanging()
    assert (await posting)["ok"] is True


async def test_faults_can_be_called_off(bench: Bench) -> None:
    """After clear() everything works again."""
    bench.workspace.faults.rate_limit("*", times=100)
    bench.workspace.faults.clear()
    assert (await bench.client.auth_test())["ok"] is True
