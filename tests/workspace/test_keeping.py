"""What survives: a restart, a kill, an install of the same app again."""

import asyncio
import contextlib
import json
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from warroom.workspace import ManifestError, PersonAt, Workspace, read_seed

from .bench import SEED, Bench, StartBench, manifest


async def test_everything_survives_a_restart(start_bench: StartBench, tmp_path: Path) -> None:
    """Messages, edits, reactions, pins, bookmarks, channels, people, tokens and Home views are there after a restart."""
    file = tmp_path / "workspace.db"
    bench = await start_bench(state=file)
    ana = bench.workspace.person("ana")
    room = await bench.room("kept", "ana")
    ts = (
        await bench.client.chat_postMessage(channel=room, text="a", metadata={"event_type": "e", "event_payload": {}})
    )["ts"]
    await bench.client.chat_postMessage(channel=room, text="reply", thread_ts=ts)
    await bench.client.chat_update(channel=room, ts=ts, text="b", blocks=[{"type": "divider", "block_id": "d"}])
    await bench.client.reactions_add(channel=room, timestamp=ts, name="eyes")
    await bench.client.pins_add(channel=room, timestamp=ts)
    await bench.client.bookmarks_add(channel_id=room, title="t", type="link", link="https://a.example")
    await bench.client.views_publish(user_id=ana, view={"type": "home", "blocks": []})
    gone = await bench.room("gone")
    await bench.client.conversations_archive(channel=gone)
    await bench.client.files_upload_v2(channel=room, filename="a.txt", content="abc")

    async def everything(client: AsyncWebClient) -> list[Any]:
        replies = [
            await client.conversations_history(channel=room, include_all_metadata=True),
            await client.conversations_replies(channel=room, ts=ts),
            await client.conversations_list(),
            await client.conversations_members(channel=room),
            await client.pins_list(channel=room),
            await client.bookmarks_list(channel_id=room),
            await client.usergroups_list(include_users=True),
        ]
        return [json.loads(json.dumps(reply.data).replace(bench.workspace.url, "")) for reply in replies]

    before = await everything(bench.client)
    await bench.workspace.stop()
    again = await start_bench(state=file)
    assert again.app == bench.app
    assert [r["ok"] for r in before] == [True] * len(before)
    after = await everything(again.client)
    assert _without_addresses(after) == _without_addresses(before)
    assert again.workspace.person("ana") == ana
    later = await again.client.chat_postMessage(channel=room, text="later")
    assert later["ts"] > before[0]["messages"][0]["ts"]
    async with PersonAt(again.workspace.url, ana) as person:
        home = await person.home(again.app.app_id)
    assert home is not None


def _without_addresses(value: Any) -> Any:
    """Without the addresses that name the server's port."""
    if isinstance(value, dict):
        return {name: _without_addresses(item) for name, item in value.items() if name != "permalink"}
    if isinstance(value, str):
        return re.sub(r"^http://127\.0\.0\.1:\d+", "", value)
    return [_without_addresses(item) for item in value] if isinstance(value, list) else value


async def test_ts_grow_although_the_clock_steps_back(start_bench: StartBench, tmp_path: Path) -> None:
    """After a restart with a clock that is behind, a new message still comes after the old ones."""
    file = tmp_path / "workspace.db"
    bench = await start_bench(state=file, now=lambda: 2_000_000_000.0)
    room = await bench.room()
    old = (await bench.client.chat_postMessage(channel=room, text="x"))["ts"]
    await bench.workspace.stop()
    again = await start_bench(state=file, now=lambda: 1_000_000_000.0)
    assert (await again.client.chat_postMessage(channel=room, text="y"))["ts"] > old


async def test_installing_again_keeps_the_tokens(start_bench: StartBench) -> None:
    """An app of the same name is the same app: it keeps ids and tokens and takes the new manifest."""
    bench = await start_bench(app=manifest(without_scopes=("users:read",)))
    assert await bench.refused("users.list") == "missing_scope"
    assert await bench.workspace.install(manifest()) == bench.app
    assert (await bench.call("users.list"))["ok"] is True
    other = await bench.workspace.install(manifest(name="other"))
    assert other.bot_token != bench.app.bot_token


