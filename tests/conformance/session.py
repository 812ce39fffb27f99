"""A small scene with everything in it that is checked, played in a workspace that records it: calls, blocks, a modal, events, a
command, a button, a menu, a response URL, an upload, over Socket Mode and over HTTP.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from tests.conformance.record import Recording, read_folder
from tests.workspace.bench import SEED, manifest
from warroom.workspace import InstalledApp, PersonAt, Workspace

CARD: list[dict[str, Any]] = [
    {"type": "section", "block_id": "said", "text": {"type": "mrkdwn", "text": "*Hello*"}},
    {
        "type": "actions",
        "block_id": "acts",
        "elements": [
            {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"},
            {"type": "external_select", "action_id": "pick", "min_query_length": 0},
        ],
    },
]
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
_OPTION = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}


@dataclass
class _Bot:
    """Answers what it is sent, in as few words as will do."""

    client: AsyncWebClient
    response_urls: list[str] = field(default_factory=list)
    refused: bool = False

    async def answer(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        if "response_url" in payload:
            self.response_urls.append(payload["response_url"])
        match payload.get("type", kind):
            case "slash_commands":
                return {"text": "done"}
            case "block_suggestion":
                return {"options": [_OPTION]}
            case "block_actions":
                await self.client.views_open(trigger_id=payload["trigger_id"], view=FORM)
            case "view_submission" if not self.refused:
                self.refused = True
                return {"response_action": "errors", "errors": {"why": "Say more."}}
        return {}


async def _listen(workspace: Workspace, app: InstalledApp, bot: _Bot) -> None:
    opener = AsyncWebClient(token=app.app_token, base_url=workspace.api_url, retry_handlers=[])
    url = str((await opener.apps_connections_open(app_token=app.app_token))["url"])
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        async for frame in socket:
            envelope = json.loads(frame.data)
            if "envelope_id" in envelope:
                answer = await bot.answer(envelope["type"], envelope["payload"])
                payload = {"payload": answer} if envelope["accepts_response_payload"] and answer else {}
                await socket.send_json({"envelope_id": envelope["envelope_id"], **payload})


async def _play(folder: Path) -> list[str]:
    async with Workspace(seed=SEED, record=folder) as workspace:
        app = await workspace.install(manifest())
        client = AsyncWebClient(token=app.bot_token, base_url=workspace.api_url, retry_handlers=[])
        bot = _Bot(client)
        listening = asyncio.create_task(_listen(workspace, app, bot))
        await workspace.wait_for_connections(app)
        async with PersonAt(workspace.url, workspace.person("ana")) as ana:
            room = str((await client.conversations_create(name="war-room"))["channel"]["id"])
            await client.conversations_invite(channel=room, users=[ana.user_id])
            await ana.say(room, "@warden hello")
            await _talk(client, room)
            await _act(ana, client, room, bot)
            await _fail(client, room)
            await workspace.settled()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return [app.bot_token, app.app_token, app.signing_secret, *bot.response_urls]


async def _talk(client: AsyncWebClient, room: str) -> None:
    metadata = {"event_type": "outbox", "event_payload": {"id": "1"}}
    posted = await client.chat_postMessage(channel=room, text="hello", blocks=CARD, metadata=metadata)
    await client.chat_postMessage(channel=room, text="again")
    await client.chat_update(channel=room, ts=posted["ts"], text="hello there", blocks=CARD)
    await client.reactions_add(channel=room, timestamp=posted["ts"], name="eyes")
    await client.conversations_history(channel=room, limit=10)
    await client.files_upload_v2(channel=room, content="a", filename="a.txt")


async def _act(ana: PersonAt, client: AsyncWebClient, room: str, bot: _Bot) -> None:
    await ana.say(room, "/warden start")
    card = next(m for m in await ana.messages(room) if m["text"] == "hello there")
    await ana.tell("options", message={"channel": room, "ts": card["ts"]}, block_id="acts", action_id="pick", value="o")
    await ana.press(card, "go")
    [view] = await ana.views()
    assert await ana.submit(view, {"why": "x"})
    await ana.submit(view, {"why": "x y z"})
    await ana.press(card, "go")
    [view] = await ana.views()
    await ana.close_view(view)
    async with aiohttp.ClientSession() as session:
        await session.post(bot.response_urls[-1], json={"text": "noted", "response_type": "ephemeral"})


async def _fail(client: AsyncWebClient, room: str) -> None:
    form = {"channel": "C0NOWHERE"}
    async with aiohttp.ClientSession() as session:
        await session.post(
            f"{client.base_url}conversations.info", data=form, headers={"Authorization": f"Bearer {client.token}"}
        )


@asynccontextmanager
async def _receiver() -> AsyncIterator[str]:
    """An app's request URL that answers everything with an empty 200, and the challenge with itself."""

    async def receive(request: web.Request) -> web.Response:
        body = await request.json() if request.content_type == "application/json" else {}
        return web.Response(text=str(body.get("challenge", "")))

    application = web.Application()
    application.add_routes([web.post("/", receive)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def _play_over_http(folder: Path) -> list[str]:
    async with _receiver() as url, Workspace(seed=SEED, record=folder) as workspace:
        own = manifest(name="herald")
        own["settings"] |= {
            "socket_mode_enabled": False,
            "interactivity": {"is_enabled": True, "request_url": url},
            "event_subscriptions": own["settings"]["event_subscriptions"] | {"request_url": url},
        }
        own["features"]["slash_commands"][0]["url"] = url
        app = await workspace.install(own)
        client = AsyncWebClient(token=app.bot_token, base_url=workspace.api_url, retry_handlers=[])
        async with PersonAt(workspace.url, workspace.person("ana")) as ana:
            await client.conversations_join(channel=workspace.channel("general"))
            await ana.say(workspace.channel("general"), "hello")
            await ana.say(workspace.channel("general"), "/herald start")
            await ana.shortcut("begin")
            await workspace.settled()
        return [app.bot_token, app.app_token, app.signing_secret]


def record_session(folder: Path) -> tuple[list[Recording], list[str]]:
    """Plays the scene; what was recorded - over Socket Mode, over HTTP - and what must not be in it."""
    secrets = [*asyncio.run(_play(folder)), *asyncio.run(_play_over_http(folder))]
    return sorted(read_folder(folder), key=lambda recording: "herald" in recording.text), secrets
