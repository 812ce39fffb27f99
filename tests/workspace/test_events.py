"""The shapes of events: the fields of Slack's published samples (java-slack-sdk json-logs), no more and no fewer."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from .bench import EVENTS, Arrive, Bench, StartBench, manifest

MESSAGE = {"type", "ts", "text", "channel", "channel_type", "event_ts"}
BY_PERSON = MESSAGE | {"blocks", "user", "team", "client_msg_id"}
BY_BOT = MESSAGE | {"user", "team", "bot_id", "app_id", "bot_profile"}
SYSTEM = MESSAGE | {"subtype", "user", "team"}
SHAPES: dict[str, set[str]] = {
    "app_home_opened": {"type", "user", "channel", "tab", "event_ts"},
    "app_mention": BY_PERSON - {"channel_type"},
    "channel_archive": {"type", "channel", "user", "is_moved", "event_ts"},
    "channel_created": {"type", "channel", "event_ts"},
    "channel_rename": {"type", "channel", "event_ts"},
    "member_joined_channel": {"type", "user", "channel", "channel_type", "team", "event_ts"},
    "member_left_channel": {"type", "user", "channel", "channel_type", "team", "event_ts"},
    "message": BY_PERSON,
    "message from the bot": BY_BOT,
    "message.bot_message": MESSAGE | {"subtype", "bot_id", "app_id", "username"},
    "message.channel_archive": SYSTEM | {"members"},
    "message.channel_join": SYSTEM | {"inviter"},
    "message.channel_leave": SYSTEM,
    "message.channel_name": SYSTEM | {"name", "old_name"},
    "message.channel_purpose": SYSTEM | {"purpose"},
    "message.channel_topic": SYSTEM | {"topic"},
    "message.file_share": BY_BOT | {"subtype", "files", "upload"},
    "message.message_changed": MESSAGE - {"text"} | {"subtype", "hidden", "message", "previous_message"},
    "message.message_deleted": MESSAGE - {"text"} | {"subtype", "hidden", "deleted_ts", "previous_message"},
    "message.thread_broadcast": BY_BOT | {"subtype", "thread_ts", "parent_user_id", "root"},
    "pin_added": {"type", "user", "channel_id", "item", "item_user", "pin_count", "pinned_info", "event_ts"},
    "pin_removed": {
        "type",
        "user",
        "channel_id",
        "item",
        "item_user",
        "pin_count",
        "pinned_info",
        "has_pins",
        "event_ts",
    },
    "reaction_added": {"type", "user", "reaction", "item", "item_user", "event_ts"},
    "reaction_removed": {"type", "user", "reaction", "item", "item_user", "event_ts"},
}
WRAPPER = {
    "token",
    "team_id",
    "context_team_id",
    "context_enterprise_id",
    "api_app_id",
    "event",
    "type",
    "event_id",
    "event_time",
    "authorizations",
    "is_ext_shared_channel",
    "event_context",
}


def _name(event: dict[str, Any]) -> str:
    if "subtype" in event:
        return f"message.{event['subtype']}"
    return "message from the bot" if event["type"] == "message" and "bot_id" in event else str(event["type"])


async def _everything_happens(bench: Bench, arrive: Arrive) -> None:
    client, ana = bench.client, await arrive(bench, "ana")
    room = await bench.room("events", "ana")
    ts = await ana.say(room, "hello @warden")
    await ana.edit(room, ts, "hello")
    item = {"channel": room, "timestamp": ts}
    await client.chat_postMessage(channel=room, text="from the bot")
    await client.chat_postMessage(channel=room, text="as somebody", username="Vendor")
    loud = await client.chat_postMessage(channel=room, text="loud", thread_ts=ts, reply_broadcast=True)
    await client.chat_delete(channel=room, ts=loud["ts"])
    await client.reactions_add(name="eyes", **item)
    await client.reactions_remove(name="eyes", **item)
    await client.pins_add(**item)
    await client.pins_remove(**item)
    await client.conversations_setTopic(channel=room, topic="t")
    await client.conversations_setPurpose(channel=room, purpose="p")
    await client.conversations_rename(channel=room, name="renamed")
    await client.files_upload_v2(channel=room, filename="a.txt", content="x")
    await client.conversations_kick(channel=room, user=ana.user_id)
    await ana.home(bench.app.app_id)
    await client.conversations_archive(channel=room)


async def ticket(bench: Bench) -> str:
    """Where the app may connect."""
    return str((await bench.call("apps.connections.open", token=bench.app.app_token))["url"])


async def heard(url: str, last: str) -> list[dict[str, Any]]:
    """The payloads that wait, up to an event of the type `last`."""
    payloads: list[dict[str, Any]] = []
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket, asyncio.timeout(10):
        while not payloads or payloads[-1]["event"]["type"] != last:
            frame = await socket.receive_json()
            if frame["type"] == "events_api":
                await socket.send_str(json.dumps({"envelope_id": frame["envelope_id"]}))
                payloads.append(frame["payload"])
    return payloads


async def test_events_have_the_fields_of_slacks_samples(start_bench: StartBench, arrive: Arrive) -> None:
    """Every event that can happen here has exactly the fields that Slack's published sample of it has."""
    bench = await start_bench(app=manifest(events=EVENTS))
    await _everything_happens(bench, arrive)
    payloads = await heard(await ticket(bench), "channel_archive")
    assert all(set(payload) == WRAPPER for payload in payloads)
    assert len({payload["event_id"] for payload in payloads}) == len(payloads)
    seen: dict[str, set[str]] = {}
    for event in (payload["event"] for payload in payloads):
        seen.setdefault(_name(event), set(event))
    assert seen == SHAPES


@pytest.mark.parametrize(
    ("private", "type_", "letter"), [(False, "channel", "C"), (True, "group", "G")], ids=["public", "private"]
)
async def test_events_name_the_kind_of_channel(start_bench: StartBench, private: bool, type_: str, letter: str) -> None:
    """Events of private channels come as message.groups, with the words and letters that Slack uses for them."""
    bench = await start_bench()
    room = await bench.room("kinds", private=private)
    await bench.client.chat_postMessage(channel=room, text="x")
    await bench.client.conversations_archive(channel=room)
    events = [payload["event"] for payload in await heard(await ticket(bench), f"{type_}_archive")]
    assert [e["channel_type"] for e in events if e["type"] == "member_joined_channel"] == [letter]
    assert {e["channel_type"] for e in events if e["type"] == "message"} == {type_}
    assert [e["subtype"] for e in events if "subtype" in e] == [f"{type_}_archive"]