async def test_a_manifest_that_cannot_be_installed_says_why() -> None:
    """A manifest without a bot user, or beyond the schema's limits, is refused with a sentence."""
    workspace = Workspace(seed=SEED)
    for change, words in (
        ({"features": {}}, "bot_user is missing"),
        ({"display_information": {"name": "x" * 36}}, "name must be text of 1 to 35"),
    ):
        with pytest.raises(ManifestError, match=words):
            await workspace.install(manifest() | change)
    await workspace.stop()


async def test_a_seed_is_read_from_a_file(start_bench: StartBench) -> None:
    """A seed document names the team, its people, channels and groups; what it cannot mean is refused."""
    document = {
        "team_name": "Narwhal",
        "people": [{"name": "ana", "role": "Responder"}, {"name": "ben"}],
        "channels": ["general", {"name": "ops", "members": ["ben"], "is_private": True}],
        "groups": [{"handle": "oncall", "name": "On call", "members": ["ana"]}],
    }
    bench = await start_bench(seed=read_seed(document))
    ana, ben = bench.workspace.person("ana"), bench.workspace.person("ben")
    async with PersonAt(bench.workspace.url, ana) as person:
        assert [c["name"] for c in await person.channels()] == ["general"]
    async with PersonAt(bench.workspace.url, ben) as person:
        assert [c["name"] for c in await person.channels()] == ["general", "ops"]
    assert (await bench.call("team.info"))["team"]["name"] == "Narwhal"


async def _started(*arguments: str) -> tuple[asyncio.subprocess.Process, str, dict[str, Any]]:
    """The workspace as a program of its own: the process, its address, the app it installed."""
    command = (sys.executable, "-m", "warroom.workspace", "--port", "0", "--json", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    shown = json.loads(await process.stdout.readline())
    return process, shown["url"], shown["apps"][0]


async def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """Killing the process between two calls loses nothing that was answered."""
    app_file = tmp_path / "manifest.json"
    app_file.write_text(json.dumps(manifest()), "utf-8")
    arguments = ("--state", str(tmp_path / "workspace.db"), "--manifest", str(app_file))
    process, url, app = await _started(*arguments)
    client = AsyncWebClient(token=app["bot_token"], base_url=f"{url}/api/", retry_handlers=[])
    room = (await client.conversations_create(name="kept"))["channel"]["id"]
    sent = [(await client.chat_postMessage(channel=room, text=str(n)))["ts"] for n in range(50)]
    process.send_signal(signal.SIGKILL)
    await process.wait()
    process, url, again = await _started(*arguments)
    assert again == app
    client = AsyncWebClient(token=app["bot_token"], base_url=f"{url}/api/", retry_handlers=[])
    history = (await client.conversations_history(channel=room))["messages"]
    assert [m["ts"] for m in history] == sent[::-1]
    async with aiohttp.ClientSession() as session, session.get(url + "/") as page:
        assert page.status == 200
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


async def test_what_an_app_was_handed_survives_a_restart(start_bench: StartBench, tmp_path: Path) -> None:
    """An open modal with what was entered, a response URL and an unacknowledged event are there after a restart."""
    options: dict[str, Any] = {"state": tmp_path / "workspace.db"}
    bench = await start_bench(**options)
    ana = bench.workspace.person("ana")
    room = await bench.room("kept", "ana")
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect((await _ticket(bench))["url"])
        async with PersonAt(bench.workspace.url, ana) as person:
            commanding = asyncio.create_task(person.say(room, "/warden go"))
            command = await _acknowledged(socket, "slash_commands")
            await commanding
            view = {"type": "modal", "title": PLAIN, "submit": PLAIN, "blocks": [FIELD]}
            await bench.client.views_open(trigger_id=command["trigger_id"], view=view)
            form = await person.wait_for_view()
            action = {"block_id": "b", "action_id": "a", "type": "plain_text_input", "value": "half a thought"}
            await person.tell("press", view_id=form["id"], action=action)
        await socket.close()
    await bench.workspace.stop()
    again = await start_bench(**options)
    async with (
        PersonAt(again.workspace.url, ana) as person,
        aiohttp.ClientSession() as session,
        session.ws_connect((await _ticket(again))["url"]) as socket,
    ):
        (kept,) = await person.views()
        assert kept["state"]["values"]["b"]["a"]["value"] == "half a thought"
        submitting = asyncio.create_task(person.submit(kept))
        submitted = await _acknowledged(socket, "interactive")
        assert submitted["view"]["state"] == kept["state"]
        assert await submitting == {}
        url = command["response_url"].replace(bench.workspace.url, again.workspace.url)
        async with session.post(url, json={"text": "late, but there"}) as response:
            assert response.status == 200
        assert (await person.wait_for_message(lambda m: True))["text"] == "late, but there"


PLAIN = {"type": "plain_text", "text": "Go"}
FIELD = {
    "type": "input",
    "block_id": "b",
    "label": PLAIN,
    "dispatch_action": False,
    "element": {"type": "plain_text_input", "action_id": "a"},
}


async def _ticket(bench: Bench) -> dict[str, Any]:
    return await bench.call("apps.connections.open", token=bench.app.app_token)


async def _acknowledged(socket: aiohttp.ClientWebSocketResponse, type_: str) -> dict[str, Any]:
    """The payload of the next frame of this type; everything is acknowledged on the way."""
    while True:
        frame = await socket.receive_json(timeout=10)
        if "envelope_id" in frame:
            await socket.send_str(json.dumps({"envelope_id": frame["envelope_id"]}))
        if frame["type"] == type_:
            payload: dict[str, Any] = frame["payload"]
            return payload


async def test_an_event_nobody_acknowledged_is_sent_after_a_restart(start_bench: StartBench, tmp_path: Path) -> None:
    """Events that waited for a connection, or were sent and not acknowledged, come when one opens after a restart, once."""
    options: dict[str, Any] = {"state": tmp_path / "workspace.db", "app": manifest(events=["message.channels"])}
    bench = await start_bench(**options)
    room = await bench.room("kept")
    async with aiohttp.ClientSession() as session, session.ws_connect((await _ticket(bench))["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        await bench.client.chat_postMessage(channel=room, text="sent")
        assert (await socket.receive_json())["payload"]["event"]["text"] == "sent"
    await bench.workspace.stop()
    again = await start_bench(**options)
    await again.client.chat_postMessage(channel=room, text="later")
    async with aiohttp.ClientSession() as session, session.ws_connect((await _ticket(again))["url"]) as socket:
        texts = [(await _acknowledged(socket, "events_api"))["event"]["text"] for _ in range(2)]
        await again.workspace.settled()
    assert texts == ["sent", "later"]
    await again.workspace.stop()
    third = await start_bench(**options)
    await third.client.chat_postMessage(channel=room, text="last")
    async with aiohttp.ClientSession() as session, session.ws_connect((await _ticket(third))["url"]) as socket:
        assert (await _acknowledged(socket, "events_api"))["event"]["text"] == "last"


@pytest.mark.parametrize("turns", range(12))
async def test_who_comes_as_it_closes_is_sent_away(turns: int) -> None:
    """A connection that is made in the moment in which the workspace stops is refused or ended, never left open."""
    workspace = Workspace()
    await workspace.start()
    address = ("127.0.0.1", int(workspace.url.rpartition(":")[2]))
    stopping = asyncio.create_task(workspace.stop())
    for _ in range(turns):
        await asyncio.sleep(0)
    with contextlib.suppress(ConnectionError), socket.create_connection(address) as late:
        await stopping
        late.settimeout(5)
        assert await asyncio.to_thread(late.recv, 1) == b""
    await stopping
